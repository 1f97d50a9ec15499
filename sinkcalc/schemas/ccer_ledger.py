"""Rows of the book of units: entries, balances, events, registered projects, what is wrong."""

from typing import Final

import dataframely as dy

# widths of amounts in t CO2e, and of areas in ha
AMOUNT: Final = (20, 6)
AREA: Final = (14, 4)
_TONNES: Final = {"unit": "t CO2e"}


class LedgerEntry(dy.Schema):
    """One entry; `balance_t` is the balance of its project when it was made.

    `quantity_t` is above 0 whatever the kind; null for entries that move no unit.
    """

    entry_no = dy.Int32(min=1)
    entry_date = dy.Date()
    project_id = dy.String()
    version = dy.Int32(min=1)
    kind = dy.String()
    corrects = dy.Int32(nullable=True)
    vintage = dy.Int32(nullable=True)
    first_day = dy.Date(nullable=True)
    last_day = dy.Date(nullable=True)
    applied_on = dy.Date(nullable=True)
    quantity_t = dy.Int64(nullable=True, min=1, metadata=_TONNES)
    balance_t = dy.Int64(metadata=_TONNES)
    verified_t = dy.Decimal(*AMOUNT, nullable=True, metadata=_TONNES)
    serial_from = dy.String(nullable=True)
    serial_to = dy.String(nullable=True)
    batch = dy.String(nullable=True)
    purpose = dy.String(nullable=True)
    beneficiary = dy.String(nullable=True)
    event_name = dy.String(nullable=True)
    event_emissions_t = dy.Decimal(*AMOUNT, nullable=True, metadata=_TONNES)
    document = dy.String(nullable=True)
    note = dy.String(nullable=True)
    entry_id = dy.String()
    simulated = dy.Bool()


class LedgerBalance(dy.Schema):
    """Sums of one vintage, or with `vintage` null of the whole project.

    `balance_t` = `issued_t` - `cancelled_t` - `reversed_t`; `debt_t` = what it is below 0.
    Reversals that name no vintage are in the row of the project alone.
    """

    project_id = dy.String()
    name = dy.String(nullable=True)
    vintage = dy.Int32(nullable=True)
    verified_t = dy.Decimal(*AMOUNT, nullable=True, metadata=_TONNES)
    issued_t = dy.Int64(min=0, metadata=_TONNES)
    cancelled_t = dy.Int64(min=0, metadata=_TONNES)
    reversed_t = dy.Int64(min=0, metadata=_TONNES)
    balance_t = dy.Int64(metadata=_TONNES)
    debt_t = dy.Int64(min=0, metadata=_TONNES)
    simulated = dy.Bool()


class EventOffset(dy.Schema):
    """Units cancelled for one event beside its emissions, which the user gave.

    `coverage_fraction` = the smaller of 1 and cancelled / emissions; `uncovered_t` and
    `surplus_t` = emissions - cancelled above and below 0. Null where no emissions were given.
    """

    event_name = dy.String()
    event_emissions_t = dy.Decimal(*AMOUNT, nullable=True, metadata=_TONNES)
    cancelled_t = dy.Int64(min=0, metadata=_TONNES)
    coverage_fraction = dy.Float64(nullable=True, min=0, max=1)
    uncovered_t = dy.Decimal(*AMOUNT, nullable=True, metadata=_TONNES)
    surplus_t = dy.Decimal(*AMOUNT, nullable=True, metadata=_TONNES)
    projects = dy.Int32()
    first_day = dy.Date()
    last_day = dy.Date()
    simulated = dy.Bool()


class LedgerProject(dy.Schema):
    """A registered project in the version that holds now.

    `expected_t` is the creditable amount over the whole crediting period as it was expected when
    it was registered, whole t CO2e.
    """

    project_id = dy.String()
    version = dy.Int32()
    name = dy.String()
    owner = dy.String()
    methodology = dy.String()
    pack_version = dy.String()
    standing = dy.String()
    start_date = dy.Date()
    crediting_start = dy.Date()
    crediting_end = dy.Date()
    gwp_set = dy.String()
    parcels = dy.Int64()
    area_ha = dy.Decimal(*AREA, metadata={"unit": "ha"})
    expected_t = dy.Int64(nullable=True, metadata=_TONNES)
    issued_t = dy.Int64(metadata=_TONNES)
    balance_t = dy.Int64(metadata=_TONNES)
    withdrawn = dy.Bool()
    draft = dy.Bool()
    simulated = dy.Bool()
    run_id = dy.String()
    reason = dy.String(nullable=True)


class LedgerProblem(dy.Schema):
    """Something in the book that does not hold; `severity` is `error` or `warning`."""

    severity = dy.String()
    check = dy.String()
    project_id = dy.String(nullable=True)
    entry_no = dy.Int32(nullable=True)
    reason_zh = dy.String()
    reason_en = dy.String()
