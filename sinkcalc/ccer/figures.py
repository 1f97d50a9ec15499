"""Figures of the sampling: the project's own, else those of its methodology."""

import polars as pl

from sinkcalc.ccer.project import Project
from sinkcalc.coefficients.packs import Pack
from sinkcalc.errors import UsageProblem


def figure(project: Project, pack: Pack, symbol: str) -> float | None:
    """Return a figure that serves the whole project; None if neither gives it."""
    for own in project.parameters:
        if own.symbol == symbol:
            return own.value
    return pack_figure(pack, symbol)


def pack_figure(pack: Pack, symbol: str) -> float | None:
    """Return a figure of a methodology; None if it gives none."""
    rows = pack.tables["parameters"].filter(
        pl.col("symbol") == symbol, pl.col("value").is_not_null()
    )
    return None if rows.is_empty() else float(rows["value"][0])


def needed_figure(project: Project, pack: Pack, symbol: str) -> float:
    """Return a figure that serves the whole project.

    Raises
    ------
    UsageProblem
        If neither the project nor its methodology gives it.
    """
    found = figure(project, pack, symbol)
    if found is None:
        raise UsageProblem(
            zh=f"方法学包 {pack.code} 没有 {symbol}(没有读到原文);"
            f'在 {project.path} 的 [parameters] 中写 {symbol} = {{ value = …, source = "…", '
            'locator = "…" }',
            en=f"the pack {pack.code} has no {symbol} (its text was not read): write {symbol} = "
            f'{{ value = …, source = "…", locator = "…" }} in [parameters] of {project.path}',
        )
    return found
