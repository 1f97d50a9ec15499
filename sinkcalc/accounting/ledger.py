"""Wooded wetlands that are forest land too: each is counted once."""

import polars as pl

from sinkcalc.accounting.protection import minimum
from sinkcalc.accounting.wetland_stands import handed_area
from sinkcalc.vocabulary import FOREST_CLASSES


def double_counting(
    wetlands: pl.DataFrame, stands: pl.DataFrame, overlaps: pl.DataFrame
) -> pl.DataFrame:
    """Say with what every wooded wetland is counted, and which are counted twice.

    A wetland whose own identifier or `stand_id` names a forest stand of the same survey is
    counted with the stands (`once_with_stands`), as far as the stand goes: where the wetlands
    that name it are larger, the rest stays with the wetlands (`partly_with_stands`). Any other is
    counted with the wetlands (`once_with_wetlands`). It is `counted_twice` if its polygon
    overlaps a forest stand that it does not name: the estimate goes by identifiers and sees no
    geometry. Only classes of stands whose biomass is estimated count.

    Parameters
    ----------
    wetlands
        Wooded wetlands: `wetland_id`, `region_code`, `wetland_class`, `area_ha` (ha), `stand_id`
        (of the stand found by identifier, null if none).
    stands
        The stands named by the two others: `stand_id`, `vegetation_class`, `stand_area_ha` (ha).
    overlaps
        `wetland_id`, `stand_id`, `overlap_ha` (ha), `share` (1) of the smaller polygon. Overlaps
        below `minimum_share` of `wetland_lists.csv` are slivers along a common boundary.

    Returns
    -------
    Fields of `DoubleCounting` but the survey: one row for each pair of wetland and stand, and
    for each wetland without a stand. `with_stands_ha` and `with_wetlands_ha` are of the wetland
    and add up to its area.
    """
    real = overlaps.filter(pl.col("share") >= minimum("double_counting")).drop("share")
    by_id = wetlands.drop_nulls("stand_id").select("wetland_id", "stand_id", found_by=pl.lit("id"))
    pairs = (
        by_id.join(real, on=["wetland_id", "stand_id"], how="full", coalesce=True)
        .with_columns(pl.col("found_by").fill_null("geometry"))
        .join(stands, on="stand_id", how="left")
    )
    of_forest = pl.col("vegetation_class").is_in(FOREST_CLASSES).fill_null(value=False)
    held = pairs.filter(of_forest, pl.col("found_by") == "id").select(
        "wetland_id", held_by="stand_id", held_ha="stand_area_ha"
    )
    named = pl.col("held_by").is_not_null()
    # a wetland that is counted with one stand may overlap its neighbours
    twice = of_forest & (pl.col("found_by") == "geometry") & ~named
    handed = handed_area("held_by", "held_ha")
    return (
        wetlands.drop("stand_id")
        .join(held, on="wetland_id", how="left")
        .with_columns(handed.alias("with_stands_ha"))
        .with_columns((pl.col("area_ha") - pl.col("with_stands_ha")).alias("with_wetlands_ha"))
        .join(pairs, on="wetland_id", how="left")
        .with_columns(
            (pl.col("area_ha") - pl.col("stand_area_ha")).alias("area_difference_ha"),
            pl.when(twice)
            .then(pl.lit("counted_twice"))
            .when(named & (pl.col("with_wetlands_ha") > 0))
            .then(pl.lit("partly_with_stands"))
            .when(named)
            .then(pl.lit("once_with_stands"))
            .otherwise(pl.lit("once_with_wetlands"))
            .alias("counted"),
        )
        .sort("wetland_id", "stand_id", nulls_last=True)
    )
