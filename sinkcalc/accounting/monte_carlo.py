"""Intervals from drawn parameters: the models run once more for many draws, IPCC approach 2."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from sinkcalc.accounting.drawn_cells import OWN_SUMS, SUMS, drawn_cells
from sinkcalc.accounting.stock import pool_membership
from sinkcalc.coefficients.factors import Factors
from sinkcalc.models.forest import forest_pools
from sinkcalc.models.terms import as_floats
from sinkcalc.uncertainty.draws import (
    Chance,
    draw_deviations,
    drawn_factors,
    small_sample_scale,
    stream,
)
from sinkcalc.uncertainty.propagate import CONFIDENCE
from sinkcalc.units import CO2E_PER_C

Floats = NDArray[np.float64]

# draws of one pass, and draws of all groups of one batch: what fits beside each other in memory
_PASS: Final = 250
_BATCH: Final = 2_500_000
# sums that no model of a pool reads
_UNREAD: Final = (
    "cell_id",
    "stands",
    "squared_area_ha2",
    "scattered_volume_m3",
    "living_stands",
    "extrapolated",
)


def drawn_intervals(
    cells: pl.LazyFrame,
    factors: Factors,
    chance: Chance,
    gradients: pl.DataFrame,
    rows: pl.DataFrame,
    by: list[str],
) -> pl.DataFrame:
    """Give every row of an estimate the central 95 % of its drawn values.

    Each draw changes all parameters, the measured sums and what single stands deviate, and runs
    the same models as the estimate on the sums of the cells: the cost depends on the number of
    cells, never on that of stands.

    Parameters
    ----------
    cells
        Rows of `Cell`, with the columns of the method's classes.
    gradients
        As for `propagate` over `by`, `quantity`, `pool`: measured quantities are linear in their
        errors.
    rows
        `by`, `quantity`, `pool`, the estimated `value`, the `variance` of what stands deviate
        each on its own, and the degrees of freedom `df` of the whole.

    Returns
    -------
    `by`, `quantity`, `pool`, `ci_low`, `ci_high`.

    Notes
    -----
    IPCC 2006 V1 Ch3 approach 2; JCGM 101:2008 7.7 (probabilistically symmetric interval).
    """
    used = gradients["parameter_id"].unique()
    draws, seed = chance.draws, chance.seed
    deviations = draw_deviations(chance.errors, used, seed, draws)
    keys = [*by, "quantity", "pool"]
    parts = [_measured_draws(gradients, deviations, by, draws)]
    parts += _pool_draws(_merged(cells, by), factors, deviations, by, draws)
    out = []
    for named, values in parts:
        about = named.join(rows, on=keys, how="left", nulls_equal=True, maintain_order="left")
        for place, row in enumerate(about.iter_rows(named=True)):
            # co2e is carbon by a constant: its interval is that of carbon, too
            one = {**row, "quantity": str(row["quantity"]).replace("co2e", "carbon")}
            name = "\n".join(str(one[key]) for key in keys)
            value, single = float(row["value"]), np.sqrt(row["variance"] or 0.0)
            deviation = values[place] - value + single * stream(seed, name).standard_normal(draws)
            values[place] = value + deviation * small_sample_scale(row["df"], name, seed, draws)
        low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=1)
        out.append(named.with_columns(pl.Series("ci_low", low), pl.Series("ci_high", high)))
    return pl.concat(out)


def _measured_draws(
    gradients: pl.DataFrame, deviations: dict[str, Floats], by: list[str], draws: int
) -> tuple[pl.DataFrame, Floats]:
    """Draw area and stocks of volume; each is its own derivative by its relative error."""
    measured = gradients.filter(pl.col("pool").is_null())
    rows = measured.select(*by, "quantity", "pool").unique(maintain_order=True)
    placed = measured.join(
        rows.with_row_index("place"),
        on=[*by, "quantity", "pool"],
        nulls_equal=True,
        maintain_order="left",
    )
    values = np.zeros((rows.height, draws))
    for place, parameter_id, derivative in placed.select(
        "place", "parameter_id", "derivative"
    ).iter_rows():
        values[place] += derivative * (1 + deviations.get(parameter_id, 0.0))
    return rows, values


def _merged(cells: pl.LazyFrame, by: list[str]) -> pl.DataFrame:
    """Merge the cells that the models treat alike and that fall into one group."""
    names = cells.collect_schema().names()
    sums = [name for name in (*SUMS, *OWN_SUMS) if name in names]
    keys = [name for name in names if name not in (*sums, *_UNREAD)]
    if "region_code" not in by:
        keys.remove("region_code")
    # origin and age choose a parameter only where the volume is missing
    unused = [key for key in ("origin", "age_group") if key not in by]
    missing = pl.col("measure") == "missing"
    return (
        as_floats(cells)
        .with_columns(pl.when(missing).then(pl.col(key)).alias(key) for key in unused)
        # floats are summed in a fixed order, so that equal input gives equal bytes
        .sort("cell_id")
        .group_by(keys, maintain_order=True)
        .agg(pl.col(sums).sum())
        .collect()
    )


def _pool_draws(
    merged: pl.DataFrame,
    factors: Factors,
    deviations: dict[str, Floats],
    by: list[str],
    draws: int,
) -> Iterator[tuple[pl.DataFrame, Floats]]:
    """Draw the pools of one batch of groups after the other."""
    groups = merged.select(by).unique(maintain_order=True).with_row_index("group")
    if not by:
        groups = pl.DataFrame({"group": [0]}, schema={"group": pl.UInt32})
    size = max(1, _BATCH // draws)
    for first in range(0, groups.height, size):
        batch = groups.slice(first, size)
        inside = (
            merged.join(batch, on=by, nulls_equal=True, maintain_order="left")
            if by
            else merged.with_columns(pl.lit(0, pl.UInt32).alias("group"))
        ).with_row_index("cell_id")
        passes = [
            _one_pass(inside, factors, deviations, slice(at, min(at + _PASS, draws)))
            for at in range(0, draws, _PASS)
        ]
        rows = passes[0][0]
        named = rows.join(batch, on="group", maintain_order="left").select(*by, "quantity", "pool")
        yield named, np.concatenate([values for _, values in passes], axis=1)


def _one_pass(
    cells: pl.DataFrame, factors: Factors, deviations: dict[str, Floats], part: slice
) -> tuple[pl.DataFrame, Floats]:
    """Run the models on some of the draws; return `group`, `quantity`, `pool` and the values."""
    drawn = drawn_factors(factors, deviations, part)
    wide = drawn_cells(cells, factors, deviations, part)
    biomass, carbon = forest_pools(wide.lazy(), drawn)
    member = pool_membership()
    stocks = [
        pools.stocks.collect().with_columns(pl.lit(quantity).alias("quantity"))
        for quantity, pools in (("biomass", biomass), ("carbon", carbon))
    ]
    values = np.concatenate([stock["value_t"].to_numpy() for stock in stocks])
    rows = pl.concat([stock.select("cell_id", "quantity", "pool") for stock in stocks])
    rows = rows.with_row_index("row").join(cells.select("cell_id", "group"), on="cell_id")
    # every pool goes into its own row of the estimate and into the overlapping ones
    placed = rows.join(member, on=["quantity", "pool"]).select(
        "row", "cell_id", "group", "quantity", pl.col("pool").alias("part"), pool="reported"
    )
    carbon_rows = placed.filter(pl.col("quantity") == "carbon")
    placed = pl.concat([placed, carbon_rows.with_columns(pl.lit("co2e").alias("quantity"))])
    keys = ["group", "quantity", "pool"]
    groups = placed.select(keys).unique().sort(keys).with_row_index("place")
    # floats are summed in a fixed order, so that equal input gives equal bytes
    placed = placed.join(groups, on=keys).sort("place", "cell_id", "part")
    starts = np.searchsorted(placed["place"].to_numpy(), np.arange(groups.height + 1))
    weight = np.where(placed["quantity"] == "co2e", CO2E_PER_C, 1.0)
    shape = (groups.height, values.shape[0])
    sums = csr_matrix((weight, placed["row"].to_numpy(), starts), shape)
    return groups.drop("place"), sums @ values
