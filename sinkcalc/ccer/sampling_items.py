"""Items of a methodology that the sampling and the monitoring of a project rest on."""

from typing import Final

import polars as pl

from sinkcalc.ccer.calculation import Calculation
from sinkcalc.ccer.items import pack_items
from sinkcalc.ccer.own_figures import pack_figures
from sinkcalc.coefficients.verified import read_verified, unverified

OF_SAMPLING: Final = (
    "sampling_relative_error",
    "sampling_confidence",
    "sampling_min_plots",
    "sampling_small_fraction",
)
OF_MONITORING: Final = (
    "monitoring_years_min",
    "monitoring_years_max",
    "first_vintage_date",
    "vintage_years",
)
# the pack's also where a project samples by its own: the classes of discount are for it
_OF_CLASSES: Final = ("sampling_confidence",)
_RULE, _DISCOUNT = "rule", "discount"


def items_of_sampling(calculation: Calculation) -> pl.DataFrame:
    """Return the rules of eligibility and the figures of the sampling; columns of `ITEM_SCHEMA`."""
    rules = pack_items(calculation.pack).filter(pl.col("kind") == _RULE)
    return pl.concat([rules, _figures(calculation, OF_SAMPLING)])


def items_of_monitoring(calculation: Calculation) -> pl.DataFrame:
    """Return all that the plan rests on, with the classes of the discount and the scheme's rules.

    Baseline, leakage and fires of the plan enter the reductions, and its equations compute them.
    """
    classes = pack_items(calculation.pack).filter(pl.col("kind") == _DISCOUNT)
    figures = _figures(calculation, OF_MONITORING)
    confidence = pack_figures(calculation.pack, _OF_CLASSES, ())
    return pl.concat([calculation.used_items, classes, confidence, figures]).unique(
        ["item_id", "own_figure"], keep="first", maintain_order=True
    )


def not_verified(calculation: Calculation, items: pl.DataFrame) -> pl.DataFrame:
    """Return the items that are recalled or assumed and that nobody has checked since."""
    return unverified(items, read_verified(calculation.project.verified_file))


def _figures(calculation: Calculation, symbols: tuple[str, ...]) -> pl.DataFrame:
    return pack_figures(calculation.pack, symbols, calculation.project.parameters)
