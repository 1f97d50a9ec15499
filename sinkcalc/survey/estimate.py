"""Totals, means, ratios and changes from a table of plots."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.survey.assisted import generalised_regression
from sinkcalc.survey.composite import composite_change
from sinkcalc.survey.design import DOMAIN, UNIT, Design, require_sound
from sinkcalc.survey.linear import Linear, by_cell, clusters
from sinkcalc.survey.rows import Figure, SurveyResult, finished
from sinkcalc.survey.sample import Floats, Sample, read_sample


@dataclass(frozen=True)
class Part:
    """One estimation unit and domain (null for all): a pair of totals and their residuals.

    Attributes
    ----------
    plots, degrees
        Plots (clusters) of the domain, and degrees of freedom.
    totals
        Of both variables.
    residuals, values
        Of both variables, of the rows (clusters) of the unit, and of the plots of the domain.
    """

    linear: Linear
    cells: slice
    unit: str | None
    domain: str | None
    plots: int
    degrees: int
    totals: tuple[float, float]
    residuals: tuple[Floats, Floats]
    values: tuple[Floats, Floats]

    def covariance(self, first: tuple[float, float], second: tuple[float, float]) -> float:
        """Return the covariance of two linear combinations of both totals."""
        one = self._combined(first)
        two = one if first == second else self._combined(second)
        return self.linear.covariance(one, two, self.cells)

    def _combined(self, factors: tuple[float, float]) -> Floats:
        return self.residuals[0] * factors[0] + self.residuals[1] * factors[1]

    def figure(
        self, stat: str, variable: str, value: float, factors: tuple[float, float]
    ) -> Figure:
        """Return a figure whose linearised variable is the combination of the two."""
        return Figure(
            stat=stat,
            variable=variable,
            unit=self.unit,
            domain=self.domain,
            value=value,
            variance=self.covariance(factors, factors),
            degrees=self.degrees,
            n=self.plots,
            values=self.values[0] * factors[0] + self.values[1] * factors[1],
        )


def estimate_total(frame: pl.DataFrame | pl.LazyFrame, y: str, design: Design) -> SurveyResult:
    """Estimate the population total of y, by unit and domain.

    T = sum(w y), with w = N/n in a stratum.

    Parameters
    ----------
    frame
        One row a plot; a plot without trees has y = 0.
    y
        Column, per plot where sizes count plots, per hectare where they are areas.
    design
        How the plots were drawn, with sizes.

    Returns
    -------
    Rows of `finished`, in units of y times those of the size.

    Raises
    ------
    UsageProblem
        If no size is known, or frame and design do not go together.
    """
    require_size(design)

    def total(part: Part) -> Iterator[Figure]:
        yield part.figure("total", y, part.totals[0], (1.0, 0.0))

    return _estimate(frame, design, [y], total)


def estimate_mean(frame: pl.DataFrame | pl.LazyFrame, y: str, design: Design) -> SurveyResult:
    """Estimate the mean of y: the total over the size; of a domain, over its estimated size.

    Parameters and errors as in `estimate_total`; without strata no size is needed.
    """

    def mean(part: Part) -> Iterator[Figure]:
        yield _ratio(part, "mean", y)

    return _estimate(frame, design, [y], mean)


def estimate_ratio(
    frame: pl.DataFrame | pl.LazyFrame, y: str, x: str, design: Design
) -> SurveyResult:
    """Estimate the ratio of two totals (combined ratio, linearised).

    R = Y/X, var = var of the total of (y - R x)/X. Validity: the coefficient of variation of X is
    small (below 0.1 the bias is negligible). Source: Cochran 1977, ch. 6.
    """

    def ratio(part: Part) -> Iterator[Figure]:
        yield _ratio(part, "ratio", f"{y} / {x}")

    return _estimate(frame, design, [y, x], ratio)


def estimate_change(
    frame: pl.DataFrame | pl.LazyFrame, y: str, y2: str, design: Design
) -> SurveyResult:
    """Estimate the change from y to y2 on the same plots, with its covariance.

    change = Y2 - Y1, var = V1 + V2 - 2 C12; relative change = Y2/Y1 - 1 by the delta method.
    Means in place of totals where no size is known. With the estimator `composite` plots may lack
    one occasion: see `composite_change`.
    """
    require_sound(design)
    if design.name == "composite":
        sample = read_sample(frame, design, [y, y2], may_lack=True)
        return composite_change(sample, design, y, y2)
    sized = design.size is not None or design.sizes is not None
    level = "total" if sized else "mean"

    def change(part: Part) -> Iterator[Figure]:
        first, last = part.totals
        yield part.figure(level, y, first, (1.0, 0.0))
        yield part.figure(level, y2, last, (0.0, 1.0))
        yield part.figure("change", f"{y2} - {y}", last - first, (-1.0, 1.0))
        if first != 0:
            growth = last / first
            factors = (-growth / first, 1 / first)
            yield part.figure("relative_change", f"{y2} / {y} - 1", growth - 1, factors)
        between = part.covariance((1.0, 0.0), (0.0, 1.0))
        yield Figure.of_covariance(f"{y}, {y2}", part.unit, part.domain, between, part.plots)

    return _estimate(frame, design, [y, y2], change)


def joint_totals(
    frame: pl.DataFrame | pl.LazyFrame, variables: Sequence[str], design: Design
) -> tuple[Floats, Floats]:
    """Estimate the totals of several variables with the covariance of every two of them.

    Parameters and errors as in `estimate_total`.

    Returns
    -------
    Totals (one each), and their covariance matrix, in squared units of the totals.
    """
    require_size(design)
    linear = linear_of(read_sample(frame, design, variables), design)
    sample = linear.sample
    cells = slice(0, sample.cells.height)
    residuals = [linear.residual(sample.values(name)) for name in variables]
    covariance = np.zeros((len(variables), len(variables)))
    for i, first in enumerate(residuals):
        for j, second in enumerate(residuals[: i + 1]):
            covariance[i, j] = covariance[j, i] = linear.covariance(first, second, cells)
    totals = [float((linear.weights * sample.values(name)).sum()) for name in variables]
    return np.array(totals), covariance


def require_size(design: Design) -> None:
    """Refuse a total of an unknown number of plots.

    Raises
    ------
    UsageProblem
        Saying how to give it.
    """
    require_sound(design)
    if design.size is None and design.sizes is None:
        raise UsageProblem(
            zh="总量需要总体大小:用 --size N(可能样地数,或 y 为单位面积值时的面积)",
            en="a total needs the size of the population: give --size N (the number of possible "
            "plots, or the area where y is per unit of area)",
        )


def _ratio(part: Part, stat: str, variable: str) -> Figure:
    above, below = part.totals
    ratio = above / below if below else float("nan")
    return part.figure(stat, variable, ratio, (1 / below, -ratio / below) if below else (0.0, 0.0))


def _estimate(
    frame: pl.DataFrame | pl.LazyFrame,
    design: Design,
    variables: Sequence[str],
    figures_of: Callable[[Part], Iterator[Figure]],
) -> SurveyResult:
    require_sound(design)
    linear = linear_of(read_sample(frame, design, variables), design)
    figures = [figure for part in _parts(linear, variables) for figure in figures_of(part)]
    return finished(figures, design, linear.sample.notes)


def linear_of(sample: Sample, design: Design) -> Linear:
    """Return the estimator that a design names, on a sample."""
    forms = {"greg": generalised_regression, "cluster": clusters}
    return forms.get(design.name, by_cell)(sample, design)


def _parts(linear: Linear, variables: Sequence[str]) -> Iterator[Part]:
    """Give all plots, then every domain; of each, all units, then every unit."""
    sample = linear.sample
    domains = sample.rows[DOMAIN]
    first = sample.values(variables[0])
    # a mean is a ratio to the number of plots
    second = sample.values(variables[1]) if len(variables) > 1 else np.ones(first.size)
    for domain in (None, *domains.unique().drop_nulls().sort()):
        marks = np.ones(first.size) if domain is None else (domains == domain).fill_null(False)
        inside = np.asarray(marks, dtype=np.float64)
        pair = (first * inside, second * inside)
        residuals = (linear.residual(pair[0]), linear.residual(pair[1]))
        counted = linear.counted(inside)
        for unit, cells in _units(linear):
            rows = sample.rows_of(cells)
            chosen = inside[rows] > 0
            own = linear.rows(cells, residuals[0].size)
            of_cells = counted[cells]
            totals = tuple(float((linear.weights[rows] * v[rows]).sum()) for v in pair)
            yield Part(
                linear,
                cells,
                unit,
                domain,
                plots=int(of_cells.sum()),
                degrees=max(int((of_cells[of_cells > 0] - 1).sum()) - linear.fitted, 0),
                totals=(totals[0], totals[1]),
                residuals=(residuals[0][own], residuals[1][own]),
                values=(pair[0][rows][chosen], pair[1][rows][chosen]),
            )


def _units(linear: Linear) -> Iterator[tuple[str | None, slice]]:
    """Give all cells, then those of each unit where there are units."""
    units = linear.sample.cells[UNIT]
    yield None, slice(0, units.len())
    start = 0
    for unit, size in units.rle().struct.unnest().select("value", "len").rows():
        if unit:
            yield unit, slice(start, start + size)
        start += size
