"""Whether the figures of two surveys are one series, asked of the database."""

from collections.abc import Collection
from pathlib import Path

from sinkcalc.accounting.series_breaks import (
    Break,
    Breaks,
    absent_counties,
    border_series,
    series_breaks,
)
from sinkcalc.coefficients.land import redrawn_districts, successors
from sinkcalc.errors import SinkcalcError
from sinkcalc.store.connection import Connection, reading
from sinkcalc.store.inventory import Survey, get_surveys
from sinkcalc.store.series import counted_by
from sinkcalc.store.wetlands import get_wetland_surveys


def find_breaks(con: Connection, years: tuple[int, int], table: str = "stands") -> Breaks:
    """Find where the series of two surveys that are there breaks; see `series_breaks`."""
    definitions = (
        {year: survey.definition for year, survey in get_surveys(con).items()}
        if table == "stands"
        else {year: survey.definition for year, survey in get_wetland_surveys(con).items()}
    )
    old = list(successors())
    first, last = (counted_by(con, year, definitions[year], old, table) for year in years)
    return series_breaks(first, last)


def require_series(
    breaks: Breaks, columns: Collection[str], regions: Collection[str], *, across: bool
) -> None:
    """Refuse a difference that a break of the series touches, unless it is asked for.

    Raises
    ------
    SinkcalcError
        With every reason and what to do.
    """
    found = breaks.touching(columns, regions)
    if not found or across:
        return
    reasons_zh, reasons_en = (";".join(each.zh for each in found), "; ".join(e.en for e in found))
    raise SinkcalcError(
        zh=f"{reasons_zh}。确要比较时加 --across-definitions,各行以 series_break 标明",
        en=f"{reasons_en}. To compare all the same, add --across-definitions: the column "
        "series_break then marks the rows",
    )


def touching_breaks(
    db: Path,
    years: tuple[int, int],
    columns: Collection[str],
    regions: Collection[str],
    *,
    table: str = "stands",
    wait: float = 0.0,
) -> list[Break]:
    """Say which breaks touch a table that was made across them."""
    with reading(db, wait) as con:
        return find_breaks(con, years, table).touching(columns, regions)


def borders_of(
    db: Path, survey: Survey, regions: Collection[str], wait: float = 0.0
) -> dict[str, str]:
    """Name the borders that a survey of stands follows in regions whose borders were redrawn."""
    redrawn = {
        code for lands in redrawn_districts().values() for land in lands.values() for code in land
    }
    wanted = sorted(set(regions) & redrawn)
    if not wanted:
        return {}
    with reading(db, wait) as con:
        counted = counted_by(con, survey.survey, survey.definition, list(successors()))
    return {code: border_series(counted, code) for code in wanted}


def counties_without_stands(db: Path, survey: int, wait: float = 0.0) -> list[str]:
    """Return the counties of the city that a survey of stands does not hold."""
    with reading(db, wait) as con:
        return counties_missing(con, get_surveys(con)[survey])


def counties_missing(con: Connection, survey: Survey) -> list[str]:
    """Return the counties of the city that a survey of stands does not hold."""
    return absent_counties(counted_by(con, survey.survey, survey.definition, list(successors())))


def unlike_counties(
    db: Path, first: int, last: int, wait: float = 0.0
) -> dict[tuple[int, int], list[str]]:
    """Return (survey, the other) -> counties that only the other holds; none if one is not there.

    Counties that neither holds are the same in both and touch no difference.
    """
    with reading(db, wait) as con:
        there = set(get_surveys(con))
    if not {first, last} <= there:
        return {}
    absent = {year: counties_without_stands(db, year, wait) for year in (first, last)}
    return {
        (year, other): [code for code in absent[year] if code not in absent[other]]
        for year, other in ((first, last), (last, first))
    }
