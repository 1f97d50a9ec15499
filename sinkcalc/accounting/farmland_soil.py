"""Soil organic carbon of farmland by county, with what it rests on."""

from dataclasses import dataclass

import polars as pl

from sinkcalc.models.cropland_soil import REFERENCE, cropland_soil, with_stock_factors
from sinkcalc.models.terms import as_floats
from sinkcalc.schemas.stages import STOCK, Pools, collected
from sinkcalc.uncertainty.propagate import group_gradients
from sinkcalc.units import CO2E_PER_C, STOCK_DECIMALS
from sinkcalc.vocabulary import AREA_MEASUREMENT, STOCK_FACTORS


@dataclass(frozen=True)
class FarmlandSoil:
    """Soil carbon of farmland to 30 cm, summed by group.

    Attributes
    ----------
    rows
        Keys, `quantity` (area, carbon, co2e), `pool`, `value`, `n` (records) and shares of the
        area. Area is that of the records whose soil is estimated.
    gradients
        Keys, `quantity`, `pool`, `parameter_id`, `derivative`.
    flags
        `flag`, `farmland_use`, `records`, `area_ha`.
    not_estimated
        Keys, `area_ha` of the records that lack a factor.
    """

    rows: pl.DataFrame
    gradients: pl.DataFrame
    flags: pl.DataFrame
    not_estimated: pl.DataFrame


def farmland_soil(records: pl.LazyFrame, parameters: pl.DataFrame, keys: list[str]) -> FarmlandSoil:
    """Estimate the soil carbon of a survey's farmland, see `cropland_soil`.

    Each record is rounded once to 1e-4 t, so that sums agree to the last digit.

    Parameters
    ----------
    records
        Rows of `Farmland`.
    parameters
        Table `cropland_soil`.
    keys
        `region_code` or nothing.
    """
    named = records.sort("farmland_id").with_row_index("cell_id")
    cells = with_stock_factors(named, parameters).collect().lazy()
    pools = collected(cropland_soil(as_floats(cells)))
    estimated = cells.join(pools.stocks, on="cell_id", how="semi")
    missing = cells.join(pools.stocks, on="cell_id", how="anti")
    area = pl.col("area_ha").sum().cast(pl.Decimal(*STOCK))
    not_estimated = missing.group_by(keys).agg(area) if keys else missing.select(area)
    return FarmlandSoil(
        rows=_rows(_marked(estimated, pools, parameters), pools, keys),
        gradients=_gradients(estimated, pools, keys),
        flags=_flags(cells, missing),
        not_estimated=not_estimated.filter(pl.col("area_ha") > 0).collect(),
    )


def _marked(cells: pl.LazyFrame, pools: Pools, parameters: pl.DataFrame) -> pl.LazyFrame:
    """Mark the records whose factors are assumed, or rest on a recalled row."""
    recalled = (
        pools.sensitivities.join(
            parameters.lazy().filter(pl.col("evidence") == "recalled"),
            on="parameter_id",
            how="semi",
        )
        .select("cell_id", pl.lit(True).alias("recalled"))
        .unique()
    )
    assumed = pl.any_horizontal(
        pl.col(f"{name}_status") == "assumed" for name in (REFERENCE, *STOCK_FACTORS)
    )
    return cells.join(recalled, on="cell_id", how="left").with_columns(
        assumed.alias("imputed"), pl.col("recalled").fill_null(False)
    )


def _rows(cells: pl.LazyFrame, pools: Pools, keys: list[str]) -> pl.DataFrame:
    carbon = cells.join(pools.stocks.select("cell_id", "value_t"), on="cell_id")

    def stock(factor: float) -> pl.Expr:
        return (pl.col("value_t") * factor).round(STOCK_DECIMALS).cast(pl.Decimal(*STOCK))

    def share(flag: str) -> pl.Expr:
        flagged = pl.col("area_ha").filter(flag).sum().cast(pl.Float64)
        return (flagged / pl.col("area_ha").sum().cast(pl.Float64)).fill_nan(0.0)

    parts = []
    for quantity, value in (
        ("area", pl.col("area_ha")),
        ("carbon", stock(1.0)),
        ("co2e", stock(CO2E_PER_C)),
    ):
        modelled = quantity != "area"
        none = pl.lit(0.0)
        parts.append(
            # a column, for a group of nothing but a literal has a row where there are none
            carbon.with_columns(pl.lit(quantity).alias("quantity"))
            .group_by("quantity", *keys)
            .agg(
                pl.lit("soil" if modelled else None, pl.String).first().alias("pool"),
                value.sum().cast(pl.Decimal(*STOCK)).alias("value"),
                pl.len().cast(pl.Int64).alias("n"),
                none.first().alias("share_extrapolated"),
                (share("imputed") if modelled else none.first()).alias("share_imputed"),
                (share("recalled") if modelled else none.first()).alias("share_recalled"),
                none.first().alias("share_fallback"),
            )
        )
    return pl.concat(parts).sort("quantity", *keys).collect()


def _gradients(cells: pl.LazyFrame, pools: Pools, keys: list[str]) -> pl.DataFrame:
    derivative = pl.col("derivative")
    soil = pools.sensitivities.select("cell_id", "pool", "parameter_id", "derivative")
    area = cells.select(
        "cell_id",
        pl.lit(None, pl.String).alias("pool"),
        pl.lit(AREA_MEASUREMENT).alias("parameter_id"),
        pl.col("area_ha").cast(pl.Float64).alias("derivative"),
    )
    every = pl.concat(
        part.select("cell_id", pl.lit(quantity).alias("quantity"), "pool", "parameter_id", moved)
        for quantity, part, moved in (
            ("area", area, derivative),
            ("carbon", soil, derivative),
            ("co2e", soil, derivative * CO2E_PER_C),
        )
    )
    joined = every.join(cells.select("cell_id", *keys), on="cell_id")
    return group_gradients(joined, [*keys, "quantity", "pool"])


def _flags(cells: pl.LazyFrame, missing: pl.LazyFrame) -> pl.DataFrame:
    """Count the records that were estimated in a special way or not at all."""
    paddy = pl.col("farmland_use") == "paddy"
    dry = pl.col("farmland_use") == "dry_cropland"
    conditions = {
        "farmland_soil_class_missing": pl.col(REFERENCE).is_null(),
        "tillage_assumed_full": pl.col("management_factor_status") == "assumed",
        "input_assumed_medium": pl.col("input_factor_status") == "assumed",
        "own_stock_factor": pl.any_horizontal(
            pl.col(f"{name}_status") == "own" for name in STOCK_FACTORS
        ),
        "management_without_effect": ~dry
        & pl.any_horizontal(pl.col("tillage", "input_level").is_not_null()),
        "paddy_on_wetland_soil": paddy & (pl.col("soil_class") == "wetland_soil"),
    }
    parts = [
        cells.filter(condition).with_columns(pl.lit(flag).alias("flag"))
        for flag, condition in conditions.items()
    ]
    without = missing.filter(pl.col(REFERENCE).is_not_null())
    parts.append(without.with_columns(pl.lit("farmland_factor_missing").alias("flag")))
    return (
        pl.concat(part.select("flag", "farmland_use", "area_ha") for part in parts)
        .group_by("flag", "farmland_use")
        .agg(
            pl.len().cast(pl.Int64).alias("records"),
            pl.col("area_ha").sum().cast(pl.Decimal(*STOCK)),
        )
        .sort("flag", "farmland_use")
        .collect()
    )
