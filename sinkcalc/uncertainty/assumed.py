"""Errors of parameters and measurements whose sources print none."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.own_tables import read_own_errors
from sinkcalc.vocabulary import COEFFICIENTS, RESIDUAL, RESIDUALS

_COLUMNS: Final = ("assumed_id", "match", "relative_se", "n", "shared", "source", "own")


@dataclass(frozen=True)
class AssumedErrors:
    """Relative standard errors by the beginning of a parameter's id.

    Attributes
    ----------
    rows
        `assumed_id`, `match`, `relative_se` (a fraction), `n` (places or studies whose spread it
        is, null where it is none), `shared` (one error common to all parameters it matches),
        `source` (null in a user's rows: that of the shipped row of the same parameter), `own`
        (from a user's table).
    """

    rows: pl.DataFrame

    @classmethod
    def read(cls, own: Path | None = None, also: Iterable[str] = ()) -> Self:
        """Return the shipped rows, and a user's before them.

        Parameters
        ----------
        also
            Ids of parameters beyond those of the shipped tables, which a user's row may match.

        Raises
        ------
        UsageProblem
            If the user's table is not usable.
        """
        shipped = load_table("assumed_errors").rows.select(
            pl.col("parameter_id").alias("assumed_id"),
            "match",
            pl.col("value").alias("relative_se"),
            pl.col("n").cast(pl.Float64),
            (pl.col("shared") == "true").alias("shared"),
            pl.col("source_of_error").alias("source"),
            pl.lit(False).alias("own"),
        )
        if own is None:
            return cls(shipped)
        stated = read_own_errors(own, also).with_columns(
            pl.lit(None, pl.Float64).alias("n"),
            pl.lit(None, pl.String).alias("source"),
            pl.lit(True).alias("own"),
        )
        return cls(pl.concat([stated.select(_COLUMNS), shipped]))

    def loadings(self, parameters: pl.DataFrame) -> pl.DataFrame:
        """Give every parameter that a row matches its error.

        error = relative_se * value, common to all parameters of a shared row. The coefficients
        of one equation or model share their error in any case, for they were fitted together. A
        spread of n places has n - 1 degrees of freedom; of any other error they are not known.

        Parameters
        ----------
        parameters
            `parameter_id`, `value`.

        Returns
        -------
        Rows of `Errors.loadings`, `own` and `assumed_id`.
        """
        served = _served(self.rows, parameters, COEFFICIENTS)
        fitted = pl.col("parameter_id").str.replace(r"\.[abc]$", "")
        return served.select(
            "parameter_id",
            pl.when("shared")
            .then("assumed_id")
            .otherwise(pl.concat_str("assumed_id", pl.lit(":"), fitted))
            .alias("block"),
            pl.lit(0, pl.Int32).alias("factor"),
            (pl.col("relative_se") * pl.col("value")).alias("loading"),
            (pl.col("n") - 1).alias("df"),
            "source",
            pl.when("own").then(pl.lit("stated")).otherwise(pl.lit("assumed")).alias("basis"),
            "own",
            "assumed_id",
        )

    def spreads(self, parameters: pl.DataFrame) -> pl.DataFrame:
        """Give the spread of single stands about the parameters that a `residual.` row matches.

        Returns
        -------
        `parameter_id`, `spread` in the unit of the parameter, `source`, `own`, `assumed_id`.
        """
        residual = parameters.with_columns(
            (pl.lit(RESIDUAL) + pl.col("parameter_id")).alias("parameter_id")
        )
        return _served(self.rows, residual, RESIDUALS).select(
            pl.col("parameter_id").str.strip_prefix(RESIDUAL),
            (pl.col("relative_se") * pl.col("value")).alias("spread"),
            "source",
            "own",
            "assumed_id",
        )


def _served(rows: pl.DataFrame, parameters: pl.DataFrame, otherwise: str) -> pl.DataFrame:
    """Join to each parameter its row, and tell a user's row which source of error it speaks of."""
    shipped = _best_match(rows.filter(~pl.col("own")), parameters).select(
        "parameter_id", pl.col("source").alias("_shipped")
    )
    return (
        _best_match(rows, parameters)
        .join(shipped, on="parameter_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("source", "_shipped", pl.lit(otherwise)).alias("source"))
        .drop("_shipped")
    )


def _best_match(rows: pl.DataFrame, parameters: pl.DataFrame) -> pl.DataFrame:
    """Join to each parameter the row whose `match` is the longest beginning of its id.

    Any row of a user comes before every shipped one, however much longer that is.
    """
    return (
        parameters.with_row_index("_order")
        .join(rows, how="cross")
        .filter(pl.col("parameter_id").str.starts_with(pl.col("match")))
        .sort("_order", "own", pl.col("match").str.len_chars(), descending=[False, True, True])
        .unique("_order", keep="first", maintain_order=True)
        .drop("_order")
    )
