"""The map layer of counties."""

from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc.pipeline.boundaries import Note, read_boundaries
from sinkcalc.pipeline.county_shapes import counties_of_borders, counties_of_stands, shapes_of
from sinkcalc.pipeline.map_columns import names_of
from sinkcalc.pipeline.map_notes import density_styles
from sinkcalc.report.geopackage import MapLayer
from sinkcalc.store.connection import Connection
from sinkcalc.store.inventory import Survey, arbor_areas
from sinkcalc.store.spatial import (
    StoredRun,
    county_changes,
    county_figures,
    drawn_stands,
)
from sinkcalc.units import MU_PER_HA

NAME: Final = "counties"
_BY_AREA: Final = {
    "vegetation_carbon_t_per_ha": "vegetation_carbon_t",
    "total_carbon_t_per_ha": "total_carbon_t",
}


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
        counties_of_stands(con, run.survey, crs)
        if boundaries is None
        else counties_of_borders(con, survey, read_boundaries(boundaries), crs)
    )
    coverage = drawn_stands(con, run.survey)
    joined = (
        figures.join(coverage, on="region_code", how="left", maintain_order="left")
        .join(drawn.rows, on="region_code", how="left", maintain_order="left")
        .with_columns(
            (pl.col("forest_area_ha").cast(pl.Float64) / pl.col("boundary_area_ha")).alias(
                "forest_cover_fraction"
            )
        )
    )
    shapes = shapes_of(joined, drawn)
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
            styles=density_styles(rows, "0.3", labelled=True),
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
