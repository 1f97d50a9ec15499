"""Derivatives of the methods beside the default against differences of the models themselves."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from sinkcalc.accounting.cells import name_cells, to_cells
from sinkcalc.accounting.volume_classes import volume_classes, with_volume_classes
from sinkcalc.coefficients.factors import Factors, load_factors
from sinkcalc.models.forest import forest_pools
from sinkcalc.models.trees import exponents_of
from sinkcalc.schemas.stages import Pools

Encode = Callable[..., pl.LazyFrame]
Effects = dict[tuple[int, str], float]
STEP = 1e-4
PINE_TREES = (None, "1000", "20", "12")
STANDS = [
    ("A", "arbor", "1000", "masson_pine", None, None, "60000", None, *PINE_TREES, "6"),
    ("B", "arbor", "1000", "masson_pine", None, None, "60000", None, *PINE_TREES, None),
    ("A", "arbor", "800", "oak", "natural", "young", None, None, None),
    ("A", "bamboo", "500", "moso_bamboo", None, None, None, "1200000", None, None, "10", "13"),
]
# method, field of `Factors`, symbols that have a derivative
CASES = [
    ("ccer-d-bef", "density_bef", "wood_density"),
    ("ccer-d-bef", "density_bef", "bef"),
    ("ccer-d-bef", "root_shoot", "root_shoot_ratio"),
    ("ipcc-2006", "ipcc", "bcef_s"),
    ("ipcc-2006", "ipcc", "root_shoot_ratio"),
    ("yuan-2009", "tree_models", "root_c"),
    ("yuan-2009", "tree_models", "crown_c"),
    ("yuan-2009", "tree_models", "stem_c"),
    ("yuan-2009", "tree_models", "crown_ratio"),
]


def _biomass(encode: Encode, factors: Factors) -> Pools:
    cells = name_cells(to_cells(encode(STANDS), factors).collect(), factors).lazy()
    assert cells.collect().height == len(STANDS)
    if factors.form == "bcef":
        cells = with_volume_classes(cells, volume_classes(cells, factors), factors)
    return forest_pools(cells, factors)[0]


def _values(pools: Pools) -> Effects:
    rows = pools.stocks.select("cell_id", "pool", "value_t").collect().rows()
    return {(cell, pool): value for cell, pool, value in rows}


@pytest.mark.parametrize(("method", "field", "symbol"), CASES)
def test_a_small_step_has_the_effect_that_the_derivatives_say(
    encode: Encode, method: str, field: str, symbol: str
) -> None:
    """Masses of stands under tree models are rounded to 1e-4 t: of 1e4 t, a step is 1 t."""
    factors = load_factors(method)
    rows: pl.DataFrame = getattr(factors, field)
    raised = pl.when(pl.col("symbol") == symbol).then(pl.col("value") * (1 + STEP))
    changed = rows.with_columns(raised.otherwise("value").alias("value"))
    before = _biomass(encode, factors)
    moved = _values(_biomass(encode, replace(factors, **{field: changed})))
    ids = dict(rows.filter(pl.col("symbol") == symbol).select("parameter_id", "value").iter_rows())
    expected: Effects = defaultdict(float)
    for row in before.sensitivities.collect().iter_rows(named=True):
        effect = row["derivative"] * ids.get(row["parameter_id"], 0.0) * STEP
        expected[row["cell_id"], row["pool"]] += effect
    for key, value in _values(before).items():
        assert moved[key] - value == pytest.approx(expected[key], rel=1e-3, abs=3e-4), key
    assert max(abs(effect) for effect in expected.values()) > 0.1


def test_exponents_stand_beside_their_coefficient() -> None:
    factors = load_factors("yuan-2009")
    used = pl.DataFrame({"parameter_id": ["yuan-2009.oak.stem.c", "soil.oak.0-100"]})
    found = exponents_of(used, factors)["parameter_id"].to_list()
    assert sorted(found) == ["yuan-2009.oak.stem.d", "yuan-2009.oak.stem.h"]
    assert exponents_of(used, load_factors()).is_empty()
