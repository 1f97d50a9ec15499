"""Wetlands and cores written straight into a database."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from sinkcalc.store.connection import writing

Record = Mapping[str, Any]


def write_wetlands(
    db: Path,
    survey: int,
    wetlands: Sequence[Record],
    cores: Sequence[Record] = (),
    *,
    definition: str = "land_survey_3",
    name: str = "a",
) -> None:
    """Replace the wetlands and cores of a survey.

    Parameters
    ----------
    wetlands, cores
        Columns of the tables; an absent one is null, but what a file gives has a default.
    name
        Tells loads of one survey apart.
    """
    with writing(db) as con:
        con.execute("DELETE FROM wetland_surveys WHERE survey = ?", [survey])
        con.execute("INSERT INTO wetland_surveys VALUES (?, ?, false)", [survey, definition])
        for table, rows in (("wetlands", wetlands), ("cores", cores)):
            con.execute(f"DELETE FROM {table} WHERE survey = ?", [survey])
            con.execute("DELETE FROM loads WHERE survey = ? AND table_name = ?", [survey, table])
            if rows:
                load = f"{table}-{survey}-{name}"
                _record_load(con, load, survey, table)
                _insert(con, table, survey, load, rows)


def _record_load(con: duckdb.DuckDBPyConnection, load: str, survey: int, table: str) -> None:
    con.execute(
        "INSERT INTO loads VALUES (?, ?, ?, 'made', '', '0', now()::TIMESTAMP, NULL)",
        [load, survey, table],
    )


def _insert(
    con: duckdb.DuckDBPyConnection,
    table: str,
    survey: int,
    load: str,
    rows: Sequence[Record],
) -> None:
    for number, row in enumerate(rows, 2):
        whole = {
            "survey": survey,
            "load_id": load,
            "source_file": f"{table}.csv",
            "source_row": number,
            **row,
        }
        marks = ", ".join("?" for _ in whole)
        con.execute(
            f"INSERT INTO {table} ({', '.join(whole)}) VALUES ({marks})", list(whole.values())
        )


def wetland(name: str, region: str, kind: str, area: str, **more: Any) -> dict[str, Any]:
    """Return a record of a wetland."""
    return {
        "wetland_id": name,
        "region_code": region,
        "wetland_class": kind,
        "area_ha": area,
        **more,
    }


def core(name: str, density: float, depth: int = 100, **more: Any) -> list[dict[str, Any]]:
    """Return the one interval of a core that holds `density` t C/ha of organic carbon to 100 cm.

    1 g/cm3 times the fraction times 100 cm times 100 = t C/ha.
    """
    return [
        {
            "core_id": name,
            "depth_top_cm": 0,
            "depth_bottom_cm": depth,
            "bulk_density_g_per_cm3": 1,
            "carbon_fraction": density / 10_000,
            "carbon_kind": "organic",
            **more,
        }
    ]
