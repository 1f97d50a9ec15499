"""Rows that are stored, printed and exported."""

import dataframely as dy

from sinkcalc.schemas.stages import STOCK


class Estimate(dy.Schema):
    """One estimated figure; a grouping key that was not asked for is null."""

    run_id = dy.String()
    survey = dy.Int32()
    region_code = dy.String(nullable=True)
    region_name = dy.String(nullable=True)
    vegetation_class = dy.String(nullable=True)
    species_group = dy.String(nullable=True)
    origin = dy.String(nullable=True)
    age_group = dy.String(nullable=True)
    wetland_class = dy.String(nullable=True)
    quantity = dy.String()
    pool = dy.String(nullable=True)
    gas = dy.String(nullable=True)
    gwp_set = dy.String(nullable=True)
    depth_cm = dy.Int32(nullable=True, metadata={"unit": "cm"})
    value = dy.Decimal(*STOCK)
    unit = dy.String()
    se = dy.Float64(nullable=True)
    ci_low = dy.Float64(nullable=True)
    ci_high = dy.Float64(nullable=True)
    se_reason = dy.String(nullable=True)
    n = dy.Int64()
    method = dy.String()
    definition = dy.String()
    share_extrapolated = dy.Float64(metadata={"unit": "share of area"})
    share_imputed = dy.Float64(metadata={"unit": "share of area"})
    share_recalled = dy.Float64(metadata={"unit": "share of area"})
    simulated = dy.Bool()
    share_fallback = dy.Float64(nullable=True, metadata={"unit": "share of area"})
    share_assumed_error = dy.Float64(nullable=True, metadata={"unit": "share of variance"})
    interval_method = dy.String(nullable=True)
    land = dy.String(nullable=True)
    forest_category = dy.String(nullable=True)


class Budget(dy.Schema):
    """What one source adds to the error of one estimated figure."""

    run_id = dy.String()
    region_code = dy.String(nullable=True)
    vegetation_class = dy.String(nullable=True)
    species_group = dy.String(nullable=True)
    origin = dy.String(nullable=True)
    age_group = dy.String(nullable=True)
    wetland_class = dy.String(nullable=True)
    gas = dy.String(nullable=True)
    quantity = dy.String()
    pool = dy.String(nullable=True)
    source = dy.String()
    se = dy.Float64(min=0)
    variance_fraction = dy.Float64(min=0, max=1)
    forest_category = dy.String(nullable=True)


class Change(dy.Schema):
    """Difference of two stored estimates of the same kind.

    `series_break` lists what keeps the two from being one series (definition, districts, codes);
    `definition` then is that of both surveys, the earlier first.
    """

    survey_from = dy.Int32()
    survey_to = dy.Int32()
    run_id_from = dy.String()
    run_id_to = dy.String()
    region_code = dy.String(nullable=True)
    region_name = dy.String(nullable=True)
    vegetation_class = dy.String(nullable=True)
    species_group = dy.String(nullable=True)
    origin = dy.String(nullable=True)
    age_group = dy.String(nullable=True)
    wetland_class = dy.String(nullable=True)
    quantity = dy.String()
    pool = dy.String(nullable=True)
    gas = dy.String(nullable=True)
    gwp_set = dy.String(nullable=True)
    depth_cm = dy.Int32(nullable=True, metadata={"unit": "cm"})
    unit = dy.String()
    value_from = dy.Decimal(*STOCK)
    value_to = dy.Decimal(*STOCK)
    change = dy.Decimal(*STOCK)
    change_per_year = dy.Float64()
    se = dy.Float64(nullable=True)
    ci_low = dy.Float64(nullable=True)
    ci_high = dy.Float64(nullable=True)
    se_if_independent = dy.Float64(nullable=True)
    share_assumed_error = dy.Float64(nullable=True, metadata={"unit": "share of variance"})
    se_reason = dy.String(nullable=True)
    method = dy.String()
    definition = dy.String()
    simulated = dy.Bool()
    change_fraction_per_year = dy.Float64(nullable=True, metadata={"unit": "1/yr"})
    series_break = dy.String(nullable=True)
    forest_category = dy.String(nullable=True)


class Effects(dy.Schema):
    """What area, density and species did to the change of a stock; the three add up to it."""

    survey_from = dy.Int32()
    survey_to = dy.Int32()
    run_id_from = dy.String()
    run_id_to = dy.String()
    region_code = dy.String(nullable=True)
    region_name = dy.String(nullable=True)
    vegetation_class = dy.String(nullable=True)
    species_group = dy.String(nullable=True)
    origin = dy.String(nullable=True)
    age_group = dy.String(nullable=True)
    quantity = dy.String()
    pool = dy.String(nullable=True)
    depth_cm = dy.Int32(nullable=True, metadata={"unit": "cm"})
    unit = dy.String()
    change = dy.Decimal(*STOCK)
    area_effect = dy.Decimal(*STOCK)
    density_effect = dy.Decimal(*STOCK)
    species_effect = dy.Decimal(*STOCK)
    change_se = dy.Float64(nullable=True)
    area_effect_se = dy.Float64(nullable=True)
    density_effect_se = dy.Float64(nullable=True)
    species_effect_se = dy.Float64(nullable=True)
    se_reason = dy.String(nullable=True)
    method = dy.String()
    definition = dy.String()
    simulated = dy.Bool()
    series_break = dy.String(nullable=True)
    forest_category = dy.String(nullable=True)


class Conversion(dy.Schema):
    """Wetlands of one class that are of another at a later survey; null: not in that survey."""

    survey_from = dy.Int32()
    survey_to = dy.Int32()
    region_code = dy.String()
    region_name = dy.String(nullable=True)
    class_from = dy.String(nullable=True)
    class_to = dy.String(nullable=True)
    event = dy.String(nullable=True)
    wetlands = dy.Int64()
    area_from_ha = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "ha"})
    area_to_ha = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "ha"})
    loss_t_c = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "t C"})
    loss_t_co2e = dy.Decimal(*STOCK, nullable=True, metadata={"unit": "t CO2e"})
    soil_id = dy.String(nullable=True)
    loss_reason = dy.String(nullable=True)
    simulated = dy.Bool()


class WetlandFlag(dy.Schema):
    """Wetlands by the source of their soil density, or by why a pool or gas is not estimated."""

    flag = dy.String()
    region_code = dy.String()
    wetland_class = dy.String()
    pool = dy.String(nullable=True)
    gas = dy.String(nullable=True)
    wetlands = dy.Int64()
    area_ha = dy.Decimal(*STOCK, metadata={"unit": "ha"})


class PublishedComparison(dy.Schema):
    """A published total of a survey's year beside the estimate of the same thing.

    `status` is compared, or not_comparable with neither survey nor estimate: gross production.
    """

    survey = dy.Int32(nullable=True)
    region_code = dy.String()
    quantity = dy.String()
    pool = dy.String(nullable=True)
    definition = dy.String()
    unit = dy.String()
    published_year = dy.Int32()
    published = dy.Float64()
    status = dy.String()
    estimate = dy.Float64(nullable=True)
    difference = dy.Float64(nullable=True)
    ratio = dy.Float64(nullable=True)
    source_id = dy.String()
    locator = dy.String()
    method = dy.String(nullable=True)
    note_zh = dy.String(nullable=True)
    note_en = dy.String(nullable=True)
    simulated = dy.Bool()


class Protection(dy.Schema):
    """Area of wetlands of one definition and how much of it one form of protection covers.

    `protected_area_high_ha` and `protected_fraction_high` are the upper bound where overlaps of
    protected areas are not known.
    """

    survey = dy.Int32()
    definition = dy.String()
    region_code = dy.String(nullable=True)
    region_name = dy.String(nullable=True)
    protection_form = dy.String()
    wetlands = dy.Int64()
    area_ha = dy.Decimal(38, 4, metadata={"unit": "ha"})
    protected_wetlands = dy.Int64(nullable=True)
    protected_area_ha = dy.Decimal(38, 4, nullable=True, metadata={"unit": "ha"})
    protected_area_high_ha = dy.Decimal(38, 4, nullable=True, metadata={"unit": "ha"})
    protected_fraction = dy.Float64(nullable=True, min=0, max=1)
    protected_fraction_high = dy.Float64(nullable=True, min=0, max=1)
    simulated = dy.Bool()


class DoubleCounting(dy.Schema):
    """One wooded wetland beside the stand that is the same land, and how the two are counted.

    `area_difference_ha` is wetland minus stand; `overlap_ha` is known from geometry only.
    `with_stands_ha` and `with_wetlands_ha` are the parts of the wetland that each counts.
    """

    survey = dy.Int32()
    wetland_id = dy.String()
    region_code = dy.String()
    wetland_class = dy.String()
    area_ha = dy.Decimal(14, 4, metadata={"unit": "ha"})
    stand_id = dy.String(nullable=True)
    vegetation_class = dy.String(nullable=True)
    stand_area_ha = dy.Decimal(14, 4, nullable=True, metadata={"unit": "ha"})
    area_difference_ha = dy.Decimal(14, 4, nullable=True, metadata={"unit": "ha"})
    overlap_ha = dy.Float64(nullable=True, metadata={"unit": "ha"})
    found_by = dy.String(nullable=True)
    counted = dy.String()
    with_stands_ha = dy.Decimal(14, 4, metadata={"unit": "ha"})
    with_wetlands_ha = dy.Decimal(14, 4, metadata={"unit": "ha"})


class PlotTable(dy.Schema):
    """What stands on a hectare of one plot; null where it is not known."""

    plot_id = dy.String()
    cluster_id = dy.String(nullable=True)
    region_code = dy.String(nullable=True)
    stratum = dy.String(nullable=True)
    stand_id = dy.String(nullable=True)
    vegetation_class = dy.String(nullable=True)
    species = dy.String(nullable=True)
    origin = dy.String(nullable=True)
    age_group = dy.String(nullable=True)
    forest = dy.Int8(nullable=True)
    trees = dy.Int64(nullable=True)
    volume_m3_per_ha = dy.Float64(nullable=True)
    basal_area_m2_per_ha = dy.Float64(nullable=True)
    above_ground_t_per_ha = dy.Float64(nullable=True, metadata={"unit": "t d.m./ha"})
    below_ground_t_per_ha = dy.Float64(nullable=True, metadata={"unit": "t d.m./ha"})
    carbon_t_per_ha = dy.Float64(nullable=True, metadata={"unit": "t C/ha"})
    dead_volume_m3_per_ha = dy.Float64(nullable=True)
    cut_volume_m3_per_ha = dy.Float64(nullable=True)
    volume_source = dy.String()
    biomass_source = dy.String()
    biomass_assumed = dy.Bool()
    biomass_recalled = dy.Bool()
    carbon_recalled = dy.Bool()
    trees_without_volume = dy.Int64(nullable=True)
    trees_without_biomass = dy.Int64(nullable=True)
    gone_trees_without_volume = dy.Int64(nullable=True)
    trees_crown_imputed = dy.Int64(nullable=True)
    trees_extrapolated = dy.Int64(nullable=True)
    trees_biomass_assumed = dy.Int64(nullable=True)
    trees_volume_recalled = dy.Int64(nullable=True)
    trees_biomass_recalled = dy.Int64(nullable=True)
    trees_carbon_recalled = dy.Int64(nullable=True)
