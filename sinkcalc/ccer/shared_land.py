"""Land that two projects claim: the same stand, parcel, title, or overlapping polygons."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

# how the land of two parcels was found to be the same, in the order of trust
MATCHES: Final = ("same_stand", "same_parcel", "same_title", "same_polygon")
# a stand number of a file may be short and be used once a compartment
_PLACES: Final = ("township", "village", "compartment")
_OUT: Final = {
    "parcel_id": pl.String,
    "other_project_id": pl.String,
    "other_parcel_id": pl.String,
    "matched_by": pl.String,
    "overlap_ha": pl.Float64,
}
Overlaps = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]


def shared_land(
    parcels: pl.DataFrame,
    others: pl.DataFrame,
    renamed: Mapping[str, str],
    overlaps: Overlaps | None = None,
) -> pl.DataFrame:
    """Find parcels whose land is that of a parcel of another project.

    Two parcels are the same land if they have the same stand number in the same county (unless
    township, village or compartment are known on both sides and differ and one does not come from
    the database), the same parcel number in the same county and village, the same number of the
    title and of the parcel, or polygons with an area in common. What one side does not know
    matches nothing.

    Parameters
    ----------
    parcels
        `parcel_id`, `region_code`, `township`, `village`, `compartment`, `survey`, `stand_id`,
        `tenure_number`, and `crs`, `geometry_wkb` where there are polygons.
    others
        The same with `project_id`.
    renamed
        Abolished county code -> the code of today.
    overlaps
        Measures polygons of two such frames: `parcel_id`, `other_project_id`,
        `other_parcel_id`, `overlap_ha` (ha). Polygons are not compared if None.

    Returns
    -------
    `parcel_id`, `other_project_id`, `other_parcel_id`, `matched_by` (word of `MATCHES`, the
    first that holds), `overlap_ha` (ha; null where polygons were not compared), sorted.
    """
    one, two = _plain(parcels, renamed), _plain(others, renamed)
    two = two.with_columns(others["project_id"])
    found = [
        _matched(one, two, ("region_code", "stand_id"), "same_stand").filter(_may_be_one()),
        _matched(one, two, ("region_code", "village", "number"), "same_parcel"),
        _matched(one, two, ("tenure_number", "number"), "same_title"),
    ]
    rows = [
        frame.select(
            "parcel_id",
            pl.col("project_id").alias("other_project_id"),
            pl.col("parcel_id_other").alias("other_parcel_id"),
            "matched_by",
            pl.lit(None, pl.Float64).alias("overlap_ha"),
        )
        for frame in found
    ]
    if overlaps is not None:
        polygons = overlaps(parcels, others)
        rows.append(polygons.with_columns(pl.lit("same_polygon").alias("matched_by")).select(*_OUT))
    whole = pl.concat(rows).cast(_OUT)  # type: ignore[arg-type]  # names and types
    order = pl.col("matched_by").replace_strict({word: n for n, word in enumerate(MATCHES)})
    return (
        whole.sort("parcel_id", "other_project_id", "other_parcel_id", order)
        .group_by("parcel_id", "other_project_id", "other_parcel_id", maintain_order=True)
        .agg(pl.col("matched_by").first(), pl.col("overlap_ha").max())
    )


def without_keys(parcels: pl.DataFrame, *, polygons: bool) -> pl.DataFrame:
    """Return the parcels that nothing tells from those of other projects.

    Parameters
    ----------
    polygons
        Whether polygons are compared.
    """
    known = pl.col("region_code").is_not_null() & (
        pl.col("stand_id").is_not_null() | pl.col("village").is_not_null()
    )
    known |= pl.col("tenure_number").is_not_null()
    if polygons and "geometry_wkb" in parcels.columns:
        known |= pl.col("geometry_wkb").is_not_null()
    return parcels.filter(~known)


def _plain(parcels: pl.DataFrame, renamed: Mapping[str, str]) -> pl.DataFrame:
    """Give keys as they are compared: one width of characters, no blanks, counties of today."""

    def text(column: str) -> pl.Expr:
        bare = pl.col(column).cast(pl.String).str.normalize("NFKC").str.replace_all(r"\s", "")
        bare = bare.str.to_lowercase()
        return pl.when(bare != "").then(bare).alias(column)

    stand = text("stand_id")
    for old, new in renamed.items():
        stand = stand.str.replace_all(rf"(^|-){re.escape(old)}", f"${{1}}{new}")
    return parcels.select(
        "parcel_id",
        text("parcel_id").alias("number"),
        text("region_code").replace(dict(renamed)),
        *(text(column) for column in _PLACES),
        pl.col("survey").is_not_null().alias("stored"),
        stand,
        text("tenure_number"),
    )


def _matched(
    one: pl.DataFrame, two: pl.DataFrame, keys: tuple[str, ...], word: str
) -> pl.DataFrame:
    # null keys match nothing
    return one.join(two, on=list(keys), suffix="_other", coalesce=False).with_columns(
        pl.lit(word).alias("matched_by")
    )


def _may_be_one() -> pl.Expr:
    """Take the same number for the same stand unless places that both know differ."""
    differ = pl.any_horizontal(
        (pl.col(name) != pl.col(f"{name}_other")).fill_null(value=False) for name in _PLACES
    )
    return (pl.col("stored") & pl.col("stored_other")) | ~differ
