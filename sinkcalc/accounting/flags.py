"""Count the stands that an estimate treated specially or could not estimate."""

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.schemas.stages import EstimateFlag, Pools
from sinkcalc.vocabulary import FOREST_CLASSES, POOLS


def estimate_flags(
    cells: pl.LazyFrame, carbon: Pools, parameters: pl.DataFrame, factors: Factors
) -> pl.LazyFrame:
    """List what was imputed, set to zero, served by a less specific row, or not estimated.

    Parameters
    ----------
    cells
        Rows of `Cell`; for the form `bcef` with the columns of `with_volume_classes`.
    carbon
        Carbon of every pool; a forest cell without one of the pools is `pool_not_estimated`.
    parameters
        `parameter_id`, `status`: cells served by an `assumed` row are listed by pool.
    factors
        Parameter rows of the method.

    Returns
    -------
    Rows of `EstimateFlag`, one a flag, class, species and pool.
    """
    forest = pl.col("vegetation_class").is_in(FOREST_CLASSES)
    nothing = pl.lit(None, pl.String).alias("pool")
    by_tree = pl.col("tree_model") if factors.form == "tree" else pl.lit(False)
    conditions = {
        "class_not_estimated": ~forest,
        "volume_missing_carbon_imputed": (pl.col("vegetation_class") == "arbor")
        & (pl.col("measure") == "missing")
        & ~by_tree,
        "volume_zero": (pl.col("vegetation_class") == "arbor") & (pl.col("measure") == "zero"),
        "culms_zero": (pl.col("vegetation_class") == "bamboo") & (pl.col("measure") == "zero"),
        "culms_missing_imputed": (pl.col("vegetation_class") == "bamboo")
        & (pl.col("measure") == "missing"),
        "species_not_recorded": (pl.col("vegetation_class") == "arbor")
        & pl.col("species").is_null(),
        "outside_valid_range": pl.col("extrapolated"),
    }
    conditions |= _conditions_of(factors)
    parts = [
        cells.filter(condition).with_columns(pl.lit(flag).alias("flag"), nothing)
        for flag, condition in conditions.items()
    ]
    expected = cells.filter(forest).join(pl.LazyFrame({"pool": POOLS}), how="cross")
    parts.append(
        expected.join(carbon.stocks, on=["cell_id", "pool"], how="anti").with_columns(
            pl.lit("pool_not_estimated").alias("flag")
        )
    )
    assumed = parameters.lazy().filter(pl.col("status") == "assumed")
    served = carbon.sensitivities.join(assumed, on="parameter_id", how="semi")
    parts.append(
        served.select("cell_id", "pool")
        .unique()
        .join(cells, on="cell_id")
        .with_columns(pl.lit("assumed_parameter").alias("flag"))
    )
    parts.append(_served_by_wider_rows(cells, factors).with_columns(nothing))
    columns = ("flag", "vegetation_class", "species", "pool", "stands", "area_ha")
    stacked = pl.concat([part.select(columns) for part in parts])
    return EstimateFlag.cast(
        stacked.group_by("flag", "vegetation_class", "species", "pool")
        .agg(pl.col("stands").sum(), pl.col("area_ha").sum())
        .sort("flag", "vegetation_class", "species", "pool")
    )


def with_fallback(cells: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Mark the cells whose biomass comes from a wider row, or from another set, than their own.

    Returns
    -------
    The cells with `fallback`.
    """
    wider = _served_by_wider_rows(cells, factors).select("cell_id")
    own = _conditions_of(factors)
    others = [flag for name, flag in own.items() if name.endswith("_fallback")]
    if others:
        wider = pl.concat([wider, cells.filter(pl.any_horizontal(others)).select("cell_id")])
    marked = wider.unique().with_columns(pl.lit(True).alias("fallback"))
    joined = cells.join(marked, on="cell_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("fallback").fill_null(False))


def _conditions_of(factors: Factors) -> dict[str, pl.Expr]:
    """Name what is special about stands under volume classes or tree models."""
    if factors.form == "bcef":
        return {
            f"class_of_{source}_mean": (pl.col("vegetation_class") == "arbor")
            & (pl.col("class_source") == source)
            for source in ("city", "own")
        }
    if factors.form == "calibrated":
        return _curve_conditions()
    return _tree_conditions() if factors.form == "tree" else {}


def _curve_conditions() -> dict[str, pl.Expr]:
    given = (pl.col("vegetation_class") == "arbor") & (pl.col("measure") == "given")
    return {
        "calibrated_model": given & pl.col("curve"),
        "calibrated_model_fallback": given & ~pl.col("curve"),
    }


def _tree_conditions() -> dict[str, pl.Expr]:
    without = (pl.col("measure") == "given") & ~pl.col("tree_model")
    return {
        "stand_mean_tree": pl.col("tree_model"),
        "crown_length_imputed": pl.col("crown_imputed"),
        "tree_model_fallback": (pl.col("vegetation_class") == "arbor") & without,
        "bamboo_model_fallback": (pl.col("vegetation_class") == "bamboo") & without,
    }


def _served_by_wider_rows(cells: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Find the arbor cells whose factor from volume to biomass is not of their own species.

    A group named as its species is that species; a species that is not recorded has a flag of
    its own. The IPCC factors go by forest type throughout: nothing falls back there.
    """
    by_volume = pl.col("measure") == "given"
    given = cells.filter(
        (pl.col("vegetation_class") == "arbor")
        & (by_volume | pl.col("tree_model") if factors.form == "tree" else by_volume)
        & pl.col("species").is_not_null()
    )
    lead = {
        "whole_tree": (factors.equations, "a"),
        "density_bef": (factors.density_bef, "wood_density"),
        "tree": (factors.equations, "a"),
        "calibrated": (factors.equations, "a"),
    }
    own = {
        "tree": ("tree_model", factors.tree_models, "stem_c"),
        "calibrated": ("curve", factors.curves, "a"),
    }
    if factors.form in own:
        mark, rows, symbol = own[factors.form]
        by_own = select_parameter(given.filter(mark), rows, symbol, alias="lead")
        given = given.filter(~pl.col(mark))
        others = select_parameter(given, *lead[factors.form], alias="lead")
        served = pl.concat([by_own, others])
    elif factors.form in lead:
        served = select_parameter(given, *lead[factors.form], alias="lead")
    else:
        served = given.with_columns(pl.lit(None, pl.String).alias("lead_level")).clear()
    by_group = (pl.col("lead_level") == "group") & (pl.col("species") != pl.col("species_group"))
    flag = (
        pl.when(by_group)
        .then(pl.lit("group_parameter"))
        .when(pl.col("lead_level") == "class")
        .then(pl.lit("class_parameter"))
    )
    return served.with_columns(flag.alias("flag")).filter(pl.col("flag").is_not_null())
