"""Limits of the voluntary scheme."""

from datetime import date

import pytest

from sinkcalc.ccer.programme import batch_rule, first_start, limits_of
from sinkcalc.ccer.vintages import split_into_vintages
from sinkcalc.coefficients.packs import load_pack


@pytest.mark.parametrize("code", ["CCER-14-001-V01", "AR-CM-001-V01"])
def test_limits_are_those_of_the_measures(code: str) -> None:
    """After 22 September 2020, within five years; started after 8 November 2012."""
    pack = load_pack(code)
    rule = batch_rule(pack)
    assert rule is not None
    assert (rule.after, rule.years) == (date(2020, 9, 22), 5)
    assert first_start(pack) == date(2012, 11, 8)
    assert len(limits_of(pack)) == 3


def test_a_methodology_outside_the_scheme_has_none() -> None:
    found = split_into_vintages(date(2015, 7, 1), date(2016, 6, 30), None, date(2026, 1, 1))
    assert [(one.year, one.days, one.outcome) for one in found] == [
        (2015, 184, "creditable"),
        (2016, 182, "creditable"),
    ]
