"""Which cells of a project's workbook are formulas, and that every name has its words."""

from pathlib import Path

import pytest
from libreoffice import formula_cells
from python_calamine import CalamineWorkbook

from sinkcalc.ccer.grid import columns_of, users_of
from sinkcalc.pipeline.ccer_export import Exported, export_project
from sinkcalc.report.ccer_levels import CLOCK, SHEETS
from sinkcalc.report.ccer_words import heading, title_of

PROJECTS = Path(__file__).parents[2] / "made_project"
# title, stamp, remark, headings, symbols, equations
HEAD = 6


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("made") / "export"
    many = PROJECTS / "many-pools.toml"
    return export_project(many, folder, folder, 0.0, include_unknown=True, force=False)


@pytest.fixture(scope="module")
def path(made: Exported) -> Path:
    return made.folder / "many-pools.xlsx"


def test_every_figure_of_a_level_is_a_formula(made: Exported, path: Path) -> None:
    """But for the time, the numbers of strata, and 0 where a scenario has no such term."""
    plan, results = made.dossier.plan, made.dossier.results
    formulas = formula_cells(path)
    book = CalamineWorkbook.from_path(path)
    for level in plan.levels:
        name = SHEETS[level.name][0]
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        symbols = [str(cell).split("\n")[0] for cell in rows[HEAD - 2]]
        columns = {one.symbol: one for one in columns_of(plan, level, results)}
        assert set(symbols) - {""} == columns.keys() - {"t"}
        for place, symbol in enumerate(symbols):
            if not symbol or symbol in CLOCK:
                continue
            values = columns[symbol].values.ravel()
            for line, value in enumerate(values):
                row = line // len(plan.periods)
                cell = name, f"{_letters(place)}{HEAD + line + 1}"
                unserved = columns[symbol].equations and columns[symbol].equations[row] is None
                if unserved or value != value:
                    assert rows[HEAD + line][place] in ("", 0.0)
                else:
                    assert float(formulas[cell][1]) == value, (cell, symbol)


def _letters(place: int) -> str:
    high, low = divmod(place, 26)
    return (chr(ord("A") + high - 1) if high else "") + chr(ord("A") + low)


def test_parameters_stand_once_and_formulas_name_them(made: Exported, path: Path) -> None:
    """Shared ones by their name, those of a row by a reference to their cell."""
    plan = made.dossier.plan
    texts = " ".join(formula for formula, _ in formula_cells(path).values())
    used = users_of(plan)
    for symbol in plan.shared:
        assert (f"p_{symbol}" in texts) == (symbol in used), symbol
    assert "'B.6.2 参数 parameters'!$F$5" in texts
    # no value of a parameter is written into a formula
    for value in ("747.787", "0.0225", "1.472"):
        assert value not in texts


def test_every_symbol_has_a_name_in_both_languages(made: Exported) -> None:
    plan, pack = made.dossier.plan, made.dossier.pack
    symbols = {
        column.symbol
        for level in plan.levels
        for column in columns_of(plan, level, made.dossier.results)
    }
    for symbol in sorted(symbols | set(plan.parameters["symbol"])):
        zh, en = title_of(symbol, pack)
        assert (zh, en) != (symbol, symbol) or symbol == "t", symbol


def test_no_heading_is_left_in_the_program_s_own_words(path: Path) -> None:
    book = CalamineWorkbook.from_path(path)
    cells = [
        str(cell)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)[:HEAD]
        for cell in row
    ]
    assert [cell for cell in cells if cell.startswith(("ccer.", "cover.", "summary."))] == []
    assert heading("include_dead_wood") == (
        "是否计入枯死木(1 是,0 否)",
        "dead wood counted (1 yes, 0 no)",
    )


def test_every_sheet_names_its_section_and_prints_on_paper(path: Path) -> None:
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names[:6] == [
        "封面 cover",
        "A 地块 parcels",
        "B.3 碳库 pools",
        "B.3 碳层 strata",
        "B.6.2 参数 parameters",
        "输入 inputs",
    ]
    assert all(len(name) <= 31 for name in book.sheet_names)
