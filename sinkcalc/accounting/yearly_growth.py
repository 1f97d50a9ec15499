"""Yearly growth of cohorts by their curves, for one or many draws of the coefficients."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from sinkcalc.accounting.cohorts import Cohorts
from sinkcalc.calibration.model import Model
from sinkcalc.models.growth import GrowthForm, volume_at

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class CurveStocks:
    """Growing stock of curves by age.

    Attributes
    ----------
    stock
        m3/ha; row = curve * ages + age, the last row is that of what does not grow: (rows, draws).
    scale
        Growth of all forest as a multiple of the curves': (draws,).
    floor
        m3/ha, see `Step`.
    """

    stock: Floats
    scale: Floats
    floor: float


def curve_stocks(
    models: list[Model], values: list[Floats], oldest: int, floor: float, scale: Floats
) -> CurveStocks:
    """Tabulate curves.

    Parameters
    ----------
    models
        In the order of `Cohorts.curve_keys`.
    values
        Coefficients of each, shape (draws, coefficients).
    oldest
        The greatest age of any cohort.
    """
    ages = np.arange(oldest + 1, dtype=np.float64)
    tables = [
        volume_at(cast(GrowthForm, model.form), drawn[:, np.newaxis, :], ages).T
        for model, drawn in zip(models, values, strict=True)
    ]
    constant = np.full((1, len(scale)), floor)
    return CurveStocks(np.concatenate([*tables, constant]), scale, floor)


@dataclass(frozen=True)
class GrowthRows:
    """Rows of `CurveStocks.stock` that the growth of a year needs.

    Attributes
    ----------
    begin, now
        Of every pair of curve, age at the survey (or at birth) and present age that occurs.
    pair
        Pair of each cohort.
    from_zero
        Cohorts recorded without any volume.
    """

    begin: Integers
    now: Integers
    pair: Integers
    from_zero: Integers


def growth_rows(cohorts: Cohorts, year: int) -> GrowthRows:
    """Find the rows for the growth from the year before to a year counted from the survey."""
    alive = cohorts.alive(year - 1)
    lane, birth = cohorts.lane[:alive], cohorts.birth[:alive]
    curve, ages = cohorts.curve[lane], cohorts.oldest + 1
    none = len(cohorts.curve_keys) * ages
    # new forest begins at age 0
    begin = np.where(curve >= 0, curve * ages + np.maximum(-birth, 0), none)
    now = np.where(curve >= 0, curve * ages + year - 1 - birth, none)
    pairs, pair = np.unique(begin * (none + 1) + now, return_inverse=True)
    first, last = np.divmod(pairs, none + 1)
    return GrowthRows(first, last, pair, np.flatnonzero(cohorts.from_zero[lane]))


@dataclass(frozen=True)
class Step:
    """Growth of every pair of `GrowthRows` in a year; arrays are (pairs, draws).

    With f the curve, A0 the age at the survey (0 of forest born since) and s the scale of
    growth, the stock of a stand of the curve's stocking is

        g(A) = f(A0) + s (f(A) - f(A0)),

    so that all growth since the survey is s times the curve's: its error does not grow like
    compound interest.

    Attributes
    ----------
    relative
        (g(A+1) - g(A)) / g(A); 0 where g(A) is below the floor.
    added
        g(A+1) - g(A), m3/ha.
    low
        Whether g(A) is below the floor: (pairs, draws).
    """

    relative: Floats
    added: Floats
    low: NDArray[np.bool_]


def growth_step(curves: CurveStocks, rows: GrowthRows) -> Step:
    """Compute the growth of a year for every pair of ages."""
    last = len(curves.stock) - 1
    begin, now = curves.stock[rows.begin], curves.stock[rows.now]
    after = curves.stock[np.where(rows.now < last, rows.now + 1, last)]
    reached = begin + curves.scale * (now - begin)
    added = curves.scale * (after - now)
    low = reached < curves.floor
    return Step(np.where(low, 0.0, added / np.where(low, 1.0, reached)), added, low)


def grow(rows: GrowthRows, step: Step, area: Floats, volume: Floats) -> Floats:
    """Return the growth of cohorts in a year, m3.

    dV = V (g(A+1) - g(A)) / g(A): the stocking against the curve is kept. Where g(A) is below
    the floor, and in stands recorded without any volume, dV = area * (g(A+1) - g(A)).

    Parameters
    ----------
    area, volume
        ha and m3 at the beginning: (cohorts, draws); the area may have one column.
    """
    grown = np.take(step.relative, rows.pair, axis=0)
    grown *= volume
    young = np.flatnonzero(step.low.any(axis=1)[rows.pair])
    pair = rows.pair[young]
    grown[young] += area[young] * step.low[pair] * step.added[pair]
    grown[rows.from_zero] = area[rows.from_zero] * step.added[rows.pair[rows.from_zero]]
    return grown
