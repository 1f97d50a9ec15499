"""Errors of everything an estimate rests on, as loadings on independent standard errors."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.load import all_parameters
from sinkcalc.uncertainty.assumed import AssumedErrors
from sinkcalc.uncertainty.regressions import equation_errors, equation_spreads, regressions
from sinkcalc.vocabulary import COEFFICIENTS, MEASUREMENTS, OWN_FACTORS, RESIDUAL, RESIDUALS

# what a loading rests on, the weakest last
BASES: Final = ("published", "stated", "sample", "recalled", "assumed")


def _none_assumed() -> pl.DataFrame:
    return pl.DataFrame(schema={"parameter_id": pl.String, "assumed_id": pl.String})


@dataclass(frozen=True)
class Errors:
    """Errors of parameters and spreads of single stands.

    The error of parameter i is sum_k loading_ik * z_k with independent z_k of mean 0 and
    variance 1; parameters fitted together, or with a common cause, load on the same z_k. So
    cov(i, j) = sum_k loading_ik * loading_jk.

    Attributes
    ----------
    loadings
        `parameter_id`, `block` and `factor` (which name z_k), `loading` in the unit of the
        parameter, `df` (degrees of freedom of the block, null where it is not known from a
        sample), `source` (one of `ERROR_SOURCES`), `basis` (one of `BASES`).
    spreads
        `parameter_id`, `spread`: standard deviation of a single stand about the parameter's
        model, per ha; `source`.
    assumed
        `parameter_id`, `assumed_id`: the row of assumed or own errors behind a parameter, or
        behind the spread about it (`RESIDUAL` before its id).
    """

    loadings: pl.DataFrame
    spreads: pl.DataFrame
    assumed: pl.DataFrame = field(default_factory=_none_assumed)


def published_errors(factors: Factors) -> Errors:
    """Return the errors that the sources of the parameters print, and nothing else.

    A published mean carries var = se^2 with n - 1 degrees of freedom, and its plots spread by
    se*sqrt(n). The pair (a, b) of a volume-biomass equation carries the covariance of its
    regression, and stands spread by its residual; a calibrated model carries those of its fit.
    """
    # a and b of a relation with organic matter are correlated: `soil_models` has their errors
    alone = pl.col("table") != "soil_carbon_models"
    rows = all_parameters().filter(pl.col("se").is_not_null(), alone)
    means = rows.select(
        "parameter_id",
        pl.col("parameter_id").alias("block"),
        pl.lit(0, pl.Int32).alias("factor"),
        pl.col("se").alias("loading"),
        (pl.col("n") - 1).cast(pl.Float64).alias("df"),
        pl.lit(COEFFICIENTS).alias("source"),
        pl.lit("published").alias("basis"),
    )
    # only densities per ha are multiplied by the area of single stands
    densities = rows.filter(pl.col("unit").is_in(["t C/ha", "t d.m./ha"])).select(
        "parameter_id",
        (pl.col("se") * pl.col("n").cast(pl.Float64).sqrt()).alias("spread"),
        pl.lit(RESIDUALS).alias("source"),
    )
    equations = regressions(factors.equations)
    own_samples = [pl.lit(COEFFICIENTS).alias("source"), pl.lit("published").alias("basis")]
    residual = pl.lit(RESIDUALS).alias("source")
    return Errors(
        pl.concat(
            [means, equation_errors(equations), factors.curve_errors.with_columns(own_samples)]
        ),
        pl.concat(
            [densities, equation_spreads(equations), factors.curve_spreads.with_columns(residual)]
        ),
    )


def all_errors(factors: Factors, survey: int, own: Path | None = None) -> Errors:
    """Return the published errors, and assumed ones where the source prints none.

    Parameters
    ----------
    survey
        Whose measurements; a row may speak of the measurements of one survey.
    own
        A user's table of errors; its rows come before the shipped ones.

    Raises
    ------
    UsageProblem
        If the user's table is not usable.
    """
    published = published_errors(factors)
    assumed = AssumedErrors.read(own)
    of_survey = [f"{name}.{survey}" for name in MEASUREMENTS]
    relative = [*of_survey, *OWN_FACTORS]
    measured = pl.DataFrame({"parameter_id": relative, "value": [1.0] * len(relative)})
    rows = pl.concat([all_parameters().select("parameter_id", "value"), measured])
    filled = assumed.loadings(rows)
    # each survey has errors of measurement of its own, whatever it is called in the models
    measurement = pl.col("parameter_id").is_in(of_survey)
    filled = filled.with_columns(
        pl.when(measurement).then("parameter_id").otherwise("block").alias("block"),
        pl.when(measurement)
        .then(pl.col("parameter_id").str.strip_suffix(f".{survey}"))
        .otherwise("parameter_id")
        .alias("parameter_id"),
    )
    spreads = assumed.spreads(rows)
    filling = _filling(published.loadings, filled)
    spreading = _filling(published.spreads, spreads)
    single = pl.lit(RESIDUAL) + pl.col("parameter_id")
    return Errors(
        _filled(published.loadings, filling),
        _filled(published.spreads, spreading),
        pl.concat(
            [
                filling.select("parameter_id", "assumed_id"),
                spreading.select(single.alias("parameter_id"), "assumed_id"),
            ]
        ),
    )


def _filling(printed: pl.DataFrame, assumed: pl.DataFrame) -> pl.DataFrame:
    """Return the assumed rows that serve: a user's, and those that no source prints."""
    lacking = assumed.join(printed, on="parameter_id", how="anti", maintain_order="left")
    stated = assumed.filter("own").join(
        lacking, on="parameter_id", how="anti", maintain_order="left"
    )
    return pl.concat([stated, lacking])


def _filled(printed: pl.DataFrame, filling: pl.DataFrame) -> pl.DataFrame:
    """Put the rows that serve beside the printed ones that they leave."""
    kept = printed.join(filling, on="parameter_id", how="anti", maintain_order="left")
    return pl.concat([kept, filling.select(printed.columns)])


def assumed_rows(errors: Errors, used: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of assumed errors behind the used parameters, as `parameter_id`."""
    behind = errors.assumed.join(used, on="parameter_id", how="semi", maintain_order="left")
    return behind.select(pl.col("assumed_id").unique(maintain_order=True).alias("parameter_id"))


def residual_variances(
    sensitivities: pl.LazyFrame, cells: pl.LazyFrame, errors: Errors
) -> pl.LazyFrame:
    """Variance of each cell's figure from what its stands deviate from a model.

    var = (derivative * spread)^2 * sum(A^2): stands deviate each on its own, so a cell of many
    stands gains by their number.

    Parameters
    ----------
    sensitivities
        `cell_id`, `quantity`, `pool`, `parameter_id`, `derivative` (per t of the stand).
    cells
        Rows of `Cell`.

    Returns
    -------
    `cell_id`, `quantity`, `pool`, `parameter_id`, `source`, `variance`.
    """
    spreads = errors.spreads.lazy().with_columns(
        (pl.lit(RESIDUAL) + pl.col("parameter_id")).alias("parameter_id")
    )
    squares = cells.select("cell_id", pl.col("squared_area_ha2").cast(pl.Float64))
    return (
        sensitivities.join(spreads, on="parameter_id")
        .join(squares, on="cell_id")
        .select(
            "cell_id",
            "quantity",
            "pool",
            "parameter_id",
            "source",
            ((pl.col("derivative") * pl.col("spread")) ** 2 * pl.col("squared_area_ha2")).alias(
                "variance"
            ),
        )
    )
