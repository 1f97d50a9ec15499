"""Covariances of the parameters an estimate uses."""

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.load import all_parameters, load_table


def parameter_covariance(factors: Factors) -> pl.DataFrame:
    """Return the covariance of every pair of parameters that has one.

    A published mean carries var = se^2 and df = n - 1 by itself. The pair (a, b) of a
    volume-biomass equation carries the covariance of its regression.

    Returns
    -------
    Columns `block` (parameters fitted together), `id_i`, `id_j`, `covariance`, `df`.
    """
    means = (
        all_parameters()
        .filter(pl.col("se").is_not_null())
        .select(
            pl.col("parameter_id").alias("block"),
            pl.col("parameter_id").alias("id_i"),
            pl.col("parameter_id").alias("id_j"),
            (pl.col("se") ** 2).alias("covariance"),
            (pl.col("n") - 1).cast(pl.Float64).alias("df"),
        )
    )
    return pl.concat([means, equation_covariance(factors.equations)])


def error_parameters(used: pl.DataFrame) -> pl.DataFrame:
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


def equation_covariance(equations: pl.DataFrame) -> pl.DataFrame:
    """Covariance of a and b of published equations B = a*V + b from n and R2.

    var(a) = a^2 (1/R2 - 1)/(n - 2); cov(a, b) = -Vm var(a);
    var(b) = var(a) (Vm^2 + S^2 (n - 1)/n), Vm and S the mean and standard deviation of the
    sample's volumes (m3/ha), which the sources do not print: assumed.

    An equation without n or R2 has no covariance and does not appear. Rows with one `fit_id` are
    copies of one regression: they are one block and fully correlated.

    Notes
    -----
    Ordinary least squares of one predictor: sigma^2 = a^2 S^2 (1 - R2)/R2 (n - 1)/(n - 2),
    var(a) = sigma^2/((n - 1) S^2), var(b) = sigma^2 (1/n + Vm^2/((n - 1) S^2)).
    """
    sample = load_table("volume_biomass").rows.filter(pl.col("equation_set") == "*")
    mean, cv = (
        sample.filter(pl.col("symbol") == symbol)["value"].item()
        for symbol in ("sample_mean_volume", "sample_volume_cv")
    )
    row = pl.col("parameter_id").str.replace(r"\.[^.]+$", "").alias("row")
    slope = equations.filter(pl.col("symbol") == "a").select(
        row,
        pl.col("fit_id").fill_null(row).alias("block"),
        pl.col("value").alias("a"),
        pl.col("n").cast(pl.Float64),
    )
    fit = equations.filter(pl.col("symbol") == "r2").select(row, pl.col("value").alias("r2"))
    n, a, r2 = pl.col("n"), pl.col("a"), pl.col("r2")
    var_a = a**2 * (1 / r2 - 1) / (n - 2)
    var_b = var_a * (mean**2 + (cv * mean) ** 2 * (n - 1) / n)
    rows = slope.join(fit, on="row").filter(n > 2)
    # rows copied from one regression share its error, each with each
    pairs = rows.join(rows.select("block", pl.col("row").alias("row_j")), on="block")
    (a_i, b_i), (a_j, b_j) = (
        (pl.col(name) + ".a", pl.col(name) + ".b") for name in ("row", "row_j")
    )
    return pl.concat(
        pairs.select(
            "block",
            i.alias("id_i"),
            j.alias("id_j"),
            covariance.alias("covariance"),
            (n - 2).alias("df"),
        )
        for i, j, covariance in (
            (a_i, a_j, var_a),
            (b_i, b_j, var_b),
            (a_i, b_j, -mean * var_a),
            (b_i, a_j, -mean * var_a),
        )
    )


def error_notes() -> pl.DataFrame:
    """Say of the parameters of equations what their errors rest on, or why they have none.

    Returns
    -------
    `parameter_id`, `note`: `assumed type` (a type of forest served by the regression of another
    has no known error), `recalled` (n or R2 of the regression is from memory) or `sample`.
    """
    rows = load_table("volume_biomass").rows.filter(pl.col("fit_id") != "")
    memory = (pl.col("evidence") == "recalled") | pl.col("note").str.contains("n from memory")
    doubt = rows.group_by("fit_id").agg(memory.any().alias("memory"))
    note = (
        pl.when(pl.col("status") == "assumed")
        .then(pl.lit("assumed type"))
        .when(pl.col("memory"))
        .then(pl.lit("recalled"))
        .otherwise(pl.lit("sample"))
    )
    in_use = pl.col("symbol").is_in(["a", "b"])
    return rows.filter(in_use).join(doubt, on="fit_id").select("parameter_id", note.alias("note"))
