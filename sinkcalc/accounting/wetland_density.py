"""Which soil carbon density serves each wetland: the most specific that there is."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.coefficients.wetlands import WetlandFactors
from sinkcalc.schemas.stages import STOCK
from sinkcalc.vocabulary import (
    FOREST_CLASSES,
    NOT_COUNTED_CLASSES,
    OPEN_WATER_CLASSES,
    SOIL_SOURCES,
)

# before the id of the mean of some cores, which stands among the parameters of a run
CORE_MEAN: Final = "core-mean."
# of means to 1 m beside those to the depth of the stocks
CORE_MEAN_1M: Final = "core-mean-1m."
_STOCK: Final = "carbon_t_per_ha"
# to which an excavation takes the whole stock: IPCC 2013 Wetlands Supplement ch. 4
ONE_METRE_CM: Final = 100


@dataclass(frozen=True)
class CoreMeans:
    """Means of cores by wetland, by class in a county, and by class in the survey.

    Attributes
    ----------
    means
        `density_id`, `level` (of `SOIL_SOURCES`), `wetland_id`, `region_code`, `wetland_class`,
        `value` (t C/ha), `cores`, `extrapolated` and `imputed` (whether any core was).
    loadings
        Rows of `Errors.loadings`: what sampling leaves open.
    derivatives
        `density_id`, `parameter_id`, `derivative`: by coefficients that gave cores their missing
        carbon or bulk density.
    """

    means: pl.DataFrame
    loadings: pl.DataFrame
    derivatives: pl.DataFrame


def core_means(
    cores: pl.DataFrame,
    gradients: pl.DataFrame,
    factors: WetlandFactors,
    prefix: str = CORE_MEAN,
) -> CoreMeans:
    """Average the stocks of cores, with the error of each mean.

    m = sum c_i / n, se = SD / sqrt(n), n - 1 degrees of freedom. A wetland's only core has the
    standard deviation of all cores of its class; of a class with one core nothing is known. The
    spread of cores holds the residuals of modelled carbon, so those are not added again.

    Parameters
    ----------
    cores
        `core_id`, `wetland_id`, `region_code`, `wetland_class`, `carbon_t_per_ha` (null: not
        usable), `gap_fraction`, `modelled_fraction`, `extrapolated_fraction`; all to the depth
        of `factors`.
    gradients
        `core_id`, `parameter_id`, `derivative`.
    prefix
        Before the id of each mean: tells means to two depths in one run apart.

    Notes
    -----
    Every core has one standard error of its own, which all means that hold the core load on:
    so a wetland's own mean and that of its class are not taken for independent. A core that two
    surveys give the same stock is one measurement.
    """
    usable = cores.filter(pl.col(_STOCK).is_not_null()).sort("core_id")
    county = ["region_code", "wetland_class"]
    parts = [
        _grouped(usable, f"{prefix}own_cores", ["wetland_id"], 1),
        _grouped(usable, f"{prefix}county_cores", county, factors.min_cores_county),
        _grouped(usable, f"{prefix}city_cores", ["wetland_class"], factors.min_cores_city),
    ]
    members = pl.concat(parts, how="diagonal").with_columns(
        pl.len().over("density_id").alias("cores")
    )
    of_class = usable.group_by("wetland_class", maintain_order=True).agg(
        pl.col(_STOCK).std().alias("class_sd"), pl.len().alias("class_cores")
    )
    return CoreMeans(
        _means(members),
        _loadings(members.join(of_class, on="wetland_class", how="left", nulls_equal=True)),
        members.select("density_id", "core_id", "cores")
        .join(gradients, on="core_id")
        .sort("density_id", "parameter_id", "core_id")
        .group_by("density_id", "parameter_id", maintain_order=True)
        .agg((pl.col("derivative") / pl.col("cores")).sum()),
    )


def _grouped(cores: pl.DataFrame, name: str, keys: list[str], least: int) -> pl.DataFrame:
    """Return the cores of every group that has enough of them, with the name of its mean."""
    keyed = cores.filter(pl.all_horizontal(pl.col(keys).is_not_null()))
    enough = keyed.filter(pl.len().over(keys) >= least)
    place = pl.concat_str(pl.lit(name), *keys, separator=".")
    absent = [name for name in ("wetland_id", "region_code") if name not in keys]
    # an own mean serves its wetland by name; the class of the cores tells their spread
    return enough.with_columns(
        place.alias("density_id"),
        pl.lit(name.rpartition(".")[2]).alias("level"),
        *(pl.lit(None, pl.String).alias(name) for name in absent),
    )


def _means(members: pl.DataFrame) -> pl.DataFrame:
    by = ["density_id", "level", "wetland_id", "region_code"]
    return (
        members.sort("density_id", "core_id")
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("wetland_class").first(),
            pl.col(_STOCK).mean().alias("value"),
            pl.len().cast(pl.Int64).alias("cores"),
            (pl.col("extrapolated_fraction") > 0).any().alias("extrapolated"),
            ((pl.col("gap_fraction") > 0) | (pl.col("modelled_fraction") > 0))
            .any()
            .alias("imputed"),
        )
    )


def _loadings(members: pl.DataFrame) -> pl.DataFrame:
    """Give every core of a mean its part of the error: SD/n on a standard error of its own.

    n of them add up to SD^2/n. With df/n degrees of freedom each, Satterthwaite's sum gives the
    mean its own df.
    """
    n = pl.col("cores")
    alone = n == 1
    own_sd = pl.col(_STOCK).std().over("density_id")
    spread = pl.when(alone).then("class_sd").otherwise(own_sd)
    df = pl.when(alone).then(pl.col("class_cores") - 1).otherwise(n - 1).cast(pl.Float64)
    # the stock tells measurements apart that two surveys made under one name
    measurement = pl.concat_str(
        pl.lit("core."), "core_id", pl.lit("."), pl.col(_STOCK).round(STOCK[1])
    )
    return (
        members.select(
            pl.col("density_id").alias("parameter_id"),
            measurement.alias("block"),
            pl.lit(0, pl.Int32).alias("factor"),
            (spread / n).alias("loading"),
            (df / n).alias("df"),
            pl.lit("sampling").alias("source"),
            pl.lit("published").alias("basis"),
        )
        .filter(pl.col("loading").is_not_null())
        .sort("parameter_id", "block")
    )


def with_soil_source(
    records: pl.LazyFrame, means: CoreMeans, factors: WetlandFactors, survey: int
) -> pl.LazyFrame:
    """Give each wetland its soil carbon density, or why it has none.

    Parameters
    ----------
    records
        Wetlands of `wetland_frame`.
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
