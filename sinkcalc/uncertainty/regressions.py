"""Errors of published equations from what their sources print."""

import polars as pl

from sinkcalc.coefficients.load import load_table


def regressions(equations: pl.DataFrame) -> pl.DataFrame:
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
            pl.lit("coefficients").alias("source"),
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
        pl.lit("residual").alias("source"),
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
