"""Ages of cohorts: as recorded, else from the age group, else the mean."""

from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from sinkcalc.accounting.ages import age_limits, with_ages
from sinkcalc.vocabulary import AGE_GROUPS

LIMITS = age_limits()
# planted fir: young to 10, middle to 20, near-mature to 25, mature to 35 (age_groups.csv)
FIR = ("chinese_fir", "planted")


def _sums(*rows: tuple) -> pl.DataFrame:
    return pl.DataFrame(
        [("arbor", *FIR, *row, 1, Decimal(10)) for row in rows],
        schema={
            "vegetation_class": pl.String,
            "species": pl.String,
            "origin": pl.String,
            "age_group": pl.String,
            "age_years": pl.Int64,
            "measure": pl.String,
            "stands": pl.Int64,
            "area_ha": pl.Decimal(20, 4),
        },
        orient="row",
    )


def test_a_group_begins_the_year_after_the_one_before_ends() -> None:
    ages = np.array([0, 10, 11, 20, 21, 25, 26, 35, 36, 90])
    assert [AGE_GROUPS[place] for place in LIMITS.group(*FIR, ages)] == [
        *("young", "young", "middle", "middle", "near_mature", "near_mature"),
        *("mature", "mature", "over_mature", "over_mature"),
    ]


@pytest.mark.parametrize(
    ("group", "span", "middle"),
    [
        ("young", (0, 10), 5),
        ("middle", (11, 20), 15),
        ("near_mature", (21, 25), 23),
        ("mature", (26, 35), 30),
        # as long as the group before
        ("over_mature", (36, 45), 40),
    ],
)
def test_the_span_of_a_group_and_its_middle(group: str, span: tuple[int, int], middle: int) -> None:
    assert LIMITS.span(*FIR, group) == span
    assert LIMITS.middle(*FIR, group) == middle


def test_species_without_limits_take_the_medians_of_their_origin() -> None:
    """Planted: 10 x 3, 20 x 5, 10 x 3, 5 x 4 for young, so 10; any origin lies between."""
    assert LIMITS.of("broadleaf_mixed", "planted")[0] == 10
    assert LIMITS.of("broadleaf_mixed", "natural").tolist() == [40, 60, 80, 120]
    assert LIMITS.of(None, None)[0] == 20


def test_ages_that_are_not_recorded() -> None:
    """Middle of mature: 30; neither age nor group: (12 + 30) / 2 of those with an age, floored."""
    sums = _sums(
        ("middle", 12, "given"),
        ("mature", 30, "given"),
        ("mature", None, "given"),
        (None, None, "given"),
    )
    aged, notes = with_ages(sums, LIMITS)
    assert aged["age"].to_list() == [12, 30, 30, 21]
    assert notes.by_group == (1, 10.0)
    assert notes.by_mean == (1, 10.0)
    assert notes.median_limits == (0, 0.0)


def test_stands_without_volume_stay_in_their_group() -> None:
    """Their carbon goes by it; of stands with a volume the age is believed."""
    sums = _sums(
        ("middle", 35, "missing"),
        ("middle", 5, "missing"),
        ("over_mature", 80, "missing"),
        ("middle", 35, "given"),
    )
    aged, notes = with_ages(sums, LIMITS)
    assert aged["age"].to_list() == [20, 11, 80, 35]
    assert notes.moved == (2, 20.0)
    assert notes.no_volume == (3, 30.0)


def test_without_any_age_or_group_there_is_none() -> None:
    aged, _ = with_ages(_sums((None, None, "given")), LIMITS)
    assert aged["age"].to_list() == [None]
