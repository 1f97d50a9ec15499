"""Carbon stand by stand and wetland by wetland, so that it adds up to the stored figures."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.accounting.cells import name_cells, to_cells
from sinkcalc.accounting.flags import with_fallback
from sinkcalc.accounting.stock import pool_quantities
from sinkcalc.accounting.volume_classes import with_volume_classes
from sinkcalc.accounting.wetland_stock import wetland_cells, wetland_stocks, with_plants
from sinkcalc.coefficients.factors import Factors
from sinkcalc.errors import SinkcalcError
from sinkcalc.models.forest import forest_pools
from sinkcalc.pipeline.estimate import EstimateOptions, method_factors
from sinkcalc.pipeline.wetland_estimate import read_wetlands, run_factors
from sinkcalc.pipeline.wetland_figures import sourced_records
from sinkcalc.pipeline.wetland_options import options_of_run
from sinkcalc.store.connection import Connection
from sinkcalc.store.inventory import stand_codes
from sinkcalc.store.results import read_volume_classes
from sinkcalc.store.spatial import StoredRun, carbon_of_regions
from sinkcalc.units import STOCK_DECIMALS
from sinkcalc.vocabulary import FOREST_CLASSES, POOLS

# every stand's pool, and every cell's, is rounded once, by half of this at the most
_QUANTUM_T: Final = 10.0**-STOCK_DECIMALS
_OWN_POOLS: Final = (*POOLS, "total", "vegetation")
_WETLAND_POOLS: Final = ("soil", "above_ground", "below_ground", "total")


@dataclass(frozen=True)
class DrawnCarbon:
    """Carbon of records, and how far its sums are from the stored figures.

    Attributes
    ----------
    rows
        One row a record: its identifier, `<pool>_carbon_t` (t C; null where not estimated) and
        how it was found.
    difference_t
        Largest difference of a region's pool from the stored figure, t C.
    bound_t
        What the rounding of single records may make of it, t C.
    """

    rows: pl.DataFrame
    difference_t: float
    bound_t: float


def carbon_of_stands(con: Connection, run: StoredRun) -> DrawnCarbon:
    """Carry out the method of a stored run on every stand by itself.

    Within a cell of the estimate carbon is linear in area, volume, culms and the masses of the
    tree models, so that the figures of the stands of a cell add up to that of the cell; volume
    classes are those that the run stored. What is left is the rounding of each stand's pools to
    1e-4 t C.

    Returns
    -------
    `stand_id`, `<pool>_carbon_t`, `extrapolated`, `imputed`, `fallback`,
    `pools_not_estimated` (words; null where every pool of a forest stand is there).

    Raises
    ------
    SinkcalcError
        If the sums are not the stored figures.
    """
    options = EstimateOptions(
        run.survey,
        ("region",),
        run.method,
        run.carbon_fraction_set,  # type: ignore[arg-type]  # as the run stored it
        run.soil_depth_cm,  # type: ignore[arg-type]  # likewise
    )
    factors = method_factors(options, con)
    cells = _each_stand(con, run, factors)
    biomass, carbon = forest_pools(cells, factors)
    stocks = pool_quantities(biomass, carbon).stocks.filter(pl.col("quantity") == "carbon")
    per_pool = (
        stocks.group_by("cell_id", "pool")
        .agg(pl.col("value").sum(), pl.col("imputed").any())
        .collect()
    )
    about = with_fallback(cells, factors).select(
        "cell_id", "stand_id", "region_code", "vegetation_class", "extrapolated", "fallback"
    )
    known = about.collect()
    imputed = per_pool.group_by("cell_id").agg(pl.col("imputed").any())
    wide = _wide(per_pool, _OWN_POOLS)
    joined = (
        known.join(imputed, on="cell_id", how="left", maintain_order="left")
        .join(wide, on="cell_id", how="left", maintain_order="left")
        .sort("stand_id")
    )
    difference, bound = _against_stored(
        carbon_of_regions(con, run.run_id),
        per_pool.join(known.select("cell_id", "region_code"), on="cell_id"),
        run,
    )
    missing = pl.concat_str(
        (pl.when(pl.col(f"{pool}_carbon_t").is_null()).then(pl.lit(pool)) for pool in POOLS),
        separator=";",
        ignore_nulls=True,
    )
    forest = pl.col("vegetation_class").is_in(FOREST_CLASSES)
    rows = joined.select(
        "stand_id",
        *(f"{pool}_carbon_t" for pool in _OWN_POOLS),
        (pl.col("extrapolated") & forest).alias("extrapolated"),
        pl.col("imputed").fill_null(value=False),
        "fallback",
        pl.when(forest & (missing != "")).then(missing).alias("pools_not_estimated"),
    )
    return DrawnCarbon(rows, difference, bound)


def _each_stand(con: Connection, run: StoredRun, factors: Factors) -> pl.LazyFrame:
    """Return the stands of a run as cells of one stand each."""
    own = ("stand_id",)
    stands = stand_codes(
        con, run.survey, trees=factors.form == "tree", controls=run.controls_id, named=True
    )
    summed = to_cells(stands, factors, own).collect(engine="streaming")
    cells = name_cells(summed, factors, own).lazy()
    if factors.form != "bcef":
        return cells
    classes = read_volume_classes(con, run.run_id).lazy()
    told = classes.with_columns(pl.lit(None, pl.String).alias("class_source"))
    return with_volume_classes(cells, told, factors)


def carbon_of_wetlands(con: Connection, run: StoredRun) -> DrawnCarbon:
    """Multiply the area of every wetland by the density that the run gave it.

    Returns
    -------
    `wetland_id`, `<pool>_carbon_t`, `soil_t_per_ha`, `soil_source`, `soil_flag` (why its soil is
    not estimated), `extrapolated`, `imputed`.

    Raises
    ------
    SinkcalcError
        If the sums are not the stored figures.
    """
    options = options_of_run(
        run.survey, run.soil_depth_cm, run.gwp_set, run.core_options or "", run.by_keys
    )
    factors = run_factors(options)
    means, sourced = sourced_records(read_wetlands(con, options), factors)
    cells = wetland_cells(with_plants(sourced, factors), ("wetland_id",))
    stocks = wetland_stocks(cells, means, factors).stocks
    carbon = stocks.filter(pl.col("quantity") == "carbon")
    names = cells.select("cell_id", "wetland_id")
    of_region = pl.col("region_code" if "region" in run.by_keys.split(",") else "nowhere")
    placed = carbon.with_columns(pl.lit(None, pl.String).alias("nowhere")).select(
        "cell_id", "pool", "value", of_region.alias("region_code")
    )
    difference, bound = _against_stored(carbon_of_regions(con, run.run_id), placed, run)
    # a wetland that a stand holds in part is two cells, of which the stand counts one
    per_wetland = (
        carbon.join(names, on="cell_id")
        .group_by(pl.col("wetland_id").alias("cell_id"), "pool")
        .agg(pl.col("value").sum())
    )
    wide = _wide(per_wetland, _WETLAND_POOLS).rename({"cell_id": "wetland_id"})
    served = pl.col("soil_flag").is_null()
    about = (
        cells.sort("wetland_id", served, descending=[False, True])
        .unique("wetland_id", keep="first", maintain_order=True)
        .select(
            "wetland_id", "soil_t_per_ha", "soil_source", "soil_flag", "extrapolated", "imputed"
        )
    )
    return DrawnCarbon(
        about.join(wide, on="wetland_id", how="left", maintain_order="left"), difference, bound
    )


def _wide(per_pool: pl.DataFrame, pools: tuple[str, ...]) -> pl.DataFrame:
    """Turn `cell_id`, `pool`, `value` into one row a cell with `<pool>_carbon_t`."""
    found = per_pool.group_by("cell_id").agg(
        pl.col("value").filter(pl.col("pool") == pool).first().alias(f"{pool}_carbon_t")
        for pool in pools
    )
    return found.select("cell_id", *(f"{pool}_carbon_t" for pool in pools))


def _against_stored(stored: pl.DataFrame, own: pl.DataFrame, run: StoredRun) -> tuple[float, float]:
    """Return the largest difference of sums from stored figures and its bound, t C."""
    sums = own.group_by("region_code", "pool").agg(
        pl.col("value").sum().alias("own"), pl.len().alias("terms")
    )
    both = stored.join(sums, on=["region_code", "pool"], how="full", nulls_equal=True)
    apart = both.select(
        (pl.col("value").cast(pl.Float64) - pl.col("own").cast(pl.Float64)).abs().alias("apart"),
        # a total sums up to six roundings of each stand
        (pl.col("terms") * len(POOLS) * _QUANTUM_T).alias("bound"),
    )
    wrong = apart.filter(pl.col("apart").is_null() | (pl.col("apart") > pl.col("bound")))
    if wrong.height:
        raise SinkcalcError(
            zh=f"逐个计算的碳储量之和与运行 {run.run_id}(程序 {run.program_version})保存的结果不符:"
            "参数、启用的模型或数据在其后改变过。"
            f"重新运行 sinkcalc estimate --survey {run.survey} 后再发布",
            en=f"carbon computed record by record does not add up to what run {run.run_id} "
            f"(program {run.program_version}) stored: parameters, active models or data changed "
            f"since. Run sinkcalc estimate --survey {run.survey} again, then publish",
        )
    if both.is_empty():
        return 0.0, 0.0
    row = apart.select(pl.col("apart").max(), pl.col("bound").max()).row(0)
    return float(row[0]), float(row[1])
