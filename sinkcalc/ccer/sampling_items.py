"""Items of a methodology that the sampling and the monitoring of a project rest on."""

from typing import Final

import polars as pl

from sinkcalc.ccer.calculation import Calculation
from sinkcalc.ccer.items import pack_items
from sinkcalc.coefficients.verified import VERIFIED_FILE, read_verified, unverified

OF_SAMPLING: Final = (
    "sampling_relative_error",
    "sampling_confidence",
    "sampling_min_plots",
    "sampling_small_fraction",
)
_CONFIDENCE: Final = "sampling_confidence"
OF_MONITORING: Final = (
    _CONFIDENCE,
    "monitoring_years_min",
    "monitoring_years_max",
    "first_vintage_date",
    "vintage_years",
)
_RULE, _DISCOUNT = "rule", "discount"


def items_of_sampling(calculation: Calculation) -> pl.DataFrame:
    """Return the rules of eligibility and the figures of the sampling; columns of `ITEM_SCHEMA`."""
    items = pack_items(calculation.pack)
    return items.filter((pl.col("kind") == _RULE) | _figures(calculation, OF_SAMPLING))


def items_of_monitoring(calculation: Calculation) -> pl.DataFrame:
    """Return all that the plan rests on, with the classes of the discount and the scheme's rules.

    Baseline, leakage and fires of the plan enter the reductions, and its equations compute them.
    """
    items = pack_items(calculation.pack)
    # the pack's confidence also where a project samples by its own: the classes are for it
    confidence = _figures(calculation, (_CONFIDENCE,), own=False)
    figures = _figures(calculation, OF_MONITORING) | confidence
    more = items.filter((pl.col("kind") == _DISCOUNT) | figures)
    return pl.concat([calculation.used_items, more]).unique("item_id", maintain_order=True)


def not_verified(calculation: Calculation, items: pl.DataFrame) -> pl.DataFrame:
    """Return the items that are recalled or assumed and that nobody has checked since."""
    project = calculation.project
    file = project.verified or project.path.parent / VERIFIED_FILE
    return unverified(items, read_verified(file))


def _figures(calculation: Calculation, symbols: tuple[str, ...], *, own: bool = True) -> pl.Expr:
    """Choose the pack's figures, where own ones count without those that the project gives."""
    given = {figure.symbol for figure in calculation.project.parameters} if own else set()
    rows = calculation.pack.tables["parameters"].filter(
        pl.col("symbol").is_in([symbol for symbol in symbols if symbol not in given])
    )
    return pl.col("item_id").is_in(rows["parameter_id"].to_list())
