"""What the book of units and the register of projects say, from the database."""

from dataclasses import asdict
from pathlib import Path
from typing import Final

import dataframely as dy
import polars as pl

from sinkcalc.ccer.entries import AMENDED, REGISTERED, balance_of, of_project, standing
from sinkcalc.ccer.ledger import is_withdrawn
from sinkcalc.ccer.ledger_checks import Problem, check_book, over_expectation
from sinkcalc.ccer.ledger_tables import balance_table, entry_table, event_table
from sinkcalc.ccer.serials import as_compared
from sinkcalc.ccer.shared_land import without_keys
from sinkcalc.intake.parcel_shapes import can_measure
from sinkcalc.pipeline.ccer_ledger import Book, book_of
from sinkcalc.pipeline.ccer_shared_land import land_problems, land_taken
from sinkcalc.schemas.ccer_ledger import (
    EventOffset,
    LedgerBalance,
    LedgerEntry,
    LedgerProblem,
    LedgerProject,
)
from sinkcalc.store.ccer import read_project_parcels, read_removals
from sinkcalc.store.connection import reading

_PROBLEMS: Final = LedgerProblem.create_empty().schema


def simulated_projects(book: Book) -> set[str]:
    """Return the projects that rest on simulated data."""
    return set(book.projects.filter(pl.col("simulated"))["project_id"])


def entries_of(book: Book, project_id: str | None = None) -> dy.DataFrame[LedgerEntry]:
    """List the entries of the book, or of one project.

    Raises
    ------
    UsageProblem
        If the project is not registered.
    """
    rows = entry_table(book.entries, simulated_projects(book))
    if project_id is None:
        return rows
    book.registered(project_id)
    return LedgerEntry.cast(rows.filter(pl.col("project_id") == project_id))


def balances_of(book: Book, project_id: str | None = None) -> dy.DataFrame[LedgerBalance]:
    """Add up the book by project and vintage.

    Raises
    ------
    UsageProblem
        If the project is not registered.
    """
    names = dict(book.current().select("project_id", "name").iter_rows())
    if project_id is not None:
        book.registered(project_id)
        names = {project_id: names[project_id]}
    return balance_table(book.entries, names, simulated_projects(book))


def events_of(book: Book, project_id: str | None = None) -> dy.DataFrame[EventOffset]:
    """Set what was cancelled for events beside their emissions.

    Parameters
    ----------
    project_id
        Events that this project has units in; their rows are whole all the same.

    Raises
    ------
    UsageProblem
        If the project is not registered.
    """
    rows = event_table(book.entries, simulated_projects(book))
    if project_id is None:
        return rows
    book.registered(project_id)
    own = {
        as_compared(entry.event_name)
        for entry in standing(of_project(book.entries, project_id))
        if entry.event_name
    }
    return EventOffset.cast(rows.filter([as_compared(name) in own for name in rows["event_name"]]))


def registered_projects(db: Path, wait: float = 0.0) -> dy.DataFrame[LedgerProject]:
    """List the registered projects in the version that holds now."""
    with reading(db, wait) as con:
        book, removals = book_of(con), read_removals(con)
    expected = removals.group_by("project_id", "version").agg(
        pl.col("creditable_t").sort_by("period").last().alias("expected_t")
    )
    sums = {name: balance_of(of_project(book.entries, name)) for name in _names(book)}
    own = pl.DataFrame(
        {
            "project_id": list(sums),
            "issued_t": [one.issued for one in sums.values()],
            "balance_t": [one.balance for one in sums.values()],
            "withdrawn": [is_withdrawn(book.entries, name) for name in sums],
        },
        schema_overrides={"project_id": pl.String, "withdrawn": pl.Boolean},
    )
    rows = (
        book.current()
        .join(expected, on=["project_id", "version"], how="left")
        .join(own, on="project_id", how="left")
        .sort("project_id")
    )
    return LedgerProject.validate(rows.select(LedgerProject.column_names()), cast=True)


def _names(book: Book) -> list[str]:
    return book.current()["project_id"].to_list()


def check_ledger(db: Path, wait: float = 0.0) -> dy.DataFrame[LedgerProblem]:
    """Check the register and the book: land of two projects, hashes, rules, balances.

    Every entry passes the rules once more with the entries before it. Parcels that nothing tells
    from others are a warning, and so is more issued than was expected.
    """
    with reading(db, wait) as con:
        book, removals, parcels = book_of(con), read_removals(con), read_project_parcels(con)
    taken = land_taken(book, parcels)
    found = land_problems(taken)
    found += check_book(book.entries, lambda *of: (book.registered(*of), book.rule(*of)))
    found += _changed_files(book)
    for project_id in _names(book):
        version = book.registered(project_id).version
        rows = removals.filter(pl.col("project_id") == project_id, pl.col("version") == version)
        found += over_expectation(book.entries, project_id, rows)
    for (named,), own in taken.group_by("project_id", maintain_order=True):
        unknown = without_keys(own, polygons=can_measure()).height
        if unknown:
            found.append(_unknown_land(str(named), unknown))
    rows = pl.DataFrame([asdict(problem) for problem in found], schema=_PROBLEMS)
    order = pl.col("severity").replace_strict({"error": 0, "warning": 1}, default=2)
    return LedgerProblem.validate(rows.sort(order, maintain_order=True), cast=True)


def _changed_files(book: Book) -> list[Problem]:
    """Compare the project that is stored with the one that was entered."""
    entered = {
        (entry.project_id, entry.version): entry
        for entry in book.entries
        if entry.kind in (REGISTERED, AMENDED)
    }
    stored = {
        (row["project_id"], row["version"]): row["project_sha256"]
        for row in book.projects.iter_rows(named=True)
    }
    return [
        Problem(
            "error",
            "project_changed",
            key[0],
            entered[key].entry_no if key in entered else None,
            f"登记的项目 {key[0]} 第 {key[1]} 版与账簿所记不同:登记后被改动",
            f"version {key[1]} of the project {key[0]} is not the one that was entered: it was "
            "changed after it was registered",
        )
        for key in sorted(stored.keys() | entered.keys())
        if key not in entered or key not in stored or entered[key].document != stored[key]
    ]


def _unknown_land(project_id: str, parcels: int) -> Problem:
    return Problem(
        "warning",
        "unknown_land",
        project_id,
        None,
        f"项目 {project_id} 有 {parcels} 个地块没有小班、村、权属证号或图形可与其他项目比较",
        f"{parcels} parcels of the project {project_id} have no stand, village, title or polygon "
        "by which they could be compared with those of other projects",
    )
