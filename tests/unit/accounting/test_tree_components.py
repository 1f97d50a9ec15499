"""Components of change from trees: every status, and nested plots, by hand."""

from decimal import Decimal

import polars as pl
import pytest
from polars.exceptions import ComputeError

from sinkcalc.accounting.tree_components import check_trees, tree_components
from sinkcalc.errors import SinkcalcError
from sinkcalc.schemas.components import PairedPlot
from sinkcalc.vocabulary import TREE_STATUSES

TREE = {
    "plot_id": pl.String,
    "tree_id": pl.String,
    "status": pl.Enum(TREE_STATUSES),
    "volume_m3": pl.Decimal(12, 6),
    "tally_area_ha": pl.Decimal(10, 6),
}
COMPONENTS = (
    "survivor_growth",
    "ongrowth",
    "ingrowth",
    "mortality",
    "harvest",
    "loss",
    "correction",
)


def _trees(*rows: tuple[str | None, ...]) -> pl.LazyFrame:
    full = [(*row, None) if len(row) == 4 else row for row in rows]
    return pl.LazyFrame(full, schema=dict.fromkeys(TREE, pl.String), orient="row").cast(TREE)


def _paired(*plots: str, area: str | None = None, occasions: str = "both") -> pl.LazyFrame:
    rows = [(plot, occasions, 5, area) for plot in plots]
    return PairedPlot.cast(pl.LazyFrame(rows, schema=PairedPlot.column_names(), orient="row"))


def _row(
    first: pl.LazyFrame, last: pl.LazyFrame, plots: pl.LazyFrame, *, per_ha: bool = False
) -> dict[str, Decimal]:
    (row,) = tree_components(first, last, plots, "volume_m3", per_ha=per_ha).collect().to_dicts()
    return row


FIRST = _trees(
    ("A", "1", "retained", "0.5"),
    ("A", "2", "ingrowth", "0.25"),
    ("A", "3", None, "0.125"),
    ("A", "4", "retained", "0.0625"),
    ("A", "5", "retained", "2"),
    ("A", "6", "retained", "4"),
    ("A", "7", "retained", "8"),
    ("A", "8", "retained", "16"),
    ("A", "9", "standing_dead", "32"),
    ("A", "10", "standing_dead", None),
    ("A", "11", "cut", None),
    ("A", "12", "retained", "64"),
)
LAST = _trees(
    ("A", "1", "retained", "0.75"),
    ("A", "2", "standing_dead", "0.5"),
    ("A", "3", "fallen_dead", None),
    ("A", "4", "cut", None),
    ("A", "5", "tallied_wrongly", None),
    ("A", "6", "dbh_corrected", "5"),
    ("A", "7", "species_corrected", "7.5"),
    ("A", "8", "status_corrected", "17"),
    ("A", "10", "status_corrected", "0.375"),
    ("A", "11", "ingrowth", "0.03125"),
    ("A", "13", "ingrowth", "0.015625"),
    ("A", "14", None, "0.0625"),
    ("A", "15", "missed_before", "3"),
    ("A", "16", "retained", "9"),
    ("A", "17", "standing_dead", "128"),
)


def test_every_status_by_hand() -> None:
    """One tree a case, values that no other sum can imitate.

    First 0.5 + 0.25 + 0.125 + 0.0625 + 2 + 4 + 8 + 16 + 64 = 94.9375 (9 to 11 are gone then).
    Last 0.75 + 5 + 7.5 + 17 + 0.375 + 0.03125 + 0.015625 + 0.0625 + 3 + 9 = 42.734375.
    Survivors 1 and 8: 0.25 + 1 = 1.25. Ingrowth 11 (number of a cut tree given again), 13 and
    14: 0.03125 + 0.015625 + 0.0625 = 0.109375. Dead 2 and 3: 0.375. Cut 4: 0.0625. No record,
    12: 64. Corrections: 5 leaves (-2), 6 (+1), 7 (-0.5), 10 was no dead tree (+0.375), 15 missed
    before (+3), 16 called retained without a record (+9): 10.875. 17 lived on neither.
    """
    row = _row(FIRST, LAST, _paired("A"))
    assert row["value_from"] == Decimal("94.9375")
    assert row["value_to"] == Decimal("42.734375")
    assert {name: row[name] for name in COMPONENTS} == {
        "survivor_growth": Decimal("1.25"),
        "ongrowth": Decimal(0),
        "ingrowth": Decimal("0.109375"),
        "mortality": Decimal("0.375"),
        "harvest": Decimal("0.0625"),
        "loss": Decimal(64),
        "correction": Decimal("10.875"),
    }
    assert (row["trees_from"], row["trees_to"], row["trees_corrected"]) == (9, 10, 6)
    assert row["gross_growth"] == Decimal("1.359375")
    assert row["gross_consumption"] == Decimal("64.4375")
    assert row["net_increment"] == Decimal("42.734375") - Decimal("94.9375")


def test_the_example_of_the_guide() -> None:
    """Figures of docs/components.md: 1.65 to 1.40 m3 in five years."""
    first = _trees(
        ("A", "1", "retained", "0.50"),
        ("A", "2", "retained", "0.30"),
        ("A", "3", "retained", "0.25"),
        ("A", "4", "retained", "0.60"),
    )
    last = _trees(
        ("A", "1", "retained", "0.75"),
        ("A", "2", "retained", "0.40"),
        ("A", "3", "standing_dead", None),
        ("A", "4", "cut", None),
        ("A", "5", "ingrowth", "0.05"),
        ("A", "6", "missed_before", "0.20"),
    )
    row = _row(first, last, _paired("A"))
    assert (row["value_from"], row["value_to"]) == (Decimal("1.65"), Decimal("1.40"))
    assert [row[name] for name in COMPONENTS] == [
        Decimal(text) for text in ("0.35", "0", "0.05", "0.25", "0.60", "0", "0.20")
    ]
    assert row["net_increment"] == Decimal("-0.25")
    assert row["gross_growth"] == Decimal("0.40")
    assert row["gross_consumption"] == Decimal("0.85")
    assert round(float(row["net_increment_fraction_per_year"]), 4) == -0.0328


def test_trees_of_nested_plots_by_hand() -> None:
    """A small plot of 0.04 ha inside a large one of 0.08 ha, m3 per ha.

    1 stays on the small plot: 0.4 to 0.5, growth 0.1/0.04 = 2.5. 2 passes to the large one, 0.6
    to 0.8: growth 0.2/0.04 = 5, ongrowth 0.8 (1/0.08 - 1/0.04) = -10. 3 stays on the large one,
    1 to 1.4: growth 0.4/0.08 = 5. 4 is 2's twin outside the small plot, tallied now that it is
    large: ongrowth 0.8/0.08 = 10. 5 grows in: 0.02/0.04 = 0.5. 6 dies on the large plot: 12.5.
    The two ongrowths cancel, as they do in expectation.
    """
    first = _trees(
        ("A", "1", "retained", "0.4", "0.04"),
        ("A", "2", "retained", "0.6", "0.04"),
        ("A", "3", "retained", "1", "0.08"),
        ("A", "6", "retained", "1", None),
    )
    last = _trees(
        ("A", "1", "retained", "0.5", "0.04"),
        ("A", "2", "retained", "0.8", "0.08"),
        ("A", "3", "retained", "1.4", None),
        ("A", "4", "ingrowth", "0.8", "0.08"),
        ("A", "5", "ingrowth", "0.02", "0.04"),
        ("A", "6", "fallen_dead", "1", None),
    )
    row = _row(first, last, _paired("A", area="0.08"), per_ha=True)
    assert row["value_from"] == Decimal("50")
    assert row["value_to"] == Decimal("50.5")
    assert row["survivor_growth"] == Decimal("12.5")
    assert row["ongrowth"] == Decimal(0)
    assert row["ingrowth"] == Decimal("0.5")
    assert row["mortality"] == Decimal("12.5")
    without_twin = _row(
        first, last.filter(pl.col("tree_id") != "4"), _paired("A", area="0.08"), per_ha=True
    )
    assert without_twin["ongrowth"] == Decimal(-10)


def test_a_plot_without_trees_has_zeros_and_one_not_compared_has_nulls() -> None:
    plots = pl.concat([_paired("A", "B"), _paired("C", occasions="first")])
    rows = tree_components(FIRST, LAST, plots, "volume_m3", per_ha=False).collect()
    assert rows["plot_id"].to_list() == ["A", "B", "C"]
    assert rows["value_from"].to_list() == [Decimal("94.9375"), Decimal(0), None]
    assert rows["net_increment"].to_list()[1:] == [Decimal(0), None]


def test_a_living_tree_without_a_value_leaves_no_figures() -> None:
    """Skipped in the sums it would look like a loss."""
    last = _trees(("A", "1", "retained", None), ("A", "2", "cut", None))
    row = _row(FIRST.filter(pl.col("tree_id").is_in(["1", "2"])), last, _paired("A"))
    assert {row[name] for name in COMPONENTS} == {None}


def test_a_number_given_twice_is_an_error() -> None:
    with pytest.raises(ComputeError):
        _row(pl.concat([FIRST, FIRST]), LAST, _paired("A"))


GOOD = _trees(("A", "1", "retained", "1", "0.04"))


@pytest.mark.parametrize(
    ("trees", "area", "per_ha", "said"),
    [
        (_trees(("A", None, None, "1")), "0.08", False, "no tree number"),
        (pl.concat([GOOD, GOOD]), "0.08", True, "twice"),
        (_trees(("A", "1", None, None)), "0.08", False, "living without volume_m3"),
        (_trees(("B", "1", None, "1")), "0.08", False, "not listed (the first: B/1)"),
        (_trees(("A", "1", None, "1")), None, True, "no tally or plot area"),
        (_trees(("A", "1", None, "1", "0")), "0.08", True, "no tally or plot area"),
        (GOOD, "0.08", False, "ask for values per ha"),
    ],
)
def test_trees_that_cannot_be_followed_are_refused(
    trees: pl.LazyFrame, area: str | None, per_ha: bool, said: str
) -> None:
    plots = _paired("A", area=area).collect()
    good = GOOD.with_columns(pl.lit(None, TREE["tally_area_ha"]).alias("tally_area_ha"))
    for first, last, occasion in ((trees, good.clear(), "first"), (good.clear(), trees, "last")):
        with pytest.raises(SinkcalcError) as refused:
            check_trees(first.collect(), last.collect(), plots, "volume_m3", per_ha=per_ha)
        assert said in refused.value.en
        assert f"{occasion} occasion" in refused.value.en
        assert "样木" in refused.value.zh


def test_usable_trees_pass() -> None:
    plots = _paired("A", area="0.08").collect()
    check_trees(FIRST.collect(), LAST.collect(), plots, "volume_m3", per_ha=False)
    check_trees(GOOD.collect(), GOOD.collect(), plots, "volume_m3", per_ha=True)
