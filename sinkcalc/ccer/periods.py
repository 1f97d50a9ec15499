"""Years of a crediting period, and what happens in which of them."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from sinkcalc.ccer.numbers import Floats, Integers
from sinkcalc.ccer.plan import Period
from sinkcalc.ccer.project import Removal, Series

_DAY = timedelta(days=1)


def anniversary(start: date, years: int) -> date:
    """Return the day so many years after a day; 1 March where 29 February is missing."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def periods_of(start: date, years: int) -> tuple[Period, ...]:
    """Return the years of a crediting period.

    Parameters
    ----------
    start
        First day.
    years
        Its length.

    Returns
    -------
    Period 0, which is the day before, then 1 to `years`: from the anniversary of the first day to
    the day before the next.
    """
    days = [anniversary(start, number) for number in range(years + 1)]
    return (
        Period(0, start - _DAY, start - _DAY),
        *(Period(t, days[t - 1], days[t] - _DAY) for t in range(1, years + 1)),
    )


def last_years(periods: Sequence[Period]) -> Integers:
    """Return the calendar year in which each period ends: stocks are those of that day."""
    return np.array([period.last.year for period in periods], dtype=np.int64)


def ages(planted: int, periods: Sequence[Period]) -> Floats:
    """Return the age of trees at the end of each period, years; 0 before they are planted."""
    return np.maximum(last_years(periods) - planted, 0).astype(np.float64)


def removed_fraction(removals: Sequence[Removal], periods: Sequence[Period]) -> Floats:
    """Return the fraction of the standing volume that each period takes out.

    A removal of calendar year y belongs to the period that begins in y; one before the crediting
    period to period 0; one after it to none. Two in a period: 1 - (1 - f1)(1 - f2).
    """
    kept = np.ones(len(periods))
    for removal in removals:
        place = max(removal.year - periods[1].first.year + 1, 0)
        if place < len(periods):
            kept[place] *= 1 - removal.fraction
    return 1 - kept


def at_end(series: Series, periods: Sequence[Period]) -> Floats:
    """Return a series at the end of each period: linear between its points, constant outside."""
    if not series:
        return np.zeros(len(periods))
    years, values = zip(*sorted(series), strict=True)
    return np.asarray(np.interp(last_years(periods).astype(np.float64), years, values))


def within(series: Series, periods: Sequence[Period]) -> Floats:
    """Return the sum of what a series has in each period; a year's is of the period begun in it."""
    sums = np.zeros(len(periods))
    for year, value in series:
        place = year - periods[1].first.year + 1
        if 1 <= place < len(periods):
            sums[place] += value
    return sums


def table_volume(
    table: Sequence[tuple[float, float]], planted: int, periods: Sequence[Period]
) -> Floats:
    """Return the growing stock of a growth table at the end of each period, m3/ha.

    Linear between two ages, from 0 at age 0 to the first, constant after the last; 0 before the
    trees are planted.
    """
    volume = table_at(table, ages(planted, periods))
    return np.where(last_years(periods) < planted, 0.0, volume)


def table_at(table: Sequence[tuple[float, float]], age: Floats) -> Floats:
    """Return the growing stock of a growth table at ages in years, m3/ha."""
    points = sorted(table)
    if points[0][0] > 0:
        points.insert(0, (0.0, 0.0))
    known_ages, volumes = zip(*points, strict=True)
    return np.asarray(np.interp(age, known_ages, volumes))
