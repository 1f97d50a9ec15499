"""Aggregate pools of cells to the rows of an estimate."""

from dataclasses import dataclass

import polars as pl

from sinkcalc.accounting.wholes import Wholes, adding_up
from sinkcalc.schemas.stages import STOCK, Pools
from sinkcalc.units import CO2E_PER_C, STOCK_DECIMALS
from sinkcalc.vocabulary import (
    AREA_MEASUREMENT,
    FOREST_CLASSES,
    LIVING_STOCK_CLASSES,
    POOLS,
    QUANTITIES,
    REPORTED_POOLS,
    UNITS,
    VEGETATION_POOLS,
)

KEY_OF = {
    "region": "region_code",
    "vegetation_class": "vegetation_class",
    "species_group": "species_group",
    "origin": "origin",
    "age_group": "age_group",
    "forest_category": "forest_category",
}
_ROUNDING = 1e-12


@dataclass(frozen=True)
class PoolQuantities:
    """Biomass, carbon and co2e of every pool, total and vegetation, per cell.

    Attributes
    ----------
    stocks
        `cell_id`, `quantity`, `pool`, `value` (decimal), `imputed`.
    sensitivities
        `cell_id`, `quantity`, `pool`, `parameter_id`, `derivative`.
    """

    stocks: pl.LazyFrame
    sensitivities: pl.LazyFrame


def pool_quantities(biomass: Pools, carbon: Pools, wholes: Wholes | None = None) -> PoolQuantities:
    """Stack biomass, carbon and co2e, round each cell's pool once, and add the overlapping pools.

    co2e = carbon * 44/12. Every value is rounded to 1e-4 t before anything is summed, so that
    sums over cells, regions or pools agree to the last digit. `total` is the sum of the pools;
    `vegetation` = above_ground + below_ground + understorey overlaps them and is given for
    carbon only, for the biomass of understorey is not published.

    Parameters
    ----------
    wholes
        Where the cells are parts of wholes: their rounded values then add up to those of the
        wholes, so that a split changes no sum.
    """
    stocks = _rounded(biomass, carbon)
    if wholes is not None:
        whole = _rounded(wholes.biomass, wholes.carbon)
        stocks = adding_up(stocks, whole, wholes.whole_of)
    sensitivities = pl.concat(
        pools.sensitivities.select(
            "cell_id", tag, "pool", "parameter_id", pl.col("derivative") * factor
        )
        for tag, pools, factor in _quantities(biomass, carbon)
    )
    member = pool_membership().lazy()

    def reported(frame: pl.LazyFrame) -> pl.LazyFrame:
        joined = frame.join(member, on=["quantity", "pool"])
        return joined.drop("pool").rename({"reported": "pool"})

    return PoolQuantities(reported(stocks), _without_cancelled(reported(sensitivities)))


def _quantities(biomass: Pools, carbon: Pools) -> list[tuple[pl.Expr, Pools, float]]:
    """Return name, pools and factor of every quantity."""
    return [
        (pl.lit(quantity).alias("quantity"), pools, factor)
        for quantity, pools, factor in (
            ("biomass", biomass, 1.0),
            ("carbon", carbon, 1.0),
            ("co2e", carbon, CO2E_PER_C),
        )
    ]


def _rounded(biomass: Pools, carbon: Pools) -> pl.LazyFrame:
    """Round every quantity of every pool of a cell once."""
    value = pl.col("value_t")
    return pl.concat(
        pools.stocks.select(
            "cell_id",
            tag,
            "pool",
            (value * factor).round(STOCK_DECIMALS).cast(pl.Decimal(*STOCK)).alias("value"),
            "imputed",
        )
        for tag, pools, factor in _quantities(biomass, carbon)
    )


def _without_cancelled(sensitivities: pl.LazyFrame) -> pl.LazyFrame:
    """Drop parameters whose effects cancel, as the root:shoot ratio's in above + below ground."""
    derivative = pl.col("derivative")
    return (
        # floats are summed in a fixed order, so that equal input gives equal bytes
        sensitivities.sort("cell_id", "quantity", "pool", "parameter_id", "derivative")
        .group_by("cell_id", "quantity", "pool", "parameter_id", maintain_order=True)
        .agg(derivative.sum(), derivative.abs().sum().alias("size"))
        # what is left of two equal terms is their rounding error
        .filter(derivative.abs() > _ROUNDING * pl.col("size"))
        .drop("size")
    )


def pool_membership() -> pl.DataFrame:
    """Return `quantity`, `pool` and every `reported` row of an estimate that it adds to."""
    rows = [
        (quantity, pool, reported)
        for quantity in ("biomass", "carbon", "co2e")
        for pool in POOLS
        for reported in (pool, "total", "vegetation")
        if reported != "vegetation" or (pool in VEGETATION_POOLS and quantity != "biomass")
    ]
    return pl.DataFrame(rows, schema=["quantity", "pool", "reported"], orient="row")


def pool_rows(
    cells: pl.LazyFrame, pools: PoolQuantities, evidence: pl.DataFrame, by: list[str]
) -> pl.LazyFrame:
    """Sum pools over the cells of a group.

    Parameters
    ----------
    cells
        Rows of `Cell` with `fallback`.
    pools
        Result of `pool_quantities`.
    evidence
        `parameter_id`, `evidence` of every parameter.
    by
        Key columns of the cells.

    Returns
    -------
    `by`, `quantity`, `pool`, `value`, `n` (stands) and the shares of the area whose figure was
    extrapolated, imputed, rests on a recalled parameter, or fell back to a wider row.
    """
    recalled = (
        pools.sensitivities.join(
            evidence.lazy().filter(pl.col("evidence") == "recalled"), on="parameter_id", how="semi"
        )
        .select("cell_id", "quantity", "pool")
        .unique()
        .with_columns(pl.lit(True).alias("recalled"))
    )
    per_cell = (
        pools.stocks.group_by("cell_id", "quantity", "pool")
        .agg(pl.col("value").sum(), pl.col("imputed").any())
        .join(recalled, on=["cell_id", "quantity", "pool"], how="left")
        .join(cells, on="cell_id")
    )
    # the valid range is that of the volume equation: it concerns no pool that comes from area
    from_volume = pl.col("pool").is_in(["above_ground", "below_ground", "total", "vegetation"])
    return _sum_groups(
        per_cell.with_columns(pl.col("extrapolated", "fallback") & from_volume),
        [*by, "quantity", "pool"],
    )


def measured_rows(cells: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """Sum area of forest, growing stock and living stock.

    growing stock = volume of arbor forest; living stock = volume of arbor, sparse and scattered
    stands + scattered trees recorded inside stands of any other class (of a scattered stand they
    count where it has no volume). Stands without a volume add
    nothing to a stock and are not counted in its `n`.
    """
    parts = [
        part.with_columns(
            # measured, not modelled
            *(
                pl.lit(False).alias(flag)
                for flag in ("extrapolated", "imputed", "recalled", "fallback")
            ),
        )
        for _, part in _measured(cells)
    ]
    return _sum_groups(pl.concat(parts), [*by, "quantity", "pool"])


def _measured(cells: pl.LazyFrame) -> list[tuple[str, pl.LazyFrame]]:
    """Return the cells that count for each measured quantity, with its `value`."""
    in_class = pl.col("vegetation_class").is_in
    of_class = pl.when(in_class(LIVING_STOCK_CLASSES)).then(pl.col("volume_m3")).otherwise(0)
    living = (of_class + pl.col("scattered_volume_m3")).cast(pl.Decimal(*STOCK))
    volume, has_volume = pl.col("volume_m3"), pl.col("measure") != "missing"
    return [
        (
            quantity,
            cells.filter(counted).with_columns(
                pl.lit(quantity).alias("quantity"),
                pl.lit(None, pl.String).alias("pool"),
                value.alias("value"),
                stands.alias("stands"),
            ),
        )
        for quantity, counted, value, stands in (
            ("area", in_class(FOREST_CLASSES), pl.col("area_ha"), pl.col("stands")),
            ("growing_stock", in_class(["arbor"]) & has_volume, volume, pl.col("stands")),
            ("living_stock", pl.col("living_stands") > 0, living, pl.col("living_stands")),
        )
    ]


def _sum_groups(rows: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    def share(flag: str) -> pl.Expr:
        flagged = pl.col("area_ha").filter(pl.col(flag).fill_null(False)).sum()
        return (flagged.cast(pl.Float64) / pl.col("area_ha").sum().cast(pl.Float64)).alias(
            f"share_{flag}"
        )

    return rows.group_by(keys).agg(
        pl.col("value").sum().cast(pl.Decimal(*STOCK)),
        pl.col("stands").sum().alias("n"),
        share("extrapolated"),
        share("imputed"),
        share("recalled"),
        share("fallback"),
    )


def measured_sensitivities(cells: pl.LazyFrame) -> pl.LazyFrame:
    """Say how area, growing stock and living stock change with the survey's relative errors.

    Each is its own derivative: d(value * (1 + e))/de = value.

    Returns
    -------
    `cell_id`, `quantity`, `pool` (null), `parameter_id`, `derivative`.
    """
    return pl.concat(
        part.select(
            "cell_id",
            "quantity",
            "pool",
            (pl.lit(AREA_MEASUREMENT) if quantity == "area" else pl.col("volume_error")).alias(
                "parameter_id"
            ),
            pl.col("value").cast(pl.Float64).alias("derivative"),
        )
        for quantity, part in _measured(cells)
    )


def in_order(rows: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """Sort by quantity and pool in the order of the vocabulary, then by the keys, and add units."""
    return (
        rows.with_columns(
            pl.col("quantity").replace_strict(UNITS, return_dtype=pl.String).alias("unit"),
            pl.col("quantity")
            .replace_strict({q: i for i, q in enumerate(QUANTITIES)}, return_dtype=pl.Int8)
            .alias("_q"),
            pl.col("pool")
            .replace_strict({p: i for i, p in enumerate(REPORTED_POOLS)}, return_dtype=pl.Int8)
            .alias("_p"),
        )
        .sort("_q", "_p", *by, nulls_last=True)
        .drop("_q", "_p")
    )
