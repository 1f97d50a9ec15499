"""Figures of a forecast: the values of the path without draws, by group and year."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.accounting.cohorts import Cohorts
from sinkcalc.accounting.mean_path import POOLS_AHEAD, MeanPath
from sinkcalc.accounting.new_forest import LANE_KEYS
from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.accounting.target import CITY, inside
from sinkcalc.schemas.forecast import FIGURE
from sinkcalc.units import CO2E_PER_C
from sinkcalc.vocabulary import FORECAST_BY_KEYS, FORECAST_UNITS, REPORTED_POOLS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Parts = dict[tuple[str, str | None], pl.DataFrame]

NET_POOL: Final = "vegetation"
COVER: Final = "forest_cover"


@dataclass(frozen=True)
class Groups:
    """Groups of rows.

    Attributes
    ----------
    keys
        Key columns in order.
    frame
        One row a group: `keys`, `group`, `stock` (whether it has arbor forest with a volume).
    of_lane
        Group of each lane.
    """

    keys: list[str]
    frame: pl.DataFrame
    of_lane: Integers


def make_groups(cohorts: Cohorts, by: tuple[str, ...]) -> Groups:
    """Group the lanes by the keys asked for."""
    keys = [KEY_OF[key] for key in FORECAST_BY_KEYS if key in by]
    lanes = cohorts.lanes.with_columns(
        pl.lit(0).alias("_all"),
        ((pl.col("vegetation_class") == "arbor") & (pl.col("measure") != "missing")).alias("stock"),
    )
    names = ["_all", *keys]
    frame = (
        lanes.group_by(names)
        .agg(pl.col("stock").any())
        .sort(names, nulls_last=True)
        .with_row_index("group")
        .with_columns(pl.col("group").cast(pl.Int64))
    )
    place = lanes.select(names).join(
        frame, on=names, how="left", nulls_equal=True, maintain_order="left"
    )["group"]
    return Groups(keys, frame.drop("_all"), place.to_numpy().astype(np.int64))


def mean_rows(
    cohorts: Cohorts,
    path: MeanPath,
    carbon: pl.DataFrame,
    groups: Groups,
    land_area_ha: float | None,
) -> pl.DataFrame:
    """Sum the path without draws to rows.

    growth = stock change + felled + lost, so that the balance of every row is exact to the last
    digit. net removal = yearly change of vegetation carbon * 44/12. forest cover = area of
    forest / land area, of the city.

    Parameters
    ----------
    carbon
        Result of `cell_carbon`.
    land_area_ha
        Land area of the city; no forest cover if None.

    Returns
    -------
    `year` (counted from the survey), `group` (null for the city), `quantity`, `pool`, `value`.
    """
    lanes = cohorts.lanes.with_columns(pl.Series("group", groups.of_lane))
    place = lanes.select(*LANE_KEYS, "group")
    years = pl.DataFrame({"year": range(path.years + 1)}, schema={"year": pl.Int64})
    # the state of the volume of a cell changes with the years, its group never does
    own = place.drop("measure").unique()
    cells = path.cells.join(own, on=list(LANE_KEYS[:-1]), nulls_equal=True)
    stocked = cells.filter(pl.col("vegetation_class") == "arbor", pl.col("measure") != "missing")
    flows = path.flows.join(place, on=list(LANE_KEYS), nulls_equal=True)
    pools = carbon.join(cells.select("cell_id", "year", "group"), on="cell_id")
    every = groups.frame.select("group").join(years, how="cross")
    with_stock = groups.frame.filter("stock").select("group").join(years, how="cross")

    def sums(frame: pl.DataFrame, column: str, slots: pl.DataFrame) -> pl.DataFrame:
        found = frame.group_by("year", "group").agg(pl.col(column).sum().alias("value"))
        return slots.join(found, on=["year", "group"], how="left").with_columns(
            pl.col("value").fill_null(0).cast(pl.Decimal(*FIGURE))
        )

    parts: Parts = {
        ("area", None): sums(cells, "area_ha", every),
        ("growing_stock", None): sums(stocked, "volume_m3", with_stock),
        ("felled", None): sums(flows, "felled", with_stock),
        ("lost", None): sums(flows, "lost", with_stock),
    } | {
        ("carbon", pool): sums(pools.filter(pl.col("pool") == pool), "value", every)
        for pool in POOLS_AHEAD
    }
    parts |= _derived(parts)
    if land_area_ha:
        parts[COVER, None] = _cover(cells, years, land_area_ha)
    return pl.concat(
        rows.select(
            "year",
            "group",
            pl.lit(quantity).alias("quantity"),
            pl.lit(pool, pl.String).alias("pool"),
            "value",
        )
        for (quantity, pool), rows in parts.items()
    )


def _derived(parts: Parts) -> Parts:
    """Growth and net removal, and the flows of years only: the survey itself has none."""

    def change(rows: pl.DataFrame) -> pl.DataFrame:
        ordered = rows.sort("group", "year")
        step = (pl.col("value") - pl.col("value").shift(1).over("group")).alias("value")
        return ordered.with_columns(step).filter(pl.col("year") > 0)

    felled, lost = (parts[name, None].filter(pl.col("year") > 0) for name in ("felled", "lost"))
    slots = ["year", "group"]
    growth = (
        change(parts["growing_stock", None])
        .join(felled, on=slots, suffix="_felled")
        .join(lost, on=slots, suffix="_lost")
        .with_columns(pl.col("value") + pl.col("value_felled") + pl.col("value_lost"))
    )
    carbon = change(parts["carbon", NET_POOL])
    removal = (pl.col("value").cast(pl.Float64) * CO2E_PER_C).round(FIGURE[1])
    return {
        ("felled", None): felled,
        ("lost", None): lost,
        ("growth", None): growth,
        ("net_removal", NET_POOL): carbon.with_columns(removal.cast(pl.Decimal(*FIGURE))),
    }


def _cover(cells: pl.DataFrame, years: pl.DataFrame, land_area_ha: float) -> pl.DataFrame:
    city = cells.filter(inside(CITY)).group_by("year").agg(pl.col("area_ha").sum())
    share = pl.col("area_ha").fill_null(0).cast(pl.Float64) / land_area_ha
    return years.join(city, on="year", how="left").select(
        "year",
        pl.lit(None, pl.Int64).alias("group"),
        share.round(FIGURE[1]).cast(pl.Decimal(*FIGURE)).alias("value"),
    )


def curve_shares(
    cohorts: Cohorts, groups: Groups, oldest: dict[str, float], years: int
) -> pl.DataFrame:
    """Say how much of the arbor area at the survey grows by a wider curve, or beyond its ages.

    Parameters
    ----------
    oldest
        Curve -> the greatest age of its samples.

    Returns
    -------
    `year`, `group` (null for the city), `share_curve_fallback`, `share_extrapolated`.
    """
    begin = slice(0, cohorts.start)
    lane = cohorts.lane[begin]
    arbor = (cohorts.lanes["vegetation_class"] == "arbor").to_numpy()[lane]
    area = np.where(arbor, cohorts.area[begin], 0.0)
    curve = cohorts.curve[lane]
    limit = np.array([*(oldest[key] for key in cohorts.curve_keys), np.inf])[curve]
    count = groups.frame.height
    group = groups.of_lane[lane]

    def share(weights: Floats) -> Floats:
        part = np.append(np.bincount(group, weights, count), weights.sum())
        whole = np.append(np.bincount(group, area, count), area.sum())
        return part / np.where(whole > 0, whole, 1.0)

    wider = share(np.where(~cohorts.own_curve[lane], area, 0.0))
    names = pl.Series("group", [*range(count), None], dtype=pl.Int64)
    return pl.concat(
        pl.DataFrame(
            {
                "year": [year] * (count + 1),
                "group": names,
                "share_curve_fallback": wider,
                "share_extrapolated": share(
                    np.where(year - cohorts.birth[begin] > limit, area, 0.0)
                ),
            }
        )
        for year in range(years + 1)
    )


def in_order(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Sort by quantity and pool in the order of the vocabulary, keys and year; add units."""
    place = {name: number for number, name in enumerate(FORECAST_UNITS)}
    pools = {name: number for number, name in enumerate(REPORTED_POOLS)}
    return (
        rows.with_columns(
            pl.col("quantity").replace_strict(FORECAST_UNITS, return_dtype=pl.String).alias("unit"),
            pl.col("quantity").replace_strict(place, return_dtype=pl.Int8).alias("_q"),
            pl.col("pool").replace_strict(pools, return_dtype=pl.Int8).alias("_p"),
        )
        .sort("_q", "_p", *keys, "year", nulls_last=True)
        .drop("_q", "_p")
    )
