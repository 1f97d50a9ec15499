"""Read the columns of any delivered table, as text with the row numbers of the file."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW, Delivery
from sinkcalc.intake.plot_checks import TOTALS
from sinkcalc.intake.readers import open_delivery, table_batches
from sinkcalc.store.scan import scan_text

_BATCH_ROWS: Final = 1_000_000


@dataclass(frozen=True)
class TextTable:
    """Columns of a table as text.

    Attributes
    ----------
    rows
        `_row` (row of the file), the columns, geometry of a layer; what is blank is null.
    bad
        Row and rule of the lines that cannot be read.
    crs
        Coordinate system of a layer; None where there is no geometry.
    notes
        What is told of the file, in Chinese and English.
    """

    rows: pl.DataFrame
    bad: list[tuple[int, str]]
    crs: str | None = None
    notes: tuple[tuple[str, str], ...] = ()


def read_text_table(
    path: Path,
    choose: Callable[[list[str]], list[str]],
    known: Callable[[str], bool],
    encoding: str | None = None,
    layer: str | None = None,
) -> TextTable:
    """Read some columns of a table as they stand, and set aside lines that cannot be read.

    Parameters
    ----------
    choose
        Names the columns to read, given those of the file.
    known
        Tells whether a text is the name of a column that is looked for.

    Raises
    ------
    UsageProblem
        If there is no such file, or a column that is read is there twice.
    """
    _require_file(path)
    with tempfile.TemporaryDirectory(prefix="sinkcalc-") as folder:
        delivery = open_delivery(path, Path(folder), encoding, layer, known)
        wanted = list(dict.fromkeys(choose(delivery.headers)))
        _require_once(delivery, wanted)
        rows, bad = _read(delivery, wanted)
        notes = tuple(delivery.notes)
    return TextTable(_stripped(rows, wanted), bad, delivery.crs, notes)


def read_table(
    path: Path,
    texts: Sequence[str],
    numbers: Sequence[str],
    encoding: str | None = None,
    layer: str | None = None,
) -> pl.DataFrame:
    """Read some columns of a CSV, workbook, Parquet file or layer.

    Parameters
    ----------
    texts, numbers
        Columns to read as text and as numbers.

    Returns
    -------
    `_row` (row of the file), then the columns; an empty cell is null.

    Raises
    ------
    UsageProblem
        If there is no such file, a column is missing or there twice, a line cannot be read, a
        number is none, or a row holds a total of others.
    """
    _require_file(path)
    with tempfile.TemporaryDirectory(prefix="sinkcalc-") as folder:
        wanted = list(dict.fromkeys([*texts, *numbers]))
        delivery = open_delivery(path, Path(folder), encoding, layer, lambda name: name in wanted)
        lacking = [name for name in wanted if name not in delivery.headers]
        if lacking:
            raise UsageProblem(
                zh=f"{path.name} 没有列 {', '.join(lacking)};现有列:{', '.join(delivery.headers)}",
                en=f"{path.name} has no column {', '.join(lacking)}; it has "
                f"{', '.join(delivery.headers)}",
            )
        _require_once(delivery, wanted)
        words = list(dict.fromkeys([*_first_text(delivery), *texts]))
        rows, bad = _read(delivery, list(dict.fromkeys([*words, *wanted])))
    _refuse_bad(bad, path)
    _refuse_totals(rows, words, path)
    return _with_numbers(_stripped(rows.select(ROW, *wanted), wanted), numbers, path)


def headers(path: Path, encoding: str | None = None) -> list[str]:
    """Return the names of the columns of a table."""
    _require_file(path)
    with tempfile.TemporaryDirectory(prefix="sinkcalc-") as folder:
        return open_delivery(path, Path(folder), encoding).headers


def _stripped(rows: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    return rows.with_columns(
        pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name).str.strip_chars())
        for name in columns
    )


def _read(delivery: Delivery, wanted: list[str]) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    bad = [(line.row, line.rule) for line in delivery.bad_lines]
    if delivery.kind == "table":
        batches = list(table_batches(delivery, wanted, _BATCH_ROWS))
    else:
        with scan_text(delivery.delimiter or ",") as scan:
            numbered = [ROW, *delivery.headers]
            batches = list(scan.batches(delivery.path, numbered, [ROW, *wanted], _BATCH_ROWS))
            bad += scan.rejects().select("row", "rule").rows()
    empty = pl.DataFrame(schema=dict.fromkeys([ROW, *wanted], pl.String))
    rows = pl.concat(batches) if batches else empty
    return rows.with_columns(pl.col(ROW).cast(pl.Int64)), bad


def _refuse_bad(bad: list[tuple[int, str]], path: Path) -> None:
    """Refuse a table of which a line cannot be read."""
    if bad:
        row, rule = bad[0]
        raise UsageProblem(
            zh=f"{path.name} 第 {row} 行不能读({rule};共 {len(bad)} 行)。改正这些行",
            en=f"line {row} of {path.name} cannot be read ({rule}; {len(bad)} lines in all). "
            "Correct them",
        )


def _require_file(path: Path) -> None:
    if not path.is_file() and path.suffix.lower() != ".gdb":
        raise UsageProblem(
            zh=f"没有文件 {path};检查路径", en=f"there is no file {path}: check the path"
        )


def _first_text(delivery: Delivery) -> list[str]:
    """Return the first column if it holds text: it says what a row is, also if not asked for."""
    first = delivery.headers[0]
    text = delivery.kind == "text" or pl.read_parquet_schema(delivery.path)[first] == pl.String
    return [first] if text else []


def _require_once(delivery: Delivery, wanted: list[str]) -> None:
    """Refuse a column whose name stands over two."""
    twice = [name for name in wanted if f"{name}__2" in delivery.headers]
    if twice:
        raise UsageProblem(
            zh=f"{delivery.name} 有两列名为 {', '.join(twice)};改名或删去一列",
            en=f"{delivery.name} has two columns named {', '.join(twice)}: rename or remove one",
        )


def _refuse_totals(rows: pl.DataFrame, columns: list[str], path: Path) -> None:
    """Refuse a row that is the total of others: it would count as one of them."""
    for name in columns:
        totals = rows.filter(pl.col(name).str.contains(TOTALS))
        if totals.height:
            row, text = totals.row(0, named=True)[ROW], totals[name][0].strip()
            raise UsageProblem(
                zh=f"{path.name} 第 {row} 行是合计行(列 {name}:{text};共 {totals.height} 行),"
                "会被当作样地或层;删去后再算",
                en=f"row {row} of {path.name} is a total (column {name}: {text}; {totals.height} "
                "rows in all) and would count as a plot or stratum: remove it",
            )


def _with_numbers(rows: pl.DataFrame, numbers: Sequence[str], path: Path) -> pl.DataFrame:
    for name in numbers:
        read = rows[name].cast(pl.Float64, strict=False)
        wrong = (rows[name].is_not_null() & ~read.is_finite().fill_null(False)).arg_true()
        if wrong.len():
            row, text = rows[ROW][wrong[0]], rows[name][wrong[0]]
            raise UsageProblem(
                zh=f"{path.name} 第 {row} 行的列 {name} 不是数字:{text}(共 {wrong.len()} 行)。"
                "只写数字,不带单位和千分位",
                en=f"column {name} in row {row} of {path.name} is no number: {text} "
                f"({wrong.len()} rows in all). Write the number only, without unit or separators",
            )
        rows = rows.with_columns(read.alias(name))
    return rows
