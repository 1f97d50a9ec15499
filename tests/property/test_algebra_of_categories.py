"""A split by category of the forest changes no sum and no error of a sum."""

from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stands_of_every_kind import stands_of_every_kind

from sinkcalc.coefficients.factors import load_factors
from sinkcalc.pipeline.figures import Figures, forest_figures
from sinkcalc.uncertainty.draws import Chance
from sinkcalc.uncertainty.errors import all_errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts, sum_errors
from sinkcalc.vocabulary import FOREST_CATEGORIES, METHODS

Encode = Callable[..., pl.LazyFrame]
Words = tuple[str | None, ...]

KEY = "forest_category"
CATEGORIES = (None, *FOREST_CATEGORIES)
FEW = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def _figures(encode: Encode, stands: list[Words], by: tuple[str, ...], method: str) -> Figures:
    factors = load_factors(method)
    return forest_figures(encode(stands), factors, by, None, Chance(all_errors(factors, 2020)))


def _of(stands: list[tuple], categories: list[str | None]) -> list[Words]:
    """Give stands (at most 13 words) a category each."""
    pairs = zip(stands, categories, strict=True)
    return [(*stand, *(None,) * (13 - len(stand)), category) for stand, category in pairs]


def _sums(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    return (
        rows.group_by(*keys, "quantity", "pool")
        .agg(pl.col("value").sum(), pl.col("n").sum())
        .sort(*keys, "quantity", "pool")
    )


def _require_sums(whole: Figures, parts: Figures, keys: list[str]) -> None:
    assert _sums(whole.rows, keys).equals(_sums(parts.rows, keys))
    assert whole.stands == parts.stands
    assert (parts.rows["value"] >= 0).all()
    assert whole.flags.equals(parts.flags)
    assert whole.parameters.equals(parts.parameters)


@pytest.mark.parametrize("method", METHODS)
def test_every_kind_of_stand_by_every_method(encode: Encode, method: str) -> None:
    """The categories go round, so that most cells have stands of several.

    The error of the whole comes out of the parts of the errors of the groups: what they share
    moves them together. Floats are summed in another order, to 1e-9.
    """
    kinds = stands_of_every_kind() * 3
    stands = _of(kinds, [CATEGORIES[(7 * n) % 3] for n in range(len(kinds))])
    whole = _figures(encode, stands, ("region",), method)
    parts = _figures(encode, stands, ("region", KEY), method)
    _require_sums(whole, parts, ["region_code"])
    assert set(parts.rows[KEY]) == set(CATEGORIES)

    keys = ["region_code", "quantity", "pool"]
    errors = Chance(all_errors(load_factors(method), 2020)).errors
    made = ErrorParts(parts.gradients, parts.residuals, errors)
    assert made.errors.spreads.schema == NO_SPREADS.schema
    summed = sum_errors(made, keys).rows.select(*keys, pl.col("se").alias("of_parts"))
    beside = whole.rows.join(summed, on=keys, nulls_equal=True)
    assert beside.height == whole.rows.height
    assert beside["se"].is_null().equals(beside["of_parts"].is_null())
    for one, two in beside.select("se", "of_parts").drop_nulls().iter_rows():
        assert two == pytest.approx(one, rel=1e-9, abs=1e-9)


def _figure(low: str, high: str) -> st.SearchStrategy[str]:
    return st.decimals(low, high, places=4).map(str)


# few cells of tiny stands: what rounding leaves is then as large as the stands themselves
TINY: st.SearchStrategy[list[Words]] = st.lists(
    st.tuples(
        st.just("330102"),
        st.sampled_from(("arbor", "bamboo", "economic")),
        _figure("0.0001", "0.0009"),
        st.sampled_from((None, "oak")),
        st.just("natural"),
        st.just("middle"),
        st.none() | _figure("0.0001", "0.0009"),
        st.sampled_from((None, "1")),
        *(st.none() for _ in range(5)),
        st.sampled_from(CATEGORIES),
    ),
    min_size=1,
    max_size=30,
)


@FEW
@given(stands=TINY)
def test_tiny_stands_add_up_and_none_is_below_zero(encode: Encode, stands: list[Words]) -> None:
    for by in ((), ("vegetation_class", "species_group")):
        whole = _figures(encode, stands, by, METHODS[0])
        parts = _figures(encode, stands, (*by, KEY), METHODS[0])
        _require_sums(whole, parts, list(by))


@FEW
@given(stands=TINY)
def test_pools_add_up_in_every_category(encode: Encode, stands: list[Words]) -> None:
    """What rounding leaves goes to the same group in a pool and in the totals with it."""
    rows = _figures(encode, stands, (KEY,), METHODS[0]).rows
    for _, group in rows.group_by(KEY, "quantity"):
        value = dict(group.select("pool", "value").iter_rows())
        for name in ("total", "vegetation"):
            overlapping = ("total", "vegetation")
            within = ("above_ground", "below_ground", "understorey")
            pools = [
                figure
                for pool, figure in value.items()
                if pool is not None
                and pool not in overlapping
                and (name == "total" or pool in within)
            ]
            if name in value:
                assert value[name] == sum(pools, Decimal(0))


def test_a_category_alone_is_the_whole(encode: Encode) -> None:
    """Stands of one category: the split gives the very rows of the estimate without it."""
    stands = _of(stands_of_every_kind(), ["commercial"] * len(stands_of_every_kind()))
    whole = _figures(encode, stands, ("region",), METHODS[0])
    parts = _figures(encode, stands, ("region", KEY), METHODS[0])
    assert set(parts.rows[KEY]) == {"commercial"}
    assert parts.rows.drop(KEY).equals(whole.rows)
    assert parts.budget.drop(KEY).equals(whole.budget)
