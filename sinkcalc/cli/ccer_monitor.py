"""`sinkcalc ccer monitor`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinkcalc.cli.ccer_marks import project_marks, talk_about_unchecked
from sinkcalc.cli.ccer_plot_options import (
    day,
    last_day,
    plot_carbon,
    plot_carbon_options,
    project_argument,
)
from sinkcalc.cli.output import emit, format_options, print_text, talk, write_text
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.survey_options import FILE, single_plot_option
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    from sinkcalc.pipeline.ccer_monitor import MonitoringResult


@click.command("monitor", short_help="监测:样地到减排量 · from plots to reductions")
@project_argument
@click.option("--plots", type=FILE, required=True, help="本期样地表 · plots of this occasion")
@click.option("--trees", type=FILE, help="本期样木表 · their trees")
@click.option(
    "--year",
    required=True,
    metavar="YEAR|DATE",
    help="本期日期;只写年份为 12 月 31 日 · day of the stock; a year alone is its 31 December",
)
@click.option("--previous", type=FILE, help="前期样地表 · plots of the occasion before")
@click.option("--previous-trees", type=FILE, help="前期样木表 · their trees")
@click.option("--previous-year", metavar="YEAR|DATE", help="前期日期 · day of the earlier stock")
@click.option(
    "--application", metavar="DATE", help="本批减排量申请登记日期 · application for the batch"
)
@click.option(
    "--confidence",
    type=float,
    metavar="P",
    help="置信度,只能是方法学的(扣减等级只用于它)· confidence: the methodology's, and no other",
)
@single_plot_option
@plot_carbon_options
@format_options
@click.pass_obj
def command(
    settings: Settings,
    /,
    project: Path,
    include_unknown: bool,
    plots: Path,
    trees: Path | None,
    previous: Path | None,
    previous_trees: Path | None,
    fmt: str | None,
    output: Path | None,
    **options: Any,
) -> None:
    """样地 → 碳储量、不确定性、扣减、变化 → 各年减排量 · ex-post reductions by vintage.

    The table of plots has plot_id, stratum and carbon_t_per_ha or biomass_t_per_ha; with --trees
    the carbon is that of the trees. Plots measured twice count with their covariance. Vintages
    are judged by the rules of the scheme with --application.

    \b
    例 · examples:
      sinkcalc ccer monitor our-project.toml --plots 2028.csv --year 2028
      sinkcalc ccer monitor our-project.toml --plots 2028.csv --year 2028-10-31 \\
        --previous 2024.csv --previous-year 2024 --application 2029-03-01
      sinkcalc ccer monitor our-project.toml --plots plots.csv --trees trees.csv --year 2028 --json
    """
    from sinkcalc.pipeline.ccer_baseline import project_calculation
    from sinkcalc.pipeline.ccer_monitor import MonitorOptions, monitor
    from sinkcalc.pipeline.ccer_plots import read_plots

    asked = _occasions(options, previous, previous_trees)
    calculation = project_calculation(
        project, settings.db, settings.wait, include_unknown=include_unknown
    )
    reading = plot_carbon(options, calculation.project.plot_area_ha)
    last = read_plots(plots, trees, reading)
    first = None if previous is None else read_plots(previous, previous_trees, reading)
    pools = reading.pools
    found = monitor(calculation, last, first, pools, MonitorOptions(**asked))
    title = project_marks(calculation, found.unchecked.height, settings) + settings.say(
        f"监测 · {calculation.project.name} · {calculation.pack.code}",
        f"monitoring · {calculation.project.name} · {calculation.pack.code}",
    )
    _show(settings, found, fmt, output, title)
    for zh, en in found.notes:
        talk(settings, zh, en)
    talk_about_unchecked(found.unchecked, found.items.height, settings)


def _occasions(
    options: dict[str, Any], previous: Path | None, previous_trees: Path | None
) -> dict[str, Any]:
    """Take the days of a monitoring out of the options."""
    before, application = options.pop("previous_year"), options.pop("application")
    if (previous is None) != (before is None) or (previous is None and previous_trees):
        raise UsageProblem(
            zh="前期样地须同时给 --previous 文件与 --previous-year 日期",
            en="earlier plots need both --previous FILE and --previous-year DATE",
        )
    last = last_day(options.pop("year"), "--year")
    first = None if before is None else last_day(before, "--previous-year")
    if first is not None and first >= last:
        raise UsageProblem(
            zh=f"--previous-year {first} 不早于 --year {last}:前后期写反了?--year 与 --plots 为本期"
            "(较晚),--previous-year 与 --previous 为前期(较早)",
            en=f"--previous-year {first} is not before --year {last}: are the two reversed? --year "
            "and --plots are the later occasion, --previous-year and --previous the earlier one",
        )
    return {
        "last": last,
        "first": first,
        "application": None if application is None else day(application, "--application"),
        "confidence": options.pop("confidence"),
        "single_plot": options.pop("single_plot"),
    }


def _show(
    settings: Settings,
    found: "MonitoringResult",
    fmt: str | None,
    output: Path | None,
    title: str,
) -> None:
    """Print rows; for people a table of strata and project, and one of vintages."""
    from sinkcalc.cli.ccer_monitor_view import monitoring_text

    if fmt == "table" or (fmt is None and (output is None or output.suffix == ".txt")):
        text = monitoring_text(found, settings, title)
        if output is None:
            print_text(text)
        else:
            write_text(output, text, settings)
        return
    emit(found.rows, settings, fmt, output)
