"""`sinkcalc target`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.target_ahead import (
    ahead_options,
    ahead_told,
    is_standing,
    make_outlooks,
    refuse_ahead,
    show_allocation,
    talk_about_absent,
    talk_about_forecast,
)
from sinkcalc.errors import EXIT_TARGET_MISSED, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from sinkcalc.cli.keep import Keeper
    from sinkcalc.pipeline.outlooks import Outlooks


@click.command("target", short_help="规划目标进展 · progress towards the plan's targets")
@click.option("--as-of", type=int, help="只用到该年的调查 · surveys up to this year")
@click.option(
    "--targets",
    type=click.Path(path_type=Path, dir_okay=False),
    help="自己的目标文件(列同 parameters/targets.csv) · own targets, columns as targets.csv",
)
@click.option(
    "--published",
    is_flag=True,
    help="输出公布值对比表 · give the comparison with published totals instead",
)
@click.option(
    "--protection",
    is_flag=True,
    help="输出湿地面积与保护率,按口径与保护形式 · "
    "give area and protection of wetlands by definition and form instead",
)
@click.option(
    "--allocation",
    is_flag=True,
    help="输出城市所缺蓄积按县的分解与各县进度 · "
    "give each county's share of the growing stock that the city lacks, and its progress, instead",
)
@click.option(
    "--by",
    type=click.Choice(["region"]),
    help="与 --protection 合用:按县 · with --protection: by county",
)
@click.option(
    "--fail-below-target",
    is_flag=True,
    help=f"有目标滞后或未完成时退出码 {EXIT_TARGET_MISSED} · exit code if one is behind or missed",
)
@ahead_options
@format_options
@click.pass_obj
def command(
    settings: Settings,
    as_of: int | None,
    targets: Path | None,
    published: bool,
    protection: bool,
    allocation: bool,
    by: str | None,
    fail_below_target: bool,
    scenario: str | None,
    draws: int | None,
    seed: int | None,
    fmt: str | None,
    output: Path | None,
) -> None:
    """蓄积量、覆盖率、湿地的目标、现状、差距、概率 · targets, state, gap, probability by indicator.

    \b
    状态 · status:
      met, missed       目标年或以后的调查:现状达到目标与否
                        a survey of the target year or later reaches the target, or not
      on_track, behind  此前:预测到目标年的值达到目标与否;不能预测时按最近两次调查
                        的变化推算,只有一次调查时比基期到目标的直线
                        before: the forecast for the target year reaches it, or not; without
                        a forecast the change between the last two surveys, with one survey
                        the line from baseline to target
    概率 · probability: 真实值达到目标的可能 · that the true figure reaches the target

    \b
    例 · examples:
      sinkcalc target
      sinkcalc target --as-of 2023 --json
      sinkcalc target --scenario tending_programme
      sinkcalc target --allocation
      sinkcalc target --protection --by region
    """
    import polars as pl

    from sinkcalc.cli.keep import Keeper
    from sinkcalc.pipeline.targets import target_table

    _require_one_listing(published, protection, allocation, by)
    if (published or protection) and not fail_below_target:
        refuse_ahead(scenario, draws, seed)
    if protection:
        show_protection(settings, as_of, by, fmt, output)
    if published:
        show_published(settings, as_of, fmt, output)
    if (protection or published) and not fail_below_target:
        return
    notes: list[tuple[str, str]] = []
    keeper = Keeper(settings)
    outlooks = make_outlooks(settings, scenario, draws, seed)
    rows = target_table(settings.db, as_of, targets, settings.wait, notes, outlooks)
    about = {"as_of": as_of, "targets": targets, **ahead_told(outlooks)}
    if allocation:
        show_allocation(settings, rows, outlooks, fmt, output, keeper, about)
    elif not (protection or published):
        keeper.keep("targets", rows, {}, about, standing=is_standing(about))
        show_targets(settings, rows, fmt, output, notes, outlooks)
        if fmt is None and output is None:
            show_published(settings, as_of, None, None, told=notes)
    if fail_below_target and rows.filter(pl.col("status").is_in(["behind", "missed"])).height:
        sys.stdout.flush()
        raise click.exceptions.Exit(EXIT_TARGET_MISSED)


def _require_one_listing(
    published: bool, protection: bool, allocation: bool, by: str | None
) -> None:
    if published + protection + allocation > 1:
        raise UsageProblem(
            zh="--published、--protection、--allocation 各是一张表,请分别运行",
            en="--published, --protection and --allocation are listings of their own: ask for one "
            "at a time",
        )
    if by is not None and not protection:
        raise UsageProblem(zh="--by 只与 --protection 合用", en="--by goes with --protection only")


def show_targets(
    settings: Settings,
    rows: "pl.DataFrame",
    fmt: str | None,
    output: Path | None,
    notes: "Sequence[tuple[str, str]]" = (),
    outlooks: "Outlooks | None" = None,
) -> None:
    """Print the target rows and what has to be known about them.

    Parameters
    ----------
    notes
        What has to be known of the wetlands, in Chinese and English.
    outlooks
        Forecasts that the rows rest on.
    """
    import polars as pl

    from sinkcalc.cli.views import target_title, target_view

    emit(
        rows,
        settings,
        fmt,
        output,
        lambda frame: target_view(frame, settings),
        target_title(rows, settings),
    )
    before = rows.filter(
        pl.col("current_year") < pl.col("target_year"), pl.col("status_reason") != "other_list"
    )
    goals = before.select("current_year", "target_year").unique().sort(pl.all())
    for (year,), own in goals.group_by("current_year", maintain_order=True):
        named = [str(goal) for goal in own["target_year"]]
        zh, en = "、".join(named), " and ".join(named)
        when_zh, when_en = f" {zh} 年", f"a target of {en} is settled by a survey of {en}"
        if len(named) > 1:
            when_zh = "各自目标年"
            when_en = f"targets of {en} are settled, each by a survey of its own year"
        talk(
            settings,
            f"最近调查为 {year} 年;{zh} 年的目标要等{when_zh}或以后的调查才能定论,此处为推算",
            f"the last survey is of {year}; {when_en} or later, until then the status is a "
            "projection",
        )
    talk_about_absent(settings, rows)
    if outlooks is not None:
        talk_about_forecast(settings, rows, outlooks)
    for zh, en in notes:
        talk(settings, f"湿地:{zh}", f"wetlands: {en}")


def show_protection(
    settings: Settings, as_of: int | None, by: str | None, fmt: str | None, output: Path | None
) -> None:
    """Print area and protection of the wetlands of the last survey."""
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.cli.views import protection_title, protection_view
    from sinkcalc.pipeline.wetland_indicators import protection_rows

    notes: list[tuple[str, str]] = []
    keeper = Keeper(settings)
    rows = protection_rows(
        settings.db, as_of, by_region=by is not None, wait=settings.wait, notes=notes
    )
    keep_protection(keeper, rows, as_of, by)
    title = protection_title(rows, settings)
    emit(rows, settings, fmt, output, lambda frame: protection_view(frame, settings), title)
    talk(
        settings,
        "合计行重叠只计一次,各形式之和可大于合计;二次调查口径未检验河流的宽与长",
        "the row over all forms counts overlaps once, so the forms may add up to more; the width "
        "and length of rivers, which the second survey asks for, are not checked",
    )
    for zh, en in notes:
        talk(settings, zh, en)


def keep_protection(
    keeper: "Keeper", rows: "pl.DataFrame", as_of: int | None, by: str | None
) -> None:
    """Store area and protection; what an earlier survey showed is no standing answer."""
    about = {"as_of": as_of}
    keeper.keep(
        "wetland_protection", rows, {}, about, by_keys=by or "", standing=is_standing(about)
    )


def show_published(
    settings: Settings,
    as_of: int | None,
    fmt: str | None,
    output: Path | None,
    told: "Sequence[tuple[str, str]]" = (),
) -> None:
    """Print the published totals beside the estimates.

    Parameters
    ----------
    told
        Notes that were given before, in Chinese and English.
    """
    from sinkcalc.cli.views import published_view
    from sinkcalc.pipeline.compare import published_comparison

    rows = published_comparison(settings.db, as_of, settings.wait)
    if rows.is_empty() and fmt is None and output is None:
        return
    title = settings.say(
        "公布值与估算值(不作任何调整)", "published totals and estimates (nothing tuned)"
    )
    if not rows.is_empty() and rows["simulated"].any():
        title = settings.say("【模拟数据】", "[SIMULATED] ") + title
    emit(rows, settings, fmt, output, lambda frame: published_view(frame, settings), title)
    notes = rows.select("note_zh", "note_en").drop_nulls().unique(maintain_order=True)
    for zh, en in notes.iter_rows():
        if (zh, en) not in told:
            talk(settings, f"注:{zh}", f"note: {en}")
