"""`load stands`: 1 000 good and 50 faulty rows, and every way of loading them."""

import csv
import hashlib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from command_line import content, query, run, run_code, succeed
from deliveries import (
    BAD,
    GOOD,
    RULES,
    Delivery,
    Stored,
    acceptance,
    clean,
    good_row,
    stored,
)

from sinkcalc.intake.check import Checked, check_rows
from sinkcalc.store import loads as store_loads

STORED = f"SELECT {', '.join(Stored._fields)} FROM stands WHERE survey = 2020 ORDER BY source_row"
# what a load may write; the regions and the record of migrations are made by the first command
LOADED = (
    "surveys",
    "loads",
    "load_files",
    "load_columns",
    "stands",
    "stand_geometries",
    "warned_rows",
    "rejected_rows",
)


def _expected(delivery: Delivery) -> list[Stored]:
    return [stored(row, fields) for row, fields in delivery.good.items()]


def _stands(db: Path) -> list[Stored]:
    return [Stored(*row) for row in query(db, STORED)]


def _rejects(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _load(db: Path, *arguments: object, survey: int = 2020) -> str:
    return succeed(
        "--db", db, "--lang", "en", "load", "stands", *arguments, "--survey", survey
    ).talk


def _is_empty(db: Path) -> bool:
    return not db.exists() or all(query(db, f"FROM {table}") == [] for table in LOADED)


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_bytes(clean([good_row(number) for number in range(4)]))
    return path


@pytest.fixture
def new_db(tmp_path: Path) -> Path:
    return tmp_path / "new.duckdb"


def test_the_delivery_is_what_it_says() -> None:
    delivery = acceptance()
    assert len(delivery.good) == GOOD
    assert Counter(fault.rule for fault in delivery.faults) == dict.fromkeys(RULES, 5)
    assert len(delivery.faults) == BAD
    assert len(delivery.data.splitlines()) == 1 + GOOD + BAD


def test_good_rows_are_stored_and_bad_ones_set_aside(
    new_db: Path, acceptance_file: Path, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    talk = _load(new_db, acceptance_file, "--rejects", rejects)
    delivery = acceptance()

    assert _stands(new_db) == _expected(delivery)
    faults = [(f.row, f.rule, f.column) for f in delivery.faults]
    columns = "source_row, rule, column_name"
    assert query(new_db, f"SELECT {columns} FROM rejected_rows ORDER BY source_row") == faults
    written = _rejects(rejects)
    assert [
        (int(row["source_row"]), row["rule"], row["column_name"] or None) for row in written
    ] == faults
    for row in written:
        assert row["source_file"] == acceptance_file.name
        assert all(row[f"{text}_{lang}"] for text in ("reason", "remedy") for lang in ("zh", "en"))
        if row["rule"] != "undecodable":
            assert row["raw"] == delivery.lines[int(row["source_row"])]
    assert f"{GOOD + BAD} rows read, {GOOD} passed, {BAD} rejected" in talk


def test_culms_are_stems_per_hectare_times_area(inventory: Path) -> None:
    """A count is a whole number: it may differ from the product by half a culm."""
    counted = {
        row: (int(fields["MEI_GQ_ZS"]), Decimal(fields["XBMJ"]) / 10_000)
        for row, fields in acceptance().good.items()
        if fields["MEI_GQ_ZS"]
    }
    found = dict(
        query(inventory, "SELECT source_row, culms FROM stands WHERE survey = 2020 AND culms > 0")
    )
    assert found.keys() == counted.keys()
    for row, (stems, area) in counted.items():
        assert abs(found[row] - stems * area) <= Decimal("0.5")


def test_surveys_lists_the_file_with_its_hash(inventory: Path, acceptance_file: Path) -> None:
    rows = succeed("--db", inventory, "surveys", "--json").rows
    assert [row["survey"] for row in rows] == [2020, 2023]
    first = rows[0]
    assert first["sha256"] == hashlib.sha256(acceptance_file.read_bytes()).hexdigest()
    assert first["source_file"] == acceptance_file.name
    assert (first["rows"], first["rows_rejected"]) == (GOOD, BAD)
    assert (first["table_name"], first["profile"], first["encoding"]) == (
        "stands",
        "lcxzgx",
        "utf-8",
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_strict_stores_nothing(
    new_db: Path, acceptance_file: Path, tmp_path: Path, lang: str
) -> None:
    rejects = tmp_path / "rejects.csv"
    arguments = ("load", "stands", acceptance_file, "--survey", 2020, "--strict")
    outcome = run("--db", new_db, "--lang", lang, *arguments, "--rejects", rejects)
    assert outcome.code == 4
    assert str(BAD) in outcome.talk
    assert "Traceback" not in outcome.talk
    assert _is_empty(new_db)
    assert len(_rejects(rejects)) == BAD


def test_strict_leaves_the_former_survey(db: Path, tmp_path: Path, acceptance_file: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(acceptance_file.read_bytes().replace(b",0.65,", b",0.60,"))
    before = content(db)
    outcome = run("--db", db, "load", "stands", other, "--survey", 2020, "--strict", "--replace")
    assert outcome.code == 4
    assert content(db) == before


def test_strict_takes_a_clean_file(new_db: Path, small_file: Path) -> None:
    _load(new_db, small_file, "--strict")
    assert len(_stands(new_db)) == 4


def test_strict_refuses_rejected_rows_of_a_file_that_is_there(
    db: Path, acceptance_file: Path
) -> None:
    """The exit code speaks of the input, whatever the database holds already."""
    outcome = run("--db", db, "load", "stands", acceptance_file, "--survey", 2020, "--strict")
    assert outcome.code == 4


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "nothing changed"), ("zh", "没有变化")], ids=["en", "zh"]
)
def test_the_same_file_twice_changes_nothing(
    db: Path, acceptance_file: Path, lang: str, said: str
) -> None:
    before = content(db)
    arguments = ("load", "stands", acceptance_file, "--survey", 2020)
    for more in ([], ["--replace"]):
        outcome = succeed("--db", db, "--lang", lang, *arguments, *more)
        assert said in outcome.talk
        assert content(db) == before


@pytest.mark.parametrize(
    "option", [("--profile", "lcxzgx"), ("--encoding", "utf-8"), ("--encoding", "UTF8")]
)
def test_naming_what_was_found_out_changes_nothing(
    db: Path, acceptance_file: Path, option: tuple[str, str]
) -> None:
    """The profile and the encoding that the first load found by itself are no other load."""
    before = content(db)
    assert "nothing changed" in _load(db, acceptance_file, *option)
    assert content(db) == before


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_another_file_needs_replace(db: Path, small_file: Path, lang: str) -> None:
    before = content(db)
    outcome = run("--db", db, "--lang", lang, "load", "stands", small_file, "--survey", 2020)
    assert outcome.code == 1
    assert "--replace" in outcome.talk
    assert str(GOOD) in outcome.talk
    assert content(db) == before


def test_replace_replaces_and_can_go_back(
    db: Path, small_file: Path, acceptance_file: Path
) -> None:
    before = content(db)
    _load(db, small_file, "--replace")
    assert _stands(db) == [stored(number + 2, good_row(number)) for number in range(4)]
    assert query(db, "SELECT count(*) FROM stands WHERE survey = 2023") == [(GOOD,)]
    assert query(db, "SELECT count(*) FROM load_files") == [(2,)]
    assert query(db, "SELECT count(*) FROM rejected_rows") == [(0,)]

    _load(db, acceptance_file, "--replace")
    after = content(db)
    for table in (*LOADED, "regions"):
        if table == "loads":  # its time differs
            continue
        assert after[table] == before[table]


def test_results_after_replace_are_of_the_new_stands(db: Path, small_file: Path) -> None:
    """A former run is kept and marked; targets and changes do not use it."""
    succeed("--db", db, "estimate", "--survey", 2020)
    _load(db, small_file, "--replace")
    volume = sum(Decimal(good_row(number)["HUO_LM_XJ"] or 0) for number in range(4))
    rows = succeed("--db", db, "change", "--from", 2020, "--to", 2023, "--json").rows
    stock = next(row for row in rows if row["quantity"] == "growing_stock")
    assert Decimal(str(stock["value_from"])) == volume
    runs = succeed("--db", db, "runs", "list", "--json").rows
    assert [run["current"] for run in runs if run["survey"] == 2020] == [False, True]


def test_dry_run_stores_nothing(new_db: Path, acceptance_file: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    talk = _load(new_db, acceptance_file, "--dry-run", "--rejects", rejects)
    assert "nothing was stored" in talk
    assert f"{BAD} rejected" in talk
    assert not new_db.exists()
    assert len(_rejects(rejects)) == BAD


def test_dry_run_checks_beside_a_loaded_survey(db: Path, small_file: Path) -> None:
    before = content(db)
    assert "4 passed" in _load(db, small_file, "--dry-run")
    assert content(db) == before


def test_rejects_are_written_for_a_file_that_is_there(
    db: Path, acceptance_file: Path, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    _load(db, acceptance_file, "--dry-run", "--rejects", rejects)
    assert len(_rejects(rejects)) == BAD


@pytest.mark.parametrize("name", ["rejects.dat", "absent/rejects.csv"])
def test_rejects_that_cannot_be_written_stop_the_load(
    new_db: Path, acceptance_file: Path, tmp_path: Path, name: str
) -> None:
    """Exit 2 says that the command was wrong, so it has done nothing."""
    arguments = ("load", "stands", acceptance_file, "--survey", 2020)
    outcome = run("--db", new_db, *arguments, "--rejects", tmp_path / name)
    assert outcome.code == 2
    assert _is_empty(new_db)


def test_two_files_in_one_command(new_db: Path, tmp_path: Path) -> None:
    parts = {"west.csv": range(10), "east.csv": range(10, 25)}
    for name, numbers in parts.items():
        (tmp_path / name).write_bytes(clean([good_row(number) for number in numbers]))
    _load(new_db, *(tmp_path / name for name in parts))
    sql = "SELECT source_file, count(*), min(source_row), max(source_row) FROM stands GROUP BY 1"
    assert sorted(query(new_db, sql)) == [("east.csv", 15, 2, 16), ("west.csv", 10, 2, 11)]
    rows = succeed("--db", new_db, "surveys", "--json").rows
    assert [(row["source_file"], row["rows"]) for row in rows] == [
        ("east.csv", 15),
        ("west.csv", 10),
    ]

    before = content(new_db)
    talk = _load(new_db, *(tmp_path / name for name in reversed(parts)))
    assert "nothing changed" in talk
    assert content(new_db) == before


def test_a_stand_in_two_files_is_kept_once(new_db: Path, tmp_path: Path) -> None:
    for name, numbers in {"a.csv": (0, 1), "b.csv": (1, 2)}.items():
        (tmp_path / name).write_bytes(clean([good_row(number) for number in numbers]))
    _load(new_db, tmp_path / "a.csv", tmp_path / "b.csv")
    rejected = query(new_db, "SELECT source_file, source_row, rule FROM rejected_rows")
    assert rejected == [("b.csv", 2, "duplicate_stand")]
    assert query(new_db, "SELECT count(*) FROM stands") == [(3,)]


@pytest.mark.parametrize("copy", ["small.csv", "copy.csv", "folder/small.csv"])
def test_the_same_file_twice_in_one_command_is_refused(
    new_db: Path, small_file: Path, tmp_path: Path, copy: str
) -> None:
    """The same path, the same bytes under another name, another file of the same name."""
    second = tmp_path / copy
    second.parent.mkdir(exist_ok=True)
    if copy.startswith("folder"):
        second.write_bytes(clean([good_row(7)]))
    else:
        second.write_bytes(small_file.read_bytes())
    outcome = run("--db", new_db, "load", "stands", small_file, second, "--survey", 2020)
    assert outcome.code == 2
    assert not new_db.exists()


def _write_parquet(path: Path, rows: list[dict[str, str]], *, typed: bool) -> None:
    frame = pl.DataFrame(rows).with_columns(pl.all().replace("", None))
    if typed:
        frame = frame.with_columns(
            pl.col("XBMJ", "YU_BI_DU").cast(pl.Float64),
            pl.col("HUO_LM_XJ", "MEI_GQ_ZS").cast(pl.Int64),
            pl.col("PINGJUN_NL").cast(pl.Int16),
        )
    frame.write_parquet(path)


@pytest.mark.parametrize("typed", [True, False])
def test_parquet_gives_the_same_stands(tmp_path: Path, typed: bool) -> None:
    rows = [good_row(number) for number in range(200)]
    if not typed:
        rows += [
            good_row(900) | {"XBMJ": "12.5公顷"},
            good_row(904) | {"YU_BI_DU": "65"},
            good_row(0),
        ]
    (tmp_path / "stands.csv").write_bytes(clean(rows))
    _write_parquet(tmp_path / "stands.parquet", rows, typed=typed)
    found = {}
    for kind in ("csv", "parquet"):
        db = tmp_path / f"{kind}.duckdb"
        _load(db, tmp_path / f"stands.{kind}")
        stands = "SELECT * EXCLUDE (load_id, source_file) FROM stands ORDER BY source_row"
        faults = "SELECT source_row, rule, column_name, value FROM rejected_rows ORDER BY ALL"
        found[kind] = query(db, stands), query(db, faults)
    assert found["parquet"] == found["csv"]
    assert len(found["csv"][0]) == 200
    assert len(found["csv"][1]) == (0 if typed else 3)


@pytest.mark.parametrize("option", [(), ("--encoding", "gbk")], ids=["found out", "named"])
def test_gb18030_gives_the_same_stands(
    new_db: Path, tmp_path: Path, inventory: Path, option: tuple[str, ...]
) -> None:
    path = tmp_path / "stands_2020.csv"
    path.write_bytes(acceptance("gb18030", "\r\n").data)
    _load(new_db, path, *option)
    assert _stands(new_db) == _stands(inventory)
    columns = "source_file, source_row, column_name, value, rule, reason_zh"
    faults = f"SELECT {columns} FROM rejected_rows WHERE rule <> 'undecodable' ORDER BY source_row"
    assert query(new_db, faults) == query(inventory, faults)
    assert query(new_db, "SELECT encoding FROM load_files") == [("gb18030",)]
    undecodable = "SELECT source_row FROM rejected_rows WHERE rule = 'undecodable' ORDER BY ALL"
    assert query(new_db, undecodable) == query(inventory, undecodable)


def test_a_profile_of_the_users_own(new_db: Path, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'name = "own"\nid_columns = ["id"]\n[columns]\n'
        'vegetation_class = { header = "class" }\narea_ha = { header = "mu", unit = "mu" }\n'
        '[constants]\nregion_code = "TEST"\n',
        encoding="utf-8",
    )
    (tmp_path / "own.csv").write_text("id,class,mu\n1,arbor,30\n", encoding="utf-8")
    _load(new_db, tmp_path / "own.csv", "--profile", tmp_path / "own.toml")
    assert query(new_db, "SELECT stand_id, region_code, area_ha FROM stands") == [
        ("1", "TEST", Decimal(2))
    ]
    assert succeed("--db", new_db, "surveys", "--json").rows[0]["profile"] == "own"


def test_no_row_left_stores_nothing(new_db: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(clean([good_row(0) | {"XBMJ": ""}]))
    outcome = run("--db", new_db, "load", "stands", path, "--survey", 2020)
    assert outcome.code == 1
    assert _is_empty(new_db)


def test_a_failing_load_leaves_the_former_survey(
    db: Path, small_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new stands are in, the rejected rows are not: all of it has to go."""
    before = content(db)
    insert = store_loads._insert_files

    def fail_at_the_end(
        con: duckdb.DuckDBPyConnection, table: str, files: list[Path], constants: dict[str, object]
    ) -> None:
        insert(con, table, files, constants)
        if table == "rejected_rows":
            assert con.execute("SELECT count(*) FROM stands WHERE survey = 2020").fetchone() == (4,)
            raise RuntimeError("disk full")

    monkeypatch.setattr(store_loads, "_insert_files", fail_at_the_end)
    arguments = ("--db", db, "load", "stands", small_file, "--survey", 2020, "--replace")
    outcome = run(*arguments)
    assert outcome.code == 1
    assert "disk full" in outcome.talk
    assert content(db) == before

    monkeypatch.undo()
    succeed(*arguments)
    assert len(_stands(db)) == 4


def test_a_load_that_was_overtaken_is_refused(
    new_db: Path, small_file: Path, later_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another load of the same survey ends between the checks and the storing of this one."""

    def overtaken(*arguments: Any) -> Checked:
        monkeypatch.undo()
        _load(new_db, later_file)
        return check_rows(*arguments)

    monkeypatch.setattr("sinkcalc.pipeline.read_delivery.check_rows", overtaken)
    outcome = run("--db", new_db, "load", "stands", small_file, "--survey", 2020)
    assert outcome.code == 1
    assert "--replace" in outcome.talk
    assert query(new_db, "SELECT source_file FROM load_files") == [(later_file.name,)]
    assert len(_stands(new_db)) == GOOD


def test_a_killed_load_leaves_the_former_survey(db: Path, small_file: Path, tmp_path: Path) -> None:
    before = content(db)
    code = """
import os, signal, sys
from pathlib import Path
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.load_stands import load_stands
from sinkcalc.store import loads

insert = loads._insert_files

def insert_and_die(con, table, files, constants):
    insert(con, table, files, constants)
    if table == "stands":
        os.kill(os.getpid(), signal.SIGKILL)

loads._insert_files = insert_and_die
load_stands(Path(sys.argv[1]), [Path(sys.argv[2])], LoadOptions(2020, replace=True))
"""
    outcome = run_code(code, db, small_file, cwd=tmp_path)
    assert outcome.code < 0, outcome.talk
    assert content(db) == before
