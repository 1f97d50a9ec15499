"""Names and parameters of queries on the command line, and what a shell completes of them."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from sinkcalc.errors import SinkcalcError, UsageProblem

_Command = TypeVar("_Command", bound=Callable[..., Any])


def name_argument(function: _Command) -> _Command:
    """Add the name of a query, which the shell completes."""
    return click.argument("name", shell_complete=_complete_names)(function)


def parameter_option(function: _Command) -> _Command:
    """Add -p, which the shell completes with the parameters of the query named before."""
    return click.option(
        "-p",
        "--param",
        "given",
        multiple=True,
        metavar="KEY=VALUE",
        shell_complete=_complete_parameters,
        help="参数,可重复 · a parameter, repeatable",
    )(function)


def rows_option(function: _Command) -> _Command:
    """Add --max-rows, the guard of tables."""
    return click.option(
        "--max-rows",
        type=click.IntRange(min=1),
        metavar="N",
        help="最多输出的行数;终端表格默认 200 · rows at most; 200 in a table on a terminal",
    )(function)


def given_values(given: tuple[str, ...]) -> dict[str, str]:
    """Return the values of `-p key=value` by their keys.

    Raises
    ------
    UsageProblem
        If one has no equals sign, or a key comes twice.
    """
    values: dict[str, str] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not (equals and key):
            raise UsageProblem(
                zh=f"-p {pair} 应写作 -p 参数名=值,如 -p survey=2023",
                en=f"-p {pair} has to read -p key=value, as -p survey=2023",
            )
        if key.strip() in values:
            raise UsageProblem(
                zh=f"参数 {key.strip()} 给了两次",
                en=f"the parameter {key.strip()} is given twice",
            )
        values[key.strip()] = value
    return values


def _complete_names(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from sinkcalc.store.queries import shipped_queries

    return [
        CompletionItem(query.name, help=f"{query.title_zh} · {query.title_en}")
        for query in shipped_queries().values()
        if query.name.startswith(incomplete)
    ]


def _complete_parameters(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer `key=`, so that all begin alike, and `key=example`."""
    from sinkcalc.store.queries import shipped_query

    # while -p still lacks its value, the name is among what was not read yet
    name = ctx.params.get("name") or next(iter(ctx.args), "")
    try:
        query = shipped_query(name)
    except SinkcalcError:
        return []
    taken = {pair.partition("=")[0] for pair in ctx.params.get("given") or ()}
    offered = []
    for one in query.parameters:
        if one.name in taken:
            continue
        text = f"{one.zh} · {one.en}"
        offered += [
            CompletionItem(value, help=text)
            for value in (f"{one.name}=", f"{one.name}={one.example}")
            if value.startswith(incomplete) and value != incomplete
        ]
    return offered
