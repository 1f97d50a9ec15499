"""Wetlands, soil cores, protected areas and farmland in the database."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.store.connection import Connection, transaction
from sinkcalc.store.loads import LoadRecord, Parts, delete_load, insert_load

# table -> that of the geometries of its rows
_GEOMETRIES: Final = {
    "wetlands": "wetland_geometries",
    "protected_areas": "protected_area_geometries",
}


@dataclass(frozen=True)
class WetlandSurvey:
    """One survey of wetlands.

    Attributes
    ----------
    definition
        Whose way of counting it follows, of `vocabulary.DEFINITIONS`.
    simulated
        Whether any record is marked as simulated.
    loads
        Table (`wetlands`, `cores`, `protected_areas`, `farmland`) -> load of its rows.
    """

    survey: int
    definition: str
    simulated: bool
    loads: dict[str, str]


def get_wetland_surveys(con: Connection) -> dict[int, WetlandSurvey]:
    """Return every survey that holds wetlands, cores, protected areas or farmland, by year."""
    rows = con.execute(
        "SELECT w.survey, w.definition, w.simulated, "
        "map_from_entries(list((l.table_name, l.load_id) ORDER BY l.table_name) "
        "FILTER (l.load_id IS NOT NULL)) "
        "FROM wetland_surveys AS w LEFT JOIN loads AS l ON w.survey = l.survey "
        "AND l.table_name IN ('wetlands', 'cores', 'protected_areas', 'farmland') "
        "GROUP BY ALL ORDER BY w.survey"
    ).fetchall()
    return {row[0]: WetlandSurvey(row[0], row[1], row[2], row[3] or {}) for row in rows}


def wetland_areas(con: Connection, survey: int) -> pl.DataFrame:
    """Return `wetland_id` and `wetland_area_ha` (ha) of a survey's wetlands."""
    return con.execute(
        "SELECT wetland_id, area_ha::DOUBLE AS wetland_area_ha FROM wetlands WHERE survey = ?",
        [survey],
    ).pl()


def save_wetlands(
    con: Connection,
    load: LoadRecord,
    definition: str,
    parts: Parts,
    columns: pl.DataFrame,
    *,
    simulated: bool,
) -> None:
    """Replace one of the tables of a wetland survey by the rows of a load, in one transaction.

    Wetlands set the definition of the survey. It is simulated if these rows are, or were any of a
    table that stays.

    Parameters
    ----------
    parts
        Table -> Parquet files of its rows, geometries among them.
    columns
        How the columns of every file were understood.
    """
    geometries = _GEOMETRIES.get(load.table)
    own = (load.table,) if geometries is None else (load.table, geometries)
    with transaction(con):
        delete_load(con, load.survey, load.table, own)
        former = get_wetland_surveys(con).get(load.survey)
        if former is not None:
            simulated = simulated or (former.simulated and bool(former.loads))
            if load.table != "wetlands":
                definition = former.definition
        con.execute("DELETE FROM wetland_surveys WHERE survey = ?", [load.survey])
        con.execute(
            "INSERT INTO wetland_surveys VALUES (?, ?, ?)", [load.survey, definition, simulated]
        )
        insert_load(con, load, parts, columns, own)


def wetland_frame(con: Connection, survey: int) -> pl.LazyFrame:
    """Return a survey's wetlands, words as text, by id.

    `forest_stand_id` names the stand of the same survey that holds a wooded wetland, and
    `forest_stand_class` its vegetation class, `forest_stand_ha` its area (ha); null where none
    does.
    """
    return (
        con.execute(
            "SELECT w.* REPLACE (w.wetland_class::VARCHAR AS wetland_class, "
            "w.protection_form::VARCHAR AS protection_form, "
            "w.soil_type::VARCHAR AS soil_type, "
            "w.nutrient_status::VARCHAR AS nutrient_status, "
            "w.trophic_state::VARCHAR AS trophic_state, "
            "w.event::VARCHAR AS event, w.former_use::VARCHAR AS former_use), "
            "s.stand_id AS forest_stand_id, "
            "s.vegetation_class::VARCHAR AS forest_stand_class, "
            "s.stand_area_ha AS forest_stand_ha "
            "FROM wetlands AS w LEFT JOIN wetlands_in_stands AS s "
            "ON w.survey = s.survey AND w.wetland_id = s.wetland_id "
            "WHERE w.survey = ? ORDER BY w.wetland_id",
            [survey],
        )
        .pl()
        .lazy()
    )


def core_frame(con: Connection, survey: int) -> pl.LazyFrame:
    """Return the depth intervals of a survey's cores, by core and depth.

    `region_code` and `wetland_class` are those of the core's wetland where the core has none of
    its own.
    """
    return (
        con.execute(
            "SELECT c.* REPLACE (coalesce(c.region_code, w.region_code) AS region_code, "
            "coalesce(c.wetland_class, w.wetland_class)::VARCHAR AS wetland_class, "
            "c.carbon_kind::VARCHAR AS carbon_kind) "
            "FROM cores AS c LEFT JOIN wetlands AS w "
            "ON c.survey = w.survey AND c.wetland_id = w.wetland_id "
            "WHERE c.survey = ? ORDER BY c.core_id, c.depth_top_cm",
            [survey],
        )
        .pl()
        .lazy()
    )


def protected_frame(con: Connection, survey: int) -> pl.LazyFrame:
    """Return a survey's protected areas, by area and wetland."""
    return (
        con.execute(
            "SELECT * REPLACE (protection_form::VARCHAR AS protection_form) "
            "FROM protected_areas WHERE survey = ? ORDER BY protected_area_id, wetland_id",
            [survey],
        )
        .pl()
        .lazy()
    )


def farmland_frame(con: Connection, survey: int) -> pl.LazyFrame:
    """Return a survey's farmland, words as text, by id."""
    return (
        con.execute(
            "SELECT * REPLACE (farmland_use::VARCHAR AS farmland_use, "
            "soil_class::VARCHAR AS soil_class, tillage::VARCHAR AS tillage, "
            "input_level::VARCHAR AS input_level) "
            "FROM farmland WHERE survey = ? ORDER BY farmland_id",
            [survey],
        )
        .pl()
        .lazy()
    )
