"""Read a numbered UTF-8 text file with DuckDB's CSV reader, which lists what it cannot read."""

from pathlib import Path
from typing import Final

import duckdb
import polars as pl

_RULE_OF: Final = {
    "MISSING COLUMNS": "short_row",
    "TOO MANY COLUMNS": "long_row",
    "UNQUOTED VALUE": "unbalanced_quote",
}


def scan_text(
    path: Path, delimiter: str, headers: list[str], wanted: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the wanted columns as text.

    Parameters
    ----------
    path
        File whose first column is the row number.
    delimiter
        Separator of the file.
    headers
        Every column of the file, the row number first.
    wanted
        Columns to return.

    Returns
    -------
    The rows, and the rejected lines as `row`, `rule`, `raw`.
    """
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    columns = dict.fromkeys(headers, "VARCHAR")
    names = ", ".join('"' + name.replace('"', '""') + '"' for name in wanted)
    try:
        rows = con.execute(
            f"SELECT {names} FROM read_csv($path, columns = $columns, header = true, "
            "delim = $delimiter, quote = '\"', escape = '\"', auto_detect = false, "
            "strict_mode = true, ignore_errors = true, store_rejects = true, rejects_limit = 0)",
            {"path": str(path), "columns": columns, "delimiter": delimiter},
        ).pl()
        rejects = con.execute(
            "SELECT csv_line, any_value(error_type)::VARCHAR AS error_type "
            "FROM reject_errors GROUP BY line, csv_line ORDER BY line"
        ).pl()
    finally:
        con.close()
    parts = pl.col("csv_line").str.splitn(delimiter, 2)
    return rows, rejects.select(
        parts.struct.field("field_0").cast(pl.Int64, strict=False).alias("row"),
        pl.col("error_type")
        .str.to_uppercase()
        .replace_strict(_RULE_OF, default="unreadable", return_dtype=pl.String)
        .alias("rule"),
        parts.struct.field("field_1").str.strip_chars_end("\n").alias("raw"),
    )
