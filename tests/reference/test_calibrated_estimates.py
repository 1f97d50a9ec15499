"""Estimates by models that were fitted to samples, by hand."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from made_errors import exactly_measured
from made_models import MODELS, calibrated_factors, made_model

from sinkcalc.calibration.forms import predict
from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.figures import Figures, forest_figures
from sinkcalc.uncertainty.draws import Chance
from sinkcalc.uncertainty.errors import published_errors

Encode = Callable[..., pl.LazyFrame]
# A m2 ha, V m3
STANDS = (("12.5", "700"), ("40", "3600"), ("3.2", "250"))


def _figures(encode: Encode, species: str, factors: Any, chance: Chance | None = None) -> Figures:
    stands = [("330102", "arbor", a, species, "natural", "middle", v) for a, v in STANDS]
    return forest_figures(encode(stands), factors, (), chance=chance)


def _value(found: Figures, pool: str, quantity: str = "biomass") -> float:
    rows = found.rows.filter(pl.col("quantity") == quantity, pl.col("pool") == pool)
    return float(rows["value"].item())


@pytest.mark.parametrize(("form", "group", "pool", "values"), MODELS, ids=[m[0] for m in MODELS])
def test_biomass_is_the_sum_of_the_curve_over_stands(
    encode: Encode, form: str, group: str, pool: str, values: tuple[float, ...]
) -> None:
    """B = sum A f(V/A), f evaluated by the fit's own code; whole trees split, or roots added.

    R of the group is read back from the two pools: above and below ground share it. Each stand is
    rounded to 1e-4 t.
    """
    factors = calibrated_factors()
    found = _figures(encode, group, factors)
    area, volume = (np.array([float(s[i]) for s in STANDS]) for i in (0, 1))
    curve = predict(made_model(form, group, pool, values).model, volume / area)
    mass = float(np.sum(area * curve))
    ratio = _value(found, "below_ground") / _value(found, "above_ground")
    whole = mass if pool == "whole_tree" else mass * (1 + ratio)
    assert 0.1 < ratio < 0.5
    assert _value(found, "total") == pytest.approx(whole, abs=5e-4)
    assert found.rows["share_fallback"].max() == 0
    assert set(found.flags["flag"]) >= {"calibrated_model"}


def test_species_before_group_before_all(encode: Encode) -> None:
    """Birch is a hard broadleaf: its own model, then that of the group, then that of all."""
    every = made_model("origin", "", "whole_tree", (0.5,))
    group = made_model("origin", "hard_broadleaf", "whole_tree", (0.7,))
    own = made_model("origin", "birch", "whole_tree", (0.9,))
    volume = sum(float(v) for _, v in STANDS)
    for models, slope in (((every,), 0.5), ((every, group), 0.7), ((every, group, own), 0.9)):
        found = _figures(encode, "birch", calibrated_factors(*models))
        assert _value(found, "total") == pytest.approx(slope * volume, abs=5e-4)


def test_what_no_model_serves_falls_back_and_says_so(encode: Encode) -> None:
    """Cypress by cbef-zhejiang: 0.6129 V + 46.1451 A; half of the area falls back."""
    stands = [
        ("330102", "arbor", "10", "cypress", None, None, "900"),
        ("330102", "arbor", "10", "oak", None, None, "900"),
    ]
    found = forest_figures(encode(stands), calibrated_factors(), ())
    expected = 0.6129 * 900 + 46.1451 * 10 + 1.1 * 900 + 9.0 * 10
    assert _value(found, "total") == pytest.approx(expected, abs=5e-4)
    total = found.rows.filter(pl.col("quantity") == "biomass", pl.col("pool") == "total")
    assert total["share_fallback"].item() == 0.5
    flags = dict(found.flags.group_by("flag").agg(pl.col("stands").sum()).iter_rows())
    assert flags["calibrated_model"] == flags["calibrated_model_fallback"] == 1
    used = found.parameters.filter(pl.col("status") == "calibrated")
    assert used["locator"].str.contains("sha256").all()


def test_error_of_a_line_by_hand(encode: Encode) -> None:
    """Oak: s = (sum V, sum A), Var = s' C s + 144 sum A^2; the root:shoot ratio cancels.

    C as in `made_models`: se(a) = 0.055, se(b) = 0.27, correlation -0.8.
    """
    factors = calibrated_factors()
    chance = Chance(exactly_measured(published_errors(factors)))
    found = _figures(encode, "oak", factors, chance)
    row = found.rows.filter(pl.col("quantity") == "biomass", pl.col("pool") == "total")
    area = [float(a) for a, _ in STANDS]
    v, a = sum(float(v) for _, v in STANDS), sum(area)
    coefficients = (v * 0.055) ** 2 + (a * 0.27) ** 2 - 2 * 0.8 * v * 0.055 * a * 0.27
    single = 144.0 * sum(x**2 for x in area)
    assert row["se"].item() == pytest.approx(math.sqrt(coefficients + single), rel=1e-9)


def test_spread_of_a_power_goes_with_the_prediction(encode: Encode) -> None:
    """Masson pine: each stand spreads by 20 % of its biomass; sum of squares over stands.

    The prediction is taken at the mean of a class of volumes that differ by less than 1.25 times:
    here every stand is alone in its class.
    """
    factors = calibrated_factors()
    chance = Chance(exactly_measured(published_errors(factors)))
    found = _figures(encode, "masson_pine", factors, chance)
    parts = found.budget.filter(
        pl.col("quantity") == "biomass", pl.col("pool") == "total", pl.col("source") == "residual"
    )
    mass = [float(a) * 1.9 * (float(v) / float(a)) ** 0.83 for a, v in STANDS]
    expected = 0.04 * sum(m**2 for m in mass)
    assert parts["variance"].item() == pytest.approx(expected, rel=1e-6)


def test_a_stand_outside_the_samples_is_flagged(encode: Encode) -> None:
    """Samples of 5 to 150 m3/ha: 1600 m3 on 10 ha lie outside, 900 m3 inside."""
    for volume, share in (("1600", 1.0), ("900", 0.0)):
        stands = [("330102", "arbor", "10", "oak", None, None, volume)]
        found = forest_figures(encode(stands), calibrated_factors(), ())
        total = found.rows.filter(pl.col("quantity") == "biomass", pl.col("pool") == "total")
        assert total["share_extrapolated"].item() == share


@pytest.mark.parametrize(
    ("form", "values", "outside"),
    [
        # below 40 m3/ha a line of 0.9 V - 36 is negative, and 0 there
        ("linear", (0.9, -36.0), ("300", "400")),
        # a hyperbola of 1 - 0.008 V is infinite at 125 m3/ha (both exact) and negative beyond
        ("hyperbolic", (1.0, -0.008), ("1250", "1600")),
    ],
)
def test_where_a_curve_is_no_biomass_the_published_equation_serves(
    encode: Encode, form: str, values: tuple[float, ...], outside: tuple[str, ...]
) -> None:
    """10 ha each, one of 900 m3 that the curve serves; the others by cbef-zhejiang, as flagged.

    What the published equation gives is that of the stands alone, without a model of the group.
    """
    own = made_model(form, "oak", "whole_tree", values)
    other = made_model("linear", "birch", "whole_tree", (1.0, 9.0))
    errors = exactly_measured(published_errors(calibrated_factors(own)))
    chance = Chance(errors, draws=50, seed=1)

    def figures(factors: Any, *volumes: str, chance: Chance | None = None) -> Figures:
        stands = [("330102", "arbor", "10", "oak", None, None, v) for v in volumes]
        return forest_figures(encode(stands), factors, (), chance=chance)

    found = figures(calibrated_factors(own), "900", *outside, chance=chance)
    inside = 10 * float(predict(own.model, np.array([90.0]))[0])
    published = _value(figures(calibrated_factors(other), *outside), "total")
    assert inside > 0
    assert _value(found, "total") == pytest.approx(inside + published, abs=5e-4)
    flags = dict(found.flags.group_by("flag").agg(pl.col("stands").sum()).iter_rows())
    assert (flags["calibrated_model"], flags["calibrated_model_fallback"]) == (1, 2)
    row = found.rows.filter(pl.col("quantity") == "biomass", pl.col("pool") == "total")
    assert row["share_fallback"].item() == pytest.approx(2 / 3)
    assert all(math.isfinite(row[name].item()) for name in ("se", "ci_low", "ci_high"))


def test_models_of_unknown_groups_are_refused() -> None:
    with pytest.raises(SinkcalcError, match="no active volume-biomass model") as caught:
        calibrated_factors(made_model("origin", "Q. robur", "whole_tree", (0.5,)))
    assert "Q. robur" in caught.value.text("zh")
