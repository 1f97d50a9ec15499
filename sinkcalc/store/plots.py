"""Surveys of permanent plots, their trees and strata in the database."""

from dataclasses import dataclass

import duckdb
import polars as pl

from sinkcalc.errors import SinkcalcError
from sinkcalc.store.connection import transaction
from sinkcalc.store.loads import LoadRecord, Parts, delete_load, insert_load

# key and measured columns that are compared between occasions
_FIGURES = {
    "plots": "plot_id, dbh_cm::DOUBLE AS dbh_cm, height_m::DOUBLE AS height_m, "
    "volume_m3::DOUBLE AS volume_m3",
    "trees": "plot_id, tree_id, dbh_cm::DOUBLE AS dbh_cm, height_m::DOUBLE AS height_m, "
    "volume_m3::DOUBLE AS volume_m3",
}


@dataclass(frozen=True)
class PlotSurvey:
    """One survey of permanent plots.

    Attributes
    ----------
    definition
        Whose way of counting it follows.
    simulated
        Whether any plot is marked as simulated.
    plots_load_id
        Load of its plots; None while it holds strata only.
    """

    survey: int
    definition: str
    simulated: bool
    plots_load_id: str | None


def get_plot_surveys(con: duckdb.DuckDBPyConnection) -> dict[int, PlotSurvey]:
    """Return every plot survey by year."""
    rows = con.execute(
        "SELECT plot_surveys.survey, definition, simulated, load_id "
        "FROM plot_surveys LEFT JOIN loads "
        "ON plot_surveys.survey = loads.survey AND table_name = 'plots' "
        "ORDER BY plot_surveys.survey"
    ).fetchall()
    return {row[0]: PlotSurvey(*row) for row in rows}


def plot_frame(con: duckdb.DuckDBPyConnection, survey: int) -> pl.LazyFrame:
    """Return a survey's plots, words as text, by plot."""
    return _frame(con, "plots", survey, "plot_id, source_row")


def tree_frame(con: duckdb.DuckDBPyConnection, survey: int) -> pl.LazyFrame:
    """Return a survey's trees, words as text, by plot and row."""
    return _frame(con, "trees", survey, "plot_id, source_file, source_row")


def strata_frame(con: duckdb.DuckDBPyConnection, survey: int) -> pl.LazyFrame:
    """Return a survey's strata, by estimation unit and stratum."""
    return _frame(con, "strata", survey, "estimation_unit, stratum, source_row")


def _frame(con: duckdb.DuckDBPyConnection, table: str, survey: int, order: str) -> pl.LazyFrame:
    enums = con.execute(
        "SELECT column_name FROM duckdb_columns() "
        "WHERE table_name = ? AND data_type LIKE 'ENUM%' ORDER BY column_index",
        [table],
    ).fetchall()
    words = ", ".join(f"{name}::VARCHAR AS {name}" for (name,) in enums)
    replaced = f" REPLACE ({words})" if words else ""
    return (
        con.execute(f"SELECT *{replaced} FROM {table} WHERE survey = ? ORDER BY {order}", [survey])
        .pl()
        .lazy()
    )


def plot_ids(con: duckdb.DuckDBPyConnection, survey: int) -> pl.Series:
    """Return the plots of a survey."""
    rows = con.execute("SELECT plot_id FROM plots WHERE survey = ?", [survey]).pl()
    return rows["plot_id"]


def neighbour_figures(
    con: duckdb.DuckDBPyConnection, table: str, survey: int
) -> dict[int, pl.DataFrame]:
    """Return year -> key and measured columns of the surveys next before and after a year."""
    years = con.execute(
        f"SELECT max(survey) FILTER (survey < $y), min(survey) FILTER (survey > $y) FROM {table}",
        {"y": survey},
    ).fetchone()
    return {
        year: con.execute(f"SELECT {_FIGURES[table]} FROM {table} WHERE survey = ?", [year]).pl()
        for year in years or ()
        if year is not None
    }


def save_plots(
    con: duckdb.DuckDBPyConnection,
    load: LoadRecord,
    definition: str,
    parts: Parts,
    columns: pl.DataFrame,
    *,
    simulated: bool,
) -> None:
    """Replace the plots, trees or strata of a survey by those of one load, in one transaction.

    Parameters
    ----------
    parts
        Table -> Parquet files of its rows.
    columns
        How the columns of every file were understood.

    Raises
    ------
    SinkcalcError
        If a tree of the survey would be on no plot.
    """
    with transaction(con):
        delete_load(con, load.survey, load.table, (load.table,))
        if load.table == "plots":
            con.execute("DELETE FROM plot_surveys WHERE survey = ?", [load.survey])
        con.execute(
            "INSERT INTO plot_surveys VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [load.survey, definition, simulated],
        )
        insert_load(con, load, parts, columns, (load.table,))
        _require_plots_of_trees(con, load.survey)


def _require_plots_of_trees(con: duckdb.DuckDBPyConnection, survey: int) -> None:
    row = con.execute(
        "SELECT count(*), count(DISTINCT plot_id), min(plot_id) FROM trees "
        "ANTI JOIN plots USING (survey, plot_id) WHERE survey = ?",
        [survey],
    ).fetchone()
    trees, plots, example = row or (0, 0, "")
    if trees:
        raise SinkcalcError(
            zh=f"调查 {survey} 已入库的样木中有 {trees} 株({plots} 个样地,如 {example})"
            "在新的样地中找不到样地,未入库,数据库保持原状。核对样地编号,或先补全样地文件",
            en=f"{trees} stored trees of survey {survey} ({plots} plots, as {example}) would be on "
            "no plot: nothing was stored and the database is as before. Check the plot numbers, "
            "or give a file that holds these plots too",
        )
