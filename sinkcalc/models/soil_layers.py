"""Layers of a soil core: carbon density of each interval and the soil that it stands for."""

from typing import Final

import polars as pl

from sinkcalc.units import T_PER_HA_PER_G_PER_CM2

# what a model may give for an interval
CARBON: Final = "carbon_fraction"
BULK_DENSITY: Final = "bulk_density_g_per_cm3"
PREDICTED: Final = (CARBON, BULK_DENSITY)


def core_layers(
    intervals: pl.LazyFrame, depth_cm: float, mass_t_per_ha: float | None = None
) -> pl.LazyFrame:
    """Carbon density of every interval, and the thickness of soil that it stands for.

    The density of an interval is d = BD * C * (1 - q) * 100 t C/ha per cm, and its fine soil
    rho = BD * (1 - q) * 100 t/ha per cm, with bulk density BD in g/cm3, carbon C per dry mass
    and the volume q of coarse fragments (none where it is empty). Every rule about gaps, short
    cores and the depth is linear in the densities, so that the stock of a core is
    sum(w_i * d_i): w_i is the part of the interval above the depth z, half of each adjoining gap
    above z (the whole of a gap at the top), and what lies between the deepest interval and z.

    With an equivalent mass M, z is where the cumulative fine soil of the core, gaps included,
    reaches M, at constant density within an interval. Then dS = sum(w_i * (dd_i - c * drho_i)),
    where c is the carbon per mass at z: a denser soil reaches M earlier.

    An interval without a value of carbon or bulk density, measured or modelled, is a gap.
    Measured values come before modelled ones; carbon that the record itself calls modelled is
    no measurement and gives way to the model. Carbon without a word on its kind is organic.

    Parameters
    ----------
    intervals
        Rows of `CoreInterval` as floats, those of a core without overlap, with `interval_id`
        and what models give: `predicted_carbon_fraction`, `predicted_bulk_density_g_per_cm3`,
        their residual standard deviations `carbon_fraction_spread` and
        `bulk_density_g_per_cm3_spread`, and whether they lie outside the model's range,
        `carbon_fraction_outside` and `bulk_density_g_per_cm3_outside`; null where no model serves.
    depth_cm
        Depth that the stock goes to, cm.
    mass_t_per_ha
        Dry mass of fine soil that it goes to instead of the depth, t/ha.

    Returns
    -------
    One row an interval with a density: `core_id`, `interval_id`, `density` (t C/ha/cm),
    `weight_cm`, `cut_cm` (z), `bottom_cm`, `gap_cm` (gap above it, above z), `beyond_cm`
    (extrapolated), `modelled`, `outside`, `total`, and the derivative of the stock of the core by a
    modelled value: `by_carbon_fraction`, `by_bulk_density_g_per_cm3`, with the spreads; all
    zero where the value is measured.

    Source: IPCC 2013 Wetlands Supplement chapter 4 (stock to 1 m); Ellert & Bettany 1995,
    doi:10.4141/cjss95-075, and Wendt & Hauser 2013, doi:10.1111/ejss.12002 (equivalent mass).
    """
    layers = _with_neighbours(_with_densities(intervals))
    if mass_t_per_ha is None:
        # at a fixed depth the mass of the soil does not matter
        cut = {"cut_cm": pl.lit(float(depth_cm)), "carbon_at_cut": pl.lit(0.0)}
        layers = layers.with_columns(**cut)
    else:
        layers = _with_cut_at_mass(layers, mass_t_per_ha)
    return _with_derivatives(_with_weights(layers))


def _with_densities(intervals: pl.LazyFrame) -> pl.LazyFrame:
    kind = pl.col("carbon_kind").cast(pl.String).fill_null("organic")
    measured = pl.when(kind != "modelled").then(CARBON)
    fine = (1 - pl.col("coarse_fraction").fill_null(0.0)) * T_PER_HA_PER_G_PER_CM2
    return (
        intervals.select(
            "core_id",
            "interval_id",
            pl.col("depth_top_cm").alias("top_cm"),
            pl.col("depth_bottom_cm").alias("bottom_cm"),
            pl.coalesce(measured, f"predicted_{CARBON}").alias("carbon"),
            pl.coalesce(BULK_DENSITY, f"predicted_{BULK_DENSITY}").alias("bulk_density"),
            measured.is_null().alias("carbon_modelled"),
            pl.col(BULK_DENSITY).is_null().alias("bulk_density_modelled"),
            (measured.is_not_null() & (kind == "total")).alias("total"),
            fine.alias("fine"),
            *(f"{name}_spread" for name in PREDICTED),
            *(pl.col(f"{name}_outside").fill_null(False) for name in PREDICTED),
        )
        .filter(
            pl.col("carbon").is_not_null(),
            pl.col("bulk_density").is_not_null(),
            pl.col("bottom_cm") > pl.col("top_cm"),
        )
        .with_columns(
            (pl.col("bulk_density") * pl.col("fine")).alias("soil"),
            (pl.col("bulk_density") * pl.col("carbon") * pl.col("fine")).alias("density"),
            (pl.col("carbon_modelled") | pl.col("bulk_density_modelled")).alias("modelled"),
            (
                (pl.col("carbon_modelled") & pl.col(f"{CARBON}_outside"))
                | (pl.col("bulk_density_modelled") & pl.col(f"{BULK_DENSITY}_outside"))
            ).alias("outside"),
        )
        .sort("core_id", "top_cm", "bottom_cm")
    )


def _with_neighbours(layers: pl.LazyFrame) -> pl.LazyFrame:
    """Add the ends of the gaps above and below, and the densities of the gap above."""

    def of_gap(column: str) -> pl.Expr:
        own = pl.col(column)
        above = own.shift(1).over("core_id")
        return pl.when(above.is_null()).then(own).otherwise((above + own) / 2)

    above = pl.col("bottom_cm").shift(1).over("core_id")
    return layers.with_columns(
        above.is_null().alias("first"),
        above.fill_null(0.0).alias("gap_top_cm"),
        pl.col("top_cm").shift(-1).over("core_id").alias("next_top_cm"),
        of_gap("soil").alias("gap_soil"),
        of_gap("density").alias("gap_density"),
    ).with_columns(pl.col("next_top_cm").is_null().alias("last"))


def _with_cut_at_mass(layers: pl.LazyFrame, mass: float) -> pl.LazyFrame:
    """Add the depth where the fine soil reaches a mass, and the carbon per mass there."""
    gap_mass = (pl.col("top_cm") - pl.col("gap_top_cm")).clip(0.0) * pl.col("gap_soil")
    own_mass = (pl.col("bottom_cm") - pl.col("top_cm")) * pl.col("soil")
    before, below_gap, after = pl.col("before"), pl.col("below_gap"), pl.col("after")
    in_gap = (before < mass) & (mass <= below_gap)
    # the deepest interval goes on as far as the mass takes it
    in_own = (below_gap < mass) & ((mass <= after) | pl.col("last"))
    cut = (
        pl.when(in_gap)
        .then(pl.col("gap_top_cm") + (mass - before) / pl.col("gap_soil"))
        .when(in_own)
        .then(pl.col("top_cm") + (mass - below_gap) / pl.col("soil"))
    )
    content = (
        pl.when(in_gap).then(pl.col("gap_density") / pl.col("gap_soil")).when(in_own).then("carbon")
    )
    return (
        layers.with_columns(gap_mass.alias("gap_mass"), own_mass.alias("own_mass"))
        .with_columns(
            (pl.col("gap_mass") + pl.col("own_mass")).cum_sum().over("core_id").alias("after")
        )
        .with_columns((after - pl.col("own_mass")).alias("below_gap"))
        .with_columns((below_gap - pl.col("gap_mass")).alias("before"))
        .with_columns(
            cut.max().over("core_id").alias("cut_cm"),
            content.max().over("core_id").alias("carbon_at_cut"),
        )
    )


def _with_weights(layers: pl.LazyFrame) -> pl.LazyFrame:
    cut, top, bottom = pl.col("cut_cm"), pl.col("top_cm"), pl.col("bottom_cm")

    def above_cut(upper: pl.Expr, lower: pl.Expr) -> pl.Expr:
        return (pl.min_horizontal(lower, cut) - upper).clip(0.0).fill_null(0.0)

    own, gap = above_cut(top, bottom), above_cut(pl.col("gap_top_cm"), top)
    below = pl.when(~pl.col("last")).then(above_cut(bottom, pl.col("next_top_cm")))
    beyond = pl.when("last").then((cut - bottom).clip(0.0)).otherwise(0.0)
    share_of_gap = pl.when("first").then(gap).otherwise(gap / 2)
    return layers.with_columns(
        gap.alias("gap_cm"),
        beyond.alias("beyond_cm"),
        (own + share_of_gap + below.fill_null(0.0) / 2 + beyond).alias("weight_cm"),
    )


def _with_derivatives(layers: pl.LazyFrame) -> pl.LazyFrame:
    weight, fine = pl.col("weight_cm"), pl.col("fine")
    # a denser soil reaches an equivalent mass earlier, and loses carbon there
    kept = pl.col("carbon") - pl.col("carbon_at_cut")
    derivatives = {
        CARBON: weight * pl.col("bulk_density") * fine,
        BULK_DENSITY: weight * kept * fine,
    }
    modelled = {CARBON: pl.col("carbon_modelled"), BULK_DENSITY: pl.col("bulk_density_modelled")}
    return layers.select(
        *("core_id", "interval_id", "density", "soil", "weight_cm", "cut_cm", "bottom_cm"),
        *("gap_cm", "beyond_cm", "modelled", "outside", "total"),
        *(
            pl.when(modelled[name]).then(derivative).otherwise(0.0).alias(f"by_{name}")
            for name, derivative in derivatives.items()
        ),
        *(f"{name}_spread" for name in PREDICTED),
    )
