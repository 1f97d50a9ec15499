"""Every rule that warns: a row that breaks it, a row at its bound, and what is told.

The good row is an oak stand of 2 ha: 100 m3 = 50 m3/ha x 2 ha, 50 years old (middle age of
natural oak is 41 to 60), height over diameter 9.8 m / 14.5 cm = 0.676, basal area
pi/4 x 0.145^2 x 900 = 14.9 m2/ha.
"""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sinkcalc.coefficients.load import load_table
from sinkcalc.intake.check import Against, Checked, Previous, check_rows, previous_figures
from sinkcalc.intake.matching import understand
from sinkcalc.intake.profiles import load_profile
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.load_stands import load_stands
from sinkcalc.store.connection import reading
from sinkcalc.store.loads import read_warned

YEAR = 2020
GOOD = {
    "region_code": "330102",
    "vegetation_class": "arbor",
    "species": "oak",
    "origin": "natural",
    "age_group": "middle",
    "age_years": "50",
    "area_ha": "2",
    "volume_m3": "100",
    "volume_m3_per_ha": "50",
    "stems_per_ha": "900",
    "canopy_cover_fraction": "0.7",
    "dbh_cm": "14.5",
    "height_m": "9.8",
    "crown_length_m": "3.2",
    "record_year": "2020",
}
NO_VOLUME = {"volume_m3": "", "volume_m3_per_ha": ""}
NO_TREES = {
    "species": "",
    "age_group": "",
    "age_years": "",
    "stems_per_ha": "",
    "dbh_cm": "",
    "height_m": "",
    "crown_length_m": "",
    "canopy_cover_fraction": "",
    **NO_VOLUME,
}
SPARSE = {**NO_TREES, "vegetation_class": "sparse"}
SHRUB = {**NO_TREES, "vegetation_class": "special_shrub"}
BARE = {**NO_TREES, "vegetation_class": "non_forest"}
# ages where each group of natural oak ends
OAK = {"young": (1, 40), "middle": (41, 60), "near_mature": (61, 80), "mature": (81, 120)}

Row = dict[str, Any]


def _check(
    *rows: Row, before: list[Row] | None = None, since: int = 10, profile: str = "generic"
) -> Checked:
    """Check rows; `_ha` is the area of their geometry, `before` the survey `since` years ago."""
    declared = load_profile(profile)
    resolved = understand(declared, declared.headers, Path("made.csv")).profile
    full = [{"stand_id": f"S{number}", **GOOD, **row} for number, row in enumerate(rows)]
    columns = {
        "_row": range(2, len(rows) + 2),
        "source_file": ["made.csv"] * len(rows),
        **{header: [row.get(header) for row in full] for header in declared.headers},
    }
    schema = {"_row": pl.Int64} | dict.fromkeys(declared.headers, pl.String)
    if any("_ha" in row for row in rows):
        columns["_geometry_wkb"] = [None if row.get("_ha") is None else b"wkb" for row in rows]
        columns["_geometry_area_ha"] = [row.get("_ha") for row in rows]
        schema |= {"_geometry_wkb": pl.Binary, "_geometry_area_ha": pl.Float64}
    previous = None
    if before is not None:
        sizes = ("age_years", "dbh_cm", "height_m")
        former = pl.DataFrame(
            [{"stand_id": f"S{number}", **row} for number, row in enumerate(before)],
            schema={"stand_id": pl.String} | dict.fromkeys(sizes, pl.Float64),
        )
        previous = Previous(YEAR - since, previous_figures(former))
    raw = pl.DataFrame(columns, schema_overrides=schema)
    return check_rows(
        raw, resolved, YEAR, Against(previous), "EPSG:4549" if "_ha" in rows[0] else None
    )


def _warned(checked: Checked) -> list[str]:
    """Return the rules in the order of rows, once it is sure that each row is stored."""
    assert checked.rejected.is_empty(), checked.rejected.rows()
    return checked.warned["rule"].to_list()


# rule -> rows that break it and nothing else
BREAKS: dict[str, list[Row]] = {
    "previous_class_not_known": [{"previous_vegetation_class": "131"}],
    "category_not_known": [{"forest_category": "013"}, {"forest_category": "ecological"}],
    "minimum_area": [
        {
            "area_ha": "0.0665",
            **NO_VOLUME,
            "age_group": "young",
            "age_years": "20",
            "dbh_cm": "4",
            "height_m": "4",
        }
    ],
    "canopy_arbor": [{"canopy_cover_fraction": "0.19"}, {"canopy_cover_fraction": "0"}],
    "canopy_sparse": [
        {**SPARSE, "canopy_cover_fraction": "0.09"},
        {**SPARSE, "canopy_cover_fraction": "0.2"},
    ],
    "canopy_shrub": [
        {**SHRUB, "canopy_cover_fraction": "0.29"},
        {**SHRUB, "vegetation_class": "other_shrub", "canopy_cover_fraction": "0.1"},
    ],
    "canopy_outside": [{**BARE, "canopy_cover_fraction": "0.3"}],
    "volume_agrees": [{"volume_m3": "102"}, {"volume_m3": "98"}, {"volume_m3": "199"}],
    "volume_from_middle_age": [
        {**NO_VOLUME, "dbh_cm": "5", "height_m": "4"},
        {"volume_m3": "0", "volume_m3_per_ha": "0", "dbh_cm": "4.9", "height_m": "4"},
        {
            **NO_VOLUME,
            "dbh_cm": "4",
            "height_m": "4",
            "age_group": "over_mature",
            "age_years": "121",
        },
    ],
    "volume_with_dbh": [
        {**NO_VOLUME, "age_group": "young", "age_years": "30", "dbh_cm": "8.1", "height_m": "8"}
    ],
    "volume_small": [{"volume_m3": "1.9", "volume_m3_per_ha": ""}],
    "dbh_from_middle_age": [{"dbh_cm": ""}],
    "age_group_agrees": [
        row
        for group, (first, last) in OAK.items()
        for row in (
            {"age_group": group, "age_years": str(last + 1)},
            {"age_group": group, "age_years": str(first - 1)},
        )
        if row["age_years"] != "0"
    ]
    + [{"age_group": "over_mature", "age_years": "120"}],
    "height_to_dbh": [{"height_m": "7.2"}, {"height_m": "17.5"}],
    "basal_area": [{"stems_per_ha": "1820"}],
    "crown_below_height": [{"crown_length_m": "9.9"}],
    "record_year": [
        {"record_year": "2019"},
        {"record_year": "20190601"},
        {"record_year": "unknown"},
        {"record_year": "0"},
    ],
    "species_expected": [{"species": ""}],
    "geometry_area": [{"_ha": 1.97}, {"_ha": 2.03}, {"_ha": 0.0002}],
    "empty_geometry": [{"_ha": 0.0}],
}
# rule -> rows at the bound or beside the rule, which warn of nothing at all
KEEPS: dict[str, list[Row]] = {
    "previous_class_not_known": [
        {"previous_vegetation_class": "sparse"},
        {"previous_vegetation_class": " "},
    ],
    "category_not_known": [
        {"forest_category": "public_benefit"},
        {"forest_category": "commercial"},
        {"forest_category": ""},
    ],
    "minimum_area": [
        {
            "area_ha": "0.0666667",
            **NO_VOLUME,
            "age_group": "young",
            "age_years": "20",
            "dbh_cm": "4",
            "height_m": "4",
        }
    ],
    "canopy_arbor": [
        {"canopy_cover_fraction": "0.2"},
        {"canopy_cover_fraction": "1"},
        {"canopy_cover_fraction": ""},
    ],
    "canopy_sparse": [
        {**SPARSE, "canopy_cover_fraction": "0.1"},
        {**SPARSE, "canopy_cover_fraction": "0.19"},
        {**SPARSE, "canopy_cover_fraction": ""},
    ],
    "canopy_shrub": [{**SHRUB, "canopy_cover_fraction": "0.3"}],
    "canopy_outside": [{**BARE, "canopy_cover_fraction": "0"}, BARE],
    # 1 % of the larger; and what rounding to whole m3/ha explains: 0.5 x 2 ha + 0.5 m3
    "volume_agrees": [
        {"volume_m3": "101"},
        {"volume_m3": "99"},
        {"volume_m3": "23", "volume_m3_per_ha": "12"},
    ],
    "volume_from_middle_age": [
        {**NO_VOLUME, "dbh_cm": "5", "height_m": "4", "age_group": "young", "age_years": "30"},
        {**NO_VOLUME, **SHRUB},
    ],
    "volume_with_dbh": [
        {**NO_VOLUME, "age_group": "young", "age_years": "30", "dbh_cm": "5", "height_m": "4"}
    ],
    "volume_small": [
        {"volume_m3": "2", "volume_m3_per_ha": ""},
        {"volume_m3": "1.9", "volume_m3_per_ha": "", "age_group": "young", "age_years": "30"},
    ],
    "dbh_from_middle_age": [{"dbh_cm": "", "age_group": "young", "age_years": "30"}],
    "age_group_agrees": [
        {"age_group": group, "age_years": str(age)} for group, ends in OAK.items() for age in ends
    ]
    + [
        {"age_group": "over_mature", "age_years": "121"},
        # no limits are known of these
        {"species": "conifer_mixed", "age_years": "5"},
        {"origin": "", "age_years": "5"},
        {"age_years": ""},
        {"age_group": "", "age_years": "5"},
    ],
    "height_to_dbh": [
        {"height_m": "7.25"},
        {"height_m": "17.4"},
        {"height_m": ""},
        {
            "dbh_cm": "0",
            "height_m": "0.9",
            "crown_length_m": "",
            "age_group": "young",
            "age_years": "5",
        },
    ],
    "basal_area": [{"stems_per_ha": "1810"}, {"stems_per_ha": ""}],
    "crown_below_height": [{"crown_length_m": "9.8"}, {"crown_length_m": ""}],
    "record_year": [
        {"record_year": "2020"},
        {"record_year": "20200601"},
        {"record_year": "2020-06-01"},
        {"record_year": ""},
    ],
    "species_expected": [{**SPARSE, "species": ""}],
    "geometry_area": [{"_ha": 1.985}, {"_ha": 2.015}, {"_ha": 2.0}],
    "empty_geometry": [{"_ha": 2.0}],
}

# rule -> this row, the same stand ten years before
BREAKS_PREVIOUS: dict[str, tuple[Row, Row]] = {
    "previous_age": ({"age_years": "50"}, {"age_years": 51.0}),
    "previous_dbh": ({"dbh_cm": "14.5"}, {"dbh_cm": 14.6}),
    "previous_height": ({"height_m": "9.8"}, {"height_m": 9.9}),
    "dbh_growth_broadleaf": ({"dbh_cm": "14.5"}, {"dbh_cm": 4.4}),
    "dbh_growth_conifer": (
        {"species": "chinese_fir", "dbh_cm": "25", "height_m": "15", "stems_per_ha": "400"},
        {"dbh_cm": 9.9},
    ),
}
KEEPS_PREVIOUS: dict[str, tuple[Row, Row]] = {
    "previous_age": ({"age_years": "50"}, {"age_years": 50.0}),
    "previous_dbh": ({"dbh_cm": "14.5"}, {"dbh_cm": 14.5}),
    "previous_height": ({"height_m": "9.8"}, {"height_m": 9.8}),
    "dbh_growth_broadleaf": ({"dbh_cm": "14.5"}, {"dbh_cm": 4.5}),
    "dbh_growth_conifer": (
        {"species": "chinese_fir", "dbh_cm": "25", "height_m": "15", "stems_per_ha": "400"},
        {"dbh_cm": 10.0},
    ),
}


def test_every_rule_that_warns_has_a_row_that_breaks_it_and_one_that_keeps_it() -> None:
    table = load_table("stand_rules").rows
    rules = set(table.filter(pl.col("severity") == "warn")["rule"])
    # have tests of their own, here and in test_forest_category; of two surveys and not of a row
    beside = {"figure_not_read", "forest_category_agrees", "ids_match"}
    assert rules == {*BREAKS, *BREAKS_PREVIOUS, *beside} == {*KEEPS, *KEEPS_PREVIOUS, *beside}
    assert set(table["severity"]) == {"error", "warn"}


def test_the_good_row_warns_of_nothing() -> None:
    assert _warned(_check({}, {}, {"_ha": 2.0})) == ["empty_geometry"] * 2
    assert _warned(_check({}, {})) == []


@pytest.mark.parametrize(
    ("rule", "row"),
    [(rule, row) for rule, rows in BREAKS.items() for row in rows],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_row_that_breaks_one_rule(rule: str, row: Row) -> None:
    """It is stored, and nothing but this is told of it, of the columns that are there."""
    beside = {"_ha": 2.0} if "_ha" in row else {}
    checked = _check(beside, row, beside)
    assert _warned(checked) == [rule]
    (told,) = checked.warned.to_dicts()
    assert (told["source_file"], told["source_row"], told["stand_id"]) == ("made.csv", 3, "S1")
    columns = {None, "", *load_profile("generic").headers}
    assert told["column_name"] in columns
    assert checked.rows.height == 3


@pytest.mark.parametrize(
    ("rule", "row"),
    [(rule, row) for rule, rows in KEEPS.items() for row in rows],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_row_at_the_bound(rule: str, row: Row) -> None:
    assert rule in load_table("stand_rules").rows["rule"].to_list()
    assert _warned(_check(row)) == []


ERLEI = {
    "XIAN": "330112",
    "XIANG": "001",
    "CUN": "02",
    "LIN_BAN": "0003",
    "XIAO_BAN": "0004",
    "MIAN_JI": "2",
}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        # SLXJ is read of arbor forest, HUO_LMGQXJ of sparse forest as well
        ({"DI_LEI": "131", "SLXJ": "30"}, [("SLXJ", "30")]),
        ({"DI_LEI": "120", "SLXJ": "30", "HUO_LMGQXJ": "15"}, [("SLXJ", "30")]),
        ({"DI_LEI": "113", "HUO_LMGQXJ": "15"}, [("HUO_LMGQXJ", "15")]),
        ({"DI_LEI": "131", "SLXJ": "0", "HUO_LMGQXJ": "0.0"}, []),
        ({"DI_LEI": "131", "SLXJ": "", "SSXJ": "3"}, []),
        ({"DI_LEI": "120", "HUO_LMGQXJ": "15"}, []),
        # orchards carry fruit trees: codes outside their classes are no figures
        ({"DI_LEI": "131", "YOU_SHI_SZ": "702", "LING_ZU": "9"}, []),
    ],
)
def test_a_figure_in_a_class_where_it_is_not_read(row: Row, told: list[tuple[str, str]]) -> None:
    checked = _check({**ERLEI, **row}, profile="erlei")
    assert _warned(checked) == ["figure_not_read"] * len(told)
    assert checked.warned.select("column_name", "value").rows() == told
    volume = {"120": 30.0}.get(row["DI_LEI"]) if "HUO_LMGQXJ" in row else None
    stored = checked.rows["volume_m3"].item()
    assert (None if stored is None else float(stored)) == volume


@pytest.mark.parametrize("rule", BREAKS_PREVIOUS)
def test_a_stand_beside_itself_in_the_survey_before(rule: str) -> None:
    (row, before), (kept, before_kept) = BREAKS_PREVIOUS[rule], KEEPS_PREVIOUS[rule]
    assert _warned(_check(row, before=[before])) == [rule]
    assert _warned(_check(kept, before=[before_kept])) == []
    # another stand, and no survey before
    assert _warned(_check({}, row, before=[{}, {}])) == []
    assert _warned(_check(row)) == []


def test_growth_is_per_year() -> None:
    """10.1 cm in ten years is more than 1 cm a year, in eleven it is not."""
    row, before = BREAKS_PREVIOUS["dbh_growth_broadleaf"]
    assert _warned(_check(row, before=[before], since=11)) == []
    assert _warned(_check(row, before=[before], since=2)) == ["dbh_growth_broadleaf"]


def test_a_delivery_without_the_column_warns_of_nothing(tmp_path: Path) -> None:
    """Neither age, size, cover nor year: only what is there can be implausible."""
    path, db = tmp_path / "s.csv", tmp_path / "s.duckdb"
    path.write_text(
        "stand_id,region_code,vegetation_class,area_ha\n1,330102,arbor,2\n", encoding="utf-8"
    )
    assert load_stands(db, [path], LoadOptions(YEAR)).warned.is_empty()


def test_the_survey_before_is_found_in_the_database(tmp_path: Path) -> None:
    """Stands of 2010 are compared with those of 2020, not with 2000, and not the other way."""
    head = "stand_id,region_code,vegetation_class,species,area_ha,age_years\n"
    db = tmp_path / "s.duckdb"
    found = {}
    for year, age in ((2020, 30), (2000, 10), (2010, 35), (2021, 31)):
        path = tmp_path / f"{year}.csv"
        path.write_text(head + f"1,330102,arbor,oak,2,{age}\n", encoding="utf-8")
        result = load_stands(db, [path], LoadOptions(year))
        found[year] = result.warned.select("rule", "value").rows()
        with reading(db) as con:
            assert read_warned(con, result.load.load_id).rows() == result.warned.rows()
    assert found == {2000: [], 2010: [], 2020: [], 2021: []}
    result = load_stands(
        db, [tmp_path / "2020.csv"], LoadOptions(2020, definition="nfi", replace=True)
    )
    assert result.warned.select("rule", "value").rows() == [("previous_age", "30 < 35.0")]


def test_many_warnings(tmp_path: Path) -> None:
    """50 000 rows that all warn of three things are stored with 150 000 warnings."""
    rows = 50_000
    path, db = tmp_path / "s.csv", tmp_path / "s.duckdb"
    pl.select(
        pl.int_range(rows).cast(pl.String).alias("stand_id"),
        *(pl.lit(value).alias(name) for name, value in GOOD.items()),
    ).with_columns(
        pl.lit("0.1").alias("canopy_cover_fraction"),
        pl.lit("12").alias("crown_length_m"),
        pl.lit("2019").alias("record_year"),
    ).write_csv(path)
    result = load_stands(db, [path], LoadOptions(YEAR))
    assert result.accepted == rows
    counts = dict(result.warned.group_by("rule").len().iter_rows())
    assert counts == dict.fromkeys(("canopy_arbor", "crown_below_height", "record_year"), rows)
    with reading(db) as con:
        assert con.execute("SELECT count(*) FROM warned_rows").fetchone() == (3 * rows,)
    assert result.quality is not None
    assert result.quality.findings["rows"].to_list() == [rows] * 3
