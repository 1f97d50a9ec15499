"""Bulk density of a mixture of organic and mineral matter, fitted on the scale of the density."""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.optimize import least_squares

from sinkcalc.calibration.forms import slopes, value
from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.working import Working, fit_line

# change at which the steps end: nothing that a figure shows
_TIGHT: Final = 10 * float(np.finfo(float).eps)


def fit_mixing(x: Floats, y: Floats) -> Working:
    """Fit y = 1/(x/a + (1 - x)/b) by least squares of y.

    The optimum is scipy's, in logarithms of a and b, which are above 0; the line through
    y - f + J theta at it has the same coefficients, and statsmodels' covariance and leverage.

    Parameters
    ----------
    x
        Organic matter, g/g, within 0 and 1.
    y
        Dry bulk density, g/cm3, above 0.

    Returns
    -------
    The linearised fit: a, the density that organic matter packs itself to, and b, that of
    mineral matter, g/cm3; not `converged` where there is no optimum within reach.

    Notes
    -----
    A line through 1/y = x/a + (1 - x)/b would weigh a sample by 1/y^4: it serves as the start.
    """
    inverse = np.linalg.lstsq(np.column_stack([x, 1 - x]) * y[:, None], np.ones_like(y))[0]
    ends = np.array([float(y.min()), float(y.max())])
    start = np.where(inverse > 0, 1 / np.where(inverse > 0, inverse, 1), ends)

    def away(logs: Floats) -> Floats:
        return value("mixing", np.exp(logs), x, None) - y

    def jacobian(logs: Floats) -> Floats:
        theta = np.exp(logs)
        return np.asarray(slopes("mixing", theta, x, None) * theta)

    found = least_squares(away, np.log(start), jac=jacobian, method="lm", xtol=_TIGHT, ftol=_TIGHT)
    theta = np.exp(found.x)
    columns = slopes("mixing", theta, x, None)
    # a density that the samples say nothing of runs off
    settled = bool(found.success) and _determined(columns * theta)
    if not settled:
        theta, columns = start, slopes("mixing", start, x, None)
    residual = y - value("mixing", theta, x, None)
    line = fit_line(columns, residual + columns @ theta, robust=False)
    return replace(line, converged=settled and bool((line.params > 0).all()))


def _determined(columns: Floats) -> bool:
    finite = bool(np.isfinite(columns).all())
    return finite and int(np.linalg.matrix_rank(columns)) == columns.shape[1]
