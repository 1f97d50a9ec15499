"""What the measures on voluntary reductions ask of units, whatever the methodology."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from sinkcalc.coefficients.load import load_table


@dataclass(frozen=True)
class Programme:
    """Rules of the measures.

    Attributes
    ----------
    reductions_after
        Reductions arise after this day.
    years_before_application
        Years before the application for a batch in which its reductions arose.
    """

    reductions_after: date
    years_before_application: int


@cache
def load_programme() -> Programme:
    """Return the rules of the measures (`ccer_programme.csv`)."""
    values = dict(load_table("ccer_programme").rows.select("rule", "value").iter_rows())
    return Programme(
        reductions_after=date.fromisoformat(values["reductions_after"]),
        years_before_application=int(values["years_before_application"]),
    )
