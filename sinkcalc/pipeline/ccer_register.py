"""Register a carbon project: its parcels and expected removals, in one transaction."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl

from sinkcalc import __version__
from sinkcalc.ccer.entries import (
    AMENDED,
    ISSUED,
    REGISTERED,
    Entry,
    balance_of,
    chained,
    of_project,
    registration_day,
)
from sinkcalc.ccer.ledger import admit, refuse_future
from sinkcalc.ccer.ledger_issue import Registered
from sinkcalc.ccer.shared_land import without_keys
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.intake.parcel_shapes import can_measure
from sinkcalc.pipeline.ccer_ledger import Book, book_of
from sinkcalc.pipeline.ccer_shared_land import claims, land_taken, refuse_claimed
from sinkcalc.store.ccer import ProjectRecord, add_entry, read_project_parcels, save_project
from sinkcalc.store.connection import transaction, writing

Done = Literal["registered", "replaced", "amended", "unchanged", "dated"]


@dataclass(frozen=True)
class Registration:
    """What was done with a project.

    Attributes
    ----------
    done
        `replaced`: nothing was issued, so the version was written anew. `dated`: it is as it was,
        registered on an earlier day.
    unknown
        Parcels that nothing told from those of other projects.
    """

    done: Done
    record: ProjectRecord
    unknown: tuple[str, ...]
    polygons: bool


def store_project(
    db: Path,
    record: ProjectRecord,
    parcels: pl.DataFrame,
    removals: pl.DataFrame,
    day: date,
    amend: str | None = None,
    wait: float = 0.0,
    today: date | None = None,
) -> Registration:
    """Register a project, or a change of it, if no other project has its land.

    Parameters
    ----------
    record
        The project; its version is given here.
    parcels
        Rows of `ccer_parcels` without project and version: the eligible parcels.
    removals
        Rows of `ccer_removals` from `period` to `creditable_t`.
    day
        Of the registration.
    amend
        Reason of the change of a project that has issued units.
    today
        After which nothing is registered; the day of the clock if None.

    Raises
    ------
    SinkcalcError
        If land is another project's, the project was withdrawn, or it has issued units and no
        reason of the change is given.
    UsageProblem
        If no parcel is eligible.
    """
    if parcels.is_empty():
        raise UsageProblem(
            zh=f"项目 {record.project_id} 没有合格地块,不能登记;"
            "用 sinkcalc ccer screen 查看各地块的规则",
            en=f"the project {record.project_id} has no eligible parcel and is not registered; "
            "sinkcalc ccer screen shows the rules parcel by parcel",
        )
    with writing(db, wait) as con, transaction(con):
        book = book_of(con)
        done, version = _what_is_done(book, record, day, amend)
        numbered = replace(record, version=version, reason=amend if done == "amended" else None)
        unknown = tuple(without_keys(parcels, polygons=can_measure())["parcel_id"])
        registration = Registration(done, numbered, unknown, can_measure())
        if done == "unchanged":
            return registration
        entry = _entry_of(numbered, done, day)
        refuse_future(entry, today or date.today())
        project = Registered(
            numbered.project_id, version, numbered.crediting_start, numbered.crediting_end
        )
        admit(book.entries, entry, project, None)
        taken = land_taken(book, read_project_parcels(con)).filter(
            pl.col("project_id") != record.project_id
        )
        refuse_claimed(record.project_id, claims(parcels, taken))
        if done != "dated":
            save_project(con, numbered, parcels, removals)
        add_entry(con, asdict(chained(entry, book.entries)), __version__)
    return registration


def _what_is_done(
    book: Book, record: ProjectRecord, day: date, amend: str | None
) -> tuple[Done, int]:
    """Decide whether a project is new, written anew, changed or the same."""
    known = book.current().filter(pl.col("project_id") == record.project_id)
    if known.is_empty():
        if amend is not None:
            raise UsageProblem(
                zh=f"项目 {record.project_id} 尚未登记,--amend 用于已登记的项目",
                en=f"the project {record.project_id} is not registered yet: --amend is for one "
                "that is",
            )
        return "registered", 1
    version = int(known["version"][0])
    if known["run_id"][0] == record.run_id:
        first = registration_day(book.entries, record.project_id)
        return ("unchanged" if first is None or day >= first else "dated"), version
    if amend is not None:
        return "amended", version + 1
    own = of_project(book.entries, record.project_id)
    # also one that was taken back: the book is checked against the version that it names
    if any(entry.kind == ISSUED for entry in own):
        issued = balance_of(own).issued
        raise SinkcalcError(
            zh=f"项目 {record.project_id} 已记有签发(现为 {issued} t),登记的地块不能替换;"
            "变更用 --amend 原因,另立版本",
            en=f"units were issued to the project {record.project_id} ({issued} t now), so its "
            "parcels are not replaced; a change is a version of its own: --amend REASON",
        )
    return "replaced", version


def _entry_of(record: ProjectRecord, done: Done, day: date) -> Entry:
    return Entry(
        project_id=record.project_id,
        version=record.version,
        kind=AMENDED if done == "amended" else REGISTERED,
        entry_date=day,
        document=record.project_sha256,
        note=record.reason,
    )
