"""Frozen copies of a database, and its views as files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from sinkcalc.errors import SinkcalcError, reason_zh
from sinkcalc.store.connection import attached, quoted
from sinkcalc.store.fingerprint import Contents, contents
from sinkcalc.store.published import PublishedView, ordered_columns, published_views
from sinkcalc.store.views import SCHEMA, has_own_views, make_macros, require_views

_WORKING: Final = "working"
_FROZEN: Final = "frozen"
# Excel of a Chinese Windows takes a text without this mark for GBK
_MARK: Final = "\ufeff"


class WrittenView(NamedTuple):
    """A view that was written to files: its rows, and whether its keys tell them apart."""

    view: PublishedView
    rows: int
    unique: bool


def copied_rows(path: Path) -> tuple[Contents, bool]:
    """Return what a copy of a database holds, and whether its views are the program's."""
    with attached(path) as con:
        return contents(con, _WORKING), has_own_views(con)


def held_rows(con: duckdb.DuckDBPyConnection, path: Path) -> Contents:
    """Return what a database opened by `attached` holds.

    Raises
    ------
    DatabaseProblem
        If its views were made by another version of the program.
    """
    require_views(con, path)
    return contents(con, _WORKING)


def freeze(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Copy a database opened by `attached` into a new file, without what it has left free."""
    with _new_file(con, path):
        con.execute(f"COPY FROM DATABASE {_WORKING} TO {_FROZEN}")


@contextmanager
def frozen(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a frozen copy, to write beside it; one thread, for sums of floats always the same."""
    with attached(path, folder=path.parent) as con:
        con.execute("SET threads = 1")
        yield con


def require_same(held: Contents, path: Path) -> None:
    """Refuse a copy that does not hold the rows of the database.

    Raises
    ------
    SinkcalcError
        If a row is missing or another one.
    """
    if copied_rows(path)[0].sha256 != held.sha256:
        raise SinkcalcError(
            zh=f"副本 {path} 的数据行与原数据库不一致,已放弃。请重试",
            en=f"the copy {path} does not hold the rows of the database and was given up. "
            "Try again",
        )


def freeze_views(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the rows of the views of a frozen copy as tables of a new file, with their words."""
    views = published_views(con)
    with _new_file(con, path):
        con.execute(f"CREATE SCHEMA {_FROZEN}.{SCHEMA}")
        for table in ("words", "sources"):
            con.execute(
                f"CREATE TABLE {_FROZEN}.main.{table} AS SELECT * FROM {_WORKING}.main.{table}"
            )
        for view in views:
            name = f'{_FROZEN}.{SCHEMA}."{view.name}"'
            con.execute(f"CREATE TABLE {name} AS {_rows_of(view)}")
            _say(con, "TABLE", name, view.zh, view.en)
            for column in view.columns:
                _say(con, "COLUMN", f'{name}."{column.name}"', column.zh, column.en)
        con.execute(f"USE {_FROZEN}")
        make_macros(con)


def _say(con: duckdb.DuckDBPyConnection, kind: str, name: str, zh: str, en: str) -> None:
    text = f"{zh} · {en}".replace("'", "''")
    con.execute(f"COMMENT ON {kind} {name} IS '{text}'")


@contextmanager
def _new_file(con: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    con.execute(f"ATTACH {quoted(path)} AS {_FROZEN}")
    yield
    con.execute(f"CHECKPOINT {_FROZEN}")
    con.execute(f"USE {_WORKING}")
    con.execute(f"DETACH {_FROZEN}")


def write_view(con: duckdb.DuckDBPyConnection, view: PublishedView, folder: Path) -> WrittenView:
    """Write the rows of a view to ``parquet/NAME.parquet`` and ``csv/NAME.csv``, in a fixed order.

    Decimals keep all their digits, floats have the shortest text that is read back as the same
    number, what is missing is empty. The CSV is UTF-8 with a byte-order mark.

    Raises
    ------
    SinkcalcError
        If the files do not hold the rows of the view.
    """
    parquet, text = (folder / kind / f"{view.name}.{kind}" for kind in ("parquet", "csv"))
    written = [
        _count(
            con,
            f"COPY ({_rows_of(view)}) TO {quoted(parquet)} (FORMAT parquet, COMPRESSION zstd)",
        ),
        _count(
            con,
            f"COPY ({_rows_of(view, mark=_MARK)}) TO {quoted(text)} "
            "(FORMAT csv, HEADER true, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S.%f')",
        ),
    ]
    rows = _count(con, f'SELECT count(*) FROM {SCHEMA}."{view.name}"')
    if written != [rows, rows]:
        raise SinkcalcError(
            zh=f"视图 {view.name} 有 {rows} 行,写出 {written} 行;未发布,请重试",
            en=f"view {view.name} has {rows} rows and {written} were written; nothing was "
            "published, try again",
        )
    return WrittenView(view, rows, _unique(con, view))


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    ((rows,),) = con.execute(sql).fetchall()
    return int(rows)


def _rows_of(view: PublishedView, mark: str = "") -> str:
    """Return the statement of all rows of a view in order; `mark` begins the header."""
    columns = []
    for column in view.columns:
        # Parquet has no integers of 128 bits and would make floats of them
        whole = "::DECIMAL(38, 0)" if column.kind == "HUGEINT" else ""
        columns.append(f'"{column.name}"{whole} AS "{mark}{column.name}"')
        mark = ""
    order = ", ".join(f'"{column}" NULLS LAST' for column in ordered_columns(view))
    return f'SELECT {", ".join(columns)} FROM {SCHEMA}."{view.name}" ORDER BY {order}'


def _unique(con: duckdb.DuckDBPyConnection, view: PublishedView) -> bool:
    """Tell whether the keys of a view are never missing and tell all its rows apart."""
    keys = ", ".join(f'"{key}"' for key in view.keys)
    missing = " OR ".join(f'"{key}" IS NULL' for key in view.keys)
    row = con.execute(
        f'SELECT 1 FROM {SCHEMA}."{view.name}" GROUP BY {keys} '
        f"HAVING count(*) > 1 OR bool_or({missing}) LIMIT 1"
    ).fetchone()
    return row is None


def used_sources(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str | None, str | None]]:
    """Return id, title, DOI and address of the sources of the parameters that runs used."""
    return con.execute(
        "SELECT source_id, title, doi, url FROM main.sources WHERE source_id IN "
        "(SELECT source_id FROM main.run_parameters) ORDER BY source_id"
    ).fetchall()


@contextmanager
def told_failures(folder: Path) -> Iterator[None]:
    """Say in words that files could not be written, as on a full disk; nothing is left of them.

    Raises
    ------
    SinkcalcError
        With the system's reason.
    """
    try:
        yield
    except (OSError, duckdb.OperationalError, duckdb.FatalException) as error:
        first = str(error).splitlines()[0]
        zh = reason_zh(error) if isinstance(error, OSError) else first
        raise SinkcalcError(
            zh=f"写入 {folder} 失败:{zh}。没有留下写了一半的状态,原有状态不变;"
            "腾出空间或换一个位置后重试",
            en=f"writing to {folder} failed: {first}. Nothing half-written is left and earlier "
            "states are as before: make room, or name another place, and try again",
        ) from None
