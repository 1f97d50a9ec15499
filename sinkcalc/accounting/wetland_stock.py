"""Area and carbon of wetlands, from records to the parts that rows add up."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.accounting.wetland_cores import CORE_MEAN, CoreMeans
from sinkcalc.coefficients.wetlands import WetlandFactors
from sinkcalc.schemas.stages import STOCK
from sinkcalc.units import CO2E_PER_C, STOCK_DECIMALS
from sinkcalc.vocabulary import WETLAND_AREA_MEASUREMENT

WETLAND_KEY_OF: Final = {"region": "region_code", "wetland_class": "wetland_class"}
# reported rows that a pool adds to
_MEMBERS: Final = {
    "soil": ("soil", "total"),
    "above_ground": ("above_ground", "total", "vegetation"),
    "below_ground": ("below_ground", "total", "vegetation"),
}
_CELL: Final = (
    "region_code",
    "wetland_class",
    "soil_flag",
    "soil_source",
    "soil_id",
    "soil_t_per_ha",
    "extrapolated",
    "imputed",
    "recalled",
    "plant_set",
)
_SHARES: Final = ("extrapolated", "imputed", "recalled", "fallback")


@dataclass(frozen=True)
class WetlandStocks:
    """Area, carbon and co2e of cells.

    Attributes
    ----------
    cells
        `cell_id`, keys, `soil_flag`, `soil_source`, `wetlands`, `counted` (wetlands that no other
        cell counts), `area_ha`, `plant_area_ha`, `plant_set`.
    stocks
        `cell_id`, keys, `quantity`, `pool`, `value` (decimal; ha, t C, t CO2e), `wetlands`,
        `area_ha`, and what `sum_wetlands` makes shares of.
    sensitivities
        `cell_id`, keys, `quantity`, `pool`, `parameter_id`, `derivative`.
    """

    cells: pl.DataFrame
    stocks: pl.DataFrame
    sensitivities: pl.DataFrame


def with_plants(records: pl.LazyFrame, factors: WetlandFactors) -> pl.LazyFrame:
    """Find the records whose vegetation is named as one that plant densities are of.

    Returns
    -------
    The records with `plant_set` (the words of that vegetation, null where there is no density or
    the stand of the forest survey counts the plants) and `plant_area_ha`: the vegetated area, the
    whole area where it is not recorded.
    """
    found = pl.lit(None, pl.String)
    named = pl.col("vegetation").str.to_lowercase()
    for kind, words in factors.plants.select("wetland_class", "vegetation").unique().iter_rows():
        hit = named.str.contains_any(words) & (pl.col("wetland_class") == kind)
        found = pl.when(hit.fill_null(False)).then(pl.lit(";".join(words))).otherwise(found)
    with_stand = (pl.col("soil_flag") == "counted_with_stands").fill_null(False)
    return records.with_columns(
        pl.when(~with_stand).then(found).alias("plant_set"),
        pl.min_horizontal(pl.coalesce("vegetated_area_ha", "area_ha"), "area_ha").alias(
            "plant_area_ha"
        ),
    )


def wetland_cells(records: pl.LazyFrame, further: tuple[str, ...] = ()) -> pl.DataFrame:
    """Sum the records that share keys, density and flags; sums of decimals are exact.

    Parameters
    ----------
    further
        Columns of the records that cells keep apart: with the identifier of a wetland, each
        wetland is a cell of its own.

    Returns
    -------
    The columns of `WetlandStocks.cells` and `further`, in a fixed order.
    """
    return (
        records.group_by(*_CELL, *further)
        .agg(
            pl.len().cast(pl.Int64).alias("wetlands"),
            pl.col("counted").sum(),
            pl.col("area_ha").sum().cast(pl.Decimal(*STOCK)),
            pl.col("plant_area_ha").sum().cast(pl.Decimal(*STOCK)),
        )
        .sort(*_CELL, *further, nulls_last=True)
        .with_row_index("cell_id")
        .collect()
    )


def wetland_stocks(cells: pl.DataFrame, means: CoreMeans, factors: WetlandFactors) -> WetlandStocks:
    """Multiply areas by densities.

    carbon = area * density (t C/ha to the depth of the factors); co2e = carbon * 44/12. Every
    value is rounded once, to 1e-4, before anything is summed.

    Parameters
    ----------
    cells
        Result of `wetland_cells`.
    """
    keys = list(WETLAND_KEY_OF.values())
    carbon = pl.concat([_soil(cells), _plants(cells, factors)])
    # a wetland that a stand holds in part is one wetland of two cells
    area = cells.select(
        *(pl.col("counted").alias(c) if c == "wetlands" else c for c in _about()),
        pl.lit("area").alias("quantity"),
        pl.lit(None, pl.String).alias("pool"),
        pl.col("area_ha").alias("value"),
        *(pl.lit(False).alias(name) for name in _SHARES),
    )
    member = pl.DataFrame(
        [(pool, reported) for pool, all_ in _MEMBERS.items() for reported in all_],
        schema=["pool", "reported"],
        orient="row",
    )
    reported = (
        carbon.join(member, on="pool", maintain_order="left_right")
        .drop("pool")
        .rename({"reported": "pool"})
    )
    stocks, sensitivities = [area], [_area_sensitivity(cells)]
    for quantity, factor in (("carbon", 1.0), ("co2e", CO2E_PER_C)):
        tag = pl.lit(quantity).alias("quantity")
        value = (pl.col("value_t") * factor).round(STOCK_DECIMALS).cast(pl.Decimal(*STOCK))
        stocks.append(reported.with_columns(tag, value.alias("value")).select(area.columns))
        slope = (pl.col("density_area_ha") * factor).alias("derivative")
        sensitivities.append(reported.with_columns(tag, slope).select(sensitivities[0].columns))
        area_effect = reported.with_columns(
            tag,
            pl.lit(WETLAND_AREA_MEASUREMENT).alias("parameter_id"),
            (pl.col("value_t") * factor).alias("derivative"),
        )
        sensitivities.append(area_effect.select(sensitivities[0].columns))
    names = ["cell_id", *keys, "quantity", "pool", "parameter_id"]
    shared = (
        _behind_means(pl.concat(sensitivities), means)
        # floats are summed in a fixed order, so that equal input gives equal bytes
        .sort(*names, "derivative")
        .group_by(names, maintain_order=True)
        .agg(pl.col("derivative").sum())
    )
    return WetlandStocks(cells, pl.concat(stocks), shared)


def _about() -> tuple[str, ...]:
    return ("cell_id", *WETLAND_KEY_OF.values(), "wetlands", "area_ha")


def _soil(cells: pl.DataFrame) -> pl.DataFrame:
    area = pl.col("area_ha").cast(pl.Float64)
    return cells.filter(pl.col("soil_flag").is_null()).select(
        *_about(),
        pl.lit("soil").alias("pool"),
        pl.col("soil_id").alias("parameter_id"),
        area.alias("density_area_ha"),
        (area * pl.col("soil_t_per_ha")).alias("value_t"),
        "extrapolated",
        "imputed",
        "recalled",
        pl.col("soil_source").is_in(["national", "ipcc"]).alias("fallback"),
    )


def _plants(cells: pl.DataFrame, factors: WetlandFactors) -> pl.DataFrame:
    area = pl.col("plant_area_ha").cast(pl.Float64)
    rows = factors.plants.with_columns(pl.col("vegetation").list.join(";").alias("plant_set"))
    joined = cells.drop("recalled").join(
        rows, on=["wetland_class", "plant_set"], maintain_order="left_right"
    )
    return joined.select(
        *_about(),
        "pool",
        "parameter_id",
        area.alias("density_area_ha"),
        (area * pl.col("value")).alias("value_t"),
        pl.lit(False).alias("extrapolated"),
        pl.lit(False).alias("imputed"),
        (pl.col("evidence") == "recalled").alias("recalled"),
        # one place stands for every other
        pl.lit(True).alias("fallback"),
    )


def _area_sensitivity(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.select(
        "cell_id",
        *WETLAND_KEY_OF.values(),
        pl.lit("area").alias("quantity"),
        pl.lit(None, pl.String).alias("pool"),
        pl.lit(WETLAND_AREA_MEASUREMENT).alias("parameter_id"),
        pl.col("area_ha").cast(pl.Float64).alias("derivative"),
    )


def _behind_means(sensitivities: pl.DataFrame, means: CoreMeans) -> pl.DataFrame:
    """Add the coefficients that gave cores their missing carbon or bulk density."""
    by_mean = sensitivities.filter(pl.col("parameter_id").str.starts_with(CORE_MEAN))
    behind = (
        by_mean.join(
            means.derivatives.rename({"parameter_id": "_id", "derivative": "_slope"}),
            left_on="parameter_id",
            right_on="density_id",
            maintain_order="left_right",
        )
        .with_columns(
            pl.col("_id").alias("parameter_id"),
            (pl.col("derivative") * pl.col("_slope")).alias("derivative"),
        )
        .select(sensitivities.columns)
    )
    return pl.concat([sensitivities, behind])


def sum_wetlands(stocks: pl.DataFrame, keys: list[str]) -> pl.LazyFrame:
    """Sum area and stocks over the cells of a group.

    Parameters
    ----------
    stocks
        `WetlandStocks.stocks`.
    keys
        Key columns.

    Returns
    -------
    `keys`, `quantity`, `pool`, `value`, `n` (wetlands) and the shares of the area whose figure
    rests on extrapolated cores, on cores with filled gaps or modelled carbon, on a recalled
    parameter, or on no core of the survey.
    """
    groups = ["quantity", "pool"]
    about = list(_about())
    # several pools of one cell make one area of `total`
    per_cell = (
        stocks.lazy().group_by(*about, *groups).agg(pl.col("value").sum(), pl.col(_SHARES).any())
    )

    def share(flag: str) -> pl.Expr:
        flagged = pl.col("area_ha").filter(flag).sum().cast(pl.Float64)
        return (
            (flagged / pl.col("area_ha").sum().cast(pl.Float64))
            .fill_nan(0.0)
            .alias(f"share_{flag}")
        )

    return per_cell.group_by(*keys, *groups).agg(
        pl.col("value").sum().cast(pl.Decimal(*STOCK)),
        pl.col("wetlands").sum().alias("n"),
        *(share(name) for name in _SHARES),
    )
