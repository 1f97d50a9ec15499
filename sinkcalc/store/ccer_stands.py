"""What the stands of the database tell of parcels for a carbon project."""

from typing import Final

import duckdb
import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.units import M2_PER_HA
from sinkcalc.vocabulary import FOREST_CLASSES, NOT_COUNTED_CLASSES

# land that is not forest; whether land planted and not yet established (未成林) is, depends on
# when it was planted: not known
_BARE: Final = ("other_shrub", "sparse", "scattered", "non_forest")
# code of a plain polygon, behind the byte order of a geometry
_POLYGON: Final = ("0103000000", "0000000003")

# the chosen stands, their earlier surveys, their wetlands and geometries
_STATEMENT: Final = """
WITH of_survey AS (SELECT * FROM stands WHERE survey = {survey}),
chosen AS (SELECT * FROM of_survey WHERE {condition}),
earlier AS (SELECT DISTINCT survey FROM stands WHERE survey < {survey}),
bare AS (SELECT stand_id, area_ha FROM chosen WHERE vegetation_class IN ({bare})),
history AS (
    SELECT
        bare.stand_id, earlier.survey, coalesce(stands.vegetation_class IN ({bare}), false) AS bare
    FROM bare CROSS JOIN earlier LEFT JOIN stands ON stands.survey = earlier.survey
        AND stands.stand_id = bare.stand_id AND stands.area_ha = bare.area_ha
),
broken AS (
    SELECT stand_id, coalesce(max(survey) FILTER (NOT bare), 0) AS last FROM history GROUP BY ALL
),
since AS (
    SELECT history.stand_id, min(survey) AS survey FROM history INNER JOIN broken USING (stand_id)
    WHERE survey > last GROUP BY ALL
),
wet AS (
    SELECT coalesce(stand_id, wetland_id) AS stand_id, max(area_ha) AS area_ha FROM wetlands
    WHERE survey = {survey} AND wetland_class NOT IN ({not_counted}) GROUP BY ALL
),
parts AS (
    SELECT stand_id, bool_and(left(hex(geometry_wkb), 10) IN ({polygons})) AS one
    FROM stand_geometries WHERE survey = {survey} GROUP BY ALL
)
SELECT
    chosen.stand_id AS parcel_id,
    chosen.stand_id,
    chosen.region_code,
    chosen.township_code AS township,
    chosen.area_ha::DOUBLE AS area_ha,
    CASE WHEN coalesce(parts.one, true) THEN (chosen.area_ha * {m2_per_ha})::DOUBLE END
        AS contiguous_area_m2,
    chosen.vegetation_class::VARCHAR AS vegetation_class,
    CASE WHEN chosen.vegetation_class IN ({forest}) THEN 0
        ELSE {survey} - since.survey END::DOUBLE AS non_forest_years,
    since.survey IS NOT NULL AS non_forest_years_at_least,
    CASE WHEN wet.area_ha >= chosen.area_ha THEN true END AS is_wetland,
    chosen.canopy_cover_fraction::DOUBLE AS canopy_cover_fraction,
    chosen.origin::VARCHAR AS origin,
    chosen.age_group::VARCHAR AS age_group,
    chosen.height_m::DOUBLE AS mean_height_m,
    chosen.dbh_cm::DOUBLE AS mean_dbh_cm
FROM chosen
LEFT JOIN since USING (stand_id)
LEFT JOIN wet USING (stand_id)
LEFT JOIN parts USING (stand_id)
ORDER BY chosen.stand_id
"""


def stands_as_parcels(
    con: duckdb.DuckDBPyConnection, survey: int, where: str | None = None
) -> pl.DataFrame:
    """Return stands of a survey as parcels, with what stands tell and nothing else.

    - `contiguous_area_m2` is the area of the stand: a stand is one piece of land. Where it has a
      geometry of several parts it is not known.
    - `non_forest_years` is 0 for forest. For land without forest it is the time since the earliest
      survey from which on every survey has the stand without forest, under the same number and
      with the same area: the least that it can be (`non_forest_years_at_least`). Not known where
      only this survey has it so, and for land planted and not yet established.
    - `is_wetland` is true where a wetland of the same survey names the stand and is at least as
      large; else it is not known.

    Parameters
    ----------
    where
        Condition in SQL over the columns of `stands`.

    Returns
    -------
    `parcel_id`, `stand_id`, `region_code`, `township`, `area_ha` (ha), `contiguous_area_m2` (m2),
    `vegetation_class`, `non_forest_years` (years), `non_forest_years_at_least`, `is_wetland`,
    `canopy_cover_fraction`, `origin`, `age_group`, `mean_height_m` (m), `mean_dbh_cm` (cm); in the
    order of the numbers.

    Raises
    ------
    UsageProblem
        If the condition cannot be understood.
    """
    # the end of the line ends a comment too
    condition = f"{where}\n" if where else "true"
    try:
        return con.execute(_statement(condition, int(survey))).pl()
    except duckdb.Error as error:
        if where is None:
            raise
        first = str(error).splitlines()[0]
        raise UsageProblem(
            zh=f"小班的条件 {where!r} 不能用:{first}。写法如 \"vegetation_class = 'non_forest' "
            "AND region_code = '330112'\";可用的列见 docs/tables.md 的 stands",
            en=f"the condition {where!r} on stands is not usable: {first}. Write it as "
            "\"vegetation_class = 'non_forest' AND region_code = '330112'\"; the columns are those "
            "of stands in docs/tables.md",
        ) from None


def _statement(condition: str, survey: int) -> str:
    """Write the statement out; a word list becomes the values of SQL."""

    def listed(words: tuple[str, ...]) -> str:
        return ", ".join(f"'{word}'" for word in words)

    return _STATEMENT.format(
        condition=condition,
        survey=survey,
        bare=listed(_BARE),
        forest=listed(FOREST_CLASSES),
        not_counted=listed(NOT_COUNTED_CLASSES),
        polygons=listed(_POLYGON),
        m2_per_ha=int(M2_PER_HA),
    )
