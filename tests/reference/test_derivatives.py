"""The derivatives that the models state against differences of the models themselves."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from made_models import calibrated_factors
from stands_of_every_kind import stands_of_every_kind

from sinkcalc.accounting import monte_carlo
from sinkcalc.accounting.volume_classes import with_volume_classes
from sinkcalc.coefficients.factors import Factors, load_factors
from sinkcalc.coefficients.load import all_parameters
from sinkcalc.pipeline import figures
from sinkcalc.vocabulary import MEASUREMENTS, METHODS, VEGETATION_CLASSES

Encode = Callable[..., pl.LazyFrame]
Floats = Any

CASES = [
    *((method, None, 100) for method in METHODS),
    ("cbef-zhejiang", "species", 30),
    ("yuan-2009", "ipcc-2006", 30),
]
# step of the central difference, relative to the parameter: its error is of the order of the square
STEP = 1e-4
# frames of `Factors` whose rows the drawn models read
FRAMES = (
    *("equations", "density_bef", "ipcc", "tree_models", "root_shoot", "carbon_fraction"),
    *("tree_carbon", "bamboo", "plant_biomass", "forest_floor", "dead_wood", "soil", "curves"),
)


def _values() -> dict[str, float]:
    known = dict(all_parameters().select("parameter_id", "value").iter_rows())
    return known | dict.fromkeys(MEASUREMENTS, 1.0)


def _movable(factors: Factors) -> list[str]:
    """Return all parameters of a method but the exponents of tree models, which have no error."""
    rows = pl.concat(
        getattr(factors, name).select("parameter_id", "symbol") for name in FRAMES
    ).unique(maintain_order=True)
    exponent = pl.col("symbol").str.contains("^(root|crown|stem)_[hdl]$")
    return [*rows.filter(~exponent)["parameter_id"], *MEASUREMENTS]


def _drawn(
    encode: Encode, factors: Factors, deviations: dict[str, Floats], draws: int, by: list[str]
) -> Iterator[tuple[pl.DataFrame, Floats]]:
    """Run the models once for each draw."""
    cells = figures._cells(encode(stands_of_every_kind()), factors)
    classes = figures._classes(cells, None, factors)
    if factors.form == "bcef":
        cells = with_volume_classes(cells, classes.lazy(), factors)
    merged = monte_carlo._merged(cells, by)
    return monte_carlo._pool_draws(merged, factors, deviations, by, draws)


def test_the_stands_reach_every_class_and_pool(encode: Encode) -> None:
    stands = stands_of_every_kind()
    assert {stand[1] for stand in stands} == set(VEGETATION_CLASSES)
    found = figures.forest_figures(encode(stands), load_factors("yuan-2009"), ())
    flags = set(found.flags["flag"])
    assert flags >= {
        *("volume_zero", "volume_missing_carbon_imputed", "culms_zero", "culms_missing_imputed"),
        *("stand_mean_tree", "crown_length_imputed", "species_not_recorded"),
        *("tree_model_fallback", "bamboo_model_fallback", "class_not_estimated"),
    }


@pytest.mark.parametrize(("method", "fractions", "depth"), CASES)
def test_derivatives_are_those_of_the_models(
    encode: Encode, method: str, fractions: Any, depth: Any
) -> None:
    """Every parameter of the method is moved by -+1e-4 of itself, one after the other.

    (f(p + h) - f(p - h))/2h has an error of h^2 f'''/6: the most curved parameter is the carbon
    fraction, as 1/CF, or R, as 1/(1 + R), where f''' p^2/(6 f') is at most 1: 1e-8 of the
    derivative. Rounding: a sum of some 100 terms is known to 1e-14 of itself, divided by
    2 x 1e-4 p: 1e-10 f/p. A parameter that the gradients do not name must not move a row at all.
    """
    factors = load_factors(method, fractions, depth)
    _compare(encode, factors)


def test_derivatives_of_curves_are_those_of_the_models(encode: Encode) -> None:
    """Every form, with roots and without; species, group and all samples; the rest falls back.

    The derivative of a curve is taken at the mean volume of a narrow class, and so is the drawn
    curve: they are the same function.
    """
    factors = calibrated_factors()
    assert set(factors.curves["form"]) == {"linear", "origin", "power", "hyperbolic"}
    assert set(factors.curves["pool"]) == {"whole_tree", "above_ground"}
    _compare(encode, factors)


def _compare(encode: Encode, factors: Factors) -> None:
    known = _values() | dict(factors.curves.select("parameter_id", "value").iter_rows())
    ids = _movable(factors)
    deviations = {}
    for place, name in enumerate(ids):
        moved = np.zeros(2 * len(ids) + 1)
        moved[2 * place + 1] = -STEP * known[name]
        moved[2 * place + 2] = STEP * known[name]
        deviations[name] = moved
    keys = ["region_code", "quantity", "pool"]
    stated = figures.forest_figures(encode(stands_of_every_kind()), factors, ("region",))
    rows = stated.rows.filter(pl.col("pool").is_not_null())
    derivatives = {
        (*key, name): slope
        for *key, name, slope in stated.gradients.select(
            *keys, "parameter_id", "derivative"
        ).iter_rows()
    }
    compared, wrong = 0, []
    for named, values in _drawn(encode, factors, deviations, 2 * len(ids) + 1, ["region_code"]):
        for row, drawn in zip(named.select(keys).iter_rows(), values, strict=True):
            base = drawn[0]
            estimate = rows.row(
                by_predicate=(pl.col("region_code") == row[0])
                & (pl.col("quantity") == row[1])
                & (pl.col("pool") == row[2]),
                named=True,
            )
            # each cell's pool is rounded to 1e-4 t in the estimate
            assert base == pytest.approx(float(estimate["value"]), abs=1e-4 * 1000)
            for place, name in enumerate(ids):
                slope = (drawn[2 * place + 2] - drawn[2 * place + 1]) / (2 * STEP * known[name])
                expected = derivatives.get((*row, name), 0.0)
                allowed = 1e-7 * abs(expected) + 1e-10 * base / abs(known[name])
                compared += 1
                if abs(slope - expected) > allowed:
                    wrong.append((*row, name, slope, expected))
    assert compared == rows.height * len(ids)
    assert wrong == []
    # and every derivative that is stated was compared
    assert {key[-1] for key in derivatives} <= set(ids)


@pytest.mark.parametrize("method", METHODS)
def test_a_measurement_moves_what_it_is_the_measure_of(encode: Encode, method: str) -> None:
    """Area, growing and living stock are proportional to what is measured: d = value."""
    found = figures.forest_figures(encode(stands_of_every_kind()), load_factors(method), ())
    keys = ["quantity", "pool"]
    measured = found.gradients.filter(pl.col("pool").is_null())
    joined = measured.join(found.rows, on=keys, nulls_equal=True)
    assert dict(joined.select("quantity", "parameter_id").iter_rows()) == {
        "area": "measurement.area",
        "growing_stock": "measurement.volume",
        "living_stock": "measurement.volume",
    }
    # decimals as floats
    for slope, value in joined.select("derivative", pl.col("value").cast(pl.Float64)).iter_rows():
        assert slope == pytest.approx(value, rel=1e-12)


def _changed(factors: Factors, by: dict[str, float]) -> Factors:
    """Multiply parameters in the tables themselves."""
    factor = pl.col("parameter_id").replace_strict(by, default=1.0, return_dtype=pl.Float64)
    return replace(
        factors,
        **{name: getattr(factors, name).with_columns(pl.col("value") * factor) for name in FRAMES},
    )


@pytest.mark.parametrize(("method", "fractions", "depth"), CASES)
def test_a_drawn_estimate_is_the_estimate_of_the_drawn_tables(
    encode: Encode, method: str, fractions: Any, depth: Any
) -> None:
    """All parameters moved at once, each by up to 3 %: drawn models against new tables.

    The tables are changed and the whole estimate runs again, stand by stand; the classes of
    ipcc-2006 are those of the published table and are kept far from their bounds by the stands.
    Both round: each of some 700 cells and stands to 1e-4 t, of more than 1000 t a row.
    """
    factors = load_factors(method, fractions, depth)
    known = _values()
    rng = np.random.default_rng(5)
    ids = [name for name in _movable(factors) if name not in MEASUREMENTS]
    sizes = rng.uniform(0.97, 1.03, len(ids))
    moves = {name: float(move) for name, move in zip(ids, sizes, strict=True)}
    deviations = {name: np.array([(moves[name] - 1) * known[name]]) for name in ids}
    again = figures.forest_figures(
        encode(stands_of_every_kind()), _changed(factors, moves), ("region",)
    ).rows.filter(pl.col("pool").is_not_null())
    expected = {
        (region, quantity, pool): float(value)
        for region, quantity, pool, value in again.select(
            "region_code", "quantity", "pool", "value"
        ).iter_rows()
    }
    ((named, values),) = _drawn(encode, factors, deviations, 1, ["region_code"])
    found = dict(zip(named.iter_rows(), values[:, 0], strict=True))
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-5), key
