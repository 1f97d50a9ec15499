"""Means of soil cores: of a wetland, of a class in a county, and of a class in a survey."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.coefficients.wetlands import WetlandFactors
from sinkcalc.schemas.stages import STOCK

# before the id of the mean of some cores, which stands among the parameters of a run
CORE_MEAN: Final = "core-mean."
# of means to 1 m beside those to the depth of the stocks
CORE_MEAN_1M: Final = "core-mean-1m."
_STOCK: Final = "carbon_t_per_ha"


@dataclass(frozen=True)
class CoreMeans:
    """Means of cores by wetland, by class in a county, and by class in the survey.

    Attributes
    ----------
    means
        `density_id`, `level` (of `SOIL_SOURCES`), `wetland_id`, `region_code`, `wetland_class`,
        `value` (t C/ha), `cores`, `places`, `extrapolated` and `imputed` (whether any core was).
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

    A wetland's own mean is that of its n cores, se = SD / sqrt(n), n - 1 degrees of freedom. The
    mean of a class is that of its P places, m = sum m_p / P with m_p the mean of the cores of a
    place, se = SD of the m_p / sqrt(P), P - 1 degrees of freedom: cores of one wetland tell about
    that wetland. A core that names no wetland is a place of its own. A wetland's only core has
    the standard deviation of the places of its class; of a class with one place nothing is
    known. The spread of cores holds the residuals of modelled carbon, so those are not added
    again.

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
    Every place has one standard error of its own, which all means that hold it load on: so a
    wetland's own mean and that of its class are not taken for independent. A place that two
    surveys give the same stock is one measurement.
    """
    usable = cores.filter(pl.col(_STOCK).is_not_null()).sort("core_id")
    named = pl.lit("wetland.") + pl.col("wetland_id")
    usable = usable.with_columns(
        pl.coalesce(named, pl.lit("core.") + pl.col("core_id")).alias("place")
    )
    county = ["region_code", "wetland_class"]
    parts = [
        _grouped(usable, f"{prefix}own_cores", ["wetland_id"], 1),
        _grouped(usable, f"{prefix}county_cores", county, factors.min_places_county),
        _grouped(usable, f"{prefix}city_cores", ["wetland_class"], factors.min_places_city),
    ]
    members = pl.concat(parts, how="diagonal").with_columns(
        # every place of a mean has the same weight, and every core of a place
        (
            1 / pl.col("place").n_unique().over("density_id") / pl.len().over("density_id", "place")
        ).alias("weight")
    )
    of_class = (
        usable.group_by("wetland_class", "place", maintain_order=True)
        .agg(pl.col(_STOCK).mean())
        .group_by("wetland_class", maintain_order=True)
        .agg(pl.col(_STOCK).std().alias("class_sd"), pl.len().alias("class_places"))
    )
    return CoreMeans(
        _means(members),
        _loadings(members, of_class),
        members.select("density_id", "core_id", "weight")
        .join(gradients, on="core_id")
        .sort("density_id", "parameter_id", "core_id")
        .group_by("density_id", "parameter_id", maintain_order=True)
        .agg((pl.col("derivative") * pl.col("weight")).sum()),
    )


def _grouped(cores: pl.DataFrame, mean: str, keys: list[str], least: int) -> pl.DataFrame:
    """Return the cores of every group that has enough places, with the name of its mean."""
    keyed = cores.filter(pl.all_horizontal(pl.col(keys).is_not_null()))
    enough = keyed.filter(pl.col("place").n_unique().over(keys) >= least)
    name = pl.concat_str(pl.lit(mean), *keys, separator=".")
    absent = [name for name in ("wetland_id", "region_code") if name not in keys]
    # an own mean serves its wetland by name; the class of the cores tells their spread
    return enough.with_columns(
        name.alias("density_id"),
        pl.lit(mean.rpartition(".")[2]).alias("level"),
        *(pl.lit(None, pl.String).alias(name) for name in absent),
    )


def _means(members: pl.DataFrame) -> pl.DataFrame:
    by = ["density_id", "level", "wetland_id", "region_code"]
    return (
        members.sort("density_id", "core_id")
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("wetland_class").first(),
            (pl.col(_STOCK) * pl.col("weight")).sum().alias("value"),
            pl.len().cast(pl.Int64).alias("cores"),
            pl.col("place").n_unique().cast(pl.Int64).alias("places"),
            (pl.col("extrapolated_fraction") > 0).any().alias("extrapolated"),
            ((pl.col("gap_fraction") > 0) | (pl.col("modelled_fraction") > 0))
            .any()
            .alias("imputed"),
        )
    )


def _loadings(members: pl.DataFrame, of_class: pl.DataFrame) -> pl.DataFrame:
    """Give every place of a mean its part of the error: SD/P on a standard error of its own.

    P of them add up to SD^2/P. With df/P degrees of freedom each, Satterthwaite's sum gives the
    mean its own df. An own mean is of one place, whose error is that of its cores.
    """
    places = (
        members.sort("density_id", "core_id")
        .group_by("density_id", "place", maintain_order=True)
        .agg(
            pl.col("level", "wetland_class").first(),
            pl.col(_STOCK).mean().alias("mean"),
            pl.col(_STOCK).std().alias("within"),
            pl.len().alias("cores"),
        )
        .join(of_class, on="wetland_class", how="left", nulls_equal=True, maintain_order="left")
    )
    own, n = pl.col("level") == "own_cores", pl.col("cores")
    number = pl.len().over("density_id")
    loading = (
        pl.when(own & (n > 1))
        .then(pl.col("within") / n.sqrt())
        .when(own)
        .then("class_sd")
        .otherwise(pl.col("mean").std().over("density_id") / number)
    )
    df = (
        pl.when(own & (n > 1))
        .then(n - 1)
        .when(own)
        .then(pl.col("class_places") - 1)
        .otherwise((number - 1) / number)
    )
    # the stock tells measurements apart that two surveys made under one name
    measurement = pl.concat_str("place", pl.lit("."), pl.col("mean").round(STOCK[1]))
    return (
        places.select(
            pl.col("density_id").alias("parameter_id"),
            measurement.alias("block"),
            pl.lit(0, pl.Int32).alias("factor"),
            loading.alias("loading"),
            df.cast(pl.Float64).alias("df"),
            pl.lit("sampling").alias("source"),
            pl.lit("published").alias("basis"),
        )
        .filter(pl.col("loading").is_not_null())
        .sort("parameter_id", "block")
    )
