"""`sinkcalc ccer sensitivity`."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sinkcalc.cli.budget_options import errors_option
from sinkcalc.cli.output import emit, format_options, talk, write_bytes
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    from sinkcalc.pipeline.ccer_baseline import Calculation
    from sinkcalc.pipeline.ccer_sensitivity import Sensitivity

_TABLES: Final = ("tornado", "interval", "budget")
_PICTURES: Final = (".png", ".svg")
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command("sensitivity", short_help="敏感性与区间 · tornado and interval of the reductions")
@click.argument("project", type=click.Path(path_type=Path, dir_okay=False, exists=True))
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
@click.option("--seed", type=click.IntRange(0), help="抽样的种子 · seed of the draws")
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
@click.option(
    "--include-unknown",
    is_flag=True,
    help="未判定的地块也计入 · count parcels that no rule refuses and not all clear",
)
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
    from sinkcalc.cli.ccer_sensitivity_view import chart_of, talk_about, title_of, view_of
    from sinkcalc.pipeline.ccer_baseline import project_calculation
    from sinkcalc.pipeline.ccer_sensitivity import Sensitivity, SensitivityOptions

    if plot is not None and plot.suffix.lower() not in _PICTURES:
        raise UsageProblem(
            zh=f"--plot {plot.name}:请用 .png 或 .svg 作扩展名",
            en=f"--plot {plot.name}: end the name in .png or .svg",
        )
    calculation = project_calculation(project, settings.db, settings.wait, include_unknown)
    options = SensitivityOptions(draws, errors=errors, ends=ends, unknown_by=unknown_by)  # type: ignore[arg-type]  # one of the choices
    if seed is not None:
        options = replace(options, seed=seed)
    found = Sensitivity(calculation.plan, calculation.project, options)
