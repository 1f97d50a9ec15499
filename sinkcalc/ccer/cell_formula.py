"""Write the expressions of a pack as formulas of a spreadsheet."""

import ast
from collections.abc import Callable
from typing import Final

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

# name, and whether the year before is meant -> cell of this row, or of a parameter
Address = Callable[[str, bool], str]
_FUNCTIONS: Final = {
    "exp": "EXP({})",
    "log": "LN({})",
    "min": "MIN({})",
    "max": "MAX({})",
    "floor": f"INT(ROUND({{}},{FLOOR_DECIMALS}))",
}


def cell_formula(
    expression: Expression,
    address: Address,
    gathered: Callable[[str, str], str],
    above: str | None,
) -> str:
    """Write an expression as a formula, without the leading =.

    Parameters
    ----------
    gathered
        Function of `SUMS` and name -> formula of the sum.
    above
        Cell of the same figure a year before; None in year 0.
    """
    made: str = _Cells(address, gathered, above).visit(expression.tree)
    return made


class _Cells(ast.NodeVisitor):
    def __init__(
        self, address: Address, gathered: Callable[[str, str], str], above: str | None
    ) -> None:
        self._address = address
        self._gathered = gathered
        self._above = above

    def visit_Constant(self, node: ast.Constant) -> str:
        return f'"{node.value}"' if isinstance(node.value, str) else repr(node.value)

    def visit_Name(self, node: ast.Name) -> str:
        return self._address(node.id, False)

    def visit_BinOp(self, node: ast.BinOp) -> str:
        sign = ARITHMETIC[type(node.op)][1]
        return f"({self.visit(node.left)}{sign}{self.visit(node.right)})"

    def visit_UnaryOp(self, node: ast.UnaryOp) -> str:
        inner = self.visit(node.operand)
        # a leading minus binds more tightly than ^ in a spreadsheet
        return f"(0-{inner})" if isinstance(node.op, ast.USub) else f"NOT({inner})"

    def visit_Compare(self, node: ast.Compare) -> str:
        sign = COMPARISONS[type(node.ops[0])][1]
        return f"({self.visit(node.left)}{sign}{self.visit(node.comparators[0])})"

    def visit_BoolOp(self, node: ast.BoolOp) -> str:
        word = "AND" if isinstance(node.op, ast.And) else "OR"
        return f"{word}({','.join(self.visit(each) for each in node.values)})"

    def visit_IfExp(self, node: ast.IfExp) -> str:
        return f"IF({self.visit(node.test)},{self.visit(node.body)},{self.visit(node.orelse)})"

    def visit_Call(self, node: ast.Call) -> str:
        name = called(node)
        if name in SUMS:
            return self._gathered(name, argument(node))
        if name == PREVIOUS:
            return self._address(argument(node), True)
        inner = ",".join(self.visit(each) for each in node.args)
        if name in RUNNING:
            sign = "+" if name == "cumsum" else "*"
            return inner if self._above is None else f"({self._above}{sign}({inner}))"
        return _FUNCTIONS[name].format(inner)
