"""Number of sample plots of a project, and what each stratum gets of them."""

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import polars as pl
from scipy.special import ndtri, stdtrit

from sinkcalc.ccer.numbers import Floats, round_down
from sinkcalc.errors import UsageProblem

# as a first result below this the number of plots is computed once more
FEW: Final = 30
WholePlots = Literal["down", "up"]


@dataclass(frozen=True)
class Aim:
    """What a sample is to achieve.

    Attributes
    ----------
    relative_error
        Half-width of the interval of the mean over the mean, 0 to 1.
    confidence
        Of that interval, 0 to 1.
    min_plots
        Least number in a stratum.
    small_fraction
        Part of all possible plots below which the population counts as infinite.
    whole
        How a first result below 30 is rounded before one is taken off as degrees of freedom; the
        tool says `n - 1` and leaves it open. Down gives the larger t.
    """

    relative_error: float
    confidence: float
    min_plots: int
    small_fraction: float
    whole: WholePlots = "down"


@dataclass(frozen=True)
class SampleSize:
    """A number of plots and how it came about.

    Attributes
    ----------
    strata
        One row a stratum, as given, with `possible_plots` (null where the plot's area is not
        known), `plots_computed`, `plots`, `sampled_fraction`.
    first
        Plots in all with t of infinite degrees of freedom.
    computed
        Plots in all with the last t, before strata are rounded.
    t, df
        Of the last pass; df is None for infinity.
    finite
        Whether the population counted as finite.
    mean
        Of the project, in units of the strata's means.
    expected
        Relative error that the whole numbers of plots give, with t of plots less strata; None
        where that leaves no degree of freedom.
    """

    strata: pl.DataFrame
    first: float
    computed: float
    t: float
    df: int | None
    finite: bool
    mean: float
    expected: float | None

    @property
    def plots(self) -> int:
        """Plots in all."""
        return int(self.strata["plots"].sum())

    @property
    def cost(self) -> float:
        """Cost of all plots."""
        return float((self.strata["plots"] * self.strata["cost"]).sum())


def number_of_plots(strata: pl.DataFrame, aim: Aim, plot_area_ha: float | None) -> SampleSize:
    """Compute how many plots a stratified sample needs.

    With w = area of the stratum over that of all, s its standard deviation, c the cost of a
    plot, N possible plots, E = relative error · sum(w · mean), V0 = (E/t)²:

    n   = sum(w s √c) · sum(w s/√c) / (V0 + sum(w s²)/N)
    n_i = n · (w_i s_i/√c_i) / sum(w s/√c)

    With equal costs that is n = N t² (sum w s)² / (N E² + t² sum w s²) and n_i ∝ w_i s_i. Below
    `small_fraction` of N it is n = (t/E)² (sum w s)², without N. t is two-sided, first for
    infinite degrees of freedom; if that gives n < 30, once more for n - 1, and not again. Each
    stratum is rounded up, to `min_plots` at least and to its possible plots at most; a stratum
    that would need more than these is measured wholly and the rest shared anew.

    Parameters
    ----------
    strata
        `stratum`, `area_ha` (ha), `mean`, `sd` (any one unit), `cost` (any one unit).
    plot_area_ha
        Area of a plot, ha; None if not known, then the population counts as infinite.

    Returns
    -------
    Plots by stratum and in all.

    Raises
    ------
    UsageProblem
        If a figure is out of bounds, the mean is 0 or a stratum holds no whole plot.

    Notes
    -----
    Validity: simple random plots in strata; a systematic layout is treated so. Sources: AR-TOOL03
    v2.1.0 (read as transcribed in github.com/mahardhitama/sample-plot-calculator,
    docs/sources/ar-am-tool-03-v2.1.0.md), for two passes and equal cost; the optimum for a fixed
    precision with costs as in PracTools 1.7.5, vignette Singlestage-samsize, strAlloc (read in
    github.com/cran/PracTools), after Cochran 1977, ch. 5 (recalled).
    """
    _require(strata, aim, plot_area_ha)
    area, mean, sd, cost = (
        strata[name].to_numpy().astype(np.float64) for name in ("area_ha", "mean", "sd", "cost")
    )
    weights = area / area.sum()
    overall = float((weights * mean).sum())
    if not overall > 0:
        raise UsageProblem(
            zh=f"各层加权平均为 {overall:g},相对误差没有意义;检查 mean",
            en=f"the weighted mean of the strata is {overall:g}, which no error can be relative "
            "to: check mean",
        )
    possible = None if plot_area_ha is None else area / plot_area_ha
    error = aim.relative_error * overall

    def passed(t: float) -> tuple[Floats, bool]:
        return _allocated(weights, sd, cost, (error / t) ** 2, possible, aim.small_fraction)

    t, df = float(ndtri((1 + aim.confidence) / 2)), None
    shares, finite = passed(t)
    first = float(shares.sum())
    if first < FEW:
        whole = round_down(np.array(first)) if aim.whole == "down" else _round_up(np.array(first))
        df = max(int(whole) - 1, 1)
        t = float(stdtrit(df, (1 + aim.confidence) / 2))
        shares, finite = passed(t)
    plots = np.maximum(_round_up(shares), aim.min_plots)
    if possible is not None:
        plots = np.minimum(plots, round_down(possible))
    table = strata.with_columns(
        pl.Series("possible_plots", possible, pl.Float64)
        if possible is not None
        else pl.lit(None, pl.Float64).alias("possible_plots"),
        pl.Series("plots_computed", shares),
        pl.Series("plots", plots.astype(np.int64)),
    ).with_columns((pl.col("plots") / pl.col("possible_plots")).alias("sampled_fraction"))
    spread = weights**2 * sd**2 / plots
    if finite and possible is not None:
        spread = spread * np.maximum(1 - plots / possible, 0)
    freedom = int(plots.sum()) - strata.height
    expected = None
    if freedom > 0:
        half = float(stdtrit(freedom, (1 + aim.confidence) / 2)) * math.sqrt(spread.sum())
        expected = half / overall
    computed = float(shares.sum())
    return SampleSize(table, first, computed, t, df, finite, overall, expected)


def _allocated(
    weights: Floats,
    sd: Floats,
    cost: Floats,
    allowed: float,
    possible: Floats | None,
    small_fraction: float,
) -> tuple[Floats, bool]:
    """Return plots by stratum before rounding, and whether the population counted as finite."""
    simple = _optimum(weights, sd, cost, allowed, None)
    if possible is None:
        return simple, False
    if simple.sum() / possible.sum() < small_fraction and (simple <= possible).all():
        return simple, False
    return _optimum(weights, sd, cost, allowed, possible), True


def _optimum(
    weights: Floats, sd: Floats, cost: Floats, allowed: float, possible: Floats | None
) -> Floats:
    """Return the cheapest plots by stratum whose mean has the allowed variance.

    Strata that would need more than their possible plots are taken whole: they add no variance,
    and the others are computed anew.
    """
    spread, root = weights * sd, np.sqrt(cost)
    rest = np.ones(weights.size, dtype=np.bool_)
    while True:
        correction = 0.0
        if possible is not None:
            correction = float((spread * sd)[rest].sum() / possible.sum())
        factor = (spread * root)[rest].sum() / (allowed + correction)
        plots = factor * spread / root
        if possible is None:
            return np.asarray(plots)
        plots = np.where(rest, plots, possible)
        over = rest & (plots > possible)
        if not over.any():
            return np.asarray(plots)
        rest &= ~over


def _round_up(value: Floats) -> Floats:
    return -round_down(-value)


def _require(strata: pl.DataFrame, aim: Aim, plot_area_ha: float | None) -> None:
    for what, value, sound in (
        ("relative_error", aim.relative_error, 0 < aim.relative_error < 1),
        ("confidence", aim.confidence, 0 < aim.confidence < 1),
        ("min_plots", aim.min_plots, aim.min_plots >= 1),
        ("small_fraction", aim.small_fraction, 0 <= aim.small_fraction <= 1),
        ("plot_area_ha", plot_area_ha, plot_area_ha is None or 0 < plot_area_ha < math.inf),
    ):
        if not sound:
            raise UsageProblem(
                zh=f"抽样参数 {what} = {value} 不可用:误差、置信度在 0 与 1 之间,样地数至少 1,"
                "面积大于 0",
                en=f"{what} = {value} cannot be used for a sample: errors and confidence lie "
                "between 0 and 1, plots are 1 at least, areas above 0",
            )
    bounds = {"area_ha": pl.col("area_ha") > 0, "cost": pl.col("cost") > 0}
    bounds |= {"mean": pl.col("mean") >= 0, "sd": pl.col("sd") >= 0}
    for column, sound_rows in bounds.items():
        bad = strata.filter(~(sound_rows & pl.col(column).is_finite()).fill_null(False))
        if bad.height:
            name, value = bad.select("stratum", column).row(0)
            raise UsageProblem(
                zh=f"层 {name} 的 {column} = {value} 不可用:面积与费用大于 0,均值与标准差不小于 0",
                en=f"{column} = {value} of stratum {name} cannot be used: areas and costs are "
                "above 0, means and standard deviations not below",
            )
    if plot_area_ha is not None:
        narrow = strata.filter(pl.col("area_ha") < plot_area_ha)
        if narrow.height:
            name, area = narrow.select("stratum", "area_ha").row(0)
            raise UsageProblem(
                zh=f"层 {name} 只有 {area:g} ha,容不下一个 {plot_area_ha:g} ha 的样地;"
                "并入其他层,或减小样地",
                en=f"stratum {name} has {area:g} ha and holds no plot of {plot_area_ha:g} ha: join "
                "it to another stratum or make plots smaller",
            )
