"""Occasions that differ tenfold: the load is refused and told why."""

from collections.abc import Iterator, Mapping

import polars as pl

from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.unit_jump import Jump, Side, find_jumps, probable_unit
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.spool import OCCASION, Spool

Note = tuple[str, str]


def jumps_of(
    spool: Spool, profile: Profile, neighbours: Mapping[int, pl.DataFrame], survey: int
) -> list[Note]:
    """Describe every measured column that jumps tenfold, once, in Chinese and English.

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
    own = _side(profile.occasion, survey, profile)
    figures = spool.scan("figures").collect()
    mine = figures.filter(pl.col(OCCASION) == profile.occasion)
    found: dict[str, Note] = {}
    for other, rows in _others(figures, profile, neighbours):
        for jump in find_jumps(mine, rows, kind):
            found.setdefault(jump.column, _told(jump, own, other))
    return list(found.values())


def _side(occasion: str, survey: int, profile: Profile | None) -> Side:
    if occasion:
        return Side(f"期 {occasion}", f"occasion {occasion}", profile)
    return Side(f"调查 {survey}", f"survey {survey}", profile)


def _others(
    figures: pl.DataFrame, profile: Profile, neighbours: Mapping[int, pl.DataFrame]
) -> Iterator[tuple[Side, pl.DataFrame]]:
    others = figures.filter(pl.col(OCCASION) != profile.occasion)
    for (name,), rows in sorted(others.partition_by(OCCASION, as_dict=True).items()):
        yield _side(str(name), 0, profile.on_occasion(str(name))), rows
    for year, rows in sorted(neighbours.items()):
        yield _side("", year, None), rows


def _told(jump: Jump, own: Side, other: Side) -> Note:
    mine, theirs = f"{jump.median:.4g}", f"{jump.other_median:.4g}"
    zh, en = probable_unit(jump, own, other)
    return (
        f"{jump.column}:{own.zh} 的中位数为 {mine},{other.zh} 为 {theirs}({jump.pairs} 对),{zh}",
        f"{jump.column}: the median is {mine} in {own.en} and {theirs} in {other.en} "
        f"({jump.pairs} pairs): {en}",
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
