"""Why a stock changed: area, density and the shift between species, which add up exactly."""

from typing import Final

import polars as pl

from sinkcalc.accounting.effect_errors import stand_effect_errors, without_error
from sinkcalc.accounting.split import CELL_KEYS, PARTS, SUMMED, split_change
from sinkcalc.accounting.stock import KEY_OF, in_order
from sinkcalc.schemas.results import Effects
from sinkcalc.uncertainty.parts import ErrorParts
from sinkcalc.vocabulary import FOREST_CLASSES

# what is decomposed, and the classes whose area carries it
_DECOMPOSED: Final = (
    ("growing_stock", None, ("arbor",)),
    ("carbon", "vegetation", FOREST_CLASSES),
    ("carbon", "total", FOREST_CLASSES),
)


def change_effects(
    first: pl.DataFrame,
    last: pl.DataFrame,
    by: list[str],
    parts: tuple[ErrorParts, ErrorParts],
) -> pl.LazyFrame:
    """Split the change of growing stock and of carbon into area, density and species effects.

    Parameters
    ----------
    first, last
        Rows of `Estimate` of two runs whose keys are `by` and `CELL_KEYS`: area (ha), growing
        stock (m3) and carbon (t C) of the cells. A cell is a species group of a forest class.
    by
        Key columns of the groups.
    parts
        What the errors of both runs are made of.

    Returns
    -------
    Rows of `Effects`; errors as in `stand_effect_errors`, null where a cell has none. With A the
    area, V the stock, D = V / A the density of a group, s the share of a cell in the area and d
    its density, all in two surveys 1 and 2:

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
    keys = ["quantity", "pool", *by]
    rows = split_change(cells, keys)
    errors = stand_effect_errors(cells.collect(), by, parts).lazy()
    lacking = without_error(pl.concat([first, last]), by).lazy()
    told = rows.join(errors, on=keys, how="left", nulls_equal=True).join(
        lacking, on=keys, how="left", nulls_equal=True
    )
    complete = pl.col("none").is_null()
    known = told.with_columns(
        *(pl.when(complete).then(f"{part}_se").alias(f"{part}_se") for part in PARTS),
        pl.coalesce("none", "se_reason").alias("se_reason"),
    )
    return _named(in_order(known, by), by, first, last)


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
