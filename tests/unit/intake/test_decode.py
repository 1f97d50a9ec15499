"""Texts of a delivery to words, numbers and years."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.intake.decode import decode
from sinkcalc.intake.matching import understand
from sinkcalc.intake.profiles import Profile, load_profile


def _resolved(name: str, folder: Path | None = None, text: str = "") -> Profile:
    if folder is not None:
        (folder / "own.toml").write_text(text, encoding="utf-8")
        name = str(folder / "own.toml")
    profile = load_profile(name)
    return understand(profile, profile.headers, Path("f.csv")).profile


def _decode(profile: Profile, *rows: dict[str, str | None]) -> pl.DataFrame:
    raw = pl.DataFrame(
        {
            "_row": range(2, len(rows) + 2),
            "source_file": ["f.csv"] * len(rows),
            **{header: [row.get(header) for row in rows] for header in profile.headers},
        },
        schema_overrides=dict.fromkeys(profile.headers, pl.String),
    )
    return decode(raw.lazy(), profile).collect()


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2020", 2020),
        ("2020.0", 2020),
        (" 2020 ", 2020),
        ("20200701", 2020),
        ("2020-07-01", 2020),
        ("2020/7/1", 2020),
        ("2020年7月", 2020),
        ("2020-07-01 00:00:00", 2020),
        ("1999", 1999),
        # a workbook counts days: 43831 is 2020-01-01, 44196 is 2020-12-31
        ("43831", 2020),
        ("44196", 2020),
        ("44197", 2021),
        ("43830", 2019),
        ("44013.0", 2020),
        ("36526", 2000),
        ("", None),
        (None, None),
        ("0", None),
        ("20", None),
        ("1899", None),
        ("2201", None),
        ("99999", None),
        ("unknown", None),
    ],
)
def test_years(text: str | None, year: int | None) -> None:
    found = _decode(_resolved("zhejiang"), {"DCRQ": text})
    assert found["record_year"].to_list() == [year]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", None),
        ("0.0", None),
        ("", None),
        (" ", None),
        ("00", None),
        ("0.00", None),
        ("0.1", 0.1),
        ("12", 12.0),
    ],
)
def test_what_means_that_nothing_is_recorded(text: str, number: float | None) -> None:
    """0 in a measured column of the bureau's layers; an age of 0 is not recorded."""
    row = {"DI_LEI": "111", "PINGJUN_XJ": text}
    assert _decode(_resolved("erlei"), row)["dbh_cm"].to_list() == [number]


def test_a_zero_is_a_figure_where_nothing_says_otherwise() -> None:
    assert _decode(_resolved("generic"), {"dbh_cm": "0"})["dbh_cm"].to_list() == [0.0]
    assert _decode(_resolved("erlei"), {"DI_LEI": "111", "SLXJ": "0"})["volume_m3"].to_list() == [0]


def test_a_code_read_from_a_number_column() -> None:
    row = {"DI_LEI": "111.0", "YOU_SHI_SZ": "310.0", "QI_YUAN": "21.0", "LING_ZU": "3.0"}
    found = _decode(_resolved("erlei"), row).row(0, named=True)
    assert (found["vegetation_class"], found["species"], found["origin"], found["age_group"]) == (
        "arbor",
        "chinese_fir",
        "planted",
        "near_mature",
    )


@pytest.mark.parametrize(
    ("parts", "stand_id"),
    [
        (("330112", "001", "02", "0003", "0004", None), "330112-001-02-0003-0004"),
        (("330112", "001", "02", "0003", "0004", "5"), "330112-001-02-0003-0004-5"),
        (("330112", "001", "02", "0003", "0004", " "), "330112-001-02-0003-0004"),
        (("330112.0", "1.0", "2.0", "3.0", "4.0", None), "330112-1-2-3-4"),
        (("330112", "001", "", "0003", "0004", "5"), None),
        (("330112", "001", None, "0003", "0004", "5"), None),
    ],
)
def test_the_number_of_a_stand(parts: tuple[str | None, ...], stand_id: str | None) -> None:
    """A sub-stand (细斑) is named where there is one; any other part is needed."""
    names = ("XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN", "XI_BAN")
    found = _decode(_resolved("erlei"), dict(zip(names, parts, strict=True)))
    assert found["stand_id"].to_list() == [stand_id]


def test_without_a_number_the_row_names_the_stand() -> None:
    profile = replace(_resolved("generic"), id_columns=())
    assert _decode(profile, {}, {})["stand_id"].to_list() == ["f.csv:2", "f.csv:3"]


def test_volume_of_erlei_is_that_of_its_class() -> None:
    """SLXJ is of arbor forest; elsewhere it is the volume per hectare less the scattered trees.

    Sparse: 40 m3/ha x 2 ha - 3 m3 = 77 m3.
    """
    rows = [
        {"DI_LEI": code, "MIAN_JI": "2", "SLXJ": "100", "HUO_LMGQXJ": "40", "SSXJ": "3"}
        for code in ("111", "120", "131", "113")
    ]
    found = _decode(_resolved("erlei"), *rows)
    assert found["volume_m3"].to_list() == [100.0, 77.0, None, None]
    assert found["scattered_volume_m3"].to_list() == [3.0] * 4


def test_more_scattered_than_living_volume_leaves_none() -> None:
    """0 m3/ha x 2 ha - 3 m3 is no volume below zero; an empty figure stays empty."""
    rows = [
        {"DI_LEI": "120", "MIAN_JI": "2", "HUO_LMGQXJ": density, "SSXJ": "3"}
        for density in ("0", "1", "40", None)
    ]
    assert _decode(_resolved("erlei"), *rows)["volume_m3"].to_list() == [0.0, 0.0, 77.0, None]


def test_codes_of_the_users_own_go_before_the_code_set(tmp_path: Path) -> None:
    profile = _resolved(
        "",
        tmp_path,
        'extends = "lcxzgx"\n[columns]\n'
        'species = { codes = { "220" = "chinese_fir", "901" = "oak", "0" = "" } }\n'
        'origin = { code_set = "qi_yuan", codes = { "T" = "natural" } }\n',
    )
    rows = [
        {"DI_LEI": "030101", "YOU_SHI_SZ": species, "QI_YUAN": origin}
        for species, origin in (("220", "T"), ("901", "11"), ("0", "21"), ("310", ""), ("9", "Q"))
    ]
    found = _decode(profile, *rows)
    assert found["species"].to_list() == ["chinese_fir", "oak", None, "chinese_fir", None]
    assert found["origin"].to_list() == ["natural", "natural", "planted", None, None]


def test_constants_are_in_the_stored_unit(tmp_path: Path) -> None:
    profile = _resolved(
        "", tmp_path, 'extends = "lcxzgx"\n[constants]\narea_ha = "2"\nregion_code = "TEST"\n'
    )
    found = _decode(profile, {"XBMJ": "90000", "XIAN": "330112"}).row(0, named=True)
    assert (found["area_ha"], found["region_code"]) == (2.0, "TEST")


@pytest.mark.parametrize("text", ["１２", "1,200", "12 m", "1e400", "-inf", "0x10", "1_000", "٣"])
def test_what_is_no_number(text: str) -> None:
    assert _decode(_resolved("generic"), {"area_ha": text})["area_ha"].to_list() == [None]


@pytest.mark.parametrize(
    ("text", "number"), [("1e3", 1000.0), (" 7 ", 7.0), (".5", 0.5), ("+2", 2)]
)
def test_what_is_a_number(text: str, number: float) -> None:
    assert _decode(_resolved("generic"), {"area_ha": text})["area_ha"].to_list() == [number]
