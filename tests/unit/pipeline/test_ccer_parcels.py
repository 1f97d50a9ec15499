"""Parcels of a project: tables of any kind, words and units of their headings, rows set aside."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from project_file import PROJECT

from sinkcalc.ccer.parcel import PARCEL_COLUMNS
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.parcel_columns import (
    find_parcel_columns,
    parcel_columns,
    plain_heading,
)
from sinkcalc.pipeline.ccer_formed import species_of
from sinkcalc.pipeline.ccer_parcels import Parcels, read_parcels
from sinkcalc.pipeline.ccer_project import read_project
from sinkcalc.pipeline.parcel_values import parcel_rules

HEADER = (
    "地块编号,碳层,县,乡,面积(亩),权属证类型,权属证号,造林前地类,造林时间,树种,初植密度(株/亩),"
    "是否湿地"
)
FIRST = "A1,S1,临安区,昌化镇,30,林权证,007,宜林荒山荒地,2024-03-01,杉木,110,否"
Read = Callable[..., Parcels]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def parcels(*rows: str, header: str = HEADER, encoding: str = "utf-8") -> Parcels:
        project = tmp_path / "project.toml"
        project.write_text(PROJECT, encoding="utf-8")
        text = "\n".join((header, *rows)) + "\n"
        (tmp_path / "parcels.csv").write_bytes(text.encode(encoding))
        return read_parcels(read_project(project), None)

    return parcels


def test_every_field_has_a_column() -> None:
    assert set(parcel_columns()) == set(PARCEL_COLUMNS)


def test_no_heading_means_two_fields() -> None:
    """Nor is a name of one field that of another with a unit behind it."""
    meant: dict[str, str] = {}
    for field in parcel_columns().values():
        for name in (field.column, *field.names):
            for word in ("", *field.units):
                plain = plain_heading(name + word)
                assert meant.setdefault(plain, field.column) == field.column, plain


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(read: Read, encoding: str) -> None:
    """30 亩 are 2 ha; 110 stems per 亩 are 1650 per ha."""
    parcels = read(FIRST, encoding=encoding)
    row = parcels.frame.row(0, named=True)
    assert parcels.rejected.is_empty()
    assert parcels.frame.columns == ["_row", *PARCEL_COLUMNS]
    assert parcels.frame.schema == {"_row": pl.Int64, **PARCEL_COLUMNS}
    known = {name: value for name, value in row.items() if value is not None}
    assert known == {
        "_row": 2,
        "parcel_id": "A1",
        "stratum": "S1",
        "region_code": "330112",
        "township": "昌化镇",
        "area_ha": 2.0,
        "tenure_kind": "林权证",
        "tenure_number": "007",
        "vegetation_class": "non_forest",
        "start_year": 2024,
        "start_date": date(2024, 3, 1),
        "planted_species": "chinese_fir",
        "density_per_ha": 1650.0,
        "is_wetland": False,
    }


def test_a_workbook_of_headings_in_english(tmp_path: Path) -> None:
    """Dates of a workbook are counts of days: 45352 is 1 March 2024."""
    import xlsxwriter

    (tmp_path / "project.toml").write_text(
        PROJECT.replace("parcels.csv", "parcels.xlsx"), encoding="utf-8"
    )
    with xlsxwriter.Workbook(str(tmp_path / "parcels.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Parcel ID", "area (mu)", "start_date", "is wetland", "burning"])
        sheet.write_row(1, 0, [7, 15, 45352, True, "no"])
    frame = read_parcels(read_project(tmp_path / "project.toml"), None).frame
    assert frame.select("parcel_id", "area_ha", "start_date", "is_wetland", "burning").row(0) == (
        "7",
        1.0,
        date(2024, 3, 1),
        True,
        False,
    )


def test_a_parquet_file(tmp_path: Path) -> None:
    (tmp_path / "project.toml").write_text(
        PROJECT.replace("parcels.csv", "parcels.parquet"), encoding="utf-8"
    )
    pl.DataFrame(
        {"parcel_id": ["a"], "area_ha": [1.5], "start_date": [date(2024, 3, 1)], "burning": [True]}
    ).write_parquet(tmp_path / "parcels.parquet")
    frame = read_parcels(read_project(tmp_path / "project.toml"), None).frame
    assert frame.select("area_ha", "start_date", "burning").row(0) == (1.5, date(2024, 3, 1), True)


@pytest.mark.parametrize(
    ("written", "day", "year"),
    [
        ("2024-03-01", date(2024, 3, 1), 2024),
        ("2024/3/1", date(2024, 3, 1), 2024),
        ("2024.03.01", date(2024, 3, 1), 2024),
        ("20240301", date(2024, 3, 1), 2024),
        ("2024年3月1日", date(2024, 3, 1), 2024),
        ("2024-03-01 00:00:00", date(2024, 3, 1), 2024),
        ("45352", date(2024, 3, 1), 2024),
        ("2024", None, 2024),
        ("2024年3月", None, 2024),
        ("", None, None),
    ],
)
def test_days(read: Read, written: str, day: date | None, year: int | None) -> None:
    frame = read(f"a,1,{written}", header="parcel_id,area_ha,造林时间").frame
    assert frame.select("start_date", "start_year").row(0) == (day, year)


def test_of_a_year_without_forest_the_last_day_counts(read: Read) -> None:
    frame = read("a,1,2005", header="parcel_id,area_ha,无林起始日").frame
    assert frame["non_forest_since"].item() == date(2005, 12, 31)


@pytest.mark.parametrize(
    ("written", "truth"),
    [
        *((word, True) for word in ("是", "有", "TRUE", "1", "Yes", "y", "√")),
        *((word, False) for word in ("否", "无", "false", "0", "没有", "n", "×")),
        ("", None),
    ],
)
def test_yes_and_no(read: Read, written: str, truth: bool | None) -> None:
    frame = read(f"a,1,{written}", header="parcel_id,area_ha,是否炼山").frame
    assert frame["burning"].item() is truth


@pytest.mark.parametrize(
    ("written", "word", "wet"),
    [
        ("乔木林地", "arbor", None),
        ("1710", "non_forest", None),
        ("030401", "sparse", None),
        ("253", "non_forest", None),
        ("non_forest", "non_forest", None),
        ("旱地", "non_forest", None),
        ("0404", "non_forest", None),
        ("水田", "non_forest", None),
        ("内陆滩涂", "non_forest", True),
        ("1106", "non_forest", True),
        ("森林沼泽", "arbor", True),
        ("", None, None),
    ],
)
def test_land_classes(read: Read, written: str, word: str | None, wet: bool | None) -> None:
    frame = read(f"a,1,{written}", header="parcel_id,area_ha,造林前地类").frame
    assert frame.select("vegetation_class", "is_wetland").row(0) == (word, wet)


@pytest.mark.parametrize("written", ["果园", "0305", "灌木林地", "其他林地", "130"])
def test_land_of_which_it_is_not_said_whether_it_is_forest(read: Read, written: str) -> None:
    parcels = read("a,1,", f"b,1,{written}", header="parcel_id,area_ha,造林前地类")
    assert parcels.rejected["value"].to_list() == [written]


@pytest.mark.parametrize(
    ("heading", "area"),
    [
        ("面积(亩)", 2.0),
        ("面积\uff08亩\uff09", 2.0),
        ("面积_亩", 2.0),
        ("面积(公顷)", 30.0),
        ("面积(hm²)", 30.0),
        ("面积(㎡)", 0.003),
        ("area_mu", 2.0),
        ("AREA_HA", 30.0),
    ],
)
def test_units_of_headings(read: Read, heading: str, area: float) -> None:
    frame = read("a,30", header=f"parcel_id,{heading}").frame
    assert frame["area_ha"].item() == pytest.approx(area, rel=1e-15)


@pytest.mark.parametrize("written", ["无", "none", "没有"])
def test_no_title_is_known_to_be_none(read: Read, written: str) -> None:
    frame = read(f"a,1,{written}", header="parcel_id,area_ha,权属证号").frame
    assert frame["tenure_number"].item() == "none"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("杉木", "chinese_fir"),
        ("moso_bamboo", "moso_bamboo"),
        ("杉木:0.7+木荷:0.3", "chinese_fir:0.7+schima:0.3"),
        ("杉木:0.7 + 木荷:0.3", "chinese_fir:0.7+schima:0.3"),
        ("杉木+木荷", None),
        ("杉木:0.7+木荷:0.2", None),
        ("杉木:1.5+木荷:-0.5", None),
        ("杉树", None),
    ],
)
def test_species_and_shares(text: str, words: str | None) -> None:
    assert species_of(text) == words


# rule -> header and a row that breaks it, cell that is shown
BROKEN = {
    "parcel_line": ("parcel_id,area_ha", "b,1,2,3", None),
    "parcel_total_row": ("parcel_id,area_ha", "合计,9", "合计"),
    "parcel_missing": ("parcel_id,area_ha", "b,", None),
    "parcel_duplicate": ("parcel_id,area_ha", "a,2", "a"),
    "parcel_not_a_number": ("parcel_id,area_ha", 'b,"1,5"', "1,5"),
    "parcel_area": ("parcel_id,area_ha", "b,0", "0"),
    "parcel_fraction": ("parcel_id,area_ha,郁闭度", "b,1,20", "20"),
    "parcel_negative": ("parcel_id,area_ha,无林年数", "b,1,-3", "-3"),
    "parcel_longitude": ("parcel_id,area_ha,经度", "b,1,30.2", "30.2"),
    "parcel_latitude": ("parcel_id,area_ha,纬度", "b,1,119.7", "119.7"),
    "parcel_year": ("parcel_id,area_ha,造林年份", "b,1,去年", "去年"),
    "parcel_day": ("parcel_id,area_ha,造林时间", "b,1,2024-13-01", "2024-13-01"),
    "parcel_word": ("parcel_id,area_ha,是否湿地", "b,1,也许", "也许"),
    "parcel_wetland": ("parcel_id,area_ha,地类,是否湿地", "b,1,内陆滩涂,否", "内陆滩涂"),
    "parcel_species": ("parcel_id,area_ha,树种", "b,1,杉树", "杉树"),
    "parcel_region": ("parcel_id,area_ha,县", "b,1,德清县", "德清县"),
}


def test_every_rule_of_rows_is_tried() -> None:
    errors = {name for name, rule in parcel_rules().items() if rule["severity"] == "error"}
    # of layers
    assert errors - BROKEN.keys() == {"parcel_not_drawn"}


@pytest.mark.parametrize("rule", BROKEN)
def test_rows_that_are_set_aside(read: Read, rule: str) -> None:
    header, row, shown = BROKEN[rule]
    first = "a,1" + "," * header.count(",", len("parcel_id,area_ha"))
    parcels = read(first, row, "c" + first[1:], header=header)
    assert parcels.frame["parcel_id"].to_list() == ["a", "c"]
    (found,) = parcels.rejected.iter_rows(named=True)
    assert (found["source_row"], found["rule"], found["value"]) == (3, rule, shown)
    assert found["reason_zh"]
    assert found["remedy_en"]
    assert any("1 rows set aside" in en and "3" in en for _, en in parcels.notes)


def test_nothing_is_lost(read: Read) -> None:
    """Every row of the file is read or set aside."""
    rows = ["a,1", "b,0", "c,x", "合计,9", "a,3", "d,2"]
    parcels = read(*rows, header="parcel_id,area_ha")
    told = {*parcels.frame["_row"], *parcels.rejected["source_row"]}
    assert told == set(range(2, 2 + len(rows)))


def test_a_table_of_which_no_row_serves_is_refused(read: Read) -> None:
    with pytest.raises(UsageProblem, match="none of the 2 rows of parcels"):
        read("a,0", "b,-1", header="parcel_id,area_ha")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("面积(亩),树种", "no column parcel_id"),
        ("地块编号,树种", "no column area_ha"),
        ("地块编号,面积", "names no unit"),
        ("地块编号,面积(亩),初植密度", "names no unit"),
        ("地块编号,面积(亩),面积(公顷)", "each of 面积(亩), 面积(公顷) may be area_ha"),
    ],
)
def test_headings_that_do_not_serve(header: str, said: str, read: Read) -> None:
    with pytest.raises(UsageProblem) as told:
        read("1,1,1", header=header)
    assert said in told.value.en
    assert "parcels.csv" in told.value.zh


def test_headings_that_a_shapefile_cut(tmp_path: Path) -> None:
    """A DBF keeps 10 bytes: five Chinese characters of GBK, three of UTF-8."""
    found = find_parcel_columns(
        tmp_path / "x.shp", ["parcel_id", "area_ha", "vegetation", "contiguous"]
    )
    assert "vegetation_class" not in found
    assert "contiguous_area_m2" not in found
    found = find_parcel_columns(
        tmp_path / "x.shp", ["parcel_id", "area_ha", "planted_sp", "造林前地"]
    )
    assert found["planted_species"].header == "planted_sp"
    assert find_parcel_columns(tmp_path / "x.csv", ["parcel_id", "planted_sp"]).keys() == {
        "parcel_id"
    }


def test_columns_that_are_not_read_are_told(read: Read) -> None:
    notes = read("a,1,x", header="parcel_id,area_ha,备注").notes
    assert ("parcels.csv:没有读的列:备注", "parcels.csv: columns not read: 备注") in notes


def test_parcels_that_name_no_stratum(read: Read) -> None:
    assert read("a,1", header="parcel_id,area_ha").frame["stratum"].item() == "S1"


FORMED = """
[strata]
from_parcels = true

[strata.each]
curve = "table"
curve_name = "fir"
thinnings = [{ age = 10, fraction = 0.2 }]

[strata.each.baseline]
shrub_cover = 0.1
"""


def test_strata_of_parcels(tmp_path: Path) -> None:
    """Two plantings of fir, thinned at 10 years of age: in 2034 and 2035; and a mixed stand."""
    head, tail = PROJECT.split("[strata.S1]")[0], PROJECT.split("[[fires]]")[1]
    text = head.replace('stratum = "S1"', "") + FORMED + "[[fires]]" + tail
    path = tmp_path / "project.toml"
    path.write_text(text.replace('"S1"', '"chinese_fir-2024-1650-抚育"'), encoding="utf-8")
    (tmp_path / "parcels.csv").write_text(
        "地块编号,面积(公顷),树种,造林年份,密度(株/亩),经营措施\n"
        "b,2,杉木,2024,110,抚育\na,1,杉木,2025,110,抚育\nc,3,杉木,2024,110,抚育\n"
        "d,4,杉木:0.7+木荷:0.3,2024,,\n",
        encoding="utf-8",
    )
    parcels = read_parcels(read_project(path), None)
    strata = {stratum.stratum: stratum for stratum in parcels.project.strata}
    assert parcels.frame.select("parcel_id", "stratum").rows() == [
        ("b", "chinese_fir-2024-1650-抚育"),
        ("a", "chinese_fir-2025-1650-抚育"),
        ("c", "chinese_fir-2024-1650-抚育"),
        ("d", "chinese_fir:0.7+schima:0.3-2024"),
    ]
    years = {name: one.project.trees[0].removals[0].year for name, one in strata.items()}
    assert years["chinese_fir-2024-1650-抚育"] == 2034
    assert years["chinese_fir-2025-1650-抚育"] == 2035
    mixed = strata["chinese_fir:0.7+schima:0.3-2024"].project.trees
    assert [(tree.species, tree.share) for tree in mixed] == [("chinese_fir", 0.7), ("schima", 0.3)]
    first = strata["chinese_fir-2024-1650-抚育"]
    assert (first.density_per_ha, first.management) == (1650, "抚育")
    assert first.burnt == ((2030, 2.0),)
    assert first.baseline.shrub_cover == ((2024, 0.1),)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,1,,2024,", "have no planted_species"),
        ("a,1,杉木,,", "have no planted_year"),
        ("a,1,毛竹,2024,", "bamboo"),
        ("a,1,杉木,2024,S9", "stratum S9 of parcel a is not written out"),
        ("a,1,杉木,2090,", "2090 is not between"),
    ],
)
def test_parcels_that_form_no_stratum(tmp_path: Path, row: str, said: str) -> None:
    head, tail = PROJECT.split("[strata.S1]")[0], PROJECT.split("[pools]")[1]
    path = tmp_path / "project.toml"
    path.write_text(
        head.replace('stratum = "S1"', "") + FORMED + "[pools]" + tail, encoding="utf-8"
    )
    (tmp_path / "parcels.csv").write_text(
        f"地块编号,面积(公顷),树种,造林年份,碳层\n{row}\n", "utf-8"
    )
    with pytest.raises(UsageProblem) as told:
        read_parcels(read_project(path), None)
    assert said in told.value.en
    assert str(path) in told.value.zh
