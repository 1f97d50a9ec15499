"""`sinkcalc load stands`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.output import emit, format_options, require_writable, talk
from sinkcalc.cli.quality import emit_quality, require_report_writable
from sinkcalc.cli.settings import Settings
from sinkcalc.vocabulary import DEFINITIONS

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.load_result import LoadResult

# findings that are shown on the screen; all of them go to --report and the database
_SHOWN = 8
# names of columns that are listed
_LISTED = 20

_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.group("load", short_help="读入数据文件 · read, check and store files")
def command() -> None:
    """读入、检查、入库 · read, check, quarantine and store files."""


@command.command("stands", short_help="小班 · forest stands")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--survey", type=click.IntRange(1900, 2100), required=True, help="调查年度 · survey year"
)
@click.option(
    "--profile",
    help="配置名或 TOML 文件,默认按表头识别 · profile or TOML file; by the header if not given",
)
@click.option(
    "--definition",
    type=click.Choice(tuple(DEFINITIONS)),
    default="local",
    show_default=True,
    help="统计口径 · whose way of counting: local=地方口径, nfi=一类清查, land_survey_3=国土三调",
)
@click.option("--encoding", help="编码 · encoding (utf-8, gb18030/gbk)")
@click.option("--layer", help="图层或工作表 · layer or sheet")
@click.option("--replace", is_flag=True, help="整体替换该年度 · replace the survey's stands")
@click.option("--dry-run", is_flag=True, help="只检查不入库 · check only, store nothing")
@click.option(
    "--explain",
    is_flag=True,
    help="只说明各列如何理解,不入库 · only tell how each column is understood",
)
@click.option(
    "--strict", is_flag=True, help="有一行拒收即全不入库 · any rejected row stops the load"
)
@click.option("--rejects", type=_FILE, help="拒收行写入文件 · write rejected rows to a file")
@click.option("--warnings", type=_FILE, help="提示行写入文件 · write implausible values to a file")
@click.option(
    "--report",
    type=_FILE,
    help="数据质量报告(.html .json .csv …) · data-quality report, format by its suffix",
)
@format_options
@click.pass_obj
def stands(
    settings: Settings,
    /,
    files: tuple[Path, ...],
    rejects: Path | None,
    warnings: Path | None,
    report: Path | None,
    fmt: str | None,
    output: Path | None,
    **options: Any,
) -> None:
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
    from sinkcalc.pipeline.load_result import LoadOptions, nothing_passed, strict_rejection
    from sinkcalc.pipeline.load_stands import load_stands
    from sinkcalc.pipeline.understand_files import explain
    from sinkcalc.report.quality import with_texts

    explain_only = options.pop("explain")
    chosen = LoadOptions(**options)
    if explain_only:
        understood = explain(files, chosen, STANDS)
        title = _explained(understood, settings) if len(files) == 1 else None
        emit(understood, settings, fmt, output, explain_view, title)
        return
    for target in (rejects, warnings):
        require_writable(None, target)
    require_report_writable(report)
    result = load_stands(settings.db, files, chosen, settings.wait)
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
    report_load(settings, result)
    if chosen.strict and not result.rejected.is_empty():
        raise strict_rejection(result)
    if result.checked and not result.accepted:
        raise nothing_passed(result)


def explain_view(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Leave out the factor, which follows from the unit, and what is the same in every row."""
    import polars as pl

    same = [name for name in ("source_file", "profile") if frame[name].n_unique() == 1]
    # a column that is named as itself needs no proposal
    other = frame["proposal"] != frame["column_name"].fill_null("")
    proposal = pl.when(other).then("proposal").alias("proposal")
    return frame.with_columns(proposal).drop("factor", *same)


def _explained(frame: "pl.DataFrame", settings: Settings) -> str:
    file, profile = frame["source_file"][0], frame["profile"][0]
    return settings.say(f"{file} · 配置 {profile}", f"{file} · profile {profile}")


def report_load(settings: Settings, result: "LoadResult", shown: int = _SHOWN) -> None:
    """Tell what a load took in, what it set aside and what it found implausible.

    Parameters
    ----------
    shown
        Findings of each severity that are told; the others are counted.
    """
    if not result.checked:
        return
    for file in result.load.files:
        talk(
            settings,
            f"{file.source_file}:读入 {file.rows_in} 行,通过 {file.rows_accepted},"
            f"拒收 {file.rows_rejected}(配置 {result.load.profile}"
            + (f",编码 {file.encoding}" if file.encoding else "")
            + (f",图层/工作表 {file.layer})" if file.layer else ")"),
            f"{file.source_file}: {file.rows_in} rows read, {file.rows_accepted} passed, "
            f"{file.rows_rejected} rejected (profile {result.load.profile}"
            + (f", encoding {file.encoding}" if file.encoding else "")
            + (f", layer or sheet {file.layer})" if file.layer else ")"),
        )
    for zh, en in result.notes:
        talk(settings, f"  注意:{zh}", f"  note: {en}")
    findings = result.findings
    for severity, zh, en in (("error", "拒收", "rejected"), ("warn", "提示", "warning")):
        of_kind = findings.filter(findings["severity"] == severity)
        for row in of_kind.head(shown).iter_rows(named=True):
            where = " ".join(filter(None, [row["column_name"], f"({row['rule']})"]))
            talk(
                settings,
                f"  {zh} {row['rows']} 行 {where}:{row['reason_zh']};{row['remedy_zh']}。"
                f"例 {row['example']}",
                f"  {en} {row['rows']} × {where}: {row['reason_en']}; {row['remedy_en']}. "
                f"Example {row['example']}",
            )
        more = of_kind.slice(shown)
        if more.height:
            rows = more["rows"].sum()
            talk(
                settings,
                f"  {zh}:{'另有 ' if shown else ''}{more.height} 类 {rows} 条",
                f"  {en}: {rows} findings of {more.height} {'more ' if shown else ''}kinds",
            )
    if not findings.is_empty():
        where = f"sinkcalc --db {settings.db} surveys --quality {result.load.survey}"
        if result.stored:
            talk(settings, f"  全部:{where}", f"  all of them: {where}")
        else:
            talk(
                settings,
                "  全部:加 --report 质量.html",
                "  all of them: add --report quality.html",
            )
    _report_stored(settings, result)


def _report_stored(settings: Settings, result: "LoadResult") -> None:
    from sinkcalc.coefficients.land import current_counties

    for old, new, rows in result.successors.iter_rows():
        talk(
            settings,
            f"县代码 {old} 已撤销,{rows} 行归入 {new}",
            f"county code {old} is abolished: {rows} rows count for {new}",
        )
    for name, year in result.loaded_as.items():
        talk(
            settings,
            f"注意:{name} 与调查 {year} 的文件完全相同,请核对 --survey",
            f"note: {name} is the very file of survey {year}: check --survey",
        )
    city = current_counties()
    counties, every = len(set(result.counties) & set(city)), len(city)
    talk(
        settings,
        f"小班涉及全市 {every} 个县(市、区)中的 {counties} 个",
        f"stands lie in {counties} of the city's {every} counties",
    )
    if result.simulated:
        talk(
            settings,
            "数据带有模拟标记,结果将标为模拟数据",
            "the file is marked as simulated: so are all results",
        )
    _report_columns(settings, result)
    if result.stored:
        talk(
            settings,
            f"已将 {result.accepted} 个小班存入 {settings.db},调查 {result.load.survey}",
            f"stored {result.accepted} stands as survey {result.load.survey} in {settings.db}",
        )
    else:
        talk(settings, "未入库", "nothing was stored")


def _report_columns(settings: Settings, result: "LoadResult") -> None:
    """Name the columns that were not read, of the file and of the profile."""
    unread = result.not_read
    if unread:
        listed = ", ".join(unread[:_LISTED]) + (" …" if len(unread) > _LISTED else "")
        talk(
            settings,
            f"文件中没有读取的列({len(unread)}):{listed}。用 --explain 查看各列的理解",
            f"columns of the file that are not read ({len(unread)}): {listed}. "
            "See how every column is understood with --explain",
        )
    if result.absent:
        listed = ", ".join(result.absent)
        talk(
            settings,
            f"配置中的这些列文件里没有,按空值处理:{listed}",
            f"columns of the profile that the file lacks, read as empty: {listed}",
        )
