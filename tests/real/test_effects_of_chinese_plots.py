"""Effects of the change of Chinese permanent plots over three occasions.

`forestat` (Lei et al. 2018): 62, 100 and 100 plots, m3 per plot; the area of a plot is declared
as 0.06 ha. On the third occasion another list of species codes serves.
"""

from decimal import Decimal
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.intake.kinds import PLOTS, TREES
from sinkcalc.pipeline.load_plots import load_plots
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.plot_effects import effects_of_plots
from sinkcalc.pipeline.plot_estimates import change_of_plots
from sinkcalc.survey import Design
from sinkcalc.vocabulary import PLOT_BY_KEYS

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "china_cfi_plots_forestat"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"data are not here: {FOLDER}")

AREA_HA = 0.06
YEARS = {1: 2005, 2: 2010, 3: 2015}
EVERY_GROUPING = [
    keys for n in range(len(PLOT_BY_KEYS) + 1) for keys in combinations(PLOT_BY_KEYS, n)
]
PARTS = ("area_effect", "density_effect", "species_effect")
FIGURES = ("growing_stock_m3_per_ha", "volume_m3_per_ha")


@pytest.fixture(scope="module")
def china(tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = tmp_path_factory.mktemp("china_effects") / "d.duckdb"
    for occasion, year in YEARS.items():
        for name, table, area in (("plots_raw", PLOTS, AREA_HA), ("trees_raw", TREES, None)):
            # trees of the first occasion that stand on no plot are rejected
            options = LoadOptions(year, definition="nfi", occasion=str(occasion), plot_area_ha=area)
            load_plots(db, [FOLDER / f"{name}.csv"], table, options)
    return db


def _by_hand(period: int, pair: tuple[int, int], *, arbor: bool) -> float:
    """Mean of the plots that both periods have, m3/ha, from the file."""
    raw = pl.read_csv(FOLDER / "plots_raw.csv")
    first, last = (raw.filter(pl.col("period") == one)["plot_id"] for one in pair)
    both = raw.filter(pl.col("period") == period, pl.col("plot_id").is_in(set(first) & set(last)))
    stock = pl.col("standing_stock")
    value = pl.when(pl.col("land_type") == 111).then(stock).otherwise(0.0) if arbor else stock
    return float(both.select(value.sum()).item()) / both.height / AREA_HA


@pytest.mark.parametrize("column", FIGURES)
@pytest.mark.parametrize(("pair", "plots"), [((1, 2), 62), ((2, 3), 100)])
def test_the_change_is_that_of_the_file(
    china: Path, pair: tuple[int, int], plots: int, column: str
) -> None:
    years = (YEARS[pair[0]], YEARS[pair[1]])
    (row,) = effects_of_plots(china, years, column).rows.to_dicts()
    first, last = (_by_hand(one, pair, arbor=column == FIGURES[0]) for one in pair)
    assert row["plots"] == plots
    assert (float(row["value_from"]), float(row["value_to"])) == pytest.approx(
        (first, last), abs=1e-5
    )
    if pair == (2, 3) and column == FIGURES[1]:
        assert (round(first, 2), round(last, 2), round(row["change"], 2)) == (
            *(46.92, 52.53),
            Decimal("5.61"),
        )


@pytest.mark.parametrize(("pair", "column"), [((1, 2), FIGURES[1]), ((2, 3), FIGURES[0])])
def test_effects_add_up_for_every_grouping(china: Path, pair: tuple[int, int], column: str) -> None:
    """Exactly: the three to the change of every group, and the groups to the whole."""
    years = (YEARS[pair[0]], YEARS[pair[1]])
    ((whole,),) = effects_of_plots(china, years, column).rows.select("change").rows()
    for by in EVERY_GROUPING:
        rows = effects_of_plots(china, years, column, by).rows
        for change, *parts in rows.select("change", *PARTS).iter_rows():
            assert sum(parts) == change
        assert sum(rows["change"], Decimal(0)) == whole, by


def test_the_error_of_the_change_is_that_of_paired_plots(china: Path) -> None:
    years = (2010, 2015)
    (row,) = effects_of_plots(china, years).rows.to_dicts()
    result, _ = change_of_plots(china, years, FIGURES[0], Design())
    (change,) = result.rows.filter(pl.col("stat") == "change").to_dicts()
    assert (row["change_se"], row["df"]) == (pytest.approx(change["se"], rel=1e-9), change["df"])
    assert row["unit"] == change["measure_unit"] == "m3/ha"


def test_a_new_list_of_codes_makes_a_species_effect(china: Path) -> None:
    """27 of 73 arbor plots changed group in five years: mixed broadleaf rose from 8 to 22.

    With the species of 2015 on both occasions the species effect turns from a gain to a loss.
    """
    found = effects_of_plots(china, (2010, 2015))
    assert (found.recoded.forest, found.recoded.changed) == (73, 27)
    assert (found.recoded.only_from, found.recoded.only_to) == (["420", "590"], ["460"])
    assert found.recoded.new_list
    later = effects_of_plots(china, (2010, 2015), later_species=True)
    (one,), (two,) = found.rows.to_dicts(), later.rows.to_dicts()
    assert one["change"] == two["change"]
    assert one["area_effect"] == two["area_effect"]
    assert one["species_effect"] > 1
    assert two["species_effect"] < -1
