"""Breaks of a series: the option that goes across them, and what is said of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.accounting.series_breaks import Break


def across_option(function: Any) -> Any:
    """Add --across-definitions."""
    return click.option(
        "--across-definitions",
        "across",
        is_flag=True,
        help="口径、区划或代码表不同也相减,并在 series_break 标明 · subtract across definitions, "
        "redrawn districts and code sets, marked in series_break",
    )(function)


def break_mark(rows: "pl.DataFrame", settings: Settings) -> str:
    """Return the mark before a title of figures that are not one series."""
    listed = rows["series_break"].drop_nulls().unique().to_list()
    words = sorted({each for text in listed for each in text.split(" ")})
    if not words:
        return ""
    named = settings.say("、", ", ").join(word(each, settings) for each in words)
    return settings.say(f"【系列中断:{named}】", f"[BREAK OF SERIES: {named}] ")


def talk_about_breaks(settings: Settings, breaks: Sequence["Break"]) -> None:
    """Say why marked figures are not one series."""
    for each in breaks:
        talk(settings, f"系列中断:{each.zh}", f"break of the series: {each.en}")


def talk_about_unlike_counties(settings: Settings, first: int, last: int) -> None:
    """Name the counties that one of two surveys of stands lacks and the other holds."""
    from sinkcalc.cli.table import region_names
    from sinkcalc.pipeline.series_breaks import unlike_counties

    found = unlike_counties(settings.db, first, last, settings.wait)
    for (year, other), alone in found.items():
        if alone:
            names = region_names(alone, settings)
            talk(
                settings,
                f"{year} 年的调查没有以下县的小班,{other} 年有:{names}。这些县的变化及含它们的合计"
                f"是记录之差,不是森林之差;请先入库 {year} 年的小班",
                f"survey {year} holds no stands of {names}, which survey {other} holds: their "
                "change and every sum with them is one of records, not of forest; load the stands "
                f"of {year} first",
            )


def talk_about_touching(
    settings: Settings, rows: "pl.DataFrame", *, table: str = "stands", of_cells: bool = False
) -> None:
    """Say why marked rows of a change are not one series.

    Parameters
    ----------
    table
        Table of the records.
    of_cells
        Whether the rows come from cells, whose codes touch them too.
    """
    if rows["series_break"].is_null().all():
        return
    from sinkcalc.accounting.split import CELL_KEYS
    from sinkcalc.cli.views import asked_keys
    from sinkcalc.pipeline.series_breaks import touching_breaks

    years = int(rows["survey_from"][0]), int(rows["survey_to"][0])
    columns = [*asked_keys(rows), *(CELL_KEYS if of_cells else ())]
    regions = rows["region_code"].drop_nulls().unique().to_list()
    found = touching_breaks(settings.db, years, columns, regions, table=table, wait=settings.wait)
    talk_about_breaks(settings, found)
