"""A few wetlands whose carbon is computed by hand, with every source of a density.

Cores to 1 m, t C/ha: a 100 (of wetland w1) and b 120 in county 330108, c 80 in 330109; mean of
the county 330108 110 (SD 14.1421), of all three 100 (SD 20).

| wetland | county | class       | ha | density            | t C          |
|---------|--------|-------------|----|--------------------|--------------|
| w1      | 330108 | tidal_marsh | 10 | own core 100       | 1000         |
| w2      | 330108 | tidal_marsh | 20 | county 110         | 2200         |
| w3      | 330109 | tidal_marsh | 30 | survey 100         | 3000         |
| w4      | 330109 | mangrove    | 2  | IPCC 386           | 772          |
| w5      | 330109 | marsh       | 5  | none to 1 m        | –            |
| w6      | 330109 | lake        | 50 | open water         | –            |
| w7      | 330109 | forest_swamp| 7  | its stand has it   | –            |
| w8      | 330109 | paddy       | 9  | not counted        | –            |

w1 is covered by Spartina on 4 of its 10 ha: 4 * 9.68 = 38.72 and 4 * 5.56 = 22.24 t C.
"""

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from made_wetlands import figures_of, wetland
from scipy.special import stdtrit

STAND = {"forest_stand_id": "s", "forest_stand_class": "arbor", "forest_stand_ha": "8"}
WETLANDS = [
    wetland("w1", "330108", "tidal_marsh", "10", vegetation="互花米草", vegetated_area_ha="4"),
    wetland("w2", "330108", "tidal_marsh", "20"),
    wetland("w3", "330109", "tidal_marsh", "30", vegetation="芦苇"),
    wetland("w4", "330109", "mangrove", "2"),
    wetland("w5", "330109", "marsh", "5"),
    wetland("w6", "330109", "lake", "50"),
    wetland("w7", "330109", "forest_swamp", "7", **STAND),
    wetland("w8", "330109", "paddy", "9"),
]
CORES = [
    ("a", "w1", "330108", "tidal_marsh", 100.0),
    ("b", None, "330108", "tidal_marsh", 120.0),
    ("c", None, "330109", "tidal_marsh", 80.0),
    ("short", "w3", "330109", "tidal_marsh", None),
]
SOIL = 1000 + 2200 + 3000 + 772
MANGROVE_ERROR, PLANT_ERROR, AREA_ERROR = 0.539, 0.375, 0.029


def _row(rows: pl.DataFrame, quantity: str, pool: str | None, **keys: str) -> dict[str, Any]:
    wanted = {"quantity": quantity, "pool": pool, **keys}
    return rows.filter(pl.col(name).eq_missing(value) for name, value in wanted.items()).row(
        0, named=True
    )


def _areas(flags: pl.DataFrame) -> dict[tuple[str, str, str | None], float]:
    """Areas of the city by flag, class and pool."""
    keys = ["flag", "wetland_class", "pool"]
    whole = flags.filter(pl.col("gas").is_null()).group_by(keys).agg(pl.col("area_ha").sum())
    return {(flag, kind, pool): float(area) for flag, kind, pool, area in whole.iter_rows()}


def test_every_source_by_hand() -> None:
    found = figures_of(WETLANDS, CORES)
    assert float(_row(found.rows, "area", None)["value"]) == 10 + 20 + 30 + 2 + 5 + 50 + 7
    assert float(_row(found.rows, "carbon", "soil")["value"]) == SOIL
    assert float(_row(found.rows, "carbon", "above_ground")["value"]) == 38.72
    assert float(_row(found.rows, "carbon", "below_ground")["value"]) == 22.24
    assert float(_row(found.rows, "carbon", "vegetation")["value"]) == 60.96
    assert float(_row(found.rows, "carbon", "total")["value"]) == SOIL + 60.96
    co2e = float(_row(found.rows, "co2e", "total")["value"])
    assert co2e == pytest.approx((SOIL + 60.96) * 44 / 12, abs=6e-4)
    areas = _areas(found.flags)
    for source, kind, area in (
        ("own_cores", "tidal_marsh", 10),
        ("county_cores", "tidal_marsh", 20),
        ("city_cores", "tidal_marsh", 30),
        ("ipcc", "mangrove", 2),
    ):
        assert areas[f"source_{source}", kind, "soil"] == area
    assert areas["no_density_at_depth", "marsh", "soil"] == 5
    assert areas["open_water_no_soil", "lake", "soil"] == 50
    assert areas["counted_with_stands", "forest_swamp", "soil"] == 7
    assert areas["counted_with_stands", "forest_swamp", "vegetation"] == 7
    assert areas["paddy_not_counted", "paddy", None] == 9
    assert areas["no_source", "tidal_marsh", "vegetation"] == 50
    # 62 ha have a figure of soil, 2 of them from no core of the survey
    assert _row(found.rows, "carbon", "soil")["share_fallback"] == pytest.approx(2 / 62)
    assert _row(found.rows, "carbon", "soil")["n"] == 4


def test_errors_of_cores_by_hand() -> None:
    """A core is in its wetland's mean, its county's and the survey's: it moves all of them.

    The only core of w1 has the standard deviation of its class, 20.
    """
    county, survey = math.sqrt(200) / 2, 20 / 3
    moved = {
        "a": 10 * 20 + 20 * county + 30 * survey,
        "b": 20 * county + 30 * survey,
        "c": 30 * survey,
    }
    mangrove = MANGROVE_ERROR * 772
    squares = [one**2 for one in moved.values()]
    expected = math.sqrt(sum(squares) + mangrove**2 + (AREA_ERROR * SOIL) ** 2)
    row = _row(figures_of(WETLANDS, CORES).rows, "carbon", "soil")
    assert row["se"] == pytest.approx(expected, rel=1e-12)
    co2e = _row(figures_of(WETLANDS, CORES).rows, "co2e", "soil")
    assert co2e["se"] == pytest.approx(expected * 44 / 12, rel=1e-12)


def test_interval_of_one_mean_is_that_of_its_cores() -> None:
    """Mean 100, SD 20, n 3: se 30 ha * 20/sqrt(3) with df 2; area 3000 * 2.9 %, which is known."""
    found = figures_of(WETLANDS[2:3], CORES)
    row = _row(found.rows, "carbon", "soil")
    cores, area = 30 * 20 / math.sqrt(3), AREA_ERROR * 3000
    half = stdtrit(2 * (1 + (area / cores) ** 2) ** 2, 0.975) * math.hypot(cores, area)
    assert row["ci_low"] == pytest.approx(3000 - half, rel=1e-8)
    assert row["ci_high"] == pytest.approx(3000 + half, rel=1e-8)
    budget = found.budget.filter(quantity="carbon", pool="soil")
    sources = set(budget.filter(pl.col("variance") > 0)["source"])
    assert sources == {"sampling", "area_measurement"}


def test_the_mean_of_a_class_is_that_of_its_places() -> None:
    """w1 has cores 100, 120, 140: mean 120, se 20/sqrt(3); w4 one of 80. County (120 + 80)/2.

    SD of the places 28.2843: its two errors are 14.1421 each. That of w1 moves its own mean too.
    A coefficient of all cores with derivative 3 has (3 + 3)/2 in the county: 10 * 3 + 20 * 3.
    """
    cores = [(str(c), "w1", "330108", "tidal_marsh", float(c)) for c in (100, 120, 140)]
    cores.append(("d", "w4", "330108", "tidal_marsh", 80.0))
    gradients = [(core[0], "k", 3.0) for core in cores]
    found = figures_of(WETLANDS[:2], cores, gradients=gradients, loadings=[("k", 1.0)])
    row = _row(found.rows, "carbon", "soil")
    assert float(row["value"]) == 10 * 120 + 20 * 100
    between = math.sqrt(2) * 20 / 2
    moved = (10 * 20 / math.sqrt(3) + 20 * between, 20 * between, AREA_ERROR * 3200, 90)
    assert row["se"] == pytest.approx(math.hypot(*moved), rel=1e-12)
    assert _areas(found.flags)["source_county_cores", "tidal_marsh", "soil"] == 20


def test_coefficients_behind_cores_are_shared() -> None:
    """Cores a and c by a model k with derivatives 2 and 4, se(k) 0.5.

    d(stock)/dk = 10 * 2 + 20 * (2 + 0)/2 + 30 * (2 + 0 + 4)/3 = 100; 100 * 0.5 = 50 t C.
    """
    plain = _row(figures_of(WETLANDS[:3], CORES).rows, "carbon", "soil")["se"]
    modelled = figures_of(
        WETLANDS[:3],
        CORES,
        gradients=[("a", "k", 2.0), ("c", "k", 4.0)],
        loadings=[("k", 0.5)],
    )
    row = _row(modelled.rows, "carbon", "soil")
    assert row["se"] == pytest.approx(math.hypot(plain, 50), rel=1e-12)
    sources = modelled.budget.filter(quantity="carbon", pool="soil").select("source", "variance")
    assert dict(sources.iter_rows())["coefficients"] == pytest.approx(2500)


def test_a_coefficient_without_error_counts_as_known() -> None:
    """The residual of a relation holds what it misses: no error is lost for want of another."""
    plain = _row(figures_of(WETLANDS[:3], CORES).rows, "carbon", "soil")
    known = figures_of(WETLANDS[:3], CORES, gradients=[("a", "morris-2016.b", 2.0)])
    assert _row(known.rows, "carbon", "soil")["se"] == plain["se"]
    assert "morris-2016.b" in known.parameters["parameter_id"].to_list()


def test_a_coefficient_of_a_model_errs_once() -> None:
    """morris-2016.a has a printed error and one by the model of the cores: the model's counts."""
    plain = _row(figures_of(WETLANDS[:3], CORES).rows, "carbon", "soil")["se"]
    name = "morris-2016.a"
    given = figures_of(WETLANDS[:3], CORES, gradients=[("a", name, 2.0)], loadings=[(name, 0.5)])
    # 10 * 2 + 20 * 2/2 + 30 * 2/3 = 60; * 0.5
    row = _row(given.rows, "carbon", "soil")
    assert row["se"] == pytest.approx(math.hypot(plain, 30), rel=1e-12)


def test_without_cores_the_national_density_serves() -> None:
    """60 ha * 95.60 t C/ha of China's cores, not the 255 of IPCC; errors 41.8 and 2.9 %."""
    row = _row(figures_of(WETLANDS[:3]).rows, "carbon", "soil")
    assert float(row["value"]) == pytest.approx(60 * 95.60)
    assert row["se"] == pytest.approx(math.hypot(0.418, AREA_ERROR) * 60 * 95.60)
    assert row["se_reason"].startswith("assumed")
    flags = _areas(figures_of(WETLANDS[:3]).flags)
    assert flags["source_national", "tidal_marsh", "soil"] == 60


def test_a_spread_of_five_places_has_four_degrees_of_freedom() -> None:
    """390 ha * 95.60 of five places, error 41.8 %; area 2.9 % counts as known.

    df = 4 (1 + (0.029/0.418)^2)^2 = 4.0387, t(0.975, df) = 2.7660.
    """
    row = _row(figures_of([wetland("w", "330108", "tidal_marsh", "390")]).rows, "carbon", "soil")
    df = 4 * (1 + (0.029 / 0.418) ** 2) ** 2
    half = stdtrit(df, 0.975) * math.hypot(0.418, 0.029) * 390 * 95.60
    assert half / (390 * 95.60) == pytest.approx(1.1590, abs=1e-4)
    assert row["ci_high"] == pytest.approx(390 * 95.60 + half, rel=1e-9)


@pytest.mark.parametrize(
    ("depth", "marsh", "mangrove", "tidal"),
    [(30, 5 * 135.0, None, 60 * 36.02), (50, None, None, 60 * 52.29), (100, None, 772.0, 5736.0)],
)
def test_depths_are_never_mixed(
    depth: int, marsh: float | None, mangrove: float | None, tidal: float
) -> None:
    """A class without a density to the depth has no figure and says so; its area stays."""
    found = figures_of(WETLANDS, by=("wetland_class",), depth=depth)
    soil = dict(
        found.rows.filter(quantity="carbon", pool="soil")
        .select("wetland_class", "value")
        .iter_rows()
    )
    areas = _areas(found.flags)
    for kind, expected, area in (
        ("marsh", marsh, 5),
        ("mangrove", mangrove, 2),
        ("tidal_marsh", tidal, 60),
    ):
        if expected is None:
            assert kind not in soil
            assert areas["no_density_at_depth", kind, "soil"] == area
        else:
            assert float(soil[kind]) == pytest.approx(expected)
        assert float(_row(found.rows, "area", None, wetland_class=kind)["value"]) == area
    assert "lake" not in soil
    assert "paddy" not in set(found.rows["wetland_class"])


def test_a_stand_counts_no_more_than_its_area() -> None:
    """Two swamps of 60 and 40 ha name a stand of 20 ha: a fifth of each is the stand's.

    Left are 48 + 32 ha * 135 t C/ha to 30 cm; a third swamp is in no stand that is estimated.
    """
    stand = {**STAND, "forest_stand_ha": "20"}
    other = {**STAND, "forest_stand_id": "t", "forest_stand_class": "other_shrub"}
    swamps = [
        wetland("a", "330108", "forest_swamp", "60", **stand),
        wetland("b", "330109", "forest_swamp", "40", **stand),
        wetland("c", "330109", "shrub_swamp", "5", **other),
    ]
    found = figures_of(swamps, depth=30, by=("region",))
    soil = found.rows.filter(quantity="carbon", pool="soil")
    assert dict(soil.select("region_code", "value").iter_rows()) == {
        "330108": 48 * 135,
        "330109": (32 + 5) * 135,
    }
    areas = found.rows.filter(quantity="area")
    assert areas.select("region_code", "value", "n").rows() == [
        ("330108", 60, 1),
        ("330109", 45, 2),
    ]
    flags = found.flags.filter(flag="counted_with_stands", pool="soil")
    assert flags.select("region_code", "wetlands", "area_ha").rows() == [
        ("330108", 1, 12),
        ("330109", 1, 8),
    ]
    assert _areas(found.flags)["source_ipcc", "forest_swamp", "soil"] == 80


BETWEEN = wetland(
    "r",
    "330127",
    "reservoir",
    "58000",
    managed=True,
    year_flooded=1959,
    trophic_state="oligo_mesotrophic",
)
# se of 80.3 (74-86) kg and of 0.09 (0.05-0.22) downstream; assumed error of canals
METHANE_SE, DOWNSTREAM_SE, CANAL_ERROR = 12 / 3.92, 0.17 / 3.92, 0.59
Z = 1.959963985


def _methane(rows: pl.DataFrame, unit: str = "t CO2e/yr") -> dict[str, Any]:
    return rows.filter(quantity="emission", gas="CH4", unit=unit).row(0, named=True)


def test_a_reservoir_between_two_states_is_a_range() -> None:
    """580 km2, filled in 1959: 80.3 kg * 1.09 * 27 at 0.7, 1 and 3: 9.6, 13.7 and 41.1 万t CO2e.

    Beyond its ends: EF 3.061/80.3 = 3.8 %, 1.09 4.0 %, area 2.9 %.
    """
    rows = figures_of([BETWEEN]).rows
    row = _methane(rows)
    once = 58000 * 80.3 * 1.09 * 27 / 1000
    rest = math.hypot(METHANE_SE / 80.3, DOWNSTREAM_SE / 1.09, AREA_ERROR)
    assert float(row["value"]) == pytest.approx(once)
    half = Z * once * rest
    assert row["ci_low"] == pytest.approx(0.7 * once - half, rel=1e-6)
    assert row["ci_high"] == pytest.approx(3 * once + half, rel=1e-6)
    assert row["se"] is None
    assert row["se_reason"].endswith("rest: 0.7 – 3")
    mass = _methane(rows, "kg CH4/yr")
    assert float(mass["value"]) == pytest.approx(58000 * 80.3 * 1.09)
    assert mass["gwp_set"] is None
    assert mass["ci_high"] == pytest.approx(row["ci_high"] / 27 * 1000)


def test_a_range_keeps_the_errors_of_other_waters() -> None:
    """1 ha between two states beside 10 000 ha of canals: 416 kg * 27, error 59 %."""
    canals = wetland("c", "330109", "canal", "10000")
    small = {**BETWEEN, "area_ha": "1"}
    found = figures_of([small, canals])
    row = _methane(found.rows)
    lake, canal = 80.3 * 1.09 * 27 / 1000, 10_000 * 416 * 27 / 1000
    of_lake = lake * math.hypot(METHANE_SE / 80.3, DOWNSTREAM_SE / 1.09)
    se = math.hypot(of_lake, CANAL_ERROR * canal, AREA_ERROR * (lake + canal))
    assert row["ci_low"] == pytest.approx(0.7 * lake + canal - Z * se, rel=1e-6)
    assert row["ci_high"] == pytest.approx(3 * lake + canal + Z * se, rel=1e-6)
    alone = _methane(figures_of([canals]).rows)
    assert row["ci_high"] - row["ci_low"] > alone["ci_high"] - alone["ci_low"]
    variance = found.budget.filter(quantity="emission", gas="CH4")["variance"].sum()
    assert variance == pytest.approx(se**2)


def test_a_measured_burial_has_no_error_until_one_is_stated(tmp_path: Path) -> None:
    """100 ha * 0.27 t C * 44/12 = 99 t CO2; a stated 20 % and the 2.9 % of area: 20.21 %."""
    burial = "burial_t_c_per_ha_per_year"
    marsh = wetland("m", "330114", "tidal_marsh", "100", **{burial: "0.27"})
    row = figures_of([marsh]).rows.filter(quantity="removal").row(0, named=True)
    assert float(row["value"]) == pytest.approx(99)
    assert (row["se"], row["ci_low"], row["ci_high"]) == (None, None, None)
    assert row["se_reason"] == "parameters without published error: measurement.burial"
    own = tmp_path / "errors.csv"
    own.write_text("match,relative_se,shared\nmeasurement.burial,20%,true\n", encoding="utf-8")
    stated = figures_of([marsh], errors=own).rows.filter(quantity="removal").row(0, named=True)
    assert stated["se"] == pytest.approx(99 * math.hypot(0.2, AREA_ERROR))


def test_an_excavation_takes_the_stock_at_once() -> None:
    """5 ha dug out in 2020: no soil left; 5 * 95.60 * 44/12 t CO2 in that year."""
    dug = wetland("x", "330109", "tidal_marsh", "5", event="excavated", event_year=2020)
    found = figures_of([dug])
    assert found.rows.filter(quantity="carbon").is_empty()
    row = found.rows.filter(quantity="emission", gas="CO2").row(0, named=True)
    assert float(row["value"]) == pytest.approx(5 * 95.60 * 44 / 12, abs=1e-4)
    assert _areas(found.flags)["excavated_no_soil", "tidal_marsh", "soil"] == 5


DUG = wetland("x", "330109", "tidal_marsh", "5", event="excavated", event_year=2020)
DEEP = [("a", "x", "330109", "tidal_marsh", 100.0), ("b", None, "330109", "tidal_marsh", 120.0)]
SHALLOW = [("a", "x", "330109", "tidal_marsh", 30.0), ("b", None, "330109", "tidal_marsh", 40.0)]


@pytest.mark.parametrize("depth", [30, 50, 100])
def test_an_excavation_does_not_hang_on_the_depth_of_the_stocks(depth: int) -> None:
    """5 ha of own core 100 t C/ha to 1 m, with the SD of the class 14.1421, at any depth."""
    cores, deep = (DEEP, ()) if depth == 100 else (SHALLOW, DEEP)
    beside = wetland("y", "330109", "tidal_marsh", "10")
    found = figures_of([DUG, beside], cores, depth=depth, deep=deep)
    row = _row(found.rows, "emission", None, gas="CO2")
    once = 5 * 100 * 44 / 12
    assert float(row["value"]) == pytest.approx(once, abs=1e-4)
    assert row["se"] == pytest.approx(once * math.hypot(math.sqrt(200) / 100, AREA_ERROR))
    # the wetland beside it has the mean of its county to the depth of the stocks
    mean = 110 if depth == 100 else 35
    assert float(_row(found.rows, "carbon", "soil")["value"]) == pytest.approx(10 * mean)


def test_an_excavation_without_cores_is_the_same_at_any_depth() -> None:
    """5 * 95.60 * 44/12 = 1 752.667 t CO2, error 41.8 % and that of area."""
    rows = [
        _row(figures_of([DUG], depth=depth).rows, "emission", None, gas="CO2")
        for depth in (30, 50, 100)
    ]
    assert {float(row["value"]) for row in rows} == {1752.6667}
    assert len({row["se"] for row in rows}) == 1
