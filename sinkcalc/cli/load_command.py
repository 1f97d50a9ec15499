"""Options of `sinkcalc load` that every table has, and the load itself."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.core import ParameterSource

from sinkcalc.cli.output import emit, require_writable, talk
from sinkcalc.cli.quality import emit_quality, require_report_writable
from sinkcalc.cli.settings import Settings
from sinkcalc.vocabulary import DEFINITIONS

if TYPE_CHECKING:
    from sinkcalc.intake.kinds import TableKind
    from sinkcalc.pipeline.load_result import LoadOptions, LoadResult

FILE: Final = click.Path(path_type=Path, dir_okay=False)
_Command = TypeVar("_Command", bound=Callable[..., Any])
_PROFILE = "配置名或 TOML 文件,默认按表头识别 · profile or TOML file; by the header if not given"
_DEFINITION = (
    "统计口径 · whose way of counting: local=地方口径, nfi=一类清查, land_survey_3=国土三调, "
    "wetland_survey_2=二次湿地调查;默认按配置 · that of the profile, where it declares one"
)
_EXPLAIN = "只说明各列如何理解,不入库 · only tell how each column is understood"


def load_options(definition: str | None) -> Callable[[_Command], _Command]:
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
        click.option("--rejects", type=FILE, help="拒收行写入文件 · write rejected rows to a file"),
        click.option(
            "--warnings", type=FILE, help="提示行写入文件 · write implausible values to a file"
        ),
    ]

    def decorate(function: _Command) -> _Command:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def run_load(
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
    """Load files, or explain how they would be read, and tell what came out."""
    from sinkcalc.cli.load_report import explain_view, explained, report_load
    from sinkcalc.pipeline.load_result import LoadOptions, nothing_passed, strict_rejection
    from sinkcalc.pipeline.understand_files import explain as understood_columns
    from sinkcalc.report.quality import with_texts

    source = click.get_current_context().get_parameter_source("definition")
    chosen = LoadOptions(**options, definition_is_default=source is ParameterSource.DEFAULT)
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
    _warn_of_future(settings, chosen.survey)
    if chosen.strict and not result.rejected.is_empty():
        raise strict_rejection(result)
    if result.checked and not result.accepted:
        raise nothing_passed(result)


def _warn_of_future(settings: Settings, survey: int) -> None:
    """Say that a survey is of a year still to come: targets would count as settled by it."""
    if survey > date.today().year:
        talk(
            settings,
            f"警告:调查年度 {survey} 晚于今年,目标会被当作已由它定论;请核对 --survey",
            f"warning: survey {survey} is of a year that is still to come, and would settle "
            "targets: check --survey",
        )
