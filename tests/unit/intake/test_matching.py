"""Which header of a file is which column of a profile, and what is not guessed."""

from pathlib import Path

import polars as pl
import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import unique_headers
from sinkcalc.intake.matching import (
    Understanding,
    detect_profile,
    known_names,
    match_headers,
    understand,
)
from sinkcalc.intake.profiles import Profile, load_profile

FILE = Path("f.csv")
BASE = """
name = "own"
id_columns = ["NR"]

[columns]
region_code = { header = "XIAN" }
vegetation_class = { header = "DI_LEI" }
area_ha = { header = "MIAN_JI", unit = "ha" }
dbh_cm = { header = "平均胸径厘米", unit = "cm" }
height_m = { header = "平均胸高形数", unit = "m" }
remark = { header = "备注" }

[aliases]
MIAN_JI = ["面积", "EL_MIANJI"]
"备注" = ["说明文字内容"]
"""


@pytest.fixture
def own(tmp_path: Path) -> Profile:
    """Return a profile with long Chinese names and aliases."""
    path = tmp_path / "own.toml"
    path.write_text(BASE, encoding="utf-8")
    return load_profile(str(path))


def _how(profile: Profile, headers: list[str]) -> dict[str, tuple[str, str]]:
    return match_headers(profile, headers)


@pytest.mark.parametrize(
    ("header", "how"),
    [
        ("MIAN_JI", "header"),
        ("mian_ji", "spelling"),
        ("MIANJI", "spelling"),
        ("Mian Ji", "spelling"),
        ("ＭＩＡＮ＿ＪＩ", "spelling"),
        ("面积", "alias"),
        ("el_mianji", "alias"),
    ],
)
def test_how_a_header_is_recognised(own: Profile, header: str, how: str) -> None:
    assert _how(own, ["NR", header])["MIAN_JI"] == (header, how)


@pytest.mark.parametrize("header", ["MJ", "MIAN", "MIAN_JI_M2", "面", ""])
def test_what_is_only_alike_is_not_taken(own: Profile, header: str) -> None:
    assert "MIAN_JI" not in _how(own, ["NR", header])


def test_the_same_text_goes_before_another_spelling_and_an_alias(own: Profile) -> None:
    headers = ["面积", "mianji", "MIAN_JI"]
    assert _how(own, headers)["MIAN_JI"] == ("MIAN_JI", "header")
    assert _how(own, headers[:2])["MIAN_JI"] == ("mianji", "spelling")


def test_a_header_serves_one_column(own: Profile) -> None:
    found = _how(own, ["NR", "XIAN", "DI_LEI", "MIAN_JI", "备注"])
    taken = [actual for actual, _ in found.values()]
    assert len(taken) == len(set(taken)) == 5


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        # 10 bytes are 3 characters of UTF-8 and a rest, and 5 characters of GBK
        ("utf-8", "说明文"),
        ("gb18030", "说明文字内"),
    ],
)
def test_names_cut_to_ten_bytes(own: Profile, codec: str, name: str) -> None:
    assert name == "说明文字内容".encode(codec)[:10].decode(codec, "ignore")
    assert _how(own, ["NR", name])["备注"] == (name, "cut_name")


def test_a_cut_name_that_may_be_two_columns_is_neither(own: Profile) -> None:
    """平均胸径厘米 and 平均胸高形数 are both 平均胸 in UTF-8; in GBK they differ."""
    assert _how(own, ["平均胸"]) == {}
    found = _how(own, ["平均胸径厘", "平均胸高形"])
    assert found["平均胸径厘米"] == ("平均胸径厘", "cut_name")
    assert found["平均胸高形数"] == ("平均胸高形", "cut_name")


def test_a_cut_name_stands_for_none_even_where_one_column_has_its_own(own: Profile) -> None:
    """With 平均胸径厘米 there, 平均胸 may still be a remainder of either."""
    found = _how(own, ["平均胸径厘米", "平均胸"])
    assert found == {"平均胸径厘米": ("平均胸径厘米", "header")}


def test_a_name_short_enough_is_not_cut(own: Profile) -> None:
    """备注 has 6 bytes: 备 is another name."""
    assert _how(own, ["备"]) == {}


def test_xj_is_a_diameter_in_one_column_and_a_volume_in_another() -> None:
    """PINGJUN_XJ is 胸径, HUO_LMGQXJ 公顷蓄积, SLXJ 森林蓄积; MEI_GQ_XJ 每公顷蓄积 of LCXZGX."""
    erlei, lcxzgx = (load_profile(name).columns for name in ("erlei", "lcxzgx"))
    assert {column: erlei[column].header for column in ("dbh_cm", "volume_m3_per_ha")} == {
        "dbh_cm": "PINGJUN_XJ",
        "volume_m3_per_ha": "HUO_LMGQXJ",
    }
    assert (erlei["volume_m3"].header, erlei["scattered_volume_m3"].header) == ("SLXJ", "SSXJ")
    assert (lcxzgx["dbh_cm"].header, lcxzgx["volume_m3_per_ha"].header) == (
        "PINGJUN_XJ",
        "MEI_GQ_XJ",
    )


@pytest.mark.parametrize("name", ["erlei", "erlei-4", "erlei-130", "yizhangtu", "lcxzgx"])
@pytest.mark.parametrize("header", ["XJ", "PJXJ", "ZXJ", "QXJ"])
def test_a_bare_xj_is_no_column(name: str, header: str) -> None:
    """It may be a diameter or a volume; ZXJ would count scattered trees twice."""
    profile = load_profile(name)
    assert header not in [actual for actual, _ in _how(profile, [header]).values()]


def test_a_name_cut_by_arcgis_is_the_diameter() -> None:
    assert _how(load_profile("erlei"), ["PING_JUN_X"])["PINGJUN_XJ"] == ("PING_JUN_X", "alias")


@pytest.mark.parametrize(
    ("profile", "bamboo", "sparse", "unknown"),
    [
        ("erlei", "113", "120", "130"),
        ("erlei-130", "130", "200", "120"),
        ("erlei-4", "1130", "1200", "113"),
        ("yizhangtu", "030200", "030401", "113"),
        ("zhejiang", "竹林地", "疏林地", "113"),
    ],
)
def test_bamboo_and_sparse_forest_of_each_list(
    profile: str, bamboo: str, sparse: str, unknown: str
) -> None:
    """113 is bamboo in one list and 130 in another; 120 is sparse forest in one and none."""
    from sinkcalc.intake.decode import code_map

    codes = code_map("vegetation_class", load_profile(profile).columns["vegetation_class"])
    assert codes[bamboo] == "bamboo"
    assert codes[sparse] == "sparse"
    assert unknown not in codes


# finding a profile


def _required(name: str, *more: str) -> list[str]:
    return [*load_profile(name).required_headers(), *more]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (_required("erlei", "Y_SQDJ"), "yizhangtu"),
        (_required("erlei", "HUO_LMXJ", "NL"), "zhejiang"),
        (_required("lcxzgx"), "lcxzgx"),
        (_required("lcxzgx", "HUO_LMXJ"), "lcxzgx"),
        (_required("generic"), "generic"),
        ([name.lower() for name in _required("lcxzgx")], "lcxzgx"),
    ],
)
def test_a_profile_is_found(headers: list[str], found: str) -> None:
    assert detect_profile(headers, FILE).name == found


@pytest.mark.parametrize("more", [(), ("Y_SQDJ", "HUO_LMXJ", "NL"), ("HUO_LMXJ",), ("SLXJ",)])
def test_a_profile_is_not_guessed(more: tuple[str, ...]) -> None:
    """Lists of classes differ: without a telling header, or with two, the user has to say it."""
    with pytest.raises(UsageProblem) as refused:
        detect_profile(_required("erlei", *more), FILE)
    for text in (refused.value.zh, refused.value.en):
        assert "--profile" in text
        assert all(name in text for name in ("erlei", "erlei-130", "erlei-4"))


def test_a_telling_header_may_be_spelled_otherwise() -> None:
    assert detect_profile(_required("erlei", "y_sqdj"), FILE).name == "yizhangtu"


# understanding a file


def _columns(understanding: Understanding) -> dict[str, dict[str, object]]:
    table = understanding.columns.filter(pl.col("column_name").is_not_null())
    return {str(row["column_name"]): row for row in table.to_dicts()}


def test_a_file_understood(own: Profile) -> None:
    """Every column of the profile and of the file is in the table, once."""
    headers = ["nr", "XIAN", "DI_LEI", "面积", "说明文", "平均胸径厘米", "MIANJIE"]
    found = understand(own, headers, FILE)
    assert found.profile.id_columns == ("nr",)
    assert found.profile.columns["area_ha"].header == "面积"
    assert "height_m" not in found.profile.columns
    columns = _columns(found)
    assert columns["area_ha"]["matched_by"] == "alias"
    assert (columns["area_ha"]["unit"], columns["area_ha"]["factor"]) == ("ha", 1.0)
    assert (columns["height_m"]["matched_by"], columns["height_m"]["header"]) == ("absent", None)
    assert columns["height_m"]["proposal"] == "平均胸高形数"
    assert columns["remark"]["matched_by"] == "cut_name"
    unread = found.columns.filter(pl.col("matched_by") == "not_read").to_dicts()
    assert [(row["header"], row["proposal"]) for row in unread] == [("MIANJIE", "MIAN_JI")]
    assert set(found.columns["header"].drop_nulls()) == set(headers)


def test_a_missing_column_proposes_the_nearest_header(own: Profile) -> None:
    with pytest.raises(UsageProblem) as refused:
        understand(own, ["NR", "XIAN", "DI_LEI", "MIANJI_HA", "BZ"], FILE)
    for text in (refused.value.zh, refused.value.en):
        assert "MIAN_JI → MIANJI_HA?" in text
        assert "f.csv" in text
        assert "own" in text
        assert "[aliases]" in text


def test_a_header_that_is_taken_is_not_proposed(own: Profile) -> None:
    """XIAN is the county: it is like MIAN_JI and cannot be the area as well."""
    with pytest.raises(UsageProblem) as refused:
        understand(own, ["NR", "XIAN", "DI_LEI", "xyz"], FILE)
    assert "MIAN_JI" in refused.value.en
    assert "→" not in refused.value.en


@pytest.mark.parametrize("second", ["MIAN_JI", "mian_ji"])
def test_a_needed_column_twice_is_refused(own: Profile, second: str) -> None:
    headers = unique_headers(["NR", "XIAN", "DI_LEI", "MIAN_JI", second])
    with pytest.raises(UsageProblem) as refused:
        understand(own, headers, FILE)
    assert "MIAN_JI" in refused.value.en


def test_a_column_twice_that_is_not_read_does_no_harm(own: Profile) -> None:
    headers = unique_headers(["NR", "XIAN", "DI_LEI", "MIAN_JI", "YOU", "YOU"])
    understand(own, headers, FILE)


def test_names_that_a_workbook_may_have() -> None:
    known = known_names(None)
    assert all(map(known, ("XBMJ", "xbmj", "面积", "优势树种", "HUO_LMXJ", "stand_id")))
    assert not any(map(known, ("小班位置", "", "序号", "330102")))
    only = known_names(load_profile("generic"))
    assert only("area_ha")
    assert not only("XBMJ")


# profiles that extend others


def _own(folder: Path, text: str, name: str = "more.toml") -> Profile:
    (folder / name).write_text(text, encoding="utf-8")
    return load_profile(str(folder / name))


def test_a_profile_that_extends_another(tmp_path: Path) -> None:
    """Only what it says itself is changed; columns are merged key by key."""
    base = load_profile("lcxzgx")
    more = _own(
        tmp_path,
        'name = "ha"\nextends = "lcxzgx"\n[columns]\narea_ha = { unit = "ha" }\n'
        'scattered_volume_m3 = { header = "SSXJ", unit = "m3" }\n'
        'species = { codes = { "999" = "oak", "998" = "" } }\n'
        '[aliases]\nXBMJ = ["面积"]\n[constants]\ntownship_code = "001"\n',
    )
    assert (more.name, base.name) == ("ha", "lcxzgx")
    assert (more.columns["area_ha"].header, more.columns["area_ha"].factor) == ("XBMJ", 1.0)
    assert base.columns["area_ha"].factor == pytest.approx(1e-4)
    species = more.columns["species"]
    assert species.codes == {"999": "oak", "998": ""}
    assert (species.code_set, species.classes) == (
        base.columns["species"].code_set,
        base.columns["species"].classes,
    )
    assert more.aliases == {**base.aliases, "XBMJ": ("面积",)}
    assert more.constants == {"township_code": "001"}
    assert more.id_columns == base.id_columns
    assert set(more.columns) == {*base.columns, "scattered_volume_m3"}
    same = {*base.columns} - {"area_ha", "species"}
    assert all(more.columns[column] == base.columns[column] for column in same)


def test_a_profile_extends_one_beside_it_which_extends_another(tmp_path: Path) -> None:
    _own(tmp_path, 'extends = "erlei"\n[columns]\narea_ha = { unit = "mu" }\n', "one.toml")
    two = _own(tmp_path, 'extends = "one.toml"\nid_optional = []\n', "two.toml")
    assert two.name != "erlei"
    assert two.columns["area_ha"].unit == "mu"
    assert two.id_optional == ()
    assert two.columns["dbh_cm"] == load_profile("erlei").columns["dbh_cm"]


def test_what_tells_the_base_does_not_tell_the_other(tmp_path: Path) -> None:
    assert load_profile("zhejiang").recognised_by
    assert _own(tmp_path, 'extends = "zhejiang"\n').recognised_by == ()


def test_the_hash_covers_the_base(tmp_path: Path) -> None:
    """A changed base is another way of reading the same file: it is another load."""
    (tmp_path / "base.toml").write_text(BASE, encoding="utf-8")
    before = _own(tmp_path, 'extends = "base.toml"\n').sha256
    assert _own(tmp_path, 'extends = "base.toml"\n').sha256 == before
    (tmp_path / "base.toml").write_text(BASE.replace('"ha"', '"m2"'), encoding="utf-8")
    assert _own(tmp_path, 'extends = "base.toml"\n').sha256 != before


@pytest.mark.parametrize("chain", [["a.toml"], ["b.toml", "a.toml"]])
def test_a_circle_is_refused(tmp_path: Path, chain: list[str]) -> None:
    for name, base in zip(["a.toml", "b.toml"], chain, strict=False):
        (tmp_path / name).write_text(f'extends = "{base}"\n', encoding="utf-8")
    with pytest.raises(UsageProblem) as refused:
        load_profile(str(tmp_path / "a.toml"))
    assert ".toml" in refused.value.en
