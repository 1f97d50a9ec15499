"""Permanent plots of a Chinese inventory: stocks per plot, trees without diameters.

Plots and trees of `forestat`, three periods. The trees have a status and no diameter, so the
stock that each plot brings is expanded; the area of a plot is not in the data and is declared.
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sinkcalc.accounting.plot_checks import (
    plots_without_area,
    refuse_without_area,
    trees_without_plot,
)
from sinkcalc.accounting.plot_table import plot_table
from sinkcalc.coefficients.trees import load_tree_models
from sinkcalc.errors import UsageProblem

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "china_cfi_plots_forestat"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"data are not here: {FOLDER}")

AREA_HA = 0.06
# dominant species codes of the data that the program has a word for
SPECIES = {410: "oak", 420: "birch", 421: "birch", 610: "conifer_mixed"} | {
    620: "broadleaf_mixed",
    630: "conifer_broadleaf_mixed",
}
STATUSES = {11: "retained", 12: "ingrowth", 13: "standing_dead", 14: "cut", 15: "fallen_dead"}


def _plots(period: int, area: float | None) -> pl.DataFrame:
    raw = pl.read_csv(FOLDER / "plots_harmonised.csv").filter(pl.col("period") == period)
    unknown = ("cluster_id", "region_code", "stratum", "stand_id", "origin", "age_group")
    return raw.select(
        pl.col("plot_id").cast(pl.String),
        pl.when(pl.col("land_type") == 111)
        .then(pl.lit("arbor"))
        .otherwise(pl.lit("non_forest"))
        .alias("vegetation_class"),
        pl.col("dominant_tree_species").replace_strict(SPECIES, default=None).alias("species"),
        pl.col("dominant_tree_species").cast(pl.String).alias("species_code"),
        pl.lit(area, pl.Float64).alias("plot_area_ha"),
        pl.col("standing_stock").alias("volume_m3"),
        pl.col("dead_wood_stock").alias("dead_volume_m3"),
        pl.col("forest_cutting_stock").alias("cut_volume_m3"),
        *(pl.lit(None, pl.String).alias(name) for name in unknown),
    )


def _trees(period: int) -> pl.LazyFrame:
    raw = pl.read_csv(FOLDER / "trees_raw.csv").filter(pl.col("period") == period)
    measured = ("dbh_cm", "height_m", "crown_length_m", "volume_m3", "tally_area_ha")
    code = pl.col("tree_species_code")
    return raw.lazy().select(
        pl.col("plot_id").cast(pl.String),
        pl.col("inspection_type").replace_strict(STATUSES, default=None).alias("status"),
        code.replace_strict(SPECIES, default=None).alias("species"),
        code.cast(pl.String).alias("species_code"),
        *(pl.lit(None, pl.Float64).alias(name) for name in measured),
    )


@pytest.mark.parametrize("period", [1, 2, 3])
def test_stocks_of_the_plots_per_hectare(period: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Volume, dead and cut volume are the plot's own over its area, rounded to 1e-6."""
    plots = _plots(period, AREA_HA)
    models = load_tree_models("volume-bef")
    table = plot_table(plots.lazy(), _trees(period), models).collect()
    given = plots.sort("plot_id")
    assert table["plot_id"].equals(given["plot_id"])
    for column, own in (
        ("volume_m3_per_ha", "volume_m3"),
        ("dead_volume_m3_per_ha", "dead_volume_m3"),
        ("cut_volume_m3_per_ha", "cut_volume_m3"),
    ):
        by_hand = given[own].to_numpy() / AREA_HA
        assert np.abs(table[column].to_numpy() - by_hand).max() <= 0.5e-6 + 1e-9, column
    # oak, A.5: 0.676·1.355·(1 + 0.292)·0.500 t C/m3
    oak = table.filter(pl.col("species") == "oak")
    ratio = (oak["carbon_t_per_ha"] / oak["volume_m3_per_ha"]).drop_nans().to_numpy()
    assert ratio.size > 0
    assert ratio == pytest.approx(0.676 * 1.355 * 1.292 * 0.5, rel=1e-6)
    # trees that have no diameter have no volume, and all that live are counted
    assert table["trees_without_volume"].equals(table["trees"])
    gone = pl.col("status").is_in(["standing_dead", "cut", "fallen_dead"]).fill_null(False)
    with_plot = _trees(period).join(plots.lazy(), on="plot_id", how="semi")
    assert table["trees"].sum() == with_plot.filter(~gone).collect().height
    lost = trees_without_plot(plots.lazy(), _trees(period)).collect()
    # the plots of the first period are 62 of 100, the trees are of all
    assert (lost.height, lost["trees"].sum()) == ((29, 770) if period == 1 else (0, 0))
    forest = table.filter(pl.col("forest") == 1)
    with capsys.disabled():
        print(
            f"\nperiod {period}: {table.height} plots, {forest.height} forest, mean of forest "
            f"{forest['volume_m3_per_ha'].mean():.2f} m3/ha, "
            f"{forest['carbon_t_per_ha'].mean():.2f} t C/ha over "
            f"{forest['carbon_t_per_ha'].count()} plots with factors; "
            f"{lost['trees'].sum()} trees of {lost.height} plots that are not there"
        )


def test_without_the_declared_area_they_are_refused() -> None:
    plots = _plots(1, None)
    found = plots_without_area(plots.lazy(), _trees(1)).collect()
    assert found.height > 40
    with pytest.raises(UsageProblem, match="--plot-area-ha"):
        refuse_without_area(found)
