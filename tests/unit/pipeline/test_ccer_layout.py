"""Layout of sample plots over polygons of parcels, and its files."""

import sqlite3
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pyogrio
import shapely
from pyproj import Geod, Transformer

from sinkcalc.intake.point_layer import write_points
from sinkcalc.pipeline.ccer_layout import GEOGRAPHIC, lay_out

# about 1.9 km x 2.2 km and 1 km x 1 km near Hangzhou, the second in metres of a 3-degree zone
FIRST = shapely.Polygon([(120.10, 30.20), (120.12, 30.20), (120.12, 30.22), (120.10, 30.215)])
ZONE = "EPSG:4549"
SECOND = shapely.box(510_000, 3_340_000, 511_000, 3_341_000)
PLOTS = {"S1": 25, "S2": 7}


def _parcels(*, without: bool = False) -> pl.DataFrame:
    rows = [
        ("A", "S1", "EPSG:4490", shapely.to_wkb(FIRST)),
        ("B", "S2", ZONE, shapely.to_wkb(SECOND)),
    ]
    if without:
        rows.append(("C", "S2", "EPSG:4490", None))
    schema = ["parcel_id", "stratum", "crs", "geometry_wkb"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_every_plot_lies_in_its_parcel_as_written() -> None:
    rows, _ = lay_out(_parcels(), PLOTS, 1)
    assert rows["stratum"].value_counts().sort("stratum").rows() == [("S1", 25), ("S2", 7)]
    assert rows["plot_id"].to_list()[:2] == ["S1-01", "S1-02"]
    assert rows["plot_id"].is_unique().all()
    degrees = rows.filter(pl.col("stratum") == "S1").select("longitude", "latitude").to_numpy()
    assert (degrees == degrees.round(6)).all()
    assert shapely.contains(FIRST, shapely.points(degrees)).all()
    of_second = rows.filter(pl.col("stratum") == "S2").select("longitude", "latitude").to_numpy()
    to_zone = Transformer.from_crs("EPSG:4490", ZONE, always_xy=True)
    metres = np.column_stack(to_zone.transform(of_second[:, 0], of_second[:, 1]))
    assert shapely.contains(SECOND, shapely.points(metres)).all()


def test_neighbours_in_a_row_are_as_far_apart_on_the_ground_as_the_grid_says() -> None:
    """By geodesics on the ellipsoid, which know nothing of the projection of the grid."""
    rows, notes = lay_out(_parcels(), {"S1": 25}, 1)
    spacing = float(notes[0][1].split("grid of ")[1].split(" m")[0])
    geod = Geod(ellps="GRS80")
    first = rows.rows(named=True)
    distances = [
        geod.inv(one["longitude"], one["latitude"], two["longitude"], two["latitude"])[2]
        for one, two in pairwise(first)
        if abs(one["y_m"] - two["y_m"]) < 1
    ]
    assert len(distances) > 10
    # 0.1 m is the last digit of a degree
    assert np.allclose(
        [d / spacing for d in distances], np.round(np.array(distances) / spacing), atol=2e-3
    )


def test_a_parcel_without_a_polygon_is_told() -> None:
    rows, notes = lay_out(_parcels(without=True), PLOTS, 1)
    assert set(rows["parcel_id"]) == {"A", "B"}
    assert any("1 parcels of stratum S2 have no polygon" in en for _, en in notes)


def test_a_stratum_without_any_polygon_has_no_plots() -> None:
    rows, _ = lay_out(_parcels().filter(pl.col("stratum") == "S1"), PLOTS, 1)
    assert set(rows["stratum"]) == {"S1"}
    assert lay_out(_parcels().clear(), PLOTS, 1)[0].is_empty()


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        rows, _ = lay_out(_parcels(), PLOTS, 20240501)
        write_points(tmp_path / f"{name}.gpkg", rows, "plots", GEOGRAPHIC)
        made.append((rows.write_csv(), (tmp_path / f"{name}.gpkg").read_bytes()))
    assert made[0] == made[1]
    other, _ = lay_out(_parcels(), PLOTS, 20240502)
    assert other.write_csv() != made[0][0]


def test_the_geopackage_as_other_programs_read_it(tmp_path: Path) -> None:
    """By SQLite alone: a GeoPackage point is a header of 8 bytes and WKB; and by GDAL."""
    rows, _ = lay_out(_parcels(), PLOTS, 1)
    path = tmp_path / "plots.gpkg"
    write_points(path, rows, "plots", GEOGRAPHIC)
    assert [each.name for each in tmp_path.iterdir()] == ["plots.gpkg"]
    with sqlite3.connect(path) as con:
        found = con.execute("SELECT plot_id, stratum, parcel_id, geom FROM plots").fetchall()
        (system,) = con.execute("SELECT srs_id FROM gpkg_geometry_columns").fetchone()
    con.close()
    assert system == 4490
    points = [shapely.from_wkb(blob[8:]) for *_, blob in found]
    assert [(one.x, one.y) for one in points] == rows.select("longitude", "latitude").rows()
    assert [row[:3] for row in found] == rows.select("plot_id", "stratum", "parcel_id").rows()
    meta, _, _, fields = pyogrio.raw.read(path)
    assert meta["crs"] == "EPSG:4490"
    assert list(meta["fields"]) == rows.columns
    assert fields[-1].tolist() == rows["y_m"].to_list()
