"""Which soil carbon density serves each wetland: the most specific that there is."""

from typing import Final

import polars as pl

from sinkcalc.accounting.wetland_cores import CoreMeans
from sinkcalc.coefficients.wetlands import WetlandFactors
from sinkcalc.vocabulary import (
    FOREST_CLASSES,
    NOT_COUNTED_CLASSES,
    OPEN_WATER_CLASSES,
    SOIL_SOURCES,
)

# to which an excavation takes the whole stock: IPCC 2013 Wetlands Supplement ch. 4
ONE_METRE_CM: Final = 100


def with_soil_source(
    records: pl.LazyFrame, means: CoreMeans, factors: WetlandFactors, survey: int
) -> pl.LazyFrame:
    """Give each wetland its soil carbon density, or why it has none.

    Parameters
    ----------
    records
        Wetlands of `wetland_frame`, parted by `split_by_stands`.
    survey
        Its year.

    Returns
    -------
    The counted records with `soil_id`, `soil_source`, `soil_t_per_ha` (t C/ha), `extrapolated`,
    `imputed`, `recalled`, and `soil_flag`: why the soil of a record is not estimated here, null
    where it is.
    """
    joined = records
    for level, keys in (
        ("own_cores", ["wetland_id"]),
        ("county_cores", ["region_code", "wetland_class"]),
        ("city_cores", ["wetland_class"]),
    ):
        part = means.means.filter(pl.col("level") == level).select(
            *keys, _density(pl.col("density_id"), pl.lit(False)).alias(level)
        )
        joined = joined.join(part.lazy(), on=keys, how="left", maintain_order="left")
    plain = factors.soil.with_columns(
        pl.lit(False).alias("extrapolated"), pl.lit(False).alias("imputed")
    )
    for level in ("national", "ipcc"):
        recalled = pl.col("evidence") == "recalled"
        part = plain.filter(pl.col("level") == level).select(
            "wetland_class", _density(pl.col("parameter_id"), recalled).alias(level)
        )
        joined = joined.join(part.lazy(), on="wetland_class", how="left", maintain_order="left")
    source = pl.coalesce(
        pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in SOIL_SOURCES
    )
    return (
        joined.with_columns(source.alias("soil_source"), pl.coalesce(SOIL_SOURCES).alias("_found"))
        .unnest("_found")
        .pipe(_with_flag, factors, survey)
        .drop(SOIL_SOURCES)
    )


def _density(name: pl.Expr, recalled: pl.Expr) -> pl.Expr:
    return pl.struct(
        name.alias("soil_id"),
        pl.col("value").alias("soil_t_per_ha"),
        "extrapolated",
        "imputed",
        recalled.alias("recalled"),
    )


def _with_flag(records: pl.LazyFrame, factors: WetlandFactors, survey: int) -> pl.LazyFrame:
    """Say why a wetland's soil is not estimated, and take its density away."""
    kind = pl.col("wetland_class")
    dug = (pl.col("event") == "excavated").fill_null(False)
    # cores that were taken after the digging tell what is there now
    later = (pl.col("soil_source") == "own_cores") & (pl.col("event_year") < survey)
    other_depth = kind.is_in(factors.other_depths["wetland_class"].implode())
    flag = (
        pl.when(pl.col("forest_stand_class").is_in(FOREST_CLASSES))
        .then(pl.lit("counted_with_stands"))
        .when(kind.is_in(OPEN_WATER_CLASSES))
        .then(pl.lit("open_water_no_soil"))
        .when(dug & ~later.fill_null(False))
        .then(pl.lit("excavated_no_soil"))
        .when(pl.col("soil_id").is_not_null())
        .then(pl.lit(None, pl.String))
        .when(other_depth)
        .then(pl.lit("no_density_at_depth"))
        .otherwise(pl.lit("no_source"))
    )
    served = pl.col("soil_flag").is_null()
    return (
        records.filter(~kind.is_in(NOT_COUNTED_CLASSES))
        .with_columns(flag.alias("soil_flag"))
        .with_columns(
            *(
                pl.when(served).then(name).alias(name)
                for name in ("soil_id", "soil_source", "soil_t_per_ha")
            ),
            *(
                (pl.col(name).fill_null(False) & served).alias(name)
                for name in ("extrapolated", "imputed", "recalled")
            ),
        )
    )


def excavated_densities(
    records: pl.LazyFrame, means: CoreMeans, factors: WetlandFactors, survey: int
) -> pl.DataFrame:
    """Return the soil carbon to 1 m that each excavation of the year sets free.

    What was there before the digging, by the order of sources of any wetland; open water and
    classes without a source have none.

    Parameters
    ----------
    records
        Wetlands of `wetland_frame`.
    means, factors
        To 1 m, whatever depth the stocks go to.

    Returns
    -------
    `wetland_id`, `density_id`, `density` (t C/ha), by wetland.
    """
    nothing = pl.lit(None, pl.String)
    dug = records.filter(excavated_in(survey)).with_columns(
        nothing.alias("event"), nothing.alias("forest_stand_class")
    )
    return (
        with_soil_source(dug, means, factors, survey)
        .filter(pl.col("soil_id").is_not_null())
        .select(
            "wetland_id",
            pl.col("soil_id").alias("density_id"),
            pl.col("soil_t_per_ha").alias("density"),
        )
        .collect()
        .sort("wetland_id")
    )


def excavated_in(survey: int) -> pl.Expr:
    """Whether a record was excavated in the year of the survey."""
    return ((pl.col("event") == "excavated") & (pl.col("event_year") == survey)).fill_null(False)
