"""Effects of a change add up for every grouping, on stands and on plots of the simulated city."""

from decimal import Decimal
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from simulated_city import city_database

from sinkcalc.pipeline.compare import change, effects
from sinkcalc.pipeline.estimate import EstimateOptions
from sinkcalc.pipeline.plot_effects import effects_of_plots
from sinkcalc.pipeline.plot_survey import plot_values
from sinkcalc.vocabulary import BY_KEYS, PLOT_BY_KEYS

EVERY_GROUPING = [keys for n in range(len(BY_KEYS) + 1) for keys in combinations(BY_KEYS, n)]
GROUPINGS_OF_PLOTS = [by for by in EVERY_GROUPING if set(by) <= set(PLOT_BY_KEYS)]
PARTS = ("area_effect", "density_effect", "species_effect")
GROWING_STOCK = "growing_stock_m3_per_ha"
BEFORE = pl.col(f"{GROWING_STOCK}_1")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city_database(tmp_path_factory).db


def test_of_stands(db: Path) -> None:
    """The three to the change of every group, and groups to the change that `change` gives."""
    years = (2015, 2020)
    whole = {
        (row["quantity"], row["pool"]): row["change"]
        for row in change(db, years[0], EstimateOptions(years[1]))[0].to_dicts()
    }
    for by in EVERY_GROUPING:
        rows, _ = effects(db, years[0], EstimateOptions(years[1], by))
        for one, *parts in rows.select("change", *PARTS).iter_rows():
            assert sum(parts) == one
        for (quantity, pool), group in rows.group_by("quantity", "pool"):
            assert sum(group["change"], Decimal(0)) == whole[quantity, pool], by


def test_of_plots(db: Path) -> None:
    """The same of plots."""
    years = (2015, 2020)
    (whole,) = effects_of_plots(db, years).rows["change"]
    for by in GROUPINGS_OF_PLOTS:
        rows = effects_of_plots(db, years, GROWING_STOCK, by).rows
        for one, *parts in rows.select("change", *PARTS).iter_rows():
            assert sum(parts) == one
        assert sum(rows["change"], Decimal(0)) == whole, by


def test_change_of_the_plots_that_both_surveys_have(db: Path) -> None:
    """By strata: sum of A2 mean(y2) - A1 mean(y1), var = sum of the variance of that over n."""
    years = (2015, 2020)
    (row,) = effects_of_plots(db, years).rows.to_dicts()
    first, last = (plot_values(db, year) for year in years)
    areas = last.strata.join(first.strata, on="stratum", suffix="_1")
    pairs = (
        last.rows.join(first.rows, on="plot_id", suffix="_1")
        .join(areas, on="stratum")
        .with_columns(z=pl.col("size") * pl.col(GROWING_STOCK) - pl.col("size_1") * BEFORE)
    )
    by_hand = pairs.group_by("stratum").agg(
        pl.col("z").mean().alias("mean"), (pl.col("z").var() / pl.len()).alias("variance")
    )
    assert row["plots"] == pairs.height < last.rows.height
    assert row["df"] == pairs.height - areas.height
    assert float(row["change"]) == pytest.approx(by_hand["mean"].sum(), abs=1e-2)
    assert row["change_se"] == pytest.approx(by_hand["variance"].sum() ** 0.5, rel=1e-9)
    assert (row["unit"], row["area_unit"], row["simulated"]) == ("m3", "ha", True)


def test_carbon_of_plots(db: Path) -> None:
    rows = effects_of_plots(db, (2020, 2023), "carbon_t_per_ha", ("origin",)).rows
    assert rows["unit"].unique().to_list() == ["t C"]
    total = pl.sum_horizontal(PARTS)
    assert rows.filter(total != pl.col("change")).is_empty()
