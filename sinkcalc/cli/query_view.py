"""What people see of a query: its header, and its rows under headings with units."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sinkcalc.cli.output import simulated_mark
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import is_word_column, is_year, label, word

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.store.query_header import Query, Returned

_TRANSLATED = "_zh"
_SIMULATED = "simulated"
# columns of the catalogue whose values are words of the vocabulary
_WORDS: Final = ("basis", "growth_basis", "probability_reason", "reason", "status_reason")
# the unit of what has none says nothing in a heading
_NO_UNIT: Final = "1"


def headed(query: "Query", same: str, settings: Settings) -> str:
    """Return the header of a query in words: question, parameters, columns, command."""
    say = settings.say
    lines = [
        f"{query.name}  {say(query.title_zh, query.title_en)}",
        "",
        say(query.question_zh, query.question_en),
        "",
    ]
    if query.parameters:
        lines.append(say("参数:", "parameters:"))
    for parameter in query.parameters:
        optional = say("可省略,", "optional, ") if parameter.optional else ""
        example = f"-p {parameter.name}={parameter.example}"
        lines.append(f"  {example}  {say(parameter.zh, parameter.en)} ({optional}{parameter.kind})")
    lines.append(say("列:", "columns:"))
    width = max(len(column.name) for column in query.returns)
    lines += [
        f"  {column.name:{width}}  {column_heading(column, settings)}" for column in query.returns
    ]
    lines += [
        say("一行一个:", "one row for each: ") + ", ".join(query.grain),
        say("给出同样数字的命令:", "command that gives the same figures: ") + same,
    ]
    return "\n".join(lines) + "\n"


def rows_view(query: "Query", settings: Settings) -> "Callable[[pl.DataFrame], pl.DataFrame]":
    """Return what makes a table for people of a query's rows: headings, units, words."""
    columns = {column.name: column for column in query.returns}

    def view(frame: "pl.DataFrame") -> "pl.DataFrame":
        import polars as pl

        shown = []
        headings: list[str] = []
        for name in frame.columns:
            column = columns[name]
            twin = name.removesuffix(_TRANSLATED)
            if name == _SIMULATED or (twin != name and twin in columns):
                continue
            heading = column_heading(column, settings)
            while heading in headings:
                heading += f" {name}"
            headings.append(heading)
            values = pl.col(name)
            if frame[name].dtype == pl.String and (
                is_word_column(name) or name in _WORDS or f"{name}{_TRANSLATED}" in columns
            ):
                values = values.map_elements(lambda code: _said(code, settings), pl.String)
            elif is_year(name) and frame[name].dtype.is_integer():
                # a heading says nothing of how a number is read
                values = values.cast(pl.String)
            shown.append(values.alias(heading))
        return frame.select(shown)

    return view


def marked_title(title: str, frame: "pl.DataFrame", simulated: bool, settings: Settings) -> str:
    """Return a title with the mark of simulated figures, if the rows or the database hold any."""
    import polars as pl

    if frame.schema.get(_SIMULATED) == pl.Boolean:
        simulated = bool(frame[_SIMULATED].any())
    return simulated_mark(simulated, settings) + title


def column_heading(column: "Returned", settings: Settings) -> str:
    """Return the heading of a column, with its unit."""
    text = settings.say(column.zh, column.en)
    return f"{text} ({column.unit})" if column.unit not in (None, _NO_UNIT) else text


def _said(code: str, settings: Settings) -> str:
    """Return the word of a code; quantities of plots stand among the names of columns."""
    found = word(code, settings)
    return label(code, settings) if found == code else found
