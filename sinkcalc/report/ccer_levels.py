"""Sheets of the computation: one a level, with a formula in every cell."""

from dataclasses import dataclass, field
from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from sinkcalc.ccer.cell_formula import cell_formula
from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.grid import Column
from sinkcalc.ccer.plan import Equation, Level, Plan
from sinkcalc.ccer.tables import LEVEL_KEYS
from sinkcalc.coefficients.packs import Pack
from sinkcalc.report.ccer_book import HEAD_ROWS, Book, Sheet, folded_lines
from sinkcalc.report.ccer_words import Both, heading, said, title_of

AREA: Final = "area_ha"
# inputs that are the time itself
CLOCK: Final = ("t", "begin_year", "end_year")
SHEETS: Final[dict[str, tuple[str, Both]]] = {
    "tree": ("林木 trees", ("林木:按碳层、成分与年份", "trees by stratum, component and year")),
    "bamboo": ("竹林 bamboo", ("竹林:按碳层、成分与年份", "bamboo by stratum, part and year")),
    "stratum": ("碳层计算 strata", ("碳层:按情景与年份", "strata by scenario and year")),
    "project": ("项目计算 project", ("项目:按年份", "the project by year")),
}
# headings, symbols, units and equations
_LEVEL_HEAD: Final = 3
_KEY_WIDTHS: Final = {"scenario": 16, "number": 6, "t": 5, "form": 13, "component": 24}
_KEY_WIDTH, _FIGURE_WIDTH = 11, 15
# of a line of a heading, points
_HEAD_LINE: Final = 14


@dataclass
class Places:
    """Where the figures of a workbook stand.

    Attributes
    ----------
    parameters
        Place in `Plan.parameters` -> cell; of a shared one its name.
    areas
        Stratum -> cell of its area.
    parcel_areas, parcel_strata
        Cells of the areas of the parcels and of the numbers of their strata.
    numbers
        Stratum -> its number.
    inputs
        Level, row and symbol -> cells of the years; one for an input that does not change.
    levels
        Level -> its sheet.
    columns
        Level and symbol -> column of its sheet.
    first_rows, last_rows
        Level -> first and last row of its figures.
    """

    parameters: dict[int, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)
    parcel_areas: str = ""
    parcel_strata: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    inputs: dict[tuple[str, int, str], tuple[str, ...]] = field(default_factory=dict)
    levels: dict[str, Sheet] = field(default_factory=dict)
    columns: dict[tuple[str, str], int] = field(default_factory=dict)
    first_rows: dict[str, int] = field(default_factory=dict)
    last_rows: dict[str, int] = field(default_factory=dict)

    def cell(self, level: str, symbol: str, row: int) -> str:
        """Return the address of a figure; `row` counts the lines of the level's sheet from 0."""
        return self.levels[level].cell(self.first_rows[level] + row, self.columns[level, symbol])

    def range(self, level: str, symbol: str) -> str:
        """Return the address of all figures of a symbol."""
        first, last = self.first_rows[level], self.last_rows[level]
        return self.levels[level].column_range(self.columns[level, symbol], first, last)


def level_sheet(
    book: Book, dossier: Dossier, level: Level, columns: list[Column], places: Places
) -> None:
    """Write the sheet of a level: a line a row and year, inputs and parameters as references."""
    plan = dossier.plan
    sheet = book.sheet(*SHEETS[level.name])
    keys = _keys(level)
    columns = [column for column in columns if column.symbol != "t"]
    places.levels[level.name] = sheet
    first = places.first_rows[level.name] = HEAD_ROWS + _LEVEL_HEAD
    places.last_rows[level.name] = first + level.rows.height * len(plan.periods) - 1
    for place, symbol in enumerate([*keys, *(column.symbol for column in columns)]):
        places.columns[level.name, symbol] = place
    _level_head(sheet, keys, columns, dossier.pack)
    for row, named in enumerate(level.rows.iter_rows(named=True)):
        for year, period in enumerate(plan.periods):
            line = first + row * len(plan.periods) + year
            for place, key in enumerate(keys):
                if key == "number":
                    sheet.number(line, place, places.numbers[named["stratum"]], "yr", "centred")
                elif key == "t":
                    sheet.number(line, place, period.t, "yr", "centred")
                elif key == "last":
                    sheet.text(line, place, period.last.isoformat())
                else:
                    known = key in ("scenario", "form")
                    sheet.text(line, place, said(named[key]) if known else named[key])
    writer = _Formulas(plan, level, columns, places, sheet)
    for column in columns:
        writer.write(column)


def _keys(level: Level) -> list[str]:
    keys = list(LEVEL_KEYS[level.name])
    if "stratum" in keys:
        keys.insert(keys.index("stratum"), "number")
    return [*keys, "t", "last"]


def _level_head(sheet: Sheet, keys: list[str], columns: list[Column], pack: Pack) -> None:
    """Write headings, then symbols with units, then the numbers of the equations."""
    widths = [_KEY_WIDTHS.get(key, _KEY_WIDTH) for key in keys]
    sheet.widths(*widths, *([_FIGURE_WIDTH] * len(columns)))
    titles = [*(heading(name) for name in keys), *(title_of(one.symbol, pack) for one in columns)]
    sheet.headings(HEAD_ROWS, titles)
    deepest = [1, 1, 1]
    for place, title in enumerate(titles):
        lines = folded_lines("\n".join(title), sheet.column_widths[place] - 1)
        deepest[0] = max(deepest[0], lines)
    for place, column in enumerate(columns, start=len(keys)):
        symbol = f"{column.symbol}\n{column.unit or ''}".strip()
        sheet.text(HEAD_ROWS + 1, place, symbol, "symbol")
        made_by = dict.fromkeys(one.equation_id for one in column.equations if one is not None)
        said_of = {"input": "输入 input", "parameter": "参数 parameter"}
        short = (name.removeprefix(f"{pack.code}.") for name in made_by)
        text = "\n".join(short) or said_of[column.kind]
        sheet.text(HEAD_ROWS + 2, place, text, "symbol")
        for row, said_here in enumerate((symbol, text), start=1):
            deepest[row] = max(deepest[row], folded_lines(said_here, _FIGURE_WIDTH - 1))
    for row, lines in enumerate(deepest):
        sheet.heights[HEAD_ROWS + row] = _HEAD_LINE * lines
    sheet.repeat(HEAD_ROWS, HEAD_ROWS + 2, len(keys))


@dataclass
class _Formulas:
    """Writes the cells of one level."""

    plan: Plan
    level: Level
    columns: list[Column]
    places: Places
    sheet: Sheet

    def write(self, column: Column) -> None:
        years = len(self.plan.periods)
        for row in range(self.level.rows.height):
            for year in range(years):
                self._cell(column, row, year, row * years + year)

    def _cell(self, column: Column, row: int, year: int, line: int) -> None:
        value = float(column.values[row, year])
        at = (self.places.first_rows[self.level.name] + line, self._place(column.symbol))
        if column.kind == "result":
            equation = column.equations[row]
            if equation is None:
                # the scenario has no such pool or emission
                self.sheet.number(*at, 0.0, column.unit or "", "none")
            else:
                formula = self._formula(equation, line, year)
                self.sheet.formula(*at, formula, value, equation.unit)
            return
        if column.symbol in CLOCK:
            self.sheet.number(*at, value, "yr", "text")
            return
        address = self._given(column, row, year)
        if address is not None:
            unit = "ha" if column.symbol == AREA else ""
            self.sheet.formula(*at, address, value, unit, style="reference")

    def _place(self, symbol: str) -> int:
        return self.places.columns[self.level.name, symbol]

    def _given(self, column: Column, row: int, year: int) -> str | None:
        """Return the cell that an input or a parameter stands in."""
        if column.kind == "parameter":
            return self.places.parameters.get(column.places[row])
        if column.symbol == AREA and "stratum" in self.level.rows.columns:
            return self.places.areas[self.level.rows["stratum"][row]]
        cells = self.places.inputs[self.level.name, row, column.symbol]
        return cells[min(year, len(cells) - 1)]

    def _formula(self, equation: Equation, line: int, year: int) -> str:
        first = self.places.first_rows[self.level.name]
        own = {"t", *(column.symbol for column in self.columns)}

        def address(name: str, before: bool) -> str:
            if name not in own:
                # an equation that is made for no row of the level gives 0
                place = self.plan.shared.get(name)
                return "0" if place is None else self.places.parameters[place]
            up = 1 if before and year else 0
            return str(xl_rowcol_to_cell(first + line - up, self._place(name)))

        above = first + line - 1
        over = str(xl_rowcol_to_cell(above, self._place(equation.symbol))) if year else None
        return cell_formula(
            equation.expression, address, lambda sort, name: self._sum(sort, name, line), over
        )

    def _sum(self, sort: str, symbol: str, line: int) -> str:
        """Return the sum over a lower level: of this scenario and stratum, or of one scenario."""
        below = self.plan.home_of(symbol)
        if (below, symbol) not in self.places.columns:
            return "0"
        row = self.places.first_rows[self.level.name] + line

        def same(key: str) -> str:
            own = xl_rowcol_to_cell(row, self._place(key), row_abs=False, col_abs=True)
            return f"{self.places.range(below, key)},{own}"

        summed = self.places.range(below, symbol)
        if sort == "total":
            return f"SUMIFS({summed},{same('scenario')},{same('number')},{same('t')})"
        return f'SUMIFS({summed},{self.places.range(below, "scenario")},"{said(sort)}",{same("t")})'
