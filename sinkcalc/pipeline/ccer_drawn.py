"""What the polygons of parcels tell: areas, overlaps, wetlands."""

from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.ccer.project import Project
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import GEOMETRY, ROW
from sinkcalc.intake.parcel_shapes import OVERLAP_SCHEMA, measured, overlaps
from sinkcalc.pipeline.parcel_land import Land
from sinkcalc.pipeline.parcel_values import parcel_rules
from sinkcalc.pipeline.read_table import read_text_table

# what a parcel lies over
WITH_PARCEL: Final = "parcel"
WITH_PROJECT: Final = "other_project"
WITH_WETLAND: Final = "wetland"
NO_AREAS: Final = pl.DataFrame(
    schema={
        "parcel_id": pl.String,
        "area_ha": pl.Float64,
        "shape_ha": pl.Float64,
        "difference_fraction": pl.Float64,
    }
)
_OVERLAPS: Final = {**OVERLAP_SCHEMA, "over": pl.String, "source": pl.String, "sliver": pl.Boolean}
# how many are named in a note; the rest are counted
_NAMED: Final = 5

NO_OVERLAPS: Final = pl.DataFrame(schema=_OVERLAPS)
Note = tuple[str, str]


def with_areas(land: Land, notes: list[Note]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Fill in what polygons tell where the table does not, and compare the areas.

    The stated area stays; without one, the polygon's is taken. The largest part is that of the
    polygon, whatever is stated.
    """
    sizes = measured(land.shapes)
    frame = land.frame.join(
        sizes, on="parcel_id", how="left", suffix="_drawn", maintain_order="left"
    )
    without = frame.filter(pl.col("area_ha").is_null() & pl.col("shape_ha").is_not_null()).height
    if without:
        notes.append(
            (
                f"{without} 个地块没有填写面积,取图形面积",
                f"{without} parcels state no area: that of the polygon is taken",
            )
        )
    limit = float(parcel_rules()["parcel_area_difference"]["max"])
    areas = frame.filter(pl.col("shape_ha").is_not_null() & pl.col("area_ha").is_not_null()).select(
        "parcel_id",
        "area_ha",
        "shape_ha",
        ((pl.col("shape_ha") - pl.col("area_ha")) / pl.col("area_ha")).alias("difference_fraction"),
    )
    far = areas.filter(pl.col("difference_fraction").abs() > limit)
    if far.height:
        worst = far.sort(pl.col("difference_fraction").abs(), descending=True).row(0, named=True)
        shown = f"{worst['parcel_id']}: {worst['area_ha']:.4g} / {worst['shape_ha']:.4g} ha"
        notes.append(
            (
                f"{far.height} 个地块的填写面积与图形面积之差超过 {limit:.0%}(最大 {shown});"
                "仍用填写面积,请核对",
                f"areas of {far.height} parcels differ from their polygons by more than "
                f"{limit:.0%} (most: {shown}); the stated areas are used: check them",
            )
        )
    undrawn = land.frame.height - sizes.height
    if undrawn:
        notes.append(
            (
                f"{undrawn} 个地块没有可用的图形或坐标系,未量测",
                f"{undrawn} parcels have no usable polygon or coordinate system: not measured",
            )
        )
    filled = frame.with_columns(
        pl.coalesce("area_ha", "shape_ha").alias("area_ha"),
        pl.coalesce("largest_part_m2", "contiguous_area_m2").alias("contiguous_area_m2"),
        *(pl.coalesce(name, f"{name}_drawn").alias(name) for name in ("longitude", "latitude")),
    )
    return filled.select(land.frame.columns), areas


def lay_over(project: Project, land: Land, notes: list[Note]) -> pl.DataFrame:
    """Lay the parcels over each other, over other projects' and over wetlands."""
    limit = float(parcel_rules()["parcel_sliver"]["max"])
    layers: list[tuple[str, str | None, pl.DataFrame | None]] = [(WITH_PARCEL, None, None)]
    layers += [(WITH_PROJECT, path.name, _other(path)) for path in project.parcels.others]
    if not land.wetlands.is_empty():
        layers.append((WITH_WETLAND, None, land.wetlands))
    found = [NO_OVERLAPS]
    for over, source, shapes in layers:
        pairs = overlaps(land.shapes, shapes).with_columns(
            pl.lit(over).alias("over"),
            pl.lit(source, pl.String).alias("source"),
            (pl.col("share") <= limit).alias("sliver"),
        )
        found.append(pairs.select(list(_OVERLAPS)))
        real = pairs.filter(~pl.col("sliver"))
        if real.height:
            notes.append(_told(over, source, real))
        slivers = pairs.height - real.height
        if slivers:
            notes.append(
                (
                    f"{slivers} 处重叠不超过地块面积的 {limit:.1%},视为图形误差",
                    f"{slivers} overlaps of at most {limit:.1%} of a parcel count as errors of "
                    "drawing",
                )
            )
    return pl.concat(found)


def _other(path: Path) -> pl.DataFrame:
    """Read the polygons of another project's parcels, named by their row."""
    table = read_text_table(path, lambda _: [], lambda _: False)
    if GEOMETRY not in table.rows.columns:
        raise UsageProblem(
            zh=f"[parcels] others 的 {path.name} 没有图形;请给 Shapefile、GeoPackage 或 GDB",
            en=f"{path.name} of others under [parcels] has no polygons: give a shapefile, "
            "GeoPackage or GDB",
        )
    return table.rows.select(
        pl.format("row {}", ROW).alias("other_id"),
        pl.lit(table.crs or None, pl.String).alias("crs"),
        pl.col(GEOMETRY).alias("geometry_wkb"),
    )


def _told(over: str, source: str | None, pairs: pl.DataFrame) -> Note:
    parcels = pairs["parcel_id"].unique(maintain_order=True)
    area = pairs["overlap_ha"].sum()
    listed = ", ".join(parcels.head(_NAMED)) + (" …" if parcels.len() > _NAMED else "")
    if over == WITH_PARCEL:
        # each pair stands in both orders
        return (
            f"{parcels.len()} 个地块互相重叠,共 {area / 2:.4g} ha:{listed};重叠部分会算两次,请改正",
            f"{parcels.len()} parcels lie over each other, {area / 2:.4g} ha in all: {listed}; "
            "that land would count twice: correct it",
        )
    if over == WITH_PROJECT:
        return (
            f"{parcels.len()} 个地块与其他项目({source})重叠,共 {area:.4g} ha:{listed};"
            "同一土地不能属于两个项目",
            f"{parcels.len()} parcels lie over another project's ({source}), {area:.4g} ha in all: "
            f"{listed}; no land can be in two projects",
        )
    return (
        f"{parcels.len()} 个地块与湿地重叠,共 {area:.4g} ha:{listed};标为湿地",
        f"{parcels.len()} parcels lie over wetlands, {area:.4g} ha in all: {listed}; they are "
        "marked as wetland",
    )


def with_wetland(
    frame: pl.DataFrame, land: Land, found: pl.DataFrame, notes: list[Note]
) -> pl.DataFrame:
    """Mark parcels over wetlands; those that lie over none in a county whose wetlands are drawn."""
    if land.wetlands.is_empty():
        return frame
    wet = found.filter((pl.col("over") == WITH_WETLAND) & ~pl.col("sliver"))["parcel_id"]
    over = pl.col("parcel_id").is_in(wet.implode())
    against = frame.filter(over & pl.col("is_wetland").eq(other=False)).height
    if against:
        notes.append(
            (
                f"其中 {against} 个填写为非湿地,按图形改为湿地",
                f"{against} of them are stated to be no wetland: the polygons decide",
            )
        )
    drawn = pl.col("parcel_id").is_in(land.shapes["parcel_id"].implode())
    none = drawn & pl.col("region_code").is_in(list(land.wetland_regions))
    told = pl.when(over).then(pl.lit(value=True))
    said = pl.coalesce(told, "is_wetland", pl.when(none).then(pl.lit(value=False)))
    return frame.with_columns(said.alias("is_wetland"))
