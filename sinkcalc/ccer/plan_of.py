"""From a project, its methodology and the areas of its strata to a plan of the computation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

import numpy as np
import polars as pl

from sinkcalc.accounting.curves import Curves
from sinkcalc.ccer.expression import Expression, parse
from sinkcalc.ccer.numbers import Floats
from sinkcalc.ccer.periods import ages, last_years, periods_of
from sinkcalc.ccer.plan import SERVED, Equation, Level, LevelName, Period, Plan
from sinkcalc.ccer.plan_checks import (
    check_areas,
    check_components,
    check_figures,
    check_fires,
    check_wood_products,
    check_years,
    pool_flags,
)
from sinkcalc.ccer.plan_curves import SHOWN_AGES, serving_curve
from sinkcalc.ccer.plan_names import Names, find_names
from sinkcalc.ccer.plan_parameters import FACTORS, Parameters
from sinkcalc.ccer.plan_rows import (
    StratumRow,
    TreeRow,
    bamboo_level,
    bamboo_rows,
    project_level,
    stratum_level,
    stratum_rows,
    tree_level,
    tree_rows,
)
from sinkcalc.ccer.project import Project
from sinkcalc.ccer.zero import idle_equations
from sinkcalc.coefficients.packs import INCLUDE, Pack

# flag of a pool in the equations: 1 where it is counted
# equation of an idle result whose inputs the project does not give
_NOTHING: Final = "0"


def make_plan(
    project: Project, pack: Pack, areas: Mapping[str, float], curves: Curves | None
) -> Plan:
    """Lay out the computation of a project.

    A stock of period t is that of its last day; ages, shrub cover and culms are those of the
    calendar year in which it ends, removals and fires of a calendar year belong to the period that
    begins in it. Trees not yet planted have age and volume 0; thinned trees go on along their
    curve times the part that is left; what is planted after a felling is a component of its own.

    Parameters
    ----------
    areas
        Stratum -> area of its eligible parcels, ha.
    curves
        Calibrated growth curves; None where no component asks for one.

    Raises
    ------
    SinkcalcError
        If the methodology refuses the period or a pool, a stratum has no area, a curve, a figure
        of a species or an input is missing, or shares and removals do not fit together; with file,
        stratum and component.
    """
    check_years(project, pack)
    check_figures(project, pack)
    check_areas(project, areas)
    check_fires(project, areas)
    check_wood_products(project, pack)
    periods = periods_of(project.crediting_start, project.crediting_years)
    check_components(project, periods)
    equations = pack_equations(pack)
    strata = stratum_rows(project)
    trees = tree_rows(
        strata,
        lambda part, row: serving_curve(part, (row.scenario, row.stratum.stratum), project, curves),
    )
    bamboo = bamboo_rows(strata)
    levels = [
        tree_level(trees, areas, periods),
        bamboo_level(bamboo, areas, periods),
        stratum_level(strata, areas, periods),
        project_level(),
    ]
    levels = _with_flags(_with_clock(levels, equations, periods), equations, project, pack)
    idle = idle_equations(equations, levels)
    sources = Parameters(project, pack, _symbols(equations, levels))
    rows: dict[str, Sequence[StratumRow]] = {"tree": trees, "bamboo": bamboo, "stratum": strata}
    names = find_names(project, pack, equations, levels, rows, idle, sources)
    nothing = parse(_NOTHING, _NOTHING)
    return Plan(
        periods=periods,
        levels=tuple(names.level(level) for level in levels),
        equations=tuple(
            replace(each, expression=nothing) if each.equation_id in names.waived else each
            for each in equations
        ),
        parameters=sources.frame,
        shared=names.shared,
        idle=idle,
        served=_served(trees, names, periods),
        curve_models={
            row.curve.name: row.curve.model for row in trees if row.curve.model is not None
        },
    )


def pack_equations(pack: Pack) -> tuple[Equation, ...]:
    """Return the equations of a methodology, in order."""
    return tuple(
        Equation(
            equation_id=row["item_id"],
            level=cast("LevelName", row["level"]),
            scenario=row["scenario"],
            form=row["form"] or "",
            symbol=row["symbol"],
            expression=parse(row["expression"], row["item_id"]),
            unit=row["unit"],
        )
        for row in pack.tables["equations"].iter_rows(named=True)
    )


def _names_of(equations: Sequence[Equation], level: Level) -> set[str]:
    expressions: list[Expression] = [
        each.expression for each in equations if each.level == level.name
    ]
    return {name for expression in expressions for name in expression.names}


def _symbols(equations: Sequence[Equation], levels: Sequence[Level]) -> list[str]:
    """Return the names that must be given: neither inputs of the engine nor results."""
    made = {each.symbol for each in equations}
    named = {name for level in levels for name in _names_of(equations, level) - set(level.inputs)}
    return sorted(named - made)


def _with_clock(
    levels: Sequence[Level], equations: Sequence[Equation], periods: Sequence[Period]
) -> list[Level]:
    """Add the time where equations ask for it: `t`, and the years it begins and ends in."""
    clock = {
        "t": np.array([period.t for period in periods], dtype=np.float64),
        "begin_year": np.array([period.first.year for period in periods], dtype=np.float64),
        "end_year": last_years(periods).astype(np.float64),
    }

    def timed(level: Level) -> Level:
        asked = _names_of(equations, level)
        shape = (level.rows.height, len(periods))
        return replace(
            level,
            inputs=level.inputs
            | {name: np.broadcast_to(clock[name], shape) for name in clock if name in asked},
        )

    return [timed(level) for level in levels]


def _with_flags(
    levels: Sequence[Level], equations: Sequence[Equation], project: Project, pack: Pack
) -> list[Level]:
    """Add 1 or 0 for each pool that equations ask about."""
    asked = {level.name: _names_of(equations, level) for level in levels}
    pools = sorted(
        {
            name.removeprefix(INCLUDE)
            for names in asked.values()
            for name in names
            if name.startswith(INCLUDE)
        }
    )
    counted = pool_flags(project, pack, pools)

    def flag(level: Level, pool: str) -> Floats:
        scenarios = [scenario or "project" for scenario in level.rows["scenario"]]
        return np.array([[float(counted[scenario, pool])] for scenario in scenarios]).reshape(-1, 1)

    return [
        replace(
            level,
            inputs=level.inputs
            | {
                f"{INCLUDE}{pool}": flag(level, pool)
                for pool in pools
                if f"{INCLUDE}{pool}" in asked[level.name]
            },
        )
        for level in levels
    ]


def _served(trees: Sequence[TreeRow], names: Names, periods: Sequence[Period]) -> pl.DataFrame:
    """Tell what serves each row of trees."""

    def line(place: int, row: TreeRow) -> dict[str, Any]:
        low, high = row.curve.reach
        age = ages(row.part.planted, periods)
        young, old = np.flatnonzero((age > 0) & (age < low)), np.flatnonzero(age > high)
        shown = [float(one) for one in SHOWN_AGES if one <= age[-1]]
        levels = {f"{symbol}_level": names.found_at.get(symbol) for symbol in FACTORS}
        return {
            "scenario": row.scenario,
            "stratum": row.stratum.stratum,
            "component": row.part.name,
            "species": row.part.species,
            "planted": row.part.planted,
            "curve": row.curve.kind,
            "curve_name": row.curve.name,
            "form": row.curve.form,
            "model_id": row.curve.model_id,
            "curve_fallback": row.curve.is_fallback,
            "age_min": low,
            "age_max": high,
            "young_until": periods[int(young[-1])].t if young.size else None,
            "old_from": periods[int(old[0])].t if old.size else None,
            "stock_at": row.curve.stock(np.array(shown)).tolist(),
            **{name: None if found is None else found[place] for name, found in levels.items()},
        }

    return pl.DataFrame([line(*each) for each in enumerate(trees)], schema=SERVED)
