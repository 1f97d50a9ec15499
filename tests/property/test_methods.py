"""What must hold of any stands by every method."""

from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sinkcalc.coefficients.factors import load_factors
from sinkcalc.pipeline.figures import forest_figures
from sinkcalc.vocabulary import BY_KEYS, FOREST_CATEGORIES, METHODS, SPECIES

Encode = Callable[..., pl.LazyFrame]
Words = tuple[str | None, ...]

REGIONS = ("330102", "330105", "330127")
FEW = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    # an example is an estimate of half a second: a failure is shown as found
    phases=(Phase.explicit, Phase.generate),
)


def _figure(low: str, high: str, places: int) -> st.SearchStrategy[str]:
    return st.decimals(low, high, places=places).map(str)


def _maybe(figure: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.none() | st.just("0") | figure


STANDS: st.SearchStrategy[list[Words]] = st.lists(
    st.tuples(
        st.sampled_from(REGIONS),
        st.sampled_from(("arbor", "arbor", "bamboo", "economic")),
        _figure("0.0001", "5000", 4),
        st.sampled_from((None, *SPECIES)),
        st.none(),
        st.none(),
        _maybe(_figure("0.0001", "900000", 4)),
        _maybe(st.integers(1, 10**8).map(str)),
        _maybe(_figure("0.0001", "900", 4)),
        _maybe(_figure("0.1", "20000", 1)),
        _maybe(_figure("0.1", "90", 1)),
        _maybe(_figure("0.1", "40", 1)),
        _maybe(_figure("0.1", "30", 1)),
        st.sampled_from((None, *FOREST_CATEGORIES)),
    ),
    min_size=1,
    max_size=25,
)


def _sums(
    encode: Encode, method: str, stands: list[Words], by: tuple[str, ...] = ()
) -> pl.DataFrame:
    rows = forest_figures(encode(stands), load_factors(method), by).rows
    return rows.group_by("quantity", "pool").agg(pl.col("value").sum(), pl.col("n").sum())


@pytest.mark.parametrize("method", METHODS)
@FEW
@given(stands=STANDS)
def test_biomass_is_never_negative_and_regions_add_up(
    encode: Encode, method: str, stands: list[Words]
) -> None:
    """The city is the sum of its regions estimated alone, and of its groups, as decimals.

    Alone: the classes of `ipcc-2006` are those of region and type, whatever lies outside. And
    the order of the stands is nothing, to the last bit of the errors.
    """
    whole = _sums(encode, method, stands)
    assert whole["value"].min() >= Decimal(0)
    factors = load_factors(method)
    forward, backward = (
        forest_figures(encode(some), factors, ("region",)) for some in (stands, stands[::-1])
    )
    assert forward.rows.equals(backward.rows)
    assert forward.flags.equals(backward.flags)
    keys = ["quantity", "pool"]
    by_group = _sums(encode, method, stands, BY_KEYS)
    parts = [[words for words in stands if words[0] == region] for region in REGIONS]
    alone = pl.concat(_sums(encode, method, part) for part in parts if part)
    alone = alone.group_by(keys).agg(pl.col("value").sum(), pl.col("n").sum())
    for other in (by_group, alone):
        assert whole.sort(keys).equals(other.sort(keys).cast(whole.schema))


GROWN: st.SearchStrategy[list[tuple[Words, str]]] = st.lists(
    st.tuples(
        st.tuples(
            st.sampled_from(REGIONS),
            st.just("arbor"),
            st.just("10"),
            st.sampled_from((None, *SPECIES)),
            st.none(),
            st.none(),
            _figure("0", "1200", 4),
        ),
        _figure("0.0001", "600", 4),
    ),
    min_size=1,
    max_size=15,
)


@FEW
@given(stands=GROWN)
def test_held_classes_let_no_growing_stand_lose_biomass(
    encode: Encode, stands: list[tuple[Words, str]]
) -> None:
    """With the classes of the earlier survey, more volume is more biomass in every region."""
    factors = load_factors("ipcc-2006")
    earlier = encode([words for words, _ in stands])
    later = encode(
        [(*words[:-1], str(Decimal(str(words[-1])) + Decimal(more))) for words, more in stands]
    )
    before = forest_figures(earlier, factors, ("region",))
    after = forest_figures(later, factors, ("region",), earlier)
    # a group whose volumes were all 0 has no class in the earlier survey, and no biomass there
    groups = ["region_code", "forest_type"]
    held = after.classes.join(before.classes, on=groups, how="semi")
    assert held.drop("class_source").equals(before.classes.drop("class_source"))
    joined = before.rows.join(
        after.rows, on=["region_code", "quantity", "pool"], nulls_equal=True
    ).filter(pl.col("quantity") == "biomass")
    assert joined.filter(pl.col("value_right") < pl.col("value")).rows() == []


def test_without_holding_the_class_biomass_falls(encode: Encode) -> None:
    """Conifers from 20 to 21 m3/ha: 20 x 6.0 = 120 t/ha above ground, then 21 x 1.2 = 25.2."""
    factors = load_factors("ipcc-2006")

    def above(volume: str, held: str | None) -> Decimal:
        stands = encode([("330102", "arbor", "1", "masson_pine", None, None, volume)])
        classes = (
            None
            if held is None
            else encode([("330102", "arbor", "1", "masson_pine", None, None, held)])
        )
        rows = forest_figures(stands, factors, (), classes).rows
        found = rows.filter(pl.col("quantity") == "biomass", pl.col("pool") == "above_ground")[
            "value"
        ].item()
        return Decimal(found)

    assert (above("20", None), above("21", None)) == (Decimal(120), Decimal("25.2"))
    assert above("21", "20") == Decimal(126)


def test_a_type_new_in_a_region_keeps_its_own_class(encode: Encode) -> None:
    factors = load_factors("ipcc-2006")
    oak = ("330102", "arbor", "1", "oak", None, None, "50")
    pine = ("330102", "arbor", "1", "masson_pine", None, None, "10")
    figures = forest_figures(encode([oak, pine]), factors, (), encode([pine]))
    means = figures.classes.cast({"forest_type": pl.String}).select(
        "forest_type", "growing_stock_m3_per_ha"
    )
    assert dict(means.iter_rows()) == {"conifers": 10.0, "hardwoods": 50.0}
