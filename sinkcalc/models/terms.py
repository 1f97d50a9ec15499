"""Stack pools and their sensitivities from a wide frame of cells."""

from collections.abc import Mapping

import polars as pl

from sinkcalc.schemas.stages import Pools
from sinkcalc.vocabulary import MEASUREMENTS, RESIDUAL, VOLUME_MEASUREMENT


def area() -> pl.Expr:
    """Area of a cell, ha."""
    return pl.col("area_ha")


def volume() -> pl.Expr:
    """Volume of a cell, m3."""
    return pl.col("volume_m3")


def culms() -> pl.Expr:
    """Culms of a cell."""
    return pl.col("culms")


def as_floats(cells: pl.LazyFrame) -> pl.LazyFrame:
    """Turn the exact sums of cells into the floats that models compute with."""
    return cells.with_columns(pl.selectors.decimal().cast(pl.Float64))


def stack_pools(
    cells: pl.LazyFrame,
    values: Mapping[str, pl.Expr],
    derivatives: Mapping[str, Mapping[str, pl.Expr]],
    *,
    imputed: bool = False,
) -> Pools:
    """Turn a wide frame into rows of stocks and of sensitivities.

    Parameters
    ----------
    cells
        One row a cell with the selected parameters beside it.
    values
        Pool -> value, t. A null value (a parameter that no row serves) gives no row.
    derivatives
        Pool -> {what -> d(value)/d(what)}. `what` is a column that holds a parameter_id, one of
        `MEASUREMENTS`, or `RESIDUAL` before such a column.
    imputed
        Whether the value replaces a measurement that is missing.
    """
    stocks = [
        cells.select(
            "cell_id",
            pl.lit(pool).alias("pool"),
            value.alias("value_t"),
            pl.lit(imputed).alias("imputed"),
        ).filter(pl.col("value_t").is_not_null())
        for pool, value in values.items()
    ]
    sensitivities = [
        cells.filter(values[pool].is_not_null()).select(
            "cell_id",
            pl.lit(pool).alias("pool"),
            _named(what).alias("parameter_id"),
            derivative.alias("derivative"),
        )
        for pool, terms in derivatives.items()
        for what, derivative in terms.items()
    ]
    return Pools(stocks=pl.concat(stocks), sensitivities=pl.concat(sensitivities))


def _named(what: str) -> pl.Expr:
    if what == VOLUME_MEASUREMENT:
        # volumes brought to the totals of plots have the errors of those
        return pl.col("volume_error")
    if what in MEASUREMENTS:
        return pl.lit(what)
    if what.startswith(RESIDUAL):
        return pl.lit(RESIDUAL) + pl.col(what.removeprefix(RESIDUAL))
    return pl.col(what)
