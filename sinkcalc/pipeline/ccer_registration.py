"""What of a project file goes into the register."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.ccer.calculation import Calculation
from sinkcalc.pipeline.ccer_baseline import project_calculation
from sinkcalc.pipeline.ccer_export import RUN_ID_LENGTH, sha256
from sinkcalc.pipeline.ccer_parcels import read_parcels
from sinkcalc.pipeline.ccer_project import read_project
from sinkcalc.pipeline.ccer_register import Registration, store_project
from sinkcalc.schemas.ccer_ledger import AREA
from sinkcalc.store.ccer import ProjectRecord

# columns of a parcel that are stored as they are
_KEPT: Final = (
    "parcel_id",
    "stratum",
    "region_code",
    "township",
    "village",
    "compartment",
    "stand_id",
    "tenure_kind",
    "tenure_number",
    "outcome",
)
_REMOVALS: Final = (
    "period",
    "first_day",
    "last_day",
    "baseline_removal_t",
    "project_removal_t",
    "leakage_t",
    "risk_deduction_t",
    "reduction_t",
    "cumulative_t",
    "creditable_t",
)


def register_project(
    path: Path,
    db: Path,
    day: date,
    amend: str | None = None,
    wait: float = 0.0,
    *,
    include_unknown: bool = False,
) -> tuple[Registration, Calculation]:
    """Compute a project and register it: its eligible parcels and what is expected of them.

    Parameters
    ----------
    path
        Project file.
    day
        Of the registration.
    amend
        Reason of a change of a project that has issued units.
    include_unknown
        Whether parcels that a rule could not judge are among them.

    Raises
    ------
    SinkcalcError
        If the project cannot be computed or its land is another project's; see
        `project_calculation` and `store_project`.
    """
    made = project_calculation(path, db, wait, include_unknown=include_unknown)
    shapes = read_parcels(read_project(path), db, wait).shapes
    parcels = _parcels(made, shapes)
    removals = made.yearly.select(_REMOVALS)
    record = _record(made, path.read_text(encoding="utf-8"), parcels, removals)
    return store_project(db, record, parcels, removals, day, amend, wait), made


def _parcels(made: Calculation, shapes: pl.DataFrame) -> pl.DataFrame:
    survey = made.project.parcels.survey if made.project.parcels.file is None else None
    return (
        made.parcels.select(
            *_KEPT,
            pl.col("area_ha").cast(pl.Decimal(*AREA)),
            pl.lit(survey, pl.Int32).alias("survey"),
        )
        .join(shapes, on="parcel_id", how="left", maintain_order="left")
        .sort("parcel_id")
    )


def _record(
    made: Calculation, text: str, parcels: pl.DataFrame, removals: pl.DataFrame
) -> ProjectRecord:
    project, pack = made.project, made.pack
    periods = made.plan.periods
    parameters = _hash(made.used_items.rows())
    bare = parcels.with_columns(pl.col("geometry_wkb").bin.encode("hex"))
    known = [text, bare.rows(), removals.rows(), parameters, pack.code, pack.version, __version__]
    return ProjectRecord(
        project_id=project.project_id,
        version=0,
        name=project.name,
        owner=project.owner,
        methodology=pack.code,
        pack_version=pack.version,
        standing=pack.standing,
        start_date=project.start,
        crediting_start=project.crediting_start,
        crediting_end=periods[-1].last,
        crediting_years=project.crediting_years,
        gwp_set=project.gwp_set,
        parcels=parcels.height,
        # summed before it is rounded, as the tables of the project say it
        area_ha=round(float(made.parcels["area_ha"].sum()), AREA[1]),
        survey=parcels["survey"][0],
        run_id=_hash(known)[:RUN_ID_LENGTH],
        project_text=text,
        project_sha256=sha256(text.encode()),
        parameters_sha256=parameters,
        draft=not made.unverified.is_empty() or made.unknown_parcels > 0,
        simulated=made.simulated,
        reason=None,
        program_version=__version__,
    )


def _hash(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return sha256(text.encode())
