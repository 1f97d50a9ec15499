"""What would close the gap between a forecast and a target of growing stock."""

from dataclasses import dataclass
from typing import Final, cast

import numpy as np

from sinkcalc.calibration.model import Model
from sinkcalc.models.growth import GrowthForm, volume_at
from sinkcalc.units import MU_PER_HA

_OLDEST: Final = 300


@dataclass(frozen=True)
class Closing:
    """Ways to see a shortfall; each alone would close it.

    Attributes
    ----------
    shortfall_m3
        Target less forecast, in the target's year.
    m3_per_mu
        On every mu of the present arbor forest, beyond the forecast.
    mean_m3_per_ha
        Growing stock per hectare of the present arbor forest.
    new_area_ha
        New arbor forest that would hold the shortfall at that mean.
    years_to_mean
        Age at which the curve of new forest holds that mean; None where it never does.
    beyond_curve
        Whether that age lies beyond those that the curve was fitted to.
    carbon_t
        Vegetation carbon of the shortfall at the margin, t C; None without a margin.
    """

    shortfall_m3: float
    m3_per_mu: float
    mean_m3_per_ha: float
    new_area_ha: float
    years_to_mean: int | None
    beyond_curve: bool
    carbon_t: float | None


def closing(
    shortfall_m3: float,
    arbor_area_ha: float,
    growing_stock_m3: float,
    curve: Model,
    margin: float | None,
) -> Closing:
    """Say what would close a shortfall S.

    m3_per_mu    = S / (15 A)
    new_area     = S / v,  v = V / A
    years        = least whole age t with f(t) >= v
    carbon       = S * margin

    Parameters
    ----------
    arbor_area_ha, growing_stock_m3
        A and V of the arbor forest at the last survey, above 0.
    curve
        Growth model f of what would be planted, m3/ha over years.
    margin
        Vegetation carbon per added m3, t C/m3; the average must not be used here.
    """
    mean = growing_stock_m3 / arbor_area_ha
    ages = np.arange(1, _OLDEST + 1, dtype=float)
    form, values = cast(GrowthForm, curve.form), np.array(curve.values)
    there = np.flatnonzero(volume_at(form, values, ages) >= mean)
    years = int(ages[there[0]]) if there.size else None
    return Closing(
        shortfall_m3,
        shortfall_m3 / (arbor_area_ha * MU_PER_HA),
        mean,
        shortfall_m3 / mean,
        years,
        years is not None and years > curve.x_max,
        None if margin is None else shortfall_m3 * margin,
    )
