"""What must hold for any forest and any scenario."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_forests import (
    DOUBLING,
    HERE,
    THERE,
    Stand,
    carried,
    made_cohorts,
    made_curve,
    made_curves,
)

from sinkcalc.accounting.scenario import MEASURE_KINDS, Measure
from sinkcalc.vocabulary import AGE_GROUPS

FEW = settings(max_examples=40, deadline=None, derandomize=True)
CURVES = made_curves(
    chinese_fir__planted=DOUBLING, oak__natural=made_curve("richards", 200.0, 0.05, 2.0)
)
STANDS: st.SearchStrategy[list[Stand]] = st.lists(
    st.tuples(
        st.sampled_from((HERE, THERE)),
        st.sampled_from(("chinese_fir", "oak", "masson_pine", None)),
        st.sampled_from(("natural", "planted", None)),
        st.integers(0, 90),
        st.decimals("0.0001", "5000", places=4).map(float),
        st.none() | st.just(0.0) | st.decimals("0.0001", "900000", places=4).map(float),
    ),
    min_size=1,
    max_size=12,
)
FRACTION = st.floats(0, 1)


@st.composite
def _measure(draw: st.DrawFn, number: int = 0, *, hectares: bool = True) -> Measure:
    kind = draw(st.sampled_from(MEASURE_KINDS))
    by_area = hectares and draw(st.booleans())
    return Measure(
        name=f"m{number}",
        kind=kind,
        area_ha_per_year=draw(st.floats(0, 3000)) if by_area else None,
        area_fraction_per_year=None if by_area else draw(FRACTION),
        volume_fraction=draw(FRACTION),
        becomes=draw(st.sampled_from(("stays", "regrows", "leaves_forest"))),
        regrows_species="oak" if kind == "afforestation" or draw(st.booleans()) else None,
        growth_gain_fraction=draw(st.sampled_from((0.0, 0.3))),
        gain_years=draw(st.integers(0, 3)),
        region_codes=draw(st.sampled_from(((), (HERE,)))) if hectares else (),
        age_groups=draw(st.sampled_from(((), AGE_GROUPS[:2]))),
    )


def _chosen(stands: list[Stand], measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """Leave planting out where the chosen county has no forest to share it by."""
    counties = {stand[0] for stand in stands}
    return tuple(
        m
        for m in measures
        if m.kind != "afforestation" or set(m.region_codes or counties) <= counties
    )


@FEW
@given(STANDS, st.lists(_measure(), max_size=4))
def test_volume_and_area_balance(stands: list[Stand], drawn: list[Measure]) -> None:
    """Stock without measures - felled - lost = stock with them; nothing below 0; no area made."""
    measures = _chosen(stands, tuple(drawn))
    alone = carried(made_cohorts(stands, years=1, curves=CURVES), (), 1, CURVES)[0]
    state = carried(made_cohorts(stands, measures, 1, CURVES), measures, 1, CURVES)[0]
    gone = state.felled.sum() + state.lost.sum()
    assert state.volume.sum() + gone == pytest.approx(alone.volume.sum(), rel=1e-9, abs=1e-6)
    for part in (state.area, state.volume, state.felled, state.lost):
        assert part.min() >= -1e-9
    if not any(m.kind == "afforestation" for m in measures):
        assert state.area.sum() <= alone.area.sum() * (1 + 1e-12)
    leaving = {"afforestation", "land_loss"} & {m.kind for m in measures}
    if not leaving and not any(m.becomes == "leaves_forest" for m in measures):
        assert state.area.sum() == pytest.approx(alone.area.sum(), rel=1e-12)


@FEW
@given(STANDS, st.lists(_measure(hectares=False), max_size=3))
def test_counties_add_up_where_rates_are_fractions(
    stands: list[Stand], drawn: list[Measure]
) -> None:
    measures = tuple(m for m in drawn if m.kind != "afforestation")
    together = carried(made_cohorts(stands, measures, 3, CURVES), measures, 3, CURVES)
    apart = [
        carried(made_cohorts(own, measures, 3, CURVES), measures, 3, CURVES)
        for county in (HERE, THERE)
        if (own := [stand for stand in stands if stand[0] == county])
    ]
    for year, state in enumerate(together):
        for name in ("area", "volume", "felled", "lost"):
            total = sum(getattr(part[year], name).sum() for part in apart)
            assert getattr(state, name).sum() == pytest.approx(total, rel=1e-9, abs=1e-9)


@FEW
@given(STANDS, st.lists(_measure(), max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_stands_does_not_matter(
    stands: list[Stand], drawn: list[Measure], chance: random.Random
) -> None:
    measures = _chosen(stands, tuple(drawn))
    mixed = chance.sample(stands, len(stands))
    one, other = (
        carried(made_cohorts(each, measures, 3, CURVES), measures, 3, CURVES)
        for each in (stands, mixed)
    )
    for first, second in zip(one, other, strict=True):
        for name in ("kinds", "area", "volume", "felled", "lost"):
            assert np.array_equal(getattr(first, name), getattr(second, name))
