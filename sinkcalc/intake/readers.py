"""Open any kind of delivery, and read its rows as text."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import OWN_COLUMNS, ROW, Delivery, require_there, unreadable
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
        If it does not exist, or the kind of file is not read.
    """
    require_there(path)
    suffix = path.suffix.lower()
    if path.is_dir() and suffix != ".gdb":
        raise UsageProblem(
            zh=f"{path} 是文件夹;请给出其中的文件(.gdb 文件夹除外)",
            en=f"{path} is a folder; name the files in it (only a .gdb folder is read as a whole)",
        )
    if suffix == ".parquet":
        frame = _scan(path)
        headers = [name for name in frame.collect_schema().names() if name not in OWN_COLUMNS]
        rows = int(frame.select(pl.len()).collect().item())
        return Delivery(path.name, path, "table", None, None, headers, rows=rows)
    # no part of the delivery's name, which may look like a pattern
    copy = folder / "copy"
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

    Raises
    ------
    UsageProblem
        If a wanted column holds nested values, or the file is damaged.
    """
    frame = _scan(delivery.path)
    schema = frame.collect_schema()
    nested = [name for name in wanted if schema[name].is_nested()]
    if nested:
        raise UsageProblem(
            zh=f"{delivery.name} 的列 {', '.join(nested)} 是嵌套类型,不能读;请改为文字或数字列",
            en=f"{delivery.name}: column {', '.join(nested)} holds nested values and cannot be "
            "read; write text or numbers",
        )
    columns = [_as_text(name, schema[name]) for name in wanted]
    own = [name for name in OWN_COLUMNS if delivery.numbered and name in schema]
    total = int(frame.select(pl.len()).collect().item())
    for start in range(0, total, size):
        part = frame.slice(start, size).select(*own, *columns)
        if ROW not in own:
            part = part.with_row_index(ROW, offset=start + 2)
        try:
            yield part.with_columns(pl.col(ROW).cast(pl.Int64)).collect()
        except pl.exceptions.PolarsError as error:
            raise _no_parquet(delivery.name, error) from None


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_float():
        # NaN of a typed column stands for nothing recorded
        column = column.fill_nan(None)
    return column.cast(pl.String, strict=False).alias(name)


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
        if not dtype.is_nested() and name not in OWN_COLUMNS
    ]
    picked = whole.filter(pl.col(ROW).is_in(sorted(rows)))
    text = pl.struct(
        pl.col(name).cast(pl.String, strict=False) for name in plain
    ).struct.json_encode()
    return dict(picked.select(ROW, text.alias("raw")).collect().iter_rows())


def _scan(path: Path) -> pl.LazyFrame:
    try:
        frame = pl.scan_parquet(path, glob=False)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _no_parquet(path.name, error) from None
    return frame


def _no_parquet(name: str, error: Exception) -> UsageProblem:
    reason = str(error).splitlines()[0]
    return UsageProblem(
        zh=f"无法按 Parquet 读取 {name}:{reason}。检查文件是否完整,或重新导出",
        en=f"cannot read {name} as Parquet: {reason}. Check that the file is complete, or write "
        "it again",
    )
