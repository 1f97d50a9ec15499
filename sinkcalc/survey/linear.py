"""Every estimator as a weighted sum whose variance is a sum of squares in the cells."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.survey.design import CELL, CLUSTER, UNIT, Design
from sinkcalc.survey.sample import Floats, Integers, Sample, require_more_than_one, sums


@dataclass(frozen=True)
class Linear:
    """An estimator on one sample.

    The total of a variable y is sum(w y). Its variance is sum over cells of c * SS(u), where SS
    is the sum of squared deviations from the mean of the cell and u the residual of y; the
    covariance of two totals has products in place of squares.

    Attributes
    ----------
    weights
        w of every row.
    residual
        Turns y of every row into u; one value a row, or one a cluster.
    spread_of
        c of every cell.
    starts
        First residual of each cell.
    counted
        Turns a mark (1 or 0) of every row into the number of marked rows (clusters) by cell.
    fitted
        Coefficients beside the means of the cells.
    """

    sample: Sample
    weights: Floats
    residual: Callable[[Floats], Floats]
    spread_of: Floats
    starts: Integers
    counted: Callable[[Floats], Floats]
    fitted: int = 0

    def rows(self, cells: slice, residuals: int) -> slice:
        """Return where the residuals of neighbouring cells stand among all `residuals`."""
        ends = np.append(self.starts, residuals)
        return slice(int(ends[cells.start]), int(ends[cells.stop]))

    def covariance(self, first: Floats, second: Floats, cells: slice) -> float:
        """Return the covariance of the totals of two variables over some cells.

        Parameters
        ----------
        first, second
            Residuals of the rows (clusters) of these cells.
        cells
            Neighbours; those of one estimation unit, or all.
        """
        starts = self.starts[cells] - self.starts[cells.start]
        size = np.diff(np.append(starts, first.size))

        def centred(values: Floats) -> Floats:
            return values - np.repeat(sums(values, starts) / size, size)

        of_first = centred(first)
        of_second = of_first if second is first else centred(second)
        spread = self.spread_of[cells]
        # a cell taken as certain has no spread, and a single row no deviation
        return float(np.where(spread == 0, 0.0, spread * sums(of_first * of_second, starts)).sum())


def by_cell(sample: Sample, design: Design) -> Linear:
    """Return the estimators whose residual is the variable itself: they differ in c."""
    spread = {
        "poststratified": _poststratified,
        "bp2005": _bechtold_patterson,
    }.get(design.name, _stratified)(sample, design)
    return Linear(
        sample,
        weights=sample.spread(_expansion(sample)),
        residual=lambda values: values,
        spread_of=np.where(sample.plots > 1, spread, 0.0),
        starts=sample.starts,
        counted=lambda marks: sums(marks, sample.starts),
    )


def _expansion(sample: Sample) -> Floats:
    """Return N/n of each cell; 1/n where the size is not known, so that totals are means."""
    return np.where(np.isnan(sample.sizes), 1.0, sample.sizes) / sample.plots


def sampled_fraction(sample: Sample, design: Design) -> Floats:
    """Return n/N of each cell if it is to be corrected for, else 0."""
    return sample.plots / sample.sizes if design.fpc else np.zeros(sample.plots.size)


def _stratified(sample: Sample, design: Design) -> Floats:
    """Stratified random sampling: var = N^2 (1 - n/N) s^2 / n, summed over strata.

    One stratum is simple random sampling. Source: Cochran 1977, eq. 5.10.
    """
    return stratum_spread(sample, design) * _expansion(sample) ** 2


def stratum_spread(sample: Sample, design: Design) -> Floats:
    """Return (1 - n/N) n/(n - 1) of each cell: what SS of the weighted residuals is multiplied by.

    0 for a cell with one plot, which is either certain or refused before.
    """
    n = sample.plots.astype(np.float64)
    return (1 - sampled_fraction(sample, design)) * n / np.maximum(n - 1, 1)


def _poststratified(sample: Sample, design: Design) -> Floats:
    """Post-stratified, conditional on the plots of each class.

    var = (1 - n/N) n/(n - 1) sum over classes of (N_g/n_g)^2 SS_g, with n and N of the unit:
    the residuals of the calibrated weights, as R survey::postStratify computes them.
    Source: Valliant 1993, Biometrika 80:89; Lumley 2010, ch. 7.
    """
    n, size = _of_unit(sample)
    correction = 1 - n / size if design.fpc else np.ones(n.size)
    return correction * n / np.maximum(n - 1, 1) * _expansion(sample) ** 2


def _bechtold_patterson(sample: Sample, design: Design) -> Floats:
    """Post-stratified, over all samples of n plots.

    var = A^2/n [sum W s^2 + (1/n) sum (1 - W) s^2], W = A_g/A, A and n of the unit.
    Source: Bechtold & Patterson 2005, USDA SRS-GTR-80, ch. 4.
    """
    del design  # it has no switch that this formula knows
    n, size = _of_unit(sample)
    share = sample.sizes / size
    return size**2 / n * (share + (1 - share) / n) / np.maximum(sample.plots - 1, 1)


def _of_unit(sample: Sample) -> tuple[Floats, Floats]:
    """Return plots and size of the estimation unit of each cell."""
    whole = sample.cells.select(
        pl.col("plots").sum().over(UNIT).cast(pl.Float64), pl.col("size").sum().over(UNIT)
    )
    return whole["plots"].to_numpy(), whole["size"].to_numpy()


@dataclass(frozen=True)
class Runs:
    """Sub-plots of a sample in the order of their clusters.

    Attributes
    ----------
    place
        Rows of the sample, cluster after cluster.
    first
        First of each cluster among them.
    starts
        First cluster of each cell.
    number
        Clusters of each cell.
    """

    place: Integers
    first: Integers
    starts: Integers
    number: Integers

    def add(self, values: Floats) -> Floats:
        """Sum the sub-plots of each cluster."""
        return sums(values[self.place], self.first)

    def counted(self, marks: Floats) -> Floats:
        """Count the clusters of each cell of which any sub-plot is marked."""
        return sums((self.add(marks) > 0).astype(np.float64), self.starts)


def cluster_runs(sample: Sample, design: Design) -> Runs:
    """Order the sub-plots by cluster.

    Raises
    ------
    UsageProblem
        If a stratum has one cluster that is not taken as certain, or a cluster is in several.
    """
    rows = sample.rows.with_row_index("_at").sort(UNIT, CELL, CLUSTER, "_at")
    places = rows.select(UNIT, CELL, CLUSTER).unique()
    spread = places.filter(pl.struct(UNIT, CLUSTER).is_duplicated())
    if spread.height:
        name = spread[CLUSTER].sort()[0]
        raise UsageProblem(
            zh=f"群 {name} 的副样地分属多个层;抽取的是群,一个群只能属于一个层。改正层",
            en=f"sub-plots of cluster {name} are in several strata: a cluster is what was drawn "
            "and has one stratum. Correct the strata",
        )
    runs = rows.select(pl.struct(UNIT, CELL, CLUSTER).rle_id().alias("_of"))["_of"].to_numpy()
    first = np.flatnonzero(np.diff(runs, prepend=-1)).astype(np.int64)
    # clusters of a cell follow each other as its rows do
    starts = np.searchsorted(first, sample.starts).astype(np.int64)
    number = np.diff(np.append(starts, first.size))
    require_more_than_one(sample.cells.filter(pl.Series(number == 1)), design)
    return Runs(rows["_at"].to_numpy().astype(np.int64), first, starts, number)


def clusters(sample: Sample, design: Design) -> Linear:
    """Clusters of sub-plots, ratio to size: mean = sum(y_i)/sum(m_i) over the clusters i.

    total = N * mean, with the size N in sub-plots or area; residual u_i = y_i - mean * m_i,
    var = (N/m)^2 (1 - m/N) n/(n - 1) sum u_i^2, m all sub-plots and n the clusters of the stratum.
    Where all clusters have as many sub-plots it is the variance between cluster means.
    Source: Cochran 1977, ch. 11 (ratio-to-size estimate).
    """
    runs = cluster_runs(sample, design)
    members = runs.add(np.ones(sample.rows.height))
    in_cell = sample.plots.astype(np.float64)

    def residual(values: Floats) -> Floats:
        mean = sums(values, sample.starts) / in_cell
        return runs.add(values) - np.repeat(mean, runs.number) * members

    return Linear(
        sample,
        weights=sample.spread(_expansion(sample)),
        residual=residual,
        spread_of=cluster_spread(sample, design, runs) * _expansion(sample) ** 2,
        starts=runs.starts,
        counted=runs.counted,
    )


def cluster_spread(sample: Sample, design: Design, runs: Runs) -> Floats:
    """Return (1 - m/N) n/(n - 1) of each cell with n clusters of m sub-plots; 0 for one cluster."""
    factor = runs.number / np.maximum(runs.number - 1, 1)
    spread = (1 - sampled_fraction(sample, design)) * factor
    return np.where(runs.number > 1, spread, 0.0)
