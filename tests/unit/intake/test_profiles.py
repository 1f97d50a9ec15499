"""Profiles: what a TOML may say, and how a file finds its profile."""

from pathlib import Path

import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.kinds import STANDS
from sinkcalc.intake.matching import detect_profile, understand
from sinkcalc.intake.profiles import load_profile, profiles_of, shipped_profiles

GOOD = """
name = "mine"
id_columns = ["nr"]

[columns]
region_code = { header = "county" }
vegetation_class = { header = "class", code_set = "di_lei_6" }
area_ha = { header = "mu", unit = "mu" }
"""


def _profile(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _refusal(folder: Path, old: str, new: str) -> UsageProblem:
    assert GOOD.count(old) == 1
    with pytest.raises(UsageProblem) as refused:
        load_profile(_profile(folder, GOOD.replace(old, new)))
    return refused.value


def test_an_own_profile(tmp_path: Path) -> None:
    profile = load_profile(_profile(tmp_path, GOOD))
    assert profile.name == "mine"
    assert profile.id_columns == ("nr",)
    assert profile.columns["area_ha"].factor == pytest.approx(1 / 15, rel=1e-15)
    assert profile.columns["vegetation_class"].code_set == "di_lei_6"
    assert profile.headers == ["nr", "county", "class", "mu"]


def test_constants_take_the_place_of_columns(tmp_path: Path) -> None:
    without = GOOD.replace('area_ha = { header = "mu", unit = "mu" }', "")
    profile = load_profile(_profile(tmp_path, without + '\n[constants]\narea_ha = "1"\n'))
    assert profile.constants == {"area_ha": "1"}
    assert profile.required_headers() == ["nr", "county", "class"]


def test_the_hash_is_of_the_text_not_of_its_line_ends(tmp_path: Path) -> None:
    unix = load_profile(_profile(tmp_path, GOOD)).sha256
    (tmp_path / "mine.toml").write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert load_profile(str(tmp_path / "mine.toml")).sha256 == unix
    assert load_profile(_profile(tmp_path, GOOD.replace("county", "xian"))).sha256 != unix


def test_a_definition_is_one_of_those_known(tmp_path: Path) -> None:
    assert load_profile("national-wetlands").definition == "wetland_survey_2"
    assert load_profile(_profile(tmp_path, GOOD)).definition == ""
    named = GOOD.replace('name = "mine"', 'definition = "nfi"')
    assert load_profile(_profile(tmp_path, named)).definition == "nfi"
    told = _refusal(tmp_path, 'name = "mine"', 'definition = "second_survey"')
    for text in (told.zh, told.en):
        assert "wetland_survey_2" in text


@pytest.mark.parametrize(
    ("wrong", "nearest"), [("aria_ha", "area_ha"), ("regioncode", "region_code")]
)
def test_an_unknown_column_proposes_the_nearest(tmp_path: Path, wrong: str, nearest: str) -> None:
    told = _refusal(tmp_path, f"{nearest} =", f"{wrong} =")
    for text in (told.zh, told.en):
        assert wrong in text
        assert nearest in text.replace(wrong, "")


def test_an_unknown_unit_lists_the_known_ones(tmp_path: Path) -> None:
    told = _refusal(tmp_path, 'unit = "mu"', 'unit = "acre"')
    for text in (told.zh, told.en):
        assert "'acre'" in text
        assert all(unit in text for unit in ("ha", "m2", "mu", "km2"))


def test_a_number_needs_its_unit(tmp_path: Path) -> None:
    assert "area_ha" in _refusal(tmp_path, ', unit = "mu"', "").en


def test_an_unknown_code_set_lists_the_known_ones(tmp_path: Path) -> None:
    told = _refusal(tmp_path, '"di_lei_6"', '"di_lei_9"')
    for text in (told.zh, told.en):
        assert "di_lei_9" in text
        assert "di_lei_6" in text


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('header = "county"', 'heading = "county"', "region_code"),
        ('header = "county"', 'header = "county", default = "1"', "region_code"),
        ('area_ha = { header = "mu", unit = "mu" }', "", "area_ha"),
        ("[columns]", "[constants]\ncounty_seat = 1\n\n[columns]", "county_seat"),
        ("[columns]", "[columns", "mine.toml"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, old: str, new: str, named: str) -> None:
    told = _refusal(tmp_path, old, new)
    assert named in told.en
    assert named in told.zh


def test_a_profile_that_is_not_there_lists_the_shipped_ones() -> None:
    with pytest.raises(UsageProblem) as refused:
        load_profile("lcxzgy")
    assert all(name in refused.value.en for name in shipped_profiles())


# these three have the same headers: their code sets tell them apart, and those are not guessed
SAME_HEADERS = {"erlei", "erlei-130", "erlei-4"}


@pytest.mark.parametrize("name", sorted(set(shipped_profiles()) - SAME_HEADERS))
def test_a_file_with_every_required_header_finds_its_profile(name: str) -> None:
    profile = load_profile(name)
    needed = [*profile.required_headers(), *profile.recognised_by, "something_else"]
    headers = list(dict.fromkeys(needed))
    assert detect_profile(headers, Path("f.csv"), profile.kind).name == name


@pytest.mark.parametrize("name", sorted(SAME_HEADERS))
def test_a_file_of_three_digit_or_four_digit_classes_is_not_guessed(name: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        detect_profile(load_profile(name).headers, Path("f.csv"))
    for text in (refused.value.zh, refused.value.en):
        assert "--profile" in text
        assert "f.csv" in text
        assert all(same in text for same in SAME_HEADERS)


def test_a_file_that_fits_none_is_told_what_the_nearest_lacks() -> None:
    headers = ["XIAN", "XIANG", "CUN", "LBH", "XIAO_BAN", "DI_LEI", "XBMJ"]
    with pytest.raises(UsageProblem) as refused:
        detect_profile(headers, Path("f.csv"))
    for text in (refused.value.zh, refused.value.en):
        assert "lcxzgx" in text
        assert "LIN_BAN" in text
        assert "LBH" in text


def test_a_file_that_fits_two_is_asked_to_name_one() -> None:
    both = [h for profile in profiles_of(STANDS) for h in profile.required_headers()]
    with pytest.raises(UsageProblem) as refused:
        detect_profile(both, Path("f.csv"))
    assert "--profile" in refused.value.en
    assert all(profile.name in refused.value.en for profile in profiles_of(STANDS))


def test_a_missing_header_proposes_the_nearest() -> None:
    profile = load_profile("lcxzgx")
    headers = [h if h != "XIAO_BAN" else "XIAO_BANHAO" for h in profile.required_headers()]
    with pytest.raises(UsageProblem) as refused:
        understand(profile, headers, Path("f.csv"))
    for text in (refused.value.zh, refused.value.en):
        assert "XIAO_BAN → XIAO_BANHAO?" in text
        assert "f.csv" in text
    understand(profile, profile.required_headers(), Path("f.csv"))
