"""A forecast from an earlier survey beside what the later survey found."""

from typing import Final

import polars as pl

from sinkcalc.schemas.forecast import BackTest
from sinkcalc.vocabulary import UNITS

# quantity -> pool that both a forecast and an estimate have, in the order of the rows
COMPARED: Final = {"growing_stock": None, "area": None, "carbon": "vegetation"}
_KEYS: Final = ["region_code", "quantity", "pool"]


def back_test_rows(
    ahead: pl.DataFrame, before: pl.DataFrame, observed: pl.DataFrame, years: tuple[int, int]
) -> pl.DataFrame:
    """Put the forecast of a year beside the estimates of the survey it starts from and of its own.

    error = forecast - observed;
    error_fraction = error / observed;
    error_of_change_fraction = error / |observed - value_from|.

    A county that one side lacks has 0 there, and no interval where the forecast lacks it.

    Parameters
    ----------
    ahead
        Rows of `Forecast`; those of the later year are taken.
    before, observed
        Rows of `Estimate` of the earlier and of the later survey.
    years
        The earlier and the later survey.

    Returns
    -------
    Rows of `BackTest`: growing stock (m3), area (ha) and vegetation carbon (t C) of every region,
    the city (null) first. A fraction is null where it would be of 0. The interval is that of the
    forecast alone; the observed value has an error of its own.
    """
    first, last = years
    forecast = _compared(ahead.filter(pl.col("year") == last)).select(
        *_KEYS, pl.col("value").cast(pl.Float64).alias("forecast"), "ci_low", "ci_high"
    )
    rows = _beside(_beside(forecast, before, "value_from"), observed, "observed")
    error = pl.col("forecast") - pl.col("observed")
    change = (pl.col("observed") - pl.col("value_from")).abs()
    order = {quantity: place for place, quantity in enumerate(COMPARED)}
    complete = (
        rows.join(
            _names(ahead, before, observed), on="region_code", how="left", maintain_order="left"
        )
        .with_columns(
            pl.lit(first).alias("survey_from"),
            pl.lit(last).alias("survey_to"),
            pl.lit(ahead["scenario"][0]).alias("scenario"),
            pl.col("quantity").replace_strict(UNITS, return_dtype=pl.String).alias("unit"),
            error.alias("error"),
            _share(error, pl.col("observed")).alias("error_fraction"),
            _share(error, change).alias("error_of_change_fraction"),
            pl.col("observed").is_between("ci_low", "ci_high").alias("inside_interval"),
            pl.lit(ahead["simulated"][0]).alias("simulated"),
        )
        .sort(
            "region_code",
            pl.col("quantity").replace_strict(order, return_dtype=pl.Int8),
            nulls_last=False,
        )
    )
    return BackTest.validate(complete.select(BackTest.column_names()), cast=True)


def _compared(rows: pl.DataFrame) -> pl.DataFrame:
    kept = [
        (pl.col("quantity") == quantity) & pl.col("pool").eq_missing(pl.lit(pool))
        for quantity, pool in COMPARED.items()
    ]
    return rows.filter(pl.any_horizontal(kept))


def _beside(rows: pl.DataFrame, estimates: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the values of an estimate; 0 where one side has no row."""
    values = _compared(estimates).select(*_KEYS, pl.col("value").cast(pl.Float64).alias(name))
    joined = rows.join(
        values, on=_KEYS, how="full", coalesce=True, nulls_equal=True, maintain_order="left_right"
    )
    return joined.with_columns(pl.selectors.float().exclude("ci_low", "ci_high").fill_null(0.0))


def _names(*frames: pl.DataFrame) -> pl.DataFrame:
    named = [frame.select("region_code", "region_name") for frame in frames]
    return pl.concat(named).drop_nulls().unique("region_code", keep="first", maintain_order=True)


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole != 0).then(part / whole)
