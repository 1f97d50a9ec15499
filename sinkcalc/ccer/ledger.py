"""Rules of the book of units: which entry may follow those that stand in it."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    balance_of,
    of_project,
    standing,
)
from sinkcalc.ccer.ledger_use import (
    refuse_cancellation,
    refuse_correction,
    refuse_other_count,
    refuse_reversal,
)
from sinkcalc.ccer.serials import alike
from sinkcalc.ccer.vintages import BatchRule, oldest_day
from sinkcalc.errors import SinkcalcError, UsageProblem

_MOVING: Final = (ISSUED, CANCELLED, REVERSAL)


@dataclass(frozen=True)
class Registered:
    """What the rules have to know of a registered project.

    Attributes
    ----------
    version
        The version that holds now.
    crediting_start, crediting_end
        First and last day of the crediting period.
    """

    project_id: str
    version: int
    crediting_start: date
    crediting_end: date


def admit(
    entries: Sequence[Entry], new: Entry, project: Registered, rule: BatchRule | None
) -> None:
    """Let an entry pass, or say why it may not stand in the book.

    balance = issued - cancelled - reversed, per project and per vintage, at the end of every day:

    - issued of a vintage <= verified reductions of that vintage, whole tonnes;
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
        _refuse_period(new, project, rule)
        _refuse_amount(entries, new)
        _refuse_units(entries, new)
    elif new.kind == CANCELLED:
        refuse_cancellation(entries, new)
    elif new.kind == REVERSAL:
        refuse_reversal(entries, new)
    elif new.kind in CORRECTIONS.values():
        refuse_correction(entries, new)


def is_withdrawn(entries: Sequence[Entry], project_id: str) -> bool:
    """Tell whether a project was withdrawn."""
    return any(entry.kind == WITHDRAWN for entry in of_project(entries, project_id))


def _refuse_withdrawn(entries: Sequence[Entry], new: Entry) -> None:
    if is_withdrawn(entries, new.project_id):
        raise SinkcalcError(
            zh=f"项目 {new.project_id} 已撤销;撤销的项目不能再登记(管理办法第十六条)",
            en=f"the project {new.project_id} was withdrawn; a withdrawn project is not registered "
            "again (article 16 of the measures)",
        )


def _refuse_period(new: Entry, project: Registered, rule: BatchRule | None) -> None:
    """Hold the days in which reductions arose against vintage, measures and crediting period."""
    first, last, applied = new.first_day, new.last_day, new.applied_on
    if first is None or last is None or applied is None or new.vintage is None:
        raise UsageProblem(
            zh="签发须有产生年度、起止日和申请登记日",
            en="an issue needs its vintage, first and last day, and the day of the application",
        )
    if first > last or {first.year, last.year} != {new.vintage}:
        raise UsageProblem(
            zh=f"起止日 {first}–{last} 应在产生年度 {new.vintage} 内且先后有序",
            en=f"first and last day {first} to {last} should be in order and in the vintage "
            f"{new.vintage}",
        )
    if applied > new.entry_date or last >= applied:
        raise UsageProblem(
            zh=f"次序应为:产生({last} 止)、申请登记({applied})、登记({new.entry_date})",
            en=f"the order is: reductions (to {last}), application ({applied}), registration "
            f"({new.entry_date})",
        )
    if first < project.crediting_start or last > project.crediting_end:
        raise SinkcalcError(
            zh=f"{first}–{last} 不全在项目 {new.project_id} 的计入期 "
            f"{project.crediting_start}–{project.crediting_end} 内(管理办法第十七条(四))",
            en=f"{first} to {last} is not wholly in the crediting period of {new.project_id}, "
            f"{project.crediting_start} to {project.crediting_end} (article 17 (4) of the "
            "measures)",
        )
    if rule is not None:
        _refuse_batch(first, applied, rule)


def _refuse_batch(first: date, applied: date, rule: BatchRule) -> None:
    """Hold the first day of reductions against the day of the scheme and that of the batch."""
    if first <= rule.after:
        raise SinkcalcError(
            zh=f"减排量应产生于 {rule.after} 之后,这里自 {first} 起"
            "(管理办法第十七条(三));用 --first-day 给出之后的起日",
            en=f"reductions arise after {rule.after}, these from {first} (article "
            "17 (3) of the measures); give a later day with --first-day",
        )
    earliest = oldest_day(applied, rule.years)
    if first < earliest:
        raise SinkcalcError(
            zh=f"减排量应产生于申请登记之日({applied})前 {rule.years} "
            f"年以内,即 {earliest} 起;这里自 {first} 起(管理办法第十七条)",
            en=f"reductions arise within {rule.years} years before the "
            f"application ({applied}), from {earliest} on; these from {first} (article 17 of the "
            "measures)",
        )


def _refuse_amount(entries: Sequence[Entry], new: Entry) -> None:
    if new.verified_t is None or not new.document:
        raise UsageProblem(
            zh="签发须有该年度经核查的减排量(--verified-amount)和文件(--document,如核查报告编号)",
            en="an issue needs the verified reductions of the vintage (--verified-amount) and the "
            "document that says so (--document, as the number of the report)",
        )
    before = balance_of(of_project(entries, new.project_id, new.vintage)).issued
    if before + new.tonnes > new.verified_t:
        raise SinkcalcError(
            zh=f"项目 {new.project_id} {new.vintage} 年度:已签发 {before} t,再签发 {new.tonnes} t "
            f"超过经核查的 {new.verified_t} t CO2e",
            en=f"project {new.project_id}, vintage {new.vintage}: {before} t are issued, and "
            f"{new.tonnes} t more exceed the verified {new.verified_t} t CO2e",
        )


def _refuse_units(entries: Sequence[Entry], new: Entry) -> None:
    """Refuse units that were issued before: by serial numbers, else by batch."""
    issued = [entry for entry in standing(entries) if entry.kind == ISSUED]
    serials = new.serials
    if serials is not None:
        refuse_other_count(new)
        for entry in issued:
            held = entry.serials
            if held is not None and serials.common(held):
                raise SinkcalcError(
                    zh=f"编号 {serials} 中有 {serials.common(held)} 个已在第 {entry.entry_no} "
                    f"笔签发(项目 {entry.project_id},{held})",
                    en=f"{serials.common(held)} of the serial numbers {serials} were issued by "
                    f"entry {entry.entry_no} (project {entry.project_id}, {held})",
                )
    elif not new.batch:
        raise UsageProblem(
            zh="签发须有编号(--serial-from、--serial-to)或批次(--batch)",
            en="an issue needs serial numbers (--serial-from, --serial-to) or a batch (--batch)",
        )
    else:
        for entry in issued:
            if entry.serials is None and alike(entry.batch, new.batch):
                raise SinkcalcError(
                    zh=f"批次 {new.batch} 已在第 {entry.entry_no} 笔签发(项目 {entry.project_id})",
                    en=f"the batch {new.batch} was issued by entry {entry.entry_no} (project "
                    f"{entry.project_id})",
                )
