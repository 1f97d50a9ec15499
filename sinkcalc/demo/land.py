"""Land of the simulated city: counties, their stands and what lies beside the stands."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.land import land_area
from sinkcalc.demo.figures import SURVEY_YEARS, table
from sinkcalc.demo.stands import UNITS_PER_HA

_DEFINITION: Final = "local"
# order of the land inside a county
_STANDS, _BESIDE, _ADDED = range(3)


def land_of_counties(stands: pl.DataFrame) -> pl.DataFrame:
    """Return the land of the city as a line: parts laid end to end, county by county.

    Parameters
    ----------
    stands
        Every stand of any survey: `region_code`, `stand`, `area_units`.

    Returns
    -------
    pl.DataFrame
        `region_code`, `part`, `stand` (null beside the stands), `area_units` (0.01 m2),
        `land_from`. The area up to a survey is the land area of that survey.
    """
    first, *later = ((year, _land_units(year)) for year in SURVEY_YEARS)
    counties = (
        table("demo_county")
        .filter(symbol="land")
        .sort("region_code")
        .select("region_code", share=pl.col("value") / pl.col("value").sum())
    )
    in_stands = stands.select("region_code", "stand", "area_units", part=_STANDS)
    held = stands.group_by("region_code").agg(held=pl.col("area_units").sum())
    room = (pl.col("share") * first[1] - pl.col("held")).clip(lower_bound=0)
    rest = first[1] - int(stands["area_units"].sum())
    beside = counties.join(held, on="region_code", maintain_order="left").select(
        "region_code", part=_BESIDE, area_units=_whole(room / room.sum() * rest)
    )
    parts = [part.with_columns(land_from=first[0]) for part in (in_stands, beside)]
    before = first[1]
    for year, land in later:
        added = _whole(pl.col("share") * (land - before))
        rows = counties.select("region_code", part=_ADDED, area_units=added, land_from=year)
        parts.append(rows.filter(pl.col("area_units") > 0))
        before = land
    return pl.concat(parts, how="diagonal_relaxed").sort(
        "region_code", "part", "land_from", "stand"
    )


def _whole(units: pl.Expr) -> pl.Expr:
    return units.round().cast(pl.Int64)


def _land_units(year: int) -> int:
    area_ha, _ = land_area(year, _DEFINITION)
    if area_ha is None:
        raise ValueError(f"no land area for {year}")
    return round(area_ha * UNITS_PER_HA)


def strata(land: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return the counties as strata with their land at a survey."""
    return (
        land.filter(pl.col("land_from") <= year)
        .group_by("region_code", maintain_order=True)
        .agg(area_ha=pl.col("area_units").sum() / UNITS_PER_HA)
        .select(
            stratum=pl.col("region_code").cast(pl.String),
            estimation_unit=pl.lit(None, pl.String),
            area_ha=pl.col("area_ha").cast(pl.Decimal(14, 4)),
        )
    )
