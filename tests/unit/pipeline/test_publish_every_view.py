"""A folder published of a database with rows in every view: the same rows, twice the same bytes."""

import csv
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from sinkcalc.pipeline.publish import FolderOptions, publish_folder
from sinkcalc.store.published import ordered_columns, published_views

# DuckDB begins a file with a number drawn at random
_OWN_BYTES = {"sinkcalc.duckdb", "SHA256SUMS"}


@pytest.fixture(scope="module")
def every_view(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the database with a row in every view, without numbers that Parquet cannot hold."""
    path = Path(shutil.copy(filled, tmp_path_factory.mktemp("every") / "sinkcalc.duckdb"))
    with duckdb.connect(str(path)) as con:
        con.execute("DROP VIEW bureau.odd")
    return path


@pytest.fixture(scope="module")
def places(every_view: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Publish to two folders; not to be changed."""
    out = []
    for name in ("one", "two"):
        to = tmp_path_factory.mktemp(name) / "out"
        out.append(to / "states" / publish_folder(every_view, to, FolderOptions(keep=1)).state)
    return out


def test_every_view_is_in_the_files_to_the_last_digit(every_view: Path, places: list[Path]) -> None:
    with duckdb.connect(str(every_view), read_only=True) as con:
        empty = []
        for view in published_views(con):
            order = ", ".join(f'"{name}" NULLS LAST' for name in ordered_columns(view))
            rows = con.execute(f'FROM bureau."{view.name}" ORDER BY {order}').fetchall()
            if not rows:
                empty.append(view.name)
            parquet = places[0] / "parquet" / f"{view.name}.parquet"
            assert con.execute(f"FROM read_parquet('{parquet}')").fetchall() == rows, view.name
            file = places[0] / "csv" / f"{view.name}.csv"
            with file.open(encoding="utf-8-sig", newline="") as text:
                _, *lines = list(csv.reader(text))
            assert len(lines) == len(rows)
            for line, row in zip(lines, rows, strict=True):
                for cell, value in zip(line, row, strict=True):
                    if isinstance(value, float):
                        assert float(cell) == value
                    elif isinstance(value, Decimal):
                        assert cell == format(value, "f")
                    elif value is None:
                        assert cell == ""
    # nothing was equal for want of rows
    assert empty == []


def test_published_twice_the_files_have_the_same_bytes(places: list[Path]) -> None:
    one, two = (
        {
            path.relative_to(place).as_posix(): path.read_bytes()
            for path in place.rglob("*")
            if path.is_file()
        }
        for place in places
    )
    assert one.keys() == two.keys()
    assert {name for name in one if one[name] != two[name]} <= _OWN_BYTES
    # the DuckDB file has the same rows
    with duckdb.connect() as con:
        for name, place in zip(("one", "two"), places, strict=True):
            con.execute(f"ATTACH '{place / 'sinkcalc.duckdb'}' AS {name} (READ_ONLY)")
        tables = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'one'"
        ).fetchall()
        assert len(tables) > 40
        for (table,) in tables:
            sets = [f'FROM {name}.main."{table}" ORDER BY ALL' for name in ("one", "two")]
            assert con.execute(sets[0]).fetchall() == con.execute(sets[1]).fetchall(), table
