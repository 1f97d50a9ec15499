"""`sinkcalc load stands`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinkcalc.cli.output import emit, require_writable, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.vocabulary import DEFINITIONS

if TYPE_CHECKING:
    from sinkcalc.intake.check import Checked
    from sinkcalc.pipeline.load_stands import LoadResult

# rejected rows that are shown on the screen; all of them go to --rejects and the database
_SHOWN = 5


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
@click.option("--replace", is_flag=True, help="整体替换该年度 · replace the survey's stands")
@click.option("--dry-run", is_flag=True, help="只检查不入库 · check only, store nothing")
@click.option(
    "--strict", is_flag=True, help="有一行拒收即全不入库 · any rejected row stops the load"
)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    help="拒收行写入文件 · write rejected rows to a file",
)
@click.pass_obj
def stands(
    settings: Settings,
    files: tuple[Path, ...],
    survey: int,
    profile: str | None,
    definition: str,
    encoding: str | None,
    replace: bool,
    dry_run: bool,
    strict: bool,
    rejects: Path | None,
) -> None:
    """读入小班文件(CSV、Parquet);同一年度的文件一次给全 · load the stands of one survey.

    \b
    例 · examples:
      sinkcalc load stands 小班2020.csv --survey 2020
      sinkcalc load stands 临安.csv 淳安.csv --survey 2020 --rejects 拒收.csv
      sinkcalc load stands 小班2020.csv --survey 2020 --dry-run
    """
    from sinkcalc.pipeline.load_stands import (
        LoadOptions,
        load_stands,
        nothing_passed,
        strict_rejection,
    )

    options = LoadOptions(
        survey, profile, definition, encoding, replace=replace, dry_run=dry_run, strict=strict
    )
    require_writable(None, rejects)
    result = load_stands(settings.db, files, options, settings.wait)
    if result.checked is None:
        talk(
            settings,
            f"同样的文件已在调查 {survey} 中,没有变化",
            f"the same files are in survey {survey} already; nothing changed",
        )
    if rejects is not None:
        emit(result.rejected, settings, None, rejects)
    report_load(settings, result)
    if strict and not result.rejected.is_empty():
        raise strict_rejection(result)
    if result.checked is not None and result.checked.stands.is_empty():
        raise nothing_passed(result)


def report_load(settings: Settings, result: "LoadResult") -> None:
    """Tell what a load took in and what it set aside."""
    import polars as pl

    checked = result.checked
    if checked is None:
        return
    for file in result.load.files:
        talk(
            settings,
            f"{file.source_file}:读入 {file.rows_in} 行,通过 {file.rows_accepted},"
            f"拒收 {file.rows_rejected}(配置 {result.load.profile},编码 {file.encoding or '–'})",
            f"{file.source_file}: {file.rows_in} rows read, {file.rows_accepted} passed, "
            f"{file.rows_rejected} rejected (profile {result.load.profile}, "
            f"encoding {file.encoding or '–'})",
        )
    kinds = checked.rejected.group_by("rule").agg(pl.len().alias("rows")).sort("rule")
    if kinds.height:
        listed = ", ".join(f"{rule} {rows}" for rule, rows in kinds.iter_rows())
        talk(settings, f"拒收原因:{listed}", f"reasons: {listed}")
    for row in checked.rejected.head(_SHOWN).iter_rows(named=True):
        value = "" if row["value"] is None else f" = {row['value']!r}"
        where = f"{row['source_file']}:{row['source_row']} {row['column_name'] or ''}{value}"
        talk(
            settings,
            f"  {where}:{row['reason_zh']};{row['remedy_zh']}",
            f"  {where}: {row['reason_en']}; {row['remedy_en']}",
        )
    if checked.rejected.height > _SHOWN:
        more = checked.rejected.height - _SHOWN
        talk(settings, f"  …另有 {more} 条", f"  … and {more} more")
    _report_stored(settings, result, checked)


def _report_stored(settings: Settings, result: "LoadResult", checked: "Checked") -> None:
    for old, new, rows in checked.successors.iter_rows():
        talk(
            settings,
            f"县代码 {old} 已撤销,{rows} 行归入 {new}",
            f"county code {old} is abolished: {rows} rows count for {new}",
        )
    counties = checked.stands["region_code"].n_unique()
    talk(settings, f"涉及 {counties} 个县(市、区)", f"stands lie in {counties} counties")
    if checked.simulated:
        talk(
            settings,
            "数据带有模拟标记,结果将标为模拟数据",
            "the file is marked as simulated: so are all results",
        )
    if result.absent:
        listed = ", ".join(result.absent)
        talk(
            settings,
            f"配置中的这些列文件里没有,按空值处理:{listed}",
            f"columns of the profile that the file lacks, read as empty: {listed}",
        )
    stored, survey = checked.stands.height, result.load.survey
    if result.stored:
        talk(
            settings,
            f"已将 {stored} 个小班存入 {settings.db},调查 {survey}",
            f"stored {stored} stands as survey {survey} in {settings.db}",
        )
    else:
        talk(settings, "未入库", "nothing was stored")
