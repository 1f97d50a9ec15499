"""Arbor forest by the form of the method, economic forest and shrub from area."""

from collections.abc import Callable
from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import Factors, Form
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.models.expansion import from_bcef, from_density_bef, with_class_factors
from sinkcalc.models.terms import area, stack_pools, volume
from sinkcalc.schemas.stages import Pools, join_pools
from sinkcalc.vocabulary import AREA_MEASUREMENT, RESIDUAL, VOLUME_MEASUREMENT


def arbor_biomass(cells: pl.LazyFrame, factors: Factors) -> Pools:
    """Biomass of arbor forest from its volume, t d.m.

    Where the volume is above zero the form of the method applies: `whole_tree` here,
    `density_bef` and `bcef` in `models.expansion`. The rest is the same in every method:

    A stand of volume 0 has biomass 0: an intercept would give up to 91 t/ha from nothing.
    A stand without volume gets the tree carbon density of its type, origin and age group,
    B = c*A/CF, divided by 1 + R, and is flagged imputed.

    Parameters
    ----------
    cells
        Rows of `Cell`; for the form `bcef` with the columns of `with_volume_classes`. For the
        form `tree` only those that no tree model serves.
    factors
        Parameter rows of the method.

    Returns
    -------
    Pools above_ground and below_ground of the arbor cells, t d.m.
    """
    arbor = cells.filter(pl.col("vegetation_class") == "arbor")
    if factors.form == "bcef":
        arbor = with_class_factors(arbor, factors)
    else:
        arbor = select_parameter(arbor, factors.root_shoot, "root_shoot_ratio")
    given = arbor.filter(pl.col("measure") == "given")
    return join_pools(
        [
            _FROM_VOLUME[factors.form](given, factors),
            _zero_volume(arbor.filter(pl.col("measure") == "zero")),
            _from_density(arbor.filter(pl.col("measure") == "missing"), factors),
        ]
    )


def from_whole_tree(cells: pl.LazyFrame, factors: Factors) -> Pools:
    """Biomass by a volume-biomass equation.

    B = a*V + b*A (whole tree), above = B/(1 + R), below = B - above; V m3, A ha, B t d.m.
    The equation is per hectare, so the intercept goes with the area.

    Notes
    -----
    Validity: volume above 0; the sources print no other range. Below ground is B*R/(1+R).
    Source: LI2016 (equations of Fang et al. 2001, 2007 and others) or FANG2001; R from
    SNC2LULUCF.
    """
    for symbol in ("a", "b"):
        cells = select_parameter(cells, factors.equations, symbol)
    by_volume, by_area = pl.col("a") * volume(), pl.col("b") * area()
    terms = {
        "a_id": volume(),
        "b_id": area(),
        VOLUME_MEASUREMENT: by_volume,
        AREA_MEASUREMENT: by_area,
        f"{RESIDUAL}a_id": pl.lit(1.0),
    }
    return split_by_ratio(cells, by_volume + by_area, terms, imputed=False)


_FROM_VOLUME: Final[dict[Form, Callable[[pl.LazyFrame, Factors], Pools]]] = {
    "whole_tree": from_whole_tree,
    "density_bef": from_density_bef,
    "bcef": from_bcef,
    "tree": from_whole_tree,
    # what no curve serves
    "calibrated": from_whole_tree,
}


def split_by_ratio(
    cells: pl.LazyFrame,
    biomass: pl.Expr,
    terms: dict[str, pl.Expr],
    *,
    imputed: bool,
) -> Pools:
    """Split whole-tree biomass by the root:shoot ratio R; `terms` are d(biomass)/d(parameter)."""
    ratio = pl.col("root_shoot_ratio")
    above, below = 1 / (1 + ratio), ratio / (1 + ratio)
    d_ratio = biomass / (1 + ratio) ** 2
    return stack_pools(
        cells,
        {"above_ground": biomass * above, "below_ground": biomass * below},
        {
            "above_ground": {
                **{name: term * above for name, term in terms.items()},
                "root_shoot_ratio_id": -d_ratio,
            },
            "below_ground": {
                **{name: term * below for name, term in terms.items()},
                "root_shoot_ratio_id": d_ratio,
            },
        },
        imputed=imputed,
    )


def _zero_volume(cells: pl.LazyFrame) -> Pools:
    pools = stack_pools(
        cells,
        {"above_ground": 0.0 * area(), "below_ground": 0.0 * area()},
        {"above_ground": {"root_shoot_ratio_id": pl.lit(0.0)}},
    )
    return Pools(stocks=pools.stocks, sensitivities=pools.sensitivities.clear())


def _from_density(cells: pl.LazyFrame, factors: Factors) -> Pools:
    cells = select_parameter(cells, factors.tree_carbon, "tree_carbon")
    cells = select_parameter(cells, factors.carbon_fraction, "carbon_fraction")
    fraction = pl.col("carbon_fraction")
    biomass = pl.col("tree_carbon") * area() / fraction
    terms = {
        "tree_carbon_id": area() / fraction,
        "carbon_fraction_id": -biomass / fraction,
        AREA_MEASUREMENT: biomass,
        f"{RESIDUAL}tree_carbon_id": 1 / fraction,
    }
    return split_by_ratio(cells, biomass, terms, imputed=True)


def plant_biomass(cells: pl.LazyFrame, factors: Factors) -> Pools:
    """Biomass of economic forest and special shrub from area.

    pool = W*A * pool figure/(above + below), W the whole-plant figure, t d.m./ha. The three
    published figures are means over different samples and do not add up; the whole-plant
    figure is kept and the other two only divide it.

    Returns
    -------
    Pools above_ground and below_ground, t d.m. Source: GUIDE2011.
    """
    wide = cells.filter(pl.col("vegetation_class").is_in(["economic", "special_shrub"]))
    for symbol in ("whole_plant_biomass", "above_ground_biomass", "below_ground_biomass"):
        wide = select_parameter(wide, factors.plant_biomass, symbol)
    whole = pl.col("whole_plant_biomass")
    above, below = pl.col("above_ground_biomass"), pl.col("below_ground_biomass")
    both = above + below
    d_split = whole * area() / both**2
    return stack_pools(
        wide,
        {
            "above_ground": whole * area() * above / both,
            "below_ground": whole * area() * below / both,
        },
        {
            "above_ground": {
                "whole_plant_biomass_id": area() * above / both,
                "above_ground_biomass_id": d_split * below,
                "below_ground_biomass_id": -d_split * above,
                AREA_MEASUREMENT: whole * area() * above / both,
                f"{RESIDUAL}whole_plant_biomass_id": above / both,
            },
            "below_ground": {
                "whole_plant_biomass_id": area() * below / both,
                "above_ground_biomass_id": -d_split * below,
                "below_ground_biomass_id": d_split * above,
                AREA_MEASUREMENT: whole * area() * below / both,
                f"{RESIDUAL}whole_plant_biomass_id": below / both,
            },
        },
    )
