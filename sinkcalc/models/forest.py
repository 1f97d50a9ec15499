"""Every pool of the forest: the list of models that a method consists of."""

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.models.bamboo import bamboo_biomass
from sinkcalc.models.biomass import arbor_biomass, plant_biomass
from sinkcalc.models.carbon import biomass_to_carbon
from sinkcalc.models.curves import curve_biomass
from sinkcalc.models.dead_organic import forest_floor_carbon
from sinkcalc.models.soil import soil_carbon
from sinkcalc.models.terms import as_floats
from sinkcalc.models.trees import tree_biomass
from sinkcalc.schemas.stages import Pools, join_pools


def forest_pools(cells: pl.LazyFrame, factors: Factors) -> tuple[Pools, Pools]:
    """Biomass (t d.m.) and carbon (t C) of every pool of every forest cell."""
    cells = as_floats(cells)
    own = {"tree": "tree_model", "calibrated": "curve"}.get(factors.form)
    others = cells if own is None else cells.filter(~pl.col(own))
    biomass = join_pools(
        [
            arbor_biomass(others, factors),
            bamboo_biomass(others, factors),
            plant_biomass(cells, factors),
            *([tree_biomass(cells.filter("tree_model"), factors)] if own == "tree_model" else []),
            *([curve_biomass(cells.filter("curve"), factors)] if own == "curve" else []),
        ]
    )
    carbon = join_pools(
        [
            biomass_to_carbon(cells, biomass, factors),
            forest_floor_carbon(cells, factors),
            soil_carbon(cells, factors),
        ]
    )
    return biomass, carbon
