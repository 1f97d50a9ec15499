"""Calibration to control totals against printed results and second derivations."""

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from sinkcalc.calibration.control_totals import Calibration, Margin, calibrate_to_controls
from sinkcalc.calibration.solve import Method, solve

Floats = NDArray[np.float64]

# 183 schools of apiclus1 in the R package survey, which all have weight 33.847: number, sum of
# enrolment and sum of the score api00 by type, school-wide target, comparable improvement
SCHOOLS = """
E No No 12 5243 7156
E Yes No 20 8108 13075
E Yes Yes 112 48980 73206
H No No 3 2237 1978
H Yes No 4 6039 2484
H Yes Yes 7 7548 4198
M No No 8 5983 4851
M Yes No 3 1891 2101
M Yes Yes 14 14569 8834
"""
SCHOOL_WEIGHT = 33.847

# Eight units more than seven controls: 15 employees with weight, category, sex, department and
# salary (data_employees of the R package icarus 0.3.2), and the weights that the macro CALMAR of
# INSEE gives them with the linear, raking and logit (0.4 to 2.2) distance (calWeights_movies)
EMPLOYEES = """
10 1 1 1 1000 5.6381 5.3374 4.4859
10 2 2 1 1100 4.8735 5.1185 4.2674
10 2 2 2 1500 11.3245 9.9882 9.4427
10 3 1 2 2300 19.8970 24.5142 21.7067
10 1 1 2 1000 11.1004 9.2304 9.7760
10 1 2 1 500 -0.7084 2.7920 4.0262
10 2 2 2 1000 10.0887 8.5884 7.3103
20 3 2 1 2000 17.1651 15.7535 15.0120
20 1 1 1 2100 16.7133 14.8808 11.7705
20 2 1 2 2000 35.3418 38.1883 40.1082
20 1 2 2 3200 22.8538 21.8245 24.5277
20 1 2 1 1800 5.0090 8.2689 8.2851
20 2 1 1 2800 28.3714 28.1165 28.8715
20 3 1 1 1100 22.9379 19.7323 23.2813
20 1 2 2 2500 19.3937 17.6660 17.1285
"""


def _schools(*keys: str) -> pl.DataFrame:
    columns = ["stype", "wide", "improved", "number", "enroll", "score"]
    rows = [line.split() for line in SCHOOLS.split("\n") if line]
    return (
        pl.DataFrame(rows, schema=columns, orient="row")
        .with_columns(pl.col("number", "enroll", "score").cast(pl.Int64))
        .group_by(keys, maintain_order=True)
        .agg(pl.col("number", "enroll", "score").sum())
    )


def _cells(schools: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    return schools.select(
        *keys,
        pl.col("number").alias("stands"),
        (pl.col("number") * SCHOOL_WEIGHT).alias("volume_m3"),
        pl.lit(0.0).alias("area_ha"),
    )


def _totals(keys: tuple[str, ...], rows: list[tuple[object, ...]]) -> Margin:
    return Margin(keys, pl.DataFrame(rows, schema=[*keys, "total_m3"], orient="row"))


def _weighted(schools: pl.DataFrame, result: Calibration, keys: tuple[str, ...]) -> pl.DataFrame:
    return schools.join(result.weights, on=keys, how="inner").select(
        (pl.col("enroll") * SCHOOL_WEIGHT * pl.col("weight")).sum().alias("enroll"),
        (pl.col("score") * pl.col("weight")).sum() / (pl.col("number") * pl.col("weight")).sum(),
    )


WIDE = _totals(("wide",), [("No", 1072), ("Yes", 5122)])
TYPES = _totals(("stype",), [("E", 4421), ("H", 755), ("M", 1018)])


def test_two_margins_as_printed_by_survey_rake() -> None:
    """Total enrolment 3647280 and mean score 641.23: tests/rakecheck.Rout.save of survey."""
    keys = ("stype", "wide")
    schools = _schools(*keys)
    assert schools["number"].sum() == 183
    result = calibrate_to_controls(_cells(schools, keys), [TYPES, WIDE], method="raking")
    enroll, score = _weighted(schools, result, keys).row(0)
    assert enroll == pytest.approx(3647280, abs=0.5)
    assert score == pytest.approx(641.23, abs=0.005)


def test_a_joint_margin_as_printed_by_survey_rake() -> None:
    """Six totals of type and target with those of improvement: mean score 642.61 there."""
    keys = ("stype", "wide", "improved")
    schools = _schools(*keys)
    joint = [("E", "No", 472), ("E", "Yes", 3949), ("H", "No", 334)]
    joint += [("H", "Yes", 421), ("M", "No", 266), ("M", "Yes", 752)]
    margins = [
        _totals(("stype", "wide"), list(joint)),
        _totals(("improved",), [("No", 1712), ("Yes", 4482)]),
    ]
    result = calibrate_to_controls(_cells(schools, keys), margins, method="raking")
    _, score = _weighted(schools, result, keys).row(0)
    assert score == pytest.approx(642.61, abs=0.005)


@pytest.mark.parametrize(("method", "column"), [("linear", 5), ("raking", 6), ("bounded", 7)])
def test_weights_of_calmar(method: Method, column: int) -> None:
    """Controls: 80, 90, 60 by category, 140, 90 by sex, 100, 130 by department, 470000 salary."""
    lines = [line.split() for line in EMPLOYEES.split("\n") if line]
    rows = np.array([[float(word) for word in line] for line in lines])
    groups = [rows[:, 1] == k for k in (1, 2, 3)]
    groups += [rows[:, 2] == k for k in (1, 2)] + [rows[:, 3] == k for k in (1, 2)]
    design = np.column_stack([*groups, rows[:, 4]]).astype(float)
    totals = np.array([80, 90, 60, 140, 90, 100, 130, 470000.0])
    found = solve(design, rows[:, 0], totals, method, (0.4, 2.2))
    assert found.converged
    # printed with four decimals
    assert found.weights * rows[:, 0] == pytest.approx(rows[:, column], abs=2e-4)


def _county_cells(chance: np.random.Generator) -> pl.DataFrame:
    """Simulate 5 counties x 4 groups x 3 ages, a fifth of the cells empty."""
    return pl.DataFrame(
        [
            (f"33010{county}", group, age, 10, float(chance.lognormal(9, 1.5)), 100.0)
            for county in range(5)
            for group in ("fir", "pine", "oak", "soft")
            for age in ("young", "middle", "mature")
            if chance.random() < 0.8
        ],
        schema=["region_code", "species_group", "age_group", "stands", "volume_m3", "area_ha"],
        orient="row",
    )


def _margin(cells: pl.DataFrame, keys: tuple[str, ...], truth: Floats) -> Margin:
    totals = (
        cells.with_columns(pl.Series("total_m3", truth))
        .group_by(keys, maintain_order=True)
        .agg(pl.col("total_m3").sum())
    )
    return Margin(keys, totals)


MARGINS = [("region_code",), ("species_group",), ("age_group",)]


def _true(cells: pl.DataFrame, chance: np.random.Generator) -> Floats:
    return cells["volume_m3"].to_numpy() * chance.uniform(0.75, 1.35, cells.height)


def _membership(cells: pl.DataFrame, margins: list[Margin]) -> Floats:
    """Tell which cell belongs to which control, row by row."""
    rows = cells.rows(named=True)
    return np.array(
        [
            [float(all(cell[k] == total[k] for k in margin.keys)) for cell in rows]
            for margin in margins
            for total in margin.totals.rows(named=True)
        ]
    ).T


@pytest.mark.parametrize("seed", range(10))
def test_raking_is_iterative_proportional_fitting(seed: int) -> None:
    """Deming and Stephan's cycle, by hand: scale to each margin in turn until nothing moves."""
    chance = np.random.default_rng(seed)
    cells = _county_cells(chance)
    truth = _true(cells, chance)
    margins = [_margin(cells, keys, truth) for keys in MARGINS]
    result = calibrate_to_controls(cells, margins, method="raking")
    fitted = cells["volume_m3"].to_numpy().copy()
    design = _membership(cells, margins)
    totals = np.concatenate([margin.totals["total_m3"].to_numpy() for margin in margins])
    for _ in range(2000):
        for j, total in enumerate(totals):
            inside = design[:, j] == 1
            fitted[inside] *= total / fitted[inside].sum()
    # the cells of a result are sorted by their keys
    given = cells.with_columns(pl.Series("fitted", fitted))
    both = result.weights.join(given, on=[k for (k,) in MARGINS])
    assert both.height == cells.height
    assert both["volume_after_m3"].to_numpy() == pytest.approx(both["fitted"].to_numpy(), rel=1e-8)
    assert result.diagnostics.largest_miss < 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_linear_is_the_constrained_least_squares(seed: int) -> None:
    """Minimise sum V (g - 1)^2 with the totals as side conditions: one system of equations."""
    chance = np.random.default_rng(seed)
    cells = _county_cells(chance)
    truth = _true(cells, chance)
    margins = [_margin(cells, keys, truth) for keys in MARGINS]
    result = calibrate_to_controls(cells, margins, method="linear")
    design = _membership(cells, margins)
    volume = cells["volume_m3"].to_numpy()
    totals = np.concatenate([margin.totals["total_m3"].to_numpy() for margin in margins])
    n, k = design.shape
    system = np.block(
        [
            [np.diag(volume), volume[:, None] * design],
            [(volume[:, None] * design).T, np.zeros((k, k))],
        ]
    )
    right = np.concatenate([volume, totals])
    scale = np.sqrt(np.concatenate([volume, totals]))
    found = np.linalg.lstsq(system / scale[:, None] / scale, right / scale, rcond=1e-12)[0] / scale
    given = cells.with_columns(pl.Series("g", found[:n]))
    both = result.weights.join(given, on=[key for (key,) in MARGINS])
    assert both["weight"].to_numpy() == pytest.approx(both["g"].to_numpy(), rel=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_bounded_weights_stay_in_bounds_and_meet_the_totals(seed: int) -> None:
    """The totals are those of true weights between 0.75 and 1.35, so such weights exist."""
    chance = np.random.default_rng(seed)
    cells = _county_cells(chance)
    truth = _true(cells, chance)
    margins = [_margin(cells, keys, truth) for keys in MARGINS]
    result = calibrate_to_controls(cells, margins, method="bounded", bounds=(0.7, 1.4))
    assert result.weights["weight"].is_between(0.7, 1.4).all()
    after, total = result.controls["after_m3"].to_numpy(), result.controls["given_m3"].to_numpy()
    assert after == pytest.approx(total, rel=1e-9)
    assert result.diagnostics.weight_min == result.weights["weight"].min()


def _covariance(margins: list[Margin], chance: np.random.Generator) -> tuple[Floats, Floats]:
    """Give the totals and the covariance that 6000 plots leave which all margins share.

    Every plot lies in one class of each margin, so the margins agree in every sample and the
    covariance has as many zero eigenvalues as margins - 1.
    """
    sizes = [margin.totals.height for margin in margins]
    totals = np.concatenate([margin.totals["total_m3"].to_numpy() for margin in margins])
    grand = margins[0].totals["total_m3"].sum()
    plots = np.zeros((len(totals), 6000))
    start = 0
    for size in sizes:
        probability = totals[start : start + size] / grand
        plots[start + chance.choice(size, 6000, p=probability), np.arange(6000)] = 1
        start += size
    return totals, np.cov(plots * chance.lognormal(0, 0.7, 6000)) * grand**2 / 6000


@pytest.mark.parametrize(
    ("method", "bounds"), [("raking", None), ("linear", None), ("bounded", (0.4, 2.5))]
)
def test_errors_against_draws_of_the_controls(
    method: Method, bounds: tuple[float, float] | None
) -> None:
    """400 draws of all controls from their covariance: spread of the calibrated volumes.

    A standard deviation of 400 draws has a relative error of 1/sqrt(800) = 3.5 %; four of them,
    as many groups are looked at, and 1 % for the curvature at errors of some per cent.
    """
    chance = np.random.default_rng(11)
    cells = _county_cells(chance)
    truth = _true(cells, chance)
    margins = [_margin(cells, keys, truth) for keys in MARGINS]
    totals, sigma = _covariance(margins, chance)
    result = calibrate_to_controls(cells, margins, method=method, bounds=bounds, covariance=sigma)
    drawn = []
    # singular on purpose: eigenvalues of 0 come out a rounding error below it
    draws = chance.multivariate_normal(totals, sigma, 400, method="eigh", check_valid="ignore")
    for draw in draws:
        parts = np.split(draw, np.cumsum([m.totals.height for m in margins])[:-1])
        again = [
            Margin(m.keys, m.totals.with_columns(pl.Series("total_m3", part)))
            for m, part in zip(margins, parts, strict=True)
        ]
        drawn.append(calibrate_to_controls(cells, again, method=method, bounds=bounds))
    for keys in (["region_code", "species_group"], ["age_group"], []):
        spread = np.std([d.by(keys)["volume_after_m3"].to_numpy() for d in drawn], axis=0, ddof=1)
        se = result.by(keys)["volume_after_m3_se"].to_numpy()
        assert se == pytest.approx(spread, rel=0.15)
    total = result.by([])["volume_after_m3_se"].item()
    assert result.weights["variance_contribution"].sum() == pytest.approx(total**2, rel=1e-9)
    # a control's own standard error is that of the sample
    of_region = result.by(["region_code"])["volume_after_m3_se"].to_numpy()
    order = np.argsort(margins[0].totals["region_code"].to_numpy())
    assert of_region == pytest.approx(np.sqrt(np.diag(sigma))[: len(order)][order], rel=1e-6)


@pytest.mark.parametrize(
    ("method", "bounds"), [("raking", None), ("linear", None), ("bounded", (0.5, 2.0))]
)
def test_derivatives_by_small_steps(method: Method, bounds: tuple[float, float] | None) -> None:
    """Central differences of the calibrated volumes, by controls that are free of one another."""
    chance = np.random.default_rng(3)
    cells = _county_cells(chance)
    truth = _true(cells, chance)
    region, species = (_margin(cells, keys, truth) for keys in MARGINS[:2])
    # without the last species nothing ties the two margins together
    margins = [region, Margin(species.keys, species.totals.head(3))]
    result = calibrate_to_controls(cells, margins, method=method, bounds=bounds)
    totals = np.concatenate([m.totals["total_m3"].to_numpy() for m in margins])

    def volumes(changed: Floats) -> Floats:
        again = [
            Margin(region.keys, region.totals.with_columns(pl.Series("total_m3", changed[:5]))),
            Margin(
                species.keys, margins[1].totals.with_columns(pl.Series("total_m3", changed[5:]))
            ),
        ]
        found = calibrate_to_controls(cells, again, method=method, bounds=bounds)
        return found.weights["volume_after_m3"].to_numpy()

    for j, total in enumerate(totals):
        step = np.zeros_like(totals)
        step[j] = 1e-4 * total
        numeric = (volumes(totals + step) - volumes(totals - step)) / (2 * step[j])
        assert result.derivatives[:, j] == pytest.approx(numeric, rel=1e-4, abs=1e-6)
