"""Registered carbon projects and the book of their units in the database."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

import duckdb
import polars as pl

from sinkcalc.store.loads import insert_rows, now

_OF_PROJECT: Final = ("ccer_removals", "ccer_parcels", "ccer_projects")


@dataclass(frozen=True)
class ProjectRecord:
    """One version of a registered project.

    Attributes
    ----------
    standing
        Of the methodology.
    crediting_end
        Last day of the crediting period.
    parcels, area_ha
        Number and area of the parcels that are registered.
    survey
        Survey of the database that the parcels come from, if they do.
    run_id
        Hash of all that the removals were computed from.
    draft
        Whether a row of the methodology that was used is not verified.
    reason
        Of an amendment.
    """

    project_id: str
    version: int
    name: str
    owner: str
    methodology: str
    pack_version: str
    standing: str
    start_date: date
    crediting_start: date
    crediting_end: date
    crediting_years: int
    gwp_set: str
    parcels: int
    area_ha: float
    survey: int | None
    run_id: str
    project_text: str
    project_sha256: str
    parameters_sha256: str
    draft: bool
    simulated: bool
    reason: str | None
    program_version: str


def save_project(
    con: duckdb.DuckDBPyConnection,
    record: ProjectRecord,
    parcels: pl.DataFrame,
    removals: pl.DataFrame,
) -> None:
    """Store a version of a project in place of the same version, inside the caller's transaction.

    Parameters
    ----------
    parcels
        Rows of `ccer_parcels` without project and version.
    removals
        Rows of `ccer_removals` from `period` to `creditable_t`.
    """
    mark = {"project_id": record.project_id, "version": record.version}
    for table in _OF_PROJECT:
        con.execute(
            f"DELETE FROM {table} WHERE project_id = $project_id AND version = $version", mark
        )
    about = pl.DataFrame(
        [{**asdict(record), "registered_at": now()}], schema_overrides={"survey": pl.Int32}
    )
    insert_rows(con, "ccer_projects", about, {})
    insert_rows(con, "ccer_parcels", parcels, mark)
    made = {
        name: getattr(record, name)
        for name in ("run_id", "draft", "parameters_sha256", "program_version")
    }
    insert_rows(con, "ccer_removals", removals, {**mark, **made})


def read_projects(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return every version of every project, in the order of their names."""
    return con.execute("SELECT * FROM ccer_projects ORDER BY project_id, version").pl()


def read_project_parcels(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the parcels of every version of every project, in the order they were stored."""
    return con.execute("SELECT * FROM ccer_parcels ORDER BY project_id, version, rowid").pl()


def read_removals(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return what is expected of every version of every project, by year."""
    return con.execute("SELECT * FROM ccer_removals ORDER BY project_id, version, period").pl()


def read_ledger(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the book of units in the order of its entries."""
    return con.execute("SELECT * FROM ccer_ledger ORDER BY entry_no").pl()


def add_entry(
    con: duckdb.DuckDBPyConnection, entry: Mapping[str, object], program_version: str
) -> None:
    """Append an entry to the book, inside the caller's transaction.

    Parameters
    ----------
    entry
        Columns of `ccer_ledger` but for the version of the program and the time.
    """
    row = {**entry, "program_version": program_version, "entered_at": now()}
    names = ", ".join(row)
    values = ", ".join(f"${name}" for name in row)
    con.execute(f"INSERT INTO ccer_ledger ({names}) VALUES ({values})", row)
