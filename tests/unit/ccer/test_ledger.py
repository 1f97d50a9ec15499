"""Rules of the book of units, one by one, and what it adds up to."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sinkcalc.ccer.entries import (
    CANCELLED,
    ISSUED,
    REGISTERED,
    REVERSAL,
    WITHDRAWN,
    Entry,
    balance_of,
    chained,
    correction_of,
    least_balance,
    standing,
)
from sinkcalc.ccer.ledger import admit, refuse_future
from sinkcalc.ccer.ledger_issue import Registered
from sinkcalc.ccer.ledger_tables import balance_table, entry_table, event_table
from sinkcalc.ccer.serials import as_compared, covered, parse_serials
from sinkcalc.ccer.vintages import BatchRule
from sinkcalc.errors import SinkcalcError, UsageProblem

PROJECT = Registered("p", 1, date(2020, 1, 1), date(2059, 12, 31))
RULE = BatchRule(date(2020, 9, 22), 5)
ISSUE = Entry(
    project_id="p",
    version=1,
    kind=ISSUED,
    entry_date=date(2024, 6, 30),
    quantity_t=100,
    vintage=2023,
    first_day=date(2023, 1, 1),
    last_day=date(2023, 12, 31),
    applied_on=date(2024, 5, 1),
    verified_t=Decimal("120.9"),
    document="report",
    batch="B",
)
USE = Entry(
    project_id="p",
    version=1,
    kind=CANCELLED,
    entry_date=date(2024, 9, 1),
    quantity_t=40,
    vintage=2023,
    purpose="event",
    event_name="expo",
    event_emissions_t=Decimal(160),
    document="certificate",
)


def _book(*entries: Entry) -> list[Entry]:
    book: list[Entry] = []
    for entry in entries:
        admit(book, entry, PROJECT, RULE)
        book.append(chained(entry, book))
    return book


def test_serial_numbers() -> None:
    """Leading zeros and the width of the characters say nothing."""
    one = parse_serials("CCER-2024-0098", "CCER-2024-0102")
    assert (one.beginning, one.first, one.last, one.count) == ("CCER-2024-", 98, 102, 5)
    assert parse_serials("ccer-2024-98", "CCER-2024-102") == one
    assert parse_serials("CCER-2024-98", "CCER-2024-00102 ") == one
    assert one.common(parse_serials("CCER-2024-102", "CCER-2024-200")) == 1
    assert one.common(parse_serials("CCER-2025-98", "CCER-2025-102")) == 0
    # a range over the border of two issues
    halves = [
        parse_serials("CCER-2024-1", "CCER-2024-99"),
        parse_serials("CCER-2024-100", "CCER-2024-101"),
    ]
    assert covered(one, halves) == 4
    assert covered(one, [*halves, parse_serials("CCER-2024-102", "CCER-2024-102")]) == 5


@pytest.mark.parametrize(
    ("first", "last"), [("A-1", "B-2"), ("A-2", "A-1"), ("A-", "A-1"), ("", "1")]
)
def test_serial_numbers_refused(first: str, last: str) -> None:
    with pytest.raises(UsageProblem):
        parse_serials(first, last)


def test_sums_by_hand() -> None:
    """100 issued, 40 cancelled, 30 lost: 30; the loss names no vintage, whose balance is 60."""
    fire = Entry("p", 1, REVERSAL, date(2025, 1, 1), quantity_t=30, note="fire")
    book = _book(ISSUE, USE, fire)
    sums = balance_of(book)
    assert (sums.issued, sums.cancelled, sums.reversed_, sums.balance, sums.debt) == (
        100, 40, 30, 30, 0,
    )  # fmt: skip
    rows = balance_table(book, {"p": "name"}, ())
    assert rows.select("vintage", "balance_t", "verified_t").rows() == [
        (2023, 60, Decimal("120.9")),
        (None, 30, None),
    ]
    assert entry_table(book, ())["balance_t"].to_list() == [100, 60, 30]
    assert event_table(book, ()).select(
        "event_emissions_t", "cancelled_t", "coverage_fraction", "uncovered_t", "surplus_t"
    ).row(0) == (160, 40, 0.25, 120, 0)


def test_lowest_balance_of_the_days_to_come() -> None:
    """+100 on 30 June, -40 on 1 September, +20 on 1 October: 60 may be taken from July on."""
    more = replace(ISSUE, entry_date=date(2024, 10, 1), quantity_t=20, batch="C")
    book = _book(ISSUE, USE, more)
    assert least_balance(book, date(2024, 6, 29)) == 0
    assert least_balance(book, date(2024, 7, 1)) == 60
    assert least_balance(book, date(2024, 10, 1)) == 80
    assert least_balance(book, date.min) == 0


def test_a_correction_leaves_both_entries_and_moves_the_balance_back() -> None:
    book = _book(ISSUE, USE)
    admit(book, correction_of(book[1], "slip", "letter"), PROJECT, RULE)
    book.append(chained(correction_of(book[1], "slip", "letter"), book))
    assert [entry.kind for entry in book] == [ISSUED, CANCELLED, "cancelled_correction"]
    assert standing(book) == book[:1]
    assert balance_of(book).balance == sum(entry.moved for entry in book) == 100
    assert event_table(book, ()).is_empty()


def test_units_of_two_vintages_are_apart() -> None:
    older = replace(
        ISSUE,
        vintage=2022,
        first_day=date(2022, 1, 1),
        last_day=date(2022, 12, 31),
        quantity_t=10,
        batch="C",
    )
    book = _book(ISSUE, older)
    with pytest.raises(SinkcalcError, match="vintage 2022: 10 t may be cancelled"):
        admit(book, replace(USE, vintage=2022), PROJECT, RULE)


@pytest.mark.parametrize(
    ("applied", "first", "right"),
    [
        # the same day five years before is the first that counts
        (date(2026, 3, 1), date(2021, 3, 1), True),
        (date(2026, 3, 2), date(2021, 3, 1), False),
        # 29 February 2028: of 2023 it is 1 March
        (date(2028, 2, 29), date(2023, 3, 1), True),
        (date(2028, 2, 29), date(2023, 2, 28), False),
        # after 22 September 2020
        (date(2024, 5, 1), date(2020, 9, 23), True),
        (date(2024, 5, 1), date(2020, 9, 22), False),
    ],
)
def test_days_of_a_batch(applied: date, first: date, right: bool) -> None:
    entry = replace(
        ISSUE,
        vintage=first.year,
        first_day=first,
        last_day=date(first.year, 12, 31),
        applied_on=applied,
        entry_date=applied,
    )
    if right:
        admit([], entry, PROJECT, RULE)
        return
    with pytest.raises(SinkcalcError, match="article 17"):
        admit([], entry, PROJECT, RULE)
    # a local scheme has no such rule
    admit([], entry, PROJECT, None)


def test_verified_reductions_are_rounded_down() -> None:
    """Of 120.9 t verified, 120 units: a part of a tonne is none."""
    admit([], replace(ISSUE, quantity_t=120), PROJECT, RULE)
    with pytest.raises(SinkcalcError, match=r"121 t of all vintages exceed the 120.9"):
        admit([], replace(ISSUE, quantity_t=121), PROJECT, RULE)
    book = _book(replace(ISSUE, quantity_t=70))
    with pytest.raises(SinkcalcError, match="70 t are issued"):
        admit(book, replace(ISSUE, quantity_t=52, batch="C"), PROJECT, RULE)
    with pytest.raises(SinkcalcError, match="121 t of all vintages"):
        admit(book, replace(ISSUE, quantity_t=51, batch="C"), PROJECT, RULE)
    admit(book, replace(ISSUE, quantity_t=50, batch="C"), PROJECT, RULE)


def _of_2022(**changed: object) -> Entry:
    days = {"first_day": date(2022, 1, 1), "last_day": date(2022, 12, 31)}
    return replace(ISSUE, vintage=2022, batch="A", **days, **changed)  # type: ignore[arg-type]  # fields by name


def test_the_sum_of_vintages_is_rounded_down_once() -> None:
    """100.9 t of 2022 and 957.2 t of 2023 are 1058.1: 100 and 958 units.

    958 of 957.2 alone is one too many, and 959 is whatever came before: 957.2 + 1 = 958.2. After
    99 of 2022 there are 959 t for 2023 in all, of which it may have 958.
    """
    earlier = _of_2022(quantity_t=100, verified_t=Decimal("100.9"))
    later = replace(ISSUE, quantity_t=958, verified_t=Decimal("957.2"))
    assert balance_of(_book(earlier, later)).issued == 1058
    with pytest.raises(SinkcalcError, match=r"958 t of all vintages exceed the 957.2"):
        admit([], later, PROJECT, RULE)
    for before in (earlier, replace(earlier, quantity_t=99)):
        with pytest.raises(SinkcalcError, match=r"vintage 2023: 0 t .* 959 t more .* 957.2 t"):
            admit(_book(before), replace(later, quantity_t=959), PROJECT, RULE)
    # another project's remainder makes up no tonne
    other = [chained(replace(earlier, project_id="q"), [])]
    with pytest.raises(SinkcalcError, match="of all vintages"):
        admit(other, later, PROJECT, RULE)


def test_days_to_come_are_refused() -> None:
    """A correction has the day of what it takes back, and passes."""
    today = date(2024, 6, 30)
    refuse_future(ISSUE, today)
    with pytest.raises(UsageProblem, match="2024-06-30 is after today, 2024-06-29"):
        refuse_future(ISSUE, date(2024, 6, 29))
    with pytest.raises(UsageProblem, match="2024-09-01 is after today"):
        refuse_future(USE, today)
    refuse_future(correction_of(replace(USE, entry_no=1), "slip", "letter"), today)


def test_nothing_is_before_the_registration() -> None:
    """Registered on 1 July 2024 an issue of 30 June is refused; once more on 1 June it passes."""
    first = Entry("p", 1, REGISTERED, date(2024, 7, 1))
    book = _book(first)
    loss = Entry("p", 1, WITHDRAWN, date(2024, 6, 30), note="sold")
    for entry in (ISSUE, loss):
        with pytest.raises(SinkcalcError, match="before the registration of p on 2024-07-01"):
            admit(book, entry, PROJECT, RULE)
    book = _book(first, replace(first, entry_date=date(2024, 6, 1)))
    admit(book, ISSUE, PROJECT, RULE)


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2212\uff0d")
def test_every_dash_is_one(dash: str) -> None:
    """Hyphens, dashes, minus, full width; blanks and what is not shown count for nothing."""
    plain = parse_serials("CCER-2024-1", "CCER-2024-5")
    one, five = (f"ccer {dash}2024{dash} {number}" for number in (1, 5))
    assert parse_serials(one, five) == plain
    assert as_compared(f"B{dash}1") == as_compared("b-\u200b1\u00ad") == "b-1"
    numbered = {"batch": None, "serial_from": "A-1", "serial_to": "A-100"}
    book = _book(replace(ISSUE, **numbered))  # type: ignore[arg-type]  # fields by name
    ends = {"serial_from": f"A{dash}100", "serial_to": f"A{dash}199"}
    again = replace(_of_2022(), batch=None, **ends)
    with pytest.raises(SinkcalcError, match="1 of the serial numbers"):
        admit(book, again, PROJECT, RULE)


def test_a_batch_holds_what_was_issued_in_it() -> None:
    book = _book(ISSUE, replace(ISSUE, quantity_t=20, batch="C"))
    with pytest.raises(SinkcalcError, match="the batch C holds 20 t"):
        admit(book, replace(USE, batch="C"), PROJECT, RULE)
    book = _book(ISSUE, replace(ISSUE, quantity_t=20, batch="C"), replace(USE, batch="B"))
    # the issue in C could go, that in B is used
    admit(book, correction_of(book[1], "slip", None), PROJECT, RULE)
    with pytest.raises(SinkcalcError, match="correct those entries first"):
        admit(book, correction_of(book[0], "slip", None), PROJECT, RULE)


def test_more_emissions_are_known_after_an_event() -> None:
    """160 t were expected, 50 t it was: 80 cancelled, 30 of them more than needed."""
    after = replace(USE, document="second", event_emissions_t=Decimal(50))
    row = event_table(_book(ISSUE, USE, after), ()).row(0, named=True)
    assert (row["event_emissions_t"], row["cancelled_t"], row["coverage_fraction"]) == (50, 80, 1)
    assert (row["uncovered_t"], row["surplus_t"]) == (0, 30)


def test_an_event_has_one_name() -> None:
    second = replace(USE, event_name="EXPO", document="second", quantity_t=10)
    row = event_table(_book(ISSUE, USE, second), ()).row(0, named=True)
    assert (row["event_name"], row["cancelled_t"]) == ("expo", 50)


def test_names_are_one_in_either_case_and_width() -> None:
    with pytest.raises(SinkcalcError, match="the batch b was issued by entry 1"):
        _book(ISSUE, replace(ISSUE, quantity_t=20, batch="b"))
    other = replace(ISSUE, quantity_t=20, batch="C")
    book = _book(ISSUE, other, replace(USE, batch="b"))
    with pytest.raises(SinkcalcError, match="cannot be claimed for another use"):
        admit(book, replace(USE, event_name="fair", document="Ｃertificate"), PROJECT, RULE)
    with pytest.raises(SinkcalcError, match="entered before"):
        admit(book, replace(USE, document="Certificate", batch="B"), PROJECT, RULE)
    # what was used of the batch, by its other spelling
    with pytest.raises(SinkcalcError, match="the batch B holds 60 t"):
        admit(book, replace(USE, quantity_t=61, batch="B", document="c"), PROJECT, RULE)
    with pytest.raises(SinkcalcError, match="correct those entries first"):
        admit(book, correction_of(book[0], "slip", None), PROJECT, RULE)


def test_units_are_not_used_before_they_are_issued() -> None:
    """100 t in June and 20 in December; a use in September has nothing of the 20."""
    late = replace(ISSUE, quantity_t=20, entry_date=date(2024, 12, 1), batch="C")
    book = _book(ISSUE, late)
    with pytest.raises(SinkcalcError, match="the batch C holds 0 t"):
        admit(book, replace(USE, quantity_t=20, batch="C"), PROJECT, RULE)
    admit(book, replace(USE, quantity_t=20, batch="C", entry_date=late.entry_date), PROJECT, RULE)
    numbered = replace(ISSUE, batch=None, serial_from="A-1", serial_to="A-100")
    late = replace(late, batch=None, serial_from="A-101", serial_to="A-120")
    book = _book(numbered, late)
    use = replace(USE, quantity_t=20, serial_from="A-101", serial_to="A-120")
    with pytest.raises(SinkcalcError, match=r"were not all issued to .* until 2024-09-01"):
        admit(book, use, PROJECT, RULE)
    admit(book, replace(use, entry_date=late.entry_date), PROJECT, RULE)
    # without numbers in June, with numbers in December
    book = _book(replace(numbered, entry_date=date(2024, 8, 1)), replace(ISSUE, quantity_t=20))
    with pytest.raises(SinkcalcError, match="20 t have no serial numbers"):
        admit(book, replace(USE, quantity_t=21), PROJECT, RULE)


def test_running_numbers_have_a_length() -> None:
    long = "A" + "9" * 5000
    with pytest.raises(UsageProblem, match="18 at most"):
        parse_serials(long, long)
    assert parse_serials("A" + "0" * 5000, "A1").count == 2


def test_a_loss_of_an_earlier_day_does_not_hold_an_issue() -> None:
    """10 t are lost in January; of two issues in June one is a slip, and 90 t remain."""
    slip = replace(ISSUE, quantity_t=20, batch="C")
    loss = Entry(
        project_id="p",
        version=1,
        kind=REVERSAL,
        entry_date=date(2024, 1, 10),
        quantity_t=10,
        note="fire",
    )
    book = _book(ISSUE, slip, loss)
    correction = correction_of(book[1], "slip", None)
    admit(book, correction, PROJECT, RULE)
    assert balance_of([*book, correction]).balance == 90
    with pytest.raises(SinkcalcError, match="correct those entries first"):
        admit([*book, chained(correction, book)], correction_of(book[0], "x", None), PROJECT, RULE)
