"""Forest-inventory stands (小班), plots (样地) and trees as they are stored."""

import dataframely as dy

from sinkcalc.vocabulary import (
    AGE_GROUPS,
    FOREST_CATEGORIES,
    ORIGINS,
    SPECIES,
    TREE_STATUSES,
    VEGETATION_CLASSES,
)


class Stand(dy.Schema):
    """One stand of one survey, checked and in stored units."""

    stand_id = dy.String(min_length=1)
    source_file = dy.String()
    source_row = dy.Int64(min=2)
    region_code = dy.String()
    township_code = dy.String(nullable=True)
    vegetation_class = dy.Enum(VEGETATION_CLASSES)
    species = dy.Enum(SPECIES, nullable=True)
    origin = dy.Enum(ORIGINS, nullable=True)
    age_group = dy.Enum(AGE_GROUPS, nullable=True)
    age_years = dy.Decimal(6, 1, nullable=True, metadata={"unit": "a"})
    area_ha = dy.Decimal(14, 4, min=0, metadata={"unit": "ha"})
    volume_m3 = dy.Decimal(16, 4, nullable=True, min=0, metadata={"unit": "m3"})
    culms = dy.Decimal(16, 0, nullable=True, min=0, metadata={"unit": "1"})
    stems_per_ha = dy.Decimal(10, 1, nullable=True, metadata={"unit": "1/ha"})
    canopy_cover_fraction = dy.Decimal(4, 3, nullable=True, metadata={"unit": "1"})
    dbh_cm = dy.Decimal(6, 1, nullable=True, metadata={"unit": "cm"})
    height_m = dy.Decimal(6, 1, nullable=True, metadata={"unit": "m"})
    crown_length_m = dy.Decimal(6, 1, nullable=True, metadata={"unit": "m"})
    scattered_volume_m3 = dy.Decimal(16, 4, nullable=True, min=0, metadata={"unit": "m3"})
    record_year = dy.Int32(nullable=True)
    remark = dy.String(nullable=True)
    previous_vegetation_class = dy.Enum(VEGETATION_CLASSES, nullable=True)
    forest_category = dy.Enum(FOREST_CATEGORIES, nullable=True)


class Plot(dy.Schema):
    """One plot, or sub-plot of a cluster, on one occasion; stocks are of the plot, not per ha.

    Sub-plots of one cluster share `cluster_id`. `species_code` is the code as delivered, kept
    also where the program has no word for it.
    """

    plot_id = dy.String(min_length=1)
    cluster_id = dy.String(nullable=True)
    source_file = dy.String()
    source_row = dy.Int64(min=2)
    region_code = dy.String(nullable=True)
    stratum = dy.String(nullable=True)
    stand_id = dy.String(nullable=True)
    measured_year = dy.Int32(nullable=True)
    plot_area_ha = dy.Decimal(10, 6, nullable=True, min=0, metadata={"unit": "ha"})
    vegetation_class = dy.Enum(VEGETATION_CLASSES, nullable=True)
    species = dy.Enum(SPECIES, nullable=True)
    species_code = dy.String(nullable=True)
    origin = dy.Enum(ORIGINS, nullable=True)
    age_group = dy.Enum(AGE_GROUPS, nullable=True)
    age_years = dy.Decimal(6, 1, nullable=True, metadata={"unit": "a"})
    canopy_cover_fraction = dy.Decimal(4, 3, nullable=True, metadata={"unit": "1"})
    dbh_cm = dy.Decimal(6, 1, nullable=True, metadata={"unit": "cm"})
    height_m = dy.Decimal(6, 1, nullable=True, metadata={"unit": "m"})
    volume_m3 = dy.Decimal(12, 4, nullable=True, min=0, metadata={"unit": "m3"})
    dead_volume_m3 = dy.Decimal(12, 4, nullable=True, min=0, metadata={"unit": "m3"})
    cut_volume_m3 = dy.Decimal(12, 4, nullable=True, min=0, metadata={"unit": "m3"})
    remark = dy.String(nullable=True)


class Tree(dy.Schema):
    """One tree of a plot on one occasion.

    `tally_area_ha` is the area on which trees of its size are tallied, where that is not the
    whole plot (nested plots).
    """

    plot_id = dy.String(min_length=1)
    tree_id = dy.String(nullable=True)
    source_file = dy.String()
    source_row = dy.Int64(min=2)
    status = dy.Enum(TREE_STATUSES, nullable=True)
    species = dy.Enum(SPECIES, nullable=True)
    species_code = dy.String(nullable=True)
    dbh_cm = dy.Decimal(6, 1, nullable=True, min=0, metadata={"unit": "cm"})
    height_m = dy.Decimal(6, 2, nullable=True, min=0, metadata={"unit": "m"})
    crown_length_m = dy.Decimal(6, 2, nullable=True, min=0, metadata={"unit": "m"})
    volume_m3 = dy.Decimal(12, 6, nullable=True, min=0, metadata={"unit": "m3"})
    tally_area_ha = dy.Decimal(10, 6, nullable=True, min=0, metadata={"unit": "ha"})


class Stratum(dy.Schema):
    """One stratum of a plot survey with its area, in an estimation unit if there are several."""

    stratum = dy.String(min_length=1)
    estimation_unit = dy.String(nullable=True)
    source_file = dy.String()
    source_row = dy.Int64(min=2)
    area_ha = dy.Decimal(14, 4, min=0, metadata={"unit": "ha"})


class RejectedRow(dy.Schema):
    """One reason why one input row was not stored."""

    source_file = dy.String()
    source_row = dy.Int64()
    column_name = dy.String(nullable=True)
    value = dy.String(nullable=True)
    rule = dy.String()
    reason_zh = dy.String()
    reason_en = dy.String()
    remedy_zh = dy.String()
    remedy_en = dy.String()
    raw = dy.String(nullable=True)


class WarnedRow(dy.Schema):
    """One implausible value of a row that is stored all the same."""

    source_file = dy.String()
    source_row = dy.Int64()
    stand_id = dy.String()
    column_name = dy.String(nullable=True)
    value = dy.String(nullable=True)
    rule = dy.String()


class StandGeometry(dy.Schema):
    """Geometry of one stand as delivered."""

    stand_id = dy.String(min_length=1)
    source_file = dy.String()
    source_row = dy.Int64()
    crs = dy.String(nullable=True)
    geometry_area_ha = dy.Decimal(14, 4, nullable=True, metadata={"unit": "ha"})
    geometry_wkb = dy.Binary()
