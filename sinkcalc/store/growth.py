"""Group sums by age for growth curves: what is summed is rounded first, so that sums are exact."""

from typing import Final

import duckdb
import polars as pl

# whole years; the group of a species is known where the parameters are
_KEYS: Final = "species::VARCHAR AS species, origin::VARCHAR AS origin, region_code, "
_FOUR: Final = "::DECIMAL(38, 4)"
_USABLE: Final = "vegetation_class = 'arbor' AND age_years > 0 AND volume_m3 IS NOT NULL"


def _sum(of: str, name: str) -> str:
    return f"sum(round({of}, 4){_FOUR})::DOUBLE AS {name}"


def stand_sums(con: duckdb.DuckDBPyConnection, survey: int) -> pl.DataFrame:
    """Return group sums of the arbor stands of a survey with age and volume.

    Returns
    -------
    `species`, `origin`, `region_code`, `age` (years), `n`, `area` (ha), `volume` (m3), `square`
    (sum of area * (m3/ha)^2).
    """
    return con.execute(
        f"SELECT {_KEYS} round(age_years)::INTEGER AS age, count(*) AS n, "
        "sum(area_ha)::DOUBLE AS area, sum(volume_m3)::DOUBLE AS volume, "
        f"{_sum('volume_m3::DOUBLE * volume_m3::DOUBLE / area_ha::DOUBLE', 'square')} "
        f"FROM stands WHERE survey = ? AND {_USABLE} GROUP BY ALL ORDER BY ALL",
        [survey],
    ).pl()


def unusable_stands(con: duckdb.DuckDBPyConnection, survey: int) -> dict[str, int]:
    """Count the arbor stands of a survey without age, and those with age and no volume."""
    row = con.execute(
        "SELECT count(*), count(*) FILTER (age_years IS NULL OR age_years <= 0), "
        "count(*) FILTER (age_years > 0 AND volume_m3 IS NULL) FROM stands "
        "WHERE survey = ? AND vegetation_class = 'arbor'",
        [survey],
    ).fetchone()
    total, without_age, without_volume = row or (0, 0, 0)
    return {"rows": total, "without_age": without_age, "without_volume": without_volume}


# one row a stand or plot of both occasions: m3/ha then (v) and later (w), area of the later one
_STAND_PAIRS: Final = """
    SELECT
        now.species, now.origin, now.region_code,
        now.vegetation_class = 'arbor' AND old.vegetation_class = 'arbor' AS both_arbor,
        now.species IS NOT DISTINCT FROM old.species
        AND now.origin IS NOT DISTINCT FROM old.origin AS alike,
        old.age_years AS age_from, now.age_years AS age, now.survey - old.survey AS years,
        now.area_ha::DOUBLE AS area,
        old.volume_m3::DOUBLE / old.area_ha::DOUBLE AS v,
        now.volume_m3::DOUBLE / now.area_ha::DOUBLE AS w
    FROM stands AS now
    INNER JOIN stands AS old USING (stand_id)
    WHERE old.survey = $before AND now.survey = $after
"""
_PLOT_PAIRS: Final = """
    SELECT
        now.species, now.origin, now.region_code,
        now.vegetation_class = 'arbor' AND old.vegetation_class = 'arbor' AS both_arbor,
        now.species IS NOT DISTINCT FROM old.species
        AND now.origin IS NOT DISTINCT FROM old.origin AS alike,
        old.age_years AS age_from, now.age_years AS age, now.survey - old.survey AS years,
        now.plot_area_ha::DOUBLE AS area,
        old.volume_m3::DOUBLE / old.plot_area_ha::DOUBLE AS v,
        (now.volume_m3 + now.cut_volume_m3)::DOUBLE / now.plot_area_ha::DOUBLE AS w
    FROM plots AS now
    INNER JOIN plots AS old USING (plot_id)
    WHERE old.survey = $before AND now.survey = $after
"""
# the first that holds says why a pair is not used
_REASON: Final = """
    CASE
        WHEN NOT both_arbor THEN 'not_arbor_twice'
        WHEN NOT alike THEN 'species_or_origin_changed'
        WHEN age_from IS NULL OR age IS NULL OR age_from <= 0 THEN 'without_age'
        WHEN abs(age - age_from - years) > 1 THEN 'age_not_moved_on'
        WHEN v IS NULL OR w IS NULL THEN 'without_volume'
        WHEN v <= 0 THEN 'no_volume_before'
    END
"""


def pair_sums(
    con: duckdb.DuckDBPyConnection, years: tuple[int, int], *, plots: bool = False
) -> pl.DataFrame:
    """Return group sums of stands (or plots) of two surveys that moved on by their interval.

    The later volume of a plot holds what was cut since the earlier one; the age may differ from
    the interval by a year.

    Returns
    -------
    Columns of `stand_sums` of the later occasion, and `age_from`, `volume_from`, `square_from`,
    `cross`, all with the area of the later occasion.
    """
    return con.execute(
        f"WITH pairs AS ({_PLOT_PAIRS if plots else _STAND_PAIRS}), "
        f"told AS (SELECT *, {_REASON} AS reason FROM pairs) "
        f"SELECT {_KEYS} round(age)::INTEGER AS age, round(age_from)::INTEGER AS age_from, "
        f"count(*) AS n, {_sum('area', 'area')}, {_sum('area * w', 'volume')}, "
        f"{_sum('area * w * w', 'square')}, {_sum('area * v', 'volume_from')}, "
        f"{_sum('area * v * v', 'square_from')}, {_sum('area * v * w', 'cross')} "
        "FROM told WHERE reason IS NULL GROUP BY ALL ORDER BY ALL",
        {"before": years[0], "after": years[1]},
    ).pl()


def pair_reasons(
    con: duckdb.DuckDBPyConnection, years: tuple[int, int], *, plots: bool = False
) -> dict[str, int]:
    """Count the stands (or plots) of both surveys by why they are not used; '' are used.

    What was arbor forest at neither occasion is not counted.
    """
    rows = con.execute(
        f"WITH pairs AS ({_PLOT_PAIRS if plots else _STAND_PAIRS}), "
        f"told AS (SELECT *, {_REASON} AS reason FROM pairs) "
        "SELECT coalesce(reason, '') AS why, count(*) FROM told "
        "WHERE both_arbor GROUP BY ALL ORDER BY ALL",
        {"before": years[0], "after": years[1]},
    ).fetchall()
    return {str(why): int(count) for why, count in rows}


def plot_sums(con: duckdb.DuckDBPyConnection, survey: int) -> pl.DataFrame:
    """Return group sums of the arbor plots of a survey, as `stand_sums`; the standing volume."""
    per_ha = "volume_m3::DOUBLE * volume_m3::DOUBLE / plot_area_ha::DOUBLE"
    return con.execute(
        f"SELECT {_KEYS} round(age_years)::INTEGER AS age, count(*) AS n, "
        "sum(plot_area_ha)::DOUBLE AS area, sum(volume_m3)::DOUBLE AS volume, "
        f"{_sum(per_ha, 'square')} FROM plots "
        f"WHERE survey = ? AND {_USABLE} AND plot_area_ha > 0 GROUP BY ALL ORDER BY ALL",
        [survey],
    ).pl()
