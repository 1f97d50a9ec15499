"""Carbon stocks of a project from its sample plots, on one occasion or two."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl
from scipy.special import stdtrit

from sinkcalc.ccer.stocks import Figure, Monitored, Note, Pairing, Stocks
from sinkcalc.errors import UsageProblem
from sinkcalc.survey import Design, SurveyResult, estimate_change, estimate_total
from sinkcalc.survey.design import SIZE, SinglePlot
from sinkcalc.survey.rows import FEW_PLOTS, SKEWED_SAMPLE
from sinkcalc.units import CO2E_PER_C

_FIRST: Final = "first_co2e_t_per_ha"
_LAST: Final = "last_co2e_t_per_ha"
_STRATUM: Final = "stratum"


def monitored_stocks(
    last: pl.DataFrame,
    first: pl.DataFrame | None,
    areas: pl.DataFrame,
    confidence: float,
    single_plot: SinglePlot = "fail",
) -> Monitored:
    """Estimate the carbon stock of a project and its change from plots in strata.

    C = 44/12 · sum over strata of A_i · mean c_i, V = sum (44/12 · A_i)² s_i²/n_i. Change
    C2 - C1 with V1 + V2 - 2 C12 on the same plots, with V1 + V2 on different ones; where part of
    the plots is common, of all plots together by `composite_change`.

    Parameters
    ----------
    last, first
        `plot_id`, `stratum`, `carbon_t_per_ha` (t C/ha); None with one occasion.
    areas
        `stratum`, `area_ha` (ha) of every stratum, on both occasions.
    confidence
        Of the intervals, by t of plots less strata.
    single_plot
        What to do about a stratum with one plot.

    Returns
    -------
    Figures, t CO2e.

    Raises
    ------
    UsageProblem
        If a plot is there twice, lies in no stratum, or a stratum has no plots or one.

    Notes
    -----
    Degrees of freedom of the difference of two independent totals after Satterthwaite 1946
    (recalled), rounded down.
    """
    occasions = [frame for frame in (first, last) if frame is not None]
    for frame in occasions:
        _require(frame, areas)
    design = Design(
        stratum=_STRATUM,
        sizes=areas.select(_STRATUM, pl.col("area_ha").alias(SIZE)),
        confidence=confidence,
        single_plot=single_plot,
    )
    if first is None:
        result = estimate_total(_as_co2e(last, _LAST), _LAST, design)
        whole, pairing, notes = Stocks(_figure(result, _LAST)), None, _told(result)
    else:
        pairing = _pairing(first, last)
        whole, notes = _both(first, last, design, pairing)
        notes = [*_said_of(pairing, first, last), *notes]
    strata = {
        name: _of_stratum(name, area, first, last, confidence)
        for name, area in areas.sort(_STRATUM).select(_STRATUM, "area_ha").iter_rows()
        if name in set(last[_STRATUM])
    }
    return Monitored(whole, strata, pairing, list(dict.fromkeys(notes)))


def _require(plots: pl.DataFrame, areas: pl.DataFrame) -> None:
    twice = plots.filter(pl.col("plot_id").is_duplicated())
    if twice.height:
        raise UsageProblem(
            zh=f"样地 {twice['plot_id'][0]} 在同一期出现 {twice.height} 次;每个样地一行",
            en=f"plot {twice['plot_id'][0]} is there more than once on one occasion: one row a "
            "plot",
        )
    known = areas[_STRATUM].to_list()
    lost = plots.filter(~pl.col(_STRATUM).is_in(known).fill_null(False))
    if lost.height:
        plot, stratum = lost.select("plot_id", _STRATUM).row(0)
        listed = ", ".join(sorted(known))
        raise UsageProblem(
            zh=f"{lost.height} 个样地不在项目的碳层中(如 {plot},层 {stratum or '空'})。"
            f"有合格地块的碳层:{listed};改正样地表的 stratum",
            en=f"{lost.height} plots lie in no stratum of the project (such as {plot}, stratum "
            f"{stratum or 'empty'}). Strata with eligible parcels: {listed}; correct stratum in "
            "the table of plots",
        )


def _as_co2e(plots: pl.DataFrame, name: str) -> pl.DataFrame:
    """Give the plots in their order by name, so that sums do not depend on the file's."""
    co2e = (pl.col("carbon_t_per_ha") * CO2E_PER_C).alias(name)
    return plots.sort("plot_id").select("plot_id", _STRATUM, co2e)


def _pairing(first: pl.DataFrame, last: pl.DataFrame) -> Pairing:
    before, after = set(first["plot_id"]), set(last["plot_id"])
    if before == after:
        return "same"
    return "partly" if before & after else "different"


def _said_of(pairing: Pairing, first: pl.DataFrame, last: pl.DataFrame) -> list[Note]:
    moved = first.join(last, on="plot_id", suffix="_last").filter(
        pl.col(_STRATUM) != pl.col(f"{_STRATUM}_last")
    )
    notes: list[Note] = []
    if moved.height:
        notes.append(
            (
                f"{moved.height} 个样地两期的碳层不同,按后期的碳层计",
                f"{moved.height} plots are of another stratum than before: they count in the later "
                "one",
            )
        )
    if pairing == "different":
        notes.append(
            (
                "两期没有共同的样地:变化的方差为两期方差之和,不含协方差",
                "no plot was measured on both occasions: the variance of the change is the sum of "
                "both, without a covariance",
            )
        )
    return notes


def _both(
    first: pl.DataFrame, last: pl.DataFrame, design: Design, pairing: Pairing
) -> tuple[Stocks, list[Note]]:
    before, after = _as_co2e(first, _FIRST), _as_co2e(last, _LAST)
    if pairing == "different":
        of_first = estimate_total(before, _FIRST, design)
        of_last = estimate_total(after, _LAST, design)
        one, two = _figure(of_first, _FIRST), _figure(of_last, _LAST)
        stocks = Stocks(two, one, _independent(one, two, design.confidence))
        return stocks, [*_told(of_first), *_told(of_last)]
    joined = after.join(before, on="plot_id", how="full", coalesce=True, suffix="_before").sort(
        "plot_id"
    )
    rows = joined.with_columns(pl.coalesce(_STRATUM, f"{_STRATUM}_before"))
    if pairing == "partly":
        design = replace(design, estimator="composite")
    result = estimate_change(rows, _FIRST, _LAST, design)
    return _of_change(result), _told(result)


def _told(result: SurveyResult) -> list[Note]:
    """Return what was done to strata, and a warning where few plots are skewed."""
    if SKEWED_SAMPLE not in set(result.rows["warning"]):
        return result.notes
    warning = (
        f"样地少于 {FEW_PLOTS} 个且分布偏斜:区间的实际覆盖率低于所称置信度",
        f"fewer than {FEW_PLOTS} plots of skewed carbon: the interval covers less than it says",
    )
    return [*result.notes, warning]


def _of_change(result: SurveyResult) -> Stocks:
    rows = {row["stat"]: row for row in result.rows.iter_rows(named=True) if row["stat"] != "total"}
    return Stocks(
        _figure(result, _LAST),
        _figure(result, _FIRST),
        _as_figure(rows["change"]),
        rows["covariance"]["value"],
    )


def _of_stratum(
    name: str, area: float, first: pl.DataFrame | None, last: pl.DataFrame, confidence: float
) -> Stocks:
    """Estimate one stratum from its own plots; the change only where they are all the same."""
    design = Design(size=area, confidence=confidence, single_plot="certainty")
    after = last.filter(pl.col(_STRATUM) == name)
    of_last = estimate_total(_as_co2e(after, _LAST), _LAST, design)
    alone = Stocks(_figure(of_last, _LAST))
    before = None if first is None else first.filter(pl.col(_STRATUM) == name)
    if before is None or before.is_empty():
        return alone
    pairing = _pairing(before, after)
    if pairing != "partly":
        return _both(before, after, design, pairing)[0]
    of_first = estimate_total(_as_co2e(before, _FIRST), _FIRST, design)
    return replace(alone, first=_figure(of_first, _FIRST))


def _figure(result: SurveyResult, variable: str) -> Figure:
    chosen = (pl.col("stat") == "total") & (pl.col("variable") == variable)
    return _as_figure(result.rows.filter(chosen).row(0, named=True))


def _as_figure(row: dict[str, Any]) -> Figure:
    # one plot has no spread: that of a stratum taken as certain is not 0, but not known
    known = row["df"] is not None and row["df"] > 0
    return Figure(
        row["value"],
        row["se"] if known else None,
        row["ci_low"],
        row["ci_high"],
        row["df"],
        row["n"],
    )


def _independent(first: Figure, last: Figure, confidence: float) -> Figure:
    """Return the difference of two stocks that rest on different plots."""
    value, n = last.value - first.value, (first.n or 0) + (last.n or 0)
    sides = _known([first, last])
    if sides is None:
        return Figure(value, None, None, None, None, n)
    variance = sum(se**2 for se, _ in sides)
    below = sum(se**4 / df for se, df in sides)
    if below == 0:
        return Figure(value, 0.0, None, None, None, n)
    df = math.floor(variance**2 / below)
    half = float(stdtrit(df, (1 + confidence) / 2)) * math.sqrt(variance)
    return Figure(value, math.sqrt(variance), value - half, value + half, df, n)


def _known(figures: Sequence[Figure]) -> list[tuple[float, int]] | None:
    """Return error and degrees of freedom of each figure; None if one has none."""
    found = [
        (figure.se, figure.df)
        for figure in figures
        if figure.se is not None and figure.df is not None and figure.df > 0
    ]
    return found if len(found) == len(figures) else None
