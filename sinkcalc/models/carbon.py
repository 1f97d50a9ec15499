"""Biomass to carbon."""

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.schemas.stages import Pools


def biomass_to_carbon(cells: pl.LazyFrame, biomass: Pools, factors: Factors) -> Pools:
    """Carbon of living biomass: C = B * CF, t C.

    Parameters
    ----------
    cells
        Rows of `Cell`.
    biomass
        Pools in t d.m.
    factors
        Parameter rows; carbon fractions in t C per t d.m.

    Returns
    -------
    The same pools in t C. Source: FANG2001 (0.5), SNC2LULUCF (by species), GUIDE2011.
    """
    fractions = select_parameter(cells, factors.carbon_fraction, "carbon_fraction").select(
        "cell_id", "carbon_fraction", "carbon_fraction_id"
    )
    stocks = biomass.stocks.join(fractions, on="cell_id").filter(
        pl.col("carbon_fraction").is_not_null()
    )
    inherited = biomass.sensitivities.join(fractions, on="cell_id").select(
        "cell_id", "pool", "parameter_id", pl.col("derivative") * pl.col("carbon_fraction")
    )
    # a zero stock rests on no parameter
    own = stocks.filter(pl.col("value_t") != 0).select(
        "cell_id",
        "pool",
        pl.col("carbon_fraction_id").alias("parameter_id"),
        pl.col("value_t").alias("derivative"),
    )
    return Pools(
        stocks=stocks.select(
            "cell_id", "pool", pl.col("value_t") * pl.col("carbon_fraction"), "imputed"
        ),
        sensitivities=pl.concat([inherited, own]),
    )
