"""The parameter rows of the soil of farmland."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.wetland_fluxes import INLAND_REFERENCE

CROPLAND_TABLES: Final = ("cropland_soil", "wetland_soil")


def cropland_rows() -> pl.DataFrame:
    """Return table `cropland_soil`, with the reference carbon of wetland soil of `wetland_soil`."""
    rows = load_table("cropland_soil").rows
    symbol = rows.filter(pl.col("parameter_id").str.contains(".reference.", literal=True))["symbol"]
    wetland = load_table("wetland_soil").rows.filter(pl.col("parameter_id") == INLAND_REFERENCE)
    named = wetland.with_columns(
        pl.lit("wetland_soil").alias("soil_class"), pl.lit(symbol[0]).alias("symbol")
    )
    return pl.concat([rows, named], how="diagonal").select(rows.columns)
