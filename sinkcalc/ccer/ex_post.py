"""A methodology's own equations of the project, with figures that were measured."""

from collections.abc import Mapping, Sequence

import numpy as np

from sinkcalc.ccer.numbers import Floats, numbers, unknown_symbol
from sinkcalc.ccer.plan import Plan
from sinkcalc.errors import SinkcalcError


def ex_post(plan: Plan, given: Mapping[str, Floats], symbols: Sequence[str]) -> dict[str, Floats]:
    """Compute results of the project that follow from measured ones.

    Parameters
    ----------
    given
        Symbol -> one value a vintage; the equations of these are not computed.
    symbols
        Results that are wanted.

    Returns
    -------
    Symbol -> one value a vintage, in the unit of its equation. A vintage stands in the place of a
    year: a sum over the years is one over the vintages.

    Raises
    ------
    SinkcalcError
        If nothing gives a name of an equation, or an equation sums over strata.
    """
    equations = {each.symbol: each for each in plan.of_level("project")}
    base = plan.base_values()
    known = {symbol: one[np.newaxis, np.newaxis, :] for symbol, one in given.items()}
    shape = (1, 1, max(one.size for one in given.values()))

    def value(symbol: str) -> Floats:
        if symbol not in known:
            known[symbol] = computed(symbol)
        return known[symbol]

    def computed(symbol: str) -> Floats:
        if symbol in plan.shared:
            return base[:, plan.shared[symbol], np.newaxis, np.newaxis]
        if symbol not in equations:
            raise unknown_symbol(symbol)
        equation = equations[symbol]

        def refuse(sort: str, name: str) -> Floats:
            raise SinkcalcError(
                zh=f"公式 {equation.equation_id} 对碳层求和({sort}({name})),不能由监测值计算;"
                "该方法学包不能用于监测",
                en=f"equation {equation.equation_id} sums over strata ({sort}({name})) and cannot "
                "be computed from what was measured: this pack does not serve monitoring",
            )

        return np.broadcast_to(numbers(equation.expression, value, refuse), shape)

    return {symbol: np.broadcast_to(value(symbol), shape)[0, 0] for symbol in symbols}
