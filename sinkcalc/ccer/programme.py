"""Limits of the voluntary scheme: days and years that no project may replace by its own."""

from datetime import date, datetime
from typing import Final

from sinkcalc.ccer.vintages import BatchRule
from sinkcalc.coefficients.packs import Pack

FIRST_START: Final = "first_start_date"
_FIRST_VINTAGE: Final = "first_vintage_date"
_YEARS: Final = "vintage_years"
LIMITS: Final = (FIRST_START, _FIRST_VINTAGE, _YEARS)
_COMPACT: Final = "%Y%m%d"


def limits_of(pack: Pack) -> dict[str, float]:
    """Return the limits that a pack has of the scheme; none where it is of no scheme."""
    rows = pack.tables["parameters"].select("symbol", "value").iter_rows()
    return {symbol: value for symbol, value in rows if symbol in LIMITS}


def first_start(pack: Pack) -> date:
    """Return the day after which a project has to have started."""
    return _day(limits_of(pack)[FIRST_START])


def batch_rule(pack: Pack) -> BatchRule | None:
    """Return what the scheme says of a batch of reductions; None where it is of no scheme."""
    limits = limits_of(pack)
    if _FIRST_VINTAGE not in limits or _YEARS not in limits:
        return None
    return BatchRule(_day(limits[_FIRST_VINTAGE]), round(limits[_YEARS]))


def _day(value: float) -> date:
    return datetime.strptime(f"{value:.0f}", _COMPACT).date()
