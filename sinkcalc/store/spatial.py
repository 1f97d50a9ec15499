"""What is drawn on maps: figures of counties, stands and wetlands with their polygons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.store.connection import Connection

_BY_REGION: Final = "region"
# figure of a county -> quantity and pool of the stored row
COUNTY_FIGURES: Final[Mapping[str, tuple[str, str | None]]] = {
    "forest_area_ha": ("area", None),
    "growing_stock_m3": ("growing_stock", None),
    "vegetation_carbon_t": ("carbon", "vegetation"),
    "soil_carbon_t": ("carbon", "soil"),
    "total_carbon_t": ("carbon", "total"),
    "total_co2e_t": ("co2e", "total"),
}
# of which the change since the survey before is shown
_CHANGED: Final = ("forest_area_ha", "growing_stock_m3", "vegetation_carbon_t", "total_carbon_t")


@dataclass(frozen=True)
class StoredRun:
    """A run whose figures are drawn, and how it was made."""

    run_id: str
    survey: int
    method: str
    carbon_fraction_set: str
    soil_depth_cm: int
    by_keys: str
    class_survey: int | None
    controls_id: str | None
    gwp_set: str | None
    core_options: str | None
    program_version: str


def drawn_run(
    con: Connection, kind: str, survey: int, *, method: str | None, by: str | None
) -> StoredRun | None:
    """Return the last current run of a survey; None where there is none.

    Parameters
    ----------
    kind
        `forest` or `wetland`.
    method
        Of any if None.
    by
        Keys by which it is grouped; by any if None.
    """
    row = con.execute(
        "SELECT run_id, survey, method, carbon_fraction_set, soil_depth_cm, by_keys, "
        "class_survey, controls_id, gwp_set, core_options, program_version FROM runs "
        "WHERE run_id IN (SELECT run_id FROM bureau.latest_estimates "
        "WHERE kind = $1 AND survey = $2) "
        "AND (method = $3 OR $3 IS NULL) AND (by_keys = $4 OR $4 IS NULL) "
        "ORDER BY run_at DESC, run_id LIMIT 1",
        [kind, survey, method, by],
    ).fetchone()
    return None if row is None else StoredRun(*row)


def estimated_surveys(con: Connection) -> list[int]:
    """Return the surveys of stands of which there are current figures by county."""
    found = con.execute(
        "SELECT DISTINCT survey FROM bureau.latest_estimates "
        "WHERE kind = 'forest' AND by_keys = ? ORDER BY survey",
        [_BY_REGION],
    )
    return [int(survey) for (survey,) in found.fetchall()]


def county_figures(con: Connection, run_id: str) -> pl.DataFrame:
    """Return the stored figures of a run by county, by code.

    Returns
    -------
    `region_code`, names, `survey`; every figure of `COUNTY_FIGURES` with `_se`, `_ci_low` and
    `_ci_high`; shares of the figure of the whole carbon; how it was estimated.
    """

    def stored(figure: str) -> str:
        quantity, pool = COUNTY_FIGURES[figure]
        where = f"e.quantity = '{quantity}' AND e.pool IS NOT DISTINCT FROM {_text(pool)}"
        return ", ".join(
            f"any_value(e.{column}) FILTER (WHERE {where}) AS {figure}{suffix}"
            for column, suffix in (
                ("value", ""),
                ("se", "_se"),
                ("ci_low", "_ci_low"),
                ("ci_high", "_ci_high"),
            )
        )

    total = "e.quantity = 'carbon' AND e.pool = 'total'"
    about = ", ".join(
        f"any_value(e.{name}) FILTER (WHERE {total}) AS {name}"
        for name in ("depth_cm", "share_extrapolated", "share_imputed", "share_recalled")
    )
    return con.execute(
        "SELECT e.region_code, any_value(r.name_zh) AS region_name, "
        "any_value(r.name_en) AS region_name_en, any_value(e.survey) AS survey, "
        f"{', '.join(map(stored, COUNTY_FIGURES))}, {about}, "
        "any_value(e.method) AS method, any_value(s.definition) AS definition, "
        "any_value(e.run_id) AS run_id, any_value(e.simulated) AS simulated "
        "FROM bureau.estimates AS e LEFT JOIN regions AS r ON e.region_code = r.region_code "
        "LEFT JOIN surveys AS s ON e.survey = s.survey "
        "WHERE e.run_id = ? GROUP BY e.region_code ORDER BY e.region_code",
        [run_id],
    ).pl()


def county_changes(con: Connection, run_id: str) -> pl.DataFrame:
    """Return the stored changes of the counties of a run since the last survey before it.

    Returns
    -------
    `region_code`, `survey_from`, of each figure its change with `_se`, `series_break`; no rows
    where no current change was stored that goes to this run.
    """
    columns = []
    for figure in _CHANGED:
        quantity, pool = COUNTY_FIGURES[figure]
        where = f"c.quantity = '{quantity}' AND c.pool IS NOT DISTINCT FROM {_text(pool)}"
        stem, _, unit = figure.rpartition("_")
        columns += [
            f"any_value(c.change) FILTER (WHERE {where}) AS {stem}_change_{unit}",
            f"any_value(c.se) FILTER (WHERE {where}) AS {stem}_change_{unit}_se",
        ]
    return con.execute(
        "WITH chosen AS ("
        "SELECT result_id FROM bureau.change "
        "WHERE run_id_to = $1 AND is_current AND region_code IS NOT NULL "
        "ORDER BY survey_from DESC, is_latest DESC, result_id LIMIT 1) "
        f"SELECT c.region_code, any_value(c.survey_from) AS survey_from, {', '.join(columns)}, "
        "string_agg(DISTINCT c.series_break, '; ' ORDER BY c.series_break) AS series_break "
        "FROM bureau.change AS c JOIN chosen USING (result_id) "
        "GROUP BY c.region_code ORDER BY c.region_code",
        [run_id],
    ).pl()


def drawn_stands(con: Connection, survey: int) -> pl.DataFrame:
    """Return the stands of a survey by county: `region_code`, `stands`, `stands_drawn`, areas.

    `drawn_area_fraction` is the share of the area of the stands that have a polygon.
    """
    return con.execute(
        "SELECT s.region_code, count(*) AS stands, count(g.stand_id) AS stands_drawn, "
        "sum(s.area_ha) FILTER (WHERE g.stand_id IS NOT NULL)::DOUBLE "
        "/ nullif(sum(s.area_ha), 0)::DOUBLE AS drawn_area_fraction "
        "FROM stands AS s LEFT JOIN "
        "(SELECT DISTINCT stand_id FROM stand_geometries WHERE survey = $1) AS g USING (stand_id) "
        "WHERE s.survey = $1 GROUP BY s.region_code ORDER BY s.region_code",
        [survey],
    ).pl()


def stand_polygons(con: Connection, survey: int, columns: Sequence[str]) -> pl.DataFrame:
    """Return stands that have a polygon with columns of `bureau.stands`, by identifier."""
    return _polygons(con, "stand", survey, columns)


def wetland_polygons(con: Connection, survey: int, columns: Sequence[str]) -> pl.DataFrame:
    """Return wetlands that have a polygon with columns of `bureau.wetlands`, by identifier."""
    return _polygons(con, "wetland", survey, columns)


def _polygons(con: Connection, kind: str, survey: int, columns: Sequence[str]) -> pl.DataFrame:
    listed = ", ".join(f"a.{name}" for name in columns)
    return con.execute(
        f"SELECT {listed}, g.geometry_area_ha, g.crs, g.geometry_wkb FROM bureau.{kind}s AS a "
        f"JOIN {kind}_geometries AS g ON a.survey = g.survey AND a.{kind}_id = g.{kind}_id "
        f"WHERE a.survey = ? ORDER BY a.{kind}_id, g.rowid",
        [survey],
    ).pl()


def carbon_of_regions(con: Connection, run_id: str) -> pl.DataFrame:
    """Return the stored carbon of a run: `region_code`, `pool`, `value` (t C), summed by pool."""
    return con.execute(
        "SELECT region_code, pool, sum(value)::DECIMAL(20, 4) AS value FROM estimates "
        "WHERE run_id = ? AND quantity = 'carbon' GROUP BY region_code, pool "
        "ORDER BY region_code, pool",
        [run_id],
    ).pl()


def _text(word: str | None) -> str:
    return "NULL" if word is None else f"'{word}'"
