"""What a city needs, divided among its counties by what their forests can add."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from sinkcalc.units import STOCK_DECIMALS

_QUANTUM: Final = Decimal(1).scaleb(-STOCK_DECIMALS)


@dataclass(frozen=True)
class CountyForest:
    """Arbor forest of one county at the last survey, and what it could become.

    Attributes
    ----------
    growing_stock_m3
        As the survey estimates it.
    without_felling_m3
        Forecast for the target's year without felling.
    """

    region_code: str
    arbor_area_ha: Decimal
    growing_stock_m3: Decimal
    without_felling_m3: float

    @property
    def potential_m3_per_ha(self) -> float:
        """What a hectare is forecast to add without felling; 0 without arbor forest."""
        if not self.arbor_area_ha:
            return 0.0
        return (self.without_felling_m3 - float(self.growing_stock_m3)) / float(self.arbor_area_ha)

    @property
    def weight_m3(self) -> float:
        """Area times potential, not below 0."""
        if not self.arbor_area_ha:
            return 0.0
        return max(self.without_felling_m3 - float(self.growing_stock_m3), 0.0)


@dataclass(frozen=True)
class Share:
    """A county's part of the need; `share` is that of the weights."""

    share: float
    needed_m3: Decimal


def allocate(need: Decimal, counties: list[CountyForest]) -> dict[str, Share]:
    """Divide the city's need among its counties.

    needed_i = need * A_i p_i / sum of A_j p_j, with A the arbor area (ha) and p the potential
    (m3/ha), which is not below 0 here. The parts are whole multiples of 1e-4 m3 by largest
    remainder (equal remainders: by region code), so that they add up to the need exactly.

    Parameters
    ----------
    need
        m3, above 0, with at most four decimals.
    counties
        Every county of the city.

    Returns
    -------
    region_code -> share; empty where no county's forest is forecast to add anything.
    """
    weights = {one.region_code: Fraction(one.weight_m3) for one in counties}
    whole = sum(weights.values())
    if not whole:
        return {}
    units = int(need / _QUANTUM)
    exact = {code: units * weight / whole for code, weight in weights.items()}
    parts = {code: int(part) for code, part in exact.items()}
    by_remainder = sorted(weights, key=lambda code: (parts[code] - exact[code], code))
    for code in by_remainder[: units - sum(parts.values())]:
        parts[code] += 1
    return {code: Share(float(weights[code] / whole), parts[code] * _QUANTUM) for code in weights}


def decimal_of(value: float) -> Decimal:
    """Return a stock in m3 with the four decimals of stored stocks."""
    return Decimal(repr(value)).quantize(_QUANTUM)
