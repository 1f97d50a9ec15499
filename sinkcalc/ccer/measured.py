"""Errors of what a plan takes as given: the areas of parcels, and growth tables."""

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.ccer.expression import PREVIOUS, SUMS, Expression, called
from sinkcalc.ccer.numbers import Integers
from sinkcalc.ccer.own_figures import ONLY_OWN
from sinkcalc.ccer.plan import Equation, Level, Plan
from sinkcalc.ccer.project import MeasuredErrors
from sinkcalc.vocabulary import AREA_MEASUREMENT

# names that are multiplied, and by what
AREA_FACTOR: Final = "area_factor"
TABLE_FACTOR: Final = "table_factor"
_AREA: Final = "area_ha"
_FACTORS: Final = {_AREA: AREA_FACTOR, "table_volume": TABLE_FACTOR}
GROWTH_TABLE: Final = "growth-table."


def with_measured(plan: Plan, stated: MeasuredErrors) -> Plan:
    """Return a plan in which areas and growth tables are multiplied by parameters of value 1.

    All areas have one factor, for they were measured in one way; each growth table has its own.
    The figures of the plan stay the same to the last bit.

    An area whose error is not stated has that of the table of assumed errors; no error is known
    of a growth table for which none is stated.
    """
    level = plan.level("tree")
    keys = ["scenario", "stratum", "component"]
    served = plan.served.filter(pl.col("curve") == "table").select(*keys, "curve_name")
    names = level.rows.join(served, on=keys, how="left", maintain_order="left")["curve_name"]
    tables = names.drop_nulls().unique().sort().to_list()
    rows = [_row(AREA_FACTOR, None, AREA_MEASUREMENT, stated.area)]
    rows += [
        _row(TABLE_FACTOR, name, GROWTH_TABLE + name, stated.tables.get(name)) for name in tables
    ]
    first = plan.parameters.height
    place = {name: first + 1 + number for number, name in enumerate(tables)}
    places = np.array([place.get(name, -1) for name in names], dtype=np.int64)
    schema = {name: kind for name, kind in plan.parameters.schema.items() if name in rows[0]}
    return replace(
        plan,
        levels=tuple(_with_factor(one, places if tables else None) for one in plan.levels),
        equations=tuple(_multiplied(one, tables) for one in plan.equations),
        parameters=pl.concat([plan.parameters, pl.DataFrame(rows, schema=schema)], how="diagonal"),
        shared={**plan.shared, AREA_FACTOR: first},
    )


def _row(symbol: str, key: str | None, parameter_id: str, se: float | None) -> dict[str, object]:
    return {
        "symbol": symbol,
        "key": key,
        "parameter_id": parameter_id,
        "value": 1.0,
        "unit": "1",
        "se": se,
        "status": ONLY_OWN,
    }


def _with_factor(level: Level, places: Integers | None) -> Level:
    if places is None or level.name != "tree":
        return level
    return replace(level, parameters={**level.parameters, TABLE_FACTOR: places})


def _multiplied(equation: Equation, tables: list[str]) -> Equation:
    """Multiply areas and table volumes in an equation by their factors."""
    names = set(equation.expression.names)
    factors = {
        name: factor
        for name, factor in _FACTORS.items()
        if name in names and (name == _AREA or tables)
    }
    if not factors:
        return equation
    tree = _Multiply(factors).visit(ast.parse(equation.expression.text, mode="eval").body)
    tree = ast.fix_missing_locations(tree)
    return replace(equation, expression=Expression(ast.unparse(tree), tree))


class _Multiply(ast.NodeTransformer):
    def __init__(self, factors: Mapping[str, str]) -> None:
        self._factors = factors

    def visit_Name(self, node: ast.Name) -> ast.expr:
        factor = self._factors.get(node.id)
        if factor is None:
            return node
        return ast.BinOp(node, ast.Mult(), ast.Name(factor, ast.Load()))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Leave the argument of a sum alone: it names a figure, not an input."""
        if called(node) in (*SUMS, PREVIOUS):
            return node
        return self.generic_visit(node)  # type: ignore[return-value]  # one node for one
