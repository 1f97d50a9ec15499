"""The book of units in the database: what stands in it, and one entry more."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.ccer.entries import (
    CANCELLED,
    CORRECTIONS,
    ISSUED,
    REVERSAL,
    WITHDRAWN,
    Entry,
    chained,
    correction_of,
)
from sinkcalc.ccer.ledger import admit, refuse_future
from sinkcalc.ccer.ledger_issue import Registered
from sinkcalc.ccer.programme import batch_rule
from sinkcalc.ccer.vintages import BatchRule
from sinkcalc.coefficients.packs import load_pack
from sinkcalc.errors import UsageProblem
from sinkcalc.store.ccer import add_entry, read_ledger, read_projects
from sinkcalc.store.connection import Connection, reading, transaction, writing

# what an amount is stored to, and more than any project has
_QUANTUM: Final = Decimal("0.000001")
_MOST: Final = Decimal("1e12")
# characters that a message shows of what cannot be read
_SHOWN: Final = 40


@dataclass(frozen=True)
class Book:
    """The book with the projects that it is of.

    Attributes
    ----------
    entries
        In their order.
    projects
        Every version of every project, rows of `ccer_projects`.
    """

    entries: tuple[Entry, ...]
    projects: pl.DataFrame

    def current(self) -> pl.DataFrame:
        """Return the version of each project that holds now."""
        return self.projects.group_by("project_id", maintain_order=True).last()

    def registered(self, project_id: str, version: int | None = None) -> Registered:
        """Return what the rules have to know of a project, or of one of its versions.

        Raises
        ------
        UsageProblem
            If it is not registered.
        """
        row = self._row(project_id, version)
        return Registered(
            project_id=project_id,
            version=row["version"],
            crediting_start=row["crediting_start"],
            crediting_end=row["crediting_end"],
        )

    def rule(self, project_id: str, version: int | None = None) -> BatchRule | None:
        """Return what the scheme of a project's methodology says of batches."""
        return batch_rule(load_pack(self._row(project_id, version)["methodology"]))

    def _row(self, project_id: str, version: int | None) -> dict[str, Any]:
        rows = self.current() if version is None else self.projects
        if version is not None:
            rows = rows.filter(pl.col("version") == version)
        rows = rows.filter(pl.col("project_id") == project_id)
        if rows.is_empty():
            listed = ", ".join(self.current()["project_id"]) or "–"
            raise UsageProblem(
                zh=f"项目 {project_id} 未登记;已登记:{listed}。"
                "用 sinkcalc ccer ledger register 项目文件 登记",
                en=f"the project {project_id} is not registered; registered are: {listed}. "
                "Register it with sinkcalc ccer ledger register PROJECT.toml",
            )
        return rows.row(0, named=True)


def book_of(con: Connection) -> Book:
    """Read the book from an open database."""
    rows = read_ledger(con).select(field.name for field in fields(Entry))
    return Book(tuple(Entry(**row) for row in rows.iter_rows(named=True)), read_projects(con))


def read_book(db: Path, wait: float = 0.0) -> Book:
    """Read the book.

    Raises
    ------
    DatabaseProblem
        If there is no database of this program's schema.
    """
    with reading(db, wait) as con:
        return book_of(con)


def append(con: Connection, book: Book, entry: Entry, today: date | None = None) -> Entry:
    """Put an entry at the end of the book, inside the caller's transaction.

    Parameters
    ----------
    today
        After which no entry is; the day of the clock if None.

    Raises
    ------
    SinkcalcError
        If the rules forbid it.
    """
    refuse_future(entry, today or date.today())
    project, rule = book.registered(entry.project_id), book.rule(entry.project_id)
    admit(book.entries, entry, project, rule)
    placed = chained(entry, book.entries)
    add_entry(con, asdict(placed), __version__)
    return placed


def enter(
    db: Path, make: Callable[[Book], Entry], wait: float = 0.0, today: date | None = None
) -> tuple[Book, Entry]:
    """Add one entry: the book is read, the rules are held and the entry is written in one go.

    Parameters
    ----------
    make
        Makes the entry from the book as it is.
    today
        As in `append`.

    Returns
    -------
    The book with the entry, and the entry.

    Raises
    ------
    UsageProblem
        If the project is not registered or the entry is not complete.
    SinkcalcError
        If the rules forbid it.
    DatabaseProblem
        If the database cannot be written.
    """
    if not db.exists():
        # none is made by a slip of its name
        read_book(db)
    with writing(db, wait) as con, transaction(con):
        book = book_of(con)
        entry = append(con, book, make(book), today)
    return replace(book, entries=(*book.entries, entry)), entry


def issue(
    db: Path,
    project_id: str,
    vintage: int,
    given: Mapping[str, object],
    wait: float = 0.0,
    today: date | None = None,
) -> tuple[Book, Entry]:
    """Enter units that the registry issued.

    Parameters
    ----------
    given
        Further fields of `Entry`. Without days, the whole vintage as far as it is in the
        crediting period; without the day of the application, the day of the entry.
    """

    def make(book: Book) -> Entry:
        project = book.registered(project_id)
        first, last = date(vintage, 1, 1), date(vintage, 12, 31)
        if project.crediting_start <= last and project.crediting_end >= first:
            first, last = max(first, project.crediting_start), min(last, project.crediting_end)
        defaults = {
            "first_day": first,
            "last_day": last,
            "applied_on": given["entry_date"],
        }
        known = {name: value for name, value in given.items() if value is not None}
        return _entry(ISSUED, project, {**defaults, **known, "vintage": vintage})

    return enter(db, make, wait, today)


def cancel(
    db: Path,
    project_id: str,
    given: Mapping[str, object],
    wait: float = 0.0,
    today: date | None = None,
) -> tuple[Book, Entry]:
    """Enter units that the registry cancelled, for `given["purpose"]`."""
    return enter(
        db, lambda book: _entry(CANCELLED, book.registered(project_id), given), wait, today
    )


def reverse(
    db: Path,
    project_id: str,
    given: Mapping[str, object],
    wait: float = 0.0,
    today: date | None = None,
) -> tuple[Book, Entry]:
    """Enter a loss of stock that units were issued for."""
    return enter(db, lambda book: _entry(REVERSAL, book.registered(project_id), given), wait, today)


def withdraw(
    db: Path, project_id: str, day: date, reason: str, wait: float = 0.0
) -> tuple[Book, Entry]:
    """Take a project out of the registry; without issued units its parcels are free again."""
    given = {"entry_date": day, "note": reason}
    return enter(db, lambda book: _entry(WITHDRAWN, book.registered(project_id), given), wait)


def correct(
    db: Path, entry_no: int, reason: str, document: str | None, wait: float = 0.0
) -> tuple[Book, Entry]:
    """Take an entry back by one of the opposite sign."""

    def make(book: Book) -> Entry:
        found = [entry for entry in book.entries if entry.entry_no == entry_no]
        if not found or found[0].kind not in CORRECTIONS:
            raise UsageProblem(
                zh=f"没有可更正的第 {entry_no} 笔(签发、注销或逆转);"
                "用 sinkcalc ccer ledger show 查看",
                en=f"there is no entry {entry_no} to correct, that is an issue, cancellation or "
                "reversal; see sinkcalc ccer ledger show",
            )
        return correction_of(found[0], reason, document)

    return enter(db, make, wait)


def _entry(kind: str, project: Registered, given: Mapping[str, object]) -> Entry:
    plain = {name: _tidy(value) for name, value in given.items()}
    entry = Entry(
        project_id=project.project_id,
        version=project.version,
        kind=kind,
        entry_date=date.min,
    )
    return replace(entry, **plain)  # type: ignore[arg-type]  # fields by name


def _tidy(value: object) -> object:
    """Texts without blanks at their ends; an empty one is none."""
    if isinstance(value, str):
        return " ".join(value.split()) or None
    return value


def amount(text: str, option: str) -> Decimal:
    """Read an amount in t CO2e.

    Raises
    ------
    UsageProblem
        If it is no number above 0, to what is stored of it.
    """
    try:
        value = Decimal(text.replace(",", ""))
    except ArithmeticError:
        value = Decimal(0)
    # downwards: no more may be issued than was verified
    sound = value.is_finite() and 0 < value < _MOST
    stored = value.quantize(_QUANTUM, ROUND_DOWN) if sound else Decimal(0)
    if not stored:
        shown = repr(text[:_SHOWN])
        raise UsageProblem(
            zh=f"{option} {shown} 应为大于 0 的数,单位 t CO2e",
            en=f"{option} {shown} should be a number above 0, in t CO2e",
        )
    return stored
