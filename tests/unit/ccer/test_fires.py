"""Fires after the event: the larger of the plan's biomass and what plots showed."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from sinkcalc.ccer.expression import parse
from sinkcalc.ccer.fires import fires_ex_post, has_fire
from sinkcalc.ccer.periods import periods_of
from sinkcalc.ccer.plan import Equation, Level, Plan, evaluate

PINE, FIR = 0.46, 0.5


def _plan(grown: float, burnable: str = "total(agb_t_per_ha)") -> Plan:
    """Give two strata of pine and fir; 2 ha of S1 burn in year 2, each t burnt emits 0.1 t CO2e."""
    rows = pl.DataFrame(
        {"scenario": ["baseline", "project"] * 2, "stratum": ["S1", "S1", "S2", "S2"]}
    )
    rows = rows.sort("scenario", "stratum")
    trees = rows.filter(pl.col("scenario") == "project").with_columns(
        component=pl.lit("all"), species=pl.lit("x"), form=pl.lit("table")
    )
    burnt = np.zeros((4, 4))
    burnt[2, 2] = 2.0
    lines = [
        ("tree", "agb_t_per_ha", "grown"),
        ("stratum", "burnable_t_per_ha", burnable),
        (
            "stratum",
            "fire_t",
            "0.1*burnt_ha*max(prev(burnable_t_per_ha),burnable_t_per_ha) if t > 0 else 0",
        ),
    ]
    equations = tuple(
        Equation(symbol, level, "project", "", symbol, parse(text, symbol), "t")
        for level, symbol, text in lines
    )
    years = np.arange(4.0)[np.newaxis]
    return Plan(
        periods=periods_of(date(2021, 1, 1), 3),
        levels=(
            Level(
                "tree",
                trees,
                {"grown": np.full((2, 1), grown)},
                {"carbon_fraction": np.array([0, 1])},
            ),
            Level("bamboo", trees.clear(), {}, {}),
            Level(
                "stratum",
                rows,
                {"burnt_ha": burnt, "area_ha": np.full((4, 1), 10.0), "t": years},
                {},
            ),
        ),
        equations=equations,
        parameters=pl.DataFrame({"symbol": ["carbon_fraction"] * 2, "value": [PINE, FIR]}),
        shared={},
    )


@pytest.mark.parametrize(
    ("grown", "carbon", "emission"),
    [
        # the curve is near 0: 15/0.46 = 32.6087 t d.m./ha, 0.1·2·32.6087
        (1e-9, {"S1": 15.0}, 6.5217391),
        # the plan has more: 0.1·2·40
        (40.0, {"S1": 15.0}, 8.0),
        # no earlier plots: the plan's
        (40.0, {}, 8.0),
        # of a stratum that did not burn
        (40.0, {"S2": 500.0}, 8.0),
    ],
)
def test_the_larger_biomass_burns(grown: float, carbon: dict[str, float], emission: float) -> None:
    plan = _plan(grown)
    found = fires_ex_post(plan, evaluate(plan), carbon)
    assert found == pytest.approx([0, 0, emission, 0])


def test_a_pack_without_biomass_that_burns_has_the_fires_of_its_plan() -> None:
    plan = _plan(40.0)
    bare = tuple(
        replace(one, expression=parse("7", "fire")) if one.symbol == "fire_t" else one
        for one in plan.equations
        if one.symbol != "burnable_t_per_ha"
    )
    plan = replace(plan, equations=bare)
    assert fires_ex_post(plan, evaluate(plan), {"S1": 15.0}).tolist() == [14, 14, 14, 14]


def test_whether_something_burnt() -> None:
    plan = _plan(1.0)
    assert has_fire(plan, date(2022, 12, 31), date(2023, 6, 1))
    assert not has_fire(plan, date(2021, 1, 1), date(2021, 12, 31))
