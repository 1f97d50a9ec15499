"""`sinkcalc query run`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.query_options import given_values, name_argument, parameter_option, rows_option
from sinkcalc.cli.query_rows import kept_rows, tell_left_out
from sinkcalc.cli.query_view import marked_title, rows_view
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    from sinkcalc.store.queries import Held


@click.command("run", short_help="运行一个查询 · ask a question of the catalogue")
@name_argument
@parameter_option
@rows_option
@format_options
@click.pass_obj
def command(
    settings: Settings,
    name: str,
    given: tuple[str, ...],
    max_rows: int | None,
    fmt: str | None,
    output: Path | None,
) -> None:
    """运行目录中的一个查询 · run a query of the catalogue.

    \b
      sinkcalc query run growing_stock_by_county
      sinkcalc query run growing_stock_by_county -p survey=2020 -o 蓄积.xlsx
    """
    from sinkcalc.cli.query_workbook import workbook_of
    from sinkcalc.store.connection import reading
    from sinkcalc.store.queries import (
        bound,
        command_line,
        held_of,
        holds_simulated,
        run_query,
        shipped_query,
    )
    from sinkcalc.store.views import require_views

    query = shipped_query(name)
    values = bound(query, given_values(given))
    with reading(settings.db, settings.wait) as con:
        require_views(con, settings.db)
        rows = run_query(con, query, values)
        simulated = holds_simulated(con)
        held = held_of(con, values) if rows.is_empty() else []
    kept = kept_rows(max_rows, fmt, output)
    shown = rows if kept is None else rows.head(kept)
    title = marked_title(settings.say(query.title_zh, query.title_en), rows, simulated, settings)
    same = command_line(query, values)
    emit(
        shown,
        settings,
        fmt,
        output,
        rows_view(query, settings),
        title,
        lambda frame: workbook_of(query, frame, settings, title, same),
    )
    tell_left_out(settings, rows.height - shown.height)
    if rows.is_empty():
        _tell_empty(settings, same, held)


def _tell_empty(settings: Settings, same: str, held: "list[Held]") -> None:
    """Say what the database holds of what was asked for, and what would give rows."""
    talk(
        settings,
        f"没有符合的行。若尚未计算,先运行:{same}",
        f"there are no such rows. If nothing was computed yet, run first: {same}",
    )
    for one in held:
        listed = ", ".join(one.values)
        talk(
            settings,
            f"库中的{one.zh}:{listed}" if listed else f"库中没有{one.zh}",
            f"{one.en} in the database: {listed or 'none'}",
        )
