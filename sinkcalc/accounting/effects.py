"""Why a stock changed: area, density and the shift between species, which add up exactly."""

from typing import Final

import polars as pl

from sinkcalc.accounting.stock import KEY_OF, in_order
from sinkcalc.schemas.results import Effects
from sinkcalc.schemas.stages import STOCK
from sinkcalc.vocabulary import FOREST_CLASSES

# the keys of the cells within a group
CELL_KEYS: Final = ("vegetation_class", "species_group")
# what is decomposed, and the classes whose area carries it
_DECOMPOSED: Final = (
    ("growing_stock", None, ("arbor",)),
    ("carbon", "vegetation", FOREST_CLASSES),
    ("carbon", "total", FOREST_CLASSES),
)
SUMMED: Final = ("area_from", "area_to", "value_from", "value_to")


def change_effects(first: pl.DataFrame, last: pl.DataFrame, by: list[str]) -> pl.LazyFrame:
    """Split the change of growing stock and of carbon into area, density and species effects.

    Parameters
    ----------
    first, last
        Rows of `Estimate` of two runs whose keys are `by` and `CELL_KEYS`: area (ha), growing
        stock (m3) and carbon (t C) of the cells. A cell is a species group of a forest class.
    by
        Key columns of the groups.

    Returns
    -------
    Rows of `Effects`. With A the area, V the stock, D = V / A the density of a group, s the
    share of a cell in the area and d its density, all in two surveys 1 and 2:

    change         = V2 - V1
    area effect    = (A2 - A1) (D1 + D2) / 2
    species effect = (A1 + A2) / 2 * sum of (s2 - s1) (d1 + d2) / 2
    density effect = change - area effect - species effect
                   = (A1 + A2) / 2 * sum of (s1 + s2) / 2 * (d2 - d1)

    The density effect holds the rounding of the other two (1e-4 of the unit) and any stock
    without area. What a survey lacks has the density of the other: a new group is an area
    effect, a new cell a species effect. Age is in the density effect. Effects of groups do
    not add up to those of their sum: its area effect has another mean density. The changes do.

    References
    ----------
    Bennet 1920, J. R. Stat. Soc. 83:455 (arithmetic means as weights; of two factors it is the
    split of Sun 1998, Energy Economics 20:85), applied to A * D and then to D = sum of s * d.

    Examples
    --------
    100 ha of fir at 50 m3/ha and 100 ha of pine at 80 become 150 ha at 60 and 90 ha at 80:
    V from 13,000 to 16,200 on 200 and 240 ha, D 65 and 67.5 m3/ha.

    area effect    = 40 * 66.25                                  = 2,650 m3
    species effect = 220 * (0.125 * 55 - 0.125 * 80)             =  -687.5 m3
    density effect = 220 * (0.5625 * 10 + 0.4375 * 0)            = 1,237.5 m3
    change                                                       = 3,200 m3
    """
    cells = pl.concat(_cells(first, last, by, *one) for one in _DECOMPOSED)
    rows = split_change(cells, ["quantity", "pool", *by])
    return _named(in_order(rows, by), by, first, last)


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


def _cells(
    first: pl.DataFrame,
    last: pl.DataFrame,
    by: list[str],
    quantity: str,
    pool: str | None,
    classes: tuple[str, ...],
) -> pl.LazyFrame:
    """Lay area and stock of both surveys side by side; `stocks` counts the stocks there are."""
    keys = list(dict.fromkeys([*by, *CELL_KEYS]))
    is_area = (pl.col("quantity") == "area") & pl.col("vegetation_class").is_in(classes)
    is_stock = (pl.col("quantity") == quantity) & pl.col("pool").eq_missing(pl.lit(pool))
    parts = [
        rows.lazy()
        .filter(chosen)
        .select(*keys, "region_name", pl.col("value").alias(f"{name}_{side}"))
        for side, rows in (("from", first), ("to", last))
        for name, chosen in (("area", is_area), ("value", is_stock))
    ]
    return (
        pl.concat(parts, how="diagonal")
        .group_by(keys)
        .agg(
            pl.col("region_name").first(),
            pl.col(SUMMED).sum(),
            pl.col("value_from", "value_to").count().name.suffix("_stocks"),
        )
        .with_columns(
            pl.sum_horizontal("value_from_stocks", "value_to_stocks").alias("stocks"),
            pl.lit(quantity).alias("quantity"),
            pl.lit(pool, pl.String).alias("pool"),
        )
    )


def densities(prefix: str) -> tuple[pl.Expr, pl.Expr]:
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
    one, two = densities("")
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
    one, two = densities("group_")
    area_from, area_to = pl.col("group_area_from"), pl.col("group_area_to")
    return of_float.with_columns(
        rounded((area_to - area_from) * (one + two) / 2).alias("area_effect"),
        rounded((area_from + area_to) / 2 * pl.col("shift")).alias("species_effect"),
    ).with_columns(
        (pl.col("change") - pl.col("area_effect") - pl.col("species_effect"))
        .cast(stock)
        .alias("density_effect")
    )


def _named(
    rows: pl.LazyFrame, by: list[str], first: pl.DataFrame, last: pl.DataFrame
) -> pl.LazyFrame:
    """Add surveys, runs and what both runs have in common."""
    names = list(Effects.create_empty().schema)
    absent = [name for name in KEY_OF.values() if name not in by]
    of_stock = ["quantity", "pool", "definition", "depth_cm"]
    common = pl.concat([first, last]).lazy().select(of_stock).unique()
    return Effects.cast(
        rows.join(
            common, on=["quantity", "pool"], how="left", nulls_equal=True, maintain_order="left"
        )
        .with_columns(
            *(pl.lit(None, pl.String).alias(name) for name in absent),
            pl.lit(int(first["survey"][0])).alias("survey_from"),
            pl.lit(int(last["survey"][0])).alias("survey_to"),
            pl.lit(first["run_id"][0]).alias("run_id_from"),
            pl.lit(last["run_id"][0]).alias("run_id_to"),
            pl.lit(last["method"][0]).alias("method"),
            pl.lit(bool(first["simulated"].any() or last["simulated"].any())).alias("simulated"),
            pl.lit(None, pl.String).alias("series_break"),
        )
        .select(names)
    )
