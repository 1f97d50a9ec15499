"""Stocks, areas and mean factors of counties, from the cells of a survey."""

from typing import Final, Literal

import polars as pl

from sinkcalc.accounting.target import CITY, inside
from sinkcalc.coefficients.inventory_form import PLANT_CLASSES, form_values
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.vocabulary import LIVING_STOCK_CLASSES

# guide: wood density by species, the guide's mean expansion; national: both its means; species:
# both by species, the expansion with roots by the ratio of the species
Expansion = Literal["guide", "national", "species"]
EXPANSIONS: Final[tuple[Expansion, ...]] = ("guide", "national", "species")
# a stock weighted by a factor of its species: the sums from which the means come
_WEIGHTED: Final = ("wood_density", "bef", "bef_above_ground")
_SUMS: Final = (
    "arbor_m3",
    "other_m3",
    "living_m3",
    "arbor_ha",
    *(f"{name}_ha" for name in PLANT_CLASSES),
    *(f"{name}_m3" for name in _WEIGHTED),
)


def county_stocks(
    cells: pl.DataFrame, density_bef: pl.DataFrame, root_shoot: pl.DataFrame, expansion: Expansion
) -> pl.DataFrame:
    """Sum the cells of a survey by county; the test region lies outside.

    Parameters
    ----------
    cells
        Rows of `Cell`.
    density_bef, root_shoot
        Parameter rows by species.
    expansion
        Which factors the stock is weighted with.

    Returns
    -------
    `region_code` and, as floats, `arbor_m3`, `other_m3` (sparse, scattered and wayside trees),
    `living_m3` (their sum), `arbor_ha` (of stands with a volume), areas of the other classes (ha),
    and the sums of volume x factor `wood_density_m3`, `bef_m3`, `bef_above_ground_m3`.
    """
    living = pl.col("vegetation_class").is_in(LIVING_STOCK_CLASSES)
    arbor = pl.col("vegetation_class") == "arbor"
    own = pl.when(living).then("volume_m3").otherwise(0)
    inner = cells.filter(inside(CITY)).with_columns(
        (pl.when(arbor).then(0).otherwise(own) + pl.col("scattered_volume_m3")).alias("_other"),
        pl.when(arbor).then("volume_m3").otherwise(0).alias("_arbor"),
        pl.when(arbor & (pl.col("measure") != "missing")).then("area_ha").alias("_arbor_ha"),
    )
    # exact sums before any factor, so that equal stands give equal bytes
    exact = inner.group_by("region_code", "vegetation_class", "species", "species_group").agg(
        pl.col("_arbor", "_other", "_arbor_ha", "area_ha").sum()
    )
    keyed = exact.with_columns(
        pl.lit(None, pl.String).alias("origin"), pl.lit(None, pl.String).alias("age_group")
    )
    weighted = _with_factors(keyed, density_bef, root_shoot, expansion)
    ordered = weighted.sort("region_code", "vegetation_class", "species", nulls_last=True)
    volume = pl.col("_arbor").cast(pl.Float64)
    area = pl.col("area_ha").cast(pl.Float64)
    sums = ordered.group_by("region_code", maintain_order=True).agg(
        volume.sum().alias("arbor_m3"),
        pl.col("_other").cast(pl.Float64).sum().alias("other_m3"),
        pl.col("_arbor_ha").cast(pl.Float64).sum().alias("arbor_ha"),
        *(
            area.filter(pl.col("vegetation_class") == name).sum().alias(f"{name}_ha")
            for name in PLANT_CLASSES
        ),
        *((volume * pl.col(name)).sum().alias(f"{name}_m3") for name in _WEIGHTED),
    )
    return sums.with_columns((pl.col("arbor_m3") + pl.col("other_m3")).alias("living_m3"))


def _with_factors(
    rows: pl.DataFrame, density_bef: pl.DataFrame, root_shoot: pl.DataFrame, expansion: Expansion
) -> pl.DataFrame:
    values = form_values()
    national = {name: pl.lit(values[name]).alias(name) for name in _WEIGHTED}
    if expansion == "national":
        return rows.with_columns(national.values())
    out = select_parameter(rows.lazy(), density_bef, "wood_density")
    # rows of other classes have no arbor volume, hence weigh nothing
    out = out.with_columns(pl.col("wood_density").fill_null(0.0))
    if expansion == "guide":
        return out.with_columns(national["bef"], national["bef_above_ground"]).collect()
    out = select_parameter(out, density_bef, "bef", "above")
    out = select_parameter(out, root_shoot, "root_shoot_ratio", "ratio")
    above = pl.col("above").fill_null(0.0)
    whole = above * (1 + pl.col("ratio").fill_null(0.0))
    return out.with_columns(above.alias("bef_above_ground"), whole.alias("bef")).collect()


def at_year(first: pl.DataFrame | None, last: pl.DataFrame, weight: float) -> pl.DataFrame:
    """Interpolate the stocks of two surveys to the year of the inventory, with both areas.

    Parameters
    ----------
    first, last
        Results of `county_stocks`; one survey alone has no `first`.
    weight
        Of the later survey, 0 to 1.

    Returns
    -------
    `region_code`, the sums of `county_stocks` at the year, `<class>_from_ha`, `<class>_to_ha`
    (null for one survey), and the means `wood_density`, `bef`, `bef_above_ground`: those of the
    guide where a county has no arbor volume.
    """
    values = form_values()
    areas = [f"{name}_ha" for name in PLANT_CLASSES]
    before = last if first is None else first
    joined = last.join(before, on="region_code", how="full", coalesce=True, suffix="_before")
    filled = joined.with_columns(pl.col(pl.Float64).fill_null(0.0)).sort("region_code")
    ends = [
        expression
        for area in areas
        for expression in (
            (pl.lit(None, pl.Float64) if first is None else pl.col(f"{area}_before")).alias(
                area.replace("_ha", "_from_ha")
            ),
            pl.col(area).alias(area.replace("_ha", "_to_ha")),
        )
    ]
    sums = [
        ((1 - weight) * pl.col(f"{name}_before") + weight * pl.col(name)).alias(name)
        for name in _SUMS
    ]
    has_stock = pl.col("arbor_m3") > 0
    means = [
        pl.when(has_stock)
        .then(pl.col(f"{name}_m3") / pl.col("arbor_m3"))
        .otherwise(values[name])
        .alias(name)
        for name in _WEIGHTED
    ]
    return filled.select("region_code", *ends, *sums).with_columns(means)
