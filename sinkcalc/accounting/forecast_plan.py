"""What happens in each year, and to which cohorts; it does not change from draw to draw."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.accounting.cohorts import GROUPS, STATES, Cohorts
from sinkcalc.accounting.new_forest import LANE_KEYS, PLANTED, planted_mix
from sinkcalc.accounting.scenario import Measure
from sinkcalc.accounting.target import CITY, inside
from sinkcalc.accounting.yearly_growth import GrowthRows, growth_rows
from sinkcalc.vocabulary import AGE_GROUPS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class PlantingLand:
    """Land that forest can be planted on: what is not forest of the city.

    Attributes
    ----------
    land_ha
        Land area of the city.
    cells
        Cells of the city's forest, of every class.
    targets
        Which targets lie in the city.
    """

    land_ha: float
    cells: Integers
    targets: NDArray[np.bool_]


@dataclass(frozen=True)
class Task:
    """One measure in one year; it treats all cohorts of a cell alike.

    Attributes
    ----------
    number
        Place of the measure in the scenario.
    cells
        Cells that it may touch; of a measure whose area regrows in the order of `born`.
    born, starts
        Targets that come up, and where the part of `cells` that each comes from begins.
    weights
        Of afforestation: share of the new area that each target gets.
    land
        Of afforestation: where it ends; None where the land area is not known.
    """

    number: int
    cells: Integers
    born: Integers
    starts: Integers
    weights: Floats
    land: PlantingLand | None = None


@dataclass(frozen=True)
class YearPlan:
    """What is done in one year.

    Attributes
    ----------
    growth
        Rows of the growth.
    cell
        Cell of each cohort that was alive before.
    order, starts
        Cohorts in the order of their cells, and where each cell begins.
    kinds
        Kind of each cell, then of the cohorts born in the year, see `Cohorts.kinds`.
    """

    growth: GrowthRows
    cell: Integers
    order: Integers
    starts: Integers
    kinds: Integers
    tasks: list[Task]


def make_plan(
    cohorts: Cohorts,
    measures: tuple[Measure, ...],
    first_year: int,
    years: int,
    land_area_ha: float | None = None,
) -> list[YearPlan]:
    """Plan every year ahead.

    Parameters
    ----------
    first_year
        Calendar year of the survey.
    years
        Years ahead.
    land_area_ha
        Land area of the city, which its forest cannot exceed; None where it is not known.
    """
    choices = {
        number: _Choice(cohorts, measure, land_area_ha)
        for number, measure in enumerate(measures)
        if measure.area_ha_per_year or measure.area_fraction_per_year
    }
    touched: dict[int, list[NDArray[np.bool_]]] = {
        number: []
        for number in choices
        if measures[number].growth_gain_fraction and measures[number].gain_years
    }
    plan = []
    for year in range(1, years + 1):
        growth = growth_rows(cohorts, year, touched)
        of_cohort = cohorts.kinds(year, year)
        alive = cohorts.alive(year - 1)
        kinds, cell = np.unique(of_cohort[:alive], return_inverse=True)
        order = np.argsort(cell, kind="stable")
        starts = np.searchsorted(cell[order], np.arange(len(kinds)))
        tasks = [
            choice.task(number, kinds)
            for number, choice in choices.items()
            if measures[number].in_force(first_year + year, first_year + year)
        ]
        cells = {task.number: task.cells for task in tasks}
        for number, masks in touched.items():
            mask = np.isin(cell, cells.get(number, np.empty(0, np.int64)))
            touched[number] = [mask, *masks][: measures[number].gain_years]
        kinds = np.concatenate([kinds, of_cohort[alive:]])
        plan.append(YearPlan(growth, cell, order, starts, kinds, tasks))
    return plan


class _Choice:
    """What a measure chooses among lanes and age groups."""

    def __init__(self, cohorts: Cohorts, measure: Measure, land_area_ha: float | None) -> None:
        self.cohorts, self.measure, self.land_area_ha = cohorts, measure, land_area_ha
        arbor = pl.col("vegetation_class") == "arbor"
        # land is lost whatever forest stands on it; all else is done in arbor forest
        wanted = arbor if measure.kind != "land_loss" else pl.lit(True)
        for column, words in (
            ("region_code", measure.region_codes),
            ("species_group", measure.species_groups),
            ("origin", measure.origins),
        ):
            if words:
                wanted = wanted & pl.col(column).is_in(words).fill_null(False)
        groups = measure.age_groups or (*AGE_GROUPS, None)
        in_lanes = cohorts.lanes.with_columns(wanted.alias("wanted"))["wanted"].to_numpy()
        in_groups = np.array([name in groups for name in (*AGE_GROUPS, None)])
        self.chosen = in_lanes[:, np.newaxis] & in_groups
        # place among the targets of what regrows where a lane was
        self.target = self._targets()
        self.weights = self._weights()

    def task(self, number: int, kinds: Integers) -> Task:
        lane, group = np.divmod(kinds // STATES, GROUPS)
        cells = np.flatnonzero(self.chosen[lane, group])
        born = starts = np.empty(0, np.int64)
        if self.target.size and cells.size:
            target = self.target[lane[cells]]
            order = np.argsort(target, kind="stable")
            cells = cells[order]
            born, starts = np.unique(target[order], return_index=True)
        return Task(number, cells, born, starts, self.weights, self._land(lane))

    def _land(self, lane: Integers) -> PlantingLand | None:
        """Return what planting is limited by; `lane` is that of each cell."""
        if self.measure.kind != "afforestation" or self.land_area_ha is None:
            return None
        in_city = self.cohorts.lanes.select(inside(CITY)).to_series().to_numpy()
        cells = np.flatnonzero(in_city[lane])
        return PlantingLand(self.land_area_ha, cells, in_city[self.cohorts.targets])

    def _targets(self) -> Integers:
        measure, cohorts = self.measure, self.cohorts
        if measure.becomes != "regrows" or measure.kind in ("afforestation", "land_loss"):
            return np.empty(0, np.int64)
        species = pl.col("species")
        if measure.regrows_species is not None:
            species = pl.lit(measure.regrows_species)
        wanted = cohorts.lanes.select(
            "region_code",
            "vegetation_class",
            species.alias("species"),
            pl.lit(measure.regrows_origin or PLANTED).alias("origin"),
            pl.lit("given").alias("measure"),
        )
        return self._place(wanted)

    def _weights(self) -> Floats:
        if self.measure.kind != "afforestation":
            return np.empty(0)
        cohorts = self.cohorts
        start = cohorts.lanes[cohorts.lane[: cohorts.start]].with_columns(
            pl.Series("area_ha", cohorts.area[: cohorts.start])
        )
        mix = planted_mix(start, self.measure)
        out = np.zeros(len(cohorts.targets))
        out[self._place(mix)] = mix["weight"].to_numpy()
        return out

    def _place(self, keys: pl.DataFrame) -> Integers:
        """Return the places among the targets of lanes; -1 of what is none."""
        cohorts = self.cohorts
        known = cohorts.lanes[cohorts.targets].select(LANE_KEYS).with_row_index("place")
        found = keys.join(
            known, on=list(LANE_KEYS), how="left", nulls_equal=True, maintain_order="left"
        )
        return found["place"].cast(pl.Int64).fill_null(-1).to_numpy()
