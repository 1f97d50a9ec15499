"""Sensitivities of the models against differences of the models themselves."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from sinkcalc.accounting.cells import name_cells, to_cells
from sinkcalc.coefficients.factors import Factors, load_factors
from sinkcalc.models.forest import forest_pools
from sinkcalc.schemas.stages import Pools, collected

Encode = Callable[..., pl.LazyFrame]
Effects = dict[tuple[str, int, str], float]

STANDS = [
    ("A", "arbor", "10", "masson_pine", "natural", "middle", "600", None),
    ("A", "arbor", "8", "oak", "natural", "young", None, None),
    ("A", "arbor", "6", "schima", "natural", "young", "0", None),
    ("A", "bamboo", "5", "moso_bamboo", None, None, None, "12000"),
    ("A", "bamboo", "7", "other_bamboo", None, None, None, None),
    ("A", "economic", "4", None, None, None, None, None),
    ("A", "special_shrub", "3", None, None, None, None, None),
]
# symbol -> field of `Factors`
SYMBOLS = {
    "a": "equations",
    "b": "equations",
    "root_shoot_ratio": "root_shoot",
    "carbon_fraction": "carbon_fraction",
    "tree_carbon": "tree_carbon",
    "culm_mass": "bamboo",
    "culms_per_ha": "bamboo",
    "whole_plant_biomass": "plant_biomass",
    "above_ground_biomass": "plant_biomass",
    "below_ground_biomass": "plant_biomass",
    "understorey": "forest_floor",
    "litter": "forest_floor",
    "dead_wood": "dead_wood",
    "soil_organic_carbon_0_100": "soil",
    "share_0_30": "soil",
}
STEP = 1e-6


def _more(factors: Factors, symbol: str) -> Factors:
    """Raise every parameter of one symbol by a millionth of its value."""
    name = SYMBOLS[symbol]
    rows: pl.DataFrame = getattr(factors, name)
    raised = pl.when(pl.col("symbol") == symbol).then(pl.col("value") * (1 + STEP))
    changed = rows.with_columns(raised.otherwise("value").alias("value"))
    return replace(factors, **{name: changed})


def _values(pools: tuple[Pools, Pools]) -> Effects:
    """Return biomass and carbon of every pool of every cell."""
    out: Effects = {}
    for quantity, part in zip(("biomass", "carbon"), pools, strict=True):
        for cell, pool, value in part.stocks.select("cell_id", "pool", "value_t").collect().rows():
            out[quantity, cell, pool] = value
    return out


def _expected(pools: tuple[Pools, Pools], ids: dict[str, float]) -> Effects:
    """Return the effect of the step on every pool as the sensitivities say: sum of s x value."""
    out: Effects = defaultdict(float)
    for quantity, part in zip(("biomass", "carbon"), pools, strict=True):
        for row in part.sensitivities.collect().iter_rows(named=True):
            effect = row["derivative"] * ids.get(row["parameter_id"], 0.0) * STEP
            out[quantity, row["cell_id"], row["pool"]] += effect
    return out


@pytest.fixture(scope="module")
def at_30_cm() -> Factors:
    """Return a method that uses every symbol: soil to 30 cm takes density and share."""
    return load_factors(soil_depth_cm=30)


@pytest.fixture(scope="module")
def cells(encode: Encode, at_30_cm: Factors) -> pl.LazyFrame:
    """Return the stands, a cell each."""
    named = name_cells(to_cells(encode(STANDS), at_30_cm).collect(), at_30_cm)
    assert named.height == len(STANDS)
    return named.lazy()


@pytest.fixture(scope="module")
def before(cells: pl.LazyFrame, at_30_cm: Factors) -> tuple[Pools, Pools]:
    """Carry out the models with the published parameters."""
    biomass, carbon = map(collected, forest_pools(cells, at_30_cm))
    return biomass, carbon


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_small_step_has_the_effect_that_the_derivatives_say(
    cells: pl.LazyFrame, at_30_cm: Factors, before: tuple[Pools, Pools], symbol: str
) -> None:
    """Effect on a pool = sum over the parameters of derivative x step.

    The second order is a millionth of the effect. Pools of up to 1e3 t are doubles of 1e-13 t:
    1e-10 t is allowed where effects cancel, and some effect must be far above it.
    """
    biomass, carbon = forest_pools(cells, _more(at_30_cm, symbol))
    values, moved = _values(before), _values((biomass, carbon))
    rows: pl.DataFrame = getattr(at_30_cm, SYMBOLS[symbol]).filter(pl.col("symbol") == symbol)
    ids = dict(rows.select("parameter_id", "value").iter_rows())
    expected = _expected(before, ids)
    assert moved.keys() == values.keys()
    for key, value in values.items():
        assert moved[key] - value == pytest.approx(expected[key], rel=1e-4, abs=1e-10), key
    assert max(abs(effect) for effect in expected.values()) > 1e-6
