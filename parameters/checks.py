"""Write docs/checks.md: every rule that a stand record is checked by."""

import csv
import sys
from pathlib import Path

HERE = Path(__file__).parent
INDEX = HERE.parent / "docs" / "checks.md"
HEAD = """# 检查规则 · Checks of stand records

由 `python parameters/checks.py` 按 [stand_rules.csv](../parameters/stand_rules.csv) 生成,勿手改 · \
Written by `python parameters/checks.py`: do not edit.

`error` 拒收该行,`warn` 入库并提示 · `error` rejects the row, `warn` loads and reports it. \
界限以入库单位计 · Bounds are in the stored unit.

| rule | severity | bounds | 原因 | reason | source |
|---|---|---|---|---|---|
"""


def checks_text() -> str:
    """Return the text of the list."""
    with (HERE / "stand_rules.csv").open(encoding="utf-8") as file:
        return HEAD.replace("\\\n", "") + "".join(map(_line, csv.DictReader(file)))


def _line(row: dict[str, str]) -> str:
    low, high, unit = row["min"], row["max"], row["unit"]
    bounds = "–".join([low, high]) if low and high else f"≥ {low}" if low else f"≤ {high}"
    if not low and not high:
        bounds = ""
    elif unit not in ("", "1"):
        bounds += f" {unit}"
    filled = {name: "…" for name in ("header", "unit", "code_set", "encoding")}
    reasons = (
        row[name].format(min=low, max=high, **filled).replace("|", "\\|")
        for name in ("reason_zh", "reason_en")
    )
    cells = (f"`{row['rule']}`", row["severity"], bounds, *reasons, row["source_id"])
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    INDEX.write_text(checks_text(), encoding="utf-8")
    sys.stderr.write(f"wrote {INDEX}\n")
