"""Runs of the soil carbon of the land in the database."""

from dataclasses import asdict, dataclass

import duckdb
import polars as pl

from sinkcalc.store.connection import transaction
from sinkcalc.store.loads import insert_rows, now
from sinkcalc.store.results import RunRecord
from sinkcalc.uncertainty.parts import ErrorParts

_TABLES = (
    "estimate_budgets",
    "estimate_gradients",
    "estimate_residuals",
    "run_errors",
    "estimates",
    "farmland_flags",
    "run_parameters",
    "run_parameter_tables",
    "run_loads",
    "runs",
)


@dataclass(frozen=True)
class SoilRun:
    """What a run of kind `soil` stores.

    Attributes
    ----------
    estimates
        Rows of `Estimate`.
    flags
        `flag`, `farmland_use`, `records`, `area_ha`.
    parameters
        Parameter rows that any figure rests on.
    tables
        `table_name`, `version`, `sha256` of the parameter tables.
    loads
        `table_name`, `load_id` of everything that the figures rest on.
    budget
        Keys, `land`, `quantity`, `pool`, `source`, `se`, `variance_fraction`.
    parts
        What the errors are made of, over keys, `land`, `quantity` and `pool`.
    """

    run: RunRecord
    estimates: pl.DataFrame
    flags: pl.DataFrame
    parameters: pl.DataFrame
    tables: pl.DataFrame
    loads: pl.DataFrame
    budget: pl.DataFrame
    parts: ErrorParts


def save_soil_run(con: duckdb.DuckDBPyConnection, result: SoilRun) -> None:
    """Store a run in one transaction; a run of the same identity is replaced."""
    run = result.run
    mark = {"run_id": run.run_id}
    with transaction(con):
        for table in _TABLES:
            con.execute(f"DELETE FROM {table} WHERE run_id = ?", [run.run_id])
        insert_rows(con, "runs", pl.DataFrame([{**asdict(run), "run_at": now()}]), {})
        insert_rows(con, "run_loads", result.loads, mark)
        insert_rows(con, "run_parameter_tables", result.tables, mark)
        insert_rows(con, "run_parameters", result.parameters, mark)
        insert_rows(con, "estimates", result.estimates, {})
        insert_rows(con, "farmland_flags", result.flags, mark)
        insert_rows(con, "estimate_budgets", result.budget, mark)
        insert_rows(con, "estimate_gradients", result.parts.gradients, mark)
        insert_rows(con, "estimate_residuals", result.parts.residuals, mark)
        insert_rows(con, "run_errors", result.parts.errors.loadings, mark)


def read_farmland_flags(con: duckdb.DuckDBPyConnection, run_id: str) -> pl.DataFrame:
    """Return farmland that a run estimated in a special way or not at all."""
    return con.execute(
        "SELECT flag, farmland_use, records, area_ha FROM farmland_flags "
        "WHERE run_id = ? ORDER BY flag, farmland_use",
        [run_id],
    ).pl()


def open_water(con: duckdb.DuckDBPyConnection, survey: int, classes: tuple[str, ...]) -> float:
    """Return the area of a survey's wetlands of some classes, ha."""
    return _area(
        con,
        "SELECT sum(area_ha)::DOUBLE FROM wetlands "
        "WHERE survey = ? AND list_contains(?, wetland_class::VARCHAR)",
        [survey, list(classes)],
    )


def tree_crops(con: duckdb.DuckDBPyConnection, survey: int) -> tuple[float, float]:
    """Return the areas of economic forest and of perennial farmland of a survey, ha."""
    forest = "SELECT sum(area_ha)::DOUBLE FROM stands WHERE survey = ? AND vegetation_class = ?"
    farmland = "SELECT sum(area_ha)::DOUBLE FROM farmland WHERE survey = ? AND farmland_use = ?"
    return _area(con, forest, [survey, "economic"]), _area(con, farmland, [survey, "perennial"])


def _area(con: duckdb.DuckDBPyConnection, query: str, values: list[object]) -> float:
    row = con.execute(query, values).fetchone()
    return 0.0 if row is None or row[0] is None else float(row[0])


def run_loads(con: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, str]:
    """Return table -> load of the further tables that a run read."""
    return dict(
        con.execute(
            "SELECT table_name, load_id FROM run_loads WHERE run_id = ? ORDER BY table_name",
            [run_id],
        ).fetchall()
    )
