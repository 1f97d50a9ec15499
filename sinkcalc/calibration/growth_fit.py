"""One form of growth fitted to cells by weighted nonlinear least squares in the logarithms."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from sinkcalc.calibration.growth_cells import Cells, least
from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.studies import by_study
from sinkcalc.calibration.working import Working
from sinkcalc.models.growth import GROWTH_SYMBOLS, GrowthForm, volume_at, volume_slopes

_MOST_ROUNDS: Final = 30
_SETTLED: Final = 1e-8
# starts along each of the two axes of the grid, and how many of them are followed
_GRID, _STARTS = 21, 3
# logarithms beyond which a coefficient has run away
_FAR: Final = 40


@dataclass(frozen=True)
class GrowthFit:
    """One form fitted to cells.

    Attributes
    ----------
    values
        Coefficients; of stands measured twice `a` is 1 until `with_level`.
    log_covariance
        Of their logarithms.
    df
        Degrees of freedom of the interval.
    clustered
        Whether the covariance is a jackknife over regions.
    phi, power
        Variance of a stand about the curve: phi * prediction^power.
    aic
        2 k - 2 ln L of stands with that variance, but for a constant.
    converged
        False where the rounds do not settle or a coefficient runs away.
    """

    form: GrowthForm
    values: Floats
    log_covariance: Floats
    df: float
    clustered: bool
    phi: float
    power: float
    aic: float
    converged: bool

    def at(self, age: Floats) -> Floats:
        """Return the curve, m3/ha."""
        return volume_at(self.form, self.values, age)


def fit_growth_form(form: GrowthForm, cells: Cells, power: float) -> GrowthFit:
    """Fit one form.

    Minimises sum w (y - f)^2 / m^p, m the prediction of the round before (no less than a share of
    the largest), over the logarithms of the coefficients, so that all stay above 0; from several
    starts of a grid, in which `a` follows from the others. Covariance: over regions a jackknife
    (`by_study`) where there are enough of them, else s^2 (X'WX)^-1 with s^2 the larger of the
    residual mean square of the stands and that of the means of the ages about the curve (lack of
    fit).

    Notes
    -----
    Iteratively reweighted least squares, Carroll & Ruppert 1988, 2.1-2.3 (recalled, not read).
    """
    wild = GrowthFit(form, np.ones(1), np.zeros((1, 1)), 1, False, 0, power, np.nan, False)
    free = _free(form, cells)
    best: tuple[float, Floats] | None = None
    flat = cells.weight / _scale(cells, cells.y, power)
    for start in _starts(form, cells, flat):
        found = _polished(form, cells, start, flat)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    if best is None:
        return wild
    logs, settled = best[1], False
    for _ in range(_MOST_ROUNDS):
        weight = cells.weight / _scale(cells, cells.predicted(form, np.exp(logs)), power)
        found = _polished(form, cells, logs, weight)
        if found is None:
            return wild
        moved = float(np.abs(found[1] - logs).max())
        # weights follow the curve to digits that the data have not
        logs, settled = found[1], moved < np.sqrt(_SETTLED)
        if settled:
            break
        if (np.abs(logs) > _FAR).any():
            return wild
    values = np.exp(logs)
    if not settled or np.isnan(cells.predicted(form, values)).any():
        return wild
    return _with_errors(form, cells, values, power, free)


def refit(fit: GrowthFit, cells: Cells) -> Floats | None:
    """Return the coefficients fitted to other cells, from this fit on and with its weights."""
    weight = cells.weight / _scale(cells, cells.predicted(fit.form, fit.values), fit.power)
    found = _polished(fit.form, cells, np.log(fit.values), weight)
    return None if found is None else np.exp(found[1])


def with_level(fit: GrowthFit, cells: Cells) -> GrowthFit:
    """Give a curve of stands measured twice its level `a`, from stands measured once.

    ln a = ln sum w y - ln sum w g(A), g the curve with a = 1; its error is that of the totals of
    the regions about the curve, and that of b and c through the sum of g.
    """
    unit = fit.at(cells.age)
    total = float((cells.weight * unit).sum())
    a = float((cells.weight * cells.y).sum()) / total
    # d ln a / d ln(b, c)
    slopes = volume_slopes(fit.form, fit.values, cells.age)[:, 1:] * fit.values[1:]
    moved = -(cells.weight @ slopes) / total
    away = cells.weight * (cells.y - a * unit)
    _, place = np.unique(cells.site, return_inverse=True)
    by_site = np.bincount(place, away)
    sites = len(by_site)
    spread = float((by_site**2).sum()) * sites / (sites - 1) if sites > 1 else 0.0
    # stands alone, where regions are one or say less
    spread = max(spread, float((away**2).sum()))
    shape = fit.log_covariance[1:, 1:]
    covariance = np.empty_like(fit.log_covariance)
    covariance[1:, 1:] = shape
    covariance[0, 1:] = covariance[1:, 0] = shape @ moved
    covariance[0, 0] = moved @ shape @ moved + spread / (a * total) ** 2
    values = np.concatenate([[a], fit.values[1:]])
    return GrowthFit(
        fit.form,
        values,
        covariance,
        fit.df,
        fit.clustered,
        fit.phi,
        fit.power,
        fit.aic,
        fit.converged,
    )


def _scale(cells: Cells, mean: Floats, power: float) -> Floats:
    """Return the variance of a stand but for phi: a power of the mean, which is held off 0."""
    floor = least("growth_variance_floor") * float(np.nanmax(cells.y))
    return np.asarray(np.maximum(mean, floor) ** power)


def _free(form: GrowthForm, cells: Cells) -> NDArray[np.bool_]:
    """Tell which coefficients the cells are fitted with: the ratio of two ages knows no level."""
    free = np.ones(len(GROWTH_SYMBOLS[form]), bool)
    free[0] = cells.age_from is None
    return free


def _starts(form: GrowthForm, cells: Cells, weight: Floats) -> list[Floats]:
    """Return the starts with the smallest sums of squares, in logarithms."""
    oldest, middle = float(cells.age.max()), float(np.average(cells.age, weights=cells.weight))
    if form == "schumacher":
        grid = np.geomspace(middle / _FAR, middle * 4, _GRID * _GRID)[:, None]
    else:
        first, second = np.meshgrid(np.geomspace(1 / 4, _FAR, _GRID), np.arange(1, _GRID + 1) / 4)
        rate, shape = first.ravel(), second.ravel()
        if form == "richards":
            grid = np.column_stack([rate / oldest, shape])
        elif form == "logistic":
            # half of the asymptote is reached at some age up to twice the oldest
            turn = shape / shape.max() * 2
            grid = np.column_stack([np.exp(np.minimum(rate * turn, _FAR / 2)), rate / oldest])
        else:
            power = shape / shape.max() * 3
            grid = np.column_stack([rate / 4 * middle**power, power])
    values = np.column_stack([np.ones(len(grid)), grid])[:, None, :]
    curve = cells.predicted(form, values)
    level = np.ones(len(grid))
    if cells.age_from is None:
        with np.errstate(divide="ignore", invalid="ignore"):
            level = (curve * cells.y) @ weight / ((curve**2) @ weight)
    with np.errstate(invalid="ignore", over="ignore"):
        away = ((cells.y - level[:, None] * curve) ** 2) @ weight
    away = np.where(np.isfinite(away) & (level > 0), away, np.inf)
    order = np.argsort(away, kind="stable")[:_STARTS]
    return [
        np.log(np.concatenate([[level[i]], grid[i]])) for i in order.tolist() if away[i] < np.inf
    ]


def _polished(
    form: GrowthForm, cells: Cells, start: Floats, weight: Floats
) -> tuple[float, Floats] | None:
    """Minimise the weighted squares from a start; return the sum and the logarithms."""
    root = np.sqrt(weight)
    free = _free(form, cells)

    def whole(logs: Floats) -> Floats:
        found = start.copy()
        found[free] = logs
        return np.exp(np.clip(found, -_FAR, _FAR))

    def away(logs: Floats) -> Floats:
        return np.asarray(root * (cells.y - cells.predicted(form, whole(logs))))

    def slopes(logs: Floats) -> Floats:
        return np.asarray(-root[:, None] * log_slopes(form, cells, whole(logs))[:, free])

    try:
        # far from the cells a curve leaves the numbers; what it says there is not used
        with np.errstate(all="ignore"):
            found = least_squares(away, start[free], slopes, method="lm", xtol=_SETTLED)
    except ValueError:
        return None
    logs = start.copy()
    logs[free] = found.x
    return (float(found.cost), logs) if np.isfinite(found.cost) else None


def log_slopes(form: GrowthForm, cells: Cells, values: Floats) -> Floats:
    """Return d(prediction)/d(ln coefficient) of each cell, n x k."""
    late = volume_slopes(form, values, cells.age) * values
    if cells.age_from is None or cells.y_from is None:
        return late
    below = volume_at(form, values, cells.age_from)
    above = volume_at(form, values, cells.age)
    early = volume_slopes(form, values, cells.age_from) * values
    ratio = cells.y_from / below
    return np.asarray(ratio[:, None] * (late - early * (above / below)[:, None]))


def _with_errors(
    form: GrowthForm, cells: Cells, values: Floats, power: float, free: NDArray[np.bool_]
) -> GrowthFit:
    curve = cells.predicted(form, values)
    scale = _scale(cells, curve, power)
    with np.errstate(all="ignore"):
        slopes = log_slopes(form, cells, values)[:, free]
    k = int(free.sum())
    stands, count = cells.stands, len(cells.y)
    lack = float((cells.weight * (cells.y - curve) ** 2 / scale).sum())
    pure = float((cells.within / scale).sum())
    phi = (lack + pure) / max(stands - k, 1)
    root = np.sqrt(cells.weight / scale)
    design = root[:, None] * slopes
    unit = np.sqrt((design**2).sum(axis=0))
    # a coefficient that moves no prediction is not determined
    wild = GrowthFit(form, values, np.zeros((1, 1)), 1, False, 0, power, np.nan, False)
    if not ((unit > 0) & np.isfinite(unit)).all():
        return wild
    gram = (design / unit).T @ (design / unit)
    if np.linalg.matrix_rank(gram, hermitian=True) < k:
        return wild
    inverse = np.linalg.inv(gram) / np.outer(unit, unit)
    by_age = lack / max(count - k, 1)
    variance, df = (by_age, count - k) if by_age > phi else (phi, stands - k)
    line = Working(
        params=np.log(values[free]),
        covariance=variance * inverse,
        scale=variance,
        scale_variance=2 * variance**2 / max(df, 1),
        df=float(max(df, 1)),
        design=design,
        residual=root * (cells.y - curve),
        pull=inverse @ design.T,
    )
    clustered = cells.sites >= least("growth_regions")
    if clustered:
        line = by_study(line, cells.site)
    covariance = np.zeros((len(free), len(free)))
    covariance[np.ix_(free, free)] = line.covariance
    # a stand's density is that of its own scale: sum over stands of ln(phi m^p)
    ln_scale = float((cells.n * np.log(scale)).sum())
    aic = stands * np.log(phi) + ln_scale + 2 * (k + 1) if phi > 0 else np.nan
    return GrowthFit(
        form, values, covariance, line.df, clustered, phi, power, float(aic), line.converged
    )
