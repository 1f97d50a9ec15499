"""Every rule of plots, trees and strata, by a row that breaks it, and what is stored beside it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sinkcalc.intake.kinds import PLOTS, STRATA, TREES, TableKind
from sinkcalc.intake.rules import load_rules
from sinkcalc.pipeline.load_plots import load_plots
from sinkcalc.pipeline.load_result import LoadOptions, LoadResult
from sinkcalc.store.connection import reading
from sinkcalc.store.loads import read_rejected
from sinkcalc.store.plots import get_plot_surveys, plot_frame, strata_frame, tree_frame

YEAR = 2015
FRAME = {"plots": plot_frame, "trees": tree_frame, "strata": strata_frame}
PLOT = {
    "plot_id": "P1",
    "region_code": "330102",
    "measured_year": "2014",
    "plot_area_ha": "0.08",
    "vegetation_class": "arbor",
    "species": "oak",
    "origin": "natural",
    "age_group": "middle",
    "age_years": "50",
    "canopy_cover_fraction": "0.7",
    "dbh_cm": "14.5",
    "height_m": "9.8",
    "volume_m3": "6.4",
    "dead_volume_m3": "0.1",
    "cut_volume_m3": "0",
}
TREE = {
    "plot_id": "P1",
    "tree_id": "1",
    "status": "retained",
    "species": "oak",
    "species_code": "410",
    "dbh_cm": "14.5",
    "height_m": "9.8",
    "crown_length_m": "5",
    "volume_m3": "0.081",
    "tally_area_ha": "0.04",
}
STRATUM = {"stratum": "A", "estimation_unit": "north", "area_ha": "1200.5"}
OWN = {"plots": "plot_id", "trees": "tree_id", "strata": "stratum"}
GOOD = {"plots": PLOT, "trees": TREE, "strata": STRATUM}
Load = Callable[..., LoadResult]


def _write(path: Path, rows: list[dict[str, str]]) -> Path:
    pl.DataFrame(rows).write_csv(path)
    return path


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that loads rows, each completed to a good one, into one database."""

    def go(kind: TableKind, *changes: dict[str, str], year: int = YEAR, **options: Any) -> Any:
        rows = [GOOD[kind.name] | change for change in changes]
        path = _write(tmp_path / f"{kind.name}_{year}.csv", rows)
        chosen = LoadOptions(year, definition="nfi", **options)
        return load_plots(tmp_path / "d.duckdb", [path], kind, chosen)

    return go


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Return a function that checks rows beside a survey with one plot, and stores nothing."""
    folder = tmp_path_factory.mktemp("checked")
    db = folder / "d.duckdb"
    load_plots(db, [_write(folder / "plot.csv", [PLOT])], PLOTS, LoadOptions(YEAR))

    def go(kind: TableKind, *changes: dict[str, str]) -> LoadResult:
        path = _write(folder / "rows.csv", [GOOD[kind.name] | change for change in changes])
        return load_plots(db, [path], kind, LoadOptions(YEAR, dry_run=True))

    return go


def _stored(folder: Path, kind: TableKind, year: int = YEAR) -> list[dict[str, Any]]:
    with reading(folder / "d.duckdb") as con:
        return FRAME[kind.name](con, year).collect().to_dicts()


def test_good_rows_are_stored_as_they_are(load: Load, tmp_path: Path) -> None:
    for kind in (PLOTS, TREES, STRATA):
        result = load(kind, {})
        assert (result.accepted, result.rejected_count) == (1, 0), result.rejected
        assert result.warned.is_empty(), result.warned.to_dicts()
        (row,) = _stored(tmp_path, kind)
        for column, text in GOOD[kind.name].items():
            number = isinstance(row[column], Decimal | int)
            assert row[column] == (Decimal(text) if number else text), column


ERRORS = [
    (PLOTS, {"plot_id": ""}, "required", "plot_id"),
    (PLOTS, {"plot_id": "G"}, "duplicate_plot", "plot_id"),
    (PLOTS, {"plot_id": "合计"}, "total_row", "plot_id"),
    (PLOTS, {"region_code": "330203"}, "unknown_region", "region_code"),
    (PLOTS, {"plot_area_ha": "666.7"}, "plot_area_range", "plot_area_ha"),
    (PLOTS, {"plot_area_ha": "0"}, "plot_area_range", "plot_area_ha"),
    (PLOTS, {"canopy_cover_fraction": "70"}, "canopy_range", "canopy_cover_fraction"),
    (PLOTS, {"age_years": "-1"}, "age_range", "age_years"),
    (PLOTS, {"dbh_cm": "301"}, "dbh_range", "dbh_cm"),
    (PLOTS, {"height_m": "81"}, "height_range", "height_m"),
    (PLOTS, {"volume_m3": "-0.1"}, "plot_volume_negative", "volume_m3"),
    (PLOTS, {"dead_volume_m3": "-0.1"}, "plot_volume_negative", "dead_volume_m3"),
    (PLOTS, {"cut_volume_m3": "-0.1"}, "plot_volume_negative", "cut_volume_m3"),
    # 161 m3 on 0.08 ha are 2 012 m3/ha
    (PLOTS, {"volume_m3": "161"}, "plot_volume_range", "volume_m3"),
    (PLOTS, {"vegetation_class": "forest"}, "unknown_code", "vegetation_class"),
    (PLOTS, {"species": "410"}, "unknown_code", "species"),
    (PLOTS, {"dbh_cm": "14 cm"}, "not_a_number", "dbh_cm"),
    (PLOTS, {"volume_m3": "nan"}, "not_a_number", "volume_m3"),
    (TREES, {"plot_id": ""}, "required", "plot_id"),
    (TREES, {"plot_id": "P9"}, "plot_unknown", "plot_id"),
    (TREES, {"tree_id": "G"}, "duplicate_tree", "plot_id+tree_id"),
    (TREES, {"status": "11"}, "unknown_code", "status"),
    (TREES, {"dbh_cm": "501"}, "tree_dbh_range", "dbh_cm"),
    (TREES, {"height_m": "840"}, "tree_height_range", "height_m"),
    (TREES, {"crown_length_m": "121"}, "tree_crown_range", "crown_length_m"),
    (TREES, {"volume_m3": "-1"}, "tree_volume_range", "volume_m3"),
    (TREES, {"tally_area_ha": "400"}, "tally_area_range", "tally_area_ha"),
    (STRATA, {"area_ha": ""}, "required", "area_ha"),
    (STRATA, {"area_ha": "0"}, "stratum_area_range", "area_ha"),
    (STRATA, {"stratum": "G"}, "duplicate_stratum", "stratum+estimation_unit"),
]


@pytest.mark.parametrize(("kind", "change", "rule", "column"), ERRORS)
def test_a_row_that_breaks_a_rule(
    check: Load, kind: TableKind, change: dict[str, str], rule: str, column: str
) -> None:
    """The second of three rows breaks the rule; the others pass."""
    own = OWN[kind.name]
    result = check(kind, {own: "G"}, {own: "B"} | change, {own: "H"})
    told = result.rejected.select("source_row", "rule", "column_name").unique().rows()
    assert told == [(3, rule, column)]
    assert load_rules()[rule].severity == "error"
    assert [file.rows_in for file in result.load.files] == [3]
    assert result.accepted == 2


@pytest.mark.parametrize("kind", [PLOTS, TREES, STRATA], ids=lambda kind: kind.name)
def test_what_passed_is_stored_beside_what_is_told(
    load: Load, tmp_path: Path, kind: TableKind
) -> None:
    own = OWN[kind.name]
    load(PLOTS, {})
    result = load(kind, {own: "G"}, {own: "G"}, {own: "H"}, replace=kind is PLOTS)
    assert [row["source_row"] for row in _stored(tmp_path, kind)] == [2, 4]
    with reading(tmp_path / "d.duckdb") as con:
        stored = read_rejected(con, result.load.load_id)
    assert stored.equals(result.rejected)
    assert stored["rule"].to_list() == [kind.repeated]


WARNINGS = [
    (PLOTS, {"measured_year": "1999"}, "measured_year"),
    (PLOTS, {"measured_year": "soon"}, "measured_year"),
    (PLOTS, {"canopy_cover_fraction": "0.1"}, "canopy_arbor"),
    (PLOTS, {"vegetation_class": "non_forest"}, "canopy_outside"),
    (PLOTS, {"dbh_cm": "", "volume_m3": ""}, "dbh_from_middle_age"),
    (PLOTS, {"height_m": "30"}, "height_to_dbh"),
    (PLOTS, {"age_group": "young"}, "age_group_agrees"),
    (PLOTS, {"volume_m3": "0"}, "volume_with_dbh"),
    (PLOTS, {"species": ""}, "species_expected"),
    (PLOTS, {"vegetation_class": ""}, "class_not_recorded"),
    (PLOTS, {"plot_area_ha": ""}, "plot_area_missing"),
    (TREES, {"dbh_cm": ""}, "tree_without_dbh"),
    (TREES, {"height_m": "60"}, "tree_height_to_dbh"),
    (TREES, {"crown_length_m": "10"}, "tree_crown_below_height"),
]


@pytest.mark.parametrize(("kind", "change", "rule"), WARNINGS)
def test_an_implausible_value_passes_and_is_told(
    check: Load, kind: TableKind, change: dict[str, str], rule: str
) -> None:
    result = check(kind, change)
    assert result.warned["rule"].to_list() == [rule]
    assert (result.accepted, load_rules()[rule].severity) == (1, "warn")


def test_a_tree_that_is_gone_needs_no_diameter(check: Load) -> None:
    assert check(TREES, {"status": "cut", "dbh_cm": ""}).warned.is_empty()


def test_every_rule_of_plots_has_its_row_here() -> None:
    tried = {rule for _, _, rule, _ in ERRORS} | {rule for _, _, rule in WARNINGS}
    rules = pl.read_csv(Path(__file__).parents[3] / "parameters" / "plot_rules.csv")
    rest = set(rules["rule"]) - tried
    # of a profile with codes, and of the load as a whole: see test_occasions, test_cli_load_plots
    # and test_unit_jump
    assert rest == {
        "code_not_known",
        "status_not_known",
        "unit_jump",
        "unit_jump_pairs",
        "unit_jump_dbh",
        "unit_jump_height",
    }


def test_trees_without_number_repeat_nothing(load: Load, tmp_path: Path) -> None:
    load(PLOTS, {})
    result = load(TREES, {"tree_id": ""}, {"tree_id": ""}, {"tree_id": "1"})
    assert (result.accepted, len(_stored(tmp_path, TREES))) == (3, 3)


def test_strata_of_one_name_in_two_units(load: Load, tmp_path: Path) -> None:
    result = load(STRATA, {}, {"estimation_unit": "south"}, {"estimation_unit": ""})
    assert result.accepted == 3
    units = [row["estimation_unit"] for row in _stored(tmp_path, STRATA)]
    assert sorted(map(str, units)) == ["None", "north", "south"]
    again = load(STRATA, {"estimation_unit": ""}, {"estimation_unit": ""}, replace=True)
    assert again.rejected["rule"].to_list() == ["duplicate_stratum"]


def test_plot_area_for_every_plot(load: Load, tmp_path: Path) -> None:
    rows = [{k: v for k, v in PLOT.items() if k != "plot_area_ha"} | {"plot_id": "P7"}]
    path = _write(tmp_path / "p.csv", rows)
    db = tmp_path / "d.duckdb"
    options = LoadOptions(YEAR, definition="nfi", plot_area_ha=0.0667)
    assert load_plots(db, [path], PLOTS, options).accepted == 1
    assert [row["plot_area_ha"] for row in _stored(tmp_path, PLOTS)] == [Decimal("0.0667")]
    other = LoadOptions(YEAR, definition="nfi", replace=True)
    assert load_plots(db, [path], PLOTS, other).stored
    assert [row["plot_area_ha"] for row in _stored(tmp_path, PLOTS)] == [None]


def test_survey_of_plots_is_kept_apart(load: Load, tmp_path: Path) -> None:
    load(PLOTS, {})
    load(STRATA, {}, year=2020)
    with reading(tmp_path / "d.duckdb") as con:
        surveys = get_plot_surveys(con)
    assert {year: each.definition for year, each in surveys.items()} == {2015: "nfi", 2020: "nfi"}
    assert surveys[2015].plots_load_id is not None
    assert surveys[2020].plots_load_id is None


def test_simulated_plots(load: Load, tmp_path: Path) -> None:
    rows = [PLOT | {"remark": "模拟数据 1"}]
    path = _write(tmp_path / "p.csv", rows)
    load_plots(tmp_path / "d.duckdb", [path], PLOTS, LoadOptions(YEAR))
    with reading(tmp_path / "d.duckdb") as con:
        assert get_plot_surveys(con)[YEAR].simulated


def test_an_abolished_county(load: Load, tmp_path: Path) -> None:
    """330183 counts for 330111."""
    result = load(PLOTS, {"region_code": "330183"})
    assert result.successors.rows() == [("330183", "330111", 1)]
    assert [row["region_code"] for row in _stored(tmp_path, PLOTS)] == ["330111"]
