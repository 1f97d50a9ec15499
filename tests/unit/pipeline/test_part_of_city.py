"""Hectares of the whole city on a survey of a part of it."""

from dataclasses import replace

import pytest

from sinkcalc.accounting.scenario import Measure
from sinkcalc.pipeline.part_of_city import fit_to_survey
from sinkcalc.pipeline.scenarios import load_scenario

# 1689 万亩 = 1 126 000 ha, as published for 2020; a hundredth of it
HUNDREDTH = 11_260.0
CHUNAN = "330127"


def _rates(measures: tuple[Measure, ...]) -> dict[str, float | None]:
    return {one.name: one.area_ha_per_year for one in measures}


def test_hectares_of_the_city_are_those_of_its_part() -> None:
    """Felling, tending and planting times 0.01; the county's own felling and fractions stay."""
    shipped = load_scenario("as_now")
    found, part = fit_to_survey(shipped, [CHUNAN, "330182"], HUNDREDTH)
    assert part is not None
    before, after = _rates(shipped.measures), _rates(found.measures)
    assert part.share == pytest.approx(0.01)
    assert part.scaled == ("felling", "tending", "afforestation")
    for name in part.scaled:
        assert after[name] == pytest.approx(0.01 * before[name])
    rest = before.keys() - set(part.scaled)
    assert {name: after[name] for name in rest} == {name: before[name] for name in rest}
    assert part.idle == ("felling_chunan",)
    assert part.whole == ()
    (row,) = part.parameters
    assert (row["value"], row["source_id"]) == (part.share, "PLAN")


def test_the_whole_city_keeps_its_hectares() -> None:
    shipped = load_scenario("as_now")
    assert fit_to_survey(shipped, [], HUNDREDTH) == (shipped, None)
    found, part = fit_to_survey(shipped, [CHUNAN], 2e6)
    assert part is not None
    assert part.share == 1
    assert _rates(found.measures) == _rates(shipped.measures)


def test_a_scenario_of_ones_own_is_never_scaled() -> None:
    """Another name, or other numbers: it stays, and measures without a county are named."""
    shipped = load_scenario("as_now")
    for own in (
        replace(shipped, name="mine"),
        replace(shipped, measures=shipped.measures[2:]),
    ):
        found, part = fit_to_survey(own, [CHUNAN], HUNDREDTH)
        assert part is not None
        assert found == own
        assert part.scaled == ()
        assert part.parameters == []
        assert part.whole == ("tending", "afforestation")
