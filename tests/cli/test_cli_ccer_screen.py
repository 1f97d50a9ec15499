"""`ccer screen`: stands of the database and parcels of a project, rule by rule."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from command_line import query, run, succeed
from simulated_city import city_database

from sinkcalc.vocabulary import FOREST_CLASSES

CODE = "CCER-14-001-V01"
HEAD = "stand_id,region_code,vegetation_class,area_ha\n"
# both surveys have the same land; 3 was felled between them
STANDS = {
    2020: "1,330102,arbor,4\n2,330102,non_forest,2\n3,330102,arbor,3\n4,330106,other_shrub,1\n",
    2023: "1,330102,arbor,4\n2,330102,non_forest,2\n3,330102,non_forest,3\n4,330106,other_shrub,1\n"
    "5,330106,unestablished,5\n6,330106,bamboo,0.03\n",
}


@pytest.fixture(scope="module")
def stands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screen")
    db = folder / "sinkcalc.duckdb"
    for survey, rows in STANDS.items():
        file = folder / f"{survey}.csv"
        file.write_text(HEAD + rows, encoding="utf-8")
        succeed("--db", db, "load", "stands", file, "--survey", survey)
    return db


def test_stands_by_rule(stands: Path) -> None:
    """Forest: 4 + 0.03 ha. Without it: 2 + 1 ha for three years, 3 ha felled, 5 ha planted.

    300 m2 of bamboo are less than the 400 m2 of any year; the year between is not known.
    """
    words = ("ccer", "screen", "--methodology", CODE, "--survey", 2023, "--by", "rule", "--json")
    rows = {row["rule_id"]: row for row in succeed("--db", stands, *words).rows}
    columns = ("passed", "failed", "unknown", "passed_ha", "failed_ha", "unknown_ha")
    found = {
        name: tuple(rows[f"{CODE}.{name}"][column] for column in columns)
        for name in ("R01", "R02", "R03", "R07")
    }
    assert found == {
        "R01": (4, 2, 0, 11.0, 4.03, 0.0),
        "R02": (2, 2, 2, 3.0, 4.03, 8.0),
        "R03": (0, 0, 6, 0.0, 0.0, 15.03),
        "R07": (5, 1, 0, 15.0, 0.03, 0.0),
    }
    assert tuple(rows[None][column] for column in columns) == (0, 2, 4, 0.0, 4.03, 11.0)
    rules = [row for name, row in rows.items() if name is not None]
    assert sum(row["first_failed"] for row in rules) == 2
    assert sum(row["first_unknown"] for row in rules) == 4


def test_every_row_is_in_every_machine_format(stands: Path, tmp_path: Path) -> None:
    words = ("--db", stands, "ccer", "screen", "--methodology", CODE)
    rows = succeed(*words, "--json").rows
    assert len(rows) % 6 == 0
    assert {row["outcome"] for row in rows} == {"pass", "fail", "unknown"}
    listed = list(csv.DictReader(io.StringIO(succeed(*words, "--csv").text)))
    assert [row["rule_id"] for row in listed] == [row["rule_id"] for row in rows]
    for place in range(2):
        succeed(*words, "-o", tmp_path / f"{place}.parquet")
    same = [(tmp_path / f"{place}.parquet").read_bytes() for place in range(2)]
    assert same[0] == same[1]
    frame = pl.read_parquet(tmp_path / "0.parquet")
    assert frame.schema["rule_id"] == pl.String
    assert frame.to_dicts() == rows


def test_one_row_a_parcel_and_one_outcome(stands: Path) -> None:
    words = ("--db", stands, "ccer", "screen", "--methodology", CODE, "--by", "parcel", "--json")
    rows = succeed(*words).rows
    assert {row["parcel_id"]: row["outcome"] for row in rows} == {
        "1": "fail",
        "2": "unknown",
        "3": "unknown",
        "4": "unknown",
        "5": "unknown",
        "6": "fail",
    }
    refused = succeed(*words, "--only", "fail").rows
    assert {row["parcel_id"]: row["failed_rules"] for row in refused} == {
        "1": f"{CODE}.R01; {CODE}.R02",
        "6": f"{CODE}.R01; {CODE}.R02; {CODE}.R07",
    }
    # a parcel that is not decided is no parcel that passes
    assert succeed(*words, "--only", "pass").rows == []


def test_rows_of_one_outcome(stands: Path) -> None:
    words = ("--db", stands, "ccer", "screen", "--methodology", CODE, "--only", "fail", "--json")
    rows = succeed(*words).rows
    assert [(row["parcel_id"], row["rule_id"].removeprefix(f"{CODE}.")) for row in rows] == [
        ("1", "R01"),
        ("6", "R01"),
        ("1", "R02"),
        ("6", "R02"),
        ("6", "R07"),
    ]
    assert rows[-1]["fields"] == "contiguous_area_m2"
    assert rows[-1]["found"] == "300"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_said(stands: Path, lang: str) -> None:
    outcome = succeed("--db", stands, "--lang", lang, "ccer", "screen", "--methodology", CODE)
    talk = outcome.talk
    if lang == "zh":
        assert "合格 0 块 0.0 ha;拒绝 2 块 4.0 ha;未能判定 4 块 11.0 ha。未知不等于合格" in talk
        assert "7,790 万m³" in talk
        assert "小班能说明的条款都符合的有 2 块 3.0 ha" in talk
        assert "全部条款" in outcome.text
    else:
        assert "eligible 0 (0.0 ha); refused 2 (4.0 ha); not decided 4 (11.0 ha)" in talk
        assert "77.9 million m3" in talk
        assert "2 stands, 3.0 ha, pass all that stands can tell" in talk
        assert "all rules" in outcome.text
    assert "planned_afforestation" in talk
    # what is said goes to stderr alone
    assert "planned_afforestation" not in outcome.text
    quiet = succeed(
        "--db", stands, "--lang", lang, "--quiet", "ccer", "screen", "--methodology", CODE
    )
    assert quiet.text == outcome.text
    assert quiet.talk == ""


@pytest.mark.parametrize("view", ["rule", "parcel"])
@pytest.mark.parametrize("only", ["pass", "fail", "unknown"])
def test_tables_of_every_choice(stands: Path, view: str, only: str) -> None:
    words = ("--methodology", CODE, "--by", view, "--only", only)
    outcome = succeed("--db", stands, "--lang", "en", "ccer", "screen", *words)
    assert "screening of 6 parcels, 15.0 ha" in outcome.text


def test_a_historic_methodology_says_so(stands: Path) -> None:
    words = ("ccer", "screen", "--methodology", "AR-CM-003-V01", "--survey", 2023)
    outcome = succeed("--db", stands, "--lang", "en", *words)
    assert "AR-CM-003-V01 is historic" in outcome.talk
    # forest management takes forest, and refuses bamboo for what it is
    assert "existing forest is refused" not in outcome.talk
    words = ("ccer", "screen", "--methodology", "AR-CM-005-V01", "--survey", 2023)
    outcome = succeed("--db", stands, "--lang", "en", *words)
    assert "rules are recalled, not read in the text of the methodology" in outcome.talk


def test_a_condition_in_sql(stands: Path) -> None:
    words = ("--db", stands, "--lang", "en", "ccer", "screen", "--methodology", CODE)
    rows = succeed(*words, "--where", "region_code = '330106'", "--by", "parcel", "--json").rows
    assert [row["parcel_id"] for row in rows] == ["4", "5", "6"]
    none = run(*words, "--where", "area_ha > 1000")
    assert (none.code, none.text) == (1, "")
    assert "there is nothing to screen" in none.talk
    wrong = run(*words, "--where", "area_hectares > 1")
    assert (wrong.code, wrong.text) == (2, "")
    assert "area_hectares" in wrong.talk


def test_commands_that_cannot_be_carried_out(stands: Path, tmp_path: Path) -> None:
    screen = ("--db", stands, "--lang", "en", "ccer", "screen")
    cases = {
        (*screen,): (2, "give a project file"),
        (*screen, "--methodology", "CCER-99"): (2, "there is no methodology CCER-99"),
        (*screen, "--methodology", CODE, "--survey", 1999): (1, "loaded surveys: 2020, 2023"),
        (*screen, "--methodology", CODE, "--only", "maybe"): (2, "maybe"),
        (
            *("--db", tmp_path / "none.duckdb", "--lang", "en", "ccer", "screen"),
            *("--methodology", CODE),
        ): (3, "there is no database"),
    }
    for words, (code, text) in cases.items():
        outcome = run(*words)
        assert (outcome.code, outcome.text) == (code, ""), words
        assert text in outcome.talk
        assert "Traceback" not in outcome.talk


def test_a_database_without_stands(tmp_path: Path) -> None:
    db = tmp_path / "empty.duckdb"
    succeed("--db", db, "init")
    outcome = run("--db", db, "--lang", "en", "ccer", "screen", "--methodology", CODE)
    assert outcome.code == 1
    assert "the database holds no stands" in outcome.talk


def test_the_stands_of_the_simulated_city(tmp_path_factory: pytest.TempPathFactory) -> None:
    """All forest is refused, nothing passes; land without forest in all three surveys is left."""
    db = city_database(tmp_path_factory).db
    counts = dict(
        query(
            db,
            "SELECT vegetation_class::VARCHAR, count(*) FROM stands WHERE survey = 2023 GROUP BY 1",
        )
    )
    forest = sum(counts[name] for name in FOREST_CLASSES)
    words = ("--db", db, "ccer", "screen", "--methodology", CODE, "--survey", 2023, "--by")
    (every,) = [row for row in succeed(*words, "rule", "--json").rows if row["rule_id"] is None]
    assert (every["passed"], every["failed"], every["unknown"]) == (
        0,
        forest,
        sum(counts.values()) - forest,
    )
    open_parcels = succeed(*words, "parcel", "--only", "unknown", "--json").rows
    bare = [row for row in open_parcels if f"{CODE}.R02" not in row["unknown_rules"]]
    expected = sum(counts[name] for name in ("non_forest", "other_shrub", "sparse"))
    assert len(bare) == expected
    assert counts["non_forest"] > 0
    talk = succeed("--lang", "en", *words, "rule").talk
    assert f"{expected:,} stands" in talk
