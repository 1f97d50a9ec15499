"""Samples of one study are alike: covariance of coefficients and spread of residuals by study."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.working import Working

Integers = NDArray[np.int64]
# of the variance in the base: the power is told from 0 to this
_MOST_POWER: Final = 3


@dataclass(frozen=True)
class Spread:
    """How single samples deviate from a curve.

    Attributes
    ----------
    variance, power
        Variance of a sample of a study that is not known: variance * base^power.
    correlation
        Of two samples of one study.
    """

    variance: float
    power: float
    correlation: float


def by_study(line: Working, sites: Integers) -> Working:
    """Replace the covariance of the coefficients by that of a jackknife over studies.

    cov = (G - 1)/G sum_g (theta_-g - theta)(theta_-g - theta)', theta_-g the coefficients without
    study g (of a curve: one step of its linearisation), G - 1 degrees of freedom.

    Parameters
    ----------
    line
        Fit on its working scale.
    sites
        Number of the study of each sample.

    Returns
    -------
    The fit; not `converged` where the coefficients hang on one study or there is only one.

    Notes
    -----
    The jackknife (CV3 of MacKinnon, Nielsen & Webb 2023) in place of the usual sandwich of
    clusters (CV1, statsmodels' `cov_type="cluster"`): with few studies of unequal size the
    sandwich is short, for the residuals of a large study are small because the curve follows it.
    """
    _, place, count = np.unique(sites, return_inverse=True, return_counts=True)
    studies = len(count)
    if studies < 2:
        return replace(line, converged=False)
    x, r = line.design, line.residual
    k = x.shape[1]
    # sums over studies of x x' and x r
    outer = np.stack(
        [np.bincount(place, x[:, i] * x[:, j], studies) for i in range(k) for j in range(k)],
        axis=-1,
    ).reshape(studies, k, k)
    pulled = np.stack([np.bincount(place, x[:, i] * r, studies) for i in range(k)], axis=-1)
    rest = outer.sum(axis=0) - outer
    # in units of the coefficients' own columns, so that a rank has no unit
    unit = np.sqrt(np.diag(outer.sum(axis=0)))
    rest /= np.outer(unit, unit)
    if (np.linalg.matrix_rank(rest, hermitian=True) < k).any():
        return replace(line, converged=False)
    moved = -np.linalg.solve(rest, (pulled / unit)[:, :, None])[:, :, 0] / unit
    return replace(
        line,
        covariance=np.asarray((studies - 1) / studies * moved.T @ moved),
        df=float(studies - 1),
    )


def spread_of(residual: Floats, base: Floats, sites: Integers) -> Spread:
    """Tell how the spread of residuals grows with a base, and how alike they are in a study.

    The power p that a normal likelihood is largest with, r ~ N(0, v base^p). Then, of
    u = r/base^(p/2) in G studies with n_g samples each: within = sum (u - mean_g)^2/(n - G),
    shared = mean of (mean_g^2 - within/n_g) over studies, variance = within + shared,
    correlation = shared/variance.

    Parameters
    ----------
    residual, base
        Of each sample; the base above 0.
    sites
        Number of the study of each sample.

    Returns
    -------
    Variance, power and correlation; the correlation is 0 where studies differ by no more than
    their samples do, or each has one sample.

    Notes
    -----
    Harvey 1976 (spread); method of moments for the study, each with the same weight, so that the
    largest does not speak for all of them.
    """
    logs = np.log(base)

    def minus(power: float) -> float:
        scaled = float((residual**2 * np.exp(-power * logs)).mean())
        return len(residual) * float(np.log(scaled)) + power * float(logs.sum())

    if np.ptp(logs) > 0 and residual.any():
        power = float(minimize_scalar(minus, bounds=(0, _MOST_POWER), method="bounded").x)
    else:
        power = 0.0
    # two decimals are more than samples tell, and the same on every machine
    power = round(power, 2)
    unit = residual * np.exp(-power / 2 * logs)
    _, place, count = np.unique(sites, return_inverse=True, return_counts=True)
    mean = np.bincount(place, unit) / count
    studies, n = len(count), len(unit)
    if not 1 < studies < n:
        return Spread(float((unit**2).mean()), power, 0.0)
    within = float(((unit - mean[place]) ** 2).sum()) / (n - studies)
    # the mean of a study has the variance s + within/n_g
    shared = max(float((mean**2 - within / count).mean()), 0.0)
    variance = within + shared
    return Spread(variance, power, shared / variance if variance else 0.0)
