"""Group sums of stands by age, or of stands measured twice, as growth curves are fitted to them."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.studies import Integers
from sinkcalc.coefficients.load import load_table
from sinkcalc.models.growth import GrowthForm, volume_at

GrowthWeights = Literal["area", "stands"]
# of the variance in the prediction: the power is told from 0 to this
_MOST_POWER: Final = 2


@cache
def growth_rules() -> dict[str, dict[str, Any]]:
    """Return the rules of growth curves: rule -> its row of `sample_rules`."""
    rows = load_table("sample_rules").rows.filter(pl.col("rule").str.starts_with("growth_"))
    return {row["rule"]: row for row in rows.iter_rows(named=True)}


def least(rule: str) -> float:
    """Return the smallest figure that a rule allows."""
    return float(growth_rules()[rule]["min"])


def most(rule: str) -> float:
    """Return the largest figure that a rule allows."""
    return float(growth_rules()[rule]["max"])


@dataclass(frozen=True)
class Cells:
    """Stands of one site and age together, or of one site and the same two ages.

    Attributes
    ----------
    site
        Number of the region.
    age
        Years.
    age_from, y_from
        Years and m3/ha at the earlier occasion; None for stands measured once.
    n
        Stands.
    weight
        Of all stands of the cell; 1 a stand on average.
    y
        Weighted mean growing stock, m3/ha.
    within
        Sum of weight * squared deviation within the cell: of the mean, or of stands measured
        twice from growth in the one ratio of the cell.
    """

    site: Integers
    age: Floats
    n: Floats
    weight: Floats
    y: Floats
    within: Floats
    age_from: Floats | None = None
    y_from: Floats | None = None

    @property
    def stands(self) -> int:
        """Count the stands."""
        return int(self.n.sum())

    @property
    def sites(self) -> int:
        """Count the regions."""
        return len(np.unique(self.site))

    def take(self, rows: NDArray[np.bool_]) -> "Cells":
        """Return the cells under a mask."""
        return Cells(
            self.site[rows],
            self.age[rows],
            self.n[rows],
            self.weight[rows],
            self.y[rows],
            self.within[rows],
            None if self.age_from is None else self.age_from[rows],
            None if self.y_from is None else self.y_from[rows],
        )

    def predicted(self, form: GrowthForm, values: Floats) -> Floats:
        """Return the curve at each cell, m3/ha: f(A), or V1 f(A2)/f(A1) of stands measured twice.

        The axes of `values` before the last are kept before that of the cells.
        """
        # coefficients that are tried on the way to a fit may leave the numbers
        with np.errstate(all="ignore"):
            late = volume_at(form, values, self.age)
            if self.age_from is None or self.y_from is None:
                return late
            return np.asarray(self.y_from * late / volume_at(form, values, self.age_from))


def cells_of(rows: pl.DataFrame, weights: GrowthWeights = "area") -> Cells:
    """Turn group sums into cells.

    Parameters
    ----------
    rows
        `region_code`, `age` (years), `n`, `area` (ha), `volume` (m3), `square` = sum of
        area * (m3/ha)^2; of stands measured twice `age_from`, and with the area of the later
        occasion `volume_from`, `square_from` and `cross` = sum of area * (m3/ha then) *
        (m3/ha later).
    weights
        `area`: a stand counts by its area; `stands`: each alike.
    """
    pairs = "age_from" in rows.columns
    keys = ["region_code", "age", *(["age_from"] if pairs else [])]
    sums = [name for name in rows.columns if name not in (*keys, "species_group", "origin")]
    # a fixed order: sums of floats depend on it
    grouped = (
        rows.select(*keys, *(pl.col(name).cast(pl.Float64) for name in sums))
        .sort(*keys, *sums, nulls_last=True)
        .group_by(keys, maintain_order=True)
        .agg(pl.col(sums).sum())
    )
    column = {name: grouped[name].cast(pl.Float64).to_numpy() for name in [*sums, "age"]}
    area, volume, n = column["area"], column["volume"], column["n"]
    weight = area * n.sum() / area.sum() if weights == "area" else n
    within = column["square"] - volume**2 / area
    if pairs:
        before = column["volume_from"]
        ratio = volume / before
        within = column["square"] - 2 * ratio * column["cross"] + ratio**2 * column["square_from"]
    site = grouped["region_code"].fill_null("").rank("dense").cast(pl.Int64).to_numpy()
    return Cells(
        site=site,
        age=column["age"],
        n=n,
        weight=weight,
        y=volume / area,
        within=np.maximum(within, 0) * weight / area,
        age_from=grouped["age_from"].cast(pl.Float64).to_numpy() if pairs else None,
        y_from=before / area if pairs else None,
    )


def spread_power(cells: Cells) -> float:
    """Return the power p with which the variance within an age grows with the growing stock.

    The p from 0 to 2 (a constant coefficient of variation) that a normal likelihood of the spread
    s_A^2 of the stands of an age about their mean m_A is largest with, var = phi m^p (Harvey 1976);
    1 where no age has two stands that differ.
    """
    mean, total, df = _by_age(cells)
    known = (df > 0) & (total > 0) & (mean > 0)
    if not known.any():
        return 1.0
    mean, total, df = mean[known], total[known], df[known]
    logs = np.log(np.maximum(mean, least("growth_variance_floor") * mean.max()))

    def minus(power: float) -> float:
        scaled = float((total * np.exp(-power * logs)).sum() / df.sum())
        return float(df.sum() * np.log(scaled) + power * (df * logs).sum())

    found = minimize_scalar(minus, bounds=(0, _MOST_POWER), method="bounded")
    # two decimals are more than stands tell, and the same on every machine
    return round(float(found.x), 2)


def _by_age(cells: Cells) -> tuple[Floats, Floats, Floats]:
    """Return mean, sum of squares and degrees of freedom of each age (or pair of cells)."""
    if cells.age_from is not None:
        return cells.y, cells.within, cells.n - 1
    _, place = np.unique(cells.age, return_inverse=True)
    weight = np.bincount(place, cells.weight)
    mean = np.bincount(place, cells.weight * cells.y) / weight
    between = np.bincount(place, cells.weight * (cells.y - mean[place]) ** 2)
    total = np.bincount(place, cells.within) + between
    return mean, np.asarray(total, float), np.asarray(np.bincount(place, cells.n) - 1, float)
