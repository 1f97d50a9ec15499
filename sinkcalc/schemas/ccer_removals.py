"""Rows of a project's baseline and removals ahead."""

import dataframely as dy


class YearlyRemovals(dy.Schema):
    """One year of the crediting period; removals are positive.

    `creditable_t` is the cumulative reduction rounded down, `creditable_in_year_t` what a year adds
    to it: the years add up to the total rounded down once.
    """

    period = dy.Int64(min=1)
    first_day = dy.Date()
    last_day = dy.Date()
    baseline_removal_t = dy.Float64(metadata={"unit": "t CO2e"})
    project_removal_t = dy.Float64(metadata={"unit": "t CO2e"})
    leakage_t = dy.Float64(metadata={"unit": "t CO2e"})
    risk_deduction_t = dy.Float64(metadata={"unit": "t CO2e"})
    reduction_t = dy.Float64(metadata={"unit": "t CO2e"})
    cumulative_t = dy.Float64(metadata={"unit": "t CO2e"})
    creditable_t = dy.Int64(metadata={"unit": "t CO2e"})
    creditable_in_year_t = dy.Int64(metadata={"unit": "t CO2e"})


class StratumStocks(dy.Schema):
    """Trees or bamboo of one planting in one stratum at the end of a year.

    Year 0 is the day before the crediting period. `change_co2e_t` is null in year 0.
    """

    scenario = dy.String()
    stratum = dy.String()
    component = dy.String()
    species = dy.String()
    period = dy.Int64(min=0)
    last_day = dy.Date()
    area_ha = dy.Float64(metadata={"unit": "ha"})
    # of bamboo: null
    age_years = dy.Float64(nullable=True, metadata={"unit": "yr"})
    volume_m3_per_ha = dy.Float64(nullable=True, metadata={"unit": "m3/ha"})
    above_ground_t_per_ha = dy.Float64(metadata={"unit": "t d.m./ha"})
    below_ground_t_per_ha = dy.Float64(metadata={"unit": "t d.m./ha"})
    carbon_t = dy.Float64(metadata={"unit": "t C"})
    co2e_t = dy.Float64(metadata={"unit": "t CO2e"})
    change_co2e_t = dy.Float64(nullable=True, metadata={"unit": "t CO2e"})
    # which growth curve serves, null for bamboo; whether it stands in for the species' own; whether
    # the trees are younger or older than the ages that it knows
    curve = dy.String(nullable=True)
    curve_name = dy.String(nullable=True)
    curve_fallback = dy.Bool(nullable=True)
    extrapolated = dy.Bool(nullable=True)


class PoolStocks(dy.Schema):
    """A pool of all strata at the end of a year, and its change."""

    scenario = dy.String()
    pool = dy.String()
    period = dy.Int64(min=0)
    last_day = dy.Date()
    co2e_t = dy.Float64(metadata={"unit": "t CO2e"})
    change_co2e_t = dy.Float64(nullable=True, metadata={"unit": "t CO2e"})


class LeftOutParcel(dy.Schema):
    """A parcel whose area does not enter, with why."""

    parcel_id = dy.String()
    stratum = dy.String(nullable=True)
    area_ha = dy.Float64(nullable=True, metadata={"unit": "ha"})
    outcome = dy.String()
    # ids of the rules that fail or could not be judged
    rules = dy.String(nullable=True)
    reason_zh = dy.String(nullable=True)
    reason_en = dy.String(nullable=True)
