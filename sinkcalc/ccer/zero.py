"""Equations that do not enter a project's results: pools not counted, no shrubs, no fire."""

import ast
from collections.abc import Sequence
from typing import Final

from sinkcalc.ccer.expression import SUMS, argument, called
from sinkcalc.ccer.plan import Equation, Level

# functions that do not give 0 of 0
_NOT_ZERO_OF_ZERO: Final = ("exp", "log")
_Place = tuple[str, str]


def idle_equations(equations: Sequence[Equation], levels: Sequence[Level]) -> frozenset[str]:
    """Return the ids of the equations that the results do not depend on.

    Those made for no row; those that an input which is 0 in every row and year multiplies (a
    pool's flag, the cover of shrubs, the burnt area); and those that only serve such. Parameters
    never count as 0.
    """
    # a pack may list the project's equations before those of the strata that they sum
    places = {level.name: place for place, level in enumerate(levels)}
    upward = sorted(equations, key=lambda each: places[each.level])
    alive = _not_zero(upward, {level.name: level for level in levels})
    wanted: set[_Place] = set()
    working = set()
    for equation in reversed(upward):
        place = (equation.level, equation.symbol)
        if equation.equation_id in alive and (equation.level == "project" or place in wanted):
            working.add(equation.equation_id)
            wanted |= {(equation.level, name) for name in equation.expression.names}
            sums = {symbol for _, symbol in equation.expression.sums}
            wanted |= {(each.level, each.symbol) for each in equations if each.symbol in sums}
    return frozenset(each.equation_id for each in equations if each.equation_id not in working)


def _not_zero(equations: Sequence[Equation], levels: dict[str, Level]) -> set[str]:
    """Return the ids of the equations that may give something else than 0 in some row."""
    symbols = {(each.level, each.symbol) for each in equations}
    filled: set[_Place] = set()
    alive = set()
    for equation in equations:
        level = levels[equation.level]
        empty = {name for name, values in level.inputs.items() if not values.any()}
        empty |= {name for at, name in symbols - filled if at == level.name}
        below = {symbol for _, symbol in filled}
        made = level.served_by(equation) is not None
        if made and not _zero(equation.expression.tree, empty, below):
            alive.add(equation.equation_id)
            filled.add((level.name, equation.symbol))
    return alive


def _zero(node: ast.AST, empty: set[str], below: set[str]) -> bool:
    """Tell whether an expression is 0 because the names in `empty` are."""

    def zero(inner: ast.AST) -> bool:
        return _zero(inner, empty, below)

    if isinstance(node, ast.Constant):
        return node.value == 0
    if isinstance(node, ast.Name):
        return node.id in empty
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and zero(node.operand)
    if isinstance(node, ast.IfExp):
        return zero(node.body) and zero(node.orelse)
    if isinstance(node, ast.BinOp):
        left, right = zero(node.left), zero(node.right)
        if isinstance(node.op, ast.Mult):
            return left or right
        return left and (right or isinstance(node.op, (ast.Div, ast.Pow)))
    if isinstance(node, ast.Call) and called(node) in SUMS:
        return argument(node) not in below
    return (
        isinstance(node, ast.Call)
        and called(node) not in _NOT_ZERO_OF_ZERO
        and all(zero(each) for each in node.args)
    )
