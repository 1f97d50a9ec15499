"""The map layer of counties."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from sinkcalc.accounting.series_breaks import border_series
from sinkcalc.coefficients.land import redrawn_districts, successors
from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.boundaries import Boundaries, Note, read_boundaries
from sinkcalc.pipeline.map_columns import names_of
from sinkcalc.report.geopackage import MapLayer
from sinkcalc.report.map_shapes import placed, united
from sinkcalc.report.map_styles import Graduated, Style, breaks_of
from sinkcalc.store.connection import Connection
from sinkcalc.store.inventory import Survey, arbor_areas
from sinkcalc.store.series import counted_by
from sinkcalc.store.spatial import (
    StoredRun,
    county_changes,
    county_figures,
    drawn_stands,
    stand_polygons,
)
from sinkcalc.units import MU_PER_HA

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

NAME: Final = "counties"
_SHADE: Final = "total_carbon_t_per_ha"
_BY_AREA: Final = {
    "vegetation_carbon_t_per_ha": "vegetation_carbon_t",
    "total_carbon_t_per_ha": "total_carbon_t",
}


@dataclass(frozen=True)
class _Drawn:
    """Polygons by county: `region_code` and what is known of each, with the shapes."""

    rows: pl.DataFrame
    shapes: "npt.NDArray[np.object_]"
    notes: list[Note]


def county_layer(
    con: Connection, run: StoredRun, survey: Survey, boundaries: Path | None, crs: str
) -> tuple[MapLayer, list[Note]]:
    """Return the counties of a run with the stored figures and their polygons.

    Raises
    ------
    SinkcalcError
        If there is nothing to draw them by.
    """
    figures = _with_means(con, run, county_figures(con, run.run_id))
    drawn = (
        _from_stands(con, run.survey, crs)
        if boundaries is None
        else _from_boundaries(con, survey, read_boundaries(boundaries), crs)
    )
    coverage = drawn_stands(con, run.survey)
    joined = (
        figures.join(coverage, on="region_code", how="left", maintain_order="left")
        .join(drawn.rows, on="region_code", how="left", maintain_order="left")
        .with_columns(
            (
                pl.col("forest_area_ha").cast(pl.Float64) / pl.col("boundary_area_ha")
            ).alias("forest_cover_fraction")
        )
    )
    shapes = _shapes_of(joined, drawn)
    notes = [*drawn.notes, *_missing(joined)]
    rows = joined.select(_ordered(joined.columns))
    return (
        MapLayer(
            name=NAME,
            title="县(市、区)森林碳储量 · forest carbon of counties",
            description=_description(run, survey, boundaries is None),
            rows=rows,
            shapes=shapes,
            names=names_of(NAME, rows.columns),
            style=_style(rows),
            about=_about(run, survey, boundaries, notes),
        ),
        notes,
    )


def _with_means(con: Connection, run: StoredRun, figures: pl.DataFrame) -> pl.DataFrame:
    """Add changes and means by area, which follow from the stored figures."""
    arbor = pl.col("arbor_area_ha").cast(pl.Float64)
    stock = pl.col("growing_stock_m3").cast(pl.Float64)
    forest = pl.col("forest_area_ha").cast(pl.Float64)
    changes = county_changes(con, run.run_id)
    return (
        figures.join(
            arbor_areas(con, run.survey), on="region_code", how="left", maintain_order="left"
        )
        .join(changes, on="region_code", how="left", maintain_order="left")
        .with_columns(
            (stock / arbor).alias("growing_stock_m3_per_ha"),
            (stock / arbor / MU_PER_HA).alias("growing_stock_m3_per_mu"),
            *(
                (pl.col(total).cast(pl.Float64) / forest).alias(mean)
                for mean, total in _BY_AREA.items()
            ),
        )
    )


def _from_stands(con: Connection, survey: int, crs: str) -> _Drawn:
    import numpy as np

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
        mine = (stands["region_code"] == code).to_numpy() & np.array(
            [shape is not None for shape in found.shapes], bool
        )
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
    return _Drawn(rows, _objects(shapes), notes)


def _from_boundaries(con: Connection, survey: Survey, given: Boundaries, crs: str) -> _Drawn:
    import numpy as np

    found = placed(given.rows, crs)
    notes = [*given.notes, *_unlike_borders(con, survey, given)]
    codes, shapes, valid, areas = [], [], [], []
    for code in given.rows["region_code"].unique().sort():
        mine = (given.rows["region_code"] == code).to_numpy()
        drawn = mine & np.array([shape is not None for shape in found.shapes], bool)
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
        notes.append(_no_system(found.without_system, "县界", "borders"))
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
        pl.lit("simulated_boundaries" if given.simulated else "boundaries").alias(
            "geometry_source"
        )
    )
    return _Drawn(rows, _objects(shapes), notes)


def _unlike_borders(con: Connection, survey: Survey, given: Boundaries) -> list[Note]:
    """Tell districts whose borders in the file are not those that the survey counted by."""
    counted = counted_by(con, survey.survey, survey.definition, list(successors()))
    notes: list[Note] = []
    for since, lands in redrawn_districts().items():
        for land in lands.values():
            # a district that the reform made says which borders the file has
            made = [code for code in land if code in _made_by(since)]
            if not made or not set(land) & given.codes:
                continue
            after = any(code in given.codes for code in made)
            own = border_series(counted, land[0])
            if own.startswith("after") == after:
                continue
            districts = "、".join(land)
            notes.append(
                (
                    f"{districts} 的界线在 {since} 调整过:县界文件是{'调整后' if after else '调整前'}的,"
                    f"调查 {survey.survey} 按{'调整前' if after else '调整后'}的统计,图与数不是同一块地",
                    f"the borders of {districts} were redrawn in {since}: the file has those "
                    f"{'after' if after else 'before'} it, survey {survey.survey} counts by those "
                    f"{'before' if after else 'after'} it; polygon and figures are not of the same "
                    "land",
                )
            )
    return notes


def _made_by(since: str) -> set[str]:
    from sinkcalc.coefficients.load import load_table

    rows = load_table("regions").rows.filter(pl.col("valid_from") == since)
    return set(rows["region_code"])


def _no_system(number: int, zh: str, en: str) -> Note:
    return (
        f"{number} 个{zh}图形没有坐标系,或坐标与坐标系不符,未画;补上 .prj 后重新入库",
        f"{number} geometries of {en} have no coordinate system, or coordinates that do not fit "
        "it, and are not drawn; add the .prj and load again",
    )


def no_system(number: int, zh: str, en: str) -> Note:
    """Tell geometries that have no place."""
    return _no_system(number, zh, en)


def _missing(rows: pl.DataFrame) -> list[Note]:
    without = rows.filter(pl.col("geometry_source").is_null())["region_name"].to_list()
    notes: list[Note] = []
    if without:
        listed = "、".join(map(str, without))
        notes.append(
            (
                f"没有图形的县(属性保留):{listed}",
                f"counties without a polygon (their figures are kept): {listed}",
            )
        )
    broken = rows.filter(~pl.col("geometry_valid"))["region_name"].to_list()
    if broken:
        listed = "、".join(map(str, broken))
        notes.append(
            (
                f"图形无效(自相交等)的县,原样保留,geometry_valid 为假:{listed}",
                f"counties with an invalid polygon, kept as it is, geometry_valid false: {listed}",
            )
        )
    return notes


def _shapes_of(rows: pl.DataFrame, drawn: _Drawn) -> "npt.NDArray[np.object_]":
    by_code = dict(zip(drawn.rows["region_code"], drawn.shapes, strict=True))
    return _objects([by_code.get(code) for code in rows["region_code"]])


def _objects(shapes: Sequence[Any]) -> "npt.NDArray[np.object_]":
    import numpy as np

    out = np.empty(len(shapes), object)
    out[:] = shapes
    return out


def _ordered(columns: list[str]) -> list[str]:
    """Put what is read first first."""
    first = [
        *("region_code", "region_name", "region_name_en", "survey", "boundary_area_ha"),
        *("forest_area_ha", "forest_cover_fraction", "arbor_area_ha", "growing_stock_m3"),
        *("growing_stock_m3_per_ha", "growing_stock_m3_per_mu", "vegetation_carbon_t"),
        *("vegetation_carbon_t_per_ha", "total_carbon_t", "total_carbon_t_per_ha"),
        *("total_co2e_t", "soil_carbon_t", "depth_cm"),
    ]
    errors = ("_se", "_ci_low", "_ci_high")
    out: list[str] = []
    for name in first:
        out += [name, *(f"{name}{error}" for error in errors if f"{name}{error}" in columns)]
    return [*out, *(name for name in columns if name not in out)]


def _style(rows: pl.DataFrame) -> Style:
    values = rows[_SHADE].drop_nulls().to_list()
    title = "碳密度(植被+枯死木+枯落物+土壤),t C/ha · carbon density of all pools"
    return Style(
        Graduated(_SHADE, breaks_of(values), title),
        f"\"region_name\" || '\\n' || format_number(\"{_SHADE}\", 0)",
        "0.3",
    )


def _description(run: StoredRun, survey: Survey, from_stands: bool) -> str:
    mark_zh, mark_en = ("【模拟数据】", "[SIMULATED] ") if survey.simulated else ("", "")
    shape_zh = "小班范围" if from_stands else "县界"
    shape_en = "extent of the stands" if from_stands else "borders as given"
    return (
        f"{mark_zh}调查 {survey.survey},运行 {run.run_id},方法 {run.method},图形为{shape_zh};"
        "碳为 t C,co2e 为 t CO2e,误差为标准误与置信区间 · "
        f"{mark_en}survey {survey.survey}, run {run.run_id}, method {run.method}, polygons: "
        f"{shape_en}; carbon in t C, co2e in t CO2e, with standard errors and intervals"
    )


def _about(
    run: StoredRun, survey: Survey, boundaries: Path | None, notes: list[Note]
) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "survey": survey.survey,
        "method": run.method,
        "carbon_fraction_set": run.carbon_fraction_set,
        "soil_depth_cm": run.soil_depth_cm,
        "controls_id": run.controls_id,
        "definition": survey.definition,
        "program_version": run.program_version,
        "simulated": survey.simulated,
        "boundaries": None if boundaries is None else boundaries.name,
        "figures": "as stored in the database; means by area follow from the totals and have no "
        "error of their own: see those of the totals",
        "notes_zh": [zh for zh, _ in notes],
        "notes_en": [en for _, en in notes],
    }
