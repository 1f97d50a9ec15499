"""Errors of a back-test, by hand."""

import polars as pl
import pytest

from sinkcalc.accounting.back_test import back_test_rows
from sinkcalc.schemas.forecast import Forecast
from sinkcalc.schemas.results import Estimate

CITY, ONE, TWO = None, "330127", "330182"


def _rows(schema: pl.Schema, records: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(
        [{name: record.get(name) for name in schema} for record in records], schema=schema
    )


def _ahead(*figures: tuple[str | None, int, float, float, float]) -> pl.DataFrame:
    records = [
        {
            "scenario": "as_now",
            "year": year,
            "region_code": region,
            "region_name": None if region is None else f"county {region}",
            "quantity": "growing_stock",
            "value": value,
            "ci_low": low,
            "ci_high": high,
            "simulated": True,
        }
        for region, year, value, low, high in figures
    ]
    # a pool that an estimate compares with nothing
    records.append(records[0] | {"quantity": "carbon", "pool": "soil"})
    return _rows(Forecast.create_empty().schema, records)


def _estimate(*figures: tuple[str | None, str, float]) -> pl.DataFrame:
    return _rows(
        Estimate.create_empty().schema,
        [
            {"region_code": region, "quantity": quantity, "value": value}
            for region, quantity, value in figures
        ],
    )


def test_errors_by_hand() -> None:
    """From 100 to 150 m3 the change is 50; 140 was forecast: -10 is -1/15 of 150, -1/5 of 50."""
    rows = back_test_rows(
        _ahead((CITY, 2020, 140, 120, 160), (CITY, 2015, 100, 90, 110)),
        _estimate((CITY, "growing_stock", 100)),
        _estimate((CITY, "growing_stock", 150)),
        (2015, 2020),
    )
    row = rows.row(0, named=True)
    assert rows.height == 1
    assert (row["survey_from"], row["survey_to"], row["unit"]) == (2015, 2020, "m3")
    assert (row["value_from"], row["forecast"], row["observed"]) == (100, 140, 150)
    assert row["error"] == -10
    assert row["error_fraction"] == pytest.approx(-1 / 15)
    assert row["error_of_change_fraction"] == pytest.approx(-1 / 5)
    assert row["inside_interval"]
    assert row["simulated"]


def test_a_fall_that_was_not_foreseen_is_an_error_above() -> None:
    """From 100 to 80: the forecast of 90 is 10 above, half of the change of 20."""
    rows = back_test_rows(
        _ahead((CITY, 2020, 90, 85, 95)),
        _estimate((CITY, "growing_stock", 100)),
        _estimate((CITY, "growing_stock", 80)),
        (2015, 2020),
    )
    assert rows["error_of_change_fraction"].to_list() == [0.5]
    assert rows["inside_interval"].to_list() == [False]


def test_what_one_side_lacks_and_shares_of_nothing() -> None:
    """County 2 is new in the later survey, county 1 does not change."""
    rows = back_test_rows(
        _ahead((ONE, 2020, 101, 90, 110), (CITY, 2020, 101, 90, 110)),
        _estimate((ONE, "growing_stock", 100), (CITY, "growing_stock", 100)),
        _estimate(
            (TWO, "growing_stock", 5), (ONE, "growing_stock", 100), (CITY, "growing_stock", 105)
        ),
        (2015, 2020),
    )
    assert rows["region_code"].to_list() == [CITY, ONE, TWO]
    assert rows["forecast"].to_list() == [101, 101, 0]
    assert rows["error_of_change_fraction"].to_list() == [-4 / 5, None, -1]
    assert rows["inside_interval"].to_list() == [True, True, None]
    assert rows["region_name"].to_list() == [None, f"county {ONE}", None]
