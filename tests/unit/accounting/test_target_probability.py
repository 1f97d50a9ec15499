"""Probabilities of targets, and that they agree with the status."""

from math import sqrt

import numpy as np
import pytest
from scipy.integrate import quad

from sinkcalc.accounting.judgement import assess
from sinkcalc.accounting.probability import (
    Ahead,
    chance_of_draws,
    chance_of_estimate,
    least_that_reaches,
    trend_error,
)
from sinkcalc.accounting.target import Observation, TargetRow
from sinkcalc.schemas.target import PROBABILITY_REASONS

TARGET = TargetRow(
    indicator="growing_stock",
    definition="local",
    unit="m3",
    baseline_year=2020,
    baseline_value=67.9e6,
    baseline_source="PLAN",
    target_year=2025,
    target_value=77.9e6,
    decimals=-4,
)
LEAST = 77.895e6


def _seen(survey: int, value: float, se: float | None = 4e6) -> Observation:
    return Observation(survey, "local", value, se, simulated=False)


@pytest.mark.parametrize(
    ("target", "decimals", "least"),
    # half of the last printed digit below: of 10 000 m3, of 0.01 %, of 100 ha
    [(77.9e6, -4, 77.895e6), (0.6685, 4, 0.66845), (106_000, -2, 105_950)],
)
def test_the_least_figure_that_reaches_a_target(target: float, decimals: int, least: float) -> None:
    assert least_that_reaches(target, decimals) == pytest.approx(least, rel=1e-12)


def _density(x: float, df: float) -> float:
    """Density of Student's t with 3 degrees of freedom: 2/(pi sqrt 3 (1 + x2/3)2)."""
    assert df == 3
    return 2 / (np.pi * sqrt(3) * (1 + x**2 / 3) ** 2)


def test_the_chance_of_an_estimate() -> None:
    """One standard error above: 84.134 % of a normal; of t with 3 df by its density."""
    assert chance_of_estimate(81.9e6, 4e6, None, 77.9e6) == pytest.approx(0.8413447, abs=1e-7)
    below, _ = quad(_density, 0, 1, args=(3,))
    assert chance_of_estimate(81.9e6, 4e6, 3, 77.9e6) == pytest.approx(0.5 + below, abs=1e-9)
    assert chance_of_estimate(5, 0, None, 5) == 1
    assert chance_of_estimate(4, 0, None, 5) == 0


@pytest.mark.parametrize(
    ("reached", "chance"),
    # (r + 1/2)/(4 + 1)
    [(0, 0.1), (1, 0.3), (2, 0.5), (3, 0.7), (4, 0.9)],
)
def test_the_chance_of_draws(reached: int, chance: float) -> None:
    draws = np.array([5.0] * reached + [4.9] * (4 - reached))
    assert chance_of_draws(draws, 5.0) == pytest.approx(chance, rel=1e-15)


def test_the_error_of_a_trend() -> None:
    """From 2020 and 2023 to 2025: k = 2/3; Var = (5/3)^2 3^2 + (2/3)^2 6^2 = 25 + 16 = 41.

    df: 41^2/(25^2/10 + 16^2/20) = 1681/(62.5 + 12.8); with the second unknown 1681/62.5.
    """
    se, df = trend_error((6.0, 20.0), (3.0, 10.0), 2 / 3)
    assert (se, df) == (pytest.approx(sqrt(41)), pytest.approx(1681 / 75.3))
    assert trend_error((6.0, None), (3.0, 10.0), 2 / 3)[1] == pytest.approx(1681 / 62.5)
    assert trend_error((6.0, None), (3.0, None), 2 / 3) == (pytest.approx(sqrt(41)), None)
    assert trend_error((None, None), (3.0, None), 2 / 3) == (None, None)


def test_the_error_of_a_trend_as_often_drawn() -> None:
    """The same by drawing both surveys 400 000 times; the error of an SD is SD/sqrt(2n)."""
    rng = np.random.default_rng(1)
    one, two = rng.normal(60, 6, 400_000), rng.normal(70, 3, 400_000)
    carried = two + 2 / 3 * (two - one)
    se, _ = trend_error((6.0, None), (3.0, None), 2 / 3)
    assert carried.std() == pytest.approx(se, rel=4 / sqrt(800_000))


def test_a_survey_settles_and_its_error_gives_the_chance() -> None:
    """2 million m3 above 77.895 with a standard error of 4: half a standard error, 69.146 %."""
    row = assess(TARGET, [_seen(2025, LEAST + 2e6)])
    assert (row["status"], row["probability_reason"]) == ("met", "from_estimate_error")
    assert row["probability"] == pytest.approx(0.6914625, abs=1e-7)
    row = assess(TARGET, [_seen(2025, LEAST - 2e6)])
    assert row["status"] == "missed"
    assert row["probability"] == pytest.approx(1 - 0.6914625, abs=1e-7)


def test_the_degrees_of_freedom_of_the_survey_count() -> None:
    seen = Observation(2025, "local", LEAST + 4e6, 4e6, simulated=False, df=3)
    below, _ = quad(_density, 0, 1, args=(3,))
    assert assess(TARGET, [seen])["probability"] == pytest.approx(0.5 + below, abs=1e-9)


def test_a_figure_without_error_has_no_chance() -> None:
    settled = assess(TARGET, [_seen(2025, 80e6, None)])
    carried = assess(TARGET, [_seen(2020, 60e6, None), _seen(2023, 70e6, 4e6)])
    for row in (settled, carried):
        assert (row["probability"], row["probability_reason"]) == (None, "no_error")


def test_the_forecast_decides_before_the_year() -> None:
    """3 of 4 draws reach 77.895: (3 + 1/2)/5; the trend, at 77.9, is left aside."""
    ahead = Ahead(78e6, np.array([70e6, LEAST, 78e6, 90e6]))
    row = assess(TARGET, [_seen(2020, 67.9e6), _seen(2023, 73.9e6)], ahead=ahead)
    assert (row["projected_value"], row["probability"]) == (78e6, pytest.approx(0.7))
    assert (row["status"], row["status_reason"]) == ("on_track", "projected_by_forecast")
    assert row["probability_reason"] == "from_forecast_draws"
    # as the contract has it, by the surveys
    assert (row["needed_per_year"], row["observed_per_year"]) == (2e6, 2e6)


def test_one_survey_is_enough_for_a_forecast() -> None:
    row = assess(TARGET, [_seen(2023, 73.9e6)], ahead=Ahead(70e6, np.array([70e6])))
    assert (row["status"], row["probability"]) == ("behind", 0.25)
    assert row.get("observed_per_year") is None


@pytest.mark.parametrize(
    ("value", "draws", "status", "reason"),
    [
        (78e6, [70e6, 70e6, 79e6], "on_track", "most_draws_fall_short"),
        (70e6, [70e6, 78e6, 79e6], "behind", "most_draws_reach_it"),
        (78e6, [70e6, 79e6], "on_track", "from_forecast_draws"),
        (70e6, [70e6, 79e6], "behind", "from_forecast_draws"),
    ],
)
def test_a_forecast_and_draws_that_disagree_say_so(
    value: float, draws: list[float], status: str, reason: str
) -> None:
    row = assess(TARGET, [_seen(2023, 73e6)], ahead=Ahead(value, np.array(draws)))
    assert (row["status"], row["probability_reason"]) == (status, reason)


def test_a_settled_target_is_not_forecast() -> None:
    row = assess(TARGET, [_seen(2025, 80e6)], ahead=Ahead(1.0, np.array([1.0])))
    assert row["status_reason"] == "settled_by_survey"


def test_the_trend_stands_in_for_a_forecast() -> None:
    """67.9 in 2020, 73.9 in 2023: 77.9 in 2025, 5 000 m3 above what reaches the target.

    k = 2/3; Var = (5/3)^2 4^2 + (2/3)^2 3^2 = 48.444; 0.005/6.9602 = 0.000718 standard errors:
    1/2 + 0.000718 * 0.398942.
    """
    row = assess(TARGET, [_seen(2020, 67.9e6, 3e6), _seen(2023, 73.9e6, 4e6)])
    assert (row["status"], row["probability_reason"]) == ("on_track", "from_trend_error")
    assert row["probability"] == pytest.approx(0.5 + 0.000718 * 0.398942, abs=1e-6)


@pytest.mark.parametrize("value", np.linspace(77.88e6, 77.91e6, 31))
def test_status_and_chance_agree_without_draws(value: float) -> None:
    """At every value about the target, settled or carried on by the trend."""
    settled = assess(TARGET, [_seen(2025, value)])
    before = 67.9e6
    # the value of 2023 that the trend carries to `value` in 2025
    carried = assess(TARGET, [_seen(2020, before), _seen(2023, (value + 2 / 3 * before) * 3 / 5)])
    for row in (settled, carried):
        good = row["status"] in ("met", "on_track")
        assert row["probability"] == pytest.approx(0.5, abs=1e-9) or good == (
            row["probability"] > 0.5
        )


def test_every_row_says_where_its_chance_comes_from() -> None:
    other = Observation(2023, "nfi", 70e6, 4e6, simulated=False)
    rows = [assess(TARGET, []), assess(TARGET, [other]), assess(TARGET, [_seen(2023, 70e6)])]
    assert [row["probability_reason"] for row in rows] == [
        "no_data",
        "not_comparable",
        "one_survey_no_forecast",
    ]
    assert {row["probability"] for row in rows} == {None}
    assert {row["probability_reason"] for row in rows} <= set(PROBABILITY_REASONS)
