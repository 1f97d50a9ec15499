"""Surveys of stands in the database."""

from dataclasses import dataclass

import duckdb
import polars as pl

from sinkcalc.store.connection import transaction
from sinkcalc.store.loads import LoadRecord, Parts, delete_load, insert_load


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


def save_stands(
    con: duckdb.DuckDBPyConnection,
    load: LoadRecord,
    survey: Survey,
    parts: Parts,
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
        delete_load(con, load.survey, "stands", ("stands", "stand_geometries"))
        con.execute("DELETE FROM surveys WHERE survey = ?", [load.survey])
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
        insert_load(con, load, parts, columns, ("stands", "stand_geometries"))


def previous_load(con: duckdb.DuckDBPyConnection, survey: int) -> str | None:
    """Return the load of the last survey before a year; None where there is none."""
    row = con.execute(
        "SELECT load_id FROM loads WHERE table_name = 'stands' AND survey < ? "
        "ORDER BY survey DESC LIMIT 1",
        [survey],
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


def get_surveys(con: duckdb.DuckDBPyConnection) -> dict[int, Survey]:
    """Return every survey by year."""
    rows = con.execute(
        "SELECT survey, definition, land_area_ha::DOUBLE, land_area_parameter_id, simulated, "
        "load_id FROM surveys JOIN loads USING (survey) "
        "WHERE table_name = 'stands' ORDER BY survey"
    ).fetchall()
    return {row[0]: Survey(*row) for row in rows}


def survey_stands(con: duckdb.DuckDBPyConnection, survey: int) -> pl.LazyFrame:
    """Stream a survey's stands as they are stored."""
    return con.sql(f"SELECT * FROM stands WHERE survey = {int(survey)}").pl(lazy=True)


def stand_codes(
    con: duckdb.DuckDBPyConnection,
    survey: int,
    *,
    trees: bool = False,
    controls: str | None = None,
    named: bool = False,
) -> pl.LazyFrame:
    """Stream a survey's stands with integer codes for the ENUM columns.

    Parameters
    ----------
    trees
        Whether the mean tree of each stand is wanted too.
    controls
        Calibration whose weights multiply the volumes of arbor stands; the volumes as recorded
        if None.
    named
        Whether `stand_id` is wanted too.
    """
    name = "stand_id, " if named else ""
    tree = ", stems_per_ha, dbh_cm, height_m, crown_length_m" if trees else ""
    volume, weights = "volume_m3", ""
    if controls is not None:
        # a weight has nine digits: the product is rounded once to the quantum of volumes
        volume = (
            "CASE WHEN vegetation_class = 'arbor' AND weight IS NOT NULL "
            "THEN round(volume_m3::DOUBLE * weight, 4)::DECIMAL(16, 4) ELSE volume_m3 END "
            "AS volume_m3"
        )
        weights = (
            " LEFT JOIN (SELECT region_code AS r, species AS s, origin AS o, age_group AS a, "
            f"weight FROM control_weights WHERE calibration_id = '{controls}') "
            "ON region_code = r AND species IS NOT DISTINCT FROM s "
            "AND origin IS NOT DISTINCT FROM o AND age_group IS NOT DISTINCT FROM a"
        )
    return con.sql(
        f"SELECT {name}region_code, enum_code(vegetation_class) AS vegetation_class, "
        "enum_code(species) AS species, enum_code(origin) AS origin, "
        f"enum_code(age_group) AS age_group, area_ha, {volume}, culms, scattered_volume_m3, "
        f"enum_code(forest_category) AS forest_category"
        f"{tree} FROM stands{weights} WHERE survey = {int(survey)}"
    ).pl(lazy=True)


def arbor_areas(con: duckdb.DuckDBPyConnection, survey: int) -> pl.DataFrame:
    """Return `region_code`, `arbor_area_ha` of the regions that have arbor forest."""
    return con.execute(
        "SELECT region_code, sum(area_ha)::DECIMAL(20, 4) AS arbor_area_ha FROM stands "
        "WHERE survey = ? AND vegetation_class = 'arbor' GROUP BY region_code ORDER BY region_code",
        [survey],
    ).pl()


def region_names(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return `region_code` and `region_name` (Chinese)."""
    return con.execute("SELECT region_code, name_zh AS region_name FROM regions").pl()
