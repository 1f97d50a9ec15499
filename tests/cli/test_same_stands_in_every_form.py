"""The same 500 stands in five profiles and every kind of file: the same rows in the database."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
import xlsxwriter
from command_line import Row, query, run, succeed

# a file geodatabase of today's kind knows no whole numbers of 64 bits
pytestmark = pytest.mark.filterwarnings("ignore:Field .* will be written as a:RuntimeWarning")

STANDS = 500
YEAR = 2020
# a workbook counts days from 1899-12-30: 44013 is 2020-07-01
SURVEYED, SURVEYED_SERIAL = date(YEAR, 7, 1), 44013
COUNTIES = ("330102", "330106", "330111", "330112", "330127", "330182", "330183")
SUCCESSOR = {"330183": "330111"}
CLASSES = (
    "arbor",
    "bamboo",
    "economic",
    "special_shrub",
    "other_shrub",
    "sparse",
    "unestablished",
    "non_forest",
)
# word -> code of 二类 (113 bamboo), code of 一张图 and LCXZGX, label
LAND_CLASS = {
    "arbor": ("112", "030101", "乔木林地"),
    "bamboo": ("113", "030200", "竹林地"),
    "economic": ("131", "030301", "特殊灌木林地"),
    "special_shrub": ("131", "030301", "国家特别规定灌木林地"),
    "other_shrub": ("132", "030302", "一般灌木林地"),
    "sparse": ("120", "030401", "疏林地"),
    "unestablished": ("141", "030402", "未成林造林地"),
    "non_forest": ("161", "030405", "采伐迹地"),
}
# word -> NFI code, label; those that both lists have
SPECIES = {
    "masson_pine": ("220", "马尾松"),
    "slash_pine": ("261", "湿地松"),
    "huangshan_pine": ("270", "黄山松"),
    "chinese_fir": ("310", "杉木"),
    "cryptomeria": ("320", "柳杉"),
    "metasequoia": ("330", "水杉"),
    "cypress": ("350", "柏木"),
    "oak": ("410", "栎类"),
    "camphor": ("440", "樟木"),
    "nanmu": ("450", "楠木"),
    "other_hard_broadleaf": ("490", "其他硬阔"),
    "sassafras": ("520", "檫木"),
    "poplar": ("530", "杨树"),
    "other_soft_broadleaf": ("590", "其他软阔"),
    "conifer_mixed": ("610", "针叶混"),
    "broadleaf_mixed": ("620", "阔叶混"),
    "conifer_broadleaf_mixed": ("630", "针阔混"),
    "moso_bamboo": ("660", "毛竹"),
}
TREES = [word for word in SPECIES if word != "moso_bamboo"]
ORIGINS = {"natural": ("11", "天然"), "planted": ("21", "人工")}
AGE_GROUPS = {
    "young": ("1", "幼龄林"),
    "middle": ("2", "中龄林"),
    "near_mature": ("3", "近熟林"),
    "mature": ("4", "成熟林"),
    "over_mature": ("5", "过熟林"),
}
# word -> code and label of the category, code and label of a purpose
CATEGORIES = {
    "public_benefit": ("011", "公益林", "112", "水土保持林"),
    "commercial": ("021", "商品林", "233", "一般用材林"),
}
Value = str | int | float | date | None
Cells = dict[str, Value]


class Stand(NamedTuple):
    """One stand in words and stored units; volume per hectare times area is the volume."""

    place: tuple[str, str, str, str, str]
    kind: str
    species: str | None
    origin: str | None
    age_group: str | None
    age: int | None
    hundredths_of_ha: int
    volume: int | Decimal | None
    volume_per_ha: int | None
    stems: int | None
    cover: Decimal | None
    dbh: Decimal | None
    height: Decimal | None
    remark: str


def _stand(number: int) -> Stand:
    kind = CLASSES[number % len(CLASSES)] if number % 3 else "arbor"
    county = COUNTIES[number % len(COUNTIES)]
    area = 7 + 13 * number % 4_000
    stems = 300 + 7 * number
    if stems * area % 100 == 50:  # half a culm is rounded in either direction
        stems += 1
    bare = Stand(
        place=(county, f"{number % 20:03d}", f"{number % 9:02d}", "0007", f"{number + 1:05d}"),
        kind=kind,
        species=None,
        origin=list(ORIGINS)[number % 2],
        age_group=None,
        age=None,
        hundredths_of_ha=area,
        volume=None,
        volume_per_ha=None,
        stems=None,
        cover=None,
        dbh=None,
        height=None,
        remark=f"径山镇第{number}号,近溪",
    )
    if kind == "arbor":
        per_ha = 20 + number % 150
        return bare._replace(
            species=TREES[number % len(TREES)],
            age_group=list(AGE_GROUPS)[number % len(AGE_GROUPS)],
            age=5 + number % 80,
            volume=None if number % 11 == 0 else max(per_ha * area // 100, 1),
            stems=stems,
            cover=Decimal(20 + number % 75) / 100,
            dbh=Decimal(61 + number % 250) / 10,
            height=Decimal(45 + number % 180) / 10,
        )
    if kind == "bamboo":
        return bare._replace(species="moso_bamboo", stems=stems, cover=Decimal("0.85"))
    if kind == "sparse":
        per_ha = 5 + number % 20
        volume = Decimal(per_ha * area) / 100
        return bare._replace(
            species=TREES[number % len(TREES)], volume=volume, volume_per_ha=per_ha, age=12
        )
    return bare


def _all_stands() -> list[Stand]:
    return [_stand(number) for number in range(STANDS)]


def expected(stand: Stand) -> Row:
    """Write down by hand what the database has to hold of a stand."""
    area = Decimal(stand.hundredths_of_ha) / 100
    culms = None
    if stand.kind == "bamboo" and stand.stems is not None:
        culms = (stand.stems * area).quantize(Decimal(1), ROUND_HALF_UP)
    return {
        "survey": YEAR,
        "stand_id": "-".join(stand.place),
        "region_code": SUCCESSOR.get(stand.place[0], stand.place[0]),
        "township_code": stand.place[1],
        "vegetation_class": stand.kind,
        "species": stand.species,
        "origin": stand.origin,
        "age_group": stand.age_group,
        "age_years": stand.age,
        "area_ha": area,
        "volume_m3": stand.volume,
        "culms": culms,
        "stems_per_ha": stand.stems,
        "canopy_cover_fraction": stand.cover,
        "dbh_cm": stand.dbh,
        "height_m": stand.height,
        "scattered_volume_m3": None,
        "crown_length_m": None,
        "record_year": YEAR,
        "previous_vegetation_class": None,
        "forest_category": _category(stand),
        "remark": stand.remark,
    }


def _category(stand: Stand) -> str:
    """Orchards and every other stand of another kind are commercial forest."""
    odd = int(stand.place[4]) % 2 == 1
    return "commercial" if stand.kind == "economic" or odd else "public_benefit"


def _place(stand: Stand) -> Cells:
    return dict(zip(("XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN"), stand.place, strict=True))


def _number(figure: Decimal | int | None) -> float | int | None:
    return float(figure) if isinstance(figure, Decimal) else figure


def _codes(stand: Stand, of: int) -> Cells:
    """Return codes (0, 1: coded classes and NFI species) or labels (2)."""
    text = 1 if of == 2 else 0
    category = CATEGORIES[_category(stand)]
    purpose = ("251", "果树林") if stand.kind == "economic" else category[2:]
    # orchards carry a fruit tree, which is not read outside forest of trees
    species = ("702", "柑橘")[text] if stand.kind == "economic" else None
    return {
        "DI_LEI": LAND_CLASS[stand.kind][of],
        "SEN_LIN_LB": category[text],
        "LIN_ZHONG": purpose[text],
        "YOU_SHI_SZ": SPECIES[stand.species][text] if stand.species else species,
        "QI_YUAN": ORIGINS[stand.origin][text] if stand.origin else None,
        "LING_ZU": AGE_GROUPS[stand.age_group][text] if stand.age_group else None,
    }


def _sizes(stand: Stand, height: str) -> Cells:
    return {
        "MEI_GQ_ZS": stand.stems,
        "YU_BI_DU": _number(stand.cover),
        "PINGJUN_XJ": _number(stand.dbh),
        height: _number(stand.height),
    }


def erlei(stand: Stand, of: int = 0) -> Cells:
    """Second-class inventory: hectares, volume of arbor forest in SLXJ, of sparse per hectare."""
    return {
        **_place(stand),
        **_codes(stand, of),
        "PINGJUN_NL": stand.age,
        "MIAN_JI": stand.hundredths_of_ha / 100,
        "SLXJ": _number(stand.volume) if stand.kind == "arbor" else None,
        "HUO_LMGQXJ": stand.volume_per_ha,
        **_sizes(stand, "PINGJUN_SG"),
        "Remarks": stand.remark,
    }


def yizhangtu(stand: Stand) -> Cells:
    """One-map layer of 2020 and later, told by its level of authority."""
    return erlei(stand, 1) | {"Y_SQDJ": "11" if _category(stand) == "public_benefit" else None}


def lcxzgx(stand: Stand) -> Cells:
    """Layer LCXZGX: square metres; the level of authority in place of the category."""
    codes = _codes(stand, 1)
    public = codes.pop("SEN_LIN_LB") == "011"
    return {
        **_place(stand),
        **codes,
        "SHI_QUAN_D": "20" if public else None,
        "PINGJUN_NL": stand.age,
        "XBMJ": stand.hundredths_of_ha * 100,
        "HUO_LM_XJ": _number(stand.volume),
        "MEI_GQ_XJ": stand.volume_per_ha,
        **_sizes(stand, "PINGJUN_SG"),
        "SJNF": YEAR,
        "BZ": stand.remark,
    }


def zhejiang(stand: Stand) -> Cells:
    """Chinese labels; the date of the survey."""
    return {
        **_place(stand),
        **_codes(stand, 2),
        "NL": stand.age,
        "MIAN_JI": stand.hundredths_of_ha / 100,
        "HUO_LMXJ": _number(stand.volume),
        **_sizes(stand, "PINGJUN_G"),
        "DCRQ": SURVEYED,
        "BEIZHU": stand.remark,
    }


def generic(stand: Stand) -> Cells:
    """English words."""
    return {
        "stand_id": "-".join(stand.place),
        "region_code": stand.place[0],
        "township_code": stand.place[1],
        "vegetation_class": stand.kind,
        "species": stand.species,
        "origin": stand.origin,
        "age_group": stand.age_group,
        "age_years": stand.age,
        "area_ha": stand.hundredths_of_ha / 100,
        "volume_m3": _number(stand.volume),
        "volume_m3_per_ha": stand.volume_per_ha,
        "stems_per_ha": stand.stems,
        "canopy_cover_fraction": _number(stand.cover),
        "dbh_cm": _number(stand.dbh),
        "height_m": _number(stand.height),
        "record_year": YEAR,
        "forest_category": _category(stand),
        "remark": stand.remark,
    }


FORMS: dict[str, Callable[[Stand], Cells]] = {
    "erlei": erlei,
    "yizhangtu": yizhangtu,
    "lcxzgx": lcxzgx,
    "zhejiang": zhejiang,
    "generic": generic,
}
# the layers of the second-class inventory and the one-map layer hold no year of the record
WITHOUT = {"erlei": ("record_year",), "yizhangtu": ("record_year",)}


def _rows(form: str) -> list[Cells]:
    return [FORMS[form](stand) for stand in _all_stands()]


def _text(value: Value) -> str:
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    return "" if value is None else str(value)


def _csv(path: Path, rows: list[Cells], encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows({name: _text(value) for name, value in row.items()} for row in rows)
    return path


def write_csv_utf8(folder: Path, rows: list[Cells]) -> Path:
    """Write UTF-8 with a byte order mark, as Excel does."""
    return _csv(folder / "s.csv", rows, "utf-8-sig")


def write_csv_gb18030(folder: Path, rows: list[Cells]) -> Path:
    """Write GB18030."""
    return _csv(folder / "s.csv", rows, "gb18030")


def write_csv_cpg(folder: Path, rows: list[Cells]) -> Path:
    """Write GBK and say so in a file beside it."""
    (folder / "s.cpg").write_text("936\n", encoding="ascii")
    return _csv(folder / "s.csv", rows, "gbk")


def _cell(sheet: Any, row: int, column: int, value: Value) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, date):
        sheet.write_number(row, column, SURVEYED_SERIAL)
    elif value is not None:
        sheet.write_number(row, column, value)


def write_xlsx(folder: Path, rows: list[Cells]) -> Path:
    """Write a sheet after one that holds notes; codes are text cells, dates numbers."""
    path = folder / "s.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write_string(0, 0, "本表由县局填报")
        sheet = book.add_worksheet("小班")
        for column, header in enumerate(rows[0]):
            sheet.write_string(0, column, header)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row.values()):
                _cell(sheet, number, column, value)
    return path


# heading -> columns under it, as bureaus print their tables; a blank heading has one line only
CHINESE_HEADERS = {
    "XIAN": ("小班位置", "县代码"),
    "XIANG": ("小班位置", "乡代码"),
    "CUN": ("小班位置", "村代码"),
    "LIN_BAN": ("小班位置", "林班号"),
    "XIAO_BAN": ("小班位置", "小班号"),
    "DI_LEI": ("", "地类"),
    "SEN_LIN_LB": ("", "森林类别"),
    "LIN_ZHONG": ("", "林种"),
    "YOU_SHI_SZ": ("", "优势树种"),
    "QI_YUAN": ("", "起源"),
    "LING_ZU": ("", "龄组"),
    "NL": ("", "平均年龄"),
    "MIAN_JI": ("", "面积"),
    "HUO_LMXJ": ("", "活立木蓄积"),
    "MEI_GQ_ZS": ("", "每公顷株数"),
    "YU_BI_DU": ("", "郁闭度"),
    "PINGJUN_XJ": ("平均", "胸径"),
    "PINGJUN_G": ("平均", "树高"),
    "DCRQ": ("", "调查日期"),
    "BEIZHU": ("", "备注"),
}


def write_xlsx_merged(folder: Path, rows: list[Cells]) -> Path:
    """Write a merged title, then a header of two lines with merged headings."""
    path = folder / "s.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        names = [CHINESE_HEADERS[header] for header in rows[0]]
        sheet.merge_range(0, 0, 0, len(names) - 1, f"杭州市{YEAR}年小班一览表")
        for column, (heading, name) in enumerate(names):
            first = names.index((heading, name)) if not heading else _first(names, heading)
            last = len(names) - 1 - _first(names[::-1], heading)
            if not heading:
                sheet.merge_range(1, column, 2, column, name)
            else:
                sheet.write_string(2, column, name)
                if column == first:
                    sheet.merge_range(1, first, 1, last, heading)
        for number, row in enumerate(rows, 3):
            for column, value in enumerate(row.values()):
                _cell(sheet, number, column, value)
    return path


def _first(names: Sequence[tuple[str, str]], heading: str) -> int:
    return [upper for upper, _ in names].index(heading)


def write_parquet_text(folder: Path, rows: list[Cells]) -> Path:
    """Write every column as text; nothing is null or empty text in turn."""
    columns = {
        name: [_text(row[name]) or (None if i % 2 else "") for i, row in enumerate(rows)]
        for name in rows[0]
    }
    path = folder / "s.parquet"
    pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).write_parquet(path)
    return path


def write_parquet_typed(folder: Path, rows: list[Cells]) -> Path:
    """Write numbers and dates as such; a species code with gaps is a float, as pandas makes it."""
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if "YOU_SHI_SZ" in frame.columns and frame["YOU_SHI_SZ"].drop_nulls()[0].isdigit():
        frame = frame.with_columns(pl.col("YOU_SHI_SZ").cast(pl.Float64))
    frame.write_parquet(folder / "s.parquet")
    return folder / "s.parquet"


def squares(hectares: Iterable[float], crs: str) -> list[bytes]:
    """Return squares of the given areas near the central meridian, as WKB."""
    import shapely
    from pyproj import Transformer

    into = Transformer.from_crs("EPSG:4549", crs, always_xy=True)
    out = []
    for number, area in enumerate(hectares):
        side = (area * 10_000) ** 0.5
        x, y = 490_000 + 900 * (number % 25), 3_300_000 + 900 * (number // 25)
        square = shapely.box(x, y, x + side, y + side)
        out.append(shapely.to_wkb(shapely.transform(square, into.transform, interleaved=False)))
    return out


def _layer(path: Path, rows: list[Cells], crs: str, driver: str, **options: Any) -> Path:
    pyogrio = pytest.importorskip("pyogrio")
    geometry = squares((stand.hundredths_of_ha / 100 for stand in _all_stands()), crs)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    table = frame.to_arrow().append_column("geometry", [geometry])
    # old readers of layers know no large text
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    for name in text:
        table = table.set_column(
            table.schema.get_field_index(name), name, table[name].cast("string")
        )
    pyogrio.write_arrow(
        table,
        path,
        driver=driver,
        geometry_name="geometry",
        geometry_type="Polygon",
        crs=crs,
        **options,
    )
    return path


def write_shp(folder: Path, rows: list[Cells]) -> Path:
    """Write a shapefile with a GBK attribute table."""
    path = _layer(folder / "s.shp", rows, "EPSG:4549", "ESRI Shapefile", encoding="GBK")
    assert "径山镇".encode("gbk") in path.with_suffix(".dbf").read_bytes()
    return path


def write_gpkg(folder: Path, rows: list[Cells]) -> Path:
    """Write a GeoPackage in geographic coordinates."""
    return _layer(folder / "s.gpkg", rows, "EPSG:4490", "GPKG")


def write_gdb(folder: Path, rows: list[Cells]) -> Path:
    """Write a file geodatabase."""
    return _layer(folder / "s.gdb", rows, "EPSG:4549", "OpenFileGDB")


FILES: dict[str, Callable[[Path, list[Cells]], Path]] = {
    "csv utf-8": write_csv_utf8,
    "csv gb18030": write_csv_gb18030,
    "csv cpg": write_csv_cpg,
    "xlsx": write_xlsx,
    "parquet text": write_parquet_text,
    "parquet typed": write_parquet_typed,
    "shp": write_shp,
    "gpkg": write_gpkg,
    "gdb": write_gdb,
}
LAYERS = ("shp", "gpkg", "gdb")
# 113 is bamboo and 120 sparse in one of three lists: the profile has to be named
NAMED = {"erlei": ("--profile", "erlei")}


def _load(folder: Path, path: Path, *options: object) -> Path:
    db = folder / "s.duckdb"
    succeed("--db", db, "load", "stands", path, "--survey", YEAR, "--strict", *options)
    return db


def _stored(db: Path) -> list[Row]:
    sql = "* EXCLUDE (load_id, source_file, source_row) FROM stands ORDER BY stand_id"
    names = [row[0] for row in query(db, f"DESCRIBE SELECT {sql}")]
    return [dict(zip(names, row, strict=True)) for row in query(db, f"SELECT {sql}")]


def _assert_the_same(db: Path, form: str) -> None:
    wanted = [
        expected(stand) | dict.fromkeys(WITHOUT.get(form, ()), None) for stand in _all_stands()
    ]
    assert _stored(db) == sorted(wanted, key=lambda row: str(row["stand_id"]))


def test_the_stands_are_what_they_say() -> None:
    stands = _all_stands()
    assert {stand.kind for stand in stands} == set(CLASSES) == set(LAND_CLASS)
    assert {stand.species for stand in stands} == {*SPECIES, None}
    assert {stand.age_group for stand in stands} == {*AGE_GROUPS, None}
    assert len({stand.place for stand in stands}) == STANDS


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("form", ["lcxzgx", "zhejiang"])
def test_every_kind_of_file(tmp_path: Path, form: str, kind: str) -> None:
    path = FILES[kind](tmp_path, _rows(form))
    db = _load(tmp_path, path)
    _assert_the_same(db, form)
    assert query(db, "SELECT profile FROM loads") == [(form,)]
    assert query(db, "SELECT count(*) FROM stand_geometries") == [
        (STANDS if kind in LAYERS else 0,)
    ]


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        (form, kind)
        for form in ("erlei", "yizhangtu", "generic")
        for kind in ("csv gb18030", "xlsx", "parquet typed", "shp", "gpkg")
        # a DBF table has no names of more than 10 characters
        if (form, kind) != ("generic", "shp")
    ],
)
def test_every_profile(tmp_path: Path, form: str, kind: str) -> None:
    db = _load(tmp_path, FILES[kind](tmp_path, _rows(form)), *NAMED.get(form, ()))
    _assert_the_same(db, form)
    assert query(db, "SELECT profile FROM loads") == [(form,)]


def test_a_workbook_with_a_title_and_merged_headings(tmp_path: Path) -> None:
    path = write_xlsx_merged(tmp_path, _rows("zhejiang"))
    db = _load(tmp_path, path, "--profile", "zhejiang")
    _assert_the_same(db, "zhejiang")
    assert query(db, "SELECT min(source_row), max(source_row) FROM stands") == [(4, STANDS + 3)]
    how = dict(query(db, "SELECT header, matched_by FROM load_columns WHERE header IS NOT NULL"))
    assert how["平均胸径"] == how["活立木蓄积"] == "alias"


@pytest.mark.parametrize("kind", FILES)
def test_rows_are_numbered_as_in_the_file(tmp_path: Path, kind: str) -> None:
    """The header is row 1, the first stand row 2, in every kind of file."""
    db = _load(tmp_path, FILES[kind](tmp_path, _rows("lcxzgx")))
    numbers = "SELECT source_row, split_part(stand_id, '-', 5)::INT FROM stands ORDER BY 1"
    assert query(db, numbers) == [(number + 1, number) for number in range(1, STANDS + 1)]


@pytest.mark.parametrize(("kind", "crs"), [("shp", "4549"), ("gpkg", "4490"), ("gdb", "4549")])
def test_geometry_is_kept_and_its_area_agrees(tmp_path: Path, kind: str, crs: str) -> None:
    """Within 1 % of the attribute, whether coordinates are metres or degrees."""
    import shapely

    db = _load(tmp_path, FILES[kind](tmp_path, _rows("lcxzgx")))
    kept = query(
        db,
        "SELECT stand_id, area_ha, geometry_area_ha, crs, geometry_wkb "
        "FROM stands JOIN stand_geometries USING (stand_id)",
    )
    assert len({row[0] for row in kept}) == STANDS
    for _, area, of_geometry, found_crs, wkb in kept:
        # areas are stored to 1e-4 ha: 1 m2
        assert abs(of_geometry - area) <= max(area / 100, Decimal("0.0001"))
        assert crs in found_crs
        assert shapely.from_wkb(wkb).geom_type in ("Polygon", "MultiPolygon")
    rules = "SELECT count(*) FROM warned_rows WHERE rule IN ('geometry_area', 'empty_geometry')"
    assert query(db, rules) == [(0,)]


@pytest.mark.parametrize("kind", LAYERS)
def test_a_shrunken_area_is_told(tmp_path: Path, kind: str) -> None:
    """Every tenth stand says 3 % less than its polygon; the rows are stored all the same."""
    rows = _rows("lcxzgx")
    shrunken = set(range(0, STANDS, 10))
    for number in shrunken:
        rows[number]["XBMJ"] = _all_stands()[number].hundredths_of_ha * 97
    db = _load(tmp_path, FILES[kind](tmp_path, rows))
    told = query(
        db,
        "SELECT source_row, column_name FROM warned_rows WHERE rule = 'geometry_area' ORDER BY 1",
    )
    assert told == [(number + 2, "XBMJ") for number in sorted(shrunken)]
    assert query(db, "SELECT count(*) FROM stands") == [(STANDS,)]


def test_a_shapefile_without_its_coordinate_system(tmp_path: Path) -> None:
    """The stands are stored with their geometry; its area is not known and not complained of."""
    path = write_shp(tmp_path, _rows("lcxzgx"))
    path.with_suffix(".prj").unlink()
    db = _load(tmp_path, path)
    _assert_the_same(db, "lcxzgx")
    kept = "SELECT DISTINCT crs, geometry_area_ha FROM stand_geometries"
    assert query(db, kept) == [(None, None)]
    assert query(db, "SELECT count(*) FROM stand_geometries") == [(STANDS,)]
    rules = "SELECT count(*) FROM warned_rows WHERE rule IN ('geometry_area', 'empty_geometry')"
    assert query(db, rules) == [(0,)]


@pytest.mark.parametrize("change", [".prj", ".dbf"])
def test_another_part_of_a_shapefile_is_another_load(tmp_path: Path, change: str) -> None:
    """The hash covers every part that decides what is read."""
    path = write_shp(tmp_path, _rows("lcxzgx"))
    db = _load(tmp_path, path)
    part = path.with_suffix(change)
    if change == ".prj":
        part.unlink()
    else:
        part.write_bytes(part.read_bytes().replace("近溪".encode("gbk"), "近路".encode("gbk")))
    outcome = run("--db", db, "load", "stands", path, "--survey", YEAR)
    assert outcome.code == 1
    assert "--replace" in outcome.talk
