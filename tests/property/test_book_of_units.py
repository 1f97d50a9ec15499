"""Whatever is tried, the book never holds more than was verified, nor uses a unit twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sinkcalc.ccer.entries import (
    CANCELLED,
    CORRECTIONS,
    EVENT,
    ISSUED,
    REVERSAL,
    Entry,
    balance_of,
    chained,
    correction_of,
    entry_hash,
    least_balance,
    of_project,
    standing,
)
from sinkcalc.ccer.ledger import admit
from sinkcalc.ccer.ledger_checks import check_book
from sinkcalc.ccer.ledger_issue import Registered
from sinkcalc.ccer.ledger_tables import balance_table, event_table
from sinkcalc.ccer.vintages import BatchRule
from sinkcalc.errors import SinkcalcError

PROJECTS = {name: Registered(name, 1, date(2019, 1, 1), date(2040, 12, 31)) for name in ("p", "q")}
RULE = BatchRule(date(2020, 9, 22), 5)
Draw = Callable[[Any], Any]
VERIFIED = {2021: Decimal("30.7"), 2022: Decimal("12")}

_days = st.integers(0, 900).map(lambda n: date(2023, 6, 1) + timedelta(n))


def _numbers(first: int | None, quantity: int) -> dict[str, str | None]:
    if first is None:
        return {}
    return {"serial_from": f"A-{first:04d}", "serial_to": f"A-{first + quantity - 1}"}


def _issue(draw: Draw) -> Entry:
    vintage, day = draw(st.sampled_from([2021, 2022])), draw(_days)
    quantity = draw(st.integers(0, 20))
    return Entry(
        project_id=draw(st.sampled_from(["p", "q"])),
        version=1,
        kind=ISSUED,
        entry_date=day,
        quantity_t=quantity,
        vintage=vintage,
        first_day=date(vintage, 1, 1),
        last_day=date(vintage, 12, 31),
        applied_on=day,
        verified_t=VERIFIED[vintage],
        batch=draw(st.sampled_from(["B1", "B2", "B3", "B4"])),
        document="report",
        **_numbers(draw(st.one_of(st.none(), st.integers(1, 60))), quantity),  # type: ignore[arg-type]
    )


def _use(draw: Draw, issue: Entry) -> Entry:
    """Cancel or reverse some units of an issue, or nearly."""
    quantity = draw(st.integers(1, issue.tonnes + 2))
    shift = draw(st.integers(-1, 8))
    serials = issue.serials
    first = None if serials is None else max(1, serials.first + shift)
    kind = draw(st.sampled_from([CANCELLED, CANCELLED, CANCELLED, REVERSAL]))
    taken = Entry(
        project_id=issue.project_id,
        version=1,
        kind=kind,
        entry_date=issue.entry_date + timedelta(draw(st.integers(-1, 200))),
        quantity_t=quantity,
        vintage=issue.vintage,
        note="fire",
    )
    if kind == REVERSAL:
        return _with(taken, vintage=draw(st.sampled_from([None, issue.vintage])))
    return _with(
        taken,
        purpose=EVENT,
        event_name=draw(st.sampled_from(["expo", "marathon"])),
        document=draw(st.sampled_from(["d1", "d2", "d3", "d4", "d5", None])),
        batch=draw(st.sampled_from([None, issue.batch])),
        **_numbers(first, quantity),
    )


def _attempt(draw: Draw, book: list[Entry]) -> Entry:
    moving = [entry for entry in book if entry.kind in CORRECTIONS]
    issues = [entry for entry in moving if entry.kind == ISSUED]
    chance = draw(st.integers(0, 9))
    if moving and chance == 0:
        return correction_of(draw(st.sampled_from(moving)), "slip", "letter")
    if issues and chance > 3:
        return _use(draw, draw(st.sampled_from(issues)))
    return _issue(draw)


def _with(entry: Entry, **fields: object) -> Entry:
    return replace(entry, **fields)  # type: ignore[arg-type]


def _enter(book: list[Entry], what: Entry) -> bool:
    try:
        admit(book, what, PROJECTS[what.project_id], RULE)
    except SinkcalcError:
        return False
    book.append(chained(what, book))
    return True


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(1, 25))
def test_no_sequence_breaks_the_book(data: st.DataObject, attempts: int) -> None:
    book: list[Entry] = []
    for _ in range(attempts):
        before = list(book)
        assert _enter(book, _attempt(data.draw, book)) or book == before
        for name in PROJECTS:
            own = of_project(book, name)
            whole = balance_of(own)
            # the sum of all entries with their signs is the balance
            assert sum(entry.moved for entry in own) == whole.balance
            assert 0 <= whole.cancelled <= whole.issued
            assert 0 <= whole.reversed_ <= whole.issued
            assert whole.balance <= whole.issued
            assert whole.debt == max(0, whole.cancelled + whole.reversed_ - whole.issued)
            if not whole.reversed_:
                assert least_balance(own, date.min) >= 0
            for vintage, verified in VERIFIED.items():
                sums = balance_of(of_project(own, name, vintage))
                assert sums.issued <= verified
                assert sums.cancelled <= sums.issued
        _no_unit_twice(book)
    _tables_agree(book)
    assert [p for p in check_book(book, _registered) if p.check != "negative_balance"] == []


def _registered(name: str, version: int) -> tuple[Registered, BatchRule]:
    assert version == 1
    return PROJECTS[name], RULE


def _units(entries: list[Entry], kind: str) -> list[int]:
    """Write out every unit of a kind, one by one."""
    return [
        number
        for entry in standing(entries)
        if entry.kind == kind and entry.serials is not None
        for number in range(entry.serials.first, entry.serials.last + 1)
    ]


def _no_unit_twice(book: list[Entry]) -> None:
    issued, cancelled = _units(book, ISSUED), _units(book, CANCELLED)
    assert len(issued) == len(set(issued))
    assert len(cancelled) == len(set(cancelled))
    for name in PROJECTS:
        own = of_project(book, name)
        assert set(_units(own, CANCELLED)) <= set(_units(own, ISSUED))
    # a document is claimed for one event
    claims: dict[str, set[str | None]] = {}
    for entry in standing(book):
        if entry.kind == CANCELLED and entry.document:
            claims.setdefault(entry.document, set()).add(entry.event_name)
    assert all(len(events) == 1 for events in claims.values())


def _tables_agree(book: list[Entry]) -> None:
    rows = balance_table(book, dict.fromkeys(PROJECTS, "name"), ())
    whole = rows.filter(pl.col("vintage").is_null())
    assert whole["balance_t"].sum() == sum(entry.moved for entry in book)
    split = rows.filter(pl.col("vintage").is_not_null())
    for column in ("issued_t", "cancelled_t"):
        assert whole[column].sum() == split[column].sum()
    assert event_table(book, ())["cancelled_t"].sum() == whole["cancelled_t"].sum()


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 15))
def test_a_changed_entry_is_seen(data: st.DataObject, attempts: int) -> None:
    book: list[Entry] = []
    for _ in range(attempts):
        _enter(book, _attempt(data.draw, book))
    if not book:
        return
    place = data.draw(st.integers(0, len(book) - 1))
    changed = _with(book[place], note="another note")
    last = book[place - 1].entry_id if place else ""
    assert entry_hash(changed, last) != book[place].entry_id
    found = check_book([*book[:place], changed, *book[place + 1 :]], _registered)
    assert ("chain", changed.entry_no) in {(p.check, p.entry_no) for p in found}
