"""Read a numbered UTF-8 text file with DuckDB's CSV reader, which lists what it cannot read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

_RULE_OF: Final = {
    "MISSING COLUMNS": "short_row",
    "TOO MANY COLUMNS": "long_row",
    "UNQUOTED VALUE": "unbalanced_quote",
}


class TextScan:
    """A text file being read."""

    def __init__(self, con: duckdb.DuckDBPyConnection, delimiter: str) -> None:
        self._con = con
        self._delimiter = delimiter

    def batches(
        self, path: Path, headers: list[str], wanted: list[str], size: int
    ) -> Iterator[pl.DataFrame]:
        """Yield the wanted columns as text, `size` rows a time.

        Parameters
        ----------
        path
            File whose first column is the row number.
        headers
            Every column of the file, the row number first.
        """
        columns = dict.fromkeys(headers, "VARCHAR")
        names = ", ".join('"' + name.replace('"', '""') + '"' for name in wanted)
        found = self._con.execute(
            f"SELECT {names} FROM read_csv($path, columns = $columns, header = true, "
            "delim = $delimiter, quote = '\"', escape = '\"', auto_detect = false, "
            "strict_mode = true, ignore_errors = true, store_rejects = true, rejects_limit = 0)",
            {"path": str(path), "columns": columns, "delimiter": self._delimiter},
        )
        for batch in found.to_arrow_reader(size):
            yield pl.DataFrame(batch)

    def rejects(self) -> pl.DataFrame:
        """Return the rejected lines as `row`, `rule`, `raw`, once all batches are read."""
        rejects = self._con.execute(
            "SELECT csv_line, any_value(error_type)::VARCHAR AS error_type "
            "FROM reject_errors GROUP BY line, csv_line ORDER BY line"
        ).pl()
        parts = pl.col("csv_line").str.splitn(self._delimiter, 2)
        return rejects.select(
            parts.struct.field("field_0").cast(pl.Int64, strict=False).alias("row"),
            pl.col("error_type")
            .str.to_uppercase()
            .replace_strict(_RULE_OF, default="unreadable", return_dtype=pl.String)
            .alias("rule"),
            parts.struct.field("field_1").str.strip_chars_end("\n").alias("raw"),
        )


@contextmanager
def scan_text(delimiter: str) -> Iterator[TextScan]:
    """Open a reader of delimited text."""
    con = duckdb.connect()
    try:
        con.execute("SET enable_progress_bar = false")
        yield TextScan(con, delimiter)
    finally:
        con.close()
