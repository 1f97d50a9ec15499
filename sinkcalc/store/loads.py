"""Loads of files in the database: their records, their rows, what they rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

# table -> Parquet files of its rows
Parts = Mapping[str, Sequence[Path]]


@dataclass(frozen=True)
class FileRecord:
    """One loaded file: name, hash, encoding, row counts, and layer or sheet if it has several."""

    source_file: str
    sha256: str
    encoding: str | None
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    layer: str | None = None


@dataclass(frozen=True)
class LoadRecord:
    """One load of a table of a survey."""

    load_id: str
    survey: int
    table: str
    profile: str
    profile_sha256: str
    program_version: str
    files: list[FileRecord]
    previous_load_id: str | None = None


@dataclass(frozen=True)
class StoredLoad:
    """A load that is stored, the number of its rows, and the load it was compared with."""

    load_id: str
    rows: int
    previous_load_id: str | None


def now() -> datetime:
    """Return the time of a record, UTC."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def insert_load(
    con: duckdb.DuckDBPyConnection,
    load: LoadRecord,
    parts: Parts,
    columns: pl.DataFrame,
    dated: Sequence[str],
) -> None:
    """Append a load with its rows, inside a transaction.

    Parameters
    ----------
    parts
        Table -> Parquet files of its rows.
    columns
        How the columns of every file were understood.
    dated
        Tables whose rows carry the year of the survey.
    """
    con.execute(
        "INSERT INTO loads VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            load.load_id,
            load.survey,
            load.table,
            load.profile,
            load.profile_sha256,
            load.program_version,
            now(),
            load.previous_load_id,
        ],
    )
    files = [[load.load_id, *astuple(file)] for file in load.files]
    con.executemany("INSERT INTO load_files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", files)
    mark = {"load_id": load.load_id}
    insert_rows(con, "load_columns", columns, mark)
    for table, paths in parts.items():
        own = {"survey": load.survey, **mark} if table in dated else mark
        _insert_files(con, table, paths, own)


def delete_load(
    con: duckdb.DuckDBPyConnection, survey: int, table: str, rows_in: Sequence[str]
) -> None:
    """Remove the load of a table of a survey; runs and estimates stay.

    Parameters
    ----------
    rows_in
        Tables that hold its rows.
    """
    mine = "load_id IN (SELECT load_id FROM loads WHERE survey = ? AND table_name = ?)"
    for name in ("rejected_rows", "warned_rows", "load_columns", "load_files"):
        con.execute(f"DELETE FROM {name} WHERE {mine}", [survey, table])
    for name in rows_in:
        con.execute(f"DELETE FROM {name} WHERE survey = ?", [survey])
    con.execute("DELETE FROM loads WHERE survey = ? AND table_name = ?", [survey, table])


def _insert_files(
    con: duckdb.DuckDBPyConnection,
    table: str,
    files: Sequence[Path],
    constants: Mapping[str, object],
) -> None:
    """Append the rows of Parquet files, with constant columns before them."""
    if not files:
        return
    columns = {
        str(row[0])
        for row in con.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table]
        ).fetchall()
    }
    paths = [str(path) for path in files]
    given = [name for name in pl.read_parquet_schema(paths[0]) if name in columns]
    con.execute(
        f"INSERT INTO {table} ({', '.join([*constants, *given])}) "
        f"SELECT {', '.join([*(f'${name}' for name in constants), *given])} "
        "FROM read_parquet($paths)",
        {**constants, "paths": paths},
    )


def insert_rows(
    con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, constants: Mapping[str, object]
) -> None:
    """Append rows to a table, with constant columns before them."""
    if rows.is_empty():
        return
    columns = [*constants, *rows.columns]
    values = [*(f"${name}" for name in constants), *(f'"{name}"' for name in rows.columns)]
    con.register("incoming_rows", rows.to_arrow())
    try:
        con.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "
            f"SELECT {', '.join(values)} FROM incoming_rows",
            constants,
        )
    finally:
        con.unregister("incoming_rows")


def find_load(con: duckdb.DuckDBPyConnection, survey: int, table: str) -> StoredLoad | None:
    """Return the load that the rows of a table of a survey come from."""
    row = con.execute(
        "SELECT loads.load_id, sum(load_files.rows_accepted)::BIGINT, previous_load_id "
        "FROM loads JOIN load_files USING (load_id) "
        "WHERE survey = ? AND table_name = ? GROUP BY ALL",
        [survey, table],
    ).fetchone()
    return None if row is None else StoredLoad(str(row[0]), int(row[1]), row[2])


def surveys_of_files(
    con: duckdb.DuckDBPyConnection, hashes: Sequence[str], table: str
) -> dict[str, int]:
    """Return hash -> survey of the files that are loaded into a table already."""
    rows = con.execute(
        "SELECT sha256, survey FROM load_files JOIN loads USING (load_id) "
        "WHERE list_contains($hashes, sha256) AND table_name = $table",
        {"hashes": list(hashes), "table": table},
    ).fetchall()
    return {str(digest): int(survey) for digest, survey in rows}


def read_rejected(con: duckdb.DuckDBPyConnection, load_id: str) -> pl.DataFrame:
    """Return the rejected rows of a load."""
    return con.execute(
        "SELECT * EXCLUDE (load_id) FROM rejected_rows WHERE load_id = ? ORDER BY rowid", [load_id]
    ).pl()


def read_warned(con: duckdb.DuckDBPyConnection, load_id: str) -> pl.DataFrame:
    """Return the implausible values of a load."""
    return con.execute(
        "SELECT * EXCLUDE (load_id) FROM warned_rows WHERE load_id = ? ORDER BY rowid", [load_id]
    ).pl()


def list_surveys(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return what is loaded, one row a file."""
    return con.execute(
        "SELECT loads.survey, loads.table_name, load_files.rows_accepted AS rows, "
        "load_files.rows_rejected, "
        "coalesce(s.definition, p.definition, w.definition) AS definition, "
        "s.land_area_ha, "
        "coalesce(s.simulated, p.simulated, w.simulated) AS simulated, "
        "loads.profile, load_files.source_file, load_files.sha256, load_files.encoding, "
        "loads.program_version, loads.loaded_at "
        "FROM loads JOIN load_files USING (load_id) "
        "LEFT JOIN surveys AS s ON loads.survey = s.survey AND loads.table_name = 'stands' "
        "LEFT JOIN plot_surveys AS p ON loads.survey = p.survey "
        "AND loads.table_name IN ('plots', 'trees', 'strata') "
        "LEFT JOIN wetland_surveys AS w ON loads.survey = w.survey "
        "AND loads.table_name IN ('wetlands', 'cores', 'protected_areas', 'farmland') "
        "ORDER BY loads.survey, loads.table_name, source_file"
    ).pl()
