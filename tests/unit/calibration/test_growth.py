"""Cells of growth curves, their fit by hand, and what is refused."""

import numpy as np
import polars as pl
import pytest
from made_growth import pair_sums, stands, sums

from sinkcalc.accounting.curves import Curves
from sinkcalc.calibration.growth import GrowthOptions, fit_growth, group_names, served_by
from sinkcalc.calibration.growth_cells import cells_of, spread_power
from sinkcalc.calibration.growth_fit import fit_growth_form
from sinkcalc.models.growth import GROWTH_SYMBOLS, volume_at, volume_slopes

PLANTED = {"species_group": pl.lit("oak"), "origin": pl.lit("planted")}


def rows_of(form: str = "schumacher", seed: int = 1) -> pl.DataFrame:
    drawn = stands(form, np.random.default_rng(seed))  # type: ignore[arg-type]
    return sums(drawn).with_columns(**PLANTED)


def codes(rows: pl.DataFrame) -> set[str]:
    return {p.code for p in fit_growth(rows).problems if p.group == "oak.planted" and not p.form}


def test_cells_hold_mean_and_spread() -> None:
    """2 ha of 50 and 1 ha of 80 m3/ha: mean 60; 2 x 100 + 400 = 600 about it.

    Two stands on 3 ha: a weight of 2/3 a hectare, so 400 by area; 2/3 of 600 alike for stands.
    """
    rows = pl.DataFrame(
        {"region_code": ["a"], "age": [10], "n": [2], "area": [3.0], "volume": [180.0]}
    ).with_columns(square=pl.lit(11400.0))
    for weights in ("area", "stands"):
        cells = cells_of(rows, weights)  # type: ignore[arg-type]
        assert cells.y.tolist() == [60]
        assert cells.weight.tolist() == [2]
        assert cells.within == pytest.approx([400])


def test_spread_about_growth_in_one_ratio() -> None:
    """50 to 70 and 80 to 100 on 2 ha each: ratio 340/260.

    Deviations 70 - 50 r and 100 - 80 r with r = 17/13: 60/13 and -60/13; 4 (60/13)^2 in hectares,
    and a weight of a half a hectare.
    """
    rows = pl.DataFrame(
        {
            "region_code": ["a"],
            "age": [15],
            "age_from": [10],
            "n": [2],
            "area": [4.0],
            "volume": [340.0],
            "square": [29800.0],
            "volume_from": [260.0],
            "square_from": [17800.0],
            "cross": [23000.0],
        }
    )
    cells = cells_of(rows)
    assert cells.within == pytest.approx([2 * (60 / 13) ** 2])
    # f(A2)/f(A1) of Schumacher with b = 12: exp(12 (1/10 - 1/15)) = exp(0.4)
    curve = cells.predicted("schumacher", np.array([1.0, 12.0]))
    assert curve == pytest.approx([65 * np.exp(0.4)])


def test_a_curve_without_spread_is_found_exactly() -> None:
    ages = np.array([5.0, 10, 15, 20, 30, 40, 60, 80])
    for form, true in {
        "schumacher": (200.0, 20.0),
        "logistic": (180.0, 30.0, 0.1),
        "korf": (300.0, 20.0, 0.9),
        "richards": (210.0, 0.05, 3.0),
    }.items():
        v = volume_at(form, np.array(true), ages)  # type: ignore[arg-type]
        rows = pl.DataFrame({"age": ages.astype(int), "volume": v, "square": v**2}).with_columns(
            region_code=pl.lit("a"), n=pl.lit(1), area=pl.lit(1.0)
        )
        fit = fit_growth_form(form, cells_of(rows), 1.0)  # type: ignore[arg-type]
        assert fit.values == pytest.approx(true, rel=1e-5)


def test_the_power_of_the_spread_is_found() -> None:
    """Stands with a constant coefficient of variation have the power 2, equal spread 0."""
    assert spread_power(cells_of(rows_of())) > 1.7
    even = rows_of().with_columns(
        square=pl.col("volume") ** 2 / pl.col("area") + 400 * pl.col("area")
    )
    within = even.group_by("age", maintain_order=True).agg(
        region_code=pl.lit("a"), **{name: pl.col(name).sum() for name in ("n", "area", "volume")}
    )
    within = within.with_columns(
        square=pl.col("volume") ** 2 / pl.col("area") + 400 * pl.col("area")
    )
    assert spread_power(cells_of(within)) < 0.3


@pytest.mark.parametrize("form", GROWTH_SYMBOLS)
def test_slopes_at_age_0_and_beyond(form: str) -> None:
    values = np.array([200.0, 3.0, 0.7])[: len(GROWTH_SYMBOLS[form])]  # type: ignore[index]
    ages = np.array([0.0, 1.0, 40.0])
    found = volume_slopes(form, values, ages)  # type: ignore[arg-type]
    assert np.isfinite(found).all()
    for place in range(len(values)):
        step = np.zeros(len(values))
        step[place] = 1e-6
        up = volume_at(form, values + step, ages)  # type: ignore[arg-type]
        down = volume_at(form, values - step, ages)  # type: ignore[arg-type]
        assert found[:, place] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-6)


def test_too_little_is_refused_with_its_reason() -> None:
    rows = rows_of()
    assert codes(rows) == set()
    assert codes(rows.filter(pl.col("age") <= 18)) == {"growth_few_ages"}
    assert codes(rows.head(1)) == {"growth_few_stands"}
    narrow = rows.with_columns(pl.col("age") // 7 + 40)
    assert codes(narrow) == {"growth_narrow"}
    young = rows.with_columns(pl.col("age") // 3)
    assert codes(young) == {"growth_young"}


def test_stands_that_do_not_grow_have_no_curve() -> None:
    flat = rows_of().with_columns(volume=100 * pl.col("area"), square=11000 * pl.col("area"))
    found = fit_growth(flat)
    assert found.models == []
    assert "no_model" in {problem.code for problem in found.problems}
    falling = rows_of().with_columns(
        volume=(200 - pl.col("age")) * pl.col("area"),
        square=(200 - pl.col("age")) ** 2 * pl.col("area"),
    )
    assert fit_growth(falling).models == []


def test_growth_without_end_has_no_asymptote() -> None:
    """A straight line through the ages: the forms that could follow it run away."""
    line = rows_of().with_columns(
        volume=2 * pl.col("age") * pl.col("area"), square=5 * pl.col("age") ** 2 * pl.col("area")
    )
    found = fit_growth(line)
    told = {p.code for p in found.problems if p.form in ("korf", "richards")}
    assert told <= {"growth_runs_away", "growth_undetermined", "growth_asymptote", "growth_bias"}
    assert told
    for model in found.models:
        oldest = volume_at(model.form, np.array(model.values), np.array([model.x_max]))  # type: ignore[arg-type]
        assert model.values[0] <= 5 * oldest[0]


def test_few_regions_and_one() -> None:
    rows = rows_of()
    few = fit_growth(rows.filter(pl.col("region_code") < "3304"))
    assert few.models[0].sites == 4
    # cells less coefficients: means of the regions stray more than their stands do
    assert few.models[0].df == 4 * 13 - 2
    assert "growth_few_regions" in {problem.code for problem in few.problems}
    one = fit_growth(rows.filter(pl.col("region_code") == "3300"))
    assert "growth_one_region" in {problem.code for problem in one.problems}
    assert one.models
    assert fit_growth(rows).models[0].df == 12


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = rows_of()
    assert (
        fit_growth(rows).models == fit_growth(rows.sample(fraction=1, shuffle=True, seed=1)).models
    )


def test_a_unit_of_volume_scales_the_level_alone() -> None:
    rows = rows_of("logistic")
    options = GrowthOptions(forms=("logistic",), power=2.0)
    scaled = rows.with_columns(volume=pl.col("volume") * 10, square=pl.col("square") * 100)
    one, ten = (fit_growth(part, options).models[-1] for part in (rows, scaled))
    assert ten.values == pytest.approx((one.values[0] * 10, *one.values[1:]), rel=1e-5)


def test_sites_of_another_quality_do_not_touch_stands_measured_twice() -> None:
    """Old stands on poor sites: the curve over age bends, that of the ratio does not."""
    drawn = stands("logistic", np.random.default_rng(2), twice=True)
    poor = (1 - pl.col("age") / 130).alias("site")
    drawn = drawn.with_columns(pl.col("v") * poor, pl.col("w") * poor)
    level = sums(drawn).with_columns(**PLANTED)
    options = GrowthOptions(forms=("logistic",))
    once = fit_growth(level, options).models[-1]
    twice = fit_growth(pair_sums(drawn).with_columns(**PLANTED), options, level).models[-1]
    assert twice.values[1:] == pytest.approx((25, 0.09), rel=0.15)
    assert once.values[2] > 0.1


def test_the_nearest_curve_serves() -> None:
    assert group_names("oak", "natural") == ["oak.natural", ".natural", ""]
    assert group_names(None, "natural") == [".natural", ""]
    assert group_names("oak", None) == [""]
    models = {model.group: model for model in fit_growth(rows_of()).models}
    curves = Curves(models, "stands_over_age", {})
    assert curves.curve_of("oak", "planted") == ("oak.planted", models["oak.planted"])
    assert curves.curve_of("schima_camphor", "planted")[0] == ".planted"
    assert curves.curve_of("oak", "natural")[0] == ""
    assert served_by(rows_of(), ["", ".planted"]) == {"oak.planted": ".planted"}
