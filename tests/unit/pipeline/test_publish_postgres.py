"""What a PostgreSQL server holds after a publication, as psql tells it."""

import math
import struct
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from postgres import Server

from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.publish_postgres import publish_postgres

_END = "=== end of view"
_UNCOMMENTED = """
SELECT count(*) FROM pg_attribute AS a INNER JOIN pg_class AS c ON a.attrelid = c.oid
WHERE c.relnamespace = 'sinkcalc'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
    AND col_description(a.attrelid, a.attnum) IS NULL
"""
_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}


def _rows(text: str) -> list[list[str | None]]:
    """Read the text format of COPY: tabs between fields, its sign for null, escapes."""
    return [[_field(f) for f in line.split("\t")] for line in text.split("\n") if line]


def _field(text: str) -> str | None:
    if text == "\\N":
        return None
    out, at = [], 0
    while at < len(text):
        step = 2 if text[at] == "\\" else 1
        out.append(_ESCAPES.get(text[at : at + step], text[at : at + step]))
        at += step
    return "".join(out)


def _expected(value: Any, kind: str) -> Any:
    """Return what PostgreSQL has to print, or the number that its text has to mean."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else _bits(value, kind)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        text = value.isoformat(" ")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\0", "␀")


def _bits(value: float, kind: str) -> bytes:
    return struct.pack("<f" if kind == "FLOAT" else "<d", value)


def _told(text: str | None, kind: str) -> Any:
    if text is None or text == "NaN" or kind not in ("DOUBLE", "FLOAT"):
        return text
    return _bits(float(text), kind)


def _views(db: Path) -> dict[str, list[tuple[str, str]]]:
    with duckdb.connect(str(db), read_only=True) as con:
        rows = con.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE schema_name = 'bureau' ORDER BY table_name, column_index"
        ).fetchall()
    out: dict[str, list[tuple[str, str]]] = {}
    for view, column, kind in rows:
        out.setdefault(view, []).append((column, kind))
    return out


def _assert_equal(server: Server, database: str, db: Path, *views: str) -> dict[str, int]:
    """Compare the rows of views with what the server prints; return the numbers of rows."""
    kinds = {view: dict(columns) for view, columns in _views(db).items() if view in views}
    names = {view: ", ".join(f'"{name}"' for name in columns) for view, columns in kinds.items()}
    printed = (
        server.psql(
            database,
            "SET timezone = 'UTC'; SET extra_float_digits = 3;"
            + "".join(
                f'COPY (SELECT {names[view]} FROM sinkcalc."{view}") TO STDOUT;\n\\echo {_END}\n'
                for view in views
            ),
        )
        .removesuffix(_END)
        .split(f"{_END}\n")
    )
    for view, text in zip(views, printed, strict=True):
        own = list(kinds[view].values())
        have = [[_told(f, k) for f, k in zip(row, own, strict=True)] for row in _rows(text)]
        assert sorted(map(repr, have)) == sorted(map(repr, _stored(db, view, kinds[view]))), view
    return {view: len(_rows(text)) for view, text in zip(views, printed, strict=True)}


def _stored(db: Path, view: str, kinds: dict[str, str]) -> list[list[Any]]:
    # Python's values of times with zones need a module that the program does not
    read = ", ".join(
        f'"{name}"' + ("::VARCHAR" if "ZONE" in kind else "") for name, kind in kinds.items()
    )
    with duckdb.connect(str(db), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        rows = con.execute(f'SELECT {read} FROM bureau."{view}"').fetchall()
    return [[_expected(v, k) for v, k in zip(row, kinds.values(), strict=True)] for row in rows]


def test_every_view_is_read_back_to_the_last_digit(
    server: Server, database: str, filled: Path
) -> None:
    done = publish_postgres(filled, server.url(database))

    written = {table.name: table.rows for table in done.tables}
    views = list(_views(filled))
    read = _assert_equal(server, database, filled, *views)
    assert read == {view: written[view] for view in views}
    # nothing was equal for want of rows
    assert [view for view in views if not read[view]] == []
    assert server.psql(database, _UNCOMMENTED) == "0"
    # two characters 0 in one text of the odd values
    assert {t.name: t.nul_characters for t in done.tables if t.nul_characters} == {"odd": 2}


def test_types_comments_keys_and_indexes(server: Server, database: str, small: Path) -> None:
    publish_postgres(small, server.url(database))

    types = dict(
        line.split("|")
        for line in server.psql(
            database,
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = 'sinkcalc.odd'::regclass AND attnum > 0",
        ).split("\n")
    )
    assert types == {
        "survey": "integer",
        "words": "text",
        "yes": "boolean",
        "share": "numeric(38,18)",
        "ratio": "double precision",
        "day": "date",
        "moment": "timestamp without time zone",
        "wide": "bigint",
        "huge": "numeric(39,0)",
        "kind": "text",
        "small": "real",
        "zoned": "timestamp with time zone",
        "list": "text",
    }
    comment = "SELECT col_description('sinkcalc.stands'::regclass, {})"
    column = "(SELECT attnum FROM pg_attribute WHERE attrelid = 'sinkcalc.stands'::regclass "
    column += "AND attname = '{}')"
    assert server.psql(database, comment.format(column.format("area_ha"))) == "面积(ha) · area (ha)"
    indexes = server.psql(
        database, "SELECT indexdef FROM pg_indexes WHERE tablename = 'stands' ORDER BY 1"
    ).split("\n")
    assert [text.partition(" USING ")[2] for text in indexes] == [
        "btree (load_id)",
        "btree (region_code)",
        "btree (stand_id)",
        "btree (survey, stand_id)",
    ]
    key = server.psql(
        database, "SELECT conrelid::regclass FROM pg_constraint WHERE contype = 'p' ORDER BY 1"
    )
    assert "sinkcalc.stands" in key.split("\n")


def test_twice_gives_the_same_rows_and_says_so(server: Server, database: str, small: Path) -> None:
    dump = "COPY (SELECT * FROM sinkcalc.bits ORDER BY survey) TO STDOUT"

    first = publish_postgres(small, server.url(database))
    rows = server.psql(database, dump)
    again = publish_postgres(small, server.url(database))
    forced = publish_postgres(small, server.url(database), force=True)

    assert (first.unchanged, again.unchanged, forced.unchanged) == (False, True, False)
    assert again.tables == []
    assert forced.tables == first.tables
    assert server.psql(database, dump) == rows
    assert server.psql(database, "SELECT count(*) FROM sinkcalc.sinkcalc_state") == "1"
    assert (
        first.state
        == forced.state
        == server.psql(database, "SELECT rows_sha256 FROM sinkcalc.sinkcalc_state")
    )


def test_what_others_made_on_the_tables_stays(server: Server, database: str, db: Path) -> None:
    publish_postgres(db, server.url(database))
    server.psql(
        database,
        "CREATE ROLE reader_of_one; GRANT SELECT ON sinkcalc.stands TO reader_of_one;"
        "CREATE VIEW public.large AS SELECT stand_id, area_ha FROM sinkcalc.stands;"
        "ALTER TABLE sinkcalc.stands ADD COLUMN checked_by text DEFAULT 'nobody';"
        "CREATE INDEX own_index ON sinkcalc.stands (remark)",
    )
    with duckdb.connect(str(db)) as con:
        con.execute("UPDATE main.stands SET area_ha = 77.5")

    assert not publish_postgres(db, server.url(database)).unchanged

    assert server.psql(database, "SELECT area_ha FROM public.large") == "77.5000"
    assert server.psql(database, "SELECT checked_by FROM sinkcalc.stands") == "nobody"
    assert (
        server.psql(
            database, "SELECT has_table_privilege('reader_of_one', 'sinkcalc.stands', 'SELECT')"
        )
        == "t"
    )
    assert server.psql(database, "SELECT to_regclass('sinkcalc.own_index')") == "sinkcalc.own_index"
    assert publish_postgres(db, server.url(database)).unchanged


def _other_bits(db: Path, select: str) -> None:
    """Give a view other columns, as a new version does, and the state another hash."""
    with duckdb.connect(str(db)) as con:
        con.execute("DROP VIEW IF EXISTS bureau.bits")
        if select:
            con.execute(f"CREATE VIEW bureau.bits AS {select}")
        con.execute("UPDATE main.stands SET area_ha = area_ha + 1")


def test_other_columns_and_types_are_followed(server: Server, database: str, db: Path) -> None:
    publish_postgres(db, server.url(database))
    kept = "SELECT 'sinkcalc.bits'::regclass::oid"
    oid = server.psql(database, kept)
    server.psql(database, "GRANT SELECT ON sinkcalc.bits TO PUBLIC")

    # the key is another column now, one has another type, one is new
    _other_bits(db, "SELECT 7::BIGINT AS survey, 1.25::DECIMAL(10, 2) AS value, 'a' AS region_code")
    publish_postgres(db, server.url(database))

    _assert_equal(server, database, db, "bits")
    assert server.psql(database, kept) == oid
    assert publish_postgres(db, server.url(database)).unchanged

    _other_bits(db, "SELECT NULL::BIGINT AS survey, 'a' AS region_code")
    publish_postgres(db, server.url(database))
    _assert_equal(server, database, db, "bits")
    assert publish_postgres(db, server.url(database)).unchanged

    _other_bits(db, "")
    publish_postgres(db, server.url(database))
    assert server.psql(database, "SELECT to_regclass('sinkcalc.bits') IS NULL") == "t"


def test_a_view_of_others_on_a_column_that_goes_is_named(
    server: Server, database: str, db: Path
) -> None:
    publish_postgres(db, server.url(database))
    server.psql(database, "CREATE VIEW public.uses AS SELECT value FROM sinkcalc.bits")
    _other_bits(db, "SELECT 1 AS survey")

    with pytest.raises(SinkcalcError, match=r"view public.uses depends on column value") as error:
        publish_postgres(db, server.url(database))

    assert "先删除它们" in error.value.zh
    assert server.psql(database, "SELECT count(*) FROM public.uses") == "3000"


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("CREATE TABLE sinkcalc.stands (own int)", "sinkcalc.stands"),
        ("CREATE VIEW sinkcalc.odd AS SELECT 1 AS own", "sinkcalc.odd"),
        ("CREATE TABLE sinkcalc.sinkcalc_state (own int)", "sinkcalc.sinkcalc_state"),
    ],
)
def test_foreign_tables_are_left_alone(
    server: Server, database: str, small: Path, made: str, named: str
) -> None:
    server.psql(database, f"CREATE SCHEMA sinkcalc; {made}")

    with pytest.raises(SinkcalcError, match=f"has not published: {named}"):
        publish_postgres(small, server.url(database))

    count = "SELECT count(*) FROM pg_class WHERE relnamespace = 'sinkcalc'::regnamespace"
    assert server.psql(database, count) == "1"
    assert publish_postgres(small, server.url(database), "another-模式").tables


def test_a_column_of_others_under_a_new_name_of_ours_is_refused(
    server: Server, database: str, db: Path
) -> None:
    publish_postgres(db, server.url(database))
    server.psql(database, "ALTER TABLE sinkcalc.bits ADD COLUMN region_code int")
    _other_bits(db, "SELECT 1 AS survey, 'a' AS region_code")

    with pytest.raises(SinkcalcError, match=r"sinkcalc\.bits\.region_code"):
        publish_postgres(db, server.url(database))


def test_roles_are_allowed_to_read(server: Server, database: str, small: Path) -> None:
    server.psql(database, 'CREATE ROLE "统计 处" LOGIN; CREATE ROLE passer_by LOGIN')
    publish_postgres(small, server.url(database))

    # an unchanged state too
    publish_postgres(small, server.url(database), grant=["统计 处"])

    name = "%E7%BB%9F%E8%AE%A1%20%E5%A4%84"
    assert server.psql(database, "SELECT count(*) FROM sinkcalc.bits", user=name) == "3000"
    may = "SELECT has_schema_privilege('passer_by', 'sinkcalc', 'USAGE')"
    assert server.psql(database, may) == "f"
    publish_postgres(small, server.url(database), grant=["PUBLIC"])
    assert server.psql(database, may) == "t"
