"""Records of wetlands put straight into a database, for what reads them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

Record = Mapping[str, Any]

_MARK = {"load_id": "made", "source_file": "made.csv", "source_row": 2}


def put_wetlands(
    db: Path,
    survey: int,
    wetlands: Sequence[Record],
    protected_areas: Sequence[Record] = (),
    *,
    definition: str = "land_survey_3",
    simulated: bool = False,
) -> None:
    """Store wetlands and protected areas of one survey, columns by name."""
    with duckdb.connect(str(db)) as con:
        con.execute("INSERT INTO wetland_surveys VALUES (?, ?, ?)", [survey, definition, simulated])
        for table, rows in (("wetlands", wetlands), ("protected_areas", protected_areas)):
            if rows:
                con.execute(
                    "INSERT INTO loads VALUES (?, ?, ?, 'made', '', '0', now()::TIMESTAMP, NULL)",
                    [f"{table}-{survey}", survey, table],
                )
            for row in rows:
                _insert(con, table, {"survey": survey, **_MARK, **row})


def put_shapes(db: Path, survey: int, table: str, crs: str, shapes: Mapping[str, bytes]) -> None:
    """Store geometries (WKB by identifier) of `wetland`, `protected_area` or `stand`."""
    with duckdb.connect(str(db)) as con:
        for name, wkb in shapes.items():
            row = {"survey": survey, "load_id": "made", f"{table}_id": name}
            _insert(con, f"{table}_geometries", {**row, "crs": crs, "geometry_wkb": wkb})


def _insert(con: duckdb.DuckDBPyConnection, table: str, row: Record) -> None:
    marks = ", ".join("?" * len(row))
    con.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
