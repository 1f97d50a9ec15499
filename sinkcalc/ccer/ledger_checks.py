"""The book of units checked from its first entry: what does not hold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from sinkcalc.ccer.entries import (
    ISSUED,
    Entry,
    balance_of,
    entry_hash,
    of_project,
    standing,
)
from sinkcalc.ccer.ledger import admit
from sinkcalc.ccer.ledger_issue import Registered
from sinkcalc.ccer.vintages import BatchRule
from sinkcalc.errors import SinkcalcError


@dataclass(frozen=True)
class Problem:
    """A row of `LedgerProblem`."""

    severity: str
    check: str
    project_id: str | None
    entry_no: int | None
    reason_zh: str
    reason_en: str


def check_book(
    entries: Sequence[Entry],
    registered: Callable[[str, int], tuple[Registered, BatchRule | None]],
) -> list[Problem]:
    """Let every entry pass the rules once more, and compare hashes and balances.

    Parameters
    ----------
    registered
        Gives a version of a project, and what its scheme says of batches.
    """
    found = _broken_chain(entries)
    for place, entry in enumerate(entries):
        try:
            admit(entries[:place], entry, *registered(entry.project_id, entry.version))
        except SinkcalcError as error:
            found.append(
                Problem("error", "rule", entry.project_id, entry.entry_no, error.zh, error.en)
            )
    return found + _debts(entries)


def _broken_chain(entries: Sequence[Entry]) -> list[Problem]:
    """Name the first entry that is not the one that was written."""
    last = ""
    for place, entry in enumerate(entries):
        if entry.entry_no != place + 1 or entry.entry_id != entry_hash(entry, last):
            return [
                Problem(
                    "error",
                    "chain",
                    entry.project_id,
                    entry.entry_no,
                    f"第 {entry.entry_no} 笔或它之前的记录在写入后被改动、删除或插入",
                    f"entry {entry.entry_no}, or one before it, was changed, removed or put in "
                    "after it was written",
                )
            ]
        last = entry.entry_id
    return []


def _debts(entries: Sequence[Entry]) -> list[Problem]:
    found = []
    for project_id in sorted({entry.project_id for entry in entries}):
        own = of_project(entries, project_id)
        vintages = sorted({entry.vintage for entry in own if entry.vintage is not None})
        for vintage in (*vintages, None):
            sums = balance_of(of_project(own, project_id, vintage))
            if sums.debt:
                zh, en = ("", "") if vintage is None else (f" {vintage} 年度", f", {vintage}")
                found.append(
                    Problem(
                        "error",
                        "negative_balance",
                        project_id,
                        None,
                        f"项目 {project_id}{zh} 余额 {sums.balance} t:已注销 {sums.cancelled} t,"
                        f"已逆转 {sums.reversed_} t,超过签发的 {sums.issued} t",
                        f"project {project_id}{en}: balance {sums.balance} t, since "
                        f"{sums.cancelled} t cancelled and {sums.reversed_} t reversed exceed the "
                        f"{sums.issued} t issued",
                    )
                )
    return found


def over_expectation(
    entries: Iterable[Entry], project_id: str, removals: pl.DataFrame
) -> list[Problem]:
    """Warn where more was issued than was expected before the fact, and err outside the period.

    At the end of every issue: sum of what was issued for days up to it <= the cumulative
    creditable amount at the end of the year of the crediting period that holds its last day.

    Parameters
    ----------
    removals
        `first_day`, `last_day`, `creditable_t` of the version that holds now.
    """
    issues = [
        entry
        for entry in standing(of_project(entries, project_id))
        if entry.kind == ISSUED and entry.last_day is not None
    ]
    found = []
    sums: dict[date, int] = {}
    total = 0
    for entry in sorted(issues, key=lambda one: (one.last_day or date.min, one.entry_no)):
        total += entry.tonnes
        sums[entry.last_day or date.min] = total
    for last, issued in sums.items():
        year = removals.filter(pl.col("first_day") <= last, pl.col("last_day") >= last)
        if year.is_empty():
            continue
        expected = year["creditable_t"][0]
        if issued > expected:
            found.append(
                Problem(
                    "warning",
                    "over_expectation",
                    project_id,
                    None,
                    f"项目 {project_id} 至 {last} 累计签发 {issued} t,登记时预计 {expected} t",
                    f"project {project_id}: {issued} t issued for the time to {last}, "
                    f"{expected} t were expected when it was registered",
                )
            )
    return found
