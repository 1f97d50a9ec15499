"""Samples that no textbook has: exact, constant, few, of groups that are alike or exact each."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from sinkcalc.calibration.calibrate import Calibration, CalibrationOptions, calibrate
from sinkcalc.calibration.fit import POWER_OF
from sinkcalc.calibration.model import EVERY_GROUP

X = np.linspace(10, 200, 30)
CURVES = {
    "linear": 0.9 * X + 20,
    "origin": 0.9 * X,
    "power": 1.5 * X**0.8,
    "hyperbolic": X / (0.7 + 0.003 * X),
}


def _samples(y: np.ndarray, group: list[str] | None = None, x: np.ndarray = X) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "group": group or ["oak"] * len(x),
            "site": [f"s{i // 3}" for i in range(len(x))],
            "x": x,
            "y": y,
            "row": np.arange(len(x)) + 2,
        }
    )


def _codes(found: Calibration, form: str | None) -> set[str]:
    return {p.code for p in found.problems if p.form == form and p.group == EVERY_GROUP}


@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize("weights", POWER_OF)
@pytest.mark.parametrize("form", CURVES)
def test_exact_samples_are_said_to_be_so(form: str, weights: str, robust: bool) -> None:
    """Whatever the estimator: the curve itself, and the warning that nobody measured it."""
    options = CalibrationOptions(forms=(form,), weights=weights, robust=robust)
    found = calibrate(_samples(CURVES[form]), options)
    assert _codes(found, form) == {"exact"}
    assert found.candidates["relative_rmse"].max() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize("weights", POWER_OF)
def test_constant_biomass_is_no_model_of_any_form(weights: str, robust: bool) -> None:
    found = calibrate(
        _samples(np.full(30, 60.0)), CalibrationOptions(weights=weights, robust=robust)
    )
    assert found.models == []
    assert _codes(found, None) == {"constant_biomass"}


@pytest.mark.parametrize("weights", POWER_OF)
def test_most_samples_exact_and_some_not_is_no_spread_for_huber(weights: str) -> None:
    """The median of the residuals is 0: the standard errors would be too, with 3 samples off."""
    y = CURVES["linear"] + np.where(np.arange(30) % 10 == 1, 30.0, 0.0)
    options = CalibrationOptions(forms=("linear",), weights=weights, robust=True)
    found = calibrate(_samples(y), options)
    assert found.models == []
    assert _codes(found, "linear") == {"not_converged"}


@pytest.mark.parametrize("form", ["linear", "origin", "power"])
def test_exact_groups_have_no_mixed_model(form: str) -> None:
    """Groups on exact curves of different slopes, or of the same: REML has no maximum."""
    group = [f"g{i % 5}" for i in range(30)]
    for step in (0.1, 0.0):
        slope = 1 + step * (np.arange(30) % 5)
        found = calibrate(
            _samples(slope * CURVES[form], group), CalibrationOptions(forms=(form,), pool=True)
        )
        assert found.models == []
        assert _codes(found, form) == {"mixed_not_converged"}


def _odd(rng: np.random.Generator) -> pl.DataFrame:
    """Return a few samples with sizes, biomass and groups that repeat, are 0, or lie on a line."""
    n = int(rng.integers(8, 31))
    place = rng.integers(0, rng.integers(1, 6), n)
    sizes = (rng.uniform(5, 200, n), rng.integers(0, 6, n) * 20.0, rng.choice([50.0, 80.0], n))
    x = sizes[rng.integers(len(sizes))]
    slope = 0.5 + 0.2 * place
    biomass = (
        0.8 * x + 10,
        slope * x,
        slope * (x + 10),
        x / (0.7 + 0.003 * x),
        0.8 * x + np.where(rng.random(n) < 0.7, 10, 40),
        np.round(0.8 * x + 10 + rng.normal(0, 8, n)).clip(0),
        np.full(n, 60.0) + (place == 0),
    )
    y = biomass[rng.integers(len(biomass))].copy()
    if rng.random() < 0.3:
        y[rng.integers(n)] *= rng.integers(0, 4)
    return _samples(y, [f"g{i}" for i in place], x)


@pytest.mark.parametrize(("way", "first", "number"), [("robust", 0, 60), ("pool", 100, 12)])
def test_no_samples_break_the_program(way: str, first: int, number: int) -> None:
    """Every outcome is a model with finite errors, or a problem in words."""
    for seed in range(first, first + number):
        rng = np.random.default_rng(seed)
        weights = list(POWER_OF)[seed % len(POWER_OF)]
        options = replace(CalibrationOptions(weights=weights, min_group=6), **{way: True})
        found = calibrate(_odd(rng), options)
        assert found.models or found.problems
        for model in found.models:
            assert np.isfinite(model.values).all(), seed
            assert np.isfinite(model.covariance).all(), seed
            assert (np.diag(model.covariance) >= 0).all(), seed
