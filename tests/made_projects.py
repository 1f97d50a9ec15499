"""Registered projects of a few parcels, put into a database without a project file."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from sinkcalc.pipeline.ccer_register import Registration, store_project
from sinkcalc.store.ccer import ProjectRecord

START = date(2021, 1, 1)
YEARS = 20
# t CO2e a year before the fact
YEARLY = 1000
DAY = date(2024, 1, 10)
_PARCEL: dict[str, pl.DataType | type[pl.DataType]] = {
    "parcel_id": pl.String,
    "stratum": pl.String,
    "region_code": pl.String,
    "township": pl.String,
    "village": pl.String,
    "compartment": pl.String,
    "survey": pl.Int32,
    "stand_id": pl.String,
    "tenure_kind": pl.String,
    "tenure_number": pl.String,
    "area_ha": pl.Decimal(14, 4),
    "outcome": pl.String,
    "geometry_wkb": pl.Binary,
    "crs": pl.String,
}


def parcel(parcel_id: str, **fields: Any) -> dict[str, Any]:
    """Return a parcel of one hectare in Lin'an."""
    known = {"region_code": "330112", "area_ha": 1, "outcome": "pass", "stratum": "S1"}
    return {**dict.fromkeys(_PARCEL), **known, "parcel_id": parcel_id, **fields}


def parcels(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return rows of `ccer_parcels`."""
    return pl.DataFrame(list(rows), schema=_PARCEL)


def removals(years: int = YEARS) -> pl.DataFrame:
    """Return what is expected: `YEARLY` t CO2e in each year."""
    rows = [
        {
            "period": t,
            "first_day": date(START.year + t - 1, 1, 1),
            "last_day": date(START.year + t - 1, 12, 31),
            "baseline_removal_t": 0.0,
            "project_removal_t": float(YEARLY),
            "leakage_t": 0.0,
            "risk_deduction_t": 0.0,
            "reduction_t": float(YEARLY),
            "cumulative_t": float(YEARLY * t),
            "creditable_t": YEARLY * t,
        }
        for t in range(1, years + 1)
    ]
    return pl.DataFrame(rows)


def record(project_id: str, text: str = "first", **fields: Any) -> ProjectRecord:
    """Return a project under the method for afforestation."""
    digest = hashlib.sha256(f"{project_id}{text}".encode()).hexdigest()
    known: dict[str, Any] = {
        "project_id": project_id,
        "version": 0,
        "name": f"project {project_id}",
        "owner": "a forest farm",
        "methodology": "CCER-14-001-V01",
        "pack_version": "1.0",
        "standing": "in_force",
        "start_date": date(2020, 11, 1),
        "crediting_start": START,
        "crediting_end": date(START.year + YEARS - 1, 12, 31),
        "crediting_years": YEARS,
        "gwp_set": "AR6",
        "parcels": 1,
        "area_ha": 1.0,
        "survey": None,
        "run_id": digest[:16],
        "project_text": text,
        "project_sha256": digest,
        "parameters_sha256": digest,
        "draft": True,
        "simulated": False,
        "reason": None,
        "program_version": "test",
    }
    return ProjectRecord(**{**known, **fields})


def put(
    db: Path, project_id: str, *rows: dict[str, Any], text: str = "first", **options: Any
) -> Registration:
    """Register a project with some parcels."""
    fields = {name: options.pop(name) for name in ("simulated",) if name in options}
    made = record(project_id, text, parcels=len(rows), area_ha=float(len(rows)), **fields)
    day = options.pop("day", DAY)
    return store_project(db, made, parcels(*rows), removals(), day, **options)
