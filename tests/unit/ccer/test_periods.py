"""Years of the crediting period: days, ages, removals, series."""

from datetime import date

from sinkcalc.ccer.periods import (
    ages,
    at_end,
    periods_of,
    removed_fraction,
    table_volume,
    within,
)
from sinkcalc.ccer.project import Removal

FROM_JULY = periods_of(date(2020, 7, 1), 4)
FROM_NEW_YEAR = periods_of(date(2020, 1, 1), 4)


def test_a_period_ends_the_day_before_the_next() -> None:
    assert [(one.t, one.first, one.last) for one in FROM_JULY[:3]] == [
        (0, date(2020, 6, 30), date(2020, 6, 30)),
        (1, date(2020, 7, 1), date(2021, 6, 30)),
        (2, date(2021, 7, 1), date(2022, 6, 30)),
    ]
    assert FROM_NEW_YEAR[4].last == date(2023, 12, 31)


def test_from_the_29th_of_february() -> None:
    """The anniversary of 29 February is 1 March where there is none; no day is left out."""
    found = periods_of(date(2020, 2, 29), 5)
    assert [one.last for one in found[1:]] == [
        date(2021, 2, 28),
        date(2022, 2, 28),
        date(2023, 2, 28),
        date(2024, 2, 28),
        date(2025, 2, 28),
    ]
    assert [one.first for one in found[2:]] == [
        date(2021, 3, 1),
        date(2022, 3, 1),
        date(2023, 3, 1),
        date(2024, 2, 29),
    ]


def test_ages_are_those_of_the_year_in_which_a_period_ends() -> None:
    """Ends of FROM_JULY: 2020, 2021, 2022, 2023, 2024; of FROM_NEW_YEAR a year less."""
    assert ages(2019, FROM_JULY).tolist() == [1, 2, 3, 4, 5]
    assert ages(2019, FROM_NEW_YEAR).tolist() == [0, 1, 2, 3, 4]
    assert ages(2022, FROM_JULY).tolist() == [0, 0, 0, 1, 2]


def test_a_removal_is_of_the_period_that_begins_in_its_year() -> None:
    """2021 -> period 2 in both; 2019 is before year 0 ends, 2030 after the last."""
    removals = (Removal(2019, 0.5), Removal(2021, 0.2), Removal(2021, 0.5), Removal(2030, 1.0))
    for periods in (FROM_JULY, FROM_NEW_YEAR):
        assert removed_fraction(removals, periods).tolist() == [0.5, 0, 0.6, 0, 0]


def test_series_are_linear_between_and_constant_outside() -> None:
    assert at_end(((2021, 0.1), (2023, 0.3)), FROM_JULY).round(9).tolist() == [
        0.1,
        0.1,
        0.2,
        0.3,
        0.3,
    ]
    assert at_end((), FROM_JULY).tolist() == [0, 0, 0, 0, 0]


def test_fires_are_of_the_period_that_begins_in_their_year() -> None:
    fires = ((2019, 9.0), (2020, 1.0), (2023, 2.0), (2024, 9.0))
    assert within(fires, FROM_JULY).tolist() == [0, 1, 0, 0, 2]


def test_a_table_begins_at_nothing_and_ends_level() -> None:
    """Ages 0, 2, 4, 6, 8: 0; 20·2/5 = 8; 16; 20 + 10·1/5 = 22; 26 at 8 -> level from 7: 24."""
    periods = tuple(FROM_NEW_YEAR[0:1]) + tuple(
        periods_of(date(2020 + 2 * n, 1, 1), 1)[1] for n in range(1, 5)
    )
    assert table_volume(((5, 20), (7, 24)), 2020, periods).tolist() == [0, 8, 16, 22, 24]


def test_a_table_that_begins_at_planting_gives_nothing_before() -> None:
    """Planted 2021, at 3 m3/ha; year 0 and 1 end before, in 2019 and 2020."""
    assert table_volume(((0, 3), (4, 7)), 2021, FROM_NEW_YEAR).tolist() == [0, 0, 3, 4, 5]
