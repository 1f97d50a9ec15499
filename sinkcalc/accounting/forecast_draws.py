"""Draws of a forecast: start, curves, growth and rates of the scenario."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sinkcalc.accounting.cohorts import GROUPS, STATES, Cohorts
from sinkcalc.accounting.forecast_plan import YearPlan
from sinkcalc.accounting.forecast_run import YearState, simulate, start_state
from sinkcalc.accounting.mean_path import POOLS_AHEAD, CarbonRates
from sinkcalc.accounting.scenario import Scenario
from sinkcalc.accounting.yearly_growth import GrowthBounds, curve_stocks
from sinkcalc.calibration.model import Model
from sinkcalc.uncertainty.draws import stream

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# figures that are summed draw by draw
DRAWN: Final = ("area", "growing_stock", "felled", "lost", *POOLS_AHEAD)
# errors of the survey that all years have in common
_SHARED: Final = ("volume", "area", "carbon")
# bytes of one array of cohorts and draws: larger ones leave the cache, smaller ones cost calls
_BLOCK_BYTES: Final = 2**23
_BYTES: Final = 8
_LEAST_BLOCK: Final = 8


@dataclass(frozen=True)
class Chances:
    """What is drawn; every array has the draws last.

    Attributes
    ----------
    coefficients
        Of each curve, in the order of `Cohorts.curve_keys`: (draws, coefficients).
    growth
        Multiple of all growth.
    rates
        Multiples of the rates of the measures: (measures, draws); (measures, 1) without errors.
    start
        Standard normal numbers of the errors that all years share: `volume`, `area`, `carbon`.
    """

    coefficients: list[Floats]
    growth: Floats
    rates: Floats
    start: dict[str, Floats]


def draw_chances(
    models: list[tuple[str, Model]],
    scenario: Scenario,
    draw_curve: Callable[[Model, int, np.random.Generator], Floats],
    draws: int,
    seed: int,
) -> Chances:
    """Draw everything, each from a stream of its own name.

    Rates and growth are multiplied by lognormal numbers of mean 1 and the stated relative
    standard error, so that none changes its sign.

    Parameters
    ----------
    models
        Key and curve.
    draw_curve
        Draws coefficients of a curve: (draws, coefficients).
    """
    uncertain = any(measure.relative_se for measure in scenario.measures)
    rates = [
        _lognormal(measure.relative_se, seed, f"rate\n{measure.name}", draws)
        for measure in scenario.measures
    ]
    return Chances(
        [draw_curve(model, draws, stream(seed, f"curve\n{key}")) for key, model in models],
        _lognormal(scenario.growth_relative_se, seed, "growth", draws),
        np.array(rates) if uncertain else np.ones((len(rates), 1)),
        _uncorrelated({name: stream(seed, f"start\n{name}") for name in _SHARED}, draws),
    )


def _lognormal(relative_se: float, seed: int, name: str, draws: int) -> Floats:
    variance = np.log1p(relative_se**2)
    z = stream(seed, name).standard_normal(draws)
    return np.asarray(np.exp(np.sqrt(variance) * z - variance / 2))


def _uncorrelated(streams: dict[str, np.random.Generator], draws: int) -> dict[str, Floats]:
    """Draw normal numbers of mean 0 and variance 1 in the sample, without any correlation.

    So the first year has the standard errors of the estimate, not those of the luck of the draw.
    """
    out: dict[str, Floats] = {}
    for name, generator in streams.items():
        z = generator.standard_normal(draws)
        if draws > len(_SHARED) + 1:
            z -= z.mean()
            for other in out.values():
                z -= other * (z * other).sum() / (other * other).sum()
            z *= np.sqrt((draws - 1) / (z * z).sum())
        out[name] = z
    return out


@dataclass(frozen=True)
class DrawnFigures:
    """Figures of groups of lanes, year by year; before errors of area and of coefficients.

    Attributes
    ----------
    values
        Name in `DRAWN` -> (years with the survey, groups, draws).
    city_area
        Area of the forest that counts for the city: (years, draws).
    """

    values: dict[str, Floats]
    city_area: Floats


def drawn_figures(
    cohorts: Cohorts,
    scenario: Scenario,
    plan: list[YearPlan],
    curves: list[Model],
    chances: Chances,
    volume_se: float,
    bounds: GrowthBounds,
    carbon: CarbonRates | None,
    groups: Integers,
    city: NDArray[np.bool_],
) -> DrawnFigures:
    """Carry out all draws, a block at a time.

    Memory: a few arrays of cohorts x block, and the figures: years x groups x draws each.

    Parameters
    ----------
    volume_se
        Relative standard error that all volumes of the survey share.
    bounds
        Of the growth.
    carbon
        Rates by kind of cell; no carbon if None.
    groups
        Group of each lane.
    city
        Whether each lane counts for the city.
    """
    draws = len(chances.growth)
    count = int(groups.max()) + 1
    out = {name: np.zeros((len(plan) + 1, count, draws)) for name in DRAWN}
    city_area = np.zeros((len(plan) + 1, draws))
    block = max(_BLOCK_BYTES // (_BYTES * len(cohorts.lane)), _LEAST_BLOCK)
    lanes = [cohorts.kinds(0, 0), *(year.kinds for year in plan)]
    lanes = [kinds // (GROUPS * STATES) for kinds in lanes]
    adders = [_Adder(groups[lane], count) for lane in lanes]
    for begin in range(0, draws, block):
        part = slice(begin, min(begin + block, draws))
        tables = curve_stocks(
            curves,
            [drawn[part] for drawn in chances.coefficients],
            cohorts.oldest,
            bounds,
            chances.growth[part],
        )
        scale = 1 + volume_se * chances.start["volume"][part]
        of_block = chances.rates if chances.rates.shape[1] == 1 else chances.rates[:, part]
        years = simulate(cohorts, scenario.measures, plan, tables, scale, of_block)
        for state in chain([start_state(cohorts, scale)], years):
            add = adders[state.year]
            _add_stocks(out, add, state, part)
            city_area[state.year, part] = state.area[city[lanes[state.year]]].sum(axis=0)
            if carbon is not None:
                _add_carbon(out, add, state, carbon, part)
    return DrawnFigures(out, city_area)


class _Adder:
    """Sums of cells by group, always in the same order."""

    def __init__(self, groups: Integers, count: int) -> None:
        self.order = np.argsort(groups, kind="stable")
        self.groups, self.first = np.unique(groups[self.order], return_index=True)
        self.count = count

    def __call__(self, values: Floats) -> Floats:
        out = np.zeros((self.count, values.shape[1]))
        out[self.groups] = np.add.reduceat(values[self.order], self.first, axis=0)
        return out


def _add_stocks(out: dict[str, Floats], add: _Adder, state: YearState, part: slice) -> None:
    year = state.year
    out["area"][year, :, part] = add(state.area)
    out["growing_stock"][year, :, part] = add(state.volume)
    out["felled"][year, :, part] = add(state.felled)
    out["lost"][year, :, part] = add(state.lost)


def _add_carbon(
    out: dict[str, Floats], add: _Adder, state: YearState, rates: CarbonRates, part: slice
) -> None:
    from_volume = add(rates.by_volume[state.kinds][:, np.newaxis] * state.volume)
    for pool, by_area in rates.by_area.items():
        from_area = add(by_area[state.kinds][:, np.newaxis] * state.area)
        out[pool][state.year, :, part] = from_volume + from_area
