"""What a calibration gives, and what it refuses or warns of, code by code."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from statsmodels.regression.linear_model import OLS

from sinkcalc.calibration.calibrate import (
    CANDIDATE_COLUMNS,
    Calibration,
    CalibrationOptions,
    Problem,
    calibrate,
)
from sinkcalc.calibration.choose import choose, folds_of
from sinkcalc.calibration.fit import Data, Recipe, fit_form
from sinkcalc.calibration.forms import FORMS, gradient, predict, slopes, value
from sinkcalc.calibration.model import EVERY_GROUP, TREE_FORMS, Model
from sinkcalc.calibration.problems import CODES
from sinkcalc.calibration.published import against_published
from sinkcalc.errors import UsageProblem


def _samples(n: int = 40, group: str = "fir", seed: int = 1, **columns: Any) -> pl.DataFrame:
    """Give stands on the line y = 0.9 x + 20 with errors of 8 t/ha, four a site."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(10, 200, n)
    return pl.DataFrame(
        {
            "group": [group] * n,
            "site": [f"{group}{i // 4}" for i in range(n)],
            "x": x,
            "y": 0.9 * x + 20 + rng.normal(0, 8, n),
            "row": np.arange(n) + 2,
            **columns,
        }
    )


def _codes(found: Calibration, severity: str | None = None) -> set[tuple[str, str | None, str]]:
    return {
        (problem.group, problem.form, problem.code)
        for problem in found.problems
        if severity in (None, problem.severity)
    }


def _one(found: Calibration, code: str, group: str = EVERY_GROUP) -> Problem:
    (problem,) = (p for p in found.problems if p.code == code and p.group == group)
    return problem


def _with(samples: pl.DataFrame, place: int, **values: float) -> pl.DataFrame:
    here = pl.int_range(pl.len()) == place
    return samples.with_columns(
        pl.when(here).then(number).otherwise(pl.col(name)).alias(name)
        for name, number in values.items()
    )


LINEAR = CalibrationOptions(forms=("linear",))


# what comes out


def test_models_of_all_samples_and_of_each_group() -> None:
    samples = pl.concat([_samples(), _samples(group="pine", seed=2)])
    found = calibrate(samples, CalibrationOptions())
    assert [model.group for model in found.models] == [EVERY_GROUP, "fir", "pine"]
    every, fir, _ = found.models
    assert (every.n, every.sites, fir.n, fir.sites) == (80, 20, 40, 10)
    assert fir.form == "linear"
    assert fir.x_min == samples["x"][:40].min()
    assert found.candidates.columns == list(CANDIDATE_COLUMNS)
    assert found.candidates.height == 3 * 4
    assert found.candidates["chosen"].sum() == 3
    assert found.samples["row"].to_list() == samples["row"].to_list()
    assert found.samples["model_group"].to_list() == samples["group"].to_list()


def test_residuals_and_cross_validation_of_the_samples() -> None:
    found = calibrate(_samples(), LINEAR)
    rows, line = found.samples, found.candidates.row(1, named=True)
    assert rows["residual"].to_list() == pytest.approx((rows["y"] - rows["fitted"]).to_list())
    assert rows["leverage"].sum() == pytest.approx(2)
    cv = rows["cv_fitted"] - rows["y"]
    assert line["cv_rmse"] == pytest.approx(float(np.sqrt((cv**2).mean())))
    assert line["cv_rmse"] > line["rmse"]
    assert line["relative_error"] == pytest.approx(rows["fitted"].sum() / rows["y"].sum() - 1)


def test_cross_validated_value_is_that_of_a_fit_without_the_site() -> None:
    """Ten sites and ten folds: each site is left out once."""
    samples = _samples()
    found = calibrate(samples, LINEAR).samples
    for site in ("fir0", "fir7"):
        rest = samples.filter(pl.col("site") != site)
        a, b = np.polyfit(rest["x"].to_numpy(), rest["y"].to_numpy(), 1)
        left_out = found.filter(pl.col("site") == site)
        assert left_out["cv_fitted"].to_list() == pytest.approx((a * left_out["x"] + b).to_list())


def test_folds_hold_sites_together() -> None:
    sites = np.repeat(np.arange(30), 5)
    folds = folds_of(sites, 10, 1, by_site=True)
    assert len(set(folds)) == 10
    assert all(len(set(folds[sites == site])) == 1 for site in range(30))
    assert len(set(folds_of(sites[:20], 10, 1, by_site=True))) == 4


def test_samples_without_site_are_shuffled_by_the_seed_and_said_so() -> None:
    samples = _samples().with_columns(pl.lit(None, pl.String).alias("site"))
    found = calibrate(samples, LINEAR)
    assert found.models[0].sites == 40
    assert "40 more" not in _one(found, "no_site").en
    assert "and 35 more" in _one(found, "no_site").en
    same = calibrate(samples, LINEAR).candidates
    other = calibrate(samples, replace(LINEAR, seed=7)).candidates
    assert same.equals(found.candidates)
    assert other["cv_rmse"][0] != found.candidates["cv_rmse"][0]


def test_some_samples_without_site_are_sites_of_their_own() -> None:
    samples = _samples().with_columns(
        pl.when(pl.col("row") < 6).then(None).otherwise(pl.col("site")).alias("site")
    )
    found = calibrate(samples, LINEAR)
    assert found.models[0].sites == 9 + 4
    assert "rows 2, 3, 4, 5:" in _one(found, "no_site").en


def test_a_sample_without_a_model_of_its_group_is_served_by_that_of_all() -> None:
    samples = pl.concat([_samples(), _samples(3, "rare", seed=2)])
    found = calibrate(samples, LINEAR)
    assert [model.group for model in found.models] == [EVERY_GROUP, "fir"]
    assert found.samples["model_group"].to_list() == ["fir"] * 40 + [EVERY_GROUP] * 3
    refused = _one(found, "too_few_samples", "rare")
    assert refused.severity == "refused"
    assert "3 samples are fewer than 10" in refused.en
    assert "rare 组" in refused.zh


def test_pooled_groups_lend_strength_to_small_ones() -> None:
    groups = [_samples(12, f"g{i}", seed=i) for i in range(6)]
    groups.append(_samples(3, "rare", seed=9))
    found = calibrate(pl.concat(groups), replace(LINEAR, pool=True))
    assert len(found.models) == 8
    assert {model.estimator for model in found.models} == {"mixed"}
    assert found.models[-1].group == "rare"
    assert found.models[-1].n == 3
    assert _codes(found, "refused") == set()


def test_one_form_for_all_pooled_groups() -> None:
    groups = pl.concat([_samples(12, f"g{i}", seed=i) for i in range(6)])
    found = calibrate(groups, CalibrationOptions(pool=True))
    assert len({model.form for model in found.models}) == 1
    assert (EVERY_GROUP, "hyperbolic", "form_not_pooled") in _codes(found, "refused")


# choice


def test_the_simpler_form_is_chosen_where_it_is_hardly_worse() -> None:
    rng = np.random.default_rng(1)
    folds = np.repeat(np.arange(10), 8)
    error = rng.normal(0, 10, 80)
    hardly = error + rng.normal(0, 1, 80)
    forms = ("linear", "power")
    assert choose(forms, [hardly, error], folds) == 0
    assert choose(forms, [error * 1.2, error], folds) == 1
    assert choose(forms, [error, hardly], folds) == 0
    assert choose(forms, [hardly, error], folds, rejected=frozenset({"linear"})) == 1


def test_one_fold_cannot_excuse_a_form_that_is_much_worse() -> None:
    """All of the difference lies in one fold: its standard error is as large as itself."""
    folds = np.repeat(np.arange(4), 10)
    error = np.ones(40)
    worse = np.where(folds == 3, 5.0, 1.0)
    assert choose(("linear", "power"), [worse, error], folds) == 1


def test_the_origin_is_no_simpler_line_where_the_intercept_differs_from_zero() -> None:
    found = calibrate(_samples(), CalibrationOptions(forms=("origin", "linear")))
    assert {model.form for model in found.models} == {"linear"}


# refused and warned: samples


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite(bad: float) -> None:
    found = calibrate(_with(_samples(), 5, y=bad), LINEAR)
    assert found.models == []
    assert found.samples.is_empty()
    assert "row 7:" in _one(found, "not_finite").en
    assert "第 7 行" in _one(found, "not_finite", "fir").zh


def test_negative_sizes_and_biomass() -> None:
    found = calibrate(_with(_with(_samples(), 5, x=-1), 6, y=-1), LINEAR)
    assert found.models == []
    assert "rows 7, 8:" in _one(found, "negative").en


def test_three_points_are_no_fit_whatever_the_options_say() -> None:
    found = calibrate(_samples(3), replace(LINEAR, min_group=1))
    assert found.models == []
    assert (EVERY_GROUP, "linear", "too_few_samples") in _codes(found, "refused")
    assert (EVERY_GROUP, None, "no_model") in _codes(found, "refused")


def test_sizes_that_are_all_alike() -> None:
    found = calibrate(_samples(x=[50.0] * 40), LINEAR)
    assert (EVERY_GROUP, None, "constant_size") in _codes(found, "refused")
    assert found.models == []


def test_zeros_in_logarithms_and_under_weights() -> None:
    samples = _with(_samples(), 0, x=0)
    found = calibrate(samples, CalibrationOptions(forms=("linear", "power")))
    assert (EVERY_GROUP, "power", "not_positive") in _codes(found, "refused")
    assert {model.form for model in found.models} == {"linear"}
    weighted = calibrate(samples, replace(LINEAR, weights="size"))
    assert "row 2:" in _one(weighted, "zero_size_weighted").en
    assert weighted.models == []


def _trees(n: int = 40, **columns: Any) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    d = rng.uniform(5, 50, n)
    h = 3 * d**0.5 * np.exp(rng.normal(0, 0.3, n))
    y = 0.05 * (d * d * h) ** 0.95 * np.exp(rng.normal(0, 0.15, n))
    return _samples(n).with_columns(
        pl.Series("x", d), pl.Series("h", h), pl.Series("y", y), **columns
    )


TREES = CalibrationOptions(kind="tree-biomass", forms=TREE_FORMS)


def test_trees() -> None:
    found = calibrate(_trees(), TREES)
    (model, _) = found.models
    assert model.form == "power_d2h"
    assert model.h_min == _trees()["h"].min()
    (three, _) = found.candidates.filter(pl.col("form") == "power_d_h").iter_rows(named=True)
    assert three["b"] == pytest.approx(1.9, abs=4 * three["b_se"])
    assert three["c"] == pytest.approx(0.95, abs=4 * three["c_se"])


@pytest.mark.parametrize("height", [pl.lit(None, pl.Float64), pl.when(pl.col("row") > 4).then("h")])
def test_trees_without_height(height: pl.Expr) -> None:
    found = calibrate(_trees().with_columns(height.alias("h")), TREES)
    assert (EVERY_GROUP, "power_d2h", "missing_height") in _codes(found, "refused")
    assert {model.form for model in found.models} == {"power_d"}


def test_heights_that_follow_from_the_diameter() -> None:
    """With ln H = 0.5 ln D: no coefficient of its own."""
    found = calibrate(_trees().with_columns(pl.col("x").sqrt().alias("h")), TREES)
    assert (EVERY_GROUP, "power_d_h", "constant_size") in _codes(found, "refused")


def test_all_samples_of_one_site() -> None:
    found = calibrate(_samples(site=["s"] * 40), LINEAR)
    assert (EVERY_GROUP, None, "one_site") in _codes(found, "warned")
    assert found.models[0].sites == 1


# refused and warned: fits


def test_biomass_that_falls_with_size() -> None:
    samples = _samples().with_columns((300 - pl.col("y")).alias("y"))
    found = calibrate(samples, CalibrationOptions())
    codes = _codes(found, "refused")
    assert (EVERY_GROUP, "linear", "slope_not_positive") in codes
    assert (EVERY_GROUP, "power", "slope_not_positive") in codes
    refused = found.candidates.filter("refused")
    assert {"linear", "power"} <= set(refused["form"])
    assert not refused["chosen"].any()
    # a line forced through the origin rises whatever the samples say
    assert (EVERY_GROUP, "origin", "origin_against_samples") in codes
    assert found.models == []


def test_a_curve_worse_than_the_mean_is_refused() -> None:
    flat = _samples().with_columns((120 + pl.col("y") / 50).alias("y"))
    found = calibrate(flat, CalibrationOptions(forms=("linear", "origin")))
    assert (EVERY_GROUP, "origin", "worse_than_mean") in _codes(found, "refused")
    assert found.candidates.filter(form="origin", group="")["r2"][0] < 0
    assert {model.form for model in found.models} == {"linear"}


def test_an_outlier_does_not_make_a_robust_fit_worse_than_the_mean() -> None:
    wild = _with(_samples(), 7, y=2500)
    robust = replace(CalibrationOptions(), forms=("power", "linear"), robust=True)
    found = calibrate(wild, robust)
    assert found.candidates["r2"].max() < 0
    assert {model.group for model in found.models} == {EVERY_GROUP, "fir"}


@pytest.mark.parametrize("form", ["linear", "power", "hyperbolic"])
def test_a_sample_unlike_the_others_is_named_on_the_scale_of_the_fit(form: str) -> None:
    """Against the externally studentised residuals of statsmodels."""
    wild = _samples().with_columns(
        pl.when(pl.col("row") == 9).then(pl.col("y") * 10).otherwise("y").alias("y")
    )
    options = CalibrationOptions(forms=(form,))
    warned = _one(calibrate(wild, options), "unlike_the_others")
    assert "row 9: too far from the curve" in warned.en
    assert "第 9 行" in warned.zh
    x, y = (wild[name].to_numpy() for name in ("x", "y"))
    if form != "hyperbolic":
        logs = np.log if form == "power" else np.asarray
        line = OLS(logs(y), np.column_stack([np.ones_like(x), logs(x)])).fit()
        studentised = line.get_influence().resid_studentized_external
        assert f"residual {abs(studentised[7]):.1f} at" in warned.en
    assert (EVERY_GROUP, form, "unlike_the_others") not in _codes(calibrate(_samples(), options))


def test_a_curve_that_predicts_nothing_is_said_so() -> None:
    scatter = np.exp(np.random.default_rng(3).normal(0, 1, 40))
    samples = _samples().with_columns((pl.col("y") * scatter).alias("y"))
    found = calibrate(samples, LINEAR)
    (row,) = found.candidates.filter(group=EVERY_GROUP).rows(named=True)
    warned = _one(found, "poor_prediction")
    assert f"is {100 * row['cv_relative_rmse']:.0f}% of the mean, above 50%" in warned.en
    assert "poor_prediction" not in {code for *_, code in _codes(calibrate(_samples(), LINEAR))}


def test_slope_that_may_be_zero() -> None:
    wave = 30 * np.sin(np.arange(40) * 2.4)
    samples = _samples(x=np.linspace(10, 200, 40), y=100 + 0.05 * np.linspace(10, 200, 40) + wave)
    found = calibrate(samples, LINEAR)
    codes = _codes(found)
    assert (EVERY_GROUP, "linear", "slope_not_significant") in codes


def test_an_outlier_that_carries_the_fit_is_named() -> None:
    samples = _with(_samples(), 11, x=400, y=150)
    warned = _one(calibrate(samples, LINEAR), "outlier")
    assert "row 13 carries the fit" in warned.en
    rest = samples.filter(pl.col("row") != 13)
    a, _ = np.polyfit(rest["x"].to_numpy(), rest["y"].to_numpy(), 1)
    assert f"to {a:.4g} (" in warned.en
    assert _codes(calibrate(_samples(), LINEAR)) == set()


def test_negative_intercept_says_from_where_biomass_is_negative() -> None:
    samples = _samples().with_columns(pl.col("y") - 25).with_columns(pl.col("y").clip(0))
    warned = _one(calibrate(samples, LINEAR), "intercept_negative")
    a, b = np.polyfit(samples["x"].to_numpy(), samples["y"].to_numpy(), 1)
    assert f"below a size of {-b / a:.4g}" in warned.en


def test_intercept_that_may_be_zero() -> None:
    found = calibrate(_samples().with_columns(pl.col("y") - 20), LINEAR)
    assert "origin" in _one(found, "intercept_not_significant").en


def test_spread_that_grows_with_size() -> None:
    rng = np.random.default_rng(6)
    samples = _samples(80)
    y = (0.9 * samples["x"].to_numpy() + 20) * np.exp(rng.normal(0, 0.25, 80))
    samples = samples.with_columns(pl.Series("y", y))
    assert "Use --weights size" in _one(calibrate(samples, LINEAR), "heteroscedastic").en
    power = calibrate(samples, CalibrationOptions(forms=("power",)))
    assert "heteroscedastic" not in {code for *_, code in _codes(power)}


def test_residuals_that_are_alike_within_sites() -> None:
    """Ten sites with errors of 10 t/ha of their own, beside 8 of each sample."""
    own = np.repeat(np.random.default_rng(4).normal(0, 10, 10), 4)
    samples = _samples().with_columns(pl.col("y") + pl.Series(own))
    assert "too small" in _one(calibrate(samples, LINEAR), "alike_within_sites").en
    alone = samples.with_columns(pl.col("row").cast(pl.String).alias("site"))
    assert "alike_within_sites" not in {code for *_, code in _codes(calibrate(alone, LINEAR))}


def test_residuals_that_are_not_normal_in_logarithms() -> None:
    rng = np.random.default_rng(7)
    x = rng.uniform(10, 200, 60)
    y = 1.5 * x**0.9 * np.exp(rng.exponential(0.4, 60))
    samples = _samples(60).with_columns(pl.Series("x", x), pl.Series("y", y))
    options = CalibrationOptions(forms=("power",))
    assert "duan" in _one(calibrate(samples, options), "log_residuals_not_normal").en
    duan = calibrate(samples, replace(options, correction="duan"))
    assert "log_residuals_not_normal" not in {code for *_, code in _codes(duan)}


def test_biomass_that_was_computed_from_volume() -> None:
    samples = _samples().with_columns((0.9 * pl.col("x") + 20).alias("y"))
    found = calibrate(samples, LINEAR)
    assert (EVERY_GROUP, "linear", "exact") in _codes(found, "warned")
    assert found.models[0].values == pytest.approx((0.9, 20))


def test_hyperbola_that_bends_upwards() -> None:
    rng = np.random.default_rng(8)
    x = rng.uniform(10, 200, 60)
    samples = _samples(60).with_columns(
        pl.Series("x", x), pl.Series("y", x / (1.2 - 0.003 * x) + rng.normal(0, 3, 60))
    )
    found = calibrate(samples, CalibrationOptions(forms=("hyperbolic",)))
    refused = _one(found, "hyperbolic_grows")
    assert (refused.severity, found.models) == ("refused", [])
    assert "infinite at a size of" in refused.en


def test_hyperbola_through_nothing_is_refused() -> None:
    rng = np.random.default_rng(9)
    samples = _samples(y=np.abs(rng.normal(50, 40, 40)) + 200 * (np.arange(40) < 3)).with_columns(
        pl.col("x").sort()
    )
    found = calibrate(samples, CalibrationOptions(forms=("hyperbolic",)))
    codes = {code for *_, code in _codes(found, "refused")}
    assert codes & {"not_converged", "slope_not_positive"}


def test_pooled_groups_that_are_few_or_alike() -> None:
    two = pl.concat([_samples(12, f"g{i}", seed=i) for i in range(2)])
    found = calibrate(two, replace(LINEAR, pool=True))
    assert (EVERY_GROUP, None, "few_groups") in _codes(found, "warned")
    alone = calibrate(_samples(), replace(LINEAR, pool=True))
    assert (EVERY_GROUP, None, "too_few_groups") in _codes(alone, "refused")
    assert alone.models == []


def test_samples_without_group() -> None:
    samples = pl.concat([_samples(12, f"g{i}", seed=i) for i in range(5)])
    samples = samples.with_columns(pl.col("group").replace("g4", EVERY_GROUP))
    assert [model.group for model in calibrate(samples, LINEAR).models] == [
        "",
        "g0",
        "g1",
        "g2",
        "g3",
    ]
    pooled = calibrate(samples, replace(LINEAR, pool=True))
    assert (EVERY_GROUP, None, "no_group") in _codes(pooled, "refused")
    assert pooled.models == []


def test_a_sample_without_which_there_is_no_line() -> None:
    """Nine sizes alike and one other: leverage 1, and no line without its site."""
    x = [50.0] * 9 + [100.0]
    y = [60.0, 66, 61, 64, 59, 62, 65, 58, 63, 110]
    samples = _samples(10, site=list("abcdefghij"), x=x, y=y)
    found = calibrate(samples, replace(LINEAR, min_group=5))
    assert found.models == []
    assert (EVERY_GROUP, "linear", "not_cross_validated") in _codes(found, "refused")


def test_a_fold_that_leaves_too_little() -> None:
    """All but one site have one size: without that site no line is determined."""
    samples = pl.DataFrame(
        {
            "group": ["fir"] * 12,
            "site": ["a"] * 6 + ["b"] * 6,
            "x": [50.0] * 6 + [20.0, 40.0, 60.0, 80.0, 90.0, 100.0],
            "y": [60.0, 66, 61, 64, 59, 62, 40, 55, 75, 91, 99, 112],
        }
    )
    found = calibrate(samples, LINEAR)
    assert (EVERY_GROUP, "linear", "not_cross_validated") in _codes(found, "refused")
    assert found.candidates["cv_rmse"].null_count() == 2
    assert found.models == []


def test_texts_of_every_problem_are_whole() -> None:
    """What the other tests make is said in sentences, without a place left open."""
    many = [
        calibrate(_with(_samples(), 0, x=0), replace(CalibrationOptions(), weights="size")),
        calibrate(_with(_samples(), 11, x=400, y=150), CalibrationOptions()),
        calibrate(_samples(3), CalibrationOptions()),
    ]
    found = [problem for one in many for problem in one.problems]
    assert len({problem.code for problem in found}) >= 4
    for problem in found:
        assert problem.code in CODES
        assert not set("{}") & set(problem.zh + problem.en)


# what cannot be asked for


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"forms": ("power_d",)}, "power_d"),
        ({"forms": ()}, "none"),
        ({"weights": "square"}, "square"),
        ({"correction": "magic"}, "magic"),
        ({"robust": True, "pool": True}, "at once"),
        ({"folds": 1}, "folds"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], word: str) -> None:
    with pytest.raises(UsageProblem, match=word):
        calibrate(_samples(), CalibrationOptions(**options))


def test_columns_that_are_missing_or_empty() -> None:
    with pytest.raises(UsageProblem, match="lack columns: site"):
        calibrate(_samples().drop("site"), LINEAR)
    with pytest.raises(UsageProblem, match="y of the samples is empty in 1"):
        calibrate(_samples().with_columns(pl.when(pl.col("row") > 2).then("y")), LINEAR)
    with pytest.raises(UsageProblem, match="no samples"):
        calibrate(_samples().clear(), LINEAR)


# curves


@pytest.mark.parametrize("form", FORMS)
def test_gradient_is_the_difference_quotient(form: str) -> None:
    rng = np.random.default_rng(1)
    x, h = rng.uniform(5, 50, 20), rng.uniform(4, 30, 20)
    values = np.array([0.8, 0.02, 0.7] if form == "hyperbolic" else [0.8, 1.2, 0.7])
    values = values[: len(FORMS[form].symbols)]
    found = slopes(form, values, x, h)
    for i in range(len(values)):
        step = np.zeros(len(values))
        step[i] = 1e-6
        quotient = (value(form, values + step, x, h) - value(form, values - step, x, h)) / 2e-6
        assert found[:, i] == pytest.approx(quotient, rel=1e-6, abs=1e-9)


def test_a_model_is_applied() -> None:
    model: Model = calibrate(_trees(), TREES).models[0]
    x, h = np.array([0.0, 20.0, np.nan]), np.array([0.0, 12.0, 5.0])
    a, b = model.values
    assert predict(model, x, h)[:2] == pytest.approx([0, a * 4800**b])
    assert gradient(model, x, h)[:2] == pytest.approx(
        np.array([[0, 0], [4800**b, a * 4800**b * np.log(4800)]])
    )
    assert np.isnan(predict(model, x, h)[2])
    with pytest.raises(UsageProblem, match="height"):
        predict(model, x)


def test_robust_hyperbola_forgets_an_outlier() -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(10, 200, 50)
    y = x / (0.7 + 0.003 * x) + rng.normal(0, 3, 50)
    clean = fit_form("hyperbolic", Data(x, y, None), Recipe())
    y[np.argmax(x)] *= 3
    plain = fit_form("hyperbolic", Data(x, y, None), Recipe())
    robust = fit_form("hyperbolic", Data(x, y, None), Recipe(robust=True))
    assert robust.line.converged
    away = [abs(fit.values - clean.values) for fit in (robust, plain)]
    assert (away[0] < away[1] / 2).all()


# published equations


def test_published_equations_stack_with_the_candidates() -> None:
    samples = pl.DataFrame(
        {
            "group": ["fir", "fir", "pine"],
            "site": [None, None, "s"],
            "x": [10.0, 20.0, 30.0],
            "y": [20.0, 30.0, 25.0],
        }
    )
    equations = pl.DataFrame(
        {"name": ["all", "of fir"], "group": [None, "fir"], "a": [1.0, 0.5], "b": [5.0, 20.0]}
    )
    found = against_published(samples, equations)
    assert found.select("equation", "group", "n", "sites").rows() == [
        ("all", "", 3, 3),
        ("all", "fir", 2, 2),
        ("all", "pine", 1, 1),
        ("of fir", "fir", 2, 2),
    ]
    # 15, 25, 35 against 20, 30, 25
    every = found.row(0, named=True)
    assert every["bias"] == pytest.approx(0)
    assert every["rmse"] == pytest.approx(np.sqrt(150 / 3))
    assert every["relative_error"] == pytest.approx(0)
    # 25, 30 against 20, 30
    assert found["relative_error"][3] == pytest.approx(5 / 50)
    candidates = calibrate(_samples(), LINEAR).candidates
    assert pl.concat([candidates, found], how="diagonal").height == 6
    with pytest.raises(UsageProblem, match="equations lack columns: b"):
        against_published(samples, equations.drop("b"))
