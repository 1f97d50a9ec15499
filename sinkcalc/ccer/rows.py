"""Rows of one level among those of another."""

import numpy as np
import polars as pl

from sinkcalc.ccer.numbers import Floats

Integers = np.typing.NDArray[np.int64]
Rows = Integers | slice


def together(marked: np.typing.NDArray[np.bool_]) -> Rows:
    """Return the places of marked rows; as a slice, which needs no copy, where they follow on."""
    places = np.flatnonzero(marked)
    if len(places) and places[-1] - places[0] + 1 == len(places):
        return slice(int(places[0]), int(places[-1]) + 1)
    return places


def placed(got: Floats, before: Floats | None, rows: Rows, height: int) -> Floats:
    """Put the figures of some rows into those of all.

    Parameters
    ----------
    got
        draws x rows x years of the rows, or what broadcasts to it.
    before
        Figures of all rows so far; 0 if None.
    height
        How many rows there are.
    """
    if isinstance(rows, slice) and rows.stop - rows.start == height:
        return got
    under = np.zeros((1, 1, 1)) if before is None else before
    shape = np.broadcast_shapes((got.shape[0], height, got.shape[2]), under.shape)
    out = np.array(np.broadcast_to(under, shape))
    out[:, rows] = got
    return out


def families(below: pl.DataFrame, above: pl.DataFrame) -> tuple[Integers, Integers]:
    """Return where the rows of each stratum begin, and the row above that they belong to.

    Parameters
    ----------
    below, above
        Rows of two levels with `scenario` and `stratum`; those below sorted by them.
    """
    keys = ["scenario", "stratum"]
    groups = below.select(keys).with_row_index("start").unique(keys, keep="first")
    parents = above.select(keys).with_row_index("parent")
    found = parents.join(groups, on=keys).sort("start")
    return found["start"].to_numpy().astype(np.int64), found["parent"].to_numpy().astype(np.int64)
