"""What land of one vegetation class became, from sums of stands by class before and now."""

from typing import Final

import polars as pl

from sinkcalc.schemas.forecast import Transition
from sinkcalc.schemas.series import BOTH_CLASSES
from sinkcalc.schemas.stages import STOCK
from sinkcalc.vocabulary import VEGETATION_CLASSES

_GONE: Final = ("class_to", "region_to", "area_to", "stock_to")
_NEW: Final = ("class_from", "region_from", "area_from", "stock_from")
_ORDER: Final = {name: place for place, name in enumerate(VEGETATION_CLASSES)}


def transitions(
    classes: pl.DataFrame, years: tuple[int, int], basis: str, *, by_region: bool
) -> pl.DataFrame:
    """Turn sums by class before and now into rows whose margins are both surveys.

    A stand of both surveys: area = area now, change of area = area now - area before. A stand of
    one survey: its area, change 0. So, exactly,

    area before of a class = sum over the classes now, the null one among them, of (area - change
    of area); area now of a class = sum over the classes before of area; change of growing stock
    of all rows = that of the surveys.

    By region, a stand that is in another county now has left the one (null class now) and come to
    the other (null class before): the margins are those of each county.

    Parameters
    ----------
    classes
        Rows of `classes_of_same_ids` or `classes_of_one_survey`: areas in ha, stocks in m3.
    years
        Of both surveys.

    Returns
    -------
    Rows of `Transition` without `region_name`, ordered by county and class.

    Examples
    --------
    A stand of 10 ha sparse forest that is 11 ha of arbor forest now, one of 5 ha arbor forest
    that the later survey does not have, and a new one of 3 ha bamboo:

    sparse -> arbor: area 11, change 1; arbor -> null: 5, 0; null -> bamboo: 3, 0.
    Before: sparse 11 - 1 = 10, arbor 5 - 0 = 5. Now: arbor 11, bamboo 3.
    """
    region = pl.coalesce("region_to", "region_from") if by_region else pl.lit(None, pl.String)
    rows = (_split_by_county(classes) if by_region else classes).with_columns(
        region.alias("region_code")
    )
    if basis == BOTH_CLASSES:
        both = pl.lit(True)
    else:
        both = pl.col("class_from").is_not_null() & pl.col("class_to").is_not_null()
    later = pl.when(both | pl.col("class_to").is_not_null())
    area = later.then("area_to").otherwise("area_from")
    change = pl.when(both).then(pl.col("area_to") - pl.col("area_from")).otherwise(pl.lit(0))
    stock = pl.col("stock_to") - pl.col("stock_from")
    keys = ["region_code", "class_from", "class_to"]
    summed = (
        rows.with_columns(
            area.alias("area_ha"),
            change.cast(pl.Decimal(*STOCK)).alias("area_change_ha"),
            stock.cast(pl.Decimal(*STOCK)).alias("growing_stock_change_m3"),
        )
        .group_by(keys)
        .agg(
            pl.col("stands").sum(),
            pl.col("area_ha", "area_change_ha").sum().cast(pl.Decimal(*STOCK)),
            pl.when(pl.col("growing_stock_change_m3").is_not_null().any())
            .then(pl.col("growing_stock_change_m3").sum().cast(pl.Decimal(*STOCK)))
            .alias("growing_stock_change_m3"),
        )
        .sort("region_code", *(_place(name) for name in keys[1:]), nulls_last=True)
    )
    full = summed.with_columns(
        pl.lit(years[0], pl.Int32).alias("survey_from"),
        pl.lit(years[1], pl.Int32).alias("survey_to"),
        pl.lit(None, pl.String).alias("region_name"),
        pl.lit(basis).alias("basis"),
        pl.lit(False).alias("simulated"),
        pl.lit(None, pl.String).alias("series_break"),
    )
    return Transition.validate(full.select(Transition.column_names()), cast=True)


def _place(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(_ORDER, default=None, return_dtype=pl.Int32)


def _split_by_county(classes: pl.DataFrame) -> pl.DataFrame:
    """Let stands that changed their county leave the one and come to the other."""
    moved = (pl.col("region_from") != pl.col("region_to")).fill_null(False)

    def emptied(names: tuple[str, ...]) -> pl.DataFrame:
        zero = [pl.lit(0, pl.Decimal(*STOCK)).alias(name) for name in names[2:]]
        none = [pl.lit(None, pl.String).alias(name) for name in names[:2]]
        return classes.filter(moved).with_columns(*none, *zero)

    return pl.concat([classes.filter(~moved), emptied(_GONE), emptied(_NEW)], how="vertical")
