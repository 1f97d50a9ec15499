"""Components of the change between two plot surveys of the database."""

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

import polars as pl

from sinkcalc.accounting.components import paired_plots, plot_components
from sinkcalc.accounting.persistence import persistence, require_persistence
from sinkcalc.accounting.tree_components import check_trees, tree_components
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.models.stem_volume import basal_area, with_stem_volume
from sinkcalc.models.tree_biomass import with_tree_biomass
from sinkcalc.pipeline.plot_estimates import marked_rows
from sinkcalc.pipeline.plot_survey import PlotOptions, PlotValues, as_sampled, plot_values
from sinkcalc.pipeline.two_occasions import require_order, require_same_definition
from sinkcalc.store.connection import reading
from sinkcalc.store.plots import get_plot_surveys, plot_frame, tree_frame
from sinkcalc.survey import Design, SurveyResult, estimate_mean, estimate_total

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
        _require_next(list(get_plot_surveys(con)), years)
        plots = [plot_frame(con, year) for year in years]
        trees = [_with_value(tree_frame(con, year), chosen) for year in years]
    refused: SinkcalcError | None = None
    unserved = 0
    try:
        rows, unserved = _from_trees(
            (plots[0], plots[1]),
            (trees[0], trees[1]),
            _OF_TREE[value],
            _own_stock(first, last, value),
        )
        source, names = "trees", _OF_TREES
    except SinkcalcError as error:
        refused = error
        rows = plot_components(plots[0], plots[1]).collect()
        if value != "volume" or rows["gross_growth"].is_null().all():
            raise
        source, names = "plots", _OF_PLOTS
    simulated = first.survey.simulated or last.survey.simulated
    result = marked_rows(
        _estimated(rows, source, names, (first, last), design or Design()),
        simulated=simulated,
        unit=UNIT_OF[value],
        survey_from=years[0],
        survey_to=years[1],
    )
    if unserved:
        told = (
            f"两期共 {unserved} 株次样木没有模型,按 0 计",
            f"{unserved} records of trees of the two occasions have no model and count as 0",
        )
        result = replace(result, notes=[*result.notes, told])
    marked = rows.with_columns(pl.lit(simulated).alias("simulated"))
    return Components(result, marked, source, refused, simulated)


def _own_stock(first: PlotValues, last: PlotValues, value: Value) -> pl.Series:
    """Return the plots whose own stock stands for their trees: none of these counts as nothing."""
    sources = [each.rows.select("plot_id", "volume_source") for each in (first, last)]
    own = pl.concat(sources).filter(volume_source="plot")["plot_id"]
    return own if value == "volume" else own.clear()


def _require_next(surveys: list[int], years: tuple[int, int]) -> None:
    """Refuse components over a survey: it holds the dead and cut trees of the years before it."""
    between = [year for year in surveys if years[0] < year < years[1]]
    if between:
        steps = [years[0], *between, years[1]]
        pairs = ", ".join(f"{a}–{b}" for a, b in pairwise(steps))
        raise UsageProblem(
            zh=f"两期之间还有调查 {', '.join(map(str, between))}:枯损与采伐记在每次调查中,"
            f"跨期分解会漏计。逐段分解后相加:{pairs}",
            en=f"survey {', '.join(map(str, between))} lies between: every survey records what "
            f"died and was cut since the one before, and a split over it would miss that. Split "
            f"{pairs} and add",
        )


def _with_value(trees: pl.LazyFrame, options: PlotOptions) -> pl.LazyFrame:
    models = options.models()
    return with_tree_biomass(with_stem_volume(trees, models), models).with_columns(
        basal_area(pl.col("dbh_cm").cast(pl.Float64)).alias("basal_area_m2")
    )


def _from_trees(
    plots: tuple[pl.LazyFrame, pl.LazyFrame],
    trees: tuple[pl.LazyFrame, pl.LazyFrame],
    value: str,
    own: pl.Series,
) -> tuple[pl.DataFrame, int]:
    """Return the components by plot, and how many records of trees no model serves.

    Parameters
    ----------
    own
        Plots whose own stock stands for their trees: those without a figure stay without.
    """
    first, last = trees[0].collect(), trees[1].collect()
    if first.is_empty() or last.is_empty():
        raise SinkcalcError(
            zh="没有两期的样木,不能由样木分解变化",
            en="there are no trees on both occasions: the change cannot be split by trees",
        )
    require_persistence(persistence(first, last))
    recorded = first[value].count() + last[value].count()
    first, last = _with_zeros(first, last, value, own), _with_zeros(last, first, value, own)
    unserved = first[value].count() + last[value].count() - recorded
    paired = paired_plots(*plots).collect()
    # plots with their own stock come out without figures: no reason to refuse the others
    instead = pl.when(pl.col("plot_id").is_in(own.implode())).then(pl.col(value).fill_null(0.0))
    filled = instead.otherwise(value).alias(value)
    check_trees(first.with_columns(filled), last.with_columns(filled), paired, value, per_ha=True)
    sides = (first.lazy(), last.lazy(), paired.lazy())
    return tree_components(*sides, value, per_ha=True).collect(), unserved


def _with_zeros(
    trees: pl.DataFrame, others: pl.DataFrame, value: str, own: pl.Series
) -> pl.DataFrame:
    """Give 0 to trees that no model serves, as in the table of plots.

    A tree with a figure on one occasion only stays without: 0 would make growth of it.
    """
    keys = ["plot_id", "tree_id"]
    other = others.select(*keys, pl.col(value).is_not_null().alias("_other"))
    seen = trees.join(other, on=keys, how="left", maintain_order="left")
    never = pl.col(value).is_null() & ~pl.col("_other").fill_null(False)
    never &= ~pl.col("plot_id").is_in(own.implode())
    return seen.with_columns(pl.when(never).then(0.0).otherwise(value).alias(value)).drop("_other")


def _estimated(
    rows: pl.DataFrame,
    source: str,
    names: tuple[str, ...],
    surveys: tuple[PlotValues, PlotValues],
    design: Design,
) -> SurveyResult:
    """Estimate every component on the plots that are compared."""
    first, last = surveys
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
    notes = [
        (
            f"比较 {kept.height} 个样地;{left_out} 个只有一期、面积不同或数据不全,未计入",
            f"{kept.height} plots are compared; {left_out} were measured on one occasion only, on "
            "another area, or lack a figure, and do not count",
        )
    ]
    own_strata = completed.sizes is last.strata and not first.strata.is_empty()
    if own_strata and not first.strata.equals(last.strata):
        notes.append(
            (
                "两期都按后期的层面积推算,不含土地面积的变化",
                "both occasions are expanded to the strata of the later survey: the change of the "
                "land is not in it",
            )
        )
    rows = pl.concat([result.rows for result in results])
    return replace(results[0], rows=rows, notes=[*notes, *results[0].notes])
