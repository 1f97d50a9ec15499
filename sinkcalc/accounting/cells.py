"""Group stands into cells: the only step whose cost grows with the number of stands."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import Factors, species_groups
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.models.curves import with_curve_masses
from sinkcalc.models.trees import with_tree_masses
from sinkcalc.schemas.stages import SQUARES, Cell, CurveCell, TreeCell
from sinkcalc.units import STOCK_DECIMALS
from sinkcalc.vocabulary import (
    AGE_GROUPS,
    FOREST_CATEGORIES,
    LIVING_STOCK_CLASSES,
    MEASURE_STATES,
    ORIGINS,
    SPECIES,
    VEGETATION_CLASSES,
    VOLUME_MEASUREMENT,
)

_KEYS = (
    "region_code",
    "vegetation_class",
    "species",
    "origin",
    "age_group",
    "measure",
    "extrapolated",
)
# key that cells are split by only where it is asked for; a part of a cell is no cell of its own
SPLIT_KEY: Final = "forest_category"
# keys and sums that only one form of method has, by that form
_OWN_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "tree": ("tree_model", "crown_imputed"),
    "calibrated": ("curve", "volume_bin"),
}
_OWN_SUMS: Final[dict[str, tuple[str, ...]]] = {
    "tree": ("root_t", "crown_t", "stem_t"),
    "calibrated": ("curve_t",),
}
_SUMS: Final = (
    "stands",
    "area_ha",
    "squared_area_ha2",
    "volume_m3",
    "culms",
    "scattered_volume_m3",
    "living_stands",
)
_OWN_CELLS: Final[dict[str, type[Cell]]] = {"tree": TreeCell, "calibrated": CurveCell}
_WORDS = {
    "vegetation_class": VEGETATION_CLASSES,
    "species": SPECIES,
    "origin": ORIGINS,
    "age_group": AGE_GROUPS,
    SPLIT_KEY: FOREST_CATEGORIES,
    "measure": MEASURE_STATES,
}
_ARBOR = VEGETATION_CLASSES.index("arbor")
_BAMBOO = VEGETATION_CLASSES.index("bamboo")
_SCATTERED = VEGETATION_CLASSES.index("scattered")
_LIVING = [VEGETATION_CLASSES.index(name) for name in LIVING_STOCK_CLASSES]
_GIVEN, _ZERO, _MISSING = range(len(MEASURE_STATES))


def volume_ranges(factors: Factors) -> pl.LazyFrame:
    """Return the volume range, m3/ha, in which the equation of each species is valid.

    Returns
    -------
    Columns `species` (code, null for unrecorded), `valid_min`, `valid_max`; null is unbounded.
    """
    species = pl.LazyFrame({"species": [*SPECIES, None]}, schema={"species": pl.String})
    every = species.join(species_groups().lazy(), on="species", how="left").with_columns(
        pl.lit("arbor").alias("vegetation_class"),
        pl.lit(None, pl.String).alias("origin"),
        pl.lit(None, pl.String).alias("age_group"),
    )
    rows = factors.equations.select("parameter_id", "valid_min", "valid_max").lazy()
    return (
        select_parameter(every, factors.equations, "a")
        .join(rows, left_on="a_id", right_on="parameter_id", how="left")
        .select(
            pl.col("species").replace_strict(
                SPECIES, range(len(SPECIES)), return_dtype=pl.UInt8, default=None
            ),
            "valid_min",
            "valid_max",
        )
    )


def to_cells(stands: pl.LazyFrame, factors: Factors, further: tuple[str, ...] = ()) -> pl.LazyFrame:
    """Sum stands that share region, class, species, origin, age group and flags.

    Parameters
    ----------
    stands
        One row a stand: `region_code`, the ENUM codes `vegetation_class`, `species`, `origin`,
        `age_group`, and decimals `area_ha` (ha), `volume_m3` (m3), `culms`,
        `scattered_volume_m3` (m3); for tree models also what `with_tree_masses` reads.
    factors
        Parameter rows of the method; they give the valid volume range.
    further
        Columns of the stands that cells keep apart too: `forest_category`, an ENUM code; with the
        identifier of a stand, each stand is a cell of its own.

    Returns
    -------
    Rows of `Cell`, of `TreeCell` for tree models, of `CurveCell` for curves, without
    identifiers; sums of decimals are exact in any order.
    """
    arbor = pl.col("vegetation_class") == _ARBOR
    bamboo = pl.col("vegetation_class") == _BAMBOO
    missing = (arbor & pl.col("volume_m3").is_null()) | (bamboo & pl.col("culms").is_null())
    zero = (arbor & (pl.col("volume_m3") == 0)) | (bamboo & (pl.col("culms") == 0))
    per_ha = pl.col("volume_m3").cast(pl.Float64) / pl.col("area_ha").cast(pl.Float64)
    outside = (per_ha < pl.col("valid_min")) | (per_ha > pl.col("valid_max"))
    keys = (*_KEYS, *_OWN_KEYS.get(factors.form, ()), *further)
    living = (
        pl.col("vegetation_class").is_in(_LIVING) & pl.col("volume_m3").is_not_null()
    ) | pl.col("scattered_volume_m3").is_not_null()
    ranged = _with_own_masses(stands, factors).join(
        volume_ranges(factors), on="species", how="left", nulls_equal=True, suffix="_equation"
    )
    if factors.form == "calibrated":
        # a curve has a range of its own
        ranged = ranged.with_columns(
            pl.when("curve").then(limit).otherwise(f"{limit}_equation").alias(limit)
            for limit in ("valid_min", "valid_max")
        )
    # the volume of a scattered stand is that of its scattered trees: never both
    twice = (pl.col("vegetation_class") == _SCATTERED) & (pl.col("volume_m3") > 0)
    scattered = pl.when(twice.fill_null(False)).then(None).otherwise(pl.col("scattered_volume_m3"))
    return (
        ranged.with_columns(
            pl.when(missing)
            .then(_MISSING)
            .when(zero)
            .then(_ZERO)
            .otherwise(_GIVEN)
            .cast(pl.UInt8)
            .alias("measure"),
            # a volume of 0 is no extrapolation: no equation is applied to it
            (arbor & ~zero & outside.fill_null(False)).fill_null(False).alias("extrapolated"),
            scattered.alias("scattered_volume_m3"),
        )
        .group_by(keys)
        .agg(
            pl.len().cast(pl.Int64).alias("stands"),
            pl.col("area_ha", "volume_m3", "culms", "scattered_volume_m3").sum(),
            # what stands deviate from a model each on its own adds up by squares of their areas
            (pl.col("area_ha").cast(pl.Float64) ** 2)
            .round(STOCK_DECIMALS)
            .cast(pl.Decimal(*SQUARES))
            .sum()
            .alias("squared_area_ha2"),
            living.sum().cast(pl.Int64).alias("living_stands"),
            *(pl.col(name).sum() for name in _OWN_SUMS.get(factors.form, ())),
        )
    )


def _with_own_masses(stands: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Carry out, stand by stand, what is not linear in the sums of cells."""
    if factors.form == "tree":
        return with_tree_masses(stands, factors)
    return with_curve_masses(stands, factors) if factors.form == "calibrated" else stands


def name_cells(
    cells: pl.DataFrame, factors: Factors, further: tuple[str, ...] = ()
) -> pl.DataFrame:
    """Give cells their words, species group and a number, in a fixed order.

    Parameters
    ----------
    cells
        Collected result of `to_cells`.
    factors, further
        Those of `to_cells`.
    """
    if SPLIT_KEY not in cells.columns:
        cells = cells.with_columns(pl.lit(None, pl.UInt8).alias(SPLIT_KEY))
    named = cells.with_columns(
        pl.col(column).replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)
        for column, words in _WORDS.items()
    )
    ordered = (
        named.join(species_groups(), on="species", how="left")
        .sort(*_KEYS, *_OWN_KEYS.get(factors.form, ()), SPLIT_KEY, *further)
        .with_row_index("cell_id")
        .with_columns(pl.lit(VOLUME_MEASUREMENT).alias("volume_error"))
    )
    cast: pl.DataFrame = _OWN_CELLS.get(factors.form, Cell).cast(ordered)
    return cast.hstack(ordered.select(further)) if further else cast


def whole_cells(parts: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Join the parts of cells that were split by category.

    Parameters
    ----------
    parts
        Rows of `Cell`, with the columns of the method's classes.
    factors
        Those of `to_cells`.

    Returns
    -------
    Rows of `Cell` without category, numbered by the first part of each.
    """
    keys = (*_KEYS, *_OWN_KEYS.get(factors.form, ()))
    sums = (*_SUMS, *_OWN_SUMS.get(factors.form, ()))
    rest = pl.all().exclude(*keys, *sums, "cell_id", SPLIT_KEY)
    return parts.group_by(keys).agg(
        pl.col("cell_id").min(),
        pl.col(sums).sum(),
        # the same in every part: the keys decide them
        rest.first(),
        pl.lit(None, pl.String).alias(SPLIT_KEY),
    )


def whole_of_parts(parts: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Return `cell_id` and `whole_id`: the number in `whole_cells` of what it is a part of."""
    keys = (*_KEYS, *_OWN_KEYS.get(factors.form, ()))
    return parts.select("cell_id", pl.col("cell_id").min().over(keys).alias("whole_id"))


def with_sampling_errors(cells: pl.LazyFrame, errors: pl.DataFrame) -> pl.LazyFrame:
    """Give cells whose volumes were brought to the totals of plots the errors of those.

    Parameters
    ----------
    errors
        `region_code`, `species`, `origin`, `age_group`, `sampling_error`: the name of the error of
        each group of arbor stands with a volume.
    """
    keys = ["region_code", "species", "origin", "age_group"]
    counted = (pl.col("vegetation_class") == "arbor") & (pl.col("measure") != "missing")
    joined = cells.join(errors.lazy(), on=keys, how="left", nulls_equal=True, maintain_order="left")
    sampled = pl.when(counted).then(pl.col("sampling_error"))
    return joined.with_columns(pl.coalesce(sampled, "volume_error").alias("volume_error")).drop(
        "sampling_error"
    )
