"""Make a working database again from a published state."""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from sinkcalc.errors import DatabaseProblem, SinkcalcError, UsageProblem, did_you_mean
from sinkcalc.pipeline.publish import DATABASE, changed_files
from sinkcalc.pipeline.state_folder import INDEX, PACKAGE, STATES, read_index, sync
from sinkcalc.store.connection import attached, exclusive
from sinkcalc.store.freeze import copied_rows, told_failures


class Restored(NamedTuple):
    """The state that was restored, the rows in it, and where the earlier database lies.

    `own_views` is false where another version of the program made the views: they are restored as
    they were.
    """

    state: str
    rows: int
    kept: Path | None
    own_views: bool


def restore(path: Path, state: str | None, db: Path, *, force: bool, wait: float) -> Restored:
    """Copy the database of a published state to `db`, which then can be written.

    Parameters
    ----------
    path
        Folder of states, or of one state.
    state
        Name of the state; the current one if None.
    force
        Give the name of a database that is there to the restored one; the earlier file is kept
        beside it with the ending ``.bak``.

    Raises
    ------
    UsageProblem
        If there is no such state, it holds views alone, or `db` is there.
    DatabaseProblem
        If the state has another schema version, or the database to replace is in use.
    SinkcalcError
        If files of the state have changed, or the copy cannot be written.
    """
    place = _place(path, state)
    said = _package(place)
    changed = changed_files(place)
    if changed:
        raise SinkcalcError(
            zh=f"状态 {place} 的文件 {', '.join(changed)} 缺失或与发布时不同,未恢复;"
            "请用 --state 选另一状态,或取回原文件",
            en=f"{', '.join(changed)} of state {place} is missing or not as it was published; "
            "nothing was restored. Choose another one with --state, or get the file back",
        )
    _require_schema(place)
    _require_free(db, force, wait)
    draft = db.with_name(f".{db.name}.restoring-{os.getpid()}")
    try:
        with told_failures(db.absolute().parent):
            rows, own_views = _copy(place / DATABASE, draft, said["rows_sha256"])
            kept = _keep(db) if db.exists() else None
            draft.replace(db)
            sync(db.absolute().parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return Restored(place.name, rows, kept, own_views)


def _place(path: Path, state: str | None) -> Path:
    """Return the folder of the state asked for."""
    if state is None and (path / PACKAGE).is_file() and not (path / INDEX).exists():
        return path
    entries = read_index(path)
    known = [one.state for one in entries]
    name = state or (known[-1] if known else "")
    if name not in known:
        hint_zh, hint_en = did_you_mean(name, known)
        raise UsageProblem(
            zh=f"{path} 中没有状态 {name};{hint_zh}",
            en=f"there is no state {name} in {path}; {hint_en}",
        )
    return path / STATES / name


def _package(place: Path) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads((place / PACKAGE).read_text(encoding="utf-8"))
        views_only = said["views_only"] or not isinstance(said["rows_sha256"], str)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise SinkcalcError(
            zh=f"{place / PACKAGE} 缺失或损坏,未恢复;请用 --state 选另一状态",
            en=f"{place / PACKAGE} is missing or damaged; nothing was restored. Choose another "
            "state with --state",
        ) from None
    if views_only:
        raise UsageProblem(
            zh=f"状态 {place.name} 是用 --views-only 发布的:只有视图的行,没有底层各表,无法恢复;"
            "请用 --state 选一个完整状态",
            en=f"state {place.name} was published with --views-only: it holds the rows of the "
            "views and not the tables below them, and cannot be restored. Choose a whole one with "
            "--state",
        )
    return said


def _require_schema(place: Path) -> None:
    try:
        with attached(place / DATABASE):
            pass
    except DatabaseProblem as error:
        raise DatabaseProblem(
            zh=f"状态 {place.name} 由另一版本的 sinkcalc 发布,未恢复({error.zh})。"
            f"可用该版本恢复;或自行把 {place / DATABASE} 复制为新文件,"
            "再对副本运行 sinkcalc init 升级",
            en=f"state {place.name} was published by another version of sinkcalc and was not "
            f"restored ({error.en}). Restore it with that version; or copy {place / DATABASE} to "
            "a new file yourself and migrate the copy with sinkcalc init",
        ) from None


def _require_free(db: Path, force: bool, wait: float) -> None:
    """Refuse a database that is there, or in use by another process."""
    log = db.with_name(f"{db.name}.wal")
    if not db.absolute().parent.is_dir() or db.is_dir():
        raise UsageProblem(
            zh=f"无法写入 {db}:文件夹不存在,或这是文件夹",
            en=f"cannot write {db}: there is no such folder, or it is one",
        )
    if db.exists() and not force:
        raise UsageProblem(
            zh=f"数据库 {db} 已存在,未改动;用 --db 指定新文件,或加 --force(原文件保留为 .bak)",
            en=f"database {db} exists and was left alone: name a new file with --db, or say "
            "--force (the file is then kept as .bak)",
        )
    if db.exists():
        # a log that a killed writer left is written into the file that is kept
        exclusive(db, wait)
    if log.exists():
        raise UsageProblem(
            zh=f"{log} 属于一个已不在的数据库;请先移走它",
            en=f"{log} belongs to a database that is not there any more: move it away first",
        )


def _copy(source: Path, draft: Path, rows_sha256: str) -> tuple[int, bool]:
    """Copy a database and look at its rows; return their number, and if its views are ours."""
    with source.open("rb") as given, draft.open("xb") as copy:
        shutil.copyfileobj(given, copy)
        copy.flush()
        os.fsync(copy.fileno())
    held, own_views = copied_rows(draft)
    if held.sha256 != rows_sha256:
        raise SinkcalcError(
            zh=f"{source} 的数据行与 {PACKAGE} 所记不符,未恢复;请用 --state 选另一状态",
            en=f"the rows of {source} are not those that {PACKAGE} tells of; nothing was "
            "restored. Choose another state with --state",
        )
    return held.rows, own_views


def _keep(db: Path) -> Path:
    """Give the earlier file a second name, so that `db` is there at every moment."""
    number, kept = 1, db.with_name(f"{db.name}.bak")
    while kept.exists():
        number += 1
        kept = db.with_name(f"{db.name}.bak{number}")
    try:
        os.link(db, kept)
    except OSError:
        # a file system without second names
        shutil.copyfile(db, kept)
    return kept
