"""The years ahead: cohorts grow, then the measures of the scenario are carried out in order."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinkcalc.accounting.cohorts import Cohorts
from sinkcalc.accounting.forecast_plan import PlantingLand, Task, YearPlan
from sinkcalc.accounting.scenario import Measure
from sinkcalc.accounting.yearly_growth import CurveStocks, GrowthRows, grow, growth_step

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# volumes that these take are lost, those of the others are felled
_LOSSES = ("disturbance", "land_loss")


@dataclass(frozen=True)
class YearState:
    """Forest at the end of a year; every array is (cells, draws).

    A cell holds the cohorts of one lane, age group and state of the volume: every measure
    treats them alike.

    Attributes
    ----------
    year
        Counted from the survey.
    kinds
        Kind of each cell, see `Cohorts.kinds`; a kind may occur twice.
    area, volume
        ha (one column where no draw moves it), m3.
    felled, lost
        Volume of the year, m3. stock change = growth - felled - lost.
    undone
        Measure -> area (ha) that could not be touched for want of forest, or planted for want of
        land.
    """

    year: int
    kinds: Integers
    area: Floats
    volume: Floats
    felled: Floats
    lost: Floats
    undone: dict[int, Floats]


def start_state(cohorts: Cohorts, volume_scale: Floats) -> YearState:
    """Return the forest of the survey, with its volumes times a factor a draw."""
    begin = slice(0, cohorts.start)
    none = np.zeros((cohorts.start, 1))
    volume = cohorts.volume[begin, np.newaxis] * volume_scale
    area = cohorts.area[begin, np.newaxis]
    return YearState(0, cohorts.kinds(0, 0), area, volume, none, none, {})


def simulate(
    cohorts: Cohorts,
    measures: tuple[Measure, ...],
    plan: list[YearPlan],
    curves: CurveStocks,
    volume_scale: Floats,
    rates: Floats,
) -> Iterator[YearState]:
    """Carry cohorts through the years.

    Growth first (see `grow`), then the measures in the order of the scenario. Forest that comes
    up in a year is of age 0 at its end and is not touched in it.

    Parameters
    ----------
    plan
        See `make_plan`.
    curves
        One column a draw.
    volume_scale
        Multiple of the volumes at the survey, shape (draws,).
    rates
        Multiples of the rates, shape (measures, draws), or (measures, 1) where none is drawn.

    Yields
    ------
    The state of every year.
    """
    area = np.repeat(cohorts.area[:, np.newaxis], rates.shape[1], axis=1)
    volume = cohorts.volume[:, np.newaxis] * volume_scale
    fractions: dict[int, list[Floats]] = {}
    for year, planned in enumerate(plan, 1):
        before, alive = len(planned.cell), cohorts.alive(year)
        rows = planned.growth
        faster = _faster(rows, measures, fractions)
        grow(rows, growth_step(curves, rows, faster), area[:before], volume[:before])
        cells = _Cells(
            _by_cell(area[:before], planned),
            _by_cell(volume[:before], planned),
            np.zeros((len(cohorts.targets), rates.shape[1])),
        )
        undone = {}
        for task in planned.tasks:
            rate, past = rates[task.number], fractions.setdefault(task.number, [])
            fraction, undone[task.number] = cells.carry_out(measures[task.number], rate, task)
            past.insert(0, fraction)
        for number in fractions.keys() - {task.number for task in planned.tasks}:
            fractions[number].insert(0, np.zeros(1))
        if planned.tasks:
            for part, kept in ((area, cells.kept_area), (volume, cells.kept_volume)):
                part[:before] *= np.take(kept(), planned.cell, axis=0)
        area[before:alive] = cells.born
        yield cells.state(year, planned.kinds, undone)


def _by_cell(values: Floats, planned: YearPlan) -> Floats:
    return np.asarray(np.add.reduceat(values[planned.order], planned.starts, axis=0))


def _faster(
    rows: GrowthRows, measures: tuple[Measure, ...], fractions: dict[int, list[Floats]]
) -> Floats | float:
    """Return how much faster each pair of ages grows, as a fraction."""
    total: Floats | float = 0.0
    for number, window in rows.windows.items():
        share: Floats | float = 0.0
        for place, fraction in enumerate(fractions.get(number, [])[: window.shape[1]]):
            share = share + window[:, place, np.newaxis] * fraction
        # no land counts twice
        total = total + np.minimum(share, 1.0) * measures[number].growth_gain_fraction
    return total


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.ones_like(whole), where=whole > 0)


class _Cells:
    """Sums of the cohorts alive before a year, while measures are carried out."""

    def __init__(self, area: Floats, volume: Floats, born: Floats) -> None:
        self.area, self.volume, self.born = area, volume, born
        self._before = area.copy(), volume.copy()
        self.felled, self.lost = np.zeros_like(volume), np.zeros_like(volume)

    def carry_out(self, measure: Measure, rate: Floats, task: Task) -> tuple[Floats, Floats]:
        """Carry out a measure; return the touched fraction and the area that was not there."""
        there = self.area[task.cells].sum(axis=0)
        if measure.area_ha_per_year is None:
            fraction = np.minimum((measure.area_fraction_per_year or 0.0) * rate, 1.0)
            wanted = fraction * there
        else:
            wanted = measure.area_ha_per_year * rate
            fraction = np.minimum(wanted, there) / np.where(there > 0, there, 1.0)
        if measure.kind == "afforestation":
            planted = wanted if task.land is None else self._plantable(wanted, task, task.land)
            self.born += task.weights[:, np.newaxis] * planted
            return np.zeros_like(fraction), wanted - planted
        self._touch(measure, fraction, task)
        return fraction, np.maximum(wanted - there, 0.0)

    def _plantable(self, wanted: Floats, task: Task, land: PlantingLand) -> Floats:
        """Return how much of an area there is land for that is not forest."""
        share = task.weights[land.targets].sum()
        if not share:
            return wanted
        forest = self.area[land.cells].sum(axis=0) + self.born[land.targets].sum(axis=0)
        free = np.maximum(land.land_ha - forest, 0.0)
        return np.asarray(np.minimum(wanted, free / share))

    def _touch(self, measure: Measure, fraction: Floats, task: Task) -> None:
        """Take volume from the touched part, and bring its area where it goes."""
        cells = task.cells
        booked = self.lost if measure.kind in _LOSSES else self.felled
        becomes = "leaves_forest" if measure.kind == "land_loss" else measure.becomes
        taken = fraction * measure.volume_fraction
        booked[cells] += self.volume[cells] * taken
        if becomes == "stays":
            self.volume[cells] *= 1 - taken
            return
        # nothing of the old stand is left on land that begins anew
        self.lost[cells] += self.volume[cells] * (fraction - taken)
        if becomes == "regrows" and len(cells):
            moved = self.area[cells] * fraction
            self.born[task.born] += np.add.reduceat(moved, task.starts, axis=0)
        for part in (self.area, self.volume):
            part[cells] *= 1 - fraction

    def kept_area(self) -> Floats:
        """Return what is left of the area of each cell, as a fraction."""
        return _ratio(self.area, self._before[0])

    def kept_volume(self) -> Floats:
        """Return what is left of the volume of each cell, as a fraction."""
        return _ratio(self.volume, self._before[1])

    def state(self, year: int, kinds: Integers, undone: dict[int, Floats]) -> YearState:
        """Return the cells with those born in the year."""
        bare = np.zeros((len(self.born), self.volume.shape[1]))
        return YearState(
            year,
            kinds,
            np.concatenate([self.area, self.born]),
            np.concatenate([self.volume, bare]),
            np.concatenate([self.felled, bare]),
            np.concatenate([self.lost, bare]),
            undone,
        )
