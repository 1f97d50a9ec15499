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
class GrowthBounds:
    """Where growth in proportion to the volume ends.

    Attributes
    ----------
    floor
        m3/ha of the curve below which its growth is added, see `Step`.
    stocking
        Greatest multiple of the growth of the curve that a hectare grows by, see `grow`.
    """

    floor: float
    stocking: float


@dataclass(frozen=True)
class CurveStocks:
    """Growing stock of curves by age.

    Attributes
    ----------
    stock
        m3/ha; row = curve * ages + age, the last row is that of what does not grow: (rows, draws).
    ages
        Rows of a curve.
    scale
        Growth of all forest as a multiple of the curves': (draws,).
    """

    stock: Floats
    ages: int
    scale: Floats
    bounds: GrowthBounds


def curve_stocks(
    models: list[Model], values: list[Floats], oldest: int, bounds: GrowthBounds, scale: Floats
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
    constant = np.full((1, len(scale)), bounds.floor)
    return CurveStocks(np.concatenate([*tables, constant]), len(ages), scale, bounds)


@dataclass(frozen=True)
class GrowthRows:
    """What the growth of a year is computed for.

    Attributes
    ----------
    begin, now
        Rows of `CurveStocks.stock` of every pair of curve, age at the survey (or at birth) and
        present age that occurs.
    windows
        Measure whose touched area grows faster -> for every pair, in which of the last years it
        was touched, the year before first: (pairs, years).
    pair
        Pair of each cohort.
    from_zero
        Cohorts recorded without any volume.
    """

    begin: Integers
    now: Integers
    windows: dict[int, NDArray[np.bool_]]
    pair: Integers
    from_zero: Integers


def growth_rows(
    cohorts: Cohorts, year: int, touched: dict[int, list[NDArray[np.bool_]]]
) -> GrowthRows:
    """Find the rows for the growth from the year before to a year counted from the survey.

    Parameters
    ----------
    touched
        Measure -> the cohorts it could touch in each of its last years, the year before first.
    """
    alive = cohorts.alive(year - 1)
    lane, birth = cohorts.lane[:alive], cohorts.birth[:alive]
    curve, ages = cohorts.curve[lane], cohorts.oldest + 1
    none = len(cohorts.curve_keys) * ages
    # new forest begins at age 0
    begin = np.where(curve >= 0, curve * ages + np.maximum(-birth, 0), none)
    now = np.where(curve >= 0, curve * ages + year - 1 - birth, none)
    code = begin * (none + 1) + now
    members = {number: _padded(masks, alive) for number, masks in touched.items() if masks}
    for window in members.values():
        _, pattern = np.unique(window, axis=0, return_inverse=True)
        code = code * (int(pattern.max()) + 1) + pattern.ravel()
    _, first, pair = np.unique(code, return_index=True, return_inverse=True)
    return GrowthRows(
        begin[first],
        now[first],
        {number: window[first] for number, window in members.items()},
        pair,
        np.flatnonzero(cohorts.from_zero[lane]),
    )


def _padded(masks: list[NDArray[np.bool_]], alive: int) -> NDArray[np.bool_]:
    """Stack the masks of years, when fewer cohorts were alive, to (cohorts, years)."""
    out = np.zeros((alive, len(masks)), dtype=np.bool_)
    for place, mask in enumerate(masks):
        out[: len(mask), place] = mask
    return out


@dataclass(frozen=True)
class Step:
    """Growth of every pair of `GrowthRows` in a year; arrays are (pairs, draws).

    With f the curve, A0 the age at the survey (0 of forest born since) and s the scale of
    growth, the stock of a stand of the curve's stocking is

        g(A) = f(A0) + s (f(A) - f(A0)),

    so that all growth since the survey is s times the curve's: its error does not grow like
    compound interest. Forest of age 0 has no volume, whatever the curve (a logistic one begins
    above 0) gives there: where A0 = 0, g(A) = s (f(A) - f(0)).

    Attributes
    ----------
    relative
        (g(A+1) - g(A)) / g(A); 0 where g(A) is below the floor.
    added
        g(A+1) - g(A), m3/ha.
    low
        Whether g(A) is below the floor.
    most
        The most that a hectare grows by, m3/ha.
    """

    relative: Floats
    added: Floats
    low: NDArray[np.bool_]
    most: Floats


def growth_step(curves: CurveStocks, rows: GrowthRows, faster: Floats | float) -> Step:
    """Compute the growth of a year for every pair of ages.

    Parameters
    ----------
    faster
        By how much each pair grows faster, as a fraction: (pairs, draws) or (pairs, 1).
    """
    last = len(curves.stock) - 1
    begin, now = curves.stock[rows.begin], curves.stock[rows.now]
    after = curves.stock[np.where(rows.now < last, rows.now + 1, last)]
    bare = (rows.begin < last) & (rows.begin % curves.ages == 0)
    reached = np.where(bare[:, np.newaxis], 0.0, begin) + curves.scale * (now - begin)
    added = curves.scale * (after - now) * (1 + faster)
    low = reached < curves.bounds.floor
    relative = np.where(low, 0.0, added / np.where(low, 1.0, reached))
    return Step(relative, added, low, curves.bounds.stocking * added)


def grow(rows: GrowthRows, step: Step, area: Floats, volume: Floats) -> None:
    """Add a year's growth to the volumes of cohorts.

    dV = min(V / (area g(A)), c) * area * (g(A+1) - g(A)): the stocking against the curve is kept,
    but growth is that of a stocking of c at most. Where g(A) is below the floor, in stands
    recorded without any volume, and where a measure took all of it (V = 0),
    dV = area * (g(A+1) - g(A)).

    Parameters
    ----------
    area, volume
        ha and m3 at the beginning: (cohorts, draws); the area may have one column.
    """
    zero = rows.from_zero
    from_zero = volume[zero] + area[zero] * step.added[rows.pair[zero]]
    bare = volume == 0
    young = np.flatnonzero(np.any(step.low, axis=1)[rows.pair] | np.any(bare, axis=1))
    pair = rows.pair[young]
    from_area = area[young] * ((step.low[pair] | bare[young]) * step.added[pair])
    growth = np.take(step.relative, rows.pair, axis=0)
    growth *= volume
    most = np.take(step.most, rows.pair, axis=0)
    most *= area
    volume += np.minimum(growth, most, out=growth)
    volume[young] += from_area
    volume[zero] = from_zero
