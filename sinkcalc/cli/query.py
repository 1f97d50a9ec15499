"""`sinkcalc query`: one module a subcommand, imported when it is asked for."""

from typing import Final

import click

from sinkcalc.cli.lazy import LazyGroup

# subcommand -> module of sinkcalc.cli, in the order in which one asks
COMMANDS: Final[dict[str, str]] = {
    "list": "query_list",
    "show": "query_show",
    "run": "query_run",
    "sql": "query_sql",
}


@click.group(
    "query",
    cls=LazyGroup,
    modules=COMMANDS,
    short_help="查询目录与只读 SQL · questions of the bureau, and SQL",
)
def command() -> None:
    """查询目录与只读 SQL · the bureau's questions in SQL, and read-only SQL of one's own.

    \b
      sinkcalc query list
      sinkcalc query list 湿地
      sinkcalc query show growing_stock_by_county
      sinkcalc query run growing_stock_by_county -p survey=2023
      sinkcalc query sql "SHOW TABLES FROM bureau"
    """
