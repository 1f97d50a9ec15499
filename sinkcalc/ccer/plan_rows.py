"""The rows of a plan: trees, bamboo and strata in both scenarios, with their inputs over years."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from sinkcalc.ccer.numbers import Floats
from sinkcalc.ccer.periods import ages, at_end, removed_fraction, table_volume, within
from sinkcalc.ccer.plan import SCENARIOS, Level, Period
from sinkcalc.ccer.plan_curves import ServingCurve
from sinkcalc.ccer.project import BambooPart, Component, Project, Stratum, Vegetation


@dataclass(frozen=True)
class StratumRow:
    """A stratum in a scenario."""

    scenario: str
    stratum: Stratum

    @property
    def vegetation(self) -> Vegetation:
        """What grows on it."""
        return self.stratum.project if self.scenario == "project" else self.stratum.baseline


@dataclass(frozen=True)
class TreeRow(StratumRow):
    """Trees of one planting, with the curve that serves them."""

    part: Component
    curve: ServingCurve


@dataclass(frozen=True)
class BambooRow(StratumRow):
    """Culms of one age."""

    part: BambooPart


GrownRow = TreeRow | BambooRow


def stratum_rows(project: Project) -> list[StratumRow]:
    """Return every stratum in both scenarios, in the order of the rows."""
    ordered = sorted(project.strata, key=lambda stratum: stratum.stratum)
    return [StratumRow(scenario, stratum) for scenario in SCENARIOS for stratum in ordered]


def tree_rows(
    strata: Sequence[StratumRow], curve_of: Callable[[Component, StratumRow], ServingCurve]
) -> list[TreeRow]:
    """Return the components of trees, in the order of the rows."""
    return [
        TreeRow(row.scenario, row.stratum, part, curve_of(part, row))
        for row in strata
        for part in sorted(row.vegetation.trees, key=lambda part: part.name)
    ]


def bamboo_rows(strata: Sequence[StratumRow]) -> list[BambooRow]:
    """Return the parts of bamboo, in the order of the rows."""
    return [
        BambooRow(row.scenario, row.stratum, part)
        for row in strata
        for part in sorted(row.vegetation.bamboo, key=lambda part: part.name)
    ]


def tree_level(
    rows: Sequence[TreeRow], areas: Mapping[str, float], periods: Sequence[Period]
) -> Level:
    """Return the level of trees with its inputs, without parameters."""
    volumes = [
        table_volume(row.curve.table, row.part.planted, periods)
        if row.curve.table
        else np.zeros(len(periods))
        for row in rows
    ]
    inputs = {
        "age": _stacked([ages(row.part.planted, periods) for row in rows], periods),
        "share": _column([row.part.share for row in rows]),
        "thinned_fraction": _stacked(
            [removed_fraction(row.part.removals, periods) for row in rows], periods
        ),
        "table_volume": _stacked(volumes, periods),
        "area_ha": _areas(rows, areas),
    }
    names = {
        "component": [row.part.name for row in rows],
        "form": [row.curve.form for row in rows],
        "species": [row.part.species for row in rows],
    }
    return Level("tree", _frame(rows, names), inputs, {})


def bamboo_level(
    rows: Sequence[BambooRow], areas: Mapping[str, float], periods: Sequence[Period]
) -> Level:
    """Return the level of bamboo with its inputs, without parameters."""
    inputs = {
        "culms_per_ha": _stacked([at_end(row.part.culms_per_ha, periods) for row in rows], periods),
        "age_du": _column([row.part.age_du for row in rows]),
        "dbh_cm": _column([row.part.dbh_cm for row in rows]),
        "area_ha": _areas(rows, areas),
    }
    names = {
        "component": [row.part.name for row in rows],
        "species": [row.part.species for row in rows],
    }
    return Level("bamboo", _frame(rows, names), inputs, {})


def stratum_level(
    rows: Sequence[StratumRow], areas: Mapping[str, float], periods: Sequence[Period]
) -> Level:
    """Return the level of strata with area, shrubs and fires; fires are those of the project."""
    burnt = [
        within(row.stratum.burnt, periods) if row.scenario == "project" else np.zeros(len(periods))
        for row in rows
    ]
    inputs = {
        "area_ha": _areas(rows, areas),
        "shrub_cover": _stacked([_shrub_cover(row, periods) for row in rows], periods),
        "burnt_ha": _stacked(burnt, periods),
    }
    return Level("stratum", _frame(rows, {}), inputs, {})


def _shrub_cover(row: StratumRow, periods: Sequence[Period]) -> Floats:
    """Return the cover of shrubs by year; where the project says none, they are cleared in year 1.

    Both scenarios begin on the same land: without the shrubs of the baseline in year 0 their loss
    would be in no account.
    """
    cover = at_end(row.vegetation.shrub_cover, periods)
    if row.scenario == "project" and not row.vegetation.shrub_cover:
        cover[0] = at_end(row.stratum.baseline.shrub_cover, periods)[0]
    return cover


def project_level() -> Level:
    """Return the level of the project, one row without keys."""
    keys = {"scenario": pl.String, "stratum": pl.String}
    return Level("project", pl.DataFrame({"scenario": [None], "stratum": [None]}, keys), {}, {})


def _frame(rows: Sequence[StratumRow], names: Mapping[str, list[str]]) -> pl.DataFrame:
    keys = {
        "scenario": [row.scenario for row in rows],
        "stratum": [row.stratum.stratum for row in rows],
        **names,
    }
    return pl.DataFrame(keys, schema=dict.fromkeys(keys, pl.String))


def _areas(rows: Sequence[StratumRow], areas: Mapping[str, float]) -> Floats:
    return _column([areas[row.stratum.stratum] for row in rows])


def _column(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64).reshape(len(values), 1)


def _stacked(values: list[Floats], periods: Sequence[Period]) -> Floats:
    return np.array(values, dtype=np.float64).reshape(len(values), len(periods))
