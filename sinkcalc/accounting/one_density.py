"""Soil that appears in a difference of stocks, or leaves it, for want of a density."""

from typing import Final

import polars as pl

from sinkcalc.schemas.stages import STOCK
from sinkcalc.units import CO2E_PER_C, STOCK_DECIMALS

# what takes the figure of a soil away without taking the soil
_NO_FIGURE: Final = ("no_source", "no_density_at_depth", "paddy_not_counted")
COLUMN: Final = "change_of_one_density"


def one_density(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.DataFrame:
    """List the wetlands of both surveys whose soil has a density in one of them only.

    What the difference of stocks holds of them is the whole density, which is no change of
    carbon: a flat that was planted has soil before and after, a marsh does not form in a year.
    Excavated soil, and soil under water since, is a loss and not listed.

    Parameters
    ----------
    before, after
        Records of both surveys that no stand counts: `wetland_id`, `region_code`,
        `wetland_class`, `area_ha`, and of `with_soil_source` `soil_t_per_ha` and `soil_flag`.

    Returns
    -------
    `region_code` and `wetland_class` (of the survey with a density), `class_from`, `class_to`,
    `wetlands`, `area_ha` (of the survey with a density), `carbon_t` (what the difference of
    stocks holds, t C).
    """
    names = ("wetland_class", "region_code", "area_ha", "soil_t_per_ha", "soil_flag")

    def side(records: pl.LazyFrame, suffix: str) -> pl.LazyFrame:
        density = pl.col("soil_t_per_ha")
        flag = pl.coalesce("soil_flag", pl.when(density.is_null()).then(pl.lit(_NO_FIGURE[-1])))
        return records.with_columns(flag).select(
            "wetland_id", *(pl.col(name).alias(f"{name}_{suffix}") for name in names)
        )

    known_from, known_to = (pl.col(f"soil_flag_{side}").is_null() for side in ("from", "to"))
    gained = ~known_from & known_to
    lost = known_from & pl.col("soil_flag_to").is_in(_NO_FIGURE)
    one = side(before, "from").join(side(after, "to"), on="wetland_id").filter(gained | lost)

    def of_known(name: str) -> pl.Expr:
        return pl.when(known_to).then(f"{name}_to").otherwise(f"{name}_from").alias(name)

    carbon = (
        (pl.col("area_ha").cast(pl.Float64) * pl.col("soil_t_per_ha") * pl.col("sign"))
        .round(STOCK_DECIMALS)
        .cast(pl.Decimal(*STOCK))
    )
    keys = ["region_code", "wetland_class", "class_from", "class_to"]
    return (
        one.with_columns(
            *(of_known(name) for name in names[:4]),
            pl.when(known_to).then(1.0).otherwise(-1.0).alias("sign"),
            pl.col("wetland_class_from").alias("class_from"),
            pl.col("wetland_class_to").alias("class_to"),
        )
        .with_columns(carbon.alias("carbon_t"))
        .group_by(keys)
        .agg(
            pl.len().cast(pl.Int64).alias("wetlands"),
            pl.col("area_ha").sum().cast(pl.Decimal(*STOCK)),
            pl.col("carbon_t").sum(),
        )
        .sort(keys)
        .collect()
    )


def with_one_density(rows: pl.DataFrame, found: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Say in each row of soil and total how much of its change is no change of carbon.

    Parameters
    ----------
    rows
        Rows of `Change`.
    found
        Result of `one_density`.
    keys
        Key columns of the rows.

    Returns
    -------
    The rows with `change_of_one_density` (unit of the row; null in rows without soil).
    """
    every = pl.lit(0).alias("_every")
    sums = (
        found.with_columns(every)
        .group_by("_every", *keys)
        .agg(pl.col("carbon_t").sum().cast(pl.Float64))
    )
    soil = pl.col("pool").is_in(["soil", "total"]) & pl.col("quantity").is_in(["carbon", "co2e"])
    factor = pl.when(pl.col("quantity") == "co2e").then(CO2E_PER_C).otherwise(1.0)
    part = (pl.col("carbon_t").fill_null(0.0) * factor).round(STOCK_DECIMALS)
    return (
        rows.with_columns(every)
        .join(sums, on=["_every", *keys], how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.when(soil).then(part).alias(COLUMN))
        .drop("_every", "carbon_t")
    )
