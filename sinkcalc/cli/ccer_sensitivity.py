"""`sinkcalc ccer sensitivity`."""

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from sinkcalc.cli.budget_options import errors_option
from sinkcalc.cli.ccer_plot_options import project_argument
from sinkcalc.cli.output import emit, format_options, write_bytes
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    from sinkcalc.ccer.tornado import Ends
    from sinkcalc.report.tornado_chart import TornadoChart

_TABLES: Final = ("tornado", "interval", "budget")
_PICTURES: Final = (".png", ".svg")
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command("sensitivity", short_help="敏感性与区间 · tornado and interval of the reductions")
@project_argument
@click.option(
    "--table",
    type=click.Choice(_TABLES),
    default="tornado",
    show_default=True,
    help="敏感性、逐年区间或误差来源 · what to list",
)
@click.option(
    "--draws",
    type=click.IntRange(100, 1_000_000),
    default=1000,
    show_default=True,
    metavar="N",
    help="蒙特卡罗抽样次数 · Monte Carlo draws",
)
# a seed is stored in 64 bits
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="抽样的种子 · seed of the draws")
@click.option(
    "--ends",
    type=click.Choice(("se", "p90")),
    default="se",
    show_default=True,
    help="参数变到 ±1 标准误或 5%、95% 分位 · move by one standard error or to the ends of 90 %",
)
@click.option(
    "--unknown-by",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="SHARE",
    help="误差未知的参数也变动这个比例,如 0.1 · move parameters without an error, too",
)
@errors_option
@click.option("--plot", type=_FILE, help="敏感性图(.png 或 .svg)· tornado chart")
@format_options
@click.pass_obj
def command(
    settings: Settings,
    project: Path,
    table: str,
    draws: int,
    seed: int | None,
    ends: str,
    unknown_by: float | None,
    errors: Path | None,
    include_unknown: bool,
    plot: Path | None,
    fmt: str | None,
    output: Path | None,
) -> None:
    """哪个参数最要紧,减排量有多可靠 · which parameter matters, how sure the reductions are.

    误差依次取:--errors 的表、拟合曲线的协方差、参数行的标准误(项目自己的参数用 relative_se)、
    附带的假定误差。没有误差的参数按准确值计,并列出 · errors come from --errors, the covariance of
    calibrated curves, the standard error of the parameter row (relative_se of the project's own),
    and the shipped assumed errors; parameters without any count as exact and are named.

    \b
    例 · examples:
      sinkcalc ccer sensitivity our-project.toml --plot tornado.png
      sinkcalc ccer sensitivity our-project.toml --table interval --draws 5000 --csv
      sinkcalc ccer sensitivity our-project.toml --table budget
      sinkcalc ccer sensitivity our-project.toml --ends p90 --unknown-by 0.1
    """
    from sinkcalc.cli.ccer_sensitivity_view import (
        chart_of,
        table_title,
        talk_about_errors,
        title_lines,
        view_of,
    )
    from sinkcalc.pipeline.ccer_baseline import project_calculation
    from sinkcalc.pipeline.ccer_sensitivity import Sensitivity, SensitivityOptions
    from sinkcalc.pipeline.estimate import DEFAULT_SEED

    if plot is not None:
        _require_picture(plot)
    calculation = project_calculation(
        project, settings.db, settings.wait, include_unknown=include_unknown
    )
    options = SensitivityOptions(
        draws,
        DEFAULT_SEED if seed is None else seed,
        cast("Ends", ends),
        unknown_by,
        errors,
    )
    found = Sensitivity(calculation.plan, calculation.project, options)
    rows = {"tornado": found.tornado, "interval": found.intervals, "budget": found.budget}[table]()
    lines = title_lines(calculation, found.intervals(), options)
    title = table_title(lines, options, table, settings)
    marked = calculation.marked(rows.drop("project_id"))
    emit(marked, settings, fmt, output, view_of(table, settings), title)
    if plot is not None:
        bars = rows if table == "tornado" else found.tornado()
        _draw(plot, chart_of(bars, lines, options), settings)
    talk_about_errors(settings, found)


def _require_picture(plot: Path) -> None:
    if plot.suffix.lower() not in _PICTURES:
        raise UsageProblem(
            zh=f"--plot {plot.name}:请用 .png 或 .svg 作扩展名",
            en=f"--plot {plot.name}: end the name in .png or .svg",
        )
    if not plot.absolute().parent.is_dir():
        raise UsageProblem(
            zh=f"无法写入 {plot}:文件夹 {plot.parent} 不存在",
            en=f"cannot write {plot}: there is no folder {plot.parent}",
        )


def _draw(plot: Path, chart: "TornadoChart", settings: Settings) -> None:
    from sinkcalc.cli.calibrate_view import tell_missing_font
    from sinkcalc.report.tornado_chart import tornado_png, tornado_svg

    if plot.suffix.lower() == ".svg":
        write_bytes(plot, tornado_svg(chart, settings.lang), settings)
        return
    write_bytes(plot, tornado_png(chart, settings.lang), settings)
    tell_missing_font(settings, "或画成 .svg", "or draw it as .svg")
