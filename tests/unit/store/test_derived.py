"""Results of commands in the database: identity, replacement, order, what is current."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sinkcalc.errors import SinkcalcError
from sinkcalc.store.connection import writing
from sinkcalc.store.derived import Derived, loads_of, save_result

YEARS = {"survey": 2020, "plot_survey": 2020}


def _rows(*values: float) -> pl.DataFrame:
    """Make rows of the table `stands_and_plots`, the last value first by name of the county."""
    return pl.DataFrame(
        {
            "region_code": [f"3301{90 - place}" for place in range(len(values))],
            "stands_value": list(values),
            "verdict": ["accepted"] * len(values),
            "simulated": [False] * len(values),
        }
    )


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with writing(tmp_path / "sinkcalc.duckdb") as con:
        _load(con, "aaa")
        yield con


def _load(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
    con.execute(
        "INSERT INTO loads VALUES (?, 2020, 'stands', 'standard', '', '1', now()::TIMESTAMP, NULL)",
        [load_id],
    )


def _result(con: duckdb.DuckDBPyConnection, *values: float) -> Derived:
    return Derived("stands_and_plots", _rows(*values), loads_of(con), YEARS, marks=YEARS)


def _shown(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute(
        "SELECT is_current, is_latest, options FROM bureau.results ORDER BY made_at"
    ).fetchall()


def test_rows_keep_their_order_and_their_marks(con: duckdb.DuckDBPyConnection) -> None:
    """Counties come 90, 89, 88: neither by code nor by value."""
    found = save_result(con, _result(con, 2.0, 3.0, 1.0))
    stored = con.execute(
        "SELECT result_id, place, survey, region_code, stands_value FROM stands_and_plots "
        "ORDER BY place"
    ).fetchall()
    assert stored == [
        (found, 1, 2020, "330190", 2.0),
        (found, 2, 2020, "330189", 3.0),
        (found, 3, 2020, "330188", 1.0),
    ]


def test_the_same_result_is_replaced(con: duckdb.DuckDBPyConnection) -> None:
    first = save_result(con, _result(con, 1.0, 2.0))
    assert save_result(con, _result(con, 3.0)) == first
    assert con.execute("SELECT stands_value FROM stands_and_plots").fetchall() == [(3.0,)]
    assert _shown(con) == [(True, True, '{"plot_survey": 2020, "survey": 2020}')]


def test_what_bears_on_figures_makes_another_result(con: duckdb.DuckDBPyConnection) -> None:
    """Options, keys, subject and loads each: five results of the same rows."""
    one = _result(con, 1.0)
    names = {save_result(con, one)}
    names.add(save_result(con, replace(one, options={"single_plot": "collapse"})))
    names.add(save_result(con, replace(one, by_keys="region")))
    names.add(save_result(con, replace(one, subject={**YEARS, "survey": 2023})))
    _load(con, "bbb")
    names.add(save_result(con, replace(one, loads=loads_of(con))))
    assert len(names) == 5


def test_the_last_standing_result_of_its_subject_is_the_latest(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """A what-if after it leaves it the latest; other options of the same subject do not."""
    one = _result(con, 1.0)
    save_result(con, one)
    save_result(con, replace(one, options={"targets": "own"}, standing=False))
    assert [row[:2] for row in _shown(con)] == [(True, True), (True, False)]
    save_result(con, replace(one, options={"single_plot": "collapse"}))
    assert [row[:2] for row in _shown(con)] == [(True, False), (True, False), (True, True)]


def test_a_load_makes_it_one_of_before(con: duckdb.DuckDBPyConnection) -> None:
    """What was loaded at the same second too: loads are compared by name, not by time."""
    save_result(con, _result(con, 1.0))
    _load(con, "bbb")
    assert [row[:2] for row in _shown(con)] == [(False, False)]
    con.execute("DELETE FROM loads WHERE load_id = 'bbb'")
    assert [row[:2] for row in _shown(con)] == [(True, True)]


def test_rows_of_an_earlier_database_are_refused(con: duckdb.DuckDBPyConnection) -> None:
    one = _result(con, 1.0)
    _load(con, "bbb")
    with pytest.raises(SinkcalcError, match="run it again"):
        save_result(con, one)
    assert _shown(con) == []
