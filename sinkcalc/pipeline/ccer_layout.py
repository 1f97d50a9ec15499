"""A systematic layout of sample plots over the parcels of a project."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from sinkcalc.ccer.layout import Grid, Snap, square_grid
from sinkcalc.ccer.numbers import Floats
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.layers import EQUAL_AREA
from sinkcalc.intake.overlay import surfaces
from sinkcalc.schemas.ccer_monitoring import LayoutPlot

Note = tuple[str, str]
# longitude and latitude of the layout: CGCS2000, to about 0.1 m
GEOGRAPHIC: Final = "EPSG:4490"
DEGREE_DECIMALS: Final = 6
METRE_DECIMALS: Final = 2


def lay_out(
    parcels: pl.DataFrame, plots: Mapping[str, int], seed: int
) -> tuple[pl.DataFrame, list[Note]]:
    """Lay the plots of every stratum on a grid of its own over its parcels.

    Parameters
    ----------
    parcels
        `parcel_id`, `stratum`, `crs`, `geometry_wkb` of the eligible parcels.
    plots
        Stratum -> plots.
    seed
        Of the random numbers.

    Returns
    -------
    Rows of `LayoutPlot` by stratum, numbered along the rows of the grid, and the spacing of each
    stratum in words. A stratum without polygons has no rows.

    Raises
    ------
    UsageProblem
        If shapely or pyproj is not installed.
    """
    snap, to_degrees = _projections()
    shapes = parcels.select("parcel_id", "stratum").with_columns(
        pl.Series("shape", surfaces(parcels), pl.Object)
    )
    rows: list[pl.DataFrame] = []
    notes: list[Note] = []
    for stratum in sorted(plots):
        of_stratum = [
            (parcel, shape) for parcel, its, shape in shapes.iter_rows() if its == stratum
        ]
        drawn = {parcel: shape for parcel, shape in of_stratum if shape is not None}
        if len(drawn) < len(of_stratum):
            notes.append(_without_polygon(stratum, len(of_stratum) - len(drawn)))
        if drawn:
            grid = square_grid(drawn, plots[stratum], seed, stratum, snap)
            rows.append(_as_rows(stratum, grid, to_degrees))
            notes.append(_spacing(stratum, grid))
    made = pl.concat(rows) if rows else LayoutPlot.create_empty()
    return LayoutPlot.validate(made, cast=True), notes


def _projections() -> tuple[Snap, Snap]:
    """Return what rounds points of the plane to whole millionths of a degree, and to degrees.

    Raises
    ------
    UsageProblem
        If shapely or pyproj is not installed.
    """
    try:
        # the grid needs it, and only its first use would say so
        import shapely  # noqa: F401
        from pyproj import Transformer
    except ImportError as error:
        raise UsageProblem(
            zh=f'布设样地需要安装 {error.name}:pip install "sinkcalc[gis]"',
            en=f'laying out plots needs {error.name}: pip install "sinkcalc[gis]"',
        ) from None
    forth = Transformer.from_crs(EQUAL_AREA, GEOGRAPHIC, always_xy=True)
    back = Transformer.from_crs(GEOGRAPHIC, EQUAL_AREA, always_xy=True)

    def moved(transformer: Any, points: Floats) -> Floats:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    def to_degrees(points: Floats) -> Floats:
        return np.round(moved(forth, points), DEGREE_DECIMALS)

    def snap(points: Floats) -> Floats:
        return moved(back, to_degrees(points))

    return snap, to_degrees


def _as_rows(stratum: str, grid: Grid, to_degrees: Snap) -> pl.DataFrame:
    plane = np.array([[point.x, point.y] for point in grid.points])
    degrees = to_degrees(plane)
    digits = len(str(len(grid.points)))
    return pl.DataFrame(
        {
            "plot_id": [
                f"{stratum}-{number:0{digits}d}" for number in range(1, len(grid.points) + 1)
            ],
            "stratum": [stratum] * len(grid.points),
            "parcel_id": [point.parcel_id for point in grid.points],
            "longitude": degrees[:, 0],
            "latitude": degrees[:, 1],
            "x_m": np.round(plane[:, 0], METRE_DECIMALS),
            "y_m": np.round(plane[:, 1], METRE_DECIMALS),
        }
    )


def _without_polygon(stratum: str, parcels: int) -> Note:
    return (
        f"碳层 {stratum} 的 {parcels} 个地块没有图形:其上没有布设样地",
        f"{parcels} parcels of stratum {stratum} have no polygon: no plot is laid out on them",
    )


def _spacing(stratum: str, grid: Grid) -> Note:
    n = len(grid.points)
    return (
        f"碳层 {stratum}:间距 {grid.spacing_m:.1f} m 的方格网,{grid.inside} 个点在地块内,"
        f"系统抽取 {n} 个",
        f"stratum {stratum}: a square grid of {grid.spacing_m:.1f} m with {grid.inside} points "
        f"inside, {n} of them kept systematically",
    )
