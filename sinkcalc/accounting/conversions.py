"""Wetlands that became another class, or were dug out, between two surveys."""

from typing import Final

import polars as pl

from sinkcalc.models.wetland_cases import VEGETATED_COAST
from sinkcalc.schemas.stages import STOCK
from sinkcalc.units import CO2E_PER_C, STOCK_DECIMALS
from sinkcalc.vocabulary import OPEN_WATER_CLASSES

# how a soil was lost at once, or is being lost year by year
EXCAVATED: Final = "excavated"
DRAINED: Final = "drained"
_KEYS: Final = ("region_code", "class_from", "class_to", "event", "loss_reason", "soil_id")


def conversions(before: pl.LazyFrame, after: pl.LazyFrame, years: tuple[int, int]) -> pl.LazyFrame:
    """List what wetlands of one name were before and are now, where that differs.

    loss = area before * density before (t C/ha to 1 m), where a soil became open water or was
    excavated: all of it, at once. A drained coast loses its carbon year by year, which the
    emissions of the later survey hold; for drained inland soil no factor is shipped. What became
    of a wetland that the later survey does not have is not known.

    Parameters
    ----------
    before
        Records of the earlier survey by `split_by_stands`, with `soil_id`, `soil_t_per_ha` (to
        1 m) and `soil_flag` of `with_soil_source`.
    after
        Records of the later survey.
    years
        Of both surveys: an event counts after the first, up to the last.

    Returns
    -------
    `region_code`, `class_from` and `class_to` (null: not in that survey), `event`, `wetlands`,
    `area_from_ha`, `area_to_ha`, `loss_t_c` and `loss_t_co2e` (t C, t CO2e; null where nothing
    is lost at once or no density is known), `soil_id` (whose density), `loss_reason`: why a loss
    has no figure.

    Notes
    -----
    IPCC 2013 Wetlands Supplement ch. 4.2.4: extraction takes the stock to 1 m in its year.
    """
    first = before.select(
        "wetland_id",
        "soil_id",
        "soil_t_per_ha",
        "soil_flag",
        "counted",
        pl.col("region_code").alias("_region"),
        pl.col("wetland_class").alias("class_from"),
        pl.col("area_ha").alias("area_from_ha"),
    )
    recent = pl.col("event_year").is_between(years[0], years[1], closed="right")
    event = pl.col("event").is_in([EXCAVATED, DRAINED]) & recent.fill_null(False)
    last = after.select(
        "wetland_id",
        "region_code",
        pl.col("wetland_class").alias("class_to"),
        pl.col("area_ha").alias("area_to_ha"),
        pl.when(event).then("event").alias("event"),
    )
    joined = first.join(last, on="wetland_id", how="full", coalesce=True).with_columns(
        # what a stand counted of a wetland is a row beside the rest: the area of today goes once
        pl.when(pl.col("counted").fill_null(1) > 0).then("area_to_ha").alias("area_to_ha")
    )
    changed = pl.col("class_from").ne_missing(pl.col("class_to")) | pl.col("event").is_not_null()
    sums = ("area_from_ha", "area_to_ha", "loss_t_c", "loss_t_co2e")
    return (
        _with_losses(joined.filter(changed))
        .group_by(_KEYS)
        .agg(
            pl.len().cast(pl.Int64).alias("wetlands"),
            *(
                pl.when(pl.col(name).is_not_null().any())
                .then(pl.col(name).sum().cast(pl.Decimal(*STOCK)))
                .alias(name)
                for name in sums
            ),
        )
        .sort(_KEYS, nulls_last=True)
    )


def _with_losses(changed: pl.LazyFrame) -> pl.LazyFrame:
    water = OPEN_WATER_CLASSES
    drowned = pl.col("class_to").is_in(water) & ~pl.col("class_from").is_in(water)
    dug = drowned.fill_null(False) | (pl.col("event") == EXCAVATED).fill_null(False)
    drained = (pl.col("event") == DRAINED).fill_null(False)
    with_factor = pl.col("class_to").is_in(VEGETATED_COAST)
    gone = pl.col("class_to").is_null() & ~pl.col("class_from").is_in(water)
    known = pl.col("soil_t_per_ha").is_not_null()
    loss = pl.col("area_from_ha").cast(pl.Float64) * pl.col("soil_t_per_ha")
    return changed.with_columns(
        pl.coalesce("region_code", "_region").alias("region_code"),
        *(
            pl.when(dug & known)
            .then(loss * factor)
            .round(STOCK_DECIMALS)
            .cast(pl.Decimal(*STOCK))
            .alias(name)
            for name, factor in (("loss_t_c", 1.0), ("loss_t_co2e", CO2E_PER_C))
        ),
        pl.when(dug & ~known)
        .then("soil_flag")
        .when(drained & with_factor)
        .then(pl.lit("drained_year_by_year"))
        .when(drained)
        .then(pl.lit("drained_no_factor"))
        .when(gone)
        .then(pl.lit("not_in_later_survey"))
        .alias("loss_reason"),
        pl.when(dug & known).then("soil_id").alias("soil_id"),
    )
