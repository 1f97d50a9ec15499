"""Analytic propagation from group sums."""

from typing import Final

import numpy as np
import polars as pl
from scipy.special import stdtrit

CONFIDENCE: Final = 0.95
_MOST_LISTED: Final = 3
_ASSUMED: Final = "assumed type"


def propagate(
    sensitivities: pl.LazyFrame,
    covariance: pl.DataFrame,
    by: list[str],
    notes: pl.DataFrame | None = None,
) -> pl.DataFrame:
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
    notes
        `parameter_id`, `note`: what an error rests on (`sample`, `recalled`), or why there is
        none.

    Returns
    -------
    `by`, `se` (null where any parameter has no error), `t` (half width of the 95 % interval
    in standard errors), `without_error` (the parameters that have none; more than three of one
    family are counted), `rests_on` (`recalled` before `sample`, null where no parameter has
    such a note).

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
    if notes is None:
        notes = pl.DataFrame(schema={"parameter_id": pl.String, "note": pl.String})
    group = group.join(notes, on="parameter_id", how="left", maintain_order="left")
    without = _without_error(group, covariance, by)
    rests_on = (
        group.filter(pl.col("note").is_in(["sample", "recalled"]))
        .group_by(by, maintain_order=True)
        .agg(pl.col("note").min().alias("rests_on"))
    )
    group = group.drop("note")
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
    out = out.join(rests_on, on=by, how="left", nulls_equal=True)
    half_width = stdtrit(out["df"].fill_null(np.nan).to_numpy(), (1 + CONFIDENCE) / 2)
    complete = pl.col("without_error").is_null()
    return out.with_columns(
        pl.when(complete).then(pl.col("var").sqrt()).alias("se"),
        pl.Series("t", half_width),
    ).select(*by, "se", "t", "without_error", "rests_on")


def _without_error(group: pl.DataFrame, covariance: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """List the parameters of each group that have no error."""
    known = covariance["id_i"].unique().implode()
    family = pl.col("parameter_id").str.split(".").list.first().alias("family")
    counted = pl.concat_str(family.first(), pl.lit(" ("), pl.len(), pl.lit(" rows"))
    assumed = pl.col("note") == _ASSUMED
    of_them = pl.when(assumed.any()).then(pl.concat_str(pl.lit(f", {_ASSUMED}: "), assumed.sum()))
    named = pl.col("parameter_id") + pl.when(assumed).then(pl.lit(f" ({_ASSUMED})")).otherwise(
        pl.lit("")
    )
    return (
        group.filter(~pl.col("parameter_id").is_in(known))
        .group_by(*by, family, maintain_order=True)
        .agg(
            pl.when(pl.len() > _MOST_LISTED)
            .then(counted + of_them.fill_null("") + pl.lit(")"))
            .otherwise(named.str.join(", "))
            .alias("text")
        )
        .group_by(by, maintain_order=True)
        .agg(pl.col("text").str.join(", ").alias("without_error"))
    )
