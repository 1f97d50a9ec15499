"""Errors of what a project's plan rests on: its own figures, published and assumed ones, curves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.calibration.growth_draws import curve_at
from sinkcalc.calibration.model import Model
from sinkcalc.ccer.numbers import Floats, Integers
from sinkcalc.ccer.own_figures import ONLY_OWN
from sinkcalc.ccer.plan import Plan
from sinkcalc.ccer.used_items import used_parameters
from sinkcalc.coefficients.verified import IN_PLACE
from sinkcalc.uncertainty.assumed import AssumedErrors

# line of the budget that holds the coefficients of calibrated curves
GROWTH_CURVE: Final = "growth_curve"


@dataclass(frozen=True)
class ParameterError:
    """One independent error, or those of one fit, and the parameters that it moves.

    Attributes
    ----------
    name
        Names its stream of random numbers.
    group
        Line of the budget: a symbol, or `GROWTH_CURVE`.
    basis
        What it rests on: `stated` by the user, `published`, `sample` of a fit, `assumed`.
    places
        Rows of `Plan.parameters`.
    relative_se
        Of each of them; they move together.
    model
        The calibrated curve whose coefficients they are, in its order; their errors are those of
        its covariance and not of `relative_se`.
    """

    name: str
    group: str
    basis: str
    places: Integers
    relative_se: Floats
    model: Model | None = None

    @property
    def factors(self) -> int:
        """How many independent standard numbers move it."""
        return 1 if self.model is None else len(self.places)

    def drawn(self, base: Floats, z: Floats) -> Floats:
        """Return the parameters for standard normal numbers.

        A figure above 0 is multiplied by a lognormal number of mean 1 and the relative standard
        error, so that it never changes its sign; coefficients of a curve as in `curve_draws`.

        Parameters
        ----------
        base
            Value of each parameter.
        z
            draws x factors.

        Returns
        -------
        draws x parameters.
        """
        if self.model is not None:
            return curve_at(self.model, z)
        variance = np.log1p(self.relative_se**2)
        return np.asarray(base * np.exp(np.sqrt(variance) * z - variance / 2))

    def straight(self, base: Floats, z: Floats) -> Floats:
        """Return the parameters so many standard errors from their values, on a straight line.

        Coefficients of a curve move on a straight line of their logarithms.
        """
        if self.model is not None:
            return curve_at(self.model, z)
        return np.asarray(base * (1 + self.relative_se * z))


@dataclass(frozen=True)
class PlanErrors:
    """Errors of a plan's parameters.

    Attributes
    ----------
    errors
        Independent of one another, in a fixed order.
    unknown
        Places of the parameters that enter the results and have no error.
    assumed
        Rows of the tables of assumed errors that serve, as `assumed_id`.
    """

    errors: tuple[ParameterError, ...]
    unknown: Integers
    assumed: pl.DataFrame


def plan_errors(plan: Plan, own: Path | None = None) -> PlanErrors:
    """Find the error of every parameter that enters the results.

    In this order: a row of the user's own table of errors; the covariance of a calibrated curve;
    the standard error of the parameter row (the project's own figure has it from its file); a row
    of the shipped assumed errors. Parameters without any count as exact and are named.

    Parameters
    ----------
    own
        A user's table of errors, see `read_own_errors`.

    Raises
    ------
    UsageProblem
        If the user's table is not usable.
    """
    places = used_parameters(plan)
    used = plan.parameters[places].with_columns(pl.Series("place", places, dtype=pl.Int64))
    known = plan.parameters["parameter_id"].unique().to_list()
    table = AssumedErrors.read(own, known).loadings(
        used.unique("parameter_id", keep="first", maintain_order=True).select(
            "parameter_id", "value"
        )
    )
    stated = _of_table(used, table.filter("own"))
    left = used.join(stated, on="place", how="anti", maintain_order="left")
    curves = _curves(plan, left)
    in_curves = [int(place) for curve in curves for place in curve.places]
    left = left.filter(~pl.col("place").is_in(in_curves))
    published = left.filter(pl.col("se").is_not_null(), pl.col("value") != 0).select(
        "place",
        "symbol",
        pl.col("parameter_id").alias("block"),
        (pl.col("se") / pl.col("value")).alias("relative_se"),
        pl.when(pl.col("status").is_in([ONLY_OWN, IN_PLACE]))
        .then(pl.lit("stated"))
        .otherwise(pl.lit("published"))
        .alias("basis"),
        pl.lit(None, pl.String).alias("assumed_id"),
    )
    left = left.filter(pl.col("se").is_null())
    assumed = _of_table(left, table.filter(~pl.col("own")))
    rows = pl.concat([stated, published, assumed])
    with_error = [*rows["place"], *in_curves]
    unknown = used.filter(~pl.col("place").is_in(with_error))["place"]
    return PlanErrors(
        (*_blocks(rows), *curves),
        unknown.to_numpy(),
        rows.select(pl.col("assumed_id").drop_nulls().unique(maintain_order=True)),
    )


def _of_table(used: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Give parameters the errors that rows of a table of errors have for them."""
    return used.join(table, on="parameter_id", maintain_order="left").select(
        "place",
        "symbol",
        "block",
        pl.when(pl.col("value") != 0)
        .then(pl.col("loading") / pl.col("value"))
        .otherwise(0.0)
        .alias("relative_se"),
        "basis",
        "assumed_id",
    )


def _blocks(rows: pl.DataFrame) -> list[ParameterError]:
    """Put the parameters that share an error together."""
    out = []
    for (block,), part in rows.group_by("block", maintain_order=True):
        symbols = part["symbol"].unique(maintain_order=True)
        out.append(
            ParameterError(
                str(block),
                symbols[0] if len(symbols) == 1 else str(part["assumed_id"][0]),
                part["basis"][0],
                part["place"].to_numpy(),
                part["relative_se"].to_numpy(),
            )
        )
    return out


def _curves(plan: Plan, used: pl.DataFrame) -> list[ParameterError]:
    """Give the coefficients of every calibrated curve the errors of its fit."""
    out = []
    for key, model in sorted(plan.curve_models.items()):
        rows = used.filter(pl.col("key") == key)
        found = dict(zip(rows["symbol"], rows["place"], strict=True))
        places = [found.get(f"curve_{symbol}") for symbol in model.symbols]
        if None in places:
            continue
        out.append(
            ParameterError(
                f"curve\n{key}",
                GROWTH_CURVE,
                "sample",
                np.array(places, dtype=np.int64),
                np.sqrt(np.diag(np.array(model.covariance))) / np.abs(model.values),
                model,
            )
        )
    return out
