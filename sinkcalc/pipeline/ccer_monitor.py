"""Monitoring of a project: plots of one occasion or two, and what follows from them."""

from dataclasses import dataclass
from datetime import date
from typing import Final, cast

import polars as pl

from sinkcalc.ccer.calculation import Calculation
from sinkcalc.ccer.discounts import discount_classes
from sinkcalc.ccer.figures import needed_figure, pack_figure
from sinkcalc.ccer.further_plots import further_plots
from sinkcalc.ccer.monitored_stock import monitored_stocks
from sinkcalc.ccer.monitoring import AppliesTo, Reductions, Rules, reductions
from sinkcalc.ccer.monitoring_rows import (
    FOR_A_FIGURE,
    FOR_NO_DISCOUNT,
    Identity,
    monitoring_rows,
)
from sinkcalc.ccer.programme import batch_rule
from sinkcalc.ccer.project import Project
from sinkcalc.ccer.sampling_items import items_of_monitoring, not_verified
from sinkcalc.ccer.stocks import Monitored, Note
from sinkcalc.coefficients.packs import Pack
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.ccer_monitor_notes import monitoring_notes
from sinkcalc.pipeline.ccer_plot_columns import CARBON, Plots
from sinkcalc.pipeline.ccer_sampling import stratum_areas
from sinkcalc.survey.design import SinglePlot

_APPLIES_TO: Final = ("stock", "change")


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
        None, or that of the methodology: its classes of discount are for no other.
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
        dict.fromkeys(
            [*told, *monitoring_notes(calculation, made, rules, first_time=first is None)]
        )
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
    confidence = _confidence(project, pack, options.confidence)
    return Rules(confidence, classes, cast("AppliesTo", applies_to), batch_rule(pack))


def _confidence(project: Project, pack: Pack, asked: float | None) -> float:
    """Return the confidence that the classes of the discount are for: the pack's."""
    known = pack_figure(pack, "sampling_confidence")
    if known is None:
        known = needed_figure(project, pack, "sampling_confidence")
    if not 0 < known < 1:
        raise UsageProblem(
            zh=f"置信度 {known:g} 应在 0 与 1 之间,如 0.9",
            en=f"a confidence of {known:g} should lie between 0 and 1, as 0.9",
        )
    if asked is not None and asked != known:
        raise UsageProblem(
            zh=f"--confidence {asked:g}:{pack.code} 的扣减等级只用于 {known:g} 的置信度,"
            "不能换用;去掉 --confidence,其他置信度的区间可由输出的 se 与 df 得到",
            en=f"--confidence {asked:g}: the classes of discount of {pack.code} are for a "
            f"confidence of {known:g} and no other; leave --confidence out, and make other "
            "intervals from se and df of the output",
        )
    return known


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
        quantity: further_plots(strata, limit, rules.confidence, made.uncertainty)
        for quantity, limit in limits.items()
    }
