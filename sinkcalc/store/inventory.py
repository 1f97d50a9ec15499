"""Surveys, loads, stands and rejected rows in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from sinkcalc.store.connection import transaction


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
    """One load of stands into a survey."""

    load_id: str
    survey: int
    profile: str
    profile_sha256: str
    program_version: str
    files: list[FileRecord]
    previous_load_id: str | None = None


@dataclass(frozen=True)
class Survey:
    """One survey as it is stored.

    Attributes
    ----------
    definition
        Whose way of counting it follows.
    land_area_ha
        Land area of the city, ha; null where no parameter gives it.
    """

    survey: int
    definition: str
    land_area_ha: float | None
    land_area_parameter_id: str | None
    simulated: bool
    load_id: str


def now() -> datetime:
    """Return the time of a record, UTC."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def save_load(
    con: duckdb.DuckDBPyConnection,
    load: LoadRecord,
    survey: Survey,
    parts: Mapping[str, Sequence[Path]],
    columns: pl.DataFrame,
) -> None:
    """Replace the survey's stands by those of one load, in one transaction.

    Parameters
    ----------
    parts
        Table -> Parquet files of its rows: `stands`, `stand_geometries`, `warned_rows`,
        `rejected_rows`.
    columns
        How the columns of every file were understood.
    """
    with transaction(con):
        delete_survey(con, load.survey)
        con.execute(
            "INSERT INTO surveys VALUES (?, ?, ?, ?, ?)",
            [
                survey.survey,
                survey.definition,
                survey.land_area_ha,
                survey.land_area_parameter_id,
                survey.simulated,
            ],
        )
        con.execute(
            "INSERT INTO loads VALUES (?, ?, 'stands', ?, ?, ?, ?, ?)",
            [
                load.load_id,
                load.survey,
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
        dated = {"survey": load.survey, **mark}
        for table, paths in parts.items():
            of_survey = table in ("stands", "stand_geometries")
            _insert_files(con, table, paths, dated if of_survey else mark)


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


def delete_survey(con: duckdb.DuckDBPyConnection, survey: int) -> None:
    """Remove a survey's stands and all records of its load; runs and estimates stay."""
    mine = "load_id IN (SELECT load_id FROM loads WHERE survey = ?)"
    for table in ("rejected_rows", "warned_rows", "load_columns", "load_files"):
        con.execute(f"DELETE FROM {table} WHERE {mine}", [survey])
    for table in ("stands", "stand_geometries", "loads", "surveys"):
        con.execute(f"DELETE FROM {table} WHERE survey = ?", [survey])


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


def find_load(con: duckdb.DuckDBPyConnection, survey: int) -> tuple[str, int, str | None] | None:
    """Return the load that a survey's stands come from, their number, and the load before."""
    row = con.execute(
        "SELECT loads.load_id, sum(load_files.rows_accepted)::BIGINT, previous_load_id "
        "FROM loads JOIN load_files USING (load_id) WHERE survey = ? GROUP BY ALL",
        [survey],
    ).fetchone()
    return None if row is None else (str(row[0]), int(row[1]), row[2])


def surveys_of_files(con: duckdb.DuckDBPyConnection, hashes: Sequence[str]) -> dict[str, int]:
    """Return hash -> survey of the files that are loaded already."""
    rows = con.execute(
        "SELECT sha256, survey FROM load_files JOIN loads USING (load_id) "
        "WHERE list_contains($hashes, sha256)",
        {"hashes": list(hashes)},
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


def previous_load(con: duckdb.DuckDBPyConnection, survey: int) -> str | None:
    """Return the load of the last survey before a year; None where there is none."""
    row = con.execute(
        "SELECT load_id FROM loads WHERE survey < ? ORDER BY survey DESC LIMIT 1", [survey]
    ).fetchone()
    return None if row is None else str(row[0])


def previous_stands(con: duckdb.DuckDBPyConnection, survey: int) -> tuple[int, pl.DataFrame] | None:
    """Return year and stands of the last survey before a year; None where there is none."""
    row = con.execute("SELECT max(survey) FROM surveys WHERE survey < ?", [survey]).fetchone()
    if row is None or row[0] is None:
        return None
    stands = con.execute(
        "SELECT stand_id, age_years, dbh_cm, height_m FROM stands WHERE survey = ?", [row[0]]
    ).pl()
    return int(row[0]), stands


def list_surveys(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return what is loaded, one row a file."""
    return con.execute(
        "SELECT surveys.survey, loads.table_name, load_files.rows_accepted AS rows, "
        "load_files.rows_rejected, surveys.definition, surveys.land_area_ha, surveys.simulated, "
        "loads.profile, load_files.source_file, load_files.sha256, load_files.encoding, "
        "loads.program_version, loads.loaded_at "
        "FROM surveys JOIN loads USING (survey) JOIN load_files USING (load_id) "
        "ORDER BY survey, source_file"
    ).pl()


def get_surveys(con: duckdb.DuckDBPyConnection) -> dict[int, Survey]:
    """Return every survey by year."""
    rows = con.execute(
        "SELECT survey, definition, land_area_ha::DOUBLE, land_area_parameter_id, simulated, "
        "load_id FROM surveys JOIN loads USING (survey) ORDER BY survey"
    ).fetchall()
    return {row[0]: Survey(*row) for row in rows}


def survey_stands(con: duckdb.DuckDBPyConnection, survey: int) -> pl.LazyFrame:
    """Stream a survey's stands as they are stored."""
    return con.sql(f"SELECT * FROM stands WHERE survey = {int(survey)}").pl(lazy=True)


def stand_codes(
    con: duckdb.DuckDBPyConnection, survey: int, *, trees: bool = False
) -> pl.LazyFrame:
    """Stream a survey's stands with integer codes for the ENUM columns.

    Parameters
    ----------
    trees
        Whether the mean tree of each stand is wanted too.
    """
    tree = ", stems_per_ha, dbh_cm, height_m, crown_length_m" if trees else ""
    return con.sql(
        "SELECT region_code, enum_code(vegetation_class) AS vegetation_class, "
        "enum_code(species) AS species, enum_code(origin) AS origin, "
        "enum_code(age_group) AS age_group, area_ha, volume_m3, culms, scattered_volume_m3"
        f"{tree} FROM stands WHERE survey = {int(survey)}"
    ).pl(lazy=True)


def region_names(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return `region_code` and `region_name` (Chinese)."""
    return con.execute("SELECT region_code, name_zh AS region_name FROM regions").pl()
