"""Layers: encodings of attribute tables, areas of geometry, and what is no polygon."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import Delivery
from sinkcalc.intake.layers import read_layer

pyogrio = pytest.importorskip("pyogrio")
shapely = pytest.importorskip("shapely")

NAMES = ["临安", "径山", "abc"]
# 200 m x 100 m near the central meridian of EPSG:4549: 2 ha
SQUARE = shapely.box(500_000, 3_300_000, 500_200, 3_300_100)


def _write(path: Path, columns: dict[str, list[Any]], shapes: list[Any], **options: Any) -> Path:
    table = pl.DataFrame(columns).to_arrow()
    for place, name in enumerate(table.column_names):
        if pl.DataFrame(columns)[name].dtype == pl.String:
            table = table.set_column(place, name, table[name].cast("string"))
    wkb = [None if shape is None else shapely.to_wkb(shape, output_dimension=3) for shape in shapes]
    settings = {"geometry_type": "Polygon", "crs": "EPSG:4549"} | options
    pyogrio.write_arrow(
        table.append_column("geometry", [wkb]), path, geometry_name="geometry", **settings
    )
    return path


def _read(path: Path, **options: Any) -> tuple[Delivery, pl.DataFrame]:
    target = path.parent / "out.parquet"
    delivery = read_layer(path, target, **options)
    return delivery, pl.read_parquet(target)


@pytest.mark.parametrize("cpg", [True, False], ids=["with .cpg", "without"])
@pytest.mark.parametrize(("encoding", "codec"), [("UTF-8", "utf-8"), ("GBK", "gb18030")])
def test_the_encoding_of_an_attribute_table(
    tmp_path: Path, encoding: str, codec: str, cpg: bool
) -> None:
    path = _write(tmp_path / "s.shp", {"MC": NAMES}, [SQUARE] * 3, encoding=encoding)
    if not cpg:
        path.with_suffix(".cpg").unlink(missing_ok=True)
    delivery, rows = _read(path)
    assert delivery.encoding == codec
    assert rows["MC"].to_list() == NAMES


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_chinese_names_of_columns(tmp_path: Path, encoding: str) -> None:
    """Three characters of UTF-8 fit a DBF table, five of GBK."""
    name = "优势树" if encoding == "UTF-8" else "优势树种名"
    path = _write(tmp_path / "s.shp", {name: NAMES}, [SQUARE] * 3, encoding=encoding)
    delivery, rows = _read(path)
    assert delivery.headers == [name]
    assert rows[name].to_list() == NAMES


@pytest.mark.parametrize(("written", "said"), [("UTF-8", "GBK"), ("GBK", "UTF-8")])
def test_a_cpg_that_is_wrong_is_refused_and_can_be_overruled(
    tmp_path: Path, written: str, said: str
) -> None:
    path = _write(tmp_path / "s.shp", {"MC": NAMES}, [SQUARE] * 3, encoding=written)
    path.with_suffix(".cpg").write_text(said, encoding="ascii")
    with pytest.raises(UsageProblem) as refused:
        _read(path)
    for text in (refused.value.zh, refused.value.en):
        assert "s.cpg" in text
        assert "--encoding" in text
    assert _read(path, encoding=written)[1]["MC"].to_list() == NAMES


@pytest.mark.parametrize("name", ["65001", "936", "GBK", "utf-8\n"])
def test_names_of_encodings_in_a_cpg(tmp_path: Path, name: str) -> None:
    encoding = "GBK" if name in ("936", "GBK") else "UTF-8"
    path = _write(tmp_path / "s.shp", {"MC": NAMES}, [SQUARE] * 3, encoding=encoding)
    path.with_suffix(".cpg").write_text(name, encoding="ascii")
    assert _read(path)[1]["MC"].to_list() == NAMES


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_file_names_in_capitals(tmp_path: Path, encoding: str) -> None:
    """S.SHP, S.DBF, S.SHX and S.CPG, as old programs write them."""
    folder = tmp_path / "old"
    folder.mkdir()
    _write(folder / "S.shp", {"MC": NAMES}, [SQUARE] * 3, encoding=encoding)
    for part in list(folder.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))
    delivery, rows = _read(folder / "S.SHP")
    assert delivery.encoding == {"UTF-8": "utf-8", "GBK": "gb18030"}[encoding]
    assert rows["MC"].to_list() == NAMES


def test_a_table_in_plain_ascii(tmp_path: Path) -> None:
    """Nothing tells its encoding and nothing needs it: a .cpg of either name is believed."""
    for said in ("UTF-8", "GBK"):
        path = _write(tmp_path / "s.shp", {"MC": ["a", "b", "c"]}, [SQUARE] * 3, encoding="UTF-8")
        path.with_suffix(".cpg").write_text(said, encoding="ascii")
        assert _read(path)[1]["MC"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize("crs", ["EPSG:4549", "EPSG:4490", "EPSG:4326", "EPSG:32651"])
def test_the_area_is_that_on_the_ellipsoid(tmp_path: Path, crs: str) -> None:
    """20 000 m2 within 0.1 %: the scale at the central meridian is 1, whatever the file's CRS."""
    from pyproj import Transformer

    into = Transformer.from_crs("EPSG:4549", crs, always_xy=True)
    moved = shapely.transform(SQUARE, into.transform, interleaved=False)
    delivery, rows = _read(_write(tmp_path / "s.gpkg", {"MC": ["a"]}, [moved], crs=crs))
    assert rows["_geometry_area_ha"].item() == pytest.approx(2, rel=1e-3)
    assert delivery.crs is not None
    assert crs.split(":")[1] in delivery.crs


def test_holes_and_parts(tmp_path: Path) -> None:
    """2 ha less a hole of 0.25 ha; two parts of 2 ha each."""
    hole = shapely.box(500_050, 3_300_025, 500_100, 3_300_075)
    ring = shapely.difference(SQUARE, hole)
    two = shapely.MultiPolygon([SQUARE, shapely.box(501_000, 3_300_000, 501_200, 3_300_100)])
    path = _write(
        tmp_path / "s.gpkg", {"MC": ["a", "b"]}, [ring, two], geometry_type="MultiPolygon"
    )
    areas = _read(path)[1]["_geometry_area_ha"].to_list()
    assert areas == pytest.approx([1.75, 4.0], rel=1e-3)


def test_heights_do_not_count(tmp_path: Path) -> None:
    high = shapely.force_3d(SQUARE, 350.0)
    path = _write(tmp_path / "s.gpkg", {"MC": ["a"]}, [high], geometry_type="Polygon Z")
    _, rows = _read(path)
    assert rows["_geometry_area_ha"].item() == pytest.approx(2, rel=1e-3)
    assert shapely.from_wkb(rows["_geometry_wkb"].item()).has_z


def test_no_geometry_and_a_bow_tie(tmp_path: Path) -> None:
    """The row is read; its geometry is null, or has an area of 0."""
    crossed = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    path = _write(tmp_path / "s.gpkg", {"MC": NAMES}, [None, crossed, SQUARE])
    _, rows = _read(path)
    assert rows["MC"].to_list() == NAMES
    assert rows["_geometry_wkb"].is_null().to_list() == [True, False, False]
    assert rows["_geometry_area_ha"].fill_null(0).to_list()[:2] == [0, 0]
    assert rows["_geometry_area_ha"][2] == pytest.approx(2, rel=1e-3)


def test_a_layer_without_coordinate_system(tmp_path: Path) -> None:
    """Nobody can tell the area: it is null, not 0, and the geometry is kept."""
    path = _write(tmp_path / "s.shp", {"MC": ["a"]}, [SQUARE], crs=None, encoding="UTF-8")
    delivery, rows = _read(path)
    assert not delivery.crs
    assert rows["_geometry_area_ha"].to_list() == [None]
    assert rows["_geometry_wkb"].null_count() == 0


def test_a_table_without_geometry(tmp_path: Path) -> None:
    path = tmp_path / "s.gpkg"
    table = pl.DataFrame({"MC": NAMES}).to_arrow()
    table = table.set_column(0, "MC", table["MC"].cast("string"))
    pyogrio.write_arrow(table, path, layer="t")
    delivery, rows = _read(path)
    assert delivery.crs is None
    assert "_geometry_wkb" not in rows.columns
    assert rows["MC"].to_list() == NAMES


def test_rows_are_numbered_over_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sinkcalc.intake.layers._BATCH", 7)
    names = [str(number) for number in range(50)]
    path = _write(tmp_path / "s.gpkg", {"MC": names}, [SQUARE] * 50)
    _, rows = _read(path)
    assert rows["_row"].to_list() == list(range(2, 52))
    assert rows["MC"].to_list() == names


def test_columns_named_as_our_own(tmp_path: Path) -> None:
    path = _write(tmp_path / "s.gpkg", {"_row": ["x"], "MC": ["a"]}, [SQUARE])
    delivery, rows = _read(path)
    assert delivery.headers == ["MC"]
    assert rows["_row"].to_list() == [2]


def test_layers(tmp_path: Path) -> None:
    path = tmp_path / "s.gpkg"
    _write(path, {"MC": ["a"]}, [SQUARE], layer="one")
    assert _read(path)[1]["MC"].to_list() == ["a"]
    _write(path, {"MC": ["b"]}, [SQUARE], layer="two")
    assert _read(path, layer="two")[1]["MC"].to_list() == ["b"]
    for wrong in (None, "three"):
        with pytest.raises(UsageProblem) as refused:
            _read(path, layer=wrong)
        for text in (refused.value.zh, refused.value.en):
            assert all(word in text for word in ("one", "two", "--layer", "s.gpkg"))
