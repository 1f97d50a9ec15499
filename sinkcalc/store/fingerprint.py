"""What a database holds, as one hash: equal rows give equal hashes, however they are stored."""

import hashlib
import json
from typing import NamedTuple

import duckdb

# sha256 of a row, as four numbers of 64 bits that are summed over the rows
_PARTS = 4
_DIGITS = 16
_TABLES = (
    "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = 'main' "
    "AND NOT internal ORDER BY table_name"
)
_COLUMNS = (
    "SELECT column_name, data_type FROM duckdb_columns() "
    "WHERE database_name = ? AND schema_name = 'main' AND table_name = ? ORDER BY column_index"
)


class Contents(NamedTuple):
    """Hash of all rows, time of the latest stored event, and whether any figure is simulated."""

    sha256: str
    latest_event: str
    simulated: bool
    rows: int


def contents(con: duckdb.DuckDBPyConnection, database: str) -> Contents:
    """Return what an attached database holds in its tables.

    A row is the text of its columns, each with its length before it; the hashes of the rows of a
    table are summed, so that neither their order nor the number of threads matters.

    Parameters
    ----------
    database
        Name of the attached database.
    """
    tables: list[list[object]] = []
    events: list[str] = []
    simulated, rows = False, 0
    for (table,) in con.execute(_TABLES, [database]).fetchall():
        columns = con.execute(_COLUMNS, [database, table]).fetchall()
        name = f'{database}.main."{table}"'
        (found,) = con.execute(_sums(name, [column for column, _ in columns])).fetchall()
        tables.append([table, columns, [str(part) for part in found]])
        rows += int(found[0])
        events += _events(con, name, columns)
        simulated = simulated or _simulated(con, name, columns)
    text = json.dumps(tables, ensure_ascii=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Contents(digest, max(events, default=""), simulated, rows)


def _sums(name: str, columns: list[str]) -> str:
    row = " || ".join(
        f"coalesce(length(\"{column}\"::VARCHAR) || ':' || \"{column}\"::VARCHAR, '-')"
        for column in columns
    )
    parts = ", ".join(
        f"coalesce(sum(('0x' || substr(hash, {part * _DIGITS + 1}, {_DIGITS}))::UBIGINT::HUGEINT), "
        "0)"
        for part in range(_PARTS)
    )
    return f"SELECT count(*), {parts} FROM (SELECT sha256({row}) AS hash FROM {name})"


def _events(con: duckdb.DuckDBPyConnection, name: str, columns: list[tuple[str, str]]) -> list[str]:
    times = [column for column, kind in columns if kind == "TIMESTAMP"]
    found = [con.execute(f'SELECT max("{time}")::VARCHAR FROM {name}').fetchall() for time in times]
    return [str(text) for ((text,),) in found if text is not None]


def _simulated(con: duckdb.DuckDBPyConnection, name: str, columns: list[tuple[str, str]]) -> bool:
    if "simulated" not in [column for column, _ in columns]:
        return False
    (row,) = con.execute(f"SELECT bool_or(simulated) FROM {name}").fetchall()
    return bool(row[0])
