"""A query's rows as a spreadsheet for people: headings with units, and a sheet of what they are."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sinkcalc.cli.query_view import column_heading
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import is_year

if TYPE_CHECKING:
    import polars as pl
    import xlsxwriter
    from xlsxwriter.format import Format

    from sinkcalc.store.query_header import Query

# spreadsheets carry a creation time; a fixed one keeps equal exports equal
_FIXED_TIME: Final = datetime(2000, 1, 1)
# a sheet's name: signs that it may not hold, and its length at most
_FORBIDDEN: Final = dict.fromkeys(map(ord, "[]:*?/\\'"), "")
_NAME_LENGTH: Final = 31
# widths of columns in signs of the sheet's font
_NARROW: Final = 9
_WIDE: Final = 46
# least size from which a column needs fewer digits after the point
_DIGITS: Final = ((1000.0, "#,##0"), (10.0, "#,##0.00"), (0.0, "0.0000"))


def workbook_of(
    query: "Query", frame: "pl.DataFrame", settings: Settings, title: str, same: str
) -> bytes:
    """Return a workbook: all columns under headings for people, and a sheet that explains them.

    Cells hold the numbers as stored; only their formats round.

    Parameters
    ----------
    title
        With the mark of simulated figures, if there are any; names the first sheet.
    same
        Command that gives the same figures.
    """
    import io

    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": True,
        },
    )
    book.set_properties({"created": _FIXED_TIME, "title": title})
    headings = _headings(query, settings)
    _write_rows(book, frame, headings, title)
    _write_about(book, query, headings, settings, title, same)
    book.close()
    return buffer.getvalue()


def _headings(query: "Query", settings: Settings) -> dict[str, str]:
    """Return the heading of every column, each once."""
    headings: dict[str, str] = {}
    for column in query.returns:
        text = column_heading(column, settings)
        headings[column.name] = f"{text} {column.name}" if text in headings.values() else text
    return headings


def _write_rows(
    book: "xlsxwriter.Workbook", frame: "pl.DataFrame", headings: dict[str, str], title: str
) -> None:
    import polars as pl

    sheet = book.add_worksheet(title.translate(_FORBIDDEN)[:_NAME_LENGTH])
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    plain = frame.with_columns(pl.selectors.decimal().cast(pl.Float64))
    for place, name in enumerate(plain.columns):
        column = plain[name]
        shown = _number_format(book, name, column)
        sheet.set_column(place, place, _width(headings[name], column), shown)
        sheet.write_string(0, place, headings[name], head)
        for row, value in enumerate(column, start=1):
            if value is not None:
                sheet.write(row, place, value, shown)
    sheet.freeze_panes(1, 0)
    if frame.height:
        sheet.autofilter(0, 0, frame.height, frame.width - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{title.replace('&', '&&')}")


def _number_format(book: "xlsxwriter.Workbook", name: str, column: "pl.Series") -> "Format | None":
    if column.dtype.is_temporal():
        return book.add_format({"num_format": "yyyy-mm-dd"})
    if not column.dtype.is_numeric():
        return None
    if column.dtype.is_integer():
        return book.add_format({"num_format": "0" if is_year(name) else "#,##0"})
    largest: Any = column.abs().max()
    size = float(largest or 0)
    return book.add_format(
        {"num_format": next(digits for least, digits in _DIGITS if size >= least)}
    )


def _width(heading: str, column: "pl.Series") -> float:
    """Return the width of a column: of its values, and of half its heading, on two lines."""
    from rich.cells import cell_len

    texts = column.drop_nulls().head(1000)
    longest = max((cell_len(str(text)) for text in texts), default=0)
    if column.dtype.is_float():
        longest = max((len(f"{value:,.4f}") for value in texts), default=0)
    return float(min(max(longest, -(-cell_len(heading) // 2), _NARROW) + 2, _WIDE))


def _write_about(
    book: "xlsxwriter.Workbook",
    query: "Query",
    headings: dict[str, str],
    settings: Settings,
    title: str,
    same: str,
) -> None:
    say = settings.say
    sheet = book.add_worksheet(say("说明", "about"))
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 1, _WIDE)
    sheet.set_column(2, 2, _NARROW)
    lines = (
        (say("标题", "title"), title),
        (say("问题", "question"), say(query.question_zh, query.question_en)),
        (say("查询", "query"), query.name),
        (say("给出同样数字的命令", "command that gives the same figures"), same),
        (say("SQL", "SQL"), f"sinkcalc query show {query.name} --sql"),
    )
    for row, (key, value) in enumerate(lines):
        sheet.write_string(row, 0, key, bold)
        sheet.write_string(row, 1, value)
    first = len(lines) + 1
    for place, text in enumerate((say("列", "column"), say("列名", "name"), say("单位", "unit"))):
        sheet.write_string(first, place, text, bold)
    for row, column in enumerate(query.returns, start=first + 1):
        sheet.write_string(row, 0, headings[column.name])
        sheet.write_string(row, 1, column.name)
        sheet.write_string(row, 2, column.unit or "")
