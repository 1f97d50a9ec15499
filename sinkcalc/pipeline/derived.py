"""Keep what a command computed from several runs or surveys."""

from pathlib import Path

from sinkcalc.errors import SinkcalcError
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.derived import Derived, loads_of, save_result


def loads_now(db: Path, wait: float = 0.0) -> str:
    """Return what the database holds before a result is computed from it."""
    with reading(db, wait) as con:
        return loads_of(con)


def keep_result(db: Path, result: Derived, wait: float = 0.0) -> SinkcalcError | None:
    """Store a result where the database can be written to.

    Returns
    -------
    Why it is not stored; None where it is.
    """
    try:
        with writing(db, wait) as con:
            save_result(con, result)
    except SinkcalcError as error:
        return error
    return None
