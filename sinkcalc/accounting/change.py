"""Plain difference of two estimates of the same kind."""

import polars as pl

from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.schemas.results import Change
from sinkcalc.schemas.stages import STOCK

SHARED_COEFFICIENTS = "both surveys share coefficients: the two errors must not be added as squares"
_KEYS = (*KEY_OF.values(), "region_name", "quantity", "pool", "depth_cm")


def stock_change(first: pl.DataFrame, last: pl.DataFrame) -> pl.LazyFrame:
    """Subtract the earlier from the later estimate, row by row.

    change = later - earlier; change_per_year = change / years. A group that only one survey
    has counts as 0 in the other.

    Parameters
    ----------
    first, last
        Rows of `Estimate` of two runs with the same keys, method and definition.

    Returns
    -------
    Rows of `Change` in the order of the later estimate. The standard error is null: the
    errors of two surveys that share coefficients are not independent.
    """
    years = int(last["survey"][0]) - int(first["survey"][0])

    def side(rows: pl.DataFrame, suffix: str) -> pl.LazyFrame:
        return rows.lazy().select(
            *_KEYS,
            "unit",
            "method",
            "definition",
            "simulated",
            pl.col("value").alias(f"value_{suffix}"),
            pl.int_range(pl.len()).alias(f"order_{suffix}"),
        )

    shared = ["unit", "method", "definition"]
    joined = side(last, "to").join(
        side(first, "from"), on=[*_KEYS, *shared], how="full", coalesce=True, nulls_equal=True
    )
    value_from, value_to = (
        pl.col(f"value_{suffix}").fill_null(0).cast(pl.Decimal(*STOCK)) for suffix in ("from", "to")
    )
    change = value_to - value_from
    return Change.cast(
        joined.sort("order_to", "order_from", nulls_last=True).with_columns(
            pl.lit(int(first["survey"][0])).alias("survey_from"),
            pl.lit(int(last["survey"][0])).alias("survey_to"),
            pl.lit(first["run_id"][0]).alias("run_id_from"),
            pl.lit(last["run_id"][0]).alias("run_id_to"),
            value_from,
            value_to,
            change.alias("change"),
            (change.cast(pl.Float64) / years).alias("change_per_year"),
            pl.lit(None, pl.Float64).alias("se"),
            pl.lit(SHARED_COEFFICIENTS).alias("se_reason"),
            (pl.col("simulated").fill_null(False) | pl.col("simulated_right").fill_null(False)),
        )
    )
