"""A covariance as loadings on independent standard errors, the same on every machine."""

from typing import Final

import numpy as np

from sinkcalc.calibration.solve import Floats

# share of a variance below which what other errors leave of it is a rounding error
_ROUNDING: Final = 1e-10


def lower_factor(covariance: Floats, sizes: Floats | None = None) -> Floats:
    """Return L with L L' = covariance, lower triangular, none negative on its diagonal.

    Cholesky's factor column by column; where nothing but rounding remains of a variance its
    column is 0, so that singular covariances have a factor too.

    Parameters
    ----------
    covariance
        k x k, positive semidefinite but for rounding.
    sizes
        Variances that the rounding errors are a share of, k; the diagonal if None.

    Returns
    -------
    k x k.

    Notes
    -----
    Axes of an eigen-decomposition would serve as well, but their signs, and the axes of equal
    variances, depend on the library of linear algebra, and so would draws by them.
    """
    rest = np.array(covariance, float)
    least = _ROUNDING * (np.diag(rest).copy() if sizes is None else sizes)
    factor = np.zeros_like(rest)
    for place in range(len(rest)):
        if rest[place, place] > least[place]:
            factor[place:, place] = rest[place:, place] / np.sqrt(rest[place, place])
            rest -= np.outer(factor[:, place], factor[:, place])
    return factor
