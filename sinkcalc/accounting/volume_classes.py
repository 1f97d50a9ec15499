"""Mean growing stock of region and forest type, which chooses the IPCC factors."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.models.expansion import CLASS_DECIMALS, with_class_factors
from sinkcalc.schemas.stages import VolumeClass

_GROUP: Final = ("region_code", "forest_type")


def volume_classes(cells: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Mean growing stock and above-ground biomass of each region and forest type.

    mean = sum(V) / sum(A) over the arbor stands whose volume is above 0, those that the factor is
    applied to, m3/ha; rounded to 1e-6 m3/ha, so that 22.6 m3 on 1.13 ha are 20, not
    20.000000000000004.

    Parameters
    ----------
    cells
        Rows of `Cell`.
    factors
        Parameter rows of a method of the form `bcef`.

    Returns
    -------
    Rows of `VolumeClass`; a region and type without any volume above 0 is absent.
    """
    means = _means(_with_type(cells, factors), _GROUP)
    own = pl.lit(None, pl.String).alias("class_source")
    return _classed(means.with_columns(own), factors)


def held_classes(cells: pl.LazyFrame, class_cells: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Take the classes of another survey, so that growth carries no stand into another class.

    A region and type that the other survey lacks (a county founded since) takes the mean of the
    type over all regions of that survey; a type that it lacks altogether keeps its own mean.

    Parameters
    ----------
    cells
        Rows of `Cell` of the survey to estimate.
    class_cells
        Those of the survey that chooses the classes.
    factors
        Parameter rows of a method of the form `bcef`.

    Returns
    -------
    Rows of `VolumeClass`; `class_source` is `city` or `own` where the survey lacks the group.
    """
    held = volume_classes(class_cells, factors)
    present = _with_type(cells, factors).filter(pl.col("vegetation_class") == "arbor")
    lacking = (
        present.select(_GROUP)
        .unique()
        .join(held.select("region_code", _type_text()), on=_GROUP, how="anti")
    )
    city = lacking.join(
        _means(_with_type(class_cells, factors), ("forest_type",)), on="forest_type"
    )
    own = (
        volume_classes(cells, factors)
        .with_columns(_type_text())
        .join(lacking, on=_GROUP, how="semi")
        .join(city, on=_GROUP, how="anti")
    )
    return pl.concat(
        [
            held,
            _classed(city.with_columns(pl.lit("city").alias("class_source")), factors),
            VolumeClass.cast(own.with_columns(pl.lit("own").alias("class_source"))),
        ]
    ).sort(_GROUP)


def with_volume_classes(
    cells: pl.LazyFrame, classes: pl.LazyFrame, factors: Factors
) -> pl.LazyFrame:
    """Add `forest_type`, and the mean stock and source of the class, to each cell."""
    mean = classes.select("region_code", _type_text(), "growing_stock_m3_per_ha", "class_source")
    return _with_type(cells, factors).join(mean, on=_GROUP, how="left")


def _means(cells: pl.LazyFrame, by: tuple[str, ...]) -> pl.LazyFrame:
    counted = (pl.col("vegetation_class") == "arbor") & (pl.col("measure") == "given")
    volume, area = (pl.col(name).sum().cast(pl.Float64) for name in ("volume_m3", "area_ha"))
    return (
        cells.filter(counted)
        .group_by(by)
        .agg(
            (volume / area).round(CLASS_DECIMALS).alias("growing_stock_m3_per_ha"),
            pl.col("stands").sum(),
        )
    )


def _classed(means: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    return VolumeClass.cast(with_class_factors(means, factors).sort(_GROUP))


def _type_text() -> pl.Expr:
    return pl.col("forest_type").cast(pl.String)


def _with_type(cells: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    return cells.join(factors.forest_types.lazy(), on="species_group", how="left", nulls_equal=True)
