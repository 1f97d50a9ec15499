"""`sinkcalc query list`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.store.query_header import Query


@click.command("list", short_help="有哪些查询 · what may be asked")
@click.argument("words", nargs=-1)
@format_options
@click.pass_obj
def command(
    settings: Settings, words: tuple[str, ...], fmt: str | None, output: Path | None
) -> None:
    """列出查询,或含有全部所给词语的查询 · list queries, or those in which every word occurs.

    \b
      sinkcalc query list
      sinkcalc query list 湿地
      sinkcalc query list pine county
    """
    from sinkcalc.store.queries import shipped_queries

    found = [query for query in shipped_queries().values() if _has(query, words)]
    emit(listing(found), settings, fmt, output, lambda rows: _view(found, settings))
    if not found:
        talk(
            settings,
            f"没有查询含有 {' '.join(words)};不带词语的 sinkcalc query list 列出全部",
            f"{' '.join(words)} occurs in no query; sinkcalc query list without words shows all",
        )


def listing(queries: "list[Query]") -> "pl.DataFrame":
    """Return one row a query, as the listing's formats hold it."""
    import polars as pl

    columns = (
        *("name", "title_zh", "title_en", "question_zh", "question_en"),
        *("grain", "command", "parameters", "returns"),
    )
    rows = [
        {
            **{column: getattr(query, column) for column in columns},
            "grain": ", ".join(query.grain),
            "parameters": ", ".join(
                f"{one.name} {one.kind}{'?' if one.optional else ''}" for one in query.parameters
            ),
            "returns": ", ".join(
                f"{one.name} [{one.unit}]" if one.unit else one.name for one in query.returns
            ),
        }
        for query in queries
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))


def _has(query: "Query", words: tuple[str, ...]) -> bool:
    texts = (
        *(query.name, query.title_zh, query.title_en, query.question_zh, query.question_en),
        *(part for one in query.returns for part in (one.name, one.zh, one.en)),
    )
    text = "\n".join(texts).casefold()
    return all(word.casefold() in text for word in words)


def _view(queries: "list[Query]", settings: Settings) -> "pl.DataFrame":
    """Show name, title and parameters; those in brackets may be left out."""
    import polars as pl

    rows = [
        {
            "query_name": query.name,
            "query_title": settings.say(query.title_zh, query.title_en),
            "query_parameters": " ".join(
                f"[{one.name}]" if one.optional else f"{one.name}={one.example}"
                for one in query.parameters
            ),
        }
        for query in queries
    ]
    names = ("query_name", "query_title", "query_parameters")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
