"""Publish a database as files: a frozen copy, its views, their description; and what is kept."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

from sinkcalc import __version__
from sinkcalc.errors import UsageProblem, did_you_mean
from sinkcalc.pipeline.state_folder import (
    PACKAGE,
    StateEntry,
    StateFolder,
    adopt,
    publishing_to,
    remove_tree,
    sync,
)
from sinkcalc.report.data_package import FileSum, State, package_text
from sinkcalc.report.published_readme import readme_text
from sinkcalc.store.connection import SPILL, attached
from sinkcalc.store.fingerprint import Contents
from sinkcalc.store.freeze import (
    freeze,
    freeze_views,
    frozen,
    held_rows,
    require_same,
    told_failures,
    used_sources,
    write_view,
)
from sinkcalc.store.published import published_views

DATABASE: Final = "sinkcalc.duckdb"
VIEWS_DATABASE: Final = "views.duckdb"
SUMS: Final = "SHA256SUMS"
# of the option that marks a state: the one that is published
THIS_STATE: Final = "."
# what is found where a state is to be
NEW: Final = "new"
DAMAGED: Final = "damaged"
_SOUND: Final = "sound"
_SHOWN_DIGITS: Final = 12
_READ_ONLY: Final = 0o444
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class FolderOptions:
    """How many states are kept, which are marked or unmarked, and whether only views are given.

    Parameters
    ----------
    pin, unpin
        Name of a state, `THIS_STATE` for the one that is published; None for none.
    """

    keep: int
    pin: str | None = None
    unpin: str | None = None
    views_only: bool = False


class Published(NamedTuple):
    """The current state, what was found in its place, which were removed, and all that are kept."""

    state: str
    found: str
    removed: list[str]
    entries: list[StateEntry]


def publish_folder(db: Path, path: Path, options: FolderOptions, wait: float = 0.0) -> Published:
    """Publish a database to a folder of states; the same rows are published once.

    The state is made in a folder of its own, synced and renamed, and becomes the current one when
    the index is replaced: a process that ends in between leaves the earlier states as they were.

    Parameters
    ----------
    wait
        Seconds to wait for another publisher, and for a writer of the database.

    Raises
    ------
    UsageProblem
        If the folder is none of ours or holds states of the other kind, or a state to mark is not
        there.
    DatabaseProblem
        If the database cannot be read, or another process publishes.
    SinkcalcError
        If the files cannot be written.
    """
    with attached(db, wait):
        pass
    with publishing_to(path, wait) as folder, told_failures(path):
        adopt(folder)
        _require_kind(folder, options)
        building = folder.building()
        try:
            held, found = _hold(db, folder, building, options, wait)
            known = {one.state: one for one in folder.entries}
            fresh = _entry(held, options)
            entry = known.get(fresh.state, fresh)
            folder.entries, entry = _marked(folder.entries, entry, options)
            if found != _SOUND:
                _write_state(building, entry, held)
                folder.take_in(building, entry.state)
        finally:
            if building.exists():
                remove_tree(building)
        removed = folder.make_current(entry, options.keep)
        folder.clean()
    return Published(entry.state, found, removed, folder.entries)


def _require_kind(folder: StateFolder, options: FolderOptions) -> None:
    """Refuse whole copies among states that are for other eyes, and the other way round."""
    if all(one.views_only == options.views_only for one in folder.entries):
        return
    raise UsageProblem(
        zh=f"{folder.path} 中的状态{'含' if options.views_only else '不含'}全部数据,"
        f"而本次{'只发布视图' if options.views_only else '发布全部数据'};请用另一个文件夹",
        en=f"the states of {folder.path} are "
        + (
            "whole copies and this one is of views"
            if options.views_only
            else "of views alone and this one is a whole copy"
        )
        + ": name another folder",
    )


def _hold(
    db: Path, folder: StateFolder, building: Path, options: FolderOptions, wait: float
) -> tuple[Contents, str]:
    """Copy the database unless its state is there already; it is held for no longer than this."""
    with attached(db, wait, building) as con:
        held = held_rows(con, db)
        place = folder.place(_entry(held, options).state)
        found = NEW
        if place.is_dir():
            found = DAMAGED if changed_files(place) else _SOUND
        if found != _SOUND:
            freeze(con, building / DATABASE)
    if found != _SOUND:
        require_same(held, building / DATABASE)
    return held, found


def _entry(held: Contents, options: FolderOptions) -> StateEntry:
    name = f"{held.latest_event[:10]}-{held.sha256[:_SHOWN_DIGITS]}"
    return StateEntry(
        state=f"{name}-views" if options.views_only else name,
        latest_event=held.latest_event,
        rows_sha256=held.sha256,
        program_version=__version__,
        simulated=held.simulated,
        views_only=options.views_only,
    )


def _write_state(building: Path, entry: StateEntry, held: Contents) -> None:
    """Write the files of a state beside the frozen copy and sync them."""
    for name in ("parquet", "csv"):
        (building / name).mkdir()
    with frozen(building / DATABASE) as con:
        written = [write_view(con, view, building) for view in published_views(con)]
        sources = used_sources(con)
        if entry.views_only:
            freeze_views(con, building / VIEWS_DATABASE)
    if entry.views_only:
        (building / DATABASE).unlink()
    remove_tree(building / SPILL)
    name = VIEWS_DATABASE if entry.views_only else DATABASE
    state = State(entry.state, held, entry.program_version, name, entry.views_only)
    sums = {one: _sum(building / one) for one in _files(building)}
    (building / PACKAGE).write_text(
        package_text(state, written, sources, sums), encoding="utf-8", newline="\n"
    )
    (building / "README.txt").write_text(
        readme_text(state, written), encoding="utf-8", newline="\n"
    )
    lines = [f"{_sum(building / one).sha256}  {one}\n" for one in _files(building)]
    (building / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    for one in _files(building):
        with (building / one).open("rb") as file:
            os.fsync(file.fileno())
        (building / one).chmod(_READ_ONLY)
    for sub in (building / "parquet", building / "csv", building):
        sync(sub)


def _files(folder: Path) -> list[str]:
    """Return the files below a folder by name, with slashes."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def _sum(path: Path) -> FileSum:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return FileSum(path.stat().st_size, digest.hexdigest())


def changed_files(place: Path) -> list[str]:
    """Return the files of a state that are not as published, among them its list of hashes."""
    try:
        lines = (place / SUMS).read_text(encoding="utf-8").splitlines()
        listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    except (OSError, UnicodeDecodeError):
        return [SUMS]
    if PACKAGE not in listed:
        return [SUMS]
    return list(_differing(place, listed))


def _differing(place: Path, listed: dict[str, str]) -> Iterator[str]:
    # a name that leads out of the folder is none of its files
    own = _files(place)
    for name, digest in listed.items():
        if name not in own or _sum(place / name).sha256 != digest:
            yield name


def _marked(
    entries: list[StateEntry], entry: StateEntry, options: FolderOptions
) -> tuple[list[StateEntry], StateEntry]:
    """Return the entries with the marks asked for."""
    known = {one.state: one for one in [*entries, entry]}
    for asked, pinned in ((options.pin, True), (options.unpin, False)):
        if asked is None:
            continue
        name = entry.state if asked == THIS_STATE else asked
        if name not in known:
            hint_zh, hint_en = did_you_mean(name, known)
            raise UsageProblem(
                zh=f"没有状态 {name};{hint_zh}", en=f"there is no state {name}; {hint_en}"
            )
        known[name] = replace(known[name], pinned=pinned)
    return [known[one.state] for one in entries], known[entry.state]
