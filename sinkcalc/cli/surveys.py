"""`sinkcalc surveys`."""

from pathlib import Path

import click

from sinkcalc.cli.output import emit, format_options
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem


@click.command("surveys", short_help="已入库的调查 · what is loaded")
@click.option(
    "--quality",
    type=int,
    metavar="YEAR",
    help="该年度的数据质量报告 · data-quality report of a survey",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="质量报告写入文件(.html .json …) · write the report, format by its suffix",
)
@click.option(
    "--double-counting",
    type=int,
    metavar="YEAR",
    help="该年度的林木湿地与小班是否重复计算 · wooded wetlands that are stands too",
)
@format_options
@click.pass_obj
def command(
    settings: Settings,
    quality: int | None,
    report: Path | None,
    double_counting: int | None,
    fmt: str | None,
    output: Path | None,
) -> None:
    """列出已入库的调查、文件与校验和 · list surveys, files and hashes.

    \b
    例 · examples:
      sinkcalc surveys
      sinkcalc surveys --quality 2020
      sinkcalc surveys --quality 2020 --report 质量.html
      sinkcalc surveys --double-counting 2020
    """
    from sinkcalc.cli.double_counting import show_double_counting
    from sinkcalc.cli.quality import emit_quality, require_report_writable
    from sinkcalc.store.connection import reading
    from sinkcalc.store.loads import list_surveys

    if report is not None and quality is None:
        raise UsageProblem(
            zh="--report 需与 --quality 年度 一起用",
            en="--report needs --quality YEAR: which survey is reported",
        )
    if double_counting is not None and quality is not None:
        raise UsageProblem(
            zh="--quality 与 --double-counting 各是一张表,请分别运行",
            en="--quality and --double-counting are two listings: ask for one at a time",
        )
    require_report_writable(report)
    if quality is not None:
        emit_quality(settings, None, quality, report or output, fmt)
        return
    if double_counting is not None:
        show_double_counting(settings, double_counting, fmt, output)
        return
    with reading(settings.db, settings.wait) as con:
        rows = list_surveys(con)
    emit(
        rows,
        settings,
        fmt,
        output,
        view=lambda frame: frame.drop("sha256", "program_version"),
    )
