"""How likely it is that a target is reached: from the error of a figure, or from draws."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ahead:
    """What a forecast gives of one figure in the target's year, in the target's unit.

    Attributes
    ----------
    value
        Without draws: every parameter at its value.
    draws
        One figure a draw.
    """

    value: float
    draws: Floats


def least_that_reaches(target: float, decimals: int) -> float:
    """Return the least figure that, rounded to the precision of the target, reaches it.

    target rounded - 10^-decimals / 2

    >>> least_that_reaches(77_900_000, -4)
    77895000.0
    """
    return round(target, decimals) - float(10**-decimals) / 2


def chance_of_estimate(value: float, se: float | None, df: float | None, least: float) -> float:
    """Return the probability that the true figure is at or above `least`.

    P = F((value - least) / se), F normal, or Student's t with the degrees of freedom of the error.

    Parameters
    ----------
    se
        Standard error in the unit of the value; 0 gives 0 or 1.
    df
        None: the size of the error counts as known.
    """
    if not se:
        return float(value >= least)
    distance = (value - least) / se
    return float(ndtr(distance) if df is None else stdtr(df, distance))


def chance_of_draws(draws: Floats, least: float) -> float:
    """Return the probability that a forecast reaches `least`.

    P = (r + 1/2) / (n + 1), with r of n draws at or above it: never 0 or 1, which a finite number
    of draws cannot tell. It is 1/2 where half of them are.

    Parameters
    ----------
    draws
        One figure a draw, at least one.

    Notes
    -----
    Mean of the posterior of a share under Jeffreys' prior Beta(1/2, 1/2).
    """
    reached = int(np.count_nonzero(draws >= least))
    return (2 * reached + 1) / (2 * draws.size + 2)


def trend_error(
    first: tuple[float | None, float | None], last: tuple[float | None, float | None], ahead: float
) -> tuple[float | None, float | None]:
    """Give the error of a straight line through two surveys, carried on.

    x = x2 + k (x2 - x1), Var = (1 + k)^2 se2^2 + k^2 se1^2: measured volumes and areas of two
    surveys err independently. Degrees of freedom after Welch and Satterthwaite.

    Parameters
    ----------
    first, last
        Standard error and degrees of freedom of each survey.
    ahead
        k: years from the last survey on, by the years between the two.

    Returns
    -------
    Standard error and degrees of freedom, None where they count as known; without the error of
    either there is none.
    """
    (one, df_one), (two, df_two) = first, last
    if one is None or two is None:
        return None, None
    parts = [((1 + ahead) ** 2 * two**2, df_two), (ahead**2 * one**2, df_one)]
    variance = sum(part for part, _ in parts)
    slack = sum(part**2 / df for part, df in parts if df is not None)
    return variance ** (1 / 2), (variance**2 / slack if slack else None)
