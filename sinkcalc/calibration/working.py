"""One least-squares or Huber fit of a line on the scale where its errors are alike."""

import warnings
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.stats import norm
from statsmodels.regression.linear_model import OLS
from statsmodels.robust.norms import HuberT
from statsmodels.robust.robust_linear_model import RLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from sinkcalc.calibration.solve import Floats

_MOST_ROUNDS: Final = 200
# change of the coefficients, in units of the data, at which Huber's rounds have settled
_SETTLED: Final = 1e-8
# share of the observations below which a deviation is a rounding error
_ROUNDING: Final = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True)
class Working:
    """A line fitted on its working scale.

    Attributes
    ----------
    params, covariance
        Coefficients and their covariance on the working scale.
    scale, scale_variance
        Residual variance s^2, and the variance of s^2 itself under normal errors.
    df
        Degrees of freedom.
    design, residual
        n x k and n, both on the working scale.
    pull
        d(params)/d(observation), k x n.
    shared
        Loadings of the coefficients on independent standard errors that other lines fitted
        together with this one have in common, k x m; they are part of the covariance. None for a
        line of its own.
    converged
        False where Huber's rounds did not settle, or settled on samples without spread.
    """

    params: Floats
    covariance: Floats
    scale: float
    scale_variance: float
    df: float
    design: Floats
    residual: Floats
    pull: Floats
    shared: Floats | None = None
    converged: bool = True

    @property
    def exact(self) -> bool:
        """Tell whether the residuals are rounding errors."""
        return without_spread(np.abs(self.residual).max(), self.design @ self.params, self.residual)

    @property
    def leverage(self) -> Floats:
        """Return d(fitted)/d(observation) of each sample."""
        return np.asarray(np.einsum("nk,kn->n", self.design, self.pull))

    @property
    def shift(self) -> Floats:
        """Return what leaving a sample out does to each coefficient, k x n.

        -pull_i r_i / (1 - h_i): exact for least squares, one step of the refit otherwise. Not
        finite where the curve is not determined without the sample.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(-self.pull * self.residual / (1 - self.leverage))

    @property
    def cook_distance(self) -> Floats:
        """Return r_i^2 h_i / (k s^2 (1 - h_i)^2) of each sample (Cook 1977)."""
        h = self.leverage
        k = self.design.shape[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.residual**2 * h / (k * self.scale * (1 - h) ** 2))


def without_spread(deviation: float, fitted: Floats, residual: Floats) -> bool:
    """Tell whether a deviation is a rounding error beside the observations."""
    size = np.abs(fitted) + np.abs(residual)
    return bool(deviation <= _ROUNDING * size.max())


def fit_line(design: Floats, observed: Floats, *, robust: bool) -> Working:
    """Fit observed = design @ params by least squares or by Huber's M-estimator.

    Least squares: covariance s^2 (X'X)^-1, s^2 = RSS/(n - k). Huber (tuning constant and MAD
    scale of statsmodels): Huber's covariance H1. var(s^2) is 2 s^4/df of least squares; the
    MAD tells less of the spread: 4 s^4/(16 q^2 phi(q)^2 df), q the upper quartile of the normal.
    Samples that lie on a line exactly are fitted by least squares, which no sample is odd to. A
    MAD of 0 with other samples off the line is no spread: not converged.

    Notes
    -----
    Huber & Ronchetti 2009, 7.6; asymptotic variance of the MAD: section 5.1.
    """
    plain = _least_squares(design, observed)
    return plain if not robust or plain.exact else _huber(design, observed, plain)


def _least_squares(design: Floats, observed: Floats) -> Working:
    n, k = design.shape
    df = float(n - k)
    found = OLS(observed, design).fit()
    scale = float(found.scale)
    # found.resid of an exact fit is rounding error, and so is its scale
    return Working(
        params=np.asarray(found.params),
        covariance=np.asarray(found.cov_params()),
        scale=scale,
        scale_variance=2 * scale**2 / df,
        df=df,
        design=design,
        residual=np.asarray(found.resid),
        pull=np.asarray(found.model.pinv_wexog),
    )


def _huber(design: Floats, observed: Floats, plain: Working) -> Working:
    # the rounds end at a change that has no unit only where nothing else has one
    unit = float(np.abs(observed).mean()) or 1
    lengths = np.sqrt((design**2).mean(axis=0))
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # of a spread of 0, which is looked at below
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = RLM(observed / unit, design / lengths, M=HuberT()).fit(
            maxiter=_MOST_ROUNDS, conv="coefs", tol=_SETTLED
        )
    back = unit / lengths
    residual = np.asarray(found.resid) * unit
    deviation = float(found.scale) * unit
    if without_spread(deviation, observed - residual, residual):
        return replace(plain, converged=False)
    scale = deviation**2
    weighted = design * np.asarray(found.weights)[:, None]
    quartile = norm.ppf(3 / 4)
    spread = 1 / (4 * quartile**2 * norm.pdf(quartile) ** 2)
    return Working(
        params=np.asarray(found.params) * back,
        covariance=np.asarray(found.cov_params()) * np.outer(back, back),
        scale=scale,
        scale_variance=float(spread) * scale**2 / plain.df,
        df=plain.df,
        design=design,
        residual=residual,
        pull=np.linalg.solve(weighted.T @ design, weighted.T),
        converged=int(found.fit_history["iteration"]) < _MOST_ROUNDS,
    )
