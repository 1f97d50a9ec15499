"""Groups of a mixed model share the error of the common coefficients: it does not average out."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from made_models import calibrated_factors, made_model

from sinkcalc.calibration.calibrate import CalibrationOptions, calibrate
from sinkcalc.calibration.factor import lower_factor
from sinkcalc.calibration.fit import Data, Fit, Recipe
from sinkcalc.calibration.pooled import Pooled, fit_pooled
from sinkcalc.calibration.solve import Floats
from sinkcalc.store.models import StoredModel

REPETITIONS = 60


def _samples(rng: np.random.Generator, groups: int, each: int, own: Floats) -> tuple[Data, Floats]:
    """Draw samples about lines of groups, sd 10 t/ha."""
    place = np.repeat(np.arange(groups), each)
    x = rng.uniform(10, 200, len(place))
    y = own[place, 0] * x + own[place, 1] + rng.normal(0, 10, len(x))
    return Data(x, y, None), np.array([f"{i:02d}" for i in place])


def _fitted(form: str, recipe: Recipe | None = None) -> tuple[Pooled, Data, Floats]:
    rng = np.random.default_rng(3)
    own = np.array([1.0, 30.0]) + rng.normal(0, 1, (6, 2)) * [0.15, 8.0]
    data, names = _samples(rng, 6, 7, own)
    pooled = fit_pooled(form, data, names, recipe or Recipe())
    assert pooled is not None
    return pooled, data, names


def _shared(fit: Fit) -> Floats:
    assert fit.shared is not None
    return fit.shared


def test_covariance_between_groups_by_hendersons_equations() -> None:
    """Errors of beta and all b_g: s^2 [X'X, X'Z; Z'X, Z'Z + s^2 I x G^-1]^-1 (Henderson 1975).

    Nothing of the code is used but G and s^2. Of two groups the covariance is that of
    beta + b_g and beta + b_h; within one group the code adds what the error of G adds.
    """
    pooled, data, names = _fitted("linear")
    columns = np.column_stack([data.x, np.ones_like(data.x)])
    groups = sorted(pooled.groups)
    of_group = np.array([[name == group for group in groups] for name in names])
    design = np.hstack([columns, *(columns * own[:, None] for own in of_group.T)])
    penalty = np.zeros((14, 14))
    scale = pooled.common.residual_variance
    penalty[2:, 2:] = scale * np.kron(np.eye(6), np.linalg.inv(pooled.between))
    errors = scale * np.linalg.inv(design.T @ design + penalty)
    pick = [np.hstack([np.eye(2), np.kron(np.eye(6)[i], np.eye(2))]) for i in range(6)]
    every = np.hstack([np.eye(2), np.zeros((2, 12))])
    for i in range(6):
        for j in range(i):
            found = _shared(pooled.groups[groups[i]]) @ _shared(pooled.groups[groups[j]]).T
            assert found == pytest.approx(pick[i] @ errors @ pick[j].T, rel=1e-7, abs=1e-9)
        found = _shared(pooled.groups[groups[i]]) @ _shared(pooled.common).T
        assert found == pytest.approx(pick[i] @ errors @ every.T, rel=1e-7, abs=1e-9)
        more = pooled.groups[groups[i]].covariance - pick[i] @ errors @ pick[i].T
        assert np.linalg.eigvalsh(more).min() > -1e-9
    assert np.diag(_shared(pooled.common)).min() > 0


def test_groups_of_a_power_share_the_factor_too() -> None:
    """cov(a_g, a_h) = a_g a_h (cov(alpha_g, alpha_h) + var(s^2)/4), cov(b_g, b_h) as fitted."""
    pooled, _, _ = _fitted("power")
    first, second = (pooled.groups[name] for name in ("00", "03"))
    assert first.line.shared is not None
    assert second.line.shared is not None
    lines = first.line.shared @ second.line.shared.T
    of_factor = first.line.scale_variance / 4
    found = _shared(first) @ _shared(second).T
    a = first.values[0], second.values[0]
    assert found[0, 0] == pytest.approx(a[0] * a[1] * (lines[0, 0] + of_factor), rel=1e-12)
    assert found[1, 1] == pytest.approx(lines[1, 1], rel=1e-12)
    assert found[0, 1] == pytest.approx(a[0] * lines[0, 1], rel=1e-12)
    median = _fitted("power", Recipe(correction="none"))[0].groups["00"]
    assert _shared(median)[:, 2].tolist() == [0.0, 0.0]


def test_sum_over_groups_that_are_alike() -> None:
    """20 groups of 5 samples on one line: the error of sum a_g 80 + b_g, 60 times.

    A standard deviation of 60 numbers has the relative error 1/sqrt(120) = 9 %, three of which
    are allowed. As if the groups' errors were independent it would be near 0.63 of the actual.
    """
    rng = np.random.default_rng(1)
    at = np.array([80.0, 1.0])
    found = []
    for _ in range(REPETITIONS):
        own = np.tile([0.9, 20.0], (20, 1))
        pooled = fit_pooled("linear", *_samples(rng, 20, 5, own), Recipe())
        # REML does not settle on one sample in fifty of this kind
        if pooled is not None:
            fits = list(pooled.groups.values())
            error = sum(at @ (fit.values - own[0]) for fit in fits)
            alone = sum(at @ fit.covariance @ at for fit in fits)
            parts = np.array([at @ _shared(fit) for fit in fits])
            together = alone - (parts**2).sum() + (parts.sum(axis=0) ** 2).sum()
            found.append((error**2, alone, together))
    assert len(found) > 0.9 * REPETITIONS
    actual, alone, together = np.sqrt(np.mean(found, axis=0))
    allowed = 3 / np.sqrt(2 * len(found))
    assert together == pytest.approx(actual, rel=allowed)
    assert alone < (1 - allowed) * actual


# what estimates read


def _covariance(models: tuple[StoredModel, ...]) -> tuple[list[str], Floats, pl.DataFrame]:
    rows = calibrated_factors(*models).curve_errors
    wide = rows.pivot(["block", "factor"], index="parameter_id", values="loading").fill_null(0)
    loadings = wide.drop("parameter_id").to_numpy()
    return wide["parameter_id"].to_list(), loadings @ loadings.T, rows


def test_loadings_of_a_calibration_have_its_whole_covariance() -> None:
    """Within each model its covariance, between two of them shared_g shared_h'."""
    oak = made_model("linear", "oak", "whole_tree", (1.1, 9.0))
    shared = ((0.03, 0.0), (-0.05, 0.08))
    pine = made_model("linear", "masson_pine", "whole_tree", (0.9, 7.0))
    other = ((0.02, 0.0), (-0.04, 0.06))
    models = tuple(
        replace(stored, model=replace(stored.model, shared_errors=errors, df=df))
        for stored, errors, df in ((oak, shared, 40.0), (pine, other, 7.0))
    )
    ids, found, rows = _covariance(models)
    assert [name.split(".")[-2:] for name in ids] == [
        ["oak", "a"],
        ["oak", "b"],
        ["masson_pine", "a"],
        ["masson_pine", "b"],
    ]
    assert found[:2, :2] == pytest.approx(np.array(oak.model.covariance), rel=1e-12)
    assert found[2:, 2:] == pytest.approx(np.array(pine.model.covariance), rel=1e-12)
    assert found[:2, 2:] == pytest.approx(np.array(shared) @ np.array(other).T, rel=1e-12)
    by_block = dict(rows.group_by("block").agg(pl.col("df").unique().sort()).iter_rows())
    assert by_block == {
        oak.calibration_id: [7.0],
        oak.model_id: [40.0],
        pine.model_id: [7.0],
    }
    # of one calibration, yet fitted each on its own
    _, apart, rows = _covariance((oak, pine))
    assert not apart[:2, 2:].any()
    assert oak.calibration_id not in rows["block"].to_list()


def test_what_is_left_of_a_pooled_model_is_a_covariance() -> None:
    """What remains beside the shared part of every fitted model has a factor that gives it back."""
    rng = np.random.default_rng(5)
    own = np.array([1.0, 30.0]) + rng.normal(0, 1, (6, 2)) * [0.15, 8.0]
    data, names = _samples(rng, 6, 8, own)
    frame = pl.DataFrame({"group": names, "site": [None] * 48, "x": data.x, "y": data.y})
    frame = frame.cast({"site": pl.String})
    for form in ("linear", "origin", "power"):
        found = calibrate(frame, CalibrationOptions(forms=(form,), pool=True))
        assert len(found.models) == 7
        for model in found.models:
            covariance, shared = np.array(model.covariance), np.array(model.shared_errors)
            rest = lower_factor(covariance - shared @ shared.T, np.diag(covariance))
            whole = rest @ rest.T + shared @ shared.T
            scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
            assert np.abs((whole - covariance) / scale).max() < 1e-9


def test_factor_of_a_covariance() -> None:
    """[4 2; 2 5] = [2 0; 1 2][2 1; 0 2]; a singular one has a column of 0, and no sign is free."""
    assert lower_factor(np.array([[4.0, 2.0], [2.0, 5.0]])).tolist() == [[2.0, 0.0], [1.0, 2.0]]
    singular = np.outer([3.0, -1.0, 0.5], [3.0, -1.0, 0.5])
    assert lower_factor(singular).tolist() == [[3.0, 0, 0], [-1.0, 0, 0], [0.5, 0, 0]]
    # less than nothing by rounding is nothing
    assert not lower_factor(np.diag([-1e-18, 1e-18]), np.ones(2)).any()
