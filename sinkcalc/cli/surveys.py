"""`sinkcalc surveys`."""

from pathlib import Path

import click

from sinkcalc.cli.output import emit, format_options
from sinkcalc.cli.settings import Settings


@click.command("surveys", short_help="已入库的调查 · what is loaded")
@format_options
@click.pass_obj
def command(settings: Settings, fmt: str | None, output: Path | None) -> None:
    """列出已入库的调查、文件与校验和 · list surveys, files and hashes."""
    from sinkcalc.store.connection import reading
    from sinkcalc.store.inventory import list_surveys

    with reading(settings.db, settings.wait) as con:
        rows = list_surveys(con)
    emit(
        rows,
        settings,
        fmt,
        output,
        view=lambda frame: frame.drop("sha256", "program_version", "table_name"),
    )
