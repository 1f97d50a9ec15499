"""Differences between two versions of a table, a JSON document or a workbook, cell by cell."""

import io
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

import polars as pl

from sinkcalc.ccer.tables import ROW_KEYS
from sinkcalc.pipeline.ccer_formulas import workbook_parts

# two computations on different machines differ by the last digits of a float
_SAME: Final = 1e-9
_SAME_BY_ZERO: Final = 1e-12
_BETWEEN: Final = "/"
Row = Mapping[str, Any]


class Difference(NamedTuple):
    """One thing that is not what it was.

    Attributes
    ----------
    kind
        `file_missing`, `file_added`, `file_changed`, `file_unreadable`, `input_changed`,
        `not_computed`, `parameter`, `row_missing`, `row_added`, `value`, `formula`, `run_id`.
    file, table, row, column
        Where: table or sheet, the keys of the row, column or cell.
    exported, recomputed
        What the export holds, and what it should hold.
    """

    kind: str
    file: str
    table: str | None = None
    row: str | None = None
    column: str | None = None
    exported: str | None = None
    recomputed: str | None = None


def same(exported: object, recomputed: object) -> bool:
    """Tell whether two values are the same; numbers, as such or as text, but for rounding."""
    if exported == recomputed:
        return True
    numbers = [_number(exported), _number(recomputed)]
    if None in numbers:
        return False
    return math.isclose(*numbers, rel_tol=_SAME, abs_tol=_SAME_BY_ZERO)  # type: ignore[arg-type]  # None is out


def _number(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(str(value))
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def compare_tables(file: str, exported: bytes, recomputed: bytes) -> Iterator[Difference]:
    """Compare two CSV or Parquet files of one of the tables of `ROW_KEYS`."""
    name = PurePosixPath(file)
    read = _read_parquet if name.suffix == ".parquet" else _read_csv
    old = _readable(read, exported)
    if old is None:
        yield Difference("file_unreadable", file)
        return
    new = read(recomputed)
    keys = ROW_KEYS[name.stem]
    yield from compare_rows(file, name.stem, keys, old.to_dicts(), new.to_dicts())


def _read_csv(content: bytes) -> pl.DataFrame:
    return pl.read_csv(content, infer_schema=False)


def _read_parquet(content: bytes) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(content)).with_columns(pl.all().cast(pl.String))


def _readable(read: Callable[[bytes], Any], content: bytes) -> Any:
    try:
        return read(content)
    except Exception:
        # whatever a reader says of a file that was tampered with, it cannot be read
        return None


def compare_rows(
    file: str, table: str, keys: Sequence[str], old: Sequence[Row], new: Sequence[Row]
) -> Iterator[Difference]:
    """Compare rows that are told apart by some of their columns."""
    olds, news = ({_key(row, keys): row for row in rows} for rows in (old, new))
    for key, row in olds.items():
        if key not in news:
            yield Difference("row_added", file, table, key)
            continue
        columns = dict.fromkeys([*news[key], *row])
        for column in columns:
            was, now = row.get(column), news[key].get(column)
            if not same(was, now):
                yield Difference("value", file, table, key, column, _text(was), _text(now))
    for key in news:
        if key not in olds:
            yield Difference("row_missing", file, table, key)
    if len(old) > len(olds):
        yield Difference("row_added", file, table, "several rows of one key")


def _key(row: Row, keys: Sequence[str]) -> str:
    return _BETWEEN.join(str(row.get(key)) for key in keys)


def compare_documents(
    file: str, exported: bytes, recomputed: bytes, leave_out: Sequence[str] = ()
) -> Iterator[Difference]:
    """Compare two JSON documents; lists of a table's rows by their keys.

    Parameters
    ----------
    leave_out
        Keys of the whole document that are not compared.
    """
    old = _readable(json.loads, exported)
    if not isinstance(old, dict):
        yield Difference("file_unreadable", file)
        return
    documents = [
        {key: value for key, value in document.items() if key not in leave_out}
        for document in (old, json.loads(recomputed))
    ]
    yield from _compare_values(file, (), *documents)


def _compare_values(
    file: str, path: tuple[str, ...], old: object, new: object
) -> Iterator[Difference]:
    table = path[-1] if path else ""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*new, *old]):
            yield from _compare_values(file, (*path, str(key)), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        rows = all(isinstance(one, dict) for one in (*old, *new))
        if rows and table in ROW_KEYS:
            yield from compare_rows(file, table, ROW_KEYS[table], old, new)
            return
        for place in range(max(len(old), len(new))):
            was, now = (each[place] if place < len(each) else None for each in (old, new))
            yield from _compare_values(file, (*path, str(place)), was, now)
    elif not same(old, new):
        *above, name = path
        yield Difference("value", file, ".".join(above), None, name, _text(old), _text(new))


def compare_workbooks(file: str, exported: bytes, recomputed: bytes) -> Iterator[Difference]:
    """Compare the values of two workbooks, those stored with formulas too, and the formulas."""
    yield from _compare_stored_values(file, exported, recomputed)
    old, new = _readable(workbook_parts, exported), workbook_parts(recomputed)
    if old is None:
        return
    for name in new:
        # a sheet that is missing was named before
        was, now = old.get(name), new[name]
        if was is None:
            continue
        for place in dict.fromkeys([*now, *was]):
            if was.get(place) != now.get(place):
                yield Difference("formula", file, name, place, None, was.get(place), now.get(place))


def _compare_stored_values(file: str, exported: bytes, recomputed: bytes) -> Iterator[Difference]:
    old, new = _readable(_sheets, exported), _sheets(recomputed)
    if old is None:
        yield Difference("file_unreadable", file)
        return
    for name in dict.fromkeys([*new, *old]):
        if name not in old or name not in new:
            yield Difference("row_missing" if name in new else "row_added", file, name)
            continue
        cells = [
            {
                (row, column): value
                for row, line in enumerate(sheet)
                for column, value in enumerate(line)
                if value != ""
            }
            for sheet in (old[name], new[name])
        ]
        for place in sorted(cells[0].keys() | cells[1].keys()):
            was, now = (each.get(place) for each in cells)
            if not same(was, now):
                address = f"{_letters(place[1])}{place[0] + 1}"
                yield Difference("value", file, name, address, None, _text(was), _text(now))


def _sheets(content: bytes) -> dict[str, list[list[Any]]]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def _letters(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))
