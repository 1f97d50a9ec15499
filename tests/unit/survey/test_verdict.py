"""Verdict of stands against plots, by hand."""

import csv
from dataclasses import fields

import polars as pl
import pytest

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.resources import parameter_dir
from sinkcalc.survey.verdict import VERDICTS, VerdictLimits, judge_stands, load_limits

LIMITS = VerdictLimits(accepted_within=1, find_cause_within=3, reliability=0.95)


def _judge(
    stands: float | None, plots: float | None, se: float | None, df: float | None = 60
) -> dict[str, object]:
    totals = pl.DataFrame(
        {
            "region_code": ["330112"],
            "stands_value": [stands],
            "plots_value": [plots],
            "plots_se": [se],
            "plots_df": [df],
        },
        schema_overrides=dict.fromkeys(
            ("stands_value", "plots_value", "plots_se", "plots_df"), pl.Float64
        ),
    )
    return judge_stands(totals, LIMITS).row(0, named=True)


@pytest.mark.parametrize(
    ("stands", "verdict"),
    [
        (1000, "accepted"),
        (1050, "accepted"),
        (950, "accepted"),
        (1050.001, "find_cause"),
        (949.999, "find_cause"),
        (1150, "find_cause"),
        (850, "find_cause"),
        (1150.001, "survey_again"),
        (0, "survey_again"),
    ],
)
def test_limits_belong_to_the_milder_verdict(stands: float, verdict: str) -> None:
    """Plots 1000 with standard error 50: 950-1050 accepted, 850-1150 to be corrected."""
    row = _judge(stands, 1000, 50)
    assert row["verdict"] == verdict
    assert row["difference"] == stands - 1000
    assert row["difference_in_se"] == (stands - 1000) / 50
    assert row["verdict_reason"] is None


def test_precision_by_the_table_of_t() -> None:
    """The t of 95 % is 2.000 with 60 and 12.706 with 1 degree of freedom (any printed table)."""
    assert _judge(1000, 1000, 50)["sampling_precision"] == pytest.approx(1 - 0.1000, abs=5e-5)
    assert _judge(1000, 1000, 50, 1)["sampling_precision"] == pytest.approx(1 - 0.6353, abs=5e-5)
    # an error above the total is shown, not cut off
    below = _judge(1000, 1000, 500, 1)["sampling_precision"]
    assert below == pytest.approx(1 - 6.353, abs=5e-4)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ((None, 1000, 50), "no_value"),
        ((1000, None, None), "no_value"),
        ((1000, float("nan"), 50), "no_value"),
        ((1000, 1000, None), "no_standard_error"),
        # all plots alike: a difference of any size would be endless standard errors
        ((1000, 990, 0), "no_standard_error"),
        ((0, 0, 0), "no_standard_error"),
        # alike but for the rounding of sums
        ((1000, 990, 1e-10), "no_standard_error"),
        # one plot of a county
        ((1000, 990, 990, 0), "no_standard_error"),
    ],
)
def test_what_cannot_be_judged_says_why(
    given: tuple[float | None, float | None, float | None], reason: str
) -> None:
    row = _judge(*given)
    assert (row["verdict"], row["verdict_reason"]) == ("not_judged", reason)
    assert row["difference_in_se"] is None


def test_no_precision_without_freedom_or_total() -> None:
    for row in (_judge(1000, 1000, 50, None), _judge(10, 0, 5), _judge(10, 1000, None)):
        assert row["sampling_precision"] is None


def test_every_domain_keeps_its_keys_and_order() -> None:
    totals = pl.DataFrame(
        {
            "region_code": ["330112", "330110", "330110"],
            "species_group": ["pine", None, "fir"],
            "stands_value": [100, 200, 300],
            "plots_value": [110, 100, 290],
            "plots_se": [10, 20, 20],
            "plots_df": [29, 29, 29],
        }
    )
    rows = judge_stands(totals, LIMITS)
    assert rows["verdict"].to_list() == ["accepted", "survey_again", "accepted"]
    assert rows.select("region_code", "species_group").equals(
        totals.select("region_code", "species_group")
    )


def test_refused_with_a_reason() -> None:
    with pytest.raises(UsageProblem, match="plots_df"):
        judge_stands(
            pl.DataFrame({"stands_value": [1], "plots_value": [1], "plots_se": [1]}), LIMITS
        )
    with pytest.raises(UsageProblem, match="negative"):
        _judge(1000, 1000, -50)


def test_limits_are_those_of_the_table() -> None:
    rows = load_table("stands_against_plots").rows
    by_symbol = dict(rows.select("symbol", "value").iter_rows())
    assert set(by_symbol) == {field.name for field in fields(VerdictLimits)}
    assert load_limits() == LIMITS
    assert set(rows["source_id"]) == {"GBT26424"}
    assert set(rows["evidence"]) == {"recalled"}


def test_every_verdict_has_a_name_in_both_languages() -> None:
    with (parameter_dir() / "words.csv").open(encoding="utf-8") as file:
        named = {row["word"] for row in csv.DictReader(file) if row["zh"] and row["en"]}
    assert {*VERDICTS, "no_value", "no_standard_error", "eblup", "synthetic"} <= named
