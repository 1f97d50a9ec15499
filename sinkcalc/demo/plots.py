"""Permanent plots on a systematic grid over the simulated city, measured at every survey."""

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from sinkcalc.demo.chance import Flags, Floats, Streams, deviates, lognormal
from sinkcalc.demo.figures import SURVEY_YEARS, Figures, table
from sinkcalc.demo.form import layer_profile
from sinkcalc.demo.plot_trees import NO_TREES, VOLUME_UNITS, remeasure
from sinkcalc.demo.stands import UNITS_PER_HA
from sinkcalc.vocabulary import AGE_GROUPS

# digits of a plot number; diameters and heights are written with one decimal
_DIGITS: Final = 4
_SIZE: Final = pl.Decimal(6, 1)


class Panel(NamedTuple):
    """The grid points with their plots, and the trees alive on them.

    Attributes
    ----------
    points
        One row a point of the grid in its order: `region_code`, `stand` (row of the stands, null
        beside them), `land_from` (survey from which on the land belongs to the city), `plot` (how
        many plots there were at the point), `factor` (volume of the plot relative to its
        stand), `tallied` (last tree number).
    living
        Trees alive on the last occasion, see `plot_trees.remeasure`.
    """

    points: pl.DataFrame
    living: pl.DataFrame = NO_TREES


class Visit(NamedTuple):
    """The plots of an occasion: the panel after it, the rows of the plot and the tree file."""

    panel: Panel
    plots: pl.DataFrame
    trees: pl.DataFrame


def lay_plots(land: pl.DataFrame, figures: Figures, streams: Streams) -> Panel:
    """Return the points of a systematic sample of the land with a random start.

    Point k lies at u + k c along the cumulated area, c the land of one grid cell and u uniform
    between 0 and c: every hectare has the same chance.
    """
    ends = np.cumsum(land["area_units"].to_numpy())
    cell = figures.one("plot_grid") * UNITS_PER_HA
    positions = np.arange(streams["grid"].random() * cell, ends[-1], cell)
    hit = land[np.searchsorted(ends, positions, side="right")]
    points = hit.select("region_code", "stand", "land_from").with_columns(
        point=pl.int_range(pl.len(), dtype=pl.Int64),
        plot=pl.lit(0, pl.Int64),
        factor=pl.lit(0.0),
        tallied=pl.lit(0, pl.Int64),
    )
    return Panel(points)


def true_volume(figures: Figures) -> pl.Expr:
    """Return the volume that stands hold, (1 + b) V: their records fall short of it."""
    return (1 + figures.one("stand_shortfall")) * pl.col("standing_m3")


def stands_of_plots(panel: Panel, survey: pl.DataFrame, form: pl.DataFrame) -> pl.DataFrame:
    """Return the stands with plots at a survey, and what plots take over of the stand file."""
    hit = survey["stand"].is_in(panel.points["stand"].drop_nulls().to_list())
    survey, form = survey.filter(hit), form.filter(hit)
    words = {str(place): word for place, word in enumerate(AGE_GROUPS, start=1)}
    written = form.select(
        stand_id=pl.concat_str(layer_profile()["id_columns"], separator="-"),
        # the plot knows the species also where the stand does not record it
        species=_decoded(
            pl.coalesce(pl.lit(survey["species_code"].cast(pl.String)), "YOU_SHI_SZ"),
            _words_of("species_nfi"),
        ),
        origin=_decoded(pl.col("QI_YUAN"), _words_of("qi_yuan")),
        age_group=_decoded(pl.col("LING_ZU").cast(pl.String), words),
        canopy_cover_fraction="YU_BI_DU",
        dbh=pl.col("PINGJUN_XJ").cast(pl.Float64),
        height=pl.col("PINGJUN_SG").cast(pl.Float64),
    )
    kept = ("stand", "vegetation_class", "species_group", "age", "area_units", "standing_m3")
    return survey.select(kept).hstack(written)


def _decoded(codes: pl.Expr, words: dict[str, str]) -> pl.Expr:
    return codes.replace_strict(words, default=None, return_dtype=pl.String)


def _words_of(code_set: str) -> dict[str, str]:
    rows = table("code_sets").filter(code_set=code_set)
    return dict(rows.select(pl.col("code").cast(pl.String), "value").iter_rows())


def visit(
    panel: Panel, year: int, stands: pl.DataFrame, figures: Figures, streams: Streams
) -> Visit:
    """Measure the plots at a survey.

    A plot holds the volume per hectare of its stand times a factor of mean 1 of its own. Between
    two occasions the factor is multiplied by a change of mean 1: cut plots lose a part of their
    volume, the others gain what keeps the mean, since the stands' growth is net of cutting.

    Parameters
    ----------
    panel
        The plots after the occasion before.
    stands
        Stands of the survey, see `stands_of_plots`.
    """
    place = SURVEY_YEARS.index(year)
    years = year - SURVEY_YEARS[place - 1] if place else 0
    points, size = panel.points, len(panel.points)
    here = (points["land_from"] <= year).to_numpy()
    plot = points["plot"].to_numpy()
    lost = streams["plot_loss"].random(size) < figures.one("plot_lost_share") * years
    new = here & (lost | (plot == 0))
    limit = figures.one("spread_limit")
    effect = lognormal(deviates(streams["plot_effect"], size, limit), figures.one("plot_cv"))
    change, cut = _changes(size, years, figures, streams)
    occasion = (
        points.with_columns(
            plot=pl.Series(plot + new),
            factor=pl.Series(np.where(new, effect, points["factor"].to_numpy() * change)),
            tallied=pl.when(pl.Series(new)).then(0).otherwise("tallied"),
            new=pl.Series(new),
            cut=pl.Series(cut & ~new),
        )
        .join(stands, on="stand", how="left", maintain_order="left")
        .with_columns(target=_target(figures))
    )
    living, gone = remeasure(panel.living, occasion, years, figures, streams)
    numbers = living.group_by("point").agg(last=pl.col("tree").max())
    after = (
        occasion.join(numbers, on="point", how="left", maintain_order="left")
        .with_columns(tallied=pl.max_horizontal("tallied", "last"))
        .select(points.columns)
    )
    plots = _plots(occasion, living, gone, year, figures).filter(pl.lit(pl.Series(here)))
    trees = _trees(pl.concat([living, gone]), plots)
    return Visit(Panel(after, living), plots.drop("point"), trees)


def _target(figures: Figures) -> pl.Expr:
    """Return the volume of the plots in the unit of the tree volumes, 0 where no trees are."""
    per_ha = true_volume(figures) / (pl.col("area_units") / UNITS_PER_HA)
    volume = per_ha * figures.one("plot_area") * pl.col("factor") * VOLUME_UNITS
    return volume.fill_null(0.0).round().cast(pl.Int64)


def _changes(size: int, years: int, figures: Figures, streams: Streams) -> tuple[Floats, Flags]:
    """Return the change of each plot's factor between two occasions, and where trees are cut.

    A cut takes the part c with probability p; the others are multiplied by
    1 + p E[c] / (1 - p), so the mean is 1.
    """
    limit = figures.one("spread_limit")
    spread = lognormal(deviates(streams["plot_change"], size, limit), figures.one("plot_change_cv"))
    chance = figures.one("plot_cut_share") * years
    low, high = figures.one("cut_low"), figures.one("cut_high")
    cut = streams["plot_cut"].random(size) < chance
    taken = streams["plot_cut"].uniform(low, high, size)
    others = 1 + chance * (low + high) / 2 / (1 - chance)
    return spread * np.where(cut, 1 - taken, others), cut


def _plots(
    occasion: pl.DataFrame, living: pl.DataFrame, gone: pl.DataFrame, year: int, figures: Figures
) -> pl.DataFrame:
    """Return a row of the plot file for each point, and the point.

    Diameter is the quadratic mean of the living trees, height their mean. What died and was cut
    is unknown on the first occasion of a plot.
    """
    is_cut, size = pl.col("status") == "cut", len(occasion)
    sums = pl.DataFrame(
        {
            "trees": _sums(living, pl.lit(1), size),
            "squares": _sums(living, pl.col("dbh") ** 2, size),
            "heights": _sums(living, pl.col("height"), size),
            "volume": _sums(living, pl.col("volume"), size),
            "dead": _sums(gone.filter(~is_cut), pl.col("volume"), size),
            "removed": _sums(gone.filter(is_cut), pl.col("volume"), size),
        }
    )
    # no mean of no trees
    trees = pl.when(pl.col("trees") > 0).then("trees")
    mark = layer_profile()["simulated_mark"]
    region = pl.col("region_code").cast(pl.String)
    again = pl.col("plot") > 1
    return occasion.hstack(sums).select(
        "point",
        plot_id=pl.col("point").add(1).cast(pl.String).str.zfill(_DIGITS)
        + pl.when(again).then(pl.format("-{}", "plot")).otherwise(pl.lit("")),
        cluster_id=pl.lit(None, pl.String),
        region_code=region,
        stratum=region,
        stand_id="stand_id",
        measured_year=year,
        plot_area_ha=pl.lit(figures.one("plot_area")),
        vegetation_class=pl.col("vegetation_class").fill_null("non_forest"),
        species="species",
        origin="origin",
        age_group="age_group",
        age_years="age",
        canopy_cover_fraction="canopy_cover_fraction",
        dbh_cm=(pl.col("squares") / trees).sqrt().cast(_SIZE),
        height_m=(pl.col("heights") / trees).cast(_SIZE),
        volume_m3=_m3("volume"),
        dead_volume_m3=pl.when(~pl.col("new")).then(_m3("dead")),
        cut_volume_m3=pl.when(~pl.col("new")).then(_m3("removed")),
        remark=pl.when(again & pl.col("new"))
        .then(pl.lit(f"{mark},改设样地"))
        .otherwise(pl.lit(mark)),
    )


def _sums(trees: pl.DataFrame, value: pl.Expr, size: int) -> Floats:
    """Return sums over the trees of each point, in the order of the trees."""
    values = trees.select("point", value=value.cast(pl.Float64))
    points, weights = values["point"].to_numpy(), values["value"].to_numpy()
    return np.bincount(points, weights, minlength=size).astype(np.float64)


def _m3(column: str) -> pl.Expr:
    return (pl.col(column) / VOLUME_UNITS).cast(pl.Decimal(12, 4))


def _trees(trees: pl.DataFrame, plots: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the tree file, plot by plot; all trees are tallied on the whole plot."""
    crown = pl.col("height") * pl.col("crown_ratio")
    # of several codes of a species the first one
    codes = {word: code for code, word in reversed(_words_of("species_nfi").items())}
    return (
        plots.select("point", "plot_id")
        .join(trees, on="point", how="inner", maintain_order="left")
        .sort("point", "tree")
        .select(
            "plot_id",
            tree_id="tree",
            status="status",
            species="species",
            species_code=_decoded(pl.col("species"), codes),
            dbh_cm=pl.col("dbh").cast(_SIZE),
            height_m=pl.col("height").cast(_SIZE),
            crown_length_m=crown.cast(_SIZE),
            volume_m3=_m3("volume"),
            tally_area_ha=pl.lit(None, pl.String),
        )
    )
