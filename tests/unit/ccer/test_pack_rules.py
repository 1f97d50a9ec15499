"""Rules of each methodology over one parcel that keeps them all, bent field by field."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from sinkcalc.ccer.eligibility import screen
from sinkcalc.ccer.parcel import PARCEL_COLUMNS
from sinkcalc.coefficients.packs import load_pack, pack_codes, read_pack

_TITLE = {"tenure_kind": "林权证", "tenure_number": "B33012345", "in_other_project": False}
_CAREFUL = {
    "is_wetland": False,
    "organic_soil": False,
    "disturbed_fraction": 0.1,
    "repeated_soil_disturbance": False,
    "burning": False,
    "litter_removed": False,
    "displaces_agriculture": False,
}
# methodology -> a parcel that keeps every rule
GOOD: dict[str, dict[str, Any]] = {
    "CCER-14-001-V01": _TITLE
    | _CAREFUL
    | {
        "vegetation_class": "non_forest",
        "non_forest_years": 3.0,
        "planned_afforestation": True,
        "planted_form": "arbor",
        "urban_or_road_greening": False,
        "contiguous_area_m2": 400.0,
        "start_year": 2020,
        "start_date": date(2020, 3, 1),
        "scattered_trees_removed": False,
        "removed_cover_fraction": 0.2,
    },
    "CCER-14-003-V01": _TITLE
    | {
        "is_tidal_flat": True,
        "is_occupied": False,
        "vegetation_cover_fraction": 0.049,
        "start_date": date(2026, 3, 1),
    },
    "AR-CM-001-V01": _TITLE
    | _CAREFUL
    | {
        "vegetation_class": "non_forest",
        "non_forest_since": date(2005, 2, 16),
        "planted_form": "arbor",
    },
    "AR-CM-002-V01": _TITLE
    | _CAREFUL
    | {"vegetation_class": "other_shrub", "planted_form": "bamboo", "contiguous_area_m2": 667.0},
    "AR-CM-003-V01": _CAREFUL
    | {
        "vegetation_class": "arbor",
        "canopy_cover_fraction": 0.2,
        "contiguous_area_m2": 667.0,
        "mean_height_m": 2.0,
        "origin": "planted",
        "age_group": "middle",
    },
    "AR-CM-005-V01": _CAREFUL
    | {
        "vegetation_class": "bamboo",
        "canopy_cover_fraction": 0.2,
        "contiguous_area_m2": 667.0,
        "mean_height_m": 2.0,
        "mean_dbh_cm": 2.0,
        "tree_cover_fraction": 0.19,
        "deep_tillage": False,
    },
}
# methodology, field, value -> the rule that it breaks
BROKEN: list[tuple[str, str, Any, str]] = [
    ("CCER-14-001-V01", "vegetation_class", "arbor", "R01"),
    ("CCER-14-001-V01", "vegetation_class", "bamboo", "R01"),
    ("CCER-14-001-V01", "vegetation_class", "special_shrub", "R01"),
    ("CCER-14-001-V01", "non_forest_years", 2.9, "R02"),
    ("CCER-14-001-V01", "planned_afforestation", False, "R03"),
    ("CCER-14-001-V01", "planted_form", "economic", "R04"),
    ("CCER-14-001-V01", "urban_or_road_greening", True, "R05"),
    ("CCER-14-001-V01", "tenure_kind", "none", "R06"),
    ("CCER-14-001-V01", "contiguous_area_m2", 399.9, "R07"),
    # 400 m2 is enough from 2020 on, 667 m2 before
    ("CCER-14-001-V01", "start_year", 2019, "R07"),
    ("CCER-14-001-V01", "is_wetland", True, "R08"),
    ("CCER-14-001-V01", "scattered_trees_removed", True, "R09"),
    ("CCER-14-001-V01", "removed_cover_fraction", 0.21, "R10"),
    ("CCER-14-001-V01", "repeated_soil_disturbance", True, "R11"),
    ("CCER-14-001-V01", "burning", True, "R12"),
    ("CCER-14-001-V01", "displaces_agriculture", True, "R13"),
    ("CCER-14-001-V01", "start_date", date(2012, 11, 8), "programme-rules.start_date"),
    ("CCER-14-003-V01", "is_tidal_flat", False, "R01"),
    ("CCER-14-003-V01", "is_occupied", True, "R02"),
    ("CCER-14-003-V01", "vegetation_cover_fraction", 0.05, "R03"),
    ("CCER-14-003-V01", "tenure_number", "none", "R04"),
    ("AR-CM-001-V01", "vegetation_class", "economic", "R01"),
    ("AR-CM-001-V01", "non_forest_since", date(2005, 2, 17), "R02"),
    ("AR-CM-001-V01", "planted_form", "bamboo", "R03"),
    ("AR-CM-001-V01", "disturbed_fraction", 0.11, "R07"),
    ("AR-CM-001-V01", "litter_removed", True, "R10"),
    ("AR-CM-002-V01", "planted_form", "arbor", "R02"),
    ("AR-CM-002-V01", "contiguous_area_m2", 666.0, "R03"),
    ("AR-CM-003-V01", "vegetation_class", "bamboo", "R01"),
    ("AR-CM-003-V01", "canopy_cover_fraction", 0.19, "R02"),
    ("AR-CM-003-V01", "mean_height_m", 1.9, "R04"),
    ("AR-CM-003-V01", "origin", "natural", "R05"),
    ("AR-CM-003-V01", "age_group", "mature", "R05"),
    ("AR-CM-003-V01", "organic_soil", True, "R06"),
    ("AR-CM-005-V01", "vegetation_class", "arbor", "R01"),
    ("AR-CM-005-V01", "mean_dbh_cm", 1.9, "R05"),
    ("AR-CM-005-V01", "tree_cover_fraction", 0.2, "R06"),
    ("AR-CM-005-V01", "deep_tillage", True, "R10"),
]


def _judged(code: str, **bent: Any) -> dict[str, str]:
    """Return the outcome of each rule."""
    parcel = pl.DataFrame([{"parcel_id": "P1"} | GOOD[code] | bent], schema=PARCEL_COLUMNS)
    rows = screen(parcel, load_pack(code))
    names = [str(name).removeprefix(f"{code}.") for name in rows["rule_id"]]
    return dict(zip(names, map(str, rows["outcome"]), strict=True))


def test_every_methodology_is_here() -> None:
    assert set(GOOD) == {code for code in pack_codes() if read_pack(code).standing != "placeholder"}


@pytest.mark.parametrize("code", GOOD)
def test_the_parcel_keeps_every_rule(code: str) -> None:
    assert set(_judged(code).values()) == {"pass"}


@pytest.mark.parametrize(("code", "field", "value", "rule"), BROKEN)
def test_a_bent_field_breaks_its_rule_alone(code: str, field: str, value: Any, rule: str) -> None:
    judged = _judged(code, **{field: value})
    assert [name for name, outcome in judged.items() if outcome != "pass"] == [rule]
    assert judged[rule] == "fail"


@pytest.mark.parametrize("code", GOOD)
def test_a_field_that_is_not_known_never_passes(code: str) -> None:
    """Each field that a rule names, left blank, leaves a rule unknown and fails none."""
    for field in GOOD[code]:
        outcomes = list(_judged(code, **{field: None}).values())
        named = any(field in rule for rule in load_pack(code).tables["rules"]["expression"])
        # the year of the start is that of its date where it is blank
        assert ("unknown" in outcomes) == (named and field != "start_year")
        assert "fail" not in outcomes


@pytest.mark.parametrize(
    ("area", "year", "outcome"),
    [
        (400.0, 2020, "pass"),
        (400.0, 2019, "fail"),
        (667.0, 2019, "pass"),
        (399.0, None, "fail"),
        (667.0, None, "pass"),
        (500.0, None, "unknown"),
        (None, 2020, "unknown"),
    ],
)
def test_the_area_by_the_year_of_the_start(
    area: float | None, year: int | None, outcome: str
) -> None:
    """667 m2 is enough and 399 m2 too little in any year; between them the year decides."""
    bent = {"contiguous_area_m2": area, "start_year": year, "start_date": None}
    assert _judged("CCER-14-001-V01", **bent)["R07"] == outcome


def test_existing_forest_is_refused_with_the_reason() -> None:
    rules = load_pack("CCER-14-001-V01").tables["rules"]
    first = rules.filter(pl.col("item_id") == "CCER-14-001-V01.R01").row(0, named=True)
    assert "7790 万立方米" in first["reason_zh"]
    assert "any CCER methodology in force" in first["reason_en"]
