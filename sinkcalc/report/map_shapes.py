"""Stored polygons as multipolygons in one coordinate system."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]
    Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Placed:
    """Polygons of a layer.

    Attributes
    ----------
    shapes
        Multipolygons in the coordinate system of the layer; None where there is none.
    valid
        Whether the polygon as delivered was valid.
    without_system
        Polygons whose coordinate system is not known, or does not fit their coordinates.
    without_surface
        Geometries that are no polygon.
    """

    shapes: "Shapes"
    valid: "Flags"
    without_system: int
    without_surface: int


def require_gis() -> None:
    """Refuse where what reads and writes layers is not installed.

    Raises
    ------
    UsageProblem
        With the remedy.
    """
    try:
        # only to see whether they are installed
        import pyogrio  # noqa: F401
        import pyproj  # noqa: F401
        import shapely  # noqa: F401
    except ImportError as error:
        raise UsageProblem(
            zh=f'写 GeoPackage 需要安装 {error.name}:pip install "sinkcalc[gis]"',
            en=f'writing a GeoPackage needs {error.name}: pip install "sinkcalc[gis]"',
        ) from None


def checked_system(crs: str) -> str:
    """Return a coordinate system that is known, as it was given.

    Raises
    ------
    UsageProblem
        If it is not.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        CRS.from_user_input(crs)
    except CRSError:
        raise UsageProblem(
            zh=f"--crs 不认识坐标系 {crs!r};例如 EPSG:4490(CGCS2000 经纬度)或 EPSG:4549"
            "(CGCS2000 高斯-克吕格 3° 带,中央经线 120°)",
            en=f"--crs: the coordinate system {crs!r} is not known; for example EPSG:4490 "
            "(CGCS2000, degrees) or EPSG:4549 (CGCS2000, Gauss-Kruger 3° zone, central meridian "
            "120°)",
        ) from None
    return crs


def placed(rows: pl.DataFrame, crs: str) -> Placed:
    """Bring polygons into one coordinate system.

    Coordinates that are in it already keep their bits. An invalid polygon is kept as it is.

    Parameters
    ----------
    rows
        `crs`, `geometry_wkb`.
    crs
        The system of the layer.
    """
    import numpy as np
    import shapely

    raw = np.empty(rows.height, object)
    raw[:] = rows["geometry_wkb"].to_list()
    flat = shapely.force_2d(shapely.from_wkb(raw, "ignore"))
    polygons = (shapely.get_type_id(flat) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(flat)
    several = shapely.get_type_id(flat) == shapely.GeometryType.MULTIPOLYGON
    surface = polygons | (several & ~shapely.is_empty(flat))
    out = np.full(rows.height, None, object)
    systems = rows["crs"].to_numpy()
    for own in rows["crs"].drop_nulls().unique().sort():
        mine = (systems == own) & surface
        project = _projection(own, crs)
        if project is not None and mine.any():
            moved = shapely.transform(flat[mine], project) if callable(project) else flat[mine]
            out[mine] = moved
    lost = surface & ~_finite(out)
    out[lost] = None
    single = is_drawn(out) & polygons
    if single.any():
        out[single] = shapely.multipolygons(out[single].reshape(-1, 1))
    valid = shapely.is_valid(flat)
    return Placed(out, valid, int(lost.sum()), int((is_drawn(raw) & ~surface).sum()))


def is_drawn(shapes: "Shapes") -> "Flags":
    """Tell which polygons are there."""
    import numpy as np

    return np.array([shape is not None for shape in shapes], bool)


def _finite(shapes: "Shapes") -> "Flags":
    import numpy as np
    import shapely

    bounds: npt.NDArray[np.float64] = shapely.bounds(shapes)
    return np.array(np.isfinite(bounds).all(axis=1), bool)


def _projection(own: str, crs: str) -> Any:
    """Return what moves points; True where they stay; None where the system is not known."""
    import numpy as np
    from pyproj import CRS, Transformer
    from pyproj.exceptions import ProjError

    try:
        first, last = CRS.from_user_input(own), CRS.from_user_input(crs)
        if first.equals(last, ignore_axis_order=True):
            return True
        transformer = Transformer.from_crs(first, last, always_xy=True)
    except ProjError:
        return None

    def project(points: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return project


def united(shapes: "Shapes") -> Any:
    """Return the union of polygons as a multipolygon; invalid ones are mended for it."""
    import shapely

    whole = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    joined = shapely.union_all(whole)
    parts = [
        part
        for part in shapely.get_parts(joined)
        if shapely.get_type_id(part) == shapely.GeometryType.POLYGON
    ]
    return shapely.multipolygons(parts) if parts else None
