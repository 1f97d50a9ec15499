"""Area, density and species effects of a change on plots, and the share of each plot in them."""

from typing import Final

import polars as pl

from sinkcalc.accounting.effects import CELL_KEYS, SUMMED, densities, split_change
from sinkcalc.schemas.components import EFFECT
from sinkcalc.units import PER_HA_DECIMALS

PARTS: Final = ("change", "area_effect", "density_effect", "species_effect")
SIDES: Final = ("from", "to")
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
    With A, V of a group and a, v of a cell, D = V/A, d = v/a, s = a/A, m the mean of both d,
    M that of both A, S = sum of (s2 - s1) m, sign -1 for occasion 1 and +1 for 2:

    area effect     by a_t: sign (D1 + D2)/2 - (A2 - A1) K_t D_t/A_t;  by v_t: (A2 - A1) K_t/A_t
    species effect  by a_t: S/2 + M [sign (m - sum of s_t m)/A_t - (s2 - s1) k_t d_t/a_t];
                    by v_t: M (s2 - s1) k_t/a_t
    change          by v_t: sign
    density effect  change - area effect - species effect

    K_t and k_t are 1/2; 1 where only occasion t has area, whose density then serves both. First
    order: the error of a cell that few plots hold is uncertain itself.
    """
    slopes = _slopes(cells, by)
    keys = list(dict.fromkeys([*by, *CELL_KEYS]))
    parts = []
    for side in SIDES:
        rows = plots.filter(pl.col("side") == side).select(*keys, "plot", "area", "value")
        found = rows.join(slopes, on=keys, how="left", nulls_equal=True, maintain_order="left")
        parts.append(
            found.select(
                *by,
                "plot",
                (pl.col("value") * (1 if side == "to" else -1)).alias("change"),
                *(
                    (
                        pl.col("area") * pl.col(f"{name}_by_area_{side}")
                        + pl.col("value") * pl.col(f"{name}_by_value_{side}")
                    ).alias(name)
                    for name in ("area_effect", "species_effect")
                ),
            )
        )
    both = pl.concat(parts).sort(*by, "plot", maintain_order=True)
    rest = pl.col("change") - pl.col("area_effect") - pl.col("species_effect")
    return (
        both.group_by(*by, "plot", maintain_order=True)
        .agg(pl.col("change", "area_effect", "species_effect").sum())
        .with_columns(rest.alias("density_effect"))
    )


def _slopes(cells: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Give every cell the derivatives of the effects of its group by its area and its value."""
    keys = _keys(by)
    of_float = (
        cells.with_columns(_ONE_GROUP)
        .sort(*by, *CELL_KEYS)
        .with_columns(pl.col(SUMMED).sum().over(keys).cast(pl.Float64).name.prefix("group_"))
        .with_columns(pl.col(SUMMED).cast(pl.Float64))
    )
    one, two = densities("")
    mean = (one + two) / 2
    both = (pl.col("group_area_from") > 0) & (pl.col("group_area_to") > 0)
    shares = {
        side: pl.when(both)
        .then(pl.col(f"area_{side}") / pl.col(f"group_area_{side}"))
        .otherwise(0.0)
        for side in SIDES
    }
    moved = shares["to"] - shares["from"]
    prepared = of_float.with_columns(
        mean.alias("mean"), moved.alias("moved"), both.alias("both")
    ).with_columns(
        (pl.col("moved") * pl.col("mean")).sum().over(keys).alias("shift"),
        *((shares[side] * pl.col("mean")).sum().over(keys).alias(f"mean_{side}") for side in SIDES),
    )
    return prepared.with_columns(
        slope for side, sign in zip(SIDES, (-1, 1), strict=True) for slope in _of_side(side, sign)
    )


def _of_side(side: str, sign: int) -> list[pl.Expr]:
    """Give the derivatives by area and value of one occasion."""
    whole, cell = pl.col(f"group_area_{side}"), pl.col(f"area_{side}")
    gain = pl.col("group_area_to") - pl.col("group_area_from")
    level = (pl.col("group_area_from") + pl.col("group_area_to")) / 2
    of_group, of_cell = _part_of_mean("group_", side), _part_of_mean("", side)
    first, last = densities("group_")
    by_value = gain * of_group
    by_area = sign * (first + last) / 2 - by_value * pl.col(f"group_value_{side}") / whole
    turned = level * pl.col("moved") * of_cell
    shifted = (
        pl.col("shift") / 2
        + level * sign * (pl.col("mean") - pl.col(f"mean_{side}")) / whole
        - pl.when(cell > 0).then(turned * pl.col(f"value_{side}") / cell).otherwise(0.0)
    )

    def where(condition: pl.Expr, value: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(value).otherwise(0.0)

    return [
        where(whole > 0, by_area).alias(f"area_effect_by_area_{side}"),
        by_value.alias(f"area_effect_by_value_{side}"),
        where(pl.col("both"), shifted).alias(f"species_effect_by_area_{side}"),
        where(pl.col("both"), turned).alias(f"species_effect_by_value_{side}"),
    ]


def _part_of_mean(prefix: str, side: str) -> pl.Expr:
    """Differentiate the mean of both densities by the value of one; 0 without area."""
    other = "to" if side == "from" else "from"
    area = pl.col(f"{prefix}area_{side}")
    parts = pl.when(pl.col(f"{prefix}area_{other}") > 0).then(2).otherwise(1)
    return pl.when(area > 0).then(1 / (area * parts)).otherwise(0.0)
