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


def probable_unit(jump: Jump, profile: Profile, mine: str, other: str) -> tuple[str, str]:
    """Say which occasion is probably read in which wrong unit, in Chinese and English.

    Parameters
    ----------
    mine, other
        Names of the two occasions.
    """
    rule = profile.columns.get(jump.column)
    unit = "" if rule is None else rule.unit
    true = unit and unit_ten_times(jump.column, unit, 1 / _TEN if jump.larger else _TEN)
    if true:
        return f"{mine} 像是把 {true} 当作 {unit} 读入", f"{mine} looks like {true} read as {unit}"
    # then it is the other one that is read ten times too small or too large
    true = unit and unit_ten_times(jump.column, unit, 1 / _TEN)
    if true:
        wrong, right = (unit, true) if jump.larger else (true, unit)
        return (
            f"{other} 像是把 {wrong} 当作 {right} 读入",
            f"{other} looks like {wrong} read as {right}",
        )
    return "请核对两期的单位", "check the unit of both"
