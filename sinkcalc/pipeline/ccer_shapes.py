"""Polygons of the eligible parcels of a project."""

from pathlib import Path

import polars as pl

from sinkcalc.ccer.calculation import Calculation
from sinkcalc.pipeline.ccer_parcels import read_parcels
from sinkcalc.pipeline.ccer_project import read_project


def parcel_shapes(calculation: Calculation, db: Path, wait: float) -> pl.DataFrame | None:
    """Return `parcel_id`, `stratum`, `crs`, `geometry_wkb` of the parcels that are counted.

    Returns
    -------
    One row a parcel, without a polygon where it is not drawn; None if none is.

    Raises
    ------
    SinkcalcError
        As `read_parcels`.
    """
    drawn = read_parcels(read_project(calculation.project.path), db, wait).shapes
    counted = calculation.parcels.select("parcel_id", "stratum")
    joined = counted.join(drawn, on="parcel_id", how="left", maintain_order="left")
    return None if joined["geometry_wkb"].is_null().all() else joined
