"""Write docs/parameters.md: how many coefficients of what status, evidence and source there are."""

import sys
from collections import Counter
from pathlib import Path

import polars as pl

from sinkcalc.ccer.items import pack_items
from sinkcalc.coefficients.load import all_parameters
from sinkcalc.coefficients.packs import pack_codes, read_pack

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

PACKS = """
## 方法学包 · Packs of methodologies

每行一个方法学的一类条款;逐条查看:`sinkcalc ccer packs 编号`。

One line a kind of item of a methodology; item by item: `sinkcalc ccer packs CODE`.

| pack | kind | rows | status | evidence | sources |
|---|---|---|---|---|---|
"""


def index_text() -> str:
    """Return the text of the index."""
    groups = all_parameters().group_by("table", "symbol", maintain_order=True)
    lines = [
        _line(f"[{table}](../parameters/{table}.csv)", str(symbol), rows)
        for (table, symbol), rows in groups
    ]
    packs = [
        _line(f"[{code}](../parameters/ccer/{code}/pack.toml)", str(kind), rows)
        for code in pack_codes()
        for (kind,), rows in pack_items(read_pack(code)).group_by("kind", maintain_order=True)
    ]
    return HEAD.replace("\\\n", "") + "".join(lines) + PACKS + "".join(packs)


def _line(link: str, name: str, rows: pl.DataFrame) -> str:
    marks = (
        ", ".join(f"{name} {count}" for name, count in sorted(Counter(rows[column]).items()))
        for column in ("status", "evidence", "source_id")
    )
    cells = (link, f"`{name}`", str(rows.height), *marks)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    INDEX.write_text(index_text(), encoding="utf-8")
    sys.stderr.write(f"wrote {INDEX}\n")
