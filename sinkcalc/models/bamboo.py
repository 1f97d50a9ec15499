"""Bamboo forest from its culms."""

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.models.terms import area, culms, stack_pools
from sinkcalc.schemas.stages import Pools, join_pools
from sinkcalc.units import T_PER_KG
from sinkcalc.vocabulary import AREA_MEASUREMENT, CULM_MEASUREMENT, RESIDUAL


def bamboo_biomass(cells: pl.LazyFrame, factors: Factors) -> Pools:
    """Biomass of bamboo forest: B = culms * culm mass / 1000, t d.m.

    Whether the published culm mass includes roots is not stated: all of it is booked above
    ground and the pool below ground is reported as not estimated. A stand without a count
    gets the provincial mean count per hectare and is flagged imputed.

    Returns
    -------
    Pool above_ground, t d.m. Validity: moso bamboo of Zhejiang.
    Source: LI2016 (10.44 kg per culm), ZJBULLETIN2007 (culms per ha).
    """
    bamboo = select_parameter(
        cells.filter(pl.col("vegetation_class") == "bamboo"), factors.bamboo, "culm_mass"
    )
    mass = pl.col("culm_mass") * T_PER_KG
    counted = stack_pools(
        bamboo.filter(pl.col("measure") != "missing"),
        {"above_ground": culms() * mass},
        {
            "above_ground": {
                "culm_mass_id": culms() * T_PER_KG,
                CULM_MEASUREMENT: culms() * mass,
                # stands of equal density, for culms are not summed by squares
                f"{RESIDUAL}culm_mass_id": culms() / area() * T_PER_KG,
            }
        },
    )
    density = pl.col("culms_per_ha")
    imputed = stack_pools(
        select_parameter(
            bamboo.filter(pl.col("measure") == "missing"), factors.bamboo, "culms_per_ha"
        ),
        {"above_ground": density * area() * mass},
        {
            "above_ground": {
                "culm_mass_id": density * area() * T_PER_KG,
                "culms_per_ha_id": area() * mass,
                AREA_MEASUREMENT: density * area() * mass,
                f"{RESIDUAL}culms_per_ha_id": mass,
            }
        },
        imputed=True,
    )
    return join_pools([counted, imputed])
