"""Queries of forests beside the commands and beside the raw files of the simulated city."""

from typing import Any

import polars as pl
from query_city import QueryCity, of_estimates
from simulated_city import YEARS

from sinkcalc.units import MU_PER_HA

Row = dict[str, Any]
LAST = YEARS[-1]
BY_REGION = ("--by", "region")


def same_estimates(found: list[Row], expected: list[Row], keys: list[str], name: str) -> None:
    """Compare value, error and interval of a figure with the rows of a command, exactly."""
    columns = {"value": name, "se": f"{name}_se", "ci_low": f"{name}_ci_low"}
    columns["ci_high"] = f"{name}_ci_high"
    given = {tuple(row[key] for key in keys): row for row in expected}
    assert len(given) == len(expected) == len(found) > 0
    for row in found:
        want = given[tuple(row[key] for key in keys)]
        for key, column in columns.items():
            assert column not in row or float(row[column]) == float(want[key]), (row, want)
        assert row.get("run_id", want["run_id"]) == want["run_id"]


def _areas(city: QueryCity, vegetation_class: str, year: int) -> dict[str, float]:
    """Sum the area of a class by county, from the file."""
    stands = city.stands(year).filter(vegetation_class=vegetation_class)
    sums = stands.group_by("region_code").agg(pl.col("area_ha").sum())
    return {code: float(area) for code, area in sums.iter_rows()}


def _growing_stock(city: QueryCity, rows: list[Row], years: tuple[int, ...]) -> None:
    expected = [
        row
        for year in years
        for row in of_estimates(city, year, *BY_REGION, quantity="growing_stock")
    ]
    same_estimates(rows, expected, ["survey", "region_code"], "growing_stock_m3")
    areas = {year: _areas(city, "arbor", year) for year in years}
    for row in rows:
        area = areas[row["survey"]][row["region_code"]]
        assert float(row["arbor_area_ha"]) == area
        per_mu = float(row["growing_stock_m3"]) / area / MU_PER_HA
        assert abs(row["growing_stock_m3_per_mu"] / per_mu - 1) < 1e-12


def growing_stock_by_county(city: QueryCity) -> None:
    _growing_stock(city, city.query("growing_stock_by_county"), (LAST,))


def growing_stock_history(city: QueryCity) -> None:
    _growing_stock(city, city.query("growing_stock_history"), YEARS)


AGREEMENTS = {
    "growing_stock_by_county": growing_stock_by_county,
    "growing_stock_history": growing_stock_history,
}
