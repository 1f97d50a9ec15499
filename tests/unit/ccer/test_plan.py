"""Levels of a plan: sums, forms, scenarios, draws."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from sinkcalc.ccer.expression import parse
from sinkcalc.ccer.plan import Equation, Level, Period, Plan, evaluate
from sinkcalc.errors import SinkcalcError

KEYS = {"scenario": pl.String, "stratum": pl.String, "component": pl.String, "form": pl.String}


def _equation(
    level: str, symbol: str, text: str, scenario: str = "both", form: str = ""
) -> Equation:
    return Equation(f"T.{symbol}", level, scenario, form, symbol, parse(text, symbol), "1")  # type: ignore[arg-type]  # one of the levels


def _plan(*equations: Equation) -> Plan:
    """Two strata; in the first two rows of trees under the project, in the second one row.

    Trees: x = 1, 2, 3 in year 0, twice that in year 1. Nothing grows in the baseline but one row
    in the second stratum with x = 10.
    """
    trees = pl.DataFrame(
        {
            "scenario": ["baseline", "project", "project", "project"],
            "stratum": ["2", "1", "1", "2"],
            "component": ["old", "a", "b", "a"],
            "form": ["table", "table", "line", "line"],
        },
        schema=KEYS,
    )
    x = np.array([[10.0, 10.0], [1, 2], [2, 4], [3, 6]])
    strata = pl.DataFrame(
        {"scenario": ["baseline"] * 2 + ["project"] * 2, "stratum": ["1", "2"] * 2}
    )
    levels = (
        Level("tree", trees, {"x": x}, {"p": np.array([-1, 1, 1, 2])}),
        Level("bamboo", trees.clear(), {}, {}),
        Level("stratum", strata, {"ha": np.array([[5.0], [7], [5], [7]])}, {}),
        Level("project", pl.DataFrame({"scenario": [None], "stratum": [None]}), {}, {}),
    )
    parameters = pl.DataFrame({"symbol": ["s", "p", "p"], "value": [100.0, 0.5, 0.25]})
    days = [Period(t, date(2020 + t, 1, 1), date(2020 + t, 12, 31)) for t in (0, 1)]
    return Plan(tuple(days), levels, equations, parameters, {"s": 0})


def test_a_stratum_sums_its_own_trees() -> None:
    """Project: stratum 1 has 1 + 2, then 2 + 4; stratum 2 has 3, then 6."""
    found = evaluate(_plan(_equation("tree", "y", "x"), _equation("stratum", "z", "total(y) * ha")))
    assert found["stratum", "z"][0].tolist() == [[0, 0], [70, 70], [15, 30], [21, 42]]


def test_the_project_sums_one_scenario() -> None:
    plan = _plan(
        _equation("tree", "y", "x"),
        _equation("stratum", "z", "total(y)"),
        _equation("project", "w", "project(z) - baseline(z) + s"),
    )
    assert evaluate(plan)["project", "w"][0].tolist() == [[96, 102]]


def test_an_equation_serves_its_scenario_and_its_form_alone() -> None:
    plan = _plan(
        _equation("tree", "y", "x", form="table"),
        _equation("tree", "y", "x * p", form="line"),
        _equation("tree", "u", "y", scenario="project"),
    )
    found = evaluate(plan)
    # the row without a parameter is not asked for it
    assert found["tree", "y"][0, :, 0].tolist() == [10, 1, 1, 0.75]
    assert found["tree", "u"][0, :, 0].tolist() == [0, 1, 1, 0.75]


def test_a_level_without_rows_adds_nothing() -> None:
    plan = _plan(_equation("bamboo", "culms", "nowhere"), _equation("stratum", "z", "total(culms)"))
    assert not evaluate(plan)["stratum", "z"].any()


def test_draws_are_computed_side_by_side() -> None:
    """Every draw gives what it gives alone, to the last bit."""
    plan = _plan(
        _equation("tree", "y", "x * p / 3", form="line"),
        _equation("stratum", "z", "total(y) / 7"),
        _equation("project", "w", "cumsum(project(z) * s)"),
    )
    draws = np.random.default_rng(1).lognormal(size=(9, 3))
    together = evaluate(plan, draws, keep=[("project", "w")])["project", "w"]
    assert together.shape == (9, 1, 2)
    for place in range(9):
        alone = evaluate(plan, draws[place : place + 1])["project", "w"]
        assert (alone[0] == together[place]).all()


def test_a_name_that_nothing_gives_is_told() -> None:
    with pytest.raises(SinkcalcError, match="gives nowhere"):
        evaluate(_plan(_equation("tree", "y", "nowhere")))
    with pytest.raises(SinkcalcError, match="gives nothing"):
        evaluate(_plan(_equation("stratum", "y", "total(nothing)")))
