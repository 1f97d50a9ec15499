"""The city's need among its counties adds up exactly, and goes by area times potential."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinkcalc.accounting.allocation import CountyForest, allocate, decimal_of


def _county(code: str, area: str, stock: str, later: float) -> CountyForest:
    return CountyForest(code, Decimal(area), Decimal(stock), later)


def test_shares_by_area_times_potential() -> None:
    """100 ha that add 3 m3/ha each and 50 ha that add 2: 300 to 100, three to one."""
    counties = [_county("A", "100", "1000", 1300.0), _county("B", "50", "500", 600.0)]
    assert [one.potential_m3_per_ha for one in counties] == [3.0, 2.0]
    found = allocate(Decimal(1000), counties)
    assert [found[code].share for code in "AB"] == [0.75, 0.25]
    assert [found[code].needed_m3 for code in "AB"] == [750, 250]


def test_the_largest_remainder_gets_the_last_units() -> None:
    """0.0004 m3 to weights 5, 3, 2: 2.0, 1.2, 0.8 units of 1e-4; the third gets the one left.

    0.0001 m3 to three equal weights: the first by region code.
    """
    counties = [_county(c, "1", "0", w) for c, w in (("A", 5.0), ("B", 3.0), ("C", 2.0))]
    found = allocate(Decimal("0.0004"), counties)
    assert [found[code].needed_m3 for code in "ABC"] == [
        *(Decimal("0.0002"), Decimal("0.0001"), Decimal("0.0001"))
    ]
    equal = [_county(c, "1", "0", 1.0) for c in "CAB"]
    found = allocate(Decimal("0.0001"), equal)
    assert {code: share.needed_m3 for code, share in found.items() if share.needed_m3} == {
        "A": Decimal("0.0001")
    }


def test_a_county_without_arbor_forest_or_growth_gets_nothing() -> None:
    """New forest of a county without any, and a stock that falls, are no potential."""
    counties = [
        _county("A", "0", "0", 500.0),
        _county("B", "10", "100", 90.0),
        _county("C", "10", "100", 110.0),
    ]
    found = allocate(Decimal(7), counties)
    assert [found[code].needed_m3 for code in "ABC"] == [0, 0, 7]
    assert [one.potential_m3_per_ha for one in counties] == [0, -1, 1]
    assert allocate(Decimal(7), counties[:2]) == {}


UNITS = st.integers(1, 10**13)
WEIGHTS = st.lists(st.floats(0, 1e9), min_size=1, max_size=15).filter(any)


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(UNITS, WEIGHTS)
def test_the_shares_add_up_exactly(units: int, weights: list[float]) -> None:
    """To the last of 1e-4 m3, and none is further than one unit from its exact part."""
    need = Decimal(units).scaleb(-4)
    counties = [_county(f"{i:02}", "1", "0", weight) for i, weight in enumerate(weights)]
    found = allocate(need, counties)
    assert sum(share.needed_m3 for share in found.values()) == need
    whole = sum(map(Decimal, weights))
    for weight, share in zip(weights, found.values(), strict=True):
        exact = need * Decimal(weight) / whole
        assert abs(share.needed_m3 - exact) <= Decimal("0.0001") + exact * Decimal("1e-20")


@pytest.mark.parametrize(
    ("value", "exact"), [(77.9e6, "77900000.0000"), (0.00005, "0.0000"), (12.34565, "12.3456")]
)
def test_a_target_becomes_a_decimal_of_four_places(value: float, exact: str) -> None:
    """Half of the last digit goes to the even one."""
    assert str(decimal_of(value)) == exact
