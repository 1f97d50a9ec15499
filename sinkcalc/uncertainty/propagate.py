"""Analytic propagation from group sums: IPCC approach 1."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy.special import ndtri, stdtrit

from sinkcalc.uncertainty.errors import BASES, Errors
from sinkcalc.vocabulary import ERROR_SOURCES

CONFIDENCE: Final = 0.95
_MOST_LISTED: Final = 3


@dataclass(frozen=True)
class Propagated:
    """Errors of grouped sums.

    Attributes
    ----------
    rows
        `by`, `se` (null where any parameter has no error), `df` (null: known), `t` (half width
        of the 95 % interval in standard errors), `share_assumed_error` (share of the variance
        from errors that no source prints), `rests_on` (the weakest basis of any part),
        `without_error` (parameters that have none; more than three of one family are counted).
    budget
        `by`, `source`, `variance`: one row a source of error, 0 where it does not enter.
    """

    rows: pl.DataFrame
    budget: pl.DataFrame


def group_gradients(sensitivities: pl.LazyFrame, by: list[str]) -> pl.DataFrame:
    """Sum the derivatives of cells to those of groups: `by`, `parameter_id`, `derivative`."""
    return (
        # floats are summed in a fixed order, so that equal input gives equal bytes
        sensitivities.sort(*by, "parameter_id", "cell_id")
        .group_by(*by, "parameter_id", maintain_order=True)
        .agg(pl.col("derivative").sum())
        .collect()
    )


def effects(gradients: pl.DataFrame, errors: Errors, by: list[str]) -> pl.DataFrame:
    """Say how much each independent standard error moves the sum of a group.

    effect_k = sum_i s_i loading_ik, with s_i the derivative by parameter i: a coefficient that
    many stands share counts once with its whole weight. An error common to parameters of several
    sources is booked under the source that it moves the group by most. Parts of one error whose
    sizes were estimated apart, as those of a core in several means, have the degrees of freedom
    (sum p)^2 / sum(p^2/df).

    Parameters
    ----------
    gradients
        `by`, `parameter_id`, `derivative`; see `group_gradients`.

    Returns
    -------
    `by`, `block`, `factor`, `effect`, `source`, `df`, `basis`.
    """
    part = pl.col("derivative") * pl.col("loading")
    return (
        gradients.join(errors.loadings, on="parameter_id")
        .sort(*by, "block", "factor", "parameter_id")
        .group_by(*by, "block", "factor", maintain_order=True)
        .agg(
            part.sum().alias("effect"),
            pl.col("source").sort_by(part.abs(), maintain_order=True).last(),
            pl.when(pl.col("df").n_unique() > 1)
            .then(part.sum() ** 2 / (part**2 / pl.col("df")).sum())
            .otherwise(pl.col("df").first())
            .alias("df"),
            pl.col("basis").first(),
        )
    )


def propagate(
    gradients: pl.DataFrame, residuals: pl.DataFrame, errors: Errors, by: list[str]
) -> Propagated:
    """Give grouped sums the standard error that all their sources cause together.

    Var = sum_k effect_k^2 + residual variance, see `effects` and `combine`.

    Parameters
    ----------
    gradients
        `by`, `parameter_id`, `derivative`; see `group_gradients`.
    residuals
        `by`, `source`, `variance`: what stands deviate each on its own.
    errors
        Errors of the parameters.
    by
        Columns that name a group.

    Notes
    -----
    JCGM 100:2008 (GUM) eq. 13 and G.2b; IPCC 2006 V1 Ch3 approach 1, with the correlations of
    shared parameters kept. First order; exact for what is linear in the parameters.
    """
    found = combine(effects(gradients, errors, by), residuals, gradients.select(by), by)
    without = _without_error(gradients, errors, by)
    rows = found.rows.join(without, on=by, how="left", nulls_equal=True, maintain_order="left")
    complete = pl.col("without_error").is_null()
    return Propagated(rows.with_columns(pl.when(complete).then("se").alias("se")), found.budget)


def combine(
    effect: pl.DataFrame, residuals: pl.DataFrame, groups: pl.DataFrame, by: list[str]
) -> Propagated:
    """Add independent effects by squares.

    The degrees of freedom of the t interval are Satterthwaite's over the blocks fitted together,
    df = Var^2 / sum_block(Var_block^2/df_block); a block without degrees of freedom and the
    residuals count as known.

    Parameters
    ----------
    effect
        Result of `effects`, or a difference of two.
    residuals
        `by`, `source`, `variance`.
    groups
        Column(s) `by` of the groups, repeated or not.

    Returns
    -------
    Rows without `without_error`, and the budget.
    """
    single = residuals.select(
        *by,
        "source",
        pl.lit("single stands").alias("block"),
        "variance",
        pl.lit(None, pl.Float64).alias("df"),
        pl.lit("published").alias("basis"),
    )
    squares = effect.select(
        *by, "source", "block", (pl.col("effect") ** 2).alias("variance"), "df", "basis"
    )
    parts = pl.concat([squares, single])
    blocks = parts.group_by(*by, "block", maintain_order=True).agg(
        pl.col("variance").sum(), pl.col("df").first(), pl.col("basis").first()
    )
    one_each = pl.concat([groups.select(by), residuals.select(by)]).unique(maintain_order=True)
    return Propagated(_intervals(one_each, blocks, by), _budget(one_each, parts, by))


def _intervals(groups: pl.DataFrame, blocks: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    variance = pl.col("variance")
    assumed = variance.filter(pl.col("basis") == "assumed").sum()
    place = pl.col("basis").replace_strict(BASES, range(len(BASES)), return_dtype=pl.Int8)
    # an error that does not move the group is no basis of its interval
    weakest = place.filter(variance > 0).max()
    total = blocks.group_by(by, maintain_order=True).agg(
        variance.sum(),
        (variance.sum() ** 2 / (variance**2 / pl.col("df")).sum()).alias("df"),
        (assumed / variance.sum()).fill_nan(0.0).alias("share_assumed_error"),
        weakest.replace_strict(range(len(BASES)), BASES, return_dtype=pl.String).alias("rests_on"),
    )
    out = groups.join(total, on=by, how="left", nulls_equal=True, maintain_order="left")
    df = out["df"].fill_nan(None).fill_null(np.inf).to_numpy()
    # stdtrit knows no infinite degrees of freedom
    upper = (1 + CONFIDENCE) / 2
    t = np.where(np.isfinite(df), stdtrit(np.where(np.isfinite(df), df, 1.0), upper), ndtri(upper))
    return out.with_columns(variance.sqrt().alias("se"), pl.Series("t", t)).drop("variance")


def _budget(groups: pl.DataFrame, parts: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    sources = pl.DataFrame({"source": ERROR_SOURCES})
    found = parts.group_by(*by, "source", maintain_order=True).agg(pl.col("variance").sum())
    return (
        groups.join(sources, how="cross", maintain_order="left_right")
        .join(found, on=[*by, "source"], how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.col("variance").fill_null(0.0))
    )


def _without_error(gradients: pl.DataFrame, errors: Errors, by: list[str]) -> pl.DataFrame:
    """List the parameters of each group that have no error."""
    family = pl.col("parameter_id").str.split(".").list.first().alias("family")
    counted = pl.concat_str(family.first(), pl.lit(" ("), pl.len(), pl.lit(" rows)"))
    return (
        gradients.join(errors.loadings, on="parameter_id", how="anti", maintain_order="left")
        .group_by(*by, family, maintain_order=True)
        .agg(
            pl.when(pl.len() > _MOST_LISTED)
            .then(counted)
            .otherwise(pl.col("parameter_id").str.join(", "))
            .alias("text")
        )
        .group_by(by, maintain_order=True)
        .agg(pl.col("text").str.join(", ").alias("without_error"))
    )
