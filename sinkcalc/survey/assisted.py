"""Generalised regression: auxiliary totals known for the whole population."""

import numpy as np

from sinkcalc.errors import UsageProblem
from sinkcalc.survey.design import Design
from sinkcalc.survey.linear import Linear, cluster_runs, cluster_spread, stratum_spread
from sinkcalc.survey.sample import Floats, Sample, sums


def generalised_regression(sample: Sample, design: Design) -> Linear:
    """Return the generalised regression estimator with an intercept.

    Weights w = g d with d = N/n and g = 1 + (X - X_ht)' (sum d x x')^-1 x, where X are the known
    totals of x = (1, auxiliaries) and X_ht their estimates. Residual e = y - x'b, b fitted with
    the weights d. var = sum over strata of (1 - n/N) n/(n - 1) SS(g d e); with clusters g d e is
    summed in each and n counts clusters.

    Raises
    ------
    UsageProblem
        If no size is known, the plots are too few, or auxiliaries depend on each other.

    Notes
    -----
    Source: Särndal, Swensson & Wretman 1992, ch. 6 (g-weighted residuals); the
    divisor n - 1 is that of R survey::calibrate.
    """
    x, weighted, inverse, weights = _calibrated(sample, design)

    def residual(values: Floats) -> Floats:
        fit = np.einsum("jk,k->j", inverse, np.einsum("ij,i->j", weighted, values))
        error: Floats = weights * (values - np.einsum("ij,j->i", x, fit))
        return error

    if design.cluster is None:
        return Linear(
            sample,
            weights=weights,
            residual=residual,
            spread_of=np.where(sample.plots > 1, stratum_spread(sample, design), 0.0),
            starts=sample.starts,
            counted=lambda marks: sums(marks, sample.starts),
            fitted=len(design.auxiliaries),
        )
    runs = cluster_runs(sample, design)
    return Linear(
        sample,
        weights=weights,
        residual=lambda values: runs.add(residual(values)),
        spread_of=cluster_spread(sample, design, runs),
        starts=runs.starts,
        counted=runs.counted,
        fitted=len(design.auxiliaries),
    )


def _calibrated(sample: Sample, design: Design) -> tuple[Floats, Floats, Floats, Floats]:
    """Return x, d x, (sum d x x')^-1 and the weights w = g d."""
    if np.isnan(sample.sizes).any():
        raise UsageProblem(
            zh="回归估计需要总体大小:用 --size N,或按层用 --sizes 文件",
            en="the regression estimator needs the size of the population: give --size N, or "
            "--sizes FILE by stratum",
        )
    names = list(design.auxiliaries)
    design_weights = sample.spread(sample.sizes / sample.plots)
    x = np.column_stack([np.ones(design_weights.size), *(sample.values(name) for name in names)])
    # columns of one scale: a poor condition is then one of the auxiliaries, not of their units
    scale = np.abs(x).max(axis=0).clip(min=np.finfo(float).tiny)
    x /= scale
    known = np.array([sample.sizes.sum(), *design.auxiliaries.values()]) / scale
    weighted = x * design_weights[:, None]
    # sums without a library of linear algebra: the bits do not depend on its threads
    crossed = np.einsum("ij,ik->jk", weighted, x)
    plots, fitted = x.shape
    if plots <= fitted or np.linalg.matrix_rank(crossed) < fitted:
        raise UsageProblem(
            zh=f"{plots} 个样地不足以拟合辅助变量 {', '.join(names)}:样地太少,"
            "或变量为常数、彼此线性相关",
            en=f"{plots} plots do not fit the auxiliaries {', '.join(names)}: there are too few, "
            "or one is constant or a combination of the others",
        )
    inverse = np.linalg.inv(crossed)
    slope = np.einsum("jk,k->j", inverse, known - weighted.sum(axis=0))
    weights = (1 + np.einsum("ij,j->i", x, slope)) * design_weights
    return x, weighted, inverse, weights
