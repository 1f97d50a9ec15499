"""Differences of two estimates."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from sinkcalc.accounting.change import stock_change
from sinkcalc.schemas.results import Estimate

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


def _change(first: pl.DataFrame, last: pl.DataFrame) -> list[dict[str, Any]]:
    return stock_change(first, last).collect().to_dicts()


def test_later_minus_earlier_and_per_year() -> None:
    """1250.5 - 1000.25 = 250.25 t C in five years: 50.05 a year."""
    (row,) = _change(_estimate(2015, {CITY: "1000.25"}), _estimate(2020, {CITY: "1250.5"}))
    assert row["change"] == Decimal("250.25")
    assert row["change_per_year"] == pytest.approx(50.05, rel=1e-15)
    assert (row["survey_from"], row["survey_to"]) == (2015, 2020)
    assert (row["run_id_from"], row["run_id_to"]) == ("run-2015", "run-2020")
    assert (row["value_from"], row["value_to"]) == (Decimal("1000.25"), Decimal("1250.5"))


def test_a_loss_is_negative() -> None:
    (row,) = _change(_estimate(2015, {CITY: "10"}), _estimate(2020, {CITY: "7.5"}))
    assert row["change"] == Decimal("-2.5")
    assert row["change_per_year"] == -0.5


def test_no_error_and_the_reason() -> None:
    """The surveys share coefficients: their errors must not be added as squares."""
    first, last = (_estimate(y, {CITY: "1"}, se=0.5, ci_low=0.0) for y in (2015, 2020))
    (row,) = _change(first, last)
    assert row["se"] is None
    assert "share" in row["se_reason"]


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
