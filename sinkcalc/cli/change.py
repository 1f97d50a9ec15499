"""`sinkcalc change`."""

from pathlib import Path
from typing import Final

import click

from sinkcalc.cli.budget_options import errors_option
from sinkcalc.cli.estimate import by_option, make_options, method_option, method_options
from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.vocabulary import DEFAULT_METHOD

# forms of methods whose equations, or those they fall back on, have an intercept
_WITH_INTERCEPT: Final = ("whole_tree", "tree", "calibrated")


@click.command("change", short_help="两次调查之差 · difference of two surveys")
@click.option("--from", "first", type=int, required=True, help="起年 · earlier survey")
@click.option("--to", "last", type=int, required=True, help="止年 · later survey")
@by_option
@method_option()
@method_options
@errors_option
@format_options
@click.pass_obj
def command(
    settings: Settings,
    first: int,
    last: int,
    by: str,
    method: str,
    carbon_fraction: str | None,
    soil_depth: str,
    errors: Path | None,
    fmt: str | None,
    output: Path | None,
) -> None:
    """两次调查之差、年均变化与误差 · difference of two estimates, per year, with its error."""
    from sinkcalc.cli.views import change_title, change_view
    from sinkcalc.pipeline.compare import change

    options = make_options(last, by, method, carbon_fraction, soil_depth, errors=errors)
    rows = change(settings.db, first, options, settings.wait)
    emit(rows, settings, fmt, output, change_view, change_title(rows, settings))
    talk_about_change(settings, method, first)
    _talk_about_held_classes(settings, rows["run_id_to"][0])


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
        + ("新成林地按方程截距一次性“增加”碳;" if form in _WITH_INTERCEPT else "")
        + "土壤、枯落物、枯死木、灌草只随面积变;差值的误差已计两次调查共用系数的相关,"
        "不是两个误差的平方和开方(后者为 se_if_independent);面积与蓄积的测量误差各次调查独立",
        "note: "
        + (
            "newly established forest gains the intercept of its equation at once; "
            if form in _WITH_INTERCEPT
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
