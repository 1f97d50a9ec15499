"""Rows as the bytes of a file, in every format but the table."""

import json
import math
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import polars as pl

# spreadsheets carry a creation time; a fixed one keeps equal exports equal
_FIXED_TIME: Final = datetime(2000, 1, 1)
# widths in a workbook: of a letter in pixels; of a date with its time, of the button of a filter
# and of the widest column in letters
_LETTER_PIXELS: Final = 7
_TIME_LETTERS: Final = 19
_BUTTON_LETTERS: Final = 2
_MOST_LETTERS: Final = 60


def payload_of(frame: "pl.DataFrame", fmt: str) -> bytes:
    """Return rows as the bytes of a file: json, jsonl, csv, parquet, or else xlsx."""
    import io

    buffer = io.BytesIO()
    if fmt in ("json", "jsonl"):
        rows = [json.dumps(_plain(row), ensure_ascii=False) for row in frame.iter_rows(named=True)]
        if fmt == "jsonl":
            return "".join(f"{row}\n" for row in rows).encode()
        return ("[" + ",\n ".join(rows) + "]\n").encode()
    if fmt == "csv":
        frame.write_csv(buffer)
    elif fmt == "parquet":
        frame.write_parquet(buffer)
    else:
        _write_workbook(frame, buffer)
    return buffer.getvalue()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    def value(item: Any) -> Any:
        if isinstance(item, Decimal):
            return float(item)
        if isinstance(item, float) and not math.isfinite(item):
            # JSON has no such numbers
            return None
        if isinstance(item, datetime):
            return item.isoformat(sep=" ")
        return item.isoformat() if isinstance(item, date) else item

    return {key: value(item) for key, item in row.items()}


def _write_workbook(frame: "pl.DataFrame", buffer: Any) -> None:
    import polars as pl
    import xlsxwriter

    from sinkcalc.cli.table import is_year

    workbook = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            # a cell holds no such number: it shows as an error, #NUM! or #DIV/0!
            "nan_inf_to_errors": True,
        },
    )
    workbook.set_properties({"created": _FIXED_TIME})
    plain = frame.with_columns(pl.selectors.decimal().cast(pl.Float64))
    years: Any = {
        name: "0" for name in plain.select(pl.selectors.integer()).columns if is_year(name)
    }
    plain.write_excel(
        workbook,
        worksheet="sinkcalc",
        column_formats=years,
        column_widths={name: _pixels(plain[name]) for name in plain.columns},
        freeze_panes=(1, 0),
    )
    workbook.close()


def _pixels(column: "pl.Series") -> int:
    """Return the width at which heading and cells show, Chinese at twice that of Latin."""
    import polars as pl

    def letters(text: pl.Series) -> int:
        # of a Chinese character UTF-8 has three bytes
        wide = text.str.len_chars() + (text.str.len_bytes() - text.str.len_chars()) // 2
        return int(wide.max() or 0)  # type: ignore[arg-type]  # lengths are whole numbers

    if column.dtype.is_numeric():
        ends = [x for x in (column.min(), column.max()) if isinstance(x, int | float)]
        cells = max(
            (len(f"{x:,.3f}" if column.dtype.is_float() else f"{x:,}") for x in ends), default=0
        )
    elif column.dtype.is_temporal():
        cells = _TIME_LETTERS
    else:
        cells = letters(column.cast(pl.String))
    # the heading has the button of the filter beside it
    heading = letters(pl.Series([column.name])) + _BUTTON_LETTERS
    return _LETTER_PIXELS * (min(max(cells, heading), _MOST_LETTERS) + 2)
