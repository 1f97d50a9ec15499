"""Mean growing stock of region and forest type, which chooses the IPCC factors."""

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.models.expansion import with_class_factors
from sinkcalc.schemas.stages import VolumeClass


def volume_classes(cells: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Mean growing stock and above-ground biomass of each region and forest type.

    mean = sum(V) / sum(A) over the arbor stands with a recorded volume, 0 among them, m3/ha.

    Parameters
    ----------
    cells
        Rows of `Cell`.
    factors
        Parameter rows of a method of the form `bcef`.

    Returns
    -------
    Rows of `VolumeClass`; a region and type without any recorded volume is absent.
    """
    recorded = (pl.col("vegetation_class") == "arbor") & (pl.col("measure") != "missing")
    volume, area = (pl.col(name).sum().cast(pl.Float64) for name in ("volume_m3", "area_ha"))
    means = (
        _with_type(cells.filter(recorded), factors)
        .group_by("region_code", "forest_type")
        .agg((volume / area).alias("growing_stock_m3_per_ha"))
    )
    classes = with_class_factors(means, factors).sort("region_code", "forest_type")
    return VolumeClass.cast(classes)


def held_classes(own: pl.LazyFrame, earlier: pl.LazyFrame) -> pl.LazyFrame:
    """Take the classes of an earlier survey; a region and type that it lacks keeps its own."""
    new = own.join(earlier, on=["region_code", "forest_type"], how="anti")
    return pl.concat([earlier, new]).sort("region_code", "forest_type")


def with_volume_classes(
    cells: pl.LazyFrame, classes: pl.LazyFrame, factors: Factors
) -> pl.LazyFrame:
    """Add `forest_type` and the mean `growing_stock_m3_per_ha` of its class to each cell."""
    mean = classes.select(
        "region_code", pl.col("forest_type").cast(pl.String), "growing_stock_m3_per_ha"
    )
    return _with_type(cells, factors).join(mean, on=["region_code", "forest_type"], how="left")


def _with_type(cells: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    return cells.join(factors.forest_types.lazy(), on="species_group", how="left", nulls_equal=True)
