"""Plots and trees as the plot table reads them, built from words."""

from typing import Any

import polars as pl

from sinkcalc.schemas.inventory import Plot, Tree


def _frame(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.LazyFrame:
    text = {name: pl.String if isinstance(kind, pl.Enum) else kind for name, kind in schema.items()}
    numbers = {n: pl.Float64 if isinstance(k, pl.Decimal) else k for n, k in text.items()}
    frame = pl.DataFrame(rows, schema=numbers)
    return frame.lazy().cast({n: k for n, k in text.items() if isinstance(k, pl.Decimal)})


def plots(*rows: dict[str, Any]) -> pl.LazyFrame:
    """Give plots with the types of the store; what a row does not name is null."""
    return _frame(list(rows), dict(Plot.create_empty().schema))


def trees(*rows: dict[str, Any]) -> pl.LazyFrame:
    """Give trees with the types of the store; what a row does not name is null."""
    return _frame(list(rows), dict(Tree.create_empty().schema))
