"""Which column of a table of parcels is which field, and in which unit its figures are."""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.units import factor_to_stored

# a DBF table keeps this many bytes of a name
_DBF_NAME_BYTES: Final = 10
# the name that a column without a heading is given
_UNNAMED: Final = re.compile(r"column_\d+")
_BRACKETS: Final = str.maketrans("", "", "()[]{}_ \t\n\u3000")


@dataclass(frozen=True)
class ParcelColumn:
    """A field of parcels as files name it.

    Attributes
    ----------
    kind
        `text`, `number`, `flag`, `coded`, `year`, `day`, `region` or `species`.
    code_sets
        Sets of `code_sets.csv` whose words it may hold, or names of word lists.
    bare_unit
        Unit of a number whose heading names none; empty where one is needed.
    units
        Unit as headings write it -> unit.
    names
        Names in headings; the first is that of the template.
    help_zh, help_en
        What to write in a cell.
    """

    column: str
    kind: str
    code_sets: tuple[str, ...]
    bare_unit: str
    units: Mapping[str, str]
    names: tuple[str, ...]
    help_zh: str
    help_en: str

    @property
    def heading(self) -> str:
        """Heading of the template, with a unit where one is needed."""
        name = self.names[0]
        return name if self.bare_unit or not self.units else f"{name}({next(iter(self.units))})"


@dataclass(frozen=True)
class Found:
    """A column of a file that is a field.

    Attributes
    ----------
    header
        As the file has it.
    factor
        From the unit of the heading to the stored one; 1 where there is no unit.
    """

    field: ParcelColumn
    header: str
    factor: float


@cache
def parcel_columns() -> dict[str, ParcelColumn]:
    """Return the fields of parcels by name."""
    found = {}
    for row in load_table("parcel_columns").rows.iter_rows(named=True):
        pairs = [pair.partition("=") for pair in (row["units"] or "").split("|") if pair]
        found[row["column"]] = ParcelColumn(
            row["column"],
            row["kind"],
            tuple(filter(None, (row["code_sets"] or "").split("|"))),
            row["bare_unit"] or "",
            {word: unit for word, _, unit in pairs},
            tuple(row["names"].split("|")),
            row["help_zh"] or "",
            row["help_en"] or "",
        )
    return found


def is_parcel_heading(text: str) -> bool:
    """Tell whether a text may be the heading of a field of parcels."""
    return plain_heading(text) in _headings()


def plain_heading(text: str) -> str:
    """Return a heading without case, width of characters, blanks, underscores and brackets."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_BRACKETS)


@cache
def _headings() -> dict[str, tuple[str, str | None]]:
    """Return plain heading -> field and unit; the unit is None where it names none."""
    found: dict[str, tuple[str, str | None]] = {}
    for field in parcel_columns().values():
        for name in (field.column, *field.names):
            for word, unit in field.units.items():
                found.setdefault(plain_heading(name + word), (field.column, unit))
            # area_ha says its unit itself
            found.setdefault(plain_heading(name), (field.column, None))
    return found


@cache
def _cut_headings() -> dict[str, set[tuple[str, str | None]]]:
    """Return what a DBF table leaves of a heading -> fields that it may be."""
    found: dict[str, set[tuple[str, str | None]]] = {}
    for field in parcel_columns().values():
        units = [("", None), *((f"({word})", unit) for word, unit in field.units.items())]
        for name in (field.column, *field.names):
            for tail, unit in units:
                for codec in ("utf-8", "gb18030"):
                    raw = (name + tail).encode(codec)
                    if len(raw) > _DBF_NAME_BYTES:
                        cut = raw[:_DBF_NAME_BYTES].decode(codec, errors="ignore")
                        of_cut = _headings().get(plain_heading(name + tail), (field.column, unit))
                        found.setdefault(plain_heading(cut), set()).add(of_cut)
    return found


def find_parcel_columns(file: Path, headers: list[str]) -> dict[str, Found]:
    """Return field -> its column in a file.

    Raises
    ------
    UsageProblem
        If two columns may be one field, the number or the area of parcels has none, or a heading
        does not say the unit of its figures.
    """
    matches: dict[str, list[tuple[str, str | None]]] = {}
    for header in headers:
        match = _match(header, cut=file.suffix.lower() == ".shp")
        if match is not None:
            matches.setdefault(match[0], []).append((header, match[1]))
    for column, several in matches.items():
        if len(several) > 1:
            listed = ", ".join(header for header, _ in several)
            raise UsageProblem(
                zh=f"{file.name} 中 {listed} 都可能是 {column},不作猜测;删去或改名多余的列",
                en=f"in {file.name} each of {listed} may be {column}; nothing is guessed: rename "
                "or remove the others",
            )
    _require(file, "parcel_id", matches, headers)
    return {column: _found(file, column, *several[0]) for column, several in matches.items()}


def _match(header: str, *, cut: bool) -> tuple[str, str | None] | None:
    match = _headings().get(plain_heading(header))
    if match is not None or not cut:
        return match
    candidates = _cut_headings().get(plain_heading(header), set())
    return next(iter(candidates)) if len(candidates) == 1 else None


def _found(file: Path, column: str, header: str, unit: str | None) -> Found:
    field = parcel_columns()[column]
    if field.kind != "number":
        return Found(field, header, 1.0)
    unit = unit or field.bare_unit or (_own_unit(field) if _says_unit(field, header) else "")
    if not unit:
        shown = "、".join(f"{field.names[0]}({word})" for word in field.units)
        raise UsageProblem(
            zh=f"{file.name} 的表头 {header} 没有写单位;改为 {shown} 之一",
            en=f"the heading {header} of {file.name} names no unit: write one of "
            f"{', '.join(f'{field.names[0]}({word})' for word in field.units)}, or {column} for "
            "the unit in its name",
        )
    return Found(field, header, factor_to_stored(column, unit, file.name))


def _says_unit(field: ParcelColumn, header: str) -> bool:
    """Tell whether a heading is the name of the field, whose end says the unit."""
    return plain_heading(header) == plain_heading(field.column)


def _own_unit(field: ParcelColumn) -> str:
    """Return the unit in which a field is stored."""
    units = field.units.values()
    return next(unit for unit in units if factor_to_stored(field.column, unit) == 1)


def _is_title(headers: list[str]) -> bool:
    """Tell whether one cell alone of the first row holds a text."""
    return len(headers) == 1 or all(_UNNAMED.fullmatch(header) for header in headers[1:])


def _require(file: Path, column: str, found: Mapping[str, object], headers: list[str]) -> None:
    if column in found:
        return
    field = parcel_columns()[column]
    near = difflib.get_close_matches(field.names[0], headers, n=1)
    hint_zh, hint_en = (f"是否指 {near[0]}?", f"did you mean {near[0]}? ") if near else ("", "")
    if _is_title(headers):
        hint_zh = "第一行像是标题,不是表头:删去表头以上的行,再试;"
        hint_en = "its first row looks like a title: remove the rows above the headings; "
    listed = ", ".join(headers)
    raise UsageProblem(
        zh=f"{file.name} 没有列 {field.names[0]}(或 {column});{hint_zh}现有列:{listed}",
        en=f"{file.name} has no column {column} (or {field.names[0]}); {hint_en}it has {listed}",
    )


def require_area(file: Path, found: Mapping[str, Found], headers: list[str]) -> None:
    """Refuse a table without areas.

    Raises
    ------
    UsageProblem
        With the columns that it has.
    """
    _require(file, "area_ha", found, headers)
