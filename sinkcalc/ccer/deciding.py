"""Which fields of a parcel decided a rule."""

import ast
import operator
from collections.abc import Collection
from functools import reduce

import polars as pl

from sinkcalc.ccer.expression import Expression
from sinkcalc.ccer.truth import truth

# truth of a part of a rule; name of a field -> whether it decided that part
_Part = tuple[pl.Expr, dict[str, pl.Expr]]


def deciding(expression: Expression, fields: Collection[str]) -> dict[str, pl.Expr]:
    """Return for each field of a rule whether it decided the outcome.

    A rule that is not met is decided by the parts that are false, one that is unknown by the
    values that are missing: of `a and b` with a false and b missing, a alone decided. A rule that
    is met with `or` is decided by the parts that are true.

    Parameters
    ----------
    fields
        Names of the rule that are values of a parcel; other names are limits.
    """
    return _decided(expression.tree, fields)[1]


def truth_names(expression: Expression) -> set[str]:
    """Return the names of a rule that are true or false by themselves, as in `not burning`."""
    truths: list[ast.expr] = [expression.tree]
    for node in ast.walk(expression.tree):
        if isinstance(node, ast.BoolOp):
            truths += node.values
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            truths.append(node.operand)
        elif isinstance(node, ast.IfExp):
            # the branches are truths too where the choice is one
            truths += [node.test, *([node.body, node.orelse] if node in truths else [])]
    return {node.id for node in truths if isinstance(node, ast.Name)}


def _decided(node: ast.expr, fields: Collection[str]) -> _Part:
    whole = truth(Expression("", node))
    if isinstance(node, ast.BoolOp):
        parts = [_decided(each, fields) for each in node.values]
        return whole, _any([_where(value.eq_missing(whole), names) for value, names in parts])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return whole, _decided(node.operand, fields)[1]
    if isinstance(node, ast.IfExp):
        test, of_test = _decided(node.test, fields)
        _, of_body = _decided(node.body, fields)
        _, of_orelse = _decided(node.orelse, fields)
        taken = [_where(test, of_body), _where(~test, of_orelse)]
        return whole, _any([of_test, *taken])
    names = [name for name in Expression("", node).names if name in fields]
    return whole, {name: whole.is_not_null() | pl.col(name).is_null() for name in names}


def _where(condition: pl.Expr, names: dict[str, pl.Expr]) -> dict[str, pl.Expr]:
    return {name: condition.fill_null(value=False) & decided for name, decided in names.items()}


def _any(parts: list[dict[str, pl.Expr]]) -> dict[str, pl.Expr]:
    names = dict.fromkeys(name for part in parts for name in part)
    return {
        name: reduce(operator.or_, [part[name] for part in parts if name in part]) for name in names
    }
