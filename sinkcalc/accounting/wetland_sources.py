"""Count wetlands by the source of their soil density, and by why a pool has no figure."""

from typing import Final

import polars as pl

from sinkcalc.schemas.stages import STOCK
from sinkcalc.vocabulary import NOT_COUNTED_CLASSES, OPEN_WATER_CLASSES

# a soil between two stocks: its class says where it goes to, and not where it is
_IN_TRANSITION: Final = ("drained", "rewetted", "planted", "natural_recolonisation")


def wetland_flags(
    cells: pl.DataFrame, records: pl.LazyFrame, sourced: pl.LazyFrame
) -> pl.DataFrame:
    """Count wetlands and area by source of the soil density, and by why a pool is missing.

    Parameters
    ----------
    cells
        Result of `wetland_cells`.
    records
        Every record of the survey.
    sourced
        Result of `with_soil_source`: what was drained, rewetted or planted and has the density
        of its class is listed as `history_…`.

    Returns
    -------
    `flag`, `wetland_class`, `pool`, `gas`, `wetlands`, `area_ha`, in a fixed order.
    """
    kind = pl.col("wetland_class")
    served = pl.lit("source_") + pl.col("soil_source")
    soil = cells.with_columns(
        pl.coalesce("soil_flag", served).alias("flag"), pl.lit("soil").alias("pool")
    )
    with_stand = (pl.col("soil_flag") == "counted_with_stands").fill_null(False)
    no_plants = pl.col("plant_set").is_null() & ~kind.is_in(OPEN_WATER_CLASSES)
    plants = cells.filter(no_plants | with_stand).with_columns(
        pl.when(with_stand)
        .then(pl.lit("counted_with_stands"))
        .otherwise(pl.lit("no_source"))
        .alias("flag"),
        pl.lit("vegetation").alias("pool"),
    )
    counts = [pl.col("wetlands").sum(), pl.col("area_ha").sum()]
    by = ["flag", "wetland_class", "pool"]
    rice = (
        records.filter(kind.is_in(NOT_COUNTED_CLASSES))
        .with_columns(pl.lit("paddy_not_counted").alias("flag"), pl.lit(None).alias("pool"))
        .group_by(by)
        .agg(pl.len().cast(pl.Int64).alias("wetlands"), pl.col("area_ha").sum())
        .with_columns(pl.col("area_ha").cast(pl.Decimal(*STOCK)), pl.col("pool").cast(pl.String))
        .collect()
    )
    # cores of the wetland tell what is there now
    of_class = pl.col("soil_flag").is_null() & (pl.col("soil_source") != "own_cores")
    history = (
        sourced.filter(of_class & pl.col("event").is_in(_IN_TRANSITION))
        .with_columns(
            (pl.lit("history_") + pl.col("event")).alias("flag"),
            pl.lit(None, pl.String).alias("pool"),
        )
        .group_by(by)
        .agg(pl.len().cast(pl.Int64).alias("wetlands"), pl.col("area_ha").sum())
        .with_columns(pl.col("area_ha").cast(pl.Decimal(*STOCK)))
        .collect()
    )
    found = [part.group_by(by).agg(counts) for part in (soil, plants)]
    cast = pl.col("area_ha").cast(pl.Decimal(*STOCK))
    return (
        pl.concat([*(part.with_columns(cast) for part in found), rice, history])
        .with_columns(pl.lit(None, pl.String).alias("gas"))
        .select(*by, "gas", "wetlands", "area_ha")
        .sort(by, nulls_last=True)
    )
