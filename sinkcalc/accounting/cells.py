"""Group stands into cells: the only step whose cost grows with the number of stands."""

import polars as pl

from sinkcalc.coefficients.factors import Factors, species_groups
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.schemas.stages import Cell
from sinkcalc.vocabulary import (
    AGE_GROUPS,
    MEASURE_STATES,
    ORIGINS,
    SPECIES,
    VEGETATION_CLASSES,
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
_WORDS = {
    "vegetation_class": VEGETATION_CLASSES,
    "species": SPECIES,
    "origin": ORIGINS,
    "age_group": AGE_GROUPS,
    "measure": MEASURE_STATES,
}
_ARBOR = VEGETATION_CLASSES.index("arbor")
_BAMBOO = VEGETATION_CLASSES.index("bamboo")
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


def to_cells(stands: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Sum stands that share region, class, species, origin, age group and flags.

    Parameters
    ----------
    stands
        One row a stand: `region_code`, the ENUM codes `vegetation_class`, `species`, `origin`,
        `age_group`, and decimals `area_ha` (ha), `volume_m3` (m3), `culms`.
    factors
        Parameter rows of the method; they give the valid volume range.

    Returns
    -------
    Rows of `Cell` without identifiers; sums of decimals are exact in any order.
    """
    arbor = pl.col("vegetation_class") == _ARBOR
    bamboo = pl.col("vegetation_class") == _BAMBOO
    missing = (arbor & pl.col("volume_m3").is_null()) | (bamboo & pl.col("culms").is_null())
    zero = (arbor & (pl.col("volume_m3") == 0)) | (bamboo & (pl.col("culms") == 0))
    per_ha = pl.col("volume_m3").cast(pl.Float64) / pl.col("area_ha").cast(pl.Float64)
    outside = (per_ha < pl.col("valid_min")) | (per_ha > pl.col("valid_max"))
    return (
        stands.join(volume_ranges(factors), on="species", how="left", nulls_equal=True)
        .with_columns(
            pl.when(missing)
            .then(_MISSING)
            .when(zero)
            .then(_ZERO)
            .otherwise(_GIVEN)
            .cast(pl.UInt8)
            .alias("measure"),
            # a volume of 0 is no extrapolation: no equation is applied to it
            (arbor & ~zero & outside.fill_null(False)).fill_null(False).alias("extrapolated"),
        )
        .group_by(_KEYS)
        .agg(
            pl.len().cast(pl.Int64).alias("stands"),
            pl.col("area_ha").sum(),
            pl.col("volume_m3").sum(),
            pl.col("culms").sum(),
        )
    )


def name_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Give cells their words, species group and a number, in a fixed order.

    Parameters
    ----------
    cells
        Collected result of `to_cells`.
    """
    named = cells.with_columns(
        pl.col(column).replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)
        for column, words in _WORDS.items()
    )
    ordered = (
        named.join(species_groups(), on="species", how="left")
        .sort(*_KEYS)
        .with_row_index("cell_id")
    )
    return Cell.cast(ordered)
