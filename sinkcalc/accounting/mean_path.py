"""The path without draws: cells of every year ahead, and their carbon by the models."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.accounting.cohorts import GROUPS, STATES, Cohorts
from sinkcalc.accounting.forecast_plan import YearPlan
from sinkcalc.accounting.forecast_run import YearState
from sinkcalc.accounting.new_forest import LANE_KEYS
from sinkcalc.accounting.stock import pool_quantities
from sinkcalc.accounting.volume_classes import volume_classes, with_volume_classes
from sinkcalc.coefficients.factors import Factors, species_groups
from sinkcalc.models.forest import forest_pools
from sinkcalc.schemas.stages import STOCK, VolumeClass
from sinkcalc.units import STOCK_DECIMALS
from sinkcalc.vocabulary import AGE_GROUPS, MEASURE_STATES, VEGETATION_POOLS, VOLUME_MEASUREMENT

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CELL_KEYS: Final = (
    "region_code",
    "vegetation_class",
    "species",
    "origin",
    "age_group",
    "measure",
)
# pools whose carbon a forecast gives
POOLS_AHEAD: Final = ("vegetation", "total")


@dataclass(frozen=True)
class MeanPath:
    """What the central figures give.

    Attributes
    ----------
    cells
        Rows of the models, with `year` (counted from the survey) and `cell_id`; decimals.
    flows
        `year`, `LANE_KEYS`, `felled`, `lost`; m3, decimals.
    years
        Years ahead.
    undone
        (measure, year) -> area that could not be touched, ha.
    """

    cells: pl.DataFrame
    flows: pl.DataFrame
    years: int
    undone: dict[tuple[int, int], float]


def mean_path(sums: pl.DataFrame, cohorts: Cohorts, states: Iterable[YearState]) -> MeanPath:
    """Sum the cohorts of every year to cells.

    Parameters
    ----------
    sums
        Result of `cohort_sums`: the cells of the survey itself are those of its estimate.
    states
        Result of `simulate` with one draw.
    """
    culms = _culms_per_ha(sums, cohorts)
    start = (
        sums.group_by(CELL_KEYS)
        .agg(pl.col("area_ha", "volume_m3", "culms").sum())
        .with_columns(pl.lit(0, pl.Int64).alias("year"))
    )
    cells, flows = [start], []
    undone: dict[tuple[int, int], float] = {}
    for state in states:
        cells.append(_cells(cohorts, state, culms))
        flows.append(_flows(cohorts, state))
        undone |= {(n, state.year): float(area[0]) for n, area in state.undone.items()}
    columns = ["year", *CELL_KEYS, "area_ha", "volume_m3", "culms"]
    every = pl.concat([part.select(columns) for part in cells])
    return MeanPath(_numbered(every), pl.concat(flows), len(flows), undone)


def _numbered(cells: pl.DataFrame) -> pl.DataFrame:
    return (
        cells.join(species_groups(), on="species", how="left")
        .sort("year", *CELL_KEYS)
        .with_row_index("cell_id")
        .with_columns(
            pl.col("area_ha", "volume_m3").cast(pl.Decimal(*STOCK)),
            pl.lit(VOLUME_MEASUREMENT).alias("volume_error"),
        )
    )


def _cells(cohorts: Cohorts, state: YearState, culms: Floats) -> pl.DataFrame:
    area = np.bincount(state.kinds, weights=state.area[:, 0])
    volume = np.bincount(state.kinds, weights=state.volume[:, 0])
    kinds = np.flatnonzero(area > 0)
    return _kinds(cohorts, kinds).with_columns(
        pl.lit(state.year, pl.Int64).alias("year"),
        _decimal("area_ha", area[kinds]),
        _decimal("volume_m3", volume[kinds]),
        pl.Series("culms", culms[kinds // (GROUPS * STATES)] * area[kinds])
        .round()
        .cast(pl.Decimal(20, 0)),
    )


def _kinds(cohorts: Cohorts, kinds: Integers) -> pl.DataFrame:
    """Return `CELL_KEYS` of kinds of cells."""
    lane, rest = np.divmod(kinds, GROUPS * STATES)
    group, measure = np.divmod(rest, STATES)
    return (
        cohorts.lanes[lane]
        .with_columns(
            pl.Series("age_group", [*AGE_GROUPS, None], dtype=pl.String)[group],
            pl.Series("measure", MEASURE_STATES)[measure],
        )
        .select(CELL_KEYS)
    )


def _flows(cohorts: Cohorts, state: YearState) -> pl.DataFrame:
    lane = state.kinds // (GROUPS * STATES)
    lanes = len(cohorts.lanes)
    return cohorts.lanes.select(
        pl.lit(state.year, pl.Int64).alias("year"),
        *LANE_KEYS,
        _decimal("felled", np.bincount(lane, state.felled[:, 0], lanes)),
        _decimal("lost", np.bincount(lane, state.lost[:, 0], lanes)),
    )


def _decimal(name: str, values: NDArray[Any]) -> pl.Series:
    return pl.Series(name, values).round(STOCK_DECIMALS).cast(pl.Decimal(*STOCK))


def _culms_per_ha(sums: pl.DataFrame, cohorts: Cohorts) -> Floats:
    """Return the culms per ha of each lane at the survey: they are held."""
    totals = sums.group_by(LANE_KEYS).agg(
        (pl.col("culms").sum().cast(pl.Float64) / pl.col("area_ha").sum().cast(pl.Float64)).alias(
            "per_ha"
        )
    )
    found = cohorts.lanes.join(
        totals, on=list(LANE_KEYS), how="left", nulls_equal=True, maintain_order="left"
    )
    return found["per_ha"].fill_null(0.0).to_numpy()


def start_classes(cells: pl.DataFrame, factors: Factors) -> pl.DataFrame:
    """Return the classes of the survey that a method with volume classes keeps for all years."""
    if factors.form != "bcef":
        return VolumeClass.create_empty()
    start = cells.filter(pl.col("year") == 0).with_columns(pl.lit(1, pl.Int64).alias("stands"))
    return volume_classes(start.lazy(), factors).collect()


def cell_carbon(cells: pl.DataFrame, factors: Factors, classes: pl.DataFrame) -> pl.DataFrame:
    """Carbon of every cell by the models of the estimate.

    Parameters
    ----------
    cells
        Those of `MeanPath`.
    classes
        Result of `start_classes`.

    Returns
    -------
    `cell_id`, `pool` (one of `POOLS_AHEAD`), `value`: t C, each cell's pool rounded once.
    """
    biomass, carbon = forest_pools(_classed(cells, factors, classes), factors)
    return (
        pool_quantities(biomass, carbon)
        .stocks.filter(pl.col("quantity") == "carbon", pl.col("pool").is_in(POOLS_AHEAD))
        .group_by("cell_id", "pool")
        .agg(pl.col("value").sum())
        .sort("cell_id", "pool")
        .collect()
    )


def _classed(cells: pl.DataFrame, factors: Factors, classes: pl.DataFrame) -> pl.LazyFrame:
    if factors.form != "bcef":
        return cells.lazy()
    return with_volume_classes(cells.lazy(), classes.lazy(), factors)


@dataclass(frozen=True)
class CarbonRates:
    """Carbon by kind of cell, linear in volume and area; see `Cohorts.kinds`.

    Attributes
    ----------
    by_volume
        t C/m3: the same in both pools.
    by_area
        Pool -> t C/ha.
    """

    by_volume: Floats
    by_area: dict[str, Floats]


def carbon_rates(
    sums: pl.DataFrame,
    cohorts: Cohorts,
    plan: list[YearPlan],
    factors: Factors,
    classes: pl.DataFrame,
) -> CarbonRates:
    """Ask the models what a cubic metre and a hectare of each kind of cell hold.

    Every form admitted is linear: carbon = by_volume * V + by_area * A. The models answer for
    one cell of 1 m3 on no land and one of 1 ha without volume.
    """
    seen = np.unique(np.concatenate([cohorts.kinds(0, 0), *(year.kinds for year in plan)]))
    kinds = _kinds(cohorts, seen).join(
        species_groups(), on="species", how="left", maintain_order="left"
    )
    culms = _culms_per_ha(sums, cohorts)[seen // (GROUPS * STATES)]
    one, none = pl.Series([1.0] * len(seen)), pl.Series([0.0] * len(seen))
    units = pl.concat(
        kinds.with_columns(area.alias("area_ha"), volume.alias("volume_m3"), count.alias("culms"))
        for area, volume, count in ((none, one, none), (one, none, pl.Series(culms)))
    ).with_columns(pl.lit(VOLUME_MEASUREMENT).alias("volume_error"))
    units = units.with_row_index("cell_id")
    _, carbon = forest_pools(_classed(units, factors, classes), factors)
    stocks = carbon.stocks.select("cell_id", "pool", "value_t").collect()
    # several rows of one pool are added in the order of their values
    stocks = stocks.sort("cell_id", "pool", "value_t")
    size = len(cohorts.lanes) * GROUPS * STATES

    def rates(pools: pl.Expr, cells: slice) -> Floats:
        wanted = stocks.filter(pools)
        total = np.bincount(
            wanted["cell_id"].to_numpy(), wanted["value_t"].to_numpy(), 2 * len(seen)
        )
        out = np.zeros(size)
        out[seen] = total[cells]
        return out

    volumes, areas = slice(0, len(seen)), slice(len(seen), None)
    vegetation = pl.col("pool").is_in(VEGETATION_POOLS)
    return CarbonRates(
        rates(vegetation, volumes),
        {"vegetation": rates(vegetation, areas), "total": rates(pl.lit(True), areas)},
    )
