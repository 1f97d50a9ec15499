"""Every query of the catalogue: its header, its case, and the figures of the commands."""

import importlib
import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import duckdb
import pytest
from catalogue_cases import CASES, Case, figures, fill, read_case, same
from query_city import QueryCity, query_city

from sinkcalc.cli.main import cli
from sinkcalc.resources import sql_dir
from sinkcalc.store.migrate import migrate
from sinkcalc.store.queries import (
    Query,
    command_line,
    of_kind,
    run_query,
    shipped_queries,
)

FOLDER = sql_dir() / "queries" / "bureau"
QUERIES = shipped_queries()
NAMES = sorted(QUERIES)

Rows = list[dict[str, Any]]
Agreement = Callable[[QueryCity], None]


def _agreements() -> dict[str, Agreement]:
    found: dict[str, Agreement] = {}
    for path in sorted(Path(__file__).parent.glob("agreements_*.py")):
        own: dict[str, Agreement] = importlib.import_module(path.stem).AGREEMENTS
        assert not own.keys() & found.keys(), f"{path.name}: {own.keys() & found.keys()}"
        found |= own
    return found


AGREEMENTS = _agreements()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a migrated database without rows; not to be changed."""
    path = tmp_path_factory.mktemp("catalogue") / "empty.duckdb"
    with duckdb.connect(str(path)) as con:
        migrate(con)
    return path


@pytest.fixture
def con(empty: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database in which a case may be put, and which is rolled back."""
    with duckdb.connect(str(empty)) as con:
        con.begin()
        yield con
        con.rollback()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> QueryCity:
    return query_city(tmp_path_factory)


def _rows(con: duckdb.DuckDBPyConnection, query: Query, values: dict[str, Any]) -> Rows:
    return run_query(con, query, values).to_dicts()


def _examples(query: Query) -> dict[str, Any]:
    return {parameter.name: parameter.example for parameter in query.parameters}


# the catalogue as a whole


def test_a_file_is_a_query_with_case_and_agreement() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == NAMES
    assert sorted(path.stem for path in CASES.iterdir()) == NAMES
    assert sorted(AGREEMENTS) == NAMES


@pytest.mark.parametrize("field", ["title_zh", "title_en", "question_zh", "question_en"])
def test_titles_and_questions_are_told_apart(field: str) -> None:
    told = [getattr(query, field) for query in QUERIES.values()]
    assert all(text.strip() for text in told)
    assert len(set(told)) == len(told)


# every query


@pytest.mark.parametrize("name", NAMES)
def test_header(name: str) -> None:
    query = QUERIES[name]
    assert query.name == name
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    chinese = (query.title_zh, query.question_zh, *(p.zh for p in query.parameters))
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in chinese)
    english = (query.title_en, query.question_en, *(p.en for p in query.parameters))
    assert not any(re.search(r"[\u4e00-\u9fff]", text) for text in english)
    assert all(column.zh and column.en for column in query.returns)
    assert query.grain
    assert set(query.grain) <= {column.name for column in query.returns}


@pytest.mark.parametrize("name", NAMES)
def test_parameters(name: str) -> None:
    """Those of the body are those declared, each with an example of its type."""
    query = QUERIES[name]
    body = re.sub(r"--[^\n]*", "", query.sql)
    assert set(re.findall(r"\$(\w+)", body)) == {p.name for p in query.parameters}
    for parameter in query.parameters:
        of_kind(parameter.kind, parameter.example)


@pytest.mark.parametrize("name", NAMES)
def test_the_command_is_one(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line of the header, with the examples, is one that the program accepts."""
    words = shlex.split(command_line(QUERIES[name], {}))
    monkeypatch.chdir(tmp_path)
    for word in words:
        if word.endswith((".csv", ".toml")):
            Path(word).touch()
    assert words.pop(0) == "sinkcalc"
    command: click.Command = cli
    with click.Context(cli) as context:
        while isinstance(command, click.Group):
            found = command.get_command(context, words.pop(0))
            assert found is not None
            command = found
        command.make_context(command.name, words, parent=context)


@pytest.mark.parametrize("name", NAMES)
def test_only_views_are_read(name: str, con: duckdb.DuckDBPyConnection) -> None:
    """No raw table, file or function that gives a table."""
    (text,) = con.execute("SELECT json_serialize_sql(?)", [QUERIES[name].sql]).fetchall()[0]
    nodes = list(_nodes(json.loads(text)))
    ctes = {entry["key"] for node in nodes for entry in node.get("cte_map", {}).get("map", ())}
    tables = [node for node in nodes if node.get("type") == "BASE_TABLE"]
    views = {node["table_name"] for node in tables if node["schema_name"] == "bureau"}
    assert views
    assert {node["table_name"] for node in tables} - views <= ctes
    assert not [node for node in nodes if node.get("type") == "TABLE_FUNCTION"]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Give every object of a statement's tree."""
    if isinstance(tree, dict):
        yield tree
    for part in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(part, (dict, list)):
            yield from _nodes(part)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_database(name: str, con: duckdb.DuckDBPyConnection) -> None:
    """No row, no error, and the columns that the header names."""
    query = QUERIES[name]
    found = run_query(con, query, _examples(query))
    assert found.height == 0
    assert found.columns == [column.name for column in query.returns]


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, con: duckdb.DuckDBPyConnection) -> None:
    case, query = read_case(name), QUERIES[name]
    fill(con, case.given)
    found = _rows(con, query, case.params)
    expected = _whole(case, query)
    assert len(found) == len(expected), found
    for row, want in zip(found, expected, strict=True):
        wrong = {key: (row[key], want[key]) for key in want if not same(row[key], want[key])}
        assert wrong == {}, row
    assert not figures(found) & case.unchecked
    _check_grain(query, found)


def _whole(case: Case, query: Query) -> Rows:
    """Return the expected rows with NULL in the columns that they do not give."""
    assert case.expect
    columns = [c.name for c in query.returns if c.name not in case.unchecked]
    for row in case.expect:
        assert row.keys() <= set(columns), row.keys() - set(columns)
    return [{name: row.get(name) for name in columns} for row in case.expect]


def _check_grain(query: Query, rows: Rows) -> None:
    keys = [tuple(row[name] for name in query.grain) for row in rows]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", NAMES)
def test_order_of_a_case_is_that_of_the_query(name: str, con: duckdb.DuckDBPyConnection) -> None:
    """Whatever the order in which rows came into the database."""
    case = read_case(name)
    fill(con, case.given)
    first = _rows(con, QUERIES[name], case.params)
    con.rollback()
    con.begin()
    fill(con, case.given, backwards=True)
    assert _rows(con, QUERIES[name], case.params) == first


@pytest.mark.parametrize("name", NAMES)
def test_city(name: str, city: QueryCity) -> None:
    """The examples give rows, the optional parameters may be left out, and rows are one a grain."""
    query = QUERIES[name]
    needed = {p.name: p.example for p in query.parameters if not p.optional}
    for values in (_examples(query), needed):
        found = city.query(name, **values)
        assert found, values
        _check_grain(query, found)


@pytest.fixture(scope="module")
def turned(city: QueryCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the city with the rows of every table in reversed order."""
    path = tmp_path_factory.mktemp("turned") / "sinkcalc.duckdb"
    path.write_bytes(city.db.read_bytes())
    with duckdb.connect(str(path)) as con:
        tables = con.execute(
            "SELECT table_name, has_primary_key FROM duckdb_tables() WHERE schema_name = 'main'"
        ).fetchall()
        for table, keyed in tables:
            # a key that is deleted cannot come back within one transaction
            con.execute(f"CREATE TEMP TABLE turned AS FROM main.{table}")
            con.execute(f"DELETE FROM main.{table}")
            if keyed:
                con.execute("CHECKPOINT")
            con.execute(f"INSERT INTO main.{table} SELECT * FROM turned ORDER BY rowid DESC")
            con.execute("DROP TABLE turned")
    return path


@pytest.mark.parametrize("name", NAMES)
def test_order_of_the_city_is_that_of_the_query(name: str, city: QueryCity, turned: Path) -> None:
    """Sums of decimals are exact, sums of floats agree to 1e-12."""
    query = QUERIES[name]
    with duckdb.connect(str(turned), read_only=True) as con:
        found = _rows(con, query, _examples(query))
    expected = city.query(name, **_examples(query))
    assert len(found) == len(expected)
    for row, want in zip(found, expected, strict=True):
        assert all(same(row[key], want[key]) for key in want), (row, want)


@pytest.mark.parametrize("name", sorted(AGREEMENTS))
def test_agreement(name: str, city: QueryCity) -> None:
    AGREEMENTS[name](city)
