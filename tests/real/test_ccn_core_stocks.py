"""Coastal wetland cores of the Coastal Carbon Network to 1 m beside the means of the IPCC.

Carbon as it was determined: organic, total, or not stated in the rebuilt file (both literature
compilations that most of the latter come from, Maxwell et al. 2023 and Sanderman 2018, are of
organic carbon by their titles). Cores of one study are alike, so that habitats are compared by
the median of the medians of studies. The tables are printed to be read: pytest -s.
"""

import functools
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from soil_cores import NO_MODELS

from sinkcalc.models.organic_matter import SoilModels
from sinkcalc.models.soil_core import CoreOptions
from sinkcalc.pipeline.core_stocks import core_bounds, stocks_of_intervals
from sinkcalc.pipeline.soil_models import published_soil_models

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "ccn_wetland_cores"
FILE = FOLDER / "ccn_depthseries.parquet"
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"data are not here: {FILE}")

# 2013 Wetlands Supplement, table 4.11: mean soil carbon to 1 m, t C/ha; that of seagrass is
# recalled and stands in the printed table alone
IPCC = {"tidal_marsh": 255.0, "mangrove": 386.0, "seagrass": 108.0}
HABITATS = {"marsh": "tidal_marsh", "mangrove": "mangrove", "seagrass": "seagrass"}
NAME = ["study_id", "site_id", "core_id"]
FIGURES = ["depth_min", "depth_max", "dry_bulk_density", "fraction_carbon"]
CHINA = ["CN", "HK"]
INCLUDE = CoreOptions(100, total_carbon="include")


@functools.cache
def _plausible() -> tuple[pl.DataFrame, dict[str, int]]:
    """Give the rows that can be used, named by study, site and core, and counts of the others."""
    every = pl.read_parquet(FILE)
    rows = every.filter(~pl.col("flag_implausible"))
    counts = {"rows": every.height, "implausible": every.height - rows.height}
    whole = rows.filter(pl.col("depth_min") >= 0, pl.col("depth_max") > pl.col("depth_min"))
    counts["without depths"] = rows.height - whole.height
    name = pl.concat_str([pl.col(c).fill_null("") for c in NAME], separator="|")
    once = whole.with_columns(name.alias("core")).unique(
        ["core", *FIGURES, "fraction_organic_matter"], keep="first", maintain_order=True
    )
    counts["repeated in a core"] = whole.height - once.height
    return once, counts


@functools.cache
def _intervals(*, with_organic_matter: bool = False) -> tuple[pl.DataFrame, int]:
    """Give intervals as the program holds them, and the number of cores with overlaps."""
    has = pl.col("dry_bulk_density").is_not_null() & pl.col("fraction_carbon").is_not_null()
    if with_organic_matter:
        has |= pl.col("fraction_organic_matter").is_not_null()
    rows = _plausible()[0].filter(has).sort("core", "depth_min", "depth_max")
    above = pl.col("depth_max").cum_max().shift(1).over("core")
    overlap = rows.filter(pl.col("depth_min") < above - 1e-9).select("core").unique()
    rows = rows.join(overlap, on="core", how="anti", maintain_order="left")
    kind = pl.col("fraction_carbon_type").replace_strict(
        {"total carbon": "total", "organic carbon": "organic"}, default=None
    )
    modelled = pl.col("carbon_measured_or_modeled") == "modeled"
    return rows.select(
        pl.col("core").alias("core_id"),
        "study_id",
        "habitat",
        "country",
        "latitude",
        pl.lit(None, pl.String).alias("wetland_id"),
        pl.lit(None, pl.String).alias("region_code"),
        pl.col("habitat").replace_strict(HABITATS, default=None).alias("place"),
        pl.when(pl.col("habitat") != "seagrass")
        .then(pl.col("habitat").replace_strict(HABITATS, default=None))
        .alias("wetland_class"),
        pl.col("depth_min").alias("depth_top_cm"),
        pl.col("depth_max").alias("depth_bottom_cm"),
        pl.col("dry_bulk_density").alias("bulk_density_g_per_cm3"),
        pl.col("fraction_organic_matter").alias("organic_matter_fraction"),
        pl.col("fraction_carbon").alias("carbon_fraction"),
        pl.when(modelled).then(pl.lit("modelled")).otherwise(kind).alias("carbon_kind"),
        pl.lit(None, pl.Float64).alias("coarse_fraction"),
    ), overlap.height


def _stocks(
    options: CoreOptions = INCLUDE,
    models: SoilModels = NO_MODELS,
    *,
    with_organic_matter: bool = False,
) -> pl.DataFrame:
    intervals, _ = _intervals(with_organic_matter=with_organic_matter)
    kinds = pl.col("carbon_kind").fill_null("not stated")
    about = intervals.group_by("core_id").agg(
        pl.col("study_id", "place", "country", "latitude").first(),
        pl.when((kinds == "total").any())
        .then(pl.lit("total"))
        .when((kinds == "organic").all())
        .then(pl.lit("organic"))
        .otherwise(pl.lit("not stated"))
        .alias("kind"),
    )
    return stocks_of_intervals(intervals.lazy(), options, models).rows.join(about, on="core_id")


def _table(stocks: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Median of the medians of studies, with their quartiles."""
    carbon = pl.col("carbon_t_per_ha")
    standing = stocks.filter(carbon.is_not_null(), pl.col("place").is_not_null())
    studies = standing.group_by(*by, "study_id").agg(
        carbon.median(), pl.len().alias("cores"), (pl.col("gap_fraction") > 0).sum().alias("filled")
    )
    return (
        studies.group_by(by)
        .agg(
            pl.col("cores").sum(),
            pl.len().alias("studies"),
            carbon.median().round(1).alias("median"),
            carbon.quantile(0.25, "linear").round(1).alias("lower quartile"),
            carbon.quantile(0.75, "linear").round(1).alias("upper quartile"),
            (pl.col("filled").sum() / pl.col("cores").sum()).round(3).alias("share gap-filled"),
        )
        .with_columns(pl.col("place").replace_strict(IPCC, default=None).alias("IPCC mean"))
        .sort(by)
    )


def _show(title: str, frame: pl.DataFrame) -> None:
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=160, tbl_hide_dataframe_shape=True):
        print(f"\n{title}\n{frame}")


def test_what_is_used() -> None:
    """Rows that a rule drops, rows that are there twice, cores whose intervals overlap: counted.

    Of the 22 rows that repeat within a core two are implausible too. Rows that two studies hold
    alike stay: 5 of the 45 have both bulk density and carbon.
    """
    _, counts = _plausible()
    intervals, overlapping = _intervals()
    every = pl.read_parquet(FILE)
    figures = [*FIGURES, "fraction_organic_matter"]
    repeated = every.height - every.unique([*NAME, *figures]).height
    of_studies = every.group_by("latitude", "longitude", *figures).agg(
        pl.col("study_id").n_unique()
    )
    shared = of_studies.filter(pl.col("study_id") > 1)
    of_both = shared.drop_nulls(["dry_bulk_density", "fraction_carbon"]).height
    print(f"\n {counts}, {overlapping} cores with overlaps left out, {intervals.height} rows used")
    print(f" {repeated} rows repeat within a core, {shared.height} are of two studies ({of_both})")
    assert (counts["rows"], counts["implausible"]) == (109_505, 1_820)
    assert (repeated, counts["repeated in a core"]) == (22, 20)
    assert (shared.height, of_both) == (45, 5)
    assert overlapping == 101


def test_stock_to_one_metre_by_habitat() -> None:
    stocks = _stocks()
    _show("outcomes", stocks.group_by("outcome").len().sort("outcome"))
    by_kind = _table(stocks, "place", "kind")
    _show("soil carbon to 1 m, t C/ha, median of study medians, by determination", by_kind)
    every = _table(stocks, "place")
    _show("the same, every core", every)
    _show("organic and not stated", _table(stocks.filter(pl.col("kind") != "total"), "place"))
    modelled = _stocks(models=published_soil_models(), with_organic_matter=True)
    _show("with carbon and bulk density from organic matter", _table(modelled, "place"))
    found = {row["place"]: row for row in every.iter_rows(named=True)}
    assert found["mangrove"]["cores"] > 2000
    assert found["tidal_marsh"]["cores"] > 150
    # medians lie below the means that the IPCC gives for the same depth
    for place in ("mangrove", "tidal_marsh"):
        assert found[place]["lower quartile"] < found[place]["median"] < IPCC[place]
    # where models serve there are more cores, and none is lost
    assert (
        modelled.drop_nulls("carbon_t_per_ha").height > stocks.drop_nulls("carbon_t_per_ha").height
    )


def test_china() -> None:
    """All 24 marsh cores to 1 m come from two studies and from the Bohai coast, 37-41 N."""
    carbon = pl.col("carbon_t_per_ha")
    found = _stocks().filter(pl.col("country").is_in(CHINA), carbon.is_not_null())
    about = [
        pl.len().alias("cores"),
        pl.col("study_id").n_unique().alias("studies"),
        carbon.mean().round(2).alias("mean"),
        carbon.std().round(2).alias("SD"),
        carbon.median().round(2).alias("median"),
        pl.col("latitude").min().round(1).alias("south"),
        pl.col("latitude").max().round(1).alias("north"),
    ]
    _show("China to 1 m", found.group_by("place", "kind").agg(about).sort("place"))
    marsh = found.filter(pl.col("place") == "tidal_marsh")
    assert marsh.height == 24
    assert sorted(marsh["study_id"].unique()) == ["Lu_et_al_2019", "Xia_et_al_2022"]
    assert marsh["carbon_t_per_ha"].median() == pytest.approx(101, abs=1)
    assert marsh["carbon_t_per_ha"].max() < IPCC["tidal_marsh"]
    assert marsh["latitude"].min() > 37
    assert (marsh["outcome"] == "complete").all()
    # beside Hangzhou Bay cores end at 40 cm: to that depth they hold more than those in the north
    to_40 = _stocks(CoreOptions(40, total_carbon="include")).filter(
        pl.col("country").is_in(CHINA), pl.col("place") == "tidal_marsh", carbon.is_not_null()
    )
    band = pl.when(pl.col("latitude") > 37).then(pl.lit("37-42 N"))
    band = band.when(pl.col("latitude").is_between(28, 34)).then(pl.lit("28-34 N"))
    to_40 = to_40.group_by(band.otherwise(pl.lit("south of 28 N")).alias("band"))
    shown = to_40.agg(about).sort("band")
    _show("China's marshes to 40 cm", shown)
    mean = dict(shown.select("band", "mean").iter_rows())
    assert mean["28-34 N"] > mean["37-42 N"]


def test_hangzhou_bay_has_no_core_with_a_stock() -> None:
    """Its cores are samples of the surface without bulk density."""
    near = _plausible()[0].filter(
        pl.col("latitude").is_between(30, 31), pl.col("longitude").is_between(120, 122)
    )
    cores = near.group_by("study_id").agg(
        pl.col("core").n_unique(), pl.col("depth_max").max(), pl.col("dry_bulk_density").count()
    )
    _show("Hangzhou Bay", cores.sort("study_id"))
    assert near["core"].n_unique() >= 10
    assert near["dry_bulk_density"].is_null().all()


def _second_way(core: pl.DataFrame) -> float:
    """Integrate a core to 1 m on a grid of its own breaks, gaps by the mean of the neighbours."""
    top, bottom = core["depth_top_cm"].to_numpy(), core["depth_bottom_cm"].to_numpy()
    density = core["bulk_density_g_per_cm3"].to_numpy() * core["carbon_fraction"].to_numpy()
    grid = np.unique(np.clip(np.concatenate([[0.0, 100.0], top, bottom]), 0, 100))
    total = 0.0
    for upper, lower in pairwise(grid):
        middle = (upper + lower) / 2
        inside = (top <= middle) & (middle < bottom)
        if inside.any():
            value = density[inside][0]
        else:
            above, below = density[bottom <= middle], density[top > middle]
            value = np.mean([*above[-1:], *below[:1]])
        total += value * (lower - upper)
    # g/cm2 to t/ha: 1e8 cm2 to the hectare, 1e6 g to the tonne
    return float(total * 1e8 / 1e6)


def test_a_second_computation_agrees() -> None:
    """Every 20th core, and each with a filled gap."""
    standing = _stocks().drop_nulls("carbon_t_per_ha").sort("core_id")
    filled = standing.filter(pl.col("gap_fraction") > 0)
    some = pl.concat([standing.gather_every(20), filled]).unique("core_id").sort("core_id")
    intervals = _intervals()[0].filter(
        pl.col("carbon_fraction").is_not_null(), pl.col("bulk_density_g_per_cm3").is_not_null()
    )
    parts: dict[Any, pl.DataFrame] = intervals.sort("depth_top_cm").partition_by(
        "core_id", as_dict=True
    )
    found = [_second_way(parts[(name,)]) for name in some["core_id"]]
    assert some.height > 200
    assert some["carbon_t_per_ha"].to_list() == pytest.approx(found, rel=1e-9)


def test_what_the_rules_change() -> None:
    """Cores and medians by rule: fewer cores without filling, more with extrapolation."""
    tables = []
    for gaps in ("neighbours", "leave_out"):
        for short in ("leave_out", "extrapolate"):
            options = CoreOptions(100, gaps, short, total_carbon="include")
            table = _table(_stocks(options), "place").select("place", "cores", "studies", "median")
            tables.append(table.select(pl.lit(f"{gaps}, {short}").alias("rules"), pl.all()))
    table = pl.concat(tables)
    _show("by rule", table)
    marsh = table.filter(pl.col("place") == "tidal_marsh")["cores"].to_list()
    assert marsh[2] < marsh[0] < marsh[1]


def _errors(rows: pl.DataFrame, truth: pl.DataFrame, options: CoreOptions) -> pl.DataFrame:
    """Relative error of what the rules give for complete cores of which a part is taken away."""
    found = stocks_of_intervals(rows.lazy(), options, NO_MODELS).rows
    return (
        found.drop_nulls("carbon_t_per_ha")
        .join(truth, on="core_id")
        .with_columns((pl.col("carbon_t_per_ha") / pl.col("truth") - 1).alias("error"))
    )


def _told(errors: pl.Series) -> tuple[float, float]:
    return float(errors.mean()), float(np.sqrt((errors**2).mean()))


def test_bounds_of_the_rules_keep_errors_small() -> None:
    """Complete cores with intervals taken out at a place of chance, and cut off at 80 cm."""
    whole = _stocks().filter(pl.col("outcome") == "complete").sort("core_id")
    truth = whole.select("core_id", pl.col("carbon_t_per_ha").alias("truth"))
    intervals = _intervals()[0].join(truth, on="core_id", how="semi", maintain_order="left")
    chance = np.random.default_rng(1)
    parts = []
    for width in (5, 10):
        places = truth.select(
            "core_id", pl.Series("at", chance.uniform(0, 100 - width, len(truth)))
        )
        taken = (pl.col("depth_top_cm") < pl.col("at") + width) & (
            pl.col("depth_bottom_cm") > pl.col("at")
        )
        kept = intervals.join(places, on="core_id").filter(~taken).drop("at")
        parts.append(_errors(kept, truth, INCLUDE))
    filled = pl.concat(parts).filter(pl.col("outcome") == "gap_filled")["error"]
    cut = intervals.filter(pl.col("depth_bottom_cm") <= 80)
    options = CoreOptions(100, short="extrapolate", total_carbon="include")
    extrapolated = _errors(cut, truth, options)["error"]
    for name, errors in (("gaps filled", filled), ("extrapolated from 70-80 cm", extrapolated)):
        bias, rms = _told(errors)
        print(f"\n {name}: {len(errors)} cores, error {bias:+.1%}, RMS {rms:.1%}")
        assert len(errors) > 100
        assert abs(bias) < 0.03
        assert rms < 0.1
    assert (core_bounds().largest_gap, core_bounds().least_reach) == (0.2, 0.7)
