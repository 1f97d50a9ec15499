"""Carbon of sample plots read from tables of plots and trees."""

from pathlib import Path

import polars as pl
import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.ccer_plot_columns import PlotCarbon
from sinkcalc.pipeline.ccer_plots import read_plots
from sinkcalc.pipeline.plot_survey import PlotOptions

CARBON = "plot_id,stratum,carbon_t_per_ha\nP1,S1,12.5\nP2,S2,0\n"
BIOMASS = "样地号,层,biomass_t_per_ha\nP1,S1,30\nP2,S2,10\n"


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _carbon(path: Path, options: PlotCarbon, trees: Path | None = None) -> list[float]:
    return read_plots(path, trees, options).rows["carbon_t_per_ha"].to_list()


def test_carbon_as_it_stands(tmp_path: Path) -> None:
    found = read_plots(_written(tmp_path, "p.csv", CARBON), None, PlotCarbon())
    assert found.rows.columns == ["plot_id", "stratum", "carbon_t_per_ha"]
    assert found.rows["carbon_t_per_ha"].to_list() == [12.5, 0.0]
    assert "above and below ground (--includes)" in found.notes[0][1]


def test_biomass_times_its_carbon_fraction_and_roots(tmp_path: Path) -> None:
    """30·0.5 = 15; with roots 15·1.25 = 18.75."""
    path = _written(tmp_path, "p.csv", BIOMASS)
    assert _carbon(path, PlotCarbon(carbon_fraction=0.5)) == [15.0, 5.0]
    above = PlotCarbon(carbon_fraction=0.5, includes="above_ground")
    assert _carbon(path, above) == [15.0, 5.0]
    assert above.pools == ("above_ground",)
    assert "nothing below ground" in read_plots(path, None, above).notes[0][1]
    with_roots = PlotCarbon(carbon_fraction=0.5, includes="above_ground", root_shoot_ratio=0.25)
    assert _carbon(path, with_roots) == [18.75, 6.25]
    assert with_roots.pools == ("above_ground", "below_ground")


TREE_PLOTS = "plot_id,stratum,plot_area_ha\nP1,S1,0.06\nP2,S1,0.06\nP3,S2,\n"
TREES = """plot_id,species,dbh_cm,height_m,status
P1,杉木,20,15,
P1,masson_pine,10,8,保留木
P1,杉木,30,20,cut
P3,木荷,12,10,
"""


def test_trees_by_the_models_of_plots(tmp_path: Path) -> None:
    """A plot without trees has 0; a tree that was cut does not count.

    The same trees, each with 1/0.06 per ha: the carbon of P1 is that of its two living trees
    alone, and halving the area of the plot doubles it.
    """
    plots = _written(tmp_path, "p.csv", TREE_PLOTS)
    trees = _written(tmp_path, "t.csv", TREES)
    options = PlotCarbon(plot_area_ha=0.03)
    found = read_plots(plots, trees, options)
    carbon = dict(found.rows.select("plot_id", "carbon_t_per_ha").iter_rows())
    assert carbon["P2"] == 0
    assert carbon["P1"] > 0
    without = _written(tmp_path, "t2.csv", TREES.replace("P1,杉木,30,20,cut\n", ""))
    assert _carbon(plots, options, without)[0] == carbon["P1"]
    wider = _carbon(plots, PlotCarbon(plot_area_ha=0.06), trees)
    assert wider[2] == pytest.approx(carbon["P3"] / 2, rel=1e-6)
    assert found.notes[0][1].startswith("carbon of the plots: 3 living trees by the models yuan")


def test_the_species_of_a_tree_by_any_of_its_names(tmp_path: Path) -> None:
    plots = _written(tmp_path, "p.csv", TREE_PLOTS)
    options = PlotCarbon(plot_area_ha=0.03, models=PlotOptions("general-2018"))
    by_word = TREES.replace("杉木", "chinese_fir")
    first = _carbon(plots, options, _written(tmp_path, "a.csv", TREES))
    assert _carbon(plots, options, _written(tmp_path, "b.csv", by_word)) == first


@pytest.mark.parametrize(
    ("plots", "trees", "options", "said"),
    [
        ("plot_id,stratum\nP1,S1\n", None, PlotCarbon(), "neither carbon_t_per_ha"),
        ("plot_id,carbon_t_per_ha\nP1,3\n", None, PlotCarbon(), "no column stratum"),
        (BIOMASS, None, PlotCarbon(), "--carbon-fraction"),
        (CARBON.replace("12.5", ""), None, PlotCarbon(), "row 2 of .* is empty or below 0"),
        (CARBON.replace("12.5", "-1"), None, PlotCarbon(), "row 2 of .* is empty or below 0"),
        (CARBON.replace("P2,S2", "P2,"), None, PlotCarbon(), "stratum in row 3"),
        (CARBON, None, PlotCarbon(root_shoot_ratio=0.2), "--includes above_ground too"),
        (CARBON, None, PlotCarbon(carbon_fraction=47), "--carbon-fraction 47"),
        (TREE_PLOTS, TREES, PlotCarbon(), "1 plots of .* have no area"),
        (TREE_PLOTS, TREES, PlotCarbon(carbon_fraction=0.5), "leave out"),
        (TREE_PLOTS, TREES + "P9,杉木,9,9,\n", PlotCarbon(plot_area_ha=0.06), "such as P9"),
        (TREE_PLOTS, TREES + "P1,榕小树,9,9,\n", PlotCarbon(plot_area_ha=0.06), "榕小树"),
        (
            TREE_PLOTS,
            TREES.replace("P3,木荷,12,10", "P3,木荷,,"),
            PlotCarbon(plot_area_ha=0.06),
            "such as P3",
        ),
        ("plot_id,stratum,carbon_t_per_ha\n", None, PlotCarbon(), "has no rows"),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, plots: str, trees: str | None, options: PlotCarbon, said: str
) -> None:
    path = _written(tmp_path, "p.csv", plots)
    with_trees = None if trees is None else _written(tmp_path, "t.csv", trees)
    with pytest.raises(UsageProblem, match=said):
        read_plots(path, with_trees, options)


def test_rows_keep_their_type(tmp_path: Path) -> None:
    found = read_plots(_written(tmp_path, "p.csv", CARBON), None, PlotCarbon()).rows
    assert found.schema == {
        "plot_id": pl.String,
        "stratum": pl.String,
        "carbon_t_per_ha": pl.Float64,
    }
