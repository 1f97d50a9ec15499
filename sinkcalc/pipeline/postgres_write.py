"""Write rows into the tables of a PostgreSQL schema, within the caller's transaction."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Composed, Identifier
from pyarrow import RecordBatch
from pyarrow.csv import WriteOptions, write_csv

from sinkcalc.pipeline.postgres_errors import cannot_connect
from sinkcalc.pipeline.postgres_types import STATE_TABLE, Table
from sinkcalc.pipeline.postgres_url import Address

_CONNECT_SECONDS: Final = 15
_MS_PER_SECOND: Final = 1000
# the server's own upkeep of a table gives way within a second or two
_LEAST_WAIT_SECONDS: Final = 5
# every text is quoted, so that what is empty and not quoted is null
_CSV: Final = WriteOptions(include_header=False, quoting_style="needed")
_NUL: Final = b"\0"
# PostgreSQL has no character 0 in a text; this one stands for it in Unicode
_NUL_SHOWN: Final = "␀".encode()

Server = psycopg.Connection[Any]


def connect(address: Address) -> Server:
    """Open a connection in UTF-8, whatever the environment asks for.

    Raises
    ------
    SinkcalcError
        If there is none, with the reason.
    """
    defaults = {"connect_timeout": str(_CONNECT_SECONDS), "application_name": "sinkcalc publish"}
    try:
        return psycopg.connect(
            make_conninfo("", **{**defaults, **address.parameters, "client_encoding": "UTF8"})
        )
    except psycopg.Error as error:
        raise cannot_connect(error, address.shown) from None


def wait_for_others(server: Server, schema: str, seconds: float) -> None:
    """Let one publication at a time into a schema, and wait for locks no longer than asked."""
    # functions that others made in a schema of the path must not come before the server's own
    server.execute("SELECT pg_catalog.set_config('search_path', 'pg_catalog', true)")
    wait = max(seconds, _LEAST_WAIT_SECONDS) * _MS_PER_SECOND
    server.execute("SELECT set_config('lock_timeout', %s, true)", [f"{wait:.0f}ms"])
    server.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sinkcalc publish {schema}"]
    )


def stored_state(server: Server, schema: str) -> list[tuple[Any, ...]]:
    """Return the rows of the table of the state, columns in the order of ours."""
    names = SQL(", ").join(Identifier(c.name) for c in STATE_TABLE.columns)
    place = Identifier(schema, STATE_TABLE.name)
    return server.execute(SQL("SELECT {} FROM {}").format(names, place)).fetchall()


def replace_rows(
    server: Server, schema: str, table: Table, exists: bool, blocks: Iterable[RecordBatch]
) -> tuple[int, int]:
    """Replace all rows of a table; readers see the former ones until the commit.

    Returns
    -------
    Rows written, and characters 0 in their texts that became ␀.
    """
    place = Identifier(schema, table.name)
    if exists:
        server.execute(SQL("DELETE FROM {}").format(place))
    names = SQL(", ").join(Identifier(c.name) for c in table.columns)
    rows = nul = 0
    statement = SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(place, names)
    with server.cursor() as cursor, cursor.copy(statement) as copy:
        for block in blocks:
            text, found = _as_csv(block)
            copy.write(text)
            rows += block.num_rows
            nul += found
    return rows, nul


def _as_csv(block: RecordBatch) -> tuple[bytes, int]:
    out = BytesIO()
    write_csv(block, out, _CSV)
    text = out.getvalue()
    found = text.count(_NUL)
    return (text.replace(_NUL, _NUL_SHOWN) if found else text), found


def run(server: Server, statements: Sequence[Composed]) -> None:
    """Run statements in one journey to the server."""
    if statements:
        server.execute(SQL("; ").join(statements))


def analysed(schema: str, tables: Sequence[Table]) -> Composed:
    """Return the statement that tells the planner what the tables hold."""
    listed = SQL(", ").join(Identifier(schema, table.name) for table in tables)
    return SQL("ANALYZE {}").format(listed)
