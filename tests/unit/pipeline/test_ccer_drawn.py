"""Polygons of parcels: areas, largest parts and overlaps, in squares near a central meridian.

On the central meridian of EPSG:4549 (Gauss-Krüger, 120° E, scale 1) a box of 200 m x 100 m is 2 ha
on the ellipsoid, to a part in a million as near to it as here.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from project_file import PROJECT
from wetland_records import put_shapes, put_wetlands

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.parcel_shapes import overlaps
from sinkcalc.pipeline import ccer_parcels
from sinkcalc.pipeline.ccer_parcels import Parcels, read_parcels
from sinkcalc.pipeline.ccer_project import read_project
from sinkcalc.store.connection import writing

pyogrio = pytest.importorskip("pyogrio")
shapely = pytest.importorskip("shapely")

NEAR = 1e-6


def _box(x: float, y: float, width: float = 200, height: float = 100) -> Any:
    return shapely.box(500_000 + x, 3_300_000 + y, 500_000 + x + width, 3_300_000 + y + height)


def _layer(path: Path, shapes: Mapping[str, Any], **columns: list[Any]) -> Path:
    table = pl.DataFrame({"地块编号": list(shapes), **columns}).to_arrow()
    for place, name in enumerate(table.column_names):
        if str(table[name].type) == "large_string" or "view" in str(table[name].type):
            table = table.set_column(place, name, table[name].cast("string"))
    wkb = [None if shape is None else shapely.to_wkb(shape) for shape in shapes.values()]
    pyogrio.write_arrow(
        table.append_column("geometry", [wkb]),
        path,
        geometry_name="geometry",
        geometry_type="Unknown",
        crs="EPSG:4549",
    )
    return path


def _read(
    folder: Path,
    shapes: Mapping[str, Any],
    db: Path | None = None,
    more: str = "",
    **columns: list[Any],
) -> Parcels:
    _layer(folder / "parcels.gpkg", shapes, **columns)
    path = folder / "project.toml"
    source = f'file = "parcels.gpkg"\n{more}'
    path.write_text(PROJECT.replace('file = "parcels.csv"', source), encoding="utf-8")
    return read_parcels(read_project(path), db)


def _told(parcels: Parcels, words: str) -> bool:
    return any(words in en for _, en in parcels.notes)


def test_areas_and_points_inside(tmp_path: Path) -> None:
    """30 亩 are the 2 ha that are drawn; 45 亩 are half as much again: the stated area stays."""
    parcels = _read(tmp_path, {"a": _box(0, 0), "b": _box(0, 1000)}, **{"面积(亩)": [30.0, 45.0]})
    assert parcels.frame["area_ha"].to_list() == [2.0, 3.0]
    assert parcels.areas["shape_ha"].to_list() == pytest.approx([2, 2], rel=NEAR)
    assert parcels.areas["difference_fraction"].to_list() == pytest.approx([0, -1 / 3], abs=1e-5)
    assert parcels.frame["contiguous_area_m2"].to_list() == pytest.approx([2e4, 2e4], rel=NEAR)
    assert parcels.frame["longitude"].to_list() == pytest.approx([120.001] * 2, abs=2e-4)
    assert _told(parcels, "areas of 1 parcels differ from their polygons by more than 5%")
    assert parcels.overlaps.is_empty()


def test_the_largest_part(tmp_path: Path) -> None:
    """Two boxes of 1 ha and 0.5 ha: apart, touching in a corner, sharing an edge."""
    big, small = _box(0, 0, 100, 100), 50
    shapes = {
        "apart": shapely.union_all([big, _box(500, 0, 100, small)]),
        "corner": shapely.multipolygons([big, _box(100, 100, 100, small)]),
        "edge": shapely.multipolygons([big, _box(100, 0, 100, small)]),
    }
    shapes = {
        name: shapely.transform(shape, lambda xy, n=number: np.add(xy, [0, 1000 * n]))
        for number, (name, shape) in enumerate(shapes.items())
    }
    frame = _read(tmp_path, shapes, **{"面积(公顷)": [1.5] * 3}).frame
    largest = dict(frame.select("parcel_id", "contiguous_area_m2").iter_rows())
    assert largest == pytest.approx({"apart": 1e4, "corner": 1e4, "edge": 1.5e4}, rel=NEAR)


def test_without_a_column_of_areas_the_polygons_give_them(tmp_path: Path) -> None:
    parcels = _read(tmp_path, {"a": _box(0, 0), "b": None})
    assert parcels.frame["area_ha"].to_list() == pytest.approx([2], rel=NEAR)
    assert parcels.rejected.select("value", "rule").rows() == [("b", "parcel_not_drawn")]
    assert _told(parcels, "1 parcels state no area")


def test_parcels_over_each_other_are_refused(tmp_path: Path) -> None:
    """Moved by 150 m of 200 m, 50 m x 100 m are common: 0.5 ha; c and d lie apart."""
    shapes = {"a": _box(0, 0), "b": _box(150, 0), "c": _box(0, 1000), "d": _box(0, 2000)}
    with pytest.raises(UsageProblem) as caught:
        _read(tmp_path, shapes)
    assert "parcels.gpkg: 1 pairs of parcels lie over each other, 0.5 ha in all: a / b 0.5 ha" in (
        caught.value.en
    )
    assert "1 对地块的图形互相重叠,共 0.5 ha:a / b 0.5 ha" in caught.value.zh
    assert "at most 0.1% of a parcel" in caught.value.en


def test_a_small_parcel_within_a_large_one_is_refused(tmp_path: Path) -> None:
    """10 m x 10 m of 20 ha: a part of 0.0005 of the large parcel, all of the small one."""
    shapes = {"large": _box(0, 0, 2000, 100), "small": _box(500, 40, 10, 10)}
    with pytest.raises(UsageProblem, match=r"1 pairs .* 0\.01 ha in all: large / small 0\.01 ha"):
        _read(tmp_path, shapes)


def test_only_the_first_pairs_are_named(tmp_path: Path) -> None:
    """Seven boxes each moved by 150 m: six pairs of 0.5 ha."""
    shapes = {f"p{place}": _box(150 * place, 0) for place in range(7)}
    with pytest.raises(UsageProblem, match=r"6 pairs .* 3 ha in all: .* p4 / p5 0\.5 ha …"):
        _read(tmp_path, shapes)


def test_slivers_are_counted_apart(tmp_path: Path) -> None:
    """0.1 m x 100 m of 2 ha is a part of 0.0005, below the tolerance of 0.001."""
    parcels = _read(tmp_path, {"a": _box(0, 0), "b": _box(199.9, 0)})
    assert parcels.overlaps["sliver"].to_list() == [True, True]
    assert parcels.overlaps["share"].to_list() == pytest.approx([0.0005] * 2, rel=1e-4)
    assert _told(parcels, "2 overlaps of at most 0.1% of a parcel count as errors of drawing")
    assert not _told(parcels, "lie over each other")


def test_neighbours_do_not_overlap(tmp_path: Path) -> None:
    assert _read(tmp_path, {"a": _box(0, 0), "b": _box(200, 0)}).overlaps.is_empty()


def test_parcels_over_another_project(tmp_path: Path) -> None:
    _layer(tmp_path / "other.gpkg", {"x": _box(100, 50)})
    parcels = _read(
        tmp_path, {"a": _box(0, 0), "b": _box(0, 500)}, more='others = ["other.gpkg"]\n'
    )
    (found,) = parcels.overlaps.iter_rows(named=True)
    assert (found["parcel_id"], found["over"], found["source"]) == (
        "a",
        "other_project",
        "other.gpkg",
    )
    assert found["overlap_ha"] == pytest.approx(0.5, rel=NEAR)
    assert _told(parcels, "1 parcels lie over another project's (other.gpkg), 0.5 ha in all: a")


def test_polygons_tell_land_of_other_projects(tmp_path: Path) -> None:
    """Over another project, whatever the cell says; over none, where it is blank and drawn."""
    _layer(tmp_path / "other.gpkg", {"x": _box(100, 50)})
    shapes = {"in": _box(0, 0), "off": _box(0, 500), "said": _box(0, 900), "undrawn": None}
    parcels = _read(
        tmp_path,
        shapes,
        more='others = ["other.gpkg"]\n',
        **{"是否在其他项目中": ["否", None, "是", None], "面积(公顷)": [2.0] * 4},
    )
    assert dict(parcels.frame.select("parcel_id", "in_other_project").iter_rows()) == {
        "in": True,
        "off": False,
        "said": True,
        "undrawn": None,
    }
    assert _told(parcels, "1 of them are stated to be in no other project")


def test_slivers_over_another_project_are_none(tmp_path: Path) -> None:
    _layer(tmp_path / "other.gpkg", {"x": _box(199.9, 0)})
    parcels = _read(tmp_path, {"a": _box(0, 0)}, more='others = ["other.gpkg"]\n')
    assert parcels.frame["in_other_project"].to_list() == [False]


def test_a_layer_that_cannot_be_laid_over_clears_nobody(tmp_path: Path) -> None:
    _layer(tmp_path / "other.gpkg", {"x": _box(100, 50), "y": None})
    parcels = _read(
        tmp_path, {"a": _box(0, 0), "b": _box(0, 500)}, more='others = ["other.gpkg"]\n'
    )
    assert parcels.frame["in_other_project"].to_list() == [True, None]
    assert _told(parcels, "polygons or the coordinate system of other projects' other.gpkg")


def test_without_other_layers_it_is_not_known(tmp_path: Path) -> None:
    assert _read(tmp_path, {"a": _box(0, 0)}).frame["in_other_project"].to_list() == [None]


def test_another_project_without_polygons_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a\n1\n")
    with pytest.raises(UsageProblem, match=r"other\.csv of others .* has no polygons"):
        _read(tmp_path, {"a": _box(0, 0)}, more='others = ["other.csv"]\n')


def test_parcels_without_polygons_are_laid_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "parcels.csv").write_text("parcel_id,area_ha\na,1\n")
    path = tmp_path / "project.toml"
    path.write_text(
        PROJECT.replace('stratum = "S1"\n\n', 'stratum = "S1"\nothers = ["x.gpkg"]\n\n')
    )
    assert _told(read_parcels(read_project(path), None), "the parcels have no polygons")


@pytest.fixture
def wetlands(tmp_path: Path) -> Path:
    """One marsh of 4 ha from (0, 0), and paddy, which is no wetland, from (0, 2000); in 临安区."""
    db = tmp_path / "wet.duckdb"
    with writing(db):
        pass
    about = {"region_code": "330112", "area_ha": 4}
    put_wetlands(
        db,
        2023,
        [
            {"wetland_id": "W1", "wetland_class": "marsh", **about},
            {"wetland_id": "W2", "wetland_class": "paddy", **about},
        ],
    )
    shapes = {"W1": _box(0, 0, 200, 200), "W2": _box(0, 2000, 200, 200)}
    wkb = {name: shapely.to_wkb(shape) for name, shape in shapes.items()}
    put_shapes(db, 2023, "wetland", "EPSG:4549", wkb)
    return db


def test_parcels_over_wetlands(tmp_path: Path, wetlands: Path) -> None:
    """Half of `in` is marsh. Where wetlands of the county are drawn, off them is no wetland."""
    shapes = {
        "in": _box(100, 0),
        "dry": _box(0, 1000),
        "field": _box(0, 2000),
        "far": _box(0, 3000),
    }
    parcels = _read(
        tmp_path,
        shapes,
        wetlands,
        县=["临安区", "临安区", "临安区", "上城区"],
        是否湿地=["否", None, None, None],
    )
    wet = dict(parcels.frame.select("parcel_id", "is_wetland").iter_rows())
    assert wet == {"in": True, "dry": False, "field": False, "far": None}
    (found,) = parcels.overlaps.iter_rows(named=True)
    assert (found["parcel_id"], found["other_id"], found["over"]) == ("in", "W1", "wetland")
    assert found["share"] == pytest.approx(0.5, rel=NEAR)
    assert _told(parcels, "1 parcels lie over wetlands, 1 ha in all: in")
    assert _told(parcels, "1 of them are stated to be no wetland")


def test_a_survey_without_drawn_wetlands(tmp_path: Path, wetlands: Path) -> None:
    with pytest.raises(UsageProblem, match=r"wetland_survey = 2020: no polygons .* those of 2023"):
        _read(tmp_path, {"a": _box(0, 0)}, wetlands, more="wetland_survey = 2020\n")


def test_without_the_libraries_it_is_not_known(
    tmp_path: Path, wetlands: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ccer_parcels, "can_measure", lambda: False)
    parcels = _read(tmp_path, {"a": _box(0, 0)}, wetlands, **{"面积(亩)": [30.0]})
    assert parcels.frame.select("is_wetland", "contiguous_area_m2").row(0) == (None, None)
    assert _told(parcels, "are not installed")


STANDS = """
INSERT INTO stands (survey, load_id, stand_id, source_file, source_row, region_code,
    township_code, vegetation_class, area_ha, canopy_cover_fraction) VALUES
(2020, 'a', 's1', 'f', 1, '330112', 'T', 'non_forest', 2, 0.1),
(2023, 'b', 's1', 'f', 1, '330112', 'T', 'non_forest', 2, 0.1),
(2023, 'b', 's2', 'f', 2, '330112', 'T', 'arbor', 2, 0.7),
(2023, 'b', 's3', 'f', 3, '330112', 'T', 'non_forest', 2, null)
"""


def _of_stands(folder: Path, where: str) -> Path:
    path = folder / "project.toml"
    source = f'survey = 2023\nwhere = "{where}"'
    path.write_text(PROJECT.replace('file = "parcels.csv"', source), encoding="utf-8")
    return path


def test_stands_of_the_database(tmp_path: Path, wetlands: Path) -> None:
    """s1 lies over the marsh and was bare three years before; s3 is not drawn."""
    with writing(wetlands) as con:
        con.execute(STANDS)
    put_shapes(wetlands, 2023, "stand", "EPSG:4549", {"s1": shapely.to_wkb(_box(100, 0))})
    project = read_project(_of_stands(tmp_path, "vegetation_class = 'non_forest'"))
    parcels = read_parcels(project, wetlands)
    names = ("parcel_id", "stand_id", "stratum", "region_code", "township", "area_ha", "is_wetland")
    assert parcels.frame.select(names).rows() == [
        ("s1", "s1", "S1", "330112", "T", 2.0, True),
        ("s3", "s3", "S1", "330112", "T", 2.0, None),
    ]
    assert parcels.frame["non_forest_years"].to_list() == [3.0, None]
    assert parcels.shapes["parcel_id"].to_list() == ["s1"]
    with pytest.raises(UsageProblem, match="no stands of survey 2023 meet the condition"):
        read_parcels(read_project(_of_stands(tmp_path, "area_ha > 9")), wetlands)
    with pytest.raises(UsageProblem, match="is not usable"):
        read_parcels(read_project(_of_stands(tmp_path, "1=1; drop table stands")), wetlands)
    with pytest.raises(UsageProblem, match="name it with --db"):
        read_parcels(project, None)


def test_overlaps_with_others_by_their_first_column() -> None:
    """What a ledger asks: parcels of one project against those of another."""
    columns = ("parcel_id", "crs", "geometry_wkb")

    def drawn(name: str, shape: Any) -> pl.DataFrame:
        row = (name, "EPSG:4549", shapely.to_wkb(shape))
        return pl.DataFrame([row], schema=columns, orient="row")

    mine = drawn("a", _box(0, 0))
    theirs = drawn("b", _box(150, 0, 400, 100)).rename({"parcel_id": "registered"})
    (found,) = overlaps(mine, theirs).iter_rows(named=True)
    assert (found["parcel_id"], found["other_id"]) == ("a", "b")
    assert found["share"] == pytest.approx(0.25, rel=NEAR)
