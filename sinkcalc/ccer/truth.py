"""Judge the rules of a pack over parcels, with three values: true, false, not known."""

import ast
import operator
from functools import reduce
from typing import Any

import polars as pl

from sinkcalc.ccer.expression import ARITHMETIC, COMPARISONS, Expression


def truth(expression: Expression) -> pl.Expr:
    """Return a rule as an expression over parcels: true passes, false fails, null is unknown.

    `and` with a false is false and `or` with a true is true, whatever is not known beside it.
    """
    made: pl.Expr = _Truth().visit(expression.tree)
    return made


class _Truth(ast.NodeVisitor):
    def visit_Constant(self, node: ast.Constant) -> pl.Expr:
        return pl.lit(node.value)

    def visit_Name(self, node: ast.Name) -> pl.Expr:
        return pl.col(node.id)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        return ARITHMETIC[type(node.op)][0](self.visit(node.left), self.visit(node.right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        inner = self.visit(node.operand)
        return -inner if isinstance(node.op, ast.USub) else ~inner

    def visit_Compare(self, node: ast.Compare) -> Any:
        compare = COMPARISONS[type(node.ops[0])][0]
        return compare(self.visit(node.left), self.visit(node.comparators[0]))

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        step = operator.and_ if isinstance(node.op, ast.And) else operator.or_
        return reduce(step, [self.visit(each) for each in node.values])

    def visit_IfExp(self, node: ast.IfExp) -> pl.Expr:
        test = self.visit(node.test)
        chosen = pl.when(test).then(self.visit(node.body)).otherwise(self.visit(node.orelse))
        # a condition that is not known chooses neither
        return pl.when(test.is_not_null()).then(chosen)
