"""Differences of two estimates."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from sinkcalc.accounting.change import GROUP, NO_ERROR, stock_change
from sinkcalc.schemas.results import Estimate
from sinkcalc.uncertainty.errors import Errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts

Key = tuple[str | None, str, str | None]


def _estimate(survey: int, figures: dict[Key, str], **common: Any) -> pl.DataFrame:
    """Make stored rows; a key is region code, quantity, pool."""
    base = {
        "run_id": f"run-{survey}",
        "survey": survey,
        "unit": "t C",
        "n": 1,
        "method": "cbef-zhejiang",
        "definition": "local: forest",
        "share_extrapolated": 0.0,
        "share_imputed": 0.0,
        "share_recalled": 0.0,
        "simulated": False,
    } | common
    rows = [
        base
        | {
            "region_code": region,
            "region_name": None if region is None else f"name of {region}",
            "quantity": quantity,
            "pool": pool,
            "depth_cm": 100 if pool == "soil" else None,
            "value": Decimal(value),
        }
        for (region, quantity, pool), value in figures.items()
    ]
    return pl.DataFrame(rows, schema=Estimate.create_empty().schema)


CITY: Key = (None, "carbon", "total")
NORTH: Key = ("330102", "carbon", "total")
SOUTH: Key = ("330105", "carbon", "total")


LOADINGS: Any = {
    "parameter_id": pl.String,
    "block": pl.String,
    "factor": pl.Int32,
    "loading": pl.Float64,
    "df": pl.Float64,
    "source": pl.String,
    "basis": pl.String,
}


def _parts(
    gradients: dict[Key, dict[str, float]],
    blocks: dict[str, tuple[str, float]] | None = None,
    residuals: dict[Key, float] | None = None,
) -> ErrorParts:
    """Make what errors consist of: derivatives by parameter; its block and loading; variances."""
    names = dict.fromkeys(GROUP, pl.String)

    def row(key: Key, *rest: Any) -> tuple[Any, ...]:
        region, quantity, pool = key
        return (region, *([None] * (len(GROUP) - 3)), quantity, pool, *rest)

    return ErrorParts(
        pl.DataFrame(
            [row(key, *one) for key, found in gradients.items() for one in found.items()],
            schema={**names, "parameter_id": pl.String, "derivative": pl.Float64},
            orient="row",
        ),
        pl.DataFrame(
            [row(key, "residual", variance) for key, variance in (residuals or {}).items()],
            schema={**names, "source": pl.String, "variance": pl.Float64},
            orient="row",
        ),
        Errors(
            pl.DataFrame(
                [
                    (parameter, block, 0, loading, None, "coefficients", "published")
                    for parameter, (block, loading) in (blocks or {}).items()
                ],
                schema=LOADINGS,
                orient="row",
            ),
            NO_SPREADS,
        ),
    )


NOTHING = _parts({})


def _change(
    first: pl.DataFrame,
    last: pl.DataFrame,
    parts: tuple[ErrorParts, ErrorParts] = (NOTHING, NOTHING),
) -> list[dict[str, Any]]:
    return stock_change(first, last, parts).collect().to_dicts()


def test_later_minus_earlier_and_per_year() -> None:
    """1250.5 - 1000.25 = 250.25 t C in five years: 50.05 a year."""
    (row,) = _change(_estimate(2015, {CITY: "1000.25"}), _estimate(2020, {CITY: "1250.5"}))
    assert row["change"] == Decimal("250.25")
    assert row["change_per_year"] == pytest.approx(50.05, rel=1e-15)
    assert (row["survey_from"], row["survey_to"]) == (2015, 2020)
    assert (row["run_id_from"], row["run_id_to"]) == ("run-2015", "run-2020")
    assert (row["value_from"], row["value_to"]) == (Decimal("1000.25"), Decimal("1250.5"))


def test_compound_rate_where_both_are_above_zero() -> None:
    """100 to 121 in two years is 10 % a year; from or to 0 or less there is no rate."""
    pairs = {"100": "121", "0": "5", "7": "0", "-1": "2"}
    for before, after in pairs.items():
        (row,) = _change(_estimate(2018, {CITY: before}), _estimate(2020, {CITY: after}))
        rate = row["change_fraction_per_year"]
        assert rate == (pytest.approx(0.1, rel=1e-12) if before == "100" else None)


def test_a_loss_is_negative() -> None:
    (row,) = _change(_estimate(2015, {CITY: "10"}), _estimate(2020, {CITY: "7.5"}))
    assert row["change"] == Decimal("-2.5")
    assert row["change_per_year"] == -0.5


def test_what_both_surveys_share_leaves_only_its_difference() -> None:
    """Carbon 100 and 130 t of one coefficient of 2 % and of measurements of 3 %, one a survey.

    Of the coefficient 0.02 x (130 - 100) = 0.6 t is left; of the measurements
    0.03 x 100 = 3 t and 0.03 x 130 = 3.9 t, independent; stands deviate by 16 and 9 t2.
    Var = 0.36 + 9 + 15.21 + 16 + 9 = 49.57, se = 7.040597 t; nothing is a small sample:
    30 -+ 1.959964 x 7.040597 = 16.20068 to 43.79932 t.

    As if independent: 100 has 4 + 9 + 16 = 29, 130 has 6.76 + 15.21 + 9 = 30.97: sqrt(59.97)
    = 7.744030 t. The variances of the rows hold the coefficient twice.
    """
    first = _estimate(2015, {CITY: "100"}, se=29**0.5)
    last = _estimate(2020, {CITY: "130"}, se=30.97**0.5)
    parts = tuple(
        _parts(
            {CITY: {"fraction": value, "volume": value}},
            {"fraction": ("fraction", 0.02), "volume": (f"volume.{year}", 0.03)},
            {CITY: single},
        )
        for year, value, single in ((2015, 100.0, 16.0), (2020, 130.0, 9.0))
    )
    (row,) = _change(first, last, (parts[0], parts[1]))
    assert row["se"] == pytest.approx(7.040597, rel=1e-6)
    assert row["se_if_independent"] == pytest.approx(7.744030, rel=1e-6)
    assert row["ci_low"] == pytest.approx(16.20068, abs=1e-4)
    assert row["ci_high"] == pytest.approx(43.79932, abs=1e-4)
    assert row["se_reason"] is None


@pytest.mark.parametrize("without", [2015, 2020])
def test_a_survey_without_error_leaves_the_change_without_and_says_so(without: int) -> None:
    first, last = (
        _estimate(year, {CITY: "1"}, se=None if year == without else 0.5) for year in (2015, 2020)
    )
    known = _parts({CITY: {"fraction": 1.0}}, {"fraction": ("fraction", 0.5)})
    (row,) = _change(first, last, (known, known))
    assert (row["se"], row["se_if_independent"]) == (None, None)
    assert (row["ci_low"], row["ci_high"]) == (None, None)
    assert row["se_reason"] == NO_ERROR


def test_a_group_that_one_survey_lacks_has_the_error_of_the_other() -> None:
    """South is new: 12 t with an error of 5 %: 0.6 t."""
    none = _parts({}, {"fraction": ("fraction", 0.05)})
    south = _parts({SOUTH: {"fraction": 12.0}}, {"fraction": ("fraction", 0.05)})
    north = _estimate(2015, {NORTH: "30"}, se=1.5)
    rows = _change(north, _estimate(2020, {SOUTH: "12"}, se=0.6), (none, south))
    found = {row["region_code"]: row for row in rows}
    assert found["330105"]["se"] == pytest.approx(0.6, rel=1e-12)
    assert found["330105"]["se_if_independent"] == 0.6


def test_a_group_that_only_one_survey_has_counts_from_or_to_zero() -> None:
    """North of 30 t C is gone in 2020, south of 12 t C is new: the sum of changes is -18."""
    rows = _change(_estimate(2015, {NORTH: "30"}), _estimate(2020, {SOUTH: "12"}))
    found = {row["region_code"]: row for row in rows}
    assert found.keys() == {"330102", "330105"}
    assert found["330102"]["change"] == Decimal("-30")
    assert (found["330102"]["value_from"], found["330102"]["value_to"]) == (30, 0)
    assert found["330105"]["change"] == Decimal("12")
    assert found["330105"]["value_from"] == 0
    for row in rows:
        assert row["unit"] == "t C"
        assert row["region_name"] == f"name of {row['region_code']}"
        assert (row["run_id_from"], row["run_id_to"]) == ("run-2015", "run-2020")


def test_quantities_pools_and_depths_are_kept_apart() -> None:
    soil: Key = (None, "carbon", "soil")
    area: Key = (None, "area", None)
    first = _estimate(2015, {area: "5", CITY: "10", soil: "8"})
    last = _estimate(2020, {area: "6", CITY: "13", soil: "9"})
    found = {(r["quantity"], r["pool"], r["depth_cm"]): r["change"] for r in _change(first, last)}
    assert found == {
        ("area", None, None): 1,
        ("carbon", "total", None): 3,
        ("carbon", "soil", 100): 1,
    }
    other = last.with_columns(pl.lit(30, pl.Int32).alias("depth_cm"))
    soils = [r for r in _change(first, other) if r["pool"] == "soil"]
    assert sorted((r["depth_cm"], r["change"]) for r in soils) == [(30, 9), (100, -8)]


def test_order_is_that_of_the_later_estimate() -> None:
    first = _estimate(2015, {NORTH: "1", SOUTH: "2", CITY: "3"})
    last = _estimate(2020, {CITY: "3", SOUTH: "2"})
    assert [row["region_code"] for row in _change(first, last)] == [None, "330105", "330102"]


@pytest.mark.parametrize("simulated", [(False, False), (True, False), (False, True)])
def test_one_simulated_survey_makes_the_change_simulated(simulated: tuple[bool, bool]) -> None:
    first, last = (
        _estimate(year, {CITY: "1", region: "2"}, simulated=mark)
        for year, region, mark in zip((2015, 2020), (NORTH, SOUTH), simulated, strict=True)
    )
    marks = {row["region_code"]: row["simulated"] for row in _change(first, last)}
    assert marks[None] is any(simulated)
    assert marks["330102"] is simulated[0]
    assert marks["330105"] is simulated[1]
