"""Three-valued judgment of parcels, and what decided it."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from made_rules import pack_of

from sinkcalc.ccer.eligibility import eligible, screen
from sinkcalc.ccer.parcel import PARCEL_COLUMNS
from sinkcalc.ccer.project import OwnParameter
from sinkcalc.schemas.ccer import ParcelOutcome, Screening


def _parcels(*rows: dict[str, Any]) -> pl.DataFrame:
    named = [{"parcel_id": f"P{place}"} | row for place, row in enumerate(rows, start=1)]
    return pl.DataFrame(named, schema=PARCEL_COLUMNS)


def _one(expression: str, limits: dict[str, float] | None = None, **values: Any) -> dict[str, Any]:
    """Judge one parcel by one rule."""
    found = screen(_parcels(values), pack_of({"R1": expression}, limits))
    (row,) = found.to_dicts()
    return row


_BOTH = "not burning and not is_wetland"
_EITHER = "burning or is_wetland"


@pytest.mark.parametrize(
    ("expression", "burning", "is_wetland", "outcome", "fields", "found"),
    [
        (_BOTH, False, False, "pass", "burning; is_wetland", "false; false"),
        (_BOTH, True, False, "fail", "burning", "true"),
        (_BOTH, True, None, "fail", "burning", "true"),
        (_BOTH, None, True, "fail", "is_wetland", "true"),
        (_BOTH, True, True, "fail", "burning; is_wetland", "true; true"),
        (_BOTH, False, None, "unknown", "is_wetland", None),
        (_BOTH, None, None, "unknown", "burning; is_wetland", None),
        (_EITHER, True, None, "pass", "burning", "true"),
        (_EITHER, False, False, "fail", "burning; is_wetland", "false; false"),
        (_EITHER, False, None, "unknown", "is_wetland", None),
        (_EITHER, None, False, "unknown", "burning", None),
    ],
)
def test_the_fields_that_decided(
    expression: str,
    burning: bool | None,
    is_wetland: bool | None,
    outcome: str,
    fields: str,
    found: str | None,
) -> None:
    """Kleene's tables: false decides `and`, true decides `or`, what is missing decides neither."""
    row = _one(expression, burning=burning, is_wetland=is_wetland)
    assert (row["outcome"], row["fields"], row["found"]) == (outcome, fields, found)


def test_parts_inside_a_negation_and_a_choice() -> None:
    row = _one("not (burning and organic_soil)", burning=True, organic_soil=False)
    assert (row["outcome"], row["fields"]) == ("pass", "organic_soil")
    choice = "burning if is_wetland else organic_soil"
    row = _one(choice, is_wetland=False, organic_soil=False, burning=None)
    assert (row["outcome"], row["fields"]) == ("fail", "is_wetland; organic_soil")
    row = _one(choice, is_wetland=None, organic_soil=False, burning=False)
    assert (row["outcome"], row["fields"]) == ("unknown", "is_wetland")


def test_a_comparison_names_what_it_lacks() -> None:
    expression = "contiguous_area_m2 >= (small if start_year >= 2020 else large)"
    limits = {"small": 400.0, "large": 667.0}
    row = _one(expression, limits, contiguous_area_m2=500.5, start_year=2019)
    assert (row["outcome"], row["fields"]) == ("fail", "contiguous_area_m2; start_year")
    assert (row["found"], row["limit"]) == ("500.5; 2019", "small=400; large=667")
    row = _one(expression, limits, contiguous_area_m2=500.0, start_year=None)
    assert (row["outcome"], row["fields"]) == ("unknown", "start_year")
    row = _one(expression, limits, contiguous_area_m2=None, start_year=2019)
    assert (row["outcome"], row["fields"]) == ("unknown", "contiguous_area_m2")


def test_dates_are_numbers_in_rules_and_days_to_people() -> None:
    rule, limits = "start_date > first", {"first": 20121108.0}
    on_the_day = _one(rule, limits, start_date=date(2012, 11, 8))
    assert (on_the_day["outcome"], on_the_day["found"]) == ("fail", "2012-11-08")
    assert _one(rule, limits, start_date=date(2012, 11, 9))["outcome"] == "pass"
    assert _one(rule, limits, start_date=date(2013, 1, 1))["outcome"] == "pass"
    assert _one(rule, limits)["outcome"] == "unknown"


def test_the_year_of_the_start_is_that_of_its_date() -> None:
    assert _one("start_year <= 2019", start_date=date(2019, 12, 31))["outcome"] == "pass"
    assert _one("start_year <= 2019", start_date=date(2020, 1, 1))["outcome"] == "fail"


def test_a_parcel_that_names_no_start_has_the_projects() -> None:
    parcels = _parcels({}, {"start_date": date(2019, 1, 1)}, {"start_year": 2019})
    pack = pack_of({"R1": "start_date >= 20200101", "R2": "start_year >= 2020"})
    found = screen(parcels, pack, start=date(2020, 5, 1))
    assert found["outcome"].to_list() == ["pass", "fail", "unknown", "pass", "fail", "fail"]
    assert found["found"].to_list()[:2] == ["2020-05-01", "2019-01-01"]
    assert screen(parcels, pack)["outcome"].to_list()[0] == "unknown"


def test_the_projects_own_figure_stands_in_place_of_the_packs() -> None:
    pack = pack_of({"R1": "area_ha >= least"}, {"least": 2.0})
    parcels = _parcels({"area_ha": 1.5})
    assert screen(parcels, pack)["outcome"].to_list() == ["fail"]
    own = [OwnParameter("least", 1.5, "a local scheme", "3.2")]
    judged = screen(parcels, pack, own)
    assert judged["outcome"].to_list() == ["pass"]
    assert judged["limit"].to_list() == ["least=1.5"]


def test_a_figure_that_nobody_gives_is_not_known() -> None:
    """A limit that was not found in the text is an input; until it is given nothing passes."""
    row = _one("area_ha >= least_area_ha", area_ha=5.0)
    assert (row["outcome"], row["fields"], row["found"]) == ("unknown", "least_area_ha", None)


def test_a_column_that_is_absent_is_not_known() -> None:
    parcels = pl.DataFrame({"parcel_id": ["a"], "area_ha": [1.0]})
    judged = screen(parcels, pack_of({"R1": "not burning"}))
    assert judged.select("outcome", "fields").row(0) == ("unknown", "burning")


@pytest.mark.parametrize(
    "expression",
    [
        "not peat",
        "peat or burning",
        "peat if burning else not peat",
        "peat",
        "peat_depth_m < 1",
        "peat_kind != 'none'",
        "since <= 20050216",
        "peat_depth_m * 2 + 1 <= area_ha",
        "area_ha >= (1 if peat else 2)",
        "area_ha >= (1 if peat_depth_m > 1 else 2)",
    ],
)
def test_names_that_no_parcel_has_are_not_known_whatever_they_are(expression: str) -> None:
    row = _one(expression, area_ha=3.0, burning=False)
    assert row["outcome"] == "unknown"
    assert set(row["fields"].split("; ")) & {"peat", "peat_depth_m", "peat_kind", "since"}


def test_the_least_that_a_value_can_be() -> None:
    """8 years at least: met where 3 are asked for; not known where 20 are."""
    parcels = pl.DataFrame(
        {
            "parcel_id": ["at least", "exactly"],
            "area_ha": [1.0, 1.0],
            "non_forest_years": [8.0, 8.0],
            "non_forest_years_at_least": [True, False],
        }
    )
    rules = {"short": "non_forest_years >= 3", "long": "non_forest_years >= 20"}
    judged = screen(parcels, pack_of(rules)).select("rule_id", "outcome", "fields", "found").rows()
    assert judged == [
        ("short", "pass", "non_forest_years", "≥8"),
        ("short", "pass", "non_forest_years", "8"),
        ("long", "unknown", "non_forest_years", "≥8"),
        ("long", "fail", "non_forest_years", "8"),
    ]


def test_a_pack_without_rules_decides_nothing() -> None:
    judged = screen(_parcels({}, {}), pack_of({}))
    assert judged["outcome"].to_list() == ["unknown", "unknown"]
    assert eligible(judged)["outcome"].to_list() == ["unknown", "unknown"]


def test_one_outcome_a_parcel() -> None:
    """Fails if any rule fails; unknown if none fails and any is unknown; the first one is named."""
    rules = {"R1": "not burning", "R2": "not is_wetland", "R3": "not organic_soil"}
    judged = screen(
        _parcels(
            {"burning": False, "is_wetland": False, "organic_soil": False},
            {"burning": None, "is_wetland": True, "organic_soil": True},
            {"burning": False, "is_wetland": None, "organic_soil": None},
        ),
        pack_of(rules),
    )
    Screening.validate(judged)
    found = eligible(judged)
    ParcelOutcome.validate(found)
    chosen = found.select("parcel_id", "outcome", "failed_rules", "unknown_rules", "first_rule")
    assert chosen.rows() == [
        ("P1", "pass", None, None, None),
        ("P2", "fail", "R2; R3", "R1", "R2"),
        ("P3", "unknown", None, "R2; R3", "R2"),
    ]
    assert found["first_reason_en"].to_list() == [None, "reason of R2", "not decided: rule R2"]
    assert found["first_fields"].to_list() == [None, "is_wetland", "is_wetland"]


def test_no_parcels_give_no_rows() -> None:
    judged = screen(_parcels(), pack_of({"R1": "not burning"}))
    assert judged.is_empty()
    assert eligible(judged).is_empty()
