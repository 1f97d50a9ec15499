"""Rows of published views in blocks, whether their keys tell them apart, and the state they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from sinkcalc.store.connection import attached
from sinkcalc.store.fingerprint import Contents
from sinkcalc.store.freeze import held_rows
from sinkcalc.store.published import PublishedView
from sinkcalc.store.views import SCHEMA


@contextmanager
def held(path: Path, wait: float) -> Iterator[tuple[duckdb.DuckDBPyConnection, Contents, int]]:
    """Open a database for reading its views; yields it, what it holds and its schema version.

    One thread, so that sums of floats are the same every time.

    Raises
    ------
    DatabaseProblem
        If it cannot be opened, or its views were made by another version of the program.
    """
    with attached(path, wait) as con:
        contents = held_rows(con, path)
        con.execute("SET threads = 1")
        (version,) = con.execute("SELECT max(version) FROM schema_migrations").fetchall()[0]
        yield con, contents, version


def view_blocks(
    con: duckdb.DuckDBPyConnection, view: PublishedView, kept: frozenset[str], rows: int
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a view, at most `rows` a time.

    Parameters
    ----------
    kept
        Types that stay as they are; a column of any other comes as DuckDB's text of it.
    """
    columns = [
        _quoted(c.name) if c.kind.partition("(")[0] in kept else _as_text(c.name)
        for c in view.columns
    ]
    yield from con.execute(
        f"SELECT {', '.join(columns)} FROM {SCHEMA}.{_quoted(view.name)}"
    ).to_arrow_reader(rows)


def has_unique_keys(con: duckdb.DuckDBPyConnection, view: PublishedView) -> bool:
    """Whether the keys of a view are never null and no two rows share them."""
    keys = [_quoted(key) for key in view.keys]
    source = f"FROM {SCHEMA}.{_quoted(view.name)}"
    null = " OR ".join(f"{key} IS NULL" for key in keys)
    if con.execute(f"SELECT 1 {source} WHERE {null} LIMIT 1").fetchall():
        return False
    twice = f"SELECT 1 {source} GROUP BY {', '.join(keys)} HAVING count(*) > 1 LIMIT 1"
    return not con.execute(twice).fetchall()


def _as_text(name: str) -> str:
    return f"{_quoted(name)}::VARCHAR AS {_quoted(name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
