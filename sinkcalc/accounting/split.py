"""Area, density and species effects of cells on two occasions, and their derivatives."""

from typing import Final

import polars as pl

from sinkcalc.schemas.stages import STOCK

# the keys of the cells within a group
CELL_KEYS: Final = ("vegetation_class", "species_group")
SUMMED: Final = ("area_from", "area_to", "value_from", "value_to")
SIDES: Final = ("from", "to")
PARTS: Final = ("change", "area_effect", "density_effect", "species_effect")


def split_change(
    cells: pl.LazyFrame, keys: list[str], decimals: tuple[int, int] = STOCK
) -> pl.LazyFrame:
    """Split the change of each group of cells; see `change_effects`.

    Parameters
    ----------
    cells
        Keys, `CELL_KEYS`, `region_name`, `area_from`, `area_to`, `value_from`, `value_to`
        (decimals), `stocks`: how many stocks there are. A group without any is left out.
    keys
        Columns of the groups.
    decimals
        Precision and scale of change and effects.

    Returns
    -------
    Keys, `region_name`, the summed figures, `change`, `area_effect`, `species_effect`,
    `density_effect`.
    """
    groups = (
        cells.group_by(keys)
        .agg(pl.col("region_name").first(), pl.col(SUMMED).sum(), pl.col("stocks").sum())
        .filter(pl.col("stocks") > 0)
    )
    whole = groups.select(*keys, pl.col(SUMMED).cast(pl.Float64).name.prefix("group_"))
    shifts = (
        cells.with_columns(pl.col(SUMMED).cast(pl.Float64))
        .join(whole, on=keys, nulls_equal=True)
        # floats are summed in a fixed order, so that equal input gives equal bytes
        .sort(*keys, *CELL_KEYS)
        .group_by(keys, maintain_order=True)
        .agg(_shift().sum().alias("shift"))
        # carried out here: inside a longer query the order is dropped
        .collect()
        .lazy()
    )
    rows = groups.join(shifts, on=keys, how="left", nulls_equal=True)
    return _effects(rows, decimals)


def _densities(prefix: str) -> tuple[pl.Expr, pl.Expr]:
    """Give stock per area in both surveys; without area in one, that of the other; else 0."""
    one, two = (
        pl.when(pl.col(f"{prefix}area_{side}") > 0).then(
            pl.col(f"{prefix}value_{side}") / pl.col(f"{prefix}area_{side}")
        )
        for side in ("from", "to")
    )
    return pl.coalesce(one, two, 0.0), pl.coalesce(two, one, 0.0)


def _shift() -> pl.Expr:
    """Move of the share of a cell in the area, times its mean density."""
    one, two = _densities("")
    share_from, share_to = (pl.col(f"area_{s}") / pl.col(f"group_area_{s}") for s in ("from", "to"))
    # no shares to compare where the group has no area in one of the surveys
    there = (pl.col("group_area_from") > 0) & (pl.col("group_area_to") > 0)
    return pl.when(there).then((share_to - share_from) * (one + two) / 2).otherwise(0.0)


def _effects(groups: pl.LazyFrame, decimals: tuple[int, int]) -> pl.LazyFrame:
    """Weigh by the means of both surveys; what the density effect is of itself is the rest."""
    stock = pl.Decimal(*decimals)

    def rounded(value: pl.Expr) -> pl.Expr:
        return value.round(decimals[1]).cast(stock)

    of_float = groups.with_columns(
        pl.col(SUMMED).cast(pl.Float64).name.prefix("group_"),
        (pl.col("value_to") - pl.col("value_from")).cast(stock).alias("change"),
    )
    one, two = _densities("group_")
    area_from, area_to = pl.col("group_area_from"), pl.col("group_area_to")
    return of_float.with_columns(
        rounded((area_to - area_from) * (one + two) / 2).alias("area_effect"),
        rounded((area_from + area_to) / 2 * pl.col("shift")).alias("species_effect"),
    ).with_columns(
        (pl.col("change") - pl.col("area_effect") - pl.col("species_effect"))
        .cast(stock)
        .alias("density_effect")
    )


def effect_slopes(cells: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Give every cell the derivatives of the effects of its group by its own area and value.

    With A, V of a group and a, v of a cell, D = V/A, d = v/a, s = a/A, m the mean of both d,
    M that of both A, S = sum of (s2 - s1) m, sign -1 for occasion 1 and +1 for 2:

    change          by v_t: sign
    area effect     by a_t: sign (D1 + D2)/2 - (A2 - A1) K_t D_t/A_t;  by v_t: (A2 - A1) K_t/A_t
    species effect  by a_t: S/2 + M [sign (m - sum of s_t m)/A_t - (s2 - s1) k_t d_t/a_t];
                    by v_t: M (s2 - s1) k_t/a_t
    density effect  change - area effect - species effect

    K_t and k_t are 1/2; 1 where only occasion t has area, whose density then serves both.

    Parameters
    ----------
    cells, keys
        As in `split_change`.

    Returns
    -------
    `cells` with figures as floats, and `<part>_by_area_<side>`, `<part>_by_value_<side>` of
    `PARTS` and `SIDES`; sorted.
    """
    of_float = (
        cells.sort(*keys, *CELL_KEYS)
        .with_columns(pl.col(SUMMED).sum().over(keys).cast(pl.Float64).name.prefix("group_"))
        .with_columns(pl.col(SUMMED).cast(pl.Float64))
    )
    one, two = _densities("")
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
    first, last = _densities("group_")
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

    nothing, whole_change = pl.lit(0.0), pl.lit(float(sign))
    slopes = {
        "change": (nothing, whole_change),
        "area_effect": (where(whole > 0, by_area), by_value),
        "species_effect": (where(pl.col("both"), shifted), where(pl.col("both"), turned)),
    }
    area, shift = slopes["area_effect"], slopes["species_effect"]
    slopes["density_effect"] = (-area[0] - shift[0], whole_change - area[1] - shift[1])
    return [
        slope.alias(f"{part}_by_{figure}_{side}")
        for part in PARTS
        for figure, slope in zip(("area", "value"), slopes[part], strict=True)
    ]


def _part_of_mean(prefix: str, side: str) -> pl.Expr:
    """Differentiate the mean of both densities by the value of one; 0 without area."""
    other = "to" if side == "from" else "from"
    area = pl.col(f"{prefix}area_{side}")
    parts = pl.when(pl.col(f"{prefix}area_{other}") > 0).then(2).otherwise(1)
    return pl.when(area > 0).then(1 / (area * parts)).otherwise(0.0)
