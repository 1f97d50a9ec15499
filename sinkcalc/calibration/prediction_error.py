"""Error of a group's coefficients in a mixed model whose variances were estimated themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sinkcalc.calibration.solve import Floats


@dataclass(frozen=True)
class GroupOfMixed:
    """One group under the variances of a mixed model, in matrices of k x k.

    With S = X'X and P = (s^2 I + S G)^-1: X'V^-1 = P X', which needs no inverse of G.

    Attributes
    ----------
    n
        Samples.
    gram, push
        S and P.
    """

    n: int
    gram: Floats
    push: Floats


def error_of_variances(
    groups: Sequence[GroupOfMixed], between: Floats, scale: float
) -> list[Floats]:
    """Return what the error of G and s^2 adds to the covariance of each group's coefficients.

    2 g3, g3 = sum_ij cov(theta_i, theta_j) (dB/dtheta_i) V (dB/dtheta_j)', B = G X'V^-1,
    theta the elements of G and s^2, and cov(theta) the inverse of their expected information
    (1/2) tr(V^-1 V_i V^-1 V_j). One g3 is the spread that the estimated variances bring into the
    coefficients, the other what the covariance with estimated variances in place of the known
    ones is short of on average.

    Parameters
    ----------
    groups
        All groups of the model.
    between, scale
        G, k x k, and s^2.

    Returns
    -------
    k x k of each group.

    Notes
    -----
    Prasad & Rao 1990; for REML Datta & Lahiri 2000. Of second order in 1/groups: with a handful
    of groups still an approximation.
    """
    units = _units(len(between))
    information = sum(_information(group, units, scale) for group in groups)
    # elements of G and s^2 have units of their own: the inverse is taken without them
    root = np.sqrt(np.diag(information))
    covariance = np.linalg.pinv(information / np.outer(root, root), hermitian=True)
    covariance /= np.outer(root, root)
    return [2 * _third(group, units, between, covariance) for group in groups]


def _units(k: int) -> list[Floats]:
    """Return dG/dtheta of each element on and above the diagonal."""
    units = []
    for i in range(k):
        for j in range(i, k):
            unit = np.zeros((k, k))
            unit[i, j] = unit[j, i] = 1
            units.append(unit)
    return units


def _information(group: GroupOfMixed, units: Sequence[Floats], scale: float) -> Floats:
    """Return (1/2) tr(V^-1 V_i V^-1 V_j): V_i = X E_i X' for G, and I for s^2."""
    once = group.push @ group.gram
    twice = group.push @ once
    m, k = len(units), len(group.gram)
    found = np.empty((m + 1, m + 1))
    for i, first in enumerate(units):
        for j, second in enumerate(units):
            found[i, j] = np.trace(once @ first @ once @ second)
        found[i, m] = found[m, i] = np.trace(first @ twice)
    # V has the eigenvalues of s^2 I + S G, and s^2 in all other directions
    found[m, m] = np.trace(group.push @ group.push) + (group.n - k) / scale**2
    return found / 2


def _third(
    group: GroupOfMixed, units: Sequence[Floats], between: Floats, covariance: Floats
) -> Floats:
    """Return sum_ij cov_ij (dB_i) V (dB_j)'.

    dB/dG_i = (I - G P S) E_i X'V^-1 and dB/ds^2 = -G X'V^-2; X'V^-p V V^-q X = P^(p+q-1) S.
    """
    k = len(between)
    once = group.push @ group.gram
    left = np.eye(k) - between @ once
    # each derivative as M X'V^-power
    parts = [(left @ unit, 1) for unit in units] + [(-between, 2)]
    found = np.zeros((k, k))
    for i, (first, p) in enumerate(parts):
        for j, (second, q) in enumerate(parts):
            middle = np.linalg.matrix_power(group.push, p + q - 2) @ once
            found += covariance[i, j] * first @ middle @ second.T
    return np.asarray((found + found.T) / 2)
