"""Stack pools and their sensitivities from a wide frame of cells."""

from collections.abc import Mapping

import polars as pl

from sinkcalc.schemas.stages import Pools


def area() -> pl.Expr:
    """Area of a cell as float, ha."""
    return pl.col("area_ha").cast(pl.Float64)


def volume() -> pl.Expr:
    """Volume of a cell as float, m3."""
    return pl.col("volume_m3").cast(pl.Float64)


def culms() -> pl.Expr:
    """Culms of a cell as float."""
    return pl.col("culms").cast(pl.Float64)


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
        Pool -> {column that holds a parameter_id -> d(value)/d(parameter)}.
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
            pl.col(id_column).alias("parameter_id"),
            derivative.alias("derivative"),
        )
        for pool, terms in derivatives.items()
        for id_column, derivative in terms.items()
    ]
    return Pools(stocks=pl.concat(stocks), sensitivities=pl.concat(sensitivities))
