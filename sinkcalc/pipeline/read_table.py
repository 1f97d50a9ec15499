"""Read the columns of any delivered table, as text with the row numbers of the file."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW, Delivery
from sinkcalc.intake.readers import open_delivery, table_batches
from sinkcalc.store.scan import scan_text

_BATCH_ROWS: Final = 1_000_000


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
        If a column is missing, a line cannot be read, or a number is none.
    """
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
        rows = _read(delivery, wanted)
    stripped = rows.with_columns(
        pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name).str.strip_chars())
        for name in wanted
    )
    return _with_numbers(stripped, numbers, path)


def headers(path: Path, encoding: str | None = None) -> list[str]:
    """Return the names of the columns of a table."""
    with tempfile.TemporaryDirectory(prefix="sinkcalc-") as folder:
        return open_delivery(path, Path(folder), encoding).headers


def _read(delivery: Delivery, wanted: list[str]) -> pl.DataFrame:
    bad = [(line.row, line.rule) for line in delivery.bad_lines]
    if delivery.kind == "table":
        batches = list(table_batches(delivery, wanted, _BATCH_ROWS))
    else:
        with scan_text(delivery.delimiter or ",") as scan:
            numbered = [ROW, *delivery.headers]
            batches = list(scan.batches(delivery.path, numbered, [ROW, *wanted], _BATCH_ROWS))
            bad += scan.rejects().select("row", "rule").rows()
    if bad:
        row, rule = bad[0]
        raise UsageProblem(
            zh=f"{delivery.name} 第 {row} 行不能读({rule};共 {len(bad)} 行)。改正这些行",
            en=f"line {row} of {delivery.name} cannot be read ({rule}; {len(bad)} lines in all). "
            "Correct them",
        )
    empty = pl.DataFrame(schema=dict.fromkeys([ROW, *wanted], pl.String))
    rows = pl.concat(batches) if batches else empty
    return rows.with_columns(pl.col(ROW).cast(pl.Int64))


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
