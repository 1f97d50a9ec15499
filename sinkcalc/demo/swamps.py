"""Forest and shrub swamps of the simulated city that are stands too."""

from typing import Final

import numpy as np
import polars as pl

from sinkcalc.demo.figures import Figures
from sinkcalc.vocabulary import WOODED_WETLAND_CLASSES

# classes of stands that a swamp may be
_STANDS_OF: Final = {"forest_swamp": ("arbor",), "shrub_swamp": ("special_shrub", "other_shrub")}


def with_stands(
    wetlands: pl.DataFrame, stand_ids: pl.DataFrame, figures: Figures, rng: np.random.Generator
) -> pl.DataFrame:
    """Add to most swamps the number of the stand that is the same land.

    The largest swamps of a county go with the largest stands of a fitting class there; a swamp
    larger than its stand has none.

    Parameters
    ----------
    wetlands
        `wetland_id`, `region_code`, `wetland_class`, `area_units` (0.0001 ha).
    stand_ids
        `region_code`, `vegetation_class`, `stand_id`, `held` (area, 0.0001 ha).
    figures, rng
        The share without a stand, and which those are.
    """
    kind = {name: swamp for swamp, names in _STANDS_OF.items() for name in names}
    place = pl.int_range(pl.len()).over("region_code", "wetland_class")
    candidates = (
        stand_ids.with_columns(
            wetland_class=pl.col("vegetation_class").replace_strict(kind, default=None)
        )
        .drop_nulls("wetland_class")
        .sort("held", "stand_id", descending=[True, False])
        .select("region_code", "wetland_class", "stand_id", "held", place=place)
    )
    chosen = rng.random(len(wetlands)) >= figures.one("unlinked_share")
    wooded = pl.col("wetland_class").is_in(WOODED_WETLAND_CLASSES)
    return (
        wetlands.with_columns(linked=pl.Series(chosen) & wooded)
        .sort("linked", "area_units", "wetland_id", descending=[True, True, False])
        .with_columns(place=pl.when("linked").then(place))
        .join(candidates, on=["region_code", "wetland_class", "place"], how="left")
        .with_columns(stand_id=pl.when(pl.col("area_units") <= pl.col("held")).then("stand_id"))
        .drop("linked", "place", "held")
    )
