"""Category of the forest: 森林类别, else 事权等级, else 林种 where a profile declares it.

Codes of SEN_LIN_LB: 011 重点公益林, 012 一般公益林, 021 重点商品林, 022 一般商品林;
of SHI_QUAN_D: 10 国家公益林, 20 to 23 地方公益林; of Y_SQDJ: 11, 21, 23, 24;
of LIN_ZHONG: 11x 防护林 and 12x 特用林, 23x 用材林, 24x 薪炭林, 25x 经济林.
"""

from pathlib import Path

import pytest

from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.load_stands import load_stands
from sinkcalc.store.connection import reading

PUBLIC, COMMERCIAL = "public_benefit", "commercial"
IDS = "XIAN,XIANG,CUN,LIN_BAN,XIAO_BAN"
# profile -> headers of area and land class, an area of 2 ha, arbor forest
FORMS = {
    "erlei": ("MIAN_JI,DI_LEI,HUO_LMGQXJ", "2,111,50"),
    "erlei-4": ("MIAN_JI,DI_LEI,HUO_LMGQXJ", "2,1111,50"),
    "yizhangtu": ("MIAN_JI,DI_LEI,HUO_LMGQXJ", "2,030100,50"),
    "lcxzgx": ("XBMJ,DI_LEI,MEI_GQ_XJ", "20000,030100,50"),
    "zhejiang": ("MIAN_JI,DI_LEI,HUO_LMXJ", "2,乔木林地,100"),
}
Told = list[tuple[str, str, str]]


def _load(tmp_path: Path, profile: str, header: str, *cells: str) -> tuple[list[str | None], Told]:
    """Load one stand a cell; return the categories and what is told of their columns."""
    columns, figures = FORMS[profile if profile in FORMS else "erlei"]
    path, db = tmp_path / "s.csv", tmp_path / "s.duckdb"
    rows = [f"330122,001,02,0003,{n:04d},{figures},{cell}" for n, cell in enumerate(cells)]
    path.write_text("\n".join([f"{IDS},{columns},{header}", *rows]) + "\n", encoding="utf-8")
    result = load_stands(db, [path], LoadOptions(2020, profile=profile))
    assert result.rejected.is_empty()
    with reading(db) as con:
        found = con.execute(
            "SELECT forest_category::VARCHAR FROM stands ORDER BY source_row"
        ).fetchall()
    told = result.warned.filter(result.warned["rule"].str.contains("category"))
    return [row[0] for row in found], told.select("rule", "column_name", "value").rows()


@pytest.mark.parametrize("profile", ["erlei", "erlei-4"])
def test_every_code_of_the_category(tmp_path: Path, profile: str) -> None:
    cells = ("011", "012", "021", "022", "")
    expected = [PUBLIC, PUBLIC, COMMERCIAL, COMMERCIAL, None]
    assert _load(tmp_path, profile, "SEN_LIN_LB", *cells) == (expected, [])


def test_every_level_of_authority(tmp_path: Path) -> None:
    cells = ("10", "20", "21", "22", "23", "")
    assert _load(tmp_path, "erlei", "SHI_QUAN_D", *cells) == ([PUBLIC] * 5 + [None], [])


def test_levels_of_authority_of_the_one_map_layer(tmp_path: Path) -> None:
    """Its codes differ: 21 is that of the province; 20 and 10 are none."""
    found, told = _load(tmp_path, "yizhangtu", "Y_SQDJ", "11", "21", "23", "24", "", "10")
    assert found == [PUBLIC] * 4 + [None, None]
    assert told == [("category_not_known", "Y_SQDJ", "10")]


@pytest.mark.parametrize(
    ("cells", "category", "told"),
    [
        ("011,10", PUBLIC, []),
        (",20", PUBLIC, []),
        ("022,", COMMERCIAL, []),
        # both are filled in and disagree: the category is kept, and it is said
        ("021,10", COMMERCIAL, [("forest_category_agrees", "SHI_QUAN_D", "021 / 10")]),
        # a category that is not known leaves the level of authority, which says so by itself
        ("013,10", PUBLIC, [("category_not_known", "SEN_LIN_LB", "013")]),
        ("013,", None, [("category_not_known", "SEN_LIN_LB", "013")]),
        (",30", None, [("category_not_known", "SHI_QUAN_D", "30")]),
        # leading zeros that a workbook dropped are no code
        ("11,", None, [("category_not_known", "SEN_LIN_LB", "11")]),
    ],
)
def test_category_before_authority(
    tmp_path: Path, cells: str, category: str | None, told: Told
) -> None:
    assert _load(tmp_path, "erlei", "SEN_LIN_LB,SHI_QUAN_D", cells) == ([category], told)


@pytest.mark.parametrize(
    ("cells", "category", "told"),
    [
        ("20,111", PUBLIC, []),
        # the level of authority goes before the purpose
        ("20,233", PUBLIC, []),
        (",117", PUBLIC, []),
        (",127", PUBLIC, []),
        (",230", COMMERCIAL, []),
        (",240", COMMERCIAL, []),
        (",255", COMMERCIAL, []),
        (",", None, []),
        (",999", None, [("category_not_known", "LIN_ZHONG", "999")]),
        # a level that is not known may be one of public-benefit forest: timber says nothing then
        ("30,233", None, [("category_not_known", "SHI_QUAN_D", "30")]),
    ],
)
def test_purpose_where_the_layer_has_no_category(
    tmp_path: Path, cells: str, category: str | None, told: Told
) -> None:
    assert _load(tmp_path, "lcxzgx", "SHI_QUAN_D,LIN_ZHONG", cells) == ([category], told)


def test_purpose_is_no_category_where_no_profile_says_so(tmp_path: Path) -> None:
    assert _load(tmp_path, "erlei", "LIN_ZHONG", "111", "233") == ([None, None], [])


def test_a_profile_of_ones_own_reads_the_purpose(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "erlei"\n[columns]\ncategory_by_purpose = '
        '{ header = "LIN_ZHONG", code_set = "lin_zhong_category", unknown = "warn" }\n',
        encoding="utf-8",
    )
    found, told = _load(tmp_path, str(own), "SEN_LIN_LB,LIN_ZHONG", "021,111", ",111", ",233")
    assert (found, told) == ([COMMERCIAL, PUBLIC, COMMERCIAL], [])


def test_chinese_words(tmp_path: Path) -> None:
    words = {
        "公益林": PUBLIC,
        "重点公益林": PUBLIC,
        "一般公益林": PUBLIC,
        "国家级公益林": PUBLIC,
        "国家公益林": PUBLIC,
        "地方公益林": PUBLIC,
        "省级公益林": PUBLIC,
        "市级公益林": PUBLIC,
        "县级公益林": PUBLIC,
        "生态公益林": PUBLIC,
        "商品林": COMMERCIAL,
        "重点商品林": COMMERCIAL,
        "一般商品林": COMMERCIAL,
        "": None,
    }
    found, told = _load(tmp_path, "zhejiang", "SEN_LIN_LB", *words, "公益")
    assert found == [*words.values(), None]
    assert told == [("category_not_known", "SEN_LIN_LB", "公益")]


@pytest.mark.parametrize("header", ["森林类别", "SEN_LIN_L", "senLinLb"])
def test_other_names_of_the_column(tmp_path: Path, header: str) -> None:
    """SEN_LIN_L is no cut of ten bytes, so it is not taken for the column."""
    found, told = _load(tmp_path, "erlei", header, "011")
    assert (found, told) == ([None if header == "SEN_LIN_L" else PUBLIC], [])


def test_one_category_for_every_row_of_a_file(tmp_path: Path) -> None:
    """A delivery of public-benefit forest alone: a constant of the profile."""
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "erlei"\n[constants]\nforest_category = "public_benefit"\n', encoding="utf-8"
    )
    assert _load(tmp_path, str(own), "BZ", "", "") == ([PUBLIC, PUBLIC], [])
