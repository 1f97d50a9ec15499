"""Years without forest before the start, of stands that were surveyed in another year."""

import polars as pl

from sinkcalc.pipeline.parcel_land import _before_start

STANDS = pl.DataFrame(
    {
        "stand_id": ["bare", "bare late", "forest", "new"],
        "non_forest_years": [8.0, 3.0, 0.0, None],
        "non_forest_years_at_least": [True, True, False, False],
    }
)


def test_years_after_the_start_do_not_count() -> None:
    """Surveyed in 2023, started in 2018: bare since 2015 are 3 years before it, since 2020 none."""
    found = _before_start(STANDS, 2023 - 2018)
    assert found["non_forest_years"].to_list() == [3.0, None, 0.0, None]
    assert found["non_forest_years_at_least"].to_list() == [True, False, False, False]


def test_a_survey_before_the_start_counts_as_it_stands() -> None:
    assert _before_start(STANDS, 2023 - 2024).equals(STANDS)
