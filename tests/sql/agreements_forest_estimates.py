"""Queries that set the estimates of one run side by side, beside the rows of `estimate`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from query_city import QueryCity
from simulated_city import YEARS

from sinkcalc.units import MU_PER_HA

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
        "age_structure", "age_group", ("age_group",), lambda row: row["age_group"] is not None
    ),
    SideBySide("carbon_by_species_group", "species_group", ("species_group",)),
    SideBySide(
        "economic_and_shrub_carbon_by_county",
        "region,vegetation_class",
        ("region_code", "vegetation_class"),
        _economic,
    ),
)
AGREEMENTS = {query.name: query for query in QUERIES}
