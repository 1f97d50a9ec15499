"""Read a sheet of an Excel workbook as text rows numbered as in the sheet."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW, BadLine, Delivery, unique_headers

# titles and merged headings above the names of the columns
_LINES_LOOKED_AT: Final = 10

Known = Callable[[str], bool]
Cells = list[str | None]
# cell -> first cell of the merged range it belongs to
Merged = dict[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Header:
    """A header: how many of its names are known, index of the first data row, and the names."""

    known: int
    first_row: int
    names: list[str]


def read_workbook(path: Path, target: Path, known: Known, sheet: str | None = None) -> Delivery:
    """Write the rows below the header of one sheet to Parquet, every cell as text.

    Hidden sheets are read only by name. The header is the line, or the pair of lines of a merged
    header, with most known names. Cells that Excel holds as numbers read as numbers, dates as
    dates, formulas as their last result; a row with a cell in error (#DIV/0!) is set aside.

    Parameters
    ----------
    known
        Tells whether a text is a column name of a profile.
    sheet
        Name of the sheet; the visible one whose header is known best if None.

    Raises
    ------
    UsageProblem
        If it is no workbook, has no such sheet, several sheets look alike, or they are empty.
    """
    import fastexcel
    import python_calamine as calamine

    try:
        sheets = _sheets(calamine.CalamineWorkbook.from_path(str(path)), known)
        name, header = _choose(path, sheets, sheet)
        loaded = fastexcel.read_excel(path).load_sheet(
            name, header_row=None, skip_rows=0, dtypes="string"
        )
    except (fastexcel.FastExcelError, calamine.CalamineError, OSError) as error:
        raise _no_workbook(path, str(error).splitlines()[0]) from None
    batch, errors = loaded.to_arrow_with_errors()
    faulty = [error.position[0] for error in errors.errors] if errors else []
    delivery = _write(path, target, pl.DataFrame(batch), header, faulty)
    return replace(delivery, layer=name)


def _sheets(workbook: Any, known: Known) -> dict[str, tuple[bool, Header | None]]:
    """Return sheet -> whether it is visible, and its header; None where it is empty."""
    found: dict[str, tuple[bool, Header | None]] = {}
    for about in workbook.sheets_metadata:
        sheet = workbook.get_sheet_by_name(about.name)
        rows = sheet.to_python(skip_empty_area=False, nrows=_LINES_LOOKED_AT)
        top: list[Cells] = [[str(cell) if cell != "" else None for cell in row] for row in rows]
        merged = {
            (row, column): start
            for start, end in sheet.merged_cell_ranges or []
            for row in range(start[0], end[0] + 1)
            for column in range(start[1], end[1] + 1)
        }
        header = _find_header(top, merged, known) if any(map(any, top)) else None
        found[about.name] = (str(about.visible).endswith("Visible"), header)
    return found


def _choose(
    path: Path, sheets: dict[str, tuple[bool, Header | None]], sheet: str | None
) -> tuple[str, Header]:
    """Take the sheet that is named, or the visible one whose header alone is known best."""
    listed = ", ".join(sheets)
    if sheet is not None and sheet not in sheets:
        raise UsageProblem(
            zh=f"{path.name} 没有工作表 {sheet};有:{listed}。用 --layer 指定其中一个",
            en=f"{path.name} has no sheet {sheet}; it has {listed}. Name one of them with --layer",
        )
    candidates = {
        name: header
        for name, (visible, header) in sheets.items()
        if header is not None and (name == sheet or (sheet is None and visible))
    }
    if not candidates:
        raise UsageProblem(
            zh=f"{path.name} 中没有数据(工作表为空)。检查文件,或用 --layer 指定工作表",
            en=f"{path.name} holds no data: its sheets are empty. Check the file, or name a sheet "
            "with --layer",
        )
    most = max(header.known for header in candidates.values())
    best = [name for name, header in candidates.items() if header.known == most]
    if len(best) > 1:
        raise UsageProblem(
            zh=f"{path.name} 的工作表 {', '.join(best)} 都像数据表;用 --layer 指定一个,"
            "其余另存为单独的文件一起给出",
            en=f"sheets {', '.join(best)} of {path.name} look alike: name one with --layer, and "
            "save the others as files of their own to load them together",
        )
    return best[0], candidates[best[0]]


def _write(
    path: Path, target: Path, cells: pl.DataFrame, header: Header, faulty: list[int]
) -> Delivery:
    headers, start = unique_headers(header.names), header.first_row
    rows = (
        cells.rename(dict(zip(cells.columns, headers, strict=True)))
        .with_row_index(ROW, offset=1)
        .with_columns(pl.col(ROW).cast(pl.Int64))
        .slice(start)
    )
    rows = rows.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))
    broken = pl.col(ROW).is_in([position + 1 for position in faulty if position >= start])
    raw = pl.struct(pl.exclude(ROW)).struct.json_encode()
    bad = rows.filter(broken).select(ROW, raw.alias("raw"))
    sound = rows.filter(~broken)
    sound.write_parquet(target)
    return Delivery(
        path.name,
        target,
        "table",
        None,
        None,
        headers,
        numbered=True,
        rows=sound.height,
        bad_lines=[BadLine(row, "error_cell", text) for row, text in bad.iter_rows()],
    )


def _find_header(top: list[Cells], merged: Merged, known: Known) -> Header:
    """Return the line, or the pair of lines under merged headings, with most known names."""
    candidates = []
    for index, row in enumerate(top):
        single = [cell or "" for cell in row]
        candidates.append(Header(sum(map(known, single)), index + 1, single))
        if index + 1 < len(top):
            joined = _join(top, index, merged, known)
            candidates.append(Header(sum(map(known, joined)), index + 2, joined))
    # the first of equals: a pair of lines is taken only where it knows more
    best = max(candidates, key=lambda candidate: candidate.known)
    if best.known == 0:
        filled = next(i for i, row in enumerate(top) if any(row))
        return Header(0, filled + 1, [cell or "" for cell in top[filled]])
    return best


def _join(top: list[Cells], index: int, merged: Merged, known: Known) -> list[str]:
    """Name columns under a merged heading: 平均 over 胸径 and 树高."""
    names = []
    for column, below in enumerate(top[index + 1]):
        row, left = merged.get((index, column), (index, column))
        above = top[row][left] or ""
        under = merged.get((index + 1, column), (index + 1, column))
        if below is None or under == (row, left):
            names.append(above)
        else:
            names.append(above + below if known(above + below) else below)
    return names


def _no_workbook(path: Path, reason: str) -> UsageProblem:
    return UsageProblem(
        zh=f"{path.name} 不能作为 Excel 工作簿读取:{reason}。用 Excel 打开并另存为 .xlsx 后再试",
        en=f"{path.name} cannot be read as an Excel workbook: {reason}. "
        "Open it in Excel and save it again as .xlsx",
    )
