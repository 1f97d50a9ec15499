"""`sinkcalc survey`: design-based estimators."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinkcalc.cli import survey_effects, survey_inventory, survey_stands
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.survey_inventory import change_in_database, estimate_in_database
from sinkcalc.cli.survey_options import (
    FILE,
    design_options,
    inventory_options,
    make_design,
    show,
    tree_model_options,
)
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    from sinkcalc.survey import SurveyResult


@click.group("survey", short_help="抽样估计 · sampling estimators on plots")
def command() -> None:
    """样地抽样估计:总量、均值、比值、变化 · estimators on any table of plots.

    数据库中样地的 --y · --y of plots in the database: volume_m3_per_ha, growing_stock_m3_per_ha,
    basal_area_m2_per_ha, above_ground_t_per_ha, below_ground_t_per_ha, carbon_t_per_ha, forest.

    \b
    例 · examples:
      sinkcalc survey mean plots.csv --y volume
      sinkcalc survey total plots.csv --y volume --stratum county --sizes sizes.csv
      sinkcalc survey ratio plots.csv --y volume --x forest_area --size 30000
      sinkcalc survey change plots.csv --y volume_2015 --y2 volume_2020 --size 30000
      sinkcalc survey total --survey 2020 --y growing_stock_m3_per_ha --domain region_code
      sinkcalc survey components --from 2015 --to 2020
      sinkcalc survey effects --from 2015 --to 2020 --by species_group
      sinkcalc survey verdict --survey 2020
    """


@command.command("total", short_help="总量 · totals")
@click.argument("plots", type=FILE, required=False)
@click.option("--y", metavar="COL", help="变量 · variable")
@design_options
@inventory_options
@click.pass_obj
def total(settings: Settings, /, plots: Path | None, y: str | None, **options: Any) -> None:
    """总量及其标准误、置信区间、抽样精度 · totals with error, interval and sampling precision.

    样地表,或用 --survey 指定数据库中的样地 · a table of plots, or plots of the database (--survey).

    \b
    例 · examples:
      sinkcalc survey total 样地.xlsx --y 蓄积 --stratum 县 --sizes 县面积.xlsx
      sinkcalc survey total --survey 2020 --y growing_stock_m3_per_ha --domain region_code
    """
    from sinkcalc.survey import estimate_total

    _run(settings, plots, options, {"y": y}, estimate_total)


@command.command("mean", short_help="均值 · means")
@click.argument("plots", type=FILE, required=False)
@click.option("--y", metavar="COL", help="变量 · variable")
@design_options
@inventory_options
@click.pass_obj
def mean(settings: Settings, /, plots: Path | None, y: str | None, **options: Any) -> None:
    """均值及其标准误、置信区间、抽样精度 · means with error, interval and sampling precision."""
    from sinkcalc.survey import estimate_mean

    _run(settings, plots, options, {"y": y}, estimate_mean)


@command.command("ratio", short_help="比值 · ratios of two totals")
@click.argument("plots", type=FILE, required=False)
@click.option("--y", metavar="COL", help="分子 · numerator")
@click.option("--x", required=True, metavar="COL", help="分母 · denominator")
@design_options
@inventory_options
@click.pass_obj
def ratio(settings: Settings, /, plots: Path | None, y: str | None, x: str, **options: Any) -> None:
    """两个总量之比(联合比估计,线性化) · combined ratio of two totals, linearised."""
    from sinkcalc.survey import estimate_ratio

    _run(settings, plots, options, {"y": y, "x": x}, estimate_ratio)


@command.command("change", short_help="两期变化 · change on the same plots")
@click.argument("plots", type=FILE, required=False)
@click.option("--y", metavar="COL", help="前期 · first occasion")
@click.option("--y2", metavar="COL", help="后期 · second occasion")
@click.option("--from", "first", type=int, help="数据库中的前期 · earlier survey in the database")
@click.option("--to", "last", type=int, help="数据库中的后期 · later survey in the database")
@design_options
@tree_model_options
@click.pass_obj
def change(
    settings: Settings,
    /,
    plots: Path | None,
    y: str | None,
    y2: str | None,
    first: int | None,
    last: int | None,
    **options: Any,
) -> None:
    """同一批样地两期之差,计协方差 · difference on paired plots, with their covariance.

    部分更换的样地用 --estimator composite(数据库中的样地自动采用) · for partly replaced plots
    --estimator composite, which plots of the database take by themselves.
    """
    from sinkcalc.survey import estimate_change

    if plots is not None and first is None and last is None:
        if y2 is None:
            raise _no_variable("y2")
        _run(settings, plots, options | {"survey": None}, {"y": y, "y2": y2}, estimate_change)
    elif plots is None and first is not None and last is not None and y2 is None:
        change_in_database(settings, (first, last), y, options)
    else:
        raise UsageProblem(
            zh="给出样地表(--y、--y2),或数据库中的两期(--from、--to,变量用 --y)",
            en="give a table of plots (with --y, --y2), or two surveys of the database (--from, "
            "--to, variable --y)",
        )


def _run(
    settings: Settings,
    plots: Path | None,
    options: dict[str, Any],
    variables: dict[str, str | None],
    estimate: "Callable[..., SurveyResult]",
) -> None:
    from sinkcalc.pipeline.survey_table import TableOptions, estimate_table

    year = options.pop("survey")
    if (plots is None) == (year is None):
        raise UsageProblem(
            zh="给出一个样地表文件,或用 --survey 年度 指定数据库中的样地(二者选一)",
            en="give a table of plots, or name plots of the database with --survey YEAR: one of "
            "the two",
        )
    if year is not None:
        estimate_in_database(settings, year, options, variables, estimate)
        return
    for name in ("tree_models", "volume_table", "factors"):
        options.pop(name, None)
    names = [_required(name, column) for name, column in variables.items()]
    fmt, output = options.pop("fmt"), options.pop("output")
    design = make_design(options)
    files = TableOptions(plots or Path(), **options)
    result = estimate_table(
        files, design, names, lambda rows, chosen: estimate(rows, *names, chosen)
    )
    show(settings, result, fmt, output)


def _required(name: str, column: str | None) -> str:
    if column is None:
        raise _no_variable(name)
    return column


def _no_variable(name: str) -> UsageProblem:
    return UsageProblem(
        zh=f"用 --{name} 指定样地表中的变量列",
        en=f"name a column of the table of plots with --{name}",
    )


for _more in (
    survey_inventory.plots,
    survey_inventory.components,
    survey_effects.effects,
    survey_stands.verdict,
    survey_stands.assisted,
):
    command.add_command(_more)
