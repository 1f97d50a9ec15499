"""Estimators against figures worked out by hand, and against a second way to the same figure."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize_scalar

from sinkcalc.errors import UsageProblem
from sinkcalc.survey import (
    Design,
    SurveyResult,
    estimate_change,
    estimate_mean,
    estimate_ratio,
    estimate_total,
)

# sums of a few numbers: only rounding parts the two sides
EXACT = pytest.approx


def row(result: SurveyResult, stat: str, **where: str | None) -> dict[str, float]:
    """Return the one row of a statistic; over all units and domains where none is named."""
    keys = {"unit": None, "domain": None} | where
    found = result.rows.filter(
        pl.col("stat") == stat,
        *(pl.col(key).eq_missing(pl.lit(value, pl.String)) for key, value in keys.items()),
    )
    return found.row(0, named=True)


@pytest.fixture
def plots() -> pl.DataFrame:
    """Two strata of four plots.

    y: north 2 4 6 8 (mean 5, s^2 20/3), south 1 1 3 3 (mean 2, s^2 4/3). N = 40 and 60.
    """
    return pl.DataFrame(
        {
            "stratum": ["north"] * 4 + ["south"] * 4,
            "half": ["a", "b"] * 4,
            "y": [2.0, 4, 6, 8, 1, 1, 3, 3],
            "x": [1.0, 1, 2, 2, 1, 1, 1, 1],
            "later": [3.0, 5, 7, 9, 1, 2, 3, 4],
        }
    )


@pytest.fixture
def strata() -> pl.DataFrame:
    return pl.DataFrame({"stratum": ["north", "south"], "size": [40, 60]})


def test_stratified_total(plots: pl.DataFrame, strata: pl.DataFrame) -> None:
    """T = 40 * 5 + 60 * 2 = 320; V = 40^2 (20/3)/4 + 60^2 (4/3)/4 = 8000/3 + 1200 = 11600/3."""
    found = row(estimate_total(plots, "y", Design(stratum="stratum", sizes=strata)), "total")
    assert found["value"] == EXACT(320)
    assert found["se"] == EXACT((11600 / 3) ** 0.5)
    assert (found["df"], found["n"]) == (6, 8)
    # t(0.975, 6) of the tables is 2.447
    half = found["ci_high"] - found["value"]
    assert half / found["se"] == EXACT(2.447, abs=5e-4)
    assert found["sampling_precision"] == EXACT(1 - half / 320)


def test_finite_population_correction(plots: pl.DataFrame, strata: pl.DataFrame) -> None:
    """1 - n/N is 0.9 in the north and 14/15 in the south: V = 2400 + 1120."""
    design = Design(stratum="stratum", sizes=strata, fpc=True)
    assert row(estimate_total(plots, "y", design), "total")["se"] == EXACT(3520**0.5)


def test_domain_keeps_the_other_plots_as_zeros(plots: pl.DataFrame, strata: pl.DataFrame) -> None:
    """Half a: north 2 0 6 0 (mean 2, s^2 8), south 1 0 3 0 (mean 1, s^2 2).

    T = 80 + 60 = 140; V = 1600 * 8/4 + 3600 * 2/4 = 5000. The mean of a is T over the size of a,
    estimated as 20 + 30 = 50.
    """
    design = Design(stratum="stratum", sizes=strata, domain="half")
    found = row(estimate_total(plots, "y", design), "total", domain="a")
    assert found["value"] == EXACT(140)
    assert found["se"] == EXACT(5000**0.5)
    assert (found["df"], found["n"]) == (2, 4)
    assert row(estimate_mean(plots, "y", design), "mean", domain="a")["value"] == EXACT(140 / 50)


def test_ratio_by_hand(plots: pl.DataFrame) -> None:
    """Simple random: sum y = 28, sum x = 10, R = 2.8; e = y - 2.8 x.

    e = -0.8 1.2 0.4 2.4 -1.8 -1.8 0.2 0.2; sum e^2 = 14.56 with mean 0; var R =
    14.56/7/8/(10/8)^2.
    """
    found = row(estimate_ratio(plots, "y", "x", Design()), "ratio")
    assert found["value"] == EXACT(2.8)
    assert found["se"] == EXACT((14.56 / 7 / 8 / 1.25**2) ** 0.5)


def test_units_are_summed(plots: pl.DataFrame, strata: pl.DataFrame) -> None:
    """Strata as estimation units give the same sums, and each unit its own row."""
    sizes = strata.rename({"stratum": "county"})
    frame = plots.rename({"stratum": "county"})
    found = estimate_total(frame, "y", Design(unit="county", sizes=sizes))
    assert row(found, "total")["se"] == EXACT((11600 / 3) ** 0.5)
    north = row(found, "total", unit="north")
    assert north["value"] == EXACT(200)
    assert north["se"] == EXACT((8000 / 3) ** 0.5)


def test_post_strata_in_units_are_those_of_each_unit_alone(plots: pl.DataFrame) -> None:
    """Conditional and Bechtold-Patterson alike: units are sampled on their own."""
    sizes = pl.DataFrame(
        {
            "stratum": ["north", "north", "south", "south"],
            "half": ["a", "b", "a", "b"],
            "size": [10, 30, 25, 35],
        }
    )
    for estimator in ("poststratified", "bp2005"):
        design = Design(estimator, poststratum="half", unit="stratum", sizes=sizes)
        whole = estimate_total(plots, "y", design)
        for unit in ("north", "south"):
            own = replace(design, unit=None, sizes=sizes.filter(stratum=unit).drop("stratum"))
            alone = row(estimate_total(plots.filter(stratum=unit), "y", own), "total")
            inside = row(whole, "total", unit=unit)
            assert inside["value"] == EXACT(alone["value"])
            assert inside["se"] == EXACT(alone["se"])


def test_paired_change(plots: pl.DataFrame, strata: pl.DataFrame) -> None:
    """Take y from later: north 1 1 1 1 (s^2 0), south 0 1 0 1 (mean 1/2, s^2 1/3).

    Change 40 + 30 = 70, V = 60^2 (1/3)/4 = 300.
    """
    found = estimate_change(plots, "y", "later", Design(stratum="stratum", sizes=strata))
    change = row(found, "change")
    assert change["value"] == EXACT(70)
    assert change["se"] == EXACT(300**0.5)
    by_parts = (
        row(found, "total")["se"] ** 2
        + found.rows.filter(pl.col("variable") == "later")["se"][0] ** 2
        - 2 * row(found, "covariance")["value"]
    )
    assert change["se"] ** 2 == EXACT(by_parts)


def test_clusters_of_equal_size_are_means_of_clusters() -> None:
    """Clusters of two: means 2, 5, 8; the mean is 5 and its variance 9/3."""
    frame = pl.DataFrame({"cluster": list("aabbcc"), "y": [1.0, 3, 4, 6, 7, 9]})
    found = row(estimate_mean(frame, "y", Design(cluster="cluster")), "mean")
    assert found["value"] == EXACT(5)
    assert found["se"] == EXACT(3**0.5)
    assert (found["df"], found["n"]) == (2, 3)


def test_clusters_of_unequal_size_are_a_ratio() -> None:
    """The mean per sub-plot is sum(y_i)/sum(m_i): the ratio estimator on the cluster sums."""
    frame = pl.DataFrame({"cluster": list("aaabbcdd"), "y": [1.0, 3, 5, 4, 6, 7, 9, 2]})
    sums = frame.group_by("cluster", maintain_order=True).agg(
        pl.col("y").sum(), pl.len().cast(pl.Float64).alias("m")
    )
    ours = row(estimate_mean(frame, "y", Design(cluster="cluster")), "mean")
    other = row(estimate_ratio(sums, "y", "m", Design()), "ratio")
    assert ours["value"] == EXACT(other["value"])
    assert ours["se"] == EXACT(other["se"])


def test_regression_on_class_marks_is_post_stratification() -> None:
    """A known total of a 0/1 mark fixes both classes: values and errors of both agree."""
    rng = np.random.default_rng(5)
    mark = np.repeat([0.0, 1.0], [40, 60])
    y = 10 * mark + rng.normal(0, 2, 100)
    frame = pl.DataFrame({"mark": mark, "class": mark.astype(str), "y": y})
    sizes = pl.DataFrame({"class": ["0.0", "1.0"], "size": [5000, 5000]})
    greg = estimate_total(frame, "y", Design(auxiliaries={"mark": 5000}, size=10_000))
    post = estimate_total(frame, "y", Design(poststratum="class", sizes=sizes))
    assert row(greg, "total")["value"] == EXACT(row(post, "total")["value"])
    assert row(greg, "total")["se"] == EXACT(row(post, "total")["se"])


def test_composite_is_the_best_mix_of_both_parts() -> None:
    """A third of the plots replaced: the composite of the second occasion mixes two estimates.

    Those are the mean of the new plots, and that of the common plots corrected by the regression
    on all plots of the first occasion. A search for the mix of least variance, with every moment
    as the composite has it, gives the same error (Cochran 1977, ch. 12).
    """
    rng = np.random.default_rng(11)
    first = rng.normal(50, 10, 90)
    last = first + rng.normal(5, 4, 90)
    first[60:], last[:30] = np.nan, np.nan
    frame = pl.DataFrame({"first": first, "last": last}).fill_nan(None)
    found = estimate_change(frame, "first", "last", Design("composite"))
    common = ~np.isnan(first) & ~np.isnan(last)
    s2 = np.nanstd(last, ddof=1)
    r = np.corrcoef(first[common], last[common])[0, 1]
    n, new, m = 60, 30, common.sum()
    of_new = s2**2 / new
    regressed = s2**2 * (1 - r**2) / m + r**2 * s2**2 / n
    best = minimize_scalar(
        lambda w: w**2 * of_new + (1 - w) ** 2 * regressed, bounds=(0, 1), method="bounded"
    )
    later = found.rows.filter(pl.col("variable") == "last").row(0, named=True)
    assert later["se"] ** 2 == EXACT(best.fun, rel=1e-6)
    # it gains on the common plots alone
    paired = frame.drop_nulls()
    alone = row(estimate_change(paired, "first", "last", Design()), "change")
    assert row(found, "change")["se"] < alone["se"]


def test_composite_without_replacement_is_the_paired_change(plots: pl.DataFrame) -> None:
    paired = estimate_change(plots, "y", "later", Design())
    composite = estimate_change(plots, "y", "later", Design("composite"))
    for stat in ("change", "relative_change"):
        assert row(composite, stat)["value"] == EXACT(row(paired, stat)["value"])
        assert row(composite, stat)["se"] == EXACT(row(paired, stat)["se"])


def test_a_stratum_with_one_plot(plots: pl.DataFrame, strata: pl.DataFrame) -> None:
    """It is refused by name; joined to the next one; or taken without variance."""
    frame = pl.concat([plots.head(5), plots.tail(0)])
    design = Design(stratum="stratum", sizes=strata)
    with pytest.raises(UsageProblem, match="one plot: south"):
        estimate_total(frame, "y", design)
    joined = estimate_total(frame, "y", replace(design, single_plot="collapse"))
    assert row(joined, "total")["value"] == EXACT(100 * 21 / 5)
    assert [en for _, en in joined.notes] == ["strata joined: north+south"]
    certain = row(estimate_total(frame, "y", replace(design, single_plot="certainty")), "total")
    assert certain["value"] == EXACT(40 * 5 + 60 * 1)
    assert certain["se"] == EXACT((8000 / 3) ** 0.5)


def test_small_skewed_samples_are_marked() -> None:
    """Below 60 plots and with a long tail; not where the sample is large or symmetric."""
    skewed = [1.0] * 20 + [30.0]
    mark = {
        name: estimate_mean(pl.DataFrame({"y": y}), "y", Design()).rows["warning"][0]
        for name, y in (
            ("small", skewed),
            ("large", skewed * 3),
            ("symmetric", [1.0, 2, 3, 4, 5]),
        )
    }
    assert mark == {"small": "skewed_below_60", "large": None, "symmetric": None}


def test_one_plot_of_a_domain_has_no_interval(plots: pl.DataFrame) -> None:
    frame = plots.with_columns(one=pl.Series(["x"] + [None] * 7))
    found = row(estimate_total(frame, "y", Design(size=100, domain="one")), "total", domain="x")
    assert found["df"] == 0
    assert found["ci_low"] is None
    assert found["warning"] == "no_degrees_of_freedom"


def test_a_ratio_without_denominator_has_no_value(plots: pl.DataFrame) -> None:
    """Half b without any x: no ratio, no error, and a mark; the other half has its own."""
    frame = plots.with_columns(x=pl.when(pl.col("half") == "a").then("x").otherwise(0.0))
    result = estimate_ratio(frame, "y", "x", Design(domain="half"))
    found = row(result, "ratio", domain="b")
    assert (found["value"], found["se"], found["ci_low"]) == (None, None, None)
    assert found["warning"] == "denominator_zero"
    assert row(result, "ratio", domain="a")["value"] == EXACT(12 / 5)
