"""Land area of the city by year and definition."""

import pytest

from sinkcalc.coefficients.land import land_area

OF_2015, OF_2020 = "land-area.330100.2015", "land-area.330100.2020"


@pytest.mark.parametrize(
    ("survey", "expected"),
    [
        (2014, None),
        (2015, OF_2015),
        (2019, OF_2015),
        (2020, OF_2020),
        (2025, OF_2020),
    ],
)
def test_the_newest_that_is_not_younger(survey: int, expected: str | None) -> None:
    area, parameter = land_area(survey, "local")
    assert parameter == expected
    assert (area is None) == (expected is None)


@pytest.mark.parametrize("definition", ["nfi", "land_survey_3", "plan_list"])
def test_another_definition_has_no_land_area(definition: str) -> None:
    assert land_area(2020, definition) == (None, None)


@pytest.mark.parametrize(
    ("survey", "forest_wan_mu", "published_cover"),
    [(2015, 1644.0, 0.6522), (2020, 1689.0, 0.6685)],
)
def test_published_cover_is_met(survey: int, forest_wan_mu: float, published_cover: float) -> None:
    """Published forest area over the land area is the published cover.

    2020: 1689 万亩 / 15 = 112.6 万ha over 168.44 万ha = 66.85 %.
    2015: 1644 万亩 (2020 minus the plan's gain of 45) / 65.22 % = 2520.7 万亩 = 168.05 万ha.
    """
    area, _ = land_area(survey, "local")
    assert area is not None
    assert round(forest_wan_mu / 15 * 10_000 / area, 4) == published_cover
