"""GB/T 26424: are the stands of a management inventory borne out by the plots of the sample."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy.special import stdtrit

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.survey.rows import ROUNDING

VERDICTS: Final = ("accepted", "find_cause", "survey_again", "not_judged")
_NEEDED: Final = ("stands_value", "plots_value", "plots_se", "plots_df")


@dataclass(frozen=True)
class VerdictLimits:
    """Limits of the verdict, from `parameters/stands_against_plots.csv`.

    Attributes
    ----------
    accepted_within, find_cause_within
        Largest difference for the verdict, in standard errors of the plots.
    reliability
        Confidence of the t in the sampling precision, 0-1.
    """

    accepted_within: float
    find_cause_within: float
    reliability: float


def load_limits() -> VerdictLimits:
    """Read the limits of the verdict."""
    rows = load_table("stands_against_plots").rows
    return VerdictLimits(**dict(rows.select("symbol", "value").iter_rows()))


def judge_stands(totals: pl.DataFrame, limits: VerdictLimits) -> pl.DataFrame:
    """Judge totals of stands by the totals of the plots, domain by domain.

    difference = stands_value - plots_value; difference_in_se = difference / plots_se. Verdict by
    its absolute value: `accepted` up to `accepted_within`, `find_cause` up to
    `find_cause_within`, `survey_again` above. sampling_precision = 1 - t plots_se / plots_value
    with t of `reliability` (two-sided) and `plots_df` degrees of freedom.

    Parameters
    ----------
    totals
        Any key columns (as `region_code`), then `stands_value`, `plots_value`, `plots_se` in one
        unit, `plots_df` degrees of freedom of the plots.
    limits
        The limits of the standard.

    Returns
    -------
    The key columns, `stands_value`, `plots_value`, `plots_se`, `difference`,
    `difference_in_se`, `verdict`, `verdict_reason`, `sampling_precision` (a fraction, below 0
    where the error exceeds the total; null without an error or a positive total). Where nothing
    can be judged the verdict is `not_judged` and `verdict_reason` says why (`no_value`,
    `no_standard_error`: also where all plots are alike or leave no degree of freedom;
    `precision_below_zero`: the interval of the plots holds 0, and any stands would pass);
    else the reason is null.

    Raises
    ------
    UsageProblem
        If a column is missing or a standard error is negative.

    Notes
    -----
    GB/T 26424-2010, limits recalled and not read. The error is that of the plots alone: the
    stands cover the whole area. A verdict is on figures as surveyed, before any adjustment.
    """
    missing = [column for column in _NEEDED if column not in totals.columns]
    if missing:
        raise UsageProblem(
            zh=f"小班与样地对照缺少列:{', '.join(missing)}",
            en=f"stands against plots: columns are missing: {', '.join(missing)}",
        )
    stands, plots, se, df = (pl.col(column).cast(pl.Float64) for column in _NEEDED)
    if totals.select((se < 0).any()).item():
        raise UsageProblem(
            zh="小班与样地对照:标准误(plots_se)为负。请给出标准误,而不是方差或区间下限",
            en="stands against plots: a standard error (plots_se) is negative. Give the standard "
            "error, not a variance or the lower end of an interval",
        )
    keys = [column for column in totals.columns if column not in _NEEDED]
    known = totals.select(
        *keys,
        *(e.fill_nan(None).alias(c) for e, c in zip((stands, plots, se, df), _NEEDED, strict=True)),
    )
    freedom = known["plots_df"].fill_null(np.nan).to_numpy()
    t = pl.Series("t", stdtrit(freedom, (1 + limits.reliability) / 2)).fill_nan(None)
    difference = pl.col("stands_value") - pl.col("plots_value")
    # one plot gives no degree of freedom, and plots that are all alike no error but of rounding
    above_rounding = pl.col("plots_se") > ROUNDING * pl.col("plots_value").abs()
    in_se = pl.when(above_rounding, pl.col("plots_df") >= 1).then(difference / pl.col("plots_se"))
    relative = pl.when(pl.col("plots_value") > 0).then(pl.col("plots_se") / pl.col("plots_value"))
    precision = 1 - pl.col("t") * relative
    reason = (
        pl.when(difference.is_null())
        .then(pl.lit("no_value"))
        .when(in_se.is_null())
        .then(pl.lit("no_standard_error"))
        .when(precision <= 0)
        .then(pl.lit("precision_below_zero"))
    )
    return known.with_columns(
        t, difference.alias("difference"), in_se.alias("difference_in_se")
    ).select(
        *keys,
        *_NEEDED[:3],
        "difference",
        "difference_in_se",
        pl.when(reason.is_null())
        .then(_verdict(pl.col("difference_in_se").abs(), limits))
        .otherwise(pl.lit("not_judged"))
        .alias("verdict"),
        reason.alias("verdict_reason"),
        precision.alias("sampling_precision"),
    )


def _verdict(distance: pl.Expr, limits: VerdictLimits) -> pl.Expr:
    return (
        pl.when(distance <= limits.accepted_within)
        .then(pl.lit("accepted"))
        .when(distance <= limits.find_cause_within)
        .then(pl.lit("find_cause"))
        .otherwise(pl.lit("survey_again"))
    )
