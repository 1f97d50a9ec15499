"""Change on partly replaced plots: small strata, edges of the correlation, what intervals hold."""

import math

import numpy as np
import polars as pl
import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.survey import Design, estimate_change

# a few operations on a few numbers
EXACT = 1e-12
SIZES = pl.DataFrame({"stratum": ["A", "B"], "size": [1000.0, 3000.0]})
# a stratum that has its own correlation; covariance 17/3, variances 5/3 and 59/3 of its plots
LARGE = [(1.0, 1.0), (2.0, 6.0), (3.0, 4.0), (4.0, 12.0)]

Pair = tuple[float | None, float | None]


def _frame(pairs: list[Pair], stratum: str = "A", domain: str = "x") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "y": [pair[0] for pair in pairs],
            "later": [pair[1] for pair in pairs],
            "stratum": [stratum] * len(pairs),
            "domain": [domain] * len(pairs),
        },
        schema={"y": pl.Float64, "later": pl.Float64, "stratum": pl.String, "domain": pl.String},
    )


def _change(frame: pl.DataFrame, design: Design) -> dict[str, dict[str, float]]:
    rows = estimate_change(frame, "y", "later", design).rows
    whole = rows.filter(pl.col("domain").is_null()).iter_rows(named=True)
    return {
        row["variable"] if row["stat"] in ("mean", "total") else row["stat"]: row for row in whole
    }


def _stratified(small: list[Pair]) -> dict[str, dict[str, float]]:
    frame = pl.concat([_frame(LARGE, "A"), _frame(small, "B")])
    return _change(frame, Design("composite", stratum="stratum", sizes=SIZES))


def _large() -> tuple[float, float]:
    """Change in stratum A and its variance: the mean of the differences."""
    difference = [later - y for y, later in LARGE]
    return float(np.mean(difference)), float(np.var(difference, ddof=1)) / len(difference)


def test_stratum_without_common_plots() -> None:
    """Both occasions of B are independent: the variances of their means add."""
    found = _stratified([(2.0, None), (4.0, None), (9.0, None), (None, 5.0), (None, 8.0)])
    change, variance = _large()
    of_b = np.var([2, 4, 9], ddof=1) / 3 + np.var([5, 8], ddof=1) / 2
    assert found["change"]["value"] == pytest.approx(1000 * change + 3000 * (6.5 - 5), rel=EXACT)
    expected = math.sqrt(1000**2 * variance + 3000**2 * of_b)
    assert found["change"]["se"] == pytest.approx(expected, rel=EXACT)
    assert found["change"]["df"] == 3


def _mixed(small: list[tuple[float | None, float | None]], r: float) -> tuple[float, float]:
    """Combine the means of B by generalised least squares, written out with a solver of its own.

    min (z - X m)' V^-1 (z - X m) as least squares of the rows of a Cholesky factor.
    """
    both = [p for p in small if None not in p]
    ones = [p[0] for p in small if p[0] is not None]
    twos = [p[1] for p in small if p[1] is not None]
    s1, s2 = np.std(ones, ddof=1), np.std(twos, ddof=1)
    only = [[p[0] for p in small if p[1] is None], [p[1] for p in small if p[0] is None]]
    n = len(both)
    z = np.array(
        [
            np.mean(only[0]),
            np.mean([p[0] for p in both]),
            np.mean([p[1] for p in both]),
            np.mean(only[1]),
        ]
    )
    x = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=float)
    v = np.diag([s1**2 / len(only[0]), s1**2 / n, s2**2 / n, s2**2 / len(only[1])])
    v[1, 2] = v[2, 1] = r * s1 * s2 / n
    root = np.linalg.inv(np.linalg.cholesky(v))
    means, *_ = np.linalg.lstsq(root @ x, root @ z, rcond=None)
    covariance = np.linalg.inv((root @ x).T @ (root @ x))
    difference = np.array([-1.0, 1.0])
    return float(difference @ means), float(difference @ covariance @ difference)


@pytest.mark.parametrize("common", [1, 2])
def test_few_common_plots_take_the_correlation_of_all_strata(common: int) -> None:
    """That of one does not exist and that of two is 1: deviations of all strata serve."""
    both: list[tuple[float | None, float | None]] = [(3.0, 4.5), (7.0, 11.0)][:common]
    small = [*both, (2.0, None), (9.0, None), (None, 5.0), (None, 8.0)]
    groups = [LARGE, both]
    centred = [np.array(g, dtype=float) - np.mean(np.array(g, dtype=float), axis=0) for g in groups]
    one, two = np.vstack(centred).T
    r = one @ two / math.sqrt((one @ one) * (two @ two))
    assert 0.5 < r < 0.99
    change, variance = _large()
    of_b, variance_of_b = _mixed(small, r)
    found = _stratified(small)["change"]
    assert found["value"] == pytest.approx(1000 * change + 3000 * of_b, rel=EXACT)
    expected = math.sqrt(1000**2 * variance + 3000**2 * variance_of_b)
    assert found["se"] == pytest.approx(expected, rel=EXACT)
    assert found["df"] == 3 + common - 1


def test_three_common_plots_have_their_own_correlation() -> None:
    both: list[tuple[float | None, float | None]] = [(3.0, 9.0), (7.0, 2.0), (4.0, 8.0)]
    small = [*both, (2.0, None), (9.0, None), (None, 5.0), (None, 8.0)]
    r = np.corrcoef(np.array(both, dtype=float).T)[0, 1]
    assert r < 0
    change, variance = _large()
    of_b, variance_of_b = _mixed(small, r)
    found = _stratified(small)["change"]
    assert found["value"] == pytest.approx(1000 * change + 3000 * of_b, rel=EXACT)
    expected = math.sqrt(1000**2 * variance + 3000**2 * variance_of_b)
    assert found["se"] == pytest.approx(expected, rel=EXACT)


def test_no_spread_on_one_occasion() -> None:
    """Bare land that was planted: all 0 before. The means stand for themselves."""
    pairs: list[Pair] = [(0.0, 1.0), (0.0, 4.0), (0.0, 2.0), (0.0, None), (None, 9.0), (None, 3.0)]
    found = _change(_frame(pairs), Design("composite"))
    later = [1.0, 4.0, 2.0, 9.0, 3.0]
    assert found["y"]["value"] == 0
    assert found["y"]["se"] == 0
    assert found["change"]["value"] == pytest.approx(np.mean(later), rel=EXACT)
    assert found["change"]["se"] == pytest.approx(np.std(later, ddof=1) / math.sqrt(5), rel=EXACT)
    assert "relative_change" not in found


def test_correlation_of_one() -> None:
    """All common plots doubled: equations that cannot be solved are not tried.

    Each occasion has the mean of its plots, var = s1^2/n1 + s2^2/n2 - 2 s1 s2 n/(n1 n2).
    """
    pairs: list[Pair] = [(1.0, 2.0), (2.0, 4.0), (5.0, 10.0), (9.0, None), (None, 5.0), (None, 7.0)]
    found = _change(_frame(pairs), Design("composite"))
    first, last = [1, 2, 5, 9], [2, 4, 10, 5, 7]
    s1, s2 = np.std(first, ddof=1), np.std(last, ddof=1)
    assert found["change"]["value"] == pytest.approx(np.mean(last) - np.mean(first), rel=EXACT)
    variance = s1**2 / 4 + s2**2 / 5 - 2 * s1 * s2 * 3 / (4 * 5)
    assert found["change"]["se"] == pytest.approx(math.sqrt(variance), rel=EXACT)
    assert found["covariance"]["value"] == pytest.approx(s1 * s2 * 3 / 20, rel=EXACT)


def test_domain_of_one_occasion() -> None:
    """A class that came up later: its plots are zeros before, and it has no relative change."""
    old: list[Pair] = [(3.0, 5.0), (4.0, 4.0), (6.0, 9.0), (8.0, 9.5), (5.0, None)]
    new: list[Pair] = [(None, 7.0), (None, 2.0)]
    frame = pl.concat([_frame(old, domain="old"), _frame(new, domain="new")])
    rows = estimate_change(frame, "y", "later", Design("composite", domain="domain")).rows
    of_new = {row["stat"]: row for row in rows.filter(domain="new").iter_rows(named=True)}
    before, after = rows.filter(pl.col("domain") == "new", pl.col("stat") == "mean")["value"]
    assert before == 0
    # no common plot differs from another, so each occasion has the mean of its plots
    assert after == pytest.approx((7 + 2) / 6, rel=EXACT)
    assert of_new["change"]["value"] == pytest.approx(after, rel=EXACT)
    error = np.std([0, 0, 0, 0, 7, 2], ddof=1) / math.sqrt(6)
    assert of_new["change"]["se"] == pytest.approx(error, rel=EXACT)
    assert "relative_change" not in of_new
    assert of_new["change"]["n"] == 2


@pytest.mark.parametrize("common", [0, 1, 2])
def test_fewer_than_three_common_plots_are_refused(common: int) -> None:
    """Two plots always correlate by 1: no error can be had from them."""
    pairs: list[Pair] = [(3.0, 4.5), (7.0, 11.0)][:common]
    pairs += [(2.0, None), (9.0, None), (None, 5.0), (None, 8.0)]
    with pytest.raises(UsageProblem, match=f"only {common} plots were measured on both") as told:
        _change(_frame(pairs), Design("composite"))
    assert f"只有 {common} 个" in told.value.zh


def test_one_plot_on_an_occasion_is_refused() -> None:
    with pytest.raises(UsageProblem, match="stratum B has fewer than 2 plots on an occasion"):
        _stratified([(2.0, None), (9.0, None), (None, 5.0)])


def test_coverage_and_gain_of_the_composite() -> None:
    """60 plots on each occasion, 12 replaced; normal values with a correlation of 0.8.

    With 2 000 repetitions the standard error of a share of 95 % is 0.5 points: three are 93.5 to
    96.5. The error is estimated from the same plots and may be a little small, hence 93 to 97.
    Of the change the variance is the smaller one where all plots count.
    """
    rng = np.random.default_rng(20_201_231)
    held, composite, paired = 0, [], []
    truth, n, replaced = 10.0, 60, 12
    for _ in range(2_000):
        first = rng.normal(100, 30, n + replaced)
        last = 20 + 0.9 * first + rng.normal(0, 20, n + replaced)
        frame = (
            pl.DataFrame({"y": first, "later": last})
            .with_row_index("at")
            .with_columns(
                pl.when(pl.col("at") < n).then("y"), pl.when(pl.col("at") >= replaced).then("later")
            )
        )
        row = estimate_change(frame, "y", "later", Design("composite")).rows.row(2, named=True)
        assert row["stat"] == "change"
        held += row["ci_low"] <= truth <= row["ci_high"]
        composite.append(row["value"])
        paired.append(float((last - first)[replaced:n].mean()))
    assert 0.93 <= held / len(composite) <= 0.97
    # both are unbiased: three standard errors of the mean of the repetitions
    error = np.std(composite, ddof=1) / math.sqrt(len(composite))
    assert abs(np.mean(composite) - truth) < 3 * error
    assert np.var(composite, ddof=1) < 0.97 * np.var(paired, ddof=1)
