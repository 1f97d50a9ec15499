"""Group sums for growth curves: of stands, of stands or plots of two surveys, of a file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.growth_curves import by_species_group
from sinkcalc.store.connection import Connection
from sinkcalc.store.growth import pair_reasons, pair_sums, plot_sums, stand_sums, unusable_stands
from sinkcalc.store.inventory import get_surveys
from sinkcalc.store.plots import get_plot_surveys

Note = tuple[str, str]
# why a pair is not used, in Chinese and English
_REASONS: Final = {
    "species_or_origin_changed": ("树种或起源变了", "of another species or origin later"),
    "without_age": ("缺年龄", "without an age"),
    "age_not_moved_on": (
        "年龄没有随间隔增加(采伐更新或年龄改正)",
        "whose age did not move on by the interval (felled and regrown, or a corrected age)",
    ),
    "without_volume": (
        "缺蓄积(样地也可能缺采伐量)",
        "without a volume (or, of plots, without what was cut)",
    ),
    "no_volume_before": ("前期蓄积为零,没有比值", "without volume before, which have no ratio"),
}
SPACE_FOR_TIME: Final = (
    "以空间代时间:把一次调查中不同年龄的林分当作同一林分的生长过程,即假定各龄级的立地与经营相同;"
    "好林分先被采伐时,老龄林分偏低,曲线的后段也偏低;抚育间伐的影响在曲线之内",
    "space for time: stands of different ages at one survey stand for one stand that grows, which "
    "takes sites and treatment to be alike at every age. Where good stands are felled first, old "
    "stands are poor ones and the curve ends too low; thinning is within the curve",
)
_SAME_STANDS: Final = (
    "同一林分的两期之比:V2 = V1 × f(A2)/f(A1),不受立地差异影响;水平 a 取自后期的林分。"
    "间伐、枯损和没有改变年龄的采伐减小比值,已在曲线之内;采伐更新的林分不用",
    "growth of the same stands: V2 = V1 * f(A2)/f(A1), which differences of site do not touch; the "
    "level a is that of the stands of the later survey. Thinning, mortality and felling that "
    "leaves the age as it is lower the ratio and are within the curve; stands felled and regrown "
    "are left out",
)
_SAME_PLOTS: Final = (
    "同一样地的两期之比:V2 = V1 × f(A2)/f(A1),V2 = 后期活立木蓄积 + 间隔期采伐蓄积(采伐前的生长);"
    "枯损不加回,曲线是扣除枯损的净生长;水平 a 取自后期样地的活立木蓄积",
    "growth of the same plots: V2 = V1 * f(A2)/f(A1), with V2 the later standing volume and what "
    "was cut in between (growth before felling); dead volume is not added back, so the curve is "
    "net of mortality; the level a is that of the standing volume of the later plots",
)


@dataclass(frozen=True)
class GrowthSource:
    """Where the samples of growth curves come from; one of survey, plots and file is given.

    Attributes
    ----------
    survey, survey_from
        Survey of stands; the same stands at an earlier survey too.
    plots
        Two surveys of permanent plots.
    file, columns, encoding, layer
        A table of stands; `x`, `y`, `group`, `origin`, `site`, `area` -> column.
    """

    survey: int | None = None
    survey_from: int | None = None
    plots: tuple[int, int] | None = None
    file: Path | None = None
    columns: dict[str, str | None] | None = None
    encoding: str | None = None
    layer: str | None = None


@dataclass(frozen=True)
class GrowthSamples:
    """Group sums for `fit_growth`, and what is told of them.

    Attributes
    ----------
    rows, levels
        Arguments of `fit_growth`.
    name, sha256
        Of the samples.
    rows_in, used
        Stands (plots, rows) that were looked at, and that are in the sums.
    columns
        Role -> column of a file.
    notes
        What the samples stand for and what was left out, in Chinese and English.
    """

    rows: pl.DataFrame
    levels: pl.DataFrame | None
    name: str
    sha256: str
    rows_in: int
    used: int
    columns: dict[str, str]
    notes: list[Note]
    simulated: bool


def growth_samples(con: Connection, source: GrowthSource) -> GrowthSamples:
    """Return the group sums of a source of the database.

    Raises
    ------
    UsageProblem
        If the years are not in order, or no stand can be used.
    SinkcalcError
        If a survey is not there.
    """
    if source.plots is not None:
        return _plots(con, source.plots)
    assert source.survey is not None
    if source.survey_from is not None:
        return _same_stands(con, (source.survey_from, source.survey))
    return _stands(con, source.survey)


def _stands(con: Connection, survey: int) -> GrowthSamples:
    known = get_surveys(con)
    _require((survey,), list(known), "stands")
    rows = by_species_group(stand_sums(con, survey))
    counts = unusable_stands(con, survey)
    note = (
        f"乔木林小班 {counts['rows']} 个,使用 {rows['n'].sum()};缺年龄 {counts['without_age']},"
        f"缺蓄积 {counts['without_volume']}",
        f"{counts['rows']} arbor stands, {rows['n'].sum()} used; {counts['without_age']} have no "
        f"age, {counts['without_volume']} no volume",
    )
    made = known[survey].simulated
    return _samples(rows, None, f"stands {survey}", counts["rows"], [note, SPACE_FOR_TIME], made)


def _same_stands(con: Connection, years: tuple[int, int]) -> GrowthSamples:
    known = get_surveys(con)
    _require(years, list(known), "stands")
    rows = by_species_group(pair_sums(con, years))
    levels = by_species_group(stand_sums(con, years[1]))
    total, note = _counted(pair_reasons(con, years), "小班", "stands")
    made = any(known[year].simulated for year in years)
    name = f"stands {years[0]}-{years[1]}"
    return _samples(rows, levels, name, total, [note, _SAME_STANDS], made)


def _plots(con: Connection, years: tuple[int, int]) -> GrowthSamples:
    known = get_plot_surveys(con)
    _require(years, list(known), "plots")
    rows = by_species_group(pair_sums(con, years, plots=True))
    levels = by_species_group(plot_sums(con, years[1]))
    total, note = _counted(pair_reasons(con, years, plots=True), "样地", "plots")
    made = any(known[year].simulated for year in years)
    name = f"plots {years[0]}-{years[1]}"
    return _samples(rows, levels, name, total, [note, _SAME_PLOTS], made)


def _require(years: tuple[int, ...], known: list[int], table: str) -> None:
    if list(years) != sorted(set(years)):
        raise UsageProblem(
            zh=f"前期须早于后期:{years[0]}、{years[-1]}",
            en=f"the earlier survey comes first: {years[0]}, {years[-1]}",
        )
    missing = [year for year in years if year not in known]
    if missing:
        listed = ", ".join(map(str, known)) or "–"
        what = {"stands": "小班", "plots": "样地"}[table]
        raise SinkcalcError(
            zh=f"没有 {missing[0]} 年的{what};已有:{listed}。先用 sinkcalc load {table} 入库",
            en=f"there are no {table} of {missing[0]}; there are {listed}. Load them with sinkcalc "
            f"load {table}",
        )


def _counted(reasons: dict[str, int], zh: str, en: str) -> tuple[int, Note]:
    total, used = sum(reasons.values()), reasons.get("", 0)
    left = [(count, *_REASONS[why]) for why, count in reasons.items() if why]
    left_zh = ";".join(f"{count} 个{why}" for count, why, _ in left)
    left_en = "; ".join(f"{count} {why}" for count, _, why in left)
    return total, (
        f"两期都是乔木林的{zh} {total} 个,使用 {used}" + (f";未用:{left_zh}" if left else ""),
        f"{total} {en} were arbor forest at both surveys, {used} are used"
        + (f"; left out: {left_en}" if left else ""),
    )


def _samples(
    rows: pl.DataFrame,
    levels: pl.DataFrame | None,
    name: str,
    rows_in: int,
    notes: list[Note],
    made: bool,
) -> GrowthSamples:
    text = "".join(frame.write_csv() for frame in (rows, levels) if frame is not None)
    if rows.is_empty():
        zh, en = notes[0]
        raise UsageProblem(
            zh=f"{name}:没有可用的林分。{zh}。补充年龄与蓄积",
            en=f"{name}: no stand can be used. {en}. Give ages and volumes",
        )
    return GrowthSamples(
        rows,
        levels,
        f"[SIMULATED] {name}" if made else name,
        hashlib.sha256(text.encode()).hexdigest(),
        rows_in,
        int(rows["n"].sum()),
        {},
        notes,
        made,
    )
