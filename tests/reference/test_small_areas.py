"""Fay-Herriot estimates against printed results, a direct maximisation and a simulation."""

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from sinkcalc.survey.small_area import FayHerriot, fay_herriot

# Expenditure on fresh milk in 43 areas (Arora & Lahiri 1997, You & Chapman 2006), as the data set
# `milk` of the R package sae 1.3 holds it: direct estimate, its standard deviation, major area;
# then EBLUP and mean squared error that mseFH(yi ~ as.factor(MajorArea), SD^2) of that package
# gives with REML, as printed in tests/sae/test_eblup_area_model.py of samplics.
MILK = """
1.099 0.163 1 1.0219703 0.013460220
1.075 0.080 1 1.0476018 0.005372876
1.105 0.083 1 1.0679513 0.005701990
0.628 0.109 1 0.7608170 0.008541740
0.753 0.119 1 0.8461574 0.009579594
0.981 0.141 1 0.9743727 0.011670632
1.257 0.202 1 1.0584523 0.015926137
1.095 0.127 2 1.0977762 0.010586518
1.405 0.168 2 1.2215449 0.014184043
1.356 0.178 2 1.1951455 0.014901472
0.615 0.100 2 0.7852155 0.007694262
1.460 0.201 2 1.2139456 0.016336469
1.338 0.148 2 1.2096593 0.012562726
0.854 0.143 2 0.9834967 0.012117378
1.176 0.149 3 1.1864247 0.012031229
1.111 0.145 3 1.1556982 0.011709147
1.257 0.135 3 1.2263411 0.010859780
1.430 0.172 3 1.2856486 0.013690860
1.278 0.137 3 1.2363247 0.011034674
1.292 0.163 3 1.2349600 0.013079686
1.002 0.125 3 1.0903019 0.009948636
1.183 0.247 3 1.1923057 0.017243977
1.044 0.140 3 1.1216470 0.011292325
1.267 0.171 3 1.2230296 0.013625297
1.193 0.106 3 1.1938054 0.008065787
0.791 0.121 4 0.7627195 0.009205133
0.795 0.121 4 0.7649550 0.009205133
0.759 0.259 4 0.7338443 0.016476912
0.796 0.106 4 0.7699294 0.007800626
0.565 0.089 4 0.6134418 0.006098668
0.886 0.225 4 0.7695558 0.015441564
0.952 0.205 4 0.7958250 0.014657866
0.807 0.119 4 0.7723187 0.009024699
0.582 0.067 4 0.6102302 0.003870786
0.684 0.106 4 0.7001782 0.007800626
0.787 0.126 4 0.7592787 0.009646139
0.440 0.092 4 0.5298867 0.006404335
0.759 0.132 4 0.7434466 0.010155645
0.770 0.100 4 0.7548996 0.007209937
0.800 0.113 4 0.7701918 0.008470277
0.756 0.083 4 0.7481164 0.005484860
0.865 0.121 4 0.8040773 0.009205133
0.640 0.129 4 0.6810870 0.009903626
"""
# coefficients and standard errors printed there
MILK_COEFFICIENTS = [0.9681890, 0.1327801, 0.2269462, -0.2413011]
MILK_ERRORS = [0.06936208, 0.10300072, 0.09232981, 0.08161707]
# the printed values stop where a step changes the variance by less than 1e-4 of it, which leaves
# far less than that in the last step; they have seven decimals
STOPPED_EARLY = 1e-5


def _milk() -> pl.DataFrame:
    rows = [[float(word) for word in line.split()] for line in MILK.split("\n") if line]
    columns = ["direct", "sd", "major", "printed_eblup", "printed_mse"]
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        (pl.col("sd") ** 2).alias("variance"),
        pl.format("{}", pl.int_range(1, pl.len() + 1)).alias("area"),
        *((pl.col("major") == m).cast(pl.Float64).alias(f"major_{m}") for m in (2, 3, 4)),
    )


def _fit(areas: pl.DataFrame, auxiliaries: list[str]) -> FayHerriot:
    return fay_herriot(
        areas, key="area", direct="direct", variance="variance", auxiliaries=auxiliaries
    )


def test_milk_as_printed() -> None:
    milk = _milk()
    assert milk.height == 43
    fit = _fit(milk, ["major_2", "major_3", "major_4"])
    assert fit.model_variance == pytest.approx(0.01855, abs=5e-6)
    assert not fit.zero_variance
    assert fit.areas == 43
    # each step of scoring leaves a tenth of the distance: ten for ten digits
    assert fit.iterations <= 12
    for column, printed in (("coefficient", MILK_COEFFICIENTS), ("se", MILK_ERRORS)):
        assert fit.coefficients[column].to_list() == pytest.approx(printed, abs=STOPPED_EARLY)
    estimate, mse = (fit.rows[column].to_numpy() for column in ("estimate", "mse"))
    assert estimate == pytest.approx(milk["printed_eblup"].to_numpy(), rel=STOPPED_EARLY)
    assert mse == pytest.approx(milk["printed_mse"].to_numpy(), rel=STOPPED_EARLY)


def _restricted_likelihood(s2: float, areas: pl.DataFrame, x: NDArray[np.float64]) -> float:
    """Twice the negative restricted log-likelihood, by whole matrices."""
    v = np.diag(s2 + areas["variance"].to_numpy())
    y = areas["direct"].to_numpy()
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    residual = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
    determinants = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    return float(determinants + residual @ inverse @ residual)


@pytest.mark.parametrize("seed", range(40))
def test_variance_is_where_the_restricted_likelihood_is_highest(seed: int) -> None:
    """Small and large variances of the areas, some of them zero; bounded search by scipy."""
    chance = np.random.default_rng(seed)
    m = int(chance.integers(6, 40))
    psi = chance.gamma(2.0, 1.0, m)
    x = np.column_stack([np.ones(m), chance.normal(60, 15, m)])
    effects = chance.normal(0, np.sqrt(chance.choice([0.0, 0.3, 2.0, 20.0])), m)
    areas = pl.DataFrame(
        {
            "area": [str(i) for i in range(m)],
            "direct": x @ [5.0, 0.9] + effects + chance.normal(0, np.sqrt(psi)),
            "variance": psi,
            "volume": x[:, 1],
        }
    )
    fit = _fit(areas, ["volume"])
    best = minimize_scalar(
        _restricted_likelihood, bounds=(0, 200), args=(areas, x), options={"xatol": 1e-9}
    )
    lowest = min(best.fun, _restricted_likelihood(0.0, areas, x))
    assert _restricted_likelihood(fit.model_variance, areas, x) == pytest.approx(lowest, abs=1e-9)
    assert fit.zero_variance == (fit.model_variance == 0)


# scoring alone steps to and fro (2788), creeps towards the maximum (17348, 18374), or ends on the
# lower of two maxima (26680); 0 and 1 are ordinary
@pytest.mark.parametrize("seed", [0, 1, 2788, 17348, 18374, 26680])
def test_very_unequal_sampling_variances(seed: int) -> None:
    """Few areas whose sampling variances differ by orders of magnitude."""
    chance = np.random.default_rng(seed)
    m = int(chance.integers(4, 12))
    psi = chance.lognormal(0, chance.choice([0.3, 1, 2.5]), m)
    x = np.column_stack([np.ones(m), chance.normal(0, 1, m)])
    direct = chance.normal(0, np.sqrt(psi + chance.choice([0, 0.2, 1, 10])), m)
    areas = pl.DataFrame({"area": range(m), "direct": direct, "variance": psi, "volume": x[:, 1]})
    fit = _fit(areas, ["volume"])
    found = _restricted_likelihood(fit.model_variance, areas, x)
    grid = np.concatenate([[0.0], np.geomspace(1e-4, 1e3, 2000)])
    assert found <= min(_restricted_likelihood(s2, areas, x) for s2 in grid) + 1e-9


def test_zero_and_positive_variances_are_met() -> None:
    """Where the areas differ by their sampling errors alone, about half of the fits are zero."""
    chance = np.random.default_rng(1)
    psi = np.full(12, 4.0)
    found = set()
    for _ in range(40):
        areas = pl.DataFrame(
            {
                "area": [str(i) for i in range(12)],
                "direct": chance.normal(50, np.sqrt(psi)),
                "variance": psi,
                "volume": chance.normal(60, 15, 12),
            }
        )
        fit = _fit(areas, ["volume"])
        found.add(fit.zero_variance)
        if fit.zero_variance:
            rows = fit.rows
            assert rows["shrinkage"].to_list() == [0.0] * 12
            assert rows["estimate"].to_list() == rows["synthetic"].to_list()
    assert found == {True, False}


def test_mean_squared_error_is_met_in_repeated_samples() -> None:
    """600 samples of 20 areas: the estimated error against the true one.

    The true mean squared error over all areas is known to a relative 2/sqrt(600 * 20 / 2) = 2.6 %
    (two standard errors of a mean of squares); the estimate leaves out terms of order 1/20^2.
    """
    chance = np.random.default_rng(2026)
    m, samples, s2 = 20, 600, 1.0
    psi = np.repeat([0.5, 0.8, 1.0, 1.5], 5)
    volume = chance.normal(60, 15, m)
    true, estimated, naive = [], [], []
    for _ in range(samples):
        theta = 5 + 0.9 * volume + chance.normal(0, np.sqrt(s2), m)
        areas = pl.DataFrame(
            {
                "area": range(m),
                "direct": theta + chance.normal(0, np.sqrt(psi)),
                "variance": psi,
                "volume": volume,
            }
        )
        fit = _fit(areas, ["volume"])
        rows = fit.rows
        true.append((rows["estimate"].to_numpy() - theta) ** 2)
        estimated.append(rows["mse"].to_numpy())
        naive.append(rows["shrinkage"].to_numpy() * psi)
    ratio = np.mean(estimated) / np.mean(true)
    assert ratio == pytest.approx(1, abs=0.05)
    assert np.mean(naive) / np.mean(true) < 0.85
    covered = np.mean(np.array(true) < 1.96**2 * np.array(estimated))
    assert covered == pytest.approx(0.95, abs=0.015)


def test_error_of_areas_without_plots_is_met_in_repeated_samples() -> None:
    """Three areas of 23 have no plots: synthetic estimate and its error."""
    chance = np.random.default_rng(7)
    m, samples, s2 = 23, 600, 1.0
    psi = np.full(m, 0.8)
    volume = chance.normal(60, 15, m)
    with_plots = np.arange(m) < 20
    true, estimated = [], []
    for _ in range(samples):
        theta = 5 + 0.9 * volume + chance.normal(0, np.sqrt(s2), m)
        areas = pl.DataFrame(
            {
                "area": range(m),
                "direct": theta + chance.normal(0, np.sqrt(psi)),
                "variance": psi,
                "volume": volume,
            }
        ).with_columns(pl.when(pl.Series(with_plots)).then("direct").alias("direct"))
        rows = _fit(areas, ["volume"]).rows.filter(pl.col("estimator") == "synthetic")
        assert rows.height == 3
        true.append((rows["estimate"].to_numpy() - theta[~with_plots]) ** 2)
        estimated.append(rows["mse"].to_numpy())
    # mean of 1800 squares: relative standard error sqrt(2/1800) = 3.3 %, two of them
    assert np.mean(estimated) / np.mean(true) == pytest.approx(1, abs=0.07)
