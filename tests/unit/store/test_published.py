"""The list of what is published, of a database without rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sinkcalc.store.connection import Connection, reading, writing
from sinkcalc.store.published import ordered_columns, published_views


@pytest.fixture
def con(tmp_path: Path) -> Iterator[Connection]:
    db = tmp_path / "sinkcalc.duckdb"
    with writing(db):
        pass
    with reading(db) as con:
        yield con


def test_every_view_by_name_with_its_columns_in_order(con: Connection) -> None:
    views = published_views(con)
    names = [view.name for view in views]
    assert names == sorted(names)
    rows = con.execute(
        "SELECT view_name FROM duckdb_views() WHERE schema_name = 'bureau'"
    ).fetchall()
    assert {name for (name,) in rows} == set(names)
    for view in views:
        found = con.execute(f"DESCRIBE bureau.{view.name}").fetchall()
        assert [(one.name, one.kind) for one in view.columns] == [row[:2] for row in found]
        assert len(set(view.keys)) == len(view.keys) > 0
        assert sorted(ordered_columns(view)) == sorted(one.name for one in view.columns)
        assert ordered_columns(view)[: len(view.keys)] == view.keys


def test_every_measured_column_has_its_unit(con: Connection) -> None:
    missing = {
        (view.name, column.name)
        for view in published_views(con)
        for column in view.columns
        if column.kind == "DOUBLE" or column.kind.startswith("DECIMAL")
        if not column.unit
    }
    assert missing == set()
    # a unit in braces is a column of the same row
    for view in published_views(con):
        names = {column.name for column in view.columns}
        for column in view.columns:
            if "{" in column.unit:
                assert column.unit.partition("{")[2].partition("}")[0] in names, (view.name, column)


def test_every_column_is_named_in_both_languages(con: Connection) -> None:
    for view in published_views(con):
        assert view.zh != view.name
        assert [column.name for column in view.columns if not (column.zh and column.en)] == []
