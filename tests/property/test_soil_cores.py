"""What must hold of the carbon of every soil core: three hundred of chance, each test."""

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from soil_cores import NO_MODELS, intervals

from sinkcalc.models.soil_core import CoreOptions
from sinkcalc.pipeline.core_stocks import stocks_of_intervals
from sinkcalc.units import factor_to_stored

CORES = 300
OPTIONS = [
    CoreOptions(40, short="extrapolate"),
    CoreOptions(100, short="extrapolate"),
    CoreOptions(equivalent_mass_t_per_ha=2000, short="extrapolate"),
]
Row = dict[str, Any]


def _cores(chance: np.random.Generator) -> list[Row]:
    """Make cores of one to eight intervals, some with gaps above, some of no carbon at all."""
    rows = []
    for number in range(CORES):
        bottom = 0.0
        for _ in range(chance.integers(1, 9)):
            top = bottom + chance.choice([0, 0, 0, 0.5, 4])
            bottom = top + chance.integers(5, 400) / 10
            rows.append(
                {
                    "core": f"{number:03}",
                    "top": top,
                    "bottom": bottom,
                    "density": chance.integers(50, 2600) / 1000,
                    "carbon": chance.choice([0, chance.integers(0, 500)]) / 1000,
                    "kind": "organic",
                    "coarse": chance.choice([0, chance.integers(0, 900)]) / 1000,
                }
            )
    return rows


def _found(rows: list[Row], options: CoreOptions) -> pl.DataFrame:
    return stocks_of_intervals(intervals(*rows), options, NO_MODELS).rows


@pytest.mark.parametrize("options", OPTIONS)
def test_two_parts_of_equal_density_are_one_interval(options: CoreOptions) -> None:
    chance = np.random.default_rng(1)
    rows = _cores(chance)
    split = []
    for row in rows:
        middle = row["top"] + (row["bottom"] - row["top"]) * chance.uniform(0.1, 0.9)
        split += [{**row, "bottom": middle}, {**row, "top": middle}]
    one, two = _found(rows, options), _found(split, options)
    assert one["outcome"].to_list() == two["outcome"].to_list()
    assert one["outcome"].n_unique() >= 4
    stocks = one["carbon_t_per_ha"].drop_nulls().to_list()
    assert two["carbon_t_per_ha"].drop_nulls().to_list() == pytest.approx(stocks, rel=1e-9)


@pytest.mark.parametrize("by_mass", [False, True])
def test_deeper_stocks_are_not_smaller(by_mass: bool) -> None:
    """Where the rules give a stock at both depths, or masses."""
    rows = _cores(np.random.default_rng(2))
    found = [
        _found(
            rows,
            CoreOptions(equivalent_mass_t_per_ha=50 * depth, short="extrapolate")
            if by_mass
            else CoreOptions(depth, short="extrapolate"),
        )["carbon_t_per_ha"]
        for depth in (10, 20, 30, 50, 75, 100)
    ]
    for less, more in pairwise(found):
        grown = (more - less).drop_nulls()
        assert grown.len() > CORES / 4
        assert (grown >= -1e-9).all()


@pytest.mark.parametrize("options", OPTIONS)
def test_the_order_of_rows_does_not_matter(options: CoreOptions) -> None:
    """Nor do other cores: each has the stock it has alone."""
    chance = np.random.default_rng(3)
    rows = _cores(chance)
    every = _found(rows, options)
    assert every.equals(_found([rows[place] for place in chance.permutation(len(rows))], options))
    for name in ("000", "100", "200"):
        alone = _found([row for row in rows if row["core"] == name], options)
        assert alone.equals(every.filter(pl.col("core_id") == name))


def test_mean_density_lies_between_the_least_and_the_greatest() -> None:
    rows = _cores(np.random.default_rng(4))
    found = _found(rows, OPTIONS[0]).drop_nulls("carbon_t_per_ha")
    assert found.height > CORES / 4
    for core, stock in found.select("core_id", "carbon_t_per_ha").iter_rows():
        densities = [
            100 * row["density"] * row["carbon"] * (1 - row["coarse"])
            for row in rows
            if row["core"] == core
        ]
        assert 40 * min(densities) - 1e-9 <= stock <= 40 * max(densities) + 1e-9


def test_units() -> None:
    """1 m of 1000 kg/m3 with 10 g/kg of carbon: 10 000 m3/ha of 1 t/m3 and 1 %, 100 t C/ha."""
    row = {
        "top": 0 * factor_to_stored("depth_top_cm", "m"),
        "bottom": 1 * factor_to_stored("depth_bottom_cm", "m"),
        "density": 1000 * factor_to_stored("bulk_density_g_per_cm3", "kg/m3"),
        "carbon": 10 * factor_to_stored("carbon_fraction", "g/kg"),
        "kind": "organic",
    }
    found = _found([row], CoreOptions(100))["carbon_t_per_ha"].item()
    assert found == pytest.approx(100)
    # 5000 t/ha of soil are half of it
    half = CoreOptions(equivalent_mass_t_per_ha=5000)
    assert _found([row], half)["carbon_t_per_ha"].item() == pytest.approx(50)
