"""Errors of the survey that a forecast starts from, as fractions."""

import numpy as np
import polars as pl

from sinkcalc.accounting.forecast_intervals import StartErrors
from sinkcalc.accounting.mean_path import POOLS_AHEAD
from sinkcalc.pipeline.forecast_inputs import Inputs
from sinkcalc.uncertainty.parts import ErrorParts, sum_errors
from sinkcalc.vocabulary import VOLUME_MEASUREMENT


def volume_se(parts: ErrorParts) -> float:
    """Return the relative standard error that all measured volumes of a survey share."""
    own = parts.errors.loadings.filter(pl.col("parameter_id") == VOLUME_MEASUREMENT)
    return float(np.sqrt((own["loading"].to_numpy() ** 2).sum()))


def start_errors(inputs: Inputs) -> StartErrors:
    """Return the relative errors of area and carbon at the survey by group.

    The error of the volumes is drawn apart, for it grows with the stock, and is left out here.
    A group that the survey does not have yet takes the error of all groups together.
    """
    parts, keys = inputs.parts, inputs.groups.keys
    rest = ErrorParts(
        parts.gradients.filter(pl.col("parameter_id") != VOLUME_MEASUREMENT),
        parts.residuals,
        parts.errors,
    )
    figure = ["quantity", "pool"]
    of_group = sum_errors(rest, [*keys, *figure]).rows.select(*keys, *figure, "se")
    of_all = sum_errors(rest, figure).rows.select(*figure, "se")
    values = inputs.estimate.select(*keys, *figure, "value")

    def relative(quantity: str, pool: str | None) -> tuple[np.ndarray, float]:
        def wanted(frame: pl.DataFrame) -> pl.DataFrame:
            same = (pl.col("quantity") == quantity) & pl.col("pool").eq_missing(pl.lit(pool))
            return frame.filter(same).drop(figure)

        own = wanted(values)
        errors = wanted(of_group).with_columns(pl.lit(0).alias("_all"))
        # decimals, whose sum does not depend on the order
        total = float(own["value"].sum() or 0)
        own = own.with_columns(pl.col("value").cast(pl.Float64), pl.lit(0).alias("_all"))
        of_every = float(wanted(of_all)["se"].fill_null(np.nan).sum())
        whole = of_every / total if total else 0.0
        names = ["_all", *keys]
        found = (
            inputs.groups.frame.with_columns(pl.lit(0).alias("_all"))
            .join(own, on=names, how="left", nulls_equal=True, maintain_order="left")
            .join(errors, on=names, how="left", nulls_equal=True, maintain_order="left")
        )
        unknown = found["value"].is_not_null() & found["se"].is_null()
        ratio = found.select(
            pl.when(pl.col("value") > 0).then(pl.col("se") / pl.col("value")).fill_null(whole)
        ).to_series()
        # an error that is not known is not 0
        return np.where(unknown.to_numpy(), np.nan, ratio.to_numpy()), whole

    area, cover = relative("area", None)
    return StartErrors(area, {pool: relative("carbon", pool)[0] for pool in POOLS_AHEAD}, cover)
