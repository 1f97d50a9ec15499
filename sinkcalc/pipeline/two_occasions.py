"""Plots of two surveys side by side."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.plot_survey import PlotOptions, PlotValues, plot_values, require_values
from sinkcalc.store.plots import PlotSurvey
from sinkcalc.survey.design import SIZE


def require_order(years: tuple[int, int]) -> None:
    """Refuse two occasions of which the first is not the earlier.

    Raises
    ------
    UsageProblem
        Naming both years.
    """
    first, last = years
    if first >= last:
        raise UsageProblem(
            zh=f"前期 {first} 须早于后期 {last}:--from 给较早的年度,--to 给较晚的年度",
            en=f"the first survey {first} must be earlier than the last {last}: give the earlier "
            "year with --from and the later with --to",
        )


def require_same_definition(first: PlotSurvey, last: PlotSurvey) -> None:
    """Refuse two surveys that count in different ways.

    Raises
    ------
    SinkcalcError
        Naming both definitions.
    """
    if first.definition != last.definition:
        raise SinkcalcError(
            zh=f"调查 {first.survey} 的口径为 {first.definition},{last.survey} 为 "
            f"{last.definition},不能比较",
            en=f"survey {first.survey} follows the definition {first.definition}, {last.survey} "
            f"{last.definition}: they are not comparable",
        )


@dataclass(frozen=True)
class TwoOccasions:
    """Plots of two surveys side by side.

    Attributes
    ----------
    rows
        Rows of the later survey, and of plots that only the earlier one has, with the figure
        as `<column>_<year>`; null where a plot was not measured.
    names
        Columns of the two figures.
    """

    first: PlotValues
    last: PlotValues
    rows: pl.DataFrame
    names: tuple[str, str]

    @property
    def simulated(self) -> bool:
        """Whether either survey is simulated."""
        return self.first.survey.simulated or self.last.survey.simulated

    @property
    def partly_replaced(self) -> bool:
        """Whether any plot was measured on one occasion only."""
        return bool(self.rows.select(pl.any_horizontal(pl.col(self.names).is_null()).any()).item())


def two_occasions(
    db: Path,
    years: tuple[int, int],
    column: str,
    options: PlotOptions | None = None,
    wait: float = 0.0,
) -> TwoOccasions:
    """Pair the plots of two surveys by their numbers.

    Raises
    ------
    SinkcalcError
        If the years are not in order, a survey has no plots or follows another definition, or a
        figure is not known.
    """
    require_order(years)
    first, last = (plot_values(db, year, options, wait) for year in years)
    require_same_definition(first.survey, last.survey)
    for values in (first, last):
        require_values(values.rows, [column])
    names = (f"{column}_{years[0]}", f"{column}_{years[1]}")
    keys = [name for name in last.rows.columns if name not in (column, "plot_id")]
    joined = last.rows.with_columns(pl.lit(True).alias("_there")).join(
        first.rows.rename({column: names[0]}), on="plot_id", how="full", coalesce=True
    )
    # a plot that the later survey has is of its classes there, also where they are empty
    rows = joined.with_columns(
        pl.when("_there").then(name).otherwise(f"{name}_right").alias(name) for name in keys
    ).select("plot_id", *keys, names[0], pl.col(column).alias(names[1]))
    return TwoOccasions(first, last, rows.sort("plot_id"), names)


def on_own_areas(two: TwoOccasions) -> tuple[TwoOccasions, list[tuple[str, str]]]:
    """Let the first occasion stand for the areas that its strata had then.

    y1 of a stratum is multiplied by A1/A2, for both occasions are expanded by A2: the total of
    the first is A1 times its mean, and the change holds that of the land.

    Returns
    -------
    The occasions, and what has to be told, in Chinese and English.

    Raises
    ------
    UsageProblem
        If a stratum of plots is in one of the surveys only.
    """
    before, after = two.first.strata, two.last.strata
    if before.is_empty():
        told = (
            "前期没有层表,按后期的层面积推算",
            "the earlier survey has no strata: it is expanded to those of the later one",
        )
        return two, [told]
    if before.equals(after):
        return two, []
    ratio = after.join(before, on="stratum", how="full", coalesce=True, suffix="_1").select(
        "stratum", (pl.col(f"{SIZE}_1") / pl.col(SIZE)).alias("_ratio")
    )
    lost = ratio.filter(pl.col("_ratio").is_null())["stratum"].sort()
    if lost.len():
        listed = ", ".join(lost)
        raise UsageProblem(
            zh=f"层 {listed} 只在两期之一的层表中,两期不能逐层比较;统一层的划分后重新载入",
            en=f"stratum {listed} is in the strata of one survey only, so that the two cannot be "
            "compared stratum by stratum: load both with the same strata",
        )
    first = two.names[0]
    rows = two.rows.join(ratio, on="stratum", how="left", maintain_order="left").with_columns(
        pl.col(first) * pl.col("_ratio").fill_null(1.0)
    )
    areas = two.first.area_ha or 0.0, two.last.area_ha or 0.0
    note = (
        f"两期各按自己的层面积推算:{areas[0]:,.0f} ha 与 {areas[1]:,.0f} ha;变化含土地面积的变化",
        f"each occasion is expanded to its own strata, {areas[0]:,.0f} and {areas[1]:,.0f} ha: the "
        "change holds that of the land",
    )
    return replace(two, rows=rows.drop("_ratio")), [note]
