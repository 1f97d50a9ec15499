"""Cases of the catalogue: given rows of raw tables, put into a new database, and expected rows.

A case file `cases/<name>.toml` holds `[params]`, `[[given.<table>]]` with the columns that matter
and `[[expect]]`, the whole result in order. What is given:

- A column that is not given is NULL where it may be, else a filler of its type. `unit` of an
  estimate is that of its quantity, `method` the default one, `definition` local, `region_name` the
  name of the region; names that end in `_id` are numbered.
- A row of a survey that no table of surveys names makes the survey (definition `local`).
- A row without `load_id` belongs to the load that its table's survey has now, which is made. A run
  belongs to the load of stands, a run of the kind `wetland` to that of wetlands; a run is stale
  where another `load_id` is given to it.
- A row of a run that is not given makes the run: of its survey and method, by the keys that its
  estimates fill in, made at noon, of the `kind` and `load_id` that the row says, else `forest` and
  on the stands as they are loaded now.
- A row of a result that is not given makes the result, of the loads that there are, of no keys.

What is expected: a column absent from an expected row is NULL there. Words that a case does not
bear on may be named in `unchecked = ["definition"]`; a figure has to be checked.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from sinkcalc.vocabulary import DEFAULT_METHOD, UNITS

CASES = Path(__file__).parent / "cases"
NOON = datetime(2024, 1, 1, 12)
LATER = datetime(2025, 1, 1, 12)
# where surveys of a table are kept
SURVEYS = {
    "stands": "surveys",
    "plots": "plot_surveys",
    "trees": "plot_surveys",
    "wetlands": "wetland_surveys",
}
LOADED = (*SURVEYS, "strata", "cores", "protected_areas", "farmland")
# tables whose rows belong to a run
OF_RUNS = (
    "estimates",
    "estimate_budgets",
    "estimate_flags",
    "farmland_flags",
    "run_core_stocks",
    "run_parameters",
    "run_wetland_fluxes",
    "wetland_flags",
)
KEYS = {
    "region_code": "region",
    "vegetation_class": "vegetation_class",
    "species_group": "species_group",
    "origin": "origin",
    "age_group": "age_group",
    "forest_category": "forest_category",
    "wetland_class": "wetland_class",
}
# of columns that may not be NULL, whatever their table
USUAL = {"method": DEFAULT_METHOD, "definition": "local"}
FILLERS = {
    "VARCHAR": "-",
    "BOOLEAN": False,
    "TIMESTAMP": NOON,
    "DATE": NOON.date(),
    "BLOB": b"",
}

Row = dict[str, Any]
Given = dict[str, list[Row]]


@dataclass(frozen=True)
class Case:
    """Rows given to a query, its parameters and the whole of its result."""

    params: Row
    given: Given
    expect: list[Row]
    unchecked: frozenset[str]


def read_case(name: str) -> Case:
    """Read the case of a query; figures stay decimal."""
    text = (CASES / f"{name}.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text, parse_float=Decimal)
    assert found.keys() <= {"params", "given", "expect", "unchecked"}, found.keys()
    params = found.get("params", {})
    return Case(
        {k: float(v) if isinstance(v, Decimal) else v for k, v in params.items()},
        found.get("given", {}),
        found.get("expect", []),
        frozenset(found.get("unchecked", ())),
    )


def fill(con: duckdb.DuckDBPyConnection, given: Given, *, backwards: bool = False) -> None:
    """Put given rows, and what they need, into an empty database."""
    tables = {name: [dict(row) for row in rows] for name, rows in given.items()}
    _add_runs(tables)
    _add_loads(tables)
    _add_results(con, tables)
    regions = dict(con.execute("SELECT region_code, name_zh FROM regions").fetchall())
    for name, rows in tables.items():
        columns = _columns(con, name)
        if "region_name" in columns:
            rows = [{"region_name": regions.get(row.get("region_code")), **row} for row in rows]
        filled = [_filled(name, number, row, columns) for number, row in enumerate(rows, 1)]
        marks = ", ".join("?" * len(columns))
        for row in reversed(filled) if backwards else filled:
            con.execute(f"INSERT INTO {name} VALUES ({marks})", row)


def _add_runs(tables: Given) -> None:
    runs = tables.setdefault("runs", [])
    known = {run["run_id"] for run in runs}
    made: dict[str, Row] = {}
    keys: dict[str, set[str]] = {}
    for name, rows in tables.items():
        for row in rows if name in OF_RUNS else ():
            of_run = {key: row.pop(key) for key in ("kind", "load_id") if key in row}
            run_id = row["run_id"]
            if run_id in known:
                continue
            run = made.setdefault(run_id, {"run_id": run_id, "kind": "forest"})
            run |= of_run | {key: row[key] for key in ("survey", "method") if key in row}
            filled = {key for column, key in KEYS.items() if row.get(column) is not None}
            keys[run_id] = keys.get(run_id, set()) | (filled if name == "estimates" else set())
    for run_id, run in made.items():
        by_keys = ",".join(key for key in KEYS.values() if key in keys[run_id])
        runs.append({"run_at": NOON, "by_keys": by_keys, **run})


def _add_results(con: duckdb.DuckDBPyConnection, tables: Given) -> None:
    results = tables.setdefault("results", [])
    known = {row["result_id"] for row in results}
    for name, rows in list(tables.items()):
        for row in rows if name != "results" else ():
            if "result_id" in row and row["result_id"] not in known:
                known.add(row["result_id"])
                results.append({"result_id": row["result_id"], "kind": name})
    loads = ",".join(sorted(row["load_id"] for row in tables["loads"]))
    for row in results:
        for column, value in (("loads", loads), ("standing", True), ("by_keys", "")):
            row.setdefault(column, value)
        row.setdefault("made_at", LATER)


def _add_loads(tables: Given) -> None:
    loads = tables.setdefault("loads", [])
    known = {row["load_id"] for row in loads}
    for name in (*LOADED, "runs"):
        for row in tables.get(name, ()):
            loaded = name
            if name == "runs":
                loaded = "wetlands" if row.get("kind") == "wetland" else "stands"
            if loaded in SURVEYS:
                surveys = tables.setdefault(SURVEYS[loaded], [])
                if row["survey"] not in {one["survey"] for one in surveys}:
                    surveys.append({"survey": row["survey"], "definition": "local"})
            load_id = f"{loaded}-{row['survey']}"
            if row.setdefault("load_id", load_id) == load_id and load_id not in known:
                known.add(load_id)
                loads.append({"load_id": load_id, "survey": row["survey"], "table_name": loaded})


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, tuple[str, bool]]:
    """Return type and whether it may be NULL, by column."""
    rows = con.execute(
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND table_name = ? ORDER BY column_index",
        [table],
    ).fetchall()
    assert rows, f"there is no table {table}"
    return {name: (kind, nullable) for name, kind, nullable in rows}


def _filled(table: str, number: int, row: Row, columns: dict[str, tuple[str, bool]]) -> list[Any]:
    assert row.keys() <= columns.keys(), f"{table} has no {row.keys() - columns.keys()}"
    if table == "estimates":
        row = {"unit": UNITS[row["quantity"]], "n": 1, **row}
    return [
        row[name] if name in row else _filler(table, number, name, kind, nullable=nullable)
        for name, (kind, nullable) in columns.items()
    ]


def _filler(table: str, number: int, name: str, kind: str, *, nullable: bool) -> object:
    if nullable:
        return None
    if name in USUAL:
        return USUAL[name]
    if kind == "VARCHAR" and name.endswith("_id"):
        return f"{table}-{number}"
    if kind.startswith("ENUM"):
        return kind.split("'")[1]
    return FILLERS.get(kind, 0)


def same(found: object, expected: object) -> bool:
    """Compare a cell; a float that SQL divided or added to 1e-12 of its size."""
    if isinstance(found, float) and isinstance(expected, (Decimal, int, float)):
        want = float(expected)
        return abs(found - want) <= 1e-12 * max(abs(found), abs(want))
    if isinstance(expected, Decimal) and isinstance(found, (Decimal, int)):
        return Decimal(found) == expected
    return found == expected


def figures(rows: Iterable[Row]) -> set[str]:
    """Name the columns that hold figures."""
    return {
        name
        for row in rows
        for name, value in row.items()
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    }
