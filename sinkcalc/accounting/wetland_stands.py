"""Which part of a wooded wetland the stand of the forest survey counts."""

import polars as pl

from sinkcalc.schemas.stages import STOCK
from sinkcalc.units import STOCK_DECIMALS
from sinkcalc.vocabulary import FOREST_CLASSES


def handed_area(stand: str, stand_area: str) -> pl.Expr:
    """Area of a wetland that its stand counts.

    area * min(1, area of the stand / sum of the areas of the wetlands that name it): a stand
    counts no more land than it has.

    Parameters
    ----------
    stand, stand_area
        Columns: the stand's id, and its area (ha; null: no stand counts the wetland).

    Returns
    -------
    ha, to 1e-4, from `area_ha`.
    """
    area = pl.col("area_ha").cast(pl.Float64)
    share = pl.col(stand_area).cast(pl.Float64) / area.sum().over(stand)
    part = (area * share).round(STOCK_DECIMALS).cast(pl.Decimal(*STOCK))
    whole = pl.col("area_ha").cast(pl.Decimal(*STOCK))
    return (
        pl.when(share.is_null())
        .then(pl.lit(0).cast(pl.Decimal(*STOCK)))
        .when(share >= 1)
        .then(whole)
        .otherwise(part)
    )


def split_by_stands(records: pl.LazyFrame) -> pl.LazyFrame:
    """Part each wetland into what the stand that it names counts, and what is left to it.

    Parameters
    ----------
    records
        Rows of `wetland_frame`.

    Returns
    -------
    One row a part, with the area (and the vegetated area, by the same share) of the part;
    `handed`: whether the stand counts it; `counted`: 1 in one part of every wetland, else 0. The
    part that is left has no `forest_stand_class`.
    """
    forest = pl.col("forest_stand_class").is_in(FOREST_CLASSES).fill_null(False)
    stand_area = pl.when(forest).then("forest_stand_ha").alias("_stand_ha")
    whole = pl.col("area_ha").cast(pl.Decimal(*STOCK))
    known = (
        records.with_columns(stand_area)
        .with_columns(handed_area("forest_stand_id", "_stand_ha").alias("_handed"))
        .drop("_stand_ha")
    )

    def part(size: pl.Expr, *, handed: bool, counted: pl.Expr) -> pl.LazyFrame:
        share = size.cast(pl.Float64) / pl.col("area_ha").cast(pl.Float64)
        plants = pl.col("vegetated_area_ha")
        scaled = (plants.cast(pl.Float64) * share).round(STOCK_DECIMALS)
        return known.filter(size > 0).with_columns(
            size.alias("area_ha"),
            pl.when(size == whole)
            .then(plants.cast(pl.Decimal(*STOCK)))
            .otherwise(scaled.cast(pl.Decimal(*STOCK)))
            .alias("vegetated_area_ha"),
            pl.lit(handed).alias("handed"),
            counted.cast(pl.Int64).alias("counted"),
        )

    handed, left = pl.col("_handed"), whole - pl.col("_handed")
    return pl.concat(
        [
            part(handed, handed=True, counted=left <= 0),
            part(left, handed=False, counted=pl.lit(True)).with_columns(
                pl.lit(None, pl.String).alias("forest_stand_class")
            ),
        ]
    ).drop("_handed")
