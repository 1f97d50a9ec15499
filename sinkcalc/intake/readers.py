"""Open any kind of delivery, and read its rows as text."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import (
    GEOMETRY,
    GEOMETRY_AREA,
    OWN_COLUMNS,
    ROW,
    Delivery,
    unreadable,
)
from sinkcalc.intake.layers import SUFFIXES, read_layer
from sinkcalc.intake.text import rewrite_text
from sinkcalc.intake.workbook import read_workbook

_TEXT: Final = (".csv", ".txt", ".tsv")
_WORKBOOK: Final = (".xlsx", ".xlsm", ".xls")


def open_delivery(
    path: Path,
    folder: Path,
    encoding: str | None = None,
    layer: str | None = None,
    known: Callable[[str], bool] = bool,
) -> Delivery:
    """Make a delivery ready to read.

    Parameters
    ----------
    path
        CSV, XLSX, Parquet, shapefile, GeoPackage or file geodatabase.
    folder
        Where copies go.
    encoding
        Encoding of text; found out if None.
    layer
        Layer or sheet.
    known
        Tells whether a text is a column name of a profile.

    Raises
    ------
    UsageProblem
        If the kind of file is not read.
    """
    suffix = path.suffix.lower()
    if path.is_dir() and suffix != ".gdb":
        raise UsageProblem(
            zh=f"{path} 是文件夹;请给出其中的文件(.gdb 文件夹除外)",
            en=f"{path} is a folder; name the files in it (only a .gdb folder is read as a whole)",
        )
    if suffix == ".parquet":
        headers = [name for name in _scan(path).collect_schema().names() if name != ROW]
        return Delivery(path.name, path, "table", None, None, headers)
    copy = folder / f"{path.name}.copy"
    try:
        if suffix in _TEXT:
            return rewrite_text(path, copy, encoding)
        if suffix in _WORKBOOK:
            return read_workbook(path, copy, known, layer)
        if suffix in SUFFIXES:
            return read_layer(path, copy, layer, encoding)
    except PermissionError as error:
        raise unreadable(path, error) from None
    kinds = ", ".join((*_TEXT, *_WORKBOOK, ".parquet", *SUFFIXES))
    raise UsageProblem(
        zh=f"{path.name}:不认识的文件类型;可读 {kinds}",
        en=f"{path.name}: this kind of file is not read; use {kinds}",
    )


def table_batches(delivery: Delivery, wanted: list[str], size: int) -> Iterator[pl.DataFrame]:
    """Read row number, wanted columns as text and geometry of a Parquet file, `size` rows a time.

    Columns that hold no plain values (nested or binary) read as empty.
    """
    frame = _scan(delivery.path)
    schema = frame.collect_schema()
    columns = [
        (pl.col(name).cast(pl.String, strict=False) if _is_plain(schema[name]) else pl.lit(None))
        .cast(pl.String)
        .alias(name)
        for name in wanted
    ]
    rows = int(frame.select(pl.len()).collect().item())
    own = [name for name in OWN_COLUMNS if delivery.numbered and name in schema]
    for start in range(0, rows, size):
        part = frame.slice(start, size).select(*own, *columns)
        if ROW not in own:
            part = part.with_row_index(ROW, offset=start + 2)
        yield part.with_columns(pl.col(ROW).cast(pl.Int64)).collect()


def raw_records(delivery: Delivery, rows: set[int]) -> dict[int, str]:
    """Return the text of some rows, by row number; that of a table as JSON."""
    if delivery.kind == "table":
        return _raw_of_table(delivery, rows)
    delimiter = delivery.delimiter or ","
    found: dict[int, str] = {}
    record = ""
    with delivery.path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            record = record + line if record else line
            if '"' in record and record.count('"') % 2:  # the value goes on
                continue
            number, _, rest = record.partition(delimiter)
            record = ""
            if number.isdigit() and int(number) in rows:
                found[int(number)] = rest.rstrip("\n")
                if len(found) == len(rows):
                    break
    return found


def _raw_of_table(delivery: Delivery, rows: set[int]) -> dict[int, str]:
    whole = _scan(delivery.path)
    if not delivery.numbered:
        whole = whole.drop(ROW, strict=False).with_row_index(ROW, offset=2)
    plain = [
        name
        for name, dtype in whole.collect_schema().items()
        if _is_plain(dtype) and name not in (ROW, GEOMETRY, GEOMETRY_AREA)
    ]
    picked = whole.filter(pl.col(ROW).is_in(sorted(rows)))
    text = pl.struct(pl.col(name).cast(pl.String) for name in plain).struct.json_encode()
    return dict(picked.select(ROW, text.alias("raw")).collect().iter_rows())


def _scan(path: Path) -> pl.LazyFrame:
    try:
        frame = pl.scan_parquet(path)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UsageProblem(
            zh=f"无法按 Parquet 读取 {path}:{str(error).splitlines()[0]}",
            en=f"cannot read {path} as Parquet: {str(error).splitlines()[0]}",
        ) from None
    return frame


def _is_plain(dtype: pl.DataType) -> bool:
    return not dtype.is_nested() and dtype not in (pl.Binary, pl.Object)
