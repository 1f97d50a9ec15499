"""A workbook whose sheets have title, stamp and headings, and cells of few kinds."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from sinkcalc.errors import SinkcalcError
from sinkcalc.report.ccer_words import Both

# spreadsheets carry a creation time; a fixed one keeps equal exports equal
FIXED_TIME: Final = datetime(2000, 1, 1)
# title, stamp, an empty line
HEAD_ROWS: Final = 3
_HEADING_HEIGHT, _LINE_HEIGHT = 48, 14
# up to this width in characters a sheet is printed on A4, wider ones on A3
_A4_WIDTH, _A4, _A3 = 190, 9, 8
_MARGINS: Final = {"left": 0.4, "right": 0.4, "top": 0.6, "bottom": 0.6}
_FONT: Final = "Microsoft YaHei"
_GREY, _RED, _BLUE, _GREEN = "#666666", "#C00000", "#0000C0", "#006100"
# how a number is shown, by the end of its unit; the cell holds every digit
_NUMBERS: Final = {
    "": "#,##0.####",
    "parameter": "General",
    "degree": "0.000000",
    "1": "0.####",
    "ha": "#,##0.0000",
    "yr": "0",
    "t": "#,##0",
    "m3/ha": "#,##0.00",
    "t d.m./ha": "#,##0.000",
    "t C": "#,##0.000",
    "t CO2e": "#,##0.000",
    "t CO2e/yr": "#,##0.000",
}
# styles whose texts keep a distance from figures of the column before
_INDENTED: Final = (
    "text",
    "wrapped",
    "input",
    "none",
    "key",
    "computed",
    "pass",
    "fail",
    "unknown",
)
# styles whose texts fold, and the first character that is two wide
_FOLDED: Final = ("wrapped", "owner", "key")
_WIDE: Final = 0x2E80
Style = dict[str, Any]
_STYLES: Final[dict[str, Style]] = {
    "title": {"bold": True, "font_size": 14},
    "stamp": {"bold": True, "font_color": _RED},
    "quiet": {"font_color": _GREY, "italic": True, "valign": "top"},
    "owner": {"font_color": _GREY, "italic": True, "text_wrap": True, "valign": "top"},
    "heading": {
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "align": "center",
        "bg_color": "#DCE6F1",
        "border": 1,
        "border_color": "#A6A6A6",
    },
    "symbol": {
        "font_color": _GREY,
        "align": "center",
        "text_wrap": True,
        "valign": "top",
        "font_size": 9,
        "bg_color": "#F2F2F2",
        "border": 1,
        "border_color": "#A6A6A6",
    },
    "text": {"valign": "top"},
    "centred": {"valign": "top", "align": "center"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "bold": {"bold": True, "valign": "top"},
    "key": {"bold": True, "valign": "top", "bg_color": "#F2F2F2", "text_wrap": True},
    # from outside: typed or read
    "input": {"font_color": _BLUE, "bg_color": "#FFFBE6", "valign": "top"},
    # another cell, unchanged
    "reference": {"font_color": _GREEN, "valign": "top"},
    "computed": {"valign": "top"},
    "total": {"bold": True, "valign": "top", "top": 1, "bg_color": "#F2F2F2"},
    "none": {"font_color": "#A6A6A6", "valign": "top"},
    "link": {"font_color": _BLUE, "underline": 1, "valign": "top"},
    "pass": {"bg_color": "#E2F0D9", "valign": "top"},
    "fail": {"bg_color": "#F8CBAD", "valign": "top"},
    "unknown": {"bg_color": "#FFE699", "valign": "top"},
}


@dataclass
class Book:
    """A workbook in the making.

    Attributes
    ----------
    stamps
        Marks that every sheet carries.
    """

    stamps: tuple[Both, ...]
    buffer: io.BytesIO = field(default_factory=io.BytesIO)
    formats: dict[tuple[str, str, bool], Any] = field(default_factory=dict)
    titles: list[tuple[str, Both]] = field(default_factory=list)
    sheets: list["Sheet"] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the file in memory."""
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.file = xlsxwriter.Workbook(self.buffer, options)
        self.file.set_properties({"created": FIXED_TIME})
        self.file.set_calc_mode("auto")

    def format(self, style: str, number: str = "", *, text: bool = False) -> Any:
        """Return the format of a kind of cell and a number format, or of a text in it."""
        known = (style, number, text)
        if known not in self.formats:
            made = {"font_name": _FONT, "font_size": 10} | _STYLES[style]
            if text and style in _INDENTED:
                made["indent"] = 1
            self.formats[known] = self.file.add_format(
                made | ({"num_format": number} if number else {})
            )
        return self.formats[known]

    def sheet(self, name: str, title: Both) -> "Sheet":
        """Add a sheet with its title and the stamp."""
        made = Sheet(self, name, self.file.add_worksheet(name))
        self.sheets.append(made)
        self.titles.append((name, title))
        made.text(0, 0, f"{title[0]} · {title[1]}", "title")
        made.text(1, 0, " | ".join(f"{zh} · {en}" for zh, en in self.stamps), "stamp")
        # one line a language
        marks = "\n".join(" | ".join(said) for said in zip(*self.stamps, strict=True))
        made.page.set_landscape()
        made.page.set_margins(**_MARGINS)
        made.page.fit_to_pages(1, 0)
        made.page.set_footer(f"&L&8&A&C&8{marks.replace('&', '&&')}&R&8&P / &N")
        made.page.hide_gridlines(2)
        return made

    def close(self) -> bytes:
        """Return the file."""
        for sheet in self.sheets:
            sheet.finish()
        self.file.close()
        return self.buffer.getvalue()


@dataclass
class Sheet:
    """A sheet in the making; rows and columns from 0."""

    book: Book
    name: str
    page: Any
    column_widths: dict[int, float] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)

    def text(self, row: int, column: int, text: str | None, style: str = "text") -> None:
        """Write a text; nothing for an empty one."""
        if text:
            self.page.write_string(row, column, text, self.book.format(style, text=True))
            if style in _FOLDED and column in self.column_widths:
                lines = folded_lines(text, self.column_widths[column])
                self.lines[row] = max(lines, self.lines.get(row, 1))

    def number(
        self, row: int, column: int, value: float | None, unit: str = "", style: str = "input"
    ) -> None:
        """Write a number that comes from outside."""
        if value is not None and math.isfinite(value):
            self.page.write_number(row, column, value, self.book.format(style, number_format(unit)))

    def day(self, row: int, column: int, value: date | None) -> None:
        """Write a date that comes from outside."""
        if value is not None:
            self.page.write_datetime(row, column, value, self.book.format("input", "yyyy-mm-dd"))

    def formula(
        self,
        row: int,
        column: int,
        formula: str,
        value: float | str,
        unit: str = "",
        style: str = "computed",
    ) -> None:
        """Write a formula, without its =, and the value that the program has for it.

        Raises
        ------
        SinkcalcError
            If the program has none.
        """
        if isinstance(value, float) and not math.isfinite(value):
            cell = f"{self.name}!{xl_rowcol_to_cell(row, column)}"
            raise SinkcalcError(
                zh=f"{cell} 没有数值:公式 {formula} 的某个输入或参数缺失;检查项目文件与方法学包",
                en=f"{cell} has no value: an input or a parameter of {formula} is missing; check "
                "the project file and the pack of the methodology",
            )
        is_text = isinstance(value, str)
        made = self.book.format(style, number_format("" if is_text else unit), text=is_text)
        self.page.write_formula(row, column, f"={formula}", made, value)

    def headings(self, row: int, headings: Sequence[Both], column: int = 0) -> None:
        """Write a line of headings in both languages."""
        self.heights.setdefault(row, _HEADING_HEIGHT)
        for place, (zh, en) in enumerate(headings, start=column):
            self.text(row, place, zh if zh == en else f"{zh}\n{en}", "heading")

    def widths(self, *widths: float, first: int = 0) -> None:
        """Set the widths of columns, in characters, before their texts are written."""
        for column, width in enumerate(widths, start=first):
            self.page.set_column(column, column, width)
            self.column_widths[column] = width

    def finish(self) -> None:
        """Make rows as high as their folded texts, and the paper as wide as the sheet."""
        folded = {row: _LINE_HEIGHT * lines for row, lines in self.lines.items() if lines > 1}
        for row, height in sorted({**folded, **self.heights}.items()):
            self.page.set_row(row, height)
        self.page.set_paper(_A4 if sum(self.column_widths.values()) <= _A4_WIDTH else _A3)

    def repeat(self, first: int, last: int, columns: int) -> None:
        """Keep the rows up to `last` and some columns in view, and print the headings anew."""
        self.page.freeze_panes(last + 1, columns)
        self.page.repeat_rows(first, last)

    def cell(self, row: int, column: int, *, fixed: bool = True) -> str:
        """Return the address of a cell as other sheets write it."""
        return f"'{self.name}'!{xl_rowcol_to_cell(row, column, fixed, fixed)}"

    def column_range(self, column: int, first: int, last: int) -> str:
        """Return the address of a part of a column as other sheets write it."""
        letter = xl_col_to_name(column)
        return f"'{self.name}'!${letter}${first + 1}:${letter}${last + 1}"


def folded_lines(text: str, width: float) -> int:
    """Estimate how many lines a folded text takes; a character of Chinese is two wide."""
    return sum(
        max(math.ceil(sum(1 + (ord(each) >= _WIDE) for each in line) / width), 1)
        for line in text.split("\n")
    )


def number_format(unit: str) -> str:
    """Return how numbers of a unit are shown."""
    return _NUMBERS.get(unit, _NUMBERS[""])
