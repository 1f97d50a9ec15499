"""Queries that set the estimates of one run side by side, beside the rows of `estimate`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl
from query_city import QueryCity
from simulated_city import YEARS

from sinkcalc.store.results import read_flags
from sinkcalc.units import MU_PER_HA
from sinkcalc.vocabulary import DEFAULT_METHOD, METHODS

Row = dict[str, Any]
Key = tuple[object, ...]
LAST = YEARS[-1]
PARTS = {"value": "", "se": "_se", "ci_low": "_ci_low", "ci_high": "_ci_high"}
QUANTITIES = {
    "forest_area_ha": ("area", None),
    "growing_stock_m3": ("growing_stock", None),
    "living_stock_m3": ("living_stock", None),
    "vegetation_carbon_t": ("carbon", "vegetation"),
    "total_carbon_t": ("carbon", "total"),
    "soil_carbon_t": ("carbon", "soil"),
    "total_co2e_t": ("co2e", "total"),
}
# numerator and denominator of what a query divides
RATIOS = {
    "vegetation_carbon_t_per_ha": ("vegetation_carbon_t", "forest_area_ha"),
    "total_carbon_t_per_ha": ("total_carbon_t", "forest_area_ha"),
    "soil_carbon_t_per_ha": ("soil_carbon_t", "forest_area_ha"),
}


def close(found: object, expected: float | None) -> bool:
    """Compare a figure that SQL divided or added."""
    if found is None or expected is None:
        return found is expected
    return abs(float(str(found)) - expected) <= 1e-12 * abs(expected)


@dataclass(frozen=True)
class SideBySide:
    """A query whose rows hold several estimates of one group.

    Attributes
    ----------
    by
        Keys of the runs, as `--by` names them.
    columns
        Columns of rows that make a group, as estimates name them.
    where
        Which groups are asked for.
    years
        Surveys in the result.
    """

    name: str
    by: str
    columns: tuple[str, ...]
    where: Callable[[Row], bool] = lambda _: True
    years: Sequence[int] = (LAST,)

    def __call__(self, city: QueryCity) -> None:
        """Compare every figure of every row, exactly, and ratios to 1e-12."""
        rows = city.query(self.name)
        shown = {figure for column, figure in QUANTITIES.items() if column in rows[0]}
        expected = self._expected(city, shown)
        groups = {key[:-2] for key in expected}
        assert {self._key(row) for row in rows} == groups
        assert len(rows) == len(groups) > 0
        checked = 0
        for row in rows:
            for column, figure in QUANTITIES.items():
                if column not in row:
                    continue
                want = expected.get((*self._key(row), *figure))
                for part, suffix in PARTS.items():
                    found = row[column + suffix]
                    given = None if want is None else want[part]
                    assert (found is None) == (given is None), (row, column)
                    assert found is None or float(found) == float(given), (row, column)
                    checked += found is not None
                if want is not None:
                    assert row["run_id"] == want["run_id"]
            self._check_derived(row, rows)
        assert checked >= len(rows)

    def _key(self, row: Row) -> Key:
        return (row["survey"], *(row[column] for column in self.columns))

    def _expected(self, city: QueryCity, shown: set[tuple[str, str | None]]) -> dict[Key, Row]:
        found: dict[Key, Row] = {}
        by = ("--by", self.by) if self.by else ()
        for year in self.years:
            for row in city.command("estimate", "--survey", year, *by):
                if self.where(row) and (row["quantity"], row["pool"]) in shown:
                    key = (*self._key(row), row["quantity"], row["pool"])
                    assert key not in found
                    found[key] = row
        return found

    def _check_derived(self, row: Row, rows: list[Row]) -> None:
        for column, (above, below) in RATIOS.items():
            if column in row:
                value = None if row[above] is None else float(row[above]) / float(row[below])
                assert close(row[column], value), (row, column)
        if "forest_area_mu" in row:
            assert close(row["forest_area_mu"], float(row["forest_area_ha"]) * MU_PER_HA)
        whole = sum(float(one.get("forest_area_ha") or 0) for one in rows)
        for column in ("share_of_forest_fraction", "share_of_area_fraction"):
            if column in row:
                assert close(row[column], float(row["forest_area_ha"]) / whole)
        if "growing_stock_m3_per_mu" in row:
            area = float(row["forest_area_ha"]) * MU_PER_HA
            assert close(row["growing_stock_m3_per_mu"], float(row["growing_stock_m3"]) / area)


def _economic(row: Row) -> bool:
    return row["vegetation_class"] in ("economic", "special_shrub")


REGION = ("region", ("region_code",))
QUERIES = (
    SideBySide("forest_history", "", (), years=YEARS),
    SideBySide("forest_area_by_county", *REGION),
    SideBySide("carbon_by_county", *REGION),
    SideBySide("carbon_density_by_county", *REGION),
    SideBySide("soil_carbon_by_county", *REGION),
    SideBySide("forest_area_by_class", "vegetation_class", ("vegetation_class",)),
    SideBySide("natural_and_planted_forest", "origin", ("origin",)),
    SideBySide(
        "age_structure",
        "vegetation_class,age_group",
        ("age_group",),
        lambda row: row["vegetation_class"] == "arbor",
    ),
    SideBySide("carbon_by_species_group", "species_group", ("species_group",)),
    SideBySide(
        "economic_and_shrub_carbon_by_county",
        "region,vegetation_class",
        ("region_code", "vegetation_class"),
        _economic,
    ),
)


def _same(row: Row, want: Row, name: str) -> None:
    """Compare a figure with its error, exactly."""
    for part, suffix in PARTS.items():
        found, given = row[name + suffix], want[part]
        assert (found is None) == (given is None), (row, want)
        assert found is None or float(found) == float(given), (row, want)
    assert row["run_id"] == want["run_id"]


def _of_city(city: QueryCity, year: int, *words: object) -> dict[Key, Row]:
    rows = city.command("estimate", "--survey", year, *words)
    return {(row["method"], row["quantity"], row["pool"]): row for row in rows}


def carbon_by_pool(city: QueryCity) -> None:
    expected = _of_city(city, LAST)
    rows = city.query("carbon_by_pool")
    pools = [row["pool"] for row in rows]
    assert set(pools) == {pool for _, quantity, pool in expected if quantity == "carbon"}
    assert len(pools) == len(set(pools))
    total = float(expected[DEFAULT_METHOD, "carbon", "total"]["value"])
    for row in rows:
        want = expected[DEFAULT_METHOD, "carbon", row["pool"]]
        _same(row, want, "carbon_t")
        assert row["depth_cm"] == want["depth_cm"]
        assert close(row["share_of_total_fraction"], float(want["value"]) / total)


def co2e_by_survey(city: QueryCity) -> None:
    rows = city.query("co2e_by_survey")
    asked = [(row["survey"], row["pool"]) for row in rows]
    assert asked == [(year, pool) for year in YEARS for pool in ("total", "vegetation")]
    for row in rows:
        expected = _of_city(city, row["survey"])
        for quantity in ("carbon", "co2e"):
            _same(row, expected[DEFAULT_METHOD, quantity, row["pool"]], f"{quantity}_t")


def estimates_by_method(city: QueryCity) -> None:
    """Every quantity and pool, of the same rows as the command's."""
    expected: dict[Key, Row] = {}
    for row in city.command("estimate", "--survey", LAST, "--method", "all"):
        if row["vegetation_class"] is None:
            expected[row["method"], row["quantity"], row["pool"]] = row
    figures = {(quantity, pool) for _, quantity, pool in expected}
    assert {("carbon", "vegetation"), ("growing_stock", None), ("co2e", "total")} <= figures
    for quantity, pool in figures:
        asked = {"quantity": quantity} | ({} if pool is None else {"pool": pool})
        rows = city.query("estimates_by_method", **asked)
        assert [row["method"] for row in rows] == sorted(METHODS)
        default = float(expected[DEFAULT_METHOD, quantity, pool]["value"])
        for row in rows:
            want = expected[row["method"], quantity, pool]
            assert all(row[key] == want[key] for key in ("se", "ci_low", "ci_high", "run_id"))
            assert float(row["value"]) == float(want["value"])
            relative = float(want["value"]) / default - 1
            assert abs(row["difference_fraction"] - relative) <= 1e-12


def carbon_by_county_and_its_basis(city: QueryCity) -> None:
    expected = {
        row["region_code"]: row
        for row in city.command("estimate", "--survey", LAST, "--by", "region")
        if (row["quantity"], row["pool"]) == ("carbon", "total")
    }
    rows = city.query("carbon_by_county_and_its_basis")
    assert [row["region_code"] for row in rows] == sorted(expected)
    for row in rows:
        want = expected[row["region_code"]]
        _same(row, want, "total_carbon_t")
        shares = [name for name in want if name.startswith("share_")]
        assert len(shares) == 5
        assert all(row[name] == want[name] for name in shares)
        assert close(row["relative_se_fraction"], want["se"] / float(want["value"]))


def bamboo_by_county(city: QueryCity) -> None:
    """Estimates as the command gives them, culms as the file has them."""
    words = ("--survey", LAST, "--by", "region,vegetation_class")
    expected = {
        (row["region_code"], row["quantity"], row["pool"]): row
        for row in city.command("estimate", *words)
        if row["vegetation_class"] == "bamboo"
    }
    rows = city.query("bamboo_by_county")
    assert [row["region_code"] for row in rows] == sorted({region for region, _, _ in expected})
    stands = city.stands(LAST).filter(vegetation_class="bamboo")
    for row in rows:
        region = row["region_code"]
        _same(row, expected[region, "area", None], "bamboo_area_ha")
        _same(row, expected[region, "carbon", "vegetation"], "vegetation_carbon_t")
        _same(row, expected[region, "carbon", "total"], "total_carbon_t")
        own = stands.filter(region_code=region)
        counted = own.filter(own["culms"].is_not_null())
        assert row["culms"] == (counted["culms"].sum() if counted.height else None)
        area = float(counted["area_ha"].sum())
        assert close(row["culms_per_ha"], counted["culms"].sum() / area if area else None)
        assert row["area_without_culms_ha"] == own["area_ha"].sum() - counted["area_ha"].sum()


def flagged_stands(city: QueryCity) -> None:
    """All flags as the command tells them; four of them counted in the file."""
    forest = _of_city(city, LAST)[DEFAULT_METHOD, "area", None]
    rows = city.query("flagged_stands")
    with duckdb.connect(str(city.db), read_only=True) as con:
        told = read_flags(con, forest["run_id"])
    keys = ["flag", "vegetation_class", "pool"]
    sums = told.group_by(keys).agg(pl.col("stands", "area_ha").sum())
    expected = {tuple(row[key] for key in keys): row for row in sums.iter_rows(named=True)}
    assert {tuple(row[key] for key in keys) for row in rows} == expected.keys()
    for row in rows:
        want = expected[tuple(row[key] for key in keys)]
        assert (row["stands"], row["area_ha"]) == (want["stands"], want["area_ha"])
        share = float(want["area_ha"]) / float(forest["value"])
        assert close(row["share_of_forest_fraction"], share)
    counted = {(row["flag"], row["vegetation_class"]): row["stands"] for row in rows}
    stands = city.stands(LAST)
    arbor, bamboo = (stands.filter(vegetation_class=name) for name in ("arbor", "bamboo"))
    for flag, own in (
        ("volume_zero", arbor.filter(pl.col("volume_m3") == 0)),
        ("volume_missing_carbon_imputed", arbor.filter(pl.col("volume_m3").is_null())),
        ("species_not_recorded", arbor.filter(pl.col("species").is_null())),
        ("culms_missing_imputed", bamboo.filter(pl.col("culms").is_null())),
    ):
        name = "bamboo" if "culms" in flag else "arbor"
        assert counted.get((flag, name), 0) == own.height, flag


def error_budget(city: QueryCity) -> None:
    budget = city.command("estimate", "--survey", LAST, "--budget")
    for quantity, pool in (("carbon", "vegetation"), ("carbon", "total"), ("growing_stock", None)):
        expected = {
            row["source"]: row
            for row in budget
            if (row["quantity"], row["pool"]) == (quantity, pool)
        }
        asked = {"quantity": quantity} | ({} if pool is None else {"pool": pool})
        rows = city.query("error_budget", **asked)
        assert {row["source"] for row in rows} == expected.keys()
        assert len(rows) == len(expected) > 0
        for row in rows:
            want = expected[row["source"]]
            for name in ("se", "variance_fraction", "se_of_value"):
                assert row[name] == want[name]
            assert float(row["value"]) == float(want["value"])
        assert [row["se"] for row in rows] == sorted((row["se"] for row in rows), reverse=True)


def forest_cover(city: QueryCity) -> None:
    """Compare the cover of every survey with its area, and of the last with `target`."""
    rows = city.query("forest_cover")
    assert [row["survey"] for row in rows] == list(YEARS)
    for row in rows:
        want = _of_city(city, row["survey"])[DEFAULT_METHOD, "area", None]
        land = float(row["land_area_ha"])
        assert float(row["forest_area_ha"]) == float(want["value"])
        for part, suffix in PARTS.items():
            assert close(row["forest_cover_fraction" + suffix], float(want[part]) / land)
    (target,) = (
        row
        for row in city.command("target", "--as-of", LAST)
        if row["indicator"] == "forest_cover" and row["current_year"] == LAST
    )
    assert close(rows[-1]["forest_cover_fraction"], target["current_value"])
    assert close(rows[-1]["forest_cover_fraction_se"], target["current_se"])


AGREEMENTS = {
    **{query.name: query for query in QUERIES},
    "carbon_by_pool": carbon_by_pool,
    "co2e_by_survey": co2e_by_survey,
    "estimates_by_method": estimates_by_method,
    "carbon_by_county_and_its_basis": carbon_by_county_and_its_basis,
    "bamboo_by_county": bamboo_by_county,
    "flagged_stands": flagged_stands,
    "forest_cover": forest_cover,
    "error_budget": error_budget,
}
