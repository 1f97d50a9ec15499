"""What `sinkcalc demo` stores beside what it shows, so that every query has its rows."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from sinkcalc.cli.settings import Settings
from sinkcalc.vocabulary import DEFAULT_METHOD, METHODS

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.cli.keep import Keeper
    from sinkcalc.pipeline.outlooks import Outlooks

# of the last survey; by county every survey is estimated
_FOREST_KEYS: Final = (
    ("vegetation_class",),
    ("species_group",),
    ("origin",),
    ("vegetation_class", "age_group"),
    ("region", "vegetation_class"),
    ("region", "forest_category"),
)
_WETLAND_KEYS: Final = (("region",), ("wetland_class",))


@dataclass(frozen=True)
class Surveys:
    """Years of the simulated surveys."""

    stands: list[int]
    wetlands: list[int]
    plots: list[int]


def store_groups(settings: Settings, surveys: Surveys) -> None:
    """Estimate by the keys that the catalogue asks for, and the last survey by every method."""
    from sinkcalc.pipeline.estimate import EstimateOptions, estimate
    from sinkcalc.pipeline.soil_lands import SoilOptions
    from sinkcalc.pipeline.soil_of_land import soil_of_land
    from sinkcalc.pipeline.wetland_estimate import estimate_wetlands
    from sinkcalc.pipeline.wetland_options import WetlandOptions

    db, wait, last = settings.db, settings.wait, surveys.stands[-1]
    soil_of_land(db, SoilOptions(last), wait)
    others = [
        EstimateOptions(last, method=method) for method in METHODS if method != DEFAULT_METHOD
    ]
    for options in (
        *others,
        *(EstimateOptions(survey, ("region",)) for survey in surveys.stands),
        *(EstimateOptions(last, keys) for keys in _FOREST_KEYS),
    ):
        estimate(db, options, wait)
    for keys in _WETLAND_KEYS:
        estimate_wetlands(db, WetlandOptions(surveys.wetlands[-1], keys), wait)


def store_results(
    settings: Settings,
    keeper: "Keeper",
    surveys: Surveys,
    targets: "pl.DataFrame",
    outlooks: "Outlooks",
) -> None:
    """Store what the commands give that compute from several runs or surveys."""
    for years in pairwise(surveys.stands):
        _store_forest_changes(settings, keeper, years)
    for years in pairwise(surveys.wetlands):
        _store_wetland_changes(settings, keeper, years)
    _store_inventory(settings, keeper, surveys)
    _store_targets(settings, keeper, targets, outlooks)


def _store_forest_changes(settings: Settings, keeper: "Keeper", years: tuple[int, int]) -> None:
    from sinkcalc.cli.transitions import keep_transitions
    from sinkcalc.pipeline.compare import change, effects
    from sinkcalc.pipeline.estimate import EstimateOptions
    from sinkcalc.pipeline.transitions import land_transitions

    db, wait, (first, last) = settings.db, settings.wait, years
    by_region = EstimateOptions(last, ("region",))
    rows, _ = change(db, first, by_region, wait)
    keeper.keep_change("changes", rows, first, by_region, across=False)
    rows, _ = effects(db, first, by_region, wait)
    keeper.keep_change("change_effects", rows, first, by_region, across=False)
    for each in (False, True):
        found = land_transitions(db, years, by_region=each, basis=None, across=False, wait=wait)
        keep_transitions(keeper, found, years, None, by_region=each, across=False)


def _store_wetland_changes(settings: Settings, keeper: "Keeper", years: tuple[int, int]) -> None:
    from sinkcalc.pipeline.wetland_change import wetland_change
    from sinkcalc.pipeline.wetland_options import WetlandOptions

    first, last = years
    for keys in ((), *_WETLAND_KEYS):
        options = WetlandOptions(last, keys)
        found = wetland_change(settings.db, first, options, settings.wait)
        keeper.keep_change("changes", found.rows, first, options, across=False)
    keeper.keep_change("wetland_conversions", found.conversions, first, options, across=False)


def _store_inventory(settings: Settings, keeper: "Keeper", surveys: Surveys) -> None:
    """Fill the form with the rates of the plots, for the city and by county."""
    from sinkcalc.cli.lucf import city_rows, keep_inventory
    from sinkcalc.pipeline.lucf import provincial_inventory
    from sinkcalc.pipeline.lucf_inputs import InventoryOptions

    first, last = surveys.stands[-2:]
    plots = (surveys.plots[-2], surveys.plots[-1])
    for by_county in (False, True):
        options = InventoryOptions(last, first, plots=plots, by_county=by_county)
        rows = provincial_inventory(settings.db, options, settings.wait).rows
        keep_inventory(keeper, rows if by_county else city_rows(rows), options)


def _store_targets(
    settings: Settings, keeper: "Keeper", targets: "pl.DataFrame", outlooks: "Outlooks"
) -> None:
    from sinkcalc.cli.target import keep_protection
    from sinkcalc.cli.target_ahead import ahead_told
    from sinkcalc.pipeline.allocation import allocation
    from sinkcalc.pipeline.wetland_indicators import protection_rows

    shares = allocation(settings.db, targets, outlooks, settings.wait)
    keeper.keep("target_shares", shares, {}, ahead_told(outlooks))
    for by in (None, "region"):
        rows = protection_rows(
            settings.db, None, by_region=by is not None, wait=settings.wait, notes=[]
        )
        keep_protection(keeper, rows, None, by)
