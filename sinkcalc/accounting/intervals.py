"""Intervals of the rows of an estimate."""

import polars as pl

NO_PARAMETER = "no parameter enters: the volume or the count is zero"
# how an interval was made: IPCC 2006 V1 Ch3 approach 1 and 2
FIRST_ORDER = "approach_1"
MONTE_CARLO = "approach_2"
# what an interval rests on, by the weakest basis of its parts
RESTS_ON = {
    "published": None,
    "stated": "stated: errors of the user's own table",
    "sample": "assumed: mean and CV of Zhejiang for the volumes of the samples of the equations",
    "recalled": "recalled: n and R2 of equations",
    "assumed": "assumed: errors of parameters and measurements that no source prints",
}


def with_errors(rows: pl.LazyFrame, errors: pl.DataFrame, by: list[str]) -> pl.LazyFrame:
    """Add standard error, 95 % interval, what it rests on, or why there is none.

    Parameters
    ----------
    rows
        Result of `pool_rows` and `measured_rows`.
    errors
        `Propagated.rows` over `by`, `quantity`, `pool`.
    """
    value = pl.col("value").cast(pl.Float64)
    missing = "parameters without published error: " + pl.col("without_error")
    moved = errors.lazy().with_columns(pl.lit(True).alias("moved"))
    joined = rows.join(
        moved, on=[*by, "quantity", "pool"], how="left", nulls_equal=True
    ).with_columns(
        # what no parameter and no measurement moves is known to be 0
        pl.when(pl.col("moved").is_null())
        .then(0.0)
        .otherwise(pl.col("se", "t", "share_assumed_error"))
        .name.keep()
    )
    rests_on = pl.col("rests_on").replace_strict(RESTS_ON, return_dtype=pl.String)
    return joined.with_columns(
        pl.when(pl.col("se").is_null())
        .then(missing)
        .when(pl.col("moved").is_null())
        .then(pl.lit(NO_PARAMETER))
        .otherwise(rests_on)
        .alias("se_reason"),
        pl.when(pl.col("se").is_not_null())
        .then("share_assumed_error")
        .alias("share_assumed_error"),
        pl.when(pl.col("se").is_not_null()).then(pl.lit(FIRST_ORDER)).alias("interval_method"),
        (value - pl.col("t") * pl.col("se")).alias("ci_low"),
        (value + pl.col("t") * pl.col("se")).alias("ci_high"),
    ).drop("t", "df", "without_error", "rests_on", "moved")


def with_drawn_intervals(rows: pl.DataFrame, drawn: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Replace the intervals of rows that have one by those of the draws.

    Parameters
    ----------
    rows
        Rows with `se`, `ci_low`, `ci_high`, `interval_method`.
    drawn
        Result of `drawn_intervals`.
    """
    joined = rows.join(
        drawn,
        on=[*by, "quantity", "pool"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
        suffix="_drawn",
    )
    has = pl.col("se").is_not_null()
    return joined.with_columns(
        *(
            pl.when(has).then(f"{name}_drawn").otherwise(name).alias(name)
            for name in ("ci_low", "ci_high")
        ),
        pl.when(has)
        .then(pl.lit(MONTE_CARLO))
        .otherwise("interval_method")
        .alias("interval_method"),
    ).drop("ci_low_drawn", "ci_high_drawn")
