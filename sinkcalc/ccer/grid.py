"""The figures of one level of a plan, column by column: what tables and the workbook both show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from sinkcalc.ccer.numbers import Floats
from sinkcalc.ccer.plan import Equation, Level, Plan, Results

Kind = Literal["input", "parameter", "result"]
# units of inputs that every pack has; a pack's own say theirs; whole numbers and switches have 1
_INPUT_UNITS: Final = {
    "age": "yr",
    "age_du": "du",
    "area_ha": "ha",
    "begin_year": "yr",
    "burnt_ha": "ha",
    "culms_per_ha": "1/ha",
    "dbh_cm": "cm",
    "end_year": "yr",
    "t": "yr",
    "table_volume": "m3/ha",
}
_NO_UNIT: Final = "1"


@dataclass(frozen=True)
class Column:
    """One symbol of a level.

    Attributes
    ----------
    values
        rows x years (years from 0), in the unit of the symbol; of the first draw.
    places
        Of a parameter: place of each row's parameter in `Plan.parameters`; -1 where it has none.
    equations
        Of a result: the equation of each row; None where none is made for it.
    given_unit
        Of an input or a parameter: its unit.
    """

    symbol: str
    kind: Kind
    values: Floats
    places: tuple[int, ...] = ()
    equations: tuple[Equation | None, ...] = ()
    given_unit: str | None = None

    @property
    def unit(self) -> str | None:
        """Unit: of a result as its equations give it, else as it was given."""
        units = {one.unit for one in self.equations if one is not None}
        return " · ".join(sorted(units)) or self.given_unit


def columns_of(
    plan: Plan, level: Level, results: Results, pack_units: Mapping[str, str] | None = None
) -> list[Column]:
    """Return inputs, parameters and results of a level, in this order.

    A result that is made for no row of the level is left out. `pack_units` are those of the inputs
    that the pack asks for, by symbol.
    """
    units = {**_INPUT_UNITS, **(pack_units or {})}
    parameter_units: dict[str, str] = {}
    if "unit" in plan.parameters.columns:
        parameter_units = dict(plan.parameters.select("symbol", "unit").iter_rows())
    shape = (level.rows.height, len(plan.periods))
    made = _results(plan, level, results)
    given = [
        Column(
            symbol,
            "input",
            np.broadcast_to(values, shape),
            given_unit=units.get(symbol, _NO_UNIT),
        )
        for symbol, values in level.inputs.items()
    ]
    base = plan.base_values()[0]
    chosen = [
        Column(
            symbol,
            "parameter",
            np.broadcast_to(np.where(places >= 0, base[places], np.nan)[:, np.newaxis], shape),
            places=tuple(int(place) for place in places),
            given_unit=parameter_units.get(symbol),
        )
        for symbol, places in level.parameters.items()
        if symbol not in level.inputs
    ]
    return [*given, *chosen, *made]


def _results(plan: Plan, level: Level, results: Results) -> list[Column]:
    shape = (level.rows.height, len(plan.periods))
    equations: dict[str, list[Equation | None]] = {}
    for equation in plan.of_level(level.name):
        made = _served(level, equation)
        if any(made):
            before = equations.get(equation.symbol, [None] * level.rows.height)
            equations[equation.symbol] = [
                equation if here else was for here, was in zip(made, before, strict=True)
            ]
    return [
        Column(
            symbol,
            "result",
            # a deduction of nothing is 0 and not -0
            np.broadcast_to(results[level.name, symbol][0] + 0.0, shape),
            equations=tuple(of_rows),
        )
        for symbol, of_rows in equations.items()
    ]


def _served(level: Level, equation: Equation) -> list[bool]:
    """Tell for which rows of its level an equation is made."""
    marked = np.zeros(level.rows.height, dtype=np.bool_)
    places = level.served_by(equation)
    if places is not None:
        marked[places] = True
    return [bool(one) for one in marked]


def used_equations(plan: Plan) -> list[Equation]:
    """Return the equations that are made for a row at least."""
    return [
        equation
        for equation in plan.equations
        if plan.level(equation.level).served_by(equation) is not None
    ]


def users_of(plan: Plan) -> dict[str, list[Equation]]:
    """Return symbol -> used equations in which it stands, in order."""
    found: dict[str, list[Equation]] = {}
    for equation in used_equations(plan):
        sums = [name for _, name in equation.expression.sums]
        for name in dict.fromkeys([*equation.expression.names, *sums]):
            found.setdefault(name, []).append(equation)
    return found
