"""Factors of the greenhouse-gas fluxes of wetlands, and global warming potentials."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import GWP_SETS

PREFIX: Final = "wetland-flux."
INLAND_REFERENCE: Final = "wetland-soil.ipcc.inland_mineral.0-30"
# limits of the rules: they decide which factor serves and carry no error
SALINITY_SWITCH: Final = f"{PREFIX}coastal.salinity_switch"
COVER_MIN: Final = f"{PREFIX}coastal.cover_min"
YOUNG_YEARS: Final = f"{PREFIX}flooded.young_years"
TRANSITION_YEARS: Final = f"{PREFIX}inland.transition_years"


@dataclass(frozen=True)
class Factor:
    """One row of a parameter table."""

    parameter_id: str
    value: float


@cache
def _values() -> dict[str, float]:
    rows = load_table("wetland_fluxes").rows
    return dict(rows.select("parameter_id", "value").iter_rows())


def flux_factor(name: str) -> Factor:
    """Return the factor `wetland-flux.<name>`, in the unit of its row.

    Raises
    ------
    KeyError
        If the table has no such row.
    """
    parameter_id = name if name.startswith(PREFIX) else PREFIX + name
    return Factor(parameter_id, _values()[parameter_id])


def inland_reference() -> Factor:
    """Return the reference carbon of inland wetland soils, t C/ha to 30 cm.

    The row of `wetland_soil` that stocks and farmland on wetland soil take too: one figure, one
    error.
    """
    return _soil(INLAND_REFERENCE)


def coastal_stock(wetland_class: str) -> Factor:
    """Return the soil carbon of tidal marsh or mangrove, t C/ha to 1 m.

    IPCC 2013 Wetlands Supplement table 4.11: where the factors of planting end, whatever is
    known of the place.
    """
    return _soil(f"wetland-soil.ipcc.{wetland_class}.0-100")


def _soil(parameter_id: str) -> Factor:
    rows = load_table("wetland_soil").rows
    value = rows.filter(pl.col("parameter_id") == parameter_id)["value"].item()
    return Factor(parameter_id, float(value))


def gwp_table(gwp_set: str) -> pl.DataFrame:
    """Return the global warming potentials of one set over 100 years.

    Returns
    -------
    `gas`, `gwp` (t CO2e per t of the gas), `parameter_id`; one row a gas, CO2 with 1.

    Raises
    ------
    UsageProblem
        If the set is not one of `vocabulary.GWP_SETS`.
    """
    if gwp_set not in GWP_SETS:
        known = ", ".join(GWP_SETS)
        raise UsageProblem(
            zh=f"没有 GWP 组 {gwp_set!r};可用:{known}",
            en=f"there is no GWP set {gwp_set!r}; use one of: {known}",
        )
    return (
        load_table("gwp")
        .rows.filter(pl.col("gwp_set") == gwp_set)
        .select("gas", pl.col("value").alias("gwp"), "parameter_id")
    )
