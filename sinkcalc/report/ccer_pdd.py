"""Sheets of the project design document: parcels, pools, strata, parameters, dates."""

from typing import Any, Final

from sinkcalc.ccer.dossier import Dossier
from sinkcalc.ccer.grid import users_of
from sinkcalc.ccer.project import Stratum
from sinkcalc.ccer.tables import (
    parameter_table,
    parts_of,
    species_of,
    strata_in_order,
    stratum_areas,
)
from sinkcalc.report.ccer_book import HEAD_ROWS, Book, Sheet
from sinkcalc.report.ccer_levels import AREA, Places
from sinkcalc.report.ccer_words import Both, county, design, heading, said, title_of

PARCEL_SHEET: Final = "A 地块 parcels"
POOL_SHEET: Final = "B.3 碳库 pools"
STRATA_SHEET: Final = "B.3 碳层 strata"
PARAMETER_SHEET: Final = "B.6.2 参数 parameters"
DATE_SHEET: Final = "C 日期 dates"
# before the columns of the design document stand the number of the stratum and its name
_PARCEL_KEYS: Final = ("number", "stratum")
_FIRST: Final = HEAD_ROWS + 1
_PARCEL_UNITS: Final = {
    AREA: "ha",
    "density_per_ha": "yr",
    "longitude": "degree",
    "latitude": "degree",
}
# what the file of the project does not hold, and the owner has to write
OWNER: Final = "由业主填写 · to be written by the owner"
_UNUSED: Final = "本项目未用 · not used by this project"


def parcel_sheet(book: Book, dossier: Dossier, places: Places) -> None:
    """Write the parcels; a parcel's stratum is its number, so that areas follow when it changes."""
    layout = design("parcels")
    sheet = book.sheet(PARCEL_SHEET, layout.title)
    keys = [heading(name) for name in _PARCEL_KEYS]
    sheet.headings(HEAD_ROWS, [*keys, *layout.columns.values(), heading("outcome")])
    place_of = {name: place for place, name in enumerate(layout.columns, start=len(keys))}
    widths = {
        "parcel_id": 16,
        "tenure_number": 26,
        "planted_species": 24,
        "vegetation_class": 16,
        "county": 22,
        "stand_id": 34,
        "density_per_ha": 18,
    }
    sheet.widths(7, 10, *(widths.get(name, 11) for name in layout.columns), 14)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, len(keys) + 1)
    strata = {one.stratum: one for one in strata_in_order(dossier)}
    names = f"'{STRATA_SHEET}'!$B${_FIRST + 1}:$B${_FIRST + len(strata)}"
    for line, row in enumerate(dossier.parcels.iter_rows(named=True), start=_FIRST):
        sheet.number(line, 0, places.numbers[row["stratum"]], "yr")
        sheet.formula(line, 1, f"INDEX({names},A{line + 1})", row["stratum"])
        for name, value in _parcel(row, strata[row["stratum"]]).items():
            _cell(sheet, line, place_of[name], name, value)
        sheet.text(line, len(keys) + len(place_of), said(row["outcome"]), row["outcome"])
    last = _FIRST + dossier.parcels.height - 1
    places.parcel_areas = sheet.column_range(place_of[AREA], _FIRST, last)
    places.parcel_strata = sheet.column_range(0, _FIRST, last)
    sheet.text(last + 1, len(keys), "合计 total", "total")
    value = float(sum(stratum_areas(dossier.plan).values()))
    formula = f"SUM({places.parcel_areas})"
    sheet.formula(last + 1, place_of[AREA], formula, value, "ha", "total")


def _cell(sheet: Sheet, line: int, place: int, name: str, value: object) -> None:
    if isinstance(value, float):
        sheet.number(line, place, value, _PARCEL_UNITS.get(name, ""))
    else:
        sheet.text(line, place, _text(value), "input" if name == "parcel_id" else "wrapped")


def _parcel(row: dict[str, object], stratum: Stratum) -> dict[str, object]:
    """Return the columns of the design document; what a parcel does not say is of its stratum."""
    planted = row.get("planted_year") or row.get("start_date") or row.get("start_year")
    years = dict.fromkeys(str(part.planted) for part in stratum.project.trees)
    species = dict.fromkeys(said(name) for name in species_of(stratum))
    density = row.get("density_per_ha")
    direct = (
        "parcel_id",
        "township",
        "village",
        "compartment",
        "stand_id",
        "longitude",
        "latitude",
    )
    return {
        **{name: row.get(name) for name in direct},
        "county": county(_text(row.get("region_code"))),
        AREA: row[AREA],
        "tenure_number": _joined([row.get("tenure_kind"), row.get("tenure_number")], " "),
        "vegetation_class": said(_text(row.get("vegetation_class"))),
        "planted_year": planted or _joined(list(years), ", "),
        "planted_species": _planted(row.get("planted_species")) or _joined(list(species), ", "),
        "mixture": row.get("mixing") or ("混交 mixed" if len(species) > 1 else "纯林 pure"),
        "density_per_ha": stratum.density_per_ha if density is None else density,
    }


def _planted(told: object) -> str:
    """Return species with their shares in both languages: `schima:0.4` is 木荷 schima 0.4."""
    parts = [part.partition(":") for part in (_text(told) or "").split("+")]
    return ", ".join(f"{said(species)} {share}".strip() for species, _, share in parts)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _joined(values: list[object] | list[str], between: str) -> str:
    return between.join(str(value) for value in values if value not in (None, ""))


def pool_sheet(book: Book, dossier: Dossier) -> None:
    """Write the pools and sources; an optional one as the project has chosen."""
    layout = design("pools")
    sheet = book.sheet(POOL_SHEET, layout.title)
    rest = ("item_id", "source_id", "locator", "status", "evidence")
    sheet.headings(HEAD_ROWS, [*layout.columns.values(), *(heading(name) for name in rest)])
    sheet.widths(16, 28, 8, 16, 60, 26, 14, 24, 16, 14)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 0)
    names = [*layout.columns, *rest]
    for line, row in enumerate(dossier.pack.tables["pools"].iter_rows(named=True), _FIRST):
        texts = {
            **row,
            "included": said(_included(row["included"], row["pool"], dossier)),
            "reason": _joined([row["reason_zh"], row["reason_en"]], " · "),
            **{name: said(row[name]) for name in ("scenario", "pool", "status", "evidence")},
        }
        for place, name in enumerate(names):
            sheet.text(line, place, texts[name], "wrapped")


def _included(included: str, pool: str, dossier: Dossier) -> str:
    if included != "optional":
        return included
    return "optional_counted" if dossier.project.pools.get(pool) else "optional_left_out"


def strata_sheet(book: Book, dossier: Dossier, places: Places) -> None:
    """Write the strata of the project; their areas are sums over the sheet of parcels."""
    layout = design("strata")
    sheet = book.sheet(STRATA_SHEET, layout.title)
    headings = [heading("number"), *layout.columns.values(), heading("baseline_vegetation")]
    sheet.headings(HEAD_ROWS, headings)
    sheet.widths(8, 12, 34, 14, 14, 14, 34, 40)
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 2)
    place_of = {name: place for place, name in enumerate(layout.columns, start=1)}
    known = stratum_areas(dossier.plan)
    line = _FIRST
    for line, one in enumerate(strata_in_order(dossier), start=_FIRST):
        sheet.number(line, 0, places.numbers[one.stratum], "yr", "centred")
        sheet.text(line, place_of["stratum"], one.stratum, "input")
        species = dict.fromkeys(said(name) for name in species_of(one))
        sheet.text(line, place_of["species"], _joined(list(species), ", "), "wrapped")
        years = dict.fromkeys(str(part.planted) for part in one.project.trees)
        sheet.text(line, place_of["planted_year"], ", ".join(years))
        sheet.number(line, place_of["density_per_ha"], one.density_per_ha, "yr")
        formula = f"SUMIFS({places.parcel_areas},{places.parcel_strata},$A{line + 1})"
        sheet.formula(line, place_of[AREA], formula, known[one.stratum], "ha")
        places.areas[one.stratum] = sheet.cell(line, place_of[AREA])
        sheet.text(line, place_of["management"], one.management, "wrapped")
        sheet.text(line, len(place_of) + 1, _baseline(one), "wrapped")
    sheet.text(line + 1, 1, "合计 total", "total")
    formula = f"SUM({sheet.column_range(place_of[AREA], _FIRST, line)})"
    value = float(sum(known.values()))
    sheet.formula(line + 1, place_of[AREA], formula, value, "ha", "total")


def _baseline(stratum: Stratum) -> str:
    parts = [said(part.species) for part in parts_of(stratum.baseline)]
    if stratum.baseline.shrub_cover:
        parts.append("灌木 shrubs")
    return ", ".join(dict.fromkeys(parts)) or "无 none"


def parameter_sheet(book: Book, dossier: Dossier, places: Places) -> None:
    """Write every parameter of the plan; a parameter of all rows has a name that formulas use."""
    layout = design("fixed_parameters")
    sheet = book.sheet(PARAMETER_SHEET, layout.title)
    rest = ("key", "parameter_id", "status", "evidence", "verification")
    names = [*layout.columns, *rest]
    sheet.headings(HEAD_ROWS, [*layout.columns.values(), *(heading(name) for name in rest)])
    wide = {
        "value": 12,
        "unit": 12,
        "key": 16,
        "verification": 12,
        "parameter_id": 34,
        "source": 36,
    }
    narrow = {"status": 14, "evidence": 14}
    sheet.widths(*((wide | narrow).get(name, 24) for name in names))
    sheet.repeat(HEAD_ROWS, HEAD_ROWS, 1)
    users = users_of(dossier.plan)
    shared = {place: symbol for symbol, place in dossier.plan.shared.items()}
    titles = _equation_titles(dossier)
    value_at = names.index("value")
    for place, row in enumerate(parameter_table(dossier).iter_rows(named=True)):
        line = _FIRST + place
        used = [one.equation_id for one in users.get(row["symbol"], [])]
        texts = _parameter(row, used, titles, dossier)
        for at, name in enumerate(names):
            if name != "value":
                sheet.text(line, at, texts[name], "key" if at == 0 else "wrapped")
        sheet.number(line, value_at, row["value"], "parameter")
        cell = sheet.cell(line, value_at)
        places.parameters[place] = cell
        if place in shared:
            name = f"p_{shared[place]}"
            book.file.define_name(name, f"={cell}")
            places.parameters[place] = name


def _parameter(
    row: dict[str, Any], used: list[str], titles: dict[str, Both], dossier: Dossier
) -> dict[str, str | None]:
    code = f"{dossier.pack.code}."
    zh, en = title_of(row["symbol"], dossier.pack)
    purposes = dict.fromkeys(titles.get(name, ("", ""))[0] for name in used)
    return {
        "symbol": row["symbol"],
        "equations": ", ".join(name.removeprefix(code) for name in used) or _UNUSED,
        "description": zh if zh == en else f"{zh} · {en}",
        "unit": row["unit"],
        "source": _joined([row["source_id"], row["locator"]], ": "),
        "reasoning": _grounds(row["status"], row["evidence"]),
        "purpose": "; ".join(purposes),
        "note": row["note"],
        "key": said(row["key"]),
        "parameter_id": row["parameter_id"],
        "status": said(row["status"]),
        "evidence": said(row["evidence"]),
        "verification": said(row["verification"]),
    }


def _equation_titles(dossier: Dossier) -> dict[str, Both]:
    rows = dossier.pack.tables["equations"].select("item_id", "title_zh", "title_en").iter_rows()
    return {name: (zh, en) for name, zh, en in rows}


def _grounds(status: str | None, evidence: str | None) -> str:
    """Say on what a value rests."""
    if evidence == "recalled":
        return "凭记忆,未与原文核对 · recalled, not checked against the text"
    if status == "assumed":
        return "假定 · assumed"
    return "见来源 · see the source"


def date_sheet(book: Book, dossier: Dossier) -> None:
    """Write the dates of the project; what its file does not hold is left to the owner."""
    layout = design("dates")
    sheet = book.sheet(DATE_SHEET, layout.title)
    project, periods = dossier.project, dossier.plan.periods
    sheet.widths(44, 34)
    known = {
        "start": project.start,
        "crediting_start": project.crediting_start,
        "crediting_end": periods[-1].last,
    }
    for line, (name, title) in enumerate(layout.columns.items(), start=HEAD_ROWS):
        sheet.text(line, 0, " · ".join(title), "key")
        if name in known:
            sheet.day(line, 1, known[name])
        else:
            sheet.text(line, 1, OWNER, "owner")
