"""Organic carbon and dry bulk density of a soil interval from its organic matter."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.vocabulary import WETLAND_CLASSES

CARBON: Final = "carbon"
BULK_DENSITY: Final = "bulk_density"
TARGETS: Final = (CARBON, BULK_DENSITY)
SYMBOLS: Final = ("a", "b", "c")
ORGANIC_MATTER: Final = "organic_matter_fraction"
_KEYS: Final = ("target", "wetland_class")

MODEL_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "model_id": pl.String,
    "target": pl.String,
    "wetland_class": pl.String,
    "form": pl.String,
    **dict.fromkeys(SYMBOLS, pl.Float64),
    **{f"{symbol}_id": pl.String for symbol in SYMBOLS},
    "x_min": pl.Float64,
    "x_max": pl.Float64,
    "residual_variance": pl.Float64,
    "residual_power": pl.Float64,
    "residual_base": pl.String,
    "residual_correlation": pl.Float64,
    "status": pl.String,
    "evidence": pl.String,
    "source_id": pl.String,
}
LOADING_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "parameter_id": pl.String,
    "block": pl.String,
    "factor": pl.Int32,
    "loading": pl.Float64,
    "df": pl.Float64,
}


@dataclass(frozen=True)
class SoilModels:
    """Relations that give carbon and bulk density from organic matter.

    Attributes
    ----------
    rows
        Columns `MODEL_COLUMNS`, one row a target (`carbon`, `bulk_density`) and wetland class;
        class null: every class without a row of its own. With OM the organic matter, g/g, the
        forms of carbon, g/g, are `origin` a OM, `linear` a OM + b, `quadratic` a OM + b OM^2 and
        `quadratic_intercept` a OM + b OM^2 + c; that of bulk density, g/cm3, is `mixing`
        1/(OM/a + (1 - OM)/b), a and b the densities that organic and mineral matter pack
        themselves to. `a_id`, `b_id`, `c_id` are parameter ids. One interval deviates from the
        relation with variance residual_variance * base^residual_power, base the organic matter
        (`size`) or the `prediction`; two intervals of one study with `residual_correlation`.
    loadings
        Columns `LOADING_COLUMNS`: errors of the coefficients as loadings on independent standard
        errors; coefficients without a row have no known error.
    """

    rows: pl.DataFrame
    loadings: pl.DataFrame


def by_organic_matter(intervals: pl.LazyFrame, models: SoilModels, target: str) -> pl.LazyFrame:
    """Give each interval the carbon or the bulk density that its organic matter says.

    C = a OM, a OM + b, a OM + b OM^2 or a OM + b OM^2 + c; BD = 1/(OM/a + (1 - OM)/b).

    Parameters
    ----------
    intervals
        `organic_matter_fraction`, g/g of dry soil, and `wetland_class`; both may be null.
    models
        The relation of the interval's class serves it, else that of every class.
    target
        `carbon` or `bulk_density`.

    Returns
    -------
    The intervals with, for `carbon` (those of `bulk_density` alike):

    - `carbon_modelled`: g organic carbon/g dry soil (`bulk_density_modelled`: g/cm3); null
      without organic matter or a relation;
    - `carbon_model`: id of the relation;
    - `carbon_a_id`, `_b_id`, `_c_id` and `carbon_d_a`, `_d_b`, `_d_c`: ids of its coefficients
      and the derivative of the value with respect to each; null where the form has none;
    - `carbon_residual_variance`: variance of one interval about the relation;
    - `carbon_residual_correlation`: of two intervals of one study, so of one core too;
    - `carbon_extrapolated`: organic matter outside the range of the relation, false where the
      source prints no range;
    - `carbon_limited`: the relation gives less than none, or more carbon than organic matter
      holds: the value is 0 or the organic matter, and all derivatives are 0.

    Raises
    ------
    ValueError
        If the target is neither.

    Notes
    -----
    Variance of a prediction: residual_variance + g' C g, g the derivatives and C the covariance
    of the coefficients (`SoilModels.loadings`). Valid for organic matter between 0 and 1, where
    the ideal mixing lies between its two densities. Mixing: Morris et al. 2016, equation of the
    abstract.
    """
    if target not in TARGETS:
        message = f"no relation gives {target}"
        raise ValueError(message)
    # the class may be an enum
    found = intervals.with_columns(pl.col("wetland_class").cast(pl.String).alias("_class")).join(
        _by_class(models, target).lazy(),
        on="_class",
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    a, b, c = (pl.col(f"_{symbol}") for symbol in SYMBOLS)
    om, form = pl.col(ORGANIC_MATTER).cast(pl.Float64), pl.col("_form")
    if target == BULK_DENSITY:
        value = 1 / (om / a + (1 - om) / b)
        slopes = [value**2 * om / a**2, value**2 * (1 - om) / b**2]
        least, most = pl.lit(0.0), pl.lit(None, pl.Float64)
    else:
        square = form.is_in(["quadratic", "quadratic_intercept"])
        second = pl.when(square).then(om**2).when(form == "linear").then(1.0)
        third = pl.when(form == "quadratic_intercept").then(1.0)
        slopes = [om, second, third]
        value = a * om + (b * second).fill_null(0) + (c * third).fill_null(0)
        least, most = pl.lit(0.0), om
    limited = (value < least) | (value > most).fill_null(False)
    within = value.clip(least, most)
    base = pl.when(pl.col("_residual_base") == "size").then(om).otherwise(within)
    return found.with_columns(
        within.alias(f"{target}_modelled"),
        pl.col("_model_id").alias(f"{target}_model"),
        *(pl.col(f"_{symbol}_id").alias(f"{target}_{symbol}_id") for symbol in SYMBOLS),
        *(
            pl.when(pl.col(f"_{symbol}_id").is_not_null())
            .then(pl.when(limited).then(0.0).otherwise(slope))
            .alias(f"{target}_d_{symbol}")
            for symbol, slope in zip(SYMBOLS, [*slopes, _none()][: len(SYMBOLS)], strict=True)
        ),
        (pl.col("_residual_variance") * base ** pl.col("_residual_power")).alias(
            f"{target}_residual_variance"
        ),
        pl.col("_residual_correlation").alias(f"{target}_residual_correlation"),
        (~om.is_between(pl.col("_x_min"), pl.col("_x_max")))
        .fill_null(False)
        .alias(f"{target}_extrapolated"),
        limited.alias(f"{target}_limited"),
    ).drop("_class", *(f"_{name}" for name in MODEL_COLUMNS if name not in _KEYS))


def long_derivatives(frame: pl.LazyFrame, target: str, keys: list[str]) -> pl.LazyFrame:
    """Return the derivatives of `by_organic_matter` as rows.

    Parameters
    ----------
    frame
        What `by_organic_matter` gave, with the keys.
    keys
        Columns that name an interval.

    Returns
    -------
    `keys`, `parameter_id`, `derivative` (of the value, per unit of the coefficient).
    """
    return pl.concat(
        frame.select(
            *keys,
            pl.col(f"{target}_{symbol}_id").alias("parameter_id"),
            pl.col(f"{target}_d_{symbol}").alias("derivative"),
        ).filter(pl.col("parameter_id").is_not_null(), pl.col("derivative").is_not_null())
        for symbol in SYMBOLS
    )


def _none() -> pl.Expr:
    return pl.lit(None, pl.Float64)


def _by_class(models: SoilModels, target: str) -> pl.DataFrame:
    """Return the relation that serves each class, and intervals of no class."""
    rows = models.rows.filter(pl.col("target") == target).drop("target")
    every = rows.filter(pl.col("wetland_class").is_null()).drop("wetland_class")
    own = rows.filter(pl.col("wetland_class").is_not_null())
    classes = [name for name in WETLAND_CLASSES if name not in own["wetland_class"].to_list()]
    others = pl.DataFrame({"wetland_class": [*classes, None]}, schema={"wetland_class": pl.String})
    served = pl.concat([own, others.join(every, how="cross").select(own.columns)])
    renamed = {name: f"_{name}" for name in served.columns if name not in _KEYS}
    return served.rename({**renamed, "wetland_class": "_class"})
