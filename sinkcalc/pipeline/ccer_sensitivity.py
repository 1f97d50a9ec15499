"""Interval, budget and tornado of a carbon project."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

import dataframely as dy
import polars as pl

from sinkcalc.ccer.measured import with_measured
from sinkcalc.ccer.plan import Plan
from sinkcalc.ccer.plan_errors import PlanErrors, plan_errors
from sinkcalc.ccer.project import Project
from sinkcalc.ccer.sensitivity import budget, draw, intervals, project_series
from sinkcalc.ccer.tornado import Ends, tornado
from sinkcalc.pipeline.estimate import DEFAULT_SEED
from sinkcalc.schemas.ccer_sensitivity import (
    ReductionBudget,
    ReductionInterval,
    ReductionTornado,
)

DEFAULT_DRAWS: Final = 1000
# by which parameters without an error are moved to see which of them matter
TENTH: Final = 1 / 10
_Rows = TypeVar("_Rows", bound=dy.Schema)


@dataclass(frozen=True)
class SensitivityOptions:
    """What is asked.

    Attributes
    ----------
    draws, seed
        Of the interval.
    ends, unknown_by
        Of the tornado, see `tornado`.
    errors
        A user's table of errors.
    """

    draws: int = DEFAULT_DRAWS
    seed: int = DEFAULT_SEED
    ends: Ends = "se"
    unknown_by: float | None = None
    errors: Path | None = None


class Sensitivity:
    """Errors of a project, and what they do to its reductions.

    Raises
    ------
    UsageProblem
        If the user's table of errors is not usable.
    """

    def __init__(self, plan: Plan, project: Project, options: SensitivityOptions) -> None:
        self._project = project
        self._options = options
        self.plan = with_measured(plan, project.errors)
        self.errors: PlanErrors = plan_errors(self.plan, options.errors)
        self._draws = draw(self.plan, self.errors, options.draws, options.seed)
        self._series = project_series(self.plan, self._draws.values())

    def intervals(self) -> dy.DataFrame[ReductionInterval]:
        """Return the reductions of every year and their sums, with intervals."""
        rows = intervals(self.plan, self._series).with_columns(seed=pl.lit(self._options.seed))
        return self._cast(rows, ReductionInterval)

    def budget(self) -> dy.DataFrame[ReductionBudget]:
        """Return what each group of parameters alone does to the total."""
        return self._cast(budget(self._draws, self._series), ReductionBudget)

    def tornado(self) -> dy.DataFrame[ReductionTornado]:
        """Return what each error alone does to the total, the widest first."""
        rows = tornado(self.plan, self.errors, self._options.ends, self._options.unknown_by)
        return self._cast(rows, ReductionTornado)

    def unknown(self) -> dy.DataFrame[ReductionTornado]:
        """Return what parameters without an error would do if they were off by a tenth."""
        rows = tornado(self.plan, replace(self.errors, errors=()), unknown_by=TENTH)
        return self._cast(rows, ReductionTornado)

    def _cast(self, rows: pl.DataFrame, schema: type[_Rows]) -> dy.DataFrame[_Rows]:
        named = rows.with_columns(pl.lit(self._project.project_id).alias("project_id"))
        checked: dy.DataFrame[_Rows] = schema.validate(
            named.select(schema.column_names()), cast=True
        )
        return checked
