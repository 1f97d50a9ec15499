"""The form of the provincial inventory as a workbook."""

import io
from datetime import datetime
from typing import Final

import polars as pl
import xlsxwriter

# spreadsheets carry a creation time; a fixed one keeps equal exports equal
_FIXED_TIME: Final = datetime(2000, 1, 1)
_NAME_WIDTH, _CELL_WIDTH = 34, 16


def inventory_workbook(sheets: dict[str, tuple[str, pl.DataFrame]], notes: list[str]) -> bytes:
    """Write sheets of a title and a table each, the notes below the first.

    Parameters
    ----------
    sheets
        Name of a sheet -> title and table; the first column names the rows, a null is an empty
        cell.
    notes
        One line each.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": _FIXED_TIME})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for place, (name, (title, table)) in enumerate(sheets.items()):
            sheet = book.add_worksheet(name)
            sheet.write_string(0, 0, title, book.add_format({"bold": True}))
            sheet.set_column(0, 0, _NAME_WIDTH)
            sheet.set_column(1, max(table.width - 1, 1), _CELL_WIDTH)
            for column, heading in enumerate(table.columns):
                sheet.write_string(1, column, heading, bold)
            plain = table.with_columns(
                pl.selectors.decimal().cast(pl.Float64), pl.selectors.enum().cast(pl.String)
            )
            for row, values in enumerate(plain.iter_rows(), start=2):
                for column, value in enumerate(values):
                    if value is not None:
                        sheet.write(row, column, value)
            sheet.freeze_panes(2, 1)
            if not place:
                for row, note in enumerate(notes, start=table.height + 3):
                    sheet.write_string(row, 0, note)
    return buffer.getvalue()
