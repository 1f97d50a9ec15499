"""Rows of an estimate of wetlands as they are stored."""

from typing import Final

import polars as pl

from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.pipeline.wetland_figures import WetlandFigures
from sinkcalc.schemas.results import Estimate
from sinkcalc.store.results import RunRecord
from sinkcalc.store.wetlands import WetlandSurvey

# what a run is of, beside the definition of its survey
_SCOPE: Final = {
    "area": "every wetland class but paddy",
    "carbon": "wetlands, what the forest survey counts apart",
    "co2e": "wetlands, what the forest survey counts apart",
    "removal": "wetlands, each gas by itself",
    "emission": "wetlands, each gas by itself",
}


def wetland_rows(
    figures: WetlandFigures, run: RunRecord, survey: WetlandSurvey, regions: pl.DataFrame
) -> pl.DataFrame:
    """Complete the figures of a run of wetlands to rows of `Estimate`.

    Parameters
    ----------
    regions
        `region_code`, `region_name`.
    """
    absent = [
        pl.lit(None, pl.String).alias(column)
        for column in (*KEY_OF.values(), "wetland_class")
        if column not in figures.rows.columns
    ]
    scope = pl.col("quantity").replace_strict(_SCOPE, return_dtype=pl.String)
    by_mass = "equivalent_mass" in (run.core_options or "")
    words = f"; soil to {run.core_options}" if by_mass else ""
    has_soil = pl.col("pool").is_in(["soil", "total"]) & ~pl.lit(by_mass)
    complete = figures.rows.with_columns(
        *absent,
        pl.lit(run.run_id).alias("run_id"),
        pl.lit(run.survey, pl.Int32).alias("survey"),
        pl.lit(run.method).alias("method"),
        (pl.lit(f"{survey.definition}: ") + scope + words).alias("definition"),
        pl.when(has_soil).then(pl.lit(run.soil_depth_cm, pl.Int32)).alias("depth_cm"),
        pl.lit(survey.simulated).alias("simulated"),
        pl.lit("wetland").alias("land"),
    )
    named = complete.join(regions, on="region_code", how="left", maintain_order="left")
    return Estimate.validate(named, cast=True)
