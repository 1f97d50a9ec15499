"""Count the wetlands whose flux rests on an assumption, is zero by rule, or has no factor."""

from typing import Final

import polars as pl

from sinkcalc.models import wetland_cases as case
from sinkcalc.models.wetland_flux import stock_reached
from sinkcalc.schemas.stages import STOCK

FLUX_FLAGS: Final = (
    "natural_no_flux",
    "not_accounted",
    "no_factor_for_event",
    "event_in_future",
    "flooded_later",
    "event_year_unknown",
    "cover_unknown_not_credited",
    "cover_below_minimum",
    "not_planted_not_credited",
    "recolonised_not_credited",
    "stock_reached",
    "salinity_unknown_assumed_fresh",
    "saline_no_methane",
    "no_density",
    "excavated_earlier",
    "nutrients_unknown_assumed_rich",
    "soil_unknown_assumed_mineral",
    "former_use_unknown",
    "former_use_not_cropland",
    "removal_from_next_year",
    "transition_over",
    "flood_year_assumed_old",
    "trophic_state_unknown",
    "trophic_state_range",
    "burial_replaces_factor",
    "burial_contradicted",
)


def flux_flags(cells: pl.LazyFrame) -> pl.LazyFrame:
    """List the wetlands whose flux rests on an assumption, is zero by rule, or has no factor.

    Parameters
    ----------
    cells
        Rows of `to_wetland_cells`.

    Returns
    -------
    `flag` (one of `FLUX_FLAGS`), `wetland_class`, `gas` (null where it is of all gases),
    `wetlands`, `area_ha`; by flag and class. A wetland may have several.
    """
    counts = [
        cells.filter(applies)
        .group_by("wetland_class")
        .agg(pl.col("wetlands").sum(), pl.col("area_ha").sum())
        .select(
            pl.lit(flag).alias("flag"),
            "wetland_class",
            pl.lit(gas, pl.String).alias("gas"),
            "wetlands",
            "area_ha",
        )
        for flag, gas, applies in flag_conditions()
    ]
    return (
        pl.concat(counts)
        .group_by("flag", "wetland_class", "gas")
        .agg(pl.col("wetlands").sum(), pl.col("area_ha").sum().cast(pl.Decimal(*STOCK)))
        .sort("flag", "wetland_class", "gas")
    )


_Flags = list[tuple[str, str | None, pl.Expr]]


def flag_conditions() -> _Flags:
    """Return every flag with the gas it is of and which cells have it, never null."""
    return [
        *_all_gases(),
        *_coast_flags(),
        *_inland_flags(),
        *_water_flags(),
        *_burial_flags(),
    ]


def _all_gases() -> _Flags:
    return [
        ("natural_no_flux", None, case.undisturbed()),
        ("not_accounted", None, case.not_accounted()),
        ("no_factor_for_event", None, case.without_factor()),
        ("event_in_future", None, pl.col("event_in_future")),
        ("flooded_later", None, case.flooded_later()),
        ("event_year_unknown", "CO2", case.year_missing()),
        ("no_density", "CO2", case.excavated() & case.unrecorded("dug_id")),
        ("excavated_earlier", "CO2", case.excavated_earlier()),
    ]


def _coast_flags() -> _Flags:
    by_factor = ~case.burial_counts()
    planted = case.planted_coast() & by_factor
    bare = ~case.covered()
    unknown = case.unrecorded("covered")
    restored = case.restored_coast()
    reached = planted & case.covered() & stock_reached()
    return [
        ("cover_unknown_not_credited", "CO2", planted & unknown),
        ("cover_below_minimum", "CO2", planted & bare & ~unknown),
        ("not_planted_not_credited", "CO2", case.rewetted_coast() & by_factor),
        ("recolonised_not_credited", "CO2", case.recolonised_coast() & by_factor),
        ("stock_reached", "CO2", reached),
        ("salinity_unknown_assumed_fresh", "CH4", restored & case.unrecorded("saline")),
        ("saline_no_methane", "CH4", restored & case.saline()),
    ]


def _inland_flags() -> _Flags:
    organic = case.rewetted_organic()
    mineral = case.rewetted_mineral()
    by_factor = mineral & ~case.burial_counts()
    unknown = case.unrecorded("nutrient_status")
    return [
        ("nutrients_unknown_assumed_rich", None, organic & unknown),
        ("soil_unknown_assumed_mineral", None, mineral & case.unrecorded("soil_type")),
        ("former_use_unknown", "CO2", by_factor & case.unrecorded("former_use")),
        ("former_use_not_cropland", "CO2", by_factor & case.former_use_other()),
        ("removal_from_next_year", "CO2", by_factor & case.from_cropland() & case.this_year()),
        ("transition_over", "CO2", by_factor & case.from_cropland() & case.period_over()),
    ]


def _water_flags() -> _Flags:
    flooded = case.flooded()
    fresh = case.constructed("pond") & case.unrecorded("saline")
    return [
        ("flood_year_assumed_old", None, flooded & case.unrecorded("age")),
        ("trophic_state_unknown", "CH4", flooded & case.unrecorded("trophic_state")),
        ("trophic_state_range", "CH4", flooded & case.state_is("oligo_mesotrophic")),
        ("salinity_unknown_assumed_fresh", "CH4", fresh),
    ]


def _burial_flags() -> _Flags:
    return [
        ("burial_replaces_factor", "CO2", case.restored() & case.burial_counts()),
        ("burial_contradicted", "CO2", case.burial_contradicted()),
    ]
