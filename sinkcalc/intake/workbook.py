"""Read a sheet of an Excel workbook as text rows numbered as in the sheet."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW, BadLine, Delivery, unique_headers

# titles and merged headings above the names of the columns
_LINES_LOOKED_AT: Final = 10

Known = Callable[[str], bool]
Cells = list[str | None]


def read_workbook(path: Path, target: Path, known: Known, sheet: str | None = None) -> Delivery:
    """Write the rows below the header of one sheet to Parquet, every cell as text.

    The header is the line, or the pair of lines of a merged header, with most known names. Cells
    that Excel holds as numbers read as numbers, dates as dates, formulas as their last result; a
    row with a cell in error (#DIV/0!) is set aside.

    Parameters
    ----------
    known
        Tells whether a text is a column name of a profile.
    sheet
        Name of the sheet; the one whose header is known best if None.

    Raises
    ------
    UsageProblem
        If it is no workbook, has no such sheet, or the sheet is empty.
    """
    import fastexcel

    try:
        workbook = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise _no_workbook(path, str(error).splitlines()[0]) from None
    if sheet is not None and sheet not in workbook.sheet_names:
        raise UsageProblem(
            zh=f"{path.name} 没有工作表 {sheet};有:{', '.join(workbook.sheet_names)}",
            en=f"{path.name} has no sheet {sheet}; it has {', '.join(workbook.sheet_names)}",
        )
    best: tuple[int, pl.DataFrame, list[int], tuple[int, int, list[str]]] | None = None
    for name in [sheet] if sheet is not None else workbook.sheet_names:
        try:
            loaded = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        except fastexcel.FastExcelError as error:
            raise _no_workbook(path, str(error).splitlines()[0]) from None
        batch, errors = loaded.to_arrow_with_errors()
        cells = pl.DataFrame(batch)
        if cells.is_empty():
            continue
        faulty = [error.position[0] for error in errors.errors] if errors else []
        found = _find_header([list(row) for row in cells.head(_LINES_LOOKED_AT).rows()], known)
        if best is None or found[0] > best[0]:
            best = (found[0], cells, faulty, found)
    if best is None:
        raise UsageProblem(
            zh=f"{path.name} 中没有数据(工作表为空)", en=f"{path.name} holds no data: empty sheets"
        )
    _, cells, faulty, (_, start, names) = best
    return _write(path, target, cells, names, start, faulty)


def _write(
    path: Path, target: Path, cells: pl.DataFrame, names: list[str], start: int, faulty: list[int]
) -> Delivery:
    headers = unique_headers(names)
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
    rows.filter(~broken).write_parquet(target)
    return Delivery(
        path.name,
        target,
        "table",
        None,
        None,
        headers,
        numbered=True,
        bad_lines=[BadLine(row, "error_cell", text) for row, text in bad.iter_rows()],
    )


def _find_header(top: list[Cells], known: Known) -> tuple[int, int, list[str]]:
    """Return number of known names, index of the first data row, and the names."""
    candidates = []
    for index, row in enumerate(top):
        single = [cell or "" for cell in row]
        candidates.append((sum(map(known, single)), index + 1, single))
        if index + 1 < len(top):
            joined = _join(row, top[index + 1], known)
            candidates.append((sum(map(known, joined)), index + 2, joined))
    # the first of equals: a pair of lines is taken only where it knows more
    best = max(candidates, key=lambda candidate: candidate[0])
    if best[0] == 0:
        filled = next(i for i, row in enumerate(top) if any(row))
        return 0, filled + 1, [cell or "" for cell in top[filled]]
    return best


def _join(upper: Cells, lower: Cells, known: Known) -> list[str]:
    """Name columns under a merged heading: 平均 over 胸径 and 树高."""
    names = []
    heading = ""
    for above, below in zip(upper, lower, strict=True):
        heading = above or heading
        if below is None:
            names.append(above or "")
        else:
            names.append(heading + below if known(heading + below) else below)
    return names


def _no_workbook(path: Path, reason: str) -> UsageProblem:
    return UsageProblem(
        zh=f"{path.name} 不能作为 Excel 工作簿读取:{reason}。用 Excel 打开并另存为 .xlsx 后再试",
        en=f"{path.name} cannot be read as an Excel workbook: {reason}. "
        "Open it in Excel and save it again as .xlsx",
    )
