"""Errors of everything an estimate rests on, as loadings on independent standard errors."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.load import all_parameters, load_table
from sinkcalc.uncertainty.assumed import AssumedErrors
from sinkcalc.vocabulary import COEFFICIENTS, MEASUREMENTS, RESIDUAL, RESIDUALS

# what a loading rests on, the weakest last
BASES: Final = ("published", "sample", "recalled", "assumed")


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
    rows = all_parameters().filter(pl.col("se").is_not_null())
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
    equations = _regressions(factors.equations)
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
    measured = pl.DataFrame({"parameter_id": of_survey, "value": [1.0] * len(MEASUREMENTS)})
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


def _regressions(equations: pl.DataFrame) -> pl.DataFrame:
    """Return one row a published equation with `row`, `block`, `a`, `r2`, `n`, `basis`.

    An equation without n or R2 does not appear.
    """
    row = pl.col("parameter_id").str.replace(r"\.[^.]+$", "").alias("row")
    slope = equations.filter(pl.col("symbol") == "a").select(
        row,
        pl.col("fit_id").fill_null(row).alias("block"),
        pl.col("value").alias("a"),
        pl.col("n").cast(pl.Float64),
    )
    fit = equations.filter(pl.col("symbol") == "r2").select(row, pl.col("value").alias("r2"))
    notes = _recalled_fits().select(pl.col("fit_id").alias("block"), pl.lit("recalled").alias("_b"))
    return (
        slope.join(fit, on="row")
        .filter(pl.col("n") > 2)
        .join(notes, on="block", how="left", maintain_order="left")
        .with_columns(pl.col("_b").fill_null("sample").alias("basis"))
        .drop("_b")
    )


def _recalled_fits() -> pl.DataFrame:
    """Return `fit_id` of the regressions whose n or R2 is from memory."""
    rows = load_table("volume_biomass").rows.filter(pl.col("fit_id") != "")
    memory = (pl.col("evidence") == "recalled") | pl.col("note").str.contains("n from memory")
    return rows.filter(memory).select("fit_id").unique(maintain_order=True)


def _sample() -> tuple[float, float]:
    """Return mean and standard deviation of the volumes behind the published equations, m3/ha.

    The sources do not print them: assumed.
    """
    sample = load_table("volume_biomass").rows.filter(pl.col("equation_set") == "*")
    mean, cv = (
        float(sample.filter(pl.col("symbol") == symbol)["value"].item())
        for symbol in ("sample_mean_volume", "sample_volume_cv")
    )
    return mean, cv * mean


def equation_errors(regressions: pl.DataFrame) -> pl.DataFrame:
    """Errors of a and b of published equations B = a*V + b from n and R2.

    var(a) = a^2 (1/R2 - 1)/(n - 2); cov(a, b) = -Vm var(a);
    var(b) = var(a) (Vm^2 + S^2 (n - 1)/n), Vm and S the mean and standard deviation of the
    sample's volumes (m3/ha), which the sources do not print: assumed.

    With two independent standard errors that is a: se(a), 0 and b: -Vm se(a), S se(a)
    sqrt((n - 1)/n): the slope turns about the mean of the sample, whose height has an error of
    its own.

    Parameters
    ----------
    regressions
        `row` (the ids are row.a and row.b), `block`, `a` (t/m3), `r2`, `n`, `basis`. Rows with
        one `block` are copies of one regression: they are fully correlated.

    Returns
    -------
    Rows of `Errors.loadings`, df = n - 2.

    Notes
    -----
    Ordinary least squares of one predictor: sigma^2 = a^2 S^2 (1 - R2)/R2 (n - 1)/(n - 2),
    var(a) = sigma^2/((n - 1) S^2), var(b) = sigma^2 (1/n + Vm^2/((n - 1) S^2)).
    """
    mean, spread = _sample()
    n, a, r2 = pl.col("n"), pl.col("a"), pl.col("r2")
    se_a = a.abs() * ((1 / r2 - 1) / (n - 2)).sqrt()
    return pl.concat(
        regressions.select(
            (pl.col("row") + symbol).alias("parameter_id"),
            "block",
            pl.lit(factor, pl.Int32).alias("factor"),
            loading.alias("loading"),
            (n - 2).alias("df"),
            pl.lit(COEFFICIENTS).alias("source"),
            "basis",
        )
        for symbol, factor, loading in (
            (".a", 0, se_a),
            (".b", 0, -mean * se_a),
            (".b", 1, spread * se_a * ((n - 1) / n).sqrt()),
        )
    )


def equation_spreads(regressions: pl.DataFrame) -> pl.DataFrame:
    """Spread of single stands about published equations: the residual of the regression, t/ha.

    sigma^2 = a^2 S^2 (1 - R2)/R2 (n - 1)/(n - 2), S as in `equation_errors`.

    Notes
    -----
    Validity: sigma is that of the sample's plots. Stands are larger than plots and spread less:
    the figure is an upper bound.
    """
    _, spread = _sample()
    n, a, r2 = pl.col("n"), pl.col("a"), pl.col("r2")
    sigma = a.abs() * spread * ((1 - r2) / r2 * (n - 1) / (n - 2)).sqrt()
    return regressions.select(
        (pl.col("row") + ".a").alias("parameter_id"),
        sigma.alias("spread"),
        pl.lit(RESIDUALS).alias("source"),
    )


def sample_parameters(used: pl.DataFrame) -> pl.DataFrame:
    """Return the parameters that the errors of the used ones rest on.

    Parameters
    ----------
    used
        Column `parameter_id`.

    Returns
    -------
    R2 of every equation used, and the assumed moments of the samples, as `parameter_id`.
    """
    rows = load_table("volume_biomass").rows
    slopes = pl.col("parameter_id").str.strip_suffix(".a") + ".r2"
    fits = used.filter(pl.col("parameter_id").str.ends_with(".a")).select(slopes)
    known = fits.join(rows, on="parameter_id", how="semi")
    sample = rows.filter(pl.col("equation_set") == "*").select("parameter_id")
    return pl.concat([known, sample]) if known.height else known


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
