"""`sinkcalc estimate --kind soil`: soil of forest, wetland and farmland in one table."""

from decimal import Decimal
from pathlib import Path

import pytest
from command_line import Row, run, succeed

from sinkcalc.vocabulary import LANDS

STANDS = """stand_id,region_code,vegetation_class,area_ha,species,origin,age_group,volume_m3,culms
1,330102,arbor,10,masson_pine,natural,middle,600,
2,330110,bamboo,5,moso_bamboo,,,,12000
"""
WETLANDS = """wetland_id,region_code,wetland_class,area_ha
w1,330102,marsh,2
w2,330102,reservoir,80
w3,330110,forest_swamp,1
"""
FARMLAND = """farmland_id,region_code,farmland_use,soil_class,tillage,input_level,area_ha
f1,330102,paddy,low_activity_clay,,,100
f2,330110,dry_cropland,low_activity_clay,,,4
"""
CARBON = {
    ("330102", "forest"): "390.3227",
    ("330102", "wetland"): "270",
    ("330102", "farmland"): "7425",
    ("330102", None): "8085.3227",
    ("330110", "forest"): "198.7643",
    ("330110", "wetland"): "135",
    ("330110", "farmland"): "151.8",
    ("330110", None): "485.5643",
}


def _load(db: Path, table: str, text: str) -> None:
    path = db.with_name(f"{table}.csv")
    path.write_text(text, encoding="utf-8")
    succeed("--db", db, "load", table, path, "--survey", 2020)


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with all three lands."""
    db = tmp_path_factory.mktemp("land") / "sinkcalc.duckdb"
    for table, text in (("stands", STANDS), ("wetlands", WETLANDS), ("farmland", FARMLAND)):
        _load(db, table, text)
    return db


def _soil(db: Path, *arguments: object) -> list[Row]:
    command = ("--db", db, "estimate", "--survey", 2020, "--kind", "soil", "--json")
    return succeed(*command, *arguments).rows


def test_rows_by_county_and_land(land: Path) -> None:
    rows = _soil(land, "--by", "region")
    carbon = {
        (row["region_code"], row["land"]): Decimal(str(row["value"]))
        for row in rows
        if row["quantity"] == "carbon"
    }
    assert carbon == {key: Decimal(value) for key, value in CARBON.items()}
    for row in rows:
        assert row["method"] == "soil-0-30"
        assert (row["depth_cm"], row["pool"]) == (
            (None, None) if row["quantity"] == "area" else (30, "soil")
        )
        assert row["gas"] == ("CO2" if row["quantity"] == "co2e" else None)
        assert row["se"] is not None or row["se_reason"]


def test_the_table_has_a_column_for_each_land(land: Path) -> None:
    outcome = succeed(
        *("--db", land, "--lang", "en", "estimate", "--survey", 2020, "--kind", "soil"),
        *("--by", "region"),
    )
    heading = next(line for line in outcome.text.splitlines() if "forest" in line)
    columns = [f"{land} soil" for land in LANDS] + ["sum"]
    places = [heading.index(name) for name in columns]
    assert places == sorted(places)
    assert "8,571" in outcome.text
    assert "80.0 ha, has sediment and no soil" in outcome.talk
    assert "tillage not recorded: taken as full [dry cropland]: 1 records, 4.0 ha" in outcome.talk
    assert "0.75 to 1.62" in outcome.talk
    assert "never added" in outcome.talk


def test_the_table_in_chinese(land: Path) -> None:
    outcome = succeed(
        *("--db", land, "--lang", "zh", "estimate", "--survey", 2020, "--kind", "soil"),
        *("--by", "region"),
    )
    for word in ("森林", "湿地", "农田", "合计", "0–30 cm"):
        assert word in outcome.text
    assert "开阔水面" in outcome.talk


@pytest.mark.parametrize("left_out", LANDS)
def test_a_missing_land_is_told_and_leaves_no_sum(tmp_path: Path, left_out: str) -> None:
    db = tmp_path / "sinkcalc.duckdb"
    texts = {"forest": ("stands", STANDS), "wetland": ("wetlands", WETLANDS)}
    texts["farmland"] = ("farmland", FARMLAND)
    for land, (table, text) in texts.items():
        if land != left_out:
            _load(db, table, text)
    rows = _soil(db, "--by", "region")
    assert {row["land"] for row in rows} == set(LANDS) - {left_out}
    outcome = succeed(
        *("--db", db, "--lang", "en", "estimate", "--survey", 2020, "--kind", "soil"),
    )
    assert f"{left_out} is missing" in outcome.talk
    assert f"sinkcalc load {texts[left_out][0]} FILE --survey 2020" in outcome.talk


def test_own_factors_and_their_error(tmp_path: Path) -> None:
    """Own factors 0.8 x 1.2 x 0.9 on 55 t C/ha and 10 ha: 475.2 t C, an error only if stated."""
    db = tmp_path / "sinkcalc.duckdb"
    own = "land_use_factor,management_factor,input_factor"
    _load(
        db,
        "farmland",
        f"{FARMLAND.splitlines()[0]},{own}\n"
        "f1,330102,dry_cropland,low_activity_clay,full,low,10,0.8,1.2,0.9\n",
    )
    carbon = next(row for row in _soil(db) if row["quantity"] == "carbon")
    assert carbon["value"] == 475.2
    assert carbon["se"] is None
    assert "own-factor." in carbon["se_reason"]
    errors = tmp_path / "errors.csv"
    errors.write_text(
        "match,relative_se,shared\nown-factor.,5%,false\nmeasurement.area,0,true\n",
        encoding="utf-8",
    )
    stated = next(row for row in _soil(db, "--errors", errors) if row["quantity"] == "carbon")
    # three factors of 5 % each, reference 8 %/1.96
    expected = 475.2 * (3 * 0.05**2 + (0.08 / 1.96) ** 2) ** 0.5
    assert stated["se"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--by", "species_group"), "--by region"),
        (("--soil-depth", "100"), "0-30 cm is the one depth"),
        (("--method", "fang-2001"), "takes no --method"),
        (("--draws", "1000"), "takes no --draws"),
    ],
)
def test_options_that_do_not_concern_it_are_refused(
    land: Path, arguments: tuple[str, ...], said: str
) -> None:
    command = ("--db", land, "--lang", "en", "estimate", "--survey", 2020, "--kind", "soil")
    outcome = run(*command, *arguments)
    assert outcome.code == 2
    assert said in outcome.talk


def test_a_survey_without_land_is_refused(land: Path) -> None:
    outcome = run("--db", land, "--lang", "en", "estimate", "--survey", 1999, "--kind", "soil")
    assert outcome.code == 1
    assert "survey 1999 holds no forest, wetland or farmland" in outcome.talk


def test_a_county_without_records_counts_as_nothing(tmp_path: Path) -> None:
    db = tmp_path / "sinkcalc.duckdb"
    farmland = "\n".join(FARMLAND.splitlines()[:2]) + "\n"
    for table, text in (("stands", STANDS), ("wetlands", WETLANDS), ("farmland", farmland)):
        _load(db, table, text)
    outcome = succeed(
        *("--db", db, "--lang", "en", "estimate", "--survey", 2020, "--kind", "soil"),
        *("--by", "region", "--json"),
    )
    assert "farmland: no record of such soil in 余杭区, 0 in the sum" in outcome.talk
    whole = [row for row in outcome.rows if row["quantity"] == "carbon" and row["land"] is None]
    assert {row["region_code"]: row["value"] for row in whole} == {
        "330102": 8085.3227,
        # 198.7643 + 135
        "330110": 333.7643,
    }


def test_land_that_may_be_in_two_surveys_is_told(tmp_path: Path) -> None:
    db = tmp_path / "sinkcalc.duckdb"
    _load(db, "stands", STANDS + "3,330110,economic,20,,planted,,,\n")
    farmland = FARMLAND + "f3,330110,perennial,low_activity_clay,,,30\n"
    path = db.with_name("farmland.csv")
    path.write_text(farmland, encoding="utf-8")
    load = ("load", "farmland", path, "--survey", 2020, "--definition", "land_survey_3")
    succeed("--db", db, *load)
    outcome = succeed(*("--db", db, "--lang", "en", "estimate", "--survey", 2020, "--kind", "soil"))
    assert "economic forest, 20.0 ha, and perennial farmland, 30.0 ha, may be" in outcome.talk
    assert "(forest local, farmland land_survey_3)" in outcome.talk


def test_the_run_is_listed(land: Path) -> None:
    _soil(land)
    runs = succeed("--db", land, "runs", "list", "--json").rows
    soil = [row for row in runs if row["kind"] == "soil"]
    assert soil
    assert all(row["current"] for row in soil)
    shown = succeed("--db", land, "runs", "show", soil[0]["run_id"], "--json").rows
    assert "cropland-soil.land-use.paddy" in {row["parameter_id"] for row in shown}
