"""Soil organic carbon of farmland to 30 cm."""

from typing import Final

import polars as pl

from sinkcalc.models.terms import area, stack_pools
from sinkcalc.schemas.stages import Pools
from sinkcalc.vocabulary import AREA_MEASUREMENT, OWN_FACTOR, STOCK_FACTORS

KEYS: Final = ("farmland_use", "soil_class", "tillage", "input_level")
REFERENCE: Final = "soil_organic_carbon_reference_0_30"
# symbol -> keys of its rows: the first as listed or any, the rest always
_KEYS: Final = {
    REFERENCE: ("soil_class",),
    "land_use_factor": ("soil_class", "farmland_use"),
    "management_factor": ("tillage", "farmland_use"),
    "input_factor": ("input_level", "farmland_use"),
}


def with_stock_factors(records: pl.LazyFrame, rows: pl.DataFrame) -> pl.LazyFrame:
    """Add reference carbon and stock-change factors to records of farmland.

    A factor of the record's own comes before every shipped one. A shipped row that names the
    first key of its symbol (soil class, tillage, input level) comes before one that leaves it
    open.

    Parameters
    ----------
    records
        Rows of `Farmland`.
    rows
        Table `cropland_soil`.

    Returns
    -------
    The records with `<symbol>` of `REFERENCE` (t C/ha) and `STOCK_FACTORS` (1), `<symbol>_id`
    (parameter; `OWN_FACTOR` and the symbol for a factor of its own) and `<symbol>_status`; null
    where no row fits.
    """
    out = records.with_columns(
        pl.col(name).cast(pl.Float64).alias(f"_own_{name}") for name in STOCK_FACTORS
    ).drop(STOCK_FACTORS)
    # words as text, as parameter rows have them
    out = out.with_columns(pl.col(*KEYS).cast(pl.String))
    for symbol, keys in _KEYS.items():
        out = _with_shipped(out, rows.filter(pl.col("symbol") == symbol), symbol, keys)
    for name in STOCK_FACTORS:
        own = pl.col(f"_own_{name}")
        out = out.with_columns(
            pl.coalesce(own, name).alias(name),
            pl.when(own.is_not_null())
            .then(pl.lit(OWN_FACTOR + name))
            .otherwise(f"{name}_id")
            .alias(f"{name}_id"),
            pl.when(own.is_not_null())
            .then(pl.lit("own"))
            .otherwise(f"{name}_status")
            .alias(f"{name}_status"),
        )
    return out.drop(f"_own_{name}" for name in STOCK_FACTORS)


def _with_shipped(
    records: pl.LazyFrame, rows: pl.DataFrame, symbol: str, keys: tuple[str, ...]
) -> pl.LazyFrame:
    first, *rest = keys
    tags = []
    out = records
    for on, named in ((list(keys), True), (rest, False)):
        has = pl.col(first).is_not_null()
        part = rows.filter(has if named else ~has)
        tag = f"_{'named' if named else 'open'}"
        figures = part.select(
            *on,
            pl.struct(
                pl.col("value").alias(symbol),
                pl.col("parameter_id").alias(f"{symbol}_id"),
                pl.col("status").alias(f"{symbol}_status"),
            ).alias(tag),
        )
        if not part.is_empty():
            out = out.join(figures.lazy(), on=on, how="left")
            tags.append(tag)
    return out.with_columns(pl.coalesce(tags).alias("_row")).drop(tags).unnest("_row")


def cropland_soil(records: pl.LazyFrame) -> Pools:
    """Soil organic carbon to 30 cm: C = SOC_REF * F_LU * F_MG * F_I * A, t C.

    Parameters
    ----------
    records
        Result of `with_stock_factors` with `cell_id`; areas as floats, ha.

    Returns
    -------
    Pool soil of the records that have every factor, t C. A factor of the record's own moves the
    carbon by its relative error, the parameter of which has the value 1.

    Notes
    -----
    IPCC 2006 V4 ch. 2 equation 2.25 at one time, with tables 2.3 (reference to 30 cm) and 5.5
    of the 2019 Refinement, warm temperate moist. Valid for mineral soils that have been farmed
    the same way for 20 years; farmland changed later is between its old and its new stock.
    """
    names = (REFERENCE, *STOCK_FACTORS)
    value = area()
    for name in names:
        value = value * pl.col(name)
    derivatives = {AREA_MEASUREMENT: value}
    for name in names:
        others = area()
        for other in names:
            others = others if other == name else others * pl.col(other)
        own = pl.col(f"{name}_status") == "own"
        derivatives[f"{name}_id"] = pl.when(own).then(value).otherwise(others)
    return stack_pools(records, {"soil": value}, {"soil": derivatives})
