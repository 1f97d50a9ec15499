"""Polygons over each other, by hand: rectangles of metres in the zone of 120° E."""

import polars as pl
import pytest
import shapely

from sinkcalc.intake.overlay import overlaps, protected_shares

# CGCS2000 / 3-degree Gauss-Krueger, 120° E: scale 1 on the meridian, where the rectangles lie
METRIC = "EPSG:4549"
DEGREES = "EPSG:4490"
EAST, NORTH = 500_000, 3_300_000


def _box(left: float, low: float, right: float, high: float) -> bytes:
    """Give a rectangle, metres from a point of the meridian."""
    corners = (EAST + left, NORTH + low, EAST + right, NORTH + high)
    wkb: bytes = shapely.to_wkb(shapely.box(*corners))
    return wkb


def _wetlands(*shapes: bytes, crs: str | None = METRIC) -> pl.DataFrame:
    names = [f"W{n}" for n in range(len(shapes))]
    return pl.DataFrame({"wetland_id": names, "crs": crs, "geometry_wkb": list(shapes)})


def _parks(shapes: list[tuple[str | None, bytes]], crs: str | None = METRIC) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "protected_area_id": [f"P{n}" for n in range(len(shapes))],
            "protection_form": pl.Series([form for form, _ in shapes], dtype=pl.String),
            "crs": pl.Series([crs] * len(shapes), dtype=pl.String),
            "geometry_wkb": [wkb for _, wkb in shapes],
        }
    )


def _shares(wetlands: pl.DataFrame, parks: pl.DataFrame) -> dict[tuple[str, str | None], float]:
    found, _ = protected_shares(wetlands, parks, "united")
    return {(row[0], row[1]): row[2] for row in found.iter_rows()}


def test_three_overlapping_areas_are_united() -> None:
    """A wetland of 1000 m × 1000 m.

    Strips over x 0–400, 300–700 and 600–800 cover x 0–800: 0.8, not 0.4 + 0.4 + 0.2 = 1.0. The
    first and the third are of one form: 0.6 without overlap. The second reaches outside.
    """
    found = _shares(
        _wetlands(_box(0, 0, 1000, 1000), _box(5000, 0, 5100, 100)),
        _parks(
            [
                ("wetland_park", _box(0, 0, 400, 1000)),
                ("scenic_area", _box(300, -5000, 700, 5000)),
                ("wetland_park", _box(600, 0, 800, 1000)),
            ]
        ),
    )
    assert found == {
        ("W0", "united"): pytest.approx(0.8, rel=1e-6),
        ("W0", "wetland_park"): pytest.approx(0.6, rel=1e-6),
        ("W0", "scenic_area"): pytest.approx(0.4, rel=1e-6),
        ("W1", "united"): 0,
    }


def test_systems_of_coordinates_may_differ() -> None:
    """The park is drawn in degrees around the left half of the wetland."""
    from pyproj import Transformer

    back = Transformer.from_crs(METRIC, DEGREES, always_xy=True)
    half = shapely.transform(
        shapely.from_wkb(_box(0, 0, 500, 1000)), back.transform, interleaved=False
    )
    park = _parks([("geopark", shapely.to_wkb(half))], crs=DEGREES)
    found = _shares(_wetlands(_box(0, 0, 1000, 1000)), park)
    assert found["W0", "united"] == pytest.approx(0.5, rel=1e-6)


def test_a_polygon_that_crosses_itself_is_mended_and_what_is_none_is_left_out() -> None:
    bow = shapely.Polygon(
        [(EAST, NORTH), (EAST + 100, NORTH + 100), (EAST + 100, NORTH), (EAST, NORTH + 100)]
    )
    line = shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)])
    wetlands = _wetlands(shapely.to_wkb(bow), shapely.to_wkb(line), b"no geometry")
    found, used = protected_shares(
        wetlands, _parks([(None, _box(0, -10, 50, 110)), (None, shapely.to_wkb(line))]), "united"
    )
    assert found.rows() == [
        ("W0", None, pytest.approx(0.5, rel=1e-6)),
        ("W0", "united", pytest.approx(0.5, rel=1e-6)),
    ]
    assert used.to_list() == ["P0"]


@pytest.mark.parametrize("crs", [None, "", "no system"])
def test_without_a_system_of_coordinates_nothing_is_measured(crs: str | None) -> None:
    park = _parks([("geopark", _box(0, 0, 50, 50))], crs)
    found, used = protected_shares(_wetlands(_box(0, 0, 100, 100)), park, "united")
    assert found.rows() == [("W0", "united", 0.0)]
    assert used.is_empty()


def test_overlap_of_a_wetland_and_stands() -> None:
    """200 m × 100 m and 100 m × 100 m share 50 m × 100 m = 0.5 ha, half of the smaller."""
    stands = pl.DataFrame(
        {
            "stand_id": ["S", "far"],
            "crs": METRIC,
            "geometry_wkb": [_box(150, 0, 250, 100), _box(900, 0, 950, 50)],
        }
    )
    (row,) = overlaps(_wetlands(_box(0, 0, 200, 100)), stands).rows()
    assert row == (
        *("W0", "S"),
        pytest.approx(0.5, rel=1e-5),
        pytest.approx(0.5, rel=1e-6),
    )
