"""Random draws of the simulated city, one stream for each purpose, and whole-number totals."""

import math
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Streams: TypeAlias = dict[str, np.random.Generator]

# a new purpose goes to the end: the order decides which child stream a purpose draws from
_PURPOSES: Final = (
    "area",
    "county",
    "order",
    "volume",
    "age",
    "vigour",
    "dbh",
    "height",
    "canopy",
    "culms",
    "use",
    "species",
    "unrecorded",
    "dirt",
    "grid",
    "plot_effect",
    "plot_change",
    "plot_loss",
    "plot_cut",
    "tree_size",
    "tree_species",
    "tree_fate",
    "tree_growth",
    "ingrowth",
    "wetland_area",
    "wetland_state",
    "wetland_stand",
    "wetland_protection",
    "core",
)


def streams(seed: int) -> Streams:
    """Return one independent generator for each purpose."""
    children = np.random.SeedSequence(seed).spawn(len(_PURPOSES))
    return dict(zip(_PURPOSES, map(np.random.default_rng, children), strict=True))


def deviates(rng: np.random.Generator, size: int, limit: float) -> Floats:
    """Return standard normal deviates cut at plus and minus `limit`."""
    return np.clip(rng.standard_normal(size), -limit, limit)


def lognormal(deviate: Floats, cv: float) -> Floats:
    """Return lognormal factors of mean 1 and coefficient of variation `cv`.

    exp(s z - s^2/2) with s^2 = ln(1 + cv^2), for standard normal z.
    """
    variance = math.log1p(cv**2)
    return np.exp(math.sqrt(variance) * deviate - variance / 2)


def position(deviate: Floats) -> Floats:
    """Return deviates as positions between 0 and 1, in the same order (logistic function)."""
    return 1 / (1 + np.exp(-deviate))


def to_total(values: Integers, total: int) -> Integers:
    """Return `values` with the rounding remainder put, 1 each, on the largest of them.

    Parameters
    ----------
    values
        Whole numbers that add up to `total` but for rounding: a remainder is at most one each.
    total
        The sum to meet exactly.
    """
    remainder = total - int(values.sum())
    largest = np.argsort(-values, kind="stable")[: abs(remainder)]
    met = values.copy()
    met[largest] += int(np.sign(remainder))
    return met
