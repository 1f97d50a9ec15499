"""What each name in the equations of a plan stands for: an input, a parameter, a result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.ccer.numbers import Floats, Integers
from sinkcalc.ccer.plan import Equation, Level
from sinkcalc.ccer.plan_parameters import CURVE_SYMBOLS, Parameters
from sinkcalc.ccer.plan_rows import BambooRow, GrownRow, StratumRow, TreeRow
from sinkcalc.ccer.project import Project
from sinkcalc.coefficients.packs import Pack
from sinkcalc.errors import SinkcalcError, UsageProblem, did_you_mean

_PROJECT: Final = "project"
Rows = Mapping[str, Sequence[StratumRow]]


@dataclass
class Names:
    """What was found for the names of the equations.

    Attributes
    ----------
    shared
        Symbol -> place of a parameter of every row.
    by_row
        Level -> symbol -> place of each row's parameter.
    found_at
        Symbol -> level at which the parameter of each row of trees was found.
    given
        Level -> symbol -> input of the strata, rows x 1.
    waived
        Ids of idle equations that lack an input.
    lacking
        Input -> strata that do not give it although others do.
    """

    shared: dict[str, int] = field(default_factory=dict)
    by_row: dict[str, dict[str, Integers]] = field(default_factory=dict)
    found_at: dict[str, list[str | None]] = field(default_factory=dict)
    given: dict[str, dict[str, Floats]] = field(default_factory=dict)
    waived: set[str] = field(default_factory=set)
    lacking: dict[str, list[str]] = field(default_factory=dict)

    def level(self, level: Level) -> Level:
        """Return a level with its parameters and the inputs of the strata."""
        return replace(
            level,
            inputs=level.inputs | self.given.get(level.name, {}),
            parameters=self.by_row.get(level.name, {}),
        )


def find_names(
    project: Project,
    pack: Pack,
    equations: Sequence[Equation],
    levels: Sequence[Level],
    rows: Rows,
    idle: frozenset[str],
    sources: Parameters,
) -> Names:
    """Find what every name stands for.

    First inputs and results of the row's own level, then figures of the species or the curve, the
    project's own figures, the pack's parameters, and last the inputs of the strata.

    Raises
    ------
    SinkcalcError
        If nothing gives names that the results depend on, with all of them and where to give
        them; if only some strata give one, or one gives a name that no equation asks for.
    """
    names = Names()
    asked: set[str] = set()
    missing: dict[str, tuple[str, str]] = {}
    results = {equation.symbol for equation in equations}
    for level in levels:
        known = set(level.inputs)
        for equation in (each for each in equations if each.level == level.name):
            if level.served_by(equation) is not None:
                for name in equation.expression.names:
                    if name not in known and _find(name, level, rows, sources, names, project):
                        known.add(name)
                    elif (
                        name not in known
                        and name not in names.lacking
                        and equation.equation_id in idle
                    ):
                        names.waived.add(equation.equation_id)
                    elif name not in known:
                        missing.setdefault(name, (level.name, equation.equation_id))
            # neither what the engine gives nor a result is asked of the project
            asked |= set(equation.expression.names) - set(level.inputs) - results
            known.add(equation.symbol)
    _refuse_strange_inputs(project, pack, asked, names)
    if missing:
        raise _missing(missing, names.lacking, project, pack)
    return names


def _find(
    name: str, level: Level, rows: Rows, sources: Parameters, names: Names, project: Project
) -> bool:
    """Find a name for a level; tell whether something gives it."""
    here = rows.get(level.name, ())
    trees = [row for row in here if isinstance(row, TreeRow)]
    grown = [row for row in here if isinstance(row, (TreeRow, BambooRow))]
    if trees and name in CURVE_SYMBOLS:
        names.by_row.setdefault(level.name, {})[name] = sources.of_curves(name, trees)
        return True
    found = sources.by_species(name, grown) if grown else None
    if found is not None:
        places, names.found_at[name] = found
        _require_all(name, places, grown, project)
        names.by_row.setdefault(level.name, {})[name] = places
        return True
    place = names.shared.get(name, sources.shared(name))
    if place is not None:
        names.shared[name] = place
        return True
    given = [row.stratum.inputs.get(name) for row in here]
    if not given or all(value is None for value in given):
        return False
    without = [row.stratum.stratum for row, value in zip(here, given, strict=True) if value is None]
    if without:
        names.lacking[name] = list(dict.fromkeys(without))
        return False
    values = np.array(given, dtype=np.float64).reshape(len(given), 1)
    names.given.setdefault(level.name, {})[name] = values
    return True


def _require_all(name: str, places: Integers, rows: Sequence[GrownRow], project: Project) -> None:
    for place, row in zip(places, rows, strict=True):
        if place < 0:
            where = f"[{row.scenario}] {row.stratum.stratum} / {row.part.name}"
            raise SinkcalcError(
                zh=f"{project.path} 碳层 {where}:树种 {row.part.species} 没有参数 {name}。"
                f'请在项目文件 parameters 中以 symbol = "{name}.{row.part.species}" 给出数值与来源',
                en=f"{project.path}, stratum {where}: there is no {name} of "
                f'{row.part.species}. Give it with its source as symbol = "{name}.'
                f'{row.part.species}" among the parameters of the project file',
            )


def _described(name: str, pack: Pack) -> tuple[str, str]:
    """Return what an input is, with its unit, as the pack describes it."""
    rows = pack.tables["inputs"].filter(pl.col("symbol") == name)
    if rows.is_empty():
        return name, name
    row = rows.row(0, named=True)
    return f"{row['title_zh']},单位 {row['unit']}", f"{row['title_en']}, in {row['unit']}"


def _level_of_input(name: str, pack: Pack) -> str | None:
    """Return the level at which the pack asks for an input: `project`, `stratum`, or None."""
    rows = pack.tables["inputs"].filter(pl.col("symbol") == name)
    return None if rows.is_empty() else rows["level"][0]


def _missing(
    missing: Mapping[str, tuple[str, str]],
    lacking: Mapping[str, Sequence[str]],
    project: Project,
    pack: Pack,
) -> SinkcalcError:
    """Say what the equations lack, and where to give it.

    Parameters
    ----------
    missing
        Name -> level and id of the first equation that needs it.
    lacking
        Name -> strata without it, of those that other strata give.
    """
    figures = [
        name
        for name, (level, _) in missing.items()
        if _PROJECT in (level, _level_of_input(name, pack))
    ]
    zh, en = [], []
    for name, (_, equation_id) in missing.items():
        about_zh, about_en = _described(name, pack)
        zh.append(f"{name}({about_zh};公式 {equation_id})")
        en.append(f"{name} ({about_en}; equation {equation_id})")
    todo_zh, todo_en = [], []
    if figures:
        listed = ", ".join(figures)
        todo_zh.append(f"在 [parameters] 中给出 {listed} 的 value、source 与 locator")
        todo_en.append(f"give value, source and locator of {listed} in [parameters]")
    everywhere = [name for name in missing if name not in figures and name not in lacking]
    if everywhere:
        listed = ", ".join(everywhere)
        strata = ", ".join(stratum.stratum for stratum in project.strata)
        todo_zh.append(f"在每个碳层({strata})的 inputs 中给出 {listed}")
        todo_en.append(f"give {listed} in the inputs of every stratum ({strata})")
    for name, without in lacking.items():
        strata = ", ".join(without)
        todo_zh.append(f"在碳层 {strata} 的 inputs 中给出 {name}(别的碳层已给)")
        todo_en.append(f"give {name} in the inputs of the strata {strata}, as the others do")
    return SinkcalcError(
        zh=f"{project.path}:计算缺少 {'、'.join(zh)}。请{';'.join(todo_zh)}",
        en=f"{project.path}: the computation lacks {'; '.join(en)}. Please "
        f"{', and '.join(todo_en)}",
    )


def _refuse_strange_inputs(project: Project, pack: Pack, asked: set[str], names: Names) -> None:
    """Refuse inputs that nothing reads, or that stand in for a parameter without a source."""
    read = {name for given in names.given.values() for name in given}
    free = asked - set(names.shared)
    for stratum in project.strata:
        for name in stratum.inputs:
            if name in names.shared:
                raise UsageProblem(
                    zh=f"{project.path} 碳层 {stratum.stratum} 的 inputs:{name} 是方法学 "
                    f"{pack.code} 的参数,请改在 parameters 中给出数值、来源与位置",
                    en=f"inputs of stratum {stratum.stratum}, {project.path}: {name} is a "
                    f"parameter of {pack.code}; give it with source and locator among the "
                    "parameters",
                )
            if name not in read and name not in free:
                zh, en = did_you_mean(name, sorted(free & set(pack.tables["inputs"]["symbol"])))
                raise UsageProblem(
                    zh=f"{project.path} 碳层 {stratum.stratum} 的 inputs:方法学 {pack.code} "
                    f"不需要 {name};{zh}",
                    en=f"inputs of stratum {stratum.stratum}, {project.path}: {pack.code} asks for "
                    f"no {name}; {en}",
                )
