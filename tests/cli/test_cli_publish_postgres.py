"""`publish --to postgresql://…` as a user types it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import run
from filled_database import fill, keep_little
from postgres import Server, running_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli_postgres") / "sinkcalc.duckdb"
    fill(path)
    keep_little(path, "stands", "odd", "bits")
    return path


def test_publishing_twice(server: Server, db: Path) -> None:
    words = ("--db", db, "publish", "--to", server.url("postgres"), "--json")

    first = run(*words, "--grant", "public")
    again = run(*words)
    forced = run("--lang", "zh", *words, "--force")

    rows = {row["table_name"]: row["rows"] for row in json.loads(first.data)}
    assert rows == {
        "bits": 3000,
        "odd": 9,
        "stands": 1,
        "sinkcalc_columns": int(
            server.psql("postgres", "SELECT count(*) FROM sinkcalc.sinkcalc_columns")
        ),
        "sinkcalc_state": 1,
    }
    assert "published to schema sinkcalc of postgresql://postgres@/postgres?host=" in first.talk
    assert "2 of them are written as ␀" in first.talk
    assert json.loads(again.data) == []
    assert "unchanged: schema sinkcalc" in again.talk
    assert json.loads(forced.data) == json.loads(first.data)
    assert "已发布到" in forced.talk


def test_a_password_is_warned_of_and_not_shown(server: Server, db: Path) -> None:
    url = server.url("postgres").replace("postgres@", "postgres:top-secret@")

    done = run("--db", db, "publish", "--to", url)

    assert done.code == 0
    assert "leave it to PGPASSWORD or ~/.pgpass" in done.talk
    assert "top-secret" not in done.talk
    assert b"top-secret" not in done.data


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("mysql://me:top-secret@host/db", 2),
        ("postgresql://me:top-secret@127.0.0.1:1/db", 1),
        ("postgresql://me:top@top-secret@127.0.0.1:1/db", 2),
    ],
)
def test_refusals_show_no_password(db: Path, target: str, code: int) -> None:
    done = run("--db", db, "publish", "--to", target)

    assert done.code == code
    assert "top-secret" not in done.talk


def test_options_of_other_targets_are_refused(db: Path, tmp_path: Path) -> None:
    done = run("--db", db, "publish", "--to", tmp_path / "folder", "--grant", "public")

    assert done.code == 2
    assert "--grant" in done.talk
