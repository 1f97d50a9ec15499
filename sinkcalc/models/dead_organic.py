"""Understorey, litter and dead wood by area."""

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.models.terms import area, stack_pools
from sinkcalc.schemas.stages import Pools, join_pools
from sinkcalc.vocabulary import AREA_MEASUREMENT, FOREST_CLASSES, RESIDUAL


def forest_floor_carbon(cells: pl.LazyFrame, factors: Factors) -> Pools:
    """Carbon of understorey, litter and dead wood: C = density * A, t C.

    Returns
    -------
    Pools understorey, litter, dead_wood of the forest cells, t C. No density of understorey is
    published for economic forest and shrub: those cells have no such pool.
    Source: LI2016 table 3; DAI2017 for dead wood and for litter of economic forest and shrub.
    """
    forest = cells.filter(pl.col("vegetation_class").is_in(FOREST_CLASSES))
    return join_pools(
        [
            area_density(forest, factors.forest_floor, "understorey", pool="understorey"),
            area_density(forest, factors.forest_floor, "litter", pool="litter"),
            area_density(forest, factors.dead_wood, "dead_wood", pool="dead_wood"),
        ]
    )


def area_density(cells: pl.LazyFrame, rows: pl.DataFrame, symbol: str, *, pool: str) -> Pools:
    """Stock of one pool from a carbon density per hectare."""
    selected = select_parameter(cells, rows, symbol, alias="density")
    stock = pl.col("density") * area()
    terms = {"density_id": area(), AREA_MEASUREMENT: stock, f"{RESIDUAL}density_id": pl.lit(1.0)}
    return stack_pools(selected, {pool: stock}, {pool: terms})
