"""Reductions of a project after the event: from measured stocks to the vintages of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np
import polars as pl

from sinkcalc.ccer.ex_post import ex_post
from sinkcalc.ccer.fires import FIRE, carbon_before, fires_ex_post
from sinkcalc.ccer.numbers import Floats
from sinkcalc.ccer.plan import Plan, Results
from sinkcalc.ccer.stocks import Figure, Monitored
from sinkcalc.ccer.vintages import (
    CREDITABLE,
    NO_APPLICATION,
    BatchRule,
    Vintage,
    of_vintages,
    split_into_vintages,
    whole_tonnes,
)
from sinkcalc.errors import UsageProblem

AppliesTo = Literal["stock", "change"]
# decimals to which an uncertainty is rounded before it is compared: what is left is rounding error
_DECIMALS: Final = 12
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """What a methodology and the scheme say of a monitoring.

    Attributes
    ----------
    confidence
        Of the interval from which the uncertainty is taken.
    classes
        `uncertainty_max`, `discount`, ascending.
    applies_to
        Whether the discount is of the present stock or of the change.
    batch
        Of the scheme; None for a methodology outside it.
    """

    confidence: float
    classes: pl.DataFrame
    applies_to: AppliesTo
    batch: BatchRule | None


@dataclass(frozen=True)
class Reductions:
    """What a monitoring gives.

    Attributes
    ----------
    first, last
        Days of the interval, both within it.
    earlier
        Stock on the day before `first`.
    uncertainty
        Of the present stock: half-width over figure; None where the plots do not tell.
    discount
        None above the last class, or without an uncertainty: then there are no reductions.
    vintages, yearly
        Vintages, and figure -> one value a vintage, t CO2e.
    """

    first: date
    last: date
    earlier: Figure
    change: Figure
    uncertainty: float | None
    discount: float | None
    vintages: tuple[Vintage, ...]
    yearly: Mapping[str, Floats]

    def total(self, name: str) -> float:
        """Return a figure over all vintages, t CO2e."""
        return float(self.yearly[name].sum())

    @property
    def judged(self) -> bool:
        """Whether every vintage is either within the rules or outside."""
        return all(vintage.outcome != NO_APPLICATION for vintage in self.vintages)


def discount_of(uncertainty: float, classes: pl.DataFrame) -> float | None:
    """Return the discount of the first class whose limit is not exceeded; None above the last.

    Parameters
    ----------
    uncertainty
        Half-width of the interval over the mean, a fraction.
    classes
        `uncertainty_max` and `discount`, fractions, ascending.
    """
    rounded = round(uncertainty, _DECIMALS)
    reached = classes.filter(pl.col("uncertainty_max") >= rounded)["discount"]
    return None if reached.is_empty() else float(reached[0])


def discounted_change(
    earlier: float, present: float, discount: float, applies_to: AppliesTo
) -> float:
    """Return the change of the stock less the discount for uncertainty, t CO2e.

    change: ΔC (1 - DR) if ΔC > 0, else ΔC (1 + DR), with ΔC = C2 - C1.
    stock:  C2 (1 - DR) - C1; the earlier stock has no discount.

    Notes
    -----
    Which of the two a methodology means is a rule of its pack. Sources: AR-CM-001-V01 for the
    first (recalled); AR-TOOL14 v04.2 for the second, whose own classes differ (read as
    transcribed).
    """
    if applies_to == "stock":
        return present * (1 - discount) - earlier
    change = present - earlier
    return change * (1 - discount if change > 0 else 1 + discount)


def reductions(
    plan: Plan,
    results: Results,
    monitored: Monitored,
    interval: tuple[date | None, date],
    rules: Rules,
    application: date | None,
) -> Reductions:
    """Compute the reductions of a monitoring interval by vintage.

    The discounted change less the project's emissions is shared out by days; baseline, leakage
    and emissions of a vintage are those of the plan's years by their days in it, fire with the
    biomass that the earlier plots showed where that is more (`fires_ex_post`). Deduction for risk
    and reduction are the methodology's own equations. Whole tonnes by `whole_tonnes`: losses are
    covered within the batch, and the sum is rounded down once.

    Parameters
    ----------
    plan, results
        Of the project ex ante; its stock of year 0 stands in where no earlier one was measured.
    monitored
        Stocks from plots.
    interval
        Day of the earlier stock (None: the day before the crediting period) and of the present.
    application
        Day of the application for the batch.

    Returns
    -------
    Figures of the interval and its vintages.

    Raises
    ------
    UsageProblem
        If the interval reaches out of the crediting period, or the application is not after it.
    """
    before = interval[0] or plan.periods[0].last
    first, last = before + _DAY, interval[1]
    _require_within(plan, first, last, application)
    stocks = monitored.project
    if stocks.first is None or stocks.change is None:
        earlier = Figure(_ex_ante_stock(plan, results), None, None, None, None, None)
        change = stocks.last.less(earlier.value)
    else:
        earlier, change = stocks.first, stocks.change
    uncertainty = stocks.last.uncertainty
    discount = None if uncertainty is None else discount_of(uncertainty, rules.classes)
    vintages = split_into_vintages(first, last, rules.batch, application)
    yearly: dict[str, Floats] = {}
    if discount is not None:
        net = discounted_change(earlier.value, stocks.last.value, discount, rules.applies_to)
        fires = fires_ex_post(plan, results, carbon_before(plan, monitored))
        yearly = _by_vintage(plan, results, vintages, net, fires)
    return Reductions(first, last, earlier, change, uncertainty, discount, vintages, yearly)


def _by_vintage(
    plan: Plan, results: Results, vintages: tuple[Vintage, ...], net: float, fires: Floats
) -> dict[str, Floats]:
    days = np.array([vintage.days for vintage in vintages], dtype=np.float64)
    baseline = results["project", "baseline_removal_t"][0, 0]
    leakage = results["project", "leakage_t"][0, 0]
    change = net * days / days.sum()
    fire, baseline, leakage = (
        of_vintages(one, plan.periods, vintages) for one in (fires, baseline, leakage)
    )
    other = _other_emissions(plan, results)
    emitted = None if other is None else of_vintages(other, plan.periods, vintages)
    given = {
        "project_removal_t": change - fire if emitted is None else change - fire - emitted,
        "baseline_removal_t": baseline,
        "leakage_t": leakage,
    }
    made = ex_post(plan, given, ("risk_deduction_t", "reduction_t"))
    reduction = made["reduction_t"]
    admitted = [vintage.outcome == CREDITABLE for vintage in vintages]
    return {
        "discounted_change": change,
        "fire_emission": fire,
        **({} if emitted is None else {"other_emission": emitted}),
        "project_removal": given["project_removal_t"],
        "baseline_removal": baseline,
        "leakage": leakage,
        "risk_deduction": made["risk_deduction_t"],
        "reduction": reduction,
        "creditable_reduction": whole_tonnes(reduction, admitted),
    }


def _other_emissions(plan: Plan, results: Results) -> Floats | None:
    """Return what else than fire a methodology takes off the change of stocks, t CO2e by year.

    Plots show stocks and no gases: methane of a marsh is the plan's. None where there is none.
    """
    found = [each for each in plan.of_level("project") if each.symbol == "project_removal_t"]
    if not any(name != FIRE for each in found for _, name in each.expression.sums):
        return None
    discounted, removal = (
        results["project", symbol][0, 0] for symbol in ("discounted_change_t", "project_removal_t")
    )
    of_project = (plan.level("stratum").rows["scenario"] == "project").to_numpy()
    has_fire = any(name == FIRE for each in found for _, name in each.expression.sums)
    fire = results["stratum", FIRE][0, of_project].sum(axis=0) if has_fire else 0.0
    return np.asarray(discounted - removal - fire)


def _require_within(plan: Plan, first: date, last: date, application: date | None) -> None:
    begin, end = plan.periods[1].first, plan.periods[-1].last
    if not begin <= first <= last <= end:
        raise UsageProblem(
            zh=f"监测期 {first} 至 {last} 不在计入期 {begin} 至 {end} 之内;"
            "检查 --year 与 --previous-year(只写年份指该年 12 月 31 日)",
            en=f"the monitoring interval from {first} to {last} is not within the crediting period "
            f"from {begin} to {end}: check --year and --previous-year (a year alone is its 31 "
            "December)",
        )
    if application is not None and application <= last:
        raise UsageProblem(
            zh=f"申请登记日期 {application} 须晚于监测期末 {last};检查 --application",
            en=f"the application of {application} has to come after the last day of the interval, "
            f"{last}: check --application",
        )


def _ex_ante_stock(plan: Plan, results: Results) -> float:
    """Return the project's stock on the day before the crediting period, t CO2e."""
    of_project = (plan.level("stratum").rows["scenario"] == "project").to_numpy()
    return float(results["stratum", "stock_t"][0, of_project, 0].sum())
