"""Which samples and which fits are refused, and what is said of the others."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution
from scipy.stats import shapiro, t
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.stattools import jarque_bera

from sinkcalc.calibration.fit import Data, Fit, Recipe, fit_form
from sinkcalc.calibration.forms import FORMS, design
from sinkcalc.calibration.model import VOLUME_FORMS
from sinkcalc.calibration.odd_samples import Labels, carrying_sample, unlike_the_others
from sinkcalc.calibration.outcome import Problem
from sinkcalc.calibration.problems import problem
from sinkcalc.calibration.soil_checks import below_zero
from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.working import without_spread

# degrees of freedom without which no error is told, whatever `min_group` says
LEAST_DF: Final = 3
SIGNIFICANCE: Final = 0.05
# cross-validated RMSE in per cent of the mean beyond which a curve predicts nothing; trees differ
# by orders of magnitude, and the largest make most of their RMSE
_POOR: Final = {True: 50, False: 100}
# Royston's approximation of Shapiro-Wilk ends here
_SHAPIRO_MOST: Final = 5000


def check_samples(group: str, data: Data, labels: Labels, least: int) -> list[Problem]:
    """Say why samples of a group cannot be fitted at all, whatever the form."""
    given = [data.x, data.y] if data.h is None else [data.x, data.y, data.h]
    # a missing height is a matter of the forms with height
    known = np.column_stack([np.isfinite(data.x), np.isfinite(data.y)])
    wild = ~known.all(axis=1) | np.isinf(np.column_stack(given)).any(axis=1)
    if wild.any():
        return [problem("not_finite", group, rows=labels[wild])]
    negative = (np.column_stack(given) < 0).any(axis=1)
    if negative.any():
        return [problem("negative", group, rows=labels[negative])]
    if len(data.x) < least:
        return [problem("too_few_samples", group, n=len(data.x), needed=least)]
    if (data.x == data.x[0]).all():
        return [problem("constant_size", group)]
    if (data.y == data.y[0]).all():
        return [problem("constant_biomass", group, value=data.y[0])]
    return []


def check_form(form: str, group: str, data: Data, labels: Labels, recipe: Recipe) -> list[Problem]:
    """Say why a form cannot be fitted to samples that can be fitted."""
    about = FORMS[form]
    n, k = len(data.x), len(about.symbols)
    if about.with_height:
        missing = np.ones(n, bool) if data.h is None else np.isnan(data.h)
        if missing.any():
            return [problem("missing_height", group, form, rows=labels[missing])]
    if n < k + LEAST_DF:
        return [problem("too_few_samples", group, form, n=n, needed=k + LEAST_DF)]
    if about.in_logs:
        zero = (data.x <= 0) | (data.y <= 0)
        if about.with_height and data.h is not None:
            zero |= data.h <= 0
        if zero.any():
            return [problem("not_positive", group, form, rows=labels[zero])]
    elif recipe.weights != "none" and about.weighted and (data.x <= 0).any():
        return [problem("zero_size_weighted", group, form, rows=labels[data.x <= 0])]
    if not determined(form, data):
        return [problem("constant_size", group, form)]
    return []


def determined(form: str, data: Data) -> bool:
    """Tell whether samples determine the coefficients of a form, with one to spare."""
    if form == "hyperbolic":
        several = len(np.unique(data.x[data.x > 0])) > 1
        return len(data.x) > 2 and several and bool(data.y.any())
    if form == "mixing":
        return len(data.x) > 2 and len(np.unique(data.x)) > 1 and bool((data.y > 0).all())
    columns = design(form, data.x, data.h)
    k = columns.shape[1]
    return bool(len(columns) > k and np.linalg.matrix_rank(columns) == k)


def check_fit(
    group: str, fit: Fit, data: Data, labels: Labels, recipe: Recipe, *, leaning: bool = False
) -> list[Problem]:
    """Say why a fit is no model.

    Parameters
    ----------
    leaning
        Whether the fit leans on other groups and has too few samples to speak against them.
    """
    if not fit.line.converged:
        return [problem("not_converged", group, fit.form)]
    place = FORMS[fit.form].slope
    if _nothing(fit, place) or not fit.values[place] > 0:
        symbol = FORMS[fit.form].symbols[place]
        about = {"symbol": symbol, "value": fit.values[place]}
        refusal = problem("slope_not_positive", group, fit.form, **about)
        # one slip of a decimal point turns a slope
        return [refusal, *unlike_the_others(group, fit, labels)]
    if leaning:
        return []
    if fit.form == "hyperbolic" and fit.values[1] < 0 and not _nothing(fit, 1):
        pole = -fit.values[0] / fit.values[1]
        return [problem("hyperbolic_grows", group, fit.form, value=fit.values[1], pole=pole)]
    if fit.form == "origin" and determined("linear", data):
        # a line through the origin rises whatever the samples say
        slope = float(fit_form("linear", data, recipe).values[0])
        if not slope > 0:
            refusal = problem("origin_against_samples", group, fit.form, value=slope)
            return [refusal, *unlike_the_others(group, fit, labels)]
    return _worse_than_mean(group, fit, data, labels, robust=recipe.robust)


def _worse_than_mean(
    group: str, fit: Fit, data: Data, labels: Labels, *, robust: bool
) -> list[Problem]:
    """Refuse a curve that is farther from its samples than their mean.

    R2 = 1 - sum((y - fitted)^2)/sum((y - mean)^2); of Huber's estimator, which leaves odd samples
    aside on purpose, 1 - sum|y - fitted|/sum|y - median|.
    """
    away, centre = data.y - fit.fitted, np.median(data.y) if robust else data.y.mean()
    power = 1 if robust else 2
    total = float((np.abs(data.y - centre) ** power).sum())
    left = float((np.abs(away) ** power).sum())
    if left <= total or fit.line.exact:
        return []
    share = 1 - left / total if total else -np.inf
    measure = "1 - Σ|y - fitted|/Σ|y - median|" if robust else "R²"
    refusal = problem("worse_than_mean", group, fit.form, value=share, measure=measure)
    return [refusal, *unlike_the_others(group, fit, labels)]


def _nothing(fit: Fit, place: int) -> bool:
    """Tell whether a coefficient is a rounding error."""
    line = fit.line
    part = np.abs(line.params[place] * line.design[:, place]).max()
    return without_spread(float(part), line.design @ line.params, line.residual)


def rejected_as_simpler(fits: Iterable[Fit]) -> frozenset[str]:
    """Return the forms that a test against a wider form speaks against.

    The line through the origin is the line with b = 0: where b differs from 0 it is no simpler
    way to say the same, however little the few small sizes weigh in a mean square error.
    """
    lines = [fit for fit in fits if fit.form == "linear"]
    return frozenset({"origin"} if lines and _unlike_zero(lines[0])[1] else ())


def _unlike_zero(fit: Fit) -> NDArray[np.bool_]:
    errors = np.sqrt(np.diag(fit.covariance))
    return np.asarray(np.abs(fit.values) > t.ppf(1 - SIGNIFICANCE / 2, fit.df) * errors)


def warn_of_fit(
    group: str,
    fit: Fit,
    data: Data,
    labels: Labels,
    sites: NDArray[np.int64],
    *,
    clustered: bool = False,
) -> list[Problem]:
    """Say what has to be known of a model.

    Parameters
    ----------
    clustered
        Whether the covariance is that of a jackknife over sites: it holds for residuals that are
        alike within them, and that spread unevenly.
    """
    if fit.line.exact:
        return [problem("exact", group, fit.form)]
    found = [
        *_coefficients(group, fit),
        *unlike_the_others(group, fit, labels),
        *carrying_sample(group, fit, labels),
    ]
    if clustered:
        return [*found, *below_zero(group, fit, data)]
    return [*found, *_residuals(group, fit, data), *_alike_within_sites(group, fit, sites)]


def warn_of_prediction(group: str, fit: Fit, y: Floats, predicted: Floats) -> list[Problem]:
    """Say that a curve does not predict the samples that it has not seen."""
    rmse, mean = float(np.sqrt(((predicted - y) ** 2).mean())), float(y.mean())
    most = _POOR[fit.form in VOLUME_FORMS]
    # per cent of the mean
    share = 100 * rmse / mean if mean else np.inf
    if not share > most:
        return []
    return [problem("poor_prediction", group, fit.form, share=share, most=most)]


def _coefficients(group: str, fit: Fit) -> list[Problem]:
    found = []
    symbols, place = FORMS[fit.form].symbols, FORMS[fit.form].slope
    errors = np.sqrt(np.diag(fit.covariance))
    unlike = _unlike_zero(fit)
    about = {"symbol": symbols[place], "value": fit.values[place], "se": errors[place]}
    if not unlike[place]:
        found.append(problem("slope_not_significant", group, fit.form, **about))
    if fit.form == "linear":
        b = {"value": fit.values[1], "se": errors[1]}
        if not unlike[1]:
            found.append(problem("intercept_not_significant", group, fit.form, **b))
        if fit.values[1] < 0:
            below = -fit.values[1] / fit.values[0]
            found.append(problem("intercept_negative", group, fit.form, below=below, **b))
    return found


def _residuals(group: str, fit: Fit, data: Data) -> list[Problem]:
    found = []
    residual, logs = fit.line.residual, FORMS[fit.form].in_logs
    size = np.log(data.x) if logs else data.x
    if np.ptp(size) > 0 and len(size) > 2:
        p = float(het_breuschpagan(residual, np.column_stack([np.ones_like(size), size]))[1])
        if p < SIGNIFICANCE:
            zh, en = _advice(fit)
            found.append(
                problem("heteroscedastic", group, fit.form, p=p, advice_zh=zh, advice_en=en)
            )
    if logs and fit.correction == "baskerville" and len(residual) > 2:
        few = len(residual) <= _SHAPIRO_MOST
        p = float(shapiro(residual).pvalue if few else jarque_bera(residual)[1])
        if p < SIGNIFICANCE:
            test = "Shapiro-Wilk" if few else "Jarque-Bera"
            found.append(problem("log_residuals_not_normal", group, fit.form, p=p, test=test))
    return found


def _alike_within_sites(group: str, fit: Fit, sites: NDArray[np.int64]) -> list[Problem]:
    """Test whether residuals differ between sites by more than within: F of one-way analysis."""
    residual = fit.line.residual
    _, place, count = np.unique(sites, return_inverse=True, return_counts=True)
    n, m = len(residual), len(count)
    if not 1 < m < n:
        return []
    mean = np.bincount(place, residual) / count
    within = float(((residual - mean[place]) ** 2).sum())
    between = float((count * (mean - residual.mean()) ** 2).sum())
    if within <= 0:
        return []
    p = float(f_distribution.sf(between / (m - 1) / (within / (n - m)), m - 1, n - m))
    return [problem("alike_within_sites", group, fit.form, p=p)] if p < SIGNIFICANCE else []


def _advice(fit: Fit) -> tuple[str, str]:
    if FORMS[fit.form].in_logs:
        return (
            "对数之后离散仍不均匀:请用其他形式,或分组拟合",
            "It does so even in logarithms: use another form, or fit groups apart",
        )
    if fit.residual_power == 0:
        return "请按蓄积(胸径)加权(--weights size 或 size2)", "Use --weights size or size2"
    return (
        "请换用另一种权数(--weights none、size、size2)",
        "Use other weights (--weights none, size, size2)",
    )
