"""Land of registered projects, and land that two of them claim."""

from typing import Final

import polars as pl

from sinkcalc.ccer.entries import ISSUED, standing
from sinkcalc.ccer.ledger import is_withdrawn
from sinkcalc.ccer.ledger_checks import Problem
from sinkcalc.ccer.shared_land import shared_land
from sinkcalc.coefficients.land import successors
from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.parcel_shapes import can_measure
from sinkcalc.pipeline.ccer_ledger import Book
from sinkcalc.pipeline.parcel_values import parcel_rules
from sinkcalc.schemas.ccer_ledger import AREA

# what a message names of many
_NAMED: Final = 5
_WORDS: Final = {
    "same_stand": ("同一小班", "the same stand"),
    "same_parcel": ("同县同村同一地块编号", "the same parcel number in one village"),
    "same_title": ("同一权属证号与地块编号", "the same title and parcel number"),
    "same_polygon": ("图形重叠", "overlapping polygons"),
}


def land_taken(book: Book, parcels: pl.DataFrame) -> pl.DataFrame:
    """Return the parcels that no other project may register.

    Those of the version of a project that holds now, unless it was withdrawn, and of every
    version under which units were issued.

    Parameters
    ----------
    parcels
        Rows of `ccer_parcels`, of every version.
    """
    now = {
        (project_id, version)
        for project_id, version in book.current().select("project_id", "version").iter_rows()
        if not is_withdrawn(book.entries, project_id)
    }
    issued = {
        (entry.project_id, entry.version)
        for entry in standing(book.entries)
        if entry.kind == ISSUED
    }
    held = pl.DataFrame(
        sorted(now | issued),
        schema={"project_id": pl.String, "version": pl.Int32},
        orient="row",
    )
    return parcels.join(held, on=["project_id", "version"], how="semi", maintain_order="left")


def claims(parcels: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Find the parcels that are land of another project.

    Parameters
    ----------
    parcels, taken
        Rows of `ccer_parcels`; those of the project itself are not among `taken`.

    Returns
    -------
    As `shared_land`.
    """
    return shared_land(parcels, taken, successors(), overlapping if can_measure() else None)


def overlapping(parcels: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Measure polygons of parcels against those of other projects.

    Returns
    -------
    `parcel_id`, `other_project_id`, `other_parcel_id`, `overlap_ha` (ha), where it is more of the
    smaller polygon than counts as an error of drawing (`parcel_sliver` of `parcel_rules.csv`).
    """
    from sinkcalc.intake.overlay import overlaps

    drawn = [
        frame.with_row_index("place")
        .with_columns(pl.col("place").cast(pl.String))
        .filter(pl.col("geometry_wkb").is_not_null())
        for frame in (parcels, others)
    ]
    shapes = [
        frame.select(pl.col("place").alias(name), "crs", "geometry_wkb")
        for frame, name in zip(drawn, ("wetland_id", "stand_id"), strict=True)
    ]
    one = drawn[0].select(pl.col("place").alias("wetland_id"), "parcel_id")
    other = drawn[1].select(
        pl.col("place").alias("stand_id"),
        pl.col("project_id").alias("other_project_id"),
        pl.col("parcel_id").alias("other_parcel_id"),
    )
    if one.is_empty() or other.is_empty():
        found = pl.DataFrame(
            schema=dict.fromkeys(("wetland_id", "stand_id"), pl.String)
            | dict.fromkeys(("overlap_ha", "share"), pl.Float64)
        )
    else:
        found = overlaps(*shapes)
    return (
        found.filter(pl.col("share") > float(parcel_rules()["parcel_sliver"]["max"]))
        .with_columns(pl.col("overlap_ha").round(AREA[1]))
        .join(one, on="wetland_id")
        .join(other, on="stand_id")
        .select("parcel_id", "other_project_id", "other_parcel_id", "overlap_ha")
        .sort(pl.all())
    )


def refuse_claimed(project_id: str, found: pl.DataFrame) -> None:
    """Refuse a project whose land is that of others.

    Raises
    ------
    SinkcalcError
        Naming both projects and parcels, and how the land was found to be the same.
    """
    if found.is_empty():
        return
    rows = list(found.head(_NAMED).iter_rows(named=True))
    zh = "、".join(_claim(row)[0] for row in rows)
    en = "; ".join(_claim(row)[1] for row in rows)
    more = found.height - len(rows)
    raise SinkcalcError(
        zh=f"项目 {project_id} 有 {found.height} 处与已登记项目是同一土地:{zh}"
        + (f",另 {more} 处" if more else "")
        + "。同一土地的清除量只能计一次:从其中一个项目中去掉这些地块",
        en=f"{found.height} parcels of the project {project_id} are land of registered projects: "
        f"{en}" + (f", and {more} more" if more else "") + ". Removals of one piece of land are "
        "counted once: take these parcels out of one of the projects",
    )


def _claim(row: dict[str, object]) -> tuple[str, str]:
    zh, en = _WORDS[str(row["matched_by"])]
    area = row["overlap_ha"]
    size = "" if area is None else f" {area} ha"
    parcel, other, project = row["parcel_id"], row["other_parcel_id"], row["other_project_id"]
    return (
        f"地块 {parcel} 与项目 {project} 的地块 {other}({zh}{size})",
        f"parcel {parcel} and parcel {other} of {project} ({en}{size})",
    )


def land_problems(taken: pl.DataFrame) -> list[Problem]:
    """Compare the land of every two projects.

    Parameters
    ----------
    taken
        As `land_taken` returns it.
    """
    found: list[Problem] = []
    projects = taken["project_id"].unique().sort().to_list()
    for project_id in projects:
        own = taken.filter(pl.col("project_id") == project_id)
        later = taken.filter(pl.col("project_id") > project_id)
        for row in claims(own, later).iter_rows(named=True):
            zh, en = _claim(row)
            found.append(
                Problem(
                    "error",
                    "shared_land",
                    project_id,
                    None,
                    f"项目 {project_id} 的{zh}是同一土地",
                    f"project {project_id}: {en} are the same land",
                )
            )
    return found
