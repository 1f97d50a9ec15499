"""Weights of plots, and the error of the total of any variable of theirs."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.survey.design import Design, require_sound
from sinkcalc.survey.estimate import linear_of
from sinkcalc.survey.linear import Linear
from sinkcalc.survey.sample import Floats, Integers, Note, read_sample

_ROW: Final = "_row"


@dataclass(frozen=True)
class Expansion:
    """A sample that any variable of its plots can be expanded by.

    Attributes
    ----------
    linear
        The estimator.
    order
        Place in the frame of each row of the sample.
    sized
        Whether the size is known; without it totals are means.
    """

    linear: Linear
    order: Integers
    sized: bool

    @property
    def weights(self) -> Floats:
        """Weight w of every row of the frame: the total of y is sum(w y)."""
        found = np.zeros(self.order.size)
        found[self.order] = self.linear.weights
        return found

    @property
    def notes(self) -> list[Note]:
        """What was done to strata."""
        return self.linear.sample.notes

    def error(self, values: Floats) -> float:
        """Return the standard error of the total of a variable, one value a row of the frame.

        Of a function of totals it is that of the linearised variable, z = sum over totals of
        (derivative by the total) * variable (Woodruff 1971, J. Am. Stat. Assoc. 66:411, recalled).
        """
        residual = self.linear.residual(values[self.order])
        cells = slice(0, self.linear.sample.cells.height)
        # the difference of two sums may be a rounding error below zero
        return math.sqrt(max(self.linear.covariance(residual, residual, cells), 0.0))

    def degrees(self, marks: Floats) -> int:
        """Return the degrees of freedom of the marked rows (1, else 0) of the frame."""
        counted = self.linear.counted(marks[self.order])
        return max(int((counted[counted > 0] - 1).sum()) - self.linear.fitted, 0)


def expansion(frame: pl.DataFrame, design: Design) -> Expansion:
    """Read a sample of plots without a variable of its own.

    Raises
    ------
    UsageProblem
        If frame and design do not go together, or the estimator gives plots no single weight.
    """
    require_sound(design)
    if design.name == "composite":
        raise UsageProblem(
            zh="合并估计 composite 没有逐样地的权数;去掉 --estimator composite",
            en="the estimator composite has no weight of a plot: leave --estimator composite out",
        )
    numbered = frame.with_row_index(_ROW)
    linear = linear_of(read_sample(numbered, design, [_ROW]), design)
    order = linear.sample.values(_ROW).astype(np.int64)
    sized = design.size is not None or design.sizes is not None
    return Expansion(linear, order, sized)
