"""Land area of the city, the denominator of forest cover."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table

CITY: Final = "330100"


def land_area(survey: int, definition: str) -> tuple[float | None, str | None]:
    """Return the land area (ha) that goes with a survey and the parameter it comes from.

    The newest figure of the same definition that is not younger than the survey; both null
    where there is none.
    """
    rows = load_table("land_area").rows
    years = pl.col("year_from").cast(pl.Int32)
    fits = rows.filter(
        pl.col("definition") == definition, pl.col("region_code") == CITY, years <= survey
    ).sort(years)
    if fits.is_empty():
        return None, None
    last = fits.row(-1, named=True)
    return float(last["value"]), str(last["parameter_id"])


def current_counties() -> list[str]:
    """Return the codes of the city's counties, districts and county-level cities of today."""
    rows = load_table("regions").rows
    of_today = rows.filter(~pl.col("kind").is_in(["city", "test", "abolished"]))
    return of_today["region_code"].to_list()


def redrawn_districts() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return date of a reform -> land -> codes of the districts that share it.

    The districts of a land held the same land together before and after the reform.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in load_table("redrawn_districts").rows.iter_rows(named=True):
        lands = found.setdefault(str(row["since"]), {})
        lands[row["land"]] = (*lands.get(row["land"], ()), row["region_code"])
    return found


def districts_made(since: str) -> set[str]:
    """Return the codes of the districts that a reform made."""
    rows = load_table("regions").rows.filter(pl.col("valid_from") == since)
    return set(rows["region_code"])


def successors() -> dict[str, str]:
    """Return the abolished county codes with the code of today that took their place."""
    rows = load_table("regions").rows.filter(pl.col("successor_code").is_not_null())
    return dict(rows.select("region_code", "successor_code").iter_rows())
