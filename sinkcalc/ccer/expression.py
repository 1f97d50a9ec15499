"""The equations and rules of a methodology, as they stand in its pack.

An equation is one line of arithmetic in the pack's table. The same line is computed with arrays,
judged over parcels, and written as a formula into a cell of the workbook, so that no two of them
can differ.
"""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sinkcalc.errors import SinkcalcError

# sums over the rows of a lower level: of the same scenario and stratum; of one scenario
SUMS: Final = ("total", "project", "baseline")
# of the running year and those before; a whole right-hand side
RUNNING: Final = ("cumsum", "cumprod")
PREVIOUS: Final = "prev"
ARITHMETIC: Final[dict[type[ast.operator], tuple[Callable[[Any, Any], Any], str]]] = {
    ast.Add: (operator.add, "+"),
    ast.Sub: (operator.sub, "-"),
    ast.Mult: (operator.mul, "*"),
    ast.Div: (operator.truediv, "/"),
    ast.Pow: (operator.pow, "^"),
}
COMPARISONS: Final[dict[type[ast.cmpop], tuple[Callable[[Any, Any], Any], str]]] = {
    ast.Lt: (operator.lt, "<"),
    ast.LtE: (operator.le, "<="),
    ast.Gt: (operator.gt, ">"),
    ast.GtE: (operator.ge, ">="),
    ast.Eq: (operator.eq, "="),
    ast.NotEq: (operator.ne, "<>"),
}
# decimals to which a figure is rounded before it is rounded down, so that 5 is not 4.999…
FLOOR_DECIMALS: Final = 6
FUNCTIONS: Final = ("exp", "log", "min", "max", "floor")
_OF_SEVERAL: Final = ("min", "max")
_SIGNS: Final = (ast.USub, ast.Not, ast.And, ast.Or, *ARITHMETIC, *COMPARISONS)
_PLAIN: Final = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.IfExp, ast.Name, ast.Load)


@dataclass(frozen=True)
class Expression:
    """One line of arithmetic: + - * / ** comparisons, and, or, not, `a if b else c`, functions.

    Functions: exp, log, min, max, floor (down to a whole number); `prev(x)` is x a year before, x
    itself in year 0; `cumsum(…)` and `cumprod(…)` over the years up to this one, as a whole
    right-hand side; `total(x)` sums x of a lower level within the scenario and stratum,
    `project(x)` and `baseline(x)` over all strata of a scenario.
    """

    text: str
    tree: ast.expr

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the row itself, in the order of the text; those of sums are not among them."""
        return tuple(dict.fromkeys(_names(self.tree)))

    @cached_property
    def sums(self) -> tuple[tuple[str, str], ...]:
        """Function and name of every sum over a lower level."""
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        return tuple((called(call), argument(call)) for call in calls if called(call) in SUMS)


def parse(text: str, where: str) -> Expression:
    """Read an expression.

    Parameters
    ----------
    where
        Named in the message.

    Raises
    ------
    SinkcalcError
        If it is none, or holds what an equation may not hold.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise _unfit(text, where) from None
    if not all(_allowed(node) for node in ast.walk(tree)):
        raise _unfit(text, where)
    inner = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    if any(called(call) in RUNNING and call is not tree for call in inner):
        raise _unfit(text, where)
    for call in inner:
        if called(call) in (*SUMS, PREVIOUS) and not isinstance(call.args[0], ast.Name):
            raise _unfit(text, where)
    return Expression(text.strip(), tree)


def _unfit(text: str, where: str) -> SinkcalcError:
    return SinkcalcError(
        zh=f"{where} 的表达式不能理解:{text}",
        en=f"the expression of {where} cannot be understood: {text}",
    )


def _allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        known = (*FUNCTIONS, *SUMS, *RUNNING, PREVIOUS)
        several = called(node) in _OF_SEVERAL
        fits = len(node.args) > 1 if several else len(node.args) == 1
        return called(node) in known and fits and not node.keywords
    if isinstance(node, ast.Compare):
        return len(node.ops) == 1
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (int, float, str))
    return isinstance(node, _PLAIN) or type(node) in _SIGNS


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Call):
        if called(node) in SUMS:
            return []
        return [name for each in node.args for name in _names(each)]
    return [name for child in ast.iter_child_nodes(node) for name in _names(child)]


def called(call: ast.Call) -> str:
    """Return the function that a call names."""
    return call.func.id if isinstance(call.func, ast.Name) else ""


def argument(call: ast.Call) -> str:
    """Return the name that a call is about."""
    name = call.args[0]
    return name.id if isinstance(name, ast.Name) else ""
