"""Arbor forest by curves that were fitted to samples."""

from math import log
from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import Factors, species_groups
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.models.biomass import split_by_ratio
from sinkcalc.models.expansion import with_roots
from sinkcalc.schemas.stages import STOCK, Pools, join_pools
from sinkcalc.units import STOCK_DECIMALS
from sinkcalc.vocabulary import (
    AREA_MEASUREMENT,
    RESIDUAL,
    SPECIES,
    VEGETATION_CLASSES,
    VOLUME_MEASUREMENT,
)

# stands of a cell differ by less than this factor in volume per ha: the curve is taken as straight
# between them when its coefficients are drawn or differentiated, never for the stock itself
_BIN_WIDTH: Final = log(5 / 4)
_ARBOR: Final = VEGETATION_CLASSES.index("arbor")
_CURVE: Final = (
    "form",
    "pool",
    "valid_min",
    "valid_max",
    "residual_power",
    "residual_base",
)


def curve_value(v: pl.Expr) -> pl.Expr:
    """Biomass per ha at a volume per ha, by the `form`, `a` and `b` beside it.

    linear a*v + b, origin a*v, power a*v^b, hyperbolic v/(a + b*v); v m3/ha, t d.m./ha.
    """
    a, b = pl.col("a"), pl.col("b")
    return _by_form(linear=a * v + b, origin=a * v, power=a * v**b, hyperbolic=v / (a + b * v))


def _by_form(**values: pl.Expr) -> pl.Expr:
    form = pl.col("form")
    return pl.coalesce(pl.when(form == name).then(value) for name, value in values.items())


def with_curves(frame: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Add the curve of the most specific model that serves a row of arbor forest.

    Returns
    -------
    The rows with `a`, `a_id`, `b`, `b_id` and what else the model has; null where none serves.
    """
    keyless = [pl.lit(None, pl.String).alias(key) for key in ("origin", "age_group")]
    chosen = select_parameter(frame.with_columns(keyless), factors.curves, "a", alias="_a")
    rows = factors.curves.lazy()
    slope = rows.filter(pl.col("symbol") == "a").select(
        pl.col("parameter_id").alias("a_id"), pl.col("value").alias("a"), "model_id", *_CURVE
    )
    second = rows.filter(pl.col("symbol") == "b").select(
        "model_id", pl.col("parameter_id").alias("b_id"), pl.col("value").alias("b")
    )
    return (
        chosen.drop("_a", "_a_level", "origin", "age_group")
        .rename({"_a_id": "a_id"})
        .join(slope, on="a_id", how="left")
        .join(second, on="model_id", how="left")
    )


def with_curve_masses(stands: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Add the biomass of each stand whose species a model serves.

    B = A*f(V/A), rounded once to 1e-4 t.

    Parameters
    ----------
    stands
        One row a stand with the ENUM codes, `area_ha` and `volume_m3`.

    Returns
    -------
    The stands with `curve`, `volume_bin` (stands of similar volume per ha), `curve_t`, and the
    range `valid_min`, `valid_max` of the model, m3/ha; 0 and null where no model serves or the
    volume is missing or 0.

    Notes
    -----
    A model does not serve where its curve is not above 0, as a line of negative intercept below
    -b/a, or not finite, as a hyperbola at -a/b: neither is a biomass.
    """
    every = species_groups().lazy().with_columns(pl.lit("arbor").alias("vegetation_class"))
    unrecorded = every.select(pl.all().first()).with_columns(
        pl.lit(None, pl.String).alias("species"), pl.lit(None, pl.String).alias("species_group")
    )
    by_species = with_curves(pl.concat([every, unrecorded]), factors).select(
        pl.col("species").replace_strict(
            SPECIES, range(len(SPECIES)), return_dtype=pl.UInt8, default=None
        ),
        pl.lit(_ARBOR, pl.UInt8).alias("vegetation_class"),
        "form",
        "a",
        "b",
        "valid_min",
        "valid_max",
    )
    area, volume = (pl.col(name).cast(pl.Float64) for name in ("area_ha", "volume_m3"))
    v = volume / area
    f = curve_value(v)
    served = ((volume > 0) & pl.col("form").is_not_null() & f.is_finite() & (f > 0)).fill_null(
        False
    )
    mass = (f * area).round(STOCK_DECIMALS)
    return (
        stands.join(by_species, on=["vegetation_class", "species"], how="left", nulls_equal=True)
        .with_columns(
            served.alias("curve"),
            pl.when(served).then((v.log() / _BIN_WIDTH).floor().cast(pl.Int16)).alias("volume_bin"),
            pl.when(served).then(mass).otherwise(0.0).cast(pl.Decimal(*STOCK)).alias("curve_t"),
        )
        .drop("form", "a", "b")
    )


def curve_biomass(cells: pl.LazyFrame, factors: Factors) -> Pools:
    """Biomass of the cells that calibrated curves serve, t d.m.

    A model of whole trees is split by the root:shoot ratio R, above = B/(1 + R); to a model of
    what is above ground roots are added, below = above*R.

    Parameters
    ----------
    cells
        Rows of `CurveCell` as floats, with `curve` true.
    factors
        Parameter rows of the method.

    Notes
    -----
    The stock is the sum over stands. Derivatives are those of the curve at the mean volume of
    the cell's narrow class of volumes: dB/dp = B/f * df/dp. With V d ln f/dV = e the volume's
    relative error moves B by e*B and that of the area by (1 - e)*B. Validity: the range of the
    samples, outside which stands are flagged. Source: the samples of the calibration.
    """
    v = pl.col("volume_m3") / pl.col("area_ha")
    wide = with_curves(cells.drop("valid_min", "valid_max", strict=False), factors).with_columns(
        v.alias("v"), curve_value(v).alias("f")
    )
    wide = select_parameter(
        wide.with_columns(pl.lit(None, pl.String).alias(k) for k in ("origin", "age_group")),
        factors.root_shoot,
        "root_shoot_ratio",
    )
    whole = pl.col("pool") == "whole_tree"
    return join_pools(
        [
            split_by_ratio(wide.filter(whole), pl.col("curve_t"), _terms(), imputed=False),
            with_roots(wide.filter(~whole), pl.col("curve_t"), _terms()),
        ]
    )


def _terms() -> dict[str, pl.Expr]:
    """Return d(biomass)/d(what) of a cell."""
    biomass, v, f, a, b = (pl.col(name) for name in ("curve_t", "v", "f", "a", "b"))
    per_f = biomass / f
    below = a + b * v
    by_a = _by_form(linear=v, origin=v, power=f / a, hyperbolic=-v / below**2)
    by_b = _by_form(
        linear=pl.lit(1.0), origin=pl.lit(0.0), power=f * v.log(), hyperbolic=-((v / below) ** 2)
    )
    elasticity = _by_form(linear=a * v / f, origin=pl.lit(1.0), power=b, hyperbolic=a / below)
    base = pl.when(pl.col("residual_base") == "size").then(v).otherwise(f)
    return {
        "a_id": per_f * by_a,
        "b_id": per_f * by_b,
        VOLUME_MEASUREMENT: elasticity * biomass,
        AREA_MEASUREMENT: (1 - elasticity) * biomass,
        f"{RESIDUAL}a_id": base ** (pl.col("residual_power") / 2),
    }
