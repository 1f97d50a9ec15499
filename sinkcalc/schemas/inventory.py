"""Forest-inventory stands (小班) as they are stored."""

import dataframely as dy

from sinkcalc.vocabulary import AGE_GROUPS, ORIGINS, SPECIES, VEGETATION_CLASSES


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
