"""Analytic propagation from group sums."""

from typing import Final

import numpy as np
import polars as pl
from scipy.special import stdtrit

CONFIDENCE: Final = 0.95
_MOST_LISTED: Final = 3


def propagate(sensitivities: pl.LazyFrame, covariance: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Give grouped sums the standard error that shared parameters cause.

    Var = sum_ij s_i s_j cov_ij with s_i the derivative of the group's sum by parameter i, so
    a coefficient that many stands share counts once with its whole weight. The degrees of
    freedom of the t interval are Satterthwaite's over blocks fitted together:
    df = Var^2 / sum_block(Var_block^2/df_block).

    Parameters
    ----------
    sensitivities
        Rows with the `by` columns, `cell_id`, `parameter_id`, `derivative`.
    covariance
        Rows `block`, `id_i`, `id_j`, `covariance`, `df`.
    by
        Columns that name a group.

    Returns
    -------
    `by`, `se` (null where any parameter has no error), `t` (half width of the 95 % interval
    in standard errors), `without_error` (the parameters that have none; more than three of one
    family are counted).

    Notes
    -----
    JCGM 100:2008 (GUM) eq. 13 and G.2b. First order; linear in every parameter but the
    root:shoot ratio and the carbon fraction of imputed stands.
    """
    group = (
        # floats are summed in a fixed order, so that equal input gives equal bytes
        sensitivities.sort(*by, "parameter_id", "cell_id")
        .group_by(*by, "parameter_id", maintain_order=True)
        .agg(pl.col("derivative").sum())
        .collect()
    )
    without = _without_error(group, covariance, by)
    left = group.rename({"parameter_id": "id_i", "derivative": "s_i"})
    right = group.rename({"parameter_id": "id_j", "derivative": "s_j"})
    blocks = (
        left.join(covariance, on="id_i")
        .join(right, on=[*by, "id_j"], nulls_equal=True)
        .sort(*by, "block", "id_i", "id_j")
        .group_by(*by, "block", maintain_order=True)
        .agg(
            (pl.col("s_i") * pl.col("s_j") * pl.col("covariance")).sum().alias("var"),
            pl.col("df").first(),
        )
    )
    total = blocks.group_by(by, maintain_order=True).agg(
        pl.col("var").sum(),
        (pl.col("var").sum() ** 2 / (pl.col("var") ** 2 / pl.col("df")).sum()).alias("df"),
    )
    out = group.select(by).unique(maintain_order=True)
    out = out.join(total, on=by, how="left", nulls_equal=True)
    out = out.join(without, on=by, how="left", nulls_equal=True)
    half_width = stdtrit(out["df"].fill_null(np.nan).to_numpy(), (1 + CONFIDENCE) / 2)
    complete = pl.col("without_error").is_null()
    return out.with_columns(
        pl.when(complete).then(pl.col("var").sqrt()).alias("se"),
        pl.Series("t", half_width),
    ).select(*by, "se", "t", "without_error")


def _without_error(group: pl.DataFrame, covariance: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """List the parameters of each group that have no error."""
    known = covariance["id_i"].unique().implode()
    family = pl.col("parameter_id").str.split(".").list.first().alias("family")
    counted = pl.concat_str(family.first(), pl.lit(" ("), pl.len(), pl.lit(" rows)"))
    return (
        group.filter(~pl.col("parameter_id").is_in(known))
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
