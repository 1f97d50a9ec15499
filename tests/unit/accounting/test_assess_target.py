"""Targets of the plan: units, and the status of each."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sinkcalc.accounting.judgement import assess
from sinkcalc.accounting.target import Observation, TargetRow, guard_unit, parse_target
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.targets import load_targets
from sinkcalc.vocabulary import STATUSES

GROWING_STOCK = TargetRow(
    indicator="growing_stock",
    definition="local",
    unit="m3",
    baseline_year=2020,
    baseline_value=67.9e6,
    baseline_source="PLAN",
    target_year=2025,
    target_value=77.9e6,
    decimals=-4,
)
COVER = TargetRow(
    indicator="forest_cover",
    definition="local",
    unit="1",
    baseline_year=2020,
    baseline_value=0.6685,
    baseline_source="PLAN",
    target_year=2025,
    target_value=0.6685,
    decimals=4,
)


def _seen(survey: int, value: float, definition: str = "local") -> Observation:
    return Observation(survey, definition, value, None, simulated=False)


def _status(target: TargetRow, *observations: Observation) -> str:
    status = assess(target, list(observations))["status"]
    assert status in STATUSES
    return str(status)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (77_900_000, "met"),
        (80_000_000, "met"),
        # published as 7790 万m3: 7789.51 rounds to it, 7789.49 does not
        (77_895_100, "met"),
        (77_894_900, "missed"),
    ],
)
@pytest.mark.parametrize("survey", [2025, 2027])
def test_settled_by_a_survey_of_the_target_year_or_later(
    survey: int, value: float, status: str
) -> None:
    row = assess(GROWING_STOCK, [_seen(2020, 67.9e6), _seen(survey, value)])
    assert row["status"] == status
    assert row["status_reason"] == "settled_by_survey"
    assert row.get("needed_per_year") is None
    assert row["gap"] == 77.9e6 - value


def test_the_first_survey_of_the_target_year_settles_for_good() -> None:
    """77.0 in 2025 misses 77.9; that 2030 shows 85 does not make it met.

    Of another definition the survey of 2025 settles nothing, and that of 2030 does.
    """
    seen = [_seen(2020, 67.9e6), _seen(2025, 77.0e6), _seen(2030, 85.0e6)]
    row = assess(GROWING_STOCK, seen)
    assert (row["status"], row["current_year"], row["gap"]) == ("missed", 2025, 0.9e6)
    seen[1] = _seen(2025, 77.0e6, "nfi")
    row = assess(GROWING_STOCK, seen)
    assert (row["status"], row["current_year"]) == ("met", 2030)


@pytest.mark.parametrize(
    ("value", "status"), [(0.66849, "met"), (0.66851, "met"), (0.66844, "missed")]
)
def test_cover_is_compared_at_two_places_of_a_percent(value: float, status: str) -> None:
    """66.849 % is published as 66.85 %, 66.844 % as 66.84 %."""
    assert _status(COVER, _seen(2025, value)) == status


def test_on_track_by_the_last_two_surveys() -> None:
    """67.9 to 73.9 in three years: +2 a year; 73.9 + 2 x 2 = 77.9 million m3 in 2025.

    gap 77.9 - 73.9 = 4, needed 4/2 = 2 million m3 a year. Doubles of seven to eight digits.
    """
    row = assess(GROWING_STOCK, [_seen(2020, 67.9e6), _seen(2023, 73.9e6)])
    assert row["status"] == "on_track"
    assert row["status_reason"] == "projected_from_last_two_surveys"
    assert row["gap"] == pytest.approx(4e6, rel=1e-12)
    assert row["needed_per_year"] == pytest.approx(2e6, rel=1e-12)
    assert row["observed_per_year"] == pytest.approx(2e6, rel=1e-12)
    assert row["projected_value"] == pytest.approx(77.9e6, rel=1e-12)


def test_behind_by_the_last_two_surveys() -> None:
    """73.8: +5.9/3 a year; 73.8 + 2 x 5.9/3 = 77.7333 million m3 in 2025."""
    row = assess(GROWING_STOCK, [_seen(2020, 67.9e6), _seen(2023, 73.8e6)])
    assert row["status"] == "behind"
    assert row["projected_value"] == pytest.approx(77_733_333.3333, rel=1e-12)


def test_earlier_surveys_than_the_last_two_play_no_part() -> None:
    surveys = [_seen(2015, 10e6), _seen(2020, 67.9e6), _seen(2023, 73.9e6)]
    assert assess(GROWING_STOCK, surveys)["observed_per_year"] == pytest.approx(2e6, rel=1e-12)


@pytest.mark.parametrize(
    ("survey", "value", "status"),
    [
        (2020, 67.9e6, "on_track"),
        (2020, 67.8e6, "behind"),
        # the line is at 67.9 + 2/5 x 10 = 71.9 million m3
        (2022, 71.9e6, "on_track"),
        (2022, 71.88e6, "behind"),
    ],
)
def test_one_survey_is_held_against_the_line(survey: int, value: float, status: str) -> None:
    row = assess(GROWING_STOCK, [_seen(survey, value)])
    assert row["status"] == status
    assert row["status_reason"] == "line_from_baseline_to_target"
    assert row.get("observed_per_year") is None
    assert row.get("projected_value") is None


@pytest.mark.parametrize(("value", "status"), [(77.9e6, "on_track"), (77.8e6, "behind")])
def test_one_survey_without_baseline_is_held_against_the_target(value: float, status: str) -> None:
    """No line exists: only a target that is reached already is on track."""
    bare = replace(GROWING_STOCK, baseline_year=None, baseline_value=None)
    row = assess(bare, [_seen(2022, value)])
    assert row["status"] == status
    assert row["status_reason"] == "one_survey_no_baseline"


def test_no_data() -> None:
    row = assess(GROWING_STOCK, [])
    assert row["status"] == "no_data"
    assert row.get("current_value") is None
    assert row["target_value"] == 77.9e6


def test_another_definition_is_not_comparable() -> None:
    """The figure is shown, no gap is formed, and it is never called met."""
    row = assess(GROWING_STOCK, [_seen(2020, 67.9e6), _seen(2025, 99e6, "land_survey_3")])
    assert row["status"] == "not_comparable"
    assert row["current_value"] == 99e6
    assert row.get("gap") is None
    assert row.get("observed_per_year") is None


def test_surveys_of_another_definition_are_not_chained() -> None:
    """Between 2015 and 2020 of the plan's definition lies one of another: it is left out."""
    surveys = [_seen(2015, 57.9e6), _seen(2018, 90e6, "nfi"), _seen(2020, 67.9e6)]
    assert assess(GROWING_STOCK, surveys)["observed_per_year"] == pytest.approx(2e6, rel=1e-12)


def _row(**fields: str | None) -> dict[str, str | None]:
    return {
        "indicator": "growing_stock",
        "unit": "万m3",
        "target_year": "2025",
        "target_value": "7790",
    } | fields


@pytest.mark.parametrize(
    ("fields", "stored_unit", "stored"),
    [
        ({"unit": "万m3", "target_value": "7790"}, "m3", 77.9e6),
        ({"unit": "万m³", "target_value": "7790"}, "m3", 77.9e6),
        ({"unit": "m3", "target_value": "77900000"}, "m3", 77.9e6),
        ({"indicator": "forest_cover", "unit": "%", "target_value": "66.85"}, "1", 0.6685),
        ({"indicator": "forest_cover", "unit": "1", "target_value": "0.6685"}, "1", 0.6685),
        # 159 x 10 000 / 15 = 106 000 ha
        ({"indicator": "wetland_area", "unit": "万亩", "target_value": "159"}, "ha", 106_000),
        ({"indicator": "wetland_area", "unit": "亩", "target_value": "1590000"}, "ha", 106_000),
    ],
)
def test_units_of_a_target(fields: dict[str, str | None], stored_unit: str, stored: float) -> None:
    target = parse_target(_row(**fields), "own.csv")
    assert target.unit == stored_unit
    assert target.target_value == pytest.approx(stored, rel=1e-15)


BASELINE = {"baseline_year": "2020", "baseline_value": "6790"}


@pytest.mark.parametrize(
    "fields",
    [
        # 7790 m3 against 67.9 million, 7790 million m3 against 67.9 million
        {"unit": "m3", "target_value": "7790", "baseline_value": "67900000"},
        {"unit": "m3", "target_value": "7.79e9", "baseline_value": "67900000"},
        {"target_value": "77900000", **BASELINE},
        {"target_value": "-7790"},
        {"target_value": "0"},
        {"indicator": "forest_cover", "unit": "1", "target_value": "66.85"},
        {"indicator": "forest_cover", "unit": "%", "target_value": "6685"},
    ],
)
def test_a_slip_of_the_unit_is_refused(fields: dict[str, str | None]) -> None:
    with pytest.raises(UsageProblem) as refused:
        parse_target(_row(**fields), "own.csv:7")
    for text in (refused.value.zh, refused.value.en):
        assert "own.csv:7" in text
        assert "万m³" in text
        assert "%" in text


@pytest.mark.parametrize("value", [77.9e6 / 49, 67.9e6, 77.9e6 * 49])
def test_a_bold_target_is_no_slip(value: float) -> None:
    bold = TargetRow(**{**vars(GROWING_STOCK), "target_value": value})
    guard_unit(bold, 77.9e6, "own.csv")


@pytest.mark.parametrize(
    "fields",
    [
        {"unit": "ha"},
        {"unit": "million m3"},
        {"indicator": "happiness"},
        {"target_value": "viel"},
        {"target_value": None},
        {"target_year": ""},
    ],
)
def test_an_incomplete_row_is_refused(fields: dict[str, str | None]) -> None:
    with pytest.raises(UsageProblem, match=r"own\.csv:3"):
        parse_target(_row(**fields), "own.csv:3")


def _own(path: Path, *rows: str) -> Path:
    file = path / "own.csv"
    lines = ["target_id,indicator,unit,target_year,target_value", *rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return file


def _by_year(path: Path | None) -> dict[tuple[str, int], TargetRow]:
    return {(t.indicator, t.target_year): t for t in load_targets(path)}


def test_shipped_targets_are_those_of_the_plan() -> None:
    """7790 万m3, 66.85 %, 159 万亩 and 55 % in 2025."""
    found = {key: target.target_value for key, target in _by_year(None).items()}
    assert found == {
        ("growing_stock", 2025): 77.9e6,
        ("forest_cover", 2025): 0.6685,
        ("wetland_area", 2025): 106_000,
        ("wetland_protection_rate", 2025): 0.55,
    }


def test_own_targets_join_the_shipped_ones(tmp_path: Path) -> None:
    found = _by_year(_own(tmp_path, "mine,growing_stock,万m3,2030,8800"))
    assert found["growing_stock", 2030].target_value == 88e6
    assert found["growing_stock", 2025].target_value == 77.9e6


def test_an_own_target_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    found = _by_year(_own(tmp_path, "plan-2025.growing_stock,growing_stock,万m3,2025,7800"))
    assert found["growing_stock", 2025].target_value == 78e6
    assert len(found) == 4


@pytest.mark.parametrize("figure", ["7790", "7.79e9"])
def test_an_own_target_without_baseline_is_held_against_the_plan(
    tmp_path: Path, figure: str
) -> None:
    with pytest.raises(UsageProblem, match="万m³"):
        load_targets(_own(tmp_path, f"mine,growing_stock,m3,2030,{figure}"))


def test_an_own_target_without_a_name_is_called_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"own\.csv:3"):
        load_targets(
            _own(tmp_path, ",growing_stock,万m3,2030,8800", ",growing_stock,万m3,2031,oops")
        )


def test_a_targets_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"none\.csv"):
        load_targets(tmp_path / "none.csv")


def test_every_field_of_the_row_is_filled_or_left_to_be_null() -> None:
    row: dict[str, Any] = assess(COVER, [_seen(2022, 0.67)])
    assert (row["baseline_value"], row["baseline_source"]) == (0.6685, "PLAN")
    assert (row["current_year"], row["current_value"]) == (2022, 0.67)
    assert (row["probability"], row["probability_reason"]) == (None, "one_survey_no_forecast")
    assert row["simulated"] is False
