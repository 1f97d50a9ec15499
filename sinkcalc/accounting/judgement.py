"""Whether a target is reached or will be, and how likely that is."""

from typing import Any

from sinkcalc.accounting.probability import (
    Ahead,
    chance_of_draws,
    chance_of_estimate,
    least_that_reaches,
    trend_error,
)
from sinkcalc.accounting.target import Observation, TargetRow


def assess(
    target: TargetRow,
    observations: list[Observation],
    missing: str = "no_survey",
    ahead: Ahead | None = None,
) -> dict[str, Any]:
    """Judge one target by the surveys and, before its year, by a forecast.

    needed_per_year = gap / (target year - current year), null from the target year on.
    observed_per_year is the mean yearly change between the last two surveys.

    Status: `met` or `missed` by the first survey of the target year or later, whatever later ones
    show; before that `on_track` or
    `behind` by the forecast; without one by the current value plus the observed change to the
    target year; with one survey only by the straight line from baseline to target. Where there is
    neither a second survey nor a baseline there is no line: `on_track` means that the target is
    reached already, `behind` that it is not. Values are compared at the precision the target was
    published with.

    The probability is that the true figure, at that precision, reaches the target. It comes from
    what the status comes from: the error of the survey's figure, the draws of the forecast, or
    the errors of the last two surveys. So `met` and `on_track` come with 1/2 or more, `missed`
    and `behind` with 1/2 or less; where the draws of a forecast lie otherwise about its value,
    `probability_reason` says so.

    Parameters
    ----------
    observations
        Surveys in order of year, all of them in the target's unit.
    missing
        Why there is none.
    ahead
        What the forecast from the last survey gives for the target's year.

    Returns
    -------
    Fields of `Target`.
    """
    row: dict[str, Any] = {
        "target_id": target.target_id,
        "region_code": target.region_code,
        "indicator": target.indicator,
        "definition": target.definition,
        "unit": target.unit,
        "baseline_year": target.baseline_year,
        "baseline_value": target.baseline_value,
        "baseline_source": target.baseline_source,
        "target_year": target.target_year,
        "target_value": target.target_value,
        "probability": None,
    }
    if not observations:
        return row | _without_judgement("no_data", missing)
    observations = _until_settled(target, observations)
    current = observations[-1]
    row |= {
        "current_year": current.survey,
        "current_value": current.value,
        "current_se": current.se,
        "simulated": current.simulated,
    }
    same = [
        o
        for o in observations
        if (o.definition, o.simulated, o.series)
        == (current.definition, current.simulated, current.series)
    ]
    if current.definition != target.definition:
        return row | _without_judgement("not_comparable", "definition_differs")
    row["gap"] = target.target_value - current.value
    if len(same) > 1:
        before = same[-2]
        row["observed_per_year"] = (current.value - before.value) / (current.survey - before.survey)
    if target.target_year <= current.survey:
        return row | _settled(target, current)
    row["needed_per_year"] = row["gap"] / (target.target_year - current.survey)
    if ahead is not None:
        return row | _by_forecast(target, ahead)
    if len(same) > 1:
        return row | _by_trend(target, same[-2], current)
    return row | _by_line(target, current)


def _until_settled(target: TargetRow, observations: list[Observation]) -> list[Observation]:
    """Leave out surveys after the first comparable one of the target's year or later."""
    for place, seen in enumerate(observations):
        if seen.survey >= target.target_year and seen.definition == target.definition:
            return observations[: place + 1]
    return observations


def _without_judgement(status: str, reason: str) -> dict[str, Any]:
    return {"status": status, "status_reason": reason, "probability_reason": status}


def _reached(target: TargetRow, figure: float, goal: float | None = None) -> bool:
    goal = target.target_value if goal is None else goal
    return round(figure, target.decimals) >= round(goal, target.decimals)


def _chance(
    target: TargetRow, value: float, error: tuple[float | None, float | None], reason: str
) -> dict[str, Any]:
    se, df = error
    if se is None:
        return {"probability_reason": "no_error"}
    least = least_that_reaches(target.target_value, target.decimals)
    return {
        "probability": chance_of_estimate(value, se, df, least),
        "probability_reason": reason,
    }


def _settled(target: TargetRow, current: Observation) -> dict[str, Any]:
    return {
        "status": "met" if _reached(target, current.value) else "missed",
        "status_reason": "settled_by_survey",
        **_chance(target, current.value, (current.se, current.df), "from_estimate_error"),
    }


def _by_forecast(target: TargetRow, ahead: Ahead) -> dict[str, Any]:
    on_track = _reached(target, ahead.value)
    least = least_that_reaches(target.target_value, target.decimals)
    return {
        "projected_value": ahead.value,
        "status": "on_track" if on_track else "behind",
        "status_reason": "projected_by_forecast",
        **chance_ahead(ahead, least, on_track=on_track),
    }


def chance_ahead(ahead: Ahead, least: float, *, on_track: bool) -> dict[str, Any]:
    """Give the probability that a forecast reaches a figure, beside what its value says.

    Returns
    -------
    `probability` and `probability_reason`, which names draws that lie on the other side of 1/2
    than the forecast's value.
    """
    chance = chance_of_draws(ahead.draws, least)
    reason = "from_forecast_draws"
    if on_track and 2 * chance < 1:
        reason = "most_draws_fall_short"
    elif not on_track and 2 * chance > 1:
        reason = "most_draws_reach_it"
    return {"probability": chance, "probability_reason": reason}


def _by_trend(target: TargetRow, before: Observation, current: Observation) -> dict[str, Any]:
    steps = (target.target_year - current.survey) / (current.survey - before.survey)
    projected = current.value + steps * (current.value - before.value)
    error = trend_error((before.se, before.df), (current.se, current.df), steps)
    return {
        "projected_value": projected,
        "status": "on_track" if _reached(target, projected) else "behind",
        "status_reason": "projected_from_last_two_surveys",
        **_chance(target, projected, error, "from_trend_error"),
    }


def _by_line(target: TargetRow, current: Observation) -> dict[str, Any]:
    line, reason = target.target_value, "one_survey_no_baseline"
    if target.baseline_year is not None and target.baseline_value is not None:
        done = (current.survey - target.baseline_year) / (target.target_year - target.baseline_year)
        line = target.baseline_value + done * (target.target_value - target.baseline_value)
        reason = "line_from_baseline_to_target"
    return {
        "status": "on_track" if _reached(target, current.value, line) else "behind",
        "status_reason": reason,
        "probability_reason": "one_survey_no_forecast",
    }
