"""Files that once were read wrongly, in part, or not at all."""

from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
import shapely

from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.intake.matching import match_headers
from sinkcalc.intake.profiles import load_profile
from sinkcalc.pipeline.load_result import LoadOptions, LoadResult
from sinkcalc.pipeline.load_stands import load_stands

pyogrio = pytest.importorskip("pyogrio")

STAND = {
    "stand_id": "S1",
    "region_code": "330112",
    "vegetation_class": "arbor",
    "species": "chinese_fir",
    "area_ha": "2",
    "volume_m3": "100",
}


def _load(path: Path, **options: Any) -> LoadResult:
    db = path.parent / "made.duckdb"
    db.unlink(missing_ok=True)
    return load_stands(db, [path], LoadOptions(2020, profile="generic", **options))


def _stands(path: Path) -> pl.DataFrame:
    import duckdb

    with duckdb.connect(str(path.parent / "made.duckdb"), read_only=True) as con:
        return con.execute("SELECT * FROM stands ORDER BY source_row").pl()


def _csv(path: Path, *rows: dict[str, str]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(columns), *(",".join(row.get(c, "") for c in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _shapefile(path: Path, columns: dict[str, list[Any]], **options: Any) -> Path:
    boxes = [shapely.box(120 + i, 30, 120.001 + i, 30.001) for i in range(len(columns["stand_id"]))]
    table = pa.table({**columns, "geometry": pa.array(shapely.to_wkb(boxes).tolist(), pa.binary())})
    pyogrio.write_arrow(
        table,
        path,
        driver="ESRI Shapefile",
        geometry_type="Polygon",
        geometry_name="geometry",
        **({"crs": "EPSG:4490"} | options),
    )
    return path


def _columns(rows: int = 3) -> dict[str, list[Any]]:
    return {
        "stand_id": [f"S{i}" for i in range(rows)],
        "region_cod": ["330112"] * rows,
        "vegetation": ["arbor"] * rows,
        "species": ["chinese_fir"] * rows,
        "area_ha": [1.07] * rows,
    }


def test_warnings_in_the_last_rows_only(tmp_path: Path) -> None:
    """The first part of the rows, as the threads divide them, breaks no rule."""
    old = {"age_group": "middle", "age_years": "75", "origin": "planted"}
    rows = [STAND | {"stand_id": str(n)} | (old if n >= 998 else {}) for n in range(1000)]
    result = _load(_csv(tmp_path / "s.csv", *rows))
    of_rule = result.warned.filter(pl.col("rule") == "age_group_agrees")
    assert of_rule["value"].to_list() == ["75 / middle"] * 2


def test_volume_per_hectare_under_its_cut_name(tmp_path: Path) -> None:
    """`volume_m3_` is the first 10 bytes of volume_m3_per_ha: 100 m3/ha x 1.07 ha = 107 m3."""
    path = _shapefile(tmp_path / "s.shp", {**_columns(), "volume_m3_": [100.0] * 3})
    found = match_headers(load_profile("generic"), [*_columns(), "volume_m3_"])
    assert found["volume_m3_per_ha"] == ("volume_m3_", "cut_name")
    _load(path)
    assert _stands(path)["volume_m3"].cast(pl.Float64).to_list() == pytest.approx([107.0] * 3)


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_name_that_looks_like_a_pattern(tmp_path: Path, suffix: str) -> None:
    """`s[1]` as a pattern is s1, which is another file."""
    for name, volume in (("s1", "11"), ("s[1]", "99")):
        path = tmp_path / f"{name}{suffix}"
        if suffix == ".csv":
            _csv(path, STAND | {"volume_m3": volume})
        else:
            pl.DataFrame([STAND | {"volume_m3": volume}]).write_parquet(path)
    _load(path)
    assert _stands(path)["volume_m3"].cast(pl.Float64).to_list() == [99.0]


def test_a_name_cut_within_a_character(tmp_path: Path) -> None:
    """10 bytes of 优势树种 in UTF-8 are 优势树 and a third of 种."""
    path = _shapefile(tmp_path / "s.shp", {**_columns(), "remark": ["径山"] * 3})
    dbf = path.with_suffix(".dbf")
    raw = bytearray(dbf.read_bytes())
    place = raw.index(b"species")
    raw[place : place + 11] = "优势树种".encode()[:10] + b"\0"
    dbf.write_bytes(raw)
    profile = tmp_path / "own.toml"
    profile.write_text('extends = "generic"\n[aliases]\nspecies = ["优势树种"]\n', encoding="utf-8")
    db = tmp_path / "made.duckdb"
    load_stands(db, [path], LoadOptions(2020, profile=str(profile)))
    assert _stands(path)["species"].cast(pl.String).to_list() == ["chinese_fir"] * 3


@pytest.mark.parametrize("prj", [None, "garbage", 'LOCAL_CS["nothing",UNIT["metre",1]]'])
def test_without_a_coordinate_system_areas_are_not_compared(
    tmp_path: Path, prj: str | None
) -> None:
    path = _shapefile(tmp_path / "s.shp", {**_columns(), "volume_m3": [40.0] * 3})
    path.with_suffix(".prj").unlink()
    if prj is not None:
        path.with_suffix(".prj").write_text(prj, encoding="ascii")
    result = _load(path)
    assert [note for note in result.notes if ".prj" in note[1]]
    assert "geometry_area" not in set(result.warned["rule"])
    assert result.accepted == 3


def test_a_column_named_as_the_program_names_its_own(tmp_path: Path) -> None:
    path = _csv(tmp_path / "s.csv", STAND | {"_row": "7"})
    assert _load(path).accepted == 1
    assert _stands(path)["source_row"].to_list() == [2]


def test_a_header_that_runs_over_a_line_end(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    columns = ",".join(STAND).replace("area_ha", '"area_\nha"')
    path.write_text(f"{columns}\n{','.join(STAND.values())}\n", encoding="utf-8")
    assert _load(path).accepted == 1
    assert _stands(path)["source_row"].to_list() == [3]


def test_bytes_and_nan_of_a_typed_file(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    row = STAND | {"species": b"chinese_fir", "volume_m3": 50.0, "dbh_cm": float("nan")}
    pl.DataFrame([row]).write_parquet(path)
    assert _load(path).rejected.is_empty()
    (stand,) = _stands(path).to_dicts()
    assert (stand["species"], stand["dbh_cm"]) == ("chinese_fir", None)


def test_nested_values_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    pl.DataFrame([STAND | {"volume_m3": [1, 2]}]).write_parquet(path)
    with pytest.raises(UsageProblem, match="volume_m3"):
        _load(path)


@pytest.mark.parametrize("headers", [("EL_MIANJI", "面积"), ("el_mianji", "EL_MIAN_JI")])
def test_two_columns_that_may_be_the_same_are_refused(
    tmp_path: Path, headers: tuple[str, str]
) -> None:
    names = ["XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN", "DI_LEI", *headers]
    path = tmp_path / "s.csv"
    path.write_text(",".join(names) + "\n330112,1,1,1,1,111,5,9\n", encoding="utf-8")
    with pytest.raises(UsageProblem, match="MIAN_JI"):
        load_stands(tmp_path / "d.duckdb", [path], LoadOptions(2020, profile="erlei"))


def test_a_constant_takes_the_place_of_a_part_of_the_number(tmp_path: Path) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text('extends = "erlei"\n[constants]\nregion_code = "330112"\n', encoding="utf-8")
    path = tmp_path / "s.csv"
    path.write_text("XIANG,CUN,LIN_BAN,XIAO_BAN,DI_LEI,MIAN_JI\n1,2,3,4,111,5\n", encoding="utf-8")
    load_stands(tmp_path / "made.duckdb", [path], LoadOptions(2020, profile=str(profile)))
    assert _stands(path)["stand_id"].to_list() == ["330112-1-2-3-4"]


def test_a_load_is_compared_again_with_a_survey_that_came_later(tmp_path: Path) -> None:
    db = tmp_path / "made.duckdb"
    now = _csv(tmp_path / "now.csv", STAND | {"dbh_cm": "10"})
    before = _csv(tmp_path / "before.csv", STAND | {"dbh_cm": "12"})
    load_stands(db, [now], LoadOptions(2020))
    load_stands(db, [before], LoadOptions(2016))
    again = load_stands(db, [now], LoadOptions(2020, replace=True))
    assert "previous_dbh" in set(again.warned["rule"])
    assert not load_stands(db, [now], LoadOptions(2020, replace=True)).checked


def test_the_order_of_the_files_makes_no_difference(tmp_path: Path) -> None:
    paths = [
        _csv(tmp_path / "b.csv", STAND | {"volume_m3": "90"}),
        _csv(tmp_path / "a.csv", STAND),
    ]
    for name, order in (("one", paths), ("two", paths[::-1])):
        result = load_stands(tmp_path / f"{name}.duckdb", order, LoadOptions(2020))
        assert result.rejected["source_file"].to_list() == ["b.csv"]


def test_a_row_that_is_lost_stops_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sinkcalc.intake import text

    number_rows = text._number_rows
    monkeypatch.setattr(text, "_number_rows", lambda *arguments: number_rows(*arguments) + 1)
    path = _csv(tmp_path / "s.csv", STAND)
    with pytest.raises(SinkcalcError, match="2 rows read"):
        _load(path)
    assert not (tmp_path / "made.duckdb").exists()
