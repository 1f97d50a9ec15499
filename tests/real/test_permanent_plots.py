"""Permanent plots of three occasions, Chinese and Korean, as they are delivered.

The Chinese file stacks three occasions, two of them in mm and dm; a second copy of it with the
units brought together by hand is what the stored figures are held against.
"""

from pathlib import Path

import polars as pl
import pytest

from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.intake.kinds import PLOTS, TREES
from sinkcalc.pipeline.load_plots import load_plots
from sinkcalc.pipeline.load_result import LoadOptions, LoadResult
from sinkcalc.store.connection import reading
from sinkcalc.store.plots import get_plot_surveys, plot_frame, tree_frame

DATA = Path(__file__).parents[2].parent / "shared" / "data"
CHINA = DATA / "china_cfi_plots_forestat"
KOREA = DATA / "korea_nfi_donghae_knfi"
YEARS = {"1": 2005, "2": 2010, "3": 2015}
CYCLES = {"5": 2010, "6": 2015, "7": 2020}
pytestmark = pytest.mark.skipif(
    not (CHINA.is_dir() and KOREA.is_dir()), reason=f"data are not here: {CHINA}, {KOREA}"
)


@pytest.fixture(scope="module")
def china(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, LoadResult]]:
    """Load plots and trees of all three occasions; return database and results of the trees."""
    db = tmp_path_factory.mktemp("china") / "d.duckdb"
    trees = {}
    for occasion, year in YEARS.items():
        options = LoadOptions(year, definition="nfi", occasion=occasion, plot_area_ha=0.0667)
        result = load_plots(db, [CHINA / "plots_raw.csv"], PLOTS, options)
        assert (result.load.profile, result.rejected_count) == ("cfi-plots", 0)
        options = LoadOptions(year, definition="nfi", occasion=occasion)
        trees[occasion] = load_plots(db, [CHINA / "trees_raw.csv"], TREES, options)
    return db, trees


def _raw(name: str, period: str, folder: Path = CHINA) -> pl.DataFrame:
    rows = pl.read_csv(folder / name, infer_schema=False)
    column = "period" if folder == CHINA else "CYCLE"
    return rows.filter(pl.col(column) == period)


@pytest.mark.parametrize("occasion", YEARS)
def test_units_of_every_occasion(china: tuple[Path, dict[str, LoadResult]], occasion: str) -> None:
    """Diameter, height, cover and stocks as in the copy with one unit; 0 there is nothing here."""
    with reading(china[0]) as con:
        stored = plot_frame(con, YEARS[occasion]).collect()
    other = _raw("plots_harmonised.csv", occasion).select(
        "plot_id",
        *(
            pl.col(name).cast(pl.Float64).alias(f"{name}_other")
            for name in (
                "dbh_cm",
                "height_m",
                "canopy_density",
                "standing_stock",
                "dead_wood_stock",
                "forest_cutting_stock",
            )
        ),
    )
    both = stored.join(other, on="plot_id", how="full")
    assert both.height == stored.height == other.height
    for column, named in (
        ("dbh_cm", "dbh_cm"),
        ("height_m", "height_m"),
        ("canopy_cover_fraction", "canopy_density"),
        ("volume_m3", "standing_stock"),
        ("dead_volume_m3", "dead_wood_stock"),
        ("cut_volume_m3", "forest_cutting_stock"),
    ):
        # stored to 0.1, 0.001 and 0.0001: the copy holds no more digits
        apart = (pl.col(column).cast(pl.Float64).fill_null(0) - pl.col(f"{named}_other")).abs()
        assert both.select(apart.max()).item() < 1e-9, column
    assert stored["plot_area_ha"].cast(pl.Float64).unique().to_list() == [0.0667]


def test_classes_and_origins(china: tuple[Path, dict[str, LoadResult]]) -> None:
    """Counted in the file: 111 arbor, 132 other shrub; 11 and 13 natural, 21 planted, 0 none."""
    with reading(china[0]) as con:
        stored = pl.concat(plot_frame(con, year).collect() for year in YEARS.values())
    classes = dict(stored["vegetation_class"].value_counts().iter_rows())
    assert classes == {"arbor": 191, "other_shrub": 4, "non_forest": 67}
    assert dict(stored["origin"].value_counts().iter_rows()) == {
        "natural": 190,
        "planted": 5,
        None: 67,
    }
    assert stored["age_group"].null_count() == 71


def test_trees_and_their_statuses(china: tuple[Path, dict[str, LoadResult]]) -> None:
    """On the first occasion 770 trees stand on plots that the file of plots lacks."""
    db, results = china
    assert {o: (r.accepted, r.rejected_count) for o, r in results.items()} == {
        "1": (864, 770),
        "2": (4778, 0),
        "3": (4528, 0),
    }
    assert results["1"].rejected["rule"].unique().to_list() == ["plot_unknown"]
    with reading(db) as con:
        last = tree_frame(con, 2015).collect()
        first = tree_frame(con, 2005).collect()
        surveys = get_plot_surveys(con)
    assert list(surveys) == list(YEARS.values())
    statuses = dict(last["status"].value_counts().iter_rows())
    assert (statuses["retained"], statuses["ingrowth"], statuses["cut"]) == (3699, 462, 124)
    assert None not in statuses
    # code 1 is in no list: stored without status, and told
    plots = _raw("plots_raw.csv", "1")["plot_id"].implode()
    raw = _raw("trees_raw.csv", "1").filter(pl.col("plot_id").is_in(plots))
    unknown = raw.filter(pl.col("inspection_type") == "1").height
    assert first["status"].null_count() == unknown > 0
    told = results["1"].warned.filter(pl.col("column_name") == "inspection_type")
    assert told["value"].to_list() == ["1"] * unknown
    # species without a word keep their code
    assert last["species_code"].null_count() == 0
    assert set(last.filter(pl.col("species").is_null())["species_code"]) == {
        "150", "151", "412", "423", "424", "510", "512", "531", "535",
    }  # fmt: skip


@pytest.mark.parametrize("occasion", YEARS)
@pytest.mark.parametrize(("unit", "wrong"), [("cm", "mm"), ("mm", "cm")])
def test_a_profile_that_knows_no_occasions_is_refused(
    tmp_path: Path, occasion: str, unit: str, wrong: str
) -> None:
    """All in cm and m, or all in mm and dm: seen within the file before anything is stored."""
    height = {"cm": "m", "mm": "dm"}[unit]
    text = f"""extends = "cfi-plots"
[columns]
dbh_cm = {{ unit = "{unit}" }}
height_m = {{ unit = "{height}" }}
[occasions]
header = "period"
"""
    (tmp_path / "own.toml").write_text(text)
    db = tmp_path / "d.duckdb"
    options = LoadOptions(2015, profile=str(tmp_path / "own.toml"), occasion=occasion)
    with pytest.raises(SinkcalcError) as refused:
        load_plots(db, [CHINA / "plots_raw.csv"], PLOTS, options)
    text = refused.value.en
    assert f"looks like {wrong} read as {unit}" in text
    assert all(part in text for part in ("dbh_cm", "height_m", f"in occasion {occasion}", "pairs"))
    assert not db.exists()


def test_the_wrong_occasion_of_a_file_without_the_column_is_refused(
    china: tuple[Path, dict[str, LoadResult]], tmp_path: Path
) -> None:
    """Rows of the third occasion, said to be of the second: in mm they are ten times too small."""
    file = tmp_path / "plots_2020.csv"
    _raw("plots_raw.csv", "3").drop("period").write_csv(file)
    with pytest.raises(UsageProblem, match="--occasion"):
        load_plots(china[0], [file], PLOTS, LoadOptions(2020, dry_run=True))
    options = LoadOptions(2020, definition="nfi", occasion="2", dry_run=True)
    with pytest.raises(SinkcalcError, match=r"median is 1\.3 .* looks like cm read as mm"):
        load_plots(china[0], [file], PLOTS, options)
    right = LoadOptions(2020, definition="nfi", occasion="3", dry_run=True)
    assert load_plots(china[0], [file], PLOTS, right).accepted == 100


def test_korean_plots_and_trees(tmp_path: Path) -> None:
    """Counts, sums and tally areas of every cycle against the files themselves."""
    db = tmp_path / "d.duckdb"
    for cycle, year in CYCLES.items():
        options = LoadOptions(year, definition="nfi", occasion=cycle)
        plots = load_plots(db, [KOREA / "plots.csv"], PLOTS, options)
        trees = load_plots(db, [KOREA / "trees.csv"], TREES, options)
        assert (plots.load.profile, trees.load.profile) == ("knfi-plots", "knfi-trees")
        assert (plots.rejected_count, trees.rejected_count) == (0, 0)
        with reading(db) as con:
            stored, of_trees = plot_frame(con, year).collect(), tree_frame(con, year).collect()
        raw, raw_trees = _raw("plots.csv", cycle, KOREA), _raw("trees.csv", cycle, KOREA)
        assert stored.height == raw.height
        assert of_trees.height == raw_trees.height
        assert stored["cluster_id"].n_unique() == raw["CLST_PLOT"].n_unique()
        stocked = raw.filter(pl.col("LAND_USECD").cast(pl.Float64) == 1).height
        assert stored.filter(pl.col("vegetation_class") == "arbor").height == stocked
        assert (
            stored["measured_year"].sort().to_list() == raw["INVYR"].cast(pl.Int32).sort().to_list()
        )
        volume = raw_trees["VOL_EST"].cast(pl.Float64).sum()
        # volumes have four decimals and are stored to six: their sum differs by floats alone
        assert float(of_trees["volume_m3"].sum()) == pytest.approx(volume, rel=1e-12)
        heights = raw_trees["HT_EST"].cast(pl.Float64).sum() / 100
        assert float(of_trees["height_m"].sum()) == pytest.approx(heights, rel=1e-12)
        large = pl.col("dbh_cm").cast(pl.Float64) >= 30
        areas = of_trees.select(
            large=pl.col("tally_area_ha").filter(large).cast(pl.Float64).mean(),
            small=pl.col("tally_area_ha").filter(~large).cast(pl.Float64).mean(),
        ).row(0)
        assert areas == pytest.approx((0.08, 0.04), rel=1e-12)
