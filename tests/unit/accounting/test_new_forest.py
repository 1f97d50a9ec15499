"""New forest is shared by sums that do not depend on the order of the rows."""

import random

import polars as pl
import pytest
from made_forests import HERE, THERE

from sinkcalc.accounting.new_forest import planted_mix
from sinkcalc.accounting.scenario import Measure

PLANTING = Measure("planting", "afforestation", area_ha_per_year=100.0)
SCHEMA = {
    "region_code": pl.String,
    "vegetation_class": pl.String,
    "species": pl.String,
    "origin": pl.String,
    "measure": pl.String,
    "area_ha": pl.Float64,
}


def _forest(*rows: tuple[str, str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (region, "arbor", species, origin, "given", area)
            for region, species, origin, area in rows
        ],
        schema=SCHEMA,
        orient="row",
    )


def test_new_forest_follows_arbor_and_planted_area() -> None:
    """Counties 3 : 1 by arbor forest; pine 1 : 2 oak planted here, and as in the city there.

    City: 10 ha of pine, 20 of oak. Here 3/4 * (1/3, 2/3), there 1/4 * (1/3, 2/3).
    """
    forest = _forest(
        (HERE, "masson_pine", "planted", 10.0),
        (HERE, "oak", "planted", 20.0),
        (THERE, "oak", "natural", 10.0),
    )
    mix = planted_mix(forest, PLANTING).select("region_code", "species", "weight").rows()
    assert mix == [
        (HERE, "masson_pine", pytest.approx(3 / 4 / 3)),
        (HERE, "oak", pytest.approx(3 / 4 * 2 / 3)),
        (THERE, "masson_pine", pytest.approx(1 / 4 / 3)),
        (THERE, "oak", pytest.approx(1 / 4 * 2 / 3)),
    ]


def test_the_order_of_the_rows_changes_no_bit() -> None:
    """Sums of binary fractions depend on the order, those of the stored decimals do not."""
    rng = random.Random(3)
    rows = [
        (region, species, "planted", round(rng.uniform(0.1, 900), 4))
        for region in (HERE, THERE)
        for species in ("masson_pine", "oak", "chinese_fir")
        for _ in range(50)
    ]
    found = set()
    for _ in range(10):
        rng.shuffle(rows)
        # parts of a frame, as several threads leave them
        parts = [_forest(*rows[start : start + 37]) for start in range(0, len(rows), 37)]
        mix = planted_mix(pl.concat(parts, rechunk=False), PLANTING)
        found.add(tuple(mix.rows()))
    assert len(found) == 1
