"""`sinkcalc query show`."""

import click

from sinkcalc.cli.output import print_text, talk
from sinkcalc.cli.query_options import given_values, name_argument, parameter_option
from sinkcalc.cli.query_view import headed
from sinkcalc.cli.settings import Settings


@click.command("show", short_help="一个查询问什么、怎样算 · what a query asks, and its SQL")
@name_argument
@parameter_option
@click.option(
    "--sql",
    "bare",
    is_flag=True,
    help="只输出 SQL,参数已写入 · the SQL alone, with values written in, to be run anywhere",
)
@click.pass_obj
def command(settings: Settings, name: str, given: tuple[str, ...], bare: bool) -> None:
    """一个查询的问题、参数、列与 SQL · the question, parameters, columns and SQL of a query.

    \b
      sinkcalc query show growing_stock_by_county
      sinkcalc query show growing_stock_by_county --sql -p survey=2020
    """
    from sinkcalc.store.queries import command_line, shipped_query, written

    query = shipped_query(name)
    values = given_values(given)
    sql = written(query, values) if bare or values else query.sql
    if bare:
        print_text(sql)
        named = "  ".join(
            f"{one.name}={values.get(one.name, one.example)}" for one in query.parameters
        )
        if query.parameters and not values:
            talk(
                settings,
                f"可选参数写作 NULL,其余为例值;用 -p 指定:{named}",
                f"optional parameters stand as NULL, others as their examples; set them with -p: "
                f"{named}",
            )
        return
    print_text(headed(query, command_line(query, values), settings) + "\n" + sql)
