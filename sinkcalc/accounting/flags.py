"""Count the stands that an estimate treated specially or could not estimate."""

import polars as pl

from sinkcalc.schemas.stages import EstimateFlag, Pools
from sinkcalc.vocabulary import FOREST_CLASSES, POOLS


def estimate_flags(cells: pl.LazyFrame, carbon: Pools, parameters: pl.DataFrame) -> pl.LazyFrame:
    """List what was imputed, set to zero, served by a default row, or not estimated.

    Parameters
    ----------
    cells
        Rows of `Cell`.
    carbon
        Carbon of every pool; a forest cell without one of the pools is `pool_not_estimated`.
    parameters
        `parameter_id`, `status`: cells served by an `assumed` row are listed by pool.

    Returns
    -------
    Rows of `EstimateFlag`, one a flag, class, species and pool.
    """
    forest = pl.col("vegetation_class").is_in(FOREST_CLASSES)
    nothing = pl.lit(None, pl.String).alias("pool")
    conditions = {
        "class_not_estimated": ~forest,
        "volume_missing_carbon_imputed": (pl.col("vegetation_class") == "arbor")
        & (pl.col("measure") == "missing"),
        "volume_zero": (pl.col("vegetation_class") == "arbor") & (pl.col("measure") == "zero"),
        "culms_zero": (pl.col("vegetation_class") == "bamboo") & (pl.col("measure") == "zero"),
        "culms_missing_imputed": (pl.col("vegetation_class") == "bamboo")
        & (pl.col("measure") == "missing"),
        "species_not_recorded": (pl.col("vegetation_class") == "arbor")
        & pl.col("species").is_null(),
        "outside_valid_range": pl.col("extrapolated"),
    }
    parts = [
        cells.filter(condition).with_columns(pl.lit(flag).alias("flag"), nothing)
        for flag, condition in conditions.items()
    ]
    expected = cells.filter(forest).join(pl.LazyFrame({"pool": POOLS}), how="cross")
    parts.append(
        expected.join(carbon.stocks, on=["cell_id", "pool"], how="anti").with_columns(
            pl.lit("pool_not_estimated").alias("flag")
        )
    )
    assumed = parameters.lazy().filter(pl.col("status") == "assumed")
    served = carbon.sensitivities.join(assumed, on="parameter_id", how="semi")
    parts.append(
        served.select("cell_id", "pool")
        .unique()
        .join(cells, on="cell_id")
        .with_columns(pl.lit("assumed_parameter").alias("flag"))
    )
    columns = ("flag", "vegetation_class", "species", "pool", "stands", "area_ha")
    stacked = pl.concat([part.select(columns) for part in parts])
    return EstimateFlag.cast(
        stacked.group_by("flag", "vegetation_class", "species", "pool")
        .agg(pl.col("stands").sum(), pl.col("area_ha").sum())
        .sort("flag", "vegetation_class", "species", "pool")
    )
