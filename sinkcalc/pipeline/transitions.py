"""Land-class transitions between two surveys of stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sinkcalc.accounting.series_breaks import Break
from sinkcalc.accounting.transitions import transitions
from sinkcalc.coefficients.land import successors
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.intake.rules import load_rules, texts_of
from sinkcalc.pipeline.estimate import require_survey
from sinkcalc.pipeline.series_breaks import find_breaks, require_series
from sinkcalc.schemas.series import BOTH_CLASSES, SAME_IDS
from sinkcalc.store.connection import Connection, reading
from sinkcalc.store.inventory import Survey, get_surveys, region_names
from sinkcalc.store.transitions import (
    carries_classes,
    classes_of_one_survey,
    classes_of_same_ids,
)

_MATCH_RULE = "ids_match"


@dataclass(frozen=True)
class Transitions:
    """Land-class transitions and what has to be known of them.

    Attributes
    ----------
    rows
        Rows of `Transition`.
    matched_fraction
        Share of the earlier area whose stands the later survey has; None where stands were not
        joined, or there is no earlier area.
    notes
        What is to be told, in Chinese and English.
    breaks
        Breaks of the series that the rows were made across.
    """

    rows: pl.DataFrame
    basis: str
    matched_fraction: float | None
    notes: list[tuple[str, str]]
    breaks: list[Break]


def land_transitions(
    db: Path,
    years: tuple[int, int],
    *,
    by_region: bool = False,
    basis: str | None = None,
    across: bool = False,
    wait: float = 0.0,
) -> Transitions:
    """List what the land of each class became between two surveys.

    Parameters
    ----------
    basis
        `same_ids`: stands of both surveys joined by number. `both_classes`: the class before that
        stands of the later survey carry; the earlier survey need not be loaded. If None, the
        first; the second where the numbers hardly match and the later survey carries classes.
    across
        Also where a break of the series touches the rows.

    Raises
    ------
    UsageProblem
        If the years are not in order.
    SinkcalcError
        If the surveys have no stand in common and nothing else is known of the classes before.
    """
    first, last = years
    if first >= last:
        raise UsageProblem(
            zh=f"--from {first} 应早于 --to {last}", en=f"--from {first} must be before --to {last}"
        )
    with reading(db, wait) as con:
        surveys = get_surveys(con)
        now = require_survey(surveys, last)
        if basis == BOTH_CLASSES:
            return _of_both_classes(con, years, now, by_region=by_region)
        before = require_survey(surveys, first)
        found = _of_same_ids(con, years, before, now, by_region=by_region, across=across)
        few = load_rules()[_MATCH_RULE].minimum or 0.0
        share = found.matched_fraction
        if share is None or share >= few:
            return found
        if basis is None and carries_classes(con, last):
            other = _of_both_classes(con, years, now, by_region=by_region)
            # the first note is that of the numbers, and what it advises is done
            notes = [*_few_matches(share, advise=False), *found.notes[1:], *other.notes]
            return Transitions(other.rows, other.basis, share, notes, other.breaks)
    if share == 0:
        zh, en = found.notes[0]
        raise SinkcalcError(zh=zh, en=en)
    return found


def _of_same_ids(
    con: Connection,
    years: tuple[int, int],
    before: Survey,
    now: Survey,
    *,
    by_region: bool,
    across: bool,
) -> Transitions:
    columns = ["vegetation_class", *(["region_code"] if by_region else [])]
    breaks = find_breaks(con, years)
    # those that need no rows are said before anything is joined
    require_series(breaks, columns, (), across=across)
    codes = successors()
    old = {code: codes[code] for code in breaks.old_codes}
    classes = classes_of_same_ids(con, *years, old)
    listed = pl.concat([classes["region_from"], classes["region_to"]])
    regions = listed.drop_nulls().unique().to_list()
    require_series(breaks, columns, regions, across=across)
    rows = transitions(classes, years, SAME_IDS, by_region=by_region)
    share = _matched(classes)
    notes = [*_few_matches(share), *_of_renamed(classes, old), *_of_moved(classes, by_region)]
    rows = _named(con, breaks.marked(rows, columns), simulated=before.simulated or now.simulated)
    return Transitions(rows, SAME_IDS, share, notes, breaks.touching(columns, regions))


def _of_both_classes(
    con: Connection, years: tuple[int, int], now: Survey, *, by_region: bool
) -> Transitions:
    last = years[1]
    classes = classes_of_one_survey(con, last)
    if classes["class_from"].is_null().all():
        raise SinkcalcError(
            zh=f"调查 {last} 的小班没有前期地类;入库时用带前期地类(Q_DI_LEI)的图层与配置"
            "(erlei、yizhangtu、zhejiang,或自己的配置写 previous_vegetation_class),"
            "或用 --basis same_ids",
            en=f"no stand of survey {last} carries its class before: load a layer that has it "
            "(Q_DI_LEI; profiles erlei, yizhangtu, zhejiang, or previous_vegetation_class in a "
            "profile of your own), or use --basis same_ids",
        )
    rows = transitions(classes, years, BOTH_CLASSES, by_region=by_region)
    unsaid = classes.filter(pl.col("class_from").is_null())
    notes = [
        (
            f"前期地类取自 {last} 年图层自带的前期地类:它是该图层的上一期,是否为 {years[0]} 年"
            "由数据提供方确认;面积为现小班面积,没有前期蓄积,不列蓄积变化",
            f"the classes before are those that the layer of {last} carries: of its own survey "
            f"before, and whether that is {years[0]} is for who made it to say; areas are those "
            "of today, and without a volume before there is no change of growing stock",
        )
    ]
    if unsaid.height:
        stands, area = int(unsaid["stands"].sum()), float(unsaid["area_to"].sum())
        notes.append(
            (
                f"前期未记地类:{stands} 个小班,{area:,.1f} ha",
                f"no class before is recorded: {stands} stands, {area:,.1f} ha",
            )
        )
    return Transitions(_named(con, rows, simulated=now.simulated), BOTH_CLASSES, None, notes, [])


def _matched(classes: pl.DataFrame) -> float | None:
    there = pl.col("class_from").is_not_null() & pl.col("class_to").is_not_null()
    whole = float(classes["area_from"].sum() or 0)
    return float(classes.filter(there)["area_from"].sum() or 0) / whole if whole else None


def _few_matches(share: float | None, *, advise: bool = True) -> list[tuple[str, str]]:
    few = load_rules()[_MATCH_RULE].minimum
    if share is None or few is None or share >= few:
        return []
    texts = texts_of(_MATCH_RULE)
    zh, en = texts["remedy_zh"], texts["remedy_en"]
    if not advise:
        zh, en = (
            "改用后期图层自带的前期地类",
            "the classes before that the later layer carries are used",
        )
    return [
        (
            f"前期面积中只有 {share:.1%} 的小班编号在后期找到:{texts['reason_zh']};{zh}",
            f"only {share:.1%} of the earlier area has a stand number that is found later: "
            f"{texts['reason_en']}; {en}",
        )
    ]


def _of_renamed(classes: pl.DataFrame, old: dict[str, str]) -> list[tuple[str, str]]:
    if not old:
        return []
    listed = ", ".join(f"{code} → {new}" for code, new in sorted(old.items()))
    renamed = int(classes["renamed"].sum() or 0)
    return [
        (
            f"前期编号以已撤销的县代码开头,按今代码({listed})找到 {renamed} 个小班;"
            "划入其他区的小班编号已另编,列为后期没有",
            f"numbers of the earlier survey begin with abolished county codes: {renamed} stands "
            f"were found under those of today ({listed}); stands that went to another district "
            "were numbered anew there and count as not in the later survey",
        )
    ]


def _of_moved(classes: pl.DataFrame, by_region: bool) -> Sequence[tuple[str, str]]:
    moved = classes.filter(pl.col("region_from") != pl.col("region_to"))
    if moved.is_empty() or not by_region:
        return []
    stands = int(moved["stands"].sum())
    return [
        (
            f"{stands} 个小班换了县:从原县移出、在现县移入,各县的合计因此与该县两期的面积相符",
            f"{stands} stands are in another county now: they leave the one and come to the other, "
            "so that the sums of each county are its areas at both surveys",
        )
    ]


def _named(con: Connection, rows: pl.DataFrame, *, simulated: bool) -> pl.DataFrame:
    names = dict(region_names(con).iter_rows())
    name = pl.col("region_code").replace_strict(names, default=None, return_dtype=pl.String)
    return rows.with_columns(name.alias("region_name"), pl.lit(simulated).alias("simulated"))
