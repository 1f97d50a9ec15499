"""The items of a methodology, and the other parameters, that the figures of a project rest on."""

from collections.abc import Sequence

import polars as pl

from sinkcalc.ccer.expression import parse
from sinkcalc.ccer.items import pack_items
from sinkcalc.ccer.own_figures import in_place, pack_figures, uses_of
from sinkcalc.ccer.plan import BOTH, SCENARIOS, Equation, Level, Plan
from sinkcalc.ccer.plan_checks import YEARS_MAX, YEARS_MIN
from sinkcalc.ccer.project import OwnParameter
from sinkcalc.coefficients.load import all_parameters
from sinkcalc.coefficients.packs import INCLUDE, Pack
from sinkcalc.coefficients.verified import ITEM_SCHEMA, nothing_of_its_own, parameter_items

_OPTIONAL, _LEFT_OUT = "optional", "no"


def used_items(plan: Plan, pack: Pack, own: Sequence[OwnParameter] = ()) -> pl.DataFrame:
    """Return the items that a project's eligibility and reductions rest on.

    The rules and the figures that they name; pools that are counted; equations that the results
    depend on, with the parameters that enter them; the class of the discount; the limits of the
    crediting period; what the pack says of the methodology as a whole. An equation that an input
    makes 0 throughout (no shrubs, no fire, a pool that is not counted) is none of them.

    A figure of the project in place of a shipped one is an item of the shipped row's id, with the
    project's value and source; one of what only a project can know is an item of its own.

    Parameters
    ----------
    own
        The project's figures, which stand in place of limits that rules name.

    Returns
    -------
    Columns of `ITEM_SCHEMA`: those of the pack in its order, then limits of rules, rows that
    figures of the project replace, parameters of the general tables, of growth curves and of the
    project's own.
    """
    places = used_parameters(plan)
    parameters = plan.parameters[places]
    used = set(parameters["parameter_id"]) | _counted(plan, pack)
    used |= {each.equation_id for each in plan.equations if each.equation_id not in plan.idle}
    items = pack_items(pack)
    # every rule is judged, and what the pack says as a whole holds for every project
    chosen = items.filter(
        pl.col("kind").is_in(["rule", "statement"]) | pl.col("item_id").is_in(list(used))
    )
    limits = [
        pack_figures(pack, _named_by_rules(pack), own),
        # a figure of the project does not move the limits of the period
        pack_figures(pack, (YEARS_MIN, YEARS_MAX), ()),
    ]
    uses = uses_of(parameters)
    replaced = in_place(pl.concat([items, parameter_items(all_parameters())]), uses)
    others = parameters.filter(
        ~pl.col("parameter_id").is_in(items["item_id"].to_list()),
        pl.col("stands_for").list.len().fill_null(0) == 0,
    )
    found = pl.concat([chosen, *limits, replaced, _of_other_tables(others)])
    return found.unique(["item_id", "own_figure"], keep="first", maintain_order=True)


def used_parameters(plan: Plan) -> list[int]:
    """Return the places of the parameters that the results depend on, ascending."""
    places: set[int] = set()
    for equation in plan.equations:
        if equation.equation_id in plan.idle:
            continue
        level = plan.level(equation.level)
        for name in equation.expression.names:
            if name in level.parameters:
                places |= _of_rows(level, equation, name)
            elif name not in level.inputs and name in plan.shared:
                places.add(plan.shared[name])
    return sorted(places)


def _of_rows(level: Level, equation: Equation, name: str) -> set[int]:
    rows = level.served_by(equation)
    return set() if rows is None else {int(at) for at in level.parameters[name][rows] if at >= 0}


def _named_by_rules(pack: Pack) -> set[str]:
    """Return the names that rules use."""
    names: set[str] = set()
    for rule in pack.tables["rules"].iter_rows(named=True):
        names |= set(parse(rule["expression"], rule["item_id"]).names)
    return names


def _counted(plan: Plan, pack: Pack) -> set[str]:
    """Return the ids of the pools that the methodology or the project counts."""
    found = set()
    for row in pack.tables["pools"].iter_rows(named=True):
        scenarios = SCENARIOS if row["scenario"] == BOTH else (row["scenario"],)
        chosen = any(_is_on(level, row["pool"], scenarios) for level in plan.levels)
        if row["included"] != _LEFT_OUT and (row["included"] != _OPTIONAL or chosen):
            found.add(row["item_id"])
    return found


def _is_on(level: Level, pool: str, scenarios: tuple[str, ...]) -> bool:
    flag = level.inputs.get(f"{INCLUDE}{pool}")
    if flag is None:
        return False
    return bool(flag[level.rows["scenario"].is_in(scenarios).to_numpy()].any())


def _of_other_tables(rows: pl.DataFrame) -> pl.DataFrame:
    """Return parameters that are none of the pack's as items, as `params verify` knows them."""
    ids = rows["parameter_id"].to_list()
    shipped = parameter_items(all_parameters()).filter(pl.col("item_id").is_in(ids))
    own = rows.filter(~pl.col("parameter_id").is_in(shipped["item_id"].to_list())).select(
        pl.col("parameter_id").alias("item_id"),
        pl.lit("parameter").alias("kind"),
        pl.concat_str("symbol", "key", separator=" ").str.strip_chars().alias("text"),
        *list(ITEM_SCHEMA)[3:-2],
        *nothing_of_its_own(),
    )
    return pl.concat([shipped, own])
