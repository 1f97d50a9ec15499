"""A database with a row in every table, so that every view has something to publish."""

from pathlib import Path

import duckdb

from sinkcalc.store.connection import writing

_VALUES = {
    "VARCHAR": "'x'",
    "BOOLEAN": "true",
    "TIMESTAMP": "TIMESTAMP '1969-12-31 23:59:59.123456'",
    "DATE": "DATE '1949-10-01'",
    "DOUBLE": "0.1::DOUBLE + 0.2::DOUBLE",
    "BLOB": "'x'::BLOB",
}
# every value of every type that the views have, or may have, in a view of its own
_ODD = """
CREATE VIEW bureau.odd AS SELECT * REPLACE (small::FLOAT AS small) FROM (VALUES
    (1, '杭州市 · 𠮷', true, 12345678901234567890.123456789012345678::DECIMAL(38, 18),
        0.1::DOUBLE, DATE '0001-01-01', TIMESTAMP '1969-12-31 23:59:59.999999', 9007199254740993,
        170141183460469231731687303715884105727::HUGEINT, 'pine'::ENUM('pine', 'oak'),
        1.5::FLOAT, TIMESTAMPTZ '2023-01-01 00:00:00+00', [1, 2]),
    (2, '', false, -0.000000000000000001, '-0.0'::DOUBLE, DATE '9999-12-31',
        TIMESTAMP '9999-12-31 23:59:59', -9223372036854775808, NULL, NULL, NULL, NULL, NULL),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, 'a' || chr(0) || 'b' || chr(0), true, 0, 'nan'::DOUBLE, DATE '1970-01-01',
        TIMESTAMP '1970-01-01 00:00:00', 0, 0, 'oak', 0, NULL, []),
    (5, E'a\\n\\\\.\\nb"\\t''\\\\N,\\r\\n', true, 1, 'inf'::DOUBLE, DATE '1582-10-10',
        TIMESTAMP '1600-01-01 00:00:00.1', 1, 1, 'oak', 'inf', NULL, NULL),
    (6, '\\.', true, 1, '-inf'::DOUBLE, NULL, NULL, 1, 1, 'oak', 'nan', NULL, NULL),
    (7, '\\N', true, 1, 5e-324::DOUBLE, NULL, NULL, 1, 1, 'oak', 1e-45, NULL, NULL),
    (8, repeat('蓄', 400000), true, 1, 1.7976931348623157e308::DOUBLE, NULL, NULL, 1, 1, 'oak',
        3.4028235e38, NULL, NULL),
    (9, ' NULL ', true, 1, 2.2250738585072014e-308::DOUBLE, NULL, NULL, 1, 1, 'oak', 1, NULL, NULL)
) AS t (survey, words, yes, share, ratio, day, moment, wide, huge, kind, small, zoned, list)
"""
_BITS = """
CREATE VIEW bureau.bits AS
SELECT
    i AS survey,
    sin(i * 1.7) * pow(10.0, i % 600 - 300) AS value
FROM range(3000) AS t (i)
"""


def fill(path: Path) -> None:
    """Make a database with a row in every table and with views of odd values and of many bits."""
    with writing(path) as con:
        tables = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal"
        ).fetchall()
        for (table,) in tables:
            if not con.execute(f'SELECT 1 FROM main."{table}" LIMIT 1').fetchall():
                con.execute(f'INSERT INTO main."{table}" VALUES ({_row(con, table)})')
        con.execute(_ODD)
        con.execute(_BITS)


# what the view of the stands, the opening of a database and the files of a state need
_LEAST = (
    *("stands", "surveys", "regions", "words", "sources", "run_parameters"),
    *("schema_migrations", "view_state"),
)


def keep_little(path: Path, *views: str) -> None:
    """Drop the other views, and the tables that neither the stands nor the program needs."""
    with duckdb.connect(str(path)) as con:
        for kind, kept in (("view", views), ("table", _LEAST)):
            names = con.execute(
                f"SELECT schema_name, {kind}_name FROM duckdb_{kind}s() WHERE NOT internal"
            ).fetchall()
            for schema, name in names:
                if name not in kept:
                    con.execute(f'DROP {kind} {schema}."{name}"')


def _row(con: duckdb.DuckDBPyConnection, table: str) -> str:
    kinds = con.execute(
        "SELECT data_type FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = ? "
        "ORDER BY column_index",
        [table],
    ).fetchall()
    return ", ".join(_value(kind) for (kind,) in kinds)


def _value(kind: str) -> str:
    if kind.startswith("ENUM"):
        return kind.removeprefix("ENUM(").split(",")[0].rstrip(")")
    if kind.endswith("[]"):
        return "[]"
    if kind.startswith("DECIMAL"):
        return "0.5"
    return _VALUES.get(kind, "2020")
