"""What of a plan no draw changes, computed once."""

import ast
from dataclasses import replace

import numpy as np

from sinkcalc.ccer.expression import Expression
from sinkcalc.ccer.numbers import Floats
from sinkcalc.ccer.plan import BOTH, Equation, Level, Plan, evaluate


def settled(plan: Plan, values: Floats) -> Plan:
    """Return a plan in which what is the same in all draws stands among the inputs.

    Growth tables, what thinnings leave, the baseline: often half of the work. Every figure is the
    same to the last bit.

    Parameters
    ----------
    values
        draws x parameters.
    """
    moving = _moving(plan, (values != values[:1]).any(axis=0))
    still = [
        (one.level, one.symbol) for one in plan.equations if (one.level, one.symbol) not in moving
    ]
    results = evaluate(plan, values[:1], dict.fromkeys(still))
    levels = tuple(
        replace(
            level,
            inputs=level.inputs
            | {symbol: found[0] for (name, symbol), found in results.items() if name == level.name},
        )
        for level in plan.levels
    )
    return replace(plan, levels=levels, equations=tuple(_equations(plan, set(still))))


def _equations(plan: Plan, still: set[tuple[str, str]]) -> list[Equation]:
    """Return the equations, those of known figures once and as the figure itself."""
    out: list[Equation] = []
    done: set[tuple[str, str]] = set()
    for one in plan.equations:
        here = (one.level, one.symbol)
        if here not in still:
            out.append(one)
        elif here not in done:
            done.add(here)
            name = Expression(one.symbol, ast.Name(one.symbol, ast.Load()))
            out.append(replace(one, scenario=BOTH, form="", expression=name))
    return out


def _moving(plan: Plan, varies: np.typing.NDArray[np.bool_]) -> set[tuple[str, str]]:
    """Return level and symbol of every result that depends on a parameter that varies."""
    moving: set[tuple[str, str]] = set()
    for level in plan.levels:
        names = _varying_names(plan, level, varies)
        for one in plan.of_level(level.name):
            own = any(name in names for name in one.expression.names)
            below = any((plan.home_of(name), name) in moving for _, name in one.expression.sums)
            if own or below:
                moving.add((level.name, one.symbol))
                names.add(one.symbol)
    return moving


def _varying_names(plan: Plan, level: Level, varies: np.typing.NDArray[np.bool_]) -> set[str]:
    names = {symbol for symbol, place in plan.shared.items() if varies[place]}
    for symbol, places in level.parameters.items():
        if varies[places[places >= 0]].any():
            names.add(symbol)
        else:
            names.discard(symbol)
    return names - level.inputs.keys()
