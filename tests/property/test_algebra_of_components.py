"""What must hold for the components of change of any trees and plots."""

from decimal import Decimal
from fractions import Fraction
from random import Random

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinkcalc.accounting.components import plot_components
from sinkcalc.accounting.tree_components import tree_components
from sinkcalc.schemas.components import PairedPlot
from sinkcalc.vocabulary import GONE_STATUSES, TREE_STATUSES

SOME = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
PLOTS = ("A", "B", "C", "D")
AREAS = ("0.02", "0.04", "0.08")
TREE = {
    "plot_id": pl.String,
    "tree_id": pl.String,
    "status": pl.Enum(TREE_STATUSES),
    "carbon_t": pl.Float64,
    "tally_area_ha": pl.Decimal(10, 6),
}
FIGURES = (
    "survivor_growth",
    "ongrowth",
    "ingrowth",
    "mortality",
    "harvest",
    "loss",
    "correction",
)
Tree = tuple[str, str, str | None, float, str | None]


def _tallies(areas: tuple[str | None, ...]) -> st.SearchStrategy[list[Tree]]:
    """Draw the trees of one occasion; few numbers, so that many meet again on the other."""
    tree = st.tuples(
        st.sampled_from(PLOTS[:3]),
        st.integers(1, 12).map(str),
        st.sampled_from((None, "retained", "retained", *TREE_STATUSES)),
        # thirds and sevenths of the quantum come in through the areas and these floats
        st.floats(0, 50, allow_nan=False),
        st.sampled_from(areas),
    )
    return st.lists(tree, max_size=40, unique_by=lambda row: row[:2])


NESTED = _tallies((None, *AREAS))
WHOLE = _tallies((None,))


def _frame(trees: list[Tree]) -> pl.LazyFrame:
    text = {**TREE, "tally_area_ha": pl.String}
    return pl.LazyFrame(trees, schema=text, orient="row").cast(TREE)


def _paired(occasions: str = "both") -> pl.LazyFrame:
    rows = [(plot, occasions, 5, "0.08") for plot in PLOTS]
    return PairedPlot.cast(pl.LazyFrame(rows, schema=PairedPlot.column_names(), orient="row"))


def _components(first: list[Tree], last: list[Tree], *, per_ha: bool = True) -> pl.DataFrame:
    return tree_components(
        _frame(first), _frame(last), _paired(), "carbon_t", per_ha=per_ha
    ).collect()


def _stock(trees: list[Tree], plot: str) -> Decimal:
    """Sum living trees in whole quanta, tree by tree, without the program."""
    return sum(
        (
            Decimal(round(value / float(area or "0.08") * 1e8)).scaleb(-8)
            for at, _, status, value, area in trees
            if at == plot and status not in GONE_STATUSES
        ),
        Decimal(0),
    )


@SOME
@given(NESTED, NESTED)
def test_the_components_add_up_to_the_last_digit(first: list[Tree], last: list[Tree]) -> None:
    rows = _components(first, last)
    assert rows["plot_id"].to_list() == list(PLOTS)
    for row in rows.iter_rows(named=True):
        plus = row["survivor_growth"] + row["ongrowth"] + row["ingrowth"] + row["correction"]
        minus = row["mortality"] + row["harvest"] + row["loss"]
        assert row["value_to"] - row["value_from"] == plus - minus
        assert row["net_increment"] == plus - minus
        assert row["gross_growth"] == plus - row["correction"]
        assert row["gross_consumption"] == minus
        assert min(minus, row["mortality"], row["harvest"], row["loss"], row["ingrowth"]) >= 0


@SOME
@given(NESTED, NESTED)
def test_the_stocks_are_those_of_the_living_trees(first: list[Tree], last: list[Tree]) -> None:
    for row in _components(first, last).iter_rows(named=True):
        for trees, name in ((first, "value_from"), (last, "value_to")):
            # a half quantum may fall to either side
            apart = abs(row[name] - _stock(trees, row["plot_id"]))
            assert Fraction(apart) <= Fraction(len(trees), 10**8)


@SOME
@given(NESTED, NESTED, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(
    first: list[Tree],
    last: list[Tree],
    chance: Random,
) -> None:
    shuffled = [list(trees) for trees in (first, last)]
    for trees in shuffled:
        chance.shuffle(trees)
    assert _components(*shuffled).equals(_components(first, last))


@SOME
@given(WHOLE, WHOLE)
def test_components_are_additive_over_plots(first: list[Tree], last: list[Tree]) -> None:
    """All trees as one plot, numbers made distinct, have the sum of the components."""
    apart = _components(first, last, per_ha=False)
    as_one = [
        [("A", f"{plot}{number}", *rest) for plot, number, *rest in trees]
        for trees in (first, last)
    ]
    (together,) = _components(*as_one, per_ha=False).filter(pl.col("plot_id") == "A").to_dicts()
    for name in (*FIGURES, "value_from", "value_to", "gross_growth", "gross_consumption"):
        assert sum(apart[name], Decimal(0)) == together[name]


@SOME
@given(NESTED, NESTED)
def test_a_plot_does_not_feel_the_others(first: list[Tree], last: list[Tree]) -> None:
    alone = [[tree for tree in trees if tree[0] == "B"] for trees in (first, last)]
    is_b = pl.col("plot_id") == "B"
    assert _components(*alone).filter(is_b).equals(_components(first, last).filter(is_b))


@SOME
@given(WHOLE)
def test_the_same_trees_twice_have_no_change(trees: list[Tree]) -> None:
    """Nothing dies, nothing grows: what is living stays, what is gone stays gone."""
    living = [tree for tree in trees if tree[2] in (None, "retained")]
    for row in _components(living, living).iter_rows(named=True):
        assert {row[name] for name in FIGURES} == {Decimal(0)}
        assert row["trees_from"] == row["trees_to"]


VOLUME = st.decimals("0", "500", places=4)
STOCKS = st.lists(st.tuples(VOLUME, VOLUME, VOLUME, VOLUME), min_size=1, max_size=20)


@SOME
@given(STOCKS)
def test_gross_growth_of_plots_balances(stocks: list[tuple[Decimal, ...]]) -> None:
    def side(volumes: list[tuple[Decimal, ...]], year: int) -> pl.LazyFrame:
        return pl.LazyFrame(
            [(str(n), year, "0.08", *figures) for n, figures in enumerate(volumes)],
            schema={
                "plot_id": pl.String,
                "measured_year": pl.Int32,
                "plot_area_ha": pl.String,
                "volume_m3": pl.Decimal(12, 4),
                "dead_volume_m3": pl.Decimal(12, 4),
                "cut_volume_m3": pl.Decimal(12, 4),
            },
            orient="row",
        ).with_columns(pl.col("plot_area_ha").cast(pl.Decimal(10, 6)))

    first = side([(before, Decimal(0), Decimal(0)) for before, *_ in stocks], 2010)
    last = side([(after, dead, cut) for _, after, dead, cut in stocks], 2015)
    rows = plot_components(first, last).collect()
    before, after, dead, cut = (sum(column, Decimal(0)) for column in zip(*stocks, strict=True))
    assert sum(rows["gross_growth"], Decimal(0)) == after - before + dead + cut
    assert rows.height == len(stocks)
