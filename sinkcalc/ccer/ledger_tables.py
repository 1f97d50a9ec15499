"""What the book of units says, as tables: entries, balances, events."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, TypeVar

import dataframely as dy
import polars as pl

from sinkcalc.ccer.entries import (
    CANCELLED,
    EVENT,
    Entry,
    balance_of,
    of_project,
    standing,
    verified_by_vintage,
)
from sinkcalc.ccer.serials import as_compared
from sinkcalc.schemas.ccer_ledger import EventOffset, LedgerBalance, LedgerEntry

Rows = TypeVar("Rows", bound=dy.Schema)


def entry_table(entries: Sequence[Entry], simulated: Collection[str]) -> dy.DataFrame[LedgerEntry]:
    """List entries with the balance of the project after each.

    Parameters
    ----------
    entries
        The whole book.
    simulated
        Projects that come from simulated data.
    """
    balances: dict[str, int] = {}
    rows = []
    for entry in entries:
        balances[entry.project_id] = balances.get(entry.project_id, 0) + entry.moved
        own = {
            "balance_t": balances[entry.project_id],
            "simulated": entry.project_id in simulated,
        }
        rows.append({**asdict(entry), **own})
    return _frame(LedgerEntry, rows)


def balance_table(
    entries: Sequence[Entry], names: Mapping[str, str], simulated: Collection[str]
) -> dy.DataFrame[LedgerBalance]:
    """Add up the book by project and vintage, with a row for every whole project.

    Parameters
    ----------
    names
        Project -> its name, of every project that is to be listed.
    """
    rows = []
    for project_id, name in sorted(names.items()):
        own = of_project(entries, project_id)
        verified = verified_by_vintage(own)
        vintages = sorted({entry.vintage for entry in own if entry.vintage is not None})
        for vintage in (*vintages, None):
            of_row = of_project(own, project_id, vintage)
            sums = balance_of(of_row)
            rows.append(
                {
                    "project_id": project_id,
                    "name": name,
                    "vintage": vintage,
                    "verified_t": None if vintage is None else verified.get(vintage),
                    "issued_t": sums.issued,
                    "cancelled_t": sums.cancelled,
                    "reversed_t": sums.reversed_,
                    "balance_t": sums.balance,
                    "debt_t": sums.debt,
                    "simulated": project_id in simulated,
                }
            )
    return _frame(LedgerBalance, rows)


def event_table(entries: Sequence[Entry], simulated: Collection[str]) -> dy.DataFrame[EventOffset]:
    """Set what was cancelled for each event beside its emissions.

    An event has the name that it was given first. The emissions are those that were given last:
    they are computed once more after an event.
    """
    used: dict[str, list[Entry]] = {}
    for entry in standing(entries):
        if entry.kind == CANCELLED and entry.purpose == EVENT and entry.event_name:
            used.setdefault(as_compared(entry.event_name), []).append(entry)
    return _frame(EventOffset, [_event(own, simulated) for _, own in sorted(used.items())])


def _event(own: Sequence[Entry], simulated: Collection[str]) -> dict[str, Any]:
    cancelled = sum(entry.tonnes for entry in own)
    given = [entry.event_emissions_t for entry in own if entry.event_emissions_t is not None]
    row: dict[str, Any] = {
        "event_name": own[0].event_name,
        "event_emissions_t": None,
        "cancelled_t": cancelled,
        "coverage_fraction": None,
        "uncovered_t": None,
        "surplus_t": None,
        "projects": len({entry.project_id for entry in own}),
        "first_day": min(entry.entry_date for entry in own),
        "last_day": max(entry.entry_date for entry in own),
        "simulated": any(entry.project_id in simulated for entry in own),
    }
    if given:
        rest = given[-1] - cancelled
        row |= {
            "event_emissions_t": given[-1],
            "coverage_fraction": float(min(Decimal(1), cancelled / given[-1])),
            "uncovered_t": max(rest, Decimal(0)),
            "surplus_t": max(-rest, Decimal(0)),
        }
    return row


def _frame(schema: type[Rows], rows: Sequence[Mapping[str, Any]]) -> dy.DataFrame[Rows]:
    kinds = schema.create_empty().schema
    chosen = [{name: row[name] for name in kinds} for row in rows]
    return schema.validate(pl.DataFrame(chosen, schema=kinds), cast=True)
