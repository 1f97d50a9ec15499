"""Rows of one level among those of another."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from sinkcalc.ccer.numbers import Floats, Integers

Rows = Integers | slice


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


@dataclass(frozen=True)
class Families:
    """Rows of a level that belong to each row of another, which follow one another.

    Attributes
    ----------
    starts, sizes
        Where those of each family begin, and how many they are.
    parents
        The row of the other level.
    below, above
        Number of rows of both.
    """

    starts: Integers
    sizes: Integers
    parents: Integers
    below: int
    above: int


def families(below: pl.DataFrame, above: pl.DataFrame) -> Families:
    """Find the rows of each stratum and scenario.

    Parameters
    ----------
    below, above
        Rows of two levels with `scenario` and `stratum`; those below sorted by them.
    """
    keys = ["scenario", "stratum"]
    # the project's own row has no keys, not even of a type
    below_keys, above_keys = (rows.select(pl.col(keys).cast(pl.String)) for rows in (below, above))
    groups = below_keys.with_row_index("start").unique(keys, keep="first")
    found = above_keys.with_row_index("parent").join(groups, on=keys).sort("start")
    starts = found["start"].to_numpy().astype(np.int64)
    return Families(
        starts,
        np.diff(starts, append=below.height),
        found["parent"].to_numpy().astype(np.int64),
        below.height,
        above.height,
    )


def family_sums(values: Floats, families: Families) -> Floats:
    """Sum the rows of each family.

    Parameters
    ----------
    values
        draws x rows below x years.

    Returns
    -------
    draws x rows above x years; 0 where there is nothing to sum.
    """
    starts, sizes = families.starts, families.sizes
    out = np.zeros((values.shape[0], families.above, values.shape[2]))
    if not len(starts):
        return out
    sums = values if len(starts) == families.below else np.take(values, starts, axis=1)
    # one row of every family after the other: always in the same order, and years side by side
    for place in range(1, int(sizes.max())):
        longer = np.flatnonzero(sizes > place)
        sums[:, longer] += np.take(values, starts[longer] + place, axis=1)
    out[:, families.parents] = sums
    return out
