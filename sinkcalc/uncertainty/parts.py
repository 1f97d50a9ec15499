"""Errors of sums and differences of stored estimates, from what their errors are made of."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.uncertainty.errors import Errors
from sinkcalc.uncertainty.propagate import Propagated, combine, effects, propagate

NO_SPREADS: Final = pl.DataFrame(
    schema={"parameter_id": pl.String, "spread": pl.Float64, "source": pl.String}
)


@dataclass(frozen=True)
class ErrorParts:
    """What the errors of one run are made of.

    Attributes
    ----------
    gradients
        Keys, `quantity`, `pool`, `parameter_id`, `derivative`.
    residuals
        Keys, `quantity`, `pool`, `source`, `variance`: what stands deviate each on its own.
    errors
        Errors of the parameters.
    """

    gradients: pl.DataFrame
    residuals: pl.DataFrame
    errors: Errors


def with_fractions(budget: pl.DataFrame) -> pl.DataFrame:
    """Turn the `variance` of each source into `se` and `variance_fraction` of its row."""
    keys = [name for name in budget.columns if name not in ("source", "variance")]
    variance = pl.col("variance")
    whole = variance.sum().over(keys)
    return budget.with_columns(
        variance.sqrt().alias("se"),
        pl.when(whole > 0).then(variance / whole).otherwise(0.0).alias("variance_fraction"),
    ).drop("variance")


def sum_errors(parts: ErrorParts, by: list[str]) -> Propagated:
    """Give sums over groups of a run their error.

    Derivatives add up before they are squared: what groups share does not average out.

    Parameters
    ----------
    by
        Columns that stay; the groups of all others are summed.
    """
    gradients = parts.gradients.group_by(*by, "parameter_id", maintain_order=True).agg(
        pl.col("derivative").sum()
    )
    residuals = parts.residuals.group_by(*by, "source", maintain_order=True).agg(
        pl.col("variance").sum()
    )
    return propagate(gradients, residuals, parts.errors, by)


def difference_errors(first: ErrorParts, last: ErrorParts, by: list[str]) -> Propagated:
    """Give the differences of two runs their error.

    Var(Y2 - Y1) = sum_k (effect2_k - effect1_k)^2 + residual variances of both: a coefficient
    that both surveys share moves both in the same direction, and only the difference of its two
    effects is left. Measurements are each survey's own.

    Returns
    -------
    Rows without `without_error`; groups that only one run has count as 0 in the other.

    Notes
    -----
    Stands deviate from their models on both occasions as if anew. A stand that keeps its
    deviation would cancel its part: the residual here is an upper bound.
    """
    names = [*by, "block", "factor"]
    two = pl.concat(
        effects(parts.gradients, parts.errors, by).with_columns(pl.col("effect") * sign)
        for parts, sign in ((last, 1.0), (first, -1.0))
    )
    effect = two.group_by(names, maintain_order=True).agg(
        pl.col("effect").sum(), pl.col("source", "df", "basis").first()
    )
    residuals = (
        pl.concat([last.residuals, first.residuals])
        .group_by(*by, "source", maintain_order=True)
        .agg(pl.col("variance").sum())
    )
    groups = pl.concat([last.gradients.select(by), first.gradients.select(by)])
    return combine(effect, residuals, groups, by)
