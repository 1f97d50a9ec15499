"""The land class before, as a layer of changes carries it (Q_DI_LEI, Q_LIN_ZHONG).

Codes of three digits: 111 arbor, 113 bamboo, 120 sparse, 131 special shrub, 132 other shrub, 171
barren land; 130 is bamboo in the other set of three digits and no code here. 255 is a purpose of
economic forest.
"""

from pathlib import Path

import pytest

from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.load_stands import load_stands
from sinkcalc.store.connection import reading

HEAD = "XIAN,XIANG,CUN,LIN_BAN,XIAO_BAN,MIAN_JI,DI_LEI,LIN_ZHONG,Q_DI_LEI,Q_LIN_ZHONG,SLXJ,HUO_LMXJ"


def _load(tmp_path: Path, profile: str, *cells: str, head: str = HEAD) -> tuple[list, list]:
    """Load stands with the given land classes; return class, class before, and warnings."""
    path, db = tmp_path / "s.csv", tmp_path / "s.duckdb"
    rows = [f"330122,001,02,0003,{n:04d},2,{cell},," for n, cell in enumerate(cells)]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    result = load_stands(db, [path], LoadOptions(2020, profile=profile))
    with reading(db) as con:
        found = con.execute(
            "SELECT vegetation_class::VARCHAR, previous_vegetation_class::VARCHAR FROM stands "
            "ORDER BY source_row"
        ).fetchall()
    told = result.warned.filter(result.warned["rule"] == "previous_class_not_known")
    assert result.rejected.is_empty()
    return found, told.select("column_name", "value").rows()


@pytest.mark.parametrize(
    ("cells", "classes"),
    [
        ("111,,120,", ("arbor", "sparse")),
        ("113,,111,", ("bamboo", "arbor")),
        ("111,,,", ("arbor", None)),
        # orchards: now, before, and both
        ("111,255,171,", ("economic", "non_forest")),
        ("111,,131,255", ("arbor", "economic")),
        ("131,255,131,255", ("economic", "economic")),
        # the purpose before is not recorded: the same code is the same class
        ("131,255,131,", ("economic", "economic")),
        ("131,,131,", ("special_shrub", "special_shrub")),
        ("131,255,111,", ("economic", "arbor")),
        # a purpose before that is none of economic forest
        ("131,255,131,111", ("economic", "special_shrub")),
    ],
)
def test_codes_of_three_digits(tmp_path: Path, cells: str, classes: tuple) -> None:
    found, told = _load(tmp_path, "erlei", cells)
    assert (found, told) == ([classes], [])


@pytest.mark.parametrize(
    ("profile", "cells", "classes"),
    [
        ("erlei-130", "111,,130,", ("arbor", "bamboo")),
        ("erlei-4", "1130,,1200,", ("bamboo", "sparse")),
        ("yizhangtu", "030200,,030401,", ("bamboo", "sparse")),
        ("zhejiang", "竹林,,疏林,", ("bamboo", "sparse")),
        ("zhejiang", "乔木林地,经济林,乔木林地,", ("economic", "economic")),
    ],
)
def test_every_profile_reads_both_by_its_own_codes(
    tmp_path: Path, profile: str, cells: str, classes: tuple
) -> None:
    assert _load(tmp_path, profile, cells) == ([classes], [])


def test_an_unknown_code_before_is_told_and_the_row_kept(tmp_path: Path) -> None:
    found, told = _load(tmp_path, "erlei", "111,,130,", "111,,111,")
    assert found == [("arbor", None), ("arbor", "arbor")]
    assert told == [("Q_DI_LEI", "130")]


def test_chinese_headings(tmp_path: Path) -> None:
    head = "县,乡,村,林班,小班,面积,地类,林种,前期地类,前期林种,森林蓄积,x"
    assert _load(tmp_path, "erlei", "111,,120,", head=head) == ([("arbor", "sparse")], [])


def test_other_code_sets_for_both_are_not_compared(tmp_path: Path) -> None:
    """A code that is the same text is not the same class where the sets differ."""
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\nextends = "erlei"\n[columns]\n'
        'previous_vegetation_class = { code_set = "di_lei_3_130" }\n',
        encoding="utf-8",
    )
    found, _ = _load(tmp_path, str(own), "132,,301,", "111,,111,")
    assert found == [("other_shrub", "special_shrub"), ("arbor", "arbor")]
