"""What must hold for the errors of any stands: scale, order, what is shared."""

import math
import random
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinkcalc.coefficients.factors import Factors
from sinkcalc.pipeline.figures import Figures, forest_figures
from sinkcalc.uncertainty.draws import Chance
from sinkcalc.uncertainty.errors import all_errors
from sinkcalc.vocabulary import AGE_GROUPS, ORIGINS, SPECIES

Encode = Callable[..., pl.LazyFrame]
Key = tuple[str, str | None]
Stand = tuple[str, str, int, str | None, str | None, str | None, int | None, int | None]

REGIONS = ("330102", "330105", "330127")
# an estimate takes about 0.3 s whatever the number of stands
FEW = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# whole hectares, cubic metres and culms: what is scaled stays exact
STANDS: st.SearchStrategy[list[Stand]] = st.lists(
    st.tuples(
        st.sampled_from(REGIONS),
        st.sampled_from(("arbor", "arbor", "arbor", "bamboo", "economic", "special_shrub")),
        st.integers(1, 4000),
        st.sampled_from((None, *SPECIES)),
        st.sampled_from((None, *ORIGINS)),
        st.sampled_from((None, *AGE_GROUPS)),
        st.none() | st.integers(1, 90_000),
        st.none() | st.integers(1, 10**7),
    ),
    min_size=1,
    max_size=25,
)


@pytest.fixture(scope="session")
def figures(encode: Encode, factors: Factors) -> Callable[..., Figures]:
    """Estimate stands with all errors."""
    chance = Chance(all_errors(factors, 2020))

    def estimate(stands: list[Stand], times: int = 1) -> Figures:
        words = [
            tuple(
                None if one is None else str(one * times) if isinstance(one, int) else one
                for one in stand
            )
            for stand in stands
        ]
        return forest_figures(encode(words), factors, (), None, chance)

    return estimate


def _errors(found: Figures) -> dict[Key, float]:
    return {(q, p): se for q, p, se in found.rows.select("quantity", "pool", "se").iter_rows()}


def _sources(found: Figures) -> dict[tuple[Any, ...], float]:
    return {tuple(key): variance for *key, variance in found.budget.iter_rows()}


def _effects(found: Figures, match: str) -> dict[Key, float]:
    """Return how the figures move with parameters whose error is one for all of them."""
    loadings = found.loadings.filter(pl.col("parameter_id").str.starts_with(match))
    assert loadings["block"].n_unique() <= 1
    moved = found.gradients.join(loadings, on="parameter_id").group_by("quantity", "pool")
    rows = moved.agg((pl.col("derivative") * pl.col("loading")).sum().alias("effect"))
    return {
        (q, p): effect for q, p, effect in rows.select("quantity", "pool", "effect").iter_rows()
    }


@FEW
@given(stands=STANDS, times=st.sampled_from((3, 7, 100)))
def test_every_figure_has_an_error_that_scales(
    figures: Callable[..., Figures], stands: list[Stand], times: int
) -> None:
    """Areas, volumes and culms k-fold: every error k-fold; floats of one algebra: 1e-9.

    Stands deviate in proportion to their area: one that is k times as large, k times as much.
    """
    one, many = figures(stands), figures(stands, times)
    assert one.rows["se"].null_count() == 0
    assert one.rows["se"].min() > 0
    for key, se in _errors(one).items():
        assert _errors(many)[key] == pytest.approx(times * se, rel=1e-9)
    for key, variance in _sources(one).items():
        assert _sources(many)[key] == pytest.approx(times**2 * variance, rel=1e-9)


@FEW
@given(stands=STANDS, copies=st.sampled_from((2, 9)))
def test_copies_share_all_but_what_they_deviate(
    figures: Callable[..., Figures], stands: list[Stand], copies: int
) -> None:
    """Of k copies shared sources have k^2 times the variance, what stands deviate k times.

    The spread of imputed stands is booked with the imputation: it stays between.
    """
    one, many = _sources(figures(stands)), _sources(figures(stands * copies))
    for key, variance in one.items():
        power = {"residual": 1, "imputation": None}.get(key[-1], 2)
        if power is None:
            assert copies * variance * (1 - 1e-9) <= many[key] <= copies**2 * variance * (1 + 1e-9)
        else:
            assert many[key] == pytest.approx(copies**power * variance, rel=1e-9)


@FEW
@given(stands=STANDS, others=STANDS)
def test_a_sum_errs_by_no_more_than_its_parts_together(
    figures: Callable[..., Figures], stands: list[Stand], others: list[Stand]
) -> None:
    """|se1 - se2| <= se(1 + 2) <= se1 + se2, and by the root of the squares or more or less."""
    first, second, both = (_errors(figures(some)) for some in (stands, others, stands + others))
    for key, se in both.items():
        one, two = first.get(key, 0.0), second.get(key, 0.0)
        assert se <= (one + two) * (1 + 1e-9)
        assert se >= abs(one - two) * (1 - 1e-9) - 1e-9


@FEW
@given(stands=STANDS, others=STANDS)
def test_more_stands_never_lower_what_all_share(
    figures: Callable[..., Figures], stands: list[Stand], others: list[Stand]
) -> None:
    """Errors common to all stands have effects of one sign: those of a county more add up."""
    first, second, both = (figures(some) for some in (stands, others, stands + others))
    for match in ("dead-wood.", "bamboo.culm_mass", "measurement.volume", "measurement.area"):
        one, two, whole = (_effects(found, match) for found in (first, second, both))
        for key, effect in whole.items():
            parts = one.get(key, 0.0), two.get(key, 0.0)
            assert effect == pytest.approx(sum(parts), rel=1e-9)
            assert min(parts) >= 0
            assert effect >= max(parts) * (1 - 1e-12)
    for source in ("volume_measurement", "area_measurement", "culm_measurement"):
        for key, variance in _sources(both).items():
            if key[-1] == source:
                before = max(_sources(first).get(key, 0.0), _sources(second).get(key, 0.0))
                assert variance >= before * (1 - 1e-12)


@FEW
@given(stands=STANDS, order=st.randoms(use_true_random=False))
def test_the_order_of_stands_does_not_matter(
    figures: Callable[..., Figures], stands: list[Stand], order: random.Random
) -> None:
    """Rows, budget and gradients, byte by byte."""
    first = figures(stands)
    shuffled = stands[:]
    order.shuffle(shuffled)
    again = figures(shuffled)
    for name in ("rows", "budget", "gradients", "residuals", "loadings"):
        assert getattr(first, name).equals(getattr(again, name)), name


@FEW
@given(stands=STANDS)
def test_the_interval_surrounds_the_value(
    figures: Callable[..., Figures], stands: list[Stand]
) -> None:
    """It is value -+ t se with t of 1.96 or more, and shares within 0 and 1."""
    for row in figures(stands).rows.iter_rows(named=True):
        value = float(row["value"])
        half = (row["ci_high"] - row["ci_low"]) / 2
        assert (row["ci_high"] + row["ci_low"]) / 2 == pytest.approx(value, rel=1e-9, abs=1e-9)
        assert half >= 1.9599 * row["se"]
        assert math.isfinite(half)
        assert 0 <= row["share_assumed_error"] <= 1 + 1e-12
