"""What would close the gap, by hand."""

from dataclasses import replace
from math import exp

import pytest

from sinkcalc.accounting.closing import closing
from sinkcalc.calibration.model import Model

# Schumacher: V = 200 exp(-20/A); 80 m3/ha at A = 20/ln 2.5 = 21.83 years
CURVE = Model(
    kind="growth",
    form="schumacher",
    group=".planted",
    estimator="wls",
    symbols=("a", "b"),
    values=(200.0, 20.0),
    covariance=((1.0, 0.0), (0.0, 1.0)),
    df=50,
    residual_variance=1.0,
    residual_power=0.0,
    residual_base="size",
    correction="none",
    correction_factor=1.0,
    n=52,
    sites=52,
    x_min=3,
    x_max=40,
)


def test_a_gap_by_hand() -> None:
    """300 000 m3 short; 10 000 ha with 800 000 m3, 80 m3/ha.

    300 000 / (15 x 10 000) = 2 m3 a mu; 300 000 / 80 = 3 750 ha; at 22 years the curve has
    200 exp(-20/22) = 80.6, at 21 years 77.2; 300 000 x 0.4 = 120 000 t C.
    """
    assert 200 * exp(-20 / 21) < 80 < 200 * exp(-20 / 22)
    found = closing(300_000, 10_000, 800_000, CURVE, 0.4)
    assert found.m3_per_mu == pytest.approx(2)
    assert (found.mean_m3_per_ha, found.new_area_ha) == (80, 3_750)
    assert (found.years_to_mean, found.beyond_curve) == (22, False)
    assert found.carbon_t == pytest.approx(120_000)


def test_a_curve_that_never_holds_the_mean() -> None:
    found = closing(300_000, 10_000, 2_100_000, CURVE, None)
    assert (found.years_to_mean, found.beyond_curve, found.carbon_t) == (None, False, None)


def test_an_age_beyond_the_stands_of_the_curve_is_marked() -> None:
    found = closing(300_000, 10_000, 800_000, replace(CURVE, x_max=21), None)
    assert (found.years_to_mean, found.beyond_curve) == (22, True)
