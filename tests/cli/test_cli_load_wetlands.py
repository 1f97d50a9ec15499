"""Wetlands, cores, protected areas and farmland by command, in every profile and kind of file."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from command_line import content, query, run, succeed

from sinkcalc.store import loads as store_loads

pyogrio = pytest.importorskip("pyogrio")
shapely = pytest.importorskip("shapely")

Cells = dict[str, Any]
# number, county, class, area in m2
PATCHES = [
    (1, "330106", "marsh", 1_005_000),
    (2, "330127", "reservoir", 580_000_000),
    (3, "330112", "forest_swamp", 123_400),
    (4, "330109", "river", 20_000_000),
    (5, "330110", "paddy", 777_700),
    (6, "330122", "pond", 40_000),
]
# class -> land survey, type of the second survey, word of the generic table
CODES = {
    "marsh": ("1108", "402", "沼泽地"),
    "reservoir": ("1103", "501", "reservoir"),
    "forest_swamp": ("0304", "404", "森林沼泽"),
    "river": ("1101", "201", "河流水面"),
    "paddy": ("0101", "504", "水田"),
    "pond": ("1104A", "503", "坑塘水面"),
}
TOTAL = sum(area for *_, area in PATCHES) / 10_000


def _lcxzgx() -> list[Cells]:
    place = {"XIANG": "001", "CUN": "01", "LIN_BAN": "0007"}
    return [
        {"XIAN": county, **place, "XIAO_BAN": f"{n:05d}", "DLBM": CODES[of][0], "XBMJ": area}
        | {"ZYSD_BM": "西溪湿地", "BHDSX": "湿地公园", "ZBGD": 60, "SJNF": 2020, "BZ": ""}
        for n, county, of, area in PATCHES
    ]


def _dlbm() -> list[Cells]:
    return [
        {"BSM": f"3301{n:014d}", "ZLDWDM": f"{county}001002000{n:04d}", "DLBM": CODES[of][0]}
        | {"TBMJ": area, "SJNF": 2020}
        for n, county, of, area in PATCHES
    ]


def _national() -> list[Cells]:
    return [
        {"Province": "浙江省", "Name": f"湿地{n}", "Waid": "33A001", "Clas": CODES[of][1][0]}
        | {"Type": CODES[of][1], "Area": area / 10_000, "Vgar": 1.5, "Wasu": "综合补给"}
        | {"Pmst": "自然保护小区", "Pac": f"{county}000000", "Inti": "2020-06-01"}
        for n, county, of, area in PATCHES
    ]


def _generic() -> list[Cells]:
    return [
        {"wetland_id": f"W{n}", "region_code": county, "wetland_class": CODES[of][2]}
        | {"area_ha": area / 10_000, "in_plan_list": n % 2 == 1, "record_year": 2020}
        | {"trophic_state": "中营养", "year_flooded": 1959}
        for n, county, of, area in PATCHES
    ]


PROFILES = {
    "lcxzgx-wetlands": _lcxzgx,
    "dlbm-wetlands": _dlbm,
    "national-wetlands": _national,
    "generic-wetlands": _generic,
}


def _csv(path: Path, rows: list[Cells], encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _xlsx(path: Path, rows: list[Cells]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for place, values in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            for column, value in enumerate(values):
                sheet.write(place, column, value)


def _squares(rows: list[Cells], areas: list[float], x: float = 500_000) -> list[bytes]:
    """Squares of the areas, m2, beside the central meridian of EPSG:4549."""
    sides = [area**0.5 for area in areas]
    return [shapely.box(x, 3_300_000, x + s, 3_300_000 + s).wkb for s in sides]


def _layer(path: Path, rows: list[Cells], areas: list[float] | None = None) -> None:
    areas = areas or [float(area) for *_, area in PATCHES]
    table = pl.DataFrame(rows).to_arrow()
    for place, name in enumerate(table.column_names):
        if isinstance(rows[0][name], str):
            table = table.set_column(place, name, table[name].cast("string"))
    table = table.append_column("geometry", [_squares(rows, areas)])
    pyogrio.write_arrow(
        table,
        path,
        geometry_name="geometry",
        geometry_type="Polygon",
        crs="EPSG:4549",
        **({"encoding": "UTF-8"} if path.suffix == ".shp" else {}),
    )


FORMS: dict[str, tuple[str, Callable[[Path, list[Cells]], None]]] = {
    "csv": ("w.csv", _csv),
    "gb18030": ("w.csv", lambda path, rows: _csv(path, rows, "gb18030")),
    "xlsx": ("w.xlsx", _xlsx),
    "parquet": ("w.parquet", lambda path, rows: pl.DataFrame(rows).write_parquet(path)),
    "shp": ("w.shp", _layer),
    "gpkg": ("w.gpkg", _layer),
}


def _load(db: Path, table: str, *arguments: object, survey: int = 2020) -> str:
    return succeed("--db", db, "--lang", "en", "load", table, *arguments, "--survey", survey).talk


def _write(folder: Path, name: str, rows: list[Cells]) -> Path:
    path = folder / name
    _csv(path, rows)
    return path


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Return a database that is not there yet."""
    return tmp_path / "sinkcalc.duckdb"


@pytest.mark.filterwarnings("ignore:Field .*:RuntimeWarning", "ignore:Normalized:RuntimeWarning")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("profile", PROFILES)
def test_the_same_wetlands_in_every_form(db: Path, tmp_path: Path, profile: str, form: str) -> None:
    """County, class and area are the same; the profile is recognised, also by cut names."""
    name, write = FORMS[form]
    write(tmp_path / name, PROFILES[profile]())
    talk = _load(db, "wetlands", tmp_path / name)
    assert f"profile {profile}" in talk
    assert "stored 6 wetlands" in talk
    stored = query(db, "SELECT region_code, wetland_class, area_ha::DOUBLE FROM wetlands")
    assert sorted(stored) == sorted((c, of, area / 10_000) for _, c, of, area in PATCHES)
    assert query(db, "SELECT sum(area_ha)::DOUBLE, max(record_year) FROM wetlands") == [
        (pytest.approx(TOTAL), 2020)
    ]
    geometries = query(db, "SELECT count(*), sum(geometry_area_ha)::DOUBLE FROM wetland_geometries")
    if name.endswith((".shp", ".gpkg")):
        assert geometries == [(6, pytest.approx(TOTAL, rel=0.001))]
        # of water and class alone, not of geometry
        assert query(db, "SELECT count(*) FROM warned_rows WHERE rule LIKE '%geometry%'") == [(0,)]
    else:
        assert geometries == [(0, None)]


def test_codes_and_words_are_kept(db: Path, tmp_path: Path) -> None:
    _load(db, "wetlands", _write(tmp_path, "l.csv", _lcxzgx()))
    assert query(
        db,
        "SELECT wetland_id, class_code, wetland_name, protection_form, "
        "vegetation_cover_fraction::DOUBLE FROM wetlands WHERE wetland_class = 'forest_swamp'",
    ) == [("330112-001-01-0007-00003", "0304", "西溪湿地", "wetland_park", 0.6)]


def test_a_wooded_wetland_is_found_in_the_stand_of_its_id(db: Path, tmp_path: Path) -> None:
    """The layer is loaded twice, as stands and as wetlands, with one id for one patch."""
    rows = [
        row | {"DI_LEI": "030101" if row["DLBM"] == "0304" else "030405", "HUO_LM_XJ": 10}
        for row in _lcxzgx()
    ]
    path = _write(tmp_path, "layer.csv", rows)
    _load(db, "stands", path, "--profile", "lcxzgx")
    _load(db, "wetlands", path)
    assert query(db, "SELECT wetland_class, stand_id FROM wetlands_in_stands") == [
        ("forest_swamp", "330112-001-01-0007-00003")
    ]


def test_rows_that_are_no_wetland_are_counted_and_left_out(db: Path, tmp_path: Path) -> None:
    """Forest and roads of a mixed layer; an unknown code is rejected as ever."""
    wetlands = _dlbm()
    others = [wetlands[0] | {"BSM": f"9{n}", "DLBM": "0301" if n else "1003"} for n in range(3)]
    bad = wetlands[0] | {"BSM": "98", "DLBM": "301"}
    path = _write(tmp_path, "dltb.csv", [*wetlands, *others, bad])
    talk = _load(db, "wetlands", path)
    assert "3 rows of dltb.csv are no wetlands and were not read: 0301 (2), 1003 (1)" in talk
    assert query(db, "SELECT rows_in, rows_accepted, rows_rejected FROM load_files") == [(7, 6, 1)]
    assert query(db, "SELECT rule, value FROM rejected_rows") == [("unknown_code", "301")]
    again = run("--db", db, "load", "wetlands", path, "--survey", 2020)
    assert "没有变化" in again.talk or "nothing changed" in again.talk


def test_stands_without_a_wetland_type_are_left_out(db: Path, tmp_path: Path) -> None:
    """A layer of stands whose column of the wetland type is mostly empty."""
    rows = [{"no": n, "sdlx": code, "mj": 1} for n, code in enumerate(("52", "", " ", "99"))]
    profile = tmp_path / "mine.toml"
    profile.write_text(
        'table = "wetlands"\nid_columns = ["no"]\n[columns]\n'
        'wetland_class = { header = "sdlx", code_set = "sdlx", codes = { "" = "", "99" = "" } }\n'
        'area_ha = { header = "mj", unit = "hm2" }\n[constants]\nregion_code = "330112"\n',
        encoding="utf-8",
    )
    talk = _load(db, "wetlands", _write(tmp_path, "f.csv", rows), "--profile", profile)
    assert "3 rows of f.csv are no wetlands and were not read: 99 (1), – (2)" in talk
    assert query(db, "SELECT rows_in, rows_accepted, rows_rejected FROM load_files") == [(1, 1, 0)]


def test_a_layer_without_wetlands_is_refused_with_the_reason(db: Path, tmp_path: Path) -> None:
    path = _write(tmp_path, "d.csv", [row | {"DLBM": "0301"} for row in _dlbm()])
    refused = run("--db", db, "--lang", "en", "load", "wetlands", path, "--survey", 2020)
    assert refused.code == 1
    assert "none of 6 rows are wetlands" in refused.talk
    assert not db.exists()


def test_geometries_of_protected_areas(db: Path, tmp_path: Path) -> None:
    rows: list[Cells] = [
        {"protected_area_id": name, "protected_area_name": name, "protection_form": "湿地公园"}
        for name in ("A", "B")
    ]
    _layer(tmp_path / "areas.gpkg", rows, [1e6, 4e6])
    talk = _load(db, "protected-areas", tmp_path / "areas.gpkg")
    assert "stored 2 records of protected areas" in talk
    assert "warning" not in talk
    drawn = query(
        db, "SELECT protected_area_id, geometry_area_ha::DOUBLE, crs FROM protected_area_geometries"
    )
    assert [row[0] for row in drawn] == ["A", "B"]
    assert [row[1] for row in drawn] == pytest.approx([100, 400], rel=0.001)
    assert {row[2] for row in drawn} == {"EPSG:4549"}
    mine = "SELECT protected_area_id, protection_form FROM protected_areas ORDER BY ALL"
    assert query(db, mine) == [("A", "wetland_park"), ("B", "wetland_park")]


def test_an_area_that_is_not_that_of_the_geometry_is_told(db: Path, tmp_path: Path) -> None:
    """Of six patches one is drawn half as large, and one not at all."""
    areas = [float(area) for *_, area in PATCHES]
    areas[0] /= 2
    areas[5] = 0
    _layer(tmp_path / "w.gpkg", _dlbm(), areas)
    warned = tmp_path / "warned.csv"
    _load(db, "wetlands", tmp_path / "w.gpkg", "--warnings", warned)
    rows = pl.read_csv(warned).filter(pl.col("rule").str.contains("geometry"))
    assert rows.select("source_row", "rule").rows() == [(2, "geometry_area"), (7, "empty_geometry")]


CORES: list[Cells] = [
    {"core_id": "C1", "wetland_id": "W1", "depth_top_cm": top, "depth_bottom_cm": top + 10}
    | {"bulk_density_g_per_cm3": 1.1, "carbon_fraction": 0.02, "carbon_kind": "organic"}
    for top in (0, 10, 20)
]
AREAS: list[Cells] = [{"protected_area_id": "A", "wetland_id": "W1", "protected_area_ha": 50}]
FIELDS: list[Cells] = [{"region_code": "330109", "farmland_use": "旱地", "area_ha": 900}]
FILES = {"wetlands": _generic(), "cores": CORES, "protected-areas": AREAS, "farmland": FIELDS}


@pytest.fixture
def whole(db: Path, tmp_path: Path) -> Path:
    """Make a database with all four tables of 2020."""
    for table, rows in FILES.items():
        _load(db, table, _write(tmp_path, f"{table}.csv", rows))
    return db


def test_all_four_are_listed(whole: Path) -> None:
    rows = succeed("--db", whole, "surveys", "--json").rows
    assert {row["table_name"]: row["rows"] for row in rows} == {
        "wetlands": 6,
        "cores": 3,
        "protected_areas": 1,
        "farmland": 1,
    }
    assert {(row["definition"], row["simulated"]) for row in rows} == {("land_survey_3", False)}


@pytest.mark.parametrize("table", FILES)
def test_the_same_file_twice_changes_nothing(whole: Path, tmp_path: Path, table: str) -> None:
    before = content(whole)
    assert "nothing changed" in _load(whole, table, tmp_path / f"{table}.csv")
    assert content(whole) == before


@pytest.mark.parametrize("table", FILES)
def test_another_file_needs_replace(whole: Path, tmp_path: Path, table: str) -> None:
    before = content(whole)
    rows = [FILES[table][0] | {"remark": "corrected"}]
    other = _write(tmp_path, "other.csv", rows)
    refused = run("--db", whole, "--lang", "en", "load", table, other, "--survey", 2020)
    assert (refused.code, "--replace" in refused.talk) == (1, True)
    assert content(whole) == before
    _load(whole, table, other, "--replace")
    stored = query(whole, f"SELECT remark FROM {table.replace('-', '_')}")
    assert stored == [("corrected",)]
    others = [name.replace("-", "_") for name in FILES if name != table]
    for name in others:
        assert query(whole, f"SELECT count(*) FROM {name}") == [(len(before[name]),)]


@pytest.mark.parametrize("table", FILES)
def test_a_failing_load_leaves_the_former_rows(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    before = content(whole)
    insert = store_loads._insert_files

    def fail_at_the_end(con: Any, name: str, *rest: Any) -> None:
        insert(con, name, *rest)
        raise RuntimeError("disk full")

    monkeypatch.setattr(store_loads, "_insert_files", fail_at_the_end)
    other = _write(tmp_path, "other.csv", [FILES[table][0] | {"remark": "corrected"}])
    failed = run("--db", whole, "load", table, other, "--survey", 2020, "--replace")
    assert failed.code != 0
    assert content(whole) == before


def test_strict_and_dry_run_store_nothing(db: Path, tmp_path: Path) -> None:
    bad = CORES[0] | {"depth_top_cm": 12, "depth_bottom_cm": 15}
    path = _write(tmp_path, "c.csv", [*CORES, bad])
    rejects, warned = tmp_path / "r.csv", tmp_path / "w.csv"
    arguments = ("--db", db, "--lang", "en", "load", "cores", path, "--survey", 2020)
    succeed(*arguments, "--dry-run", "--rejects", rejects, "--warnings", warned)
    assert not db.exists()
    (row,) = pl.read_csv(rejects).rows(named=True)
    assert (row["source_row"], row["rule"]) == (5, "interval_overlap")
    assert row["reason_zh"]
    assert row["reason_en"]
    assert run(*arguments, "--strict").code != 0
    assert not db.exists()


def test_explain_tells_how_codes_are_read(db: Path, tmp_path: Path) -> None:
    path = _write(tmp_path, "dltb.csv", _dlbm())
    arguments = ("load", "wetlands", path, "--survey", 2020, "--explain", "--json")
    rows = {row["column_name"]: row for row in succeed("--db", db, *arguments).rows}
    assert rows["wetland_class"]["code_set"] == "dlbm"
    assert rows["wetland_class"]["example"] == "1108 → marsh"
    assert rows["area_ha"]["example"] == "1005000 → 100.5"
    assert rows["region_code"]["example"] == "330106"
    assert not db.exists()


def test_a_profile_of_ones_own(db: Path, tmp_path: Path) -> None:
    """A first survey layer with codes of its own, hectares, one county."""
    rows = [{"no": n, "sdlx": code, "mj": n} for n, code in enumerate(("52", "61", "31"), 1)]
    profile = tmp_path / "mine.toml"
    profile.write_text(
        'name = "mine"\ntable = "wetlands"\nid_columns = ["no"]\n[columns]\n'
        'wetland_class = { header = "sdlx", code_set = "sdlx", codes = { "31" = "canal" } }\n'
        'area_ha = { header = "mj", unit = "hm2" }\n'
        'salinity_ppt = { header = "s", unit = "ppt", classes = ["marsh"] }\n'
        '[constants]\nregion_code = "330112"\nmanaged = true\n',
        encoding="utf-8",
    )
    _load(db, "wetlands", _write(tmp_path, "f.csv", rows), "--profile", profile)
    assert query(db, "SELECT DISTINCT managed FROM wetlands") == [(True,)]
    assert query(db, "SELECT wetland_id, wetland_class FROM wetlands ORDER BY ALL") == [
        ("1", "marsh"),
        ("2", "reservoir"),
        ("3", "canal"),
    ]


def test_a_constant_that_is_no_word_rejects_every_row(db: Path, tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text(
        'table = "wetlands"\nid_columns = ["no"]\n[columns]\n'
        'area_ha = { header = "mj", unit = "hm2" }\n'
        '[constants]\nregion_code = "330112"\nwetland_class = "bog"\n',
        encoding="utf-8",
    )
    path = _write(tmp_path, "f.csv", [{"no": 1, "mj": 2}])
    arguments = ("load", "wetlands", path, "--survey", 2020, "--profile", profile)
    refused = run("--db", db, "--lang", "en", *arguments)
    assert refused.code == 1
    assert "wetland_class (unknown_code)" in refused.talk
    assert "bog" in refused.talk


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('salinity_ppt = { header = "s", unit = "ppt", classes = ["arbor"] }', "arbor"),
        ('wetland_class = { header = "c", code_set = "di_lei_3" }', "dlbm"),
        ('area = { header = "a" }', "area_ha"),
        ('region_code = { header = "r", first = "6" }', "first"),
    ],
)
def test_a_profile_that_cannot_be_is_refused(
    db: Path, tmp_path: Path, line: str, told: str
) -> None:
    profile = tmp_path / "mine.toml"
    text = f'extends = "generic-wetlands"\n[columns]\n{line}\n'
    profile.write_text(text, encoding="utf-8")
    path = _write(tmp_path, "g.csv", _generic())
    arguments = ("load", "wetlands", path, "--survey", 2020, "--profile", profile)
    refused = run("--db", db, "--lang", "en", *arguments)
    assert (refused.code, told in refused.talk) == (2, True), refused.talk
    assert "Traceback" not in refused.talk


def test_intervals_of_the_coastal_carbon_network(db: Path, tmp_path: Path) -> None:
    """One core id in two studies is two cores; modelled carbon is told from determined carbon."""
    row = {"site_id": "s", "core_id": "1", "depth_min": 0, "depth_max": 10, "habitat": "marsh"}
    kinds = [("measured", "organic carbon"), ("modeled", "organic carbon"), ("", "total carbon")]
    rows = [
        row
        | {"study_id": f"S{n}", "fraction_carbon": 0.1, "fraction_carbon_type": of}
        # one study names no site
        | {"carbon_measured_or_modeled": how, "site_id": "s" if n else ""}
        for n, (how, of) in enumerate(kinds)
    ]
    _load(db, "cores", _write(tmp_path, "ccn.csv", rows))
    assert query(db, "SELECT core_id, study, wetland_class, carbon_kind FROM cores ORDER BY 1") == [
        ("S0-1", "S0", "tidal_marsh", "organic"),
        ("S1-1-s", "S1", "tidal_marsh", "modelled"),
        ("S2-1-s", "S2", "tidal_marsh", "total"),
    ]


def test_the_second_survey_is_not_compared_with_the_land_survey(db: Path, tmp_path: Path) -> None:
    old = _write(tmp_path, "国调斑块.csv", _national())
    talk = _load(db, "wetlands", old, survey=2011)
    assert "wetland_survey_2, as profile national-wetlands declares" in talk
    _load(db, "wetlands", _write(tmp_path, "new.csv", _dlbm()), survey=2020)
    found = query(db, "SELECT survey, definition FROM wetland_surveys ORDER BY survey")
    assert found == [(2011, "wetland_survey_2"), (2020, "land_survey_3")]
    outcome = run("--db", db, "change", "--from", 2011, "--to", 2020, "--kind", "wetland")
    assert outcome.code == 1
    assert "wetland_survey_2" in outcome.talk
    # what is asked for goes before the profile
    asked = ("--definition", "land_survey_3", "--replace")
    assert "as profile" not in _load(db, "wetlands", old, *asked, survey=2011)
    assert query(db, "SELECT DISTINCT definition FROM wetland_surveys") == [("land_survey_3",)]


def test_wetlands_set_the_definition_of_cores_before_them(db: Path, tmp_path: Path) -> None:
    core = {"core_id": "C", "wetland_class": "marsh", "depth_top_cm": 0, "depth_bottom_cm": 10}
    _load(db, "cores", _write(tmp_path, "c.csv", [core]), survey=2011)
    _load(db, "wetlands", _write(tmp_path, "w.csv", _national()), survey=2011)
    assert query(db, "SELECT definition FROM wetland_surveys") == [("wetland_survey_2",)]


def test_the_encoding_of_a_lone_chinese_word_is_told(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    row = {"wetland_id": "W1", "region_code": "330106", "wetland_class": "marsh", "area_ha": 3}
    _csv(path, [row | {"vegetation": "芦苇"}], "gb18030")
    talk = _load(db, "wetlands", path)
    assert "encoding gb18030" in talk
    assert "--encoding utf-8" in talk
    assert query(db, "SELECT vegetation FROM wetlands") == [("芦苇",)]


@pytest.mark.parametrize("table", ["wetlands", "cores", "stands"])
def test_an_explanation_of_a_file_that_is_not_there(db: Path, tmp_path: Path, table: str) -> None:
    missing = tmp_path / "missing.csv"
    arguments = ("--lang", "en", "load", table, missing, "--survey", 2024)
    for more in ((), ("--explain",)):
        outcome = run("--db", db, *arguments, *more)
        assert outcome.code == 2
        assert "cannot read file" in outcome.talk
        assert str(missing) in outcome.talk


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("estimate", "--kind", "all", "--survey"), "--kind wetland"),
        (("estimate", "--survey"), "--kind wetland"),
        (("surveys", "--quality"), "--rejects"),
    ],
)
def test_what_asks_for_stands_names_the_wetlands(
    db: Path, tmp_path: Path, command: tuple[str, ...], told: str
) -> None:
    _load(db, "wetlands", _write(tmp_path, "w.csv", _generic()))
    for lang, noun in (("zh", "湿地斑块"), ("en", "wetlands")):
        outcome = run("--db", db, "--lang", lang, *command, 2020)
        assert outcome.code == 1
        assert told in outcome.talk
        assert noun in outcome.talk
