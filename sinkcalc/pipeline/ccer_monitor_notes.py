"""What is said beside a monitoring."""

from datetime import timedelta
from typing import Final

from sinkcalc.ccer.calculation import Calculation
from sinkcalc.ccer.figures import figure
from sinkcalc.ccer.fires import has_fire
from sinkcalc.ccer.monitoring import Reductions, Rules
from sinkcalc.ccer.periods import anniversary
from sinkcalc.ccer.removals import CUMULATIVE
from sinkcalc.ccer.stocks import Note
from sinkcalc.ccer.vintages import latest_application
from sinkcalc.units import PERCENT

_DAY: Final = timedelta(days=1)


def monitoring_notes(
    calculation: Calculation, made: Reductions, rules: Rules, *, first_time: bool
) -> list[Note]:
    """Say how the interval, fires, uncertainty and vintages were judged.

    Parameters
    ----------
    first_time
        Whether there are no earlier plots.

    Returns
    -------
    Notes in Chinese and English.
    """
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
            "基准线与泄漏为项目文件的事前值,按天数分摊;实际过火面积请写入 [[fires]]",
            "baseline and leakage are those of the project file by their days: write what burnt "
            "into [[fires]]",
        )
    )
    if has_fire(calculation.plan, made.first, made.last):
        notes.append(_of_fire(first_time=first_time))
    return [
        *notes,
        *_of_uncertainty(made, rules),
        *_of_batch(made, rules),
        *_of_losses_before(calculation, made),
    ]


def _of_losses_before(calculation: Calculation, made: Reductions) -> list[Note]:
    """Say what the plan lost before the interval: a batch covers its own losses only."""
    before = [period.t for period in calculation.plan.periods if period.last < made.first]
    lost = -float(calculation.results["project", CUMULATIVE][0, 0, before[-1]])
    if lost < 1 or not made.yearly:
        return []
    return [
        (
            f"监测期之前,事前累计减排量为 -{lost:,.0f} t CO2e:本批只弥补监测期内的损失,"
            "以前的净损失没有扣除,申请前须先弥补",
            f"before the interval the plan's reductions add up to -{lost:,.0f} t CO2e: a batch "
            "covers the losses of its own interval only, those before are not taken off here and "
            "are to be covered first",
        )
    ]


def _of_fire(*, first_time: bool) -> Note:
    if first_time:
        return (
            "火灾排放按项目文件的过火面积与事前的地上生物量;没有前期样地可比较,"
            "生长曲线在幼龄时可能偏低",
            "emissions of fire are by the burnt area of the project file and the plan's biomass "
            "above ground: without earlier plots there is nothing to hold it against, and a growth "
            "curve may be too low for young trees",
        )
    return (
        "火灾排放按过火面积与两者中较大的生物量:事前的地上生物量,前期样地的碳储量"
        "(全部视为地上部分,按该层最小含碳率换算)",
        "emissions of fire are by the burnt area and the larger of two biomasses: the plan's above "
        "ground, and that of the earlier plots (all their carbon as if above ground, by the least "
        "carbon fraction of the stratum)",
    )


def _of_batch(made: Reductions, rules: Rules) -> list[Note]:
    """Say what the scheme's rules make of the vintages."""
    notes: list[Note] = []
    if rules.batch is None:
        notes.append(
            (
                "该方法学不属于自愿减排机制:没有五年期限与起始日",
                "the methodology is of no voluntary scheme: no five years and no first day",
            )
        )
    elif not made.judged:
        years, after = rules.batch.years, rules.batch.after
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
    losses = [
        vintage
        for vintage, value in zip(made.vintages, made.yearly.get("reduction", ()), strict=False)
        if value < 0
    ]
    if losses and made.judged:
        spans_zh = "、".join(f"{one.first} 至 {one.last}" for one in losses)
        spans_en = ", ".join(f"{one.first} to {one.last}" for one in losses)
        notes.append(
            (
                f"{spans_zh} 为净损失,由以后年度(不足时由此前年度,近者在先)的减排量弥补,"
                "五年以外的损失也须弥补",
                f"{spans_en}: a loss, covered by the later vintages and, where these do not "
                "suffice, by the latest before; also where it is older than the rules allow",
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
