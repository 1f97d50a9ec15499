"""Covariance and spread of samples that come in studies."""

import numpy as np
import pytest

from sinkcalc.calibration.fit import Data, Recipe, fit_form
from sinkcalc.calibration.forms import FORMS, slopes, value
from sinkcalc.calibration.studies import by_study, spread_of


def _made(form: str, seed: int = 3) -> tuple[Data, np.ndarray]:
    random = np.random.default_rng(seed)
    sites = np.repeat(np.arange(6), [5, 9, 12, 20, 7, 15])
    x = random.uniform(0.02, 0.8, len(sites))
    theta = np.array([0.1, 1.5]) if form == "mixing" else np.array([0.4, 0.15, -0.002])
    y = value(form, theta[: len(FORMS[form].symbols)], x, None)
    return Data(x, y * np.exp(random.normal(0, 0.1, len(x))), None), sites


@pytest.mark.parametrize("form", ["origin", "quadratic", "linear", "quadratic_intercept"])
def test_a_jackknife_is_refits_without_each_study(form: str) -> None:
    data, sites = _made(form)
    fit = fit_form(form, data, Recipe())
    found = by_study(fit.line, sites)
    without = np.array([fit_form(form, data.take(sites != s), Recipe()).values for s in range(6)])
    away = without - fit.values
    np.testing.assert_allclose(found.covariance, 5 / 6 * away.T @ away, rtol=1e-8)
    assert found.df == 5


def test_of_a_mixture_it_is_near_to_refits() -> None:
    """One step of the linearised curve in place of a refit."""
    data, sites = _made("mixing")
    fit = fit_form("mixing", data, Recipe())
    without = np.array(
        [fit_form("mixing", data.take(sites != s), Recipe()).values for s in range(6)]
    )
    away = without - fit.values
    se = np.sqrt(np.diag(by_study(fit.line, sites).covariance))
    np.testing.assert_allclose(se, np.sqrt(5 / 6 * (away**2).sum(axis=0)), rtol=0.1)


def test_weights_have_part_in_it() -> None:
    data, sites = _made("quadratic")
    recipe = Recipe(weights="size")
    fit = fit_form("quadratic", data, recipe)
    without = np.array(
        [fit_form("quadratic", data.take(sites != s), recipe).values for s in range(6)]
    )
    away = without - fit.values
    covariance = by_study(fit.line, sites).covariance
    np.testing.assert_allclose(covariance, 5 / 6 * away.T @ away, rtol=1e-8)


def test_one_study_or_one_that_decides_is_no_error() -> None:
    data, sites = _made("linear")
    line = fit_form("linear", data, Recipe()).line
    assert not by_study(line, np.zeros_like(sites)).converged
    # all others have the same organic matter
    same = Data(np.where(sites == 3, data.x, 0.1), data.y, None)
    assert not by_study(fit_form("linear", same, Recipe()).line, sites).converged


def test_the_slopes_of_a_mixture() -> None:
    x, theta = np.array([0.0, 0.2, 1.0]), np.array([0.1, 1.6])
    np.testing.assert_allclose(value("mixing", theta, x, None), [1.6, 0.4, 0.1])
    np.testing.assert_allclose(slopes("mixing", theta, x, None), [[0, 1], [3.2, 0.05], [1, 0]])


def test_spread_and_correlation_are_recovered() -> None:
    """Variance 0.003 x^1 of which two fifths are common to a study, 200 studies of 30."""
    random = np.random.default_rng(7)
    sites = np.repeat(np.arange(200), 30)
    base = random.uniform(0.02, 0.8, len(sites))
    unit = random.normal(0, 0.4**0.5, 200)[sites] + random.normal(0, 0.6**0.5, len(sites))
    found = spread_of(unit * (0.003 * base) ** 0.5, base, sites)
    assert found.power == pytest.approx(1, abs=0.1)
    assert found.variance == pytest.approx(0.003, rel=0.15)
    assert found.correlation == pytest.approx(0.4, abs=0.08)


def test_spread_by_hand() -> None:
    """Two studies, residuals 1, 3 and -1, -3 about bases of 1: p = 0.

    Means 2 and -2; within = (1 + 1 + 1 + 1)/2 = 2; shared = 4 - 2/2 = 3; variance 5.
    """
    residual, sites = np.array([1.0, 3, -1, -3]), np.array([0, 0, 1, 1])
    found = spread_of(residual, np.ones(4), sites)
    assert (found.variance, found.power, found.correlation) == (5, 0, 0.6)


def test_samples_of_one_study_each_have_no_correlation() -> None:
    found = spread_of(np.array([1.0, -1, 2, -2]), np.ones(4), np.arange(4))
    assert (found.variance, found.correlation) == (2.5, 0)


def test_a_density_that_does_not_change_is_that_of_both() -> None:
    x = np.linspace(0.1, 0.9, 20)
    fit = fit_form("mixing", Data(x, np.full(20, 0.5) + 1e-9 * x, None), Recipe())
    assert fit.line.converged
    np.testing.assert_allclose(fit.values, 0.5, rtol=1e-6)


def test_a_density_without_bounds_is_not_settled() -> None:
    """1/BD = x/0.05 - (1 - x)/5: no density of mineral matter is high enough."""
    x = np.linspace(0.1, 0.9, 20)
    fit = fit_form("mixing", Data(x, 1 / (x / 0.05 - (1 - x) / 5), None), Recipe())
    assert not fit.line.converged
