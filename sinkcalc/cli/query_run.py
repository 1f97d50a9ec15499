"""`sinkcalc query run`."""

from pathlib import Path

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.query_options import given_values, name_argument, parameter_option, rows_option
from sinkcalc.cli.query_rows import kept_rows, tell_left_out
from sinkcalc.cli.query_view import marked_title, rows_view
from sinkcalc.cli.settings import Settings


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
    from sinkcalc.store.connection import reading
    from sinkcalc.store.queries import (
        bound,
        command_line,
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
    kept = kept_rows(max_rows, fmt, output)
    shown = rows if kept is None else rows.head(kept)
    title = marked_title(settings.say(query.title_zh, query.title_en), rows, simulated, settings)
    emit(shown, settings, fmt, output, rows_view(query, settings), title)
    tell_left_out(settings, rows.height - shown.height)
    if rows.is_empty():
        same = command_line(query, values)
        talk(
            settings,
            f"没有符合的行。若尚未计算,先运行:{same}",
            f"there are no such rows. If nothing was computed yet, run first: {same}",
        )
