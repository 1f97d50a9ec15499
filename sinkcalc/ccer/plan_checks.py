"""What a project may not ask of a methodology, refused before anything is computed."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.ccer.periods import ages, removed_fraction
from sinkcalc.ccer.plan import BOTH, SCENARIOS, Period
from sinkcalc.ccer.plan_rows import StratumRow, stratum_rows
from sinkcalc.ccer.project import Project
from sinkcalc.coefficients.packs import Pack
from sinkcalc.errors import SinkcalcError, UsageProblem, did_you_mean

YEARS_MIN, YEARS_MAX = "crediting_years_min", "crediting_years_max"
# of a sum of shares: those written with few decimals may miss the whole
_DECIMALS: Final = 6
_SWITCHES: Final = {"yes": True, "no": False}
# half-life of a product in the pack, and the share of the timber that goes into it
_HALF_LIFE: Final = "half_life_"
_PRODUCT: Final = "hwp_"
# unit of a fraction
_SHARE: Final = "1"
# parts that are taken off the results
_FACTORS_OF_RESULTS: Final = ("k_risk",)


def check_areas(project: Project, areas: Mapping[str, float]) -> None:
    """Refuse strata without area, and areas of strata that the project does not have.

    Raises
    ------
    SinkcalcError
        Naming the strata.
    """
    named = [stratum.stratum for stratum in project.strata]
    strange = sorted(set(areas) - set(named))
    if strange:
        listed = ", ".join(strange)
        hint_zh, hint_en = did_you_mean(strange[0], named)
        raise SinkcalcError(
            zh=f"{project.path}:地块所属碳层 {listed} 不在项目的 strata 中;{hint_zh}",
            en=f"{project.path}: parcels name the strata {listed}, which the project does not "
            f"have; {hint_en}",
        )
    empty = sorted(name for name in named if not areas.get(name, 0) > 0)
    if empty or not named:
        listed = ", ".join(empty) or "–"
        raise SinkcalcError(
            zh=f"{project.path}:碳层 {listed} 没有合格地块的面积。请检查地块的 stratum 列和筛查结果"
            "(sinkcalc ccer screen),或删去该碳层",
            en=f"{project.path}: the strata {listed} have no area of eligible parcels. Check the "
            "parcels' column stratum and the screening (sinkcalc ccer screen), or take the "
            "stratum out",
        )


def check_fires(project: Project, areas: Mapping[str, float]) -> None:
    """Refuse fires on more land than a stratum has.

    Raises
    ------
    UsageProblem
        Naming stratum and year.
    """
    for stratum in project.strata:
        area = areas[stratum.stratum]
        for year, burnt in stratum.burnt:
            if round(burnt - area, _DECIMALS) > 0:
                raise UsageProblem(
                    zh=f"{project.path} 碳层 {stratum.stratum}:{year} 年过火 {burnt:g} ha,超过合格"
                    f"地块的面积 {area:g} ha。请改正 [[fires]] 中的面积",
                    en=f"{project.path}, stratum {stratum.stratum}: {burnt:g} ha burn in {year}, "
                    f"more than the {area:g} ha of its eligible parcels. Correct the area under "
                    "[[fires]]",
                )


def check_figures(project: Project, pack: Pack) -> None:
    """Refuse figures of the project below 0, and shares above the whole.

    Raises
    ------
    UsageProblem
        Naming the figure.
    """
    rows = pack.tables["inputs"].filter(pl.col("unit") == _SHARE)
    shares = {*rows["symbol"], *_FACTORS_OF_RESULTS}
    figures = [("[parameters]", own.symbol, own.value) for own in project.parameters]
    for where, symbol, value in figures:
        if value < 0:
            raise UsageProblem(
                zh=f"{project.path} {where}:{symbol} = {value:g} 小于 0",
                en=f"{where} of {project.path}: {symbol} = {value:g} is below 0",
            )
    figures += [
        (f"[strata.{stratum.stratum}.inputs]", symbol, value)
        for stratum in project.strata
        for symbol, value in stratum.inputs.items()
    ]
    for where, symbol, value in figures:
        if symbol in shares and not 0 <= value <= 1:
            raise UsageProblem(
                zh=f"{project.path} {where}:{symbol} = {value:g} 应为 0 至 1 的小数;"
                "百分之五写 0.05",
                en=f"{where} of {project.path}: {symbol} = {value:g} must be a fraction from 0 to "
                "1; five per cent is 0.05",
            )


def check_wood_products(project: Project, pack: Pack) -> None:
    """Refuse uses of harvested timber that add up to more than all of it.

    Raises
    ------
    UsageProblem
        Naming the stratum and the sum.
    """
    symbols = pack.tables["parameters"]["symbol"]
    asked = [
        _PRODUCT + symbol.removeprefix(_HALF_LIFE)
        for symbol in symbols
        if symbol.startswith(_HALF_LIFE)
    ]
    common = {own.symbol: own.value for own in project.parameters}
    for stratum in project.strata:
        given = common | stratum.inputs
        shares = {name: given[name] for name in asked if name in given}
        total = sum(shares.values())
        if round(total - 1, _DECIMALS) > 0:
            listed = " + ".join(f"{name} {share:g}" for name, share in shares.items())
            raise UsageProblem(
                zh=f"{project.path} 碳层 {stratum.stratum}:木材用途的比例之和为 {total:g},大于 1:"
                f"{listed}。请改正 [strata.{stratum.stratum}.inputs] 中的比例",
                en=f"{project.path}, stratum {stratum.stratum}: the uses of timber add up to "
                f"{total:g}, more than 1: {listed}. Correct the shares under "
                f"[strata.{stratum.stratum}.inputs]",
            )


def check_years(project: Project, pack: Pack) -> None:
    """Refuse a crediting period outside the methodology's shortest and longest.

    Raises
    ------
    UsageProblem
        With the limits.
    """
    limits = dict(pack.tables["parameters"].select("symbol", "value").iter_rows())
    least, most = limits.get(YEARS_MIN), limits.get(YEARS_MAX)
    years = project.crediting_years
    if years < 1 or (least is not None and years < least) or (most is not None and years > most):
        given = f"{least or 1:g}–{most or float('inf'):g}"
        raise UsageProblem(
            zh=f"{project.path}:计入期 {years} 年不在方法学 {pack.code} 允许的 {given} 年之内",
            en=f"{project.path}: a crediting period of {years} years is outside the {given} years "
            f"of {pack.code}",
        )


def pool_flags(project: Project, pack: Pack, pools: Sequence[str]) -> dict[tuple[str, str], bool]:
    """Tell which of the pools that equations ask about are counted, by scenario.

    Parameters
    ----------
    pools
        Names behind `include_` in the equations.

    Returns
    -------
    (scenario, pool) -> whether it is counted.

    Raises
    ------
    UsageProblem
        If the project counts a pool that the methodology leaves out, leaves out one that it
        counts, or names one that it does not have.
    """
    words = _words(pack)
    known = sorted({pool for _, pool in words} | set(pools))
    for pool, chosen in project.pools.items():
        if pool not in known:
            zh, en = did_you_mean(pool, known)
            raise UsageProblem(
                zh=f"{project.path} 的 pools:方法学 {pack.code} 没有碳库 {pool};{zh}",
                en=f"pools of {project.path}: {pack.code} has no pool {pool}; {en}",
            )
        _check_switch(project, pack, pool, chosen, words)
    return {
        (scenario, pool): _SWITCHES.get(
            words.get((scenario, pool), "optional"), project.pools.get(pool, False)
        )
        for scenario in SCENARIOS
        for pool in pools
    }


def _words(pack: Pack) -> dict[tuple[str, str], str]:
    """Return yes, no or optional by scenario and pool; of several gases the one that counts."""
    found: dict[tuple[str, str], str] = {}
    for row in pack.tables["pools"].iter_rows(named=True):
        scenarios = SCENARIOS if row["scenario"] == BOTH else (row["scenario"],)
        for scenario in scenarios:
            before = found.get((scenario, row["pool"]), "no")
            found[scenario, row["pool"]] = row["included"] if before == "no" else before
    return found


def _check_switch(
    project: Project, pack: Pack, pool: str, chosen: bool, words: Mapping[tuple[str, str], str]
) -> None:
    of_pool = {words[scenario, pool] for scenario in SCENARIOS if (scenario, pool) in words}
    if chosen and of_pool == {"no"}:
        raise UsageProblem(
            zh=f"{project.path} 的 pools:方法学 {pack.code} 不计碳库 {pool},不能设为 true",
            en=f"pools of {project.path}: {pack.code} leaves the pool {pool} out, it cannot be "
            "counted",
        )
    if not chosen and "yes" in of_pool:
        raise UsageProblem(
            zh=f"{project.path} 的 pools:方法学 {pack.code} 必须计碳库 {pool},不能设为 false",
            en=f"pools of {project.path}: {pack.code} counts the pool {pool}, it cannot be left "
            "out",
        )


def check_components(project: Project, periods: Sequence[Period]) -> None:
    """Refuse shares that add up to more than the stratum, and removals of trees not yet there.

    Raises
    ------
    UsageProblem
        Naming stratum, component and year.
    """
    for row in stratum_rows(project):
        _check_removals(project, row)
        _check_shares(project, row, periods)


def _check_removals(project: Project, row: StratumRow) -> None:
    place = f"[{row.scenario}] {row.stratum.stratum}"
    for part in row.vegetation.trees:
        for removal in part.removals:
            if not 0 <= removal.fraction <= 1:
                raise UsageProblem(
                    zh=f"{project.path} 碳层 {place} / {part.name}:{removal.year} 年采伐比例 "
                    f"{removal.fraction:g} 不在 0 与 1 之间",
                    en=f"{project.path}, stratum {place} / {part.name}: the removal of "
                    f"{removal.year} takes a fraction of {removal.fraction:g}, not between 0 and 1",
                )
            if removal.year <= part.planted:
                raise UsageProblem(
                    zh=f"{project.path} 碳层 {place} / {part.name}:{removal.year} 年的采伐不晚于"
                    f"造林年 {part.planted},那时没有可采的林木;补植或再造林请另列一个组成",
                    en=f"{project.path}, stratum {place} / {part.name}: the removal of "
                    f"{removal.year} is not after the year of planting, {part.planted}; trees "
                    "planted anew are a component of their own",
                )


def _check_shares(project: Project, row: StratumRow, periods: Sequence[Period]) -> None:
    shares = np.zeros(len(periods))
    for part in row.vegetation.trees:
        kept = np.cumprod(1 - removed_fraction(part.removals, periods))
        shares += part.share * ((ages(part.planted, periods) > 0) & (kept > 0))
    over = np.flatnonzero(np.round(shares, _DECIMALS) > 1)
    if over.size:
        worst = periods[int(over[0])].last.year
        raise UsageProblem(
            zh=f"{project.path} 碳层 [{row.scenario}] {row.stratum.stratum}:{worst} 年各组成的 "
            f"share 之和为 {shares[over[0]]:g},超过 1。混交树种的面积比例相加应不超过 1",
            en=f"{project.path}, stratum [{row.scenario}] {row.stratum.stratum}: the shares of the "
            f"components add up to {shares[over[0]]:g} in {worst}, more than the stratum",
        )
