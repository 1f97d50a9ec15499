"""Options that choose errors and draws."""

from pathlib import Path
from typing import Any

import click


def errors_option(function: Any) -> Any:
    """Add --errors."""
    return click.option(
        "--errors",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help="自己的误差表(match, relative_se, shared) · own table of errors",
    )(function)


def draw_options(function: Any) -> Any:
    """Add --draws, --seed and --budget."""
    options = (
        click.option(
            "--draws",
            type=click.IntRange(100, 1_000_000),
            metavar="N",
            help="蒙特卡罗抽样次数;不给则按误差传播 · Monte Carlo draws; error propagation without",
        ),
        click.option("--seed", type=click.IntRange(0), help="抽样的种子 · seed of the draws"),
    )
    for option in reversed(options):
        function = option(function)
    return budget_option(function)


def budget_option(function: Any) -> Any:
    """Add --budget."""
    return click.option(
        "--budget",
        is_flag=True,
        help="输出误差的来源及其份额 · give the sources of error and their shares instead",
    )(function)
