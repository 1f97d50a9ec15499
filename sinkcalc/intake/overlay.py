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
    patches, parks = _surfaces(wetlands), _surfaces(areas)
    # of no polygon it is no number
    surface = np.nan_to_num(shapely.area(patches))
    left, right = shapely.STRtree(parks).query(patches, predicate="intersects")
    parts = shapely.intersection(patches[left], parks[right])
    ids, forms = wetlands["wetland_id"], areas["protection_form"]
    whole = pl.DataFrame({"at": range(len(patches))}).with_columns(
        wetland_id=ids, surface=pl.Series(surface)
    )
    pairs = pl.DataFrame({"at": left, "protection_form": forms.gather(right)}).with_row_index("row")
    every = whole.filter(pl.col("surface") > 0).select(
        "wetland_id", pl.lit(united).alias("protection_form"), pl.lit(0.0).alias("area"), "surface"
    )
    found = [every.with_columns(pl.col("area").cast(pl.Float64))]
    for rows in (pairs, pairs.with_columns(pl.lit(united).alias("protection_form"))):
        groups = rows.group_by("at", "protection_form", maintain_order=True).agg("row")
        areas_of = [shapely.union_all(parts[row]).area for row in groups["row"].to_list()]
        found.append(
            groups.with_columns(pl.Series("area", areas_of, pl.Float64))
            .join(whole, on="at")
            .select("wetland_id", "protection_form", "area", "surface")
        )
    shares = (
        pl.concat(found)
        .filter(pl.col("surface") > 0)
        .group_by("wetland_id", "protection_form")
        .agg((pl.col("area").max() / pl.col("surface").max()).clip(0, 1).alias("share"))
        .sort("wetland_id", "protection_form")
    )
    usable = areas.filter(pl.Series(shapely.area(parks) > 0))["protected_area_id"]
    return shares.select(NO_SHARES.columns), usable


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
    patches, woods = _surfaces(wetlands), _surfaces(stands)
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


def _surfaces(frame: pl.DataFrame) -> "Shapes":
    """Return valid polygons in an equal-area projection; None where there is no such polygon."""
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
