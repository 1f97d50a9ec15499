"""What breaks a series of surveys, and which tables it touches."""

from dataclasses import replace

import polars as pl
import pytest

from sinkcalc.accounting.series_breaks import absent_counties, border_series, series_breaks
from sinkcalc.schemas.series import Counted, Recorded

OLD = frozenset({"330102", "330105", "330109", "330110", "330127"})
NEW = OLD | {"330113", "330114"}
NOTHING = frozenset[str]()


def _recorded(column_set: str, *used: str) -> Recorded:
    return Recorded(frozenset(used), frozenset({column_set}))


WORDS = {
    "vegetation_class": _recorded("di_lei_6", "arbor", "bamboo"),
    "species": _recorded("species_nfi", "oak"),
}
BEFORE = Counted(2020, "local", OLD, NOTHING, WORDS)
AFTER = Counted(2023, "local", NEW, NOTHING, WORDS)
REDRAWN = ["330102", "330109", "330110", "330113", "330114"]


def _words(first: Counted, last: Counted, columns: list[str], regions: list[str]) -> list[str]:
    return [each.word for each in series_breaks(first, last).touching(columns, regions)]


@pytest.mark.parametrize(
    ("first", "last", "broken"),
    [
        (BEFORE, AFTER, True),
        # an older survey that was cut along the new borders
        (replace(BEFORE, regions=NEW), AFTER, False),
        (replace(BEFORE, survey=2015), BEFORE, False),
        (AFTER, replace(AFTER, survey=2025), False),
        # a survey of one county does not say which borders it follows: its year does
        (replace(BEFORE, regions=frozenset({"330110"})), replace(AFTER, regions=OLD), True),
        # numbers of 江干 in a survey after the reform
        (BEFORE, replace(AFTER, regions=OLD, old_codes=frozenset({"330104"})), False),
        (replace(BEFORE, survey=2022, old_codes=frozenset({"330104"})), AFTER, True),
    ],
)
def test_redrawn_districts(first: Counted, last: Counted, broken: bool) -> None:
    found = series_breaks(first, last)
    assert sorted(found.districts) == (REDRAWN if broken else [])
    assert _words(first, last, ["region_code"], ["330110"]) == (["districts"] if broken else [])


def test_the_reform_touches_only_its_districts() -> None:
    """下城 went whole to 拱墅, 330105, whose figures are comparable; so is the city."""
    assert _words(BEFORE, AFTER, ["region_code"], ["330105", "330127"]) == []
    assert _words(BEFORE, AFTER, ["species_group"], ["330110"]) == []
    rows = pl.DataFrame(
        {"region_code": ["330105", "330110", None], "series_break": [None] * 3},
        schema={"region_code": pl.String, "series_break": pl.String},
    )
    marked = series_breaks(BEFORE, AFTER).marked(rows, ["region_code"])
    assert marked["series_break"].to_list() == [None, "districts", None]
    assert series_breaks(BEFORE, AFTER).marked(rows, []).equals(rows)


def test_districts_to_add_up_are_named() -> None:
    (told,) = series_breaks(BEFORE, AFTER).touching(["region_code"], ["330110"])
    assert "余杭区 + 临平区" in told.zh
    assert "330110 + 330113" in told.en
    assert "330114" not in told.en


def test_a_definition_breaks_everything() -> None:
    other = replace(AFTER, definition="nfi", regions=OLD, survey=2019)
    first = replace(BEFORE, survey=2015)
    assert _words(first, other, [], []) == ["definition"]
    rows = pl.DataFrame(
        {"region_code": [None], "series_break": [None]},
        schema_overrides={"region_code": pl.String, "series_break": pl.String},
    )
    assert series_breaks(first, other).marked(rows, [])["series_break"].to_list() == ["definition"]


def _with(counted: Counted, **words: Recorded) -> Counted:
    return replace(counted, regions=NEW, words=WORDS | words)


@pytest.mark.parametrize(
    ("first", "last", "broken"),
    [
        # birch has a code in the one set (421) and none in the other
        (_recorded("species_nfi", "oak"), _recorded("species_nfi", "oak", "birch"), False),
        (_recorded("generic_without", "oak"), _recorded("species_nfi", "birch"), True),
        # another set that says the same words
        (_recorded("species_label", "oak"), _recorded("species_nfi", "oak"), False),
        # codes of a profile's own
        (_recorded("77=oak+421=birch", "oak"), _recorded("species_nfi", "oak"), False),
        (_recorded("77=oak", "oak"), _recorded("species_nfi", "birch"), True),
        # not delivered at all
        (Recorded(NOTHING, NOTHING), _recorded("species_nfi", "oak"), True),
        # this program's own words say everything
        (_recorded("", "oak"), _recorded("species_nfi", "oak"), False),
    ],
)
def test_codes_of_species(first: Recorded, last: Recorded, broken: bool) -> None:
    """A species of one survey that the other had no code for stands under another name there."""
    one, two = _with(BEFORE, species=first), _with(AFTER, species=last)
    assert _words(one, two, ["species_group"], []) == (["codes"] if broken else [])
    assert _words(two, replace(one, survey=2025), ["species_group"], []) == (
        ["codes"] if broken else []
    )
    assert _words(one, two, ["region_code", "origin"], []) == []


@pytest.mark.parametrize(
    ("first", "last", "broken"),
    [
        # not delivered in the one survey
        (Recorded(NOTHING, NOTHING), _recorded("sen_lin_lb", "commercial"), True),
        (Recorded(NOTHING, NOTHING), Recorded(NOTHING, NOTHING), False),
        # a level of authority says no commercial forest; the purpose beside it does
        (_recorded("shi_quan_d", "public_benefit"), _recorded("sen_lin_lb", "commercial"), True),
        (
            Recorded(
                frozenset({"public_benefit"}), frozenset({"shi_quan_d", "lin_zhong_category"})
            ),
            _recorded("sen_lin_lb", "commercial"),
            False,
        ),
    ],
)
def test_codes_of_the_category(first: Recorded, last: Recorded, broken: bool) -> None:
    one, two = _with(BEFORE, forest_category=first), _with(AFTER, forest_category=last)
    assert _words(one, two, ["forest_category"], []) == (["codes"] if broken else [])
    assert _words(one, two, ["vegetation_class"], []) == []


def test_economic_forest_needs_a_purpose_or_a_code() -> None:
    """Six digits of the land class say no economic forest; its purpose beside them does."""
    orchard = _recorded("di_lei_6", "arbor", "economic")
    bare = _with(BEFORE)
    marked = replace(_with(AFTER, vegetation_class=orchard), economic=True)
    (told,) = series_breaks(bare, marked).touching(["vegetation_class"], [])
    assert (told.word, "economic" in told.en) == ("codes", True)
    assert _words(replace(bare, economic=True), marked, ["vegetation_class"], []) == []


def test_a_load_without_record_of_its_columns_breaks_nothing() -> None:
    unknown = replace(_with(BEFORE, species=Recorded(frozenset({"oak"}), NOTHING)), read=False)
    assert _words(unknown, _with(AFTER), ["species_group"], []) == []


def test_borders_of_a_target() -> None:
    assert border_series(BEFORE, "330110") == "before 2021-04"
    assert border_series(AFTER, "330110") == "after 2021-04"
    assert border_series(AFTER, "330127") == border_series(AFTER, "330100") == ""


def test_counties_that_a_survey_lacks() -> None:
    """Of the thirteen of today; 临平 and 钱塘 are not missed before they were made."""
    others = {"330106", "330108", "330111", "330112", "330122", "330182"}
    assert absent_counties(replace(AFTER, regions=NEW | others)) == []
    assert absent_counties(replace(AFTER, regions=NEW | others - {"330122"})) == ["330122"]
    assert absent_counties(replace(BEFORE, regions=OLD | others)) == []
    assert absent_counties(replace(BEFORE, regions=NEW | others)) == []
    assert absent_counties(replace(AFTER, regions=(NEW | others) - {"330114"})) == ["330114"]
    assert absent_counties(replace(AFTER, regions=OLD | others)) == ["330113", "330114"]
