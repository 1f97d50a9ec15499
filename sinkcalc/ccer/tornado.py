"""What each parameter of a project alone does to its reductions."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from scipy.special import ndtri

from sinkcalc.ccer.numbers import Floats
from sinkcalc.ccer.plan import Plan
from sinkcalc.ccer.plan_errors import ParameterError, PlanErrors
from sinkcalc.ccer.sensitivity import project_series
from sinkcalc.schemas.ccer_sensitivity import ReductionTornado
from sinkcalc.units import PERCENT

# how far a parameter is moved: one standard error, or to the ends of the middle 90 % of its draws
Ends = Literal["se", "p90"]
# of the lower and the upper end of the latter
_LOW, _HIGH = 5, 95
# basis of a parameter without an error, moved by a share of its value
NO_ERROR: Final = "unknown"


@dataclass(frozen=True)
class _Bar:
    """One error and the values of its parameters at both ends."""

    error: ParameterError
    low: Floats
    high: Floats


def tornado(
    plan: Plan, errors: PlanErrors, ends: Ends = "se", unknown_by: float | None = None
) -> pl.DataFrame:
    """Move one error after the other, all other parameters at their values.

    Parameters that share an error move together. The coefficients of a calibrated curve err
    together as its covariance says: of all points as far from the fit as one standard error (or
    as the ends of 90 %) the two that move the total most are taken,

        z = d/|d|,  d_k = (total(+e_k) - total(-e_k))/2,  ln p = ln p0 + L z,  L L' = cov(ln p)

    which for a total linear in ln p changes it by its standard error from the curve.

    Parameters
    ----------
    ends
        `se`: one standard error to both sides. `p90`: the 5th and 95th percentile of the draws.
    unknown_by
        Parameters without an error are moved by this share of their values to both sides; left
        out if None.

    Returns
    -------
    Rows of `schemas.ccer_sensitivity.ReductionTornado`, the widest first; totals are not rounded
    down.
    """
    base = plan.base_values()[0]
    bars = [_bar(plan, error, base, ends) for error in errors.errors]
    if unknown_by is not None:
        bars += [
            _Bar(error, *(base[error.places] * (1 + sign * unknown_by) for sign in (-1, 1)))
            for error in unknown_errors(plan, errors)
        ]
    cases = np.repeat(base[np.newaxis], 1 + 2 * len(bars), axis=0)
    for number, bar in enumerate(bars):
        cases[1 + 2 * number, bar.error.places] = bar.low
        cases[2 + 2 * number, bar.error.places] = bar.high
    total = project_series(plan, cases).total
    rows = [
        _row(plan, bar, total[0], total[1 + 2 * number], total[2 + 2 * number])
        for number, bar in enumerate(bars)
    ]
    rows.sort(key=lambda row: (-row["width"], row["symbol"], row["members"]))
    frame = pl.DataFrame(rows, schema=ReductionTornado.create_empty().drop("project_id").schema)
    return frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("rank"))


def unknown_errors(plan: Plan, errors: PlanErrors) -> list[ParameterError]:
    """Return the parameters without an error, those of one id together."""
    rows = plan.parameters[errors.unknown.tolist()].with_columns(
        pl.Series("place", errors.unknown, dtype=pl.Int64)
    )
    return [
        ParameterError(
            str(name),
            part["symbol"][0],
            NO_ERROR,
            part["place"].to_numpy(),
            np.zeros(part.height),
        )
        for (name,), part in rows.group_by("parameter_id", maintain_order=True)
    ]


def _bar(plan: Plan, error: ParameterError, base: Floats, ends: Ends) -> _Bar:
    """Find both ends of an error."""
    own = base[error.places]
    reach = 1.0 if ends == "se" else float(ndtri(_HIGH / PERCENT))
    direction = np.ones(1)
    if error.factors > 1:
        direction = _steepest(plan, error, base)
    z = reach * np.array([-direction, direction])
    low, high = error.straight(own, z) if ends == "se" else error.drawn(own, z)
    return _Bar(error, low, high)


def _steepest(plan: Plan, error: ParameterError, base: Floats) -> Floats:
    """Return the direction, of length 1, in which an error of several factors moves the total."""
    steps = np.concatenate([np.eye(error.factors), -np.eye(error.factors)])
    cases = np.repeat(base[np.newaxis], len(steps), axis=0)
    cases[:, error.places] = error.drawn(base[error.places], steps)
    total = project_series(plan, cases).total
    effect = (total[: error.factors] - total[error.factors :]) / 2
    length = float(np.sqrt((effect**2).sum()))
    return effect / length if length > 0 else np.eye(error.factors)[0]


def _row(plan: Plan, bar: _Bar, base: float, low: float, high: float) -> dict[str, Any]:
    error = bar.error
    rows = plan.parameters[error.places.tolist()]
    keys = [key for key in rows["key"].unique(maintain_order=True) if key]
    one = len(error.places) == 1
    return {
        "rank": 0,
        "symbol": error.group,
        "key": ", ".join(keys) or None,
        "members": ", ".join(rows["parameter_id"].unique(maintain_order=True)),
        "basis": error.basis,
        "value": rows["value"][0] if one else None,
        "parameter_low": float(bar.low[0]) if one else None,
        "parameter_high": float(bar.high[0]) if one else None,
        "parameter_unit": rows["unit"][0] if one else None,
        "total": base,
        "total_low": low,
        "total_high": high,
        "change_low": low - base,
        "change_high": high - base,
        "width": max(base, low, high) - min(base, low, high),
        "unit": "t CO2e",
    }
