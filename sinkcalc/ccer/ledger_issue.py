"""Rules of the book of units for issues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sinkcalc.ccer.entries import (
    ISSUED,
    Entry,
    balance_of,
    of_project,
    standing,
    verified_by_vintage,
)
from sinkcalc.ccer.ledger_units import refuse_other_count
from sinkcalc.ccer.serials import alike
from sinkcalc.ccer.vintages import BatchRule, oldest_day
from sinkcalc.errors import SinkcalcError, UsageProblem


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


def refuse_issue(
    entries: Sequence[Entry], new: Entry, project: Registered, rule: BatchRule | None
) -> None:
    """Refuse units of days outside the rules, above what was verified, or issued before.

    Raises
    ------
    UsageProblem
        If the entry is not complete.
    SinkcalcError
        If the book or the scheme forbids it.
    """
    _refuse_period(new, project, rule)
    _refuse_amount(entries, new)
    _refuse_units(entries, new)


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
    """Hold what is issued against what was verified, of the vintage and of all together.

    Rounded down is the sum of the vintages, once: one of them may have the tonne that parts of
    others make up.
    """
    if new.verified_t is None or not new.document:
        raise UsageProblem(
            zh="签发须有该年度经核查的减排量(--verified-amount)和文件(--document,如核查报告编号)",
            en="an issue needs the verified reductions of the vintage (--verified-amount) and the "
            "document that says so (--document, as the number of the report)",
        )
    own = of_project(entries, new.project_id)
    before = balance_of(of_project(own, new.project_id, new.vintage)).issued
    if before + new.tonnes >= new.verified_t + 1:
        raise SinkcalcError(
            zh=f"项目 {new.project_id} {new.vintage} 年度:已签发 {before} t,再签发 {new.tonnes} t "
            f"超过经核查的 {new.verified_t} t CO2e",
            en=f"project {new.project_id}, vintage {new.vintage}: {before} t are issued, and "
            f"{new.tonnes} t more exceed the verified {new.verified_t} t CO2e",
        )
    issued = balance_of(own).issued + new.tonnes
    verified = sum(verified_by_vintage([*own, new]).values(), Decimal(0))
    if issued > verified:
        raise SinkcalcError(
            zh=f"项目 {new.project_id}:连同 {new.vintage} 年度的 {new.tonnes} t,各年度共签发 "
            f"{issued} t,超过各年度经核查合计 {verified} t CO2e 向下取整;"
            "由其他年度余数凑成的 1 t,先记入那些年度",
            en=f"project {new.project_id}: with these {new.tonnes} t of {new.vintage}, {issued} t "
            f"of all vintages exceed the {verified} t CO2e that were verified of them, rounded "
            "down; a tonne made up by parts of other vintages comes after these",
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
