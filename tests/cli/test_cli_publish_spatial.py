"""A GeoPackage read back with SQLite and shapely, which did not write its features."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock
from xml.etree import ElementTree

import polars as pl
import pytest
from command_line import Outcome, query, run, succeed
from deliveries import good_row

from sinkcalc.demo.counties import write_counties

pyogrio = pytest.importorskip("pyogrio")
shapely = pytest.importorskip("shapely")

STANDS, SURVEY = 200, 2020
INVALID, SEVERAL, UNDRAWN = 5, 7, 11
WETLANDS = (
    ("W1", "330106", "tidal_marsh"),
    ("W2", "330127", "reservoir"),
    ("W3", "330109", "tidal_marsh"),
)


def _square(place: int, side: float = 100.0) -> Any:
    x, y = 420_000 + 250 * (place % 20), 3_300_000 + 250 * (place // 20)
    return shapely.box(x, y, x + side, y + side)


def _shape(number: int) -> Any:
    """Return a square; one crosses itself, one is two squares, one is not drawn."""
    if number == INVALID:
        x, y = 500_000, 3_350_000
        return shapely.Polygon([(x, y), (x + 90, y + 90), (x + 90, y), (x, y + 90)])
    if number == SEVERAL:
        return shapely.MultiPolygon([_square(number), _square(number, 20).buffer(0)]).buffer(0)
    return None if number == UNDRAWN else _square(number)


def _write(path: Path, rows: list[dict[str, str]], shapes: list[Any], crs: str) -> Path:
    wkb = [None if shape is None else shapely.to_wkb(shape) for shape in shapes]
    columns = pl.DataFrame(rows).to_arrow().append_column("geometry", [wkb])
    for place, column in enumerate(columns.column_names[:-1]):
        columns = columns.set_column(place, column, columns[column].cast("string"))
    pyogrio.write_arrow(
        columns, path, layer=path.stem, geometry_name="geometry", geometry_type="Unknown", crs=crs
    )
    return path


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database of 200 stands and 3 wetlands with polygons in a 3-degree zone."""
    folder = tmp_path_factory.mktemp("drawn")
    db = folder / "sinkcalc.duckdb"
    stands = _write(
        folder / "stands.gpkg",
        [good_row(number) for number in range(STANDS)],
        [_shape(number) for number in range(STANDS)],
        "EPSG:4549",
    )
    wetlands = _write(
        folder / "wetlands.gpkg",
        [
            {"wetland_id": name, "region_code": region, "wetland_class": kind, "area_ha": "2.5"}
            for name, region, kind in WETLANDS
        ],
        [_square(400 + place) for place in range(len(WETLANDS))],
        "EPSG:4549",
    )
    succeed("--db", db, "load", "stands", stands, "--survey", SURVEY)
    succeed("--db", db, "load", "wetlands", wetlands, "--survey", SURVEY)
    succeed("--db", db, "estimate", "--survey", SURVEY, "--by", "region")
    succeed("--db", db, "estimate", "--survey", SURVEY, "--kind", "wetland")
    return db


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the simulated borders of the demo."""
    return write_counties(tmp_path_factory.mktemp("blocks") / "counties.geojson")


def _publish(db: Path, path: Path, *words: object) -> Outcome:
    return succeed("--db", db, "--lang", "en", "publish", "--to", path, *words)


def _read(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as con:
        return con.execute(sql).fetchall()


def _polygon(blob: bytes) -> Any:
    """Read a geometry of the GeoPackage standard: 8 bytes, the envelope, WKB."""
    assert blob[:2] == b"GP"
    envelope = (0, 32, 48, 48, 64)[blob[3] >> 1 & 7]
    return shapely.from_wkb(blob[8 + envelope :])


@pytest.fixture(scope="module")
def whole(drawn: Path, blocks: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Publish every layer with borders, in the zone of the stands."""
    path = tmp_path_factory.mktemp("whole") / "map.gpkg"
    outcome = _publish(drawn, path, "--boundaries", blocks, "--crs", "EPSG:4549")
    return path, outcome.talk


def test_two_publications_are_the_same_bytes(
    drawn: Path, blocks: Path, whole: tuple[Path, str], tmp_path: Path
) -> None:
    again = tmp_path / "again.gpkg"
    rows = _publish(drawn, again, "--boundaries", blocks, "--crs", "EPSG:4549", "--json").rows
    assert again.read_bytes() == whole[0].read_bytes()
    assert [(row["layer"], row["records"], row["invalid"]) for row in rows] == [
        ("counties", 7, 0),
        ("stands", STANDS - 1, 1),
        ("wetlands", 3, 0),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["again.gpkg"]


def _as_stored(number: float | None, stored: Any) -> bool:
    """Tell whether a REAL is a decimal of the database to its last digit, or its double."""
    if stored is None or number is None:
        return stored is number
    if isinstance(stored, Decimal):
        # both the number printed to the scale and its shortest form name the decimal
        return Decimal(repr(number)) == stored
    return bool(number == stored)


def test_figures_of_counties_are_the_stored_ones(drawn: Path, whole: tuple[Path, str]) -> None:
    for figure, quantity, pool in (
        ("forest_area_ha", "area", "IS NULL"),
        ("growing_stock_m3", "growing_stock", "IS NULL"),
        ("vegetation_carbon_t", "carbon", "= 'vegetation'"),
        ("total_carbon_t", "carbon", "= 'total'"),
        ("total_co2e_t", "co2e", "= 'total'"),
    ):
        stored = query(
            drawn,
            "SELECT region_code, value, se, ci_low, ci_high, run_id FROM bureau.latest_estimates "
            f"WHERE kind = 'forest' AND by_keys = 'region' AND quantity = '{quantity}' "
            f"AND pool {pool} ORDER BY region_code",
        )
        errors = ", ".join(f"{figure}{end}" for end in ("", "_se", "_ci_low", "_ci_high"))
        shown = _read(
            whole[0],
            f"SELECT region_code, {errors}, run_id FROM counties WHERE {figure} IS NOT NULL "
            "ORDER BY region_code",
        )
        assert len(shown) == len(stored) > 0
        for row, expected in zip(shown, stored, strict=True):
            assert all(map(_as_stored, row, expected)), (row, expected)


def test_cover_and_means_follow_from_the_totals(whole: tuple[Path, str]) -> None:
    """Cover = forest area / area of the block; the mean stock is over arbor forest only."""
    rows = _read(
        whole[0],
        "SELECT forest_area_ha / boundary_area_ha - forest_cover_fraction, "
        "growing_stock_m3 / arbor_area_ha / 15 - growing_stock_m3_per_mu, "
        "total_carbon_t / forest_area_ha - total_carbon_t_per_ha, geometry_source, simulated "
        "FROM counties",
    )
    assert len(rows) == 7
    assert sum(row[1] is not None for row in rows) == 4
    for *found, source, simulated in rows:
        # a county without arbor forest has no mean stock
        differences = [0 if one is None else one for one in found]
        assert differences == pytest.approx([0, 0, 0], abs=1e-12)
        assert (source, simulated) == ("simulated_boundaries", 0)


def test_stands_are_those_of_the_database(drawn: Path, whole: tuple[Path, str]) -> None:
    columns = "stand_id, region_code, species, species_zh, age_years, area_ha, volume_m3, culms"
    stored = query(
        drawn,
        f"SELECT {columns}, g.geometry_wkb FROM bureau.stands "
        "JOIN stand_geometries AS g USING (survey, stand_id) ORDER BY stand_id",
    )
    shown = _read(whole[0], f"SELECT {columns}, geom FROM stands ORDER BY stand_id")
    assert len(shown) == len(stored) == STANDS - 1
    for row, expected in zip(shown, stored, strict=True):
        assert all(map(_as_stored, row[:-1], expected[:-1])), (row, expected)
        polygon, own = _polygon(row[-1]), shapely.from_wkb(bytes(expected[-1]))
        assert polygon.geom_type == "MultiPolygon"
        # the same bits: the layer is in the zone of the stands
        assert list(polygon.geoms) == list(getattr(own, "geoms", [own]))


def test_carbon_of_stands_adds_up_to_the_county(whole: tuple[Path, str]) -> None:
    """The one stand without a polygon is the difference; rounding is 1e-4 t a pool and stand."""
    sums = dict(
        _read(whole[0], "SELECT region_code, sum(total_carbon_t) FROM stands GROUP BY region_code")
    )
    counties = _read(
        whole[0], "SELECT region_code, total_carbon_t, stands, stands_drawn FROM counties"
    )
    whole_ones = [row for row in counties if row[2] == row[3]]
    assert len(whole_ones) == 6
    for code, total, stands, _ in whole_ones:
        assert sums[code] == pytest.approx(total, abs=stands * 6 * 1e-4)
        assert total > 0


@pytest.mark.parametrize("method", ["fang-2001", "ccer-d-bef", "ipcc-2006", "yuan-2009"])
def test_other_methods_add_up_too(drawn: Path, tmp_path: Path, method: str) -> None:
    db = Path(shutil.copy(drawn, tmp_path / "sinkcalc.duckdb"))
    succeed("--db", db, "estimate", "--survey", SURVEY, "--by", "region", "--method", method)
    talk = _publish(db, tmp_path / "map.gpkg", "--layer", "stands", "--method", method).talk
    assert "adds up to what run" in talk


def test_carbon_that_does_not_add_up_is_refused(drawn: Path, tmp_path: Path) -> None:
    import duckdb

    db = Path(shutil.copy(drawn, tmp_path / "sinkcalc.duckdb"))
    with duckdb.connect(str(db)) as con:
        con.execute("UPDATE estimates SET value = value + 1 WHERE pool = 'litter'")
    outcome = run("--db", db, "publish", "--to", tmp_path / "map.gpkg", "--layer", "stands")
    assert outcome.code == 1
    assert f"sinkcalc estimate --survey {SURVEY}" in outcome.talk
    assert not (tmp_path / "map.gpkg").exists()


def test_an_invalid_polygon_is_kept_and_told(whole: tuple[Path, str]) -> None:
    rows = _read(whole[0], "SELECT stand_id, geom FROM stands WHERE NOT geometry_valid")
    assert len(rows) == 1
    assert not _polygon(rows[0][1]).is_valid
    assert "1 geometries are invalid" in whole[1]
    assert f"{STANDS - 1} of {STANDS} stands have a geometry" in whole[1]


def test_wetlands_have_the_density_of_their_class(drawn: Path, whole: tuple[Path, str]) -> None:
    """2.5 ha of tidal marsh at 95.60 t C/ha hold 239 t C; a reservoir is open water."""
    rows = _read(
        whole[0],
        "SELECT wetland_id, wetland_class_zh, soil_carbon_t, soil_t_per_ha, soil_flag "
        "FROM wetlands ORDER BY wetland_id",
    )
    (stored,) = query(
        drawn,
        "SELECT value FROM bureau.latest_estimates WHERE kind = 'wetland' AND pool = 'soil' "
        "AND quantity = 'carbon'",
    )
    assert rows[1][2:] == (None, None, "open_water_no_soil")
    assert rows[0][2:] == rows[2][2:] == (239.0, 95.6, None)
    assert stored[0] == Decimal("478.0000")


def test_degrees_are_the_same_places(drawn: Path, whole: tuple[Path, str], tmp_path: Path) -> None:
    from pyproj import Transformer

    _publish(drawn, tmp_path / "degrees.gpkg", "--layer", "stands")
    move = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)
    sql = "SELECT geom FROM stands ORDER BY fid"
    pairs = zip(_read(tmp_path / "degrees.gpkg", sql), _read(whole[0], sql), strict=True)
    for (degrees,), (metres,) in pairs:
        longitude, latitude = shapely.get_coordinates(_polygon(degrees)).T
        assert 118 < longitude.min() < longitude.max() < 121
        x, y = move.transform(longitude, latitude)
        expected = shapely.get_coordinates(_polygon(metres))
        assert abs(x - expected[:, 0]).max() < 1e-6
        assert abs(y - expected[:, 1]).max() < 1e-6


def test_styles_are_where_qgis_looks_for_them(whole: tuple[Path, str]) -> None:
    rows = _read(
        whole[0],
        "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML, styleSLD "
        "FROM layer_styles ORDER BY id",
    )
    kinds = []
    for table, geometry, default, qml, sld in rows:
        assert _read(whole[0], f"SELECT count({geometry}) FROM {table}")[0][0] > 0
        renderer = ElementTree.fromstring(qml).find("renderer-v2")
        assert renderer is not None
        kinds.append((table, default, renderer.get("type")))
        rules = ElementTree.fromstring(sld).iter("{http://www.opengis.net/sld}Rule")
        assert len(list(rules)) == len(list(renderer.iter("symbol")))
    assert kinds == [
        ("counties", 1, "graduatedSymbol"),
        ("counties", 0, "graduatedSymbol"),
        ("stands", 1, "graduatedSymbol"),
        ("stands", 0, "graduatedSymbol"),
        ("wetlands", 1, "categorizedSymbol"),
    ]
    contents = dict(_read(whole[0], "SELECT table_name, data_type FROM gpkg_contents"))
    assert contents == dict.fromkeys(("counties", "stands", "wetlands"), "features") | {
        "layer_styles": "attributes"
    }


def test_columns_and_metadata_say_what_they_are(whole: tuple[Path, str]) -> None:
    for table in ("counties", "stands", "wetlands"):
        columns = {name for _, name, *_ in _read(whole[0], f"PRAGMA table_info({table})")}
        named = dict(
            _read(
                whole[0],
                "SELECT column_name, description FROM gpkg_data_columns "
                f"WHERE table_name = '{table}'",
            )
        )
        assert set(named) == columns - {"fid", "geom"}
        assert all(" · " in text for text in named.values())
        (text,) = _read(
            whole[0],
            "SELECT metadata FROM gpkg_metadata JOIN gpkg_metadata_reference ON id = md_file_id "
            f"WHERE table_name = '{table}'",
        )[0]
        about = json.loads(text)
        assert about["run_id"]
        assert about["method"]
        assert about["simulated"] is False


# borders


def _borders(path: Path, rows: list[dict[str, str]]) -> Path:
    return _write(path, rows, [_square(place, 200) for place in range(len(rows))], "EPSG:4549")


def test_borders_match_by_chinese_name_and_by_old_code(drawn: Path, tmp_path: Path) -> None:
    by_name = _borders(
        tmp_path / "names.gpkg",
        [{"XMC": "杭州市西湖区"}, {"XMC": "淳安县"}, {"XMC": "安吉县"}],
    )
    talk = _publish(drawn, tmp_path / "a.gpkg", "--layer", "counties", "--boundaries", by_name).talk
    assert "安吉县" in talk
    assert "counties without a polygon" in talk
    found = _read(tmp_path / "a.gpkg", "SELECT region_name FROM counties WHERE geom IS NOT NULL")
    assert sorted(found) == [("淳安县",), ("西湖区",)]
    by_code = _borders(tmp_path / "codes.gpkg", [{"DM": "330183000000"}, {"DM": "330111000000"}])
    talk = _publish(drawn, tmp_path / "b.gpkg", "--layer", "counties", "--boundaries", by_code).talk
    assert "330183, which was abolished, is drawn as 330111" in talk
    (row,) = _read(tmp_path / "b.gpkg", "SELECT geom FROM counties WHERE region_code = '330111'")
    assert len(_polygon(row[0]).geoms) == 2


def test_borders_of_other_years_than_the_survey_are_told(drawn: Path, tmp_path: Path) -> None:
    """The stands of 2020 name no district of 2021; a file with 临平 has the borders since."""
    rows = [{"code": code} for code in ("330110", "330113", "330102")]
    file = _borders(tmp_path / "new.gpkg", rows)
    talk = _publish(drawn, tmp_path / "a.gpkg", "--layer", "counties", "--boundaries", file).talk
    assert "330110、330113 were redrawn in 2021-04" in talk
    assert "not of the same land" in talk


def test_without_borders_counties_are_their_stands(drawn: Path, tmp_path: Path) -> None:
    talk = _publish(drawn, tmp_path / "a.gpkg", "--layer", "counties", "--crs", "EPSG:4549").talk
    assert "union of their stands" in talk
    rows = _read(
        tmp_path / "a.gpkg",
        "SELECT forest_cover_fraction, geometry_source, stands_drawn, geom FROM counties",
    )
    assert [row[:2] for row in rows] == [(None, "stands")] * 7
    area = sum(_polygon(row[-1]).area for row in rows)
    # squares of one hectare; the one that crosses itself is two triangles of 45 * 90 / 2 m2 each
    assert area == pytest.approx((STANDS - 2) * 10_000 + 2 * 45 * 90 / 2)


def test_one_of_several_layers_of_borders_is_named(drawn: Path, tmp_path: Path) -> None:
    file = _borders(tmp_path / "many.gpkg", [{"code": "330106"}])
    pyogrio.write_arrow(
        pl.DataFrame({"x": [1]}).to_arrow().append_column("geometry", [[_square(0).wkb]]),
        file,
        layer="roads",
        geometry_name="geometry",
        geometry_type="Polygon",
        crs="EPSG:4549",
    )
    words = ("publish", "--to", tmp_path / "a.gpkg", "--boundaries")
    outcome = run("--db", drawn, *words, file, "--layer", "counties")
    assert outcome.code == 2
    assert "roads" in outcome.talk
    succeed("--db", drawn, *words, f"{file}|layername=many", "--layer", "counties")


# refusals


Refused = Callable[[Path], list[object]]


def _no_borders_file(folder: Path) -> list[object]:
    return ["--boundaries", folder / "absent.shp", "--layer", "counties"]


def _no_county_column(folder: Path) -> list[object]:
    return ["--boundaries", _borders(folder / "x.gpkg", [{"a": "宁波"}]), "--layer", "counties"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (lambda _: ["--crs", "EPSG:99"], 2, "EPSG:4490"),
        (lambda _: ["--layer", "roads"], 2, "counties"),
        (lambda _: ["--survey", 1999], 1, "2020"),
        (lambda _: ["--method", "ipcc-2006"], 1, "estimate --survey"),
        (lambda _: ["--keep", 3], 2, "--keep"),
        (_no_borders_file, 2, "absent.shp"),
        (_no_county_column, 2, "330122"),
    ],
    ids=["crs", "layer", "survey", "method", "option of a folder", "no file", "no county"],
)
def test_what_cannot_be_drawn_is_refused(
    drawn: Path, tmp_path: Path, words: Refused, code: int, told: str
) -> None:
    outcome = run("--db", drawn, "publish", "--to", tmp_path / "a.gpkg", *words(tmp_path))
    if outcome.code == 0:
        # other layers can be made; asked for by name, the layer is refused
        more = ("--layer", "stands")
        outcome = run(
            "--db", drawn, "publish", "--to", tmp_path / "b.gpkg", *words(tmp_path), *more
        )
    assert outcome.code == code, outcome.talk
    assert told in outcome.talk
    assert "Traceback" not in outcome.talk


def test_without_any_polygon_the_way_out_is_told(inventory: Path, tmp_path: Path) -> None:
    db = Path(shutil.copy(inventory, tmp_path / "sinkcalc.duckdb"))
    succeed("--db", db, "estimate", "--survey", 2023, "--by", "region")
    outcome = run("--db", db, "publish", "--to", tmp_path / "a.gpkg")
    assert outcome.code == 1
    assert "--boundaries" in outcome.talk
    assert not (tmp_path / "a.gpkg").exists()


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Write a GeoPackage of another program."""
    return _borders(tmp_path / "foreign.gpkg", [{"code": "330106"}])


def test_only_an_own_file_is_replaced(drawn: Path, tmp_path: Path, foreign: Path) -> None:
    before = foreign.read_bytes()
    outcome = run("--db", drawn, "publish", "--to", foreign, "--layer", "stands")
    assert outcome.code == 2
    assert "--force" in outcome.talk
    assert foreign.read_bytes() == before
    _publish(drawn, foreign, "--layer", "stands", "--force")
    _publish(drawn, foreign, "--layer", "stands")
    text = tmp_path / "text.gpkg"
    text.write_text("no database")
    assert run("--db", drawn, "publish", "--to", text).code == 2
    assert text.read_text() == "no database"


def test_a_file_that_is_open_elsewhere_is_left(drawn: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    _publish(drawn, path, "--layer", "stands")
    Path(f"{path}-wal").write_bytes(b"")
    outcome = run("--db", drawn, "publish", "--to", path, "--layer", "stands")
    assert outcome.code == 2
    assert "QGIS" in outcome.talk


def test_a_failed_writing_leaves_the_old_file(drawn: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    _publish(drawn, path, "--layer", "stands")
    before = path.read_bytes()
    place = "sinkcalc.report.geopackage._write_tables"
    with mock.patch(place, side_effect=OSError(28, "No space left on device")):
        outcome = run("--db", drawn, "publish", "--to", path, "--layer", "wetlands")
    assert outcome.code == 1
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["a.gpkg"]


def test_without_pyogrio_what_to_install_is_told(drawn: Path, tmp_path: Path) -> None:
    with mock.patch.dict(sys.modules, {"pyogrio": None}):
        outcome = run("--db", drawn, "publish", "--to", tmp_path / "a.gpkg")
    assert outcome.code == 2
    assert 'pip install "sinkcalc[gis]"' in outcome.talk
