"""Entries of the book of units, what they add up to, and the hashes that chain them."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from sinkcalc.ccer.serials import Serials, parse_serials

REGISTERED: Final = "registered"
AMENDED: Final = "amended"
WITHDRAWN: Final = "withdrawn"
ISSUED: Final = "issued"
CANCELLED: Final = "cancelled"
REVERSAL: Final = "reversal"
# kind -> the kind of the entry that takes one of it back
CORRECTIONS: Final = {
    ISSUED: "issued_correction",
    CANCELLED: "cancelled_correction",
    REVERSAL: "reversal_correction",
}
# kind -> what one tonne of it does to the balance
SIGNS: Final = {
    REGISTERED: 0,
    AMENDED: 0,
    WITHDRAWN: 0,
    ISSUED: 1,
    CANCELLED: -1,
    REVERSAL: -1,
    CORRECTIONS[ISSUED]: -1,
    CORRECTIONS[CANCELLED]: 1,
    CORRECTIONS[REVERSAL]: 1,
}
EVENT: Final = "event"
# uses named by the measures, article 28; the last for what they do not name
OTHER: Final = "other"
PURPOSES: Final = ("allowance_surrender", EVENT, "enterprise", OTHER)
# numbers of the chain, and when a program wrote the entry: no part of its hash
_OUTSIDE: Final = ("entry_no", "entry_id")
_ID_DIGITS: Final = 16


@dataclass(frozen=True)
class Entry:
    """One line of the book.

    Attributes
    ----------
    version
        Of the project when the entry was made.
    quantity_t
        Whole t CO2e, above 0; none for entries that move no unit.
    vintage, first_day, last_day
        Year, and days in it, in which the reductions arose.
    applied_on
        Day of the application for the registration of the reductions.
    verified_t
        Verified reductions of the whole vintage, t CO2e.
    corrects
        Number of the entry that this one takes back.
    entry_no, entry_id
        Place in the book, from 1, and hash over this entry and all before it.
    """

    project_id: str
    version: int
    kind: str
    entry_date: date
    quantity_t: int | None = None
    vintage: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    applied_on: date | None = None
    verified_t: Decimal | None = None
    serial_from: str | None = None
    serial_to: str | None = None
    batch: str | None = None
    purpose: str | None = None
    beneficiary: str | None = None
    event_name: str | None = None
    event_emissions_t: Decimal | None = None
    document: str | None = None
    note: str | None = None
    corrects: int | None = None
    entry_no: int = 0
    entry_id: str = ""

    @property
    def tonnes(self) -> int:
        """Quantity, 0 where there is none."""
        return self.quantity_t or 0

    @property
    def moved(self) -> int:
        """What it does to the balance, t CO2e."""
        return SIGNS.get(self.kind, 0) * self.tonnes

    @property
    def serials(self) -> Serials | None:
        """Range of serial numbers."""
        if self.serial_from is None or self.serial_to is None:
            return None
        return parse_serials(self.serial_from, self.serial_to)


@dataclass(frozen=True)
class Balance:
    """Sums of entries, t CO2e; what was taken back is in none of them.

    Attributes
    ----------
    issued, cancelled, reversed_
        Whole tonnes.
    """

    issued: int
    cancelled: int
    reversed_: int

    @property
    def balance(self) -> int:
        """Issued less cancelled less reversed; below 0 after a reversal of units already used."""
        return self.issued - self.cancelled - self.reversed_

    @property
    def debt(self) -> int:
        """Units that were used and whose stock is lost."""
        return max(0, -self.balance)


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that were not taken back, without those that took others back."""
    listed = list(entries)
    gone = {entry.corrects for entry in listed if entry.corrects is not None}
    return [entry for entry in listed if entry.corrects is None and entry.entry_no not in gone]


def balance_of(entries: Iterable[Entry]) -> Balance:
    """Add up entries: issued - cancelled - reversed = the sum of all with their signs."""
    sums = dict.fromkeys((ISSUED, CANCELLED, REVERSAL), 0)
    for entry in standing(entries):
        if entry.kind in sums:
            sums[entry.kind] += entry.tonnes
    return Balance(sums[ISSUED], sums[CANCELLED], sums[REVERSAL])


def of_project(
    entries: Iterable[Entry], project_id: str, vintage: int | None = None
) -> list[Entry]:
    """Return the entries of a project, or of one of its vintages."""
    return [
        entry
        for entry in entries
        if entry.project_id == project_id and (vintage is None or entry.vintage == vintage)
    ]


def verified_by_vintage(entries: Iterable[Entry]) -> dict[int, Decimal]:
    """Return vintage -> verified reductions as of its last issue, t CO2e, of one project."""
    return {
        entry.vintage: entry.verified_t
        for entry in standing(entries)
        if entry.kind == ISSUED and entry.vintage is not None and entry.verified_t is not None
    }


def registration_day(entries: Iterable[Entry], project_id: str) -> date | None:
    """Return the first day on which a project was registered; None without such an entry."""
    own = of_project(entries, project_id)
    return min((entry.entry_date for entry in own if entry.kind == REGISTERED), default=None)


def least_balance(entries: Iterable[Entry], since: date) -> int:
    """Return the lowest balance at the end of any day, from a day on: what may be taken then."""
    moves = sorted((entry.entry_date, entry.moved) for entry in standing(entries))
    total = sum(amount for on, amount in moves if on <= since)
    least = total
    later = [move for move in moves if move[0] > since]
    for place, (on, amount) in enumerate(later):
        total += amount
        if place + 1 == len(later) or later[place + 1][0] > on:
            least = min(least, total)
    return least


def correction_of(old: Entry, reason: str, document: str | None) -> Entry:
    """Return the entry that takes another back: its quantity, vintage and day, with the reason."""
    return Entry(
        project_id=old.project_id,
        version=old.version,
        kind=CORRECTIONS[old.kind],
        entry_date=old.entry_date,
        quantity_t=old.quantity_t,
        vintage=old.vintage,
        serial_from=old.serial_from,
        serial_to=old.serial_to,
        batch=old.batch,
        document=document,
        note=reason,
        corrects=old.entry_no,
    )


def chained(entry: Entry, before: Sequence[Entry]) -> Entry:
    """Give an entry its number and its hash at the end of the book."""
    last = before[-1].entry_id if before else ""
    placed = replace(entry, entry_no=len(before) + 1)
    return replace(placed, entry_id=entry_hash(placed, last))


def entry_hash(entry: Entry, last: str) -> str:
    """Return the hash over an entry and the hash of the one before it (sha256, 16 digits)."""
    fields = {
        name: None if value is None else _plain(value)
        for name, value in asdict(entry).items()
        if name not in _OUTSIDE
    }
    text = json.dumps([last, entry.entry_no, fields], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def _plain(value: object) -> str:
    # 1.5 and 1.500000, as a database returns it, are one amount
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
