"""Trees of the Korean forest inventory (Donghae-si, three cycles) against the program `knfi`.

`knfi` 1.0.2 computes for each tree C = V·D·BEF·(1 + R)·CF with national factors by species, and
expands to the hectare: trees of 30 cm and more by the large plot of 0.08 ha, the others by the
small plot of 0.04 ha, either less the part that is no forest (recorded in units of 10 m2);
stocked land, trees without shrubs. Its figures of every tree are the reference; per plot they
are summed a second time in plain SQL.

How a tree gets its factors, in `knfi` (R/biomass_nfi.R, bm_df) and here:

- 14994 Pinus densiflora has two rows: 14994_GW in Gangwon province (SIDO 42) and four counties
  next to it, 14994 elsewhere. All of Donghae-si is in Gangwon.
- 15036 Chamaecyparis obtusa has a row that `knfi` never reaches: it asks for 14973 twice, so
  such a tree would get OTHER_CON.
- Other codes: EVERDEC, OTHER_DEC or OTHER_CON.
"""

import tempfile
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sinkcalc.accounting.plot_checks import plots_without_area, refuse_without_area
from sinkcalc.accounting.plot_table import plot_table
from sinkcalc.coefficients.trees import TreeModels, load_tree_models
from sinkcalc.models.stem_volume import with_stem_volume
from sinkcalc.models.tree_biomass import with_tree_biomass

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "korea_nfi_donghae_knfi"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"data are not here: {FOLDER}")

GANGWON = 42
CONIFERS = ("14994_GW", "14994", "14964", "14987", "15003", "14973", "15014", "15036", "OTHER_CON")
# t C of one tree; the reference is printed with the digits of a double
OF_A_TREE = 1e-6
KEYS = ["SUB_PLOT", "CYCLE", "CN"]


def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(FOLDER / name, infer_schema=False, null_values=["NA"])


def _models(folder: Path) -> TreeModels:
    """Load the national factors as a user's own table, with the carbon fractions."""
    factors = _read("coefficients.csv")
    conifer = pl.col("spcd").is_in(CONIFERS)
    path = folder / "factors.csv"
    factors.select(
        pl.col("spcd").alias("species_code"),
        pl.col("wood_density_t_m3").alias("wood_density"),
        "bef",
        "root_shoot_ratio",
        pl.when(conifer).then(0.51).otherwise(0.48).alias("carbon_fraction"),
    ).write_csv(path)
    return load_tree_models("volume-bef", own_factors=path)


def _code() -> pl.Expr:
    """Code of the factors of a tree, as `knfi` matches it."""
    own = _read("coefficients.csv")["spcd"].to_list()
    spcd = pl.col("SPCD")
    reached = spcd.is_in(own) & (spcd != "15036")
    return (
        pl.when((spcd == "14994") & (pl.col("SIDO_CD").cast(pl.Int64) == GANGWON))
        .then(pl.lit("14994_GW"))
        .when(reached)
        .then(spcd)
        .when(pl.col("DECEVER_CD") == "1")
        .then(pl.lit("EVERDEC"))
        .when(pl.col("CONDEC_CLASS_CD") == "1")
        .then(pl.lit("OTHER_DEC"))
        .when(pl.col("CONDEC_CLASS_CD") == "0")
        .then(pl.lit("OTHER_CON"))
    )


def _trees() -> pl.DataFrame:
    """Give every tree with the columns of `Tree`, and what it is matched by."""
    plots = _read("plots.csv").select(
        "SUB_PLOT", "CYCLE", "SIDO_CD", "NONFR_INCL_AREA_SUBP", "NONFR_INCL_AREA_LARGEP"
    )
    dbh = pl.col("DBH").cast(pl.Decimal(6, 1))
    lost = pl.when(dbh >= 30).then("NONFR_INCL_AREA_LARGEP").otherwise("NONFR_INCL_AREA_SUBP")
    tallied = pl.when(dbh >= 30).then(0.08).otherwise(0.04) - lost.cast(pl.Float64) * 10 / 10_000
    return (
        _read("trees.csv")
        .join(plots, on=["SUB_PLOT", "CYCLE"], how="left", maintain_order="left")
        .with_columns(
            pl.col("SUB_PLOT").alias("plot_id"),
            _code().alias("species_code"),
            dbh.alias("dbh_cm"),
            pl.col("VOL_EST").cast(pl.Decimal(12, 6)).alias("volume_m3"),
            tallied.cast(pl.Decimal(10, 6)).alias("tally_area_ha"),
            *(pl.lit(None, pl.String).alias(name) for name in ("status", "species")),
            *(pl.lit(None, pl.Float64).alias(name) for name in ("height_m", "crown_length_m")),
        )
    )


def _plots(cycle: str) -> pl.LazyFrame:
    land = {"1": "arbor", "2": "unestablished"}
    words = ("species", "species_code", "origin", "age_group", "stratum", "stand_id")
    stocks = ("plot_area_ha", "volume_m3", "dead_volume_m3", "cut_volume_m3")
    return (
        _read("plots.csv")
        .lazy()
        .filter(pl.col("CYCLE") == cycle)
        .select(
            pl.col("SUB_PLOT").alias("plot_id"),
            pl.col("CLST_PLOT").alias("cluster_id"),
            pl.col("SGG_CD").alias("region_code"),
            pl.col("LAND_USECD")
            .replace_strict(land, default="non_forest")
            .alias("vegetation_class"),
            *(pl.lit(None, pl.String).alias(name) for name in words),
            *(pl.lit(None, pl.Float64).alias(name) for name in stocks),
        )
    )


def _tables(models: TreeModels) -> pl.DataFrame:
    """Give the plot table of every cycle; shrubs are left out as `knfi` does."""
    trees = _trees().filter(pl.col("WDY_PLNTS_TYP_CD") == "1")
    tables = []
    for cycle in ("5", "6", "7"):
        plots, of_cycle = _plots(cycle), trees.filter(pl.col("CYCLE") == cycle).lazy()
        refuse_without_area(plots_without_area(plots, of_cycle).collect())
        table = plot_table(plots, of_cycle, models).collect()
        tables.append(table.with_columns(pl.lit(cycle).alias("cycle")))
    return pl.concat(tables)


def _second_derivation() -> pl.DataFrame:
    """Sum what `knfi` computed for each tree, per plot and cycle, in SQL from the files."""
    return duckdb.sql(f"""
        SELECT plot_id, cycle, count(*) AS trees_sql,
            coalesce(sum(volume / area), 0) AS volume_sql,
            coalesce(sum(above / area), 0) AS above_sql,
            coalesce(sum(carbon / area), 0) AS carbon_sql
        FROM (
            SELECT r.SUB_PLOT AS plot_id, r.CYCLE AS cycle,
                try_cast(r.VOL_EST AS DOUBLE) AS volume,
                try_cast(r.AG_biomass AS DOUBLE) AS above,
                try_cast(r.carbon_stock AS DOUBLE) AS carbon,
                CASE WHEN t.DBH::DOUBLE >= 30
                    THEN 0.08 - p.NONFR_INCL_AREA_LARGEP::DOUBLE * 10 / 10000
                    ELSE 0.04 - p.NONFR_INCL_AREA_SUBP::DOUBLE * 10 / 10000 END AS area
            FROM read_csv('{FOLDER}/knfi_tree_carbon_reference.csv', all_varchar = true) AS r
            JOIN read_csv('{FOLDER}/trees.csv', all_varchar = true) AS t
                USING (SUB_PLOT, CYCLE, CN)
            JOIN read_csv('{FOLDER}/plots.csv', all_varchar = true) AS p
                USING (SUB_PLOT, CYCLE)
            WHERE p.LAND_USECD = '1' AND p.FORTYP_SUB IS NOT NULL AND t.WDY_PLNTS_TYP_CD = '1'
        ) GROUP BY plot_id, cycle
    """).pl()


def test_carbon_of_every_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """4,963 trees, t C within 1e-6; the 34 without volume have none in either."""
    trees, models = _trees(), _models(tmp_path)
    found = with_tree_biomass(with_stem_volume(trees.lazy(), models), models).collect()
    reference = _read("knfi_tree_carbon_reference.csv").select(
        *KEYS, "species_bm", pl.col("carbon_stock", "AG_biomass").cast(pl.Float64)
    )
    both = found.join(reference, on=KEYS, how="full", coalesce=True)
    assert both.height == found.height == reference.height == 4_963
    assert both.filter(pl.col("species_code").ne_missing(pl.col("species_bm"))).is_empty()
    assert both["carbon_t"].is_null().equals(both["carbon_stock"].is_null())
    assert both["carbon_t"].null_count() == 34
    off = (both["carbon_t"] - both["carbon_stock"]).abs()
    assert off.max() < OF_A_TREE
    above = (both["above_ground_kg"] / 1000 - both["AG_biomass"]).abs()
    assert above.max() < OF_A_TREE

    with capsys.disabled():
        print(_about_the_match(both, models))


def _about_the_match(trees: pl.DataFrame, models: TreeModels) -> str:
    """Say what the two peculiarities of the match weigh here."""
    gangwon = trees.filter(pl.col("species_code") == "14994_GW")
    as_elsewhere = gangwon.with_columns(pl.lit("14994").alias("species_code")).select(
        "species", "species_code", "dbh_cm", "height_m", "crown_length_m", "volume_m3"
    )
    other = with_tree_biomass(with_stem_volume(as_elsewhere.lazy(), models), models)
    elsewhere = float(other.select(pl.col("carbon_t").sum()).collect().item())
    total, pine = float(trees["carbon_t"].sum()), float(gangwon["carbon_t"].sum())
    off = (trees["carbon_t"] - trees["carbon_stock"]).abs().max()
    hinoki = trees.filter(pl.col("SPCD") == "15036").height
    conifers = trees.filter(pl.col("species_code") == "OTHER_CON")
    return (
        f"\n{trees.height} trees, {trees['carbon_t'].null_count()} without volume, "
        f"{total:.4f} t C; largest difference from knfi {off:.1e} t C\n"
        f"14994_GW: {gangwon.height} trees, {pine:.4f} t C; by the row of the other provinces "
        f"{elsewhere:.4f} ({elsewhere / pine - 1:+.2%})\n"
        f"15036 Chamaecyparis obtusa, which knfi gives OTHER_CON: {hinoki} trees here; the "
        f"{conifers.height} trees of OTHER_CON are "
        f"{', '.join(sorted(conifers['SCIENTIFIC_NAME'].unique()))}"
    )


def test_carbon_of_every_plot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """90 stocked plots and occasions against the sums in SQL.

    What each tree stands for is rounded to 1e-6 per ha, so a plot of n trees is within n times
    half of that.
    """
    tables = _tables(_models(tmp_path))
    assert tables.height == 104
    stocked = tables.filter(pl.col("vegetation_class") == "arbor")
    both = stocked.join(
        _second_derivation(),
        left_on=["plot_id", "cycle"],
        right_on=["plot_id", "cycle"],
        how="full",
    )
    assert both.height == stocked.height == 90
    assert both["trees"].equals(both["trees_sql"])
    bound = both["trees"] * 0.5e-6 + 1e-9
    for name, other in (
        ("volume_m3_per_ha", "volume_sql"),
        ("above_ground_t_per_ha", "above_sql"),
        ("carbon_t_per_ha", "carbon_sql"),
    ):
        assert ((both[name] - both[other]).abs() <= bound).all(), name
    # the trees without volume are told
    assert tables["trees_without_biomass"].sum() == 34
    assert tables.filter(pl.col("forest") == 0, pl.col("trees") == 0)["carbon_t_per_ha"].sum() == 0
    with capsys.disabled():
        print(_report(both))


def _report(both: pl.DataFrame) -> str:
    columns = ("cycle", "plot_id", "trees", "volume_m3_per_ha", "carbon_t_per_ha", "carbon_sql")
    rows = both.sort("cycle", "plot_id").select(columns).rows()
    lines = ["\ncycle plot    trees  m3/ha   t C/ha  t C/ha by SQL over knfi's trees"]
    lines += [f"{c:>5} {p} {n:>5} {v:>6.2f} {x:>8.4f} {y:>8.4f}" for c, p, n, v, x, y in rows]
    means = both.group_by("cycle").agg(
        pl.len(), pl.col("volume_m3_per_ha", "carbon_t_per_ha").mean()
    )
    lines += [
        f"cycle {c}: {n} plots, mean {v:.2f} m3/ha, {x:.3f} t C/ha"
        for c, n, v, x in means.sort("cycle").rows()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = _tables(_models(Path(folder))).filter(pl.col("vegetation_class") == "arbor")
    print(_report(made.join(_second_derivation(), on=["plot_id", "cycle"])))
