"""Figures of the sampling and the scheme: the project's own, else those of its methodology."""

from datetime import date

import polars as pl

from sinkcalc.ccer.project import Project
from sinkcalc.coefficients.packs import Pack
from sinkcalc.errors import UsageProblem


def figure(project: Project, pack: Pack, symbol: str) -> float | None:
    """Return a figure that serves the whole project; None if neither gives it."""
    for own in project.parameters:
        if own.symbol == symbol:
            return own.value
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


def needed_day(project: Project, pack: Pack, symbol: str) -> date:
    """Return a figure that is a day, written yyyymmdd.

    Raises
    ------
    UsageProblem
        If it is not given, or is no day.
    """
    found = needed_figure(project, pack, symbol)
    try:
        return date.fromisoformat(f"{found:.0f}")
    except ValueError:
        raise UsageProblem(
            zh=f"{symbol} = {found:g} 不是日期;写作 yyyymmdd,如 20200922",
            en=f"{symbol} = {found:g} is no day: write it as yyyymmdd, as 20200922",
        ) from None
