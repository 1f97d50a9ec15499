"""Sheets of the inputs: what does not change with the years, and what does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.grid import Column
from sinkcalc.report.ccer_book import HEAD_ROWS, Book, Sheet, folded_lines
from sinkcalc.report.ccer_levels import AREA, CLOCK, Places
from sinkcalc.report.ccer_words import heading, said, title_of

INPUT_SHEET: Final = "输入 inputs"
YEAR_SHEET: Final = "逐年输入 yearly"
_INPUT_KEYS: Final = ("scenario", "stratum", "component")
# scenario, stratum, component, symbol, source
_YEAR_HEAD: Final = 5
_YEAR_WIDTH, _DAY_WIDTH, _COLUMN_WIDTH = 6, 12, 17
_LINE: Final = 14
# columns of years that a page takes
_COLUMNS_OF_PAGE: Final = 12


@dataclass(frozen=True)
class _Given:
    """An input of one row of a level."""

    level: str
    row: int
    keys: Mapping[str, str]
    column: Column

    @property
    def values(self) -> list[float]:
        return [float(value) for value in self.column.values[self.row]]

    @property
    def is_constant(self) -> bool:
        values = self.column.values[self.row]
        return bool(np.all(values == values[0]))


def input_sheets(
    book: Book, dossier: Dossier, columns: Mapping[str, list[Column]], places: Places
) -> None:
    """Write every input of the levels but areas: constants in lines, series with years downwards.

    Parameters
    ----------
    columns
        Level -> its columns.
    places
        Takes the cells of the inputs.
    """
    given = [
        _Given(level.name, row, keys, column)
        for level in dossier.plan.levels
        for row, keys in enumerate(level.rows.iter_rows(named=True))
        for column in columns.get(level.name, [])
        if column.kind == "input" and column.symbol not in (AREA, *CLOCK)
    ]
    _constants(book, dossier, [one for one in given if one.is_constant], places)
    _series(book, dossier, [one for one in given if not one.is_constant], places)


def _constants(book: Book, dossier: Dossier, given: list[_Given], places: Places) -> None:
    sheet = book.sheet(INPUT_SHEET, ("输入:不随年份变化", "inputs that do not change"))
    sheet.text(
        2, 0, "蓝字黄底为输入,可以修改 · blue on yellow is input and may be changed", "quiet"
    )
    names = ("level", *_INPUT_KEYS, "input", "symbol", "constant")
    sheet.headings(HEAD_ROWS, [heading(name) for name in names])
    sheet.widths(14, 18, 12, 26, 60, 22, 12)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 0)
    tables = _growth_tables(dossier)
    last = len(names) - 1
    for line, one in enumerate(given, start=HEAD_ROWS + 1):
        title = " · ".join([*title_of(one.column.symbol, dossier.pack), *_source(one, tables)])
        keys = [one.keys.get(key) for key in _INPUT_KEYS]
        texts = [said(one.level), said(keys[0]), *keys[1:], title]
        for place, text in enumerate(texts):
            sheet.text(line, place, text, "wrapped")
        sheet.text(line, last - 1, one.column.symbol, "none")
        sheet.number(line, last, one.values[0])
        places.inputs[one.level, one.row, one.column.symbol] = (sheet.cell(line, last),)


def _series(book: Book, dossier: Dossier, given: list[_Given], places: Places) -> None:
    periods = dossier.plan.periods
    sheet = book.sheet(YEAR_SHEET, ("输入:逐年", "inputs by year"))
    sheet.text(
        2,
        0,
        "一列一项输入,一行一年 · one column an input, one line a year",
        "quiet",
    )
    sheet.widths(_YEAR_WIDTH, _DAY_WIDTH, *([_COLUMN_WIDTH] * len(given)))
    titles = [title_of(one.column.symbol, dossier.pack) for one in given]
    sheet.headings(HEAD_ROWS, [heading("t"), heading("last"), *titles])
    tables = _growth_tables(dossier)
    deepest = [1] * (_YEAR_HEAD + 1)
    for place, one in enumerate(given, start=2):
        keys = [one.keys.get(key) for key in _INPUT_KEYS]
        told = [said(keys[0]), keys[1], keys[2], one.column.symbol, *_source(one, tables)]
        texts = ["\n".join(titles[place - 2]), *(text or "" for text in told)]
        for row, text in enumerate(texts):
            deepest[row] = max(deepest[row], folded_lines(text, _COLUMN_WIDTH - 1))
            if row:
                sheet.text(HEAD_ROWS + row, place, text, "symbol")
    for row, lines in enumerate(deepest):
        sheet.heights[HEAD_ROWS + row] = _LINE * lines
    first = HEAD_ROWS + _YEAR_HEAD + 1
    for line, period in enumerate(periods, start=first):
        sheet.number(line, 0, period.t, "yr", "centred")
        sheet.text(line, 1, period.last.isoformat())
    for place, one in enumerate(given, start=2):
        for line, value in enumerate(one.values, start=first):
            sheet.number(line, place, value)
        cells = tuple(sheet.cell(line, place) for line in range(first, first + len(periods)))
        places.inputs[one.level, one.row, one.column.symbol] = cells
    sheet.repeat(HEAD_ROWS, first - 1, 2)
    sheet.page.repeat_columns(0, 1)
    _paginate(sheet, len(given))


def _paginate(sheet: Sheet, columns: int) -> None:
    """Print as many columns a page as can be read, the days at the left of each."""
    sheet.page.fit_to_pages(max(-(-columns // _COLUMNS_OF_PAGE), 1), 1)
    sheet.column_widths = {0: _YEAR_WIDTH, 1: _DAY_WIDTH}


def _growth_tables(dossier: Dossier) -> dict[tuple[str | None, ...], str]:
    """Return scenario, stratum and component -> table of the project file, with its source."""
    sources = dossier.project.table_sources
    rows = dossier.plan.served.filter(pl.col("curve") == "table")
    return {
        tuple(place): f"[tables.{name}] {sources.get(name, '')}".strip()
        for *place, name in rows.select(*_INPUT_KEYS, "curve_name").iter_rows()
    }


def _source(one: _Given, tables: Mapping[tuple[str | None, ...], str]) -> list[str]:
    table = tables.get(tuple(one.keys.get(key) for key in _INPUT_KEYS))
    return [table] if table and one.column.symbol == "table_volume" else []
