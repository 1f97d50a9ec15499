"""From trees to a hectare of each plot.

Trees of Masson pine with a given volume of 0.2 m3 and 20 cm, factors of `volume-bef`:
above 0.2·380·1.472 = 111.872 kg, below ·0.187 = 20.920064 kg, carbon 0.46·132.792064/1000
= 0.06108434944 t C. On 0.08 ha one tree is 12.5 trees per ha: volume 2.5 m3/ha, above
1.3984 t/ha, below 0.2615008 t/ha, carbon 0.763554368 t C/ha, basal area
12.5·pi·0.1² = 0.392699 m2/ha.
"""

from typing import Any

import polars as pl
import pytest
from plots_and_trees import plots, trees

from sinkcalc.accounting.plot_checks import (
    plots_without_area,
    refuse_without_area,
    trees_without_plot,
)
from sinkcalc.accounting.plot_table import plot_table
from sinkcalc.coefficients.trees import load_tree_models
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import GONE_STATUSES, TREE_STATUSES

PINE: dict[str, Any] = {"species": "masson_pine", "dbh_cm": 20, "volume_m3": 0.2}
ONE_TREE = {
    "trees": 1,
    "volume_m3_per_ha": 2.5,
    "basal_area_m2_per_ha": 0.392699,
    "above_ground_t_per_ha": 1.3984,
    "below_ground_t_per_ha": 0.261501,
    "carbon_t_per_ha": 0.763554,
}
FIGURES = [name for name in ONE_TREE if name != "trees"]
# what a tree stands for is rounded to 1e-6 per ha
QUANTUM = 0.5e-6 + 1e-12


def _table(
    plot: dict[str, Any], *listed: dict[str, Any], set_name: str = "volume-bef"
) -> dict[str, Any]:
    one = {"plot_id": "1", "vegetation_class": "arbor", **plot}
    of_plot = trees(*({"plot_id": "1", **tree} for tree in listed))
    return plot_table(plots(one), of_plot, load_tree_models(set_name)).collect().row(0, named=True)


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ONE_TREE}


def test_one_tree_by_hand() -> None:
    row = _table({"plot_area_ha": 0.08}, PINE)
    assert _figures(row) == pytest.approx(ONE_TREE, abs=QUANTUM)
    assert row["forest"] == 1
    assert (row["volume_source"], row["biomass_source"]) == ("trees", "trees")
    assert row["trees_carbon_recalled"] == 1
    assert row["carbon_recalled"]
    assert not row["biomass_assumed"]


def test_trees_add_up() -> None:
    """Three trees are three times one: what is rounded is each tree."""
    one = _table({"plot_area_ha": 0.08}, PINE)
    three = _table({"plot_area_ha": 0.08}, PINE, PINE, PINE)
    for name in FIGURES:
        assert three[name] == pytest.approx(3 * one[name], rel=1e-15)
    assert three["trees"] == 3


def test_nested_plots() -> None:
    """A large tree is tallied on 0.08 ha, a small one on 0.04 ha: 2.5 + 5 m3/ha."""
    large, small = PINE | {"tally_area_ha": 0.08}, PINE | {"tally_area_ha": 0.04}
    row = _table({"plot_area_ha": None}, large, small)
    assert row["volume_m3_per_ha"] == pytest.approx(7.5, abs=2 * QUANTUM)
    # the area of the tree goes before that of the plot
    assert _table({"plot_area_ha": 0.0667}, large)["volume_m3_per_ha"] == pytest.approx(2.5)


@pytest.mark.parametrize("status", TREE_STATUSES)
def test_what_is_gone_is_not_in_the_living_stock(status: str) -> None:
    row = _table({"plot_area_ha": 0.08}, PINE | {"status": status}, PINE | {"status": "retained"})
    gone = status in GONE_STATUSES
    assert row["trees"] == (1 if gone else 2)
    assert row["volume_m3_per_ha"] == pytest.approx(2.5 if gone else 5.0)
    assert row["carbon_t_per_ha"] == pytest.approx(0.763554 * (1 if gone else 2), abs=2e-6)
    dead = status in ("standing_dead", "fallen_dead")
    assert row["dead_volume_m3_per_ha"] == pytest.approx(2.5 if dead else 0.0)
    assert row["cut_volume_m3_per_ha"] == pytest.approx(2.5 if status == "cut" else 0.0)


def test_without_status_nothing_is_known_of_the_dead() -> None:
    row = _table({"plot_area_ha": 0.08}, PINE)
    assert row["dead_volume_m3_per_ha"] is None
    assert row["cut_volume_m3_per_ha"] is None


def test_a_dead_tree_without_volume_makes_no_partial_sum() -> None:
    dead = {"status": "standing_dead", "species": "cypress", "dbh_cm": 20}
    row = _table({"plot_area_ha": 0.08}, PINE | {"status": "retained"}, dead, dead | PINE)
    assert row["dead_volume_m3_per_ha"] is None
    assert row["cut_volume_m3_per_ha"] == 0
    assert row["gone_trees_without_volume"] == 1
    # the plot's own record is taken
    row = _table({"plot_area_ha": 0.08, "dead_volume_m3": 0.4}, PINE | {"status": "retained"}, dead)
    assert row["dead_volume_m3_per_ha"] == pytest.approx(5.0)


def test_a_plot_without_trees_is_a_row_of_zeros() -> None:
    """Forest without trees stays in the table; so does what is no forest."""
    table = plot_table(
        plots(
            {"plot_id": "bare", "vegetation_class": "arbor", "plot_area_ha": 0.08},
            {"plot_id": "field", "vegetation_class": "non_forest"},
            {"plot_id": "full", "vegetation_class": "arbor", "plot_area_ha": 0.08},
            {"plot_id": "unclassed"},
        ),
        trees(PINE | {"plot_id": "full"}),
        load_tree_models("volume-bef"),
    ).collect()
    assert table["plot_id"].to_list() == ["bare", "field", "full", "unclassed"]
    assert table["forest"].to_list() == [1, 0, 1, None]
    for row in table.filter(pl.col("plot_id") != "full").iter_rows(named=True):
        assert _figures(row) == dict.fromkeys(ONE_TREE, 0)


def test_a_tree_without_model_is_counted_and_makes_no_zero() -> None:
    unknown = {"species": "cypress", "dbh_cm": 20, "height_m": 12}
    row = _table({"plot_area_ha": 0.08}, unknown, set_name="yuan-2009")
    assert row["volume_m3_per_ha"] is None
    assert row["carbon_t_per_ha"] is None
    assert (row["trees_without_volume"], row["trees_without_biomass"]) == (1, 1)
    assert (row["volume_source"], row["biomass_source"]) == ("none", "none")
    assert row["basal_area_m2_per_ha"] == pytest.approx(0.392699, abs=QUANTUM)
    # beside a tree with a model it adds nothing, and is still counted
    both = _table({"plot_area_ha": 0.08}, unknown, PINE)
    assert both["volume_m3_per_ha"] == pytest.approx(2.5)
    assert both["trees_without_volume"] == 1


def test_culms_need_no_volume() -> None:
    culm = {"species": "moso_bamboo", "dbh_cm": 10, "height_m": 13, "crown_length_m": 7}
    row = _table({"plot_area_ha": 0.1, "vegetation_class": "bamboo"}, culm, set_name="yuan-2009")
    assert row["volume_m3_per_ha"] == 0
    assert row["trees_without_volume"] == 0
    # culm 12.5, crown 3.3, root 5.0 kg as printed with one decimal; 10 trees per ha
    assert row["above_ground_t_per_ha"] == pytest.approx(0.158, abs=0.001)
    assert row["below_ground_t_per_ha"] == pytest.approx(0.050, abs=0.0005)


def test_the_stock_of_the_plot_stands_in_where_trees_have_none() -> None:
    """4 m3 on 0.08 ha: 50 m3/ha; with factors twenty times the figures of one tree."""
    plot = {"plot_area_ha": 0.08, "species": "masson_pine", "volume_m3": 4.0, "dbh_cm": 15}
    unmeasured = {"species": "masson_pine", "status": "retained"}
    for listed in ([], [unmeasured]):
        row = _table(plot, *listed)
        assert row["volume_m3_per_ha"] == pytest.approx(50.0)
        assert row["carbon_t_per_ha"] == pytest.approx(20 * 0.763554368, abs=QUANTUM)
        assert (row["volume_source"], row["biomass_source"]) == ("plot", "plot")
        assert row["basal_area_m2_per_ha"] is None
        assert row["carbon_recalled"]
        assert not row["biomass_assumed"]
    # a species that is not recorded takes the default
    assert _table(plot | {"species": None})["biomass_assumed"]
    # no tree model reads a volume, and the mean tree of the plot is no tree
    row = _table(plot, set_name="yuan-2009")
    assert row["volume_m3_per_ha"] == pytest.approx(50.0)
    assert row["carbon_t_per_ha"] is None
    assert row["biomass_source"] == "none"


def test_trees_with_a_volume_go_before_the_stock_of_the_plot() -> None:
    row = _table({"plot_area_ha": 0.08, "species": "masson_pine", "volume_m3": 4.0}, PINE)
    assert row["volume_m3_per_ha"] == pytest.approx(2.5)


def test_a_survey_without_a_list_of_trees() -> None:
    table = plot_table(
        plots(
            {"plot_id": "1", "plot_area_ha": 0.08, "volume_m3": 4.0, "dead_volume_m3": 0.08},
            {"plot_id": "2", "plot_area_ha": 0.08},
            {"plot_id": "3", "plot_area_ha": 0.08, "volume_m3": 0.0},
        ),
        None,
        load_tree_models("yuan-2009"),
    ).collect()
    assert table["volume_m3_per_ha"].to_list() == [50.0, None, 0.0]
    assert table["carbon_t_per_ha"].to_list() == [None, None, 0.0]
    assert table["dead_volume_m3_per_ha"].to_list() == [1.0, None, None]
    assert table["trees"].null_count() == 3
    assert table["trees_without_volume"].null_count() == 3


def test_without_an_area_nothing_is_expanded() -> None:
    unknown = plots(
        {"plot_id": "own", "volume_m3": 4.0},
        {"plot_id": "bare"},
        {"plot_id": "tallied"},
        {"plot_id": "untallied", "plot_area_ha": 0},
        {"plot_id": "known", "plot_area_ha": 0.08},
    )
    listed = trees(
        PINE | {"plot_id": "tallied", "tally_area_ha": 0.04},
        PINE | {"plot_id": "untallied", "tally_area_ha": 0.04},
        PINE | {"plot_id": "untallied"},
        PINE | {"plot_id": "known"},
    )
    found = plots_without_area(unknown, listed).collect()
    assert found["plot_id"].to_list() == ["own", "untallied"]
    with pytest.raises(UsageProblem) as refused:
        refuse_without_area(found)
    for text in (refused.value.zh, refused.value.en):
        assert "own, untallied" in text
        assert "--plot-area-ha" in text
        assert "[constants]" in text
    table = plot_table(unknown, listed, load_tree_models("volume-bef")).collect()
    by_plot = dict(table.select("plot_id", "volume_m3_per_ha").iter_rows())
    assert by_plot == {"bare": 0, "known": 2.5, "own": None, "tallied": 5.0, "untallied": None}

    assert plots_without_area(unknown, None).collect()["plot_id"].to_list() == ["own"]
    refuse_without_area(found.clear())


def test_trees_whose_plot_is_not_there_are_found() -> None:
    lost = trees({"plot_id": "2"}, {"plot_id": "1"}, {"plot_id": "2"})
    found = trees_without_plot(plots({"plot_id": "1"}), lost).collect()
    assert found.rows() == [("2", 2)]


def test_order_of_trees_does_not_matter() -> None:
    """Ten thousand trees of odd sizes: the same bytes from any order."""
    rows = [
        {
            "plot_id": str(i % 7),
            "species": ("masson_pine", "chinese_fir", "oak", None)[i % 4],
            "dbh_cm": 5 + (i * 7919 % 601) / 10,
            "height_m": 4 + (i * 104729 % 2003) / 100,
        }
        for i in range(10_000)
    ]
    every = plots(*({"plot_id": str(i), "plot_area_ha": 0.0667} for i in range(7)))
    models = load_tree_models("yuan-2009")
    forth = plot_table(every, trees(*rows), models).collect()
    back = plot_table(every.reverse(), trees(*rows[::-1]), models).collect()
    assert forth.equals(back)
    assert forth["trees_without_biomass"].sum() == 2_500
