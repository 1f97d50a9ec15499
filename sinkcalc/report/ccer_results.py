"""Result tables of the project design document: by stratum and year, summary, monitored figures."""

from typing import Final, NamedTuple

from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.grid import users_of
from sinkcalc.ccer.plan import Level, Period, Plan
from sinkcalc.ccer.removals import CREDITABLE, FLOWS
from sinkcalc.ccer.tables import parts_of, stratum_areas
from sinkcalc.report.ccer_book import HEAD_ROWS, Book, Sheet
from sinkcalc.report.ccer_input_sheets import INPUT_SHEET, YEAR_SHEET
from sinkcalc.report.ccer_levels import AREA, Places
from sinkcalc.report.ccer_words import Both, design, heading, said, title_of

EX_ANTE_SHEET: Final = "B.6.3 事前 ex ante"
SUMMARY_SHEET: Final = "B.6.4 汇总 summary"
MONITORED_SHEET: Final = "B.7.1 监测 monitored"
# of a component: age, volume, above and below ground, carbon, the same as CO2e
_PARTS: Final = {
    "tree": (
        "age",
        "volume_m3_per_ha",
        "agb_t_per_ha",
        "bgb_t_per_ha",
        "tree_carbon_t",
        "tree_co2e_t",
    ),
    "bamboo": (
        "age_du",
        None,
        "bamboo_agb_t_per_ha",
        "bamboo_bgb_t_per_ha",
        "bamboo_carbon_t",
        "bamboo_co2e_t",
    ),
}
_PART_UNITS: Final = ("", "m3/ha", "t d.m./ha", "t d.m./ha", "t C")
# symbols that are measured in the field, where the plan has them
_INPUTS: Final = f"{INPUT_SHEET}, {YEAR_SHEET}"
_MEASURED: Final = (
    ("tree", "volume_m3_per_ha"),
    ("bamboo", "culms_per_ha"),
    ("bamboo", "dbh_cm"),
    ("bamboo", "age_du"),
    ("stratum", "shrub_cover"),
    ("stratum", "burnt_ha"),
)
# what a methodology prescribes of the work in the field
_FIELD_WORK: Final = ("points", "instruments", "procedure", "frequency", "quality")
_FIELD_WORK_SAYS: Final = "按方法学原文填写 · to be written after the methodology"


class Figures(NamedTuple):
    """Values of the plan by level and symbol, and where they stand."""

    places: Places
    values: dict[tuple[str, str], list[float]]

    def has(self, level: str, symbol: str) -> bool:
        """Tell whether the workbook has a column of a symbol."""
        return (level, symbol) in self.places.columns

    def cell(self, level: str, symbol: str, line: int) -> tuple[str, float]:
        """Return cell and value of a figure; `line` counts the lines of the level's sheet."""
        return self.places.cell(level, symbol, line), self.values[level, symbol][line]


def ex_ante_sheet(book: Book, dossier: Dossier, figures: Figures) -> None:
    """Write stocks and changes by stratum and year: each component, then all pools of the stratum.

    The change of a component is that of its carbon as CO2; the change of the stratum is that of
    the equations and holds shrubs and optional pools too.
    """
    plan, layout = dossier.plan, design("ex_ante")
    sheet = book.sheet(EX_ANTE_SHEET, layout.title)
    columns = list(layout.columns.values())
    sheet.headings(HEAD_ROWS, [*columns[:2], heading("component"), *columns[2:]])
    sheet.widths(22, 10, 44, 8, 16, 16, 16, 16, 16)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 3)
    line = HEAD_ROWS + 1
    years = len(plan.periods)
    names = {
        part.name: said(part.species)
        for one in dossier.project.strata
        for part in parts_of(one.project)
    }
    for stratum, name in _rows(plan.level("stratum")):
        parts = [
            (level.name, row, _part(keys["component"], names))
            for level in (plan.level("tree"), plan.level("bamboo"))
            for row, keys in enumerate(level.rows.iter_rows(named=True))
            if keys["scenario"] == "project" and keys["stratum"] == name
        ]
        for year, period in enumerate(plan.periods):
            for level_name, row, component in parts:
                _when(sheet, line, period, name, component)
                _component(sheet, line, figures, level_name, row * years + year, year)
                line += 1
            _when(sheet, line, period, name, "全部碳库 all pools", "bold")
            _stratum(sheet, line, figures, stratum * years + year)
            line += 1


def _part(component: str, names: dict[str, str]) -> str:
    species = names.get(component)
    return component if species in (None, component) else f"{species} ({component})"


def _rows(level: Level) -> list[tuple[int, str]]:
    return [
        (row, keys["stratum"])
        for row, keys in enumerate(level.rows.iter_rows(named=True))
        if keys["scenario"] == "project"
    ]


def _when(
    sheet: Sheet, line: int, period: Period, stratum: str, part: str, style: str = "text"
) -> None:
    sheet.text(line, 0, span(period))
    sheet.text(line, 1, stratum, style)
    sheet.text(line, 2, part, style)


def span(period: Period) -> str:
    """Return a year of the crediting period as the design document writes it."""
    return f"{period.first:%Y%m%d}–{period.last:%Y%m%d}"


def _component(sheet: Sheet, line: int, figures: Figures, level: str, at: int, year: int) -> None:
    *shown, co2e = _PARTS[level]
    for place, (symbol, unit) in enumerate(zip(shown, _PART_UNITS, strict=True), start=3):
        if symbol is not None and figures.has(level, symbol):
            sheet.formula(line, place, *figures.cell(level, symbol, at), unit, "reference")
    if co2e is not None and figures.has(level, co2e):
        (now, value), (then, before) = (
            figures.cell(level, co2e, place) for place in (at, at - 1 if year else at)
        )
        sheet.formula(line, 8, f"{now}-{then}", value - before, "t CO2e")


def _stratum(sheet: Sheet, line: int, figures: Figures, at: int) -> None:
    stock, value = figures.cell("stratum", "stock_t", at)
    sheet.formula(line, 7, f"{stock}*12/44", value * 12 / 44, "t C")
    sheet.formula(line, 8, *figures.cell("stratum", "change_t", at), "t CO2e", "reference")


def summary_sheet(book: Book, plan: Plan, figures: Figures) -> dict[str, tuple[str, float]]:
    """Write the reductions by year, their total and mean.

    Returns
    -------
    Name of a total (`total`, `creditable`, `mean`) -> cell and value.
    """
    layout = design("summary")
    sheet = book.sheet(SUMMARY_SHEET, layout.title)
    sheet.headings(HEAD_ROWS, [*layout.columns.values(), heading("summary.creditable")])
    sheet.widths(42, 18, 18, 18, 18, 18, 22)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 1)
    first = line = HEAD_ROWS + 1
    for line, period in enumerate(plan.periods[1:], start=first):
        sheet.text(line, 0, span(period))
        for place, symbol in enumerate(FLOWS, start=1):
            sheet.formula(
                line, place, *figures.cell("project", symbol, period.t), "t CO2e", "reference"
            )
        (now, value), (then, before) = (
            figures.cell("project", CREDITABLE, t) for t in (period.t, period.t - 1)
        )
        sheet.formula(line, 6, f"{now}-{then}", value - before, "t")
    return _totals(sheet, plan, figures, first, line)


def _totals(
    sheet: Sheet, plan: Plan, figures: Figures, first: int, last: int
) -> dict[str, tuple[str, float]]:
    years = len(plan.periods) - 1
    yearly = {symbol: figures.values["project", symbol][1:] for symbol in FLOWS}
    whole = figures.values["project", CREDITABLE]
    sums = [*(sum(values) for values in yearly.values()), whole[-1] - whole[0]]
    total, count, mean = last + 1, last + 2, last + 3
    sheet.text(total, 0, "合计 total", "total")
    sheet.text(count, 0, "计入期总年数 years of the crediting period", "total")
    sheet.text(mean, 0, "年均值 mean per year", "total")
    sheet.formula(count, 1, f"COUNTA(A{first + 1}:A{last + 1})", float(years), "yr", "total")
    found = {}
    for place, value in enumerate(sums, start=1):
        letter = "ABCDEFG"[place]
        unit = "t CO2e" if place <= len(FLOWS) else "t"
        formula = f"SUM({letter}{first + 1}:{letter}{last + 1})"
        sheet.formula(total, place, formula, value, unit, "total")
        each = f"{letter}{total + 1}/$B${count + 1}"
        sheet.formula(mean, place, each, value / years, "t CO2e", "total")
    found["total"] = (sheet.cell(total, len(FLOWS)), sums[-2])
    found["creditable"] = (sheet.cell(total, len(FLOWS) + 1), sums[-1])
    found["mean"] = (sheet.cell(mean, len(FLOWS) + 1), sums[-1] / years)
    sheet.text(
        2,
        0,
        "取整:对累计减排量向下取整一次,各年为其差 · rounded down once, on the cumulative "
        "reduction; the years' figures are its differences",
        "quiet",
    )
    return found


def monitored_sheet(book: Book, dossier: Dossier, figures: Figures) -> None:
    """Write what is to be monitored; what no text that was read prescribes is left to the owner."""
    layout = design("monitored_parameters")
    sheet = book.sheet(MONITORED_SHEET, layout.title)
    sheet.headings(HEAD_ROWS, list(layout.columns.values()))
    sheet.widths(20, 24, 34, 12, 20, 18, *([18] * 7))
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 1)
    areas = stratum_areas(dossier.plan)
    line = HEAD_ROWS + 1
    users = users_of(dossier.plan)
    place_of = {name: place for place, name in enumerate(layout.columns)}

    def write(symbol: str, title: Both, equations: list[str]) -> None:
        code = f"{dossier.pack.code}."
        texts = {
            "symbol": symbol,
            "equations": ", ".join(name.removeprefix(code) for name in equations),
            "description": " · ".join(title),
            **dict.fromkeys(_FIELD_WORK, _FIELD_WORK_SAYS),
        }
        for name, text in texts.items():
            style = "owner" if name in _FIELD_WORK else "wrapped"
            sheet.text(line, place_of[name], text, "key" if name == "symbol" else style)

    using = {symbol: [one.equation_id for one in used] for symbol, used in users.items()}
    for stratum, area in areas.items():
        zh, en = heading(AREA)
        write(AREA, (f"{zh}:{stratum}", f"{en}: {stratum}"), using.get(AREA, []))
        sheet.text(line, place_of["unit"], "ha")
        cell = figures.places.areas[stratum]
        sheet.formula(line, place_of["value"], cell, area, "ha", "reference")
        line += 1
    for level, symbol in _MEASURED:
        if figures.has(level, symbol):
            write(symbol, title_of(symbol, dossier.pack), using.get(symbol, []))
            where = figures.places.levels[level].name if level == "tree" else _INPUTS
            sheet.text(line, place_of["value"], f"见 see {where}", "owner")
            line += 1
