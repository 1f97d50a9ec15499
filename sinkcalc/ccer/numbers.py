"""Compute the expressions of a pack with arrays."""

import ast
import math
from collections.abc import Callable
from functools import reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sinkcalc.ccer.expression import (
    ARITHMETIC,
    COMPARISONS,
    FLOOR_DECIMALS,
    PREVIOUS,
    RUNNING,
    SUMS,
    Expression,
    argument,
    called,
)
from sinkcalc.errors import SinkcalcError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
# value of a name; sum of a lower level's name by one of `SUMS`
Lookup = Callable[[str], Floats]
Gather = Callable[[str, str], Floats]


def round_down(value: Floats) -> Floats:
    """Round down to whole numbers, after rounding to a millionth so that 5 is not 4.999…."""
    return np.asarray(np.floor(np.round(value, FLOOR_DECIMALS)))


def unknown_symbol(symbol: str) -> SinkcalcError:
    """Say that no equation, input or parameter gives a symbol."""
    return SinkcalcError(
        zh=f"没有公式、输入或参数给出 {symbol};检查方法学包与项目文件",
        en=f"no equation, input or parameter gives {symbol}: check the pack of the methodology "
        "and the project file",
    )


def power(base: Floats, exponent: Floats) -> Floats:
    """Raise to a power, each figure as if it stood alone.

    NumPy takes the square root where one exponent of 0.5 serves a whole row, and its own power
    where every figure has an exponent: the last bit would depend on what is computed together.
    """
    shape = np.broadcast_shapes(np.shape(base), exponent.shape)
    # a single figure counts as a row with one exponent: it is computed twice
    full = shape if math.prod(shape) > 1 else (2, *shape)
    each = np.power(
        np.ascontiguousarray(np.broadcast_to(base, full)),
        np.ascontiguousarray(np.broadcast_to(exponent, full)),
    )
    return np.asarray(each if full == shape else each[0])


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "exp": np.exp,
    "log": np.log,
    "min": np.minimum,
    "max": np.maximum,
    "floor": round_down,
}


def numbers(expression: Expression, lookup: Lookup, gather: Gather) -> Floats:
    """Compute an expression.

    Parameters
    ----------
    lookup
        Name -> draws x rows x years, or what broadcasts to it; years from 0.
    gather
        Function of `SUMS` and name -> the sum, in the same shape.

    Returns
    -------
    draws x rows x years, in the unit of the equation.
    """
    # a ratio of two zeros stands in a branch that is not taken; what is not finite at the end is
    # refused where it is used
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(_Numbers(lookup, gather).visit(expression.tree), dtype=np.float64)


class _Numbers(ast.NodeVisitor):
    def __init__(self, lookup: Lookup, gather: Gather) -> None:
        self._lookup = lookup
        self._gather = gather

    def visit_Constant(self, node: ast.Constant) -> Any:
        return node.value

    def visit_Name(self, node: ast.Name) -> Floats:
        return self._lookup(node.id)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Pow) and isinstance(right, np.ndarray):
            return power(left, right)
        return ARITHMETIC[type(node.op)][0](left, right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        inner = self.visit(node.operand)
        return -inner if isinstance(node.op, ast.USub) else np.logical_not(inner)

    def visit_Compare(self, node: ast.Compare) -> Any:
        compare = COMPARISONS[type(node.ops[0])][0]
        return compare(self.visit(node.left), self.visit(node.comparators[0]))

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        step = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return reduce(step, [self.visit(each) for each in node.values])

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        return np.where(self.visit(node.test), self.visit(node.body), self.visit(node.orelse))

    def visit_Call(self, node: ast.Call) -> Any:
        name = called(node)
        if name in SUMS:
            return self._gather(name, argument(node))
        values = [self.visit(each) for each in node.args]
        if name == PREVIOUS:
            now = values[0]
            return np.concatenate([now[..., :1], now[..., :-1]], axis=-1)
        if name in RUNNING:
            running = np.cumsum if name == "cumsum" else np.cumprod
            return running(values[0], axis=-1)
        function = _FUNCTIONS[name]
        return function(values[0]) if len(values) == 1 else reduce(function, values)
