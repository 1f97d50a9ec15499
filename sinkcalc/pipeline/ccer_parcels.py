"""Parcels of a project: read, measured, and laid over other land."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.ccer.parcel import PARCEL_COLUMNS
from sinkcalc.ccer.project import Project
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW
from sinkcalc.intake.parcel_shapes import can_measure
from sinkcalc.pipeline.ccer_drawn import (
    NO_AREAS,
    NO_OVERLAPS,
    Note,
    lay_over,
    read_others,
    with_areas,
    with_other_projects,
    with_wetland,
)
from sinkcalc.pipeline.ccer_formed import form_strata
from sinkcalc.pipeline.parcel_land import Land, read_land
from sinkcalc.pipeline.parcel_values import TEXTS, parcel_rules


@dataclass(frozen=True)
class Parcels:
    """Parcels of a project and what was told of them.

    Attributes
    ----------
    project
        The project with its strata, those that parcels form among them.
    frame
        `_row` (row of the file) and the columns of `PARCEL_COLUMNS`; null is not known.
    notes
        What is told, in Chinese and English.
    rejected
        Rows set aside: `source_row`, `column_name`, `value`, `rule`, reason and remedy.
    overlaps
        `parcel_id`, `other_id`, `overlap_ha`, `share` of the parcel, `over` (parcel,
        other_project, wetland), `source` (file of the other), `sliver`.
    areas
        `parcel_id`, `area_ha` (stated), `shape_ha`, `difference_fraction` of the stated area; of
        parcels that are drawn.
    shapes
        `parcel_id`, `crs`, `geometry_wkb` of parcels that are drawn.
    """

    project: Project
    frame: pl.DataFrame
    notes: list[Note]
    rejected: pl.DataFrame
    overlaps: pl.DataFrame
    areas: pl.DataFrame
    shapes: pl.DataFrame


def read_parcels(project: Project, db: Path | None, wait: float = 0.0) -> Parcels:
    """Read the parcels of a project, measure their polygons, and form strata of them.

    Parameters
    ----------
    db
        Database of stands and wetlands; None: wetlands are not laid over.
    wait
        Seconds to wait for a database that another process writes.

    Raises
    ------
    UsageProblem
        If a file, survey, column or stratum is missing, a condition is refused, no row can be
        used, or parcels lie over each other.
    DatabaseProblem
        If the database cannot be opened.
    """
    land = read_land(project, db, wait)
    if land.frame.is_empty():
        raise _nothing(project, land)
    notes = [*land.notes]
    areas, found = NO_AREAS, NO_OVERLAPS
    frame = land.frame
    if not land.shapes.is_empty() and can_measure():
        frame, areas = with_areas(land, notes)
        others = read_others(project)
        found = lay_over(project, land, others, notes)
        frame = with_other_projects(frame, land, others, found, notes)
        frame = with_wetland(frame, land, found, notes)
    elif not land.shapes.is_empty() or project.parcels.others:
        notes.append(_NOT_MEASURED if can_measure() else _NO_GIS)
    frame, rejected = _with_area_only(frame, land.rejected)
    if frame.is_empty():
        raise _nothing(project, replace(land, rejected=rejected))
    notes += _of_rejected(rejected)
    stratum = project.parcels.stratum
    if stratum is not None:
        frame = frame.with_columns(pl.col("stratum").fill_null(stratum))
    whole, frame = form_strata(project, frame)
    return Parcels(
        whole,
        frame.select(ROW, *PARCEL_COLUMNS),
        notes,
        rejected,
        found,
        areas,
        land.shapes,
    )


_NO_GIS: Final = (
    '没有安装 shapely、pyproj:图形未量测,未与其他项目和湿地叠置;pip install "sinkcalc[gis]"',
    "shapely and pyproj are not installed: polygons are not measured and not laid over other "
    'projects and wetlands; pip install "sinkcalc[gis]"',
)
_NOT_MEASURED: Final = (
    "地块没有图形,不能与其他项目的地块叠置;[parcels] file 给出带图形的图层",
    "the parcels have no polygons and are not laid over those of other projects: give a layer with "
    "polygons as file under [parcels]",
)


def _with_area_only(
    frame: pl.DataFrame, rejected: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Set aside parcels of a layer without areas whose polygon cannot be measured."""
    without = frame.filter(pl.col("area_ha").is_null())
    rule = "parcel_not_drawn"
    texts = {name: pl.lit(parcel_rules()[rule][name]) for name in TEXTS}
    more = without.select(
        pl.col(ROW).alias("source_row"),
        pl.lit(None, pl.String).alias("column_name"),
        pl.col("parcel_id").alias("value"),
        pl.lit(rule).alias("rule"),
        **texts,
    )
    kept = frame.filter(pl.col("area_ha").is_not_null())
    return kept, pl.concat([rejected, more]).sort("source_row")


def _nothing(project: Project, land: Land) -> UsageProblem:
    name = project.parcels.file.name if project.parcels.file else str(project.path)
    if land.rejected.is_empty():
        return UsageProblem(zh=f"{name} 没有地块;检查文件", en=f"{name} holds no parcels: check it")
    first = land.rejected.row(0, named=True)
    count = land.rejected.height
    return UsageProblem(
        zh=f"{name} 的 {count} 行全部剔除;如第 {first['source_row']} 行:{first['reason_zh']}"
        f"({first['value'] or '–'});{first['remedy_zh']}",
        en=f"none of the {count} rows of {name} can be used; as row {first['source_row']}: "
        f"{first['reason_en']} ({first['value'] or '–'}); {first['remedy_en']}",
    )


def _of_rejected(rejected: pl.DataFrame) -> list[Note]:
    """Tell the rows set aside, by rule."""
    counted = rejected.group_by("rule", maintain_order=True).agg(
        pl.len().alias("rows"), pl.all().first()
    )
    return [
        (
            f"剔除 {row['rows']} 行:{row['reason_zh']}(如第 {row['source_row']} 行:"
            f"{row['value'] or '–'});{row['remedy_zh']}",
            f"{row['rows']} rows set aside: {row['reason_en']} (as row {row['source_row']}: "
            f"{row['value'] or '–'}); {row['remedy_en']}",
        )
        for row in counted.iter_rows(named=True)
    ]
