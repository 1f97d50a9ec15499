"""Read-only SQL of anybody: no file, network, extension or setting, within time and memory."""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb

from sinkcalc.errors import SinkcalcError
from sinkcalc.store.ask_check import checked_statement
from sinkcalc.store.ask_errors import (
    is_out_of_memory,
    said_by_duckdb,
    too_long,
    took_too_long,
    took_too_much,
)
from sinkcalc.store.conditions import forbid_files
from sinkcalc.store.plain_rows import plain_frame, plain_select
from sinkcalc.store.views import SCHEMA

if TYPE_CHECKING:
    import polars as pl

# lists of ten thousands of names fit; a tree is a thousand times larger than its text
MOST_SIGNS: Final = 1_000_000
_BATCH_ROWS: Final = 100_000
# after being told to stop, a statement ends within this time or is given up
_GRACE_SECONDS: Final = 5
# address space for what a database needs beside the memory that it counts
_BESIDE_BYTES: Final = 2**30
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?", re.IGNORECASE)
_SIZE_UNITS: Final = ("", "K", "M", "G", "T")
_DESCRIBE: Final = "DESCRIBE FROM ("


@dataclass(frozen=True)
class Limits:
    """How long a statement may run, what memory it may take, how many rows are kept.

    Parameters
    ----------
    seconds
        Until it is interrupted.
    memory
        Such as `4GB`.
    rows
        Further rows are counted and left out; all are kept if None.
    """

    seconds: float
    memory: str
    rows: int | None = None


@dataclass(frozen=True)
class Answer:
    """Rows of a statement, and how many more there were."""

    frame: "pl.DataFrame"
    left_out: int


def ask(
    con: duckdb.DuckDBPyConnection,
    text: str,
    limits: Limits,
    give_up: Callable[[SinkcalcError | None], None] | None = None,
) -> Answer:
    """Run one statement that reads, on a connection that is good for nothing else afterwards.

    The connection is one of `reading` without `spill`.

    A name without a schema is a view of the schema `bureau`, else a table.

    Parameters
    ----------
    give_up
        Called with the error, or None after an interruption, if the statement does not end when
        it is told to: it has to leave the program, since the connection cannot be closed then.

    Returns
    -------
    Columns of numbers, truth values, dates and texts; a second column of a name gets a number.

    Raises
    ------
    UsageProblem
        If the statement is refused or wrong.
    SinkcalcError
        If it fails, or takes longer or more memory than allowed.
    """
    if len(text) > MOST_SIGNS:
        raise too_long(MOST_SIGNS)
    lock_down(con, limits.memory)
    box: list[Answer | BaseException] = []
    worker = threading.Thread(target=_run, args=(con, text, limits, box), name="sql", daemon=True)
    with _address_space(limits.memory):
        worker.start()
        try:
            late = not _ended(worker, limits.seconds)
        except BaseException:
            _stop(con, worker, give_up, None)
            raise
        if late:
            error = took_too_long(limits.seconds)
            _stop(con, worker, give_up, error)
            raise error
    (outcome,) = box
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def lock_down(con: duckdb.DuckDBPyConnection, memory: str) -> None:
    """Keep a connection from everything but its database, until it is closed."""
    forbid_files(
        con,
        "max_temp_directory_size = '0B'",
        f"memory_limit = '{memory_bytes(memory)}B'",
        "python_enable_replacements = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        "disabled_filesystems = 'LocalFileSystem'",
        "errors_as_json = true",
        f"search_path = '{SCHEMA},main'",
    )


def memory_bytes(text: str) -> int:
    """Return a size such as `4GB` or `500 MiB` in bytes.

    Raises
    ------
    ValueError
        If it is none, or is nothing.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no size")
    power = _SIZE_UNITS.index(found[2].upper())
    size = int(float(found[1]) * (1024 if found[3] else 1000) ** power)
    if size < 1:
        raise ValueError(f"{text!r} is no size")
    return size


def _run(
    con: duckdb.DuckDBPyConnection,
    text: str,
    limits: Limits,
    box: list[Answer | BaseException],
) -> None:
    try:
        box.append(_answer(con, text, limits))
    except BaseException as error:
        # its frames hold what the statement had read so far
        box.append(_told(error.with_traceback(None), text, limits))


def _answer(con: duckdb.DuckDBPyConnection, text: str, limits: Limits) -> Answer:
    import pyarrow as pa

    # a long text takes time and memory to be judged, too
    statement = checked_statement(con, text)
    try:
        described = con.execute(f"{_DESCRIBE}{statement}\n)").fetchall()
    except duckdb.Error as error:
        raise _told(error, statement, limits, len(_DESCRIBE)) from None
    names, types = [row[0] for row in described], [row[1] for row in described]
    # an open reader would keep the database after its connection
    with con.execute(plain_select(statement, types)).to_arrow_reader(_BATCH_ROWS) as reader:
        batches, left_out = _kept(reader, limits)
        table = pa.Table.from_batches(batches, reader.schema)
    return Answer(plain_frame(table, names, types), left_out)


def _kept(reader: Any, limits: Limits) -> tuple[list[Any], int]:
    """Return the batches within the limits, and how many rows came after those."""
    batches: list[Any] = []
    kept = left_out = size = 0
    for batch in reader:
        room = batch.num_rows if limits.rows is None else limits.rows - kept
        part = batch.slice(0, room)
        left_out += batch.num_rows - part.num_rows
        kept += part.num_rows
        size += part.nbytes
        if size > memory_bytes(limits.memory):
            raise MemoryError
        if part.num_rows:
            batches.append(part)
    return batches, left_out


def _told(error: BaseException, statement: str, limits: Limits, before: int = 0) -> BaseException:
    if is_out_of_memory(error):
        return took_too_much(limits.memory)
    if isinstance(error, (duckdb.Error, OSError)):
        return said_by_duckdb(error, statement, before)
    return error


def _ended(worker: threading.Thread, seconds: float) -> bool:
    worker.join(seconds)
    return not worker.is_alive()


def _stop(
    con: duckdb.DuckDBPyConnection,
    worker: threading.Thread,
    give_up: Callable[[SinkcalcError | None], None] | None,
    error: SinkcalcError | None,
) -> None:
    con.interrupt()
    if not _ended(worker, _GRACE_SECONDS) and give_up is not None:
        give_up(error)


@contextlib.contextmanager
def _address_space(memory: str) -> Iterator[None]:
    """Hold the whole program to a bound of memory: not every text and list is counted by DuckDB."""
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):
        # other systems have no such bound
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    bound = pages * resource.getpagesize() + 2 * memory_bytes(memory) + _BESIDE_BYTES
    if before[1] != resource.RLIM_INFINITY:
        bound = min(bound, before[1])
    resource.setrlimit(resource.RLIMIT_AS, (bound, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
