"""`sinkcalc load stands`, `plots`, `trees`, `strata`, `wetlands`, `cores` and the like."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.load_command import FILE, load_options, run_load
from sinkcalc.cli.load_wetlands import cores, farmland, protected_areas, wetlands
from sinkcalc.cli.output import format_options
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    from sinkcalc.pipeline.load_result import LoadOptions, LoadResult

_OCCASION = "读哪一期(文件叠有几期时) · occasion that is read, of files that hold several"


@click.group("load", short_help="读入数据文件 · read, check and store files")
def command() -> None:
    """读入、检查、入库 · read, check, quarantine and store files."""


_AREA: Final = click.option(
    "--plot-area-ha",
    type=click.FloatRange(min=0, min_open=True),
    help="每个样地的面积(ha),文件没有时 · area of every plot, ha, where the files do not say it",
)
_ON_OCCASION: Final = click.option("--occasion", metavar="VALUE", help=_OCCASION)
_JUMP: Final = click.option(
    "--accept-unit-jump",
    is_flag=True,
    help="两期相差约十倍也入库 · store also where two occasions differ about tenfold",
)


@command.command("stands", short_help="小班 · forest stands")
@load_options("local")
@click.option(
    "--report",
    type=FILE,
    help="数据质量报告(.html .json .csv …) · data-quality report, format by its suffix",
)
@format_options
@click.pass_obj
def stands(settings: Settings, /, report: Path | None, **given: Any) -> None:
    """读入小班文件;同一年度的文件一次给全 · load the stands of one survey.

    CSV、XLSX、Parquet;装有 sinkcalc[gis] 时还有 Shapefile、GeoPackage、GDB · and these with
    sinkcalc[gis]. --format 与 -o 用于 --explain · --format and -o serve --explain.

    \b
    例 · examples:
      sinkcalc load stands 小班2020.csv --survey 2020 --explain
      sinkcalc load stands 小班2020.csv --survey 2020
      sinkcalc load stands 临安.shp 淳安.shp --survey 2016 --profile erlei --rejects 拒收.csv
      sinkcalc load stands 小班2020.xlsx --survey 2020 --dry-run --report 质量.html
    """
    from sinkcalc.intake.kinds import STANDS
    from sinkcalc.pipeline.load_stands import load_stands

    def load(files: tuple[Path, ...], options: "LoadOptions") -> "LoadResult":
        return load_stands(settings.db, files, options, settings.wait)

    run_load(settings, STANDS, load, report=report, **given)


@command.command("plots", short_help="固定样地 · permanent plots")
@load_options("nfi")
@_AREA
@_ON_OCCASION
@_JUMP
@format_options
@click.pass_obj
def plots(settings: Settings, /, **given: Any) -> None:
    """读入一次调查的固定样地 · load the permanent plots of one survey.

    样地先于样木入库 · plots are loaded before their trees.

    \b
    例 · examples:
      sinkcalc load plots 样地.csv --survey 2015 --occasion 3 --explain
      sinkcalc load plots 样地.csv --survey 2015 --occasion 3 --plot-area-ha 0.0667
      sinkcalc load plots 样地2015.xlsx --survey 2015 --profile 我的样地.toml --rejects 拒收.csv
    """
    _load_plots(settings, "plots", given)


@command.command("trees", short_help="样木 · trees of permanent plots")
@load_options(None)
@_ON_OCCASION
@_JUMP
@format_options
@click.pass_obj
def trees(settings: Settings, /, **given: Any) -> None:
    """读入一次调查的样木,其样地须已入库 · load the trees of plots that are loaded.

    \b
    例 · examples:
      sinkcalc load trees 样木.csv --survey 2015 --occasion 3
      sinkcalc load trees trees.csv --survey 2020 --profile knfi-trees --occasion 7
    """
    _load_plots(settings, "trees", given)


@command.command("strata", short_help="层面积 · strata and their areas")
@load_options(None)
@format_options
@click.pass_obj
def strata(settings: Settings, /, **given: Any) -> None:
    """读入一次样地调查的层与面积 · load the strata of a plot survey with their areas.

    \b
    例 · examples:
      sinkcalc load strata 层.csv --survey 2015
    """
    _load_plots(settings, "strata", given)


def _load_plots(settings: Settings, name: str, given: dict[str, Any]) -> None:
    from sinkcalc.intake.kinds import KINDS
    from sinkcalc.pipeline.load_plots import definition_of, load_plots

    if given["definition"] is None:
        given["definition"] = definition_of(settings.db, given["survey"], settings.wait)

    def load(files: tuple[Path, ...], options: "LoadOptions") -> "LoadResult":
        return load_plots(settings.db, files, KINDS[name], options, settings.wait)

    run_load(settings, KINDS[name], load, report=None, **given)


for each in (wetlands, cores, protected_areas, farmland):
    command.add_command(each)
