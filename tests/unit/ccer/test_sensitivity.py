"""Interval, budget and tornado of a project against what can be known without drawing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made_ccer_plan import forest_plan

from sinkcalc.calibration.model import Model
from sinkcalc.ccer.measured import with_measured
from sinkcalc.ccer.plan import Plan, evaluate
from sinkcalc.ccer.plan_errors import plan_errors
from sinkcalc.ccer.project import MeasuredErrors
from sinkcalc.ccer.sensitivity import TOGETHER, budget, draw, intervals, project_series
from sinkcalc.ccer.tornado import tornado, unknown_errors
from sinkcalc.errors import UsageProblem

DRAWS = 20_000
# of the standard normal distribution
Z95, Z90 = 1.959963985, 1.644853627


def _bare(plan: Plan) -> Plan:
    """Without shrubs in the baseline: the reductions are those of the trees alone."""
    levels = [
        replace(level, inputs={**level.inputs, "shrub_cover": level.inputs["shrub_cover"] * 0})
        if level.name == "stratum"
        else level
        for level in plan.levels
    ]
    return replace(plan, levels=tuple(levels))


def _one_factor(error: float) -> Plan:
    """One stratum, one planting on a growth table, no error but that of its wood density."""
    return _bare(forest_plan(1, 20, {"wood_density": error}))


def _total(plan: Plan) -> float:
    return float(evaluate(plan)["project", "cumulative_t"][0, 0, -1])


def _schumacher(relative: float) -> Model:
    """V = 300 exp(-12/A) with var(a) = (300 r)^2, var(b) = (12 r)^2, correlation 0.6."""
    values = np.array([300.0, 12.0])
    correlation = np.array([[1.0, 0.6], [0.6, 1.0]])
    covariance = correlation * np.outer(values, values) * relative**2
    return Model(
        kind="growth",
        form="schumacher",
        group="schumacher",
        estimator="ols",
        symbols=("a", "b"),
        values=tuple(values.tolist()),
        covariance=tuple(map(tuple, covariance.tolist())),
        df=30,
        residual_variance=1,
        residual_power=1,
        residual_base="size",
        correction="none",
        correction_factor=1,
        n=100,
        sites=5,
        x_min=1,
        x_max=50,
    )


def test_interval_of_one_factor_is_that_of_a_lognormal_number() -> None:
    """The total is proportional to the wood density: total = k D, D lognormal with mean 0.4.

    r = 0.08/0.4 = 0.2, s^2 = ln(1 + 0.04); quantile = total exp(z s - s^2/2), SE = 0.2 total.
    20,000 draws know the mean to 0.14 % and an end of 95 % to about 0.5 % (one sigma).
    """
    plan = _one_factor(0.08)
    total = _total(plan)
    rows = intervals(plan, project_series(plan, draw(plan, plan_errors(plan), DRAWS, 7).values()))
    last = rows.row(-1, named=True)
    s = np.sqrt(np.log(1.04))
    assert (last["quantity"], last["period"], last["draws"]) == ("cumulative", 20, DRAWS)
    assert last["value"] == total
    assert last["mean"] == pytest.approx(total, rel=0.006)
    assert last["se"] == pytest.approx(0.2 * total, rel=0.03)
    for name, z in (("ci_low", -Z95), ("ci_high", Z95), ("p05", -Z90), ("p95", Z90)):
        assert last[name] == pytest.approx(total * np.exp(z * s - s * s / 2), rel=0.02)


def test_every_year_has_its_interval() -> None:
    """Years are proportional to the same factor: the relative ends are those of the total."""
    plan = _one_factor(0.08)
    rows = intervals(plan, project_series(plan, draw(plan, plan_errors(plan), 500, 7).values()))
    yearly = rows.filter(pl.col("quantity") == "reduction", pl.col("value") > 0)
    total = rows.row(-1, named=True)
    assert rows.height == 2 * 20
    assert yearly.height >= 18
    for row in yearly.iter_rows(named=True):
        for end in ("ci_low", "ci_high", "p05", "p95"):
            assert row[end] / row["value"] == pytest.approx(total[end] / total["value"], rel=1e-9)


def test_figures_do_not_depend_on_the_size_of_blocks() -> None:
    errors = {"wood_density": 0.04, "bef": 0.15, "bdr_sf": 0.02, "curve": 0.01}
    plan = with_measured(
        forest_plan(7, 15, errors, _schumacher(0.05)), MeasuredErrors(0.03, {"made": 0.1})
    )
    values = draw(plan, plan_errors(plan), 101, 3).values()
    whole = project_series(plan, values)
    for block in (1, 2, 10, 100, 101, 1000):
        part = project_series(plan, values, block)
        assert part.reduction.tobytes() == whole.reduction.tobytes()
        assert part.cumulative.tobytes() == whole.cumulative.tobytes()


def test_a_parameter_has_the_same_draws_whatever_else_is_drawn() -> None:
    one = forest_plan(3, 5, {"bef": 0.15})
    two = forest_plan(3, 5, {"bef": 0.15, "wood_density": 0.04})
    place = one.parameters["symbol"].to_list().index("bef")
    drawn = [draw(plan, plan_errors(plan), 50, 11).values() for plan in (one, two)]
    assert (drawn[0][:, place] == drawn[1][:, place]).all()
    assert drawn[0][:, place].std() > 0


def test_tornado_of_a_linear_parameter_is_symmetric() -> None:
    """One standard error of 0.02 on 0.4 is 5 %: the total moves by 5 % to both sides."""
    plan = _one_factor(0.02)
    total = _total(plan)
    row = tornado(plan, plan_errors(plan)).row(0, named=True)
    assert (row["symbol"], row["key"], row["basis"], row["rank"]) == (
        *("wood_density", "fir", "published", 1),
    )
    assert (row["parameter_low"], row["parameter_high"]) == pytest.approx((0.38, 0.42))
    assert row["total"] == total
    assert row["change_high"] == pytest.approx(0.05 * total)
    assert row["change_low"] == pytest.approx(-0.05 * total)
    assert row["width"] == pytest.approx(0.1 * total)


def test_ends_of_ninety_percent_are_those_of_the_draws() -> None:
    plan = _one_factor(0.08)
    total = _total(plan)
    row = tornado(plan, plan_errors(plan), "p90").row(0, named=True)
    s = np.sqrt(np.log(1.04))
    assert row["total_low"] == pytest.approx(total * np.exp(-Z90 * s - s * s / 2))
    assert row["total_high"] == pytest.approx(total * np.exp(Z90 * s - s * s / 2))


def test_a_curve_moves_by_the_standard_error_that_its_covariance_gives() -> None:
    """One stratum on V = a exp(-b/A): ln V = ln a - b/A, total = k a exp(-b/A_T) (1 - DR).

    d ln(total)/d ln a = 1, d ln(total)/d ln b = -b/A_T = -12/20 = -0.6; relative errors r = 1e-4
    with correlation 0.6: se = r sqrt(1 + 0.36 - 2*0.6*0.6) = r sqrt(0.64) = 0.8 r. Moved one by
    one and added by squares they would give r sqrt(1.36).
    """
    plan = _bare(forest_plan(1, 20, None, _schumacher(1e-4)))
    trees = plan.level("tree")
    rows = trees.rows.with_columns(pl.lit("schumacher").alias("form"))
    place = {
        s: plan.parameters["parameter_id"].to_list().index(f"growth.schumacher.{s}") for s in "ab"
    }
    curve = {f"curve_{s}": np.array([at]) for s, at in place.items()}
    moved = replace(
        trees,
        rows=rows,
        inputs={**trees.inputs, "thinned_fraction": trees.inputs["thinned_fraction"] * 0},
        parameters={**trees.parameters, **curve},
    )
    plan = replace(plan, levels=(moved, *plan.levels[1:]))
    row = tornado(plan, plan_errors(plan)).row(0, named=True)
    assert (row["symbol"], row["basis"]) == ("growth_curve", "sample")
    assert row["change_high"] == pytest.approx(0.8e-4 * row["total"], rel=1e-3)
    assert row["change_low"] == pytest.approx(-0.8e-4 * row["total"], rel=1e-3)


def test_budget_of_a_product() -> None:
    """Total = k D CF with relative errors 0.1 and 0.04 (2 % of 0.5 each).

    Variances 0.01 and 0.0016 of 0.01 + 0.0016 + 0.01*0.0016 = 0.011616: 0.8609 and 0.1377; the
    product of both has 0.0014.
    """
    plan = _bare(forest_plan(1, 20, {"wood_density": 0.04, "carbon_fraction": 0.02}))
    draws = draw(plan, plan_errors(plan), DRAWS, 5)
    rows = budget(draws, project_series(plan, draws.values()))
    share = dict(zip(rows["symbol"], rows["variance_fraction"], strict=True))
    assert rows["symbol"].to_list() == ["wood_density", "carbon_fraction", TOGETHER]
    assert share["wood_density"] == pytest.approx(0.861, abs=0.02)
    assert share["carbon_fraction"] == pytest.approx(0.138, abs=0.01)
    assert sum(share.values()) == pytest.approx(1)
    assert rows["se"][0] == pytest.approx(0.1 * _total(plan), rel=0.03)


@pytest.mark.parametrize(
    ("status", "basis"), [("project", "stated"), ("in_place", "stated"), ("published", "published")]
)
def test_a_figure_of_the_project_has_a_stated_error(status: str, basis: str) -> None:
    """Whether it stands in the place of a shipped one or is one that only the project knows."""
    plan = _one_factor(0.08)
    marked = plan.parameters.with_columns(
        pl.when(pl.col("symbol") == "wood_density")
        .then(pl.lit(status))
        .otherwise("status")
        .alias("status")
    )
    errors = plan_errors(replace(plan, parameters=marked))
    assert {one.group: one.basis for one in errors.errors}["wood_density"] == basis


def test_areas_and_growth_tables_carry_their_errors() -> None:
    """The factors change nothing by themselves; 3 % of area moves the total by 3 %."""
    plan = _bare(forest_plan(1, 20))
    measured = with_measured(plan, MeasuredErrors(0.03, {"made": 0.1}))
    before, after = evaluate(plan), evaluate(measured)
    assert all((before[key] == after[key]).all() for key in before)
    rows = tornado(measured, plan_errors(measured)).rows_by_key("symbol", named=True, unique=True)
    total = _total(plan)
    assert rows["area_factor"]["change_high"] == pytest.approx(0.03 * total)
    assert rows["table_factor"]["change_high"] == pytest.approx(0.1 * total)
    assert rows["table_factor"]["key"] == "made"
    assert {rows[name]["basis"] for name in rows} == {"stated"}


def test_an_area_without_a_stated_error_has_the_assumed_one() -> None:
    """5 % allowed by the standard, rectangular: 0.029 in the table of assumed errors."""
    plan = with_measured(_bare(forest_plan(1, 20)), MeasuredErrors())
    errors = plan_errors(plan)
    row = tornado(plan, errors).row(0, named=True)
    assert (row["symbol"], row["basis"]) == ("area_factor", "assumed")
    assert row["change_high"] == pytest.approx(0.029 * row["total"])
    assert errors.assumed["assumed_id"].to_list() == ["assumed-error.area"]


def test_assumed_errors_of_shared_rows_move_parameters_together() -> None:
    """Species values of one set of carbon fractions share an error; wood densities do not."""
    plan = forest_plan(2, 10)
    ids = pl.col("parameter_id").replace(
        {
            "test.carbon_fraction.fir": "carbon-fraction.ipcc-2006.fir",
            "test.carbon_fraction.oak": "carbon-fraction.ipcc-2006.oak",
            "test.wood_density.fir": "wood-density.fir",
            "test.wood_density.oak": "wood-density.oak",
        }
    )
    plan = replace(plan, parameters=plan.parameters.with_columns(ids))
    errors = plan_errors(plan)
    counts = sorted((error.group, len(error.places)) for error in errors.errors)
    assert counts == [("carbon_fraction", 2), ("wood_density", 1), ("wood_density", 1)]
    values = draw(plan, errors, 100, 1).values() / np.maximum(plan.base_values(), 1e-9)
    fractions = next(e.places for e in errors.errors if e.group == "carbon_fraction")
    assert values[:, fractions[0]] == pytest.approx(values[:, fractions[1]], rel=1e-12)
    densities = [e.places[0] for e in errors.errors if e.group == "wood_density"]
    assert abs(np.corrcoef(values[:, densities].T)[0, 1]) < 0.4


def test_parameters_without_an_error_are_named_and_count_as_exact() -> None:
    plan = _one_factor(0.02)
    errors = plan_errors(plan)
    unknown = plan.parameters[errors.unknown.tolist()]["parameter_id"].to_list()
    assert "test.bef.fir" in unknown
    assert "test.wood_density.fir" not in unknown
    # nothing stands on the other species, nor on any curve
    assert not [name for name in unknown if "oak" in name or name.startswith("growth.")]
    values = draw(plan, errors, 10, 1).values()
    exact = values[:, errors.unknown]
    assert (exact == exact[0]).all()


def test_parameters_without_an_error_are_moved_by_a_tenth_if_asked() -> None:
    plan = _one_factor(0.02)
    errors = plan_errors(plan)
    rows = tornado(plan, errors, unknown_by=0.1)
    assert rows.height == 1 + len(unknown_errors(plan, errors))
    bef = rows.filter(pl.col("symbol") == "bef").row(0, named=True)
    assert (bef["basis"], bef["key"]) == ("unknown", "fir")
    assert bef["change_high"] == pytest.approx(0.1 * bef["total"])
    widths = rows["width"].to_list()
    assert widths == sorted(widths, reverse=True)


def test_an_own_table_of_errors_comes_first(tmp_path: Path) -> None:
    """It may speak of a parameter of the pack; one that fits nothing is refused."""
    path = tmp_path / "errors.csv"
    path.write_text("match,relative_se\ntest.wood_density.,30%\n", encoding="utf-8")
    plan = _one_factor(0.02)
    row = tornado(plan, plan_errors(plan, path)).row(0, named=True)
    assert (row["basis"], row["parameter_low"]) == ("stated", pytest.approx(0.28))
    path.write_text("match,relative_se\nnothing.of.this,30%\n", encoding="utf-8")
    with pytest.raises(UsageProblem, match="fits no parameter"):
        plan_errors(plan, path)
