"""Group wetlands into cells: those that share every attribute a flux depends on."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.wetland_fluxes import COVER_MIN, SALINITY_SWITCH, flux_factor

_WORDS: Final = (
    "region_code",
    "wetland_class",
    "soil_type",
    "nutrient_status",
    "trophic_state",
    "former_use",
)
CELL_KEYS: Final = (
    *_WORDS,
    "managed",
    "event",
    "years",
    "age",
    "saline",
    "covered",
    "has_burial",
    "event_in_future",
    "dug_id",
)
# holds the product of an area and a rate to the last digit
_PRODUCT: Final = pl.Decimal(38, 8)


def to_wetland_cells(
    records: pl.LazyFrame, survey: int, dug: pl.DataFrame | None = None
) -> pl.LazyFrame:
    """Sum wetlands that share region, class and every attribute a flux depends on.

    Parameters
    ----------
    records
        Rows of `schemas.wetland.Wetland`, words as text or ENUM: areas in ha, `salinity_ppt`,
        `vegetation_cover_fraction`, `burial_t_c_per_ha_per_year`.
    survey
        Year of the fluxes.
    dug
        `wetland_id`, `density_id`: whose density an excavation of the year sets free.

    Returns
    -------
    `CELL_KEYS` with `wetlands` (count), `area_ha` (ha) and `burial_t_c` (measured burial,
    t C/yr), decimals summed exactly. `years` is the survey less the year of the event, `age` the
    survey less the year of flooding; an event after the survey is none. `saline` says whether
    the salinity reaches the switch of methane, `covered` whether vegetation covers enough to be
    credited; null where not recorded.
    """
    future = (pl.col("event_year") > survey).fill_null(False) & pl.col("event").is_not_null()
    burial = pl.col("burial_t_c_per_ha_per_year").cast(_PRODUCT)
    salinity = pl.col("salinity_ppt").cast(pl.Float64)
    cover = pl.col("vegetation_cover_fraction").cast(pl.Float64)
    density = pl.lit(None, pl.String).alias("dug_id")
    whose = (
        records.with_columns(density)
        if dug is None
        else records.join(
            dug.lazy().select("wetland_id", pl.col("density_id").alias("dug_id")),
            on="wetland_id",
            how="left",
        )
    )
    return (
        whose.with_columns(pl.col(*_WORDS, "event").cast(pl.String))
        .select(
            *_WORDS,
            "managed",
            pl.when(~future).then("event").alias("event"),
            pl.when(~future).then(survey - pl.col("event_year")).alias("years"),
            (survey - pl.col("year_flooded")).alias("age"),
            (salinity >= flux_factor(SALINITY_SWITCH).value).alias("saline"),
            (cover >= flux_factor(COVER_MIN).value).alias("covered"),
            burial.is_not_null().alias("has_burial"),
            future.alias("event_in_future"),
            "dug_id",
            "area_ha",
            (pl.col("area_ha").cast(_PRODUCT) * burial).alias("burial_t_c"),
        )
        .group_by(CELL_KEYS)
        .agg(
            pl.len().cast(pl.Int64).alias("wetlands"),
            pl.col("area_ha", "burial_t_c").sum(),
        )
    )
