"""Polygons of counties: borders as given, or what the stands cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from sinkcalc.accounting.series_breaks import border_series
from sinkcalc.coefficients.land import districts_made, redrawn_districts, successors
from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.boundaries import Boundaries, Note
from sinkcalc.pipeline.map_notes import no_system
from sinkcalc.report.map_shapes import is_drawn, placed, united
from sinkcalc.store.connection import Connection
from sinkcalc.store.inventory import Survey
from sinkcalc.store.series import counted_by
from sinkcalc.store.spatial import stand_polygons

_SIDE: Final = {True: ("调整后", "after"), False: ("调整前", "before")}

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class DrawnCounties:
    """Polygons by county.

    Attributes
    ----------
    rows
        `region_code`, `geometry_valid`, `boundary_area_ha` (ha; null where not known),
        `geometry_source`, in the order of the codes.
    shapes
        A multipolygon for each row.
    """

    rows: pl.DataFrame
    shapes: "Shapes"
    notes: list[Note]


def counties_of_stands(con: Connection, survey: int, crs: str) -> DrawnCounties:
    """Unite the polygons of the stands of each county.

    Raises
    ------
    SinkcalcError
        If no stand has one.
    """
    stands = stand_polygons(con, survey, ("stand_id", "region_code"))
    if stands.is_empty():
        raise SinkcalcError(
            zh=f"图层 counties 画不出来:调查 {survey} 的小班没有图形,也没有给出县界。"
            "用 --boundaries 给出县界图层(任何 GDAL 能读的文件,含县代码或县名),"
            "或用 sinkcalc load stands 读入带图形的小班(.shp .gpkg .gdb)",
            en=f"the layer counties cannot be drawn: the stands of survey {survey} have no "
            "geometries and no borders are given. Name a layer of county polygons with "
            "--boundaries (any file that GDAL reads, with a column of codes or names), or load "
            "stands with geometries (.shp .gpkg .gdb): sinkcalc load stands",
        )
    found = placed(stands, crs)
    codes, shapes, valid = [], [], []
    for code in stands["region_code"].unique().sort():
        mine = (stands["region_code"] == code).to_numpy() & is_drawn(found.shapes)
        if mine.any():
            codes.append(code)
            shapes.append(united(found.shapes[mine]))
            valid.append(bool(found.valid[mine].all()))
    rows = pl.DataFrame(
        {"region_code": codes, "geometry_valid": valid},
        schema={"region_code": pl.String, "geometry_valid": pl.Boolean},
    ).with_columns(
        pl.lit(None, pl.Float64).alias("boundary_area_ha"),
        pl.lit("stands").alias("geometry_source"),
    )
    notes = [
        (
            "县的图形由小班合并而成,只是有图形的小班的范围,不是县界;森林覆盖率因此为空",
            "counties are drawn as the union of their stands: the extent of the stands that have "
            "geometries, not the border; forest cover is therefore empty",
        )
    ]
    return DrawnCounties(rows, _objects(shapes), notes)


def counties_of_borders(
    con: Connection, survey: Survey, given: Boundaries, crs: str
) -> DrawnCounties:
    """Take borders as given; several polygons of one county are united."""
    found = placed(given.rows, crs)
    notes = [*given.notes, *_unlike_borders(con, survey, given)]
    codes, shapes, valid, areas = [], [], [], []
    for code in given.rows["region_code"].unique().sort():
        mine = (given.rows["region_code"] == code).to_numpy()
        drawn = mine & is_drawn(found.shapes)
        if not drawn.any():
            continue
        parts = found.shapes[drawn]
        codes.append(code)
        shapes.append(parts[0] if len(parts) == 1 else united(parts))
        valid.append(bool(found.valid[drawn].all()))
        area = given.rows["boundary_area_ha"].filter(pl.Series(mine))
        # an invalid polygon has no area
        areas.append(float(area.sum()) if valid[-1] and not area.has_nulls() else None)
    if given.simulated and not survey.simulated:
        notes.append(
            (
                "县界文件标明是模拟的,不是真实县界",
                "the file of borders says that they are simulated: they are not the real ones",
            )
        )
    if found.without_system:
        notes.append(no_system(found.without_system, "县界", "borders"))
    if found.without_surface:
        notes.append(
            (
                f"县界文件中 {found.without_surface} 个图形不是面,未用",
                f"{found.without_surface} geometries of the borders are no polygons and not used",
            )
        )
    rows = pl.DataFrame(
        {"region_code": codes, "geometry_valid": valid, "boundary_area_ha": areas},
        schema={
            "region_code": pl.String,
            "geometry_valid": pl.Boolean,
            "boundary_area_ha": pl.Float64,
        },
    ).with_columns(
        pl.lit("simulated_boundaries" if given.simulated else "boundaries").alias("geometry_source")
    )
    return DrawnCounties(rows, _objects(shapes), notes)


def _unlike_borders(con: Connection, survey: Survey, given: Boundaries) -> list[Note]:
    """Tell districts whose borders in the file are not those that the survey counted by."""
    counted = counted_by(con, survey.survey, survey.definition, list(successors()))
    notes: list[Note] = []
    for since, lands in redrawn_districts().items():
        for land in lands.values():
            # a district that the reform made says which borders the file has
            made = [code for code in land if code in districts_made(since)]
            if not made or not given.codes.intersection(land):
                continue
            after = any(code in given.codes for code in made)
            own = border_series(counted, land[0])
            if own.startswith("after") == after:
                continue
            districts = "、".join(land)
            notes.append(
                (
                    f"{districts} 的界线在 {since} 调整过:县界文件是{_SIDE[after][0]}的,"
                    f"调查 {survey.survey} 按{_SIDE[not after][0]}的统计,图与数不是同一块地",
                    f"the borders of {districts} were redrawn in {since}: the file has those "
                    f"{_SIDE[after][1]} it, survey {survey.survey} counts by those "
                    f"{_SIDE[not after][1]} it; polygon and figures are not of the same "
                    "land",
                )
            )
    return notes


def shapes_of(rows: pl.DataFrame, drawn: DrawnCounties) -> "Shapes":
    """Return the polygon of each row of `region_code`; None where there is none."""
    by_code = dict(zip(drawn.rows["region_code"], drawn.shapes, strict=True))
    return _objects([by_code.get(code) for code in rows["region_code"]])


def _objects(shapes: Sequence[Any]) -> "npt.NDArray[np.object_]":
    import numpy as np

    out = np.empty(len(shapes), object)
    out[:] = shapes
    return out
