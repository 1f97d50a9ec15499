"""Write docs/data-dictionary.md and .zh.md: the views of the schema `bureau`, column by column."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from sinkcalc.store.connection import writing
from sinkcalc.store.published import PublishedColumn, PublishedView, published_views

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"en": DOCS / "data-dictionary.md", "zh": DOCS / "data-dictionary.zh.md"}
HEADS = {
    "en": """# Data dictionary

English | [中文](data-dictionary.zh.md)

Written by `python parameters/dictionary.py` from the catalogue of an empty database: do not edit.

The views of the schema `bureau`, for queries and publishing. The tables behind them, in the schema \
`main`, are in [tables](tables.md). The meanings stand in the database too: \
`SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'bureau'`, \
`SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'bureau'`.

The unit follows from the name, `<quantity>_<unit>[_per_<unit>][_se|_ci_low|_ci_high]`; `1` is a \
figure without dimension, a name in braces the unit that the row names in that column. A column \
`_zh` is the Chinese word of the code beside it; `bureau.en(code)` is the English one.

| view | one row |
|---|---|
""",
    "zh": """# 数据字典

[English](data-dictionary.md) | 中文

由 `python parameters/dictionary.py` 按空数据库的目录生成,勿手改。

模式 `bureau` 的视图,供查询与发布。其后 `main` 中的表见[数据表](tables.md)。\
各说明也写在数据库中:`SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'bureau'`、\
`SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'bureau'`。

单位由列名得出:`<量>_<单位>[_per_<单位>][_se|_ci_low|_ci_high]`;`1` 为无量纲,\
花括号中的列名表示单位写在该行的那一列。`_zh` 列是旁边代码的中文,英文用 `bureau.en(代码)`。

| 视图 | 一行是什么 |
|---|---|
""",
}
COLUMNS = {
    "en": "| column | type | unit | meaning |\n|---|---|---|---|\n",
    "zh": "| 列 | 类型 | 单位 | 含义 |\n|---|---|---|---|\n",
}


def dictionary_texts() -> dict[str, str]:
    """Return language -> text of the dictionary."""
    with tempfile.TemporaryDirectory() as folder, writing(Path(folder) / "made.duckdb") as con:
        views = published_views(con)
    return {
        "en": _text("en", views, lambda of: of.en),
        "zh": _text("zh", views, lambda of: of.zh),
    }


def _text(
    lang: str,
    views: list[PublishedView],
    said: Callable[[PublishedView | PublishedColumn], str],
) -> str:
    listed = "".join(f"| [{view.name}](#{view.name}) | {said(view)} |\n" for view in views)
    parts = [
        f"\n## {view.name}\n\n{said(view)}\n\n{COLUMNS[lang]}"
        + "".join(
            f"| `{column.name}` | {column.kind} | {column.unit} | {said(column)} |\n"
            for column in view.columns
        )
        for view in views
    ]
    return HEADS[lang] + listed + "".join(parts)


if __name__ == "__main__":
    for lang, text in dictionary_texts().items():
        PAGES[lang].write_text(text, encoding="utf-8")
        sys.stderr.write(f"wrote {PAGES[lang]}\n")
