"""Soil organic carbon of a core to a stated depth, or to a stated mass of soil."""

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from sinkcalc.models.soil_layers import PREDICTED
from sinkcalc.units import DEPTH_DECIMALS

# how the outcome of a core without a stock begins
LEFT_OUT: Final = "left_out"


@dataclass(frozen=True)
class CoreOptions:
    """To which depth or mass cores are summed, and by which rules.

    Attributes
    ----------
    depth_cm
        Depth that the stock goes to, cm.
    gaps
        `neighbours`: a gap has the mean of the densities of the adjoining intervals, a gap at
        the top that of the uppermost one; a core with a gap wider than the bound is left out.
        `leave_out`: a core with a gap is left out.
    short
        `leave_out`: a core that ends above the depth is left out. `extrapolate`: the density of
        the deepest interval goes on down to the depth, where the core reaches far enough.
    equivalent_mass_t_per_ha
        Dry mass of fine soil that the stock goes to instead of the depth, t/ha.
    total_carbon
        `exclude`: a core with total, not organic, carbon is left out. `include`: it serves.
    """

    depth_cm: int = 100
    gaps: Literal["neighbours", "leave_out"] = "neighbours"
    short: Literal["leave_out", "extrapolate"] = "leave_out"
    equivalent_mass_t_per_ha: float | None = None
    total_carbon: Literal["exclude", "include"] = "exclude"


@dataclass(frozen=True)
class CoreBounds:
    """Bounds of the rules, as shares of the depth of the stock.

    Attributes
    ----------
    largest_gap
        Widest single gap that the neighbours may fill.
    least_reach
        Depth that a core must reach to be extrapolated.
    """

    largest_gap: float
    least_reach: float


def stocks_of_cores(
    layers: pl.LazyFrame, cores: pl.LazyFrame, options: CoreOptions, bounds: CoreBounds
) -> pl.LazyFrame:
    """Stock of every core, or why it has none: S = sum(w_i * d_i), t C/ha.

    Parameters
    ----------
    layers
        Of `soil_layers.core_layers` with the same options.
    cores
        `core_id` of every core; other columns stay.

    Returns
    -------
    One row a core: the columns of `cores`, `outcome` (one of `CORE_OUTCOMES`; of several reasons to
    leave a core out the first of unknown, total carbon, short, gap), `carbon_t_per_ha` (null
    where left out), `residual_variance` ((t C/ha)^2), `cut_cm` (depth that the stock goes to;
    null without any density or soil), `reached_cm` (lower end of the deepest interval with one),
    and as shares of `cut_cm`: `gap_fraction`, `extrapolated_fraction`, `modelled_fraction`,
    `model_extrapolated_fraction` (by a model outside its range), `total_carbon_fraction`.

    What intervals deviate from a model is taken as fully correlated within a core, and as
    independent between carbon and bulk density and between cores:
    var = (sum(dS/dC_i * s_C,i))^2 + (sum(dS/dBD_i * s_BD,i))^2.
    """
    weight = pl.col("weight_cm")
    variances = [(pl.col(f"by_{name}") * pl.col(f"{name}_spread")).sum() ** 2 for name in PREDICTED]
    sums = layers.group_by("core_id", maintain_order=True).agg(
        (weight * pl.col("density")).sum().alias("stock"),
        pl.sum_horizontal(variances).alias("variance"),
        pl.col("cut_cm").first(),
        pl.col("bottom_cm").max().alias("reached_cm"),
        pl.col("gap_cm").sum(),
        pl.col("gap_cm").max().alias("widest_cm"),
        pl.col("beyond_cm").max(),
        (weight * pl.col("modelled")).sum().alias("modelled_cm"),
        (weight * pl.col("outside")).sum().alias("outside_cm"),
        (weight * pl.col("total")).sum().alias("total_cm"),
    )
    stands = ~pl.col("outcome").str.starts_with(LEFT_OUT)
    cut = pl.col("cut_cm")

    def share(column: str) -> pl.Expr:
        return (pl.col(column) / cut).fill_nan(0.0).fill_null(0.0)

    return (
        # the order of the right side too, or Polars sums the intervals of a core in any order
        cores.join(sums, on="core_id", how="left", maintain_order="left_right")
        .with_columns(_outcome(options, bounds).alias("outcome"))
        .select(
            *cores.collect_schema().names(),
            "outcome",
            pl.when(stands).then("stock").alias("carbon_t_per_ha"),
            pl.when(stands).then("variance").alias("residual_variance"),
            pl.when(cut.is_finite()).then(cut).alias("cut_cm"),
            pl.col("reached_cm").fill_null(0.0),
            # a core without any value is one gap
            pl.when(cut.is_null()).then(1.0).otherwise(share("gap_cm")).alias("gap_fraction"),
            pl.when(stands).then(share("beyond_cm")).otherwise(0.0).alias("extrapolated_fraction"),
            share("modelled_cm").alias("modelled_fraction"),
            share("outside_cm").alias("model_extrapolated_fraction"),
            share("total_cm").alias("total_carbon_fraction"),
        )
    )


def _outcome(options: CoreOptions, bounds: CoreBounds) -> pl.Expr:
    cut = pl.col("cut_cm")
    gap = pl.col("gap_cm").round(DEPTH_DECIMALS) > 0
    short = pl.col("beyond_cm").round(DEPTH_DECIMALS) > 0
    wide = gap & (pl.col("widest_cm") > bounds.largest_gap * cut)
    too_short = short & (pl.col("reached_cm") < bounds.least_reach * cut)
    if options.short == "leave_out":
        too_short = short
    if options.gaps == "leave_out":
        wide = gap
    with_total = pl.lit(options.total_carbon == "exclude") & (pl.col("total_cm") > 0)
    return (
        pl.when(cut.is_null())
        .then(pl.lit("left_out_unknown"))
        .when(with_total)
        .then(pl.lit("left_out_total_carbon"))
        .when(too_short)
        .then(pl.lit("left_out_short"))
        .when(wide)
        .then(pl.lit("left_out_gap"))
        .when(gap & short)
        .then(pl.lit("gap_filled_and_extrapolated"))
        .when(gap)
        .then(pl.lit("gap_filled"))
        .when(short)
        .then(pl.lit("extrapolated"))
        .otherwise(pl.lit("complete"))
    )


def core_gradients(layers: pl.LazyFrame, sensitivities: pl.LazyFrame) -> pl.LazyFrame:
    """Differentiate the stock of each core by the coefficients of the models behind it.

    dS/dtheta = sum_i(dS/dC_i * dC_i/dtheta + dS/dBD_i * dBD_i/dtheta) over the intervals whose
    carbon or bulk density is modelled.

    Parameters
    ----------
    layers
        Of `soil_layers.core_layers`.
    sensitivities
        `interval_id`, `column` (carbon_fraction or bulk_density_g_per_cm3), `parameter_id`,
        `derivative` of the predicted value by the coefficient.

    Returns
    -------
    `core_id`, `parameter_id`, `derivative` (t C/ha per unit of the coefficient).
    """
    of_layers = layers.unpivot(
        [f"by_{name}" for name in PREDICTED],
        index=["core_id", "interval_id"],
        variable_name="column",
        value_name="by_value",
    ).filter(pl.col("by_value") != 0)
    return (
        of_layers.with_columns(pl.col("column").str.strip_prefix("by_"))
        .join(sensitivities, on=["interval_id", "column"])
        # sorted before and not after the sum: Polars drops the order of what is sorted later, and
        # a sum of floats in another order differs in its last bit
        .sort("core_id", "parameter_id", "interval_id", "column", "by_value", "derivative")
        .group_by("core_id", "parameter_id", maintain_order=True)
        .agg((pl.col("by_value") * pl.col("derivative")).sum().alias("derivative"))
    )
