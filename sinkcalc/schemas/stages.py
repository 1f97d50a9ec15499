"""What passes between the stages of an estimate."""

from dataclasses import dataclass

import dataframely as dy
import polars as pl

from sinkcalc.vocabulary import FOREST_TYPES

STOCK = (20, 4)
SQUARES = (38, 4)


class Cell(dy.Schema):
    """Stands that share every key and flag, as exact sums: the finest unit of an estimate."""

    cell_id = dy.UInt32()
    region_code = dy.String()
    vegetation_class = dy.String()
    species = dy.String(nullable=True)
    species_group = dy.String(nullable=True)
    origin = dy.String(nullable=True)
    age_group = dy.String(nullable=True)
    # null where nothing is split by it
    forest_category = dy.String(nullable=True)
    measure = dy.String()
    extrapolated = dy.Bool()
    # which relative error the volumes share
    volume_error = dy.String()
    stands = dy.Int64(min=1)
    area_ha = dy.Decimal(*STOCK, metadata={"unit": "ha"})
    squared_area_ha2 = dy.Decimal(*SQUARES, metadata={"unit": "ha2"})
    volume_m3 = dy.Decimal(*STOCK, metadata={"unit": "m3"})
    culms = dy.Decimal(20, 0, metadata={"unit": "1"})
    scattered_volume_m3 = dy.Decimal(*STOCK, metadata={"unit": "m3"})
    living_stands = dy.Int64(min=0)


class TreeCell(Cell):
    """A cell with what the tree models give for its stands one by one."""

    tree_model = dy.Bool()
    crown_imputed = dy.Bool()
    root_t = dy.Decimal(*STOCK, metadata={"unit": "t d.m."})
    crown_t = dy.Decimal(*STOCK, metadata={"unit": "t d.m."})
    stem_t = dy.Decimal(*STOCK, metadata={"unit": "t d.m."})


class CurveCell(Cell):
    """A cell of stands of similar volume per ha with what calibrated curves give for them."""

    curve = dy.Bool()
    volume_bin = dy.Int16(nullable=True)
    curve_t = dy.Decimal(*STOCK, metadata={"unit": "t d.m."})


class VolumeClass(dy.Schema):
    """Mean stocks of a region and forest type, which choose its expansion factor."""

    region_code = dy.String()
    forest_type = dy.Enum(FOREST_TYPES)
    growing_stock_m3_per_ha = dy.Float64(min=0)
    above_ground_t_per_ha = dy.Float64(min=0, nullable=True)
    bcef_s = dy.Float64(min=0)
    root_shoot_ratio = dy.Float64(min=0)
    stands = dy.Int64(min=1)
    class_source = dy.String(nullable=True)


class PoolStock(dy.Schema):
    """Mass in one pool of one cell, before rounding."""

    cell_id = dy.UInt32()
    pool = dy.String()
    value_t = dy.Float64(metadata={"unit": "t d.m. or t C"})
    imputed = dy.Bool()


class Sensitivity(dy.Schema):
    """How much a cell's pool changes with one parameter: d(value)/d(parameter)."""

    cell_id = dy.UInt32()
    pool = dy.String()
    parameter_id = dy.String()
    derivative = dy.Float64()


class EstimateFlag(dy.Schema):
    """Stands that an estimate treated specially or could not estimate."""

    flag = dy.String()
    vegetation_class = dy.String()
    species = dy.String(nullable=True)
    pool = dy.String(nullable=True)
    stands = dy.Int64()
    area_ha = dy.Decimal(*STOCK, metadata={"unit": "ha"})


@dataclass(frozen=True)
class Pools:
    """Stocks of some pools with their sensitivities to every parameter they rest on.

    Attributes
    ----------
    stocks
        Rows of `PoolStock`.
    sensitivities
        Rows of `Sensitivity`; several rows of one parameter add up.
    """

    stocks: pl.LazyFrame
    sensitivities: pl.LazyFrame


def join_pools(parts: list[Pools]) -> Pools:
    """Stack the pools of several models."""
    return Pools(
        stocks=pl.concat([part.stocks for part in parts]),
        sensitivities=pl.concat([part.sensitivities for part in parts]),
    )


def collected(pools: Pools) -> Pools:
    """Carry out the models behind pools; the frames stay lazy to use."""
    stocks, sensitivities = pl.collect_all(
        [PoolStock.cast(pools.stocks), Sensitivity.cast(pools.sensitivities)]
    )
    return Pools(stocks.lazy(), sensitivities.lazy())
