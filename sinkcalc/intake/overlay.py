"""How polygons of wetlands, protected areas and stands lie over each other."""

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.layers import EQUAL_AREA
from sinkcalc.units import M2_PER_HA

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]
    Numbers = npt.NDArray[np.float64]

# what the functions below give where nothing is drawn
NO_SHARES: Final = pl.DataFrame(
    schema={"wetland_id": pl.String, "protection_form": pl.String, "share": pl.Float64}
)
NO_OVERLAPS: Final = pl.DataFrame(
    schema={
        "wetland_id": pl.String,
        "stand_id": pl.String,
        "overlap_ha": pl.Float64,
        "share": pl.Float64,
    }
)
NO_AREAS: Final = pl.Series("protected_area_id", [], pl.String)


def protected_shares(
    wetlands: pl.DataFrame, areas: pl.DataFrame, united: str
) -> tuple[pl.DataFrame, pl.Series]:
    """Measure which share of each wetland polygon lies in protected polygons, by form and united.

    share = area(∪ protected ∩ wetland) / area(wetland)   on the ellipsoid of CGCS2000

    Parameters
    ----------
    wetlands
        `wetland_id`, `crs`, `geometry_wkb`.
    areas
        `protected_area_id`, `protection_form`, `crs`, `geometry_wkb`.
    united
        Word of the rows over all forms.

    Returns
    -------
    `wetland_id`, `protection_form`, `share` (1), with one row `united` for every wetland that has
    a usable polygon; identifiers of the protected areas that have one.

    Raises
    ------
    UsageProblem
        If shapely or pyproj is not installed.
    """
    import numpy as np

    shapely = _shapely()
    patches, parks = surfaces(wetlands), surfaces(areas)
    # of no polygon it is no number
    surface = pl.Series("surface", np.nan_to_num(shapely.area(patches)))
    whole = wetlands.select("wetland_id").with_columns(surface).with_row_index("patch")
    every = whole.filter(pl.col("surface") > 0)
    forms = areas.select("protection_form").with_row_index("park")
    pairs = _pairs(patches, parks).join(forms, on="park")
    over_all = pl.lit(united).alias("protection_form")
    found = [_covered(rows, patches, parks) for rows in (pairs, pairs.with_columns(over_all))]
    nothing = every.select("patch", over_all, pl.lit(0.0).alias("covered_m2"))
    shares = (
        pl.concat([*found, nothing])
        .group_by("patch", "protection_form")
        .agg(pl.col("covered_m2").max())
        .join(every, on="patch")
        .select(
            "wetland_id",
            "protection_form",
            (pl.col("covered_m2") / pl.col("surface")).clip(0, 1).alias("share"),
        )
        .sort("wetland_id", "protection_form")
    )
    usable = areas.filter(pl.Series(shapely.area(parks) > 0))["protected_area_id"]
    return shares, usable


def _pairs(patches: "Shapes", parks: "Shapes") -> pl.DataFrame:
    """Give patches and parks that meet, by number, and whether the patch lies wholly inside.

    The larger polygons ask the tree: only what asks is prepared, and most patches that meet a
    park lie inside it, so that few have to be cut.
    """
    import shapely

    tree = shapely.STRtree(patches)
    met, inner = (tree.query(parks, predicate=predicate) for predicate in ("intersects", "covers"))
    meeting, inside = (
        pl.DataFrame({"park": found[0], "patch": found[1]}).cast(pl.UInt32)
        for found in (met, inner)
    )
    return meeting.join(
        inside.with_columns(pl.lit(value=True).alias("inside")), on=["park", "patch"], how="left"
    ).with_columns(pl.col("inside").fill_null(value=False))


def _covered(pairs: pl.DataFrame, patches: "Shapes", parks: "Shapes") -> pl.DataFrame:
    """Give the area of each patch inside the union of the parks of each form, m2."""
    import shapely

    groups = (
        pairs.group_by("patch", "protection_form")
        .agg("park", pl.col("inside").any())
        .sort("patch", "protection_form")
    )
    covered = [
        # the union of the parts is what the union of the parks covers
        shapely.union_all(shapely.intersection(patches[patch], parks[met])).area
        if not inside
        else patches[patch].area
        for patch, met, inside in groups.select("patch", "park", "inside").iter_rows()
    ]
    return groups.select("patch", "protection_form", pl.Series("covered_m2", covered, pl.Float64))


def overlaps(wetlands: pl.DataFrame, stands: pl.DataFrame) -> pl.DataFrame:
    """Measure the area that polygons of wetlands and of stands have in common.

    Parameters
    ----------
    wetlands
        `wetland_id`, `crs`, `geometry_wkb`.
    stands
        `stand_id`, `crs`, `geometry_wkb`.

    Returns
    -------
    `wetland_id`, `stand_id`, `overlap_ha` (ha, on the ellipsoid), `share` (1) of the smaller of
    the two polygons; only pairs that overlap.

    Raises
    ------
    UsageProblem
        If shapely or pyproj is not installed.
    """
    shapely = _shapely()
    patches, woods = surfaces(wetlands), surfaces(stands)
    left, right = shapely.STRtree(patches).query(woods, predicate="intersects")
    common = shapely.area(shapely.intersection(patches[right], woods[left])) / M2_PER_HA
    sizes = [shapely.area(shapes) / M2_PER_HA for shapes in (patches[right], woods[left])]
    return (
        pl.DataFrame(
            {
                "wetland_id": wetlands["wetland_id"].gather(right),
                "stand_id": stands["stand_id"].gather(left),
                "overlap_ha": common,
                "one": sizes[0],
                "other": sizes[1],
            }
        )
        .filter(pl.col("overlap_ha") > 0)
        .select(
            "wetland_id",
            "stand_id",
            "overlap_ha",
            (pl.col("overlap_ha") / pl.min_horizontal("one", "other")).alias("share"),
        )
        .sort("wetland_id", "stand_id")
    )


def surfaces(frame: pl.DataFrame) -> "Shapes":
    """Return valid polygons in an equal-area projection; None where there is no such polygon.

    Parameters
    ----------
    frame
        `crs`, `geometry_wkb`.
    """
    import numpy as np
    import shapely

    raw = np.empty(frame.height, object)
    raw[:] = frame["geometry_wkb"].to_list()
    flat = shapely.force_2d(shapely.from_wkb(raw, "ignore"))
    whole = shapely.make_valid(flat, method="structure", keep_collapsed=False)
    out = np.full(frame.height, None, object)
    systems = frame["crs"].to_numpy()
    for crs in frame["crs"].drop_nulls().unique():
        project = _projection(crs)
        mine = (systems == crs) & ~shapely.is_missing(whole) & ~shapely.is_empty(whole)
        if project is not None and mine.any():
            out[mine] = shapely.transform(whole[mine], project)
    with np.errstate(invalid="ignore"):
        usable = np.nan_to_num(shapely.area(out), nan=0.0, posinf=0.0) > 0
    out[~usable] = None
    return out


def _projection(crs: str) -> Any:
    import numpy as np
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        transformer = Transformer.from_crs(crs, EQUAL_AREA, always_xy=True)
    except ProjError:
        return None

    def project(points: "Numbers") -> "Numbers":
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return project


def _shapely() -> Any:
    try:
        # both are needed, and only the first use of the second would say so
        import pyproj  # noqa: F401
        import shapely
    except ImportError as error:
        raise UsageProblem(
            zh=f"库中有图形,叠置湿地、保护地、小班需要安装 {error.name}:"
            'pip install "sinkcalc[gis]"',
            en=f"the database holds geometries; laying wetlands, protected areas and stands over "
            f'each other needs {error.name}: pip install "sinkcalc[gis]"',
        ) from None
    return shapely
