"""Write the lists of queries in docs/queries.md and docs/queries.zh.md; the text above stays."""

import sys
from pathlib import Path

from sinkcalc.store.queries import shipped_queries
from sinkcalc.store.query_header import Query

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"en": DOCS / "queries.md", "zh": DOCS / "queries.zh.md"}
MARK = "<!-- written by python sql/index.py: do not edit below -->\n"
_WORDS = {
    "en": ("query", "title", "parameters", "columns", "one row for each", "command"),
    "zh": ("查询", "标题", "参数", "列", "一行一个", "命令"),
}


def page_text(lang: str) -> str:
    """Return a page: what stands above the mark, and the queries as they are shipped."""
    head = PAGES[lang].read_text(encoding="utf-8").partition(MARK)[0]
    queries = list(shipped_queries().values())
    query, title, *_ = _WORDS[lang]
    table = [f"| {query} | {title} |", "|---|---|"]
    table += [
        f"| [`{one.name}`](#{one.name}) | {getattr(one, f'title_{lang}')} |" for one in queries
    ]
    sections = [_section(one, lang) for one in queries]
    return head + MARK + "\n" + "\n".join(table) + "\n" + "".join(sections)


def _section(query: Query, lang: str) -> str:
    _, _, parameters, columns, grain, command = _WORDS[lang]
    lines = [
        f"\n### {query.name}\n",
        f"**{getattr(query, f'title_{lang}')}** {getattr(query, f'question_{lang}')}\n",
    ]
    for one in query.parameters:
        optional = "?" if one.optional else ""
        lines.append(
            f"- {parameters}: `{one.name}` {one.kind}{optional}, {getattr(one, lang)} "
            f"(`-p {one.name}={one.example}`)"
        )
    shown = ", ".join(
        f"`{one.name}` {getattr(one, lang)}" + (f" [{one.unit}]" if one.unit else "")
        for one in query.returns
    )
    lines += [
        f"- {columns}: {shown}",
        f"- {grain}: {', '.join(f'`{name}`' for name in query.grain)}",
        f"- {command}: `{query.command}`",
        f"- [SQL](../sql/queries/bureau/{query.name}.sql)",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for page_lang, page in PAGES.items():
        page.write_text(page_text(page_lang), encoding="utf-8")
        sys.stdout.write(f"wrote {page}\n")
