"""Occasions that differ tenfold: the load is refused and told why."""

from collections.abc import Iterator, Mapping

import polars as pl

from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.unit_jump import Jump, find_jumps, probable_unit
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.spool import OCCASION, Spool

Note = tuple[str, str]


def jumps_of(
    spool: Spool, profile: Profile, neighbours: Mapping[int, pl.DataFrame], survey: int
) -> list[Note]:
    """Describe every measured column that jumps tenfold, in Chinese and English.

    Parameters
    ----------
    spool
        Holds the figures of this and the other occasions of the files.
    neighbours
        Year -> figures of the plot surveys before and after.
    """
    kind = profile.kind
    if not kind.compared:
        return []
    own = f"期 {profile.occasion}" if profile.occasion else f"调查 {survey}"
    own_en = f"occasion {profile.occasion}" if profile.occasion else f"survey {survey}"
    figures = spool.scan("figures").collect()
    mine = figures.filter(pl.col(OCCASION) == profile.occasion)
    found = []
    for (other_zh, other_en), rows in _others(figures, profile.occasion, neighbours):
        for jump in find_jumps(mine, rows, kind):
            zh, _ = probable_unit(jump, profile, own, other_zh)
            _, en = probable_unit(jump, profile, own_en, other_en)
            found.append(_told(jump, (own, own_en), (other_zh, other_en), (zh, en)))
    return found


def _others(
    figures: pl.DataFrame, occasion: str, neighbours: Mapping[int, pl.DataFrame]
) -> Iterator[tuple[Note, pl.DataFrame]]:
    others = figures.filter(pl.col(OCCASION) != occasion).partition_by(OCCASION, as_dict=True)
    for (name,), rows in sorted(others.items()):
        yield (f"期 {name}", f"occasion {name}"), rows
    for year, rows in sorted(neighbours.items()):
        yield (f"调查 {year}", f"survey {year}"), rows


def _told(jump: Jump, own: Note, other: Note, probable: Note) -> Note:
    mine, theirs = f"{jump.median:.4g}", f"{jump.other_median:.4g}"
    return (
        f"{jump.column}:{own[0]} 的中位数为 {mine},{other[0]} 为 {theirs}"
        f"({jump.pairs} 对),{probable[0]}",
        f"{jump.column}: the median is {mine} in {own[1]} and {theirs} in {other[1]} "
        f"({jump.pairs} pairs): {probable[1]}",
    )


def refuse_jumps(jumps: list[Note], options: LoadOptions) -> None:
    """Refuse a load with a jump that is not accepted.

    Raises
    ------
    SinkcalcError
        With column, occasions, medians and the probable unit.
    """
    if not jumps or options.accept_unit_jump:
        return
    zh, en = (";".join(jump[0] for jump in jumps), "; ".join(jump[1] for jump in jumps))
    raise SinkcalcError(
        zh=f"两期相差约十倍(规则 unit_jump),未入库。{zh}。在配置中改正单位"
        "(各期不同时写 [occasions.期.columns]),或核对 --occasion 与 --survey;"
        "确属实际变化时加 --accept-unit-jump",
        en=f"two occasions differ about tenfold (rule unit_jump); nothing was stored. {en}. "
        "Correct the unit in the profile (under [occasions.NAME.columns] where occasions differ), "
        "or check --occasion and --survey; give --accept-unit-jump if the change is real",
    )
