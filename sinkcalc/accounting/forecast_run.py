"""The years ahead: cohorts grow, then the measures of the scenario are carried out in order."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinkcalc.accounting.cohorts import Cohorts
from sinkcalc.accounting.forecast_plan import Task
from sinkcalc.accounting.growth_tables import GrowthTables
from sinkcalc.accounting.scenario import Measure

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# volumes that these take are lost, those of the others are felled
_LOSSES = ("disturbance", "land_loss")


@dataclass(frozen=True)
class YearState:
    """Cohorts at the end of a year; every array is (cohorts alive, draws).

    Attributes
    ----------
    year
        Counted from the survey.
    area, volume
        ha (one column where no draw moves it), m3.
    felled, lost
        Volume of the year, m3. stock change = growth - felled - lost.
    undone
        Measure -> area (ha) that could not be touched for want of forest.
    """

    year: int
    area: Floats
    volume: Floats
    felled: Floats
    lost: Floats
    undone: dict[int, Floats]


@dataclass
class _Gain:
    """Share of each cohort's area that grows faster, and when its parts end."""

    share: Floats
    parts: list[tuple[int, Integers, Floats]]


def start_state(cohorts: Cohorts, volume_scale: Floats) -> YearState:
    """Return the cohorts at the survey, with their volumes times a factor a draw."""
    alive = cohorts.alive(0)
    none = np.zeros((alive, 1))
    return YearState(
        0,
        cohorts.area[:alive, np.newaxis],
        cohorts.volume[:alive, np.newaxis] * volume_scale,
        none,
        none,
        {},
    )


def simulate(
    cohorts: Cohorts,
    measures: tuple[Measure, ...],
    plan: list[list[Task]],
    tables: GrowthTables,
    volume_scale: Floats,
    rates: Floats,
) -> Iterator[YearState]:
    """Carry cohorts through the years.

    V(A+1) = V(A) + V(A) (f(A+1) - f(A)) / f(A), so that a stand keeps its stocking against the
    curve f; where f(A) is below the floor, and in stands recorded without any volume,
    V(A+1) = V(A) + area * (f(A+1) - f(A)).

    Parameters
    ----------
    plan
        Tasks of every year, see `make_plan`.
    tables
        Growth of the curves, one column a draw.
    volume_scale
        Multiple of the volumes at the survey, shape (draws,).
    rates
        Multiples of the rates, shape (measures, draws), or (measures, 1) where none is drawn.

    Yields
    ------
    The state of every year; its arrays are reused in the next one.
    """
    draws = len(volume_scale)
    area = np.repeat(cohorts.area[:, np.newaxis], rates.shape[1], axis=1)
    volume = cohorts.volume[:, np.newaxis] * volume_scale
    felled, lost = np.zeros((2, len(volume), draws))
    gains = {
        number: _Gain(np.zeros_like(area), [])
        for number, measure in enumerate(measures)
        if measure.growth_gain_fraction and measure.gain_years
    }
    for year, tasks in enumerate(plan, 1):
        alive, before = cohorts.alive(year), cohorts.alive(year - 1)
        _grow(cohorts, tables, year, area[:before], volume[:before], _faster(gains, measures, year))
        felled[:alive], lost[:alive] = 0.0, 0.0
        undone = {}
        for task in tasks:
            measure, rate = measures[task.number], rates[task.number]
            fraction, short = _fraction(measure, rate, area, task)
            undone[task.number] = short
            if measure.kind == "afforestation":
                hectares = _wanted(measure, rate, area, task)
                area[task.born] += task.weights[:, np.newaxis] * hectares
                continue
            _touch(measure, fraction, task, (area, volume, felled, lost))
            if task.number in gains:
                gain = gains[task.number]
                gain.share[task.rows] += fraction
                gain.parts.append((year, task.rows, fraction))
        yield YearState(
            year, area[:alive], volume[:alive], felled[:alive], lost[:alive], undone
        )


def _grow(
    cohorts: Cohorts,
    tables: GrowthTables,
    year: int,
    area: Floats,
    volume: Floats,
    faster: Floats | None,
) -> None:
    """Add a year's growth to the volumes."""
    alive = len(volume)
    lane = cohorts.lane[:alive]
    age = year - 1 - cohorts.birth[:alive]
    curve = cohorts.curve[lane]
    row = np.where(curve >= 0, curve * tables.ages + age, len(tables.relative) - 1)
    grown = np.take(tables.relative, row, axis=0)
    from_zero = cohorts.from_zero[lane]
    grown[from_zero] = 0.0
    grown *= volume
    for some, table in (
        (~from_zero & tables.is_low[row], tables.added),
        (from_zero, tables.whole),
    ):
        places = np.flatnonzero(some)
        grown[places] += area[places] * np.take(table, row[places], axis=0)
    if faster is not None:
        grown *= 1 + faster[:alive]
    volume += grown


def _faster(gains: dict[int, _Gain], measures: tuple[Measure, ...], year: int) -> Floats | None:
    """Return how much faster each cohort grows in a year, as a fraction."""
    total = None
    for number, gain in gains.items():
        measure = measures[number]
        while gain.parts and year - gain.parts[0][0] > measure.gain_years:
            _, rows, fraction = gain.parts.pop(0)
            gain.share[rows] -= fraction
        # no land counts twice
        part = np.clip(gain.share, 0.0, 1.0) * measure.growth_gain_fraction
        total = part if total is None else total + part
    return total


def _wanted(measure: Measure, rate: Floats, area: Floats, task: Task) -> Floats:
    """Return the area of a measure in a year, ha."""
    if measure.area_ha_per_year is not None:
        return measure.area_ha_per_year * rate
    return (measure.area_fraction_per_year or 0.0) * rate * area[task.rows].sum(axis=0)


def _fraction(
    measure: Measure, rate: Floats, area: Floats, task: Task
) -> tuple[Floats, Floats]:
    """Return the touched fraction of the chosen cohorts, and the area that is not there (ha)."""
    if measure.area_ha_per_year is None:
        wanted = (measure.area_fraction_per_year or 0.0) * rate
        return np.minimum(wanted, 1.0), np.zeros_like(wanted)
    there = area[task.rows].sum(axis=0)
    hectares = measure.area_ha_per_year * rate
    if measure.kind == "afforestation":
        return np.zeros_like(hectares), np.zeros_like(hectares)
    touched = np.minimum(hectares, there)
    return touched / np.where(there > 0, there, 1.0), hectares - touched


def _touch(
    measure: Measure,
    fraction: Floats,
    task: Task,
    state: tuple[Floats, Floats, Floats, Floats],
) -> None:
    """Take volume from the touched part of the chosen cohorts, and bring its area where it goes."""
    area, volume, felled, lost = state
    rows = task.rows
    booked = lost if measure.kind in _LOSSES else felled
    there = volume[rows]
    becomes = "leaves_forest" if measure.kind == "land_loss" else measure.becomes
    if becomes == "stays":
        taken = there * (fraction * measure.volume_fraction)
        booked[rows] += taken
        volume[rows] = there - taken
        return
    gone = there * fraction
    taken = gone * measure.volume_fraction
    booked[rows] += taken
    # nothing of the old stand is left on land that begins anew
    lost[rows] += gone - taken
    volume[rows] = there - gone
    moved = area[rows] * fraction
    area[rows] -= moved
    if becomes == "regrows" and len(rows):
        area[task.born] += np.add.reduceat(moved, task.starts, axis=0)
