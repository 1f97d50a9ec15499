"""Parcels as they stand: rows of a file or stands of the database, with their polygons."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.ccer.parcel import PARCEL_COLUMNS
from sinkcalc.ccer.project import ParcelSource, Project
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import GEOMETRY, ROW
from sinkcalc.intake.parcel_columns import (
    Found,
    find_parcel_columns,
    is_parcel_heading,
    require_area,
)
from sinkcalc.pipeline.ccer_formed import species_of
from sinkcalc.pipeline.parcel_values import REJECTED, read_values
from sinkcalc.pipeline.read_table import read_text_table
from sinkcalc.pipeline.scenario_values import region_words
from sinkcalc.store.ccer_stands import stands_as_parcels
from sinkcalc.store.conditions import checked_condition, forbid_files
from sinkcalc.store.connection import Connection, reading
from sinkcalc.store.geometries import shapes_of_stands, wetland_shapes, wetlands_drawn

NO_SHAPES: Final = pl.DataFrame(
    schema={"parcel_id": pl.String, "crs": pl.String, "geometry_wkb": pl.Binary}
)
NO_WETLANDS: Final = pl.DataFrame(
    schema={"wetland_id": pl.String, "crs": pl.String, "geometry_wkb": pl.Binary}
)

_NO_WETLANDS_LAID: Final = (
    "没有数据库,地块未与湿地叠置;用 --db 指定",
    "there is no database: the parcels are not laid over wetlands; name one with --db",
)


@dataclass(frozen=True)
class Land:
    """Parcels before their polygons are looked at.

    Attributes
    ----------
    frame
        `_row` and the columns of `PARCEL_COLUMNS`.
    rejected
        Rows set aside.
    shapes
        `parcel_id`, `crs`, `geometry_wkb` of parcels that have a polygon.
    wetlands
        `wetland_id`, `crs`, `geometry_wkb` of stored wetlands.
    wetland_regions
        Counties of which wetlands are drawn.
    notes
        What is told, in Chinese and English.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame
    shapes: pl.DataFrame = field(default_factory=lambda: NO_SHAPES)
    wetlands: pl.DataFrame = field(default_factory=lambda: NO_WETLANDS)
    wetland_regions: tuple[str, ...] = ()
    notes: list[tuple[str, str]] = field(default_factory=list)


def read_land(project: Project, db: Path | None, wait: float) -> Land:
    """Read parcels from the file or the survey that the project names.

    Parameters
    ----------
    db
        Database of stands and wetlands; needed for stands. None: wetlands are not laid over.

    Raises
    ------
    UsageProblem
        If file, survey or database is missing, a column is missing, or a condition is refused.
    DatabaseProblem
        If the database cannot be opened.
    """
    source = project.parcels
    if source.file is None and db is None:
        raise UsageProblem(
            zh=f"项目文件 {project.path} 的地块取自数据库(survey = {source.survey}),"
            "但没有指定数据库;用 --db 指定",
            en=f"the parcels of {project.path} are stands of the database (survey = "
            f"{source.survey}), but there is none: name it with --db",
        )
    from_file = None if source.file is None else _of_file(source, source.file)
    if db is None or (from_file is not None and (from_file.shapes.is_empty() or not db.exists())):
        assert from_file is not None
        if not from_file.shapes.is_empty():
            from_file.notes.append(_NO_WETLANDS_LAID)
        return from_file
    with reading(db, wait) as con:
        forbid_files(con)
        land = _of_stands(con, source, project.start.year) if from_file is None else from_file
        return _with_wetlands(con, land, source)


def _of_file(source: ParcelSource, file: Path) -> Land:
    found: dict[str, Found] = {}
    headers: list[str] = []

    def choose(names: list[str]) -> list[str]:
        headers.extend(names)
        found.update(find_parcel_columns(file, names))
        return [one.header for one in found.values()]

    table = read_text_table(file, choose, is_parcel_heading, source.encoding, source.layer)
    drawn = GEOMETRY in table.rows.columns
    if not drawn:
        require_area(file, found, headers)
    values = read_values(table.rows, table.bad, found, _county_words(), species_of)
    frame, shapes = values.rows, NO_SHAPES
    if drawn:
        shapes = frame.filter(pl.col(GEOMETRY).is_not_null()).select(
            "parcel_id",
            pl.lit(table.crs or None, pl.String).alias("crs"),
            pl.col(GEOMETRY).alias("geometry_wkb"),
        )
    notes = [*table.notes]
    unread = [name for name in headers if name not in {one.header for one in found.values()}]
    if unread:
        listed = ", ".join(unread)
        notes.append(
            (f"{file.name}:没有读的列:{listed}", f"{file.name}: columns not read: {listed}")
        )
    plain = frame.select(ROW, *PARCEL_COLUMNS)
    return Land(plain, values.rejected, shapes, notes=notes)


def _county_words() -> dict[str, str]:
    """Return codes and names of counties, names also without their last word (临安 of 临安区)."""
    words = region_words()
    short = {name[:-1]: code for name, code in words.items() if name[-1] in "区县市"}
    return short | words


def _of_stands(con: Connection, source: ParcelSource, start: int) -> Land:
    survey = source.survey or 0
    where = None if source.where is None else checked_condition(con, source.where, "stands")
    stands = stands_as_parcels(con, survey, where)
    if stands.is_empty():
        shown = f"({source.where})" if source.where else ""
        raise UsageProblem(
            zh=f"{survey} 年的调查中没有符合条件的小班{shown};sinkcalc surveys 列出已入库的调查",
            en=f"no stands of survey {survey} meet the condition {shown}; sinkcalc surveys lists "
            "what is loaded",
        )
    missing = [name for name in PARCEL_COLUMNS if name not in stands.columns]
    frame = (
        _before_start(stands, survey - start)
        .with_columns(pl.lit(None, PARCEL_COLUMNS[name]).alias(name) for name in missing)
        .with_row_index(ROW, offset=1)
        .select(
            pl.col(ROW).cast(pl.Int64),
            *(pl.col(name).cast(kind) for name, kind in PARCEL_COLUMNS.items()),
        )
    )
    shapes = shapes_of_stands(con, survey, frame["stand_id"].to_list())
    notes = [] if survey == start else [_of_another_year(survey, start)]
    return Land(
        frame,
        pl.DataFrame(schema=REJECTED),
        shapes.rename({"stand_id": "parcel_id"}),
        notes=notes,
    )


def _before_start(stands: pl.DataFrame, late: int) -> pl.DataFrame:
    """Take the years of a survey after the start off the years without forest before it.

    Parameters
    ----------
    late
        Years from the start to the survey.
    """
    if late <= 0:
        return stands
    bare, known = pl.col("non_forest_years_at_least"), pl.col("non_forest_years") - late
    return stands.with_columns(
        pl.when(~bare).then("non_forest_years").when(known >= 0).then(known),
        non_forest_years_at_least=bare & (known >= 0),
    )


def _of_another_year(survey: int, start: int) -> tuple[str, str]:
    return (
        f"地块取自 {survey} 年的小班,项目 {start} 年开工:地类等为 {survey} 年的状况,"
        "两年之间有无变化未知",
        f"the parcels are stands of {survey} and the project starts in {start}: vegetation and the "
        f"like are those of {survey}, and whether they changed in between is not known",
    )


def _with_wetlands(con: Connection, land: Land, source: ParcelSource) -> Land:
    """Add the polygons of stored wetlands, of the survey that is named or the newest drawn."""
    if land.shapes.is_empty():
        return land
    drawn = wetlands_drawn(con)
    survey = source.wetland_survey or max(drawn, default=None)
    if survey is None:
        return land
    if survey not in drawn:
        listed = ", ".join(map(str, sorted(drawn))) or "–"
        raise UsageProblem(
            zh=f"[parcels] wetland_survey = {survey}:库中没有这次调查的湿地图形;有:{listed}",
            en=f"[parcels] wetland_survey = {survey}: no polygons of wetlands of this survey are "
            f"stored; there are those of {listed}",
        )
    return Land(
        land.frame,
        land.rejected,
        land.shapes,
        wetland_shapes(con, survey, counted=True),
        tuple(drawn[survey]),
        [
            *land.notes,
            (f"与 {survey} 年湿地图形叠置", f"laid over the wetlands of survey {survey}"),
        ],
    )
