"""Areas of parcels' polygons, and what they have in common with others."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import polars as pl

from sinkcalc.intake.layers import EQUAL_AREA
from sinkcalc.intake.overlay import surfaces
from sinkcalc.units import M2_PER_HA

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]

_NEEDED: Final = ("shapely", "pyproj")
# of CGCS2000, in which a registry wants coordinates
_DEGREES: Final = "EPSG:4490"
OVERLAP_SCHEMA: Final = {
    "parcel_id": pl.String,
    "other_id": pl.String,
    "overlap_ha": pl.Float64,
    "share": pl.Float64,
}


def can_measure() -> bool:
    """Tell whether what measures polygons is installed."""
    return all(find_spec(name) is not None for name in _NEEDED)


def measured(parcels: pl.DataFrame) -> pl.DataFrame:
    """Measure polygons of parcels on the ellipsoid of CGCS2000.

    Parameters
    ----------
    parcels
        `parcel_id`, `crs`, `geometry_wkb`.

    Returns
    -------
    `parcel_id`, `shape_ha` (ha), `largest_part_m2` (m2: parts that share an edge are one),
    `longitude`, `latitude` (degrees, of a point inside); of parcels with a usable polygon.
    """
    import numpy as np
    import shapely
    from pyproj import Transformer

    shapes = surfaces(parcels)
    usable = ~shapely.is_missing(shapes)
    kept = shapes[usable]
    joined = [shapely.unary_union(shape) for shape in kept]
    largest = [max(part.area for part in shapely.get_parts(shape)) for shape in joined]
    inside = shapely.point_on_surface(np.array(joined, object)) if joined else np.empty(0, object)
    degrees = Transformer.from_crs(EQUAL_AREA, _DEGREES, always_xy=True)
    longitude, latitude = degrees.transform(shapely.get_x(inside), shapely.get_y(inside))
    return pl.DataFrame(
        {
            "parcel_id": parcels["parcel_id"].filter(pl.Series(usable)),
            "shape_ha": pl.Series([shape.area / M2_PER_HA for shape in joined], dtype=pl.Float64),
            "largest_part_m2": pl.Series(largest, dtype=pl.Float64),
            "longitude": pl.Series(longitude, dtype=pl.Float64),
            "latitude": pl.Series(latitude, dtype=pl.Float64),
        }
    )


def all_usable(shapes: pl.DataFrame) -> bool:
    """Tell whether every row of `crs`, `geometry_wkb` holds a polygon whose place is known."""
    import shapely

    return not shapely.is_missing(surfaces(shapes)).any()


def overlaps(parcels: pl.DataFrame, others: pl.DataFrame | None = None) -> pl.DataFrame:
    """Measure what polygons of parcels have in common with others, or with each other.

    Parameters
    ----------
    parcels
        `parcel_id`, `crs`, `geometry_wkb`.
    others
        The same with another id first; None: the parcels themselves, each pair in both orders.

    Returns
    -------
    `parcel_id`, `other_id`, `overlap_ha` (ha, on the ellipsoid), `share` of the parcel; only pairs
    with an area in common, in the order of the ids.
    """
    import shapely

    mine = surfaces(parcels)
    theirs = mine if others is None else surfaces(others)
    ids = (parcels if others is None else others).to_series(0)
    left, right = shapely.STRtree(theirs).query(mine, predicate="intersects")
    if others is None:
        apart = left != right
        left, right = left[apart], right[apart]
    common = shapely.area(shapely.intersection(mine[left], theirs[right]))
    return (
        pl.DataFrame(
            {
                "parcel_id": parcels["parcel_id"].gather(left),
                "other_id": ids.gather(right),
                "overlap_ha": common / M2_PER_HA,
                "share": common / shapely.area(mine[left]),
            },
            schema=OVERLAP_SCHEMA,
        )
        .filter(pl.col("overlap_ha") > 0)
        .sort("parcel_id", "other_id")
    )
