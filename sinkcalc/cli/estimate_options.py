"""Options that estimates and changes have in common."""

from collections.abc import Callable
from typing import Any, Final

import click

from sinkcalc.vocabulary import (
    BY_KEYS,
    CALIBRATED,
    DEFAULT_METHOD,
    METHODS,
    PLOT_BY_KEYS,
    WETLAND_BY_KEYS,
)

ALL_METHODS: Final = "all"


def by_option(function: Any) -> Any:
    """Add --by."""
    return click.option(
        "--by",
        default="",
        metavar="KEYS",
        help=f"分组,逗号分隔 · group by {','.join(BY_KEYS)}; "
        f"湿地 · wetlands: {','.join(WETLAND_BY_KEYS)}",
    )(function)


def plot_by_option(function: Any) -> Any:
    """Add --by of plots."""
    return click.option(
        "--by",
        default="",
        metavar="KEYS",
        help=f"分组,逗号分隔 · group by {','.join(PLOT_BY_KEYS)}",
    )(function)


def method_option(*more: str) -> Callable[[Any], Any]:
    """Add --method; `more` are words beside the names of the methods."""
    every = "方法;all 为全部并列 · method; all puts them side by side"
    return click.option(
        "--method",
        type=click.Choice([*METHODS, CALIBRATED, *more]),
        default=DEFAULT_METHOD,
        show_default=True,
        help=every if more else "方法 · method",
    )


def method_options(function: Any) -> Any:
    """Add the options that choose carbon fractions and soil depth."""
    options = (
        click.option(
            "--carbon-fraction",
            type=click.Choice(["fang", "species", "ipcc-2006"]),
            help="含碳率:0.5、按树种、0.47;默认为方法自己的 · carbon fraction: 0.5, by species, "
            "0.47; the method's own by default",
        ),
        click.option(
            "--soil-depth",
            type=click.Choice(["100", "50", "30"]),
            default="100",
            show_default=True,
            help="土壤深度 cm(50 只用于湿地) · depth of the soil pool; 50 for wetlands only",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function
