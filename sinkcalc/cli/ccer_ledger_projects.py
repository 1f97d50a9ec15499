"""`sinkcalc ccer ledger register`, `projects` and `withdraw`."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinkcalc.cli.ccer_ledger_entries import day_option
from sinkcalc.cli.ccer_ledger_show import readable
from sinkcalc.cli.output import emit, format_options, simulated_mark, talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl


@click.command("projects", short_help="登记的项目 · registered projects")
@format_options
@click.pass_obj
def projects(settings: Settings, fmt: str | None, output: Path | None) -> None:
    """列出登记的项目 · list the registered projects in the version that holds now."""
    from sinkcalc.pipeline.ccer_book import registered_projects

    rows = registered_projects(settings.db, settings.wait)
    hidden = ["pack_version", "gwp_set", "run_id", "reason", "simulated", "start_date"]

    def view(frame: "pl.DataFrame") -> "pl.DataFrame":
        return readable(frame.drop(hidden), settings)

    title = settings.say("登记的碳汇项目", "registered carbon projects")
    mark = simulated_mark(bool(rows["simulated"].any()), settings)
    emit(rows, settings, fmt, output, view, mark + title)


@click.command("withdraw", short_help="撤销项目 · take a project out")
@click.argument("project_id")
@day_option("--date", "撤销日期 · day", required=True)
@click.option("--reason", required=True, help="原因 · reason")
@click.pass_obj
def withdraw(settings: Settings, project_id: str, date: datetime, reason: str) -> None:
    """撤销登记的项目,撤销后不能再登记 · take a project out of the register, for good.

    \b
    没有签发过减排量的,其地块可由别的项目登记;签发过的仍归它,余额仍可注销
    without issued units its parcels are free for another project; with them they stay its own,
    and what is left can still be cancelled
    """
    from sinkcalc.pipeline.ccer_ledger import withdraw as enter

    _, entry = enter(settings.db, project_id, date.date(), reason, settings.wait)
    talk(
        settings,
        f"第 {entry.entry_no} 笔:项目 {project_id} 已撤销,不能再登记(管理办法第十六条)",
        f"entry {entry.entry_no}: the project {project_id} is withdrawn and cannot be registered "
        "again (article 16 of the measures)",
    )
