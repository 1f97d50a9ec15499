"""Results that a command computes from several runs or surveys, in the database."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

import duckdb
import polars as pl

from sinkcalc import __version__
from sinkcalc.errors import SinkcalcError
from sinkcalc.resources import parameter_dir
from sinkcalc.store.connection import transaction
from sinkcalc.store.loads import insert_rows

# each is a table of its own
Kind = Literal[
    "changes",
    "change_effects",
    "land_transitions",
    "wetland_conversions",
    "provincial_inventory",
    "targets",
    "target_shares",
    "wetland_protection",
    "stands_and_plots",
    "stock_components",
]
# words of the program: no figure rests on them
_WORDS: Final = ("labels.csv", "words.csv")


@dataclass(frozen=True)
class Derived:
    """One result of a command that has no run of its own.

    Attributes
    ----------
    kind
        The table of its rows.
    rows
        As they are printed, in their order.
    loads
        What the database held when they were computed, see `loads_of`.
    subject
        What the figures are of, as the years of the surveys.
    options
        What else bears on the figures; both as JSON takes them.
    by_keys
        Keys that the rows are grouped by.
    standing
        Whether it answers the question as it stands: false for a what-if.
    marks
        Columns of the table that the printed rows have not, the same in every row.
    """

    kind: Kind
    rows: pl.DataFrame
    loads: str
    subject: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    by_keys: str = ""
    standing: bool = True
    marks: Mapping[str, object] = field(default_factory=dict)


def loads_of(con: duckdb.DuckDBPyConnection) -> str:
    """Return the loads that the database holds, as one text."""
    rows = con.execute("SELECT load_id FROM loads ORDER BY load_id").fetchall()
    return ",".join(str(row[0]) for row in rows)


def save_result(con: duckdb.DuckDBPyConnection, result: Derived) -> str:
    """Store a result in one transaction; one of the same identity is replaced.

    Returns
    -------
    The identity: a hash of kind, options, keys, loads, parameters, active models and program.

    Raises
    ------
    SinkcalcError
        If the database holds other loads than those that the rows were computed from.
    """
    if loads_of(con) != result.loads:
        raise SinkcalcError(
            zh="计算期间数据库有数据入库或删除;请重新运行",
            en="data were loaded or removed during the computation; run it again",
        )
    subject, options = (
        json.dumps(given, ensure_ascii=False, sort_keys=True)
        for given in (result.subject, {**result.subject, **result.options})
    )
    identity = [
        result.kind,
        options,
        result.by_keys,
        __version__,
        result.loads,
        _parameters_sha256(),
        *_active_models(con),
    ]
    result_id = hashlib.sha256("\n".join(identity).encode()).hexdigest()[:12]
    record = {
        "result_id": result_id,
        "kind": result.kind,
        "subject": subject,
        "options": options,
        "by_keys": result.by_keys,
        "loads": result.loads,
        "standing": result.standing,
        "program_version": __version__,
        "simulated": bool(result.rows["simulated"].any()),
        "made_at": datetime.now(UTC).replace(tzinfo=None),
    }
    places = result.rows.with_columns(
        pl.int_range(1, result.rows.height + 1, dtype=pl.Int32).alias("place")
    )
    with transaction(con):
        for table in (result.kind, "results"):
            con.execute(f"DELETE FROM {table} WHERE result_id = ?", [result_id])
        insert_rows(con, "results", pl.DataFrame([record]), {})
        insert_rows(con, result.kind, places, {"result_id": result_id, **result.marks})
    return result_id


def _parameters_sha256() -> str:
    digest = hashlib.sha256()
    for path in sorted(parameter_dir().glob("*.csv")):
        if path.name not in _WORDS:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _active_models(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute("SELECT model_id FROM models WHERE active ORDER BY model_id").fetchall()
    return [str(row[0]) for row in rows]
