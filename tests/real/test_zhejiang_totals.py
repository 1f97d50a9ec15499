"""The forest of Zhejiang by type, through the aggregation, against the published totals."""

import csv
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.accounting.stock import pool_quantities, pool_rows
from sinkcalc.coefficients.table import PARAMETER_COLUMNS
from sinkcalc.models.dead_organic import area_density
from sinkcalc.models.terms import as_floats
from sinkcalc.schemas.stages import Cell, Pools, join_pools
from sinkcalc.vocabulary import VOLUME_MEASUREMENT

FILE = (
    Path(__file__).parents[2].parent
    / "shared"
    / "data"
    / "zhejiang_forest_carbon_li2016"
    / "carbon_by_forest_type.csv"
)
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"data are not here: {FILE}")

# pool of the estimate -> column of the file, published Tg C
PUBLISHED = {
    "above_ground": ("tree_c_t_ha", 122.88),
    "understorey": ("shrub_herb_c_t_ha", 16.73),
    "litter": ("litter_c_t_ha", 11.36),
    "soil": ("soil_c_t_ha", 451.76),
}
ECOSYSTEM = 602.73
T_PER_TG = Decimal(1_000_000)


def _types() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _cells(types: list[dict[str, str]]) -> pl.LazyFrame:
    """One cell a type, its name in the place of the species; the area in the file is in 100 ha."""
    rows = [
        {
            "cell_id": number,
            "region_code": "330000",
            "vegetation_class": "bamboo" if row["forest_type_en"] == "Bamboo" else "arbor",
            "species": row["forest_type_en"],
            "species_group": row["forest_type_en"],
            "origin": None,
            "age_group": None,
            "forest_category": None,
            "measure": "missing",
            "extrapolated": False,
            "volume_error": VOLUME_MEASUREMENT,
            "stands": 1,
            "area_ha": Decimal(row["area_100ha"]) * 100,
            "squared_area_ha2": (Decimal(row["area_100ha"]) * 100) ** 2,
            "volume_m3": Decimal(0),
            "culms": Decimal(0),
            "scattered_volume_m3": Decimal(0),
            "living_stands": 0,
        }
        for number, row in enumerate(types)
    ]
    cells = as_floats(Cell.cast(pl.DataFrame(rows, infer_schema_length=None)).lazy())
    return cells.with_columns(pl.lit(False).alias("fallback"))


def _densities(types: list[dict[str, str]], pool: str) -> pl.DataFrame:
    """Parameter rows with the density of one layer of each type."""
    column, _ = PUBLISHED[pool]
    rows = [
        {
            "parameter_id": f"{pool}.{row['forest_type_en']}",
            "species": row["forest_type_en"],
            "symbol": pool,
            "value": float(row[column]),
            "unit": "t C/ha",
            "evidence": "read",
        }
        for row in types
    ]
    return pl.DataFrame(rows, schema=PARAMETER_COLUMNS)


def _provincial_rows(by: list[str]) -> pl.DataFrame:
    types = _types()
    cells = _cells(types)
    densities = {pool: _densities(types, pool) for pool in PUBLISHED}
    carbon = join_pools(
        [area_density(cells, rows, pool, pool=pool) for pool, rows in densities.items()]
    )
    no_biomass = Pools(carbon.stocks.clear(), carbon.sensitivities.clear())
    evidence = pl.concat(densities.values()).select("parameter_id", "evidence")
    rows = pool_rows(cells, pool_quantities(no_biomass, carbon), evidence, by)
    return rows.filter(pl.col("quantity") == "carbon").collect()


def test_published_totals(capsys: pytest.CaptureFixture[str]) -> None:
    """Within 0.1 %: densities are printed to 0.01 t C/ha and totals to 0.01 Tg C.

    On litter of about 2.3 t C/ha a density alone is rounded by up to 0.2 %, of either sign over
    14 types. The paper's ecosystem total is the sum of its four layers.
    """
    rows = _provincial_rows([])
    found = {pool: value / T_PER_TG for pool, value in rows.select("pool", "value").iter_rows()}
    assert set(found) == {*PUBLISHED, "total", "vegetation"}
    for pool, (_, published) in PUBLISHED.items():
        assert float(found[pool]) == pytest.approx(published, rel=1e-3), pool
    assert float(found["total"]) == pytest.approx(ECOSYSTEM, rel=1e-3)
    assert found["vegetation"] == found["above_ground"] + found["understorey"]
    assert rows["n"].unique().to_list() == [14]
    with capsys.disabled():
        shown = ", ".join(
            f"{pool} {float(found[pool]):.2f} ({published})"
            for pool, (_, published) in PUBLISHED.items()
        )
        # the figures belong in the output of the test
        print(f"\nZhejiang by forest type, Tg C (published): {shown}")


def test_each_type_meets_its_published_stock() -> None:
    """Ecosystem stock of a type, printed to 0.01 Tg C.

    The sum of four densities rounded to 0.01 t C/ha may miss by 0.02 t C/ha times the area.
    """
    types = _types()
    rows = _provincial_rows(["species_group"]).filter(pl.col("pool") == "total")
    found = dict(rows.select("species_group", "value").iter_rows())
    assert len(found) == len(types) == 14
    for row in types:
        area = float(row["area_100ha"]) * 100
        stock = float(found[row["forest_type_en"]] / T_PER_TG)
        assert stock == pytest.approx(float(row["ecosystem_c_tg"]), abs=0.005 + 0.02 * area / 1e6)
