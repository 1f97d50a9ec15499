"""Yearly fluxes of wetlands as rows: each gas by itself, as mass and by a named set of GWP."""

from typing import Final

import polars as pl

from sinkcalc.models.wetland_flux import trophic_range
from sinkcalc.schemas.stages import STOCK
from sinkcalc.units import KG_PER_T, STOCK_DECIMALS

# t C of stock that is dug out leaves as CO2; the other gases are given as mass too
MASS_UNITS: Final = {"CH4": "kg CH4/yr", "N2O": "kg N2O/yr"}
CO2E_UNIT: Final = "t CO2e/yr"
RANGE: Final = "range of the trophic factor with the 95 % interval of the rest"
_TERM: Final = ("region_code", "wetland_class", "quantity", "gas")


def flux_rows(
    terms: pl.DataFrame, recalled: pl.DataFrame, gwp: dict[str, float], keys: list[str]
) -> pl.DataFrame:
    """Sum fluxes over the groups of a row.

    value = sum(mass * GWP), each term rounded once, to 1e-4 t CO2e/yr.

    Parameters
    ----------
    terms
        `region_code`, `wetland_class`, `quantity`, `gas`, `rule`, `mass_t` (t of the gas a
        year), `records`, `area_ha`, `low_t` and `high_t` (null but for a range).
    recalled
        `region_code`, `wetland_class`, `quantity`, `gas` of terms on a recalled parameter.
    gwp
        t CO2e per t of each gas.

    Returns
    -------
    `keys`, `gas`, `quantity`, `pool` (null), `value` (t CO2e/yr), `n`, shares, and `low` and
    `high` (t CO2e/yr; null where no term has a range).
    """
    factor = pl.col("gas").replace_strict(gwp, return_dtype=pl.Float64)
    marked = terms.join(
        recalled.with_columns(pl.lit(True).alias("recalled")),
        on=_TERM,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    area, mass = pl.col("area_ha").cast(pl.Float64), pl.col("mass_t")
    ranged = pl.col("low_t").is_not_null().any()
    bounds = [
        pl.when(ranged).then((pl.coalesce(side, mass) * pl.col("factor")).sum()).alias(name)
        for name, side in (("low", "low_t"), ("high", "high_t"))
    ]
    share = area.filter(pl.col("recalled").fill_null(False)).sum() / area.sum()
    none = pl.lit(0.0)
    return (
        marked.with_columns(factor.alias("factor"))
        .sort(*_TERM, "rule", nulls_last=True)
        .group_by(*keys, "gas", "quantity", maintain_order=True)
        .agg(
            pl.lit(None, pl.String).first().alias("pool"),
            (mass * pl.col("factor"))
            .round(STOCK_DECIMALS)
            .cast(pl.Decimal(*STOCK))
            .sum()
            .cast(pl.Decimal(*STOCK))
            .alias("value"),
            (mass * KG_PER_T)
            .round(STOCK_DECIMALS)
            .cast(pl.Decimal(*STOCK))
            .sum()
            .cast(pl.Decimal(*STOCK))
            .alias("mass_kg"),
            pl.col("records").sum().cast(pl.Int64).alias("n"),
            none.first().alias("share_extrapolated"),
            none.first().alias("share_imputed"),
            share.fill_nan(0.0).alias("share_recalled"),
            none.first().alias("share_fallback"),
            *bounds,
        )
    )


def flux_gradients(gradients: pl.DataFrame, gwp: dict[str, float], keys: list[str]) -> pl.DataFrame:
    """Sum the derivatives of fluxes, in t CO2e/yr, over the groups of a row.

    Parameters
    ----------
    gradients
        `region_code`, `wetland_class`, `quantity`, `gas`, `parameter_id`, `derivative` (t of the
        gas a year per unit of the parameter).
    """
    factor = pl.col("gas").replace_strict(gwp, return_dtype=pl.Float64)
    return (
        gradients.with_columns(
            (pl.col("derivative") * factor).alias("derivative"),
            pl.lit(None, pl.String).alias("pool"),
        )
        .sort(*_TERM, "parameter_id", nulls_last=True)
        .group_by(*keys, "gas", "quantity", "pool", "parameter_id", maintain_order=True)
        .agg(pl.col("derivative").sum())
    )


def with_ranges(rows: pl.DataFrame) -> pl.DataFrame:
    """Widen the range that a source states of a factor by the errors of everything else.

    ci_low = low - t se, ci_high = high + t se, with se the error of all but the factor that has
    the range: how likely its values are nobody says, so the whole has no standard error.

    Parameters
    ----------
    rows
        Rows with `value`, `se`, `ci_low`, `ci_high`, `se_reason`, `low`, `high`; errors without
        that of the ranged factor.
    """
    ranged = pl.col("low").is_not_null()
    value = pl.col("value").cast(pl.Float64)
    # where the rest has no error there is no interval, and its reason stays
    known = ranged & pl.col("se").is_not_null()
    reason = f"{RANGE}: {' – '.join(f'{end:g}' for end in trophic_range())}"
    nothing = [
        pl.when(~ranged).then(name).alias(name)
        for name in ("se", "share_assumed_error", "interval_method")
    ]
    return rows.with_columns(
        *nothing,
        *(
            pl.when(ranged).then(pl.col(end) + pl.col(bound) - value).otherwise(bound).alias(bound)
            for end, bound in (("low", "ci_low"), ("high", "ci_high"))
        ),
        pl.when(known).then(pl.lit(reason)).otherwise("se_reason").alias("se_reason"),
    ).drop("low", "high")


def mass_rows(rows: pl.DataFrame, gwp: dict[str, float]) -> pl.DataFrame:
    """Return the same fluxes as mass of the gas; a GWP is a convention and adds no error.

    Parameters
    ----------
    rows
        Rows of `flux_rows` with their errors.

    Returns
    -------
    Rows of the gases of `MASS_UNITS` with `unit`, in kg of the gas a year, without `gwp_set`.
    """
    scale = KG_PER_T / pl.col("gas").replace_strict(gwp, return_dtype=pl.Float64)
    return rows.filter(pl.col("gas").is_in(list(MASS_UNITS))).with_columns(
        pl.col("mass_kg").alias("value"),
        pl.col("gas").replace_strict(MASS_UNITS, return_dtype=pl.String).alias("unit"),
        pl.lit(None, pl.String).alias("gwp_set"),
        *(pl.col(name) * scale for name in ("se", "ci_low", "ci_high")),
    )
