"""`sinkcalc change`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.budget_options import budget_option, errors_option
from sinkcalc.cli.category import talk_about_category
from sinkcalc.cli.effects import (
    effects_option,
    refuse_budget_of_effects,
    show_effects,
    talk_about_margin,
)
from sinkcalc.cli.estimate import make_options
from sinkcalc.cli.estimate_options import by_option, method_option, method_options
from sinkcalc.cli.lucf import inventory_options, required_years, show_inventory, take_form
from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.series_breaks import (
    across_option,
    talk_about_touching,
    talk_about_unlike_counties,
)
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.transition_options import require_transitions, transition_options
from sinkcalc.cli.wetland_options import (
    CORE_RULES,
    change_kind_option,
    make_wetland_options,
    require_fitting,
    wetland_options,
)
from sinkcalc.vocabulary import DEFAULT_METHOD

if TYPE_CHECKING:
    import polars as pl

# forms of methods whose equations, or those they fall back on, have an intercept
_WITH_INTERCEPT: Final = ("whole_tree", "tree", "calibrated")


@click.command("change", short_help="两次调查之差 · difference of two surveys")
@click.option("--from", "first", type=int, help="起年 · earlier survey")
@click.option("--to", "last", type=int, help="止年 · later survey")
@change_kind_option
@by_option
@method_option()
@method_options
@click.option(
    "--conversions",
    is_flag=True,
    help="湿地:列出类型转换与一次性损失 · wetlands: list conversions and what they lost at once",
)
@wetland_options
@errors_option
@budget_option
@effects_option
@transition_options
@across_option
@inventory_options
@format_options
@click.pass_obj
def command(
    settings: Settings,
    /,
    first: int | None,
    last: int | None,
    kind: str,
    conversions: bool,
    budget: bool,
    effects: bool,
    transitions: bool,
    basis: str | None,
    across: bool,
    fmt: str | None,
    output: Path | None,
    **chosen: Any,
) -> None:
    """两次调查之差、年均变化与误差 · difference of two estimates, per year, with its error.

    \b
    例 · examples:
      sinkcalc change --from 2020 --to 2023 --by region
      sinkcalc change --from 2020 --to 2023 --budget
      sinkcalc change --from 2020 --to 2023 --effects --by region
      sinkcalc change --from 2020 --to 2023 --transitions --by region
      sinkcalc change --from 2020 --to 2023 --kind wetland --by wetland_class
      sinkcalc change --from 2020 --to 2023 --kind wetland --conversions
      sinkcalc change --from 2020 --to 2023 --form provincial-inventory \\
          --growth-rate 0.05 --consumption-rate 0.03 --by region
    """
    form = take_form(chosen)
    if form["form"] is not None:
        shared = {**chosen, "kind": kind, "across": across}
        show_inventory(settings, (first, last), form, shared, fmt, output)
        return
    first, last = required_years(first, last)
    require_fitting(kind, chosen["soil_depth"])
    require_transitions(kind, chosen["by"], transitions=transitions)
    if transitions:
        from sinkcalc.cli.transitions import show_transitions

        wanted = {"by": chosen["by"], "basis": basis, "across": across}
        show_transitions(settings, (first, last), fmt, output, **wanted)
        return
    rules = {name: chosen.pop(name) for name in CORE_RULES}
    gwp = chosen.pop("gwp")
    if kind == "wetland":
        from sinkcalc.cli.wetland_change import show_wetland_change

        options = make_wetland_options(
            last, chosen["by"], chosen["soil_depth"], gwp, chosen["errors"], rules
        )
        shown = {"budget": budget, "conversions": conversions, "across": across}
        show_wetland_change(settings, first, options, fmt, output, **shown)
        return
    if effects and budget:
        refuse_budget_of_effects()
    if effects:
        _show_forest_effects(settings, first, last, chosen, fmt, output, across=across)
        return
    _show_forest_change(settings, first, last, chosen, fmt, output, budget=budget, across=across)


def _show_forest_effects(
    settings: Settings,
    first: int,
    last: int,
    chosen: dict[str, Any],
    fmt: str | None,
    output: Path | None,
    *,
    across: bool,
) -> None:
    forest, method = make_options(last, **chosen), chosen["method"]
    intercept = _has_intercept(method)
    run_id = show_effects(settings, first, forest, fmt, output, intercept=intercept, across=across)
    talk_about_unlike_counties(settings, first, last)
    talk_about_change(settings, method, first)
    _talk_about_held_classes(settings, run_id)


def _show_forest_change(
    settings: Settings,
    first: int,
    last: int,
    chosen: dict[str, Any],
    fmt: str | None,
    output: Path | None,
    *,
    budget: bool,
    across: bool,
) -> None:
    from sinkcalc.accounting.margin import carbon_margin
    from sinkcalc.cli.budget import budget_rows, budget_view, talk_about_main_rows
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.cli.views import change_title, change_view
    from sinkcalc.pipeline.compare import change

    method = chosen["method"]
    options = make_options(last, **chosen)
    keeper = Keeper(settings)
    rows, sources = change(settings.db, first, options, settings.wait, across=across)
    title = change_title(rows, settings)
    if budget:
        whole = budget_rows(sources, rows.rename({"change": "value"}))
        emit(whole, settings, fmt, output, budget_view, title)
        if fmt is None and output is None:
            talk_about_main_rows(settings)
    else:
        keeper.keep_change("changes", rows, first, options, across=across)
        emit(rows, settings, fmt, output, change_view, title)
    talk_about_margin(settings, carbon_margin(rows), intercept=_has_intercept(method))
    talk_about_touching(settings, rows)
    talk_about_category(rows, options.by, last, settings)
    talk_about_unlike_counties(settings, first, last)
    talk_about_change(settings, method, first)
    _talk_about_assumed(settings, rows)
    _talk_about_held_classes(settings, rows["run_id_to"][0])


def _has_intercept(method: str) -> bool:
    from sinkcalc.pipeline.side_by_side import method_notes

    return method_notes()[method]["form"] in _WITH_INTERCEPT


def _talk_about_assumed(settings: Settings, rows: "pl.DataFrame") -> None:
    """Say how much of the errors of the difference no source prints."""
    known = rows.filter(rows["se"].is_not_null())
    carbon = known.filter(known["pool"] == "vegetation", known["quantity"] == "carbon")
    share = carbon["share_assumed_error"].max()
    if isinstance(share, float):
        most_zh, most_en = ("最多", "up to ") if carbon.height > 1 else ("", "")
        talk(
            settings,
            f"植被碳变化的方差{most_zh}有 {share:.0%} 来自采用假定误差的项;各来源见 --budget",
            f"{most_en}{share:.0%} of the variance of the change of vegetation carbon is from "
            "errors that no source prints; --budget shows each source",
        )


def _talk_about_held_classes(settings: Settings, run_id: str) -> None:
    """Count the stands whose county and type the earlier survey lacks."""
    from sinkcalc.cli.views import talk_about_flags
    from sinkcalc.store.connection import reading
    from sinkcalc.store.results import read_flags

    with reading(settings.db, settings.wait) as con:
        flags = read_flags(con, run_id)
    talk_about_flags(flags.filter(flags["flag"].str.starts_with("class_of_")), settings)


def talk_about_change(
    settings: Settings, method: str = DEFAULT_METHOD, first: int | None = None
) -> None:
    """Say what a difference holds besides growth, and what its error is."""
    from sinkcalc.pipeline.side_by_side import method_notes

    form = method_notes()[method]["form"]
    talk(
        settings,
        "说明:"
        + ("新成林地按方程截距一次性“增加”碳;" if _has_intercept(method) else "")
        + "土壤、枯落物、枯死木、灌草只随面积变;差值的误差已计两次调查共用系数的相关,"
        "不是两个误差的平方和开方(后者为 se_if_independent);面积与蓄积的测量误差各次调查独立",
        "note: "
        + (
            "newly established forest gains the intercept of its equation at once; "
            if _has_intercept(method)
            else ""
        )
        + "soil, litter, dead wood and understorey change with area only; the error of the "
        "difference keeps the coefficients that both surveys share, so it is not the root of two "
        "squares (that is se_if_independent); the errors of measured area and volume are each "
        "survey's own",
    )
    if form == "bcef":
        talk(
            settings,
            f"说明:两次调查都用 {first} 年的平均蓄积分级,否则蓄积跨级时生物量会下降;"
            f"{first} 年没有的县×林型用该年全市该林型的平均蓄积,全市都没有的林型用本次调查的",
            f"note: both surveys take the volume classes of {first}, or biomass would fall where "
            f"growing stock enters the next class; a county and type that {first} lacks takes "
            f"the mean of the type over all counties of {first}, "
            "a type it lacks altogether its own mean",
        )
