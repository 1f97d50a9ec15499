"""Estimates from the plots of the database: one survey, two surveys, components of change."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import polars as pl

from sinkcalc.accounting.components import paired_plots, plot_components
from sinkcalc.accounting.persistence import persistence, require_persistence
from sinkcalc.accounting.tree_components import check_trees, tree_components
from sinkcalc.errors import SinkcalcError
from sinkcalc.models.stem_volume import basal_area, with_stem_volume
from sinkcalc.models.tree_biomass import with_tree_biomass
from sinkcalc.pipeline.plot_survey import (
    PlotOptions,
    PlotValues,
    TwoOccasions,
    as_sampled,
    plot_values,
    require_order,
    require_same_definition,
    require_values,
    two_occasions,
)
from sinkcalc.store.connection import reading
from sinkcalc.store.plots import plot_frame, tree_frame
from sinkcalc.survey import Design, SurveyResult, estimate_change, estimate_mean, estimate_total

Value = Literal["volume", "basal_area", "carbon"]
# quantity that is followed -> column of a tree
_OF_TREE: Final[dict[Value, str]] = {
    "volume": "stem_volume_m3",
    "basal_area": "basal_area_m2",
    "carbon": "carbon_t",
}
UNIT_OF: Final[dict[Value, str]] = {"volume": "m3", "basal_area": "m2", "carbon": "t C"}
_OF_PLOTS: Final[tuple[str, ...]] = (
    "value_from",
    "value_to",
    "net_increment",
    "gross_growth",
    "mortality",
    "harvest",
    "gross_consumption",
)
_OF_TREES: Final[tuple[str, ...]] = (
    "value_from",
    "value_to",
    "net_increment",
    "survivor_growth",
    "ongrowth",
    "ingrowth",
    "gross_growth",
    "mortality",
    "harvest",
    "loss",
    "gross_consumption",
    "correction",
)


@dataclass(frozen=True)
class Components:
    """Components of change between two plot surveys.

    Attributes
    ----------
    result
        Totals (means without known area) of every component with error.
    plots
        Rows of `PlotComponents` or `TreeComponents`, m3 or t C per plot or per ha.
    source
        `trees` or `plots`; what the components come from.
    refused
        Why the trees were not followed, where they were not.
    simulated
        Whether either survey is simulated.
    """

    result: SurveyResult
    plots: pl.DataFrame
    source: str
    refused: SinkcalcError | None
    simulated: bool


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
    return _marked(estimate(rows, completed), values.survey.simulated), values


def _marked(result: SurveyResult, simulated: bool) -> SurveyResult:
    """Add the mark of simulated plots to every row."""
    return replace(result, rows=result.rows.with_columns(pl.lit(simulated).alias("simulated")))


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
    simulated = two.first.survey.simulated or two.last.survey.simulated
    result = _marked(_change(two, design), simulated)
    return replace(result, notes=[*result.notes, *_other_areas(two)]), two


def _other_areas(two: TwoOccasions) -> list[tuple[str, str]]:
    """Tell where the strata have other areas in the earlier survey."""
    before, after = two.first.area_ha, two.last.area_ha
    if before is None or after is None or two.first.strata.equals(two.last.strata):
        return []
    return [
        (
            f"两期都按后期的层面积({after:,.0f} ha;前期为 {before:,.0f} ha)推算",
            f"both occasions are expanded to the strata of the later survey ({after:,.0f} ha; the "
            f"earlier has {before:,.0f} ha)",
        )
    ]


def _change(two: TwoOccasions, design: Design) -> SurveyResult:
    rows, completed = as_sampled(replace(two.last, rows=two.rows), design)
    plain = completed.name in ("simple_random", "stratified") and completed.unit is None
    if not two.partly_replaced or completed.name == "composite":
        return estimate_change(rows, *two.names, completed)
    if design.estimator is None and plain:
        composite = replace(completed, estimator="composite")
        return estimate_change(rows, *two.names, composite)
    paired = rows.drop_nulls(two.names)
    left_out = rows.height - paired.height
    result = estimate_change(paired, *two.names, completed)
    note = (
        f"{left_out} 个样地只有一期,未计入",
        f"{left_out} plots were measured on one occasion only and do not count",
    )
    return replace(result, notes=[*result.notes, note])


def components_of_plots(
    db: Path,
    years: tuple[int, int],
    value: Value = "volume",
    design: Design | None = None,
    options: PlotOptions | None = None,
    wait: float = 0.0,
) -> Components:
    """Split the change between two plot surveys into growth, mortality and harvest.

    From the trees where their numbers persist; of volume also from the dead and cut stocks that
    the later plots record.

    Raises
    ------
    SinkcalcError
        If the years are not in order or follow different definitions, or neither the trees nor
        the plots tell, with the reason.
    """
    require_order(years)
    chosen = options or PlotOptions()
    first, last = (plot_values(db, year, chosen, wait) for year in years)
    require_same_definition(first.survey, last.survey)
    with reading(db, wait) as con:
        plots = [plot_frame(con, year) for year in years]
        trees = [_with_value(tree_frame(con, year), chosen) for year in years]
    refused: SinkcalcError | None = None
    try:
        rows = _from_trees((plots[0], plots[1]), (trees[0], trees[1]), _OF_TREE[value])
        source, names = "trees", _OF_TREES
    except SinkcalcError as error:
        refused = error
        rows = plot_components(plots[0], plots[1]).collect()
        if value != "volume" or rows["gross_growth"].is_null().all():
            raise
        source, names = "plots", _OF_PLOTS
    simulated = first.survey.simulated or last.survey.simulated
    result = _marked(_estimated(rows, source, names, last, design or Design()), simulated)
    marked = rows.with_columns(pl.lit(simulated).alias("simulated"))
    return Components(result, marked, source, refused, simulated)


def _with_value(trees: pl.LazyFrame, options: PlotOptions) -> pl.LazyFrame:
    models = options.models()
    return with_tree_biomass(with_stem_volume(trees, models), models).with_columns(
        basal_area(pl.col("dbh_cm").cast(pl.Float64)).alias("basal_area_m2")
    )


def _from_trees(
    plots: tuple[pl.LazyFrame, pl.LazyFrame], trees: tuple[pl.LazyFrame, pl.LazyFrame], value: str
) -> pl.DataFrame:
    first, last = trees[0].collect(), trees[1].collect()
    if first.is_empty() or last.is_empty():
        raise SinkcalcError(
            zh="没有两期的样木,不能由样木分解变化",
            en="there are no trees on both occasions: the change cannot be split by trees",
        )
    require_persistence(persistence(first, last))
    paired = paired_plots(*plots).collect()
    check_trees(first, last, paired, value, per_ha=True)
    sides = (first.lazy(), last.lazy(), paired.lazy())
    return tree_components(*sides, value, per_ha=True).collect()


def _estimated(
    rows: pl.DataFrame, source: str, names: tuple[str, ...], last: PlotValues, design: Design
) -> SurveyResult:
    """Estimate every component on the plots that are compared."""
    area = pl.lit(1.0) if source == "trees" else pl.col("plot_area_ha").cast(pl.Float64)
    usable = rows.filter(pl.col("gross_growth").is_not_null()).select(
        "plot_id", *(pl.col(name).cast(pl.Float64) / area for name in names)
    )
    kept = last.rows.join(usable, on="plot_id", how="inner", maintain_order="left")
    sampled, completed = as_sampled(replace(last, rows=kept), design)
    sized = completed.size is not None or completed.sizes is not None
    estimate = estimate_total if sized else estimate_mean
    results = [estimate(sampled, name, completed) for name in names]
    left_out = rows.height - kept.height
    note = (
        f"比较 {kept.height} 个样地;{left_out} 个只有一期、面积不同或数据不全,未计入",
        f"{kept.height} plots are compared; {left_out} were measured on one occasion only, on "
        "another area, or lack a figure, and do not count",
    )
    return SurveyResult(pl.concat([result.rows for result in results]), [note, *results[0].notes])
