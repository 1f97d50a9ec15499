"""The tables of a publication in PostgreSQL: what is there, what has to change, and in what order.

A table that exists is kept, with the rights, views and own columns that others gave it; only
columns of ours come and go. Rows are replaced by DELETE and COPY: readers never wait for it and
see all old or all new rows, which TRUNCATE and renaming do not give to a REPEATABLE READ reader.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.postgres_types import COLUMNS_TABLE, STATE_TABLE, Table

_TABLE: Final = "r"
_Rows = list[tuple[Any, ...]]


@dataclass
class Existing:
    """What a schema holds.

    Attributes
    ----------
    relations
        Name of a table, view, index or sequence -> its kind, as pg_class names it.
    columns
        Table -> column -> (type, comment).
    comments
        Table -> its comment.
    keys
        Table -> (name of the primary key, its columns).
    ours
        Table -> its columns that a publication made.
    """

    schema: bool = False
    relations: dict[str, str] = field(default_factory=dict)
    columns: dict[str, dict[str, tuple[str, str | None]]] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    keys: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    ours: dict[str, set[str]] = field(default_factory=dict)


def look(con: Connection[Any], schema: str) -> Existing:
    """Read what a schema holds."""
    found = Existing(schema=bool(_ask(con, _SCHEMA, schema)))
    for name, kind, comment in _ask(con, _RELATIONS, schema):
        found.relations[name] = kind
        found.comments[name] = comment
    for table, column, kind, comment in _ask(con, _COLUMNS, schema):
        found.columns.setdefault(table, {})[column] = (kind, comment)
    for table, name, columns in _ask(con, _KEYS, schema):
        found.keys[table] = (name, columns)
    if all(_is_own(found, table) for table in (STATE_TABLE, COLUMNS_TABLE)):
        rows = con.execute(
            SQL("SELECT table_name, column_name FROM {}").format(
                Identifier(schema, COLUMNS_TABLE.name)
            )
        )
        for table, column in rows.fetchall():
            found.ours.setdefault(table, set()).add(column)
    return found


def _is_own(found: Existing, table: Table) -> bool:
    return {c.name for c in table.columns} <= set(found.columns.get(table.name, ()))


def refuse_foreign(found: Existing, schema: str, tables: Iterable[Table], shown: str) -> None:
    """Refuse a schema in which a name is taken by something that no publication made.

    Raises
    ------
    SinkcalcError
        With the names.
    """
    foreign = [name for table in tables for name in _foreign(found, table)]
    if foreign:
        listed = ", ".join(f"{schema}.{name}" for name in sorted(foreign))
        raise SinkcalcError(
            zh=f"{shown} 的模式 {schema} 中已有不是 sinkcalc 发布的同名对象:{listed}。"
            "用 --schema 换一个模式,或先改名、删除它们",
            en=f"schema {schema} of {shown} holds objects of these names that sinkcalc has not "
            f"published: {listed}. Name another with --schema, or rename or drop them first",
        )


def _foreign(found: Existing, table: Table) -> list[str]:
    """Return the table, or columns of it, that others made under names of ours."""
    if table.name not in found.relations:
        return []
    if table.name not in found.ours or found.relations[table.name] != _TABLE:
        return [table.name]
    added = set(found.columns.get(table.name, ())) - found.ours[table.name]
    return [f"{table.name}.{c.name}" for c in table.columns if c.name in added]


def changes_before(found: Existing, schema: str, tables: Sequence[Table]) -> list[Composed]:
    """Return the statements that make schema, tables and columns what they have to be."""
    out = []
    if not found.schema:
        out.append(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    planned = {table.name for table in tables}
    out += [
        SQL("DROP TABLE {}").format(Identifier(schema, name))
        for name in sorted(set(found.ours) - planned)
        if found.relations.get(name) == _TABLE
    ]
    for table in tables:
        if table.name in found.relations:
            out.extend(_altered(found, schema, table))
        else:
            out.append(_created(schema, table))
    return out


def _created(schema: str, table: Table) -> Composed:
    columns = [SQL("{} {}").format(Identifier(c.name), _raw(c.type)) for c in table.columns]
    return SQL("CREATE TABLE {} ({})").format(
        Identifier(schema, table.name), SQL(", ").join(columns)
    )


def _altered(found: Existing, schema: str, table: Table) -> list[Composed]:
    """Return what turns the columns and the key of a table into the planned ones."""
    have = found.columns.get(table.name, {})
    types = {c.name: c.type for c in table.columns}
    gone = [
        name
        for name in have
        if name in found.ours.get(table.name, ()) and types.get(name) != have[name][0]
    ]
    steps = [SQL("DROP COLUMN {}").format(Identifier(name)) for name in sorted(gone)]
    steps += [
        SQL("ADD COLUMN {} {}").format(Identifier(c.name), _raw(c.type))
        for c in table.columns
        if c.name in gone or c.name not in have
    ]
    if table.name in found.keys:
        name, columns = found.keys[table.name]
        if columns != table.key:
            # a key goes with any column of it
            if not set(columns) & set(gone):
                steps.insert(0, SQL("DROP CONSTRAINT {}").format(Identifier(name)))
            steps += [
                SQL("ALTER COLUMN {} DROP NOT NULL").format(Identifier(column))
                for column in columns
                if column not in gone
            ]
    if not steps:
        return []
    return [SQL("ALTER TABLE {} {}").format(Identifier(schema, table.name), SQL(", ").join(steps))]


def changes_after(found: Existing, schema: str, tables: Sequence[Table]) -> list[Composed]:
    """Return the statements that give filled tables their keys, indexes and comments."""
    out = []
    for table in tables:
        place = Identifier(schema, table.name)
        have = found.columns.get(table.name, {})
        key = found.keys.get(table.name, ("", []))[1]
        # a key of which a column was dropped and added has gone with it
        changed = any(c.name in have and have[c.name][0] != c.type for c in table.columns)
        if table.key and (key != table.key or changed):
            listed = SQL(", ").join(map(Identifier, table.key))
            out.append(SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(place, listed))
        for column in table.indexed:
            name = f"{table.name}_{column}_idx"
            if name not in found.relations or changed:
                out.append(
                    SQL("CREATE INDEX IF NOT EXISTS {} ON {} ({})").format(
                        Identifier(name), place, Identifier(column)
                    )
                )
        out.extend(_comments(found, schema, table))
    return out


def _comments(found: Existing, schema: str, table: Table) -> list[Composed]:
    out = []
    place = Identifier(schema, table.name)
    if found.comments.get(table.name) != table.comment:
        out.append(SQL("COMMENT ON TABLE {} IS {}").format(place, Literal(table.comment)))
    have = found.columns.get(table.name, {})
    out += [
        SQL("COMMENT ON COLUMN {} IS {}").format(
            Identifier(schema, table.name, column.name), Literal(column.comment)
        )
        for column in table.columns
        if have.get(column.name) != (column.type, column.comment)
    ]
    return out


def grants(schema: str, tables: Sequence[Table], roles: Sequence[str]) -> list[Composed]:
    """Return the statements that let roles read; `public` is everyone."""
    out = []
    for role in roles:
        to = SQL("PUBLIC") if role.lower() == "public" else Identifier(role)
        out.append(SQL("GRANT USAGE ON SCHEMA {} TO {}").format(Identifier(schema), to))
        listed = SQL(", ").join(Identifier(schema, table.name) for table in tables)
        out.append(SQL("GRANT SELECT ON {} TO {}").format(listed, to))
    return out


def _raw(kind: str) -> SQL:
    # one of the names of `postgres_types`, never a user's
    return SQL(kind)


def _ask(con: Connection[Any], question: str, schema: str) -> _Rows:
    return con.execute(question, [schema]).fetchall()


_SCHEMA: Final = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
_RELATIONS: Final = """
SELECT c.relname, c.relkind::text, obj_description(c.oid, 'pg_class')
FROM pg_class AS c INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid WHERE n.nspname = %s
"""
_COLUMNS: Final = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    col_description(a.attrelid, a.attnum)
FROM pg_attribute AS a
INNER JOIN pg_class AS c ON a.attrelid = c.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE n.nspname = %s AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
_KEYS: Final = """
SELECT c.relname, k.conname, array(
    SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
    INNER JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
    ORDER BY u.place
)
FROM pg_constraint AS k
INNER JOIN pg_class AS c ON k.conrelid = c.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE n.nspname = %s AND k.contype = 'p'
"""
