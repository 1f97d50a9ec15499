"""What is decided with blanks stays decided, whatever is filled in."""

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sinkcalc.ccer.eligibility import eligible, screen
from sinkcalc.ccer.parcel import PARCEL_COLUMNS
from sinkcalc.coefficients.packs import PLACEHOLDER, load_pack, pack_codes, read_pack

_TRUTHS = st.booleans()
CODES = [code for code in pack_codes() if read_pack(code).standing != PLACEHOLDER]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "vegetation_class": st.sampled_from(["arbor", "bamboo", "non_forest", "sparse"]),
    "planted_form": st.sampled_from(["arbor", "bamboo", "economic"]),
    "tenure_kind": st.sampled_from(["none", "林权证"]),
    "tenure_number": st.sampled_from(["none", "1"]),
    "origin": st.sampled_from(["natural", "planted"]),
    "age_group": st.sampled_from(["young", "middle", "mature"]),
    "contiguous_area_m2": st.sampled_from([350.0, 400.0, 500.0, 667.0, 2000.0]),
    "non_forest_years": st.sampled_from([0.0, 2.0, 3.0, 8.0]),
    "start_date": st.sampled_from([date(2012, 11, 8), date(2019, 6, 1), date(2021, 6, 1)]),
    "removed_cover_fraction": st.sampled_from([0.0, 0.2, 0.3]),
    **dict.fromkeys(
        [
            "is_wetland",
            "planned_afforestation",
            "urban_or_road_greening",
            "scattered_trees_removed",
            "litter_removed",
            "repeated_soil_disturbance",
            "burning",
            "displaces_agriculture",
            "in_other_project",
            "organic_soil",
        ],
        _TRUTHS,
    ),
}
FULL = st.fixed_dictionaries(VALUES)


def _screening(code: str, *rows: dict[str, Any]) -> pl.DataFrame:
    named = [{"parcel_id": str(place), "area_ha": 1.0} | row for place, row in enumerate(rows)]
    return screen(pl.DataFrame(named, schema=PARCEL_COLUMNS), load_pack(code))


@settings(deadline=None)
@given(code=st.sampled_from(CODES), full=FULL, blank=st.sets(st.sampled_from(list(VALUES))))
def test_a_decision_does_not_depend_on_what_is_missing(
    code: str, full: dict[str, Any], blank: set[str]
) -> None:
    """Parcel 0 has blanks that parcel 1 fills: pass stays pass, fail stays fail."""
    partly = {name: None if name in blank else value for name, value in full.items()}
    found = _screening(code, partly, full)
    rows = found.select("parcel_id", "rule_id", "outcome", "fields").rows()
    filled = {rule: outcome for parcel, rule, outcome, _ in rows if parcel == "1"}
    for parcel, rule, outcome, fields in rows:
        if parcel == "1":
            continue
        if outcome == "unknown":
            # what is named is missing
            assert all(partly.get(name) is None for name in fields.split("; "))
        else:
            assert filled[rule] == outcome
    one, two = eligible(found)["outcome"].to_list()
    assert one in ("unknown", two)


@settings(deadline=None)
@given(full=FULL, more=st.floats(0, 100))
def test_a_bound_decides_only_what_every_larger_value_decides(
    full: dict[str, Any], more: float
) -> None:
    bound = {**full, "non_forest_years_at_least": True}
    larger = {**full, "non_forest_years": full["non_forest_years"] + more}
    one, two = eligible(_screening("CCER-14-001-V01", bound, larger))["outcome"].to_list()
    assert one in ("unknown", two)
