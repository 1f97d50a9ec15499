"""`sinkcalc ccer baseline`."""

from pathlib import Path

import click

from sinkcalc.cli.ccer_plot_options import project_argument
from sinkcalc.cli.output import emit, format_options
from sinkcalc.cli.settings import Settings


@click.command("baseline", short_help="基准线与预计清除量 · baseline and removals ahead")
@project_argument
@click.option(
    "--by",
    type=click.Choice(("stratum", "pool")),
    help="逐碳层逐年(林龄、蓄积、生物量、碳),或逐碳库逐年 · by stratum, or by pool, and year",
)
@format_options
@click.pass_obj
def command(
    settings: Settings,
    /,
    project: Path,
    by: str | None,
    include_unknown: bool,
    fmt: str | None,
    output: Path | None,
) -> None:
    """逐年的基准线、项目清除量与减排量 · baseline, project removals and reductions by year.

    Parcels that fail a rule are left out and named; so are those that a rule could not judge. A
    stock of a year is that of its last day; rounding down happens once, in the cumulative amount.

    \b
    例 · examples:
      sinkcalc ccer baseline our-project.toml
      sinkcalc ccer baseline our-project.toml --by stratum --csv -o 碳层.csv
      sinkcalc ccer baseline our-project.toml --by pool --json
    """
    from sinkcalc.cli.ccer_baseline_view import baseline_title, talk_about_baseline, view_of
    from sinkcalc.pipeline.ccer_baseline import project_calculation

    found = project_calculation(
        project, settings.db, settings.wait, include_unknown=include_unknown
    )
    rows = {None: found.yearly, "stratum": found.by_stratum, "pool": found.by_pool}[by]
    emit(
        found.marked(rows),
        settings,
        fmt,
        output,
        lambda frame: view_of(frame, by, settings),
        baseline_title(found, settings),
    )
    talk_about_baseline(found, settings)
