"""Emissions of fires after the event: what burnt, with the biomass that plots showed before."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.ccer.expression import parse
from sinkcalc.ccer.numbers import Floats
from sinkcalc.ccer.plan import Level, Plan, Results, evaluate
from sinkcalc.ccer.stocks import Monitored
from sinkcalc.units import CO2E_PER_C

_STRATUM: Final = "stratum"
_PROJECT: Final = "project"
# symbols of packs: above-ground biomass that can burn, and what carbon it holds
BURNABLE: Final = "burnable_t_per_ha"
FIRE: Final = "fire_t"
_FRACTIONS: Final = {"tree": "carbon_fraction", "bamboo": "bamboo_carbon_fraction"}
_MEASURED: Final = "measured_t_per_ha"


def has_fire(plan: Plan, first: date, last: date) -> bool:
    """Tell whether something burnt in a year that has days of an interval."""
    burnt = plan.level(_STRATUM).inputs.get("burnt_ha")
    if burnt is None:
        return False
    inside = [period.first <= last and period.last >= first for period in plan.periods]
    inside[0] = False
    spread = np.broadcast_to(burnt, (burnt.shape[0], len(plan.periods)))
    return bool((spread[:, inside] > 0).any())


def carbon_before(plan: Plan, monitored: Monitored) -> dict[str, float]:
    """Return the mean carbon of the earlier plots of each stratum, t C/ha.

    Of all that the plots hold; empty without earlier plots.
    """
    level = plan.level(_STRATUM)
    areas = level.inputs.get("area_ha")
    if areas is None:
        return {}
    by_name = dict(zip(level.rows[_STRATUM], areas[:, 0], strict=True))
    return {
        name: stocks.first.value / (CO2E_PER_C * by_name[name])
        for name, stocks in monitored.strata.items()
        if stocks.first is not None
    }


def fires_ex_post(plan: Plan, results: Results, carbon: Mapping[str, float]) -> Floats:
    """Return the emissions of the project's fires in each year of the plan, t CO2e.

    The methodology's own equation of fire, with the larger of two biomasses above ground: the
    plan's, and what the earlier plots showed.

    Parameters
    ----------
    carbon
        Stratum -> mean carbon of the earlier plots, t C/ha. All of it counts as above ground, by
        the least carbon fraction of the stratum's trees and bamboo: more biomass burns, not less.

    Returns
    -------
    One value a year, that of year 0 first.

    Notes
    -----
    A growth curve may be near 0 where young trees stand, and a fire there would emit nothing.
    AR-TOOL08, as read, takes the biomass of the last verification.
    """
    level = plan.level(_STRATUM)
    gives = [one for one in plan.of_level(_STRATUM) if one.symbol == BURNABLE]
    measured = _biomass(plan, level, carbon)
    if gives and measured.any():
        found = _with_measured(plan, level, measured)
    else:
        found = results[_STRATUM, FIRE]
    rows = (level.rows["scenario"] == _PROJECT).to_numpy()
    return np.asarray(found[0, rows].sum(axis=0))


def _with_measured(plan: Plan, level: Level, measured: Floats) -> Floats:
    """Compute the fires of a plan whose biomass that can burn is no less than what was measured."""
    wider = replace(level, inputs=level.inputs | {_MEASURED: measured})
    equations = tuple(
        replace(
            one,
            expression=parse(f"max({one.expression.text}, {_MEASURED})", one.equation_id),
        )
        if (one.level, one.symbol) == (_STRATUM, BURNABLE)
        else one
        for one in plan.equations
    )
    levels = tuple(wider if one.name == _STRATUM else one for one in plan.levels)
    changed = replace(plan, levels=levels, equations=equations)
    return evaluate(changed, keep=[(_STRATUM, FIRE)])[_STRATUM, FIRE]


def _biomass(plan: Plan, level: Level, carbon: Mapping[str, float]) -> Floats:
    """Return the biomass of each row of the strata by its plots, t d.m./ha; 0 without any."""
    out = np.zeros((level.rows.height, 1))
    for place, (scenario, stratum) in enumerate(level.rows.select("scenario", _STRATUM).rows()):
        fraction = _least_fraction(plan, stratum)
        if scenario == _PROJECT and stratum in carbon and fraction is not None:
            out[place] = carbon[stratum] / fraction
    return out


def _least_fraction(plan: Plan, stratum: str) -> float | None:
    """Return the least carbon fraction of what grows in a stratum of the project."""
    values = plan.base_values()[0]
    found: list[float] = []
    for name, symbol in _FRACTIONS.items():
        if name not in [level.name for level in plan.levels]:
            continue
        level = plan.level(name)
        own = level.rows.select(
            ((pl.col("scenario") == _PROJECT) & (pl.col(_STRATUM) == stratum)).alias("own")
        )["own"].to_numpy()
        places = level.parameters.get(symbol)
        if places is None:
            shared = plan.shared.get(symbol)
            places = np.full(own.size, -1 if shared is None else shared)
        found += [float(values[place]) for place in places[own] if place >= 0]
    return min(found, default=None)
