"""Effects of the change between two plot surveys of the database."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.persistence import Persistence, persistence
from sinkcalc.accounting.plot_effect_errors import effect_errors
from sinkcalc.accounting.plot_effects import influences, plot_cells, plot_effects
from sinkcalc.accounting.split import SIDES
from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.coefficients.factors import species_groups
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.plot_estimates import MEASURE_OF
from sinkcalc.pipeline.plot_survey import GROWING_STOCK, PlotOptions, as_sampled
from sinkcalc.pipeline.two_occasions import TwoOccasions, on_own_areas, two_occasions
from sinkcalc.schemas.components import PlotEffects
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import region_names
from sinkcalc.store.plots import plot_frame, tree_frame
from sinkcalc.survey import Design, Expansion, expansion
from sinkcalc.vocabulary import PLOT_BY_KEYS

Note = tuple[str, str]
_CODES: Final = ("plot_id", "species", "species_code")


@dataclass(frozen=True)
class Recoded:
    """How far the species of the plots stayed the same.

    Attributes
    ----------
    forest
        Plots that count to the area on both occasions.
    changed
        Those of them whose species group is another one on the later occasion.
    only_from, only_to
        Codes of species of the compared plots that one occasion has alone.
    trees
        What the trees matched by number show.
    """

    forest: int
    changed: int
    only_from: list[str]
    only_to: list[str]
    trees: Persistence

    @property
    def new_list(self) -> bool:
        """Whether codes differ, and so many trees change species that their list must have."""
        trees = self.trees
        return bool(self.only_from or self.only_to) or (
            trees.changed >= trees.share_max * trees.matched > 0
        )


@dataclass(frozen=True)
class EffectsOnPlots:
    """Effects of a change on plots.

    Attributes
    ----------
    rows
        Rows of `PlotEffects`.
    notes
        What was compared and left out, in Chinese and English.
    recoded
        How far the species effect may be one of codes.
    sized
        Whether the figures are totals.
    """

    rows: pl.DataFrame
    notes: list[Note]
    recoded: Recoded
    sized: bool
    two: TwoOccasions


def effects_of_plots(
    db: Path,
    years: tuple[int, int],
    column: str = GROWING_STOCK,
    by: tuple[str, ...] = (),
    design: Design | None = None,
    options: PlotOptions | None = None,
    wait: float = 0.0,
    *,
    later_species: bool = False,
) -> EffectsOnPlots:
    """Split the change of a figure between two plot surveys; errors count the covariance.

    The plots that both surveys measured are compared, each occasion on the areas of its own
    strata. Growing stock goes by the area of arbor forest, the others by that of all forest.

    Parameters
    ----------
    column
        Figure per ha of the plots.
    by
        Names of `KEY_OF`: a plot is of its classes on each occasion.
    later_species
        Give plots that are forest on both occasions the species of the later one, where the
        codes of the occasions are of different lists.

    Raises
    ------
    SinkcalcError
        If no plot was measured twice, or as `change_of_plots`.
    """
    two = two_occasions(db, years, column, options, wait)
    rows, chosen, notes = _compared(two, design or Design())
    sampled, completed = as_sampled(replace(two.last, rows=rows), chosen)
    if completed.sizes is two.last.strata:
        scaled, told = on_own_areas(replace(two, rows=sampled))
        sampled, notes = scaled.rows, [*notes, *told]
    found = expansion(sampled, completed)
    with reading(db, wait) as con:
        regions = region_names(con)
        codes = [plot_frame(con, year).collect() for year in years]
        trees = [tree_frame(con, year).collect() for year in years]
    plots = _plots(two, sampled, found, column).join(
        regions, on="region_code", how="left", maintain_order="left"
    )
    recoded = _recoded(plots, codes, persistence(trees[0], trees[1]))
    if later_species:
        plots = _with_later_species(plots)
    keys = [KEY_OF[name] for name in KEY_OF if name in by]
    cells = plot_cells(plots, keys)
    effects = plot_effects(cells, keys)
    if effects.is_empty():
        raise SinkcalcError(
            zh="两期都调查的样地没有这一类森林,没有变化可分解",
            en="no plot measured on both occasions is of that forest: there is no change to split",
        )
    errors = effect_errors(effects, influences(plots, cells, keys), plots, cells, found, keys)
    return EffectsOnPlots(
        _named(errors, two, column, found, completed),
        [*notes, *found.notes, *_without_keys(plots, keys)],
        recoded,
        found.sized,
        two,
    )


def _compared(two: TwoOccasions, design: Design) -> tuple[pl.DataFrame, Design, list[Note]]:
    """Keep the plots of both occasions; the first has 1 where it is to be scaled by areas."""
    if design.domain is not None:
        raise UsageProblem(
            zh="分组用 --by,不用 --domain:样地两期各按当期的类别",
            en="groups are named with --by, not --domain: a plot is of its classes on each "
            "occasion",
        )
    paired = two.rows.drop_nulls(two.names)
    if paired.is_empty():
        raise SinkcalcError(
            zh="没有两期都调查的样地;核对两期的样地编号",
            en="no plot was measured on both occasions: check the plot numbers of both",
        )
    left_out = two.rows.height - paired.height
    note = (
        f"比较两期都调查的 {paired.height} 个样地;{left_out} 个只有一期,未计入",
        f"{paired.height} plots of both occasions are compared; {left_out} were measured on one "
        "occasion only and do not count",
    )
    return paired.with_columns(pl.lit(1.0).alias(two.names[0])), design, [note]


def _plots(two: TwoOccasions, sampled: pl.DataFrame, found: Expansion, column: str) -> pl.DataFrame:
    """Give the forest plots of each occasion with their classes then; see `plot_cells`."""
    plots = sampled.select(
        "plot_id",
        pl.int_range(pl.len()).alias("plot"),
        pl.Series("weight", found.weights),
        pl.col(two.names[0]).alias("scale"),
    )
    of_arbor = column == GROWING_STOCK
    is_forest = pl.col("vegetation_class") == "arbor" if of_arbor else pl.col("forest") == 1
    sides = []
    for side, values in zip(SIDES, (two.first, two.last), strict=True):
        # an occasion on areas of its own counts as so many hectares more or less
        scale = pl.col("scale") if side == "from" else pl.lit(1.0)
        sides.append(
            plots.join(values.rows, on="plot_id", how="inner", maintain_order="left")
            .join(species_groups(), on="species", how="left", maintain_order="left")
            .select(
                pl.lit(side).alias("side"),
                "plot",
                "plot_id",
                "weight",
                (is_forest.fill_null(False).cast(pl.Float64) * scale).alias("area"),
                (pl.col(column) * scale).alias("value"),
                *(KEY_OF[key] for key in PLOT_BY_KEYS),
            )
        )
    return pl.concat(sides).filter((pl.col("area") > 0) | (pl.col("value") != 0))


def _with_later_species(plots: pl.DataFrame) -> pl.DataFrame:
    """Take the species of the later occasion for both, where a plot is forest on both."""
    later = plots.filter(pl.col("side") == "to", pl.col("area") > 0).select(
        "plot", pl.col("species_group").alias("_later"), pl.lit(value=True).alias("_there")
    )
    of_both = pl.col("_there").fill_null(False) & (pl.col("area") > 0)
    return plots.join(later, on="plot", how="left", maintain_order="left").with_columns(
        pl.when(of_both).then("_later").otherwise("species_group").alias("species_group")
    )


def _named(
    rows: pl.DataFrame, two: TwoOccasions, column: str, found: Expansion, design: Design
) -> pl.DataFrame:
    measure = MEASURE_OF[column]
    absent = [name for name in KEY_OF.values() if name not in rows.columns]
    return PlotEffects.cast(
        rows.with_columns(
            *(pl.lit(None, pl.String).alias(name) for name in absent),
            pl.when(pl.lit("region_code" not in absent)).then("region_name").alias("region_name"),
            pl.lit(two.first.survey.survey).alias("survey_from"),
            pl.lit(two.last.survey.survey).alias("survey_to"),
            pl.lit(column.removesuffix("_per_ha") if found.sized else column).alias("variable"),
            pl.lit(measure if found.sized else f"{measure}/ha").alias("unit"),
            pl.lit("ha" if found.sized else "1").alias("area_unit"),
            pl.lit(design.name).alias("estimator"),
            pl.lit(two.last.survey.definition).alias("definition"),
            pl.lit(two.simulated).alias("simulated"),
        ).select(PlotEffects.column_names())
    )


def _without_keys(plots: pl.DataFrame, keys: list[str]) -> list[Note]:
    """Tell of forest plots of which an asked class is not known: they are a group of their own."""
    notes = []
    for key in keys:
        count = plots.filter(pl.col(key).is_null(), pl.col("area") > 0)["plot"].n_unique()
        if count:
            notes.append(
                (
                    f"{count} 个样地有一期没有 {key},自成一组",
                    f"{count} plots have no {key} on an occasion and are a group of their own",
                )
            )
    return notes


def _recoded(plots: pl.DataFrame, codes: list[pl.DataFrame], trees: Persistence) -> Recoded:
    """Compare the species of the plots that are forest on both occasions."""
    forest = plots.filter(pl.col("area") > 0).select("side", "plot_id", "species_group")
    first, last = (forest.filter(pl.col("side") == side) for side in SIDES)
    both = first.join(last, on="plot_id", suffix="_to")
    changed = both.filter(pl.col("species_group").ne_missing(pl.col("species_group_to")))
    sets = []
    for side, rows in zip((first, last), codes, strict=True):
        own = rows.join(side, on="plot_id", how="semi").select(_CODES)
        sets.append(set(own["species_code"].drop_nulls()))
    return Recoded(
        both.height, changed.height, sorted(sets[0] - sets[1]), sorted(sets[1] - sets[0]), trees
    )
