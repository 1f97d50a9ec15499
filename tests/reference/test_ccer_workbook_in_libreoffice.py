"""LibreOffice computes the workbook of a project anew: it has to find what the program found."""

import math
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from libreoffice import Cell, formula_cells, recalculated, with_wrong_values
from python_calamine import CalamineWorkbook

from sinkcalc.pipeline.ccer_export import export_project

PROJECTS = Path(__file__).parents[1] / "made_project"
EXACT = 1e-9
# what is nearer to 0 than this is 0 but for the rounding of floats, t CO2e
NOUGHT = 1e-8
WRONG = -12345.0
TOTAL_ROW = "合计 total"
# reduction of the worked project computed by hand in test_ccer_worked_project.py, t CO2e
BY_HAND = 2829.312920359522


def _exported(project: Path, folder: Path) -> Path:
    made = export_project(
        project, folder, folder / "none.duckdb", 0.0, include_unknown=False, force=False
    )
    return folder / f"{made.dossier.project.project_id}.xlsx"


def _assert_same(
    expected: Mapping[Cell, tuple[str, str]], found: Mapping[Cell, tuple[str, str]]
) -> None:
    """Compare stored values cell by cell, texts exactly and numbers to 1e-9."""
    assert found.keys() == expected.keys()
    different = {
        cell: (formula, value, found[cell][1])
        for cell, (formula, value) in expected.items()
        if not _same(value, found[cell][1])
    }
    assert different == {}


def _same(expected: str, found: str) -> bool:
    try:
        numbers = float(expected), float(found)
    except ValueError:
        return expected == found
    return math.isclose(*numbers, rel_tol=EXACT, abs_tol=NOUGHT)


def _find(path: Path, sheet: str, *texts: str) -> int:
    """Return the row, from 1, whose cells hold all the texts."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet)
    lines = rows.to_python(skip_empty_area=False)
    (found,) = (
        number
        for number, line in enumerate(lines, start=1)
        if all(any(text == str(value) for value in line) for text in texts)
    )
    return found


def _total(path: Path) -> float:
    """Return the reduction over the crediting period."""
    row = _find(path, "B.6.4 汇总 summary", TOTAL_ROW)
    return float(formula_cells(path)["B.6.4 汇总 summary", f"F{row}"][1])


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export the worked project; not to be changed."""
    return _exported(PROJECTS / "worked.toml", tmp_path_factory.mktemp("worked") / "export")


def _spoilt(path: Path, folder: Path) -> Path:
    """Make every cached value false, so that nothing can come through unchanged."""
    spoilt = folder / "spoilt.xlsx"
    with_wrong_values(path, spoilt, {})
    assert {value for _, value in formula_cells(spoilt).values()} == {str(int(WRONG))}
    return spoilt


def test_every_formula_gives_what_the_program_has(tmp_path: Path) -> None:
    path = _exported(PROJECTS / "many-pools.toml", tmp_path / "export")
    expected = formula_cells(path)
    assert len(expected) > 3000
    _assert_same(expected, formula_cells(recalculated(_spoilt(path, tmp_path), tmp_path)))


def test_every_formula_and_the_total_computed_by_hand(worked: Path, tmp_path: Path) -> None:
    expected = formula_cells(worked)
    assert len(expected) > 3000
    found = recalculated(_spoilt(worked, tmp_path), tmp_path)
    _assert_same(expected, formula_cells(found))
    assert _total(found) == pytest.approx(BY_HAND, rel=EXACT)


def test_strata_are_told_apart_whatever_they_are_called(tmp_path: Path) -> None:
    """To a sum with conditions 1 and 01 are the same, * is every text and >0 is a comparison."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECTS, folder)
    text = (folder / "worked.toml").read_text(encoding="utf-8")
    parcels = (folder / "worked-parcels.csv").read_text(encoding="utf-8")
    third = text[text.index("[strata.S2]") : text.index("[[fires]]")].replace("S2", '">0"')
    text = text.replace("[[fires]]", third + "[[fires]]")
    for old, new in (("S1", "01"), ("S2", "1")):
        text = text.replace(f"strata.{old}", f'strata."{new}"').replace(f'"{old}"', f'"{new}"')
        parcels = parcels.replace(f",{old},", f",{new},")
    parcels = parcels.replace("W2,01,", "W2,>0,")
    (folder / "worked.toml").write_text(text, encoding="utf-8")
    (folder / "worked-parcels.csv").write_text(parcels, encoding="utf-8")
    path = _exported(folder / "worked.toml", tmp_path / "export")
    _assert_same(
        formula_cells(path), formula_cells(recalculated(_spoilt(path, tmp_path), tmp_path))
    )


def _area(path: Path) -> Cell:
    sheet = "A 地块 parcels"
    return sheet, f"K{_find(path, sheet, 'W1')}"


def _parameter(path: Path) -> Cell:
    sheet = "B.6.2 参数 parameters"
    return sheet, f"F{_find(path, sheet, 'project.forest_biomass')}"


def _thinning(_: Path) -> Cell:
    """Year 9, in which S1 is thinned: its second series, ten lines below that of year 0."""
    return "逐年输入 yearly", "D19"


@pytest.mark.parametrize(
    ("where", "value", "file", "old", "new"),
    [
        (_area, 14.0, "worked-parcels.csv", "W1,S1,330111,示例镇,一村,01,10,", None),
        (_parameter, 95.0, "worked.toml", "value = 80,", "value = 95,"),
        (_thinning, 0.55, "worked.toml", "fraction = 0.4 }", "fraction = 0.55 }"),
    ],
    ids=["area of a parcel", "parameter", "thinning"],
)
def test_one_input_changed_moves_the_total(
    where: object,
    value: float,
    file: str,
    old: str,
    new: str | None,
    worked: Path,
    tmp_path: Path,
) -> None:
    """The input is changed in the workbook, and in the files that the program computes anew."""
    assert callable(where)
    changed = tmp_path / "changed.xlsx"
    with_wrong_values(worked, changed, {where(worked): value})
    found = recalculated(changed, tmp_path)

    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("worked.toml", "worked-parcels.csv"):
        shutil.copy(PROJECTS / name, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    new = old.replace(",10,", ",14,") if new is None else new
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    expected = _exported(folder / "worked.toml", tmp_path / "other")

    _assert_same(formula_cells(expected), formula_cells(found))
    assert abs(_total(found) - _total(worked)) > 1
