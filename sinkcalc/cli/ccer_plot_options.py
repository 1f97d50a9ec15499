"""Options of tables of sample plots, and of days, that commands of carbon projects share."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinkcalc.cli.survey_options import tree_model_options
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import PLOT_CARBON_OF

if TYPE_CHECKING:
    from sinkcalc.pipeline.ccer_plot_columns import PlotCarbon


def plot_carbon_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what the carbon of plots is of and how it is read."""
    options = (
        click.option(
            "--includes",
            type=click.Choice(PLOT_CARBON_OF),
            default=PLOT_CARBON_OF[0],
            show_default=True,
            help="样地表的碳(生物量)含哪些部分 · what the carbon (biomass) of the plots is of",
        ),
        click.option(
            "--carbon-fraction",
            type=float,
            metavar="CF",
            help="样地表只有生物量时的含碳率 · where the plots give biomass",
        ),
        click.option(
            "--root-shoot-ratio",
            type=float,
            metavar="R",
            help="样地表只含地上时,地下 = 地上 × R · adds below ground to what is above",
        ),
        click.option(
            "--plot-area",
            "plot_area_ha",
            type=float,
            metavar="HA",
            help="样地面积,默认项目文件的 plot_area_ha · area of a plot",
        ),
        click.option("--encoding", help="编码 · encoding (utf-8, gb18030/gbk)"),
        click.option("--layer", help="图层或工作表 · layer or sheet"),
    )
    for option in reversed(options):
        function = option(function)
    with_models: Callable[..., Any] = tree_model_options(function)
    return with_models


def plot_carbon(options: dict[str, Any], plot_area_ha: float | None) -> "PlotCarbon":
    """Take the options of a table of plots out of those of a command.

    Parameters
    ----------
    plot_area_ha
        Of the project file, where the command does not say one.
    """
    from sinkcalc.pipeline.ccer_plot_columns import PlotCarbon
    from sinkcalc.pipeline.plot_survey import PlotOptions

    own = options.pop("plot_area_ha")
    models = PlotOptions(
        *(options.pop(name) for name in ("tree_models", "volume_table", "factors"))
    )
    names = ("includes", "carbon_fraction", "root_shoot_ratio", "encoding", "layer")
    return PlotCarbon(
        plot_area_ha=plot_area_ha if own is None else own,
        models=models,
        **{name: options.pop(name) for name in names},
    )


def last_day(text: str, option: str) -> date:
    """Return a day, or the 31 December of a year alone.

    Raises
    ------
    UsageProblem
        If the text is neither.
    """
    if text.isdecimal() and len(text) == len("2026"):
        return date(int(text), 12, 31)
    return day(text, option)


def day(text: str, option: str) -> date:
    """Return a day written 2026-09-30.

    Raises
    ------
    UsageProblem
        If the text is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageProblem(
            zh=f"{option} {text} 不是日期;写作 2026-09-30",
            en=f"{option} {text} is no day: write it as 2026-09-30",
        ) from None


def project_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add PROJECT.toml and --include-unknown."""
    function = click.option(
        "--include-unknown",
        is_flag=True,
        help="计入不能判定的地块(默认不计) · count parcels that a rule could not judge",
    )(function)
    return click.argument("project", metavar="PROJECT.toml", type=click.Path(path_type=Path))(
        function
    )
