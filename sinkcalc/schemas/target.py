"""Rows of targets, and the words that say what their probabilities are."""

from typing import Final

import dataframely as dy

from sinkcalc.vocabulary import STATUSES

# what the probability of a target comes from, or why there is none
PROBABILITY_REASONS: Final = (
    "from_estimate_error",
    "from_forecast_draws",
    # status and probability point to different sides: the draws lie skewed about the forecast, or
    # so near to it that chance decides
    "most_draws_fall_short",
    "most_draws_reach_it",
    "from_trend_error",
    "no_error",
    "one_survey_no_forecast",
    "no_data",
    "not_comparable",
    "no_share",
)
# a county against its share of what the city needs
PROGRESSES: Final = ("on_track", "behind", "no_share")


class Target(dy.Schema):
    """One indicator of the plan beside what the surveys show."""

    target_id = dy.String()
    region_code = dy.String()
    indicator = dy.String()
    definition = dy.String()
    unit = dy.String()
    baseline_year = dy.Int32(nullable=True)
    baseline_value = dy.Float64(nullable=True)
    baseline_source = dy.String(nullable=True)
    target_year = dy.Int32()
    target_value = dy.Float64()
    current_year = dy.Int32(nullable=True)
    current_value = dy.Float64(nullable=True)
    current_se = dy.Float64(nullable=True)
    gap = dy.Float64(nullable=True)
    needed_per_year = dy.Float64(nullable=True)
    observed_per_year = dy.Float64(nullable=True)
    projected_value = dy.Float64(nullable=True)
    probability = dy.Float64(nullable=True)
    probability_reason = dy.Enum(PROBABILITY_REASONS)
    status = dy.Enum(STATUSES)
    status_reason = dy.String()
    simulated = dy.Bool(nullable=True)
