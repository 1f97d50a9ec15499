"""Plots beside the stands: verdict, difference and regression, small counties."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
import polars as pl

from sinkcalc.coefficients.factors import species_groups
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.compare import stored_estimate
from sinkcalc.pipeline.estimate import EstimateOptions, require_survey
from sinkcalc.pipeline.plot_survey import (
    GROWING_STOCK,
    PlotOptions,
    PlotValues,
    as_sampled,
    plot_values,
    require_values,
)
from sinkcalc.store.auxiliary import arbor_cells, arbor_without_volume, stands_of_plots
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import Survey, get_surveys, region_names
from sinkcalc.survey import Design, estimate_total
from sinkcalc.survey.design import SinglePlot
from sinkcalc.survey.sample import sums
from sinkcalc.survey.verdict import judge_stands, load_limits

Quantity = Literal["growing_stock", "carbon"]
# quantity -> column of the plots
_OF_PLOT: Final[dict[Quantity, str]] = {"growing_stock": GROWING_STOCK, "carbon": "arbor_carbon"}
UNIT_OF: Final[dict[Quantity, str]] = {"growing_stock": "m3", "carbon": "t C"}
OF_STANDS: Final = "of_stands"
SPREAD: Final = "difference"


@dataclass(frozen=True)
class Beside:
    """Plots with what the stands record at their place, and the totals of the stands.

    Attributes
    ----------
    values
        The plots; `of_stands` is the figure of their stand per ha, 0 outside the stands.
    totals
        `region_code`, `stands_value`: totals of the stands by county.
    column
        The figure of the plots.
    notes
        Plots whose stand is not in the survey, in Chinese and English.
    """

    values: PlotValues
    stands: Survey
    totals: pl.DataFrame
    column: str
    notes: list[tuple[str, str]]

    @property
    def simulated(self) -> bool:
        """Whether either survey is simulated."""
        return self.values.survey.simulated or self.stands.simulated


def beside_stands(
    db: Path,
    plot_survey: int,
    survey: int,
    quantity: Quantity = "growing_stock",
    options: PlotOptions | None = None,
    wait: float = 0.0,
    *,
    place: bool = True,
) -> Beside:
    """Put the plots beside the stands, and by `place` each plot beside the stand it lies in.

    Carbon of a stand is its volume times the carbon per volume of its species group in the
    estimate of the stands: a proxy, which is what an auxiliary variable has to be. Groups all of
    whose stands lack a volume have none.

    Raises
    ------
    SinkcalcError
        If a survey is missing, no area of the whole is known, or no plot names a stand.
    """
    values = plot_values(db, plot_survey, options, wait)
    if values.area_ha is None:
        raise SinkcalcError(
            zh=f"调查 {plot_survey} 没有层的面积,总量无从估计;先运行 sinkcalc load strata",
            en=f"survey {plot_survey} has no areas of strata, and so no totals: run sinkcalc load "
            "strata first",
        )
    with reading(db, wait) as con:
        stands = require_survey(get_surveys(con), survey)
        cells = arbor_cells(con, survey)
        bare, bare_area = arbor_without_volume(con, survey)
        found = stands_of_plots(con, plot_survey, survey)
    notes = _lost_stands(found, survey) if place else []
    factor = pl.lit(1.0)
    if quantity == "carbon":
        per_volume = _carbon_per_volume(db, survey, wait)
        cells, found = (_with_factor(frame, per_volume) for frame in (cells, found))
        factor = pl.col("carbon_t_per_m3")
    joined = values.rows.join(
        found.select("plot_id", (pl.col("stand_volume_m3_per_ha") * factor).alias(OF_STANDS)),
        on="plot_id",
        how="left",
        maintain_order="left",
    ).with_columns(
        pl.when(pl.col("vegetation_class") == "arbor")
        .then("carbon_t_per_ha")
        .when(pl.col("vegetation_class").is_not_null())
        .then(0.0)
        .alias("arbor_carbon")
    )
    totals = _by_region(cells.with_columns((pl.col("volume_m3") * factor).alias("stands_value")))
    notes += _without_plots(values.rows, totals) + _without_stands(values.rows, totals)
    notes += _without_volume(bare, bare_area)
    notes += _other_definition(values.survey.definition, stands.definition)
    column = _OF_PLOT[quantity]
    require_values(joined, [column])
    with_difference = joined.with_columns((pl.col(column) - pl.col(OF_STANDS)).alias(SPREAD))
    return Beside(replace(values, rows=with_difference), stands, totals, column, notes)


def _by_region(cells: pl.DataFrame) -> pl.DataFrame:
    """Sum cells by county, one after the other, so that the bits do not depend on threads."""
    regions = cells["region_code"].rle().struct.unnest()
    starts = (regions["len"].cum_sum() - regions["len"]).to_numpy().astype(np.int64)
    values = sums(cells["stands_value"].to_numpy().astype(np.float64), starts)
    return pl.DataFrame({"region_code": regions["value"], "stands_value": values})


def _without_plots(rows: pl.DataFrame, totals: pl.DataFrame) -> list[tuple[str, str]]:
    """Tell of counties whose stands count in the city's total and that have no plots."""
    there = rows["region_code"].drop_nulls().unique().implode()
    bare = totals.filter(~pl.col("region_code").is_in(there), pl.col("stands_value") > 0)
    if rows["region_code"].is_null().all() or bare.is_empty():
        return []
    listed, value = ", ".join(bare["region_code"]), float(bare["stands_value"].sum())
    return [
        (
            f"{listed} 有小班而没有样地,全市小班总量中含其 {value:,.0f};"
            "样地若不覆盖这些县,两个总量的范围不同",
            f"{listed} has stands and no plots: {value:,.0f} of the stands' total. Where the plots "
            "do not cover these counties, the two totals are not of the same area",
        )
    ]


def _without_stands(rows: pl.DataFrame, totals: pl.DataFrame) -> list[tuple[str, str]]:
    """Tell of counties that have plots and no arbor stands."""
    there = totals["region_code"].implode()
    bare = rows["region_code"].drop_nulls().unique().sort()
    bare = bare.filter(~bare.is_in(there))
    if bare.is_empty():
        return []
    listed = ", ".join(bare)
    return [
        (
            f"{listed} 有样地而没有乔木林小班:不作检验,其小班总量按 0 计",
            f"{listed} has plots and no arbor stands: it is not judged, and the total of its "
            "stands counts as 0",
        )
    ]


def _without_volume(stands: int, area_ha: float) -> list[tuple[str, str]]:
    """Tell of arbor stands without a volume, which count for none."""
    if not stands:
        return []
    return [
        (
            f"{stands} 个乔木林小班({area_ha:,.0f} ha)没有蓄积,小班总量中按 0 计",
            f"{stands} arbor stands ({area_ha:,.0f} ha) have no volume and count for none in the "
            "stands' total",
        )
    ]


def _other_definition(plots: str, stands: str) -> list[tuple[str, str]]:
    """Tell that plots and stands do not follow one definition."""
    if plots == stands:
        return []
    return [
        (
            f"样地与小班的口径不同({plots} / {stands}):口径之差计入差值",
            f"plots and stands follow different definitions ({plots} / {stands}): the difference "
            "holds that of the definitions",
        )
    ]


def _lost_stands(found: pl.DataFrame, survey: int) -> list[tuple[str, str]]:
    named, lost = int(found["named"].sum()), int((found["named"] & ~found["found"]).sum())
    if named == lost:
        raise UsageProblem(
            zh=f"没有样地指明所在小班(stand_id),或小班都不在调查 {survey} 中;"
            "样地与小班叠加后在样地表中给出 stand_id",
            en="no plot names a stand (stand_id), or none of the stands is in survey "
            f"{survey}: overlay plots and stands and give stand_id in the table of plots",
        )
    if not lost:
        return []
    return [
        (
            f"{lost} 个样地的小班不在调查 {survey} 中,按没有小班计(辅助变量为 0)",
            f"the stands of {lost} plots are not in survey {survey}: they count as outside the "
            "stands (auxiliary 0)",
        )
    ]


def _carbon_per_volume(db: Path, survey: int, wait: float) -> pl.DataFrame:
    """Return `species_group`, `carbon_t_per_m3` of the trees of arbor stands."""
    rows = stored_estimate(
        db, EstimateOptions(survey, by=("vegetation_class", "species_group")), wait
    ).filter(pl.col("vegetation_class") == "arbor")
    value = pl.col("value").cast(pl.Float64)
    trees = pl.col("pool").is_in(["above_ground", "below_ground"])
    carbon = value.filter((pl.col("quantity") == "carbon") & trees).sum()
    volume = value.filter(pl.col("quantity") == "growing_stock").sum()
    # a group without any volume has imputed carbon alone, which no volume can stand for
    return rows.group_by("species_group").agg(
        pl.when(volume > 0).then(carbon / volume).alias("carbon_t_per_m3")
    )


def _with_factor(frame: pl.DataFrame, per_volume: pl.DataFrame) -> pl.DataFrame:
    groups = species_groups()
    return (
        frame.join(groups, on="species", how="left", maintain_order="left")
        .join(per_volume, on="species_group", how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.col("carbon_t_per_m3").fill_null(0.0))
    )


def verdict(
    beside: Beside, regions: pl.DataFrame, single_plot: SinglePlot = "fail"
) -> pl.DataFrame:
    """Judge the stands' growing stock by the plots, for the city and every county.

    Before any adjustment, and of volume alone: carbon of stands and of plots comes from different
    models, and their difference would judge these.

    Returns
    -------
    Rows of `judge_stands` with `region_code` (null for the city) and `region_name`.
    """
    rows, design = as_sampled(beside.values, Design(domain="region_code", single_plot=single_plot))
    plots = estimate_total(rows, beside.column, design).rows.filter(pl.col("unit").is_null())
    everywhere = pl.lit(None, pl.String).alias("region_code")
    city = beside.totals.select(everywhere, pl.col("stands_value").sum())
    totals = pl.concat([city, beside.totals])
    judged = judge_stands(
        plots.select(
            pl.col("domain").alias("region_code"),
            pl.col("value").alias("plots_value"),
            pl.col("se").alias("plots_se"),
            pl.col("df").alias("plots_df"),
        )
        .join(totals, on="region_code", how="full", coalesce=True, nulls_equal=True)
        .sort("region_code", nulls_last=False)
        .select("region_code", "stands_value", "plots_value", "plots_se", "plots_df"),
        load_limits(),
    )
    return judged.join(regions, on="region_code", how="left", maintain_order="left").select(
        "region_code",
        "region_name",
        pl.exclude("region_code", "region_name"),
        pl.lit(beside.simulated).alias("simulated"),
    )


def region_table(db: Path, wait: float = 0.0) -> pl.DataFrame:
    """Return `region_code` and `region_name` of the database."""
    with reading(db, wait) as con:
        return region_names(con)
