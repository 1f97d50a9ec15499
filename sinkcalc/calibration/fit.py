"""One form fitted to the samples of one group."""

from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from sinkcalc.calibration.forms import FORMS, design, slopes, value
from sinkcalc.calibration.logs import Errors, back_transform
from sinkcalc.calibration.mixing import fit_mixing
from sinkcalc.calibration.model import Correction, Estimator, FormName, ResidualBase
from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.working import Working, fit_line

# power of x that the variance grows with
POWER_OF: Final = {"none": 0, "size": 1, "size2": 2}
_MOST_ROUNDS: Final = 100
# change of a coefficient, in its standard errors, at which rounds have settled
_SETTLED: Final = 1e-8


@dataclass(frozen=True)
class Data:
    """Samples of one fit: sizes, biomass and, where there are any, heights."""

    x: Floats
    y: Floats
    h: Floats | None

    def take(self, rows: NDArray[np.bool_]) -> "Data":
        """Return the samples under a mask."""
        return Data(self.x[rows], self.y[rows], None if self.h is None else self.h[rows])


@dataclass(frozen=True)
class Recipe:
    """How to fit: see `CalibrationOptions`."""

    weights: str = "none"
    robust: bool = False
    correction: Correction = "baskerville"

    def spread(self, form: str, x: Floats) -> Floats:
        """Return the root of what the variance grows with, 1 for fits in logarithms."""
        power = POWER_OF[self.weights] if self._weighs(form) else 0
        return np.asarray(x ** (power / 2))

    def estimator(self, form: str) -> Estimator:
        """Return the name of the estimator of a form."""
        if self.robust:
            return "huber"
        return "wls" if self.weights != "none" and self._weighs(form) else "ols"

    def _weighs(self, form: str) -> bool:
        return FORMS[form].weighted and not FORMS[form].in_logs


@dataclass(frozen=True)
class Fit:
    """A fitted form: the fields of `Model`, and what its samples say about it.

    Attributes
    ----------
    values, covariance, df, residual_variance, residual_power, residual_base, correction,
    correction_factor
        As in `Model`.
    shared
        `Model.shared_errors`; None without.
    fitted
        Curve at the samples.
    line
        The fit on the scale where its errors are alike; coefficients in the order of `values`.
    aic
        -2 ln L + 2 (coefficients + variances) on the scale of y; NaN where there is no likelihood.
    """

    form: FormName
    estimator: Estimator
    values: Floats
    covariance: Floats
    shared: Floats | None
    df: float
    residual_variance: float
    residual_power: float
    residual_base: ResidualBase
    correction: Correction
    correction_factor: float
    fitted: Floats
    line: Working
    aic: float

    def at(self, data: Data) -> Floats:
        """Return the curve at other samples."""
        return value(self.form, self.values, data.x, data.h)


def fit_form(form: str, data: Data, recipe: Recipe) -> Fit:
    """Fit a form.

    Lines by (weighted) least squares or Huber, powers so through logarithms and brought back by
    `back_transform`, hyperbola and mixing by non-linear least squares. Weights: both
    sides divided by the root of x (size) or by x (size2).

    Parameters
    ----------
    data
        More samples than coefficients; x, y (and h) above 0 for powers, x above 0 with weights,
        the columns of the form not all alike (see `problems`).

    Returns
    -------
    Coefficients, covariance on their own scale, residual variance, curve at the samples.

    Notes
    -----
    AIC on the scale of y: n ln(2 pi RSS/n) + n + 2 (k + 1) plus sum(ln of what the variance
    grows with), for powers plus the Jacobian 2 sum(ln y). Huber has no likelihood.
    """
    spread = recipe.spread(form, data.x)
    if form == "hyperbolic":
        line = _hyperbola(data, spread, robust=recipe.robust)
    elif form == "mixing":
        line = fit_mixing(data.x, data.y)
    elif FORMS[form].in_logs:
        line = fit_line(design(form, data.x, data.h), np.log(data.y), robust=recipe.robust)
    else:
        columns = design(form, data.x, data.h) / spread[:, None]
        line = fit_line(columns, data.y / spread, robust=recipe.robust)
    estimator = recipe.estimator(form)
    aic = np.nan if recipe.robust else _aic(form, line, data.y, spread)
    return on_own_scale(form, estimator, line, data, recipe, aic=aic)


def on_own_scale(
    form: str,
    estimator: Estimator,
    line: Working,
    data: Data,
    recipe: Recipe,
    *,
    aic: float = np.nan,
    common: Errors | None = None,
) -> Fit:
    """Turn a fit on the working scale into coefficients of the form as it is applied."""
    values, covariance, variance = line.params, line.covariance, line.scale
    shared = line.shared
    power, factor = POWER_OF[recipe.weights], 1.0
    correction: Correction = "none"
    base: ResidualBase = "size"
    if FORMS[form].in_logs:
        back = back_transform(
            line, data.y, recipe.correction, correlated=estimator == "ols", common=common
        )
        values, covariance, factor = back.values, back.covariance, back.factor
        shared = back.shared
        variance, power, base = back.residual_variance, 2, "prediction"
        correction = recipe.correction
    return Fit(
        form=cast("FormName", form),
        estimator=estimator,
        values=values,
        covariance=covariance,
        shared=shared,
        df=line.df,
        residual_variance=variance,
        residual_power=float(power),
        residual_base=base,
        correction=correction,
        correction_factor=factor,
        fitted=value(form, values, data.x, data.h),
        line=line,
        aic=aic,
    )


def _aic(form: str, line: Working, y: Floats, spread: Floats) -> float:
    n, k = line.design.shape
    jacobian = 2 * np.log(y).sum() if FORMS[form].in_logs else 2 * np.log(spread).sum()
    rss = float(line.residual @ line.residual)
    with np.errstate(divide="ignore"):
        return float(n * np.log(2 * np.pi * rss / n) + n + 2 * (k + 1) + jacobian)


def _hyperbola(data: Data, spread: Floats, *, robust: bool) -> Working:
    """Fit y = x/(a + b x): Gauss-Newton lines through the linearised curve at its optimum.

    The optimum is scipy's (Levenberg-Marquardt, in units of the mean x and y); the line through
    y - f + J theta at it has the same coefficients, and statsmodels' covariance and leverage.
    Huber's estimator repeats the line from there until it settles.
    """
    unit_x, unit_y = float(data.x.mean()), float(np.abs(data.y).mean())
    x, y = data.x / unit_x, data.y / unit_y
    # x'/(a' + b' x') of the scaled samples: a = a' unit_x/unit_y, b = b'/unit_y
    scale = np.array([unit_x / unit_y, 1 / unit_y])
    start = min(_starts(x, y), key=lambda theta: _sum_of_squares(theta, x, y, spread))
    found = least_squares(
        lambda theta: (value("hyperbolic", theta, x, None) - y) / spread,
        start,
        jac=lambda theta: slopes("hyperbolic", theta, x, None) / spread[:, None],
        method="lm",
    )
    theta, converged = found.x * scale, bool(found.success)
    for _ in range(_MOST_ROUNDS):
        columns = slopes("hyperbolic", theta, data.x, None) / spread[:, None]
        residual = (data.y - value("hyperbolic", theta, data.x, None)) / spread
        line = fit_line(columns, residual + columns @ theta, robust=robust)
        if not robust or line.exact or not line.converged:
            break
        moved = np.abs(line.params - theta) / np.sqrt(np.diag(line.covariance))
        if not np.isfinite(line.params).all() or moved.max() < _SETTLED:
            break
        theta = line.params
    else:
        converged = False
    positive = (line.params[0] + line.params[1] * data.x > 0).all()
    return replace(line, converged=bool(converged and line.converged and positive))


def _starts(x: Floats, y: Floats) -> list[Floats]:
    """Return coefficients to start from: y a + x y b = x by least squares, and the line y = x/a."""
    through = np.linalg.lstsq(np.column_stack([y, x * y]), x, rcond=None)[0]
    return [through, np.array([float(x @ x) / float(x @ y), 0.0])]


def _sum_of_squares(theta: Floats, x: Floats, y: Floats, spread: Floats) -> float:
    if (theta[0] + theta[1] * x <= 0).any():
        return np.inf
    return float((((value("hyperbolic", theta, x, None) - y) / spread) ** 2).sum())
