"""Drawn intervals against those of first order, and what a draw depends on."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
import scipy.stats
from city_of_stands import city_of_stands, split

from sinkcalc.coefficients.factors import Factors
from sinkcalc.pipeline.figures import forest_figures
from sinkcalc.uncertainty.draws import Chance, draw_deviations, small_sample_scale, stream
from sinkcalc.uncertainty.errors import Errors, all_errors
from sinkcalc.uncertainty.parts import NO_SPREADS
from sinkcalc.units import CO2E_PER_C

Encode = Callable[..., pl.LazyFrame]

DRAWS = 40_000
KEYS = ["region_code", "quantity", "pool"]


def _scaled(errors: Errors, by: float) -> Errors:
    return Errors(
        errors.loadings.with_columns(pl.col("loading") * by),
        errors.spreads.with_columns(pl.col("spread") * by),
    )


def half_width_error(t: float, draws: int) -> float:
    """Relative standard error of the half width of a drawn 95 % interval.

    The quantile q_p of N draws has the variance p(1 - p)/(N f(q_p)^2), f the density, and the
    quantiles p < r of one sample have the covariance p(1 - r)/(N f(q_p) f(q_r)) (order
    statistics; David and Nagaraja 2003, 10.2). For a symmetric density with p = 0.025 and
    r = 0.975 the half width (q_r - q_p)/2 has
    var = (2 p(1 - p) - 2 p^2)/(4 N f^2) = p(1 - 2p)/(2 N f^2); relative to the half width q_r.
    Student's t of the degrees of freedom that give this t; the normal: 0.487 % at 40 000.
    """
    if t <= 1.9600:
        q, density = 1.959964, scipy.stats.norm.pdf(1.959964)
    else:
        df = scipy.optimize.brentq(lambda d: scipy.stats.t.ppf(0.975, d) - t, 0.5, 1e7)
        q, density = t, scipy.stats.t.pdf(t, df)
    return math.sqrt(0.025 * 0.95 / (2 * draws)) / (density * q)


def test_error_of_a_half_width_by_simulation() -> None:
    """4000 samples of 1000 draws: a standard deviation of 4000 is known to 1/sqrt(8000) = 1.1 %.

    Four of them, and 2 % for a density that 1000 draws do not see as constant about the quantile.
    """
    rng = np.random.default_rng(3)
    for df, t in ((math.inf, 1.9599), (10.0, scipy.stats.t.ppf(0.975, 10))):
        drawn = rng.standard_normal((4000, 1000))
        if math.isfinite(df):
            drawn *= np.sqrt(df / rng.chisquare(df, drawn.shape))
        low, high = np.quantile(drawn, [0.025, 0.975], axis=1)
        half = (high - low) / 2
        found = half.std() / half.mean()
        assert found == pytest.approx(half_width_error(t, 1000), rel=4 * 0.011 + 0.02)


def _half(row: dict[str, Any]) -> float:
    return float(row["ci_high"] - row["ci_low"]) / 2


def _compared(
    encode: Encode, factors: Factors, errors: Errors, by: tuple[str, ...]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    stands = encode(city_of_stands())
    first = forest_figures(stands, factors, by, None, Chance(errors)).rows
    drawn = forest_figures(stands, factors, by, None, Chance(errors, DRAWS, 7)).rows
    pairs = list(zip(first.iter_rows(named=True), drawn.iter_rows(named=True), strict=True))
    for one, two in pairs:
        assert [one.get(key) for key in KEYS] == [two.get(key) for key in KEYS]
        assert (one["value"], one["se"]) == (two["value"], two["se"])
        assert (one["interval_method"], two["interval_method"]) == ("approach_1", "approach_2")
    # all of area, two stocks, three quantities with their pools, for the city and four counties
    assert len(pairs) == (22 if not by else 88)
    return pairs


@pytest.mark.parametrize("by", [(), ("region",)])
def test_small_errors_are_of_first_order(
    encode: Encode, factors: Factors, by: tuple[str, ...]
) -> None:
    """With all errors at a hundredth the models are linear, and only the draws are left.

    Products of errors of at most 0.595 % (culms per ha) are 3e-5 of the figure. 4.5 standard
    errors of a half width: once in 150 000 rows. Shared errors make all rows of one run go
    together, so there is no more chance in 110 rows than in a few.
    """
    errors = _scaled(all_errors(factors, 2020), 0.01)
    for one, two in _compared(encode, factors, errors, by):
        value, half = float(one["value"]), _half(one)
        allowed = 4.5 * half_width_error(half / one["se"], DRAWS)
        assert _half(two) == pytest.approx(half, rel=allowed), (one["quantity"], one["pool"])
        # the middle of both quantiles: no further off than two of their standard errors apart
        middle = (two["ci_low"] + two["ci_high"]) / 2
        assert abs(middle - value) < 4.5 * half * half_width_error(half / one["se"], DRAWS)


@pytest.mark.parametrize("by", [(), ("region",)])
def test_shipped_errors_are_nearly_of_first_order(
    encode: Encode, factors: Factors, by: tuple[str, ...]
) -> None:
    """As above, with what products of the shipped errors add.

    (1 + x)(1 + y) of independent errors r and s has the variance r^2 + s^2 + r^2 s^2: the half
    width is wider by r^2 s^2/(2 (r^2 + s^2)) < min(r, s)^2/2. The largest pair without a third:
    R/(1 + R) with an error of 23 % and an equation: f''' d^3/6 = (d/(1 + R))^2, d = 0.23 R, by
    3.84 = 1.96^2 at the quantile: 0.8 %; a share of 5.9 %, 3.1 % and 2.9 % of measurements and
    carbon fraction with anything: 0.17 + 0.05 + 0.04 %. Together 1.1 %.
    """
    for one, two in _compared(encode, factors, all_errors(factors, 2020), by):
        half = _half(one)
        allowed = 4.5 * half_width_error(half / one["se"], DRAWS) + 0.011
        assert _half(two) == pytest.approx(half, rel=allowed), (one["quantity"], one["pool"])


def test_the_interval_of_co2e_is_that_of_carbon(encode: Encode, factors: Factors) -> None:
    """44/12 of it; both values are rounded to 1e-4 t for each of some 60 cells."""
    chance = Chance(all_errors(factors, 2020), 1000, 7)
    rows = forest_figures(encode(city_of_stands()), factors, ("region",), None, chance).rows
    ends = {
        quantity: rows.filter(pl.col("quantity") == quantity)
        .sort("region_code", "pool")
        .select("ci_low", "ci_high")
        .to_numpy()
        for quantity in ("carbon", "co2e")
    }
    assert ends["co2e"] == pytest.approx(ends["carbon"] * CO2E_PER_C, abs=0.05)


# what a draw depends on


def _errors(*rows: tuple[str, str, int, float]) -> Errors:
    """Make loadings: parameter, block, factor, loading."""
    return Errors(
        pl.DataFrame(
            [(*row, None, "coefficients", "published") for row in rows],
            schema={
                "parameter_id": pl.String,
                "block": pl.String,
                "factor": pl.Int32,
                "loading": pl.Float64,
                "df": pl.Float64,
                "source": pl.String,
                "basis": pl.String,
            },
            orient="row",
        ),
        NO_SPREADS,
    )


SLOPE, HEIGHT = ("a", "fit", 0, 0.3), ("b", "fit", 0, -2.0)
SECOND, ALONE = ("b", "fit", 1, 1.5), ("c", "c", 0, 7.0)


def _draw(errors: Errors, *used: str, seed: int = 1, draws: int = 500) -> dict[str, bytes]:
    found = draw_deviations(errors, pl.Series(used, dtype=pl.String), seed, draws)
    return {name: values.tobytes() for name, values in found.items()}


def test_every_independent_error_has_its_own_stream() -> None:
    """Adding a parameter, another order or other parameters used: the others' bytes stay."""
    whole = _draw(_errors(SLOPE, HEIGHT, SECOND, ALONE), "a", "b", "c")
    assert _draw(_errors(SLOPE, HEIGHT, SECOND), "a", "b") == {k: whole[k] for k in ("a", "b")}
    assert _draw(_errors(ALONE, SLOPE, HEIGHT, SECOND), "c", "b", "a") == whole
    assert _draw(_errors(SLOPE, HEIGHT, SECOND, ALONE), "b") == {"b": whole["b"]}
    other = ("d", "another block", 0, 1.0)
    more = _draw(_errors(other, SLOPE, HEIGHT, SECOND, ALONE), "a", "b", "c", "d")
    assert {name: more[name] for name in whole} == whole


def test_fewer_draws_are_the_first_of_more() -> None:
    errors = _errors(SLOPE, HEIGHT, SECOND, ALONE)
    few, many = (_draw(errors, "a", "b", "c", draws=n) for n in (100, 500))
    assert {name: data[: 8 * 100] for name, data in many.items()} == few


def test_another_seed_draws_anew() -> None:
    errors = _errors(SLOPE, HEIGHT, SECOND, ALONE)
    one, two = (_draw(errors, "a", "b", "c", seed=seed) for seed in (1, 2))
    assert all(one[name] != two[name] for name in one)


def test_draws_have_the_covariance_of_the_loadings() -> None:
    """var(a) = 0.09, cov(a, b) = -0.6, var(b) = 4 + 2.25 = 6.25, c on its own 49.

    Of N draws a covariance has the standard error sqrt((s_ii s_jj + s_ij^2)/N); four of them.
    """
    errors = _errors(SLOPE, HEIGHT, SECOND, ALONE)
    draws = 200_000
    found = draw_deviations(errors, pl.Series(["a", "b", "c"]), 11, draws)
    covariance = np.cov([found[name] for name in ("a", "b", "c")])
    expected = np.array([[0.09, -0.6, 0], [-0.6, 6.25, 0], [0, 0, 49.0]])
    variances = np.diag(expected)
    allowed = 4 * np.sqrt((np.outer(variances, variances) + expected**2) / draws)
    assert (np.abs(covariance - expected) < allowed).all()


def test_a_parameter_without_error_is_not_drawn() -> None:
    assert _draw(_errors(SLOPE), "a", "unknown").keys() == {"a"}


@pytest.mark.parametrize("df", [2.0, 10.0, 49.0])
def test_small_samples_follow_student(df: float) -> None:
    """Normal draws times the scale against the distribution function of t, at 100 000 draws.

    The largest distance of a sample's distribution from its own has a 1 % bound of
    1.63/sqrt(N) = 0.0052 (Kolmogorov).
    """
    draws = 100_000
    normal = stream(3, "row").standard_normal(draws)
    scale = small_sample_scale(df, "row", 3, draws)
    distance = scipy.stats.kstest(normal * scale, scipy.stats.t(df).cdf).statistic
    assert distance < 1.63 / math.sqrt(draws)
    assert small_sample_scale(None, "row", 3, draws) == 1.0
    assert small_sample_scale(math.inf, "row", 3, draws) == 1.0


def test_same_seed_same_bytes(encode: Encode, factors: Factors) -> None:
    """In any order of the stands."""
    stands = city_of_stands(120)
    errors = all_errors(factors, 2020)

    def ends(rows: list[tuple], seed: int) -> bytes:
        chance = Chance(errors, 600, seed)
        found = forest_figures(encode(rows), factors, ("region",), None, chance).rows
        return found.sort(KEYS).select("ci_low", "ci_high").to_numpy().tobytes()

    first = ends(stands, 4)
    assert ends(stands, 4) == first
    assert ends(stands[::-1], 4) == first
    assert ends(stands, 5) != first


def test_the_number_of_stands_changes_nothing_but_what_they_deviate(
    encode: Encode, factors: Factors
) -> None:
    """Each stand as ten of a tenth: without spread of stands the same interval, to rounding.

    Figures of a tenth are rounded to 1e-4 ha and m3, culms to 1: at most 5e-5 of a stand.
    """
    stands = city_of_stands(120)
    errors = all_errors(factors, 2020)
    still = replace(errors, spreads=NO_SPREADS)

    def rows(some: list[tuple], which: Errors) -> pl.DataFrame:
        chance = Chance(which, 2000, 4)
        return forest_figures(encode(some), factors, ("region",), None, chance).rows.sort(KEYS)

    tenths = split(stands, 10)
    assert len(tenths) == 1200
    for name in ("se", "ci_low", "ci_high"):
        one, ten = (rows(some, still)[name].to_numpy() for some in (stands, tenths))
        assert ten == pytest.approx(one, rel=2e-4)
    one, ten = rows(stands, errors), rows(tenths, errors)
    soil = pl.col("pool") == "soil"
    assert (ten.filter(soil)["se"] < one.filter(soil)["se"]).all()


def test_draws_without_errors_return_the_value(encode: Encode, factors: Factors) -> None:
    """All loadings and spreads 0: both ends are the value, but for its rounding by cell."""
    errors = _scaled(all_errors(factors, 2020), 0.0)
    stands = encode(city_of_stands(120))
    rows = forest_figures(stands, factors, ("region",), None, Chance(errors, 300, 4)).rows
    assert rows["se"].to_list() == [0.0] * rows.height
    for name in ("ci_low", "ci_high"):
        difference = (rows[name] - rows["value"].cast(pl.Float64)).abs().max()
        # some 40 cells of a county, eight pools, 5e-5 t each
        assert difference < 40 * 8 * 5e-5
