"""What a load tells."""

from typing import TYPE_CHECKING

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.load_result import LoadResult

# findings that are shown on the screen; all of them go to --report and the database
_SHOWN = 8
# names of columns that are listed
_LISTED = 20


def explain_view(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Leave out the factor, which follows from the unit, and what is the same in every row."""
    import polars as pl

    same = [name for name in ("source_file", "profile") if frame[name].n_unique() == 1]
    # a column that is named as itself needs no proposal
    other = frame["proposal"] != frame["column_name"].fill_null("")
    proposal = pl.when(other).then("proposal").alias("proposal")
    return frame.with_columns(proposal).drop("factor", *same)


def explained(frame: "pl.DataFrame", settings: Settings) -> str:
    """Return the title of an explanation: file and profile."""
    file, profile = frame["source_file"][0], frame["profile"][0]
    return settings.say(f"{file} · 配置 {profile}", f"{file} · profile {profile}")


def report_load(
    settings: Settings, result: "LoadResult", shown: int = _SHOWN, *, in_files: bool = False
) -> None:
    """Tell what a load took in, what it set aside and what it found implausible.

    Parameters
    ----------
    shown
        Findings of each severity that are told; the others are counted.
    in_files
        Whether they were written to files, so that nobody has to be told where they are.
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
    _report_findings(settings, result, shown)
    if not in_files:
        _report_where(settings, result)
    _report_stored(settings, result)


def _report_findings(settings: Settings, result: "LoadResult", shown: int) -> None:
    """Tell the broken rules, the first of them one by one."""
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


def _report_where(settings: Settings, result: "LoadResult") -> None:
    """Say where all findings are."""
    findings = result.findings
    if not findings.is_empty() and result.quality is not None:
        where = f"sinkcalc --db {settings.db} surveys --quality {result.load.survey}"
        if result.stored:
            talk(settings, f"  全部:{where}", f"  all of them: {where}")
        else:
            talk(
                settings,
                "  全部:加 --report 质量.html",
                "  all of them: add --report quality.html",
            )
    elif not findings.is_empty():
        talk(
            settings,
            "  全部:加 --rejects 拒收.csv --warnings 提示.csv",
            "  all of them: add --rejects rejected.csv --warnings warnings.csv",
        )


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
    if result.quality is not None:
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
        count, year = result.accepted, result.load.survey
        talk(
            settings,
            f"已将 {count} 个{result.kind.noun_zh}存入 {settings.db},调查 {year}",
            f"stored {count} {result.kind.noun} as survey {year} in {settings.db}",
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
