"""Whole tonnes of the vintages of a batch: losses covered, rounded down once."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinkcalc.ccer.vintages import whole_tonnes

AMOUNTS = st.lists(st.integers(-5000, 5000), min_size=1, max_size=9)


def _whole(*reduction: float, out: tuple[int, ...] = ()) -> list[float]:
    admitted = [place not in out for place in range(len(reduction))]
    return whole_tonnes(np.array(reduction), admitted).tolist()


def test_rounded_down_once() -> None:
    """100.9 + 957.2 = 1058.1: 100, then 1058 - 100 = 958, above 957.2 by less than the 0.9."""
    assert _whole(100.9, 957.2) == [100, 958]


@pytest.mark.parametrize(
    ("reduction", "whole"),
    [
        # -6.4 is carried onto 20.9: 14.5
        ((-6.4, 20.9), [0, 14]),
        # -6.4 takes all of 4.2, the other 2.2 are of 20.9: 18.7
        ((-6.4, 4.2, 20.9), [0, 0, 18]),
        # no gain comes later: of 10.5 before 4.1 are left; 8.3 - 2 stays above
        ((8.3, 10.5, -6.4), [8, 4, 0]),
        # the latest first: 3.5 goes wholly, 2.9 of 8.3: 5.4
        ((8.3, 3.5, -6.4), [5, 0, 0]),
        # forward before back: 8.3 stays, 20.9 - 6.4 = 14.5, in all 22.8
        ((8.3, -6.4, 20.9), [8, 0, 14]),
        ((8.3, -20.0, 4.1), [0, 0, 0]),
        ((-1.0,), [0]),
    ],
)
def test_losses_are_covered_by_hand(reduction: tuple[float, ...], whole: list[float]) -> None:
    assert _whole(*reduction) == whole


def test_a_loss_older_than_the_rule_does_not_expire_and_a_gain_does() -> None:
    """The first two are out. -6.4 is carried onto 20.9 (14.5); 50 is lost and covers nothing."""
    assert _whole(50.0, -6.4, 20.9, out=(0, 1)) == [0, 0, 14]
    assert _whole(-6.4, 50.0, 20.9, out=(0, 1)) == [0, 0, 14]


@settings(deadline=None)
@given(AMOUNTS, st.data())
def test_sum_signs_and_remainders(hundredths: list[int], data: st.DataObject) -> None:
    """Never below 0; in all floor(admitted gains less losses); a tonne only from remainders."""
    admitted = data.draw(
        st.lists(st.booleans(), min_size=len(hundredths), max_size=len(hundredths))
    )
    whole = whole_tonnes(np.array(hundredths) / 100, admitted)
    counted = sum(
        one for one, inside in zip(hundredths, admitted, strict=True) if inside or one < 0
    )
    assert whole.sum() == max(0, math.floor(counted / 100))
    remainder = 0.0
    for own, inside, value in zip(hundredths, admitted, whole, strict=True):
        assert value >= 0
        assert inside or value == 0
        if value:
            # what the vintages before left of whole tonnes is less than one
            assert value < own / 100 + 1
            assert value <= own / 100 + remainder + 1e-6
            remainder = 1 - 1e-2
        elif inside and own > 0:
            remainder = 1 - 1e-2
