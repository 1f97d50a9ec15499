"""Write docs/checks.md: every rule that a record is checked by."""

import csv
import sys
from pathlib import Path

HERE = Path(__file__).parent
INDEX = HERE.parent / "docs" / "checks.md"
TABLES = {
    "stand_rules": "小班与各种文件 · Stands, and files of any kind",
    "plot_rules": "样地、样木、层 · Plots, trees, strata",
    "wetland_rules": "湿地、土芯、保护地、农田 · Wetlands, soil cores, protected areas, farmland",
    "sample_rules": "校准的样本 · Samples of calibrations",
    "parcel_rules": "碳汇项目的地块 · Parcels of carbon projects",
}
HEAD = """# 检查规则 · Checks of records

由 `python parameters/checks.py` 按 [stand_rules.csv](../parameters/stand_rules.csv)、\
[plot_rules.csv](../parameters/plot_rules.csv) 与 \
[wetland_rules.csv](../parameters/wetland_rules.csv) 生成,勿手改 · \
Written by `python parameters/checks.py`: do not edit.

`error` 拒收该行,`warn` 入库并提示,`stop` 全部不入库 · \
`error` rejects the row, `warn` loads and reports it, `stop` refuses the whole load. \
界限以入库单位计 · Bounds are in the stored unit.

"""
TABLE_HEAD = """| rule | severity | bounds | 原因 | reason | source |
|---|---|---|---|---|---|
"""


def checks_text() -> str:
    """Return the text of the list."""
    return HEAD.replace("\\\n", "") + "\n".join(
        f"## {title}\n\n{_rows(name)}" for name, title in TABLES.items()
    )


def _rows(name: str) -> str:
    with (HERE / f"{name}.csv").open(encoding="utf-8") as file:
        return TABLE_HEAD + "".join(map(_line, csv.DictReader(file)))


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
