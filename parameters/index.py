"""Write docs/parameters.md: how many coefficients of what status, evidence and source there are."""

import sys
from collections import Counter
from pathlib import Path

import polars as pl

from sinkcalc.coefficients.load import all_parameters

INDEX = Path(__file__).parents[1] / "docs" / "parameters.md"
HEAD = """# 参数索引 · Index of parameters

由 `python parameters/index.py` 生成,勿手改 · Written by `python parameters/index.py`: do not edit.

每行一个表中的一个符号;状态与依据两栏为行数。逐行查看:`sinkcalc params list --table 表名`;\
凭记忆或假定的行:`sinkcalc params list --unverified`。

One line a symbol of a table; status and evidence are numbers of rows. Every row: \
`sinkcalc params list --table NAME`; the recalled and assumed ones: \
`sinkcalc params list --unverified`.

| table | symbol | rows | status | evidence | sources |
|---|---|---|---|---|---|
"""


def index_text() -> str:
    """Return the text of the index."""
    groups = all_parameters().group_by("table", "symbol", maintain_order=True)
    lines = [_line(str(table), str(symbol), rows) for (table, symbol), rows in groups]
    return HEAD.replace("\\\n", "") + "".join(lines)


def _line(table: str, symbol: str, rows: pl.DataFrame) -> str:
    marks = (
        ", ".join(f"{name} {count}" for name, count in sorted(Counter(rows[column]).items()))
        for column in ("status", "evidence", "source_id")
    )
    cells = (f"[{table}](../parameters/{table}.csv)", f"`{symbol}`", str(rows.height), *marks)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    INDEX.write_text(index_text(), encoding="utf-8")
    sys.stderr.write(f"wrote {INDEX}\n")
