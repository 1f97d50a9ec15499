"""A project's tables as a workbook in which every computed cell is a formula with its value."""

from typing import Final

import numpy as np

from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.grid import Column, columns_of
from sinkcalc.ccer.tables import input_units, stratum_areas
from sinkcalc.report.ccer_book import HEAD_ROWS, Book, Sheet
from sinkcalc.report.ccer_input_sheets import input_sheets
from sinkcalc.report.ccer_levels import Places, level_sheet
from sinkcalc.report.ccer_lists import (
    equation_sheet,
    excluded_sheet,
    note_sheet,
    screening_sheet,
    unverified_sheet,
)
from sinkcalc.report.ccer_pdd import (
    date_sheet,
    parameter_sheet,
    parcel_sheet,
    pool_sheet,
    strata_sheet,
)
from sinkcalc.report.ccer_results import Figures, ex_ante_sheet, monitored_sheet, summary_sheet
from sinkcalc.report.ccer_words import Both, heading, said

COVER_SHEET: Final = "封面 cover"


def project_workbook(dossier: Dossier) -> bytes:
    """Write the tables of the project design document, with the computation behind them.

    A parameter stands once, on the sheet of parameters, an input once, on the sheets of parcels,
    strata or inputs; the sheets of the levels hold the equations of the methodology as formulas,
    the same lines that the program computes. Cached values are those of the program. The same
    dossier gives the same bytes.

    Returns
    -------
    The XLSX file.

    Raises
    ------
    SinkcalcError
        If a computed cell has no value.
    """
    plan = dossier.plan
    book = Book(tuple((stamp.zh, stamp.en) for stamp in dossier.stamps))
    columns: dict[str, list[Column]] = {
        level.name: columns_of(plan, level, dossier.results, input_units(dossier.pack))
        for level in plan.levels
        if not level.rows.is_empty()
    }
    places = Places(numbers={name: n for n, name in enumerate(stratum_areas(plan), start=1)})
    figures = Figures(
        places,
        {
            (name, column.symbol): np.ascontiguousarray(column.values).ravel().tolist()
            for name, of_level in columns.items()
            for column in of_level
        },
    )
    cover = book.sheet(COVER_SHEET, ("项目碳汇计算书", "carbon project: calculation workbook"))
    parcel_sheet(book, dossier, places)
    pool_sheet(book, dossier)
    strata_sheet(book, dossier, places)
    parameter_sheet(book, dossier, places)
    input_sheets(book, dossier, columns, places)
    for level in plan.levels:
        if not level.rows.is_empty():
            level_sheet(book, dossier, level, columns[level.name], places)
    ex_ante_sheet(book, dossier, figures)
    totals = summary_sheet(book, plan, figures)
    monitored_sheet(book, dossier, figures)
    date_sheet(book, dossier)
    equation_sheet(book, dossier, places)
    screening_sheet(book, dossier)
    excluded_sheet(book, dossier)
    unverified_sheet(book, dossier)
    note_sheet(book, dossier)
    _cover(cover, dossier, totals)
    return book.close()


def _cover(sheet: Sheet, dossier: Dossier, totals: dict[str, tuple[str, float]]) -> None:
    sheet.widths(52, 76)
    sheet.page.fit_to_pages(1, 1)
    pack, project, plan = dossier.pack, dossier.project, dossier.plan
    period = f"{plan.periods[1].first.isoformat()} – {plan.periods[-1].last.isoformat()}"
    lines: list[tuple[str, str]] = [
        ("project_name", project.name),
        ("project_id", project.project_id),
        ("owner", project.owner),
        ("methodology", f"{pack.code} {pack.title_zh} · {pack.title_en}"),
        ("standing", said(pack.standing)),
        ("pack_version", pack.version),
        ("start", project.start.isoformat()),
        ("crediting_period", f"{period} ({len(plan.periods) - 1})"),
        ("gwp_set", project.gwp_set),
        ("included_parcels", str(dossier.parcels.height)),
        ("unknown_parcels", str(dossier.unknown_parcels)),
        ("excluded_parcels", str(dossier.excluded.height)),
        ("unverified_items", str(dossier.unverified.height)),
        ("run_id", dossier.run_id),
        ("program_version", f"sinkcalc {dossier.program_version}"),
    ]
    line = HEAD_ROWS
    for line, (name, value) in enumerate(lines, start=HEAD_ROWS):
        sheet.text(line, 0, _said_heading(heading(name)), "key")
        sheet.text(line, 1, value, "wrapped")
    for name, (cell, total) in totals.items():
        line += 1
        sheet.text(line, 0, _said_heading(heading(f"cover.{name}")), "key")
        unit = "t" if name == "creditable" else "t CO2e"
        sheet.formula(line, 1, cell, total, unit, "total")
    _contents(sheet, line + 2)


def _said_heading(both: Both) -> str:
    return " · ".join(both)


def _contents(sheet: Sheet, line: int) -> None:
    """List the sheets, each with a link to it."""
    sheet.text(line, 0, "目录 · contents", "bold")
    for place, (name, (zh, en)) in enumerate(sheet.book.titles[1:], start=line + 1):
        sheet.page.write_url(place, 0, f"internal:'{name}'!A1", sheet.book.format("link"), name)
        sheet.text(place, 1, f"{zh} · {en}")
