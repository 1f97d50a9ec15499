"""Samples that are no part of a curve, and those that a curve rests on."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from sinkcalc.calibration.fit import Fit
from sinkcalc.calibration.forms import FORMS
from sinkcalc.calibration.outcome import Problem
from sinkcalc.calibration.problems import problem

# chance that any of the samples lies so far from the curve as those that are named
_UNLIKELY: Final = 0.01
# change of the slope by one sample, as a share of it and in its standard errors
_SHARE: Final = 0.2
_IN_SE: Final = 1

Labels = NDArray[Any]


def unlike_the_others(group: str, fit: Fit, labels: Labels) -> list[Problem]:
    """Name the samples that lie too far from the curve to be of it.

    Externally studentised residual on the scale of the fit, t = e_i/(s_(i) sqrt(1 - h_i)) with
    s_(i)^2 = (RSS - e_i^2/(1 - h_i))/(n - k - 1), against Student's t with n - k - 1 degrees of
    freedom at p/n (Bonferroni); Huber's s is that of the bulk already.
    """
    line = fit.line
    n, k = line.design.shape
    df = n - k - 1
    if df < 1:
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        own = line.residual**2 / (1 - line.leverage)
        without = (float(line.residual @ line.residual) - own) / df
        spread = np.full(n, line.scale) if fit.estimator == "huber" else np.maximum(without, 0)
        studentised = np.sqrt(own / spread)
    far = studentised > t.ppf(1 - _UNLIKELY / (2 * n), df)
    if not far.any():
        return []
    worst = int(np.argmax(np.where(far, studentised, -1)))
    return [
        problem(
            "unlike_the_others",
            group,
            fit.form,
            rows=labels[far],
            row=labels[worst],
            value=float(studentised[worst]),
        )
    ]


def carrying_sample(group: str, fit: Fit, labels: Labels) -> list[Problem]:
    """Name the sample without which the slope is another one."""
    line, place = fit.line, FORMS[fit.form].slope
    slope = line.params[place]
    shift = line.shift[place]
    in_se = np.abs(shift) / np.sqrt(line.covariance[place, place])
    cook = line.cook_distance
    carries = (cook > 4 / len(shift)) & ((in_se > _IN_SE) | (np.abs(shift) > _SHARE * abs(slope)))
    if not carries.any():
        return []
    worst = int(np.nanargmax(np.where(carries, in_se, -1)))
    return [
        problem(
            "outlier",
            group,
            fit.form,
            row=labels[worst],
            symbol=FORMS[fit.form].symbols[place],
            value=slope,
            without=slope + shift[worst],
            in_se=in_se[worst],
            cook=cook[worst],
            more=int(carries.sum()) - 1,
        )
    ]
