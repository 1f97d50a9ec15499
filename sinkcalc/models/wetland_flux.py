"""Yearly fluxes of CO2 and CH4 from cells of wetlands, by published factors."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import polars as pl

from sinkcalc.coefficients.wetland_fluxes import (
    TRANSITION_YEARS,
    Factor,
    coastal_stock,
    flux_factor,
    inland_reference,
)
from sinkcalc.models import wetland_cases as case
from sinkcalc.units import CH4_PER_C, CO2E_PER_C, T_PER_KG
from sinkcalc.vocabulary import BURIAL_MEASUREMENT

BRACKISH_COAST: Final = "coastal_restoration_brackish"
SALINE_COAST: Final = "coastal_restoration_saline"
ORGANIC: Final = "rewetted_organic_soil"
MINERAL: Final = "rewetted_mineral_soil"
BURIAL: Final = "measured_burial"
EXCAVATION: Final = "excavation"
RESTORATION_RULES: Final = (BRACKISH_COAST, SALINE_COAST, ORGANIC, MINERAL)
# states with an adjustment of their own; others, and none, have that of the default
_TROPHIC: Final = ("oligotrophic", "mesotrophic", "eutrophic", "hypereutrophic")
# between which states lies one that is recorded as both
_RANGE: Final = ("oligo_mesotrophic", "oligotrophic", "mesotrophic")
_FLOODED_IN: Final = "warm_temperate_moist"


@dataclass(frozen=True)
class Line:
    """One flux: mass of a gas = amount * `per_unit` over the cells it applies to.

    Attributes
    ----------
    rule, quantity, gas
        What it is called, `emission` or `removal`, and of which gas.
    applies
        Which cells, never null.
    per_unit
        t of the gas per year and unit of the amount.
    derivatives
        parameter_id -> d(per_unit)/d(parameter).
    amount
        Column of the cells: area in ha, or measured burial in t C/yr.
    low, high
        `per_unit` at the ends of a range of states; none without. The factor that has the range
        has no derivative: the range stands in place of its error.
    """

    rule: str
    quantity: str
    gas: str
    applies: pl.Expr
    per_unit: float
    derivatives: Mapping[str, float]
    amount: str = "area_ha"
    low: float | None = None
    high: float | None = None


def flux_lines() -> list[Line]:
    """Return every flux that has a factor.

    Notes
    -----
    Sources: IPCC 2013 Wetlands Supplement ch. 3, 4, 5; IPCC 2019 Refinement V4 ch. 7. Valid for
    the warm temperate moist zone. What an excavation sets free hangs on the place and has no
    line, see `accounting.wetland_fluxes`.
    """
    return [
        *_coast(),
        *_organic(),
        *_mineral(),
        *_flooded(),
        *_constructed(),
        *_burial(),
    ]


def trophic_range() -> tuple[float, float]:
    """Return the factors of the two states that a state between them may have."""
    _, low, high = _RANGE
    ends = [flux_factor(f"flooded.trophic.{state}").value for state in (low, high)]
    return ends[0], ends[1]


def stock_reached() -> pl.Expr:
    """Whether planting has built up the stock of table 4.11 by now: years * EF >= stock.

    The factor is that of the guidelines and ends where they say, not at the stock of the place.
    """
    reached = pl.lit(False)
    for name in case.VEGETATED_COAST:
        built = pl.col("years") * _coastal_removal(name).value
        full = (built >= coastal_stock(name).value).fill_null(False)
        planted_as = [each for each in case.COAST if _planted_as(each) == name]
        reached = reached | (case.is_class(*planted_as) & full)
    return case.planted_coast() & reached


def _product(
    rule: str, quantity: str, gas: str, applies: pl.Expr, unit: float, *factors: Factor
) -> Line:
    """One flux that is a product of factors and a conversion of units."""
    values = [factor.value for factor in factors]
    derivatives = {
        factor.parameter_id: unit * math.prod(values[:place] + values[place + 1 :])
        for place, factor in enumerate(factors)
    }
    return Line(rule, quantity, gas, applies, unit * math.prod(values), derivatives)


def _planted_as(wetland_class: str) -> str:
    # what is planted on a tidal flat makes a marsh of it
    return "tidal_marsh" if wetland_class == "tidal_flat" else wetland_class


def _coastal_removal(wetland_class: str) -> Factor:
    return flux_factor(f"coastal.removal.{_planted_as(wetland_class)}")


def _coast() -> list[Line]:
    """CO2 = A EF_RE 44/12 where planted and covered; CH4 = A EF below the salinity switch."""
    credited = case.planted_coast() & case.covered() & ~case.burial_counts() & ~stock_reached()
    removals = [
        _product(
            rule,
            "removal",
            "CO2",
            credited & salinity & case.is_class(wetland_class),
            CO2E_PER_C,
            _coastal_removal(wetland_class),
        )
        for wetland_class in case.COAST
        for rule, salinity in ((BRACKISH_COAST, ~case.saline()), (SALINE_COAST, case.saline()))
    ]
    brackish = case.restored_coast() & ~case.saline()
    methane = flux_factor("coastal.methane")
    drainage = flux_factor("coastal.drainage")
    return [
        *removals,
        _product(BRACKISH_COAST, "emission", "CH4", brackish, T_PER_KG, methane),
        _product("coastal_drainage", "emission", "CO2", case.drained_coast(), CO2E_PER_C, drainage),
    ]


def _organic() -> list[Line]:
    """CO2 = A EF 44/12 and CH4 = A EF 16/12 by nutrient state, from the first year on."""
    wet = case.rewetted_organic()
    measured = case.burial_counts()
    lines = []
    for state, applies, quantity in (
        ("poor", ~case.rich(), "removal"),
        ("rich", case.rich(), "emission"),
    ):
        co2 = flux_factor(f"organic.{quantity}.{state}")
        methane = flux_factor(f"organic.methane.{state}")
        lines += [
            _product(ORGANIC, quantity, "CO2", wet & applies & ~measured, CO2E_PER_C, co2),
            _product(ORGANIC, "emission", "CH4", wet & applies, T_PER_KG * CH4_PER_C, methane),
        ]
    return lines


def _mineral() -> list[Line]:
    """CO2 = A SOC_REF (F_t - F_0)/D 44/12 in two periods of D years; CH4 = A EF."""
    reference = inland_reference()
    years = flux_factor(TRANSITION_YEARS).value
    steps = ("cultivated", "first", "second")
    factors = [flux_factor(f"inland.factor.{step}") for step in steps]
    lines = []
    for period, (before, after) in enumerate(pairwise(factors)):
        slope = reference.value / years * CO2E_PER_C
        gain = (after.value - before.value) / years * CO2E_PER_C
        derivatives = {
            reference.parameter_id: gain,
            after.parameter_id: slope,
            before.parameter_id: -slope,
        }
        applies = case.from_cropland() & case.in_period(period) & ~case.burial_counts()
        lines.append(Line(MINERAL, "removal", "CO2", applies, gain * reference.value, derivatives))
    methane = flux_factor("inland.methane")
    wet = case.rewetted_mineral()
    return [*lines, _product(MINERAL, "emission", "CH4", wet, T_PER_KG, methane)]


def _flooded() -> list[Line]:
    """CO2 = A EF 44/12 up to 20 years; CH4 = A EF alpha (1 + R_d) by age and trophic state."""
    carbon = flux_factor(f"flooded.co2.{_FLOODED_IN}")
    young = case.flooded() & case.young()
    lines = [_product("flooded_young", "emission", "CO2", young, CO2E_PER_C, carbon)]
    between, low, high = _RANGE
    unadjusted = ~pl.col("trophic_state").is_in((*_TROPHIC, between)).fill_null(False)
    for age, applies in (("young", young), ("old", case.flooded() & ~case.young())):
        lines += [_methane(age, applies & case.state_is(state), state) for state in _TROPHIC]
        lines.append(_methane(age, applies & unadjusted, "default"))
        applies = applies & case.state_is(between)
        lines.append(_methane(age, applies, "default", low=low, high=high))
    return lines


def _methane(
    age: str, applies: pl.Expr, state: str, *, low: str | None = None, high: str | None = None
) -> Line:
    surface = flux_factor(f"flooded.methane_{age}.{_FLOODED_IN}")
    adjustment = flux_factor(f"flooded.trophic.{state}")
    downstream = flux_factor("flooded.downstream")
    whole = T_PER_KG * (1 + downstream.value)

    def at(other: str | None) -> float | None:
        if other is None:
            return None
        return whole * surface.value * flux_factor(f"flooded.trophic.{other}").value

    derivatives = {
        surface.parameter_id: whole * adjustment.value,
        downstream.parameter_id: T_PER_KG * surface.value * adjustment.value,
    }
    if low is None:
        derivatives[adjustment.parameter_id] = whole * surface.value
    return Line(
        f"flooded_{age}",
        "emission",
        "CH4",
        applies,
        whole * surface.value * adjustment.value,
        derivatives,
        low=at(low),
        high=at(high),
    )


def _constructed() -> list[Line]:
    """CH4 = A EF of ponds by salinity, and of canals."""
    pond = case.constructed("pond")
    canal = case.constructed("canal")
    return [
        _product(rule, "emission", "CH4", applies, T_PER_KG, flux_factor(name))
        for rule, applies, name in (
            ("pond_fresh", pond & ~case.saline(), "pond.fresh"),
            ("pond_saline", pond & case.saline(), "pond.saline"),
            ("canal_methane", canal, "canal"),
        )
    ]


def _burial() -> list[Line]:
    """CO2 = sum(A rate) 44/12 of measured burial, under the rule whose removal it replaces."""
    counts = case.burial_counts()
    coast = case.restored_coast()
    # its error is relative, of a parameter with the value 1: d(mass)/d(parameter) = mass
    slope = {BURIAL_MEASUREMENT: CO2E_PER_C}
    return [
        Line(rule, "removal", "CO2", counts & applies, CO2E_PER_C, slope, amount="burial_t_c")
        for rule, applies in (
            (BRACKISH_COAST, coast & ~case.saline()),
            (SALINE_COAST, coast & case.saline()),
            (ORGANIC, case.rewetted_organic()),
            (MINERAL, case.rewetted_mineral()),
            (BURIAL, ~case.restored()),
        )
    ]
