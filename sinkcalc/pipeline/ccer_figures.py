"""Figures of a project file: its own parameters, growth tables, discount and spreads of plots."""

from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

from sinkcalc.ccer.plan_parameters import FACTORS
from sinkcalc.ccer.programme import limits_of
from sinkcalc.ccer.project import OwnParameter, Spread
from sinkcalc.coefficients.packs import Pack
from sinkcalc.errors import did_you_mean
from sinkcalc.pipeline.ccer_symbols import asked_of_project
from sinkcalc.pipeline.read_table import read_table
from sinkcalc.pipeline.scenario_values import all_species_words
from sinkcalc.pipeline.toml_section import Section, is_number
from sinkcalc.units import M2_PER_HA

_OWN_KEYS: Final = ("value", "source", "locator", "relative_se")
_TABLE_KEYS: Final = ("points", "file", "age", "volume", "encoding", "layer", "source", "locator")
_DISCOUNT_KEYS: Final = ("dr", "relative_error")
_SPREAD_KEYS: Final = ("mean", "sd", "cv", "cost")
_PLOT_AREA: Final = ("plot_area_ha", "plot_area_m2")

GrowthTable = tuple[tuple[float, float], ...]


def read_own_parameters(section: Section, pack: Pack) -> tuple[OwnParameter, ...]:
    """Read the figures that a project gives in place of the pack's.

    Raises
    ------
    UsageProblem
        If the methodology knows no such symbol, it is a limit of the scheme, or value, source or
        locator is missing.
    """
    known = asked_of_project(pack)
    _refuse_limits(section, pack)
    section.require_known((*known, *FACTORS))
    found = []
    for symbol, entries in section.entries.items():
        if symbol in FACTORS:
            found += _by_species(section, symbol)
        else:
            found.append(_own(section, symbol, entries, symbol))
    return tuple(found)


def _refuse_limits(section: Section, pack: Pack) -> None:
    """Refuse a figure in the place of a limit that holds for every project of the scheme."""
    for symbol, value in limits_of(pack).items():
        if symbol in section.entries:
            raise section.problem(
                symbol,
                f"是自愿减排管理办法的规定({value:.0f}),项目不能改用自己的数值;请删去",
                f"is a limit of the voluntary scheme ({value:.0f}) that no project replaces by a "
                "figure of its own: leave it out",
            )


def _by_species(section: Section, symbol: str) -> list[OwnParameter]:
    """Read figures of one factor by species, or one for all species."""
    factor = section.table(symbol)
    if any(key in factor.entries for key in _OWN_KEYS):
        return [_own(section, symbol, factor.entries, symbol)]
    words = all_species_words()
    factor.require_known(words)
    return [
        _own(factor, name, entries, f"{symbol}.{words[name]}")
        for name, entries in factor.entries.items()
    ]


def _own(section: Section, key: str, entries: object, symbol: str) -> OwnParameter:
    if not isinstance(entries, dict):
        raise section.problem(
            key,
            '请写 { value = …, source = "…", locator = "…" }:数值须有出处',
            'must be { value = …, source = "…", locator = "…" }: a figure has a source',
        )
    own = section.within(key, entries)
    own.require_known(_OWN_KEYS)
    own.needed("value", "写数值", "write the figure")
    own.needed("source", "写出处(文件、报告)", "name the document it was read in")
    own.needed("locator", "写页码、表号", "name the page or table")
    return OwnParameter(
        symbol,
        cast("float", own.signed("value")),
        cast("str", own.text("source")),
        cast("str", own.text("locator")),
        own.number("relative_se"),
    )


def read_tables(section: Section, folder: Path) -> dict[str, GrowthTable]:
    """Read growth tables: ages (years) and volumes (m3/ha), from points or a file.

    Raises
    ------
    UsageProblem
        If a table has fewer than two points, its ages do not ascend, or a figure is below 0.
    """
    found = {}
    for name, entries in section.entries.items():
        table = section.within(name, entries)
        table.require_known(_TABLE_KEYS)
        if ("points" in table.entries) == ("file" in table.entries):
            raise table.problem(
                "points, file", "请恰给一个", "give exactly one: points, or a file with them"
            )
        if "points" in table.entries:
            key, points = "points", _points(table)
        else:
            key, points = "file", _from_file(table, folder)
        ages = [age for age, _ in points]
        if len(points) < len(("age", "volume")) or any(b <= a for a, b in pairwise(ages)):
            raise table.problem(
                key,
                "至少两行,林龄递增;现为 " + ", ".join(f"{age:g}" for age in ages),
                "must be two rows or more of ascending age; the ages are "
                + ", ".join(f"{age:g}" for age in ages),
            )
        if min(min(point) for point in points) < 0:
            raise table.problem(key, "林龄和蓄积不得小于 0", "holds an age or a volume below 0")
        found[name] = points
    return found


def read_table_sources(section: Section) -> dict[str, str]:
    """Return where the growth tables come from, of those that say so: source and locator."""
    found = {}
    for name, entries in section.entries.items():
        table = section.within(name, entries)
        said = [text for key in ("source", "locator") if (text := table.text(key))]
        if said:
            found[name] = ": ".join(said)
    return found


def _points(table: Section) -> GrowthTable:
    listed: Any = table.entries["points"]
    if not isinstance(listed, list) or not all(
        isinstance(point, list)
        and len(point) == len(("age", "volume"))
        and all(map(is_number, point))
        for point in listed
    ):
        raise table.problem(
            "points",
            "应为 [[林龄, m3/ha], …]",
            "must be [[age, m3/ha], …]",
        )
    return tuple((float(age), float(volume)) for age, volume in listed)


def _from_file(table: Section, folder: Path) -> GrowthTable:
    name = cast("str", table.text("file"))
    age, volume = table.text("age") or "age", table.text("volume") or "volume_m3_per_ha"
    rows = read_table(
        folder / name, [], [age, volume], table.text("encoding"), table.text("layer")
    ).select(age, volume)
    if rows.null_count().sum_horizontal().item():
        raise table.problem("file", f"{name} 中有空格", f"{name} has an empty cell: fill it in")
    return tuple(rows.iter_rows())


def read_discount(section: Section) -> tuple[float, float | None]:
    """Read the discount, or the relative error from which the pack's table gives it.

    Raises
    ------
    UsageProblem
        If both are given, or one is no fraction.
    """
    section.require_known(_DISCOUNT_KEYS)
    rate, error = section.number("dr", 1), section.number("relative_error")
    if rate is not None and error is not None:
        raise section.problem(
            ", ".join(_DISCOUNT_KEYS),
            "两者只能给一个:扣减率,或不确定性(由方法学包的表查扣减率)",
            "give one of the two: the discount, or the uncertainty from which the pack's table "
            "gives it",
        )
    return rate or 0.0, error


def read_sampling(
    section: Section, strata: list[str] | None
) -> tuple[float | None, dict[str, Spread]]:
    """Read the area of a plot (ha) and what is expected of each stratum's plots.

    Parameters
    ----------
    strata
        Names of the strata; None where they are formed of the parcels.

    Raises
    ------
    UsageProblem
        If a stratum is not known, or its mean or spread is missing.
    """
    ha, m2 = (section.number(key) for key in _PLOT_AREA)
    if ha is not None and m2 is not None:
        raise section.problem(", ".join(_PLOT_AREA), "两者只能给一个", "give one of the two")
    area = ha if m2 is None else m2 / M2_PER_HA
    if area == 0:
        raise section.problem(_PLOT_AREA[0], "应大于 0", "must be above 0")
    spreads = {}
    for name, entries in section.entries.items():
        if name in _PLOT_AREA:
            continue
        if strata is not None and name not in strata:
            zh, en = did_you_mean(name, [*strata, *_PLOT_AREA])
            raise section.problem(name, f"没有碳层 {name};{zh}", f"no stratum {name}; {en}")
        spreads[name] = _spread(section.within(name, entries))
    return area, spreads


def _spread(own: Section) -> Spread:
    own.require_known(_SPREAD_KEYS)
    own.needed("mean", "写样地碳密度均值(t C/ha)", "write the mean of the plots (t C/ha)")
    mean, sd, cv = own.number("mean"), own.number("sd"), own.number("cv")
    if not mean:
        raise own.problem("mean", "应大于 0", "must be above 0")
    if (sd is None) == (cv is None):
        raise own.problem(
            "sd, cv",
            "请恰给一个:标准差(t C/ha)或变异系数(小数)",
            "give exactly one: standard deviation (t C/ha) or coefficient of variation (fraction)",
        )
    cost = own.number("cost")
    if cost == 0:
        raise own.problem("cost", "应大于 0", "must be above 0")
    spread = sd if sd is not None else mean * cast("float", cv)
    return Spread(mean, spread, 1.0 if cost is None else cost)
