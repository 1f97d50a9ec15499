"""Which cohorts a measure may touch in each year; it does not change from draw to draw."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.accounting.cohorts import LANE_KEYS, Cohorts, planted_mix
from sinkcalc.accounting.cohorts import PLANTED as _PLANTED
from sinkcalc.accounting.scenario import Measure
from sinkcalc.vocabulary import AGE_GROUPS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """One measure in one year.

    Attributes
    ----------
    number
        Place of the measure in the scenario.
    rows
        Cohorts that it may touch; of a measure whose area regrows in the order of `born`.
    born, starts
        Rows of the cohorts that come up in this year, and where the part of `rows` that each of
        them comes from begins. For afforestation `born` with `weights`, which add up to 1.
    weights
        Share of the new area that each of `born` gets.
    """

    number: int
    rows: Integers
    born: Integers
    starts: Integers
    weights: Floats


def make_plan(
    cohorts: Cohorts, measures: tuple[Measure, ...], first_year: int, years: int
) -> list[list[Task]]:
    """List the tasks of every year ahead.

    Parameters
    ----------
    first_year
        Calendar year of the survey.
    years
        Years ahead.
    """
    fixed = [_Choice(cohorts, measure) for measure in measures]
    return [
        [
            choice.task(number, year)
            for number, choice in enumerate(fixed)
            if choice.takes_place(first_year + year)
        ]
        for year in range(1, years + 1)
    ]


class _Choice:
    """What a measure chooses among lanes and ages."""

    def __init__(self, cohorts: Cohorts, measure: Measure) -> None:
        self.cohorts, self.measure = cohorts, measure
        lanes = cohorts.lanes
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
        if measure.age_groups:
            wanted = wanted & arbor
        self.lanes = lanes.select(pl.lit(True).alias("all") & wanted).to_series().to_numpy()
        self.ages = np.isin(
            cohorts.age_group, [AGE_GROUPS.index(name) for name in measure.age_groups]
        )
        # place among the targets of what regrows where a lane was
        self.target = self._targets()
        self.weights = self._weights()

    def takes_place(self, year: int) -> bool:
        first, last = self.measure.first_year, self.measure.last_year
        return (first is None or year >= first) and (last is None or year <= last)

    def task(self, number: int, year: int) -> Task:
        cohorts = self.cohorts
        # forest that came up in this year is not touched in it
        alive = cohorts.alive(year - 1)
        lane = cohorts.lane[:alive]
        chosen = self.lanes[lane]
        if self.measure.age_groups:
            age = np.minimum(year - cohorts.birth[:alive], cohorts.oldest)
            chosen = chosen & self.ages[lane, age]
        rows = np.flatnonzero(chosen)
        born = starts = np.empty(0, np.int64)
        if self.weights.size:
            born = alive + np.arange(len(cohorts.targets))
        elif self.target.size and rows.size:
            target = self.target[lane[rows]]
            order = np.argsort(target, kind="stable")
            rows = rows[order]
            places, starts = np.unique(target[order], return_index=True)
            born = alive + places
        return Task(number, rows, born, starts, self.weights)

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
            pl.lit(measure.regrows_origin or _PLANTED).alias("origin"),
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
        known = (
            cohorts.lanes[cohorts.targets].select(LANE_KEYS).with_row_index("place")
        )
        found = keys.join(
            known, on=list(LANE_KEYS), how="left", nulls_equal=True, maintain_order="left"
        )
        return found["place"].cast(pl.Int64).fill_null(-1).to_numpy()
