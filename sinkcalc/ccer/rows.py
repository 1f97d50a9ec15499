"""Rows of one level among those of another."""

import numpy as np
import polars as pl

from sinkcalc.ccer.numbers import Floats

Rows = np.typing.NDArray[np.int64] | slice


def served(rows: pl.DataFrame, scenario: str | None, form: str) -> Rows | None:
    """Return the places of the rows of a scenario and a form of growth curve.

    A slice, which needs no copy, where they follow one another; None if there are none.

    Parameters
    ----------
    scenario
        Both if None.
    form
        Any if empty.
    """
    marked = np.ones(rows.height, dtype=np.bool_)
    if scenario is not None:
        marked &= (rows["scenario"] == scenario).to_numpy()
    if form:
        marked &= (rows["form"] == form).to_numpy()
    places = np.flatnonzero(marked)
    if not len(places):
        return None
    if places[-1] - places[0] + 1 == len(places):
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


def family_sums(values: Floats, below: pl.DataFrame, above: pl.DataFrame) -> Floats:
    """Sum the rows of each stratum and scenario.

    Parameters
    ----------
    values
        draws x rows below x years.
    below, above
        Rows of two levels with `scenario` and `stratum`; those below sorted by them.

    Returns
    -------
    draws x rows above x years; 0 where there is nothing to sum.
    """
    keys = ["scenario", "stratum"]
    groups = below.select(keys).with_row_index("start").unique(keys, keep="first")
    rows_above = above.select(keys).with_row_index("parent")
    found = rows_above.join(groups, on=keys).sort("start")
    starts, parents = found["start"].to_numpy(), found["parent"].to_numpy()
    sizes = np.diff(starts, append=below.height)
    sums = np.take(values, starts, axis=1)
    # one row of every stratum after the other: always in the same order, and years side by side
    for place in range(1, int(sizes.max())):
        longer = np.flatnonzero(sizes > place)
        sums[:, longer] += np.take(values, starts[longer] + place, axis=1)
    out = np.zeros((values.shape[0], above.height, values.shape[2]))
    out[:, parents] = sums
    return out
