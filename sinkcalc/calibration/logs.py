"""From a line through logarithms back to biomass: the correction and what it adds to the error."""

from dataclasses import dataclass

import numpy as np

from sinkcalc.calibration.model import Correction
from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.working import Working


@dataclass(frozen=True)
class BackTransformed:
    """Coefficients of y = a * x^b ... on their own scale.

    Attributes
    ----------
    values, covariance
        a = exp(intercept) * factor first, then the exponents.
    shared
        `Working.shared` on the scale of `values`, with one more column for the error of a factor
        in common.
    factor
        Correction factor.
    residual_variance
        Variance of y about the curve, in squares of the prediction.
    """

    values: Floats
    covariance: Floats
    factor: float
    residual_variance: float
    shared: Floats | None


@dataclass(frozen=True)
class Errors:
    """Residuals in logarithms of all groups of a mixed model, and y; for a common factor."""

    residual: Floats
    y: Floats


def back_transform(
    line: Working,
    y: Floats,
    correction: Correction,
    *,
    correlated: bool = True,
    common: Errors | None = None,
) -> BackTransformed:
    """Turn a line through logarithms into a power with the mean of y in place of its median.

    a = exp(alpha) c. With residuals e_i in logarithms and s^2 their variance:
    baskerville c = exp(s^2/2); duan c = mean(exp(e)); snowdon c = sum(y)/sum(exp(ln y - e));
    none c = 1 (the curve of the median).

    Covariance by the delta method on ln a = alpha + ln c, var(a) = a^2 var(ln a). The factor's
    part: baskerville adds var(s^2)/4 (s^2 is independent of alpha with normal errors). duan and
    snowdon are means with weights w (1/n, or the share of the prediction) of exp(e), and e itself
    moves with the coefficients: ln c = const + u - m'(params), m = X'w, var(u) = v sum(w^2),
    cov(params, u) = (X'X)^-1 X'w kappa, v = mean((exp(e)/c - 1)^2), kappa = mean(e exp(e))/c.

    Parameters
    ----------
    line
        The line, intercept first.
    y
        Measured values.
    correlated
        False where `line.covariance` is not s^2 (X'X)^-1 (Huber): u counts as independent of
        the coefficients.
    common
        Errors of all groups: one factor for all, which counts as independent of the
        coefficients of any one group.

    Returns
    -------
    Coefficients, covariance, errors in common, factor, and the residual variance in squares of
    the prediction:
    exp(s^2) - 1 (baskerville), v n/df (duan, snowdon), exp(s^2)(exp(s^2) - 1) about the median
    (none).

    Notes
    -----
    Baskerville 1972; Duan 1983; Snowdon 1991. Holds for errors alike in logarithms; baskerville
    also needs them normal.
    """
    k = len(line.params)
    jacobian, joint = np.zeros((k, k + 1)), np.zeros((k + 1, k + 1))
    jacobian[:, :k], joint[:k, :k] = np.eye(k), line.covariance
    jacobian[0, k] = 1
    relative = float(np.exp(line.scale) - 1)
    if correction == "none":
        factor, relative = 1.0, relative * float(np.exp(line.scale))
    elif correction == "baskerville":
        factor = float(np.exp(line.scale / 2))
        joint[k, k] = line.scale_variance / 4
    else:
        errors = common or Errors(line.residual, y)
        e, n = errors.residual, len(errors.y)
        predicted = errors.y / np.exp(e)
        share = predicted / predicted.sum() if correction == "snowdon" else np.full(n, 1 / n)
        factor = float(share @ np.exp(e))
        around = np.exp(e) / factor - 1
        v = float((around**2).mean())
        joint[k, k] = v * float(share @ share)
        if common is None:
            jacobian[0, :k] -= line.design.T @ share
        if common is None and correlated:
            kappa = float((e * (around + 1)).mean())
            joint[:k, k] = joint[k, :k] = kappa * (line.pull @ share)
        relative = v * n / (n - k)
    values = line.params.copy()
    values[0] = np.exp(values[0]) * factor
    jacobian[0] *= values[0]
    covariance = jacobian @ joint @ jacobian.T
    # of samples without spread the terms cancel but for rounding
    covariance[0, 0] = max(covariance[0, 0], 0.0)
    shared = line.shared
    if shared is not None:
        of_factor = jacobian[:, k:] * np.sqrt(joint[k, k])
        shared = np.hstack([jacobian[:, :k] @ shared, of_factor])
    return BackTransformed(values, covariance, factor, relative, shared)
