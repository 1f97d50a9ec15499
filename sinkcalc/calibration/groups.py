"""The candidates of each group: fitted, checked, cross-validated."""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sinkcalc.calibration.checks import (
    check_fit,
    check_form,
    check_samples,
    rejected_as_simpler,
)
from sinkcalc.calibration.choose import (
    Integers,
    choose,
    cross_validated,
    cross_validated_pooled,
    folds_of,
)
from sinkcalc.calibration.fit import Fit, Recipe, fit_form
from sinkcalc.calibration.model import EVERY_GROUP
from sinkcalc.calibration.outcome import CalibrationOptions, Problem
from sinkcalc.calibration.pooled import Pooled, fit_pooled
from sinkcalc.calibration.problems import problem
from sinkcalc.calibration.samples import Samples
from sinkcalc.calibration.soil_checks import check_studies, serves_worse
from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.studies import by_study

# groups below which a spread between groups is a guess
_FEW_GROUPS: Final = 5


@dataclass(frozen=True)
class Candidate:
    """One form fitted to one group.

    Attributes
    ----------
    cv_fitted
        Curve at each sample, fitted without its fold; NaN where that cannot be.
    """

    fit: Fit
    cv_fitted: Floats
    refused: bool


@dataclass
class Group:
    """What came of a group.

    Attributes
    ----------
    name
        `EVERY_GROUP` for all samples.
    chosen
        The candidate to use; None without one.
    """

    name: str
    samples: Samples
    candidates: list[Candidate] = field(default_factory=list)
    chosen: Candidate | None = None


def recipe_of(options: CalibrationOptions) -> Recipe:
    """Return how the options say to fit."""
    return Recipe(options.weights, options.robust, options.correction)


def fit_group(
    name: str, samples: Samples, options: CalibrationOptions, problems: list[Problem]
) -> Group:
    """Fit every form to the samples of a group, apart from other groups, and choose."""
    group, recipe = Group(name, samples), recipe_of(options)
    found = check_samples(name, samples.data, samples.labels, options.min_group)
    if not found and options.clustered:
        found = check_studies(name, samples, options)
    problems += found
    if found:
        return group
    folds = _folds(name, samples, options, problems)
    for form in options.forms:
        found = check_form(form, name, samples.data, samples.labels, recipe)
        if found:
            problems += found
            continue
        fit = fit_form(form, samples.data, recipe)
        if options.clustered and fit.line.converged:
            fit = _over_studies(fit, samples)
            if not fit.line.converged:
                problems.append(problem("one_study_decides", name, form))
                continue
        cv_fitted = cross_validated(form, samples.data, folds, recipe)
        group.candidates.append(_candidate(name, samples, fit, cv_fitted, folds, options, problems))
    usable = [candidate for candidate in group.candidates if not candidate.refused]
    if usable:
        forms = [candidate.fit.form for candidate in usable]
        away = [candidate.cv_fitted - samples.data.y for candidate in usable]
        rejected = rejected_as_simpler(candidate.fit for candidate in usable)
        group.chosen = usable[choose(forms, away, folds, rejected=rejected)]
    else:
        problems.append(problem("no_model", name))
    return group


def _over_studies(fit: Fit, samples: Samples) -> Fit:
    """Give a fit the covariance of a jackknife over sites, and no likelihood."""
    line = by_study(fit.line, samples.sites)
    return replace(fit, line=line, covariance=line.covariance, df=line.df, aic=np.nan)


def common_where_better(groups: list[Group], problems: list[Problem]) -> None:
    """Take away the models of groups that the model of all samples predicts as well.

    Both errors are of samples whose site had no part in the fit.
    """
    every, *others = groups
    if every.chosen is None:
        return
    common = np.full(every.samples.frame.height, np.nan)
    common[every.samples.place] = every.chosen.cv_fitted
    for group in others:
        if group.chosen is None:
            continue
        y, place = group.samples.data.y, group.samples.place
        both = serves_worse(group.chosen.cv_fitted, common[place], y)
        if both is not None:
            problems.append(problem("common_serves", group.name, own=both[0], common=both[1]))
            group.chosen = None


def fit_groups_together(
    samples: Samples, options: CalibrationOptions, problems: list[Problem]
) -> list[Group]:
    """Fit every form to all groups by a mixed model, and choose one form for all of them.

    Small groups say too little to choose by themselves: the form is that with which the groups'
    own curves are nearest to the samples left out, over all samples.
    """
    names = sorted(set(samples.groups.tolist()))
    masks = {name: samples.groups == name for name in names}
    every = Group(EVERY_GROUP, samples)
    groups = {name: Group(name, samples.take(own)) for name, own in masks.items()}
    found = check_samples(EVERY_GROUP, samples.data, samples.labels, options.min_group)
    if not found and EVERY_GROUP in names:
        nowhere = samples.labels[masks[EVERY_GROUP]]
        found = [problem("no_group", EVERY_GROUP, rows=nowhere)]
    elif not found and len(names) < 2:
        found = [problem("too_few_groups", EVERY_GROUP, n=len(names))]
    problems += found
    if found:
        return [every]
    if len(names) < _FEW_GROUPS:
        problems.append(problem("few_groups", EVERY_GROUP, n=len(names)))
    folds = _folds(EVERY_GROUP, samples, options, problems)
    usable: list[tuple[str, Floats]] = []
    for form in options.forms:
        own = _fit_together(form, every, groups, masks, folds, options, problems)
        if own is not None:
            usable.append((form, own - samples.data.y))
    if not usable:
        problems.append(problem("no_model", EVERY_GROUP))
        return [every]
    forms, away = zip(*usable, strict=True)
    rejected = rejected_as_simpler(candidate.fit for candidate in every.candidates)
    form = forms[choose(forms, away, folds, rejected=rejected)]
    for group in (every, *groups.values()):
        of_form = [c for c in group.candidates if c.fit.form == form and not c.refused]
        group.chosen = of_form[0] if of_form else None
        if not of_form:
            problems.append(problem("no_model", group.name))
    return [every, *groups.values()]


def _fit_together(
    form: str,
    every: Group,
    groups: dict[str, Group],
    masks: dict[str, NDArray[np.bool_]],
    folds: Integers,
    options: CalibrationOptions,
    problems: list[Problem],
) -> Floats | None:
    """Fit one form to all groups; return the cross-validated curves where it can be used."""
    samples, recipe = every.samples, recipe_of(options)
    pooled: Pooled | None = None
    found = check_form(form, EVERY_GROUP, samples.data, samples.labels, recipe)
    if form == "hyperbolic":
        found = [problem("form_not_pooled", EVERY_GROUP, form)]
    if not found:
        pooled = fit_pooled(form, samples.data, samples.groups, recipe)
        if pooled is None:
            found = [problem("mixed_not_converged", EVERY_GROUP, form)]
    problems += found
    if found or pooled is None:
        return None
    if pooled.alike:
        problems.append(problem("groups_alike", EVERY_GROUP, form))
    own, common = cross_validated_pooled(form, samples.data, samples.groups, folds, recipe)
    every.candidates.append(
        _candidate(EVERY_GROUP, samples, pooled.common, common, folds, options, problems)
    )
    if every.candidates[-1].refused:
        return None
    for name, group in groups.items():
        mask = masks[name]
        group.candidates.append(
            _candidate(
                name, group.samples, pooled.groups[name], own[mask], folds[mask], options, problems
            )
        )
    return own


def _candidate(
    name: str,
    samples: Samples,
    fit: Fit,
    cv_fitted: Floats,
    folds: Integers,
    options: CalibrationOptions,
    problems: list[Problem],
) -> Candidate:
    # groups fitted apart have enough samples; in a mixed model the small ones follow the others
    leaning = len(samples.labels) < options.min_group
    recipe = recipe_of(options)
    found = check_fit(name, fit, samples.data, samples.labels, recipe, leaning=leaning)
    failed = len(np.unique(folds[np.isnan(cv_fitted)]))
    if failed and not found:
        found = [problem("not_cross_validated", name, fit.form, n=failed)]
    problems += found
    return Candidate(fit, cv_fitted, refused=bool(found))


def _folds(
    name: str, samples: Samples, options: CalibrationOptions, problems: list[Problem]
) -> Integers:
    """Share samples out among folds, and say where sites cannot be held apart."""
    without = ~samples.has_site
    if without.any():
        problems.append(problem("no_site", name, rows=samples.labels[without]))
    several = len(np.unique(samples.sites)) > 1
    if not several:
        problems.append(problem("one_site", name))
    by_site = bool(samples.has_site.any()) and several
    return folds_of(samples.sites, options.folds, options.seed, by_site=by_site)
