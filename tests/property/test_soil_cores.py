"""What must hold of the carbon of every soil core."""

import itertools
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from soil_cores import NO_MODELS, intervals

from sinkcalc.models.soil_core import CoreOptions
from sinkcalc.pipeline.core_stocks import stocks_of_intervals
from sinkcalc.units import factor_to_stored

# interval: gap above it, thickness, mm; bulk density, mg/cm3; carbon and coarse, per mille
LAYER = st.tuples(
    st.sampled_from([0, 0, 0, 5, 40]),
    st.integers(5, 400),
    st.integers(50, 2600),
    st.integers(0, 500),
    st.integers(0, 900),
)
CORE = st.lists(LAYER, min_size=1, max_size=8)
OPTIONS = [
    CoreOptions(40, short="extrapolate"),
    CoreOptions(100, short="extrapolate"),
    CoreOptions(equivalent_mass_t_per_ha=2000, short="extrapolate"),
]
quick = settings(max_examples=40, deadline=None, derandomize=True)


def _core(layers: list[Any], name: str = "A") -> list[dict[str, Any]]:
    rows, depth = [], 0
    for gap, thickness, density, carbon, coarse in layers:
        top = depth + gap
        depth = top + thickness
        rows.append(
            {
                "core": name,
                "top": top / 10,
                "bottom": depth / 10,
                "density": density / 1000,
                "carbon": carbon / 1000,
                "kind": "organic",
                "coarse": coarse / 1000,
            }
        )
    return rows


def _rows(rows: list[dict[str, Any]], options: CoreOptions) -> pl.DataFrame:
    return stocks_of_intervals(intervals(*rows), options, NO_MODELS).rows


def _stock(rows: list[dict[str, Any]], options: CoreOptions) -> float | None:
    return _rows(rows, options)["carbon_t_per_ha"].item()


@pytest.mark.parametrize("options", OPTIONS)
@given(layers=CORE, place=st.integers(0, 7), part=st.integers(1, 9))
@quick
def test_two_parts_of_equal_density_are_one_interval(
    options: CoreOptions, layers: list[Any], place: int, part: int
) -> None:
    rows = _core(layers)
    place %= len(rows)
    whole = rows[place]
    middle = whole["top"] + (whole["bottom"] - whole["top"]) * part / 10
    parts = [{**whole, "bottom": middle}, {**whole, "top": middle}]
    split = [*rows[:place], *parts, *rows[place + 1 :]]
    one, two = _rows(rows, options), _rows(split, options)
    assert one["outcome"].item() == two["outcome"].item()
    assert one["carbon_t_per_ha"].item() == pytest.approx(two["carbon_t_per_ha"].item(), rel=1e-9)


@pytest.mark.parametrize("mass", [False, True])
@given(layers=CORE)
@quick
def test_deeper_stocks_are_not_smaller(mass: bool, layers: list[Any]) -> None:
    """Where the rules give a stock at both depths, or masses."""
    found = [
        _stock(
            _core(layers),
            CoreOptions(equivalent_mass_t_per_ha=depth * 50, short="extrapolate")
            if mass
            else CoreOptions(depth, short="extrapolate"),
        )
        for depth in (10, 20, 30, 50, 75, 100)
    ]
    stocks = [stock for stock in found if stock is not None]
    for less, more in itertools.pairwise(stocks):
        assert more >= less - 1e-9


@pytest.mark.parametrize("options", OPTIONS)
@given(cores=st.lists(CORE, min_size=2, max_size=3), seed=st.randoms(use_true_random=False))
@quick
def test_the_order_of_rows_does_not_matter(
    options: CoreOptions, cores: list[Any], seed: Any
) -> None:
    """Nor do other cores: each has the stock it has alone."""
    named = [_core(layers, f"core {place}") for place, layers in enumerate(cores)]
    rows = [row for core in named for row in core]
    shuffled = seed.sample(rows, len(rows))
    every = _rows(rows, options)
    assert every.equals(_rows(shuffled, options))
    assert every["carbon_t_per_ha"].to_list() == [_stock(core, options) for core in named]


@given(layers=CORE)
@quick
def test_stock_is_bounded_by_its_densest_and_lightest_interval(layers: list[Any]) -> None:
    """A mean density between the least and the greatest, times 40 cm."""
    rows = _core(layers)
    stock = _stock(rows, OPTIONS[0])
    if stock is not None:
        densities = [100 * r["density"] * r["carbon"] * (1 - r["coarse"]) for r in rows]
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
    assert _stock([row], CoreOptions(100)) == pytest.approx(100)
    # 5000 t/ha of soil are half of it
    half = CoreOptions(equivalent_mass_t_per_ha=5000)
    assert _stock([row], half) == pytest.approx(50)
