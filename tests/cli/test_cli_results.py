"""What estimate, change, target, params, runs and doctor give."""

from decimal import Decimal
from pathlib import Path

import pytest
from command_line import Row, execute, query, run, succeed
from deliveries import GOOD, clean, good_row

from sinkcalc import __version__
from sinkcalc.ccer import pack_check
from sinkcalc.coefficients import verify
from sinkcalc.errors import EXIT_USAGE

# columns of the contract, in its order
ESTIMATE_COLUMNS = [
    *("run_id", "survey", "region_code", "region_name", "vegetation_class", "species_group"),
    *("origin", "age_group", "wetland_class", "quantity", "pool", "gas", "gwp_set", "depth_cm"),
    *("value", "unit", "se", "ci_low", "ci_high", "se_reason", "n", "method", "definition"),
    *("share_extrapolated", "share_recalled", "simulated"),
]
TARGET_COLUMNS = [
    *("indicator", "definition", "unit", "baseline_year", "baseline_value", "baseline_source"),
    *("target_year", "target_value", "current_year", "current_value", "current_se", "gap"),
    *("needed_per_year", "observed_per_year", "probability", "status", "simulated"),
]
UNITS = {
    "area": "ha",
    "growing_stock": "m3",
    "living_stock": "m3",
    "biomass": "t d.m.",
    "carbon": "t C",
    "co2e": "t CO2e",
}
POOLS = {"above_ground", "below_ground", "understorey", "dead_wood", "litter", "soil"}
BY = ("region", "vegetation_class", "species_group", "origin", "age_group")
STATUSES = {"met", "on_track", "behind", "missed", "no_data", "not_comparable"}


def _estimate(db: Path, *arguments: object) -> list[Row]:
    return succeed("--db", db, "estimate", "--survey", 2020, "--json", *arguments).rows


def _values(rows: list[Row], quantity: str) -> dict[str | None, Decimal]:
    return {row["pool"]: Decimal(str(row["value"])) for row in rows if row["quantity"] == quantity}


@pytest.fixture(scope="module")
def rows(inventory: Path) -> list[Row]:
    return _estimate(inventory)


def test_estimate_rows_have_the_columns_of_the_contract(rows: list[Row]) -> None:
    assert [name for name in rows[0] if name in ESTIMATE_COLUMNS] == ESTIMATE_COLUMNS
    assert {row["quantity"]: row["unit"] for row in rows} == UNITS
    for row in rows:
        assert row["survey"] == 2020
        assert row["n"] > 0
        assert row["definition"].startswith("local")
        assert row["simulated"] is False
        # a figure has an error or says why not
        assert row["se"] is not None or row["se_reason"]
        assert (row["se"] is None) == (row["ci_low"] is None) == (row["ci_high"] is None)
        assert (row["gas"] == "CO2") == (row["quantity"] == "co2e")
        has_soil = row["pool"] in ("soil", "total") and row["quantity"] != "biomass"
        assert row["depth_cm"] == (100 if has_soil else None)
        for share in ("share_extrapolated", "share_imputed", "share_recalled"):
            assert 0 <= row[share] <= 1
        # no grouping was asked for
        assert all(row[key] is None for key in ESTIMATE_COLUMNS[2:9])


def test_measured_figures_are_sums_of_the_file(rows: list[Row]) -> None:
    """Areas of the file are m2; every class of the file is forest."""
    stands = [good_row(number) for number in range(GOOD)]
    square_metres = sum(int(stand["XBMJ"]) for stand in stands)
    assert _values(rows, "area") == {None: Decimal(square_metres) / 10_000}
    volume = Decimal(sum(int(stand["HUO_LM_XJ"] or 0) for stand in stands))
    assert _values(rows, "growing_stock") == {None: volume}
    assert _values(rows, "living_stock") == {None: volume}
    counted = {row["quantity"]: row["n"] for row in rows if row["pool"] is None}
    assert counted == {"area": GOOD, "growing_stock": GOOD // 2, "living_stock": GOOD // 2}


def test_pools_add_up(rows: list[Row]) -> None:
    for quantity, pools in (
        ("biomass", {"above_ground", "below_ground"}),
        ("carbon", POOLS),
        ("co2e", POOLS),
    ):
        values = _values(rows, quantity)
        assert values["total"] == sum(values[pool] for pool in pools)
        assert set(values) - {"total", "vegetation"} == pools
    for quantity in ("carbon", "co2e"):
        values = _values(rows, quantity)
        parts = ("above_ground", "below_ground", "understorey")
        assert values["vegetation"] == sum(values[pool] for pool in parts)


def test_the_keys_asked_for_are_filled(inventory: Path) -> None:
    """Spaces and the order of the keys do not matter: it is the same run."""
    found = _estimate(inventory, "--by", "origin, region")
    again = _estimate(inventory, "--by", "region,origin")
    assert found == again
    assert all(row["region_code"] and row["region_name"] and row["origin"] for row in found)
    assert all(row["species_group"] is None and row["age_group"] is None for row in found)
    fuyang = {row["region_name"] for row in found if row["region_code"] == "330111"}
    assert fuyang == {"富阳区"}


def test_methods_and_depths_are_runs_of_their_own(inventory: Path, rows: list[Row]) -> None:
    shallow = _estimate(inventory, "--soil-depth", 30)
    species = _estimate(inventory, "--carbon-fraction", "species")
    assert len({found[0]["run_id"] for found in (rows, shallow, species)}) == 3
    deep, upper = _values(rows, "carbon"), _values(shallow, "carbon")
    assert upper["soil"] < deep["soil"]
    assert {row["depth_cm"] for row in shallow} == {30, None}
    assert upper["above_ground"] == deep["above_ground"]
    assert _values(species, "carbon")["above_ground"] != deep["above_ground"]
    assert _values(species, "biomass") == _values(rows, "biomass")


def test_change_is_the_difference_of_stored_values(inventory: Path) -> None:
    """6 m3 more on each of the 500 arbor stands; areas as they were."""
    rows = succeed("--db", inventory, "change", "--from", 2020, "--to", 2023, "--json").rows
    changes = {(row["quantity"], row["pool"]): row for row in rows}
    stock = changes["growing_stock", None]
    assert (stock["change"], stock["change_per_year"]) == (3_000, 1_000)
    assert changes["area", None]["change"] == 0
    assert changes["carbon", "soil"]["change"] == 0
    assert changes["carbon", "above_ground"]["change"] > 0
    stored = {
        (survey, quantity, pool): value
        for survey, quantity, pool, value in query(
            inventory,
            "SELECT survey, quantity, pool, value FROM estimates JOIN runs USING (run_id, survey) "
            "WHERE by_keys = '' AND soil_depth_cm = 100 AND carbon_fraction_set = 'fang'",
        )
    }
    assert len(rows) == len(stored) / 2
    for (quantity, pool), row in changes.items():
        difference = stored[2023, quantity, pool] - stored[2020, quantity, pool]
        assert Decimal(str(row["change"])) == difference
        # the last digit depends on where the decimal becomes a float
        assert row["change_per_year"] == pytest.approx(float(difference) / 3, rel=1e-14)
        assert (row["survey_from"], row["survey_to"]) == (2020, 2023)


def test_change_estimates_what_is_not_stored_yet(db: Path) -> None:
    """Its counties have the old borders, which the test of breaks is about."""
    split = ("--by", "region", "--across-definitions", "--json")
    arguments = ("--db", db, "change", "--from", 2020, "--to", 2023, *split)
    rows = succeed(*arguments).rows
    assert rows == succeed(*arguments).rows
    runs = succeed("--db", db, "runs", "list", "--json").rows
    assert sorted(run["survey"] for run in runs if run["by_keys"] == "region") == [2020, 2023]
    stock = [row for row in rows if row["quantity"] == "growing_stock"]
    assert sum(Decimal(str(row["change"])) for row in stock) == 3_000
    assert all(row["region_code"] for row in rows)


def test_effects_of_growth_alone_are_density(db: Path) -> None:
    """6 m3 more on each of the 500 arbor stands: neither area nor species moved."""
    arguments = ("change", "--from", 2020, "--to", 2023, "--effects")
    outcome = succeed("--db", db, "--lang", "en", *arguments, "--json")
    found = {(row["quantity"], row["pool"]): row for row in outcome.rows}
    assert list(found) == [
        *(("growing_stock", None), ("carbon", "total"), ("carbon", "vegetation"))
    ]
    stock = found["growing_stock", None]
    assert [stock[f"{name}_effect"] for name in ("area", "density", "species")] == [0, 3_000, 0]
    assert "must not be used at the margin" in outcome.talk
    assert "arbor forest / change of growing stock" in outcome.talk
    assert "不得用作边际值" in succeed("--db", db, "--lang", "zh", *arguments).talk


@pytest.mark.parametrize(
    "options", [("--budget",), ("--kind", "wetland")], ids=["budget", "wetland"]
)
def test_effects_do_not_go_with(inventory: Path, options: tuple[str, ...]) -> None:
    outcome = run("--db", inventory, "change", "--from", 2020, "--to", 2023, "--effects", *options)
    assert outcome.code == EXIT_USAGE
    assert outcome.data == b""
    assert "--effects" in outcome.talk


def test_change_mixes_no_parameters_of_two_versions(db: Path) -> None:
    """A run on other parameter files than today's is estimated again.

    The earlier survey's run is made to look like one of before a correction that halved carbon.
    """
    arguments = ("--db", db, "change", "--from", 2020, "--to", 2023, "--json")
    before = succeed(*arguments).rows
    earlier = f"run_id = '{before[0]['run_id_from']}'"
    execute(db, f"UPDATE run_parameter_tables SET sha256 = repeat('0', 64) WHERE {earlier}")
    execute(db, f"UPDATE estimates SET value = 2 * value WHERE {earlier} AND quantity = 'carbon'")
    # other parameter files give another identity
    for table in ("runs", "run_parameters", "run_parameter_tables", "estimates", "estimate_flags"):
        execute(db, f"UPDATE {table} SET run_id = '0123456789ab' WHERE {earlier}")
    outcome = run(*arguments)
    assert outcome.rows == before


def test_target_rows_have_the_columns_of_the_contract(inventory: Path) -> None:
    # published figures of another list follow
    rows = succeed("--db", inventory, "target", "--json").rows[:4]
    assert [name for name in rows[0] if name in TARGET_COLUMNS] == TARGET_COLUMNS
    found = {row["indicator"]: row for row in rows}
    assert list(found) == [
        *("growing_stock", "forest_cover", "wetland_area", "wetland_protection_rate")
    ]
    assert {row["status"] for row in rows} <= STATUSES
    stock = found["growing_stock"]
    volume = sum(int(good_row(number, growth=6)["HUO_LM_XJ"] or 0) for number in range(GOOD))
    assert (stock["current_year"], stock["current_value"]) == (2023, volume)
    assert stock["gap"] == 77_900_000 - volume
    assert stock["needed_per_year"] == stock["gap"] / 2
    assert stock["observed_per_year"] == 1_000
    for indicator in ("forest_cover", "wetland_protection_rate"):
        assert 0 <= found[indicator]["target_value"] <= 1
    for indicator in ("wetland_area", "wetland_protection_rate"):
        assert found[indicator]["status"] == "no_data"
        assert found[indicator]["current_value"] is None


def test_as_of_leaves_later_surveys_out(inventory: Path) -> None:
    rows = succeed("--db", inventory, "target", "--as-of", 2022, "--json").rows
    stock = next(row for row in rows if row["indicator"] == "growing_stock")
    assert stock["current_year"] == 2020
    assert stock["observed_per_year"] is None
    early = succeed("--db", inventory, "target", "--as-of", 2010, "--json").rows
    assert {row["status"] for row in early} == {"no_data"}


def test_nothing_is_needed_from_the_target_year_on(db: Path, later_file: Path) -> None:
    succeed("--db", db, "load", "stands", later_file, "--survey", 2025)
    rows = succeed("--db", db, "target", "--json").rows
    stock = next(row for row in rows if row["indicator"] == "growing_stock")
    assert stock["needed_per_year"] is None
    assert stock["gap"] > 0
    assert stock["status"] == "missed"


def test_surveys_of_another_definition_are_not_compared(db: Path, later_file: Path) -> None:
    arguments = ("load", "stands", later_file, "--survey", 2024, "--definition", "nfi")
    succeed("--db", db, *arguments)
    rows = succeed("--db", db, "target", "--json").rows
    stock = next(row for row in rows if row["indicator"] == "growing_stock")
    assert stock["status"] == "not_comparable"
    assert stock["gap"] is None


def test_targets_of_the_users_own(inventory: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "indicator,unit,target_year,target_value\ngrowing_stock,万m3,2030,9000\n",
        encoding="utf-8",
    )
    rows = succeed("--db", inventory, "target", "--targets", path, "--json").rows
    assert len(rows) == 7
    own = next(row for row in rows if row["target_year"] == 2030)
    assert (own["target_value"], own["unit"]) == (90_000_000, "m3")


def test_published_totals_stand_beside_estimates(inventory: Path) -> None:
    every = succeed("--db", inventory, "target", "--published", "--json").rows
    rows = [row for row in every if row["status"] == "compared"]
    assert {row["survey"] for row in rows} == {2020}
    for row in rows:
        assert row["difference"] == row["estimate"] - row["published"]
        assert row["ratio"] == row["estimate"] / row["published"]
        assert row["source_id"]


def test_runs_show_the_parameters_of_a_figure(inventory: Path, rows: list[Row]) -> None:
    run_id = rows[0]["run_id"]
    found = succeed("--db", inventory, "runs", "show", run_id, "--json").rows
    listed = {row["parameter_id"]: row for row in succeed("params", "list", "--json").rows}
    assert found
    for row in found:
        assert row["value"] == listed[row["parameter_id"]]["value"]
        assert row["source_id"]
        assert row["status"]
    # what an economic or bamboo stand rests on is among them
    assert {"dead-wood.all", "bamboo.culm_mass"} <= {row["parameter_id"] for row in found}

    runs = succeed("--db", inventory, "runs", "list", "--json").rows
    mine = next(row for row in runs if row["run_id"] == run_id)
    assert mine["stands"] == GOOD
    assert mine["program_version"] == __version__
    assert mine["current"] is True


def test_a_run_without_parameters_is_shown(tmp_path: Path) -> None:
    """Bare land rests on no parameter; its run is there all the same."""
    path, db = tmp_path / "bare.csv", tmp_path / "bare.duckdb"
    path.write_bytes(clean([good_row(3) | {"DI_LEI": "030402", "LIN_ZHONG": ""}]))
    succeed("--db", db, "load", "stands", path, "--survey", 2020)
    assert _estimate(db) == []
    (listed,) = succeed("--db", db, "runs", "list", "--json").rows
    assert succeed("--db", db, "runs", "show", listed["run_id"], "--json").rows == []


def test_the_same_estimate_is_one_run(db: Path) -> None:
    """Estimating again replaces the run; nothing is there twice."""
    before = succeed("--db", db, "runs", "list", "--json").rows
    first, second = _estimate(db), _estimate(db)
    assert first == second
    after = succeed("--db", db, "runs", "list", "--json").rows
    assert sorted(row["run_id"] for row in after) == sorted(row["run_id"] for row in before)
    (count,) = query(db, f"SELECT count(*) FROM estimates WHERE run_id = '{first[0]['run_id']}'")
    assert count == (len(first),)


def test_params() -> None:
    every = succeed("params", "list", "--json").rows
    assert len({row["parameter_id"] for row in every}) == len(every)
    unverified = succeed("params", "list", "--unverified", "--json").rows
    assert 0 < len(unverified) < len(every)
    assert all(r["evidence"] == "recalled" or r["status"] == "assumed" for r in unverified)
    soil = succeed("params", "list", "--table", "soil", "--json").rows
    assert {row["table"] for row in soil} == {"soil"}

    shown = succeed("params", "show", "dead-wood.all", "--json").rows
    assert [row["parameter_id"] for row in shown] == ["dead-wood.all"]
    assert shown[0]["source"]
    family = succeed("params", "show", "bamboo.", "--json").rows
    assert len(family) > 1
    assert all(row["parameter_id"].startswith("bamboo.") for row in family)


def test_params_check_has_no_errors() -> None:
    rows = succeed("params", "check", "--json").rows
    assert {row["severity"] for row in rows} == {"warning", "note"}
    notes = {row["parameter_id"] for row in rows if row["severity"] == "note"}
    unverified = succeed("params", "list", "--unverified", "--json").rows
    assert {row["parameter_id"] for row in unverified} <= notes


def test_params_check_fails_on_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (verify, pack_check):
        monkeypatch.setattr(module, "load_sources", lambda: {"LI2016": {}})
    outcome = run("params", "check", "--json")
    assert outcome.code == 1
    errors = {row["parameter_id"] for row in outcome.rows if row["severity"] == "error"}
    every = succeed("params", "list", "--json").rows
    foreign = {row["parameter_id"] for row in every if row["source_id"] != "LI2016"}
    assert foreign <= errors
    assert errors.isdisjoint({row["parameter_id"] for row in every} - foreign)


def test_doctor(inventory: Path, tmp_path: Path) -> None:
    rows = succeed("--db", inventory, "doctor", "--json").rows
    found = {row["check"]: row["result"] for row in rows}
    assert found["sinkcalc"] == __version__
    assert found["parameters"] == "ok"
    assert found["database"] == "ok"
    assert {"polars", "duckdb", "python"} <= set(found)
    broken = tmp_path / "text.duckdb"
    broken.write_text("no database", encoding="utf-8")
    outcome = run("--db", broken, "doctor", "--json")
    database = next(row for row in outcome.rows if row["check"] == "database")
    assert database["result"] != "ok"
    assert "text.duckdb" in database["detail"]


def test_init_twice(tmp_path: Path) -> None:
    db = tmp_path / "folder" / "new.duckdb"
    for _ in range(2):
        outcome = succeed("--db", db, "--lang", "en", "init")
        assert outcome.data == b""
        assert "new.duckdb" in outcome.talk
    assert succeed("--db", db, "surveys", "--json").rows == []
