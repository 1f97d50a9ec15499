"""Land-class transitions from hand-made surveys, and breaks of the series."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from command_line import Row, run, succeed

HEAD = "stand_id,region_code,vegetation_class,species,origin,area_ha,volume_m3"
# number: 2015 -> 2020
#   1 arbor 20 ha 900 m3           -> arbor 20 ha 1,000 m3
#   2 sparse 10 ha                 -> arbor 11 ha 60 m3
#   3 arbor 5 ha 200 m3            -> not there
#   4 not there                    -> bamboo 3 ha
#   5 unestablished 4.25 ha        -> arbor 4.25 ha 10 m3, in another county
FIRST = (
    "1,330106,arbor,oak,natural,20,900",
    "2,330106,sparse,oak,natural,10,",
    "3,330106,arbor,oak,natural,5,200",
    "5,330106,unestablished,,,4.25,",
)
LAST = (
    "1,330106,arbor,oak,natural,20,1000",
    "2,330106,arbor,oak,natural,11,60",
    "4,330122,bamboo,moso_bamboo,natural,3,",
    "5,330122,arbor,oak,natural,4.25,10",
)
YEARS = ("change", "--from", 2015, "--to", 2020)
MATRIX = (*YEARS, "--transitions")


def _put(db: Path, survey: int, *rows: str, head: str = HEAD, more: tuple = ()) -> None:
    path = db.parent / f"stands_{survey}_{len(list(db.parent.iterdir()))}.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    succeed("--db", db, "load", "stands", path, "--survey", survey, "--replace", *more)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "sinkcalc.duckdb"
    _put(path, 2015, *FIRST)
    _put(path, 2020, *LAST)
    return path


def _cells(rows: list[Row]) -> dict[tuple, tuple]:
    keys = ("region_code", "class_from", "class_to")
    figures = ("stands", "area_ha", "area_change_ha", "growing_stock_change_m3")
    return {tuple(row[k] for k in keys): tuple(row[f] for f in figures) for row in rows}


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--by", "region"),
        ("--effects",),
        ("--transitions",),
        ("--form", "provincial-inventory"),
    ],
)
def test_counties_that_one_survey_lacks_are_named(db: Path, more: tuple[str, ...]) -> None:
    """桐庐县 has stands in 2020 only; all other counties but 西湖区 in neither survey."""
    chinese = succeed("--db", db, "--lang", "zh", *YEARS, *more).talk
    assert "2015 年的调查没有以下县的小班,2020 年有:桐庐县。" in chinese
    english = succeed("--db", db, "--lang", "en", *YEARS, *more).talk
    assert "survey 2015 holds no stands of Tonglu, which survey 2020 holds:" in english
    assert "survey 2020 holds no stands" not in english
    _put(db, 2015, *FIRST, "6,330122,arbor,oak,natural,5,200")
    assert "holds no stands" not in succeed("--db", db, "--lang", "en", *YEARS, *more).talk


def test_the_matrix_by_hand(db: Path) -> None:
    rows = succeed("--db", db, *MATRIX, "--json").rows
    assert _cells(rows) == {
        (None, "arbor", "arbor"): (1, 20, 0, 100),
        (None, "arbor", None): (1, 5, 0, -200),
        (None, "sparse", "arbor"): (1, 11, 1, 60),
        (None, "unestablished", "arbor"): (1, 4.25, 0, 10),
        (None, None, "bamboo"): (1, 3, 0, 0),
    }
    assert {row["basis"] for row in rows} == {"same_ids"}
    assert {row["series_break"] for row in rows} == {None}
    assert rows == succeed("--db", db, *MATRIX, "--basis", "same_ids", "--json").rows


def test_the_matrix_on_the_screen(db: Path) -> None:
    """39.25 ha before: 25 arbor, 10 sparse, 4.25 unestablished; 38.25 ha now: 35.25 and 3."""
    shown = succeed("--db", db, "--lang", "en", *MATRIX)
    lines = {line.split("  ")[0].strip(): line.split("  ") for line in shown.text.splitlines()}
    cells = {
        name: [cell.strip() for cell in line[1:] if cell.strip()] for name, line in lines.items()
    }
    assert cells["arbor forest"] == ["20.00", "–", "5.0000", "0", "25.00"]
    assert cells["sparse forest"] == ["11.00", "–", "–", "1.0000", "10.00"]
    assert cells["unestablished forest"] == ["4.2500", "–", "–", "0", "4.2500"]
    assert cells["(not before)"] == ["–", "3.0000", "–", "0", "–"]
    assert cells["area now"] == ["35.25", "3.0000", "5.0000", "1.0000", "–"]
    assert "area before 39.2 ha, now 38.2 ha" in shown.talk
    # 34.25 of 39.25 ha have a stand in 2020; 100 of -30 m3 is growth of the stand that stayed
    assert "87.3% of the earlier area" in shown.talk
    assert "-30 m3, of which -130 m3" in shown.talk
    assert "地类转移 2015 → 2020" in succeed("--db", db, "--lang", "zh", *MATRIX).text


def test_by_county_the_margins_are_those_of_each(db: Path) -> None:
    outcome = succeed("--db", db, "--lang", "en", *MATRIX, "--by", "region", "--json")
    found = _cells(outcome.rows)
    assert found["330106", "unestablished", None] == (1, 4.25, 0, 0)
    assert found["330122", None, "arbor"] == (1, 4.25, 0, 10)
    assert {row["region_name"] for row in outcome.rows} == {"西湖区", "桐庐县"}
    assert "1 stands are in another county now" in outcome.talk
    before: dict[tuple, Decimal] = defaultdict(Decimal)
    now: dict[tuple, Decimal] = defaultdict(Decimal)
    for row in outcome.rows:
        area, change = (Decimal(str(row[name])) for name in ("area_ha", "area_change_ha"))
        before[row["region_code"], row["class_from"]] += area - change
        now[row["region_code"], row["class_to"]] += area
    split = ("--by", "region,vegetation_class", "--json")
    for survey, found_areas in ((2015, before), (2020, now)):
        estimates = succeed("--db", db, "estimate", "--survey", survey, *split).rows
        areas = [row for row in estimates if row["quantity"] == "area"]
        assert areas
        for row in areas:
            key = row["region_code"], row["vegetation_class"]
            assert found_areas[key] == Decimal(str(row["value"]))


def test_the_growing_stock_is_that_of_change(db: Path) -> None:
    rows = succeed("--db", db, *YEARS, "--json").rows
    stock = next(row for row in rows if row["quantity"] == "growing_stock")
    moved = succeed("--db", db, *MATRIX, "--json").rows
    assert sum(row["growing_stock_change_m3"] for row in moved) == stock["change"] == -30


def test_stands_that_were_numbered_anew(db: Path) -> None:
    """No number is the same: nothing became something else, and nobody may read it so."""
    _put(db, 2020, *(f"9{row}" for row in LAST))
    outcome = run("--db", db, "--lang", "en", *MATRIX)
    assert (outcome.code, outcome.data) == (1, b"")
    assert "only 0.0% of the earlier area" in outcome.talk
    assert "--basis both_classes" in outcome.talk
    # 5 of 39.25 ha have a number that is there
    _put(db, 2020, *(f"9{row}" for row in LAST), FIRST[2])
    outcome = succeed("--db", db, "--lang", "zh", *MATRIX)
    assert "只有 12.7%" in outcome.talk


CARRIED = (
    "91,330106,arbor,oak,natural,20,1000,arbor",
    "92,330106,arbor,oak,natural,11,60,sparse",
    "94,330122,bamboo,moso_bamboo,natural,3,,",
)


def test_the_class_before_that_the_layer_carries(db: Path) -> None:
    _put(db, 2020, *CARRIED, head=HEAD + ",previous_vegetation_class")
    expected = {
        (None, "arbor", "arbor"): (1, 20, 0, None),
        (None, "sparse", "arbor"): (1, 11, 0, None),
        (None, None, "bamboo"): (1, 3, 0, None),
    }
    # the numbers do not match, so the layer's own classes are taken, and this is said
    outcome = succeed("--db", db, "--lang", "en", *MATRIX, "--json")
    assert _cells(outcome.rows) == expected
    assert {row["basis"] for row in outcome.rows} == {"both_classes"}
    assert "only 0.0%" in outcome.talk
    # what the numbers would advise is done already
    assert "--basis both_classes" not in outcome.talk
    assert "the classes before that the later layer carries are used" in outcome.talk
    assert "no class before is recorded: 1 stands, 3.0 ha" in outcome.talk
    # the survey before need not be there
    alone = (*MATRIX[:2], 2019, *MATRIX[3:], "--basis", "both_classes", "--json")
    assert _cells(succeed("--db", db, *alone).rows) == expected
    shown = succeed("--db", db, "--lang", "zh", *MATRIX, "--basis", "both_classes")
    assert "(前期未记)" in shown.text
    assert run("--db", db, *MATRIX, "--basis", "same_ids").code == 1


AS_ERLEI = ("--profile", "erlei")
ERLEI = "XIAN,XIANG,CUN,LIN_BAN,XIAO_BAN,MIAN_JI,DI_LEI,YOU_SHI_SZ,QI_YUAN,SLXJ"


def _stand(county: str, number: int, area: str, code: str = "111", volume: str = "100") -> str:
    return f"{county},{county}001,{county}001002,0003,{number:04d},{area},{code},410,11,{volume}"


def test_numbers_of_abolished_counties_are_found_under_those_of_today(db: Path) -> None:
    """330103 became 330105; 330104 became 330102, where stand 3 has a namesake and is not taken."""
    _put(
        db,
        2015,
        _stand("330103", 1, "2", code="120", volume=""),
        _stand("330105", 2, "3"),
        _stand("330104", 3, "4"),
        _stand("330102", 3, "5"),
        head=ERLEI,
        more=AS_ERLEI,
    )
    later = (_stand("330105", 1, "2"), _stand("330105", 2, "3"), _stand("330102", 3, "5"))
    _put(db, 2020, *later, head=ERLEI, more=AS_ERLEI)
    outcome = succeed("--db", db, "--lang", "en", *MATRIX, "--json")
    assert _cells(outcome.rows) == {
        (None, "arbor", "arbor"): (2, 8, 0, 0),
        (None, "sparse", "arbor"): (1, 2, 0, 100),
        (None, "arbor", None): (1, 4, 0, -100),
    }
    assert "1 stands were found under those of today (330103 → 330105, 330104 → 330102)" in (
        outcome.talk
    )
    assert "按今代码" in succeed("--db", db, "--lang", "zh", *MATRIX).talk


def test_redrawn_districts_are_refused_by_county_and_only_there(db: Path) -> None:
    """余杭 of 2020 held the land that is 临平 in 2023; 桐庐 was not touched."""
    row = "330110,arbor,oak,natural"
    _put(db, 2020, f"1,{row},20,900", "2,330122,arbor,oak,natural,5,100")
    _put(
        db,
        2023,
        f"1,{row},12,600",
        "3,330113,arbor,oak,natural,8,400",
        "2,330122,arbor,oak,natural,5,120",
    )
    years = ("change", "--from", 2020, "--to", 2023)
    for more in ((), ("--effects",), ("--transitions",)):
        succeed("--db", db, *years, *more)
        refused = run("--db", db, "--lang", "en", *years, *more, "--by", "region")
        assert (refused.code, refused.data) == (1, b"")
        assert "330110 + 330113" in refused.talk
        across = (*years, *more, "--by", "region", "--across-definitions")
        rows = succeed("--db", db, *across, "--json").rows
        marks = {(row["region_code"], row["series_break"]) for row in rows}
        assert marks == {
            ("330110", "districts"),
            ("330113", "districts"),
            ("330122", None),
        }
        shown = succeed("--db", db, "--lang", "zh", *across)
        assert "【系列中断:区划改划】" in shown.text
        assert "余杭区 + 临平区" in shown.talk


def test_a_target_of_a_redrawn_district_has_no_observed_rate(db: Path, tmp_path: Path) -> None:
    """The same stands and stocks in 余杭 and 桐庐: only the latter is one series."""
    for survey, volume, more in ((2018, 100, ()), (2023, 150, ("9,330113,arbor,oak,natural,1,9",))):
        rows = (
            f"{n},{code},arbor,oak,natural,5,{volume}" for n, code in ((1, 330110), (2, 330122))
        )
        _put(db, survey, *rows, *more)
    own = tmp_path / "own.csv"
    own.write_text(
        "target_id,region_code,indicator,unit,target_year,target_value\n"
        "a,330110,growing_stock,m3,2030,200\nb,330122,growing_stock,m3,2030,200\n",
        encoding="utf-8",
    )
    for year in (2015, 2020):
        _put(db, year, "1,330122,arbor,oak,natural,5,100")
    rows = succeed("--db", db, "target", "--targets", own, "--json").rows
    rates = {row["target_id"]: row["observed_per_year"] for row in rows}
    assert rates["a"] is None
    assert rates["b"] == pytest.approx(50 / 3)


def test_another_definition_is_refused_and_marked(db: Path) -> None:
    _put(db, 2020, *LAST, more=("--definition", "nfi"))
    for more in ((), ("--effects",), ("--transitions",), ("--budget",)):
        refused = run("--db", db, "--lang", "en", *YEARS, *more)
        assert refused.code == 1
        assert "definition local" in refused.talk
        assert "--across-definitions" in refused.talk
    rows = succeed("--db", db, *YEARS, "--across-definitions", "--json").rows
    assert {(row["definition"], row["series_break"]) for row in rows} == {
        ("local/nfi", "definition")
    }
    stock = next(row for row in rows if row["quantity"] == "growing_stock")
    assert (stock["value_from"], stock["value_to"], stock["change"]) == (1_100, 1_070, -30)
    effects = succeed("--db", db, *YEARS, "--across-definitions", "--effects", "--json").rows
    assert {row["series_break"] for row in effects} == {"definition"}
    shown = succeed("--db", db, "--lang", "en", *YEARS, "--across-definitions")
    assert shown.text.startswith("[BREAK OF SERIES: definition]")
    assert "break of the series: survey 2015" in shown.talk


def test_other_codes_are_refused_where_they_split(db: Path) -> None:
    """120 is sparse forest in the one set; in the other it is arbor forest, like 111."""
    stands = (_stand("330122", 1, "2"), _stand("330122", 2, "2", code="120"))
    _put(db, 2015, *stands, head=ERLEI, more=AS_ERLEI)
    own = db.parent / "own.toml"
    own.write_text(
        'name = "own"\nid_columns = ["XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN"]\n[columns]\n'
        'region_code = { header = "XIAN" }\narea_ha = { header = "MIAN_JI", unit = "hm2" }\n'
        'vegetation_class = { header = "DI_LEI", codes = { "111" = "arbor", "120" = "arbor" } }\n'
        'volume_m3 = { header = "SLXJ", unit = "m3" }\n',
        encoding="utf-8",
    )
    _put(db, 2020, *stands, head=ERLEI, more=("--profile", own))
    succeed("--db", db, *YEARS)
    for more in (("--by", "vegetation_class"), ("--effects",), ("--transitions",)):
        refused = run("--db", db, "--lang", "en", *YEARS, *more)
        assert refused.code == 1
        assert "2015 holds sparse, for which the other survey has no code" in refused.talk
        rows = succeed("--db", db, *YEARS, *more, "--across-definitions", "--json").rows
        assert {row["series_break"] for row in rows} == {"codes"}
    refused = run("--db", db, "--lang", "zh", *YEARS, "--by", "species_group")
    assert "species_group 的代码表不同" in refused.talk


def test_wetlands_of_another_definition_are_marked(db: Path, tmp_path: Path) -> None:
    head = "wetland_id,region_code,wetland_class,area_ha\n"
    for year, area, definition in ((2011, 50, "wetland_survey_2"), (2020, 60, "land_survey_3")):
        path = tmp_path / f"w{year}.csv"
        path.write_text(f"{head}w1,330122,marsh,{area}\n", encoding="utf-8")
        words = ("load", "wetlands", path, "--survey", year, "--definition", definition)
        succeed("--db", db, *words)
    years = ("change", "--kind", "wetland", "--from", 2011, "--to", 2020)
    refused = run("--db", db, "--lang", "en", *years)
    assert refused.code == 1
    assert "--across-definitions" in refused.talk
    rows = succeed("--db", db, *years, "--across-definitions", "--json").rows
    area = next(row for row in rows if row["quantity"] == "area")
    assert (area["change"], area["series_break"]) == (10, "definition")
    assert area["definition"] == "wetland_survey_2/land_survey_3"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*MATRIX, "--effects"), "--effects"),
        ((*MATRIX, "--budget"), "--budget"),
        ((*MATRIX, "--method", "fang-2001"), "--method"),
        ((*MATRIX, "--kind", "wetland"), "--conversions"),
        ((*MATRIX, "--by", "origin"), "origin"),
        ((*YEARS, "--basis", "same_ids"), "--transitions"),
        (("change", "--from", 2020, "--to", 2015, "--transitions"), "2015"),
        (("change", "--from", 2014, "--to", 2020, "--transitions"), "2014"),
        ((*MATRIX, "--basis", "both_classes"), "Q_DI_LEI"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_refused(db: Path, words: tuple, said: str, lang: str) -> None:
    outcome = run("--db", db, "--lang", lang, *words)
    assert outcome.code in (1, 2)
    assert outcome.data == b""
    assert said in outcome.talk


def test_gross_production_is_listed_and_stands_beside_nothing(db: Path) -> None:
    outcome = succeed("--db", db, "--lang", "en", "target", "--published", "--json")
    gross = [row for row in outcome.rows if row["quantity"] == "npp_co2"]
    assert {(row["region_code"], row["published_year"], row["published"]) for row in gross} == {
        ("330100", 2015, 15_069_800),
        ("330127", 2016, 4_605_800),
        ("330000", 2014, 58_118_600),
        ("330000", 2015, 60_500_400),
    }
    for row in gross:
        assert row["status"] == "not_comparable"
        assert [row[name] for name in ("survey", "estimate", "difference", "ratio")] == [None] * 4
        assert "毛固碳" in row["note_zh"]
    assert outcome.talk.count("gross production (NPP") == 1
    early = succeed("--db", db, "target", "--published", "--as-of", 2015, "--json").rows
    assert 2016 not in {row["published_year"] for row in early}
    shown = succeed("--db", db, "--lang", "zh", "target", "--published")
    assert "毛固碳(NPP)" in shown.text
