"""Errors of parameters and measurements whose sources print none."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.own_tables import read_own_errors
from sinkcalc.vocabulary import RESIDUAL

_COLUMNS: Final = ("assumed_id", "match", "relative_se", "shared", "source", "own")


@dataclass(frozen=True)
class AssumedErrors:
    """Relative standard errors by the beginning of a parameter's id.

    Attributes
    ----------
    rows
        `assumed_id`, `match`, `relative_se` (a fraction), `shared` (one error common to all
        parameters it matches), `source`, `own` (from a user's table).
    """

    rows: pl.DataFrame

    @classmethod
    def read(cls, own: Path | None = None) -> Self:
        """Return the shipped rows, and a user's before them.

        Raises
        ------
        UsageProblem
            If the user's table is not usable.
        """
        shipped = load_table("assumed_errors").rows.select(
            pl.col("parameter_id").alias("assumed_id"),
            "match",
            pl.col("value").alias("relative_se"),
            (pl.col("shared") == "true").alias("shared"),
            pl.col("source_of_error").alias("source"),
            pl.lit(False).alias("own"),
        )
        if own is None:
            return cls(shipped)
        stated = read_own_errors(own).with_columns(pl.lit(True).alias("own"))
        sources = shipped.select("match", "source")
        stated = stated.with_columns(
            pl.col("match")
            .map_elements(lambda match: _source_of(match, sources), pl.String)
            .alias("source")
        )
        return cls(pl.concat([stated.select(_COLUMNS), shipped]))

    def loadings(self, parameters: pl.DataFrame) -> pl.DataFrame:
        """Give every parameter that a row matches its error.

        error = relative_se * value, common to all parameters of a shared row. The coefficients
        of one equation or model share their error in any case, for they were fitted together.

        Parameters
        ----------
        parameters
            `parameter_id`, `value`.

        Returns
        -------
        Rows of `Errors.loadings` and `own`.
        """
        served = _longest_match(self.rows, parameters)
        fitted = pl.col("parameter_id").str.replace(r"\.[abc]$", "")
        return served.select(
            "parameter_id",
            pl.when("shared")
            .then("assumed_id")
            .otherwise(pl.concat_str("assumed_id", pl.lit(":"), fitted))
            .alias("block"),
            pl.lit(0, pl.Int32).alias("factor"),
            (pl.col("relative_se") * pl.col("value")).alias("loading"),
            pl.lit(None, pl.Float64).alias("df"),
            "source",
            pl.when("own").then(pl.lit("published")).otherwise(pl.lit("assumed")).alias("basis"),
            "own",
        )

    def spreads(self, parameters: pl.DataFrame) -> pl.DataFrame:
        """Give the spread of single stands about the parameters that a `residual.` row matches.

        Returns
        -------
        `parameter_id`, `spread` in the unit of the parameter, `source`.
        """
        residual = parameters.with_columns(
            (pl.lit(RESIDUAL) + pl.col("parameter_id")).alias("parameter_id")
        )
        return _longest_match(self.rows, residual).select(
            pl.col("parameter_id").str.strip_prefix(RESIDUAL),
            (pl.col("relative_se") * pl.col("value")).alias("spread"),
            "source",
        )


def _longest_match(rows: pl.DataFrame, parameters: pl.DataFrame) -> pl.DataFrame:
    """Join to each parameter the row whose `match` is the longest beginning of its id."""
    return (
        parameters.with_row_index("_order")
        .join(rows.with_row_index("_row"), how="cross")
        .filter(pl.col("parameter_id").str.starts_with(pl.col("match")))
        # of two rows with one match the user's, which stands first
        .sort("_order", pl.col("match").str.len_chars(), "_row", descending=[False, True, False])
        .unique("_order", keep="first", maintain_order=True)
        .drop("_order", "_row")
    )


def _source_of(match: str, shipped: pl.DataFrame) -> str:
    """Return the source of error that a user's row speaks of: that of the nearest shipped row."""
    near = shipped.filter(
        pl.col("match").str.starts_with(match) | pl.lit(match).str.starts_with(pl.col("match"))
    ).sort(pl.col("match").str.len_chars(), descending=True)
    return str(near["source"][0]) if near.height else "coefficients"
