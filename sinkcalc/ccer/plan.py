"""What is to be computed of a project, level by level, and its computation."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import Final, Literal

import numpy as np
import polars as pl

from sinkcalc.calibration.model import Model
from sinkcalc.ccer.expression import RUNNING, Expression, called
from sinkcalc.ccer.numbers import Floats, Integers, numbers, unknown_symbol
from sinkcalc.ccer.rows import Families, Rows, families, family_sums, placed, served

LevelName = Literal["tree", "bamboo", "stratum", "project"]
# in the order of the computation: a level sums those before it
LEVELS: Final[tuple[LevelName, ...]] = ("tree", "bamboo", "stratum", "project")
SCENARIOS: Final = ("baseline", "project")
BOTH: Final = "both"
# what serves trees: the curve, the ages it knows, the last period in which they are younger and
# the first in which they are older; of each factor the level it was found at
SERVED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "scenario": pl.String,
    "stratum": pl.String,
    "component": pl.String,
    "species": pl.String,
    "planted": pl.Int64,
    "curve": pl.String,
    "curve_name": pl.String,
    "form": pl.String,
    # none of a curve fitted to the stands there and then
    "model_id": pl.String,
    "curve_fallback": pl.Boolean,
    "age_min": pl.Float64,
    "age_max": pl.Float64,
    "young_until": pl.Int64,
    "old_from": pl.Int64,
    "stock_at": pl.List(pl.Float64),
    "wood_density_level": pl.String,
    "bef_level": pl.String,
    "root_shoot_ratio_level": pl.String,
    "carbon_fraction_level": pl.String,
}
Results = dict[tuple[str, str], Floats]


@dataclass(frozen=True)
class Equation:
    """One numbered equation of a pack.

    Attributes
    ----------
    equation_id
        As `AR-CM-001-V01.E07`.
    level
        Rows that it is computed for.
    scenario
        `project`, `baseline` or `both`; 0 in the other scenario.
    form
        Form of growth curve that it serves; empty for all rows.
    symbol
        What it gives; a later equation of the same level may use it, one above may sum it.
    unit
        Of the symbol.
    """

    equation_id: str
    level: LevelName
    scenario: str
    form: str
    symbol: str
    expression: Expression
    unit: str


@dataclass(frozen=True)
class Period:
    """Year t of the crediting period; year 0 is the day before it begins."""

    t: int
    first: date
    last: date


@dataclass(frozen=True)
class Level:
    """The rows of one level and what is known of them.

    Attributes
    ----------
    rows
        One line a row, sorted by scenario and stratum: `scenario`, `stratum`, `component` and
        `species` (of trees and bamboo), `form` (of trees). The project has one line, all keys null.
    inputs
        Symbol -> rows x years (years from 0), or rows x 1 where it does not change.
    parameters
        Symbol -> place of each row's parameter in `Plan.parameters`; -1 where it has none.
    """

    name: LevelName
    rows: pl.DataFrame
    inputs: dict[str, Floats]
    parameters: dict[str, Integers]

    def served_by(self, equation: Equation) -> Rows | None:
        """Return the places of the rows that an equation is made for; None if there are none."""
        both = equation.scenario == BOTH or self.name == "project"
        return served(self.rows, None if both else equation.scenario, equation.form)


@dataclass(frozen=True)
class Plan:
    """A project ready to be computed.

    Attributes
    ----------
    periods
        Years 0 to the last of the crediting period.
    levels
        In the order of `LEVELS`; one without rows is there too.
    equations
        In the order of their computation.
    parameters
        `symbol`, `key` (what it is of: a species, a curve; empty for all), `parameter_id`,
        `value`, `unit`, `se` and the marks of a parameter row; the place of a row is its number.
    shared
        Symbol -> place of a parameter that serves every row of every level.
    idle
        Ids of the equations that the inputs make 0 throughout: their parameters enter no result.
    served
        One line a row of trees: what serves it (columns of `SERVED`).
    curve_models
        `key` of curve coefficients -> the calibrated model, with their covariance.
    """

    periods: tuple[Period, ...]
    levels: tuple[Level, ...]
    equations: tuple[Equation, ...]
    parameters: pl.DataFrame
    shared: dict[str, int]
    idle: frozenset[str] = frozenset()
    served: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SERVED))
    curve_models: Mapping[str, Model] = field(default_factory=dict)

    def level(self, name: str) -> Level:
        """Return a level by its name."""
        return next(level for level in self.levels if level.name == name)

    def of_level(self, name: str) -> list[Equation]:
        """Return the equations of a level, in order."""
        return [equation for equation in self.equations if equation.level == name]

    def base_values(self) -> Floats:
        """Return the values of the parameters, 1 x parameters."""
        return self.parameters["value"].to_numpy().astype(np.float64)[np.newaxis, :]

    @cached_property
    def families(self) -> dict[tuple[str, str], Families]:
        """Rows of one level that belong to the rows of another, by the names of both."""
        pairs = combinations(self.levels, 2)
        return {(one.name, two.name): families(one.rows, two.rows) for one, two in pairs}

    def home_of(self, symbol: str) -> str:
        """Return the level whose equations give a symbol.

        Raises
        ------
        SinkcalcError
            If none does.
        """
        for equation in self.equations:
            if equation.symbol == symbol:
                return equation.level
        raise unknown_symbol(symbol)


def evaluate(
    plan: Plan, values: Floats | None = None, keep: Iterable[tuple[str, str]] | None = None
) -> Results:
    """Compute every equation of a plan.

    Parameters
    ----------
    values
        draws x parameters, in the order of `Plan.parameters`; the base values, as one draw, if
        None.
    keep
        Level and symbol of the results to return; all if None. What neither these nor a level
        above needs is let go as soon as its level is done.

    Returns
    -------
    (level, symbol) -> draws x rows x years, in the unit of the equation; read only.

    Raises
    ------
    SinkcalcError
        If nothing gives a name of an equation.

    Notes
    -----
    What does not differ between draws, rows or years is held once and not repeated along that
    axis. No figure depends on the other draws that are computed with it: draws may be split into
    blocks at will, and every block gives the same bits.
    """
    drawn = plan.base_values() if values is None else values
    wanted = None if keep is None else tuple(keep)
    summed = {
        (plan.home_of(name), name) for one in plan.equations for _, name in one.expression.sums
    }
    narrow: Results = {}
    for level in plan.levels:
        known = _known(plan, level, drawn)
        for equation in plan.of_level(level.name):
            rows = level.served_by(equation)
            before = known.get(equation.symbol)
            if rows is not None:
                got = _computed(plan, level, equation, known, narrow, rows)
                before = placed(got, before, rows, level.rows.height)
            known[equation.symbol] = np.zeros((1, 1, 1)) if before is None else before
        for equation in plan.of_level(level.name):
            here = (level.name, equation.symbol)
            if wanted is None or here in wanted or here in summed:
                narrow[here] = known[equation.symbol]
    kept = tuple(narrow) if wanted is None else wanted
    return {
        (name, symbol): np.broadcast_to(
            narrow[name, symbol], (drawn.shape[0], plan.level(name).rows.height, len(plan.periods))
        )
        for name, symbol in kept
    }


def _known(plan: Plan, level: Level, drawn: Floats) -> dict[str, Floats]:
    """Give the inputs and parameters of a level as draws x rows x years, 1 where they are equal."""
    # what no draw changes is one figure, and what is made of it is computed once
    fixed = (drawn == drawn[:1]).all(axis=0)
    known = {
        symbol: drawn[: 1 if fixed[place] else None, place, np.newaxis, np.newaxis]
        for symbol, place in plan.shared.items()
    }
    for symbol, places in level.parameters.items():
        some = drawn[: 1 if fixed[places[places >= 0]].all() else None, places]
        known[symbol] = np.where(places >= 0, some, np.nan)[:, :, np.newaxis]
    return known | {symbol: one[np.newaxis] for symbol, one in level.inputs.items()}


def _computed(
    plan: Plan,
    level: Level,
    equation: Equation,
    known: dict[str, Floats],
    narrow: Results,
    rows: Rows,
) -> Floats:
    """Compute an equation for the rows that it serves."""
    years = len(plan.periods)
    tree = equation.expression.tree
    running = isinstance(tree, ast.Call) and called(tree) in RUNNING

    def chosen(values: Floats) -> Floats:
        part = values if values.shape[1] == 1 else values[:, rows]
        # what is summed over the years is one figure a year
        return np.broadcast_to(part, (*part.shape[:2], years)) if running else part

    got = numbers(
        equation.expression,
        lambda name: chosen(_named(name, known)),
        lambda sort, name: chosen(_gathered(plan, narrow, level, sort, name)),
    )
    return got.reshape((1,) * (3 - got.ndim) + got.shape)


def _named(name: str, known: dict[str, Floats]) -> Floats:
    try:
        return known[name]
    except KeyError:
        raise unknown_symbol(name) from None


def _gathered(plan: Plan, narrow: Results, level: Level, sort: str, symbol: str) -> Floats:
    """Sum a symbol of a lower level: within scenario and stratum, or over one scenario."""
    below = plan.level(plan.home_of(symbol))
    if below.rows.is_empty():
        return np.zeros((1, 1, 1))
    values = narrow[below.name, symbol]
    # rows are added one after the other only where years lie beside each other in memory
    values = np.broadcast_to(values, (len(values), below.rows.height, len(plan.periods)))
    if sort == "total":
        return family_sums(values, plan.families[below.name, level.name])
    chosen = served(below.rows, sort, "")
    if chosen is None:
        return np.zeros((1, 1, 1))
    return np.asarray(np.ascontiguousarray(values[:, chosen]).sum(axis=1, keepdims=True))
