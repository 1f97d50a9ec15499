"""Sheets in the layout of the project design document: parcels, pools, strata, parameters, dates."""

from typing import Final

from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.grid import users_of
from sinkcalc.ccer.project import Stratum
from sinkcalc.ccer.tables import (
    parameter_table,
    species_of,
    strata_in_order,
    stratum_areas,
)
from sinkcalc.coefficients.load import load_sources
from sinkcalc.report.ccer_book import HEAD_ROWS, Book, Sheet
from sinkcalc.report.ccer_levels import Places
from sinkcalc.report.ccer_words import Both, design_headings, heading, said, word

PARCEL_SHEET: Final = "A 地块 parcels"
POOL_SHEET: Final = "B.3 碳库 pools"
STRATA_SHEET: Final = "B.3 碳层 strata"
PARAMETER_SHEET: Final = "B.6.2 参数 parameters"
DATE_SHEET: Final = "C 日期 dates"
# before the columns of the design document: number of the stratum, stratum
_PARCEL_KEYS: Final = ("number", "stratum")
_PARCEL_FIRST: Final = HEAD_ROWS + 1
_STRATA_FIRST: Final = HEAD_ROWS + 1
_NUMBER_COLUMN, _NAME_COLUMN, _AREA_COLUMN = 0, 1, 5
# what the file of the project does not hold, and the owner has to write
OWNER: Final = "由业主填写 · to be written by the owner"


def parcel_sheet(book: Book, dossier: Dossier, places: Places) -> None:
    """Write the parcels; a parcel's stratum is its number, so that areas follow when it changes."""
    sheet = book.sheet(PARCEL_SHEET, ("A 项目地块", "parcels of the project"))
    columns = design_headings(
        "parcels",
        "parcel_id",
        "place",
        "coordinates",
        "area_ha",
        "tenure",
        "land_before",
        "planted",
        "species",
        "mixing",
        "density_per_ha",
    )
    sheet.headings(
        HEAD_ROWS, [*(heading(name) for name in _PARCEL_KEYS), *columns, heading("outcome")]
    )
    sheet.widths(8, 9, 16, 30, 22, 12, 28, 14, 12, 22, 12, 12, 12)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 3)
    strata = {one.stratum: one for one in strata_in_order(dossier)}
    names = f"'{STRATA_SHEET}'!$B${_STRATA_FIRST + 1}:$B${_STRATA_FIRST + len(strata)}"
    for line, row in enumerate(dossier.parcels.iter_rows(named=True), start=_PARCEL_FIRST):
        sheet.number(line, 0, places.numbers[row["stratum"]], "yr")
        sheet.formula(line, 1, f"INDEX({names},A{line + 1})", row["stratum"])
        _parcel(sheet, line, row, strata[row["stratum"]])
        sheet.text(line, 12, said(row["outcome"]), row["outcome"])
    total = _PARCEL_FIRST + dossier.parcels.height
    area = sheet.column_range(_AREA_COLUMN, _PARCEL_FIRST, total - 1).split("!")[1]
    sheet.text(total, 2, "合计 total", "total")
    value = float(sum(stratum_areas(dossier.plan).values()))
    sheet.formula(total, _AREA_COLUMN, f"SUM({area})", value, "ha", "total")


def _parcel(sheet: Sheet, line: int, row: dict[str, object], stratum: Stratum) -> None:
    parts = [
        row.get(name) for name in ("region_code", "township", "village", "compartment", "stand_id")
    ]
    corners = [row.get(name) for name in ("longitude", "latitude")]
    tenure = [row.get(name) for name in ("tenure_kind", "tenure_number")]
    species = row.get("planted_species")
    planted = row.get("start_date") or row.get("planted_year") or row.get("start_year")
    years = dict.fromkeys(str(part.planted) for part in stratum.project.trees)
    sheet.text(line, 2, str(row["parcel_id"]), "input")
    sheet.text(line, 3, _joined(parts, " / "))
    sheet.text(line, 4, _joined(corners, ", "))
    area = row["area_ha"]
    sheet.number(line, _AREA_COLUMN, float(str(area)), "ha")
    sheet.text(line, 6, _joined(tenure, " "))
    sheet.text(line, 7, said(_text(row.get("vegetation_class"))))
    sheet.text(line, 8, _text(planted) or _joined(list(years), ", "))
    planned = dict.fromkeys(said(name) for name in species_of(stratum))
    sheet.text(line, 9, said(_text(species)) or _joined(list(planned), ", "))
    mixed = len(planned) > 1
    sheet.text(line, 10, "混交 mixed" if mixed else "纯林 pure")
    density = row.get("density_per_ha")
    sheet.number(line, 11, stratum.density_per_ha if density is None else float(str(density)), "yr")


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _joined(values: list[object] | list[str], between: str) -> str:
    return between.join(str(value) for value in values if value not in (None, ""))


def pool_sheet(book: Book, dossier: Dossier) -> None:
    """Write the pools and sources; an optional one as the project has chosen."""
    sheet = book.sheet(
        POOL_SHEET, ("B.3 碳库与温室气体排放源", "carbon pools and sources of emission")
    )
    columns = design_headings("pools", "scenario", "pool", "gas", "included", "reason")
    rest = [heading(name) for name in ("item_id", "source_id", "locator", "status", "evidence")]
    sheet.headings(HEAD_ROWS, [*columns, *rest])
    sheet.widths(16, 24, 10, 14, 52, 24, 14, 30, 12, 12)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 0)
    for line, row in enumerate(dossier.pack.tables["pools"].iter_rows(named=True), HEAD_ROWS + 1):
        included = row["included"]
        if included == "optional":
            chosen = dossier.project.pools.get(row["pool"], False)
            included = "optional_counted" if chosen else "optional_left_out"
        texts = [said(row["scenario"]), said(row["pool"]), row["gas"], said(included)]
        for place, text in enumerate([*texts, f"{row['reason_zh']} · {row['reason_en']}"]):
            sheet.text(line, place, text, "wrapped")
        for place, name in enumerate(("item_id", "source_id", "locator"), start=5):
            sheet.text(line, place, row[name], "wrapped")
        sheet.text(line, 8, said(row["status"]))
        sheet.text(line, 9, said(row["evidence"]))


def strata_sheet(book: Book, dossier: Dossier, places: Places) -> None:
    """Write the strata of the project; their areas are sums over the sheet of parcels."""
    sheet = book.sheet(STRATA_SHEET, ("B.3 项目碳层", "strata of the project, ex ante"))
    columns = design_headings(
        "strata", "stratum", "species", "planted", "density_per_ha", "area_ha", "management"
    )
    sheet.headings(HEAD_ROWS, [heading("number"), *columns, heading("baseline_vegetation")])
    sheet.widths(8, 12, 34, 14, 14, 14, 34, 40)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 2)
    last = _PARCEL_FIRST + dossier.parcels.height - 1
    areas = f"'{PARCEL_SHEET}'!$F${_PARCEL_FIRST + 1}:$F${last + 1}"
    numbers = f"'{PARCEL_SHEET}'!$A${_PARCEL_FIRST + 1}:$A${last + 1}"
    known = stratum_areas(dossier.plan)
    line = _STRATA_FIRST
    for line, one in enumerate(strata_in_order(dossier), start=_STRATA_FIRST):
        sheet.number(line, _NUMBER_COLUMN, places.numbers[one.stratum], "yr", "text")
        sheet.text(line, _NAME_COLUMN, one.stratum, "input")
        sheet.text(
            line, 2, _joined(list(dict.fromkeys(map(said, species_of(one)))), ", "), "wrapped"
        )
        years = dict.fromkeys(str(part.planted) for part in one.project.trees)
        sheet.text(line, 3, ", ".join(years))
        sheet.number(line, 4, one.density_per_ha, "yr")
        formula = f"SUMIFS({areas},{numbers},$A{line + 1})"
        sheet.formula(line, _AREA_COLUMN, formula, known[one.stratum], "ha")
        places.areas[one.stratum] = sheet.cell(line, _AREA_COLUMN)
        sheet.text(line, 6, one.management, "wrapped")
        sheet.text(line, 7, _baseline(one), "wrapped")
    sheet.text(line + 1, 1, "合计 total", "total")
    formula = f"SUM(F{_STRATA_FIRST + 1}:F{line + 1})"
    sheet.formula(line + 1, _AREA_COLUMN, formula, float(sum(known.values())), "ha", "total")


def _baseline(stratum: Stratum) -> str:
    parts = [said(part.species) for part in (*stratum.baseline.trees, *stratum.baseline.bamboo)]
    if stratum.baseline.shrub_cover:
        parts.append("灌木 shrubs")
    return ", ".join(dict.fromkeys(parts)) or "无 none"


def parameter_sheet(book: Book, dossier: Dossier, places: Places) -> None:
    """Write every parameter of the plan; a parameter of all rows has a name that formulas use."""
    title = ("B.6.2 项目设计阶段确定的参数", "parameters fixed at the design of the project")
    sheet = book.sheet(PARAMETER_SHEET, title)
    columns = design_headings(
        "fixed_parameters",
        "name",
        "equations",
        "description",
        "unit",
        "source",
        "value",
        "justification",
        "use",
        "note",
    )
    extra = [heading(name) for name in ("symbol", "key", "parameter_id", "evidence", "verified")]
    sheet.headings(HEAD_ROWS, [*extra[:2], *columns, *extra[2:]])
    sheet.widths(20, 16, 28, 22, 34, 13, 40, 14, 34, 22, 34, 30, 12, 10)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 2)
    users = users_of(dossier.plan)
    shared = {place: symbol for symbol, place in dossier.plan.shared.items()}
    code = f"{dossier.pack.code}."
    for place, row in enumerate(parameter_table(dossier).iter_rows(named=True)):
        line = HEAD_ROWS + 1 + place
        zh, en = heading(row["symbol"])
        used = users.get(row["symbol"], [])
        titles = [_equation_titles(dossier).get(one.equation_id, ("", "")) for one in used]
        sheet.text(line, 0, row["symbol"], "key")
        sheet.text(line, 1, said(row["key"]))
        sheet.text(line, 2, zh if zh == en else f"{zh} · {en}", "wrapped")
        sheet.text(
            line, 3, ", ".join(one.equation_id.removeprefix(code) for one in used), "wrapped"
        )
        sheet.text(line, 4, row["note"] or row["locator"], "wrapped")
        sheet.text(line, 5, row["unit"])
        sheet.text(line, 6, _source(row["source_id"], row["locator"]), "wrapped")
        sheet.number(line, 7, row["value"], "parameter")
        sheet.text(line, 8, _grounds(row["status"], row["evidence"]), "wrapped")
        sheet.text(line, 9, "; ".join(dict.fromkeys(zh for zh, _ in titles)), "wrapped")
        sheet.text(line, 10, row["note"], "wrapped")
        sheet.text(line, 11, row["parameter_id"], "wrapped")
        sheet.text(line, 12, said(row["evidence"]))
        sheet.text(line, 13, {True: "✓", False: "✗"}.get(row["verified"], ""))
        cell = sheet.cell(line, 7)
        places.parameters[place] = cell
        if place in shared:
            name = f"p_{shared[place]}"
            book.file.define_name(name, f"={cell}")
            places.parameters[place] = name


def _equation_titles(dossier: Dossier) -> dict[str, Both]:
    rows = dossier.pack.tables["equations"].select("item_id", "title_zh", "title_en").iter_rows()
    return {name: (zh, en) for name, zh, en in rows}


def _source(source_id: str | None, locator: str | None) -> str:
    known = load_sources().get(source_id or "")
    title = known["title"] if known else None
    return _joined([source_id, title, locator], "\n")


def _grounds(status: str | None, evidence: str | None) -> str:
    """Say on what a value rests."""
    words = [word(one) for one in (status, evidence) if one]
    return " · ".join([", ".join(zh for zh, _ in words), ", ".join(en for _, en in words)])


def date_sheet(book: Book, dossier: Dossier) -> None:
    """Write the dates of the project; what its file does not hold is left to the owner."""
    sheet = book.sheet(DATE_SHEET, ("C 项目开工时间、寿命期限与计入期", "dates of the project"))
    project, periods = dossier.project, dossier.plan.periods
    sheet.widths(44, 34, 60)
    lines: list[tuple[str, object]] = [
        ("start", project.start),
        ("lifetime", OWNER),
        ("crediting_start", project.crediting_start),
        ("crediting_end", periods[-1].last),
        ("crediting_years", project.crediting_years),
    ]
    for line, (name, value) in enumerate(lines, start=HEAD_ROWS):
        sheet.text(line, 0, " · ".join(heading(name)), "key")
        if isinstance(value, str):
            sheet.text(line, 1, value, "quiet")
        elif isinstance(value, int):
            sheet.number(line, 1, value, "yr")
        else:
            sheet.day(line, 1, value)  # type: ignore[arg-type]
