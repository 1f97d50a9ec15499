"""Permanent plots of the database as a sample: values per hectare, strata, two occasions."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.plot_checks import (
    plots_without_area,
    refuse_without_area,
    trees_without_plot,
)
from sinkcalc.accounting.plot_table import plot_table
from sinkcalc.coefficients.trees import DEFAULT_TREE_SET, TreeModels, load_tree_models
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.store.connection import reading
from sinkcalc.store.plots import (
    PlotSurvey,
    get_plot_surveys,
    plot_frame,
    strata_frame,
    tree_frame,
)
from sinkcalc.survey import Design
from sinkcalc.survey.design import SIZE

VOLUME: Final = "volume_m3_per_ha"
GROWING_STOCK: Final = "growing_stock_m3_per_ha"
_CLUSTER: Final = "cluster_id"
_UNIT: Final = "estimation_unit"


@dataclass(frozen=True)
class PlotOptions:
    """Which models serve the trees; tables of the user's own replace the shipped ones."""

    tree_models: str = DEFAULT_TREE_SET
    volume_table: Path | None = None
    factors: Path | None = None

    def models(self) -> TreeModels:
        """Read the models."""
        return load_tree_models(self.tree_models, self.volume_table, self.factors)


@dataclass(frozen=True)
class PlotValues:
    """One plot survey as a sample.

    Attributes
    ----------
    rows
        Rows of `PlotTable` with `growing_stock_m3_per_ha` (the volume of arbor forest, 0
        elsewhere), `simulated` and `estimation_unit`.
    strata
        `stratum`, `estimation_unit`, `size` (ha); empty where the survey has no strata.
    models
        What served the trees.
    """

    survey: PlotSurvey
    rows: pl.DataFrame
    strata: pl.DataFrame
    models: TreeModels

    @property
    def area_ha(self) -> float | None:
        """Area of all strata, ha; None without strata."""
        return None if self.strata.is_empty() else float(self.strata[SIZE].sum())


def plot_values(
    db: Path, survey: int, options: PlotOptions | None = None, wait: float = 0.0
) -> PlotValues:
    """Expand the trees of a survey to the hectare, plot by plot.

    Raises
    ------
    SinkcalcError
        If the survey has no plots, a tree is on none, or the area of a plot is not known.
    """
    models = (options or PlotOptions()).models()
    with reading(db, wait) as con:
        found = require_plots(get_plot_surveys(con), survey)
        plots, trees = plot_frame(con, survey), tree_frame(con, survey)
        strata = strata_frame(con, survey).collect()
    listed = trees.head(1).collect().height > 0
    _refuse_lost(trees_without_plot(plots, trees).collect(), survey)
    with_trees = trees if listed else None
    refuse_without_area(plots_without_area(plots, with_trees).collect())
    is_arbor = pl.col("vegetation_class") == "arbor"
    rows = (
        plot_table(plots, with_trees, models)
        .with_columns(
            pl.when(is_arbor)
            .then(pl.col(VOLUME))
            .when(is_arbor.is_not_null())
            .then(0.0)
            .alias(GROWING_STOCK),
            pl.lit(found.simulated).alias("simulated"),
        )
        .collect()
    )
    if strata.height == 1 and rows["stratum"].is_null().all():
        # one stratum is the whole, whether plots name it or not
        rows = rows.with_columns(pl.lit(strata["stratum"][0]).alias("stratum"))
    sizes = strata.select("stratum", _UNIT, pl.col("area_ha").cast(pl.Float64).alias(SIZE))
    return PlotValues(found, _with_units(rows, sizes), sizes, models)


def require_plots(surveys: dict[int, PlotSurvey], survey: int) -> PlotSurvey:
    """Return a plot survey by its year.

    Raises
    ------
    SinkcalcError
        Naming the years there are.
    """
    found = surveys.get(survey)
    if found is None or found.plots_load_id is None:
        there = [year for year, each in surveys.items() if each.plots_load_id is not None]
        listed = ", ".join(map(str, there)) or "–"
        raise SinkcalcError(
            zh=f"没有调查 {survey} 的样地;已入库样地的年度:{listed}。先运行 sinkcalc load plots",
            en=f"there are no plots of survey {survey}; years with plots: {listed}. Run sinkcalc "
            "load plots first",
        )
    return found


def _refuse_lost(lost: pl.DataFrame, survey: int) -> None:
    if lost.height:
        trees, example = int(lost["trees"].sum()), lost["plot_id"][0]
        raise SinkcalcError(
            zh=f"调查 {survey} 有 {trees} 株样木找不到样地(如 {example});重新载入样地和样木",
            en=f"{trees} trees of survey {survey} are on no plot (such as {example}): load plots "
            "and trees anew",
        )


def _with_units(rows: pl.DataFrame, strata: pl.DataFrame) -> pl.DataFrame:
    """Add the estimation unit of each plot's stratum."""
    if strata[_UNIT].null_count() == strata.height:
        return rows.with_columns(pl.lit(None, pl.String).alias(_UNIT))
    twice = strata.filter(pl.col("stratum").is_duplicated())["stratum"].unique().sort()
    if twice.len():
        raise UsageProblem(
            zh=f"层 {', '.join(twice)} 在多个估计单元中重名,样地属于哪一个不明;请用不同的层名",
            en=f"stratum {', '.join(twice)} is in several estimation units, so that the unit of a "
            "plot is not known: give strata names of their own",
        )
    return rows.join(
        strata.select("stratum", _UNIT), on="stratum", how="left", maintain_order="left"
    )


def as_sampled(values: PlotValues, design: Design) -> tuple[pl.DataFrame, Design]:
    """Complete a design by what the survey itself knows: strata, units, clusters and areas.

    A design that names a stratum, post-stratum or unit of its own is left as it is.

    Raises
    ------
    UsageProblem
        If a plot lies in no stratum of the survey, the design counts sub-plots of clusters as
        single plots, or the finite-population correction would count hectares.
    """
    if design.fpc:
        raise UsageProblem(
            zh="数据库中样地的数值为每公顷,大小以公顷计;有限总体校正要可能样地数:去掉 --fpc",
            en="figures of plots in the database are per hectare and sizes are hectares, while the "
            "finite-population correction counts possible plots: leave --fpc out",
        )
    rows = values.rows
    own = design.stratum or design.poststratum or design.unit
    sized = design.size is not None or design.sizes is not None
    if not own and not sized and values.area_ha is not None:
        _require_strata(rows, values)
        # regression and composite take no units: their strata stand for themselves
        units = rows[_UNIT].is_not_null().any() and design.name not in ("greg", "composite")
        design = replace(
            design, stratum="stratum", unit=_UNIT if units else None, sizes=values.strata
        )
    if rows[_CLUSTER].is_not_null().any():
        # an estimator that takes no clusters is refused, for it would count sub-plots as plots
        rows = rows.with_columns(pl.coalesce(_CLUSTER, "plot_id").alias(_CLUSTER))
        design = replace(design, cluster=_CLUSTER)
    return rows, design


def _require_strata(rows: pl.DataFrame, values: PlotValues) -> None:
    lost = rows.filter(
        ~pl.col("stratum").is_in(values.strata["stratum"].implode()).fill_null(False)
    )
    if lost.height:
        example, stratum = lost.select("plot_id", "stratum").row(0)
        raise UsageProblem(
            zh=f"{lost.height} 个样地不在调查 {values.survey.survey} 的任何层中"
            f"(如 {example},层 {stratum or '空'});在样地表中填 stratum,或补全层表后重新载入",
            en=f"{lost.height} plots are in no stratum of survey {values.survey.survey} (such as "
            f"{example}, stratum {stratum or 'empty'}): fill in stratum in the table of plots, or "
            "load a table of strata that holds it",
        )


def require_values(rows: pl.DataFrame, columns: list[str]) -> None:
    """Refuse plots whose figure is not known; it is no zero.

    Raises
    ------
    UsageProblem
        Naming a plot and why the figure may be missing.
    """
    for column in columns:
        if column not in rows.columns:
            numbers = [
                name
                for name, kind in rows.schema.items()
                if kind.is_numeric() and not name.startswith(("trees_", "gone_"))
            ]
            raise UsageProblem(
                zh=f"样地没有数值 {column};可用:{', '.join(numbers)}",
                en=f"plots have no figure {column}; use one of {', '.join(numbers)}",
            )
        unknown = rows.filter(pl.col(column).is_null())
        if unknown.height:
            example = unknown["plot_id"][0]
            raise UsageProblem(
                zh=f"{unknown.height} 个样地的 {column} 未知(如 {example}):缺样木的胸径、材积、"
                "模型或样地的地类;用 sinkcalc survey plots 查看各样地依据",
                en=f"{column} is not known on {unknown.height} plots (such as {example}): their "
                "trees lack a diameter, volume or model, or the plot its class; see what every "
                "plot rests on with sinkcalc survey plots",
            )
