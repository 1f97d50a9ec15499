"""Trees of a stratum, as the project file says them: species, share, planting, growth curve."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from sinkcalc.ccer.project import CURVE_KINDS, Component, CurveKind
from sinkcalc.errors import did_you_mean
from sinkcalc.pipeline.scenario_values import species_words
from sinkcalc.pipeline.toml_section import Section

CURVE_KEYS: Final = ("curve", "curve_name")
FIRST_YEAR: Final = 1900
WHOLE: Final = 1.0
_COMPONENT_KEYS: Final = ("name", "species", "share", "planted", *CURVE_KEYS)
# by which shares written with few decimals may miss the whole
_SHARE_SLACK: Final = 1e-6


@dataclass(frozen=True)
class Around:
    """What the rest of the project file says that a stratum depends on.

    Attributes
    ----------
    first_year, last_year
        Calendar years in which the crediting period begins and ends.
    tables
        Names of the growth tables.
    inputs
        Symbols that the methodology takes from a stratum.
    has_trees
        Whether its equations are about trees and bamboo.
    """

    first_year: int
    last_year: int
    tables: tuple[str, ...]
    inputs: tuple[str, ...]
    has_trees: bool = True


def planted_components(section: Section, around: Around) -> list[Component]:
    """Read the trees that are planted first, or stand from the beginning.

    Raises
    ------
    UsageProblem
        If a key, species or curve is not known, a year is out of reach, or two have one name.
    """
    listed = section.tables("components")
    if not listed:
        if section.entries.get("species") is None:
            _refuse_without_trees(section)
            return []
        alone = {k: v for k, v in section.entries.items() if k in ("species", "planted")}
        return [read_component(replace(section, entries=alone), section, around)]
    if "species" in section.entries:
        raise section.problem(
            "species",
            "已列出 components;树种写在各 components 中",
            "there are components: name the species in each of them",
        )
    for each in listed:
        each.require_known(_COMPONENT_KEYS)
    found = [read_component(each, section, around) for each in listed]
    for number, component in enumerate(found):
        if component.name in [other.name for other in found[:number]]:
            raise listed[number].problem(
                "name",
                f"与前一个组成重名:{component.name};合并两者,或各给一个 name",
                f"is that of an earlier component: {component.name}; join the two, or give each a "
                "name",
            )
    return found


def _refuse_without_trees(section: Section) -> None:
    for key in ("planted", *CURVE_KEYS, "thinnings", "fellings"):
        if key in section.entries:
            raise section.problem(
                key,
                "没有树种:请写 species 或 components,或删去此键",
                "there are no trees: name a species or components, or remove the key",
            )


def read_component(own: Section, stratum: Section, around: Around) -> Component:
    """Read trees of one species; year and curve are the stratum's where they say none.

    Raises
    ------
    UsageProblem
        If the species, year or curve is missing or not known.
    """
    own.needed("species", '写树种,如 "杉木"', 'name a species, as "杉木" or "chinese_fir"')
    species = cast("str", own.word("species", species_words()))
    planted = own.whole("planted")
    if planted is None:
        planted = stratum.whole("planted")
    if planted is None:
        own.needed("planted", "写造林年份,如 2024", "write the year of planting, as 2024")
    year = cast("int", planted)
    if not FIRST_YEAR <= year <= around.last_year:
        raise own.problem(
            "planted",
            f"{year} 不在 {FIRST_YEAR} 至计入期末年 {around.last_year} 之间",
            f"{year} is not between {FIRST_YEAR} and {around.last_year}, the year in which the "
            "crediting period ends",
        )
    share = own.number("share", 1)
    return Component(
        own.text("name") or f"{species}-{year}",
        species,
        WHOLE if share is None else share,
        year,
        *_curve(own, stratum, around),
    )


def _curve(own: Section, stratum: Section, around: Around) -> tuple[CurveKind, str | None]:
    """Read kind and name of a curve, from the component or else from the stratum."""
    kinds: dict[str, str] = {kind: kind for kind in CURVE_KINDS}
    at = own if "curve" in own.entries else stratum
    kind = cast("CurveKind", at.word("curve", kinds) or "default")
    named = own if "curve_name" in own.entries or at is own else stratum
    name = named.text("curve_name")
    if kind == "table" and name not in around.tables:
        zh, en = did_you_mean(name or "", around.tables)
        if not around.tables:
            zh, en = "请写 [tables.名称] 一段", "write a table [tables.NAME]"
        raise named.problem(
            "curve_name",
            f"没有生长表 {name};{zh}" if name else f"缺少生长表名称;{zh}",
            f"there is no growth table {name}; {en}"
            if name
            else f"is missing: name a growth table; {en}",
        )
    return kind, name


def require_shares(section: Section, planted: Sequence[Component], *, whole: bool) -> None:
    """Refuse shares that do not make up the stratum, or exceed it.

    Raises
    ------
    UsageProblem
        With their sum.
    """
    total = sum(component.share for component in planted)
    if planted and (total > WHOLE + _SHARE_SLACK or (whole and total < WHOLE - _SHARE_SLACK)):
        raise section.problem(
            "components",
            f"各树种 share 之和为 {total:g},应{'等于' if whole else '不超过'} 1",
            f"the shares add up to {total:g} and must {'be' if whole else 'not exceed'} 1",
        )
    empty = [component.name for component in planted if component.share == 0]
    if empty:
        raise section.problem(
            "components", f"{empty[0]} 的 share 为 0;请删去", f"{empty[0]} has no share: remove it"
        )
