"""Difference of two estimates of the same kind."""

from typing import Final

import polars as pl

from sinkcalc.accounting.intervals import RESTS_ON
from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.schemas.results import Change
from sinkcalc.schemas.stages import STOCK
from sinkcalc.uncertainty.parts import ErrorParts, difference_errors, with_fractions

NO_ERROR: Final = "an estimate of one of the surveys has no error"
GROUP: Final = (*KEY_OF.values(), "wetland_class", "gas", "quantity", "pool")
_KEYS: Final = (*GROUP, "region_name", "depth_cm", "gwp_set")


def stock_change(
    first: pl.DataFrame, last: pl.DataFrame, parts: tuple[ErrorParts, ErrorParts]
) -> pl.LazyFrame:
    """Subtract the earlier from the later estimate, row by row.

    change = later - earlier; change_per_year = change / years; change_fraction_per_year =
    (later / earlier)^(1 / years) - 1, where both are above 0. A group that only one survey has
    counts as 0 in the other.

    Parameters
    ----------
    first, last
        Rows of `Estimate` of two runs with the same keys, method and definition.
    parts
        What the errors of both runs are made of.

    Returns
    -------
    Rows of `Change` in the order of the later estimate. `se` holds what both surveys share with
    its sign (see `difference_errors`); `se_if_independent` is the root of the two squares, for
    comparison.
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
            pl.col("se").alias(f"se_{suffix}"),
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
    growth = value_to.cast(pl.Float64) / value_from.cast(pl.Float64)
    return Change.cast(
        _with_errors(joined, parts)
        .sort("order_to", "order_from", nulls_last=True)
        .with_columns(
            pl.lit(int(first["survey"][0])).alias("survey_from"),
            pl.lit(int(last["survey"][0])).alias("survey_to"),
            pl.lit(first["run_id"][0]).alias("run_id_from"),
            pl.lit(last["run_id"][0]).alias("run_id_to"),
            value_from,
            value_to,
            change.alias("change"),
            (change.cast(pl.Float64) / years).alias("change_per_year"),
            (change.cast(pl.Float64) - pl.col("t") * pl.col("se")).alias("ci_low"),
            (change.cast(pl.Float64) + pl.col("t") * pl.col("se")).alias("ci_high"),
            pl.when(value_from > 0, value_to > 0)
            .then(growth ** (1 / years) - 1)
            .alias("change_fraction_per_year"),
            (pl.col("simulated").fill_null(False) | pl.col("simulated_right").fill_null(False)),
            pl.lit(None, pl.String).alias("series_break"),
        )
    )


def change_budget(parts: tuple[ErrorParts, ErrorParts]) -> pl.DataFrame:
    """Say what each source adds to the error of each row of a change.

    Returns
    -------
    Keys, `quantity`, `pool`, `source`, `se`, `variance_fraction`.
    """
    return with_fractions(difference_errors(*parts, list(GROUP)).budget)


def _with_errors(joined: pl.LazyFrame, parts: tuple[ErrorParts, ErrorParts]) -> pl.LazyFrame:
    errors = difference_errors(*parts, list(GROUP)).rows.select(
        *GROUP, "se", "t", "share_assumed_error", "rests_on"
    )
    there = {side: pl.col(f"value_{side}").is_not_null() for side in ("from", "to")}
    # a group that a survey lacks is 0 there without error
    complete = pl.all_horizontal(
        ~there[side] | pl.col(f"se_{side}").is_not_null() for side in there
    )
    squares = [pl.col(f"se_{side}").fill_null(0.0) ** 2 for side in there]
    return joined.join(errors.lazy(), on=GROUP, how="left", nulls_equal=True).with_columns(
        pl.when(complete).then("se").alias("se"),
        pl.when(complete).then(pl.sum_horizontal(squares).sqrt()).alias("se_if_independent"),
        pl.when(~complete)
        .then(pl.lit(NO_ERROR))
        .otherwise(pl.col("rests_on").replace_strict(RESTS_ON, return_dtype=pl.String))
        .alias("se_reason"),
    )
