"""`sinkcalc change --effects`, and what one more m3 of growing stock brings."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinkcalc.cli.category import talk_about_category
from sinkcalc.cli.output import emit, talk
from sinkcalc.cli.series_breaks import talk_about_touching
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    from sinkcalc.accounting.margin import Margin
    from sinkcalc.pipeline.estimate import EstimateOptions


def effects_option(function: Any) -> Any:
    """Add --effects."""
    return click.option(
        "--effects",
        is_flag=True,
        help="面积、密度、树种结构三种作用,相加等于变化;固定样地用 survey effects · effects of "
        "area, density and species, which add up to the change; of plots: survey effects",
    )(function)


def show_effects(
    settings: Settings,
    first: int,
    options: "EstimateOptions",
    fmt: str | None,
    output: Path | None,
    *,
    intercept: bool,
    across: bool,
) -> str:
    """Show what area, density and species did to growing stock and carbon.

    Parameters
    ----------
    intercept
        Whether the equations of the method have one.
    across
        Also across breaks of the series.

    Returns
    -------
    Run of the later survey.
    """
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.cli.views import change_title, effects_view
    from sinkcalc.pipeline.compare import effects

    keeper = Keeper(settings)
    rows, margin = effects(settings.db, first, options, settings.wait, across=across)
    keeper.keep_change("change_effects", rows, first, options, across=across)
    emit(rows, settings, fmt, output, effects_view, change_title(rows, settings))
    talk(
        settings,
        "说明:面积作用 = 面积之差 × 两次平均密度;"
        "树种作用 = 平均面积 × Σ 树种面积占比之差 × 平均密度;"
        "密度作用为其余(含取整),龄组、起源和组内各县的消长都在其中;各组的作用相加不等于合计的作用,"
        "变化相加则相等;按每公顷全部林地面积计,没有蓄积记录的乔木林小班使密度偏低",
        "note: area effect = difference of area x mean density of both surveys; species effect = "
        "mean area x sum of (difference of the share of a species in the area x its mean density); "
        "density effect = the rest with the rounding: ageing, origin and shifts between counties "
        "within a group are in it; effects of groups do not add up to those of their sum, changes "
        "do; densities are per hectare of all stands: arbor stands without a volume lower them",
    )
    talk(
        settings,
        "误差:面积与蓄积的测量误差各次调查各一个、对所有小班相同,面积的误差使面积作用偏大而密度作用"
        "偏小,在变化中大多抵消;单个小班树种判错的误差不在其中",
        "errors: each survey has one error of measured areas and one of volumes, common to all "
        "stands; that of areas moves the area effect up and the density effect down and mostly "
        "cancels in the change; wrong species of single stands are not in it",
    )
    talk_about_margin(settings, margin, intercept=intercept)
    talk_about_touching(settings, rows, of_cells=True)
    talk_about_category(rows, options.by, options.survey, settings)
    return str(rows["run_id_to"][0])


def refuse_budget_of_effects() -> None:
    """Say that the errors of effects have no budget.

    Raises
    ------
    UsageProblem
        Always.
    """
    raise UsageProblem(
        zh="--effects 的误差不分来源,不能与 --budget 同用;去掉其中之一",
        en="the errors of --effects are not split by source: it does not go with --budget; leave "
        "out one of them",
    )


def talk_about_margin(settings: Settings, margin: "Margin", *, intercept: bool) -> None:
    """Say what carbon came with each added m3, and that the average is no such figure.

    `intercept` is whether the equations of the method have one.
    """
    if margin.added is None or margin.average is None:
        return
    of_zh, of_en = "乔木林", "arbor forest"
    more_zh, more_en = "", ""
    holds_zh, holds_en = "竹林、灌木林", "bamboo and shrubs"
    if intercept:
        holds_zh, holds_en = "竹林、灌木林和方程的截距", "bamboo, shrubs and intercepts"
    if not margin.of_arbor:
        of_zh, of_en = "全部森林(含竹林、灌木林)", "all forest, bamboo and shrubs among it"
        more_zh = ";只计乔木林用 --effects"
        more_en = "; of arbor forest alone: --effects"
    talk(
        settings,
        f"边际:{of_zh}的植被碳之差 / 蓄积之差 = {margin.added:.3f} t C/m³{more_zh};后一次的平均 "
        f"(全部森林植被碳 / 蓄积)为 {margin.average:.3f} t C/m³,"
        f"含{holds_zh},不得用作边际值",
        f"margin: change of vegetation carbon of {of_en} / change of growing stock = "
        f"{margin.added:.3f} t C/m3{more_en}; the average of the later survey (vegetation carbon "
        f"of all forest / growing stock) is {margin.average:.3f} t C/m3: it includes {holds_en} "
        "and must not be used at the margin",
    )
