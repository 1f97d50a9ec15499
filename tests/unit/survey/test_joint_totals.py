"""Totals of several variables with the covariance of every two of them."""

import numpy as np
import polars as pl
import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.survey import Design, estimate_change, estimate_total, joint_totals

# a few hundred operations
EXACT = 1e-11
SIZES = pl.DataFrame({"stratum": ["A", "B", "C"], "size": [400.0, 900.0, 50.0]})
STRATIFIED = Design(stratum="stratum", sizes=SIZES)
VARIABLES = ["fir", "pine", "oak", "all"]


@pytest.fixture
def plots() -> pl.DataFrame:
    """Give 60 plots in three strata, each of one class; clusters of two; an auxiliary."""
    rng = np.random.default_rng(7)
    stock = rng.gamma(2, 40, 60)
    kind = rng.integers(0, 3, 60)
    return pl.DataFrame(
        {
            "stratum": rng.choice(["A", "B", "C"], 60),
            "cluster": [f"{i // 2}" for i in range(60)],
            "stands": stock * rng.normal(1, 0.2, 60),
            "all": stock,
            **{name: np.where(kind == i, stock, 0.0) for i, name in enumerate(VARIABLES[:3])},
        }
    ).with_columns(pl.col("stratum").sort())


DESIGNS = {
    "simple random": Design(size=1350.0),
    "stratified": STRATIFIED,
    "fpc": Design(stratum="stratum", sizes=SIZES, fpc=True),
    "post-stratified": Design(poststratum="stratum", sizes=SIZES),
    "bp2005": Design("bp2005", poststratum="stratum", sizes=SIZES),
    "units": Design(unit="stratum", sizes=SIZES),
    "clusters": Design(cluster="cluster", size=1350.0),
    "regression": Design(auxiliaries={"stands": 100_000.0}, size=1350.0),
}


@pytest.mark.parametrize("design", DESIGNS)
def test_one_by_one_it_is_the_total(plots: pl.DataFrame, design: str) -> None:
    """Totals, and variances on the diagonal, are those of each variable alone."""
    totals, covariance = joint_totals(plots, VARIABLES, DESIGNS[design])
    for i, name in enumerate(VARIABLES):
        row = estimate_total(plots, name, DESIGNS[design]).rows.row(0, named=True)
        assert totals[i] == pytest.approx(row["value"], rel=EXACT)
        assert covariance[i, i] == pytest.approx(row["se"] ** 2, rel=EXACT)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_covariance_matrix(plots: pl.DataFrame, design: str) -> None:
    """Symmetric, no negative variance of any combination, and classes that sum to the whole."""
    totals, covariance = joint_totals(plots, VARIABLES, DESIGNS[design])
    assert (covariance == covariance.T).all()
    values = np.linalg.eigvalsh(covariance)
    assert values[-1] > 0
    assert values[0] >= -EXACT * values[-1]
    # every plot is of one class: the variance of their sum is that of the whole
    ones = np.ones(3)
    assert totals[:3].sum() == pytest.approx(totals[3], rel=EXACT)
    assert ones @ covariance[:3, :3] @ ones == pytest.approx(covariance[3, 3], rel=EXACT)
    # and so is the covariance of each with the whole
    assert covariance[:3, :3] @ ones == pytest.approx(covariance[:3, 3], rel=EXACT)


def test_disjoint_classes_by_hand() -> None:
    """Where one class is, the other is not: products of deviations from the means.

    Stratum A, N = 100: x = 2, 4, 0, 0 (mean 1.5), y = 0, 0, 6, 0 (mean 1.5):
    sum of products -4 * 1.5 * 1.5 = -9; covariance 100^2 / 4 * (-9) / 3 = -7 500.
    Stratum B, N = 10: x = 3, 0 (mean 1.5), y = 0, 5 (mean 2.5): sum of products
    -2 * 1.5 * 2.5 = -7.5; covariance 10^2 / 2 * (-7.5) / 1 = -375.
    """
    frame = pl.DataFrame(
        {
            "stratum": ["A", "B", "A", "A", "B", "A"],
            "x": [2.0, 3.0, 4.0, 0.0, 0.0, 0.0],
            "y": [0.0, 0.0, 0.0, 6.0, 5.0, 0.0],
        }
    )
    sizes = pl.DataFrame({"stratum": ["A", "B"], "size": [100.0, 10.0]})
    totals, covariance = joint_totals(frame, ["x", "y"], Design(stratum="stratum", sizes=sizes))
    assert totals.tolist() == [165.0, 175.0]
    assert covariance[0, 1] == covariance[1, 0] == pytest.approx(-7875, rel=EXACT)
    # 100^2/4 * (20 - 4 * 1.5^2)/3 + 10^2/2 * (9 - 2 * 1.5^2)
    assert covariance[0, 0] == pytest.approx(2500 * 11 / 3 + 50 * 4.5, rel=EXACT)


def test_covariance_is_that_of_a_change(plots: pl.DataFrame) -> None:
    """The change of two variables on the same plots tells their covariance too."""
    _, covariance = joint_totals(plots, ["fir", "oak"], STRATIFIED)
    rows = estimate_change(plots, "fir", "oak", STRATIFIED).rows
    assert covariance[0, 1] == pytest.approx(
        rows.filter(stat="covariance")["value"].item(), rel=EXACT
    )
    assert covariance[0, 1] < 0


def test_no_total_without_a_size(plots: pl.DataFrame) -> None:
    with pytest.raises(UsageProblem, match="--size N"):
        joint_totals(plots, VARIABLES, Design())
