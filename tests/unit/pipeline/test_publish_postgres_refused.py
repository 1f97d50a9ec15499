"""Readers during a publication, what ends it in its middle, and what a server refuses."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from postgres import PASSWORD, Server

from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline import publish_postgres as module
from sinkcalc.pipeline.publish_postgres import publish_postgres

_COUNT = "SELECT count(*), count(DISTINCT area_ha), min(area_ha) FROM sinkcalc.stands"


@pytest.fixture
def before_the_end(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Return what has a function called once the rows of the stands are sent, before the end."""
    true = module.view_blocks

    def arrange(call: Callable[[], None]) -> None:
        def blocks(con: Any, view: Any, kept: Any, rows: int) -> Iterator[Any]:
            yield from true(con, view, kept, rows)
            if view.name == "stands":
                call()

        monkeypatch.setattr(module, "view_blocks", blocks)

    return arrange


def _change(db: Path, area: float) -> None:
    with duckdb.connect(str(db)) as con:
        con.execute("UPDATE main.stands SET area_ha = ?", [area])


def test_readers_see_the_old_or_the_new_rows_and_never_wait(
    server: Server, database: str, db: Path, before_the_end: Callable[..., None]
) -> None:
    """Rows are read in the middle of a publication and after it, at both levels of isolation."""
    publish_postgres(db, server.url(database))
    _change(db, 2)
    old, new = (1, 1, 0.5), (1, 1, 2.0)
    seen: list[Any] = []
    with (
        psycopg.connect(server.url(database)) as repeatable,
        psycopg.connect(server.url(database), autocommit=True) as committed,
    ):
        repeatable.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        # a snapshot, of another table than those that are read later
        repeatable.execute("SELECT * FROM sinkcalc.sinkcalc_state")
        committed.execute("SET statement_timeout = '2s'")

        def read() -> None:
            seen.append([con.execute(_COUNT).fetchone() for con in (repeatable, committed)])

        before_the_end(read)
        publish_postgres(db, server.url(database))
        read()

    assert seen == [[old, old], [old, new]]


def test_a_killed_publication_leaves_the_old_state(
    server: Server, database: str, db: Path, tmp_path: Path
) -> None:
    publish_postgres(db, server.url(database))
    _change(db, 2)
    mark = tmp_path / "in the middle"
    script = f"""
import sys, time
from pathlib import Path
from sinkcalc.pipeline import publish_postgres as module
true = module.view_blocks
def blocks(con, view, kept, rows):
    yield from true(con, view, kept, rows)
    if view.name == "stands":
        Path({str(mark)!r}).touch()
        time.sleep(60)
module.view_blocks = blocks
module.publish_postgres(Path({str(db)!r}), {server.url(database)!r})
"""
    process = subprocess.Popen([sys.executable, "-c", script], env=_environment())
    deadline = time.monotonic() + 60
    while not mark.exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert server.psql(database, _COUNT) == "1|1|0.5000"
    # the dead one holds no lock
    assert not publish_postgres(db, server.url(database)).unchanged
    assert server.psql(database, _COUNT) == "1|1|2.0000"


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("pg_cancel_backend", "the server cancelled the statement"),
        ("pg_terminate_backend", "the server ended the session|the connection to .* was lost"),
    ],
)
def test_an_ended_session_leaves_the_old_state(
    server: Server,
    database: str,
    db: Path,
    before_the_end: Callable[..., None],
    end: str,
    said: str,
) -> None:
    publish_postgres(db, server.url(database))
    _change(db, 2)

    def stop() -> None:
        server.psql(
            database,
            f"SELECT {end}(pid) FROM pg_stat_activity "
            f"WHERE application_name = 'sinkcalc publish' AND datname = '{database}'",
        )

    before_the_end(stop)
    with pytest.raises(SinkcalcError, match=said) as error:
        publish_postgres(db, server.url(database))

    assert "sinkcalc.stands" in str(error.value)
    assert server.psql(database, _COUNT) == "1|1|0.5000"


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("53100", "磁盘、内存或连接不够", "lacks disk space"),
        ("XX000", "交给管理员", "show this text"),
    ],
)
def test_what_the_server_lacks_is_told(
    server: Server, database: str, db: Path, code: str, zh: str, en: str
) -> None:
    """A trigger raises what the server does when its disk is full: the rows are rolled back."""
    publish_postgres(db, server.url(database))
    _change(db, 2)
    server.psql(
        database,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{code}'; END $$;"
        "CREATE TRIGGER refuse AFTER INSERT ON sinkcalc.stands EXECUTE FUNCTION refuse()",
    )

    with pytest.raises(SinkcalcError, match=en) as error:
        publish_postgres(db, server.url(database))

    assert zh in error.value.zh
    assert "could not extend file" in error.value.zh
    assert "上次发布的内容不变" in error.value.zh
    assert server.psql(database, _COUNT) == "1|1|0.5000"


def test_a_lock_of_others_is_waited_for_and_told(
    server: Server, database: str, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sinkcalc.pipeline import postgres_write

    publish_postgres(db, server.url(database))
    _change(db, 2)
    monkeypatch.setattr(postgres_write, "_LEAST_WAIT_SECONDS", 0.2)
    with psycopg.connect(server.url(database)) as other:
        other.execute("LOCK TABLE sinkcalc.stands IN SHARE MODE")
        with pytest.raises(SinkcalcError, match=r"stands.*locked by another session.*--wait"):
            publish_postgres(db, server.url(database))


@pytest.fixture(scope="session")
def users(server: Server) -> Server:
    """Make a user with a password and without rights."""
    server.psql("postgres", f"CREATE ROLE clerk LOGIN PASSWORD '{PASSWORD}'")
    server.psql("postgres", "CREATE DATABASE office")
    return server


def _refused(server: Server, db: Path, url: str, secret: str = PASSWORD) -> SinkcalcError:
    with pytest.raises(SinkcalcError) as error:
        publish_postgres(db, url.replace("PORT", str(server.port)))
    for text in (error.value.zh, error.value.en):
        assert secret not in text
        assert "\n" not in text
    return error.value


@pytest.mark.parametrize(
    ("url", "zh", "en"),
    [
        ("postgresql://clerk:wrong-secret@127.0.0.1:PORT/office", "用户名或密码不对", "is wrong"),
        ("postgresql://clerk@127.0.0.1:PORT/office", "用户名或密码不对", "give the password"),
        ("postgresql://{}@127.0.0.1:PORT/nowhere", "没有这个数据库", "no such database"),
        ("postgresql://{}@127.0.0.1:1/office", "没有服务器应答", "no server answers"),
        ("postgresql://{}@no-such-host.invalid/office", "没有服务器应答", "no server answers"),
        ("postgresql://{}@127.0.0.1:PORT/office?sslmode=require", "加密连接不成", "no encrypted"),
        ("postgresql://{}@127.0.0.1:PORT/office", "权限不够", "no permission"),
        ("postgresql://{}@127.0.0.1:PORT/office?options=-cdefault_transaction_read_only%3Don",
         "数据库只读", "read-only"),
    ],
)  # fmt: skip
def test_no_connection_and_no_right(
    users: Server, small: Path, url: str, zh: str, en: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    user = "clerk:geheim-%E5%AF%86%E7%A0%81-4711"
    error = _refused(users, small, url.format(user))

    assert zh in error.zh
    assert en in error.en
    for secret in ("wrong-secret", "geheim"):
        assert secret not in error.en


def test_a_user_that_does_not_exist(server: Server, small: Path) -> None:
    error = _refused(server, small, server.url("postgres", "nobody_here"))

    assert "没有这个用户" in error.zh
    assert "no such user" in error.en


def test_the_password_of_the_environment_is_taken(
    users: Server, small: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    users.psql(database, f"GRANT CREATE ON DATABASE {database} TO clerk")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    # of a machine that speaks GBK
    monkeypatch.setenv("PGCLIENTENCODING", "GBK")
    url = f"postgresql://clerk@127.0.0.1:{users.port}/{database}"

    done = publish_postgres(small, url)

    assert not done.password_in_address
    assert users.psql(database, "SELECT words FROM sinkcalc.odd WHERE survey = 1") == "杭州市 · 𠮷"
    with_password = url.replace("clerk", "clerk:geheim-%E5%AF%86%E7%A0%81-4711")
    again = publish_postgres(small, with_password)
    assert again.password_in_address
    assert again.place == url.replace("clerk", "clerk:***")


def test_tables_of_another_owner(users: Server, db: Path, database: str) -> None:
    publish_postgres(db, users.url(database))
    _change(db, 2)
    users.psql(
        database,
        "GRANT USAGE, CREATE ON SCHEMA sinkcalc TO clerk;"
        "GRANT ALL ON ALL TABLES IN SCHEMA sinkcalc TO clerk;"
        "COMMENT ON TABLE sinkcalc.bits IS 'of the owner'",
    )

    assert "own the tables" in _refused(users, db, users.url(database, "clerk")).en


def test_an_encoding_without_the_characters(server: Server, small: Path) -> None:
    server.psql(
        "postgres",
        "CREATE DATABASE chinese ENCODING 'EUC_CN' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    )

    error = _refused(server, small, server.url("chinese"))

    assert "createdb -E UTF8" in error.en


def test_a_role_that_does_not_exist(server: Server, small: Path, database: str) -> None:
    with pytest.raises(SinkcalcError, match="check --grant"):
        publish_postgres(small, server.url(database), grant=["nobody_here"])

    assert (
        server.psql(database, "SELECT count(*) FROM pg_namespace WHERE nspname = 'sinkcalc'") == "0"
    )


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:topsecret@host/db",
        "postgresql+psycopg2://me:topsecret@host/db",
        "postgresql:/me:topsecret@host/db",
        "postgresql://me:top@secret@host/db",
        "postgresql://me:top/secret@host/db",
        "postgresql://me:top%zzsecret@host/db",
        "postgresql://me:topsecret@host:54x/db",
        "postgresql://host/db?password=topsecret&nonsense=1",
    ],
)
def test_unreadable_addresses_show_no_password(small: Path, url: str) -> None:
    with pytest.raises(UsageProblem) as error:
        publish_postgres(small, url)

    for text in (error.value.zh, error.value.en):
        assert "secret" not in text
        assert "postgresql://user@host:5432/database" in text


@pytest.mark.parametrize("schema", ["", "pg_own", "information_schema", "林" * 22])
def test_names_that_no_schema_may_have(small: Path, schema: str) -> None:
    with pytest.raises(UsageProblem, match="cannot name a schema"):
        publish_postgres(small, "postgresql://host/db", schema)


def test_without_the_driver(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(UsageProblem, match=r'pip install "sinkcalc\[postgres\]"'):
        publish_postgres(small, "postgresql://host/db")
