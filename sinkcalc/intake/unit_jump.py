"""A jump by a factor of ten between two occasions: one of them is read in a wrong unit."""

from dataclasses import dataclass

import polars as pl

from sinkcalc.intake.kinds import TableKind
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.rules import load_rules
from sinkcalc.units import unit_ten_times

_TEN = 10


@dataclass(frozen=True)
class Jump:
    """One measured column that jumps between two occasions.

    Attributes
    ----------
    pairs
        Plots or trees that are measured on both.
    median, other_median
        Of these, in the stored unit.
    """

    column: str
    pairs: int
    median: float
    other_median: float

    @property
    def larger(self) -> bool:
        """Whether the rows that are loaded hold the larger figures."""
        return self.median > self.other_median


def find_jumps(rows: pl.DataFrame, other: pl.DataFrame, kind: TableKind) -> list[Jump]:
    """Compare what the same plots or trees measure on two occasions.

    A column jumps where the median of the ratios lies within the bounds of `unit_jump`, or its
    reciprocal does, over at least as many pairs as `unit_jump_pairs` asks for.

    Parameters
    ----------
    rows, other
        Key and measured columns, in the stored unit.
    """
    bounds, fewest = load_rules()["unit_jump"], load_rules()["unit_jump_pairs"].minimum
    key = list(kind.key)
    pairs = rows.unique(key, keep="first", maintain_order=True).join(
        other.unique(key, keep="first", maintain_order=True), on=key, suffix="_other"
    )
    found = []
    for column in kind.compared:
        mine, theirs = pl.col(column), pl.col(f"{column}_other")
        both = pairs.filter((mine > 0) & (theirs > 0))
        count, median, other_median, ratio = both.select(
            pl.len(),
            mine.median().alias("mine"),
            theirs.median().alias("theirs"),
            (mine / theirs).median().alias("ratio"),
        ).row(0)
        if count < (fewest or 0) or not ratio:
            continue
        apart = max(ratio, 1 / ratio)
        if (bounds.minimum or 0) <= apart <= (bounds.maximum or apart):
            found.append(Jump(column, count, median, other_median))
    return found


@dataclass(frozen=True)
class Side:
    """One of two occasions that are compared.

    Attributes
    ----------
    zh, en
        How it is named.
    profile
        How its columns are read; None for a survey that is stored already.
    """

    zh: str
    en: str
    profile: Profile | None = None


def probable_unit(jump: Jump, mine: Side, other: Side) -> tuple[str, str]:
    """Say which occasion is probably read in which wrong unit, in Chinese and English.

    The one whose median lies outside what trees on plots measure (`unit_jump_dbh`,
    `unit_jump_height`) is the wrong one; without such bounds neither is named.
    """
    usual = load_rules().get(f"unit_jump_{jump.column.partition('_')[0]}")
    large, small = (mine, other) if jump.larger else (other, mine)
    most, least = sorted((jump.median, jump.other_median), reverse=True)
    if usual is not None and most > (usual.maximum or most):
        return _read_as(jump.column, large, ("大", "large"), 1 / _TEN)
    if usual is not None and least < (usual.minimum or least):
        return _read_as(jump.column, small, ("小", "small"), _TEN)
    return "请核对两期的单位", "check the unit of both"


def _read_as(column: str, side: Side, size: tuple[str, str], factor: float) -> tuple[str, str]:
    """Name the unit that the wrong occasion is probably written in, if there is one."""
    rule = None if side.profile is None else side.profile.columns.get(column)
    true = None if rule is None else unit_ten_times(column, rule.unit, factor)
    if rule is None or true is None:
        return f"{side.zh} 像是{size[0]}了十倍", f"{side.en} looks ten times too {size[1]}"
    return (
        f"{side.zh} 像是把 {true} 当作 {rule.unit} 读入",
        f"{side.en} looks like {true} read as {rule.unit}",
    )
