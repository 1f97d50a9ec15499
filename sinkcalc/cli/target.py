"""`sinkcalc target`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import EXIT_TARGET_MISSED

if TYPE_CHECKING:
    import polars as pl


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
    "--fail-below-target",
    is_flag=True,
    help=f"有目标滞后或未完成时退出码 {EXIT_TARGET_MISSED} · exit code if one is behind or missed",
)
@format_options
@click.pass_obj
def command(
    settings: Settings,
    as_of: int | None,
    targets: Path | None,
    published: bool,
    fail_below_target: bool,
    fmt: str | None,
    output: Path | None,
) -> None:
    """蓄积量、覆盖率、湿地的目标、现状、差距 · targets, current state and gap of each indicator."""
    import polars as pl

    from sinkcalc.pipeline.compare import target_table

    rows = target_table(settings.db, as_of, targets, settings.wait)
    if published:
        show_published(settings, as_of, fmt, output)
    else:
        show_targets(settings, rows, fmt, output)
        if fmt is None and output is None:
            show_published(settings, as_of, None, None)
    if fail_below_target and rows.filter(pl.col("status").is_in(["behind", "missed"])).height:
        sys.stdout.flush()
        raise click.exceptions.Exit(EXIT_TARGET_MISSED)


def show_targets(
    settings: Settings, rows: "pl.DataFrame", fmt: str | None, output: Path | None
) -> None:
    """Print the target rows and what has to be known about them."""
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
    before = rows.filter(pl.col("current_year") < pl.col("target_year"))
    if before.height:
        last = before.sort("target_year").row(-1, named=True)
        year, goal = last["current_year"], last["target_year"]
        talk(
            settings,
            f"最近调查为 {year} 年;{goal} 年的目标要等 {goal} 年或以后的调查才能定论,此处为推算",
            f"the last survey is of {year}; a target of {goal} is settled by a survey of {goal} or "
            "later, until then the status is a projection",
        )


def show_published(
    settings: Settings, as_of: int | None, fmt: str | None, output: Path | None
) -> None:
    """Print the published totals beside the estimates."""
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
    emit(rows, settings, fmt, output, published_view, title)
    for row in rows.select("note_zh", "note_en").drop_nulls().unique().to_dicts():
        talk(settings, f"注:{row['note_zh']}", f"note: {row['note_en']}")
