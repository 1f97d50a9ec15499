"""Area, density and species effects of a change on plots, and the share of each plot in them."""

from typing import Final

import polars as pl

from sinkcalc.accounting.split import (
    CELL_KEYS,
    PARTS,
    SIDES,
    SUMMED,
    effect_slopes,
    split_change,
)
from sinkcalc.schemas.components import EFFECT
from sinkcalc.units import PER_HA_DECIMALS

# of the area that a plot stands for: a share of few plots is no short decimal
_AREA: Final = pl.Decimal(28, 10)


def plot_cells(plots: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Expand the plots of two occasions and sum them by cell.

    Parameters
    ----------
    plots
        One row a plot and occasion: `side` (`from` or `to`), `plot` (number), `weight` (ha, or
        share of the sample), `area` (1 where the plot counts to the area, else 0), `value` (per
        ha), `region_code`, `region_name`, `vegetation_class`, `species_group`, `origin`,
        `age_group` of that occasion.
    by
        Key columns of the groups.

    Returns
    -------
    `by`, `CELL_KEYS`, `region_name`, `area_from`, `area_to` (1e-10), `value_from`, `value_to`
    (1e-6), `stocks`. Every plot is rounded before it is added: groups of any keys sum to the
    whole to the last digit, and the order of the plots changes nothing.
    """
    keys = list(dict.fromkeys([*by, *CELL_KEYS]))
    weight = pl.col("weight")
    area = (weight * pl.col("area")).round(_AREA.scale).cast(_AREA)
    value = (weight * pl.col("value")).round(PER_HA_DECIMALS).cast(pl.Decimal(*EFFECT))
    sides = [
        plots.lazy()
        .filter(pl.col("side") == side)
        .select(*keys, "region_name", area.alias(f"area_{side}"), value.alias(f"value_{side}"))
        for side in SIDES
    ]
    return (
        pl.concat(sides, how="diagonal")
        .group_by(keys)
        .agg(
            pl.col("region_name").first(),
            pl.col(SUMMED).sum(),
            pl.len().cast(pl.UInt32).alias("stocks"),
        )
        .sort(keys)
        .collect()
    )


def plot_effects(cells: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Split the change of every group; equations as in `change_effects`.

    Parameters
    ----------
    cells
        Result of `plot_cells` with the same `by`.

    Returns
    -------
    `by`, `region_name`, area and value on both occasions, change and effects; sorted by `by`.
    A group without area and without stock on both occasions is left out.
    """
    there = pl.sum_horizontal(pl.col(SUMMED).cast(pl.Float64).abs()) > 0
    rows = split_change(cells.lazy().with_columns(_ONE_GROUP), [*_keys(by)], EFFECT)
    return rows.filter(there).sort(by or ["change"]).collect()


# all plots are of one group where no keys are asked for
_ONE_GROUP: Final = pl.lit(0, pl.Int8).alias("_group")


def _keys(by: list[str]) -> list[str]:
    return ["_group", *by]


def influences(plots: pl.DataFrame, cells: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Linearise change and effects: what one more hectare like a plot would add to each.

    Parameters
    ----------
    plots, cells, by
        As in `plot_cells`, and its result.

    Returns
    -------
    `by`, `plot`, `change`, `area_effect`, `density_effect`, `species_effect`: derivatives of the
    figures of a group by the weight of the plot, both occasions added. Plots outside a group
    have none in it.

    Notes
    -----
    See `effect_slopes`. First order: the error of a cell that few plots hold is uncertain itself.
    """
    slopes = effect_slopes(cells.with_columns(_ONE_GROUP), _keys(by))
    keys = list(dict.fromkeys([*by, *CELL_KEYS]))
    parts = []
    for side in SIDES:
        rows = plots.filter(pl.col("side") == side).select(*keys, "plot", "area", "value")
        found = rows.join(slopes, on=keys, how="left", nulls_equal=True, maintain_order="left")
        parts.append(
            found.select(
                *by,
                "plot",
                *(
                    (
                        pl.col("area") * pl.col(f"{name}_by_area_{side}")
                        + pl.col("value") * pl.col(f"{name}_by_value_{side}")
                    ).alias(name)
                    for name in PARTS
                ),
            )
        )
    both = pl.concat(parts).sort(*by, "plot", maintain_order=True)
    return both.group_by(*by, "plot", maintain_order=True).agg(pl.col(PARTS).sum())
