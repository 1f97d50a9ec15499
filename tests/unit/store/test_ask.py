"""Statements of strangers: what reads is run, all else is refused and touches nothing."""

import hashlib
import json
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.store.ask import Answer, Limits, ask, lock_down, memory_bytes
from sinkcalc.store.ask_check import allowed_functions, checked_statement
from sinkcalc.store.connection import reading, writing

SECRET = "canary-7f3a"
LIMITS = Limits(seconds=30, memory="1GB")


def _fill(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "INSERT INTO stands (survey, load_id, stand_id, source_file, source_row, region_code, "
        "vegetation_class, area_ha) VALUES (2023, 'a', 's1', 'f', 1, '330112', 'arbor', 2), "
        "(2023, 'a', 's2', 'f', 2, '330112', 'arbor', 3), "
        "(2023, 'a', 's3', 'f', 3, '330102', 'non_forest', 4)"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ask")
    with writing(path / "made.duckdb") as con:
        _fill(con)
    (path / "canary.csv").write_text(f"word\n{SECRET}\n", encoding="utf-8")
    pl.DataFrame({"word": [SECRET]}).write_parquet(path / "canary.parquet")
    (path / "canary.json").write_text(json.dumps({"word": SECRET}), encoding="utf-8")
    with duckdb.connect(str(path / "other.duckdb")) as con:
        con.execute(f"CREATE TABLE other AS SELECT '{SECRET}' AS word")
    return path


def answer(folder: Path, text: str, limits: Limits = LIMITS) -> Answer:
    with reading(folder / "made.duckdb", spill=False) as con:
        return ask(con, text.replace("{here}", str(folder)), limits)


def _state(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


WRITES = [
    "INSERT INTO stands (survey) VALUES (1)",
    "UPDATE main.stands SET area_ha = 0",
    "DELETE FROM main.stands",
    "DROP VIEW bureau.stands",
    "CREATE TABLE t AS SELECT 1",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE OR REPLACE MACRO bureau.mu(x) AS 1",
    "CREATE VIEW v AS SELECT 1",
    "ALTER TABLE main.stands ADD COLUMN x INT",
    "TRUNCATE main.stands",
    "MERGE INTO main.stands s USING main.stands t ON true WHEN MATCHED THEN DELETE",
    "INSERT INTO main.stands SELECT * FROM main.stands RETURNING survey",
    "WITH gone AS (DELETE FROM main.stands RETURNING *) SELECT * FROM gone",
    "SELECT * FROM (DELETE FROM main.stands RETURNING *)",
    "EXPLAIN ANALYZE DELETE FROM main.stands",
    "EXPLAIN SELECT 1",
    "PREPARE p AS DELETE FROM main.stands",
    "EXECUTE p",
    "BEGIN",
    "COMMIT",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "COMMENT ON TABLE main.stands IS 'x'",
    "SELECT nextval('s')",
]
FILES = [
    "COPY main.stands TO '{here}/out.csv'",
    "COPY (SELECT 1) TO '{here}/out.parquet'",
    "COPY main.stands FROM '{here}/canary.csv'",
    "EXPORT DATABASE '{here}/out'",
    "IMPORT DATABASE '{here}'",
    "ATTACH '{here}/other.duckdb'",
    "ATTACH ':memory:' AS m",
    "DETACH made",
    "USE main",
    "SELECT * FROM '{here}/canary.csv'",
    "FROM '{here}/canary.parquet'",
    'FROM "{here}/canary.json"',
    "DESCRIBE '{here}/canary.csv'",
    "SUMMARIZE '{here}/canary.parquet'",
    "SHOW '{here}/canary.csv'",
    "DESCRIBE SELECT * FROM '{here}/canary.csv'",
    "SUMMARIZE SELECT * FROM read_csv('{here}/canary.csv')",
    "FROM read_csv('{here}/canary.csv')",
    "FROM read_csv_auto('{here}/canary.csv')",
    "FROM READ_TEXT('{here}/canary.csv')",
    "FROM read_blob('{here}/canary.csv')",
    "FROM read_json('{here}/canary.json')",
    "FROM read_parquet('{here}/canary.parquet')",
    "FROM parquet_scan(['{here}/canary.parquet'])",
    "FROM parquet_metadata('{here}/canary.parquet')",
    "FROM parquet_schema('{here}/canary.parquet')",
    "FROM sniff_csv('{here}/canary.csv')",
    "FROM read_duckdb('{here}/other.duckdb')",
    "FROM glob('{here}/*')",
    "FROM main.read_text('{here}/canary.csv')",
    "FROM system.main.read_text('{here}/canary.csv')",
    "FROM \"read_text\"('{here}/canary.csv')",
    "FROM /* a */ read_text -- b\n ('{here}/canary.csv')",
    "FROM U&\"read_\\0074ext\"('{here}/canary.csv')",
    "FROM read_text\u00a0('{here}/canary.csv')",
    "FROM \uff52ead_text('{here}/canary.csv')",
    "SELECT * FROM stands WHERE stand_id IN (SELECT content FROM read_text('{here}/canary.csv'))",
    "SELECT (SELECT content FROM read_text('{here}/canary.csv'))",
    "SELECT EXISTS (FROM '{here}/canary.csv')",
    "WITH c AS (FROM read_text('{here}/canary.csv')) FROM c",
    "WITH \"{here}/canary.csv\" AS (SELECT 1) FROM '{here}/canary.csv'",
    "SELECT * FROM (WITH \"{here}/canary.csv\" AS (SELECT 1) SELECT 2), '{here}/canary.csv'",
    "WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n + 1 FROM r, '{here}/canary.csv') FROM r",
    "SELECT * FROM stands, LATERAL (SELECT * FROM read_text('{here}/canary.csv'))",
    "SELECT * FROM stands JOIN read_text('{here}/canary.csv') ON true",
    "SELECT 1 UNION ALL SELECT content FROM read_text('{here}/canary.csv')",
    "VALUES ((SELECT content FROM read_text('{here}/canary.csv')))",
    "SELECT sum((SELECT count(*) FROM glob('*'))) OVER () FROM stands",
    "SELECT [x FOR x IN (SELECT list(content) FROM read_text('{here}/canary.csv'))]",
    "FROM stands ORDER BY (SELECT content FROM read_text('{here}/canary.csv'))",
    "FROM stands LIMIT (SELECT count(*) FROM glob('*'))",
    "FROM stands PIVOT (count(*) FOR survey IN (SELECT content FROM read_text('{here}/c')))",
    "FROM query('SELECT * FROM read_text(''{here}/canary.csv'')')",
    "FROM query_table('{here}/canary.csv')",
    "FROM query_table(['stands'])",
    "FROM histogram('{here}/canary.csv', 'word')",
    "FROM summary((SELECT 1))",
    "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT json_serialize_sql('DROP TABLE x')",
    "CALL read_text('{here}/canary.csv')",
    "FROM 'https://example.org/x.csv'",
    "FROM read_parquet('s3://bucket/x.parquet')",
    "FROM other.main.other",
    "FROM parquet_bloom_probe('{here}/canary.parquet', 'word', 'x')",
    "FROM seq_scan('stands')",
    "FROM arrow_scan(1, 2, 3)",
    "FROM pandas_scan(0)",
    "FROM python_map_function('x')",
    "SELECT read_text('{here}/canary.csv')",
]
SETTINGS = [
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{here}/x.duckdb_extension'",
    "UPDATE EXTENSIONS",
    "SET enable_external_access = true",
    "SET SESSION threads = 1",
    "RESET memory_limit",
    "SET VARIABLE x = 1",
    "PRAGMA memory_limit = '100GB'",
    "PRAGMA version",
    "PRAGMA table_info('stands')",
    "PRAGMA database_list",
    "FROM pragma_database_list",
    "FROM pragma_table_info('stands')",
    "FROM pragma_storage_info('stands')",
    "FROM pragma_database_size()",
    "CALL pragma_version()",
    "FROM duckdb_settings()",
    "FROM duckdb_settings",
    "FROM pg_catalog.pg_settings",
    "FROM system.main.duckdb_settings",
    "FROM duckdb_secrets()",
    "FROM which_secret('x', 's3')",
    "FROM duckdb_extensions()",
    "FROM duckdb_databases()",
    "FROM duckdb_variables()",
    "FROM duckdb_logs",
    "FROM duckdb_temporary_files()",
    "SHOW DATABASES",
    "SHOW VARIABLES",
    "SELECT current_setting('access_mode')",
    "SELECT getenv('HOME')",
    "SELECT getvariable('x')",
    "SELECT write_log('x')",
    "SELECT sleep_ms(1)",
    "SELECT pg_sleep(1)",
    "FROM enable_logging()",
    "FROM checkpoint()",
    "FROM force_checkpoint()",
    "FROM enable_profiling()",
    "CREATE SECRET s (TYPE s3)",
    "SELECT $1",
    "SELECT ?",
]
SEVERAL = [
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE main.stands",
    "SELECT 1;; DELETE FROM main.stands",
    "SELECT ';' ; SET threads = 1",
    "DESCRIBE stands; COPY (SELECT 1) TO '{here}/out.csv'",
    "SELECT 1 /* ; */ ; /* */ ATTACH '{here}/other.duckdb'",
    "SELECT 1 -- \n; INSTALL httpfs",
    "SELECT 1); DROP TABLE main.stands; --",
    "; DROP TABLE main.stands",
    "SELECT $$ ; $$; DROP TABLE main.stands",
    "",
    "   ",
    "-- nothing",
    ";",
    "SELECT 1 FROM",
    "SELECT '\x00'; DROP TABLE main.stands",
    "SELECT 1\x00; DROP TABLE main.stands",
    "SELECT " + "+".join(["1"] * 5000),
]
ATTACKS = [*WRITES, *FILES, *SETTINGS, *SEVERAL]


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_attacks_are_refused(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    before = _state(folder)
    with pytest.raises(UsageProblem) as refused:
        answer(folder, text)
    assert _state(folder) == before
    assert SECRET not in refused.value.zh + refused.value.en
    assert refused.value.zh != refused.value.en


@pytest.mark.parametrize(
    "text",
    [
        "FROM read_text('{here}/canary.csv')",
        "FROM '{here}/canary.csv'",
        "FROM glob('{here}/*')",
        "COPY (SELECT 1) TO '{here}/out.csv'",
        "ATTACH '{here}/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET memory_limit",
        "DELETE FROM main.stands",
        "EXPORT DATABASE '{here}/out'",
        "FROM frame_of_python",
        "FROM read_duckdb('{here}/other.duckdb')",
        "FROM query('FROM read_text(''{here}/canary.csv'')')",
    ],
)
def test_connection_itself_reaches_nothing(folder: Path, text: str) -> None:
    """What the check of statements would let through by mistake."""
    frame_of_python = pl.DataFrame({"word": [SECRET]})
    before = _state(folder)
    with reading(folder / "made.duckdb", spill=False) as con:
        lock_down(con, "1GB")
        with pytest.raises(duckdb.Error):
            con.execute(text.replace("{here}", str(folder))).fetchall()
    assert _state(folder) == before
    assert frame_of_python.height == 1


def test_frames_of_the_program_are_no_tables(folder: Path) -> None:
    stolen = pl.DataFrame({"word": [SECRET]})
    with pytest.raises(UsageProblem, match="no table or view stolen"):
        answer(folder, "FROM stolen")
    assert stolen.height == 1


HARMLESS: list[tuple[str, object]] = [
    ("SELECT 1", 1),
    ("SELECT 1;", 1),
    ("SELECT " + "(" * 2000 + "1" + ")" * 2000, 1),
    ("SELECT 1; -- done;\n;", 1),
    ("select ';' -- it's", ";"),
    ("FROM stands SELECT count(*) >= 0", True),
    ("SELECT count(*) FROM main.stands", 3),
    ("SELECT count(*) FROM made.main.stands", 3),
    ("SELECT sum(area_ha)::DOUBLE FROM main.stands", 9.0),
    ("SELECT bureau.mu(2)", 30.0),
    ("SELECT mu(2)", 30.0),
    ("SELECT bureau.zh('arbor')", "乔木林"),
    ("SELECT count(*) FROM estimates", 0),
    ("SELECT count(*) FROM bureau.latest_estimates", 0),
    ("TABLE bureau.latest_estimates", None),
    ("VALUES (1), (2)", 1),
    ("WITH a AS (SELECT 2 AS x), b AS (SELECT x * 2 AS y FROM a) SELECT y FROM b", 4),
    ("WITH a AS MATERIALIZED (SELECT 2 AS x) SELECT sum(a.x * b.x // 2) FROM a, a AS b", 2),
    (
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) "
        "SELECT max(n) FROM r",
        5,
    ),
    ("SELECT x FROM (SELECT 3 AS x) UNION ALL SELECT 4 ORDER BY x DESC LIMIT 1", 4),
    ("SELECT 1 INTERSECT SELECT 1 EXCEPT SELECT 2", 1),
    ("SELECT * EXCLUDE b REPLACE (a + 1 AS a) FROM (SELECT 1 AS a, 2 AS b)", 2),
    ("SELECT COLUMNS('a.*') FROM (SELECT 5 AS ab, 2 AS b)", 5),
    (
        "SELECT row_number() OVER (PARTITION BY region_code ORDER BY stand_id DESC) "
        "FROM main.stands ORDER BY 1 DESC",
        2,
    ),
    (
        "SELECT avg(area_ha) OVER w FROM main.stands WINDOW w AS (ORDER BY stand_id "
        "ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY 1 LIMIT 1",
        2.0,
    ),
    ("SELECT count(*) FILTER (WHERE area_ha > 2) FROM main.stands", 2),
    ("SELECT region_code FROM main.stands GROUP BY ALL HAVING count(*) > 1", "330112"),
    ("SELECT count(*) FROM main.stands GROUP BY GROUPING SETS ((), (survey)) LIMIT 1", 3),
    (
        "SELECT region_code FROM main.stands QUALIFY row_number() OVER (ORDER BY area_ha DESC) = 1",
        "330102",
    ),
    (
        "SELECT CASE WHEN area_ha BETWEEN 2 AND 2.5 THEN 'a' ELSE 'b' END FROM main.stands "
        "ORDER BY stand_id",
        "a",
    ),
    (
        "SELECT DISTINCT ON (region_code) stand_id FROM main.stands ORDER BY region_code, stand_id",
        "s3",
    ),
    ("SELECT list_sum(list_transform([1, 2], lambda x: x + 1))", 5),
    ("SELECT [x * 2 FOR x IN [1, 2] IF x > 1][1]", 4),
    ("SELECT sum(unnest) FROM unnest([1, 2])", 3),
    (
        "SELECT count(*) FROM range(5) JOIN generate_series(1, 3) g(k) ON range = k",
        3,
    ),
    ("SELECT coalesce(nullif(1, 1), 7)", 7),
    ("SELECT {'a': 1}.a + map {'k': 2}['k']", 3),
    ("SELECT 'abc'[2:3]", "bc"),
    ("SELECT '中文' LIKE '中%' AND 'x' ILIKE 'X' AND NOT 'a' SIMILAR TO 'b'", True),
    ("SELECT regexp_replace('a1', '[0-9]', 'b')", "ab"),
    ("SELECT extract(year FROM DATE '2023-05-06') + date_part('month', DATE '2023-05-06')", 2028),
    ("SELECT DATE '2023-05-06' + INTERVAL 1 DAY", None),
    ("SELECT strftime(DATE '2023-05-06', '%Y')", "2023"),
    ("SELECT current_date IS NOT NULL AND now() IS NOT NULL", True),
    ("SELECT printf('%.2f', round(1.005, 1)) || lpad('1', 2, '0')", "1.0001"),
    ("SELECT TRY_CAST('x' AS INTEGER) IS NULL AND 1::VARCHAR = '1'", True),
    ("SELECT quantile_cont(x, 0.5) FROM (VALUES (1), (2), (9)) AS t(x)", 2.0),
    ("SELECT string_agg(stand_id, ',' ORDER BY stand_id DESC) FROM main.stands", "s3,s2,s1"),
    ("SELECT arg_max(stand_id, area_ha) FROM main.stands", "s3"),
    ("SELECT corr(x, x) FROM (VALUES (1), (2)) AS t(x)", 1.0),
    ("SELECT EXISTS (SELECT 1 FROM main.stands) AND 1 IN (SELECT 1) AND 1 = ANY (SELECT 1)", True),
    (
        "SELECT (SELECT max(b.area_ha)::DOUBLE FROM main.stands b WHERE b.survey = a.survey) "
        "FROM main.stands a",
        4.0,
    ),
    ("SELECT y FROM (SELECT 2 AS x) a, LATERAL (SELECT a.x + 1 AS y)", 3),
    ("SELECT count(*) FROM main.stands POSITIONAL JOIN main.stands b", 3),
    ("SELECT count(*) FROM main.stands a LEFT JOIN main.stands b USING (stand_id, survey)", 3),
    ("SELECT count(*) FROM main.stands TABLESAMPLE 100%", 3),
    ("SELECT a FROM (SELECT 'x' AS k, 2 AS v) PIVOT (sum(v) FOR k IN ('x' AS a))", 2),
    ("UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b", "a"),
    ("SELECT 'ä' COLLATE NOCASE = 'Ä' COLLATE NOCASE", True),
    ("SELECT 5::DECIMAL(10, 2) // 2", None),
    ("SELECT ('a', 1) IS NOT NULL", True),
    ("SELECT json_extract_string('{\"a\": 1}', '$.a') || ('{\"b\": 2}'::JSON ->> 'b')", "12"),
    ("SELECT CAST([1, 2] AS DOUBLE[])[1] + CAST({'a': 1} AS STRUCT(a INTEGER)).a", 2.0),
    ("DESCRIBE stands", "survey"),
    ("DESCRIBE SELECT 1 AS x", "x"),
    ("DESCRIBE main.stands", None),
    ("SUMMARIZE main.stands", None),
    ("SHOW TABLES", None),
    ("SHOW TABLES FROM bureau", "change"),
    ("SHOW ALL TABLES", "made"),
    ("SELECT count(*) > 2 FROM duckdb_views() WHERE schema_name = 'bureau'", True),
    ("SELECT count(*) > 2 FROM duckdb_columns() WHERE comment IS NOT NULL", True),
    ("SELECT count(*) > 2 FROM duckdb_tables", True),
    ("SELECT count(*) > 2 FROM information_schema.columns", True),
    ("SELECT #1 FROM (SELECT 8 AS x) ORDER BY 1", 8),
    ("SELECT 'read_text(x)' -- COPY y TO z", "read_text(x)"),
    ('SELECT "read text" FROM (SELECT 1 AS "read text")', 1),
]


@pytest.mark.parametrize(("text", "first"), HARMLESS, ids=range(len(HARMLESS)))
def test_harmless_statements_are_answered(folder: Path, text: str, first: object) -> None:
    """The first value of the first row, where it says something."""
    rows = answer(folder, text).frame
    if first is not None:
        assert rows.row(0)[0] == first


def test_tables_are_as_large_as_promised() -> None:
    assert len(ATTACKS) >= 60
    assert len(HARMLESS) >= 40


def test_every_allowed_function_is_one_of_duckdb() -> None:
    with duckdb.connect() as con:
        known = con.execute(
            "SELECT lower(function_name), list(DISTINCT function_type) FROM duckdb_functions() "
            "GROUP BY ALL"
        ).fetchall()
    kinds = {name: set(of) for name, of in known}
    allowed = allowed_functions()
    # `unnest` is syntax of the select list too
    assert allowed["functions"] - {"unnest"} <= {
        name for name, of in kinds.items() if of & {"scalar", "aggregate", "macro"}
    }
    assert allowed["tables"] <= {name for name, of in kinds.items() if "table" in of}


def test_views_come_before_tables(folder: Path) -> None:
    """`stands` without a schema is the view, which has names of regions; a view binds the same."""
    assert "region_name" in answer(folder, "DESCRIBE stands").frame["column_name"].to_list()
    assert (
        "region_name" not in answer(folder, "DESCRIBE main.stands").frame["column_name"].to_list()
    )
    with reading(folder / "made.duckdb", spill=False) as con:
        views = con.execute(
            "SELECT view_name FROM duckdb_views() WHERE schema_name = 'bureau'"
        ).fetchall()
        before = {view: con.execute(f"DESCRIBE bureau.{view}").fetchall() for (view,) in views}
        lock_down(con, "1GB")
        for view, columns in before.items():
            assert con.execute(f"DESCRIBE {view}").fetchall() == columns
            con.execute(f"SELECT * FROM {view}").fetchall()


def test_case_and_spelling_of_names(folder: Path) -> None:
    assert answer(folder, 'SELECT COUNT(*) FROM Main."Stands"').frame.item() == 3


def test_unknown_view_is_told_with_a_near_one(folder: Path) -> None:
    with pytest.raises(UsageProblem, match="did you mean estimates") as told:
        answer(folder, "SELECT * FROM estimatse")
    assert "SHOW TABLES FROM bureau" in told.value.zh


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SELECT nosuch FROM stands", "line 1, character 8"),
        ("SELECT /* 中文 */\n  nosuch\nFROM stands", "line 2, character 3"),
        ("SELEC 1", "line 1, character 1"),
        ("SELECT 1 +", None),
    ],
)
def test_errors_name_their_place(folder: Path, text: str, place: str | None) -> None:
    with pytest.raises(UsageProblem) as told:
        answer(folder, text)
    assert "error in the SQL" in told.value.en
    assert "SQL 写法有误" in told.value.zh
    assert place is None or place in told.value.en


def test_errors_of_the_run(folder: Path) -> None:
    with pytest.raises(SinkcalcError, match="the SQL failed") as told:
        answer(folder, "SELECT stand_id::INTEGER FROM main.stands")
    assert told.value.exit_code == 1
    assert "\n" not in told.value.en


def test_time_limit(folder: Path) -> None:
    """A statement that would run for years ends after its time; the next one is answered."""
    endless = (
        "SELECT count(*) FROM generate_series(1, 10000000) a, generate_series(1, 10000000) b "
        "WHERE a.generate_series + b.generate_series < 0"
    )
    with pytest.raises(SinkcalcError, match=r"more than 0\.5 seconds") as told:
        answer(folder, endless, Limits(seconds=0.5, memory="1GB"))
    assert "--max-seconds" in told.value.zh
    assert answer(folder, "SELECT 1").frame.item() == 1


@pytest.mark.parametrize(
    "text",
    [
        "SELECT count(*) FROM (SELECT DISTINCT a.range * b.range FROM range(100000) a, "
        "range(1000) b)",
        "SELECT * FROM range(30000000) t(i) ORDER BY hash(i)",
        "SELECT length(repeat('x', 4000000000))",
        "SELECT list_sum(range(2000000000))",
        # the database streams these; what is kept of them counts as well
        "SELECT range, hash(range)::VARCHAR FROM range(20000000)",
    ],
)
def test_memory_limit(folder: Path, text: str) -> None:
    with pytest.raises(SinkcalcError, match="more memory than 100MB") as told:
        answer(folder, text, Limits(seconds=60, memory="100MB"))
    assert told.value.exit_code == 1
    assert "--max-memory" in told.value.zh


def test_rows_that_are_left_out_are_counted(folder: Path) -> None:
    found = answer(folder, "FROM range(250000)", Limits(seconds=30, memory="1GB", rows=7))
    assert found.frame["range"].to_list() == list(range(7))
    assert found.left_out == 249_993


def test_order_is_kept_where_types_are_turned_to_text(folder: Path) -> None:
    """HUGEINT makes the statement a subquery: its order has to stay that of the statement."""
    text = "SELECT range::HUGEINT AS x FROM range(300000) ORDER BY (range * 7919) % 300007"
    found = answer(folder, text).frame["x"]
    assert found.dtype == pl.Int64
    keys = (found * 7919) % 300007
    assert keys.is_sorted()


TYPES = """SELECT 1 AS a, 2 AS A, 3 AS a_1, 170141183460469231731687303715884105727::HUGEINT AS h,
sum(5::HUGEINT) AS s, INTERVAL 1 DAY AS i, [1, 2] AS l, {'a': 1} AS st, '\\xAA'::BLOB AS b,
'2020-01-01 10:00:00+00'::TIMESTAMPTZ AS tz, 1.5::DECIMAL(10, 2) AS d, map {'a': 1} AS m,
'a'::ENUM('a', 'b') AS e, TIME '10:00' AS t, 'nan'::DOUBLE AS n, 'inf'::DOUBLE AS inf, NULL AS x,
'6ccd780c-baba-1026-9564-5b8c656024db'::UUID AS u, 'infinity'::DATE AS di, DATE '2020-02-01' AS da,
'290000-01-01'::TIMESTAMP AS far, 18446744073709551615::UBIGINT AS ub"""


def test_every_type_is_plain(folder: Path) -> None:
    row = answer(folder, TYPES).frame.row(0, named=True)
    assert row.pop("tz").startswith("2020-01-01 ")
    assert str(row.pop("n")) == "nan"
    assert float(row.pop("d")) == 1.5
    wide = "170141183460469231731687303715884105727"
    texts = {
        "h": wide,
        "i": "1 day",
        "l": "[1, 2]",
        "st": "{'a': 1}",
        "b": "\\xAA",
        "m": "{a=1}",
        "e": "a",
        "t": "10:00:00",
        "u": "6ccd780c-baba-1026-9564-5b8c656024db",
        "di": "infinity",
        "far": "290000-01-01 00:00:00.000000",
    }
    numbers = {"a": 1, "A_1": 2, "a_1_1": 3, "s": 5, "inf": float("inf"), "ub": 2**64 - 1}
    assert row == {**texts, **numbers, "x": None, "da": date(2020, 2, 1)}


@pytest.mark.parametrize(
    ("text", "size"),
    [("4GB", 4 * 10**9), ("500 mb", 5 * 10**8), ("2GiB", 2**31), ("1.5kB", 1500), ("77", 77)],
)
def test_sizes(text: str, size: int) -> None:
    assert memory_bytes(text) == size


@pytest.mark.parametrize("text", ["", "many", "-1GB", "0GB", "4 GBB", "80%"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(ValueError, match="no size"):
        memory_bytes(text)


def test_check_runs_nothing(folder: Path) -> None:
    with reading(folder / "made.duckdb", spill=False) as con:
        lock_down(con, "1GB")
        assert checked_statement(con, "SELECT 1 / 0 AS x ; -- c") == "SELECT 1 / 0 AS x "
