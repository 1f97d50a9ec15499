"""Basal-area components of four Austrian spruce plots, 1923-1998.

Kindermann et al. 2018, Sci. Data 5:180077 (data `trlpsptime` of the R package biometrics): each
tree's diameter in mm, at first measured crosswise with callipers (dbh, dbh2), later by tape (dbh
alone). No record tells dead from removed.
"""

import math
import sys
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.accounting.persistence import persistence, require_persistence
from sinkcalc.accounting.tree_components import check_trees, tree_components
from sinkcalc.schemas.components import PairedPlot
from sinkcalc.vocabulary import TREE_STATUSES

FILE = (
    Path(__file__).parents[3] / "shared" / "data" / "psp_austria_hauersteig" / "trees_long.parquet"
)
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"data are not here: {FILE}")

# not a tally of the whole plot, see the test of each
PARTIAL = {(1, 1923), (1, 1924), *((plot, 1942) for plot in (1, 2, 3, 4))}
Occasion = tuple[int, int]


def _say(*words: object) -> None:
    """Show a figure to who asks for it with pytest -s."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


@pytest.fixture(scope="module")
def records() -> pl.DataFrame:
    """Every record, with the basal area, m2, of the mean diameter.

    g = pi/4 d2, d = (dbh + dbh2) / 2, or dbh where there is no second diameter.
    """
    diameter = pl.coalesce((pl.col("dbh") + pl.col("dbh2")) / 2, pl.col("dbh")) / 1000
    return pl.read_parquet(FILE).select(
        "plot",
        "year",
        "obs",
        "dbh",
        "dbh2",
        pl.col("plot").cast(pl.String).alias("plot_id"),
        pl.col("tree").cast(pl.String).alias("tree_id"),
        pl.lit(None, pl.Enum(TREE_STATUSES)).alias("status"),
        pl.lit(None, pl.String).alias("species"),
        pl.col("species").alias("species_code"),
        (100 * diameter).alias("dbh_cm"),
        (diameter**2 * (math.pi / 4)).alias("basal_area_m2"),
        pl.lit(None, pl.Decimal(10, 6)).alias("tally_area_ha"),
    )


@pytest.fixture(scope="module")
def trees(records: pl.DataFrame) -> pl.DataFrame:
    """Trees with a diameter on whole tallies; 423 rows of 1989 and 83 of 1923-24 have none."""
    whole = pl.DataFrame(sorted(PARTIAL), schema=["plot", "year"], orient="row")
    return records.filter(pl.col("dbh").is_not_null()).join(whole, on=["plot", "year"], how="anti")


def _occasions(trees: pl.DataFrame, plot: int) -> list[Occasion]:
    rows = trees.filter(pl.col("plot") == plot).select("year", "obs").unique().sort("year", "obs")
    return [(year, obs) for year, obs in rows.iter_rows()]


def _on(trees: pl.DataFrame, plot: int, occasion: Occasion) -> pl.DataFrame:
    year, obs = occasion
    return trees.filter(
        (pl.col("plot") == plot) & (pl.col("year") == year) & (pl.col("obs") == obs)
    )


def _pairs(trees: pl.DataFrame) -> list[tuple[int, Occasion, Occasion]]:
    by_plot = {plot: _occasions(trees, plot) for plot in (1, 2, 3, 4)}
    return [
        (plot, first, last)
        for plot, occasions in by_plot.items()
        for first, last in pairwise(occasions)
    ]


def _components(
    trees: pl.DataFrame, plot: int, first: Occasion, last: Occasion
) -> dict[str, Decimal]:
    rows = [(str(plot), "both", last[0] - first[0] or None, None)]
    plots = PairedPlot.cast(pl.DataFrame(rows, schema=PairedPlot.column_names(), orient="row"))
    sides = _on(trees, plot, first), _on(trees, plot, last)
    check_trees(*sides, plots, "basal_area_m2", per_ha=False)
    (row,) = (
        tree_components(
            sides[0].lazy(), sides[1].lazy(), plots.lazy(), "basal_area_m2", per_ha=False
        )
        .collect()
        .to_dicts()
    )
    return row


# what the occasions are


def test_there_are_23_years_on_every_plot(records: pl.DataFrame) -> None:
    assert records.group_by("plot").agg(pl.col("year").n_unique())["year"].to_list() == [23] * 4


def test_the_second_observation_of_1929_follows_a_thinning(records: pl.DataFrame) -> None:
    """Keys that occur twice are of 1929, plots 2 to 4: two occasions, not two readings of one.

    The first has the trees of 1927 but for 4, the second those of 1930 and 5: 251 went between
    them, and the others grew by 2.7 mm, more than from 1927 to the first (1.9 mm).
    """
    twice = records.filter(pl.len().over("plot_id", "tree_id", "year") > 1)
    assert twice.height == 2 * 1852
    assert twice.select("plot", "year").unique().sort("plot").rows() == [
        (2, 1929),
        (3, 1929),
        (4, 1929),
    ]
    by = {
        (year, obs): records.filter((pl.col("year") == year) & (pl.col("obs") == obs))
        for year, obs in ((1927, 1), (1929, 1), (1929, 2), (1930, 1))
    }
    keys = {
        at: set(rows.filter(pl.col("plot") > 1)["plot_id", "tree_id"].iter_rows())
        for at, rows in by.items()
    }
    assert len(keys[1929, 1] - keys[1929, 2]) == 251
    assert len(keys[1929, 2] - keys[1929, 1]) == 0
    assert len(keys[1927, 1] - keys[1929, 1]) == 4
    assert len(keys[1929, 2] - keys[1930, 1]) == 5

    def grown(first: Occasion, last: Occasion) -> float:
        both = by[first].filter(pl.col("plot") > 1).join(by[last], on=["plot_id", "tree_id"])
        return float((both["dbh_right"] - both["dbh"]).mean())

    assert round(grown((1927, 1), (1929, 1)), 2) == 1.87
    assert round(grown((1929, 1), (1929, 2)), 2) == 2.75
    _say(
        "\n1927 to 1929/1, 1929/1 to 1929/2, 1929/2 to 1930: trees",
        *(len(keys[at]) for at in keys),
        "growth mm",
        *(round(grown(a, b), 2) for a, b in pairwise(by)),
    )


def test_1942_has_trees_that_go(records: pl.DataFrame) -> None:
    """All of them stood in 1940 and none is seen later: 318 of the 655 that went by 1944."""
    by = {year: records.filter(pl.col("year") == year) for year in (1940, 1942, 1944)}
    later = records.filter(pl.col("year") > 1942)
    keys = ["plot_id", "tree_id"]
    assert by[1942].join(by[1940], on=keys, how="anti").height == 0
    assert by[1942].join(later, on=keys, how="semi").height == 0
    went = by[1940].join(by[1944], on=keys, how="anti").height
    numbers = by[1942].group_by("plot").len().sort("plot").rows()
    _say("\ntrees of 1942 by plot", numbers, "went from 1940 to 1944", went)
    assert numbers == [(1, 131), (2, 102), (3, 59), (4, 26)]
    assert went == 655


def test_rows_without_a_diameter(records: pl.DataFrame) -> None:
    bare = records.filter(pl.col("dbh").is_null())
    assert bare.group_by("year").len().sort("year").rows() == [(1923, 81), (1924, 2), (1989, 423)]


def test_plot_1_is_whole_from_1925(records: pl.DataFrame) -> None:
    """Tallied in parts before: 1 219 of 1 579 trees of 1925 have no earlier record.

    They are too thick to have grown in: nothing grows in on any plot later.
    """
    plot_1 = records.filter((pl.col("plot") == 1) & pl.col("dbh").is_not_null())
    by = {year: plot_1.filter(pl.col("year") == year) for year in (1923, 1924, 1925)}
    new = by[1925].join(pl.concat([by[1923], by[1924]]), on="tree_id", how="anti")
    assert (by[1925].height, new.height) == (1579, 1219)
    assert by[1923].join(by[1924], on="tree_id", how="semi").height <= 5


def test_the_two_diameters_of_a_tree_differ_little(records: pl.DataFrame) -> None:
    """Mean diameter or mean of two circles: pi/16 (dbh - dbh2)^2 apart, below 1 % of the sum."""
    both = records.drop_nulls(["dbh", "dbh2"])
    circles = ((both["dbh"] ** 2 + both["dbh2"] ** 2) / 2).sum()
    mean = (((both["dbh"] + both["dbh2"]) / 2) ** 2).sum()
    _say(f"\n{both.height} of {records.height} with two diameters; {circles / mean - 1:.5%} apart")
    assert 0 < circles / mean - 1 < 0.01


# components


def test_tree_numbers_persist(trees: pl.DataFrame) -> None:
    for plot, first, last in _pairs(trees):
        found = persistence(_on(trees, plot, first), _on(trees, plot, last))
        assert found.changed == 0
        require_persistence(found)


def test_components_of_every_interval(trees: pl.DataFrame) -> None:
    """19 intervals on plot 1, 22 on the others; the sums are taken again tree by tree."""
    pairs = _pairs(trees)
    counts = [len([pair for pair in pairs if pair[0] == plot]) for plot in (1, 2, 3, 4)]
    assert counts == [19, 22, 22, 22]
    _say("\nplot from to | m2: G1 G2 survivor_growth ingrowth loss | trees")
    for plot, first, last in pairs:
        row = _components(trees, plot, first, last)
        _say(
            plot,
            *("/".join(map(str, at)) for at in (first, last)),
            *(
                f"{row[name]:9.5f}"
                for name in ("value_from", "value_to", "survivor_growth", "ingrowth", "loss")
            ),
            row["trees_from"],
            row["trees_to"],
        )
        assert row["value_to"] - row["value_from"] == (
            row["survivor_growth"] + row["ingrowth"] - row["loss"]
        )
        assert {row[name] for name in ("mortality", "harvest", "correction", "ongrowth")} == {0}
        by_hand = _by_hand(_on(trees, plot, first), _on(trees, plot, last))
        for name, value in by_hand.items():
            # a hundredth of a square millimetre for each tree at the most
            assert abs(float(row[name]) - value) < 1e-8 * max(1, row["trees_from"])


def _by_hand(first: pl.DataFrame, last: pl.DataFrame) -> dict[str, float]:
    """Take the components tree by tree in Python."""
    before, after = (
        dict(zip(side["tree_id"], side["basal_area_m2"], strict=True)) for side in (first, last)
    )
    return {
        "survivor_growth": sum(after[tree] - before[tree] for tree in before.keys() & after.keys()),
        "ingrowth": sum(after[tree] for tree in after.keys() - before.keys()),
        "loss": sum(before[tree] for tree in before.keys() - after.keys()),
    }


def test_the_intervals_add_up_to_the_whole_time(trees: pl.DataFrame) -> None:
    for plot in (1, 2, 3, 4):
        rows = [_components(trees, *pair) for pair in _pairs(trees) if pair[0] == plot]
        total = {
            name: sum((row[name] for row in rows), Decimal(0))
            for name in ("survivor_growth", "ingrowth", "loss")
        }
        _say("\nplot", plot, rows[0]["value_from"], rows[-1]["value_to"], total)
        assert rows[-1]["value_to"] - rows[0]["value_from"] == (
            total["survivor_growth"] + total["ingrowth"] - total["loss"]
        )
        # planted at once: nothing grows in
        assert total["survivor_growth"] > 0
        assert total["ingrowth"] == 0
