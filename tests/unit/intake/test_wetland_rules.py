"""Every rule of wetlands, cores, protected areas and farmland, by a row that breaks it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sinkcalc.intake.kinds import CORES, FARMLAND, PROTECTED_AREAS, WETLANDS, TableKind
from sinkcalc.intake.rules import load_rules
from sinkcalc.pipeline.load_result import LoadOptions, LoadResult
from sinkcalc.pipeline.load_wetlands import load_wetlands
from sinkcalc.store.connection import reading
from sinkcalc.store.wetlands import (
    core_frame,
    farmland_frame,
    get_wetland_surveys,
    protected_frame,
    wetland_frame,
)

YEAR = 2020
WETLAND = {
    "wetland_id": "W1",
    "region_code": "330106",
    "wetland_name": "西溪",
    "wetland_class": "沼泽地",
    "area_ha": "100.5",
    "in_plan_list": "是",
    "managed": "0",
    "salinity_ppt": "0.5",
    "protection_form": "国家湿地公园",
    "vegetated_area_ha": "80",
    "vegetation_cover_fraction": "0.8",
    "trophic_state": "中营养",
    "year_flooded": "1959",
    "event": "rewetted",
    "event_year": "2010",
    "former_use": "养殖塘",
    "burial_t_c_per_ha_per_year": "1.5",
    "record_year": "2020",
}
CORE = {
    "core_id": "C1",
    "wetland_id": "W1",
    "wetland_class": "tidal_marsh",
    "longitude": "121.19",
    "latitude": "30.37",
    "sampled_year": "2018",
    "depth_top_cm": "0",
    "depth_bottom_cm": "10",
    "bulk_density_g_per_cm3": "1.1",
    "organic_matter_fraction": "0.1",
    "carbon_fraction": "0.04",
    "carbon_kind": "organic",
    "coarse_fraction": "0.02",
}
AREA = {
    "protected_area_id": "A1",
    "protected_area_name": "西溪国家湿地公园",
    "protection_form": "湿地公园",
    "wetland_id": "W1",
    "protected_area_ha": "50",
}
FIELD = {
    "farmland_id": "F1",
    "region_code": "330109",
    "farmland_use": "水田",
    "soil_class": "wetland_soil",
    "tillage": "full",
    "input_level": "中",
    "area_ha": "12000",
    "land_use_factor": "1.1",
    "management_factor": "1",
    "input_factor": "1",
}
GOOD = {"wetlands": WETLAND, "cores": CORE, "protected_areas": AREA, "farmland": FIELD}
FRAMES = {
    "wetlands": wetland_frame,
    "cores": core_frame,
    "protected_areas": protected_frame,
    "farmland": farmland_frame,
}
Load = Callable[..., LoadResult]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that loads rows, each completed to a good one, into one database."""

    def go(kind: TableKind, *changes: dict[str, str], **options: Any) -> LoadResult:
        rows = [GOOD[kind.name] | change for change in changes]
        path = tmp_path / f"{kind.name}.csv"
        pl.DataFrame(rows).write_csv(path)
        chosen = LoadOptions(YEAR, **({"definition": "land_survey_3"} | options))
        return load_wetlands(tmp_path / "d.duckdb", [path], kind, chosen)

    return go


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Return a function that checks rows beside a survey with one wetland; nothing is stored."""
    folder = tmp_path_factory.mktemp("checked")
    db, wetlands = folder / "d.duckdb", folder / "wetland.csv"
    pl.DataFrame([WETLAND | {"remark": "another file"}]).write_csv(wetlands)
    load_wetlands(db, [wetlands], WETLANDS, LoadOptions(YEAR, definition="land_survey_3"))

    def go(kind: TableKind, *changes: dict[str, str]) -> LoadResult:
        path = folder / f"{kind.name}.csv"
        pl.DataFrame([GOOD[kind.name] | change for change in changes]).write_csv(path)
        options = LoadOptions(YEAR, definition="land_survey_3", dry_run=True)
        return load_wetlands(db, [path], kind, options)

    return go


def _stored(folder: Path, kind: TableKind) -> list[dict[str, Any]]:
    with reading(folder / "d.duckdb", 0) as con:
        return FRAMES[kind.name](con, YEAR).collect().rows(named=True)


@pytest.mark.parametrize("kind", [WETLANDS, CORES, PROTECTED_AREAS, FARMLAND], ids=lambda k: k.name)
def test_a_good_row_breaks_nothing(check: Load, kind: TableKind) -> None:
    result = check(kind, {})
    assert (result.rejected.rows(), result.warned.rows(), result.accepted) == ([], [], 1)


ERRORS = [
    (WETLANDS, {"wetland_id": ""}, "required", "wetland_id"),
    (WETLANDS, {"wetland_class": ""}, "required", "wetland_class"),
    (WETLANDS, {"region_code": "990000"}, "unknown_region", "region_code"),
    (WETLANDS, {"wetland_class": "森林"}, "unknown_code", "wetland_class"),
    (WETLANDS, {"in_plan_list": "maybe"}, "unknown_code", "in_plan_list"),
    (WETLANDS, {"area_ha": "many"}, "not_a_number", "area_ha"),
    (WETLANDS, {"area_ha": "0"}, "area_range", "area_ha"),
    (WETLANDS, {"wetland_name": "合计"}, "total_row", "wetland_id"),
    (WETLANDS, {"vegetated_area_ha": "-1"}, "vegetated_area_range", "vegetated_area_ha"),
    (
        WETLANDS,
        {"vegetation_cover_fraction": "80"},
        "vegetation_cover_range",
        "vegetation_cover_fraction",
    ),
    (WETLANDS, {"salinity_ppt": "500"}, "salinity_range", "salinity_ppt"),
    (
        WETLANDS,
        {"burial_t_c_per_ha_per_year": "218"},
        "burial_range",
        "burial_t_c_per_ha_per_year",
    ),
    (CORES, {"core_id": ""}, "required", "core_id"),
    (CORES, {"depth_top_cm": ""}, "required", "depth_top_cm"),
    (CORES, {"longitude": "181"}, "longitude_range", "longitude"),
    (CORES, {"latitude": "121"}, "latitude_range", "latitude"),
    (CORES, {"depth_top_cm": "-1"}, "depth_range", "depth_top_cm"),
    (CORES, {"depth_bottom_cm": "2001"}, "depth_range", "depth_bottom_cm"),
    (CORES, {"depth_top_cm": "10"}, "depth_order", "depth_bottom_cm"),
    # less apart than a stored depth can tell
    (CORES, {"depth_top_cm": "9.9996"}, "depth_order", "depth_bottom_cm"),
    (CORES, {"bulk_density_g_per_cm3": "0"}, "bulk_density_zero", "bulk_density_g_per_cm3"),
    (CORES, {"bulk_density_g_per_cm3": "2.66"}, "bulk_density_range", "bulk_density_g_per_cm3"),
    (CORES, {"bulk_density_g_per_cm3": "-81"}, "bulk_density_range", "bulk_density_g_per_cm3"),
    (CORES, {"organic_matter_fraction": "1.01"}, "organic_matter_range", "organic_matter_fraction"),
    (
        CORES,
        {"carbon_fraction": "-0.01"},
        "carbon_range",
        "carbon_fraction",
    ),
    # per cent read as a fraction: no organic matter holds so much carbon
    (
        CORES,
        {"carbon_fraction": "0.62", "organic_matter_fraction": ""},
        "carbon_range",
        "carbon_fraction",
    ),
    (CORES, {"carbon_fraction": "0.11"}, "carbon_above_matter", "carbon_fraction"),
    (CORES, {"coarse_fraction": "2"}, "coarse_range", "coarse_fraction"),
    (PROTECTED_AREAS, {"protected_area_ha": "0"}, "protected_area_range", "protected_area_ha"),
    (PROTECTED_AREAS, {"protected_area_name": "合计"}, "total_row", "protected_area_id"),
    (FARMLAND, {"farmland_use": "forest"}, "unknown_code", "farmland_use"),
    (FARMLAND, {"management_factor": "110"}, "factor_range", "management_factor"),
]


@pytest.mark.parametrize(("kind", "change", "rule", "column"), ERRORS)
def test_a_faulty_row_is_rejected_with_its_reason(
    check: Load, kind: TableKind, change: dict[str, str], rule: str, column: str
) -> None:
    result = check(kind, change, {f"{kind.id_column}": "other"})
    (found,) = result.rejected.rows(named=True)
    assert (found["source_row"], found["rule"], found["column_name"]) == (2, rule, column)
    assert result.accepted == 1
    assert all(found[text] for text in ("reason_zh", "reason_en", "remedy_zh", "remedy_en"))


REPEATED = [
    (WETLANDS, "duplicate_wetland"),
    (CORES, "duplicate_interval"),
    (PROTECTED_AREAS, "duplicate_protected_area"),
    (FARMLAND, "duplicate_farmland"),
]


@pytest.mark.parametrize(("kind", "rule"), REPEATED)
def test_a_repeated_row_is_set_aside(check: Load, kind: TableKind, rule: str) -> None:
    result = check(kind, {}, {})
    assert result.rejected.select("source_row", "rule").rows() == [(3, rule)]


WARNINGS = [
    (WETLANDS, {"record_year": "2012"}, "record_year"),
    (WETLANDS, {"year_flooded": "2025"}, "year_flooded"),
    (WETLANDS, {"year_flooded": "before"}, "year_flooded"),
    (WETLANDS, {"event_year": "2025"}, "event_year"),
    (WETLANDS, {"event_year": ""}, "event_without_year"),
    (WETLANDS, {"vegetated_area_ha": "101"}, "vegetated_above_area"),
    (WETLANDS, {"wetland_class": "水库", "trophic_state": ""}, "trophic_missing"),
    (WETLANDS, {"wetland_class": "水库", "year_flooded": ""}, "year_flooded_missing"),
    (WETLANDS, {"protection_form": "11"}, "code_not_known"),
    (CORES, {"wetland_id": "W9"}, "wetland_unknown"),
    (CORES, {"sampled_year": "2025"}, "sampled_year"),
    (CORES, {"wetland_id": "", "wetland_class": ""}, "core_class_missing"),
    (CORES, {"carbon_fraction": "", "organic_matter_fraction": ""}, "interval_without_carbon"),
    (CORES, {"carbon_kind": ""}, "carbon_kind_missing"),
    (CORES, {"carbon_fraction": "0.55", "organic_matter_fraction": ""}, "carbon_density"),
    (CORES, {"organic_matter_fraction": "0.32"}, "organic_matter_density"),
    (CORES, {"depth_top_cm": "5"}, "core_not_from_surface"),
    (PROTECTED_AREAS, {"wetland_id": "W9"}, "wetland_unknown"),
    (PROTECTED_AREAS, {"wetland_id": ""}, "protection_without_extent"),
    (PROTECTED_AREAS, {"protected_area_ha": "105"}, "protected_above_wetland"),
]


@pytest.mark.parametrize(("kind", "change", "rule"), WARNINGS)
def test_an_implausible_value_passes_and_is_told(
    check: Load, kind: TableKind, change: dict[str, str], rule: str
) -> None:
    result = check(kind, change)
    assert result.warned["rule"].to_list() == [rule]
    assert (result.accepted, load_rules()[rule].severity) == (1, "warn")


def test_every_rule_of_wetlands_has_its_row_here() -> None:
    tried = {rule for *_, rule, _ in ERRORS} | {rule for *_, rule in WARNINGS}
    tried |= {rule for _, rule in REPEATED}
    rules = pl.read_csv(Path(__file__).parents[3] / "parameters" / "wetland_rules.csv")
    # of whole cores: see below
    assert set(rules["rule"]) - tried == {
        "interval_overlap",
        "interval_gap",
        "intervals_out_of_order",
    }


def _intervals(*depths: tuple[str, str], core: str = "C1") -> list[dict[str, str]]:
    return [{"core_id": core, "depth_top_cm": top, "depth_bottom_cm": end} for top, end in depths]


def test_the_deeper_of_two_overlapping_intervals_is_set_aside(load: Load, tmp_path: Path) -> None:
    """15–25 overlaps 10–20; 20–30 overlaps only what is gone and stays."""
    rows = _intervals(("0", "10"), ("10", "20"), ("15", "25"), ("20", "30"))
    result = load(CORES, *rows)
    assert result.rejected.select("source_row", "rule", "value").rows() == [
        (4, "interval_overlap", "15.000–25.000")
    ]
    assert result.rejected["raw"][0].startswith("C1,W1,")
    assert [row["depth_top_cm"] for row in _stored(tmp_path, CORES)] == [0, 10, 20]


@pytest.mark.parametrize(
    ("depths", "gone"),
    [
        # of two that begin together the longer goes, and with it nothing else
        ([("0", "100"), ("0", "10"), ("10", "20"), ("20", "30")], [2]),
        # one that reaches over all below it
        ([("0", "100"), ("5", "10"), ("10", "20"), ("20", "30")], [3, 4, 5]),
        # ends that touch do not overlap
        ([("0", "2.3333333"), ("2.3333333", "4.2666667")], []),
        ([("0", "2.3334"), ("2.333", "4.2666667")], []),
    ],
)
def test_overlaps_of_every_shape(
    check: Load, depths: list[tuple[str, str]], gone: list[int]
) -> None:
    result = check(CORES, *_intervals(*depths))
    assert sorted(result.rejected["source_row"]) == gone


def test_a_sample_of_the_whole_core_above_many_intervals(check: Load) -> None:
    """Every one of 400 intervals below it goes; another core is left alone."""
    rows = _intervals(("0", "500"), *((str(n + 1), str(n + 2)) for n in range(400)))
    result = check(CORES, *rows, *_intervals(("0", "10"), ("10", "20"), core="C2"))
    assert (result.rejected.height, result.accepted) == (400, 3)
    assert set(result.rejected["rule"]) == {"interval_overlap"}


def test_cores_do_not_overlap_each_other(check: Load) -> None:
    rows = _intervals(("0", "10"), core="C1") + _intervals(("0", "20"), core="C2")
    result = check(CORES, *rows)
    assert (result.rejected.height, result.warned.height) == (0, 0)


def test_gaps_and_disorder_are_told_with_the_depth(check: Load) -> None:
    result = check(CORES, *_intervals(("20", "30"), ("0", "10"), ("30", "40")))
    found = result.warned.sort("source_row", "rule").select("source_row", "rule", "value").rows()
    assert found == [
        (2, "interval_gap", "10.000–20.000"),
        (3, "intervals_out_of_order", "0.000"),
    ]


def test_what_is_set_aside_takes_its_warnings_along(check: Load) -> None:
    rows = _intervals(("0", "10"), ("5", "12"))
    rows[1]["carbon_kind"] = ""
    result = check(CORES, *rows)
    assert (result.rejected.height, result.warned.height) == (1, 0)


def test_words_and_truths_are_stored(load: Load, tmp_path: Path) -> None:
    load(WETLANDS, {}, {"wetland_id": "W2", "in_plan_list": "", "managed": "TRUE"})
    first, second = _stored(tmp_path, WETLANDS)
    assert (first["wetland_class"], first["class_code"]) == ("marsh", "沼泽地")
    assert (first["in_plan_list"], first["managed"]) == (True, False)
    assert (second["in_plan_list"], second["managed"]) == (None, True)
    assert (first["protection_form"], first["former_use"]) == ("wetland_park", "pond")
    assert (first["event"], first["trophic_state"]) == ("rewetted", "mesotrophic")
    assert first["area_ha"] == Decimal("100.5000")


def test_farmland_without_number_is_named_by_file_and_row(load: Load, tmp_path: Path) -> None:
    load(FARMLAND, {}, {"farmland_id": ""})
    assert [row["farmland_id"] for row in _stored(tmp_path, FARMLAND)] == ["F1", "farmland.csv:3"]


def test_cores_follow_the_definition_of_their_survey(load: Load, tmp_path: Path) -> None:
    load(WETLANDS, {})
    with pytest.raises(Exception, match="land_survey_3"):
        load(CORES, {}, definition="local")
    load(WETLANDS, {"area_ha": "99"}, definition="local", replace=True)
    with reading(tmp_path / "d.duckdb", 0) as con:
        survey = get_wetland_surveys(con)[YEAR]
    assert (survey.definition, set(survey.loads)) == ("local", {"wetlands"})


def test_a_simulated_table_marks_the_survey(load: Load, tmp_path: Path) -> None:
    """It stays simulated while another table is there, and not when all was replaced."""

    def simulated() -> bool:
        with reading(tmp_path / "d.duckdb", 0) as con:
            return get_wetland_surveys(con)[YEAR].simulated

    load(WETLANDS, {"remark": "模拟数据"})
    assert simulated()
    load(WETLANDS, {"remark": ""}, replace=True)
    assert not simulated()
    load(CORES, {"remark": "模拟数据 2"})
    assert simulated()
    load(WETLANDS, {"remark": "again"}, replace=True)
    assert simulated()
