"""Where new forest belongs: what regrows after a measure, and what is planted."""

from typing import Final

import polars as pl

from sinkcalc.accounting.scenario import Measure
from sinkcalc.errors import UsageProblem
from sinkcalc.units import STOCK_DECIMALS
from sinkcalc.vocabulary import SPECIES

# what a lane is named by
LANE_KEYS: Final = (
    "region_code",
    "vegetation_class",
    "species",
    "origin",
    "measure",
)
PLANTED: Final = "planted"
_SUM: Final = (38, STOCK_DECIMALS)


def new_lanes(start: pl.DataFrame, measures: tuple[Measure, ...]) -> pl.DataFrame:
    """List the lanes that regrown and planted forest belongs to.

    Parameters
    ----------
    start
        Cohorts at the survey: `LANE_KEYS`, `area_ha`.
    measures
        Of the scenario.

    Returns
    -------
    `LANE_KEYS`, each once and in order.
    """
    arbor = start.filter(pl.col("vegetation_class") == "arbor")
    wanted = [
        arbor.select(
            "region_code",
            "vegetation_class",
            _species(measure),
            pl.lit(measure.regrows_origin or PLANTED).alias("origin"),
            pl.lit("given").alias("measure"),
        )
        for measure in measures
        if measure.becomes == "regrows" and measure.kind not in ("afforestation", "land_loss")
    ]
    wanted += [
        planted_mix(start, measure).select(LANE_KEYS)
        for measure in measures
        if measure.kind == "afforestation"
    ]
    empty = start.select(LANE_KEYS).clear()
    return pl.concat([empty, *wanted]).unique().sort(LANE_KEYS)


def _species(measure: Measure) -> pl.Expr:
    if measure.regrows_species is None:
        return pl.col("species")
    if measure.regrows_species not in SPECIES:
        raise UsageProblem(
            zh=f"情景措施 {measure.name}:树种 {measure.regrows_species} 不认识;"
            f"可用:{', '.join(SPECIES)}",
            en=f"measure {measure.name} of the scenario: the species {measure.regrows_species} is "
            f"not known; use one of {', '.join(SPECIES)}",
        )
    return pl.lit(measure.regrows_species).alias("species")


def planted_mix(start: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Share new forest among counties and species.

    A county's part is that of its arbor forest among the chosen counties; the species are those
    of the measure, or the planted forest of the county by area, of all counties where it has
    none.

    Parameters
    ----------
    start
        Cohorts at the survey: `LANE_KEYS`, `area_ha`.

    Returns
    -------
    `LANE_KEYS` and `weight`, which add up to 1.

    Raises
    ------
    UsageProblem
        If there is no planted forest to follow, or no arbor forest in the chosen counties.
    """
    # sums of decimals are the same whatever order threads add them in
    arbor = start.filter(pl.col("vegetation_class") == "arbor").with_columns(
        pl.col("area_ha").round(STOCK_DECIMALS).cast(pl.Decimal(*_SUM))
    )
    chosen = arbor.filter(
        pl.col("region_code").is_in(measure.region_codes) | (not measure.region_codes)
    )
    area = pl.col("area_ha")
    counties = (
        chosen.group_by("region_code", maintain_order=True)
        .agg(area.sum())
        .select("region_code", _part(area, area.sum()).alias("county"))
    )
    if counties.is_empty():
        raise UsageProblem(
            zh=f"情景措施 {measure.name}:所选县没有乔木林,无从分配造林",
            en=f"measure {measure.name} of the scenario: the chosen counties have no arbor forest "
            "to share new forest by",
        )
    mix = _mix(arbor, counties, measure)
    return (
        counties.join(mix, on="region_code", maintain_order="left_right")
        .select(
            "region_code",
            pl.lit("arbor").alias("vegetation_class"),
            "species",
            pl.lit(measure.regrows_origin or PLANTED).alias("origin"),
            pl.lit("given").alias("measure"),
            (pl.col("county") * pl.col("share")).alias("weight"),
        )
        .sort(LANE_KEYS)
    )


def _mix(arbor: pl.DataFrame, counties: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Return `region_code`, `species`, `share` of the species of new forest in each county."""
    if measure.regrows_species is not None:
        return counties.select("region_code", _species(measure), pl.lit(1.0).alias("share"))
    area = pl.col("area_ha")
    planted = arbor.filter(pl.col("origin") == PLANTED, pl.col("species").is_not_null())
    if planted.is_empty():
        raise UsageProblem(
            zh=f"情景措施 {measure.name}:没有人工林可供参照树种;请写明 regrows_species",
            en=f"measure {measure.name} of the scenario: there is no planted forest to take the "
            "species from; name regrows_species",
        )
    own = planted.group_by("region_code", "species", maintain_order=True).agg(area.sum())
    city = planted.group_by("species", maintain_order=True).agg(area.sum())
    without = counties.join(own, on="region_code", how="anti", maintain_order="left")
    filled = without.select("region_code").join(city, how="cross", maintain_order="left_right")
    return pl.concat([own, filled.select(own.columns)]).select(
        "region_code", "species", _part(area, area.sum().over("region_code")).alias("share")
    )


def _part(area: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return area.cast(pl.Float64) / whole.cast(pl.Float64)
