"""Plots on a square grid over parcels."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sinkcalc.ccer.layout import Grid, square_grid
from sinkcalc.ccer.numbers import Floats


def _as_it_is(points: Floats) -> Floats:
    return points


def _to_metres(points: Floats) -> Floats:
    return np.round(points)


L_SHAPE = shapely.Polygon([(0, 0), (400, 0), (400, 100), (100, 100), (100, 500), (0, 500)])
# a triangle far away, and a parcel with a hole
TRIANGLE = shapely.Polygon([(3000, 900), (3300, 1000), (3010, 1250)])
HOLED = shapely.Polygon(
    [(1000, 0), (1300, 0), (1300, 300), (1000, 300)],
    [[(1050, 50), (1250, 50), (1250, 250), (1050, 250)]],
)
PARCELS = {"P2": TRIANGLE, "P1": L_SHAPE, "P3": HOLED}


def _covers(grid: Grid) -> bool:
    return all(PARCELS[p.parcel_id].contains(shapely.Point(p.x, p.y)) for p in grid.points)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_as_many_plots_as_wanted_and_each_in_its_parcel(plots: int, seed: int) -> None:
    grid = square_grid(PARCELS, plots, seed, "S1", _to_metres)
    assert len(grid.points) == plots
    assert len(set(grid.points)) == plots
    assert _covers(grid)
    assert grid.inside >= plots


def test_the_same_seed_gives_the_same_plots_and_another_seed_others() -> None:
    first = square_grid(PARCELS, 20, 7, "S1", _as_it_is)
    assert square_grid(dict(reversed(PARCELS.items())), 20, 7, "S1", _as_it_is) == first
    assert square_grid(PARCELS, 20, 8, "S1", _as_it_is) != first
    # strata of the same parcels do not stand on each other
    assert square_grid(PARCELS, 20, 7, "S2", _as_it_is) != first


def test_the_grid_is_square_and_as_wide_as_the_area_says() -> None:
    """100 plots on 1 km x 1 km: sqrt(1e6/100) = 100 m, and every row and column has ten."""
    square = {"P": shapely.box(0, 0, 1000, 1000)}
    grid = square_grid(square, 100, 1, "S1", _as_it_is)
    assert grid.spacing_m == 100.0
    assert grid.inside == 100
    x = sorted({round(p.x, 6) for p in grid.points})
    y = sorted({round(p.y, 6) for p in grid.points})
    assert np.diff(x) == pytest.approx([100.0] * 9)
    assert np.diff(y) == pytest.approx([100.0] * 9)


def test_a_grid_of_too_few_points_is_made_narrower() -> None:
    """The spacing is that of 13, 14, … points; with narrow parcels 13 do not do for every start."""
    area = sum(parcel.area for parcel in PARCELS.values())
    spacings = [square_grid(PARCELS, 13, seed, "S1", _as_it_is).spacing_m for seed in range(10)]
    points = [area / spacing**2 for spacing in spacings]
    assert points == pytest.approx([round(each) for each in points])
    assert min(points) > 13
    assert max(points) < 26


def test_every_part_has_its_share_on_the_average() -> None:
    """Over many starts a parcel has its part of the plots, also where it is as narrow as the grid.

    200 starts: the mean of a parcel's 7 or so plots varies by less than 2 %. A spacing chosen by
    the start itself would give the third parcel 12 % too many.
    """
    shares = dict.fromkeys(PARCELS, 0)
    starts = 200
    for seed in range(starts):
        for point in square_grid(PARCELS, 24, seed, "S1", _as_it_is).points:
            shares[point.parcel_id] += 1
    area = sum(parcel.area for parcel in PARCELS.values())
    for name, parcel in PARCELS.items():
        assert shares[name] / starts == pytest.approx(24 * parcel.area / area, rel=0.04)


def test_a_point_where_parcels_overlap_is_one_plot() -> None:
    twice = {"A": shapely.box(0, 0, 100, 100), "B": shapely.box(0, 0, 100, 100)}
    grid = square_grid(twice, 9, 1, "S1", _as_it_is)
    assert {point.parcel_id for point in grid.points} == {"A"}
    assert len(set(grid.points)) == 9


def test_parcels_far_apart_need_no_grid_between_them() -> None:
    """Two hectares 1,000 km apart: a grid over all would have 10 billion points."""
    far = {"A": shapely.box(0, 0, 100, 100), "B": shapely.box(1e6, 1e6, 1e6 + 100, 1e6 + 100)}
    grid = square_grid(far, 20, 1, "S1", _as_it_is)
    assert {point.parcel_id for point in grid.points} == {"A", "B"}


def test_points_count_as_inside_by_what_is_written_down() -> None:
    """A strip one metre wide, coordinates in whole metres: only x = 1 lies inside."""
    strip = {"P": shapely.box(0.5, 0, 1.5, 900)}
    grid = square_grid(strip, 9, 3, "S1", _to_metres)
    assert {point.x for point in grid.points} == {1.0}
    assert len({point.y for point in grid.points}) == 9
