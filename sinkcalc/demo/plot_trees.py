"""Trees of the simulated plots: stocking, growth, death, cutting and ingrowth."""

import math
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from sinkcalc.demo.chance import Floats, Integers, Streams, deviates, lognormal
from sinkcalc.demo.figures import Figures

# volumes are whole numbers of 0.0001 m3, the last decimal of the files, so that sums are exact
VOLUME_UNITS: Final = 10_000

NO_TREES: Final = pl.DataFrame(
    schema={
        "point": pl.Int64,
        "tree": pl.Int64,
        "status": pl.String,
        "species": pl.String,
        "dbh": pl.Float64,
        "height": pl.Float64,
        "crown_ratio": pl.Float64,
        "volume": pl.Int64,
    }
)


class _Means(NamedTuple):
    """Mean diameter (cm) and height (m) of the trees of each point."""

    dbh: Floats
    height: Floats


def remeasure(
    living: pl.DataFrame, occasion: pl.DataFrame, years: int, figures: Figures, streams: Streams
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the living trees of an occasion, and those that died or were cut since the last.

    The living trees of a plot add up to its volume but for rounding: V2 = S + G + I with the
    survivors S, their growth G >= 0 and the trees grown in I.

    Parameters
    ----------
    living
        Trees alive on the occasion before: `point`, `tree` (number), `status`, `species`, `dbh`
        (cm), `height` (m), `crown_ratio`, `volume` (0.0001 m3).
    occasion
        One row a point, in order: `target` (volume to reach, 0.0001 m3), `new` (first occasion of
        its plot), `cut`, `tallied` (last tree number), mean `dbh` and `height`, `species` and
        `species_group` of the stand.
    years
        Years since the occasion before.
    """
    new, target = occasion["new"].to_numpy(), occasion["target"].to_numpy()
    # what stood on plots that were given up is not recorded again
    standing = living.filter(pl.lit(pl.Series(~new[living["point"].to_numpy()])))
    fates = _fates(standing, occasion, years, figures, streams)
    kept = fates.filter(status="retained")
    gone = fates.filter(pl.col("status") != "retained")
    survived = _volume_of(kept, len(occasion))

    means = _means(occasion, figures)
    room = np.where(survived > 0, target - survived, 0)
    ingrown = _ingrowth(occasion, means, room, years, figures, streams)
    grown = _grown(kept, room - _volume_of(ingrown, len(occasion)), figures, streams)
    stocked = _stocked(occasion, means, np.where(survived > 0, 0, target), figures, streams)
    trees = pl.concat([grown, ingrown, stocked])
    return trees.sort("point", "tree"), gone.sort("point", "tree")


def _volume_of(trees: pl.DataFrame, size: int) -> Integers:
    sums = np.bincount(trees["point"].to_numpy(), trees["volume"].to_numpy(), minlength=size)
    return sums.astype(np.int64)


def _fates(
    trees: pl.DataFrame, occasion: pl.DataFrame, years: int, figures: Figures, streams: Streams
) -> pl.DataFrame:
    """Return the trees with their new status.

    Some die by chance, the smaller a tree on its plot the likelier. Where the others hold more
    than the plot is to hold now, trees go until they do not, large ones rather than small: cut on
    plots with cutting, dead on others.
    """
    rng, size = streams["tree_fate"], len(trees)
    chance = figures.one("tree_mortality") * years
    # from 0 for the smallest tree of a plot to 1 for the largest
    size_rank = pl.col("volume").rank("ordinal").over("point") / pl.len().over("point")
    of_tree = occasion[trees["point"].to_numpy()]
    drawn = trees.with_columns(
        of_tree["target"],
        of_tree["cut"],
        lot=pl.col("volume") * pl.Series(1 + rng.random(size)),
        dies=pl.Series(rng.random(size)) < 2 * (1 - size_rank) * chance,
        stands=rng.random(size) < figures.one("standing_share"),
    ).sort("point", "lot")
    held = pl.when("dies").then(0).otherwise("volume").cum_sum().over("point")
    status = (
        pl.when(~pl.col("dies") & (held <= pl.col("target")))
        .then(pl.lit("retained"))
        .when(~pl.col("dies") & pl.col("cut"))
        .then(pl.lit("cut"))
        .when("stands")
        .then(pl.lit("standing_dead"))
        .otherwise(pl.lit("fallen_dead"))
    )
    return drawn.with_columns(status=status).select(NO_TREES.columns)


def _means(occasion: pl.DataFrame, figures: Figures) -> _Means:
    """Return the stand's means, larger where its volume would take too many trees."""
    dbh = occasion["dbh"].fill_null(0.0).to_numpy()
    means = _Means(
        np.maximum(dbh, figures.one("tree_dbh_mean_min")),
        occasion["height"].fill_null(1.0).to_numpy(),
    )
    stems = occasion["target"].to_numpy() / _stem_volume(*means, figures)
    wider, higher = _stretched(np.maximum(stems / figures.one("plot_trees_max"), 1.0), figures)
    return _Means(means.dbh * wider, means.height * higher)


def _stem_volume(dbh: Floats, height: Floats, figures: Figures) -> Floats:
    """Return stem volume (0.0001 m3), V = pi/4 D^2 H f."""
    return math.pi / 4 * (dbh / 100) ** 2 * height * figures.one("form_factor") * VOLUME_UNITS


def _stretched(ratio: Floats, figures: Figures) -> tuple[Floats, Floats]:
    """Return the ratios of diameter and height that go with a ratio of stem volumes."""
    exponent = figures.one("tree_dbh_exponent")
    return ratio**exponent, ratio ** (1 - 2 * exponent)


def _heights(dbh: Floats, mean_dbh: Floats, mean_height: Floats, figures: Figures) -> Floats:
    """Return heights on the curve that single trees grow along."""
    exponent = figures.one("tree_dbh_exponent")
    return mean_height * (dbh / mean_dbh) ** ((1 - 2 * exponent) / exponent)


def _stocked(
    occasion: pl.DataFrame, means: _Means, target: Integers, figures: Figures, streams: Streams
) -> pl.DataFrame:
    """Return trees for the points that have none yet: as many as the volume takes.

    Diameters follow a Weibull distribution above the smallest measured one. The last step brings
    the sum to the volume by the same factor for every tree.
    """
    point = np.flatnonzero(target > 0)
    wanted = target[point, None]
    # twice the number expected at the mean tree: the sum is reached in practice
    tries = 2 * round(figures.one("plot_trees_max"))
    smallest, shape = figures.one("dbh_min"), figures.one("tree_dbh_shape")
    rng = streams["tree_size"]
    above = rng.weibull(shape, (point.size, tries)) / math.gamma(1 + 1 / shape)
    mean_dbh, mean_height = means.dbh[point, None], means.height[point, None]
    dbh = smallest + (mean_dbh - smallest) * above
    spread = deviates(rng, dbh.size, figures.one("spread_limit")).reshape(dbh.shape)
    height = _heights(dbh, mean_dbh, mean_height, figures)
    height *= lognormal(spread, figures.one("tree_height_cv"))
    volume = _stem_volume(dbh, height, figures)
    kept = volume.cumsum(axis=1) - volume / 2 <= wanted
    kept[:, 0] = True
    ratio = wanted / np.where(kept, volume, 0.0).sum(axis=1, keepdims=True)
    wider, higher = _stretched(ratio, figures)
    rows, _ = np.nonzero(kept)
    status = np.where(occasion["new"].to_numpy(), "retained", "ingrowth")
    return _tallied(
        occasion,
        point[rows],
        status[point[rows]],
        np.maximum(dbh * wider, smallest)[kept],
        (height * higher)[kept],
        np.maximum(np.rint(volume * ratio), 1)[kept],
        figures,
        streams,
    )


def _ingrowth(
    occasion: pl.DataFrame,
    means: _Means,
    room: Integers,
    years: int,
    figures: Figures,
    streams: Streams,
) -> pl.DataFrame:
    """Return trees that reached the smallest diameter, within a part of the plot's growth."""
    rng = streams["ingrowth"]
    expected = figures.one("ingrowth_rate") * figures.one("plot_area") * years
    point = np.repeat(np.arange(room.size), rng.poisson(expected, room.size))
    missed = rng.random(point.size) < figures.one("tree_missed_share")
    above = figures.one("ingrowth_dbh") * rng.random(point.size)
    any_size = rng.random(point.size)
    smallest = figures.one("dbh_min")
    # a tree missed before is of any size
    dbh = smallest + np.where(missed, (means.dbh[point] - smallest) * 2 * any_size, above)
    height = _heights(dbh, means.dbh[point], means.height[point], figures)
    volume = np.maximum(np.rint(_stem_volume(dbh, height, figures)), 1)
    limit = figures.one("ingrowth_volume_share") * room
    sums = np.cumsum(volume)
    starts = np.searchsorted(point, point)
    within = sums - sums[starts] + volume[starts] <= limit[point]
    status = np.where(missed, "missed_before", "ingrowth")
    return _tallied(
        occasion,
        point[within],
        status[within],
        dbh[within],
        height[within],
        volume[within],
        figures,
        streams,
    )


def _tallied(
    occasion: pl.DataFrame,
    point: Integers,
    status: np.ndarray,
    dbh: Floats,
    height: Floats,
    volume: Floats,
    figures: Figures,
    streams: Streams,
) -> pl.DataFrame:
    """Return new trees with number, species and crown ratio."""
    of_tree = occasion[point]
    ratio = deviates(streams["tree_size"], point.size, figures.one("spread_limit"))
    crown = lognormal(ratio, figures.one("crown_ratio_cv")) * figures.one("crown_ratio")
    return pl.DataFrame(
        {
            "point": point,
            "tree": of_tree["tallied"],
            "status": status,
            "species": _species(of_tree, figures, streams),
            "dbh": dbh,
            "height": height,
            "crown_ratio": np.minimum(crown, 1.0),
            "volume": volume.astype(np.int64),
        },
        schema=NO_TREES.schema,
    ).with_columns(pl.col("tree") + pl.int_range(1, pl.len() + 1).over("point"))


def _species(of_tree: pl.DataFrame, figures: Figures, streams: Streams) -> pl.Series:
    """Return species in the proportions of the stand's type."""
    admixture = figures.one("admixture_share")
    columns = ["species_group", "species", "value"]
    one = pl.DataFrame({"species_group": "", "species": None, "value": 1 - admixture})
    parts = pl.concat(
        [
            one.cast({"species": pl.String}),
            figures.of("admixed_species")
            .select(columns)
            .with_columns(species_group=pl.lit(""), value=pl.col("value") * admixture),
            figures.of("mixed_species").select(columns),
        ]
    ).with_columns(kind=pl.col("species_group").rle_id())
    kinds = dict(parts.select("species_group", "kind").unique().iter_rows())
    kind = of_tree["species_group"].replace_strict(kinds, default=0, return_dtype=pl.Int64)
    ends = parts.select(pl.col("kind") + pl.col("value").cum_sum().over("kind")).to_series()
    drawn = kind.to_numpy() + streams["tree_species"].random(len(of_tree))
    chosen = np.searchsorted(ends.to_numpy(), drawn, side="right").clip(max=len(ends) - 1)
    return pl.select(
        pl.coalesce(parts["species"].gather(chosen), pl.lit(of_tree["species"]))
    ).to_series()


def _grown(
    trees: pl.DataFrame, growth: Integers, figures: Figures, streams: Streams
) -> pl.DataFrame:
    """Return the survivors after their plot's growth, shared by volume and chance.

    Diameter and height follow the stem volume, D ~ V^a and H ~ V^(1 - 2a), so V ~ D^2 H.
    """
    point, volume = trees["point"].to_numpy(), trees["volume"].to_numpy()
    limit = figures.one("spread_limit")
    spread = deviates(streams["tree_growth"], len(trees), limit)
    weight = volume * lognormal(spread, figures.one("tree_growth_cv"))
    part = weight / np.bincount(point, weight, minlength=growth.size)[point]
    now = volume + np.rint(growth[point] * part).astype(np.int64)
    wider, higher = _stretched(now / volume, figures)
    return trees.with_columns(
        dbh=pl.col("dbh") * pl.Series(wider),
        height=pl.col("height") * pl.Series(higher),
        volume=pl.Series(now),
    )
