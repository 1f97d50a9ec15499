"""Polygons of wetlands, protected areas and stands, and wooded wetlands beside their stands."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from sinkcalc.store.connection import Connection
from sinkcalc.vocabulary import NOT_COUNTED_CLASSES

_BATCH: Final = 50_000
_COUNTED: Final = (
    "wetland_class NOT IN (" + ", ".join(f"'{name}'" for name in NOT_COUNTED_CLASSES) + ")"
)


def wetland_shapes(
    con: Connection, survey: int, *, wooded: bool = False, counted: bool = False
) -> pl.DataFrame:
    """Return `wetland_id`, `crs`, `geometry_wkb` of a survey's wetlands, by id.

    Parameters
    ----------
    wooded
        Only of those that may be forest land too.
    counted
        Only of those that are counted as wetland: no paddy.
    """
    only = "AND wetland_class IN ('mangrove', 'forest_swamp', 'shrub_swamp')" if wooded else ""
    only += f" AND {_COUNTED}" if counted else ""
    return con.execute(
        "SELECT g.wetland_id, g.crs, g.geometry_wkb FROM wetland_geometries AS g "
        f"JOIN wetlands AS w USING (survey, wetland_id) WHERE survey = ? {only} "
        "ORDER BY g.wetland_id",
        [survey],
    ).pl()


def wetlands_drawn(con: Connection) -> dict[int, list[str]]:
    """Return survey -> counties of which polygons of wetlands are stored."""
    found = con.execute(
        "SELECT survey, list(DISTINCT region_code ORDER BY region_code) "
        "FROM wetland_geometries JOIN wetlands USING (survey, wetland_id) "
        f"WHERE {_COUNTED} GROUP BY survey ORDER BY survey"
    )
    return dict(found.fetchall())


def shapes_of_stands(con: Connection, survey: int, stand_ids: list[str]) -> pl.DataFrame:
    """Return `stand_id`, `crs`, `geometry_wkb` of the named stands that are drawn, by id."""
    return con.execute(
        "SELECT g.stand_id, g.crs, g.geometry_wkb FROM stand_geometries AS g "
        "JOIN (SELECT DISTINCT unnest($2::VARCHAR[]) AS stand_id) AS named USING (stand_id) "
        "WHERE g.survey = $1 ORDER BY g.stand_id",
        [survey, stand_ids],
    ).pl()


def protected_shapes(con: Connection, survey: int) -> pl.DataFrame:
    """Return `protected_area_id`, `protection_form`, `crs`, `geometry_wkb`, by id."""
    return con.execute(
        "SELECT g.protected_area_id, any_value(a.protection_form)::VARCHAR AS protection_form, "
        "any_value(g.crs) AS crs, any_value(g.geometry_wkb) AS geometry_wkb "
        "FROM protected_area_geometries AS g "
        "JOIN protected_areas AS a USING (survey, protected_area_id) "
        "WHERE survey = ? GROUP BY g.protected_area_id, g.rowid "
        "ORDER BY g.protected_area_id, g.rowid",
        [survey],
    ).pl()


def stand_shapes(con: Connection, survey: int) -> Iterator[pl.DataFrame]:
    """Give `stand_id`, `crs`, `geometry_wkb` of a survey's stands, some thousands a time."""
    found = con.execute(
        "SELECT stand_id, crs, geometry_wkb FROM stand_geometries WHERE survey = ?", [survey]
    )
    for batch in found.to_arrow_reader(_BATCH):
        yield pl.DataFrame(pl.from_arrow(batch))


def wooded_wetlands(con: Connection, survey: int) -> pl.DataFrame:
    """Return wooded wetlands of a survey, each with the stand of the same survey named by id.

    Returns
    -------
    `wetland_id`, `region_code`, `wetland_class`, `area_ha` (ha), `stand_id`; the last is null
    where no stand of the survey has the identifier.
    """
    return con.execute(
        "SELECT w.wetland_id, w.region_code, w.wetland_class::VARCHAR AS wetland_class, "
        "w.area_ha, s.stand_id FROM wetlands AS w LEFT JOIN stands AS s "
        "ON w.survey = s.survey AND s.stand_id = coalesce(w.stand_id, w.wetland_id) "
        "WHERE w.survey = ? AND w.wetland_class IN ('mangrove', 'forest_swamp', 'shrub_swamp') "
        "ORDER BY w.wetland_id",
        [survey],
    ).pl()


def stands_named(con: Connection, survey: int, stand_ids: list[str]) -> pl.DataFrame:
    """Return `stand_id`, `vegetation_class`, `stand_area_ha` (ha) of stands, by id."""
    return con.execute(
        "SELECT stand_id, vegetation_class::VARCHAR AS vegetation_class, "
        "area_ha AS stand_area_ha FROM stands "
        "WHERE survey = ? AND list_contains(?::VARCHAR[], stand_id) ORDER BY stand_id",
        [survey, stand_ids],
    ).pl()
