"""Years in which reductions arise, and which of them a batch may hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from sinkcalc.ccer.numbers import Floats, round_down
from sinkcalc.ccer.periods import anniversary
from sinkcalc.ccer.plan import Period
from sinkcalc.schemas.ccer_monitoring import VINTAGE_OUTCOMES

CREDITABLE, BEFORE_FIRST, TOO_OLD, NO_APPLICATION = VINTAGE_OUTCOMES
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Vintage:
    """Days of one calendar year, with one outcome.

    Attributes
    ----------
    first, last
        Both belong to it.
    outcome
        One of `VINTAGE_OUTCOMES`.
    """

    first: date
    last: date
    outcome: str

    @property
    def year(self) -> int:
        """Calendar year."""
        return self.first.year

    @property
    def days(self) -> int:
        """How long it is."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class BatchRule:
    """What the scheme says of the reductions of a batch.

    Attributes
    ----------
    after
        Reductions arise after this day.
    years
        Before the application for the batch, at most.
    """

    after: date
    years: int


def oldest_day(application: date, years: int) -> date:
    """Return the first day of so many years before an application.

    Of 29 February it is 1 March of a year that has none.
    """
    return anniversary(application, -years)


def latest_application(first: date, years: int) -> date:
    """Return the last day of an application that has a day within so many years before it."""
    latest = anniversary(first, years)
    return latest if oldest_day(latest, years) <= first else latest - _DAY


def split_into_vintages(
    first: date, last: date, rule: BatchRule | None, application: date | None
) -> tuple[Vintage, ...]:
    """Split an interval into calendar years, and at the days on which the rules begin.

    Parameters
    ----------
    first, last
        Of the interval, both within it.
    rule
        None for a methodology outside the scheme: every vintage may be applied for.
    application
        Day of the application for the batch; without it what the first rule lets pass is not
        judged by the second.

    Returns
    -------
    Vintages in order.

    Notes
    -----
    Source: MEASURES2023, 第十七条: "产生于2020年9月22日之后", "应当在其申请登记之日前五年以内"
    (read). The day itself of the first is not after it.
    """
    first_day = first if rule is None else rule.after + _DAY
    oldest = None
    if application is not None and rule is not None:
        oldest = oldest_day(application, rule.years)
    begins = {first, *(date(year, 1, 1) for year in range(first.year + 1, last.year + 1))}
    if first < first_day <= last:
        begins.add(first_day)
    if oldest is not None and max(first, first_day) < oldest <= last:
        begins.add(oldest)
    ordered = sorted(begins)
    ends = [day - _DAY for day in ordered[1:]] + [last]

    def outcome(day: date) -> str:
        if rule is None:
            return CREDITABLE
        if day < first_day:
            return BEFORE_FIRST
        if oldest is None:
            return NO_APPLICATION
        return TOO_OLD if day < oldest else CREDITABLE

    return tuple(
        Vintage(begin, end, outcome(begin)) for begin, end in zip(ordered, ends, strict=True)
    )


def whole_tonnes(reduction: Floats, admitted: Sequence[bool]) -> Floats:
    """Return the whole tonnes of each vintage that a batch may hold.

    A loss is carried forward onto later gains; what is left of it at the end is taken back from
    the gains before, the latest first. What then is left of each vintage is added up and rounded
    down: a vintage has the difference of two such sums.

    Parameters
    ----------
    reduction
        One value a vintage, in their order, t CO2e.
    admitted
        Whether the rules let a vintage into the batch. A gain of one that they do not is lost; a
        loss of it is covered by the batch all the same.

    Returns
    -------
    Whole t CO2e, 0 or more. Their sum is that of the gains admitted less all losses, rounded down,
    or 0. No vintage exceeds its own reduction by more than the part of a tonne that those before
    left.
    """
    kept = np.where(np.asarray(admitted), reduction, np.minimum(reduction, 0.0))
    left = np.zeros(kept.size)
    loss = 0.0
    for place, own in enumerate(kept):
        left[place] = max(own - loss, 0.0)
        loss = max(loss - own, 0.0)
    for place in reversed(range(left.size)):
        taken = min(left[place], loss)
        left[place] -= taken
        loss -= taken
    return np.diff(round_down(np.cumsum(left)), prepend=0.0)


def of_vintages(yearly: Floats, periods: Sequence[Period], vintages: Sequence[Vintage]) -> Floats:
    """Return what a figure of the crediting period's years has in each vintage.

    A year counts by the share of its days that lie in the vintage.

    Parameters
    ----------
    yearly
        One value a period; that of period 0, the day before, does not count.
    """
    shares = np.array(
        [
            [_common_days(vintage, period) / _length(period) for period in periods[1:]]
            for vintage in vintages
        ]
    )
    return np.asarray(shares @ yearly[1:])


def _length(period: Period) -> int:
    return (period.last - period.first).days + 1


def _common_days(vintage: Vintage, period: Period) -> int:
    begin, end = max(vintage.first, period.first), min(vintage.last, period.last)
    return max((end - begin).days + 1, 0)
