"""Figures of monitored carbon stocks."""

from dataclasses import dataclass, replace
from typing import Literal

Note = tuple[str, str]
# the same plots on both occasions, some of them, or none
Pairing = Literal["same", "partly", "different"]


@dataclass(frozen=True)
class Figure:
    """An estimated figure, t CO2e; None where the plots do not tell."""

    value: float
    se: float | None
    ci_low: float | None
    ci_high: float | None
    df: int | None
    n: int | None

    @property
    def uncertainty(self) -> float | None:
        """Half-width of the interval over the absolute figure; None without either."""
        if self.ci_low is None or self.ci_high is None or self.value == 0:
            return None
        return (self.ci_high - self.ci_low) / 2 / abs(self.value)

    def less(self, shift: float) -> "Figure":
        """Return the figure less one that is known without error."""
        low, high = (None if end is None else end - shift for end in (self.ci_low, self.ci_high))
        return replace(self, value=self.value - shift, ci_low=low, ci_high=high)


@dataclass(frozen=True)
class Stocks:
    """Stock of a stratum or the project, with that of the occasion before.

    Attributes
    ----------
    covariance
        Of both stocks, (t CO2e)²; None where their plots are not the same.
    """

    last: Figure
    first: Figure | None = None
    change: Figure | None = None
    covariance: float | None = None


@dataclass(frozen=True)
class Monitored:
    """Stocks of the project and its strata.

    Attributes
    ----------
    strata
        In the order of their names.
    pairing
        None with one occasion.
    """

    project: Stocks
    strata: dict[str, Stocks]
    pairing: Pairing | None
    notes: list[Note]
