"""Carbon that comes with one more m3 of growing stock, beside the average per m3."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Margin:
    """Vegetation carbon per m3 of growing stock, in t C/m3.

    Attributes
    ----------
    of_arbor
        Whether `added` counts the carbon of arbor forest alone, or that of all forest.
    added
        Change of vegetation carbon by change of growing stock; None where the stock did not grow.
    average
        Vegetation carbon of all forest by growing stock, later survey; None without stock.
    """

    of_arbor: bool
    added: float | None
    average: float | None


def carbon_margin(rows: pl.DataFrame) -> Margin:
    """Divide changes, and stocks of the later survey.

    added   = (C2 - C1) / (V2 - V1), of arbor forest where the rows tell classes apart
    average = C2 / V2, of all forest

    The average holds bamboo, shrubs and the intercepts of the equations: it says nothing of what
    one more m3 brings.

    Parameters
    ----------
    rows
        `vegetation_class`, `quantity`, `pool`, `value_from`, `value_to` (t C, m3).
    """
    stock = rows.filter(pl.col("quantity") == "growing_stock")
    carbon = rows.filter(pl.col("quantity") == "carbon", pl.col("pool") == "vegetation")
    of_arbor = bool(rows["vegetation_class"].is_not_null().any())
    own = carbon.filter(pl.col("vegetation_class") == "arbor") if of_arbor else carbon
    grown = _sum(stock, "value_to") - _sum(stock, "value_from")
    gained = _sum(own, "value_to") - _sum(own, "value_from")
    there = _sum(stock, "value_to")
    return Margin(
        of_arbor,
        gained / grown if grown > 0 else None,
        _sum(carbon, "value_to") / there if there > 0 else None,
    )


def _sum(rows: pl.DataFrame, column: str) -> float:
    return float(rows[column].sum() or 0)
