"""Yearly growth of the curves by age, for one or many draws of their coefficients."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from sinkcalc.calibration.model import Model
from sinkcalc.models.growth import GrowthForm, volume_at

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GrowthTables:
    """Growth in the year after an age; row = curve * ages + age, the last row is 0.

    Attributes
    ----------
    relative
        (f(A+1) - f(A)) / f(A), or 0 where f(A) is below the floor; shape (rows, draws).
    added
        f(A+1) - f(A) where f(A) is below the floor, else 0; m3/ha.
    whole
        f(A+1) - f(A) at every age; m3/ha.
    is_low
        Whether f(A) is below the floor in any draw; shape (rows,).
    ages
        Number of ages.
    """

    relative: Floats
    added: Floats
    whole: Floats
    is_low: NDArray[np.bool_]
    ages: int


def growth_tables(
    models: list[Model], values: list[Floats], oldest: int, floor: float, scale: Floats
) -> GrowthTables:
    """Tabulate the growth of curves.

    Parameters
    ----------
    models
        Curves in the order of their keys.
    values
        Coefficients of each, shape (draws, coefficients).
    oldest
        The greatest age whose growth is wanted.
    floor
        Growing stock of the curve, m3/ha, below which growth is added instead of multiplied: the
        quotient of two small figures says nothing.
    scale
        Growth of all forest as a multiple of the curves', shape (draws,).
    """
    ages = np.arange(oldest + 2, dtype=np.float64)
    draws = len(scale)
    relative, added, whole = [], [], []
    for model, drawn in zip(models, values, strict=True):
        stock = volume_at(cast(GrowthForm, model.form), drawn[:, np.newaxis, :], ages).T
        step = (stock[1:] - stock[:-1]) * scale
        low = stock[:-1] < floor
        relative.append(np.where(low, 0.0, step / np.where(low, 1.0, stock[:-1])))
        added.append(np.where(low, step, 0.0))
        whole.append(step)
    none = np.zeros((1, draws))
    tables = [np.concatenate([*part, none]) for part in (relative, added, whole)]
    return GrowthTables(*tables, is_low=tables[1].any(axis=1), ages=oldest + 1)
