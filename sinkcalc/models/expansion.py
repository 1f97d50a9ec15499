"""Above-ground biomass as volume times a factor, roots added by a ratio."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.select import figures, select_parameter
from sinkcalc.models.terms import stack_pools, volume
from sinkcalc.schemas.stages import Pools
from sinkcalc.vocabulary import VOLUME_MEASUREMENT

# means are rounded to 1e-6 m3/ha and t/ha before they fall into a class: the noise of a quotient
# of doubles decides none
CLASS_DECIMALS: Final = 6


def from_density_bef(cells: pl.LazyFrame, factors: Factors) -> Pools:
    """Biomass by wood density and expansion factor.

    above = V*D*BEF, below = above*R; V m3, D t d.m./m3, BEF above ground over stem.

    Notes
    -----
    Validity: means of species over China, independent of age and volume: no intercept. All rows
    are recalled. Source: SNC2LULUCF, the table of the AR-CM methodologies.
    """
    for symbol in ("wood_density", "bef"):
        cells = select_parameter(cells, factors.density_bef, symbol)
    density, expansion = pl.col("wood_density"), pl.col("bef")
    return with_roots(
        cells,
        volume() * density * expansion,
        {
            "wood_density_id": volume() * expansion,
            "bef_id": volume() * density,
            VOLUME_MEASUREMENT: volume() * density * expansion,
        },
    )


def from_bcef(cells: pl.LazyFrame, factors: Factors) -> Pools:
    """Biomass by the conversion and expansion factor of the IPCC tables.

    above = V*BCEF_S, below = above*R; V m3, BCEF_S t d.m./m3, which holds the wood density.

    Parameters
    ----------
    cells
        Result of `with_class_factors`.
    factors
        Not read: the factors stand in the cells.

    Notes
    -----
    Validity: forest as a whole, not single stands: the factor falls in steps as the growing
    stock rises. Source: IPCC2006 table 4.5.
    """
    above = volume() * pl.col("bcef_s")
    return with_roots(cells, above, {"bcef_s_id": volume(), VOLUME_MEASUREMENT: above})


def with_roots(cells: pl.LazyFrame, above: pl.Expr, terms: dict[str, pl.Expr]) -> Pools:
    """Add roots as above ground times R; `terms` are d(above)/d(what)."""
    ratio = pl.col("root_shoot_ratio")
    return stack_pools(
        cells,
        {"above_ground": above, "below_ground": above * ratio},
        {
            "above_ground": terms,
            "below_ground": {
                **{name: term * ratio for name, term in terms.items()},
                "root_shoot_ratio_id": above,
            },
        },
    )


def with_class_factors(frame: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Add the factors of the classes that forest type and mean stocks fall into.

    Parameters
    ----------
    frame
        Rows with `forest_type` and `growing_stock_m3_per_ha`, the mean of region and type; null
        where no stand of them has a volume, which is taken as the lowest class.

    Returns
    -------
    The rows with `bcef_s` by growing stock, `above_ground_t_per_ha` = BCEF_S * growing stock,
    and `root_shoot_ratio` by it, each with the parameter's `_id`.

    Notes
    -----
    Classes hold their upper end: up to 20, up to 40, up to 80, above; the means are rounded to
    1e-6 before. Source: IPCC2006 tables
    4.4 and 4.5.
    """
    stock = pl.col("growing_stock_m3_per_ha").fill_null(0.0)
    with_bcef = _of_class(frame, factors.ipcc, "bcef_s", stock).with_columns(
        (pl.col("_published") * stock).round(CLASS_DECIMALS).alias("above_ground_t_per_ha")
    )
    above = pl.col("above_ground_t_per_ha")
    with_both = _of_class(with_bcef.drop("_published"), factors.ipcc, "root_shoot_ratio", above)
    return with_both.drop("_published")


def _of_class(frame: pl.LazyFrame, rows: pl.DataFrame, symbol: str, size: pl.Expr) -> pl.LazyFrame:
    """Add the row of a symbol whose type fits and whose range (valid_min, valid_max] holds size."""
    classes = rows.filter(pl.col("symbol") == symbol).select(
        pl.col("forest_type").alias("_type"),
        pl.col("valid_min").alias("_over"),
        pl.col("valid_max").alias("_to"),
        # a drawn value changes the stock, never the class
        pl.col("value").alias("_published"),
        figures(rows).alias(symbol),
        pl.col("parameter_id").alias(f"{symbol}_id"),
    )
    over, upper = pl.col("_over"), pl.col("_to")
    # the lowest class holds a stock of 0
    in_range = ((size > over) | (over == 0)) & (upper.is_null() | (size <= upper))
    of_type = pl.col("_type").is_null() | (pl.col("_type") == pl.col("forest_type"))
    joined = frame.join(classes.lazy(), how="cross").filter(of_type & in_range)
    return joined.drop("_type", "_over", "_to")
