"""Where the plots of a stratum stand: a square grid with a random start."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sinkcalc.ccer.numbers import Floats, Integers
from sinkcalc.uncertainty.draws import stream

# plane coordinates -> those that can be written down, n x 2 each
Snap = Callable[[Floats], Floats]
# starts that a spacing is tried with
TRIALS: Final = 20
# a spacing that does not do is made narrower by at least one in so many points
_STEPS: Final = 50


@dataclass(frozen=True)
class GridPoint:
    """A plot of the layout.

    Attributes
    ----------
    parcel_id
        Parcel that it lies in.
    x, y
        Of its centre, m in the plane.
    """

    parcel_id: str
    x: float
    y: float


@dataclass(frozen=True)
class Grid:
    """The plots of a stratum.

    Attributes
    ----------
    spacing_m
        Of the grid, m.
    inside
        Points of the grid inside the parcels, of which as many as wanted are kept.
    points
        From row to row, northwards, the rows by turns eastwards and westwards.
    """

    spacing_m: float
    inside: int
    points: tuple[GridPoint, ...]


def square_grid(
    parcels: Mapping[str, Any], plots: int, seed: int, stratum: str, snap: Snap
) -> Grid:
    """Lay a number of plots on a square grid over the parcels of a stratum.

    The spacing is sqrt(A/m), m, with A the area of the parcels (m2) and m the first of n, n + 1, …
    (in steps of 2 % of n, rounded up) with which each of 20 random starts leaves n points or more
    inside. Two further random numbers then place the grid within its first square. If it has more
    points than plots, those that stay are drawn systematically, with a random start, along the
    rows.

    Parameters
    ----------
    parcels
        Parcel -> shapely surface in a plane of equal area, m.
    seed
        Of the random numbers; those of a stratum do not depend on the others.
    snap
        Rounds coordinates to what is written down: a point counts as inside by these.

    Returns
    -------
    The plots, as many as wanted.

    Notes
    -----
    A spacing chosen by the start itself would favour parts of the stratum: a start that hits a
    narrow parcel often has points enough and stays, one that does not is tried again. What is left
    is some 3 % for parcels no wider than the spacing. A plot's centre lies inside; the plot may
    reach over the border. Source: systematic layout with a
    random start, AR-CM-001-V01 (recalled); the rest is this program's own.
    """
    surfaces = _Surfaces(parcels)
    chance = stream(seed, f"layout {stratum}")
    wanted = plots
    while True:
        spacing = math.sqrt(surfaces.area / wanted)
        starts = chance.random((TRIALS, 2))
        if all(surfaces.on_grid(spacing, start)[1].size >= plots for start in starts):
            points, parcel = surfaces.on_grid(spacing, chance.random(2), snap)
            if parcel.size >= plots:
                break
        wanted += -(-plots // _STEPS)
    # every (m/n)-th of the points inside, from a random one on
    chosen = ((np.arange(plots) + chance.random()) * parcel.size / plots).astype(np.int64)
    kept = tuple(
        GridPoint(surfaces.names[int(parcel[place])], *map(float, points[place]))
        for place in chosen
    )
    return Grid(spacing, int(parcel.size), kept)


class _Surfaces:
    """The parcels of a stratum, prepared to be asked for points."""

    def __init__(self, parcels: Mapping[str, Any]) -> None:
        import shapely

        self.names = sorted(parcels)
        self._shapes = np.array([parcels[name] for name in self.names], dtype=object)
        shapely.prepare(self._shapes)
        self._bounds = shapely.bounds(self._shapes)
        self._origin = self._bounds[:, :2].min(axis=0)
        self.area = float(shapely.area(self._shapes).sum())

    def on_grid(
        self, spacing: float, start: Floats, snap: Snap | None = None
    ) -> tuple[Floats, Integers]:
        """Return the points of a grid inside a parcel, along the rows, and the parcel of each."""
        import shapely

        first = (self._bounds - np.tile(self._origin, 2)) / spacing - np.tile(start, 2)
        low, high = np.ceil(first[:, :2]).astype(np.int64), np.floor(first[:, 2:]).astype(np.int64)
        columns, rows = np.maximum(high - low + 1, 0).T
        sizes = columns * rows
        parcel = np.repeat(np.arange(sizes.size), sizes)
        within = np.arange(parcel.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        column = low[parcel, 0] + within % columns[parcel]
        row = low[parcel, 1] + within // columns[parcel]
        points = self._origin + (np.column_stack([column, row]) + start) * spacing
        if snap is not None:
            points = snap(points)
        inside = shapely.contains_xy(self._shapes[parcel], points[:, 0], points[:, 1])
        points, parcel, row, column = (each[inside] for each in (points, parcel, row, column))
        order = np.lexsort((parcel, np.where(row % 2 == 0, column, -column), row))
        # where parcels overlap the first has the point
        ahead = np.diff(np.column_stack([row, column])[order], axis=0, prepend=-1).any(axis=1)
        kept = order[ahead] if order.size else order
        return points[kept], parcel[kept].astype(np.int64)
