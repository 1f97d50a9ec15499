"""The parameter rows of the carbon of wetlands."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table

# tables whose values decide the stocks
WETLAND_TABLES: Final = ("wetland_soil", "wetland_plants", "assumed_errors")


@dataclass(frozen=True)
class WetlandFactors:
    """Densities of wetlands for one depth.

    Attributes
    ----------
    depth_cm
        Depth of the soil pool, from the surface.
    soil
        `parameter_id`, `wetland_class`, `level` (`national` or `ipcc`), `value` (t C/ha to
        `depth_cm`), `evidence`: no row of another depth.
    other_depths
        `wetland_class` of what has a density of another depth only.
    plants
        `parameter_id`, `wetland_class`, `pool`, `value` (t C/ha), `evidence`, `vegetation`: words,
        one of which the recorded vegetation has to hold.
    min_places_county, min_places_city
        Places with cores of a class that a county, and a survey, needs before their mean serves
        others.
    by_mass
        Whether cores are summed to a mass of soil: no density to a depth stands beside them.
    """

    depth_cm: int
    soil: pl.DataFrame
    other_depths: pl.DataFrame
    plants: pl.DataFrame
    min_places_county: int
    min_places_city: int
    by_mass: bool = False


def load_wetland_factors(depth_cm: int) -> WetlandFactors:
    """Return the rows of one depth.

    Parameters
    ----------
    depth_cm
        A density to another depth is never taken for it.
    """
    rows = load_table("wetland_soil").rows
    densities = _by_class(rows.filter(pl.col("symbol") == "soil_organic_carbon"))
    of_depth = pl.col("depth_cm").cast(pl.Int64) == depth_cm
    columns = ["parameter_id", "wetland_class", "level", "value", "evidence"]
    soil = densities.filter(of_depth).select(columns)
    plants = _by_class(load_table("wetland_plants").rows)
    return WetlandFactors(
        depth_cm=depth_cm,
        soil=soil,
        other_depths=densities.filter(~of_depth)
        .join(soil, on="wetland_class", how="anti")
        .select("wetland_class")
        .unique(maintain_order=True),
        plants=plants.select(
            "parameter_id",
            "wetland_class",
            "pool",
            "value",
            "evidence",
            pl.col("vegetation").str.split(";"),
        ),
        min_places_county=_rule(rows, "min_places_county"),
        min_places_city=_rule(rows, "min_places_city"),
    )


def _by_class(rows: pl.DataFrame) -> pl.DataFrame:
    """Give every class of a row a row of its own."""
    classes = pl.col("wetland_classes").str.split(";").alias("wetland_class")
    return rows.with_columns(classes).explode("wetland_class")


def _rule(rows: pl.DataFrame, symbol: str) -> int:
    return int(rows.filter(pl.col("symbol") == symbol)["value"].item())
