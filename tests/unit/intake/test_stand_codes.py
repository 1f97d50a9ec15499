"""Codes of the bureau's layer: classes, species, abolished counties."""

from pathlib import Path

import polars as pl
import pytest

from sinkcalc.intake.check import Checked, check_rows
from sinkcalc.intake.matching import understand
from sinkcalc.intake.profiles import Profile, load_profile
from sinkcalc.pipeline.spool import Spool

ROW = {
    "XIAN": "330182",
    "XIANG": "001",
    "CUN": "01",
    "LIN_BAN": "0001",
    "DI_LEI": "030100",
    "LIN_ZHONG": "111",
    "YOU_SHI_SZ": "220",
    "QI_YUAN": "11",
    "LING_ZU": "2",
    "XBMJ": "20000",
    "HUO_LM_XJ": "100",
}


@pytest.fixture(scope="module")
def profile() -> Profile:
    """Return the profile of the layer, resolved on a file that has all its columns."""
    declared = load_profile("lcxzgx")
    return understand(declared, declared.headers, Path("layer.csv")).profile


def _repeated(profile: Profile, checked: Checked, folder: Path) -> tuple[list[int], pl.DataFrame]:
    """Return the rows that are left once repeated stands are taken out, and what is told."""
    spool = Spool(folder)
    spool.add(checked)
    told = spool.set_aside_repeated({"layer.csv": profile})
    return spool.scan("rows").collect()["source_row"].to_list(), told


def _check(profile: Profile, *rows: dict[str, str]) -> Checked:
    full = [ROW | {"XIAO_BAN": f"{n:04d}"} | row for n, row in enumerate(rows, 1)]
    raw = pl.DataFrame(
        [
            {"_row": n, "source_file": "layer.csv"} | {h: row.get(h) for h in profile.headers}
            for n, row in enumerate(full, 2)
        ],
        schema_overrides={"_row": pl.Int64} | dict.fromkeys(profile.headers, pl.String),
    )
    return check_rows(raw, profile, 2020)


def test_a_row_of_the_layer(profile: Profile) -> None:
    """20 000 m2 = 2 ha; 220 is Masson pine, 11 natural, age group 2 middle-aged."""
    (stand,) = _check(profile, {}).rows.to_dicts()
    assert stand["stand_id"] == "330182-001-01-0001-0001"
    assert (stand["region_code"], stand["township_code"]) == ("330182", "001")
    assert (stand["vegetation_class"], stand["species"]) == ("arbor", "masson_pine")
    assert (stand["origin"], stand["age_group"]) == ("natural", "middle")
    assert (float(stand["area_ha"]), float(stand["volume_m3"])) == (2.0, 100.0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("330103", "330105"),
        ("330104", "330102"),
        ("330181", "330109"),
        ("330183", "330111"),
        ("330184", "330110"),
        ("330185", "330112"),
    ],
)
def test_an_abolished_county_counts_with_its_successor(
    profile: Profile, old: str, new: str
) -> None:
    """下城 → 拱墅, 江干 → 上城, 萧山, 富阳, 余杭 and 临安 from city to district."""
    checked = _check(profile, {"XIAN": old}, {"XIAN": old}, {"XIAN": new})
    assert checked.rejected.is_empty()
    assert checked.rows["region_code"].to_list() == [new] * 3
    assert checked.successors.rows() == [(old, new, 2)]


def test_counties_of_today_have_no_successor(profile: Profile) -> None:
    checked = _check(profile, {"XIAN": "330113"}, {"XIAN": "330114"})
    assert checked.rows["region_code"].to_list() == ["330113", "330114"]
    assert checked.successors.is_empty()


@pytest.mark.parametrize(
    ("land_class", "purpose", "expected"),
    [
        ("030100", "111", "arbor"),
        ("030100", "251", "economic"),
        ("030301", "255", "economic"),
        ("030302", "253", "other_shrub"),
        ("030200", "251", "bamboo"),
        ("030401", "251", "sparse"),
        ("030301", "", "special_shrub"),
        ("030402", "", "unestablished"),
        ("030405", "", "non_forest"),
    ],
)
def test_purpose_makes_economic_forest_of_arbor_and_special_shrub(
    profile: Profile, land_class: str, purpose: str, expected: str
) -> None:
    checked = _check(profile, {"DI_LEI": land_class, "LIN_ZHONG": purpose, "YOU_SHI_SZ": ""})
    assert checked.rows["vegetation_class"].to_list() == [expected]


def test_an_unknown_purpose_is_no_error_but_an_unknown_species_is(profile: Profile) -> None:
    assert _check(profile, {"LIN_ZHONG": "999"}).rejected.is_empty()
    rejected = _check(profile, {"YOU_SHI_SZ": "999"}).rejected
    assert rejected.select("column_name", "value", "rule").rows() == [
        ("YOU_SHI_SZ", "999", "unknown_code")
    ]
    assert "species_nfi" in rejected["reason_en"].item()


def test_species_and_age_group_are_read_where_they_mean_something(profile: Profile) -> None:
    """Orchards carry codes of fruit trees, shrubs no age group: neither is an error."""
    checked = _check(profile, {"LIN_ZHONG": "251", "YOU_SHI_SZ": "702", "LING_ZU": "9"})
    assert checked.rejected.is_empty()
    assert checked.rows.select("species", "age_group").row(0) == (None, None)


def test_age_group_none_is_empty(profile: Profile) -> None:
    checked = _check(profile, {"LING_ZU": "0"}, {"LING_ZU": ""})
    assert checked.rejected.is_empty()
    assert checked.rows["age_group"].null_count() == 2


def test_a_stand_is_the_same_only_if_its_whole_number_is(profile: Profile, tmp_path: Path) -> None:
    other = {"XIAO_BAN": "0001", "LIN_BAN": "0002"}
    checked = _check(profile, {}, other, {"XIAO_BAN": "0001"})
    assert checked.rejected.is_empty()
    kept, rejected = _repeated(profile, checked, tmp_path)
    assert kept == [2, 3]
    (told,) = rejected.to_dicts()
    assert (told["source_row"], told["rule"]) == (4, "duplicate_stand")
    assert told["value"] == "330182-001-01-0001-0001"
