"""What `estimate --kind wetland`, `--kind all` and `change --kind wetland` give."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from command_line import Outcome, Row, query, run, succeed
from made_wetlands import core, wetland, write_wetlands
from test_cli_results import ESTIMATE_COLUMNS

from sinkcalc.pipeline import wetland_estimate

WETLANDS = [
    wetland("w1", "330108", "tidal_marsh", "10", vegetation="互花米草"),
    wetland("w2", "330108", "tidal_marsh", "20"),
    wetland(
        "w3",
        "330109",
        "tidal_marsh",
        "30",
        event="planted",
        event_year=2015,
        vegetation_cover_fraction="0.5",
        salinity_ppt="5",
    ),
    wetland("w4", "330109", "lake", "50"),
    wetland("w5", "330109", "marsh", "5"),
    wetland(
        "w6",
        "330127",
        "reservoir",
        "58000",
        managed=True,
        year_flooded=1959,
        trophic_state="oligo_mesotrophic",
    ),
]
CORES = [
    *core("a", 100, wetland_id="w1"),
    *core("b", 120, region_code="330108", wetland_class="tidal_marsh"),
    *core("c", 80, region_code="330109", wetland_class="tidal_marsh"),
    *core("short", 90, depth=60, wetland_id="w2"),
]
LATER = [
    *WETLANDS[:1],
    {**WETLANDS[1], "area_ha": "15"},
    {**WETLANDS[2], "wetland_class": "pond"},
    *WETLANDS[3:],
]
# a command of wetlands, and what it refuses
REFUSED = [
    (("estimate", "--survey", 2020, "--kind", "wetland", "--method", "ipcc-2006"), "--method"),
    (("estimate", "--survey", 2020, "--kind", "wetland", "--draws", 200), "--draws"),
    (("estimate", "--survey", 2020, "--kind", "wetland", "--by", "species_group"), "species_group"),
    (("estimate", "--survey", 2020, "--gwp", "AR5"), "--gwp"),
    (("estimate", "--survey", 2020, "--short", "extrapolate"), "--short"),
    (("estimate", "--survey", 2020, "--soil-depth", 50), "--soil-depth 50"),
    (("estimate", "--survey", 2020, "--kind", "all", "--soil-depth", 50), "--soil-depth 50"),
    (("estimate", "--survey", 2020, "--kind", "all", "--budget"), "--budget"),
    (("estimate", "--survey", 2020, "--kind", "all", "--by", "wetland"), "wetland_class"),
    (("change", "--from", 2020, "--to", 2023, "--conversions"), "--conversions"),
    (("change", "--from", 2023, "--to", 2020, "--kind", "wetland"), "--from 2023"),
]


@pytest.fixture(scope="module")
def wet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with wetlands of 2020 and 2023."""
    db = tmp_path_factory.mktemp("wet") / "sinkcalc.duckdb"
    write_wetlands(db, 2020, WETLANDS, CORES)
    write_wetlands(db, 2023, LATER, CORES)
    return db


def _estimate(db: Path, *more: object) -> list[Row]:
    command = ("estimate", "--survey", 2020, "--kind", "wetland", "--json")
    return succeed("--db", db, *command, *more).rows


def _value(rows: list[Row], **keys: Any) -> Decimal:
    (row,) = [row for row in rows if all(row[name] == value for name, value in keys.items())]
    return Decimal(str(row["value"]))


def test_rows_have_the_columns_and_units_of_the_contract(wet: Path) -> None:
    rows = _estimate(wet)
    assert [name for name in rows[0] if name in ESTIMATE_COLUMNS] == ESTIMATE_COLUMNS
    units = {(row["quantity"], row["gas"], row["gwp_set"]): row["unit"] for row in rows}
    assert units == {
        ("area", None, None): "ha",
        ("carbon", None, None): "t C",
        ("co2e", "CO2", None): "t CO2e",
        ("removal", "CO2", "AR6"): "t CO2e/yr",
        ("emission", "CH4", "AR6"): "t CO2e/yr",
        ("emission", "CH4", None): "kg CH4/yr",
    }
    for row in rows:
        assert row["se"] is not None or row["se_reason"]
        assert row["definition"].startswith("land_survey_3: ")
        assert row["method"] == "ipcc-wetlands"
        has_depth = row["pool"] in ("soil", "total")
        assert row["depth_cm"] == (100 if has_depth else None)


def test_carbon_by_the_most_specific_source(wet: Path) -> None:
    """w1 own core 100, w2 mean of its county 110, w3 mean of the survey 100 t C/ha."""
    rows = _estimate(wet)
    assert _value(rows, quantity="carbon", pool="soil") == 1000 + 2200 + 3000
    assert _value(rows, quantity="area") == 58115
    by_class = _estimate(wet, "--by", "region,wetland_class")
    soil = {
        row["region_code"]: row["value"]
        for row in by_class
        if (row["quantity"], row["pool"]) == ("carbon", "soil")
    }
    assert soil == {"330108": 3200, "330109": 3000}
    assert {row["region_name"] for row in by_class} == {"滨江区", "萧山区", "淳安县"}


@pytest.mark.parametrize(("name", "gwp"), [("AR6", 27), ("AR5", 28), ("SAR", 21)])
def test_gases_by_the_named_set(wet: Path, name: str, gwp: int) -> None:
    rows = _estimate(wet, "--gwp", name)
    mass = _value(rows, gas="CH4", unit="kg CH4/yr")
    assert _value(rows, gas="CH4", gwp_set=name) == pytest.approx(mass * gwp / 1000)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "en",
            (
                "soil density: the wetland's own cores 10.0 ha",
                "no density of this depth: not estimated [soil]: 1 wetlands, 5.0 ha (marsh 5.0)",
                "net source coastal restoration",
                "net removal -",
                "recalled",
            ),
        ),
        (
            "zh",
            (
                "土壤密度:湿地自己的土芯 10.0 ha",
                "没有该深度的密度,未估算 [土壤]:1 处,5.0 ha(沼泽地 5.0)",
                "净排放源 滨海恢复",
                "净清除 -",
                "凭记忆",
            ),
        ),
    ],
)
def test_the_table_says_what_it_rests_on(wet: Path, lang: str, told: tuple[str, ...]) -> None:
    said = succeed("--db", wet, "--lang", lang, "estimate", "--survey", 2020, "--kind", "wetland")
    for words in told:
        assert words in said.talk
    assert "58,000" in said.text or "58,115" in said.text
    assert "Traceback" not in said.talk


def test_the_budget_names_the_sources(wet: Path) -> None:
    rows = _estimate(wet, "--budget")
    soil = [row for row in rows if (row["quantity"], row["pool"]) == ("carbon", "soil")]
    assert {row["source"] for row in soil if row["variance_fraction"] > 0} == {
        "sampling",
        "area_measurement",
    }
    assert sum(row["variance_fraction"] for row in soil) == pytest.approx(1)
    # every error stands beside its figure
    assert all(row["value"] is not None and row["se_of_value"] is not None for row in soil)
    shown = succeed(
        "--db", wet, "--lang", "en", "estimate", "--survey", 2020, "--kind", "wetland", "--budget"
    )
    assert "58,115" in shown.text
    gases = {row["gas"] for row in rows if row["quantity"] == "emission"}
    assert gases == {"CH4"}


def test_fluxes_are_stored_by_rule_and_flags_by_county(wet: Path) -> None:
    rows = _estimate(wet, "--gwp", "AR5")
    run_id = rows[0]["run_id"]
    where = f"WHERE run_id = '{run_id}'"
    fluxes = query(
        wet,
        "SELECT region_code, rule, quantity, gas, wetlands, area_ha, low_t < mass_t, "
        f"mass_t < high_t FROM run_wetland_fluxes {where} ORDER BY ALL",
    )
    coast = "coastal_restoration_brackish"
    assert fluxes == [
        ("330109", coast, "emission", "CH4", 1, 30, None, None),
        ("330109", coast, "removal", "CO2", 1, 30, None, None),
        ("330127", "flooded_old", "emission", "CH4", 1, 58_000, True, True),
    ]
    mass = "SELECT sum(mass_t) FROM run_wetland_fluxes " + where + " AND gas = 'CH4'"
    kg = _value(rows, quantity="emission", gas="CH4", gwp_set=None)
    assert query(wet, mass)[0][0] * 1000 == pytest.approx(float(kg))
    missing = (
        f"SELECT region_code, pool FROM wetland_flags {where} AND flag = 'no_density_at_depth' "
    )
    assert query(wet, missing + "AND pool = 'soil'") == [("330109", "soil")]


def test_the_same_inputs_give_the_same_run(wet: Path) -> None:
    first, second = _estimate(wet), _estimate(wet)
    assert first == second
    run_id = first[0]["run_id"]
    stored = "SELECT count(*) FROM {} WHERE run_id = '" + run_id + "'"
    assert query(wet, stored.format("runs")) == [(1,)]
    assert query(wet, stored.format("estimates")) == [(len(first),)]
    assert query(wet, stored.format("run_core_stocks")) == [(4,)]
    assert query(wet, f"SELECT table_name FROM run_loads WHERE run_id = '{run_id}'") == [("cores",)]
    others = {
        _estimate(wet, *more)[0]["run_id"]
        for more in (("--gwp", "AR5"), ("--short", "extrapolate"), ("--soil-depth", 30))
    }
    assert len(others | {run_id}) == 4


def test_runs_are_listed_with_their_parameters(wet: Path) -> None:
    run_id = _estimate(wet)[0]["run_id"]
    listed = {row["run_id"]: row for row in succeed("--db", wet, "runs", "list", "--json").rows}
    assert listed[run_id]["kind"] == "wetland"
    assert listed[run_id]["gwp_set"] == "AR6"
    assert listed[run_id]["current"] is True
    assert "short=leave_out" in listed[run_id]["core_options"]
    used = succeed("--db", wet, "runs", "show", run_id, "--json").rows
    assert {row["parameter_id"] for row in used} >= {
        "core-mean.own_cores.w1",
        "wetland-plants.spartina.above_ground",
        "wetland-flux.coastal.methane",
    }


def test_a_survey_that_is_replaced_meanwhile_is_refused(tmp_path: Path) -> None:
    db = tmp_path / "sinkcalc.duckdb"
    write_wetlands(db, 2020, WETLANDS, CORES)
    real = wetland_estimate.wetland_figures

    def replaced(*given: Any) -> Any:
        write_wetlands(db, 2020, WETLANDS[:2], CORES, name="b")
        return real(*given)

    with mock.patch.object(wetland_estimate, "wetland_figures", replaced):
        outcome = run("--db", db, "--lang", "en", "estimate", "--survey", 2020, "--kind", "wetland")
    assert outcome.code == 1
    assert "was replaced during the estimate" in outcome.talk
    assert query(db, "SELECT count(*) FROM runs") == [(0,)]


@pytest.mark.parametrize(("command", "named"), REFUSED)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_options_that_do_not_fit_are_refused(
    wet: Path, command: tuple[object, ...], named: str, lang: str
) -> None:
    outcome = run("--db", wet, "--lang", lang, *command)
    assert outcome.code == 2
    assert named in outcome.talk
    assert "Traceback" not in outcome.talk


def test_a_survey_without_wetlands_says_how_to_load_them(wet: Path) -> None:
    outcome = run("--db", wet, "--lang", "en", "estimate", "--survey", 1999, "--kind", "wetland")
    assert outcome.code == 1
    assert "2020, 2023" in outcome.talk
    assert "sinkcalc load wetlands" in outcome.talk


def test_both_kinds_in_one_listing_count_a_swamp_once(db: Path) -> None:
    """A forest swamp in an arbor stand keeps its area; its carbon is the stand's."""
    stand = query(
        db,
        "SELECT stand_id, area_ha::VARCHAR, region_code FROM stands "
        "WHERE survey = 2020 AND vegetation_class = 'arbor' ORDER BY stand_id LIMIT 1",
    )[0]
    swamp = wetland("swamp", stand[2], "forest_swamp", stand[1], stand_id=stand[0])
    free = wetland("free", stand[2], "forest_swamp", "2")
    write_wetlands(db, 2020, [swamp, free])
    forest = succeed("--db", db, "estimate", "--survey", 2020, "--soil-depth", 30, "--json").rows
    command = ("--lang", "en", "estimate", "--survey", 2020, "--kind", "all", "--soil-depth", 30)
    both = succeed("--db", db, *command, "--json")
    rows = both.rows
    assert rows[: len(forest)] == forest
    wetlands = rows[len(forest) :]
    assert {row["land"] for row in wetlands} == {"wetland"}
    assert _value(wetlands, quantity="area") == Decimal(stand[1]) + 2
    # 135 t C/ha to 30 cm of the swamp that no stand holds
    assert _value(wetlands, quantity="carbon", pool="total") == 270
    assert "counted once" in both.talk
    assert "counted with the stands" in both.talk
    table = succeed("--db", db, *command)
    assert "wetland" in table.text
    assert "forest" in table.text
    assert "records" in table.text


def test_cores_that_are_left_out_are_told(tmp_path: Path) -> None:
    """One usable core of a class serves no other wetland of it."""
    db = tmp_path / "few.duckdb"
    records = [wetland("own", "330108", "marsh", "10"), wetland("other", "330109", "marsh", "5")]
    cores = [*core("one", 100, wetland_id="own"), *core("two", 90, depth=60, wetland_id="own")]
    write_wetlands(db, 2020, records, cores)
    command = ("estimate", "--survey", 2020, "--kind", "wetland")
    told = succeed("--db", db, "--lang", "en", *command)
    assert "note of 2 cores 1 are used; left out: too short 1" in told.talk
    assert "note marsh: usable cores 1, of fewer than 2 wetlands" in told.talk
    told = succeed("--db", db, "--lang", "zh", *command)
    assert "沼泽地:可用的土芯 1 个,不足 2 处湿地" in told.talk


def _change(db: Path, *more: object) -> Outcome:
    return succeed("--db", db, "change", "--from", 2020, "--to", 2023, "--kind", "wetland", *more)


def test_change_cancels_the_densities_that_both_surveys_share(wet: Path) -> None:
    """-5 ha of county mean 110 and -30 ha of survey mean 100: -3550 t C.

    d/da = -(5 * 14.1421/2 + 30 * 20/3), d/db the same, d/dc = -30 * 20/3: cores are shared. Each
    survey has its own error of area: 2.9 % of 6200 and of 2650.
    """
    rows = _change(wet, "--json").rows
    (row,) = [row for row in rows if (row["quantity"], row["pool"]) == ("carbon", "soil")]
    assert row["change"] == -3550
    one, other = 5 * 200**0.5 / 2 + 200, 200
    # 6 200 and 2 650 t C; areas of each survey err by 2.9 % on their own
    area = 0.029 * (6200**2 + 2650**2) ** 0.5
    assert row["se"] == pytest.approx((2 * one**2 + other**2 + area**2) ** 0.5)
    assert row["se"] < row["se_if_independent"]
    plants = [row for row in rows if (row["quantity"], row["pool"]) == ("carbon", "vegetation")]
    assert [row["change"] for row in plants] == [0]
    assert plants[0]["se"] == pytest.approx(0.029 * 152.4 * 2**0.5)


def test_change_of_a_flux_as_mass_has_the_error_of_its_co2e(wet: Path) -> None:
    by_class = _change(wet, "--by", "wetland_class", "--json").rows
    methane = [
        row for row in by_class if row["gas"] == "CH4" and row["wetland_class"] == "tidal_marsh"
    ]
    by_unit = {row["unit"]: row for row in methane}
    co2e, mass = by_unit["t CO2e/yr"], by_unit["kg CH4/yr"]
    assert mass["change"] == pytest.approx(co2e["change"] / 27 * 1000)
    assert mass["se"] == pytest.approx(co2e["se"] / 27 * 1000)
    assert mass["ci_low"] == pytest.approx(co2e["ci_low"] / 27 * 1000)


def test_conversions_list_what_was_lost_at_once(wet: Path) -> None:
    said = _change(wet, "--conversions", "--json")
    (row,) = said.rows
    assert (row["class_from"], row["class_to"]) == ("tidal_marsh", "pond")
    assert (row["area_from_ha"], row["loss_t_c"], row["loss_t_co2e"]) == (30, 3000, 11000)
    assert row["soil_id"] == "core-mean.city_cores.tidal_marsh"
    assert "3,000.0 t C" in said.talk


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_flat_that_became_a_marsh_is_no_sink(tmp_path: Path, lang: str) -> None:
    """100 ha * 95.60 t C/ha; 50 ha that were drained keep the density of their class."""
    db = tmp_path / "sinkcalc.duckdb"
    flat = wetland("f", "330108", "tidal_flat", "100")
    drained = wetland("d", "330108", "tidal_marsh", "50", event="drained", event_year=2021)
    write_wetlands(db, 2020, [flat, wetland("d", "330108", "tidal_marsh", "50")])
    write_wetlands(db, 2023, [{**flat, "wetland_class": "tidal_marsh"}, drained])
    said = _change(db, "--json", "--by", "wetland_class")
    soil = [row for row in said.rows if (row["quantity"], row["pool"]) == ("carbon", "soil")]
    assert [(row["change"], row["change_of_one_density"]) for row in soil] == [(9560, 9560)]
    command = ("--db", db, "--lang", lang)
    shown = succeed(*command, "change", "--from", 2020, "--to", 2023, "--kind", "wetland")
    told = {"zh": "+9,560.0 t C 不是碳汇", "en": "+9,560.0 t C is no gain"}
    assert told[lang] in shown.talk
    said = succeed(*command, "estimate", "--survey", 2023, "--kind", "wetland")
    history = {
        "zh": "储量取该类的密度,不计已排干",
        "en": "stock is that of the class, though drained",
    }
    assert f"{history[lang]}" in said.talk
    assert "50.0 ha" in said.talk


def test_series_of_different_definitions_are_not_subtracted(tmp_path: Path) -> None:
    db = tmp_path / "sinkcalc.duckdb"
    write_wetlands(db, 2020, WETLANDS)
    write_wetlands(db, 2023, WETLANDS, definition="local")
    outcome = run(
        "--db", db, "--lang", "en", "change", "--from", 2020, "--to", 2023, "--kind", "wetland"
    )
    assert outcome.code == 1
    assert "different definitions" in outcome.talk


def _excavation(db: Path, *more: object) -> Row:
    rows = _estimate(db, *more)
    (row,) = [row for row in rows if (row["quantity"], row["gas"]) == ("emission", "CO2")]
    return row


def test_an_excavation_is_the_same_at_any_depth_and_mass(tmp_path: Path) -> None:
    """5 ha, own core 100 t C/ha to 1 m: 5 * 100 * 44/12 = 1 833.3333 t CO2.

    The conversions take the cores of the earlier survey, here the same: one event, told twice.
    """
    db = tmp_path / "sinkcalc.duckdb"
    marsh = wetland("w1", "330108", "tidal_marsh", "5")
    write_wetlands(db, 2018, [marsh], CORES[:2])
    write_wetlands(db, 2020, [{**marsh, "event": "excavated", "event_year": 2020}], CORES[:2])
    whole = _excavation(db)
    assert whole["value"] == pytest.approx(1833.3333)
    for more in (("--soil-depth", 30), ("--soil-depth", 50), ("--equivalent-mass", 3000)):
        other = _excavation(db, *more)
        assert (other["value"], other["se"]) == (whole["value"], whole["se"])
    command = ("change", "--from", 2018, "--to", 2020, "--kind", "wetland", "--conversions")
    (lost,) = succeed("--db", db, *command, "--json").rows
    assert lost["loss_t_co2e"] == pytest.approx(1833.3333)
