"""Carbon and bulk density of organic matter, fitted to the cores of the Coastal Carbon Network.

109 505 intervals of 528 studies, tidal wetlands of the world. Carbon: measured organic carbon with
organic matter, 4 921 intervals of which 95 hold more carbon than organic matter or more than can
be; bulk density: 58 218 intervals of which 148 are out of range. The published relations were in
part fitted to studies of the same library (`ccn-om-oc`, `holmquist-synthesis`): on these rows they
are not on foreign ground, while the cross-validated errors are of studies left out.
"""

from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import curve_fit
from sklearn.model_selection import GroupKFold
from statsmodels.regression.linear_model import OLS

from sinkcalc.calibration.studies import spread_of
from sinkcalc.models.organic_matter import by_organic_matter
from sinkcalc.pipeline.fit_models import FitResult
from sinkcalc.pipeline.fit_soil_models import SoilFitOptions, fit_soil_models
from sinkcalc.pipeline.soil_models import published_soil_models
from sinkcalc.pipeline.soil_samples import SoilSampleOptions
from sinkcalc.vocabulary import WETLAND_CLASSES

FILE = (
    Path(__file__).parents[2].parent
    / "shared"
    / "data"
    / "ccn_wetland_cores"
    / "ccn_depthseries.parquet"
)
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"data are not here: {FILE}")

PRINTED: Any = {
    "tbl_rows": 80,
    "tbl_cols": -1,
    "tbl_width_chars": 220,
    "tbl_hide_dataframe_shape": True,
    "tbl_hide_column_data_types": True,
    "fmt_str_lengths": 40,
    "tbl_formatting": "ASCII_MARKDOWN",
    "float_precision": 4,
}
SHOWN = (
    "sample_group",
    "equation",
    "samples",
    "sites",
    "a",
    "a_se",
    "b",
    "b_se",
    "c",
    "c_se",
    "rmse",
    "cv_rmse",
    "cv_bias",
    "cv_r2",
    "chosen",
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FitResult]:
    db = tmp_path_factory.mktemp("ccn") / "none.duckdb"
    start = perf_counter()
    found = fit_soil_models(db, SoilSampleOptions(FILE), SoilFitOptions(), store=False)
    # a few seconds on two cores; others may be at work beside
    assert perf_counter() - start < 60
    return {result.samples.kind: result for result in found}


def _candidate(result: FitResult, form: str, group: str = "") -> dict[str, float]:
    rows = result.calibration.candidates.filter(pl.col("group") == group, pl.col("form") == form)
    return rows.row(0, named=True)


def _arrays(result: FitResult) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = result.samples.rows
    return rows["x"].to_numpy(), rows["y"].to_numpy(), rows["site"].to_numpy()


def _shown(result: FitResult) -> pl.DataFrame:
    rows = result.samples.rows
    spread = {str(name): part["y"].var(ddof=0) for (name,), part in rows.group_by("group")}
    spread[""] = rows["y"].var(ddof=0)
    return result.candidates.with_columns(
        pl.coalesce("equation", "form").alias("equation"),
        (1 - pl.col("cv_rmse") ** 2 / pl.col("sample_group").replace_strict(spread)).alias("cv_r2"),
    ).select(SHOWN)


def test_tables(results: dict[str, FitResult], capsys: pytest.CaptureFixture[str]) -> None:
    """Print coefficients with errors, and errors of studies left out, beside published ones."""
    with capsys.disabled(), pl.Config(**PRINTED):
        for kind, result in results.items():
            print(f"\n{kind}: {result.samples.rows.height} samples")
            print(_shown(result))
            print(result.samples.counted().select("rule", "rows"))


def test_counts(results: dict[str, FitResult]) -> None:
    carbon, density = results["wetland-carbon"], results["wetland-bulk-density"]
    counted = dict(carbon.samples.counted().select("rule", "rows").iter_rows())
    assert carbon.samples.rows.height == 4826
    # what the notes that come with the data count: 4 921 rows of measured organic carbon
    wrong = counted["soil_carbon_above_organic_matter"] + counted["soil_carbon_range"]
    assert carbon.samples.rows.height + wrong == 4921
    assert counted["soil_carbon_total"] == 2900
    assert counted["soil_carbon_modelled"] == 57
    assert density.samples.rows.height == 58070
    assert (
        density.samples.rejected.filter(
            pl.col("rule").is_in(["soil_bulk_density_range", "soil_organic_matter_range"])
        ).height
        == 58218 - 58070
    )
    assert carbon.samples.rows["site"].n_unique() == 17
    assert density.samples.rows["site"].n_unique() == 168


def test_the_quadratic_through_the_origin_is_taken(results: dict[str, FitResult]) -> None:
    """More carbon in the organic matter of organic soil; none without organic matter."""
    model = results["wetland-carbon"].calibration.models[0]
    assert (model.group, model.form) == ("", "quadratic")
    assert 0.3 < model.values[0] < 0.5
    assert model.values[1] > 0
    assert sum(model.values) < 0.65
    smallest = min(
        row["cv_rmse"]
        for row in results["wetland-carbon"].calibration.candidates.iter_rows(named=True)
        if row["group"] == ""
    )
    assert _candidate(results["wetland-carbon"], "quadratic")["cv_rmse"] < 1.05 * smallest
    # no class has the studies, or predicts itself better, than all of them together
    assert [model.group for model in results["wetland-carbon"].calibration.models] == [""]
    codes = {p.code for p in results["wetland-carbon"].calibration.problems if p.group}
    assert {"too_few_sites", "common_serves"} <= codes


def test_studies_left_out_are_harder(results: dict[str, FitResult]) -> None:
    for result in results.values():
        for row in result.calibration.candidates.iter_rows(named=True):
            assert row["cv_rmse"] >= row["rmse"]


def test_lines_by_numpy(results: dict[str, FitResult]) -> None:
    result = results["wetland-carbon"]
    x, y, sites = _arrays(result)
    designs = {
        "origin": x[:, None],
        "linear": np.column_stack([x, np.ones_like(x)]),
        "quadratic": np.column_stack([x, x * x]),
        "quadratic_intercept": np.column_stack([x, x * x, np.ones_like(x)]),
    }
    for form, design in designs.items():
        row = _candidate(result, form)
        mine = [row[symbol] for symbol in "abc"[: design.shape[1]]]
        theirs = np.linalg.lstsq(design, y)[0]
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)
    # a jackknife over studies, one refit after the other
    design = designs["quadratic"]
    names = np.unique(sites)
    without = np.array([np.linalg.lstsq(design[sites != s], y[sites != s])[0] for s in names])
    away = without - np.linalg.lstsq(design, y)[0]
    covariance = (len(names) - 1) / len(names) * away.T @ away
    np.testing.assert_allclose(result.calibration.models[0].covariance, covariance, rtol=1e-6)
    # the sandwich of clusters is shorter, that of independent samples far too short
    numbers = np.unique(sites, return_inverse=True)[1]
    fitted = OLS(y, design).fit()
    sandwich = fitted.get_robustcov_results("cluster", groups=numbers).bse
    assert (fitted.bse < sandwich).all()
    assert (sandwich < np.sqrt(np.diag(covariance))).all()


def test_cross_validation_by_scikit_learn(results: dict[str, FitResult]) -> None:
    """Folds depend on the order of the samples only where studies have the same size."""
    result = results["wetland-carbon"]
    x, y, sites = _arrays(result)
    predicted = np.empty_like(y)
    design = np.column_stack([x, x * x])
    for train, test in GroupKFold(10).split(x, groups=sites):
        predicted[test] = design[test] @ np.linalg.lstsq(design[train], y[train])[0]
    rmse = float(np.sqrt(((predicted - y) ** 2).mean()))
    assert _candidate(result, "quadratic")["cv_rmse"] == pytest.approx(rmse, rel=1e-6)


def test_mixing_by_scipy(results: dict[str, FitResult]) -> None:
    """Organic matter packs itself to a tenth of a gramme, mineral matter to half of quartz."""
    result = results["wetland-bulk-density"]
    x, y, _ = _arrays(result)
    model = result.calibration.models[0]
    theirs, _ = curve_fit(
        lambda x, a, b: 1 / (x / a + (1 - x) / b), x, y, p0=(0.085, 1.99), xtol=1e-14, ftol=1e-14
    )
    np.testing.assert_allclose(model.values, theirs, rtol=1e-6)
    assert 0.05 < model.values[0] < 0.15
    assert 1.2 < model.values[1] < 2.65
    # published densities lie within two standard errors of the fitted ones, or near them
    for value, se, holmquist in zip(
        model.values, np.sqrt(np.diag(model.covariance)), (0.098, 1.67), strict=True
    ):
        assert abs(value - holmquist) < 3 * se


def test_fitted_relations_predict_studies_left_out_no_worse_than_published(
    results: dict[str, FitResult],
) -> None:
    """Of carbon all of them are alike; Craft's and Palau's are far off outside their ground."""
    for kind, allowed in (("wetland-carbon", 1.05), ("wetland-bulk-density", 1.0)):
        rows = results[kind].candidates.filter(pl.col("sample_group") == "")
        own = rows.filter("chosen")["cv_rmse"].item()
        published = rows.filter(pl.col("equation").is_not_null())["rmse"]
        assert own < allowed * float(published.min())
    carbon = results["wetland-carbon"].candidates.filter(pl.col("sample_group") == "")
    errors = dict(carbon.drop_nulls("equation").select("equation", "rmse").iter_rows())
    assert errors["craft-1991.marsh"] > 1.4 * errors["ccn-om-oc.tidal_marsh"]
    assert errors["kauffman-2011.mangrove"] > 1.4 * errors["ccn-om-oc.tidal_marsh"]


def _shipped(rows: pl.DataFrame, target: str) -> np.ndarray:
    """Apply the shipped relation of each sample's class, else that of every class."""
    known = [*WETLAND_CLASSES]
    classed = rows.select(
        pl.col("x").alias("organic_matter_fraction"),
        pl.when(pl.col("group").is_in(known)).then("group").alias("wetland_class"),
    )
    found = by_organic_matter(classed.lazy(), published_soil_models(), target).collect()
    return found[f"{target}_modelled"].to_numpy()


def test_shipped_spreads_are_those_of_these_rows(results: dict[str, FitResult]) -> None:
    for kind, target, given in (
        ("wetland-carbon", "carbon", (0.002608, 0.96, 0.497)),
        ("wetland-bulk-density", "bulk_density", (0.1587, 1.47, 0.584)),
    ):
        rows = results[kind].samples.rows
        value = _shipped(rows, target)
        base = value if target == "bulk_density" else rows["x"].to_numpy()
        numbers = rows["site"].rank("dense").cast(pl.Int64).to_numpy()
        spread = spread_of(rows["y"].to_numpy() - value, base, numbers)
        assert spread.variance == pytest.approx(given[0], rel=2e-3)
        assert spread.power == pytest.approx(given[1], abs=0.011)
        assert spread.correlation == pytest.approx(given[2], abs=2e-3)
        row = published_soil_models().rows.filter(pl.col("target") == target).row(0, named=True)
        assert (row["residual_variance"], row["residual_power"]) == given[:2]
        assert row["residual_correlation"] == given[2]


def test_by_habitat(results: dict[str, FitResult], capsys: pytest.CaptureFixture[str]) -> None:
    """Print how the model that serves a habitat, and the shipped relation, predict it."""
    for kind, target in (("wetland-carbon", "carbon"), ("wetland-bulk-density", "bulk_density")):
        rows = results[kind].calibration.samples
        rows = rows.with_columns(
            pl.Series("shipped", _shipped(rows, target)) - pl.col("y"),
            (pl.col("cv_fitted") - pl.col("y")).alias("own"),
            pl.when(pl.col("group") == "")
            .then(pl.lit("(not stated)"))
            .otherwise("group")
            .alias("habitat"),
        )
        table = rows.group_by("habitat").agg(
            pl.len().alias("samples"),
            pl.col("site").n_unique().alias("studies"),
            pl.col("model_group").first().replace("", "all").alias("served by"),
            *(
                expression
                for name in ("own", "shipped")
                for expression in (
                    (pl.col(name) ** 2).mean().sqrt().alias(f"{name} rmse"),
                    pl.col(name).mean().alias(f"{name} bias"),
                    (1 - (pl.col(name) ** 2).mean() / pl.col("y").var(ddof=0)).alias(f"{name} R2"),
                )
            ),
        )
        table = table.sort("samples", descending=True)
        with capsys.disabled(), pl.Config(**PRINTED):
            print(f"\n{kind} by habitat; own: cross-validated")
            print(table)
        assert table["samples"].sum() == results[kind].samples.rows.height


def test_intervals_of_single_samples_hold_them(results: dict[str, FitResult]) -> None:
    """Two standard deviations of a sample of an unknown study hold nine tenths and more.

    At every content of organic matter: the spread grows with it as fitted.
    """
    for result in results.values():
        model = result.calibration.models[0]
        rows = result.calibration.samples.filter(pl.col("model_group") == "")
        base = rows["x"] if model.residual_base == "size" else rows["fitted"]
        sd = (model.residual_variance * base**model.residual_power) ** 0.5
        held = rows.select(
            (pl.col("x").rank("ordinal") * 5 // (rows.height + 1)).alias("part"),
            (pl.col("residual").abs() <= 2 * sd).alias("held"),
        )
        shares = held.group_by("part").agg(pl.col("held").mean())["held"]
        assert shares.min() > 0.85
        assert 0.9 < float(held["held"].mean()) <= 1
