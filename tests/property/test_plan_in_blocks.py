"""A plan computed draw by draw, in blocks and at once gives the same bits."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from made_ccer_plan import forest_plan

from sinkcalc.ccer.plan import evaluate
from sinkcalc.ccer.settled import settled


@settings(max_examples=60, deadline=None)
@given(
    strata=st.integers(1, 9),
    years=st.integers(1, 30),
    draws=st.integers(1, 12),
    block=st.integers(1, 12),
    varied=st.sets(st.integers(0, 27), max_size=28),
    seed=st.integers(0, 1000),
)
def test_blocks_of_any_size(
    strata: int, years: int, draws: int, block: int, varied: set[int], seed: int
) -> None:
    plan = forest_plan(strata, years)
    values = np.repeat(plan.base_values(), draws, axis=0)
    places = sorted(place for place in varied if place < values.shape[1])
    rng = np.random.default_rng(seed)
    values[:, places] *= rng.uniform(0.8, 1.2, (draws, len(places)))
    whole = evaluate(plan, values)
    for first in range(0, draws, block):
        part = slice(first, first + block)
        found = evaluate(plan, values[part])
        for key, one in whole.items():
            assert found[key].tobytes() == one[part].tobytes(), key


@settings(max_examples=10, deadline=None)
@given(strata=st.integers(1, 6), draws=st.integers(1, 4))
def test_results_that_are_not_kept_change_none_that_are(strata: int, draws: int) -> None:
    plan = forest_plan(strata, 12)
    values = np.repeat(plan.base_values(), draws, axis=0)
    values[:, -3:] *= 1.1
    whole = evaluate(plan, values)
    for key in (("project", "cumulative_t"), ("tree", "curve_volume"), ("stratum", "stock_t")):
        assert (evaluate(plan, values, [key])[key] == whole[key]).all()


@settings(max_examples=30, deadline=None)
@given(
    strata=st.integers(1, 6),
    draws=st.integers(1, 4),
    varied=st.sets(st.integers(0, 27), max_size=28),
)
def test_what_no_draw_changes_may_be_computed_before(
    strata: int, draws: int, varied: set[int]
) -> None:
    plan = forest_plan(strata, 12)
    values = np.repeat(plan.base_values(), draws, axis=0)
    places = sorted(place for place in varied if place < values.shape[1])
    values[:, places] *= np.linspace(0.9, 1.1, draws)[:, np.newaxis]
    whole, prepared = evaluate(plan, values), evaluate(settled(plan, values), values)
    assert prepared.keys() == whole.keys()
    for key, one in whole.items():
        assert prepared[key].tobytes() == one.tobytes(), key
