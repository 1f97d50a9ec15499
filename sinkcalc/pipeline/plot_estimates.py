"""Estimates from the plots of the database: one survey, and two."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.pipeline.plot_survey import (
    PlotOptions,
    PlotValues,
    as_sampled,
    plot_values,
    require_values,
)
from sinkcalc.pipeline.two_occasions import TwoOccasions, on_own_areas, two_occasions
from sinkcalc.survey import Design, SurveyResult, estimate_change

# figure of the plots per ha -> unit of its total
MEASURE_OF: Final = {
    "volume_m3_per_ha": "m3",
    "growing_stock_m3_per_ha": "m3",
    "basal_area_m2_per_ha": "m2",
    "above_ground_t_per_ha": "t d.m.",
    "below_ground_t_per_ha": "t d.m.",
    "carbon_t_per_ha": "t C",
    "dead_volume_m3_per_ha": "m3",
    "cut_volume_m3_per_ha": "m3",
}


def estimate_plots(
    db: Path,
    survey: int,
    design: Design,
    columns: list[str],
    estimate: Callable[[pl.DataFrame, Design], SurveyResult],
    options: PlotOptions | None = None,
    wait: float = 0.0,
) -> tuple[SurveyResult, PlotValues]:
    """Estimate from the plots of one survey, with its own strata unless the design has some.

    Raises
    ------
    SinkcalcError
        If the survey has no plots or a figure is not known.
    """
    values = plot_values(db, survey, options, wait)
    require_values(values.rows, [*columns, *design.auxiliaries])
    rows, completed = as_sampled(values, design)
    result = _told_of_strata(estimate(rows, completed), completed, values)
    unit = MEASURE_OF.get(columns[0]) if len(columns) == 1 else None
    simulated = values.survey.simulated
    return marked_rows(result, simulated=simulated, unit=unit, survey=survey), values


def _told_of_strata(result: SurveyResult, design: Design, values: PlotValues) -> SurveyResult:
    """Tell that a design of the user's own leaves the strata of the survey aside."""
    if values.area_ha is None or design.sizes is values.strata:
        return result
    note = (
        f"用命令给出的设计,未用调查 {values.survey.survey} 已载入的层",
        f"the design is that of the command: the strata of survey {values.survey.survey} are not "
        "used",
    )
    return replace(result, notes=[*result.notes, note])


def marked_rows(
    result: SurveyResult, *, simulated: bool, unit: str | None, **years: int
) -> SurveyResult:
    """Add years, unit of measure and the mark of simulated plots to every row.

    A total of a figure per hectare is none per hectare: its variable loses the ending.
    """
    of_totals = ["total", "change", "relative_change", "covariance"]
    whole = pl.col("stat").is_in(of_totals) & pl.lit(unit is not None)
    sized = (pl.col("stat") == "total").any()
    of_total = pl.lit(unit, pl.String)
    per_ha = of_total + "/ha"
    measure = (
        pl.when(pl.col("stat") == "mean")
        .then(per_ha)
        .when(pl.col("stat").is_in(["total", "change"]))
        .then(pl.when(sized).then(of_total).otherwise(per_ha))
    )
    name = pl.col("variable")
    rows = result.rows.with_columns(
        pl.when(whole & sized)
        .then(name.str.replace_all("_per_ha", ""))
        .otherwise(name)
        .alias("variable"),
        measure.alias("measure_unit"),
        *(pl.lit(year, pl.Int32).alias(key) for key, year in years.items()),
        pl.lit(simulated).alias("simulated"),
    )
    return replace(result, rows=rows)


def change_of_plots(
    db: Path,
    years: tuple[int, int],
    column: str,
    design: Design,
    options: PlotOptions | None = None,
    wait: float = 0.0,
) -> tuple[SurveyResult, TwoOccasions]:
    """Estimate the change of a figure between two plot surveys.

    Paired plots with their covariance; where plots were replaced and the design is simple or
    stratified, the composite of all plots, else the paired ones alone.
    """
    two = two_occasions(db, years, column, options, wait)
    rows, completed = as_sampled(replace(two.last, rows=two.rows), design)
    notes: list[tuple[str, str]] = []
    if completed.sizes is two.last.strata:
        scaled, notes = on_own_areas(two)
        rows = rows.with_columns(scaled.rows[two.names[0]])
    result = _told_of_strata(_change(rows, two, completed), completed, two.last)
    marked = marked_rows(
        replace(result, notes=[*result.notes, *notes]),
        simulated=two.simulated,
        unit=MEASURE_OF.get(column),
        survey_from=years[0],
        survey_to=years[1],
    )
    return marked, two


def _change(rows: pl.DataFrame, two: TwoOccasions, design: Design) -> SurveyResult:
    plain = design.name in ("simple_random", "stratified") and design.unit is None
    if not two.partly_replaced or design.name == "composite":
        return estimate_change(rows, *two.names, design)
    if design.estimator is None and plain:
        return estimate_change(rows, *two.names, replace(design, estimator="composite"))
    paired = rows.drop_nulls(two.names)
    left_out = rows.height - paired.height
    result = estimate_change(paired, *two.names, design)
    note = (
        f"{left_out} 个样地只有一期,未计入",
        f"{left_out} plots were measured on one occasion only and do not count",
    )
    return replace(result, notes=[*result.notes, note])
