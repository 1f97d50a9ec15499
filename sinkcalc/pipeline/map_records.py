"""The map layers of stands and of wetlands."""

from typing import Any, Final

import polars as pl

from sinkcalc.pipeline.boundaries import Note
from sinkcalc.pipeline.drawn_carbon import DrawnCarbon, carbon_of_stands, carbon_of_wetlands
from sinkcalc.pipeline.map_columns import (
    STAND_COLUMNS,
    WETLAND_COLOURS,
    WETLAND_COLUMNS,
    names_of,
    words,
)
from sinkcalc.pipeline.map_notes import density_styles, no_system
from sinkcalc.report.geopackage import MapLayer
from sinkcalc.report.map_shapes import Placed, is_drawn, placed
from sinkcalc.report.map_styles import Categorised, Style
from sinkcalc.store.connection import Connection
from sinkcalc.store.inventory import Survey
from sinkcalc.store.spatial import StoredRun, drawn_stands, stand_polygons, wetland_polygons
from sinkcalc.store.wetlands import WetlandSurvey
from sinkcalc.vocabulary import WETLAND_CLASSES

STANDS: Final = "stands"
WETLANDS: Final = "wetlands"
_DENSITIES: Final = {
    "vegetation_carbon_t_per_ha": "vegetation_carbon_t",
    "total_carbon_t_per_ha": "total_carbon_t",
}
_NO_SE: Final = (
    "no standard error of a single record is given: the errors of the program are of means over "
    "many records (parameters, relative errors that all areas or volumes share). How far one "
    "stand's recorded volume is from its true one no source states, and it would be most of the "
    "error of one stand"
)


def stand_layer(
    con: Connection, run: StoredRun, survey: Survey, crs: str
) -> tuple[MapLayer | None, list[Note]]:
    """Return the stands that have a polygon, with their carbon; None where none has one."""
    rows = stand_polygons(con, run.survey, STAND_COLUMNS)
    if rows.is_empty():
        return None, []
    carbon = carbon_of_stands(con, run)
    found = placed(rows, crs)
    coverage = drawn_stands(con, run.survey).select(pl.col("stands", "stands_drawn").sum()).row(0)
    notes = [
        (
            f"图层 stands:{coverage[0]} 个小班中 {coverage[1]} 个有图形",
            f"layer stands: {coverage[1]} of {coverage[0]} stands have a geometry",
        ),
        _difference(carbon, "小班", "stands", run),
        *_told(found, STANDS, "小班", "stands"),
    ]
    layer = _layer(
        STANDS,
        "小班碳储量 · carbon of stands",
        _with_density(rows, carbon.rows, "stand_id", run),
        found,
        _shaded,
        _about(run, survey.definition, notes, simulated=survey.simulated),
    )
    return layer, notes


def wetland_layer(
    con: Connection, run: StoredRun | None, survey: WetlandSurvey, crs: str
) -> tuple[MapLayer | None, list[Note]]:
    """Return the wetlands that have a polygon, with their soil carbon; None where none has one."""
    rows = wetland_polygons(con, survey.survey, WETLAND_COLUMNS)
    if rows.is_empty():
        return None, []
    found = placed(rows, crs)
    notes = _told(found, WETLANDS, "湿地", "wetlands")
    if run is None:
        notes.append(
            (
                f"调查 {survey.survey} 的湿地没有现行估算,图层 wetlands 不含碳;"
                f"先运行 sinkcalc estimate --kind wetland --survey {survey.survey}",
                f"the wetlands of survey {survey.survey} have no current estimate: the layer "
                "wetlands has no carbon; run "
                f"sinkcalc estimate --kind wetland --survey {survey.survey} first",
            )
        )
        full = rows
    else:
        carbon = carbon_of_wetlands(con, run)
        notes.insert(0, _difference(carbon, "湿地", "wetlands", run))
        full = _with_density(rows, carbon.rows, "wetland_id", run)
    about = _about(run, survey.definition, notes, simulated=survey.simulated)
    title = "湿地类型与碳储量 · wetland classes and carbon"
    return _layer(WETLANDS, title, full, found, _by_class, about), notes


def _with_density(
    rows: pl.DataFrame, carbon: pl.DataFrame, key: str, run: StoredRun
) -> pl.DataFrame:
    area = pl.col("area_ha").cast(pl.Float64)
    joined = rows.join(carbon, on=key, how="left", maintain_order="left")
    return joined.with_columns(
        *(
            (pl.col(total).cast(pl.Float64) / area).alias(density)
            for density, total in _DENSITIES.items()
            if total in joined.columns
        ),
        pl.lit(run.soil_depth_cm, pl.Int32).alias("depth_cm"),
        pl.lit(run.method).alias("method"),
        pl.lit(run.run_id).alias("run_id"),
    )


def _layer(
    name: str, title: str, rows: pl.DataFrame, found: Placed, look: Any, about: dict[str, Any]
) -> MapLayer:
    kept = is_drawn(found.shapes)
    table = (
        rows.drop("crs", "geometry_wkb")
        .with_columns(pl.Series("geometry_valid", found.valid))
        .filter(pl.Series(kept))
    )
    return MapLayer(
        name=name,
        title=title,
        description=_description(about),
        rows=table,
        shapes=found.shapes[kept],
        names=names_of(name, table.columns),
        styles=look(table),
        about=about,
    )


def _shaded(rows: pl.DataFrame) -> list[Style]:
    return density_styles(rows, "0.05", labelled=False)


def _by_class(rows: pl.DataFrame) -> list[Style]:
    there = set(rows["wetland_class"])
    categories = tuple(
        (word, " · ".join(words()[word]), WETLAND_COLOURS[word])
        for word in WETLAND_CLASSES
        if word in there
    )
    title = "湿地类 · wetland class"
    return [Style(title, Categorised("wetland_class", categories, title), None, "0.1")]


def _difference(carbon: DrawnCarbon, zh: str, en: str, run: StoredRun) -> Note:
    apart, bound = f"{carbon.difference_t:.4f}", f"{carbon.bound_t:.4f}"
    return (
        f"逐个{zh}计算的碳之和与运行 {run.run_id} 保存的数最多相差 {apart} t C(舍入上限 {bound})",
        f"carbon of single {en} adds up to what run {run.run_id} stored within {apart} t C "
        f"(rounding allows {bound})",
    )


def _told(found: Placed, layer: str, zh: str, en: str) -> list[Note]:
    notes: list[Note] = []
    broken = int((is_drawn(found.shapes) & ~found.valid).sum())
    if broken:
        notes.append(
            (
                f"图层 {layer}:{broken} 个图形无效(自相交等),原样保留,geometry_valid 为假",
                f"layer {layer}: {broken} geometries are invalid (they cross themselves, or the "
                "like); they are kept as they are, geometry_valid is false",
            )
        )
    if found.without_system:
        notes.append(no_system(found.without_system, zh, en))
    if found.without_surface:
        notes.append(
            (
                f"图层 {layer}:{found.without_surface} 个图形不是面,未画",
                f"layer {layer}: {found.without_surface} geometries are no polygons and not drawn",
            )
        )
    return notes


def _about(
    run: StoredRun | None, definition: str, notes: list[Note], *, simulated: bool
) -> dict[str, Any]:
    return {
        "run_id": None if run is None else run.run_id,
        "survey": None if run is None else run.survey,
        "method": None if run is None else run.method,
        "soil_depth_cm": None if run is None else run.soil_depth_cm,
        "controls_id": None if run is None else run.controls_id,
        "definition": definition,
        "program_version": None if run is None else run.program_version,
        "simulated": simulated,
        "standard_errors": _NO_SE,
        "notes_zh": [zh for zh, _ in notes],
        "notes_en": [en for _, en in notes],
    }


def _description(about: dict[str, Any]) -> str:
    mark_zh, mark_en = ("【模拟数据】", "[SIMULATED] ") if about["simulated"] else ("", "")
    run = about["run_id"] or "–"
    return (
        f"{mark_zh}运行 {run},方法 {about['method'] or '–'};碳为 t C;单个图斑不给标准误 · "
        f"{mark_en}run {run}, method {about['method'] or '–'}; carbon in t C; no standard error of "
        "single records"
    )
