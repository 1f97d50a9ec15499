"""Rows of forecasts, of the counties' share of a target, and of land-class transitions."""

import dataframely as dy

from sinkcalc.schemas.stages import STOCK
from sinkcalc.schemas.target import PROBABILITY_REASONS, PROGRESSES

# a share needs more decimals than a stock
FIGURE = (20, 6)


class Forecast(dy.Schema):
    """One figure of one year ahead; the interval holds 95 % of the draws.

    `share_curve_fallback` is the share of the arbor area at the start whose species and origin
    have no curve of their own, `share_extrapolated` of that grown beyond the ages of its curve.
    """

    forecast_id = dy.String()
    scenario = dy.String()
    survey = dy.Int32()
    year = dy.Int32()
    region_code = dy.String(nullable=True)
    region_name = dy.String(nullable=True)
    species_group = dy.String(nullable=True)
    origin = dy.String(nullable=True)
    quantity = dy.String()
    pool = dy.String(nullable=True)
    value = dy.Decimal(*FIGURE)
    unit = dy.String()
    se = dy.Float64(nullable=True)
    ci_low = dy.Float64(nullable=True)
    ci_high = dy.Float64(nullable=True)
    se_reason = dy.String(nullable=True)
    draws = dy.Int64()
    seed = dy.Int64()
    method = dy.String()
    definition = dy.String()
    share_curve_fallback = dy.Float64(metadata={"unit": "share of area"})
    share_extrapolated = dy.Float64(metadata={"unit": "share of area"})
    simulated = dy.Bool()


class BackTest(dy.Schema):
    """A forecast from an earlier survey beside the later survey."""

    survey_from = dy.Int32()
    survey_to = dy.Int32()
    scenario = dy.String()
    region_code = dy.String(nullable=True)
    region_name = dy.String(nullable=True)
    quantity = dy.String()
    pool = dy.String(nullable=True)
    unit = dy.String()
    value_from = dy.Float64()
    forecast = dy.Float64()
    ci_low = dy.Float64(nullable=True)
    ci_high = dy.Float64(nullable=True)
    observed = dy.Float64()
    error = dy.Float64()
    error_fraction = dy.Float64(nullable=True, metadata={"unit": "share of the observed"})
    error_of_change_fraction = dy.Float64(
        nullable=True, metadata={"unit": "share of the observed change"}
    )
    inside_interval = dy.Bool(nullable=True)
    simulated = dy.Bool()


class CountyShare(dy.Schema):
    """A county's part of the increment that the city needs, and how far the county is.

    `potential_m3_per_ha` is what the forest of the county is forecast to add without felling
    until the target year; needed = city's need * (area * potential) / sum of area * potential.
    """

    target_id = dy.String()
    target_year = dy.Int32()
    region_code = dy.String()
    region_name = dy.String(nullable=True)
    survey = dy.Int32()
    arbor_area_ha = dy.Decimal(*STOCK)
    growing_stock_m3 = dy.Decimal(*STOCK)
    potential_m3_per_ha = dy.Float64()
    share = dy.Float64()
    needed_m3 = dy.Decimal(*STOCK)
    target_m3 = dy.Decimal(*STOCK)
    needed_m3_per_year = dy.Float64(nullable=True)
    observed_m3_per_year = dy.Float64(nullable=True)
    forecast_m3 = dy.Float64(nullable=True)
    probability = dy.Float64(nullable=True)
    probability_reason = dy.Enum(PROBABILITY_REASONS)
    progress = dy.Enum(PROGRESSES)
    simulated = dy.Bool()


class Transition(dy.Schema):
    """Land of one vegetation class that is of another at a later survey.

    A null class: the stand is not in that survey; with `basis` both_classes, the class before is
    not recorded. `area_ha` is the area now, or before where the stand is gone; `area_change_ha` is
    how much larger the stands of both surveys are now.
    """

    survey_from = dy.Int32()
    survey_to = dy.Int32()
    region_code = dy.String(nullable=True)
    region_name = dy.String(nullable=True)
    class_from = dy.String(nullable=True)
    class_to = dy.String(nullable=True)
    basis = dy.String()
    stands = dy.Int64()
    area_ha = dy.Decimal(*STOCK)
    area_change_ha = dy.Decimal(*STOCK)
    growing_stock_change_m3 = dy.Decimal(*STOCK, nullable=True)
    simulated = dy.Bool()
    series_break = dy.String(nullable=True)
