"""`ccer screen PROJECT.toml`: parcels of a file, and what becomes of each row."""

from pathlib import Path

import pytest
from command_line import Outcome, run, succeed

CODE = "CCER-14-001-V01"
PROJECT = """
[project]
name = "造林碳汇项目"
id = "linan-1"
owner = "林业局"
methodology = "{methodology}"
start = {start}
crediting_start = 2022-03-01
crediting_years = 20

[parcels]
{parcels}
stratum = "S1"

[strata.S1]
species = "杉木"
planted = 2022
curve = "table"
curve_name = "fir"

[tables.fir]
points = [[5, 10], [20, 150]]
"""
HEAD = (
    "地块编号,面积(亩),连续面积(m2),权属证类型,权属证号,地类,无林年数,是否湿地,规划造林地,通道或城镇绿化,"
    "造林类型,移除植被比例(%),移除散生木,重复扰动土壤,炼山,转移农业活动,在其他项目中"
)
GOOD = "30,20000,林权证,1,non_forest,5,否,是,否,乔木林,0,否,否,否,否,否"
ROWS = (
    f"A,{GOOD}",
    f"B,{GOOD}".replace("non_forest", "arbor"),
    f"C,{GOOD}".replace("5,否,是", "5,,是"),
    f"D,{GOOD}".replace("20000", "399"),
)


def _project(folder: Path, rows: tuple[str, ...] = ROWS, **changes: str) -> Path:
    values = {
        "methodology": CODE,
        "start": "2022-03-01",
        "parcels": 'file = "parcels.csv"',
        "encoding": "utf-8",
    } | changes
    text = "\n".join([HEAD, *rows]) + "\n"
    (folder / "parcels.csv").write_bytes(text.encode(values.pop("encoding")))
    path = folder / "project.toml"
    path.write_text(PROJECT.format(**values), encoding="utf-8")
    return path


def _screen(folder: Path, project: Path, *words: object) -> Outcome:
    return succeed(
        "--db", folder / "none.duckdb", "--lang", "en", "ccer", "screen", project, *words
    )


def _outcomes(outcome: Outcome) -> dict[str, tuple[str, str | None]]:
    return {row["parcel_id"]: (row["outcome"], row["first_rule"]) for row in outcome.rows}


EXPECTED = {
    "A": ("pass", None),
    "B": ("fail", f"{CODE}.R01"),
    "C": ("unknown", f"{CODE}.R08"),
    "D": ("fail", f"{CODE}.R07"),
}


def test_parcels_of_a_file(tmp_path: Path) -> None:
    """30 亩 are 2 ha; B is forest, C says nothing of wetland, D has 399 m2 in one piece."""
    project = _project(tmp_path)
    by_parcel = _screen(tmp_path, project, "--by", "parcel", "--json")
    assert _outcomes(by_parcel) == EXPECTED
    assert {row["project_id"] for row in by_parcel.rows} == {"linan-1"}
    assert {row["stratum"] for row in by_parcel.rows} == {"S1"}
    table = _screen(tmp_path, project)
    assert "screening of 4 parcels, 8.0 ha" in table.text
    assert "eligible 1 (2.0 ha); refused 2 (4.0 ha); not decided 1 (2.0 ha)" in table.talk
    assert "is_wetland 1" in table.talk
    # the start is the project's, so it is no field to fill in
    assert "start_date" not in table.talk


def test_the_start_of_the_project_is_that_of_its_parcels(tmp_path: Path) -> None:
    """500 m2 are enough for work begun in 2022, and not for work begun in 2019."""
    rows = (f"A,{GOOD}".replace("20000", "500"),)
    project = _project(tmp_path, rows)
    assert _outcomes(_screen(tmp_path, project, "--by", "parcel", "--json"))["A"][0] == "pass"
    project = _project(tmp_path, rows, start="2019-03-01")
    found = _outcomes(_screen(tmp_path, project, "--by", "parcel", "--json"))
    assert found["A"] == ("fail", f"{CODE}.R07")


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("林权证,临政林证字(2019)第12号", "pass"),
        ("林权证,无", "fail"),
        # what is written where there is nothing to write yet
        ("林权证,-", "unknown"),
        ("林权证,办理中", "unknown"),
        ("—,12", "unknown"),
    ],
)
def test_a_dash_is_no_title(tmp_path: Path, title: str, outcome: str) -> None:
    project = _project(tmp_path, (f"A,{GOOD}".replace("林权证,1", title),))
    found = _outcomes(_screen(tmp_path, project, "--by", "parcel", "--json"))
    assert found["A"] == (outcome, None if outcome == "pass" else f"{CODE}.R06")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    project = _project(tmp_path, encoding=encoding)
    assert _outcomes(_screen(tmp_path, project, "--by", "parcel", "--json")) == EXPECTED


def test_rows_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    rows = (*ROWS, f"E,{GOOD}".replace("30,", "-3,"), f"F,{GOOD}".replace("30,", "many,"))
    outcome = _screen(tmp_path, _project(tmp_path, rows))
    assert "4 parcels, 8.0 ha (parcels; ha); 2 more rows were set aside on reading" in outcome.text
    assert "set aside on reading 2 rows" in outcome.talk
    assert "many" in outcome.talk


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    project = _project(tmp_path)
    parcels = tmp_path / "parcels.csv"
    parcels.write_bytes(parcels.read_bytes().replace("林权证".encode(), b"\xff\xfe\x00\x81", 1))
    outcome = run("--db", tmp_path / "none.duckdb", "--lang", "en", "ccer", "screen", project)
    assert "Traceback" not in outcome.talk
    assert outcome.code in (0, 2)


@pytest.mark.parametrize("rows", [(), (f"E,{GOOD}".replace("30,", "0,"),)])
def test_nothing_to_screen(tmp_path: Path, rows: tuple[str, ...]) -> None:
    project = _project(tmp_path, rows)
    outcome = run("--db", tmp_path / "none.duckdb", "--lang", "en", "ccer", "screen", project)
    assert (outcome.code, outcome.text) == (2, "")
    assert "parcels.csv" in outcome.talk
    assert "Traceback" not in outcome.talk


def test_options_of_stands_do_not_go_with_a_project(tmp_path: Path) -> None:
    project = _project(tmp_path)
    for words in (("--methodology", CODE), ("--survey", 2023), ("--where", "true")):
        outcome = run("--lang", "en", "ccer", "screen", project, *words)
        assert (outcome.code, outcome.text) == (2, "")
        assert words[0] in outcome.talk
    missing = run("--lang", "en", "ccer", "screen", tmp_path / "none.toml")
    assert (missing.code, missing.text) == (2, "")


def test_the_files_of_the_project_are_not_written_over(tmp_path: Path) -> None:
    project = _project(tmp_path)
    before = (tmp_path / "parcels.csv").read_bytes()
    db = ("--db", tmp_path / "none.duckdb", "--lang", "en")
    for path in (tmp_path / "parcels.csv", project):
        outcome = run(*db, "ccer", "screen", project, "-o", path, "--format", "csv")
        assert outcome.code == 2
        assert "must not be written over" in outcome.talk
    assert (tmp_path / "parcels.csv").read_bytes() == before


def test_parcels_that_are_stands(tmp_path: Path) -> None:
    db = tmp_path / "sinkcalc.duckdb"
    for survey in (2015, 2020):
        stands = tmp_path / f"{survey}.csv"
        stands.write_text(
            "stand_id,region_code,vegetation_class,area_ha\n1,330112,non_forest,2\n"
            "2,330112,arbor,3\n"
        )
        succeed("--db", db, "load", "stands", stands, "--survey", survey)
    parcels = "survey = 2020\nwhere = \"region_code = '330112'\""
    project = _project(tmp_path, parcels=parcels)
    outcome = succeed("--db", db, "--lang", "en", "ccer", "screen", project, "--json")
    found = {
        (row["parcel_id"], row["rule_id"].removeprefix(f"{CODE}.")): row for row in outcome.rows
    }
    years = found["1", "R02"]
    assert (years["outcome"], years["found"]) == ("pass", "≥5")
    assert found["2", "R01"]["outcome"] == "fail"
    assert found["1", "programme-rules.start_date"]["found"] == "2022-03-01"
    assert found["1", "R06"]["outcome"] == "unknown"
