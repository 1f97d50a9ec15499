"""What map layers take from a run, and how borders are matched."""

import json
from pathlib import Path

import pytest

from sinkcalc.demo.counties import write_counties
from sinkcalc.demo.figures import table
from sinkcalc.pipeline.map_columns import WETLAND_COLOURS, names_of
from sinkcalc.pipeline.wetland_options import WetlandOptions, options_of_run

pytest.importorskip("pyogrio")


@pytest.mark.parametrize(
    "options",
    [
        WetlandOptions(2020),
        WetlandOptions(2020, ("region", "wetland_class"), 30, "AR5", "leave_out", "extrapolate"),
        WetlandOptions(2023, equivalent_mass_t_per_ha=1500.5, total_carbon="include"),
    ],
)
def test_options_of_a_run_are_read_back(options: WetlandOptions) -> None:
    read = options_of_run(
        options.survey,
        options.soil_depth_cm,
        options.gwp_set,
        options.core_words,
        options.by_keys,
    )
    assert read == options


def test_blocks_have_the_area_of_their_county(tmp_path: Path) -> None:
    """Corners are whole metres: 70 km2 may be off by some 0.05 %, the sides of the block."""
    from sinkcalc.pipeline.boundaries import read_boundaries

    path = write_counties(tmp_path / "counties.geojson")
    given = read_boundaries(path)
    assert given.column == "code"
    assert given.simulated
    assert given.notes == []
    land = table("demo_county").filter(symbol="land").select("region_code", "value")
    expected = {str(code): value * 100 for code, value in land.iter_rows()}
    rows = dict(given.rows.select("region_code", "boundary_area_ha").iter_rows())
    assert rows.keys() == expected.keys()
    for code, area in rows.items():
        # metres on a Gauss-Kruger plane are a few 1e-5 from those on the ellipsoid
        assert area == pytest.approx(expected[code], rel=6e-4)
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        assert feature["properties"]["simulated"] is True


def test_neighbouring_blocks_share_their_corners(tmp_path: Path) -> None:
    """Borders that are straight in one projection are not in another: corners have to meet."""
    import shapely

    path = write_counties(tmp_path / "counties.geojson")
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    polygons = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    assert all(polygon.is_valid for polygon in polygons)
    whole = shapely.union_all(polygons)
    assert whole.geom_type == "Polygon"
    assert not list(whole.interiors)
    assert whole.area == pytest.approx(sum(polygon.area for polygon in polygons), rel=1e-12)


def test_every_class_of_wetland_has_a_colour_of_its_own() -> None:
    assert len(set(WETLAND_COLOURS.values())) == len(WETLAND_COLOURS)


def test_names_of_errors_follow_from_the_figure() -> None:
    names = names_of("counties", ["total_carbon_t", "total_carbon_t_se", "species_zh"])
    assert names["total_carbon_t"] == ("总碳储量(t C)", "total carbon (t C)")
    assert names["total_carbon_t_se"] == ("总碳储量(t C):标准误", "total carbon (t C): SE")
    with pytest.raises(KeyError):
        names_of("counties", ["no_such_column"])
