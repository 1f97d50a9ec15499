"""Classes of plots and stands that share a control total."""

from typing import Final

import polars as pl

from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.coefficients.factors import species_groups
from sinkcalc.pipeline.plot_survey import GROWING_STOCK

# class of the groups that have too few plots for a control of their own, and of no record
POOLED: Final = "pooled"
NOT_RECORDED: Final = "not_recorded"


def with_group(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the species group."""
    return frame.join(species_groups(), on="species", how="left", maintain_order="left")


def classes_of(rows: pl.DataFrame, cells: pl.DataFrame, column: str, fewest: int) -> pl.DataFrame:
    """Return `<column>`, `class`, pooling what has too few plots, no volume, or no stands.

    The smallest classes are pooled, and the next smallest with them until the pool has enough
    plots and some stands.
    """
    arbor = rows.filter(pl.col(GROWING_STOCK) > 0)
    counted = arbor.group_by(column).agg(pl.len().cast(pl.Int64).alias("plots"))
    held = cells.group_by(column).agg(pl.col("volume_m3").sum())
    # no plot may stand outside the classes, whatever it holds
    there = pl.concat([rows.select(column), cells.select(column)]).unique()
    table = (
        there.join(counted, on=column, how="left", nulls_equal=True)
        .join(held, on=column, how="left", nulls_equal=True)
        .with_columns(pl.col("plots", "volume_m3").fill_null(0))
        .with_columns(pl.when(pl.col("volume_m3") > 0).then("plots").otherwise(-1).alias("weight"))
        .sort("weight", column)
    )
    lacking = table["weight"] < fewest
    pooled = int(lacking.sum())
    while 0 < pooled < table.height and (
        table["plots"].head(pooled).sum() < fewest or table["volume_m3"].head(pooled).sum() == 0
    ):
        pooled += 1
    own = pl.col(column).fill_null(NOT_RECORDED)
    # classes without plots or stands that share the control of one are no pool
    told = table.head(pooled).filter((pl.col("plots") > 0) | (pl.col("volume_m3") > 0))
    shared = told.select(own).item() if told.height == 1 else POOLED
    return table.with_row_index("place").select(
        column, pl.when(pl.col("place") < pooled).then(pl.lit(shared)).otherwise(own).alias("class")
    )


def control_column(key: str) -> str:
    """Name the column of the classes of a margin."""
    return f"{key}_control"


def labelled(frame: pl.DataFrame, classes: pl.DataFrame, key: str) -> pl.DataFrame:
    """Add the control that each row counts in, by the classes of a margin."""
    column = classes.columns[0]
    named = classes.rename({"class": control_column(key)})
    return frame.join(named, on=column, how="left", nulls_equal=True, maintain_order="left")


def unrecorded(rows: pl.DataFrame, by: tuple[str, ...]) -> list[tuple[str, str]]:
    """Tell of arbor plots without a key: their volume goes to the control they share."""
    arbor = rows.filter(pl.col(GROWING_STOCK) > 0)
    notes = []
    for key in by:
        bare = arbor.filter(pl.col(KEY_OF[key]).is_null())
        if bare.height:
            control = bare[control_column(key)][0]
            notes.append(
                (
                    f"{bare.height} 个有蓄积的样地没有 {key},其蓄积计入控制 {control},"
                    "由该控制的小班承担",
                    f"{bare.height} plots with volume have no {key}: their volume is in the "
                    f"control {control}, and its stands bear it",
                )
            )
    return notes
