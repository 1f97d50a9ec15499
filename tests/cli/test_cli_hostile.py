"""Files and texts that somebody prepared to do harm: databases, published folders, data, SQL."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import execute, run, run_code, succeed

from sinkcalc.store.queries import command_line, shipped_query

CANARY = "canary-52be"
READS = "SELECT content FROM read_text('{canary}')"


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    path = tmp_path / "canary.txt"
    path.write_text(CANARY, encoding="utf-8")
    return path


@pytest.fixture
def published(db: Path, tmp_path: Path) -> Path:
    succeed("--db", db, "publish", "--to", tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.parametrize(
    "prepared",
    [
        f"CREATE OR REPLACE VIEW bureau.estimates AS {READS}",
        f"CREATE OR REPLACE VIEW main.surveys_read AS {READS}; "
        "CREATE OR REPLACE VIEW bureau.estimates AS FROM main.surveys_read",
        f"CREATE OR REPLACE MACRO bureau.default_method() AS ({READS})",
    ],
)
def test_views_and_macros_of_a_database_reach_no_file(
    db: Path, canary: Path, tmp_path: Path, prepared: str
) -> None:
    execute(db, prepared.replace("{canary}", str(canary)))
    outcomes = [
        run("--db", db, "--lang", "en", *words)
        for words in (
            ("query", "sql", "SELECT *, bureau.default_method() FROM estimates"),
            ("query", "run", "growing_stock_by_county"),
            ("publish", "--to", tmp_path / "out"),
        )
    ]
    assert outcomes[0].code != 0
    assert "disabled by configuration" in outcomes[0].talk
    for done in outcomes:
        assert CANARY not in done.text + done.talk
        assert "Traceback" not in done.talk
    left = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not [path for path in left if CANARY.encode() in path.read_bytes()]


@pytest.mark.parametrize("name", ["", ".", "..", "../../precious", "a/b", 5, None])
def test_names_of_states_lead_nowhere(
    db: Path, published: Path, tmp_path: Path, name: object
) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "kept.txt").write_text("kept", encoding="utf-8")
    index = published / "index.json"
    said = json.loads(index.read_text(encoding="utf-8"))
    said["states"].insert(0, {**said["states"][0], "state": name})
    index.write_text(json.dumps(said), encoding="utf-8")
    before = sorted(published.rglob("*"))
    execute(db, "UPDATE main.surveys SET definition = 'another'")
    for words in (
        ("--db", db, "publish", "--to", published, "--keep", "1"),
        ("restore", published, "--db", tmp_path / "new.duckdb"),
    ):
        done = run("--lang", "en", *words)
        assert done.code == 2
        assert "no list of published states" in done.talk
    assert sorted(published.rglob("*")) == before
    assert (precious / "kept.txt").exists()


def test_an_index_without_states(published: Path, tmp_path: Path) -> None:
    index = published / "index.json"
    said = json.loads(index.read_text(encoding="utf-8"))
    index.write_text(json.dumps({**said, "states": []}), encoding="utf-8")
    done = run("--lang", "en", "restore", published, "--db", tmp_path / "new.duckdb")
    assert done.code == 2
    assert "there is no state" in done.talk


def test_no_hash_of_a_file_outside(published: Path, canary: Path, tmp_path: Path) -> None:
    (state,) = (published / "states").iterdir()
    sums = state / "SHA256SUMS"
    sums.chmod(0o644)
    digest = hashlib.sha256(canary.read_bytes()).hexdigest()
    with sums.open("a", encoding="utf-8") as file:
        file.write(f"{digest}  ../../../{canary.name}\n{digest}  {canary}\n")
    done = run("--lang", "en", "restore", published, "--db", tmp_path / "new.duckdb")
    assert done.code == 1
    assert f"../../../{canary.name}, {canary} of state" in done.talk
    assert not (tmp_path / "new.duckdb").exists()


def _lock(folder: Path, target: Path) -> None:
    (folder / ".sinkcalc-publish.lock").unlink(missing_ok=True)
    (folder / ".sinkcalc-publish.lock").symlink_to(target)


def _draft(folder: Path, target: Path) -> None:
    (folder / ".building-index.json").symlink_to(target)


def _left(folder: Path, target: Path) -> None:
    (folder / ".removing-1-x").symlink_to(target.parent, target_is_directory=True)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize(("link", "code"), [(_lock, 2), (_draft, 0), (_left, 0)])
def test_links_in_a_folder_are_not_followed(
    db: Path, published: Path, canary: Path, link: Callable[[Path, Path], None], code: int
) -> None:
    link(published, canary)
    execute(db, "UPDATE main.surveys SET definition = 'another'")
    done = run("--db", db, "--lang", "en", "publish", "--to", published)
    assert done.code == code, done.talk
    assert canary.read_text(encoding="utf-8") == CANARY


def test_data_do_not_steer_a_terminal(db: Path) -> None:
    sql = "SELECT chr(27) || ']0;title' || chr(7) || chr(155) || '2J' || chr(8238) AS note"
    for words in (
        ("query", "sql", sql),
        ("query", "sql", f"SELECT CAST(note AS INT) FROM ({sql})"),
    ):
        done = run("--db", db, "--lang", "en", *words)
        shown = done.text + done.talk
        assert "␛]0;title" in shown
        assert not set("\x1b\x07\x9b\u202e") & set(shown)
    # what is data stays as it is
    (row,) = succeed("--db", db, "query", "sql", sql, "--json").rows
    assert row["note"] == "\x1b]0;title\x07\x9b2J\u202e"


def test_endless_and_broken_sql_is_refused(db: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.sql"
    long.write_text(f"SELECT 1{' + 1' * 400_000}", encoding="utf-8")
    for words in (("-f", long), *([("-f", "/dev/zero")] if os.name == "posix" else [])):
        done = run("--db", db, "--lang", "en", "query", "sql", *words)
        assert done.code == 2
        assert "has more than 1,000,000 characters" in done.talk
    done = run("--db", db, "--lang", "en", "query", "sql", "SELECT '\udcff'")
    assert done.code == 2
    assert "no text in UTF-8" in done.talk


def test_the_limits_hold_while_a_text_is_judged(db: Path, tmp_path: Path) -> None:
    code = (
        "from sinkcalc.store import ask, ask_check; import time\n"
        "ask.checked_statement = lambda con, text: time.sleep(60)\n"
        "from sinkcalc.cli.main import main; main()"
    )
    words = ("--db", db, "--lang", "en", "query", "sql", "SELECT 1", "--max-seconds", "0.5")
    done = run_code(code, *words, cwd=tmp_path)
    assert done.code == 1
    assert "ran for more than 0.5 seconds" in done.talk


def test_a_command_to_copy_quotes_what_was_given() -> None:
    said = command_line(shipped_query("growing_stock_by_county"), {"survey": "1; rm x"})
    assert said.endswith("--survey '1; rm x' --by region")
