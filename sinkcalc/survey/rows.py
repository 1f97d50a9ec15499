"""Figures of a sample as rows with error, interval and precision."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import polars as pl
from scipy.special import stdtrit

from sinkcalc.survey.design import Design
from sinkcalc.survey.sample import Floats, Note

# the sample below which intervals of skewed data cover less than they say, and the skewness
# from which a sample counts as skewed (Bulmer 1979: from one half on)
FEW_PLOTS: Final = 60
SKEWED: Final = 0.5
# 抽样精度 is told of sizes, not of differences
_PRECISE: Final = ("total", "mean", "ratio")
SKEWED_SAMPLE: Final = "skewed_below_60"
NO_DEGREES: Final = "no_degrees_of_freedom"
# the total that a ratio divides by is 0
NO_DENOMINATOR: Final = "denominator_zero"
NO_SPREAD: Final = "no_spread"
# share of a figure that is the rounding of sums
ROUNDING: Final = 1e-12

ROW_SCHEMA: Final = pl.Schema(
    {
        "estimator": pl.String,
        "stat": pl.String,
        "variable": pl.String,
        "unit": pl.String,
        "domain": pl.String,
        "value": pl.Float64,
        "se": pl.Float64,
        "ci_low": pl.Float64,
        "ci_high": pl.Float64,
        "df": pl.Int64,
        "n": pl.Int64,
        "sampling_precision": pl.Float64,
        "warning": pl.String,
    }
)


@dataclass(frozen=True)
class Figure:
    """One estimated figure with its variance; no variance where it is a covariance itself."""

    stat: str
    variable: str
    unit: str | None
    domain: str | None
    value: float
    variance: float | None
    degrees: int | None
    n: int
    values: Floats = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of_covariance(
        cls, variable: str, unit: str | None, domain: str | None, value: float, n: int
    ) -> "Figure":
        """Return the covariance of two totals as a figure."""
        return cls("covariance", variable, unit, domain, value, None, None, n)


@dataclass(frozen=True)
class SurveyResult:
    """What an estimator gives.

    Attributes
    ----------
    rows
        `estimator`, `stat`, `variable`, `unit` (estimation unit), `domain`, `value`, `se`,
        `ci_low`, `ci_high`, `df`, `n` (plots or clusters), `sampling_precision`
        (抽样精度, 1 - t se / |value|), `warning`. The row over all units and domains has both null.
    notes
        What was done to strata, and which plots are in no domain, in Chinese and English.
    counted
        What `n` counts: `plots` or `clusters`.
    """

    rows: pl.DataFrame
    notes: list[Note]
    counted: Literal["plots", "clusters"] = "plots"


def finished(figures: Sequence[Figure], design: Design, notes: list[Note]) -> SurveyResult:
    """Complete figures with error and interval: value ± t(df) se."""
    rows = [_row(figure, design) for figure in figures]
    return SurveyResult(pl.DataFrame(rows, schema=ROW_SCHEMA, orient="row"), notes, design.counted)


def _row(figure: Figure, design: Design) -> dict[str, object]:
    row: dict[str, object] = {
        "estimator": design.name,
        "stat": figure.stat,
        "variable": figure.variable,
        "unit": figure.unit,
        "domain": figure.domain,
        "value": figure.value,
        "df": figure.degrees,
        "n": figure.n,
    }
    if not math.isfinite(figure.value):
        return row | {"value": None, "warning": NO_DENOMINATOR}
    if figure.variance is None or figure.degrees is None:
        return row
    # the difference of two sums may be a rounding error below zero
    se = math.sqrt(max(figure.variance, 0.0))
    row["se"] = se
    if figure.degrees < 1:
        return row | {"warning": NO_DEGREES}
    # residuals that are all alike tell nothing of the spread: no interval of no width
    if se <= ROUNDING * abs(figure.value):
        return row | {"warning": NO_SPREAD}
    half = float(stdtrit(figure.degrees, (1 + design.confidence) / 2)) * se
    row |= {"ci_low": figure.value - half, "ci_high": figure.value + half}
    if figure.stat in _PRECISE and figure.value != 0:
        row["sampling_precision"] = 1 - half / abs(figure.value)
    if figure.n < FEW_PLOTS and abs(skewness(figure.values)) >= SKEWED:
        row["warning"] = SKEWED_SAMPLE
    return row


def skewness(values: Floats) -> float:
    """Return the third moment about the mean over the power 3/2 of the second; 0 without spread."""
    if values.size == 0:
        return 0.0
    centred = values - values.mean()
    second = float((centred**2).mean())
    return float((centred**3).mean()) / second ** (3 / 2) if second > 0 else 0.0
