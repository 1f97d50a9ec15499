"""Publish the bureau's views as tables of a PostgreSQL schema, in one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyarrow import RecordBatch

from sinkcalc import __version__
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.postgres_errors import not_published
from sinkcalc.pipeline.postgres_types import COLUMNS_TABLE, KEPT, STATE_TABLE, Table, table_of
from sinkcalc.pipeline.postgres_url import Address, read_address
from sinkcalc.store.connection import Connection as Store
from sinkcalc.store.fingerprint import Contents
from sinkcalc.store.published import PublishedView, published_views
from sinkcalc.store.view_blocks import has_unique_keys, held, view_blocks

if TYPE_CHECKING:
    from sinkcalc.pipeline.postgres_tables import Existing
    from sinkcalc.pipeline.postgres_write import Server

_BLOCK_ROWS: Final = 20_000
_NAME_BYTES: Final = 63


@dataclass(frozen=True)
class PublishedTable:
    """A table written: its rows, and the characters 0 in its texts that became ␀."""

    name: str
    rows: int
    nul_characters: int


@dataclass(frozen=True)
class PostgresPublication:
    """What a publication did.

    Attributes
    ----------
    place
        Address without a password.
    unchanged
        Whether this state was there already, and nothing was written.
    password_in_address
        Whether the address, which the list of processes shows, had a password.
    """

    place: str
    schema: str
    state: str
    unchanged: bool
    tables: list[PublishedTable]
    password_in_address: bool


def publish_postgres(
    db: Path,
    url: str,
    schema: str = "sinkcalc",
    wait: float = 0.0,
    *,
    force: bool = False,
    grant: Sequence[str] = (),
) -> PostgresPublication:
    """Write every published view into a table, all or nothing, where the state is another.

    Parameters
    ----------
    wait
        Seconds to wait for the database, and for locks of other sessions on the server.
    force
        Write also what is there already.
    grant
        Roles that may read the tables; `public` is everyone.

    Raises
    ------
    UsageProblem
        If the address or the name of the schema is unusable, or psycopg is not installed.
    SinkcalcError
        If the server refuses, or the schema holds foreign tables of the same names.
    """
    address = read_address(url)
    _require_name(schema)
    with held(db, wait) as (store, contents, version):
        plan = _Plan.of(store, contents, version)
        return _publish(store, plan, address, schema, wait, force, grant)


def _require_name(schema: str) -> None:
    reserved = schema.lower().startswith("pg_") or schema.lower() == "information_schema"
    long = len(schema.encode()) > _NAME_BYTES
    if reserved or long or not schema.strip() or "\0" in schema:
        raise UsageProblem(
            zh=f"--schema {schema!r} 不能作模式名:不超过 {_NAME_BYTES} 字节,不以 pg_ 开头",
            en=f"--schema {schema!r} cannot name a schema: at most {_NAME_BYTES} bytes, not "
            "beginning with pg_",
        )


class _Plan(NamedTuple):
    """Tables to be, the state of the database, and where the rows come from."""

    tables: list[Table]
    views: dict[str, PublishedView]
    state: tuple[Any, ...]

    @classmethod
    def of(cls, store: Store, contents: Contents, version: int) -> "_Plan":
        latest = datetime.fromisoformat(contents.latest_event) if contents.latest_event else None
        state = (contents.sha256, __version__, version, latest, contents.simulated)
        views = {view.name: view for view in published_views(store)}
        tables = [table_of(view, has_unique_keys(store, view)) for view in views.values()]
        return cls([*tables, COLUMNS_TABLE, STATE_TABLE], views, state)

    def blocks(self, store: Store, table: Table) -> Iterator[RecordBatch]:
        if table.name in self.views:
            return view_blocks(store, self.views[table.name], KEPT, _BLOCK_ROWS)
        rows = [self.state] if table is STATE_TABLE else self._column_rows()
        names = [c.name for c in table.columns]
        listed = [dict(zip(names, row, strict=True)) for row in rows]
        return iter([RecordBatch.from_pylist(listed)])

    def _column_rows(self) -> list[tuple[Any, ...]]:
        return [
            (table.name, c.name, position, c.type, c.unit, c.zh, c.en)
            for table in self.tables
            for position, c in enumerate(table.columns, 1)
        ]


def _publish(
    store: Store,
    plan: "_Plan",
    address: Address,
    schema: str,
    wait: float,
    force: bool,
    grant: Sequence[str],
) -> PostgresPublication:
    from psycopg import Error

    from sinkcalc.pipeline.postgres_tables import grants, look, refuse_foreign
    from sinkcalc.pipeline.postgres_write import connect, run, wait_for_others

    server = connect(address)
    progress = _Progress()
    try:
        # commits at its end, rolls back on any exception
        with server:
            wait_for_others(server, schema, wait)
            found = look(server, schema)
            refuse_foreign(found, schema, plan.tables, address.shown)
            unchanged = not force and _is_there(server, found, schema, plan)
            if not unchanged:
                _write(server, store, found, schema, plan, progress)
            run(server, grants(schema, plan.tables, grant))
    except Error as error:
        raise not_published(error, address.shown, f"{schema}.{progress.at}") from None
    return PostgresPublication(
        place=address.shown,
        schema=schema,
        state=plan.state[0],
        unchanged=unchanged,
        tables=progress.written,
        password_in_address="password" in address.parameters,
    )


@dataclass
class _Progress:
    """Tables written, and the one at which an error would be."""

    written: list[PublishedTable] = field(default_factory=list)
    at: str = STATE_TABLE.name


def _is_there(server: "Server", found: "Existing", schema: str, plan: _Plan) -> bool:
    """Whether the schema holds this state, in tables as they have to be."""
    from sinkcalc.pipeline.postgres_tables import changes_after, changes_before
    from sinkcalc.pipeline.postgres_write import stored_state

    if STATE_TABLE.name not in found.ours:
        return False
    if changes_before(found, schema, plan.tables) or changes_after(found, schema, plan.tables):
        return False
    return [row[0] for row in stored_state(server, schema)] == [plan.state[0]]


def _write(
    server: "Server",
    store: Store,
    found: "Existing",
    schema: str,
    plan: _Plan,
    progress: _Progress,
) -> None:
    from sinkcalc.pipeline.postgres_tables import changes_after, changes_before
    from sinkcalc.pipeline.postgres_write import analysed, replace_rows, run

    run(server, changes_before(found, schema, plan.tables))
    for table in plan.tables:
        progress.at = table.name
        exists = table.name in found.relations
        rows, nul = replace_rows(server, schema, table, exists, plan.blocks(store, table))
        progress.written.append(PublishedTable(table.name, rows, nul))
    run(server, changes_after(found, schema, plan.tables))
    run(server, [analysed(schema, plan.tables)])
