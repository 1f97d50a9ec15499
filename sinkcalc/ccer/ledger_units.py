"""Units of the book as serial numbers, and as what is left without."""

from collections.abc import Sequence
from datetime import date

from sinkcalc.ccer.entries import ISSUED, REVERSAL, Entry, least_balance, standing
from sinkcalc.ccer.serials import Serials
from sinkcalc.errors import UsageProblem


def refuse_other_count(new: Entry) -> None:
    """Refuse a range of serial numbers that is not as long as the quantity.

    Raises
    ------
    UsageProblem
        Naming both.
    """
    serials = new.serials
    if serials is not None and serials.count != new.tonnes:
        raise UsageProblem(
            zh=f"编号 {serials} 共 {serials.count} 个,数量为 {new.tonnes} t,应相等",
            en=f"the serial numbers {serials} are {serials.count} units, the quantity is "
            f"{new.tonnes} t: they should be the same",
        )


def serials_issued(entries: Sequence[Entry]) -> list[Serials]:
    """Return the ranges of serial numbers that were issued."""
    return [
        entry.serials
        for entry in standing(entries)
        if entry.kind == ISSUED and entry.serials is not None
    ]


def unused(entries: Sequence[Entry], since: date) -> int:
    """Return the least at the end of any day, from a day on, of what is issued less cancelled."""
    return least_balance([entry for entry in entries if entry.kind != REVERSAL], since)
