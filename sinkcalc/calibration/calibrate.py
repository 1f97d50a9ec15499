"""Fit every candidate to samples, choose by cross-validation over sites, and say what is wrong."""

from dataclasses import dataclass, field

import polars as pl

from sinkcalc.calibration.model import VOLUME_FORMS, Correction, Kind, Model


@dataclass(frozen=True)
class CalibrationOptions:
    """What to fit and how to choose.

    Attributes
    ----------
    forms
        Candidate forms.
    weights
        `none`; `size` and `size2`: variance in proportion to x or x^2.
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
        The chosen model of each group.
    candidates
        One row a group, form and estimator: `group, form, estimator, n, sites, coefficients...,
        aic, r2, bias, rmse, relative_rmse, relative_error, cv_bias, cv_rmse, cv_relative_rmse,
        cv_relative_error, chosen`; bias and RMSE in the unit of y, relative ones of its mean.
    samples
        The samples used with `fitted`, `cv_fitted`, `residual`, `leverage`, `cook_distance`.
    problems
        Refusals and warnings.
    """

    models: list[Model]
    candidates: pl.DataFrame
    samples: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)


def calibrate(samples: pl.DataFrame, options: CalibrationOptions) -> Calibration:
    """Fit, cross-validate and choose.

    Parameters
    ----------
    samples
        `group`, `site` (null: each sample a site of its own), `x`, `y`, and `h` for forms with
        height; no nulls in `x`, `y`.
    """
    raise NotImplementedError
