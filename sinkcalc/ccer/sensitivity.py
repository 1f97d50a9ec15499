"""Interval of a project's reductions from the errors of its parameters, and their budget."""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.ccer.numbers import Floats
from sinkcalc.ccer.plan import Plan, evaluate
from sinkcalc.ccer.plan_errors import ParameterError, PlanErrors
from sinkcalc.ccer.removals import CUMULATIVE, REDUCTION
from sinkcalc.ccer.settled import settled
from sinkcalc.uncertainty.draws import stream
from sinkcalc.uncertainty.errors import BASES
from sinkcalc.uncertainty.propagate import CONFIDENCE
from sinkcalc.units import PERCENT

# budget line of what parameters do together and none of them alone
TOGETHER: Final = "together"
# 90 % between the ends, beside the confidence of the program
_NARROWER: Final = 90
# bytes of one array of draws, rows and years: larger ones leave the cache, smaller ones cost calls
_BLOCK_BYTES: Final = 2**22
# each has arrays of its own
_MOST_THREADS: Final = 4
_BYTES: Final = 8


@dataclass(frozen=True)
class Series:
    """Reductions of a project, draw by draw.

    Attributes
    ----------
    reduction
        draws x years from year 0, t CO2e/yr.
    cumulative
        t CO2e, not rounded down.
    """

    reduction: Floats
    cumulative: Floats

    @property
    def total(self) -> Floats:
        """Reductions of the whole crediting period, t CO2e."""
        return self.cumulative[:, -1]


def project_series(plan: Plan, values: Floats, block: int | None = None) -> Series:
    """Compute the reductions of many sets of parameters, a block at a time.

    Memory: some arrays of block x rows x years, and draws x years twice.

    Parameters
    ----------
    values
        draws x parameters.
    block
        Draws at a time; as many as the cache holds if None. The figures do not depend on it.
    """
    draws, years = len(values), len(plan.periods)
    rows = max(level.rows.height for level in plan.levels)
    size = block or max(_BLOCK_BYTES // (_BYTES * rows * years), 1)
    keep = [("project", REDUCTION), ("project", CUMULATIVE)]
    found = [np.empty((draws, years)) for _ in keep]
    prepared = settled(plan, values)

    def compute(first: int) -> None:
        part = slice(first, first + size)
        results = evaluate(prepared, values[part], keep)
        for out, key in zip(found, keep, strict=True):
            out[part] = results[key][:, 0, :]

    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as pool:
        list(pool.map(compute, range(0, draws, size)))
    return Series(*found)


@dataclass(frozen=True)
class Draws:
    """Drawn parameters.

    Attributes
    ----------
    drawn
        Of every error the values of its parameters, draws x parameters.
    """

    plan: Plan
    count: int
    errors: tuple[ParameterError, ...]
    drawn: tuple[Floats, ...]

    def values(self, group: str | None = None) -> Floats:
        """Return the values of all parameters, draws x parameters.

        Parameters
        ----------
        group
            The only group that is drawn; all if None.
        """
        out = np.repeat(self.plan.base_values(), self.count, axis=0)
        for error, drawn in zip(self.errors, self.drawn, strict=True):
            if group in (None, error.group):
                out[:, error.places] = drawn
        return out


def draw(plan: Plan, errors: PlanErrors, draws: int, seed: int) -> Draws:
    """Draw the parameters of a plan, each error from a stream of random numbers of its own name."""
    base = plan.base_values()[0]
    drawn = []
    for error in errors.errors:
        name = error.name if error.model else f"{error.name}\n0"
        z = stream(seed, name).standard_normal((draws, error.factors))
        drawn.append(error.drawn(base[error.places], z))
    return Draws(plan, draws, errors.errors, tuple(drawn))


def intervals(plan: Plan, series: Series) -> pl.DataFrame:
    """Describe the draws of every year, and of all years up to it.

    Returns
    -------
    Rows of `schemas.ccer_sensitivity.ReductionInterval`: the reductions of each year, then their
    sum up to each; the last row is the total of the crediting period.
    """
    base = project_series(plan, plan.base_values())
    parts = (
        ("reduction", "t CO2e/yr", base.reduction, series.reduction),
        ("cumulative", "t CO2e", base.cumulative, series.cumulative),
    )
    return pl.concat(
        _described(plan, drawn, value[0]).select(
            "period",
            "first_day",
            "last_day",
            pl.lit(name).alias("quantity"),
            "value",
            pl.lit(unit).alias("unit"),
            pl.exclude("period", "first_day", "last_day", "value"),
        )
        for name, unit, value, drawn in parts
    )


def _described(plan: Plan, drawn: Floats, value: Floats) -> pl.DataFrame:
    wide, narrow = (PERCENT * CONFIDENCE, _NARROWER)
    ends = [(PERCENT - width) / 2 for width in (wide, narrow)]
    levels = [ends[0], ends[1], PERCENT - ends[1], PERCENT - ends[0]]
    low, low90, high90, high = np.percentile(drawn[:, 1:], levels, axis=0)
    several = len(drawn) > 1
    return pl.DataFrame(
        {
            "period": [period.t for period in plan.periods[1:]],
            "first_day": [period.first for period in plan.periods[1:]],
            "last_day": [period.last for period in plan.periods[1:]],
            "value": value[1:],
            "mean": drawn[:, 1:].mean(axis=0),
            "se": drawn[:, 1:].std(axis=0, ddof=1) if several else np.zeros(len(value) - 1),
            "ci_low": low,
            "ci_high": high,
            "p05": low90,
            "p95": high90,
        }
    ).with_columns(pl.lit(len(drawn)).alias("draws"))


def budget(draws: Draws, whole: Series) -> pl.DataFrame:
    """Draw one group of parameters at a time, the others at their values.

    se_g = standard deviation of the total; variance_fraction_g = se_g^2 / se^2 of all together.
    What is left to 1 is what groups do to each other: products of figures that vary; it is
    negative where they dampen one another.

    Returns
    -------
    Rows of `schemas.ccer_sensitivity.ReductionBudget`, the largest first, what is left last.
    """
    variance = float(whole.total.var(ddof=1)) if draws.count > 1 else 0.0
    rows = []
    for group in dict.fromkeys(error.group for error in draws.errors):
        of_group = [error for error in draws.errors if error.group == group]
        series = project_series(draws.plan, draws.values(group))
        alone = float(series.total.var(ddof=1))
        rows.append(
            {
                "symbol": group,
                "parameters": sum(len(error.places) for error in of_group),
                "basis": max((error.basis for error in of_group), key=BASES.index),
                "se": math.sqrt(alone),
                "variance_fraction": alone / variance if variance > 0 else 0.0,
            }
        )
    rows.sort(key=lambda row: (-float(str(row["se"])), str(row["symbol"])))
    left = 1 - sum(float(str(row["variance_fraction"])) for row in rows) if variance > 0 else 0.0
    rows.append(
        {
            "symbol": TOGETHER,
            "parameters": None,
            "basis": None,
            "se": None,
            "variance_fraction": left,
        }
    )
    schema = {
        "symbol": pl.String,
        "parameters": pl.Int64,
        "basis": pl.String,
        "se": pl.Float64,
        "variance_fraction": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema)
