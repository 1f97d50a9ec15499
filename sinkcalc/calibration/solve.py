"""Weights that meet totals and stay close to 1: the equations of Deville and Särndal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.special import expit

Floats = NDArray[np.float64]
Method = Literal["raking", "linear", "bounded"]

METHODS: Final[tuple[Method, ...]] = ("raking", "linear", "bounded")
_MOST_ROUNDS: Final = 200
_MOST_HALVINGS: Final = 60
# relative miss of a total at which the equations count as solved
SOLVED: Final = 1e-10
# share of the largest eigenvalue below which a direction is one that no control fixes
RANK: Final = 1e-12


@dataclass(frozen=True)
class Solution:
    """Weights, and how they move with the totals.

    Attributes
    ----------
    weights
        One a cell.
    derivatives
        d(base * weight)/d(total), cells x controls.
    iterations
        Newton steps.
    largest_miss
        Largest |reached - total| / total over the controls.
    converged
        Whether the miss is below `SOLVED`.
    """

    weights: Floats
    derivatives: Floats
    iterations: int
    largest_miss: float
    converged: bool


@dataclass(frozen=True)
class Distance:
    """What a method makes of u = x'lambda: the weight, its slope, and the integral of it."""

    weight: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    integral: Callable[[Floats], Floats]


def distance(method: Method, bounds: tuple[float, float]) -> Distance:
    """Return the calibration function of a method.

    linear: g = 1 + u. raking: g = exp(u). bounded (logit):
    g = L + (U - L) p, p = 1/(1 + exp(-(A u + log((1 - L)/(U - 1))))),
    A = (U - L)/((1 - L)(U - 1)): g(0) = 1, slope 1 there, never outside (L, U).

    Notes
    -----
    Deville & Särndal 1992, section 2, cases 1, 2 and 6.
    """
    if method == "linear":
        return Distance(lambda u: 1 + u, np.ones_like, lambda u: u + u * u / 2)
    if method == "raking":
        return Distance(np.exp, np.exp, np.exp)
    low, high = bounds
    steep = (high - low) / ((1 - low) * (high - 1))
    start = np.log((1 - low) / (high - 1))

    def slope(u: Floats) -> Floats:
        p = expit(steep * u + start)
        return np.asarray((high - low) * steep * p * (1 - p))

    return Distance(
        lambda u: np.asarray(low + (high - low) * expit(steep * u + start)),
        slope,
        lambda u: np.asarray(low * u + (high - low) / steep * np.logaddexp(0, steep * u + start)),
    )


def solve(
    design: Floats, base: Floats, totals: Floats, method: Method, bounds: tuple[float, float]
) -> Solution:
    """Find the weights nearest to 1 that meet the totals.

    sum_c base_c g_c x_cj = T_j with g_c = F(x_c'lambda), by Newton steps on the convex dual
    sum_c base_c Phi(x_c'lambda) - T'lambda, Phi' = F, halved where they do not descend. With
    H = sum_c base_c F'(x_c'lambda) x_c x_c': d(base_c g_c)/dT = base_c F'_c x_c'H^+; the
    pseudo-inverse serves controls that follow from one another, as two margins of one total.

    Parameters
    ----------
    design
        Cells x controls: 1 where the control holds for the cell, or a quantity per unit of base.
    base
        Amount of each cell before calibration, none negative.
    totals
        One a control, above 0, none contradicting another.
    method, bounds
        Distance, and the limits of the weight for `bounded`.

    Returns
    -------
    Weights and derivatives; not `converged` where no weights of the method meet the totals.

    Notes
    -----
    Deville & Särndal 1992, section 1 and 2.
    """
    form = distance(method, bounds)
    # in units of the root of each total the matrices have diagonals near 1
    target = np.sqrt(totals)
    x = design / target
    lam = np.zeros_like(totals)
    value = float(base @ form.integral(x @ lam) - target @ lam)
    miss = x.T @ (base * form.weight(x @ lam)) - target
    rounds = 0
    while np.max(np.abs(miss) / target) > SOLVED and rounds < _MOST_ROUNDS:
        rounds += 1
        step = -_inverse(x, base, form.slope(x @ lam)) @ miss
        lam, value, moved = _descend(x, base, target, form, (lam, value, step))
        miss = x.T @ (base * form.weight(x @ lam)) - target
        if not moved:
            break
    u = x @ lam
    slope = form.slope(u)
    derivatives = (base * slope)[:, None] * (x @ _inverse(x, base, slope)) / target
    largest = float(np.max(np.abs(miss) / target))
    return Solution(form.weight(u), derivatives, rounds, largest, largest <= SOLVED)


def _inverse(x: Floats, base: Floats, slope: Floats) -> Floats:
    gram = x.T @ (x * (base * slope)[:, None])
    return np.asarray(np.linalg.pinv(gram, rcond=RANK, hermitian=True), dtype=np.float64)


def _descend(
    x: Floats, base: Floats, target: Floats, form: Distance, at: tuple[Floats, float, Floats]
) -> tuple[Floats, float, bool]:
    """Take the Newton step, halved until the dual falls.

    Near the solution the dual is flat to its last digits: there the miss of the totals decides.
    """
    lam, value, step = at

    def miss(where: Floats) -> float:
        return float(np.max(np.abs(x.T @ (base * form.weight(x @ where)) - target) / target))

    before = miss(lam)
    flat = RANK * (abs(value) + abs(target @ lam))
    for halvings in range(_MOST_HALVINGS):
        tried = lam + step / 2**halvings
        with np.errstate(over="ignore", invalid="ignore"):
            new = float(base @ form.integral(x @ tried) - target @ tried)
            if new < value - flat or (new < value + flat and miss(tried) < before):
                return tried, new, True
    return lam, value, False


def nearest_totals(
    design: Floats, base: Floats, totals: Floats, bounds: tuple[float, float]
) -> Floats:
    """Return the reachable totals nearest to those asked for.

    Minimises sum_j |sum_c base_c g_c x_cj - T_j| / T_j over weights low <= g_c <= high (high may
    be infinite); equal to the totals, but for the rounding of a linear programme, where these
    can be met.
    """
    cells, controls = design.shape
    x = (design * base[:, None] / totals).T
    eye = np.eye(controls)
    found = linprog(
        c=np.concatenate([np.zeros(cells), np.ones(2 * controls)]),
        A_eq=np.hstack([x, eye, -eye]),
        b_eq=np.ones(controls),
        bounds=[(bounds[0], bounds[1])] * cells + [(0, None)] * (2 * controls),
        method="highs",
    )
    return np.asarray(x @ found.x[:cells] * totals)
