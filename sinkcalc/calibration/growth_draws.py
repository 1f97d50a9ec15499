"""Random growth curves: the coefficients of a model as its errors let them lie."""

import numpy as np

from sinkcalc.calibration.factor import lower_factor
from sinkcalc.calibration.model import Model
from sinkcalc.calibration.solve import Floats


def curve_draws(model: Model, draws: int, rng: np.random.Generator) -> Floats:
    """Draw the coefficients of a growth curve.

    ln p ~ N(ln p, cov_ij/(p_i p_j)), so that every draw is above 0 and rises with age.

    Parameters
    ----------
    model
        Of kind `growth`.
    draws
        How many.

    Returns
    -------
    draws x k, in the order of `model.symbols`.

    Notes
    -----
    The delta method: the median of the draws is the model's coefficient. Normal whatever the
    degrees of freedom: the exponential of a t has no mean.
    """
    return curve_at(model, rng.standard_normal((draws, len(model.values))))


def curve_at(model: Model, z: Floats) -> Floats:
    """Return the coefficients of a growth curve for standard normal numbers, draws x k."""
    values = np.array(model.values)
    covariance = np.array(model.covariance) / np.outer(values, values)
    return np.asarray(np.exp(np.log(values) + z @ lower_factor(covariance).T))
