"""What must hold of a project's removals whatever its figures are."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sinkcalc.ccer.numbers import Floats
from sinkcalc.ccer.plan import Results
from sinkcalc.ccer.project import Project, Removal
from sinkcalc.ccer.removals import FLOWS, yearly_removals
from tests.made_ccer_project import bamboo, planned, project, stratum, trees

ROUNDING = 1e-6
hectares = st.floats(0.1, 500)
BURNT = 5
shares = st.floats(0.05, 0.95)
fractions = st.floats(0, 0.9)
covers = st.lists(st.floats(0, 1), min_size=2, max_size=2)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Two strata: a mixed stand with a thinning and shrubs, and trees with bamboo and a fire."""
    share = draw(shares)
    thinning = (Removal(draw(st.integers(2017, 2034)), draw(fractions)),)
    cover = draw(covers)
    return project(
        stratum(
            "A",
            trees("pine", share=share, removals=thinning),
            trees("fir", "chinese_fir", share=1 - share, planted=draw(st.integers(2010, 2020))),
            shrub_cover=((2015, cover[0]), (2025, cover[1])),
        ),
        stratum(
            "B",
            trees("schima", "schima", planted=2016),
            bamboo("moso", draw(st.floats(0.5, 6)), draw(st.floats(4, 14)), 1000),
            burnt=((2020, draw(st.floats(0, BURNT))),),
        ),
        discount=draw(st.sampled_from([0.0, 0.06, 0.11])),
        methodology=draw(st.sampled_from(["AR-CM-001-V01", "CCER-14-001-V01"])),
    )


def _flows(results: Results) -> Floats:
    return np.array([results["project", name][0, 0] for name in (*FLOWS, "cumulative_t")])


@given(projects(), hectares, st.floats(BURNT, 500))
@settings(max_examples=25, deadline=None)
def test_twice_the_area_gives_twice_the_results(made: Project, first: float, second: float) -> None:
    once = _flows(planned(made, A=first, B=second)[1])
    fire = made.strata[1].burnt
    # a burnt area is not a part of the stratum's
    whole = replace(made.strata[1], burnt=tuple((year, 2 * area) for year, area in fire))
    twice = _flows(
        planned(replace(made, strata=(made.strata[0], whole)), A=2 * first, B=2 * second)[1]
    )
    assert np.allclose(twice, 2 * once, rtol=1e-9, atol=ROUNDING)


@given(projects(), hectares, shares)
@settings(max_examples=25, deadline=None)
def test_a_stratum_in_two_parts_is_the_same(made: Project, area: float, part: float) -> None:
    whole = _flows(planned(made, A=area)[1])
    first, second = made.strata
    parts = (replace(first, stratum="A1"), replace(first, stratum="A2"), second)
    split = _flows(planned(replace(made, strata=parts), A1=part * area, A2=(1 - part) * area)[1])
    assert np.allclose(split, whole, rtol=1e-9, atol=ROUNDING)


@given(projects(), hectares)
@settings(max_examples=25, deadline=None)
def test_the_years_add_up_to_the_total_rounded_down_once(made: Project, area: float) -> None:
    plan, results = planned(made, A=area)
    rows = yearly_removals(plan, results)
    total = results["project", "cumulative_t"][0, 0, -1]
    assert rows["creditable_in_year_t"].sum() == np.floor(np.round(total, 6))
    assert abs(rows["reduction_t"].sum() - total) < ROUNDING
    # no year is further from its own reduction than the rounding of its two ends
    assert (rows["creditable_in_year_t"] - rows["reduction_t"]).abs().max() < 1 + ROUNDING  # type: ignore[operator]  # a number


@given(projects(), st.integers(2021, 2034))
@settings(max_examples=25, deadline=None)
def test_a_thinning_of_nothing_changes_nothing(made: Project, year: int) -> None:
    before = _flows(planned(made)[1])
    first, second = made.strata
    idle = tuple(
        replace(part, removals=(*part.removals, Removal(year, 0.0))) for part in first.project.trees
    )
    thinned = replace(first, project=replace(first.project, trees=idle))
    after = _flows(planned(replace(made, strata=(thinned, second)))[1])
    assert np.array_equal(before, after)


@given(projects(), st.integers(2022, 2034))
@settings(max_examples=25, deadline=None)
def test_a_felling_of_all_leaves_nothing(made: Project, year: int) -> None:
    first, second = made.strata
    felled = tuple(
        replace(part, removals=(*part.removals, Removal(year, 1.0))) for part in first.project.trees
    )
    strata = (replace(first, project=replace(first.project, trees=felled)), second)
    plan, results = planned(replace(made, strata=strata))
    rows = (plan.level("tree").rows["stratum"] == "A").to_numpy()
    volume = results["tree", "volume_m3_per_ha"][0, rows]
    end = year - 2015
    assert (volume[:, end:] == 0).all()
    assert (volume[:, end - 1] > 0).all()
