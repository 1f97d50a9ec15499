"""Design-based estimators on a table of plots in a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from sinkcalc.pipeline.read_table import headers, read_table
from sinkcalc.survey import Design, SurveyResult
from sinkcalc.survey.design import SIZE, require_fitting

Estimate = Callable[[pl.DataFrame, Design], SurveyResult]


@dataclass(frozen=True)
class TableOptions:
    """Files of a survey: the plots, their sizes, and how to open them."""

    plots: Path
    sizes: Path | None = None
    encoding: str | None = None
    layer: str | None = None


def estimate_table(
    options: TableOptions, design: Design, variables: Sequence[str], estimate: Estimate
) -> SurveyResult:
    """Read plots and sizes and estimate.

    Parameters
    ----------
    variables
        Columns of y and x.
    estimate
        Called with the rows and the design.

    Raises
    ------
    UsageProblem
        If a file cannot be read, lacks a column, or does not fit the design.
    """
    design = with_sizes(design, options.sizes, options.encoding)
    numbers = list(dict.fromkeys([*variables, *design.auxiliaries]))
    texts = [name for name in design.columns if name not in numbers]
    rows = read_table(options.plots, texts, numbers, options.encoding, options.layer)
    return estimate(rows, design)


def with_sizes(design: Design, path: Path | None, encoding: str | None = None) -> Design:
    """Read the sizes of a design from a file; refuse a design that does not fit before.

    Raises
    ------
    UsageProblem
        If the parts of the design do not go together, or the file lacks a column.
    """
    require_fitting(design)
    if path is None:
        return design
    keys = [key for key in (design.unit, design.cell) if key is not None]
    # a table of strata serves as it is
    column = next((name for name in (SIZE, "area_ha") if name in headers(path, encoding)), SIZE)
    sizes = read_table(path, keys, [column], encoding)
    return replace(design, sizes=sizes.rename({column: SIZE}, strict=False))
