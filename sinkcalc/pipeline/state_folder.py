"""A folder of published states: its lock, its index, and what is kept.

``DIR/states/STATE/`` are the states and ``DIR/index.json`` lists them, the current one last.
Everything becomes visible by a rename, the index last.
"""

import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import IO, Any, Final

from sinkcalc.errors import DatabaseProblem, UsageProblem, reason_zh

INDEX: Final = "index.json"
STATES: Final = "states"
PACKAGE: Final = "datapackage.json"
_FORMAT: Final = "sinkcalc-published"
# rises when a key of the index is renamed or removed
_FORMAT_VERSION: Final = 1
_LOCK: Final = ".sinkcalc-publish.lock"
# it is emptied: never a file that a link of its name leads to
_LOCK_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
# begins the names of what is being made and of what is being removed
_BUILDING: Final = ".building-"
_REMOVING: Final = ".removing-"
_TRIES_A_SECOND: Final = 5
_STATE_NAME: Final = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class StateEntry:
    """What the index says of a state."""

    state: str
    latest_event: str
    rows_sha256: str
    program_version: str
    simulated: bool
    views_only: bool
    pinned: bool = False


@dataclass
class StateFolder:
    """A folder that this process alone publishes to; states in the order of publishing."""

    path: Path
    entries: list[StateEntry] = field(default_factory=list)

    def place(self, state: str) -> Path:
        """Return the folder of a state."""
        return self.path / STATES / state

    def building(self) -> Path:
        """Return the folder in which this process makes a state; empty at first."""
        path = self.path / f"{_BUILDING}{os.getpid()}"
        path.mkdir()
        return path

    def take_in(self, building: Path, state: str) -> None:
        """Give a finished state its name; a damaged one of this name makes way."""
        place = self.place(state)
        place.parent.mkdir(exist_ok=True)
        if place.exists():
            place.rename(self.path / f"{_REMOVING}{os.getpid()}-{state}")
        building.rename(place)
        sync(place.parent)

    def make_current(self, entry: StateEntry, keep: int) -> list[str]:
        """Write the index with `entry` as the current state and remove what is not kept.

        Returns
        -------
        Names of the states that were removed.
        """
        others = [one for one in self.entries if one.state != entry.state]
        loose = [one.state for one in others if not one.pinned]
        # a pinned state takes nobody's place
        room = keep if entry.pinned else keep - 1
        spare = set(loose[: max(0, len(loose) - room)])
        self.entries = [one for one in others if one.state not in spare] + [entry]
        write_index(self)
        for state in sorted(spare):
            gone = self.path / f"{_REMOVING}{os.getpid()}-{state}"
            self.place(state).rename(gone)
            remove_tree(gone)
        return sorted(spare)

    def clean(self) -> None:
        """Remove what publishers that were killed have left."""
        for prefix in (_BUILDING, _REMOVING):
            for path in self.path.glob(f"{prefix}*"):
                remove_tree(path)


@contextmanager
def publishing_to(path: Path, wait: float) -> Iterator[StateFolder]:
    """Open a folder for one publisher, making it if it is not there.

    Raises
    ------
    UsageProblem
        If it is no folder, cannot be written, or holds files of others.
    DatabaseProblem
        If another process still publishes to it after `wait` seconds.
    """
    _require_own(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = os.fdopen(os.open(path / _LOCK, _LOCK_FLAGS), "a+", encoding="utf-8")
    except OSError as error:
        raise UsageProblem(
            zh=f"无法写入文件夹 {path}:{reason_zh(error)}",
            en=f"cannot write to folder {path}: {error.strerror}",
        ) from None
    with lock:
        _wait_for(lock, path, wait)
        folder = StateFolder(path, read_index(path) if (path / INDEX).exists() else [])
        folder.clean()
        folder.entries = [one for one in folder.entries if folder.place(one.state).is_dir()]
        yield folder


def _require_own(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise UsageProblem(
            zh=f"{path} 是文件,不是文件夹;请换一个名称",
            en=f"{path} is a file and no folder: name another place",
        )
    try:
        names = sorted(one.name for one in path.iterdir()) if path.exists() else []
    except OSError as error:
        raise UsageProblem(
            zh=f"无法读取文件夹 {path}:{reason_zh(error)}",
            en=f"cannot read folder {path}: {error.strerror}",
        ) from None
    if names and _LOCK not in names and not (INDEX in names and read_index(path) is not None):
        raise UsageProblem(
            zh=f"文件夹 {path} 里有其他文件(如 {names[0]}),不是发布文件夹;请用新的或空的文件夹",
            en=f"folder {path} holds other files, as {names[0]}, and is no folder of published "
            "states: name a new or an empty one",
        )


def read_index(path: Path) -> list[StateEntry]:
    """Return the states that the index of a folder lists, the current one last.

    Raises
    ------
    UsageProblem
        If there is no index, or it is none of ours.
    """
    file = path / INDEX
    try:
        known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if known["format"] != _FORMAT or known["format_version"] != _FORMAT_VERSION:
            raise ValueError(known["format"])
        return [_entry_of(said) for said in known["states"]]
    except OSError as error:
        raise UsageProblem(
            zh=f"{path} 不是发布文件夹:无法读取 {file}:{reason_zh(error)}",
            en=f"{path} is no folder of published states: cannot read {file}: {error.strerror}",
        ) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageProblem(
            zh=f"{file} 不是本版本 sinkcalc 发布的状态清单;请换一个文件夹",
            en=f"{file} is no list of published states of this version of sinkcalc: name another "
            "folder",
        ) from None


def _entry_of(said: dict[str, Any]) -> StateEntry:
    """Return what a file says of a state.

    Raises
    ------
    TypeError, ValueError
        If it is not of the form that we write; the name above all is part of a path.
    """
    entry = StateEntry(**said)
    types = {one.name: bool if one.type is bool else str for one in fields(entry)}
    if not all(isinstance(getattr(entry, name), kind) for name, kind in types.items()):
        raise TypeError(said)
    if not _STATE_NAME.fullmatch(entry.state):
        raise ValueError(entry.state)
    return entry


def adopt(folder: StateFolder) -> None:
    """List the finished states that the index does not, as of a publisher that was killed."""
    known = {one.state for one in folder.entries}
    found = []
    for place in sorted((folder.path / STATES).glob("*")):
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            said = json.loads((place / PACKAGE).read_text(encoding="utf-8"))
            if said["version"] == place.name and place.name not in known:
                keys = ("latest_event", "rows_sha256", "program_version", "simulated")
                own = {key: said[key] for key in (*keys, "views_only")}
                found.append(_entry_of({"state": place.name, **own}))
    found.sort(key=lambda one: (one.latest_event, one.state))
    folder.entries = [*found, *folder.entries]


def write_index(folder: StateFolder) -> None:
    """Write the index by rename, unless it says the same."""
    text = json.dumps(
        {
            "format": _FORMAT,
            "format_version": _FORMAT_VERSION,
            "current": folder.entries[-1].state,
            "states": [asdict(entry) for entry in folder.entries],
        },
        ensure_ascii=False,
        indent=1,
    )
    place = folder.path / INDEX
    payload = f"{text}\n".encode()
    if place.exists() and place.read_bytes() == payload:
        return
    draft = folder.path / f"{_BUILDING}{INDEX}"
    # never into a file that a link of this name leads to
    with draft.open("xb") as file:
        file.write(payload)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    sync(folder.path)


def sync(folder: Path) -> None:
    """Make renames in a folder last through a loss of power."""
    # a folder cannot be opened on Windows
    with suppress(PermissionError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def remove_tree(path: Path) -> None:
    """Remove a file, a link, or a folder of files that may be read-only."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    if sys.platform == "win32":
        for file in path.rglob("*"):
            file.chmod(0o666)
    shutil.rmtree(path)


def _wait_for(lock: IO[str], path: Path, wait: float) -> None:
    """Take the lock, which the system gives back when its holder ends, however it ends."""
    deadline = time.monotonic() + wait
    while not _taken(lock):
        if time.monotonic() >= deadline:
            lock.seek(0)
            holder = lock.read().strip() or "?"
            raise DatabaseProblem(
                zh=f"另一个进程(PID {holder})正在发布到 {path}。等它结束,或用 --wait 秒数 等待",
                en=f"another process (PID {holder}) is publishing to {path}. Let it finish, or "
                "wait for it with --wait SECONDS",
            )
        time.sleep(1 / _TRIES_A_SECOND)
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()


def _taken(lock: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            lock.seek(0)
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
