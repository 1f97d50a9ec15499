"""Figures of a project that stand in place of shipped ones, as items that are to be verified."""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

import polars as pl

from sinkcalc.ccer.items import pack_items
from sinkcalc.ccer.project import OwnParameter
from sinkcalc.coefficients.packs import Pack
from sinkcalc.coefficients.table import KEY_COLUMNS
from sinkcalc.coefficients.verified import IN_PLACE, ITEM_SCHEMA

# before the name of a figure of the project: its id
OWN: Final = "project."
# status of one that replaces none, and evidence of all
ONLY_OWN: Final = "project"
STATED: Final = "stated"


class OwnUse(NamedTuple):
    """A figure of the project where a shipped row would serve.

    Attributes
    ----------
    row_id
        Id of the shipped row.
    name
        Symbol of the figure, with its species where it is of one.
    """

    row_id: str
    name: str
    value: float
    source: str
    locator: str


def in_place(items: pl.DataFrame, uses: Iterable[OwnUse]) -> pl.DataFrame:
    """Return the shipped rows of uses with the figure, source and place of the project.

    A figure that equals the shipped one replaces nothing: the row stays as it is shipped, and a
    verification of it serves.

    Parameters
    ----------
    items
        Shipped rows, columns of `ITEM_SCHEMA`; a use of a row that is not among them is left out.

    Returns
    -------
    Columns of `ITEM_SCHEMA`, one line a row and figure.
    """
    shipped = {row["item_id"]: row for row in items.iter_rows(named=True)}
    rows = []
    for use in dict.fromkeys(uses):
        row = shipped.get(use.row_id)
        if row is None:
            continue
        if row["value"] != use.value:
            row = row | {
                "value": use.value,
                "source_id": use.source,
                "locator": use.locator,
                "status": IN_PLACE,
                "evidence": STATED,
                "own_figure": use.name,
                "shipped_value": row["value"],
            }
        rows.append(row)
    return pl.DataFrame(rows, schema=ITEM_SCHEMA).unique(
        ["item_id", "own_figure"], maintain_order=True
    )


def uses_of(parameters: pl.DataFrame) -> list[OwnUse]:
    """Return what figures of the project stand for, of parameters of a plan."""
    return [
        OwnUse(
            row_id,
            row["parameter_id"].removeprefix(OWN),
            row["value"],
            row["source_id"],
            row["locator"],
        )
        for row in parameters.iter_rows(named=True)
        for row_id in row["stands_for"] or ()
    ]


def pack_figures(pack: Pack, symbols: Collection[str], own: Iterable[OwnParameter]) -> pl.DataFrame:
    """Return figures of a pack that serve every row, the project's in place of them.

    Returns
    -------
    Columns of `ITEM_SCHEMA`, in the order of the pack.
    """
    figures = {each.symbol: each for each in own}
    rows = pack.tables["parameters"].filter(
        pl.col("symbol").is_in(list(symbols)), *(pl.col(key).is_null() for key in KEY_COLUMNS)
    )
    items = pack_items(pack).filter(pl.col("item_id").is_in(rows["parameter_id"].to_list()))
    uses = [
        OwnUse(row_id, symbol, figure.value, figure.source, figure.locator)
        for row_id, symbol in rows.select("parameter_id", "symbol").iter_rows()
        if (figure := figures.get(symbol)) is not None
    ]
    replaced = [use.row_id for use in uses]
    return pl.concat([items.filter(~pl.col("item_id").is_in(replaced)), in_place(items, uses)])
