"""Parcels that break one rule of 造林碳汇 (CCER-14-001-V01) each.

The base parcel is 0.5 ha in one piece, planned for afforestation, without forest for five years,
work begun on 2021-03-12, a certificate of tenure, in no other project, nothing removed, burnt or
displaced. Every
variant differs in the one value that its rule forbids. The limits are those read in the text:
three years, 400 m2 or 667 m2, 20 %, after 2012-11-08.
"""

from datetime import date
from typing import Any

import polars as pl
import pytest

from sinkcalc.ccer.eligibility import eligible, screen
from sinkcalc.ccer.parcel import PARCEL_COLUMNS
from sinkcalc.coefficients.packs import load_pack

CODE = "CCER-14-001-V01"
BASE: dict[str, Any] = {
    "parcel_id": "base",
    "area_ha": 0.5,
    "contiguous_area_m2": 5000.0,
    "tenure_kind": "不动产权证",
    "tenure_number": "浙(2020)0001",
    "vegetation_class": "non_forest",
    "non_forest_years": 5.0,
    "is_wetland": False,
    "planned_afforestation": True,
    "urban_or_road_greening": False,
    "start_date": date(2021, 3, 12),
    "planted_form": "arbor",
    "removed_cover_fraction": 0.0,
    "scattered_trees_removed": False,
    "repeated_soil_disturbance": False,
    "burning": False,
    "displaces_agriculture": False,
    "in_other_project": False,
}
# rule -> the field that breaks it, and with what
BROKEN: dict[str, tuple[str, Any]] = {
    "R01": ("vegetation_class", "bamboo"),
    "R02": ("non_forest_years", 2.0),
    "R03": ("planned_afforestation", False),
    "R04": ("planted_form", "economic"),
    "R05": ("urban_or_road_greening", True),
    "R06": ("tenure_number", "none"),
    "R07": ("contiguous_area_m2", 350.0),
    "R08": ("is_wetland", True),
    "R09": ("scattered_trees_removed", True),
    "R10": ("removed_cover_fraction", 0.21),
    "R11": ("repeated_soil_disturbance", True),
    "R12": ("burning", True),
    "R13": ("displaces_agriculture", True),
    "programme-rules.start_date": ("start_date", date(2012, 11, 1)),
    "programme-rules.unique": ("in_other_project", True),
}


def _rule_id(rule: str) -> str:
    return f"{CODE}.{rule}"


def _screening(*rows: dict[str, Any]) -> pl.DataFrame:
    return screen(pl.DataFrame(list(rows), schema=PARCEL_COLUMNS), load_pack(CODE))


def _not_passed(**values: Any) -> list[tuple[str, str, str | None]]:
    """Return rule, outcome and deciding fields of every rule that a parcel does not pass."""
    rows = _screening(BASE | values).filter(pl.col("outcome") != "pass")
    return rows.select("rule_id", "outcome", "fields").rows()


def test_every_rule_of_the_pack_has_its_parcel() -> None:
    rules = load_pack(CODE).tables["rules"]["item_id"].to_list()
    assert sorted(rules) == sorted(_rule_id(rule) for rule in BROKEN)
    assert len(rules) > 12


def test_the_base_parcel_passes_all() -> None:
    assert _not_passed() == []
    assert eligible(_screening(BASE))["outcome"].to_list() == ["pass"]


@pytest.mark.parametrize("rule", BROKEN)
def test_a_parcel_that_breaks_one_rule_fails_it_alone(rule: str) -> None:
    field, value = BROKEN[rule]
    assert _not_passed(**{field: value}) == [(_rule_id(rule), "fail", field)]


@pytest.mark.parametrize("rule", BROKEN)
def test_a_blank_field_is_not_known_and_does_not_pass(rule: str) -> None:
    field, _ = BROKEN[rule]
    found = _not_passed(**{field: None})
    assert found == [(_rule_id(rule), "unknown", field)]
    outcome = eligible(_screening(BASE | {field: None})).row(0, named=True)
    assert (outcome["outcome"], outcome["unknown_rules"]) == ("unknown", _rule_id(rule))


def test_all_of_them_together() -> None:
    """One of fifteen passes; every other is refused by the one rule that it breaks."""
    rows = [BASE | {"parcel_id": rule, field: value} for rule, (field, value) in BROKEN.items()]
    found = eligible(_screening(BASE, *rows))
    assert found["outcome"].to_list() == ["pass", *["fail"] * len(BROKEN)]
    assert found["failed_rules"].to_list()[1:] == [_rule_id(rule) for rule in BROKEN]
    assert found["first_reason_zh"].is_null().sum() == 1


@pytest.mark.parametrize(
    ("start", "area_m2", "passes"),
    [
        (date(2019, 12, 31), 666.99, False),
        (date(2019, 12, 31), 667.0, True),
        (date(2020, 1, 1), 399.99, False),
        (date(2020, 1, 1), 400.0, True),
        (date(2020, 1, 1), 666.99, True),
    ],
)
def test_contiguous_area_by_the_year_of_the_start(
    start: date, area_m2: float, passes: bool
) -> None:
    """不小于400m2;对于2019年(含)之前开始的项目,不小于667m2."""
    found = _not_passed(start_date=start, contiguous_area_m2=area_m2)
    assert [rule for rule, _, _ in found] == ([] if passes else [_rule_id("R07")])


def test_an_area_that_needs_no_year() -> None:
    """667 m2 are enough in any year, 350 in none; between them the year decides."""
    no_start = {"start_date": None}
    outcomes = {
        area: [
            (outcome, fields)
            for rule, outcome, fields in _not_passed(**no_start, contiguous_area_m2=area)
            if rule == _rule_id("R07")
        ]
        for area in (667.0, 500.0, 350.0)
    }
    assert outcomes == {
        667.0: [],
        500.0: [("unknown", "start_year")],
        350.0: [("fail", "contiguous_area_m2")],
    }


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("removed_cover_fraction", 0.2, None),
        ("removed_cover_fraction", 0.2001, "R10"),
        ("non_forest_years", 3.0, None),
        ("non_forest_years", 2.99, "R02"),
        ("start_date", date(2012, 11, 8), "programme-rules.start_date"),
        ("start_date", date(2012, 11, 9), None),
    ],
)
def test_limits_to_the_last_digit(field: str, value: Any, rule: str | None) -> None:
    """At most 20 %, at least three years, after (not on) 2012-11-08."""
    found = [rule_id for rule_id, _, _ in _not_passed(**{field: value})]
    assert found == ([] if rule is None else [_rule_id(rule)])


@pytest.mark.parametrize("kind", ["arbor", "bamboo", "special_shrub", "economic"])
def test_existing_forest_is_refused_with_the_target(kind: str) -> None:
    row = _screening(BASE | {"vegetation_class": kind}).row(
        by_predicate=pl.col("rule_id") == _rule_id("R01"), named=True
    )
    assert row["outcome"] == "fail"
    assert "7790" in row["reason_zh"].replace(" ", "")
    assert "77.9 million m3" in row["reason_en"]
