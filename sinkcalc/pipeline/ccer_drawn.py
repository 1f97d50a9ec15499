"""What the polygons of parcels tell: areas, overlaps, wetlands."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.ccer.project import Project
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import GEOMETRY, ROW
from sinkcalc.intake.parcel_shapes import OVERLAP_SCHEMA, all_usable, measured, overlaps
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


def read_others(project: Project) -> dict[Path, pl.DataFrame]:
    """Read the polygons of other projects' parcels, by their file."""
    return {path: _other(path) for path in project.parcels.others}


def lay_over(
    project: Project, land: Land, others: Mapping[Path, pl.DataFrame], notes: list[Note]
) -> pl.DataFrame:
    """Lay the parcels over each other, over other projects' and over wetlands.

    Raises
    ------
    UsageProblem
        If parcels lie over each other: their land would count twice.
    """
    limit = float(parcel_rules()["parcel_sliver"]["max"])
    layers: list[tuple[str, str | None, pl.DataFrame | None]] = [(WITH_PARCEL, None, None)]
    layers += [(WITH_PROJECT, path.name, shapes) for path, shapes in others.items()]
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
        if real.height and over == WITH_PARCEL:
            raise _counted_twice(project, real)
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


def _counted_twice(project: Project, pairs: pl.DataFrame) -> UsageProblem:
    """Refuse parcels that lie over each other, each pair of which may stand in both orders."""
    ordered = pairs.with_columns(
        pl.min_horizontal("parcel_id", "other_id").alias("parcel_id"),
        pl.max_horizontal("parcel_id", "other_id").alias("other_id"),
    ).unique(["parcel_id", "other_id"], keep="first", maintain_order=True)
    listed = ", ".join(
        f"{one} / {other} {area:.4g} ha"
        for one, other, area in ordered.select("parcel_id", "other_id", "overlap_ha")
        .head(_NAMED)
        .iter_rows()
    ) + (" …" if ordered.height > _NAMED else "")
    area = ordered["overlap_ha"].sum()
    source = project.parcels.file.name if project.parcels.file else str(project.path)
    limit = float(parcel_rules()["parcel_sliver"]["max"])
    return UsageProblem(
        zh=f"{source}:{ordered.height} 对地块的图形互相重叠,共 {area:.4g} ha:{listed};重叠的土地会"
        "算两次。请在图层中改正边界、删去重复的地块,或把重叠部分只留给其中一个"
        f"(不超过地块面积 {limit:.1%} 的重叠视为图形误差)",
        en=f"{source}: {ordered.height} pairs of parcels lie over each other, {area:.4g} ha in "
        f"all: {listed}; that land would count twice. Correct the boundaries in the layer, take "
        "out what is there twice, or leave the common part to one of them (an overlap of at most "
        f"{limit:.1%} of a parcel is an error of drawing)",
    )


def _told(over: str, source: str | None, pairs: pl.DataFrame) -> Note:
    parcels = pairs["parcel_id"].unique(maintain_order=True)
    area = pairs["overlap_ha"].sum()
    listed = ", ".join(parcels.head(_NAMED)) + (" …" if parcels.len() > _NAMED else "")
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


def with_other_projects(
    frame: pl.DataFrame,
    land: Land,
    others: Mapping[Path, pl.DataFrame],
    found: pl.DataFrame,
    notes: list[Note],
) -> pl.DataFrame:
    """Mark parcels over land of other projects; those that lie over none where the cell is blank.

    A parcel is known to lie over none only if it is drawn and so is all that it is laid over.
    """
    if not others:
        return frame
    taken = found.filter((pl.col("over") == WITH_PROJECT) & ~pl.col("sliver"))["parcel_id"]
    over = pl.col("parcel_id").is_in(taken.unique().implode())
    against = frame.filter(over & pl.col("in_other_project").eq(other=False)).height
    if against:
        notes.append(
            (
                f"其中 {against} 个填写为不在其他项目中,按图形改为在其他项目中",
                f"{against} of them are stated to be in no other project: the polygons decide",
            )
        )
    unclear = [path.name for path, shapes in others.items() if not all_usable(shapes)]
    if unclear:
        listed = ", ".join(unclear)
        notes.append(
            (
                f"其他项目的图层 {listed} 有图形或坐标系不可用:未重叠的地块仍为未知",
                f"polygons or the coordinate system of other projects' {listed} are not usable: "
                "parcels that lie over none stay unknown",
            )
        )
    drawn = measured(land.shapes)["parcel_id"].implode()
    none = pl.col("parcel_id").is_in(drawn) & pl.lit(not unclear)
    told = pl.when(over).then(pl.lit(value=True))
    blank = pl.when(none).then(pl.lit(value=False))
    said = pl.coalesce(told, "in_other_project", blank)
    return frame.with_columns(said.alias("in_other_project"))
