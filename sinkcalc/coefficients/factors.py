"""The parameter rows that one method uses."""

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.table import PARAMETER_COLUMNS
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import DEFAULT_METHOD

CarbonFractionSet = Literal["fang", "species", "ipcc-2006"]
SoilDepth = Literal[30, 100]
# how a method gets from an arbor stand to its biomass
Form = Literal["whole_tree", "density_bef", "bcef", "tree", "calibrated"]

# tables that only one form reads
_TABLES_OF_FORM: Final[dict[Form, tuple[str, ...]]] = {
    "whole_tree": ("volume_biomass",),
    "density_bef": ("wood_density_bef",),
    "bcef": ("ipcc_2006", "forest_types"),
    "tree": ("volume_biomass", "tree_models"),
    "calibrated": ("volume_biomass",),
}

# what a calibrated model has besides its coefficients
CURVE_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "model_id": pl.String,
    "form": pl.String,
    # whole_tree or above_ground
    "pool": pl.String,
    "residual_power": pl.Float64,
    # size or prediction
    "residual_base": pl.String,
}
NO_CURVES: Final = pl.DataFrame(schema={**PARAMETER_COLUMNS, **CURVE_COLUMNS})
NO_CURVE_ERRORS: Final = pl.DataFrame(
    schema={
        "parameter_id": pl.String,
        "block": pl.String,
        "factor": pl.Int32,
        "loading": pl.Float64,
        "df": pl.Float64,
    }
)
NO_CURVE_SPREADS: Final = pl.DataFrame(schema={"parameter_id": pl.String, "spread": pl.Float64})


@dataclass(frozen=True)
class Factors:
    """Parameter rows of one method; every frame has the columns of a parameter table.

    Attributes
    ----------
    method
        Name of the method.
    form
        How it gets from an arbor stand to its biomass.
    carbon_fraction_set
        `fang` (0.5 throughout), `species` or `ipcc-2006` (0.47 for arbor forest).
    soil_depth_cm
        100, or 30 by the share of the profile that lies in 0-30 cm.
    equations
        Whole-tree equations; of `yuan-2009` those that serve where no tree model does. Empty
        for a method without, as are the frames below.
    density_bef
        Wood densities and expansion factors.
    ipcc
        Expansion factors by forest type and growing stock, root:shoot ratios by biomass.
    forest_types
        `species_group`, `forest_type`.
    tree_models
        Coefficients of single trees, and crown ratios.
    curves
        Coefficients of calibrated models, with the columns of `CURVE_COLUMNS` beside those of a
        parameter table.
    curve_errors
        `parameter_id`, `block`, `factor`, `loading`, `df`: errors of the curves' coefficients.
    curve_spreads
        `parameter_id`, `spread`: standard deviation of a sample about the curve, in t d.m./ha
        where the residual grows with nothing.
    """

    method: str
    form: Form
    carbon_fraction_set: CarbonFractionSet
    soil_depth_cm: SoilDepth
    equations: pl.DataFrame
    density_bef: pl.DataFrame
    ipcc: pl.DataFrame
    forest_types: pl.DataFrame
    tree_models: pl.DataFrame
    root_shoot: pl.DataFrame
    carbon_fraction: pl.DataFrame
    tree_carbon: pl.DataFrame
    bamboo: pl.DataFrame
    plant_biomass: pl.DataFrame
    forest_floor: pl.DataFrame
    dead_wood: pl.DataFrame
    soil: pl.DataFrame
    curves: pl.DataFrame
    curve_errors: pl.DataFrame
    curve_spreads: pl.DataFrame

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables the rows come from."""
        return (
            *_TABLES_OF_FORM[self.form],
            "root_shoot",
            "carbon_fraction",
            "tree_carbon",
            "bamboo",
            "plant_biomass",
            "forest_floor",
            "dead_wood",
            "soil",
            "species",
            # which form and sets the method has
            "methods",
            "assumed_errors",
        )


def load_factors(
    method: str = DEFAULT_METHOD,
    carbon_fraction_set: CarbonFractionSet | None = None,
    soil_depth_cm: SoilDepth = 100,
) -> Factors:
    """Read the rows of one method.

    Parameters
    ----------
    carbon_fraction_set
        The method's own if None.

    Raises
    ------
    UsageProblem
        If there is no method of that name.
    """
    known = load_table("methods").rows.filter(pl.col("method") == method)
    if known.is_empty():
        raise UsageProblem(
            zh=f"没有名为 {method} 的方法", en=f"there is no method of the name {method}"
        )
    about = known.row(0, named=True)
    fractions = carbon_fraction_set or about["carbon_fraction_set"]

    def of_set(table: str, name: str) -> pl.DataFrame:
        return load_table(table).rows.filter(pl.col("equation_set") == name)

    return Factors(
        method=method,
        form=about["form"],
        carbon_fraction_set=fractions,
        soil_depth_cm=soil_depth_cm,
        equations=of_set("volume_biomass", about["equation_set"]),
        density_bef=of_set("wood_density_bef", about["equation_set"]),
        ipcc=of_set("ipcc_2006", about["equation_set"]),
        forest_types=load_table("forest_types").rows.select("species_group", "forest_type"),
        tree_models=of_set("tree_models", method),
        root_shoot=load_table("root_shoot").rows,
        carbon_fraction=of_set("carbon_fraction", fractions),
        tree_carbon=load_table("tree_carbon").rows,
        bamboo=load_table("bamboo").rows,
        plant_biomass=load_table("plant_biomass").rows,
        forest_floor=load_table("forest_floor").rows,
        dead_wood=load_table("dead_wood").rows,
        soil=load_table("soil").rows,
        curves=NO_CURVES,
        curve_errors=NO_CURVE_ERRORS,
        curve_spreads=NO_CURVE_SPREADS,
    )


def species_groups() -> pl.DataFrame:
    """Return species and the group each belongs to."""
    return load_table("species").rows.select("species", "species_group")
