"""Cells that are split into parts, which change no sum."""

from dataclasses import dataclass

import polars as pl

from sinkcalc.schemas.stages import STOCK, Pools


@dataclass(frozen=True)
class Wholes:
    """Pools of the cells whose parts are estimated.

    Attributes
    ----------
    biomass, carbon
        Those of the whole cells.
    whole_of
        `cell_id` of a part, `whole_id`.
    """

    biomass: Pools
    carbon: Pools
    whole_of: pl.LazyFrame


def adding_up(parts: pl.LazyFrame, wholes: pl.LazyFrame, whole_of: pl.LazyFrame) -> pl.LazyFrame:
    """Give the largest part of each whole what rounding the parts leaves of it, a few 1e-4 t.

    Parameters
    ----------
    parts, wholes
        `cell_id`, `quantity`, `pool`, `value` (rounded decimal), `imputed`.
    whole_of
        `cell_id` of a part, `whole_id`.

    Returns
    -------
    `parts` with values whose sums are those of the wholes; none falls below 0.
    """
    keys = ["whole_id", "quantity", "pool"]
    value = pl.col("value")
    whole = wholes.group_by(pl.col("cell_id").alias("whole_id"), "quantity", "pool").agg(
        value.sum().alias("whole")
    )
    return (
        parts.join(whole_of, on="cell_id")
        .join(whole, on=keys)
        # carried out here: inside a longer query the order is dropped
        .sort(*keys, "value", "cell_id", descending=[False, False, False, True, False])
        .collect()
        .lazy()
        .with_columns(
            (pl.col("whole") - value.sum().over(keys)).alias("rest"),
            (pl.int_range(pl.len()).over(keys) == 0).alias("largest"),
        )
        .with_columns(
            (value + pl.when("largest").then("rest").otherwise(0))
            .cast(pl.Decimal(*STOCK))
            .alias("value")
        )
        .select("cell_id", "quantity", "pool", "value", "imputed")
    )
