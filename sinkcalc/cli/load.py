"""`sinkcalc load stands`, `plots`, `trees` and `strata`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from sinkcalc.cli.output import emit, format_options, require_writable, talk
from sinkcalc.cli.quality import emit_quality, require_report_writable
from sinkcalc.cli.settings import Settings
from sinkcalc.vocabulary import DEFINITIONS

if TYPE_CHECKING:
    from sinkcalc.intake.kinds import TableKind
    from sinkcalc.pipeline.load_result import LoadOptions, LoadResult

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_Command = TypeVar("_Command", bound=Callable[..., Any])
_PROFILE = "配置名或 TOML 文件,默认按表头识别 · profile or TOML file; by the header if not given"
_DEFINITION = (
    "统计口径 · whose way of counting: local=地方口径, nfi=一类清查, land_survey_3=国土三调"
)
_EXPLAIN = "只说明各列如何理解,不入库 · only tell how each column is understood"
_OCCASION = "读哪一期(文件叠有几期时) · occasion that is read, of files that hold several"


@click.group("load", short_help="读入数据文件 · read, check and store files")
def command() -> None:
    """读入、检查、入库 · read, check, quarantine and store files."""


def _options(definition: str | None) -> Callable[[_Command], _Command]:
    """Return the options that every table has; without a definition it is that of the survey."""
    years = click.IntRange(1900, 2100)
    whose = click.Choice(tuple(DEFINITIONS))
    options = [
        click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path)),
        click.option("--survey", type=years, required=True, help="调查年度 · survey year"),
        click.option("--profile", help=_PROFILE),
        click.option(
            "--definition", type=whose, default=definition, show_default=True, help=_DEFINITION
        ),
        click.option("--encoding", help="编码 · encoding (utf-8, gb18030/gbk)"),
        click.option("--layer", help="图层或工作表 · layer or sheet"),
        click.option(
            "--replace", is_flag=True, help="整体替换该年度 · replace what the survey holds"
        ),
        click.option("--dry-run", is_flag=True, help="只检查不入库 · check only, store nothing"),
        click.option("--explain", is_flag=True, help=_EXPLAIN),
        click.option(
            "--strict", is_flag=True, help="有一行拒收即全不入库 · any rejected row stops the load"
        ),
        click.option(
            "--rejects", type=_FILE, help="拒收行写入文件 · write rejected rows to a file"
        ),
        click.option(
            "--warnings", type=_FILE, help="提示行写入文件 · write implausible values to a file"
        ),
    ]

    def decorate(function: _Command) -> _Command:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


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
@_options("local")
@click.option(
    "--report",
    type=_FILE,
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

    _run(settings, STANDS, load, report=report, **given)


@command.command("plots", short_help="固定样地 · permanent plots")
@_options("nfi")
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
@_options(None)
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
@_options(None)
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

    _run(settings, KINDS[name], load, report=None, **given)


def _run(
    settings: Settings,
    kind: "TableKind",
    load: "Callable[[tuple[Path, ...], LoadOptions], LoadResult]",
    *,
    files: tuple[Path, ...],
    explain: bool,
    rejects: Path | None,
    warnings: Path | None,
    report: Path | None,
    fmt: str | None,
    output: Path | None,
    **options: Any,
) -> None:
    from sinkcalc.cli.load_report import explain_view, explained, report_load
    from sinkcalc.pipeline.load_result import LoadOptions, nothing_passed, strict_rejection
    from sinkcalc.pipeline.understand_files import explain as understood_columns
    from sinkcalc.report.quality import with_texts

    chosen = LoadOptions(**options)
    if explain:
        understood = understood_columns(files, chosen, kind)
        title = explained(understood, settings) if len(files) == 1 else None
        emit(understood, settings, fmt, output, explain_view, title)
        return
    for target in (rejects, warnings):
        require_writable(None, target)
    require_report_writable(report)
    result = load(files, chosen)
    if not result.checked:
        talk(
            settings,
            f"同样的文件已在调查 {chosen.survey} 中,没有变化",
            f"the same files are in survey {chosen.survey} already; nothing changed",
        )
    if rejects is not None:
        emit(result.rejected, settings, None, rejects)
    if warnings is not None:
        emit(with_texts(result.warned), settings, None, warnings)
    if report is not None:
        emit_quality(settings, result.quality, chosen.survey, report)
    in_files = any(path is not None for path in (rejects, warnings, report))
    report_load(settings, result, in_files=in_files)
    if chosen.strict and not result.rejected.is_empty():
        raise strict_rejection(result)
    if result.checked and not result.accepted:
        raise nothing_passed(result)
