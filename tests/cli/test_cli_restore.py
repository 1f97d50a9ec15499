"""A working database from a published state: the same rows, and nothing written over."""

import json
import shutil
from pathlib import Path

import pytest
from command_line import content, execute, held, query, run, succeed


@pytest.fixture
def published(db: Path, tmp_path: Path) -> Path:
    to = tmp_path / "out"
    succeed("--db", db, "publish", "--to", to)
    return to


def test_every_row_is_there_again(db: Path, published: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.duckdb"
    done = succeed("--lang", "en", "restore", published, "--db", new)
    assert "rows, checked" in done.talk
    tables = [row[0] for row in query(db, "SELECT table_name FROM duckdb_tables()")]
    for name in tables:
        sql = f"FROM main.{name} ORDER BY ALL"
        assert query(new, sql) == query(db, sql)
    assert len(content(new)) == len(tables)
    sql = "FROM bureau.latest_estimates ORDER BY ALL"
    assert query(new, sql) == query(db, sql)
    # it is a working file: it is written to, and gives the same figures
    listed = [succeed("--db", path, "runs", "list", "--json").rows for path in (db, new)]
    assert listed[0] == listed[1]
    succeed("--db", new, "estimate", "--survey", 2020, "--by", "region")
    # and what was published of it before is the same state
    succeed("--db", tmp_path / "third.duckdb", "restore", published)
    rows = succeed("--db", tmp_path / "third.duckdb", "publish", "--to", published, "--json").rows
    assert len(rows) == 1


def test_a_state_by_name(db: Path, published: Path, tmp_path: Path) -> None:
    execute(db, "UPDATE main.surveys SET definition = 'another'")
    first, second = (
        row["state"] for row in succeed("--db", db, "publish", "--to", published, "--json").rows
    )
    old, new = tmp_path / "old.duckdb", tmp_path / "new.duckdb"
    succeed("restore", published, "--state", first, "--db", old)
    succeed("restore", published, "--db", new)
    sql = "SELECT count(*) FROM main.surveys WHERE definition = 'another'"
    assert (query(old, sql), query(new, sql)) == ([(0,)], [(2,)])
    done = run("--lang", "en", "restore", published, "--state", second[:-1], "--db", old)
    assert done.code == 2
    assert f"did you mean {second}?" in done.talk
    # the folder of one state is enough, as one that was copied somewhere else
    alone = shutil.copytree(published / "states" / first, tmp_path / "alone")
    succeed("restore", alone, "--db", tmp_path / "alone.duckdb")


def test_a_database_is_not_written_over(db: Path, published: Path, tmp_path: Path) -> None:
    before = db.read_bytes()
    done = run("--db", db, "--lang", "en", "restore", published)
    assert done.code == 2
    assert f"database {db} exists and was left alone" in done.talk
    assert db.read_bytes() == before
    for kept in ("sinkcalc.duckdb.bak", "sinkcalc.duckdb.bak2"):
        earlier = db.read_bytes()
        done = succeed("--db", db, "--lang", "en", "restore", published, "--force")
        assert f"kept as {tmp_path / kept}" in done.talk
        assert (tmp_path / kept).read_bytes() == earlier
    with held(db):
        done = run("--db", db, "--lang", "en", "restore", published, "--force")
        assert done.code == 3
        assert "held by another process" in done.talk
    assert sorted(path.name for path in tmp_path.glob("*.bak*")) == [
        "sinkcalc.duckdb.bak",
        "sinkcalc.duckdb.bak2",
    ]
    assert not list(tmp_path.glob(".*restoring*"))


def test_a_log_without_its_database_is_told(published: Path, tmp_path: Path) -> None:
    log = tmp_path / "new.duckdb.wal"
    log.write_bytes(b"")
    done = run("--lang", "en", "restore", published, "--db", tmp_path / "new.duckdb")
    assert done.code == 2
    assert "belongs to a database that is not there any more" in done.talk


@pytest.mark.parametrize("name", ["sinkcalc.duckdb", "csv/stands.csv", "SHA256SUMS"])
def test_a_changed_file_is_told(published: Path, tmp_path: Path, name: str) -> None:
    (place,) = (published / "states").iterdir()
    (place / name).chmod(0o644)
    payload = bytearray((place / name).read_bytes())
    payload[len(payload) // 2] ^= 1
    (place / name).write_bytes(payload)
    done = run("--lang", "en", "restore", published, "--db", tmp_path / "new.duckdb")
    assert done.code == 1
    assert "not as it was published; nothing was restored" in done.talk
    assert not (tmp_path / "new.duckdb").exists()


def test_views_alone_cannot_be_restored(db: Path, tmp_path: Path) -> None:
    to = tmp_path / "views"
    succeed("--db", db, "publish", "--to", to, "--views-only")
    done = run("--lang", "zh", "restore", to, "--db", tmp_path / "new.duckdb")
    assert done.code == 2
    assert "--views-only" in done.talk
    assert "无法恢复" in done.talk


def test_another_version_is_refused_with_a_way_out(published: Path, tmp_path: Path) -> None:
    """The file is made one of a newer program, and its hashes are made to fit."""
    import hashlib

    (place,) = (published / "states").iterdir()
    file = place / "sinkcalc.duckdb"
    old = hashlib.sha256(file.read_bytes()).hexdigest()
    file.chmod(0o644)
    execute(file, "INSERT INTO schema_migrations VALUES (9999, 'later', 'x', now()::TIMESTAMP)")
    sums = place / "SHA256SUMS"
    sums.chmod(0o644)
    text = sums.read_text(encoding="utf-8")
    new = hashlib.sha256(file.read_bytes()).hexdigest()
    sums.write_text(text.replace(old, new), encoding="utf-8")
    done = run("--lang", "en", "restore", published, "--db", tmp_path / "new.duckdb")
    assert done.code == 3
    assert "was published by another version of sinkcalc and was not restored" in done.talk
    assert "migrate the copy with sinkcalc init" in done.talk
    # rows that are not those of the package are found though all hashes fit
    execute(file, "DELETE FROM schema_migrations WHERE version = 9999")
    execute(
        file, "DELETE FROM main.stands WHERE stand_id IN (SELECT min(stand_id) FROM main.stands)"
    )
    again = hashlib.sha256(file.read_bytes()).hexdigest()
    sums.write_text(text.replace(old, again), encoding="utf-8")
    done = run("--lang", "en", "restore", published, "--db", tmp_path / "new.duckdb")
    assert done.code == 1
    assert "are not those that datapackage.json tells of" in done.talk
    assert not (tmp_path / "new.duckdb").exists()
    assert not list(tmp_path.glob(".*restoring*"))


def test_views_of_another_version_are_restored_with_a_hint(
    db: Path, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every label that a later version words otherwise makes its views others than the state's."""
    from sinkcalc.store import views

    new, sql = tmp_path / "new.duckdb", "FROM main.estimates ORDER BY ALL"
    monkeypatch.setattr(views, "_MACROS", (*views._MACROS, "SELECT 1"))
    done = succeed("--lang", "en", "restore", published, "--db", new)
    assert f"run sinkcalc --db {new} init to make them anew" in done.talk
    assert query(new, sql) == query(db, sql)
    succeed("--db", new, "init")
    succeed("--db", new, "publish", "--to", tmp_path / "another")


def test_a_folder_that_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    done = run("--lang", "en", "restore", tmp_path / "other", "--db", tmp_path / "new.duckdb")
    assert done.code == 2
    assert "is no folder of published states" in done.talk
    (tmp_path / "other" / "index.json").write_text(json.dumps([1]), encoding="utf-8")
    assert run("restore", tmp_path / "other", "--db", tmp_path / "new.duckdb").code == 2
