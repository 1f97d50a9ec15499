"""Forecasts in the database."""

from dataclasses import asdict, dataclass

import duckdb
import polars as pl

from sinkcalc.store.connection import transaction
from sinkcalc.store.loads import insert_rows, now

_TABLES = ("forecast_parameters", "forecasts", "forecast_runs")


@dataclass(frozen=True)
class ForecastRecord:
    """One forecast; the same inputs give the same `forecast_id`."""

    forecast_id: str
    run_id: str
    survey: int
    load_id: str
    scenario: str
    scenario_text: str
    scenario_sha256: str
    growth_basis: str
    method: str
    by_keys: str
    to_year: int
    draws: int
    seed: int
    program_version: str


def save_forecast(
    con: duckdb.DuckDBPyConnection,
    record: ForecastRecord,
    rows: pl.DataFrame,
    parameters: pl.DataFrame,
) -> None:
    """Store a forecast in one transaction; one of the same identity is replaced.

    Parameters
    ----------
    rows
        Rows of `Forecast`.
    parameters
        Rows of the table `forecast_parameters` without `forecast_id`.
    """
    with transaction(con):
        for table in _TABLES:
            con.execute(f"DELETE FROM {table} WHERE forecast_id = ?", [record.forecast_id])
        about = pl.DataFrame([{**asdict(record), "forecast_at": now()}])
        insert_rows(con, "forecast_runs", about, {})
        insert_rows(con, "forecasts", rows, {})
        insert_rows(con, "forecast_parameters", parameters, {"forecast_id": record.forecast_id})


def read_forecast(con: duckdb.DuckDBPyConnection, forecast_id: str) -> pl.DataFrame:
    """Return the stored rows of a forecast in the order they were written."""
    return con.execute(
        "SELECT * FROM forecasts WHERE forecast_id = ? ORDER BY rowid", [forecast_id]
    ).pl()
