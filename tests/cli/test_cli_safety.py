"""What must not happen to real data, and what must not be taken for the city."""

from pathlib import Path

import duckdb
import pytest
from command_line import Row, run, succeed

HEADER = "stand_id,region_code,vegetation_class,species,area_ha,volume_m3,remark\n"
OWN_TARGETS = "target_id,indicator,unit,baseline_year,target_year,target_value,region_code\n"


def _load(db: Path, folder: Path, survey: int, rows: str) -> None:
    path = folder / f"{survey}.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    succeed("--db", db, "load", "stands", path, "--survey", survey)


def _growing_stock(db: Path, *more: object) -> list[Row]:
    rows = succeed("--db", db, "target", "--json", *more).rows
    return [row for row in rows if row["indicator"] == "growing_stock"]


def test_the_demo_leaves_real_surveys_alone(tmp_path: Path) -> None:
    db = tmp_path / "sinkcalc.duckdb"
    _load(db, tmp_path, 2020, "1,330106,arbor,oak,1,60,\n")
    outcome = run("demo", "--dir", tmp_path, "--stands", 1000)
    assert outcome.code == 2
    assert "2020" in outcome.talk
    assert succeed("--db", db, "surveys", "--json").rows[0]["rows"] == 1


def test_stands_of_the_test_region_are_not_the_city(tmp_path: Path) -> None:
    db = tmp_path / "a.duckdb"
    _load(db, tmp_path, 2020, "1,330106,arbor,oak,1,60,\n2,TEST,arbor,oak,1,40,\n")
    (row,) = _growing_stock(db)
    assert row["current_value"] == 60


def test_a_target_of_a_county_is_compared_with_the_county(tmp_path: Path) -> None:
    db, own = tmp_path / "a.duckdb", tmp_path / "own.csv"
    _load(db, tmp_path, 2020, "1,330106,arbor,oak,1,60,\n2,330112,arbor,oak,1,40,\n")
    own.write_text(OWN_TARGETS + "county,growing_stock,万m3,2020,2030,1300,330112\n", "utf-8")
    found = {row["target_id"]: row["current_value"] for row in _growing_stock(db, "--targets", own)}
    assert found == {"plan-2025.growing_stock": 100, "county": 40}


def test_a_small_county_may_have_a_small_target(tmp_path: Path) -> None:
    """12 万m³ is 1/649 of the city's target and no slip of the unit."""
    db, own = tmp_path / "a.duckdb", tmp_path / "own.csv"
    _load(db, tmp_path, 2020, "1,330108,arbor,oak,1,60,\n")
    own.write_text(OWN_TARGETS + "county,growing_stock,万m3,2020,2030,12,330108\n", "utf-8")
    found = {row["target_id"]: row["target_value"] for row in _growing_stock(db, "--targets", own)}
    assert found["county"] == 120_000


def test_simulated_surveys_project_no_real_one(tmp_path: Path) -> None:
    db = tmp_path / "a.duckdb"
    _load(db, tmp_path, 2020, "1,330106,arbor,oak,1,60,模拟数据\n")
    _load(db, tmp_path, 2023, "1,330106,arbor,oak,1,90,\n")
    (row,) = _growing_stock(db)
    assert row["observed_per_year"] is None
    assert row["simulated"] is False


@pytest.mark.parametrize(
    "rows",
    [
        "",
        "a,growing_stock,万m3,2030,2030,8500,\n",
        "a,growing_stock,万m3,2020,99999999999,8500,\n",
        "a,forest_cover,%,2020,2030,0.67,\n",
        "a,growing_stock,万m3,2020,2030,8500,\na,growing_stock,万m3,2020,2035,9500,\n",
    ],
    ids=["no rows", "no years between", "far year", "fraction as percent", "repeated id"],
)
def test_target_files_with_slips_are_refused(tmp_path: Path, rows: str) -> None:
    db, own = tmp_path / "a.duckdb", tmp_path / "own.csv"
    _load(db, tmp_path, 2020, "1,330106,arbor,oak,1,60,\n")
    own.write_text(OWN_TARGETS + rows, "utf-8")
    outcome = run("--db", db, "target", "--targets", own)
    assert outcome.code == 2
    assert "internal" not in outcome.talk


def test_a_few_damaged_lines_do_not_change_the_encoding(tmp_path: Path) -> None:
    path, db = tmp_path / "s.csv", tmp_path / "a.duckdb"
    good = "".join(f"{n},330106,arbor,oak,1,60,模拟数据\n" for n in range(1000))
    path.write_bytes((HEADER + good).encode() + b"x,330106,arbor,oak,1,60,\xb0\x41\n")
    succeed("--db", db, "load", "stands", path, "--survey", 2020)
    (row,) = succeed("--db", db, "surveys", "--json").rows
    assert (row["encoding"], row["simulated"], row["rows"]) == ("utf-8", True, 1000)
    assert row["rows_rejected"] == 1


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE mine (a INTEGER)")
    assert run("--db", path, "init").code == 3
    with duckdb.connect(str(path)) as con:
        assert con.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("mine",)]


@pytest.mark.parametrize(
    "header", ["area_ha,area_ha", "area_ha,AREA_HA"], ids=["same", "other case"]
)
def test_a_repeated_column_that_is_needed_is_refused(tmp_path: Path, header: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(f"stand_id,region_code,vegetation_class,{header}\n1,330106,economic,1,2\n")
    outcome = run("--db", tmp_path / "a.duckdb", "load", "stands", path, "--survey", 2020)
    assert outcome.code == 2
    assert "area_ha" in outcome.talk


def test_a_lone_carriage_return_stops_one_row(tmp_path: Path) -> None:
    path, db = tmp_path / "s.csv", tmp_path / "a.duckdb"
    rows = b"1,330106,economic,,1,,\n2,330106,economic,,1,,a\rb\n3,330106,economic,,1,,\n"
    path.write_bytes(HEADER.encode() + rows)
    succeed("--db", db, "load", "stands", path, "--survey", 2020)
    (row,) = succeed("--db", db, "surveys", "--json").rows
    assert (row["rows"], row["rows_rejected"]) == (2, 1)
