"""What a calibration is asked for, and everything that it found."""

from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl

from sinkcalc.calibration.model import VOLUME_FORMS, Correction, Kind, Model

WEIGHTS: Final = ("none", "size", "size2")
Severity = Literal["refused", "warned"]


@dataclass(frozen=True)
class CalibrationOptions:
    """What to fit and how to choose.

    Attributes
    ----------
    forms
        Candidate forms.
    weights
        `none`; `size` and `size2`: variance in proportion to x or x^2. Fits in logarithms take
        none: their variance is in proportion to the square of the prediction already.
    robust
        Huber's estimator in place of least squares.
    pool
        Mixed model over the groups: the group's coefficients are drawn to the common ones by how
        little its samples say.
    min_group
        Groups with fewer samples get no fit of their own.
    correction
        Back-transformation of fits in logarithms.
    folds
        Folds of the cross-validation; never more than there are sites.
    seed
        Of the shuffle where samples have no site.
    clustered
        Samples of a site are alike: the covariance is a jackknife over sites, and a group has a
        model of its own only where that predicts it better than the model of all samples.
    min_sites
        With `clustered`: groups of fewer sites get no fit of their own.
    """

    kind: Kind = "volume-biomass"
    forms: tuple[str, ...] = VOLUME_FORMS
    weights: str = "none"
    robust: bool = False
    pool: bool = False
    min_group: int = 10
    correction: Correction = "baskerville"
    folds: int = 10
    seed: int = 20240501
    clustered: bool = False
    min_sites: int = 2


@dataclass(frozen=True)
class Problem:
    """Something about a fit that a person has to know.

    Attributes
    ----------
    severity
        `refused`: the group (and form) gets no model. `warned`: it has one.
    """

    severity: str
    group: str
    form: str | None
    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Calibration:
    """Everything a calibration found.

    Attributes
    ----------
    models
        The chosen model of each group; that of all samples together (`EVERY_GROUP`) first.
    candidates
        One row a group, form and estimator: `group, form, estimator, n, sites, a, a_se, b, b_se,
        c, c_se, aic, r2, bias, rmse, relative_rmse, relative_error, cv_bias, cv_rmse,
        cv_relative_rmse, cv_relative_error, refused, chosen`; bias (fitted - measured) and RMSE
        (root of the mean square, divisor n) in the unit of y, relative RMSE of its mean,
        relative error sum(fitted)/sum(y) - 1.
    samples
        The samples used, in the order of the input and with all its columns, then `model_group`,
        `form`, `fitted`, `cv_fitted`, `residual` (y - fitted), `leverage`, `cook_distance` by the
        model that serves the sample: its group's, else that of all samples.
    problems
        Refusals and warnings.
    """

    models: list[Model]
    candidates: pl.DataFrame
    samples: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)
