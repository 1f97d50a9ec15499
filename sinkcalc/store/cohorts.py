"""Sums of forest stands by age, which a forecast starts from."""

import duckdb
import polars as pl

from sinkcalc.vocabulary import FOREST_CLASSES


def cohort_sums(con: duckdb.DuckDBPyConnection, survey: int) -> pl.DataFrame:
    """Sum the forest stands of a survey by everything that a forecast tells apart.

    One statement that streams through the stands: what follows costs the same for a thousand
    stands as for millions. Sums of decimals are exact in any order.

    Returns
    -------
    `region_code`, `vegetation_class`, `species`, `origin`, `age_group`, `age_years` (completed
    years, null where not recorded; of arbor forest only), `measure` (one of `MEASURE_STATES`),
    `stands`, `area_ha`, `volume_m3`, `culms`; in the order of the keys.
    """
    classes = ", ".join(f"'{name}'" for name in FOREST_CLASSES)
    return con.execute(
        "SELECT region_code, vegetation_class::VARCHAR AS vegetation_class, "
        "species::VARCHAR AS species, origin::VARCHAR AS origin, "
        "age_group::VARCHAR AS age_group, "
        "CASE WHEN vegetation_class = 'arbor' THEN floor(age_years)::INTEGER END AS age_years, "
        "CASE WHEN vegetation_class = 'arbor' AND volume_m3 IS NULL "
        "OR vegetation_class = 'bamboo' AND culms IS NULL THEN 'missing' "
        "WHEN vegetation_class = 'arbor' AND volume_m3 = 0 "
        "OR vegetation_class = 'bamboo' AND culms = 0 THEN 'zero' ELSE 'given' END AS measure, "
        "count(*) AS stands, "
        "sum(area_ha)::DECIMAL(20, 4) AS area_ha, "
        "coalesce(sum(volume_m3), 0)::DECIMAL(20, 4) AS volume_m3, "
        "coalesce(sum(culms), 0)::DECIMAL(20, 0) AS culms "
        f"FROM stands WHERE survey = ? AND vegetation_class IN ({classes}) "
        "GROUP BY ALL ORDER BY ALL",
        [survey],
    ).pl()
