"""What must hold for any stands: sums, order, scale."""

import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.coefficients.factors import Factors
from sinkcalc.pipeline.estimate import Figures, forest_figures
from sinkcalc.vocabulary import AGE_GROUPS, BY_KEYS, ORIGINS, SPECIES, VEGETATION_CLASSES

Encode = Callable[..., pl.LazyFrame]
Words = tuple[str | None, ...]
Sums = dict[tuple[str, str | None], tuple[Decimal, int]]

REGIONS = ("330102", "330105", "330127")
QUANTUM = Decimal("0.0001")
POOLS = ("above_ground", "below_ground", "understorey", "dead_wood", "litter", "soil")
# an estimate takes about 0.4 s whatever the number of stands
FEW = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def _figure(low: str, high: str) -> st.SearchStrategy[str]:
    """Draw a decimal of four places as text."""
    return st.decimals(low, high, places=4).map(str)


def _optional(words: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *words))


# arbor and bamboo forest have the branches: given, zero, missing
CLASSES = (*VEGETATION_CLASSES, "arbor", "arbor", "arbor", "bamboo")
STANDS: st.SearchStrategy[list[Words]] = st.lists(
    st.tuples(
        st.sampled_from(REGIONS),
        st.sampled_from(CLASSES),
        _figure("0.0001", "5000"),
        _optional(SPECIES),
        _optional(ORIGINS),
        _optional(AGE_GROUPS),
        st.none() | st.just("0") | _figure("0.0001", "900000"),
        st.none() | st.just("0") | st.integers(1, 10**8).map(str),
    ),
    min_size=1,
    max_size=30,
)


def _sums(rows: pl.DataFrame) -> Sums:
    """Add value and number of stands over the groups, by quantity and pool."""
    found: dict[tuple[str, str | None], tuple[Decimal, int]] = defaultdict(lambda: (Decimal(0), 0))
    for quantity, pool, value, n in rows.select("quantity", "pool", "value", "n").iter_rows():
        before = found[quantity, pool]
        found[quantity, pool] = before[0] + value, before[1] + n
    return dict(found)


def _together(*parts: Sums) -> Sums:
    out: Sums = {}
    for part in parts:
        for key, (value, n) in part.items():
            before = out.get(key, (Decimal(0), 0))
            out[key] = before[0] + value, before[1] + n
    return out


@pytest.fixture(scope="session")
def figures(encode: Encode, factors: Factors) -> Callable[..., Figures]:
    """Estimate stands in words."""
    return lambda stands, by=(): forest_figures(encode(stands), factors, by)


@FEW
@given(stands=STANDS, apart=st.sampled_from(REGIONS))
def test_parts_add_up_to_the_last_digit(
    figures: Callable[..., Figures], stands: list[Words], apart: str
) -> None:
    """A city is the sum of its regions, and of its groups under every key, as decimals."""
    whole = figures(stands)
    by_every_key = figures(stands, BY_KEYS)
    inside = [words for words in stands if words[0] == apart]
    outside = [words for words in stands if words[0] != apart]
    parts = [_sums(figures(part).rows) for part in (inside, outside) if part]

    assert whole.stands == len(stands)
    assert _sums(whole.rows) == _sums(by_every_key.rows)
    assert _sums(whole.rows) == _together(*parts)


@FEW
@given(stands=STANDS)
def test_pools_totals_and_co2e_agree(figures: Callable[..., Figures], stands: list[Words]) -> None:
    """In every group: total and vegetation are the sums of their pools, co2e is carbon x 44/12.

    Every stand, each a cell of its own at worst, is rounded to 0.0001 in carbon and in co2e:
    co2e misses by up to (0.5 x 44/12 + 0.5) x 0.0001 a stand and pool.
    """
    rows = figures(stands, ("vegetation_class", "origin")).rows
    keys = [KEY_OF["vegetation_class"], KEY_OF["origin"]]
    for _, group in rows.group_by(keys):
        value = {(q, p): v for q, p, v in group.select("quantity", "pool", "value").iter_rows()}
        for quantity in ("biomass", "carbon", "co2e"):
            pools = {p: value[quantity, p] for p in POOLS if (quantity, p) in value}
            assert value.get((quantity, "total")) == (sum(pools.values()) if pools else None)
            living = [pools[p] for p in POOLS[:3] if p in pools]
            if quantity != "biomass" and living:
                assert value[quantity, "vegetation"] == sum(living)
            else:
                assert (quantity, "vegetation") not in value
        for pool in POOLS:
            if ("carbon", pool) in value:
                miss = value["co2e", pool] * 12 - value["carbon", pool] * 44
                allowed = (Decimal(44) / 2 + Decimal(12) / 2) * QUANTUM * len(stands)
                assert abs(miss) <= allowed


@FEW
@given(stands=STANDS, order=st.randoms(use_true_random=False))
def test_the_order_of_stands_is_nothing(
    figures: Callable[..., Figures], stands: list[Words], order: random.Random
) -> None:
    """Every column of every row is the same, errors and shares to the last bit."""
    shuffled = list(stands)
    order.shuffle(shuffled)
    first, second = (figures(some, ("region", "species_group")) for some in (stands, shuffled))
    assert first.rows.equals(second.rows)
    assert first.flags.equals(second.flags)
    assert first.parameters.equals(second.parameters)


def _twice(words: Words) -> Words:
    *keys, _, _ = words
    keys[2] = str(2 * Decimal(str(words[2])))
    doubled = (None if figure is None else str(2 * Decimal(figure)) for figure in words[-2:])
    return (*keys, *doubled)


@FEW
@given(stands=STANDS)
def test_twice_the_stands_is_twice_the_stock(
    figures: Callable[..., Figures], stands: list[Words]
) -> None:
    """Area, volume and culms doubled: the same m3/ha, so everything doubles, errors as well.

    Twice a rounded figure is off by one quantum, the rounded double by half a one, in each
    stand and each of up to six pools. What is measured is not rounded at all.
    """
    once, twice = figures(stands).rows, figures([_twice(words) for words in stands]).rows
    assert once.select("quantity", "pool", "n").equals(twice.select("quantity", "pool", "n"))
    allowed = Decimal("1.5") * QUANTUM * len(stands) * len(POOLS)
    for one, two in zip(once.to_dicts(), twice.to_dicts(), strict=True):
        miss = abs(2 * one["value"] - two["value"])
        assert miss <= (allowed if one["pool"] else 0)
        assert one["se_reason"] == two["se_reason"]
        if one["se"] is not None:
            assert two["se"] == pytest.approx(2 * one["se"], rel=1e-9)
