"""Conditions over a table are conditions and nothing else; a connection that reads no file."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.store.ccer_stands import stands_as_parcels
from sinkcalc.store.conditions import checked_condition, forbid_files
from sinkcalc.store.connection import Connection, reading, writing

STANDS = """
INSERT INTO stands (survey, load_id, stand_id, source_file, source_row, region_code,
    vegetation_class, area_ha) VALUES
(2023, 'a', 's1', 'f', 1, '330112', 'non_forest', 2),
(2023, 'a', 's2', 'f', 2, '330112', 'arbor', 3),
(2023, 'a', 's3', 'f', 3, '330102', 'non_forest', 4)
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("conditions") / "stands.duckdb"
    with writing(path) as con:
        con.execute(STANDS)
    return path


@pytest.mark.parametrize(
    ("where", "stands"),
    [
        ("vegetation_class = 'non_forest'", ["s1", "s3"]),
        ("vegetation_class = 'non_forest' AND region_code = '330112'", ["s1"]),
        ("area_ha * 15 BETWEEN 40 AND 50 OR stand_id LIKE '%1'", ["s1", "s2"]),
        ("region_code IN ('330102') -- a remark", ["s3"]),
        ("vegetation_class::VARCHAR <> 'arbor' /* two\nlines */", ["s1", "s3"]),
        ("CASE WHEN area_ha > 3 THEN true ELSE stand_id = 's1' END", ["s1", "s3"]),
        ("lower(stand_id) ILIKE 'S2' AND NOT stand_id IS NULL", ["s2"]),
        # brackets that close before they open close nothing of the query around
        ("stand_id = 's1') OR (stand_id = 's2'", ["s1", "s2"]),
        ("false", []),
    ],
)
def test_conditions(database: Path, where: str, stands: list[str]) -> None:
    with reading(database) as con:
        forbid_files(con)
        checked = checked_condition(con, where, "stands")
        assert stands_as_parcels(con, 2023, checked)["parcel_id"].to_list() == stands


@pytest.mark.parametrize(
    "where",
    [
        "1=1; drop table stands",
        "1=1; select 1",
        "1=1); drop table stands; select (1=1",
        "read_text('/etc/passwd')",
        "'root' IN (SELECT content FROM read_text('/etc/passwd'))",
        "(select count(*) from read_csv('x')) > 0",
        "exists (from 'x.parquet')",
        "area_ha > (select max(area_ha) from stands)",
        "1=1) UNION ALL SELECT * FROM read_csv('x') WHERE (1=1",
        "1=1) GROUP BY ALL HAVING (count(*) > 0",
        "1=1) LIMIT (1",
        "1=1) ORDER BY (1",
        "getenv('HOME') = 'x'",
        "pg_read_file('x') = 'x'",
        "current_setting('home_directory') = ''",
        "row_number() OVER () = 1",
        "count(*) > 0",
        "area_ha > $1",
        "area_ha > ?",
        "list_transform([1], x -> x) = [1]",
        "COLUMNS(*) IS NULL",
        "*",
        "",
        "-- nothing",
        "/* open",
        "vegetation_class = 'non_forest",
        "area_ha >",
        "面积 大于 1",
    ],
)
def test_what_is_no_condition(database: Path, where: str) -> None:
    with reading(database) as con:
        forbid_files(con)
        with pytest.raises(UsageProblem) as told:
            checked_condition(con, where, "stands")
    assert repr(where) in told.value.zh
    assert "Write one condition over the columns" in told.value.en


def test_a_column_that_is_not_there(database: Path) -> None:
    with reading(database) as con:
        checked = checked_condition(con, "area > 1", "stands")
        with pytest.raises(UsageProblem, match="area"):
            stands_as_parcels(con, 2023, checked)


@pytest.fixture
def closed(database: Path) -> Iterator[Connection]:
    with reading(database) as con:
        forbid_files(con)
        yield con


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/no.csv'",
        "ATTACH '/tmp/no.duckdb'",
        "SET enable_external_access = true",
        "INSERT INTO stands (survey) VALUES (1)",
        "DROP TABLE stands",
    ],
)
def test_the_connection_reads_nothing_else(closed: Connection, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        closed.execute(statement)
