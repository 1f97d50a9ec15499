"""Biomass of single trees by organ, and their carbon."""

from collections.abc import Callable
from typing import Final

import polars as pl

from sinkcalc.coefficients.trees import TreeForm, TreeModels
from sinkcalc.units import KG_PER_T, T_PER_KG

ORGAN_COLUMNS: Final = ("stem_kg", "branch_kg", "leaf_kg", "crown_kg")
_RESULTS: Final = (
    *ORGAN_COLUMNS,
    "above_ground_kg",
    "below_ground_kg",
    "carbon_t",
    "biomass_rows",
    "biomass_recalled",
    "biomass_assumed",
    "carbon_recalled",
    "crown_imputed",
    "extrapolated",
)


def with_tree_biomass(trees: pl.LazyFrame, models: TreeModels) -> pl.LazyFrame:
    """Add biomass by organ, kg d.m., and carbon, t C, of each tree.

    ======== ===================================================================
    set      equations; D cm, H m, L crown length m, V m3, rho t d.m./m3
    ======== ===================================================================
    organs   stem = c·H^p·D^q, crown = c·D^p·L^q, root = c·H^p·D^q
    d2h      stem, branch, leaf, root = a·(D²H)^b; crown = branch + leaf
    general  above = c·rho·D^d, below = above·R
    volume   stem = 1000·V·rho, above = stem·BEF, below = above·R
    ======== ===================================================================

    above = stem + crown; carbon = (above + below)·CF/1000.

    Parameters
    ----------
    trees
        Trees with `species`, `species_code`, `dbh_cm`, `height_m`, `crown_length_m` and the
        columns that `with_stem_volume` adds.
    models
        Rows of one set of models by species.

    Returns
    -------
    The trees with `stem_kg`, `branch_kg`, `leaf_kg`, `crown_kg` (null where the set does not
    tell them apart), `above_ground_kg`, `below_ground_kg`, `carbon_t` (null where no model
    serves), `biomass_rows` (ids of the parameters; the carbon fraction is in
    `carbon_recalled` alone), `biomass_recalled`, `biomass_assumed`, `carbon_recalled`,
    `crown_imputed` and `extrapolated`.

    Notes
    -----
    Where L is not recorded, or is above H, L = crown ratio·H, as with stands; a species without
    crown ratio is then not estimated. Sources: YUAN2009 in DAI2017 table 1, AH2016 table 1
    (diameters of the sample trees are the range), ZENG2018, SNC2LULUCF.
    """
    columns = trees.collect_schema().names()
    organs = _ORGANS[models.form]()
    above, below = pl.col("above_ground_kg"), pl.col("below_ground_kg")
    by_volume = models.form == "volume_bef"
    recalled = pl.col("biomass_recalled") | (pl.col("volume_recalled") & by_volume)
    dbh = pl.col("dbh_cm").cast(pl.Float64)
    outside = (dbh < pl.col("valid_min")) | (dbh > pl.col("valid_max"))
    missing = [name for name in ORGAN_COLUMNS if name not in organs]
    return (
        _with_rows(trees, models)
        .with_columns(
            *(kg.alias(name) for name, kg in organs.items()),
            *(pl.lit(None, pl.Float64).alias(name) for name in missing),
        )
        .with_columns(
            ((above + below) * pl.col("carbon_fraction") * T_PER_KG).alias("carbon_t"),
            *(
                pl.when(above.is_not_null()).then(flag.fill_null(False)).otherwise(False)
                for flag in (
                    recalled.alias("biomass_recalled"),
                    pl.col("biomass_assumed"),
                    (recalled | pl.col("carbon_recalled")).alias("carbon_recalled"),
                    pl.col("crown_imputed"),
                    outside.alias("extrapolated"),
                )
            ),
            pl.when(above.is_not_null()).then(pl.col("biomass_rows")).alias("biomass_rows"),
        )
        .select(*columns, *_RESULTS)
    )


def _with_rows(trees: pl.LazyFrame, models: TreeModels) -> pl.LazyFrame:
    """Add the parameters of each tree: those of its own code, else those of its species."""
    served = trees.join(
        models.biomass.lazy(), on="species", how="left", nulls_equal=True, maintain_order="left"
    )
    if models.form == "organs":
        return _with_crown_ratio(served)
    served = served.with_columns(pl.lit(False).alias("crown_imputed"))
    if models.by_code is None:
        return served
    own = [name for name in models.by_code.columns if name != "species_code"]
    by_code = models.by_code.lazy().rename({name: f"{name}_of_code" for name in own})
    found = pl.col("biomass_rows_of_code").is_not_null()
    return served.join(by_code, on="species_code", how="left", maintain_order="left").with_columns(
        pl.when(found).then(pl.col(f"{name}_of_code")).otherwise(pl.col(name)).alias(name)
        for name in own
    )


def _with_crown_ratio(trees: pl.LazyFrame) -> pl.LazyFrame:
    """Say which trees rest on the crown ratio, too."""
    imputed = _imputed()
    both = pl.concat_str("biomass_rows", "crown_ratio_rows", separator="; ")
    return trees.with_columns(
        imputed.alias("crown_imputed"),
        pl.when(imputed).then(both).otherwise("biomass_rows").alias("biomass_rows"),
        *(
            (pl.col(f"biomass_{mark}") | (imputed & pl.col(f"crown_ratio_{mark}"))).alias(
                f"biomass_{mark}"
            )
            for mark in ("recalled", "assumed")
        ),
    )


def _imputed() -> pl.Expr:
    """Whether the crown length of a tree is not recorded or above its height."""
    height, recorded = (pl.col(name).cast(pl.Float64) for name in ("height_m", "crown_length_m"))
    return ~((recorded > 0) & (recorded <= height)).fill_null(False)


def _size() -> tuple[pl.Expr, pl.Expr]:
    """Diameter and height as float, null where 0 or not recorded."""
    dbh, height = (pl.col(name).cast(pl.Float64) for name in ("dbh_cm", "height_m"))
    return pl.when(dbh > 0).then(dbh), pl.when(height > 0).then(height)


def _organs() -> dict[str, pl.Expr]:
    dbh, height = _size()
    recorded = pl.col("crown_length_m").cast(pl.Float64)
    length = pl.when(_imputed()).then(pl.col("crown_ratio") * height).otherwise(recorded)
    root, stem = (
        pl.col(f"{part}_c") * height ** pl.col(f"{part}_h") * dbh ** pl.col(f"{part}_d")
        for part in ("root", "stem")
    )
    crown = pl.col("crown_c") * dbh ** pl.col("crown_d") * length ** pl.col("crown_l")
    # all of a tree or nothing: a tree without height has no crown either
    return {
        "stem_kg": pl.when(crown.is_not_null()).then(stem),
        "crown_kg": pl.when(stem.is_not_null()).then(crown),
        "above_ground_kg": stem + crown,
        "below_ground_kg": pl.when(crown.is_not_null()).then(root),
    }


def _d2h() -> dict[str, pl.Expr]:
    dbh, height = _size()
    stem, branch, leaf, root = (
        pl.col(f"{organ}_a") * (dbh**2 * height) ** pl.col(f"{organ}_b")
        for organ in ("stem", "branch", "leaf", "root")
    )
    return {
        "stem_kg": stem,
        "branch_kg": branch,
        "leaf_kg": leaf,
        "crown_kg": branch + leaf,
        "above_ground_kg": stem + branch + leaf,
        "below_ground_kg": root,
    }


def _general() -> dict[str, pl.Expr]:
    dbh, _ = _size()
    above = pl.col("general_c") * pl.col("wood_density") * dbh ** pl.col("general_d")
    return {"above_ground_kg": above, "below_ground_kg": above * pl.col("root_shoot_ratio")}


def _volume_bef() -> dict[str, pl.Expr]:
    stem = pl.col("stem_volume_m3") * pl.col("wood_density") * KG_PER_T
    above = stem * pl.col("bef")
    return {
        "stem_kg": stem,
        "crown_kg": above - stem,
        "above_ground_kg": above,
        "below_ground_kg": above * pl.col("root_shoot_ratio"),
    }


_ORGANS: Final[dict[TreeForm, Callable[[], dict[str, pl.Expr]]]] = {
    "organs": _organs,
    "d2h": _d2h,
    "general": _general,
    "volume_bef": _volume_bef,
}
