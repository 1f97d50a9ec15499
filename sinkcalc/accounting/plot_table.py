"""The plot table: what stands on a hectare of each plot."""

from typing import Final

import polars as pl

from sinkcalc.accounting.plot_checks import positive
from sinkcalc.coefficients.factors import species_groups
from sinkcalc.coefficients.trees import TreeModels
from sinkcalc.models.stem_volume import basal_area, with_stem_volume
from sinkcalc.models.tree_biomass import with_tree_biomass
from sinkcalc.schemas.results import PlotTable
from sinkcalc.units import PER_HA_DECIMALS, T_PER_KG
from sinkcalc.vocabulary import DEAD_STATUSES, FOREST_CLASSES, GONE_STATUSES

_KEYS: Final = (
    "plot_id",
    "cluster_id",
    "region_code",
    "stratum",
    "stand_id",
    "vegetation_class",
    "species",
    "origin",
    "age_group",
)
_NO_TREES: Final = {
    "plot_id": pl.String,
    "status": pl.String,
    "species": pl.String,
    "species_code": pl.String,
    "dbh_cm": pl.Float64,
    "height_m": pl.Float64,
    "crown_length_m": pl.Float64,
    "volume_m3": pl.Float64,
    "tally_area_ha": pl.Float64,
}
# t per tree, by the column of the plot table that it goes to
_BIOMASS: Final = {
    "above_ground_t_per_ha": pl.col("above_ground_kg") * T_PER_KG,
    "below_ground_t_per_ha": pl.col("below_ground_kg") * T_PER_KG,
    "carbon_t_per_ha": pl.col("carbon_t"),
}
# count of the plot table -> flag of a tree
_FLAGS: Final = {
    "trees_crown_imputed": "crown_imputed",
    "trees_extrapolated": "extrapolated",
    "trees_biomass_assumed": "biomass_assumed",
    "trees_volume_recalled": "volume_recalled",
    "trees_biomass_recalled": "biomass_recalled",
    "trees_carbon_recalled": "carbon_recalled",
}
# flags of what the figures of the plot rest on, from its trees or from its own stock
_RESTS_ON: Final = ("biomass_assumed", "biomass_recalled", "carbon_recalled")
_GONE: Final = {"dead": DEAD_STATUSES, "cut": ("cut",)}


def plot_table(plots: pl.LazyFrame, trees: pl.LazyFrame | None, models: TreeModels) -> pl.LazyFrame:
    """Expand trees to the hectare and sum them by plot.

    y = sum over trees of y_i/a_i, per ha, with a_i the area on which trees of that size are
    tallied (`tally_area_ha`, else `plot_area_ha`). Basal area of a tree: pi·D²/40000 m2, D cm.
    Trees that are dead, cut or tallied wrongly (`GONE_STATUSES`) are not in the living stock.

    Parameters
    ----------
    plots
        Rows of `Plot` of one survey, its words as text.
    trees
        Rows of `Tree` of the same survey, its words as text; None where the survey has no
        list of trees.
    models
        What serves the trees.

    Returns
    -------
    Rows of `PlotTable`, sorted by `plot_id`. A plot without trees is a row of zeros where the
    survey lists trees. Where a living tree lacks a volume, `volume_m3` of the plot stands in:
    volume = volume_m3/plot_area_ha; its biomass with `volume-bef` as that of one tree of the
    plot's species, else null. Dead and cut volume come from the trees where a tree of the
    survey has a status and every tree concerned a volume, else from the plot's own columns;
    null where neither is known. A figure whose area is not known is null, and a tree whose plot
    is not among the plots is in no row: `plot_checks` finds both.

    Notes
    -----
    What a tree stands for per hectare is rounded once to 1e-6 and summed as whole numbers, so
    that the sum does not depend on the order. Trees without a model add nothing and are
    counted (`trees_without_volume`, `trees_without_biomass`); culms of bamboo need no volume.
    """
    every = pl.LazyFrame(schema=_NO_TREES) if trees is None else trees.select(_NO_TREES.keys())
    area = plots.select("plot_id", positive("plot_area_ha"))
    values = with_tree_biomass(with_stem_volume(every, models), models)
    per_plot = _per_plot(values.join(area, on="plot_id", how="left", maintain_order="left"))
    # without a tree list nothing is known of a plot without trees
    known = every.select(pl.col("status").is_not_null().any().alias("has_status")).with_columns(
        pl.lit(trees is not None).alias("listed")
    )
    return (
        _own_stock(plots, models)
        .join(per_plot, on="plot_id", how="left")
        .join(known, how="cross")
        .with_columns(pl.col(_COUNTS).fill_null(0))
        .with_columns(_figures())
        .with_columns(pl.when("listed").then(pl.col(name)).alias(name) for name in _REPORTED)
        .select(PlotTable.column_names())
        .sort("plot_id")
        .pipe(PlotTable.cast)
    )


def _per_plot(trees: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the trees of each plot; sums in units of 1e-6 per ha, null for no tree list."""
    status = pl.col("status")
    living = ~status.is_in(GONE_STATUSES).fill_null(False)
    culm = pl.col("species").is_in(_bamboo()).fill_null(False)
    dbh, volume = positive("dbh_cm"), pl.col("stem_volume_m3")
    area = pl.coalesce(positive("tally_area_ha"), "plot_area_ha")
    scale = 10**PER_HA_DECIMALS

    def expanded(value: pl.Expr, of: pl.Expr) -> pl.Expr:
        return (value / area * scale).round().cast(pl.Int64).filter(of).sum()

    sums = {
        "volume": volume,
        "basal_area": basal_area(dbh),
        **_BIOMASS,
    }
    counts = {
        "trees": living,
        "trees_without_area": living & area.is_null(),
        "trees_with_dbh": living & dbh.is_not_null(),
        "trees_with_volume": living & volume.is_not_null(),
        "trees_without_volume": living & volume.is_null() & ~culm,
        "trees_with_biomass": living & pl.col("carbon_t").is_not_null(),
        "trees_without_biomass": living & pl.col("carbon_t").is_null(),
        "gone_trees_without_volume": ~living & status.ne("tallied_wrongly") & volume.is_null(),
        **{name: living & pl.col(flag) for name, flag in _FLAGS.items()},
    }
    gone = {name: status.is_in(of).fill_null(False) for name, of in _GONE.items()}
    return trees.group_by("plot_id").agg(
        *(expanded(value, living).alias(f"tree_{name}") for name, value in sums.items()),
        *(expanded(volume, of).alias(f"tree_{name}") for name, of in gone.items()),
        *(
            (of & (volume.is_null() | area.is_null())).sum().alias(f"{name}_unknown")
            for name, of in gone.items()
        ),
        *(of.sum().alias(name) for name, of in counts.items()),
    )


def _bamboo() -> list[str]:
    groups = species_groups()
    return groups.filter(pl.col("species_group") == "bamboo")["species"].to_list()


_REPORTED: Final = (
    "trees",
    "trees_without_volume",
    "trees_without_biomass",
    "gone_trees_without_volume",
    *_FLAGS,
)
_COUNTS: Final = (
    *_REPORTED,
    *("trees_without_area", "trees_with_dbh", "trees_with_volume", "trees_with_biomass"),
    *(f"{name}_unknown" for name in _GONE),
    *(f"tree_{name}" for name in ("volume", "basal_area", *_BIOMASS, *_GONE)),
)


def _own_stock(plots: pl.LazyFrame, models: TreeModels) -> pl.LazyFrame:
    """Give the stocks that the plots bring themselves, per ha, as `own_*`."""
    area = positive("plot_area_ha")
    volume = pl.col("volume_m3").cast(pl.Float64)
    # the mean tree of a plot is no tree of the plot
    as_tree = plots.with_columns(
        pl.lit(None, pl.Float64).alias(name) for name in ("dbh_cm", "height_m", "crown_length_m")
    )
    none = pl.when(volume == 0).then(0.0)
    return with_tree_biomass(with_stem_volume(as_tree, models), models).select(
        *_KEYS,
        (volume / area).alias("own_volume"),
        (volume > 0).fill_null(False).alias("own_claims"),
        *(pl.col(flag).alias(f"own_{flag}") for flag in _RESTS_ON),
        *((none.otherwise(t) / area).alias(f"own_{name}") for name, t in _BIOMASS.items()),
        *(
            (pl.col(f"{name}_volume_m3").cast(pl.Float64) / area).alias(f"own_{name}")
            for name in _GONE
        ),
    )


def _figures() -> list[pl.Expr]:
    """Choose between the trees and the plot's own stock, and say which it was."""
    # a sum that leaves trees out does not hide the stock that the plot itself records
    by_trees = _served("volume", "own_volume")
    by_biomass = _served("biomass", "own_carbon_t_per_ha")
    # no tree that has a volume could be there, and the plot claims no stock either
    bare = pl.col("listed") & (pl.col("trees") == 0) & ~pl.col("own_claims")
    culms = pl.col("listed") & (pl.col("trees_without_volume") == 0) & ~pl.col("own_claims")
    no_volume = bare | culms
    of_gone = {f"{name}_volume_m3_per_ha": name for name in _GONE}
    return [
        pl.col("vegetation_class").is_in(FOREST_CLASSES).cast(pl.Int8).alias("forest"),
        _figure("volume", by_trees, no_volume).alias("volume_m3_per_ha"),
        pl.when(pl.col("trees_with_dbh") > 0)
        .then(_of_trees("basal_area"))
        .when(bare)
        .then(0.0)
        .alias("basal_area_m2_per_ha"),
        *(_figure(name, by_biomass, bare).alias(name) for name in _BIOMASS),
        *(
            _figure(name, _gone_by_trees(name), pl.lit(False)).alias(column)
            for column, name in of_gone.items()
        ),
        _source(by_trees, no_volume, "own_volume").alias("volume_source"),
        _source(by_biomass, bare, "own_carbon_t_per_ha").alias("biomass_source"),
        *(
            pl.when(by_biomass)
            .then(pl.col(f"trees_{flag}") > 0)
            .otherwise(pl.col("own_claims") & pl.col(f"own_{flag}"))
            .alias(flag)
            for flag in _RESTS_ON
        ),
    ]


def _served(name: str, own_name: str) -> pl.Expr:
    """Whether the trees tell: some have a figure, and all of them where the plot has its own."""
    partial = (pl.col(f"trees_without_{name}") > 0) & (pl.col(own_name) > 0).fill_null(False)
    return (pl.col(f"trees_with_{name}") > 0) & ~partial


def _of_trees(name: str) -> pl.Expr:
    """Give what the trees of a plot stand for per ha; null where the area of one is not known."""
    expanded = pl.col("trees_without_area") == 0
    return pl.when(expanded).then(pl.col(f"tree_{name}") / 10**PER_HA_DECIMALS)


def _figure(name: str, served: pl.Expr, empty: pl.Expr) -> pl.Expr:
    own = pl.col(f"own_{name}")
    return (
        pl.when(served)
        .then(_of_trees(name))
        .when(own.is_not_null())
        .then(own.round(PER_HA_DECIMALS))
        .when(empty)
        .then(0.0)
    )


def _source(served: pl.Expr, empty: pl.Expr, own_name: str) -> pl.Expr:
    return (
        pl.when(served)
        .then(pl.lit("trees"))
        .when(pl.col(own_name).is_not_null())
        .then(pl.lit("plot"))
        .when(empty)
        .then(pl.lit("trees"))
        .otherwise(pl.lit("none"))
    )


def _gone_by_trees(name: str) -> pl.Expr:
    """Whether the trees tell the volume that is gone: every one known, and no less than the plot.

    A plot that records a volume for which it lists no tree is believed.
    """
    whole = pl.col("has_status") & (pl.col(f"{name}_unknown") == 0)
    return whole & ((pl.col(f"tree_{name}") > 0) | pl.col(f"own_{name}").is_null())
