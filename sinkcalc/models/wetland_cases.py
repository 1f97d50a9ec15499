"""Which rule of the fluxes a cell of wetlands falls under.

Every case is an expression over the columns of `accounting.wetland_cells.to_wetland_cells` that
is never null.
"""

from typing import Final

import polars as pl

from sinkcalc.coefficients.wetland_fluxes import TRANSITION_YEARS, YOUNG_YEARS, flux_factor

VEGETATED_COAST: Final = ("mangrove", "tidal_marsh")
COAST: Final = (*VEGETATED_COAST, "tidal_flat")
INLAND: Final = ("forest_swamp", "shrub_swamp", "marsh", "marsh_meadow", "inland_flat")
_SOIL: Final = (*COAST, *INLAND)
# what the factors of chapter 7 are for: water that people made
_CONSTRUCTED: Final = ("pond", "canal")
# water and land for which no factor is published
_WITHOUT_FACTOR: Final = ("coastal_water", "river", "spring", "karst_cave", "salt_pan", "paddy")


def is_class(*names: str) -> pl.Expr:
    """Whether the wetland is of one of these classes."""
    return pl.col("wetland_class").is_in(names)


def _event(*names: str) -> pl.Expr:
    return pl.col("event").is_in(names).fill_null(False)


def _is(column: str, word: str) -> pl.Expr:
    return (pl.col(column) == word).fill_null(False)


def _true(flag: pl.Expr) -> pl.Expr:
    return flag.fill_null(False)


def excavated() -> pl.Expr:
    """Excavated in the year of the survey."""
    return _event("excavated") & _true(pl.col("years") == 0)


def excavated_earlier() -> pl.Expr:
    """Excavated before: the stock left in that year."""
    return _event("excavated") & _true(pl.col("years") > 0)


def drained_coast() -> pl.Expr:
    """Mangrove or tidal marsh drained."""
    return is_class(*VEGETATED_COAST) & _event("drained")


def restored_coast() -> pl.Expr:
    """Planted, rewetted or recolonised coast; a bare flat only where plants grow."""
    vegetated = is_class(*COAST) & _event("planted", "natural_recolonisation")
    return vegetated | (is_class(*VEGETATED_COAST) & _event("rewetted"))


def planted_coast() -> pl.Expr:
    """Planted coast."""
    return is_class(*COAST) & _event("planted")


def rewetted_coast() -> pl.Expr:
    """Mangrove or tidal marsh rewetted without planting."""
    return is_class(*VEGETATED_COAST) & _event("rewetted")


def recolonised_coast() -> pl.Expr:
    """Coast that vegetation took by itself."""
    return is_class(*COAST) & _event("natural_recolonisation")


def covered() -> pl.Expr:
    """Vegetation covers at least the share that is credited."""
    return _true(pl.col("covered"))


def saline() -> pl.Expr:
    """Salinity reaches the switch of methane."""
    return _true(pl.col("saline"))


def rewetted_organic() -> pl.Expr:
    """Inland organic soil rewetted."""
    return is_class(*INLAND) & _event("rewetted") & _is("soil_type", "organic")


def rewetted_mineral() -> pl.Expr:
    """Inland mineral soil rewetted; a soil that is not recorded counts as mineral."""
    return is_class(*INLAND) & _event("rewetted") & ~_is("soil_type", "organic")


def from_cropland() -> pl.Expr:
    """Rewetted mineral soil that was cropland, of which the year is known."""
    return rewetted_mineral() & _is("former_use", "cropland") & pl.col("years").is_not_null()


def in_period(number: int) -> pl.Expr:
    """Whether the year after rewetting lies in the first (0) or second (1) period of transition."""
    length = int(flux_factor(TRANSITION_YEARS).value)
    return _true(pl.col("years").is_between(number * length + 1, (number + 1) * length))


def rich() -> pl.Expr:
    """Nutrient-rich; a state that is not recorded counts as rich."""
    return ~_is("nutrient_status", "poor")


def flooded() -> pl.Expr:
    """Reservoirs unless natural, lakes only where managed, from the year they were filled."""
    reservoir = is_class("reservoir") & pl.col("managed").fill_null(True)
    lake = is_class("lake") & pl.col("managed").fill_null(False)
    return (reservoir | lake) & ~flooded_later()


def flooded_later() -> pl.Expr:
    """Flooded after the survey."""
    return is_class("reservoir", "lake") & _true(pl.col("age") < 0)


def young() -> pl.Expr:
    """Flooded for no more than the years of land converted to flooded land."""
    return _true(pl.col("age") <= flux_factor(YOUNG_YEARS).value)


def constructed(*names: str) -> pl.Expr:
    """Ponds and canals unless natural."""
    return is_class(*(names or _CONSTRUCTED)) & pl.col("managed").fill_null(True)


def burial_counts() -> pl.Expr:
    """Whether burial was measured and no drainage or excavation contradicts it."""
    return pl.col("has_burial") & ~_disturbed()


def burial_contradicted() -> pl.Expr:
    """Whether burial was measured on drained or just excavated land."""
    return pl.col("has_burial") & _disturbed()


def _disturbed() -> pl.Expr:
    unknown = _event("excavated") & pl.col("years").is_null()
    return _event("drained") | excavated() | unknown


def restored() -> pl.Expr:
    """Any restoration that a rule has factors for."""
    return restored_coast() | rewetted_organic() | rewetted_mineral()


def not_accounted() -> pl.Expr:
    """Water and land without a published factor, and water that is natural."""
    managed = pl.col("managed")
    natural_lake = is_class("lake") & ~managed.fill_null(False)
    natural = is_class("reservoir", *_CONSTRUCTED) & ~managed.fill_null(True)
    return is_class(*_WITHOUT_FACTOR) | ((natural_lake | natural) & ~flooded_later())


def undisturbed() -> pl.Expr:
    """Wetland with soil on which nothing was done and nothing measured."""
    return is_class(*_SOIL) & pl.col("event").is_null() & ~pl.col("has_burial")


def without_factor() -> pl.Expr:
    """Wetland with soil on which something was done that no factor speaks of."""
    inland = is_class(*INLAND) & _event("planted", "natural_recolonisation", "drained")
    flat = is_class("tidal_flat") & _event("rewetted", "drained")
    return inland | flat


def year_missing() -> pl.Expr:
    """Whether the year of an event is empty on which its flux depends."""
    depends = planted_coast() | _event("excavated")
    cropland = rewetted_mineral() & _is("former_use", "cropland")
    return (depends | cropland) & pl.col("years").is_null()


def unrecorded(column: str) -> pl.Expr:
    """Whether the column is empty."""
    return pl.col(column).is_null()


def state_is(state: str) -> pl.Expr:
    """Whether the trophic state is this one."""
    return _is("trophic_state", state)


def former_use_other() -> pl.Expr:
    """Whether the former use is recorded and was no cropland."""
    return _true(pl.col("former_use") != "cropland")


def period_over() -> pl.Expr:
    """Both periods of transition are over."""
    length = int(flux_factor(TRANSITION_YEARS).value)
    return _true(pl.col("years") > 2 * length)


def this_year() -> pl.Expr:
    """Whether the event is of the year of the survey."""
    return _true(pl.col("years") == 0)
