"""Errors that a project file states: of its areas and growth tables."""

from collections.abc import Collection
from typing import Final

from sinkcalc.ccer.project import MeasuredErrors
from sinkcalc.coefficients.own_tables import LARGEST_RELATIVE_SE
from sinkcalc.pipeline.toml_section import Section

_KEYS: Final = ("area", "tables")


def read_errors(section: Section, tables: Collection[str]) -> MeasuredErrors:
    """Read relative standard errors of all areas together, and of growth tables by their names.

    Parameters
    ----------
    tables
        Names of the growth tables.

    Raises
    ------
    UsageProblem
        If an error is no fraction up to `LARGEST_RELATIVE_SE`, or there is no such table.
    """
    section.require_known(_KEYS)
    of_tables = section.table("tables")
    of_tables.require_known(tables)
    found = {name: of_tables.number(name, LARGEST_RELATIVE_SE) for name in of_tables.entries}
    return MeasuredErrors(
        section.number("area", LARGEST_RELATIVE_SE),
        {name: error for name, error in found.items() if error is not None},
    )
