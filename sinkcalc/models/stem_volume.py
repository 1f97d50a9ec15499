"""Stem volume of single trees."""

import math

import polars as pl

from sinkcalc.coefficients.trees import ONE_WAY, TWO_WAY, TreeModels
from sinkcalc.units import CM2_PER_M2


def basal_area(dbh_cm: pl.Expr) -> pl.Expr:
    """Return the basal area of a tree: pi D²/40000, m2; D cm."""
    return dbh_cm**2 * (math.pi / (4 * CM2_PER_M2))


def with_stem_volume(trees: pl.LazyFrame, models: TreeModels) -> pl.LazyFrame:
    """Add the stem volume of each tree: as given, else V = a·D^b·H^c, else V = a·D^b.

    V m3, D cm, H m; the two-way model needs diameter and height, the one-way model diameter.

    Parameters
    ----------
    trees
        Rows with `species`, `dbh_cm`, `height_m`, `volume_m3`.
    models
        Rows of the volume models by species.

    Returns
    -------
    The trees with `stem_volume_m3` (null where nothing serves), `volume_model` (given, two_way,
    one_way, none), `volume_rows` (ids of the parameters) and `volume_recalled`.

    Notes
    -----
    Validity: south China, diameters of 4 cm and above. Source: LYT208, recalled but for Chinese
    fir; the shipped table has no one-way model.
    """
    dbh, height, given = (
        pl.col(name).cast(pl.Float64) for name in ("dbh_cm", "height_m", "volume_m3")
    )
    two_way = (dbh > 0) & (height > 0) & pl.col("two_way_a").is_not_null()
    one_way = (dbh > 0) & pl.col("one_way_a").is_not_null()
    model = (
        pl.when(given.is_not_null())
        .then(pl.lit("given"))
        .when(two_way)
        .then(pl.lit("two_way"))
        .when(one_way)
        .then(pl.lit("one_way"))
        .otherwise(pl.lit("none"))
    )
    by_form = {
        "two_way": pl.col("two_way_a") * dbh ** pl.col("two_way_b") * height ** pl.col("two_way_c"),
        "one_way": pl.col("one_way_a") * dbh ** pl.col("one_way_b"),
    }
    served = pl.col("volume_model")
    return (
        trees.join(
            models.volume.lazy(),
            on="species",
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .with_columns(model.alias("volume_model"))
        .with_columns(
            pl.coalesce(
                given, *(pl.when(served == form).then(v) for form, v in by_form.items())
            ).alias("stem_volume_m3"),
            pl.coalesce(
                pl.when(served == form).then(pl.col(f"{form}_rows")) for form in by_form
            ).alias("volume_rows"),
            pl.any_horizontal((served == form) & pl.col(f"{form}_recalled") for form in by_form)
            .fill_null(False)
            .alias("volume_recalled"),
        )
        .drop(
            *TWO_WAY,
            *ONE_WAY,
            *(f"{form}_{mark}" for form in by_form for mark in ("rows", "recalled", "assumed")),
        )
    )
