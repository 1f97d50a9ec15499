"""Design-based estimators on any table of plots, and what rests on them."""

from sinkcalc.survey.design import Design
from sinkcalc.survey.estimate import (
    estimate_change,
    estimate_mean,
    estimate_ratio,
    estimate_total,
    joint_totals,
)
from sinkcalc.survey.expansion import Expansion, expansion
from sinkcalc.survey.rows import SurveyResult

__all__ = [
    "Design",
    "Expansion",
    "SurveyResult",
    "estimate_change",
    "estimate_mean",
    "estimate_ratio",
    "estimate_total",
    "expansion",
    "joint_totals",
]
