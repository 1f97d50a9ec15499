"""Monitoring of a project: plots of one occasion or two, and what follows from them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, cast

import polars as pl

from sinkcalc.ccer.calculation import Calculation
from sinkcalc.ccer.discounts import discount_classes
from sinkcalc.ccer.figures import figure, needed_day, needed_figure
from sinkcalc.ccer.monitored_stock import monitored_stocks
from sinkcalc.ccer.monitoring import AppliesTo, Reductions, Rules, reductions
from sinkcalc.ccer.monitoring_rows import (
    FOR_A_FIGURE,
    FOR_NO_DISCOUNT,
    Identity,
    monitoring_rows,
)
from sinkcalc.ccer.periods import anniversary
from sinkcalc.ccer.sample_size import further_plots
from sinkcalc.ccer.sampling_items import items_of_monitoring, not_verified
from sinkcalc.ccer.stocks import Monitored
from sinkcalc.ccer.vintages import BatchRule, latest_application
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.ccer_plot_columns import CARBON, Plots
from sinkcalc.pipeline.ccer_sampling import stratum_areas
from sinkcalc.survey.design import SinglePlot
from sinkcalc.units import PERCENT

Note = tuple[str, str]
_APPLIES_TO: Final = ("stock", "change")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class MonitorOptions:
    """Days and rules of a monitoring.

    Attributes
    ----------
    last, first
        Days of the present and the earlier stock; None for the day before the crediting period.
    application
        For the batch.
    confidence
        That of the methodology if None.
    """

    last: date
    first: date | None = None
    application: date | None = None
    confidence: float | None = None
    single_plot: SinglePlot = "fail"


@dataclass(frozen=True)
class MonitoringResult:
    """A monitoring.

    Attributes
    ----------
    rows
        Rows of `Monitoring`.
    items, unchecked
        What the figures rest on, and of it what nobody has checked.
    """

    monitored: Monitored
    reductions: Reductions
    rules: Rules
    rows: pl.DataFrame
    items: pl.DataFrame
    unchecked: pl.DataFrame
    notes: list[Note]


def monitor(
    calculation: Calculation,
    last: Plots,
    first: Plots | None,
    pools: tuple[str, ...],
    options: MonitorOptions,
) -> MonitoringResult:
    """Compute stocks, uncertainty, discount and reductions of a project from its plots.

    Parameters
    ----------
    last, first
        Plots of the present and the earlier occasion.
    pools
        That the carbon of the plots is of.

    Raises
    ------
    SinkcalcError
        If plots and strata, or days and the crediting period, do not go together.
    """
    rules = _rules(calculation, options)
    areas = stratum_areas(calculation.plan)
    monitored = monitored_stocks(
        last.rows,
        None if first is None else first.rows,
        areas,
        rules.confidence,
        options.single_plot,
    )
    made = reductions(
        calculation.plan,
        calculation.results,
        monitored,
        (options.first, options.last),
        rules,
        options.application,
    )
    project = calculation.project
    items = items_of_monitoring(calculation)
    unchecked = not_verified(calculation, items)
    rows = monitoring_rows(
        Identity(
            project.project_id,
            calculation.pack.code,
            "; ".join(pools),
            rules.confidence,
            unchecked.height,
            calculation.simulated,
        ),
        monitored,
        made,
        dict(areas.iter_rows()),
        _further(last.rows, areas, made, rules),
    )
    told = [*(first.notes if first else []), *last.notes, *monitored.notes]
    notes = list(
        dict.fromkeys([*told, *_notes(calculation, made, rules, first_time=first is None)])
    )
    return MonitoringResult(monitored, made, rules, rows, items, unchecked, notes)


def _rules(calculation: Calculation, options: MonitorOptions) -> Rules:
    project, pack = calculation.project, calculation.pack
    classes = discount_classes(pack)
    if classes.is_empty():
        raise SinkcalcError(
            zh=f"方法学包 {pack.code} 没有不确定性扣减表(没有读到原文),监测的减排量无法计算",
            en=f"the pack {pack.code} has no table of discounts for uncertainty (its text was not "
            "read): reductions cannot be computed from a monitoring",
        )
    applies_to = pack.about.get("discount_applies_to")
    if applies_to not in _APPLIES_TO:
        raise SinkcalcError(
            zh=f"方法学包 {pack.code} 的 discount_applies_to 应为 stock 或 change,"
            f"现为 {applies_to}",
            en=f"discount_applies_to of the pack {pack.code} has to be stock or change, not "
            f"{applies_to}",
        )
    confidence = options.confidence
    if confidence is None:
        confidence = needed_figure(project, pack, "sampling_confidence")
    if not 0 < confidence < 1:
        raise UsageProblem(
            zh=f"置信度 {confidence:g} 应在 0 与 1 之间,如 0.9",
            en=f"a confidence of {confidence:g} should lie between 0 and 1, as 0.9",
        )
    return Rules(
        confidence,
        classes,
        cast("AppliesTo", applies_to),
        BatchRule(
            needed_day(project, pack, "first_vintage_date"),
            round(needed_figure(project, pack, "vintage_years")),
        ),
    )


def _further(
    plots: pl.DataFrame, areas: pl.DataFrame, made: Reductions, rules: Rules
) -> dict[str, pl.DataFrame]:
    """Compute the plots that are missing for a figure, and for one without a discount."""
    if made.uncertainty is None:
        return {}
    found = (
        plots.sort("plot_id")
        .group_by("stratum", maintain_order=True)
        .agg(
            pl.col(CARBON).mean().alias("mean"),
            pl.col(CARBON).std().alias("sd"),
            pl.len().alias("plots"),
        )
    )
    strata = areas.join(found, on="stratum", how="inner", maintain_order="left")
    limits = {FOR_A_FIGURE: rules.classes["uncertainty_max"][-1]} if made.discount is None else {}
    free = rules.classes.filter(pl.col("discount") == 0)["uncertainty_max"]
    if made.discount != 0 and free.len():
        limits[FOR_NO_DISCOUNT] = free[-1]
    return {
        quantity: further_plots(strata, limit, rules.confidence)
        for quantity, limit in limits.items()
    }


def _notes(
    calculation: Calculation, made: Reductions, rules: Rules, *, first_time: bool
) -> list[Note]:
    days = (made.last - made.first).days + 1
    project, pack = calculation.project, calculation.pack
    notes: list[Note] = []
    least, most = (figure(project, pack, f"monitoring_years_{end}") for end in ("min", "max"))
    if least is not None and most is not None:
        shortest, longest = (anniversary(made.first, round(end)) - _DAY for end in (least, most))
        inside = shortest <= made.last <= longest
        notes.append(
            (
                f"监测期 {made.first} 至 {made.last},{days} 天;{pack.code} 的监测间隔为 "
                f"{least:g}–{most:g} 年" + ("" if inside else ",不在此范围内"),
                f"monitoring interval {made.first} to {made.last}, {days} days; {pack.code} asks "
                f"for {least:g} to {most:g} years" + ("" if inside else ": it is outside"),
            )
        )
    if first_time:
        notes.append(
            (
                f"没有前期样地:前期碳储量取项目 {made.earlier.value:,.1f} t CO2e"
                "(计入期前一日的事前值,含其全部碳库,无误差)",
                f"no earlier plots: the earlier stock is that of the plan on the day before the "
                f"crediting period, {made.earlier.value:,.1f} t CO2e, with all its pools and "
                "without an error",
            )
        )
    notes.append(
        (
            "基准线、泄漏与火灾为项目文件的事前值,按天数分摊;实际过火面积请写入 [[fires]]",
            "baseline, leakage and fires are those of the project file by their days: write what "
            "burnt into [[fires]]",
        )
    )
    return [*notes, *_of_uncertainty(made, rules), *_of_batch(made, rules)]


def _of_batch(made: Reductions, rules: Rules) -> list[Note]:
    """Say what the scheme's rules make of the vintages."""
    years, after = rules.batch.years, rules.batch.after
    notes: list[Note] = []
    if not made.judged:
        begin = max(made.first, after + _DAY)
        latest = latest_application(begin, years)
        notes.append(
            (
                f"没有 --application:减排量须产生于申请前 {years} 年以内,不能判定可申请的部分;"
                f"申请日期不晚于 {latest} 时,{begin} 以后的都在期内",
                f"without --application it is not known what lies within the {years} years before "
                f"it: an application until {latest} holds all from {begin} on",
            )
        )
    if made.yearly and made.total("reduction") <= 0:
        notes.append(
            (
                "监测期减排量不大于 0:没有可申请的减排量;已签发部分的逆转如何处理,所读办法没有规定",
                "reductions of the interval are 0 or below: nothing can be applied for; what is to "
                "happen to units issued before, the rules that were read do not say",
            )
        )
    return notes


def _of_uncertainty(made: Reductions, rules: Rules) -> list[Note]:
    if made.uncertainty is None:
        return [
            (
                "样地没有给出误差(样地全同、为 0,或没有自由度):没有不确定性,不给减排量",
                "the plots give no error (all alike, 0, or no degree of freedom): without an "
                "uncertainty there are no reductions",
            )
        ]
    said = f"{made.uncertainty * PERCENT:.2f} %"
    if made.discount is None:
        return [
            (
                f"不确定性 {said} 超过最高等级:不给减排量,须增加样地(见下)",
                f"the uncertainty of {said} is above the last class: no reductions, more plots are "
                "needed (see there)",
            )
        ]
    stock = rules.applies_to == "stock"
    return [
        (
            f"不确定性 {said}({rules.confidence:.0%} 区间半宽/碳储量),扣减率 "
            f"{made.discount:.0%},作用于{'本期碳储量,前期不扣减' if stock else '碳储量变化'}",
            f"uncertainty {said} (half-width at {rules.confidence:.0%} over the stock): a discount "
            f"of {made.discount:.0%}, "
            + ("of the present stock, none of the earlier" if stock else "of the change"),
        )
    ]
