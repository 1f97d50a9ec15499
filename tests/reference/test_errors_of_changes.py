"""Errors of the difference of two surveys that share their coefficients."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from city_of_stands import city_of_stands
from made_errors import nothing_but

from sinkcalc.coefficients.factors import Factors, load_factors
from sinkcalc.pipeline.figures import forest_figures
from sinkcalc.uncertainty.draws import Chance
from sinkcalc.uncertainty.errors import Errors, all_errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts, difference_errors
from sinkcalc.vocabulary import METHODS

Encode = Callable[..., pl.LazyFrame]
Floats = np.ndarray

KEYS = ["quantity", "pool"]
YEARS = (2020, 2023)
# species, area ha, volume m3 of the two surveys; a stand of oak is planted in between
STANDS = (
    ("masson_pine", (120.0, 120.0), (9000.0, 10_100.0)),
    ("masson_pine", (30.0, 28.0), (1500.0, 1700.0)),
    ("chinese_fir", (300.0, 300.0), (16_000.0, 21_000.0)),
    ("oak", (0.0, 40.0), (0.0, 900.0)),
)
# a, b, n, R2 as printed
EQUATIONS = {
    "masson_pine": (0.5034, 20.547, 52, 0.87),
    "chinese_fir": (0.4652, 19.141, 90, 0.94),
    "oak": (1.1453, 8.5473, 12, 0.98),
}
# understorey, t C/ha: mean, SD, plots as printed
UNDERSTOREY = {
    "masson_pine": (5.38, 1.78, 34),
    "chinese_fir": (2.11, 0.83, 24),
    "oak": (5.14, 1.64, 8),
}
MEAN_VOLUME, VOLUME_SPREAD = 52.87, 0.737 * 52.87
# assumed: carbon fraction 0.5, volumes and areas of a survey
CARBON_FRACTION, FRACTION_ERROR, VOLUME_ERROR, AREA_ERROR = 0.5, 0.031, 0.059, 0.029


def _parts(
    encode: Encode, factors: Factors, stands: list[tuple], errors: Errors, by: tuple[str, ...] = ()
) -> tuple[pl.DataFrame, ErrorParts]:
    found = forest_figures(encode(stands), factors, by, None, Chance(errors))
    loadings = Errors(found.loadings, NO_SPREADS)
    return found.rows, ErrorParts(found.gradients, found.residuals, loadings)


def _errors_of(rows: pl.DataFrame) -> dict[tuple[str, str | None], float]:
    return {(q, p): se for q, p, se in rows.select("quantity", "pool", "se").iter_rows()}


def _sigma2(a: float, n: int, r2: float) -> float:
    return a**2 * VOLUME_SPREAD**2 * (1 - r2) / r2 * (n - 1) / (n - 2)


def _drawn_surveys(draws: int) -> dict[str, list[Floats]]:
    """Draw coefficients once for both surveys, measurements and stands for each; sum by hand.

    Returns
    -------
    Quantity -> its draws in both surveys.
    """
    rng = np.random.default_rng(17)
    fraction = CARBON_FRACTION * (1 + FRACTION_ERROR * rng.standard_normal(draws))
    coefficients = {}
    for species, (a, b, n, r2) in EQUATIONS.items():
        squares = (n - 1) * VOLUME_SPREAD**2
        var_a = _sigma2(a, n, r2) / squares
        var_b = _sigma2(a, n, r2) * (1 / n + MEAN_VOLUME**2 / squares)
        matrix = [[var_a, -MEAN_VOLUME * var_a], [-MEAN_VOLUME * var_a, var_b]]
        mean, sd, plots = UNDERSTOREY[species]
        floor = rng.normal(mean, sd / math.sqrt(plots), draws)
        coefficients[species] = (rng.multivariate_normal([a, b], matrix, draws), floor)
    out: dict[str, list[Floats]] = {"growing_stock": [], "biomass": [], "vegetation": []}
    for survey in (0, 1):
        volumes = 1 + VOLUME_ERROR * rng.standard_normal(draws)
        areas = 1 + AREA_ERROR * rng.standard_normal(draws)
        stock, biomass, floor = (np.zeros(draws) for _ in range(3))
        for species, area, volume in STANDS:
            if not area[survey]:
                continue
            (pair, density), (a, _, n, r2) = coefficients[species], EQUATIONS[species]
            own = rng.normal(0, math.sqrt(_sigma2(a, n, r2)), draws)
            floor_own = rng.normal(0, UNDERSTOREY[species][1], draws)
            stock += volume[survey] * volumes
            biomass += pair[:, 0] * volume[survey] * volumes + pair[:, 1] * area[survey] * areas
            biomass += own * area[survey]
            floor += density * area[survey] * areas + floor_own * area[survey]
        out["growing_stock"].append(stock)
        out["biomass"].append(biomass)
        out["vegetation"].append(biomass * fraction + floor)
    return out


def test_error_of_a_change_by_joint_draws(encode: Encode, factors: Factors) -> None:
    """200 000 draws of both surveys with numpy from what the papers print.

    A standard deviation of N draws has a relative error of 1/sqrt(2N) = 0.16 %; four of them.
    Products of errors, as CF x B with 3.1 %, add 0.031^2/2 = 0.05 %, a x V 0.059^2/2 = 0.17 % of
    what a adds: 0.1 % of the whole are allowed for them.
    """
    draws = 200_000
    surveys = []
    for place, year in enumerate(YEARS):
        stands = [
            ("330102", "arbor", str(area[place]), species, "natural", "middle", str(volume[place]))
            for species, area, volume in STANDS
            if area[place]
        ]
        surveys.append(_parts(encode, factors, stands, all_errors(factors, year)))
    (before, first), (after, last) = surveys
    change = _errors_of(difference_errors(first, last, KEYS).rows)
    allowed = 4 / math.sqrt(2 * draws) + 0.001
    for name, (one, two) in _drawn_surveys(draws).items():
        key = {
            "growing_stock": ("growing_stock", None),
            "biomass": ("biomass", "total"),
            "vegetation": ("carbon", "vegetation"),
        }[name]
        assert _errors_of(before)[key] == pytest.approx(float(np.std(one)), rel=allowed)
        assert _errors_of(after)[key] == pytest.approx(float(np.std(two)), rel=allowed)
        assert change[key] == pytest.approx(float(np.std(two - one)), rel=allowed)
        # as if independent it would be more wherever coefficients enter
        independent = math.hypot(_errors_of(before)[key], _errors_of(after)[key])
        if name == "growing_stock":
            assert change[key] == pytest.approx(independent, rel=1e-12)
        else:
            # measurements, each survey's own, are the largest part here
            assert change[key] < 0.995 * independent


@pytest.mark.parametrize("method", METHODS)
def test_equal_surveys_without_errors_of_their_own_do_not_differ(
    encode: Encode, tmp_path: Path, method: str
) -> None:
    """Coefficients err as ever, but both surveys by the same: the difference has error 0."""
    factors = load_factors(method)
    path = tmp_path / "own.csv"
    path.write_text("match,relative_se\nmeasurement.,0\nresidual.,0\n", encoding="utf-8")
    stands = city_of_stands(200)
    surveys = [
        _parts(encode, factors, stands, all_errors(factors, year, path), ("region",))
        for year in YEARS
    ]
    rows = difference_errors(surveys[0][1], surveys[1][1], ["region_code", *KEYS]).rows
    assert rows.height == surveys[0][0].height
    assert rows["se"].to_list() == [0.0] * rows.height
    carbon = surveys[0][0].filter(pl.col("quantity") == "carbon", pl.col("pool") == "total")
    assert (carbon["se"] > 0).all()


def test_measurements_of_two_surveys_are_independent(
    encode: Encode, factors: Factors, tmp_path: Path
) -> None:
    """Only the measurements err: Var of the difference is the sum of both variances."""
    rows_of = (
        ("measurement.volume", "5%"),
        ("measurement.area", "3%"),
        ("measurement.culms", "6%"),
    )
    path = nothing_but(
        tmp_path / "own.csv",
        *((match, error, "true") for match, error in rows_of),
        # no row for all of them
        ("measurement.", "", "true"),
    )
    surveys = [
        _parts(encode, factors, city_of_stands(200, growth=growth), all_errors(factors, year, path))
        for year, growth in zip(YEARS, (1.0, 1.2), strict=True)
    ]
    change = _errors_of(difference_errors(surveys[0][1], surveys[1][1], KEYS).rows)
    before, after = (_errors_of(rows) for rows, _ in surveys)
    assert change.keys() == before.keys() == after.keys()
    for key, se in change.items():
        assert se == pytest.approx(math.hypot(before[key], after[key]), rel=1e-12)
        assert se > 0


def test_one_survey_against_itself_shares_its_measurements(
    encode: Encode, factors: Factors, tmp_path: Path
) -> None:
    """Two ways of grouping one survey err together, whatever is measured."""
    path = nothing_but(tmp_path / "own.csv", ("measurement.", "5%", "true"))
    one = _parts(encode, factors, city_of_stands(100), all_errors(factors, 2020, path))[1]
    assert difference_errors(one, one, KEYS).rows["se"].max() == 0.0


def test_a_change_has_the_opposite_error_backwards(encode: Encode, factors: Factors) -> None:
    surveys = [
        _parts(encode, factors, city_of_stands(200, growth=growth), all_errors(factors, year))[1]
        for year, growth in zip(YEARS, (1.0, 1.2), strict=True)
    ]
    forth, back = (
        difference_errors(first, last, KEYS).rows.sort(KEYS)
        for first, last in (surveys, surveys[::-1])
    )
    assert back["se"].to_list() == pytest.approx(forth["se"].to_list(), rel=1e-12)
