"""`sinkcalc params`."""

from pathlib import Path

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.params_verify import verify
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word
from sinkcalc.errors import EXIT_FAILED, UsageProblem


@click.group("params", short_help="参数、来源与核对 · coefficients, sources, evidence")
def command() -> None:
    """参数、来源与核对 · coefficients with source and evidence."""


command.add_command(verify)


@command.command("list")
@click.option("--table", help="只看一个表 · one table only")
@click.option(
    "--unverified",
    is_flag=True,
    help="只看凭记忆或假定的行 · recalled or assumed rows only",
)
@format_options
@click.pass_obj
def list_(
    settings: Settings, table: str | None, unverified: bool, fmt: str | None, output: Path | None
) -> None:
    """列出参数;方法学包的表名为 ccer/编号 · list parameters; the table of a pack is ccer/CODE."""
    import polars as pl

    from sinkcalc.ccer.items import pack_items
    from sinkcalc.cli.pack_views import items_view
    from sinkcalc.cli.views import parameter_view
    from sinkcalc.coefficients.load import all_parameters
    from sinkcalc.coefficients.packs import pack_codes, pack_parameters, read_pack
    from sinkcalc.coefficients.verified import to_verify

    packs = {f"ccer/{code}": code for code in pack_codes()}
    if table in packs:
        items = pack_items(read_pack(packs[table]))
        emit(to_verify(items) if unverified else items, settings, fmt, output, items_view)
        return
    rows = pl.concat([all_parameters(), pack_parameters()])
    if table is not None:
        names = [*all_parameters()["table"].unique(maintain_order=True), *packs]
        if table not in names:
            raise UsageProblem(
                zh=f"没有参数表 {table};可用:{', '.join(names)}",
                en=f"there is no parameter table {table}; use {', '.join(names)}",
            )
        rows = rows.filter(pl.col("table") == table)
    emit(to_verify(rows) if unverified else rows, settings, fmt, output, parameter_view)


@command.command("show")
@click.argument("parameter_id")
@format_options
@click.pass_obj
def show(settings: Settings, parameter_id: str, fmt: str | None, output: Path | None) -> None:
    """一个参数的全部内容 · everything about one parameter, or all that begin with the text."""
    import polars as pl

    from sinkcalc.ccer.items import all_items
    from sinkcalc.coefficients.load import all_parameters, load_sources
    from sinkcalc.coefficients.packs import pack_parameters

    items = all_items().filter(pl.col("kind") != "parameter").rename({"item_id": "parameter_id"})
    rows = pl.concat([all_parameters(), pack_parameters(), items], how="diagonal")
    rows = rows.filter(pl.col("parameter_id").str.starts_with(parameter_id))
    if rows.is_empty():
        raise UsageProblem(
            zh=f"没有以 {parameter_id} 开头的参数;用 sinkcalc params list 查看",
            en=f"no parameter begins with {parameter_id}; see sinkcalc params list",
        )
    titles = {key: source["title"] for key, source in load_sources().items()}
    rows = rows.with_columns(
        pl.col("source_id").replace_strict(titles, default=None).alias("source")
    )

    def upright(frame: pl.DataFrame) -> pl.DataFrame:
        lines = [
            {"symbol": key, "value": str(value)}
            for row in frame.to_dicts()
            for key, value in row.items()
            if value is not None
        ]
        return pl.DataFrame(lines)

    emit(rows, settings, fmt, output, view=upright)


@command.command("check")
@format_options
@click.pass_obj
def check(settings: Settings, fmt: str | None, output: Path | None) -> None:
    """核对参数文件并列出未核对的行 · check the files, list every recalled or assumed row."""
    import polars as pl

    from sinkcalc.ccer.pack_check import check_packs
    from sinkcalc.coefficients.verify import check_parameters, evidence_counts

    rows = pl.concat([check_parameters(), check_packs()])
    emit(rows, settings, fmt, output)
    counts = {
        severity: rows.filter(pl.col("severity") == severity).height
        for severity in ("error", "warning", "note")
    }
    talk(
        settings,
        f"错误 {counts['error']},警告 {counts['warning']},未核对 {counts['note']}",
        f"{counts['error']} errors, {counts['warning']} warnings, {counts['note']} rows to verify",
    )
    if counts["error"]:
        raise click.exceptions.Exit(EXIT_FAILED)
    for status, read, recalled, unmarked in evidence_counts().iter_rows():
        talk(
            settings,
            f"  {word(status, settings)}:已读原文 {read} 行,凭记忆 {recalled} 行"
            + (f",不记依据的规则 {unmarked} 行" if unmarked else ""),
            f"  {word(status, settings)}: {read} rows read in the source, {recalled} recalled"
            + (f", {unmarked} rules without evidence" if unmarked else ""),
        )
