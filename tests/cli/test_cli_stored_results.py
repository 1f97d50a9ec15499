"""What commands compute from several runs or surveys is stored as it is printed."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from command_line import Row, execute, query, run, succeed

COMMANDS: dict[str, tuple[str, tuple[object, ...]]] = {
    "change": ("changes", ("change", "--from", 2015, "--to", 2020, "--by", "region")),
    "change of wetlands": (
        "changes",
        ("change", "--from", 2020, "--to", 2023, "--kind", "wetland", "--by", "wetland_class"),
    ),
    "effects": (
        "change_effects",
        ("change", "--from", 2020, "--to", 2023, "--effects", "--by", "region"),
    ),
    "transitions": (
        "land_transitions",
        ("change", "--from", 2020, "--to", 2023, "--transitions", "--by", "region"),
    ),
    "conversions": (
        "wetland_conversions",
        ("change", "--from", 2020, "--to", 2023, "--kind", "wetland", "--conversions"),
    ),
    "inventory": (
        "provincial_inventory",
        (
            *("change", "--from", 2020, "--to", 2023, "--form", "provincial-inventory"),
            *("--rates-from-plots", "2020,2023", "--by", "region"),
        ),
    ),
    "target": ("targets", ("target",)),
    "allocation": ("target_shares", ("target", "--allocation")),
    "protection": ("wetland_protection", ("target", "--protection", "--by", "region")),
    "verdict": ("stands_and_plots", ("survey", "verdict", "--survey", 2020)),
    "components": ("stock_components", ("survey", "components", "--from", 2015, "--to", 2020)),
}
# holds a database as a person's tool does who reads it
_READ = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the smallest demo; it has stored the result of every command above."""
    folder = tmp_path_factory.mktemp("demo")
    succeed("--quiet", "demo", "--dir", folder, "--stands", 1_000)
    return folder / "sinkcalc.duckdb"


@pytest.fixture
def db(demo: Path, tmp_path: Path) -> Path:
    """Copy the database, to be changed."""
    return Path(shutil.copy(demo, tmp_path / "sinkcalc.duckdb"))


@contextmanager
def _read_by_another(db: Path) -> Iterator[None]:
    holder = subprocess.Popen(
        [sys.executable, "-c", _READ, str(db)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        yield
    finally:
        holder.communicate()


def _results(db: Path) -> list[tuple[Any, ...]]:
    return query(db, "SELECT kind, result_id FROM results ORDER BY kind, result_id")


def _stored(db: Path, table: str, printed: list[Row]) -> list[Row]:
    """Return the rows of the last result of a table, with the columns that were printed."""
    with duckdb.connect(str(db), read_only=True) as con:
        rows = con.execute(
            f"SELECT * FROM {table} WHERE result_id = (SELECT result_id FROM results "
            "WHERE kind = ? ORDER BY made_at DESC LIMIT 1) ORDER BY place",
            [table],
        ).pl()
    assert not rows.is_empty()
    found = rows.select(list(printed[0])).to_dicts()
    return [dict(row) for row in json.loads(json.dumps(found, default=float))]


@pytest.mark.parametrize("name", COMMANDS)
def test_rows_are_stored_as_printed_and_once(db: Path, name: str) -> None:
    """The demo has stored the same result already: its identity does not change."""
    table, words = COMMANDS[name]
    before = _results(db)
    assert table in {kind for kind, _ in before}
    printed = succeed("--db", db, *words, "--json").rows
    assert _stored(db, table, printed) == printed
    assert _results(db) == before
    execute(db, f"DELETE FROM {table}")
    assert succeed("--db", db, *words, "--json").rows == printed
    assert _stored(db, table, printed) == printed
    assert _results(db) == before


def test_a_database_that_others_read_warns_in_both_languages(db: Path) -> None:
    words = COMMANDS["protection"][1]
    calm = succeed("--db", db, "--lang", "en", *words, "--json")
    before = query(db, "SELECT result_id, made_at FROM results ORDER BY ALL")
    with _read_by_another(db):
        english = run("--db", db, "--lang", "en", *words, "--json")
        chinese = run("--db", db, "--lang", "zh", *words, "--json")
    assert (english.code, chinese.code) == (0, 0)
    assert english.data == chinese.data == calm.data
    assert "careful: the figures are printed but not stored" in english.talk
    assert "held by another process" in english.talk
    assert "注意:结果已输出,但没有存入数据库" in chinese.talk
    assert "not stored" not in calm.talk
    assert query(db, "SELECT result_id, made_at FROM results ORDER BY ALL") == before


def test_exit_code_of_a_missed_target_stays(db: Path) -> None:
    """Nothing can be stored, and the target file asks for a stock that no forest has."""
    own = db.parent / "own.csv"
    own.write_text(
        "target_id,indicator,definition,region_code,unit,target_year,target_value\n"
        "own-2020,growing_stock,management_inventory,330100,m3,2020,90000000\n",
        encoding="utf-8",
    )
    words = ("target", "--targets", own, "--fail-below-target", "--json")
    with _read_by_another(db):
        assert run("--db", db, *words).code == 5
    assert run("--db", db, *words).code == 5
    ((options, latest),) = query(
        db,
        "SELECT options, is_latest FROM bureau.results "
        "WHERE kind = 'targets' AND options LIKE '%own.csv%'",
    )
    assert len(json.loads(options)["targets"]["sha256"]) == 64
    # the plan's own targets stay the answer
    assert not latest


def test_after_a_load_results_are_those_of_before(db: Path, demo: Path) -> None:
    assert query(db, "SELECT count(*) FROM bureau.results WHERE NOT is_current") == [(0,)]
    cores = demo.parent / "raw" / "cores_2023.csv"
    fewer = db.parent / "cores_2023.csv"
    fewer.write_bytes(b"".join(cores.read_bytes().splitlines(keepends=True)[:-1]))
    succeed("--db", db, "load", "cores", fewer, "--survey", 2023, "--replace")
    assert query(db, "SELECT count(*) FROM bureau.results WHERE is_current OR is_latest") == [(0,)]


def test_a_change_by_other_options_is_stored_and_not_the_answer(db: Path) -> None:
    """The demo's own change by county stays the latest; the method's own carbon fraction is its."""
    words = ("change", "--from", 2020, "--to", 2023, "--by", "region", "--json")
    latest = (
        "SELECT DISTINCT result_id FROM bureau.change WHERE is_latest AND kind = 'forest' "
        "AND survey_from = 2020 AND survey_to = 2023 AND region_code IS NOT NULL"
    )
    before = query(db, latest)
    assert len(before) == 1
    for other in (("--carbon-fraction", "ipcc-2006"), ("--soil-depth", 30)):
        stored = len(_results(db))
        succeed("--db", db, *words, *other)
        assert len(_results(db)) == stored + 1
        assert query(db, latest) == before
    succeed("--db", db, *words, "--carbon-fraction", "fang")
    assert len(query(db, latest)) == 1
    assert query(db, latest) != before
