"""Algebra of fitted curves: units, order of the samples, folds."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinkcalc.calibration.calibrate import CalibrationOptions, calibrate
from sinkcalc.calibration.choose import folds_of
from sinkcalc.calibration.fit import Data, Recipe, fit_form
from sinkcalc.calibration.model import VOLUME_FORMS
from sinkcalc.calibration.pooled import fit_pooled

seeds = st.integers(0, 10_000)
factors = st.sampled_from([0.001, 0.1, 15.0, 1000.0])
# how the coefficients of each form go with y * k and x * k
BY_Y = {"linear": (1, 1), "origin": (1,), "power": (1, 0), "hyperbolic": (-1, -1)}
BY_X = {"linear": (-1, 0), "origin": (-1,), "hyperbolic": (1, 0)}
recipes = st.sampled_from(
    [
        Recipe(),
        Recipe("size"),
        Recipe("size2"),
        Recipe(robust=True),
        Recipe(correction="duan"),
        Recipe(correction="snowdon"),
    ]
)


def _stands(seed: int, n: int = 40) -> Data:
    rng = np.random.default_rng(seed)
    x = rng.uniform(5, 200, n)
    return Data(x, (0.9 * x + 15) * np.exp(rng.normal(0, 0.2, n)), None)


def _frame(seed: int, groups: int = 2) -> pl.DataFrame:
    parts = []
    for i in range(groups):
        data = _stands(seed + i, 20)
        parts.append(
            pl.DataFrame(
                {
                    "group": [f"g{i}"] * 20,
                    "site": [None if k > 16 else f"s{k // 3}" for k in range(20)],
                    "x": data.x,
                    "y": data.y,
                    "row": np.arange(20) + 20 * i,
                }
            )
        )
    return pl.concat(parts)


# rounds stop at a change of 1e-8: Huber's are slow, and what is left is some times that
@settings(max_examples=40, deadline=None)
@given(seeds, factors, recipes, st.sampled_from(VOLUME_FORMS))
def test_biomass_in_other_units(seed: int, k: float, recipe: Recipe, form: str) -> None:
    data = _stands(seed)
    fit, scaled = (
        fit_form(form, data, recipe),
        fit_form(form, Data(data.x, data.y * k, None), recipe),
    )
    powers = np.array(BY_Y[form])
    assert scaled.values == pytest.approx(fit.values * k**powers, rel=1e-4)
    assert np.sqrt(np.diag(scaled.covariance)) == pytest.approx(
        np.sqrt(np.diag(fit.covariance)) * k**powers, rel=1e-3
    )
    assert scaled.fitted == pytest.approx(fit.fitted * k, rel=1e-4)
    assert scaled.correction_factor == pytest.approx(fit.correction_factor, rel=1e-4)


@settings(max_examples=40, deadline=None)
@given(seeds, factors, recipes, st.sampled_from(sorted(BY_X)))
def test_volume_in_other_units(seed: int, k: float, recipe: Recipe, form: str) -> None:
    data = _stands(seed)
    fit, scaled = (
        fit_form(form, data, recipe),
        fit_form(form, Data(data.x * k, data.y, None), recipe),
    )
    assert scaled.values == pytest.approx(fit.values * k ** np.array(BY_X[form]), rel=1e-4)
    assert scaled.fitted == pytest.approx(fit.fitted, rel=1e-4)


@settings(max_examples=4, deadline=None)
@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_the_samples_changes_no_digit(seed: int, random: object) -> None:
    samples = _frame(seed)
    order = list(range(samples.height))
    random.shuffle(order)
    for options in (CalibrationOptions(), CalibrationOptions(robust=True, weights="size", folds=3)):
        found, other = calibrate(samples, options), calibrate(samples[order], options)
        assert other.models == found.models
        assert other.candidates.equals(found.candidates)
        assert other.samples.sort("row").equals(found.samples.sort("row"))
        assert other.problems == found.problems


@settings(max_examples=5, deadline=None)
@given(seeds)
def test_pooled_biomass_in_other_units(seed: int) -> None:
    """By a power of two no digit is lost, and REML takes the very same steps."""
    frame = _frame(seed, 5)
    data = Data(frame["x"].to_numpy(), frame["y"].to_numpy(), None)
    groups = frame["group"].to_numpy().astype(np.str_)
    fit = fit_pooled("linear", data, groups, Recipe())
    scaled = fit_pooled("linear", Data(data.x, data.y * 1024, None), groups, Recipe())
    assert scaled is not None
    assert fit is not None
    for name, own in fit.groups.items():
        assert scaled.groups[name].values == pytest.approx(own.values * 1024, rel=1e-9)
    assert scaled.common.covariance == pytest.approx(fit.common.covariance * 1024**2, rel=1e-9)


@settings(max_examples=5, deadline=None)
@given(seeds)
def test_groups_lie_between_their_own_line_and_the_common_one(seed: int) -> None:
    """With one coefficient a group's is a weighted mean of its own and the common one."""
    frame = _frame(seed, 5)
    data = Data(frame["x"].to_numpy(), frame["y"].to_numpy(), None)
    groups = frame["group"].to_numpy().astype(np.str_)
    fit = fit_pooled("origin", data, groups, Recipe())
    assert fit is not None
    common = fit.common.values[0]
    for name, own in fit.groups.items():
        apart = fit_form("origin", data.take(groups == name), Recipe()).values[0]
        low, high = sorted((common, apart))
        assert low - 1e-9 <= own.values[0] <= high + 1e-9
        assert np.isfinite(own.covariance).all()


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_snowdon_keeps_the_sum(seed: int) -> None:
    data = _stands(seed)
    fit = fit_form("power", data, Recipe(correction="snowdon"))
    assert fit.fitted.sum() == pytest.approx(data.y.sum(), rel=1e-10)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_leaving_a_sample_out_is_what_the_shift_says(seed: int) -> None:
    data = _stands(seed)
    for form, recipe in (("linear", Recipe()), ("linear", Recipe("size2")), ("power", Recipe())):
        line = fit_form(form, data, recipe).line
        rest = np.arange(40) != 7
        without = fit_form(form, data.take(rest), recipe).line
        assert line.params + line.shift[:, 7] == pytest.approx(without.params, rel=1e-8, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(seeds, st.sampled_from(["baskerville", "duan", "snowdon", "none"]))
def test_covariances_have_no_negative_direction(seed: int, correction: str) -> None:
    fit = fit_form("power", _stands(seed, 8), Recipe(correction=correction))
    eigenvalues = np.linalg.eigvalsh(fit.covariance)
    assert eigenvalues.min() >= -1e-12 * eigenvalues.max()


@given(st.lists(st.integers(0, 12), min_size=4, max_size=60), st.integers(2, 12))
def test_each_site_is_in_one_fold(sites: list[int], folds: int) -> None:
    found = folds_of(np.array(sites), folds, 1, by_site=len(set(sites)) > 1)
    if len(set(sites)) > 1:
        pairs = set(zip(sites, found.tolist(), strict=True))
        assert len(pairs) == len(set(sites))
        assert len(set(found.tolist())) == min(folds, len(set(sites)))
