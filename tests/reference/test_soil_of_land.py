"""Soil carbon of forest, wetland and farmland to 30 cm in one table, by hand, two counties.

                    shangcheng                          yuhang
forest              10 ha Masson pine, natural          5 ha bamboo
                    80.4 * 0.485476 * 10 = 390.3227     71.63 * 0.554975 * 5 = 198.7643
wetland             2 ha marsh: 135 * 2 = 270           1 ha swamp: 135
farmland            100 ha paddy on red soil            4 ha dry, red soil, full, medium
                    55 * 1.35 * 100 = 7425              55 * 0.69 * 4 = 151.8
sum                 8085.3227                           485.5643
"""

import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from made_land import put_farmland, put_wetlands

from sinkcalc.accounting.land_soil import LandPart, land_soil
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.load_stands import load_stands
from sinkcalc.pipeline.soil_lands import SoilOptions
from sinkcalc.pipeline.soil_of_land import SoilTable, soil_of_land
from sinkcalc.store.connection import reading
from sinkcalc.store.results import list_runs, read_error_parts
from sinkcalc.uncertainty.errors import Errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts, sum_errors

SHANGCHENG, YUHANG = "330102", "330110"
STANDS = """stand_id,region_code,vegetation_class,area_ha,species,origin,age_group,volume_m3,culms
1,330102,arbor,10,masson_pine,natural,middle,600,
2,330110,bamboo,5,moso_bamboo,,,,12000
"""
FARMLAND = [
    ("a", SHANGCHENG, "paddy", "low_activity_clay", None, None, "100", None, None, None),
    ("b", YUHANG, "dry_cropland", "low_activity_clay", "full", "medium", "4", None, None, None),
]
# the stand that holds the swamp of 4 ha counts it; paddies are farmland
WETLANDS = [
    ("a", SHANGCHENG, "marsh", "2", None),
    ("b", SHANGCHENG, "reservoir", "80", None),
    ("c", SHANGCHENG, "paddy", "6", None),
    ("d", YUHANG, "forest_swamp", "1", None),
    ("e", YUHANG, "forest_swamp", "4", "2"),
]
REFERENCE = "cropland-soil.reference.low_activity_clay"
CARBON = {
    (SHANGCHENG, "forest"): "390.3227",
    (SHANGCHENG, "wetland"): "270",
    (SHANGCHENG, "farmland"): "7425",
    (SHANGCHENG, None): "8085.3227",
    (YUHANG, "forest"): "198.7643",
    (YUHANG, "wetland"): "135",
    (YUHANG, "farmland"): "151.8",
    (YUHANG, None): "485.5643",
}
_SHARES = ("share_extrapolated", "share_imputed", "share_recalled", "share_fallback")


def _made_wetland() -> LandPart:
    """140 t C on 3 ha with an error of 10 %."""
    rows, gradients = [], []
    for quantity, pool, value in (("area", None, 3), ("carbon", "soil", 140)):
        rows.append((None, quantity, pool, Decimal(value), 1, 0.0, 0.0, 0.0, 0.0))
        gradients.append((None, quantity, pool, "made.density", float(value)))
    text = {"region_code": pl.String, "quantity": pl.String, "pool": pl.String}
    loading = {
        "parameter_id": ["made.density"],
        "block": ["made"],
        "factor": [0],
        "loading": [0.1],
        "df": [None],
        "source": ["coefficients"],
        "basis": ["published"],
    }
    loadings = pl.DataFrame(
        loading, schema_overrides={"factor": pl.Int32, "df": pl.Float64}, strict=False
    )
    return LandPart(
        "wetland",
        pl.DataFrame(
            rows,
            schema={
                **text,
                "value": pl.Decimal(20, 4),
                "n": pl.Int64,
                **dict.fromkeys(_SHARES, pl.Float64),
            },
            orient="row",
        ),
        ErrorParts(
            pl.DataFrame(
                gradients,
                schema={**text, "parameter_id": pl.String, "derivative": pl.Float64},
                orient="row",
            ),
            pl.DataFrame(schema={**text, "source": pl.String, "variance": pl.Float64}),
            Errors(loadings, NO_SPREADS),
        ),
        pl.DataFrame(schema={"region_code": pl.String, "area_ha": pl.Decimal(20, 4)}),
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with the stands and the farmland, and without wetlands."""
    folder = tmp_path_factory.mktemp("soil")
    (folder / "stands.csv").write_text(STANDS, encoding="utf-8")
    db = folder / "sinkcalc.duckdb"
    load_stands(db, [folder / "stands.csv"], LoadOptions(2020))
    put_farmland(db, 2020, FARMLAND)
    return db


@pytest.fixture(scope="module")
def loaded(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with all three lands."""
    db = Path(shutil.copy(plain, tmp_path_factory.mktemp("all") / "sinkcalc.duckdb"))
    put_wetlands(db, 2020, WETLANDS)
    return db


@pytest.fixture(scope="module")
def table(loaded: Path) -> SoilTable:
    return soil_of_land(loaded, SoilOptions(2020, by_region=True))


def _carbon(table: SoilTable) -> dict[tuple[str | None, str | None], Decimal]:
    rows = table.rows.filter(pl.col("quantity") == "carbon")
    return {(code, land): value for code, land, value in _three(rows)}


def _three(rows: pl.DataFrame) -> list[tuple[str | None, str | None, Decimal]]:
    return rows.select("region_code", "land", "value").rows()


def test_both_counties_by_hand(table: SoilTable) -> None:
    expected = {key: Decimal(value).quantize(Decimal("1e-4")) for key, value in CARBON.items()}
    assert _carbon(table) == expected
    area = dict(
        table.rows.filter((pl.col("quantity") == "area") & pl.col("land").is_null())
        .select("region_code", "value")
        .iter_rows()
    )
    assert area == {SHANGCHENG: Decimal("112.0000"), YUHANG: Decimal("10.0000")}
    assert table.missing == ()
    modelled = table.rows.filter(pl.col("quantity") != "area")
    assert modelled["depth_cm"].unique().to_list() == [30]
    assert modelled["pool"].unique().to_list() == ["soil"]


def test_each_hectare_counts_once_and_none_is_lost(plain: Path, tmp_path: Path) -> None:
    """Swamps of 60 and 40 ha name the bamboo of 5 ha: 95 ha are left, 95 * 135 t C."""
    db = Path(shutil.copy(plain, tmp_path / "sinkcalc.duckdb"))
    swamps = [("e", YUHANG, "forest_swamp", "60", "2"), ("f", YUHANG, "shrub_swamp", "40", "2")]
    flat = ("g", YUHANG, "inland_flat", "3", None)
    put_wetlands(db, 2020, [*WETLANDS[:1], *swamps, flat])
    found = soil_of_land(db, SoilOptions(2020, by_region=True))
    rows = found.rows.filter(pl.col("region_code") == YUHANG, pl.col("land") == "wetland")
    figures = dict(rows.select("quantity", "value").iter_rows())
    assert (figures["area"], figures["carbon"]) == (95, 95 * 135)
    forest = found.rows.filter(region_code=YUHANG, land="forest", quantity="area")
    assert forest["value"].item() == 5
    assert found.incomplete.rows() == [(YUHANG, "wetland", Decimal("3.0000"))]


def test_the_city_is_the_sum_of_its_counties(loaded: Path, table: SoilTable) -> None:
    city = soil_of_land(loaded, SoilOptions(2020))
    for quantity in ("area", "carbon", "co2e"):
        for land in ("forest", "wetland", "farmland", None):
            chosen = (pl.col("quantity") == quantity) & pl.col("land").eq_missing(pl.lit(land))
            parts = table.rows.filter(chosen)["value"].sum()
            assert city.rows.filter(chosen)["value"].item() == parts
    with reading(loaded) as con:
        parts, whole = (read_error_parts(con, one.run_id) for one in (table, city))
    by = ["land", "quantity", "pool"]
    summed = sum_errors(parts, by).rows.select(*by, pl.col("se").alias("summed"))
    own = city.rows.select(*by, "se")
    both = own.join(summed, on=by, nulls_equal=True)
    assert both.height == city.rows.height
    assert both["se"].to_list() == pytest.approx(both["summed"].to_list())
    assert whole.gradients["land"].is_not_null().any()


def test_errors_of_the_lands_are_independent_where_nothing_is_shared(table: SoilTable) -> None:
    carbon = table.rows.filter(pl.col("quantity") == "carbon", pl.col("region_code") == YUHANG)
    se = dict(carbon.select("land", "se").iter_rows())
    squares = sum(se[land] ** 2 for land in ("forest", "wetland", "farmland"))
    assert se[None] ** 2 == pytest.approx(squares)
    # farmland of Yuhang: reference 8 %/1.96, land use 16 %/2, area 2.9 %
    relative = ((0.08 / 1.96) ** 2 + 0.08**2 + 0.029**2) ** 0.5
    assert se["farmland"] == pytest.approx(151.8 * relative, rel=1e-5)
    # density 45 %, area 2.9 %
    assert se["wetland"] == pytest.approx(135 * (0.45**2 + 0.029**2) ** 0.5)


def test_a_coefficient_of_two_lands_counts_once() -> None:
    """Wetland and farmland on one coefficient: its effects add up before they are squared."""
    wetland = _made_wetland()
    farmland = replace(wetland, land="farmland")
    forest = replace(wetland, land="forest", parts=_without_error(wetland.parts))
    carbon = land_soil([forest, wetland, farmland]).rows.filter(pl.col("quantity") == "carbon")
    se = dict(carbon.select("land", "se").iter_rows())
    assert se["wetland"] == pytest.approx(14)
    assert se[None] == pytest.approx(28)


def _without_error(parts: ErrorParts) -> ErrorParts:
    return replace(parts, gradients=parts.gradients.with_columns(pl.lit(0.0).alias("derivative")))


def test_measurements_are_each_lands_own() -> None:
    wetland = _made_wetland()
    name = pl.lit("measurement.area")
    errors = wetland.parts.errors.loadings.with_columns(
        name.alias("parameter_id"), pl.lit("measurement.area.2020").alias("block")
    )
    parts = replace(
        wetland.parts,
        gradients=wetland.parts.gradients.with_columns(name.alias("parameter_id")),
        errors=Errors(errors, NO_SPREADS),
    )
    lands = [LandPart(land, wetland.rows, parts, wetland.not_estimated) for land in LANDS]
    found = land_soil(lands)
    carbon = found.rows.filter(pl.col("quantity") == "carbon")
    se = dict(carbon.select("land", "se").iter_rows())
    assert se[None] == pytest.approx(14 * 3**0.5)
    assert set(found.parts.gradients["parameter_id"]) == {f"measurement.area.{n}" for n in LANDS}


LANDS = ("forest", "wetland", "farmland")


def test_a_land_that_is_missing_leaves_no_sum(plain: Path) -> None:
    table = soil_of_land(plain, SoilOptions(2020, by_region=True))
    assert table.missing == ("wetland",)
    assert table.rows["land"].is_not_null().all()
    expected = {key: Decimal(v) for key, v in CARBON.items() if key[1] in ("forest", "farmland")}
    assert _carbon(table) == expected


def test_soil_without_a_figure_leaves_no_sum_where_it_lies(plain: Path, tmp_path: Path) -> None:
    """A bare inland flat of 3 ha has no density."""
    db = Path(shutil.copy(plain, tmp_path / "sinkcalc.duckdb"))
    put_wetlands(db, 2020, [*WETLANDS, ("g", YUHANG, "inland_flat", "3", None)])
    by_county = soil_of_land(db, SoilOptions(2020, by_region=True))
    sums = by_county.rows.filter(pl.col("land").is_null())
    assert sums["region_code"].unique().to_list() == [SHANGCHENG]
    assert by_county.incomplete.rows() == [(YUHANG, "wetland", Decimal("3.0000"))]
    city = soil_of_land(db, SoilOptions(2020))
    assert city.rows["land"].is_not_null().all()
    assert city.incomplete.rows() == [(None, "wetland", Decimal("3.0000"))]


def test_each_hectare_counts_once(table: SoilTable) -> None:
    """Water has no soil, a swamp in a stand is forest, a paddy is farmland."""
    area = table.rows.filter(pl.col("quantity") == "area")
    found = {(code, land): value for code, land, value in _three(area)}
    assert found[SHANGCHENG, "wetland"] == Decimal("2.0000")
    assert found[YUHANG, "wetland"] == Decimal("1.0000")
    assert found[YUHANG, "forest"] == Decimal("5.0000")
    assert table.open_water_ha == 80


def test_the_run_is_stored_with_what_it_rests_on(loaded: Path, table: SoilTable) -> None:
    with reading(loaded) as con:
        runs = list_runs(con).filter(pl.col("run_id") == table.run_id)
        loads = con.execute(
            "SELECT table_name FROM run_loads WHERE run_id = ? ORDER BY ALL", [table.run_id]
        ).fetchall()
        used = con.execute(
            "SELECT parameter_id FROM run_parameters WHERE run_id = ?", [table.run_id]
        ).fetchall()
    assert runs.select("kind", "soil_depth_cm", "by_keys", "current").rows() == [
        ("soil", 30, "region", True)
    ]
    assert loads == [("farmland",), ("stands",), ("wetlands",)]
    names = {name for (name,) in used}
    assert {REFERENCE, "soil.masson_pine.0-100", "soil.bamboo.share-0-30"} <= names
    assert "assumed-error.area" in names
    known = set(load_table("cropland_soil").rows["parameter_id"])
    assert {name for name in names if name.startswith("cropland-soil.")} <= known


def test_the_same_input_gives_the_same_run(loaded: Path, table: SoilTable) -> None:
    again = soil_of_land(loaded, SoilOptions(2020, by_region=True))
    assert again.run_id == table.run_id
    assert again.rows.equals(table.rows)


def test_a_survey_without_any_land_is_refused(loaded: Path) -> None:
    with pytest.raises(SinkcalcError, match="1999"):
        soil_of_land(loaded, SoilOptions(1999))
