"""The parameter rows that one method uses."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import DEFAULT_METHOD

CarbonFractionSet = Literal["fang", "species"]
SoilDepth = Literal[30, 100]


@dataclass(frozen=True)
class Factors:
    """Parameter rows of one method; every frame has the columns of a parameter table.

    Attributes
    ----------
    method
        Name of the volume-biomass equation set.
    carbon_fraction_set
        `fang` (0.5 throughout) or `species`.
    soil_depth_cm
        100, or 30 by the share of the profile that lies in 0-30 cm.
    """

    method: str
    carbon_fraction_set: CarbonFractionSet
    soil_depth_cm: SoilDepth
    equations: pl.DataFrame
    root_shoot: pl.DataFrame
    carbon_fraction: pl.DataFrame
    tree_carbon: pl.DataFrame
    bamboo: pl.DataFrame
    plant_biomass: pl.DataFrame
    forest_floor: pl.DataFrame
    dead_wood: pl.DataFrame
    soil: pl.DataFrame

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables the rows come from."""
        return (
            "volume_biomass",
            "root_shoot",
            "carbon_fraction",
            "tree_carbon",
            "bamboo",
            "plant_biomass",
            "forest_floor",
            "dead_wood",
            "soil",
            "species",
        )


def load_factors(
    method: str = DEFAULT_METHOD,
    carbon_fraction_set: CarbonFractionSet = "fang",
    soil_depth_cm: SoilDepth = 100,
) -> Factors:
    """Read the rows of one method.

    Raises
    ------
    UsageProblem
        If there is no equation of that name.
    """

    def of_set(table: str, name: str) -> pl.DataFrame:
        return load_table(table).rows.filter(pl.col("equation_set") == name)

    equations = of_set("volume_biomass", method)
    if equations.is_empty():
        raise UsageProblem(
            zh=f"没有名为 {method} 的方法", en=f"there is no method of the name {method}"
        )
    return Factors(
        method=method,
        carbon_fraction_set=carbon_fraction_set,
        soil_depth_cm=soil_depth_cm,
        equations=equations,
        root_shoot=load_table("root_shoot").rows,
        carbon_fraction=of_set("carbon_fraction", carbon_fraction_set),
        tree_carbon=load_table("tree_carbon").rows,
        bamboo=load_table("bamboo").rows,
        plant_biomass=load_table("plant_biomass").rows,
        forest_floor=load_table("forest_floor").rows,
        dead_wood=load_table("dead_wood").rows,
        soil=load_table("soil").rows,
    )


def species_groups() -> pl.DataFrame:
    """Return species and the group each belongs to."""
    return load_table("species").rows.select("species", "species_group")
