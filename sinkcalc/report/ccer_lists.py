"""Sheets that a reader looks things up in: equations, screening, what is not verified, notes."""

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.grid import used_equations
from sinkcalc.coefficients.load import load_sources
from sinkcalc.report.ccer_book import HEAD_ROWS, Book, Sheet
from sinkcalc.report.ccer_levels import Places
from sinkcalc.report.ccer_words import Both, heading, said

EQUATION_SHEET: Final = "公式 equations"
SCREENING_SHEET: Final = "筛查 screening"
EXCLUDED_SHEET: Final = "排除地块 excluded"
UNVERIFIED_SHEET: Final = "未核对 unverified"
NOTE_SHEET: Final = "说明 notes"
_MARK: Final = {"pass": "✓", "fail": "✗", "unknown": "?"}
_FOLLOW: Final = (
    (
        "怎样追一个数:从 B.6.4 的一格点到“项目计算”,再由公式到碳层、林木、输入与参数;"
        "每个算出的格都是公式,其编号在表头第三行,条文与出处在“公式”表",
        "how to follow a number: from a cell of B.6.4 to “项目计算 project”, and by its formula on "
        "to strata, trees, inputs and parameters; every computed cell is a formula, its equation "
        "stands in the third line of the heading, its text and source on the sheet of equations",
    ),
    (
        "颜色:蓝字黄底为输入,绿字为引用别的格,黑字为公式,灰色 0 表示该情景没有此项",
        "colours: blue on yellow is input, green refers to another cell, black is a formula, a "
        "grey 0 says that the scenario has no such term",
    ),
    (
        "“=0”的格:本项目不计的碳库或排放,其公式未用;只把开关(include_…)改成 1 不会计入,"
        "须在项目文件中选入并重新导出",
        "a cell “=0” belongs to a pool or emission that the project does not count: its equation "
        "is idle, and a switch (include_…) set to 1 here does not count it; choose the pool in the "
        "project file and export anew",
    ),
    (
        "t = 0 是计入期前一日的状态;t = 1 起为计入期各年,YYYYMMDD–YYYYMMDD",
        "t = 0 is the state on the day before the crediting period; t = 1 and on are its years",
    ),
    (
        "清除量为正;泄漏、火灾排放与扣减也以正数列出,在公式中减去",
        "removals are positive; leakage, emissions of fire and deductions are positive too and are "
        "taken off in the equations",
    ),
    (
        "碳储量单位 t C 与 t CO2e 由 44/12 换算,不混用",
        "t C and t CO2e differ by 44/12 and are never mixed",
    ),
)


def equation_sheet(book: Book, dossier: Dossier, places: Places) -> None:
    """Write the equations that are made, with the column they are written in."""
    sheet = book.sheet(EQUATION_SHEET, ("公式", "equations"))
    names = (
        "equation",
        "text_number",
        "level",
        "scenario",
        "symbol",
        "title_zh",
        "title_en",
        "expression",
        "unit",
        "source_id",
        "locator",
        "status",
        "evidence",
        "note",
        "written_in",
    )
    sheet.headings(HEAD_ROWS, [heading(name) for name in names])
    sheet.widths(24, 10, 14, 14, 22, 26, 30, 60, 13, 14, 40, 12, 12, 40, 24)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 1)
    known = {row["item_id"]: row for row in dossier.pack.tables["equations"].iter_rows(named=True)}
    code = f"{dossier.pack.code}."
    for line, one in enumerate(used_equations(dossier.plan), start=HEAD_ROWS + 1):
        row = known.get(one.equation_id, {})
        texts = {
            **row,
            "equation": one.equation_id.removeprefix(code),
            "level": said(one.level),
            "scenario": said(one.scenario),
            "symbol": one.symbol,
            "expression": one.expression.text,
            "unit": one.unit,
            "status": said(row.get("status")),
            "evidence": said(row.get("evidence")),
        }
        for place, name in enumerate(names[:-1]):
            sheet.text(line, place, texts.get(name), "key" if place == 0 else "wrapped")
        where = places.cell(one.level, one.symbol, 0).replace("$", "")
        sheet.page.write_url(line, len(names) - 1, f"internal:{where}", book.format("link"), where)


def screening_sheet(book: Book, dossier: Dossier) -> None:
    """Write every rule for every parcel that was screened: passed, failed, not known."""
    sheet = book.sheet(SCREENING_SHEET, ("适用条件筛查", "screening of the parcels"))
    sheet.text(2, 0, "✓ 符合 passes  ✗ 不符合 fails  ? 未知 not known (未知不算符合)", "quiet")
    rows = dossier.screening
    rules = rows.unique("rule_id", keep="first", maintain_order=True)
    code = f"{dossier.pack.code}."
    titles = [
        (f"{row['rule_id'].removeprefix(code)} {row['title_zh']}", row["title_en"])
        for row in rules.iter_rows(named=True)
    ]
    sheet.headings(HEAD_ROWS, [heading("parcel_id"), heading("outcome"), *titles])
    sheet.heights[HEAD_ROWS] = 90
    sheet.widths(18, 16, *([15] * rules.height))
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 2)
    place_of = {name: place for place, name in enumerate(rules["rule_id"], start=2)}
    outcomes = {**_outcomes(dossier.parcels), **_outcomes(dossier.excluded)}
    lines = {parcel: line for line, parcel in enumerate(outcomes, start=HEAD_ROWS + 1)}
    for parcel, line in lines.items():
        sheet.text(line, 0, parcel)
        sheet.text(line, 1, said(outcomes[parcel]), outcomes[parcel])
    for parcel, rule, outcome in rows.select("parcel_id", "rule_id", "outcome").iter_rows():
        sheet.text(lines[parcel], place_of[rule], _MARK[outcome], outcome)


def _outcomes(frame: pl.DataFrame) -> dict[str, str]:
    return dict(frame.select("parcel_id", "outcome").iter_rows())


def excluded_sheet(book: Book, dossier: Dossier) -> None:
    """Write the parcels left out: a line a rule that they do not pass, with what decided."""
    sheet = book.sheet(EXCLUDED_SHEET, ("排除的地块及原因", "parcels left out, and why"))
    names = ("parcel_id", "area_ha", "rule_id", "rule", "outcome", "fields", "found", "reason")
    sheet.headings(HEAD_ROWS, [heading(name) for name in names])
    sheet.widths(18, 12, 24, 34, 16, 30, 30, 60)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 1)
    areas = dict(dossier.excluded.select("parcel_id", "area_ha").iter_rows())
    decisive = dossier.screening.filter(
        pl.col("parcel_id").is_in(list(areas)), pl.col("outcome") != "pass"
    )
    line = HEAD_ROWS + 1
    for line, row in enumerate(decisive.iter_rows(named=True), start=HEAD_ROWS + 1):
        sheet.text(line, 0, row["parcel_id"])
        sheet.number(line, 1, areas[row["parcel_id"]], "ha", "text")
        sheet.text(line, 2, row["rule_id"])
        sheet.text(line, 3, f"{row['title_zh']} · {row['title_en']}", "wrapped")
        sheet.text(line, 4, said(row["outcome"]), row["outcome"])
        sheet.text(line, 5, row["fields"], "wrapped")
        sheet.text(line, 6, row["found"], "wrapped")
        sheet.text(line, 7, f"{row['reason_zh']} · {row['reason_en']}", "wrapped")
    if decisive.is_empty():
        sheet.text(line, 0, "没有 none")


def unverified_sheet(book: Book, dossier: Dossier) -> None:
    """Write the items that nobody has checked against the text."""
    sheet = book.sheet(UNVERIFIED_SHEET, ("未核对的条目", "items that are not verified"))
    sheet.text(
        2,
        0,
        "这些条目凭记忆或假定,或由项目以自己的数替代,尚未核对;逐条核对后用 sinkcalc params "
        "verify 记录 · recalled, assumed, or replaced by a figure of the project, and not checked: "
        "check each and record it with sinkcalc params verify",
        "quiet",
    )
    names = (
        "item_id",
        "kind",
        "text",
        "value",
        "shipped_value",
        "unit",
        "source_id",
        "locator",
        "status",
        "evidence",
        "verification",
        "note",
    )
    sheet.headings(HEAD_ROWS, [heading(name) for name in names])
    sheet.widths(40, 12, 60, 12, 12, 12, 14, 36, 14, 14, 14, 40)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 1)
    line = _item_lines(sheet, HEAD_ROWS + 1, dossier.unverified, names)
    sheet.text(
        line + 1,
        0,
        "项目自己的数据(方法学不给数值,出处由项目说明) · the project's own figures, which no "
        "methodology gives, with the source that the project names",
        "quiet",
    )
    sheet.headings(line + 2, [heading(name) for name in names])
    _item_lines(sheet, line + 3, dossier.own_figures, names)


def _item_lines(sheet: Sheet, first: int, items: pl.DataFrame, names: Sequence[str]) -> int:
    """Write items, one a line; return the line after them."""
    for line, row in enumerate(items.iter_rows(named=True), start=first):
        for place, name in enumerate(names):
            value = row[name]
            if name in ("kind", "status", "evidence", "verification"):
                value = said(value)
            sheet.text(line, place, None if value is None else str(value), "wrapped")
    if items.is_empty():
        sheet.text(first, 0, "没有 none")
    return first + max(items.height, 1)


def note_sheet(book: Book, dossier: Dossier) -> None:
    """Write how to read the workbook, what has to be said of the project, and its input files."""
    sheet = book.sheet(NOTE_SHEET, ("说明", "notes"))
    sheet.widths(70, 70)
    line = HEAD_ROWS
    for zh, en in (*dossier.notes, *_FOLLOW):
        sheet.text(line, 0, zh, "wrapped")
        sheet.text(line, 1, en, "wrapped")
        line += 1
    files = [("输入文件", "input file"), ("SHA-256", "SHA-256")]
    line = _pairs(sheet, line + 1, files, dossier.inputs.items())
    sources = [("来源", "source"), ("文献", "title")]
    _pairs(sheet, line + 1, sources, _sources(dossier))


def _pairs(sheet: Sheet, line: int, titles: list[Both], rows: Iterable[tuple[str, str]]) -> int:
    sheet.headings(line, titles)
    last = line
    for last, (name, text) in enumerate(rows, start=line + 1):
        sheet.text(last, 0, name)
        sheet.text(last, 1, text, "wrapped")
    return last + 1


def _sources(dossier: Dossier) -> list[tuple[str, str]]:
    """Return the sources that parameters and items name, with their titles."""
    named = {*dossier.plan.parameters["source_id"], *dossier.items["source_id"]}
    known = load_sources()
    return [(name, known[name]["title"]) for name in sorted(named - {None}) if name in known]
