"""Soil organic carbon of forest to a stated depth."""

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.models.dead_organic import area_density
from sinkcalc.models.terms import area, stack_pools
from sinkcalc.schemas.stages import Pools
from sinkcalc.vocabulary import AREA_MEASUREMENT, FOREST_CLASSES, RESIDUAL


def soil_carbon(cells: pl.LazyFrame, factors: Factors) -> Pools:
    """Soil organic carbon: C = density(0-100 cm) * A, or that times the 0-30 cm share, t C.

    The share is sum(C_i*T_i, 0-30 cm) / sum(C_i*T_i, 0-100 cm) of the profile of the type
    (C_i g/kg, T_i cm) at constant bulk density. Figures of the two depths are never added.

    Returns
    -------
    Pool soil of the forest cells, t C. Source: LI2016 tables 2 and 3; DAI2017 for economic
    forest and shrub.
    """
    forest = cells.filter(pl.col("vegetation_class").is_in(FOREST_CLASSES))
    symbol = "soil_organic_carbon_0_100"
    if factors.soil_depth_cm == 100:
        return area_density(forest, factors.soil, symbol, pool="soil")
    wide = select_parameter(forest, factors.soil, symbol, alias="density")
    wide = select_parameter(wide, factors.soil, "share_0_30", alias="share")
    density, share = pl.col("density"), pl.col("share")
    return stack_pools(
        wide,
        {"soil": density * share * area()},
        {
            "soil": {
                "density_id": share * area(),
                "share_id": density * area(),
                AREA_MEASUREMENT: density * share * area(),
                f"{RESIDUAL}density_id": share,
            }
        },
    )
