"""Stocks of a project without a single tree."""

from sinkcalc.ccer.removals import stratum_stocks
from tests.made_ccer_project import bamboo, planned, project, stratum


def test_bamboo_alone_has_stocks_and_neither_age_nor_volume() -> None:
    """Two strata of bamboo and nothing else; a stock a year, from the day before the first."""
    made = project(
        stratum("B1", bamboo("two", 2, 10, 1000)),
        stratum("B2", bamboo("four", 4, 9, 1500)),
        methodology="AR-CM-002-V01",
    )
    plan, results = planned(made)
    rows = stratum_stocks(plan, results)
    assert rows.height == 2 * len(plan.periods)
    assert rows["age_years"].null_count() == rows["volume_m3_per_ha"].null_count() == rows.height
    assert rows["extrapolated"].null_count() == rows.height
    assert (rows["co2e_t"] > 0).all()
