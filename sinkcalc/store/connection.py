"""Open the database file, waiting for a lock and naming who holds it."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from sinkcalc.errors import DatabaseProblem, SinkcalcError
from sinkcalc.store.migrate import migrate, require_current

_PAUSE_SECONDS = 0.2
# of a folder that is written to: what finds no room in memory
SPILL = "spill"
# for rooms that hand an open database on and never speak to it
Connection = duckdb.DuckDBPyConnection


@contextmanager
def writing(path: Path, wait: float = 0.0) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open for writing, creating or migrating the database; closes at the end.

    Raises
    ------
    DatabaseProblem
        If another process holds the file after `wait` seconds, or it is no database.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unreadable(path, error) from None
    con = _connect(path, read_only=False, wait=wait)
    try:
        migrate(con)
        yield con
    except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.TransactionException) as error:
        raise _unwritable(path, error) from None
    finally:
        con.close()


@contextmanager
def reading(
    path: Path, wait: float = 0.0, *, spill: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open read-only; closes at the end.

    What views and macros of the file say reaches no other file and no network.

    Parameters
    ----------
    spill
        Whether what finds no room in memory may go to a file beside the database.

    Raises
    ------
    DatabaseProblem
        If the file does not exist, is held by a writer, or has another schema version.
    """
    _require_there(path)
    con = _connect(path, read_only=True, wait=wait)
    try:
        if not spill:
            con.execute("SET temp_directory = ''")
        _keep_inside(con)
        require_current(con, path)
        yield con
    finally:
        con.close()


@contextmanager
def attached(
    path: Path, wait: float = 0.0, folder: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database beside others, read-only, as the catalogue `working`; closes at the end.

    Parameters
    ----------
    folder
        Where files may be written, and what finds no room in memory; no file is reached if None.

    Raises
    ------
    DatabaseProblem
        As `reading` does.
    """
    _require_there(path)
    con = _connect(path, read_only=True, wait=wait, beside=True)
    try:
        if folder is not None:
            con.execute(f"SET temp_directory = {quoted(folder / SPILL)}")
            con.execute(f"SET allowed_directories = [{quoted(folder)}]")
        _keep_inside(con)
        require_current(con, path)
        yield con
    finally:
        con.close()


def exclusive(path: Path, wait: float = 0.0) -> None:
    """Make sure that no other process has a database open, and that its log is written into it.

    Raises
    ------
    DatabaseProblem
        If another process holds the file after `wait` seconds, or it is no database.
    """
    _connect(path, read_only=False, wait=wait).close()


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All statements or none."""
    con.begin()
    try:
        yield
    except BaseException:
        # a failed commit has ended the transaction already; its error is the one to tell
        with suppress(duckdb.Error):
            con.rollback()
        raise
    con.commit()


def _require_there(path: Path) -> None:
    if not path.exists():
        raise DatabaseProblem(
            zh=f"数据库 {path} 不存在。先运行 sinkcalc init 和 sinkcalc load stands,或用 --db 指定",
            en=f"there is no database {path}. Run sinkcalc init and sinkcalc load stands first, "
            "or name one with --db",
        )


def _connect(
    path: Path, *, read_only: bool, wait: float, beside: bool = False
) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + wait
    while True:
        try:
            con = _beside(path) if beside else duckdb.connect(str(path), read_only=read_only)
            # the bar would go to stdout, among the data
            con.execute("SET enable_progress_bar = false")
            return con
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise _unreadable(path, error) from None
            if time.monotonic() >= deadline:
                raise DatabaseProblem(
                    zh=f"数据库 {path} 被另一个进程占用:{_holder(error)}。"
                    "等它结束,或用 --wait 秒数 等待",
                    en=f"database {path} is held by another process: {_holder(error)}. "
                    "Let it finish, or wait for it with --wait SECONDS",
                ) from None
            time.sleep(_PAUSE_SECONDS)
        except duckdb.Error as error:
            raise _unreadable(path, error) from None


def _keep_inside(con: duckdb.DuckDBPyConnection) -> None:
    """Keep views and macros, which somebody else may have put into a file, from all others."""
    con.execute("SET enable_external_access = false")


def _beside(path: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:")
    con.execute(f"ATTACH {quoted(path)} AS working (READ_ONLY)")
    con.execute("USE working")
    return con


def quoted(path: Path) -> str:
    """Return the name of a file as SQL writes it."""
    return "'" + str(path).replace("'", "''") + "'"


def _unreadable(path: Path, error: Exception) -> DatabaseProblem:
    first = str(error).splitlines()[0]
    return DatabaseProblem(
        zh=f"无法打开数据库 {path}:{first}。检查路径,或用 --db 指定别的文件",
        en=f"cannot open database {path}: {first}. Check the path, or name another file with --db",
    )


def _unwritable(path: Path, error: Exception) -> SinkcalcError:
    first = str(error).splitlines()[0]
    return SinkcalcError(
        zh=f"写入数据库 {path} 失败:{first}。数据库保持原状;检查磁盘空间与内存后重试",
        en=f"writing to database {path} failed: {first}. The database is as before; check disk "
        "space and memory and try again",
    )


def _holder(error: Exception) -> str:
    text = str(error).splitlines()[0]
    _, _, tail = text.partition("held in ")
    return re.split(r"\. (?:See|However)", tail)[0] or text
