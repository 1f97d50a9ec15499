"""Rules of the book of units: which entry may follow those that stand in it."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sinkcalc.ccer.entries import (
    AMENDED,
    CANCELLED,
    CORRECTIONS,
    ISSUED,
    REGISTERED,
    REVERSAL,
    WITHDRAWN,
    Entry,
    of_project,
    registration_day,
)
from sinkcalc.ccer.ledger_back import refuse_correction, refuse_reversal
from sinkcalc.ccer.ledger_cancel import refuse_cancellation
from sinkcalc.ccer.ledger_issue import Registered, refuse_issue
from sinkcalc.ccer.vintages import BatchRule
from sinkcalc.errors import SinkcalcError, UsageProblem

_MOVING: Final = (ISSUED, CANCELLED, REVERSAL)


def admit(
    entries: Sequence[Entry], new: Entry, project: Registered, rule: BatchRule | None
) -> None:
    """Let an entry pass, or say why it may not stand in the book.

    balance = issued - cancelled - reversed, per project and per vintage, at the end of every day:

    - issued of a vintage < its verified reductions + 1, and issued of all vintages <= their
      verified reductions, so that these are rounded down once;
    - cancelled <= balance of the vintage and of the project;
    - reversed <= issued.

    Parameters
    ----------
    entries
        The whole book, in the order of its entries.
    new
        What is to be entered.
    rule
        What the scheme says of batches; none for a methodology outside it.

    Raises
    ------
    UsageProblem
        If the entry itself is not complete.
    SinkcalcError
        If the book forbids it.

    Notes
    -----
    The measures of 2023 (articles 17, 28) rule issue and cancellation. They have no rule on the
    loss of stock after an issue: a reversal is recorded and lowers the balance here, and no unit
    is taken from anyone.
    """
    if new.kind in _MOVING and new.tonnes < 1:
        raise UsageProblem(
            zh="数量应为整吨,至少 1 t CO2e",
            en="the quantity is in whole tonnes, at least 1 t CO2e",
        )
    if new.kind in (REGISTERED, AMENDED, WITHDRAWN, ISSUED):
        _refuse_withdrawn(entries, new)
    if new.kind == ISSUED:
        refuse_issue(entries, new, project, rule)
    elif new.kind == CANCELLED:
        refuse_cancellation(entries, new)
    elif new.kind == REVERSAL:
        refuse_reversal(entries, new)
    elif new.kind in CORRECTIONS.values():
        refuse_correction(entries, new)
    if new.kind != REGISTERED:
        _refuse_unregistered(entries, new)


def refuse_future(new: Entry, today: date) -> None:
    """Refuse an entry of a day that is not yet.

    A correction has the day of the entry that it takes back, whatever that is.

    Raises
    ------
    UsageProblem
        Naming both days.
    """
    if new.corrects is None and new.entry_date > today:
        raise UsageProblem(
            zh=f"日期 {new.entry_date} 晚于今天({today});账簿只记已发生的事",
            en=f"{new.entry_date} is after today, {today}: the book holds what has happened",
        )


def is_withdrawn(entries: Sequence[Entry], project_id: str) -> bool:
    """Tell whether a project was withdrawn."""
    return any(entry.kind == WITHDRAWN for entry in of_project(entries, project_id))


def _refuse_unregistered(entries: Sequence[Entry], new: Entry) -> None:
    first = registration_day(entries, new.project_id)
    if first is not None and new.entry_date < first:
        raise SinkcalcError(
            zh=f"日期 {new.entry_date} 早于项目 {new.project_id} 的登记日 {first};登记日期有误时,"
            "用 ledger register --date 以更早的日期再登记一次",
            en=f"{new.entry_date} is before the registration of {new.project_id} on {first}; if "
            "that day is wrong, register once more with the earlier one: ledger register --date",
        )


def _refuse_withdrawn(entries: Sequence[Entry], new: Entry) -> None:
    if is_withdrawn(entries, new.project_id):
        raise SinkcalcError(
            zh=f"项目 {new.project_id} 已撤销;撤销的项目不能再登记(管理办法第十六条)",
            en=f"the project {new.project_id} was withdrawn; a withdrawn project is not registered "
            "again (article 16 of the measures)",
        )
