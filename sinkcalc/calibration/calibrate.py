"""Fit every candidate to samples, choose by cross-validation over sites, and say what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.calibration.checks import warn_of_fit, warn_of_prediction
from sinkcalc.calibration.choose import measures
from sinkcalc.calibration.forms import FORMS
from sinkcalc.calibration.groups import (
    Candidate,
    Group,
    common_where_better,
    fit_group,
    fit_groups_together,
)
from sinkcalc.calibration.model import EVERY_GROUP, Model
from sinkcalc.calibration.outcome import Calibration, CalibrationOptions, Problem
from sinkcalc.calibration.samples import check_options, read_samples
from sinkcalc.calibration.soil_words import reworded
from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.studies import spread_of

__all__ = ["Calibration", "CalibrationOptions", "Problem", "calibrate"]

_SYMBOLS: Final = ("a", "b", "c")
_MEASURES: Final = ("bias", "rmse", "relative_rmse", "relative_error")
# columns of `Calibration.candidates`, which published equations share
CANDIDATE_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "group": pl.String,
    "form": pl.String,
    "estimator": pl.String,
    "n": pl.Int64,
    "sites": pl.Int64,
    **{name: pl.Float64 for symbol in _SYMBOLS for name in (symbol, f"{symbol}_se")},
    "aic": pl.Float64,
    "r2": pl.Float64,
    **dict.fromkeys(_MEASURES, pl.Float64),
    **{f"cv_{name}": pl.Float64 for name in _MEASURES},
    "refused": pl.Boolean,
    "chosen": pl.Boolean,
}


def calibrate(samples: pl.DataFrame, options: CalibrationOptions) -> Calibration:
    """Fit, cross-validate and choose.

    Every form by `fit_form` in each group of `min_group` samples or more, and to all samples
    together (`EVERY_GROUP`); or with `pool` in all groups by one mixed model (`fit_pooled`).
    Cross-validation leaves whole sites out (`folds_of`); the form with the smallest
    cross-validated error is chosen, or a simpler one that is hardly worse (`choose`: one standard
    error of the difference, a twentieth of the RMSE).

    Parameters
    ----------
    samples
        `group`, `site` (null: each sample a site of its own), `x`, `y`, and `h` for forms with
        height; no nulls in `x`, `y`. Volume m3/ha and biomass t d.m./ha, or diameter cm, height
        m and biomass kg d.m. of a tree. Other columns are kept; `row` names the samples.
    options
        What to fit and how to choose.

    Returns
    -------
    Chosen models, all candidates, samples with their residuals, problems: refusals of every
    form, warnings of the chosen ones. The order of the samples changes nothing.

    Raises
    ------
    UsageProblem
        If columns or options cannot be used; samples that cannot be fitted are problems.

    Notes
    -----
    Samples are taken as independent but for their group in mixed models: where sites hold many
    samples each, the standard errors of the coefficients are too small, and the cross-validated
    error is the one to go by. `r2` = 1 - RSS/TSS on the scale of y, below 0 for a curve worse
    than the mean. A model is valid within the sizes of its samples.
    """
    check_options(options)
    read = read_samples(samples, options)
    problems: list[Problem] = []
    names = sorted(set(read.groups.tolist()) - {EVERY_GROUP})
    if options.pool:
        groups = fit_groups_together(read, options, problems)
    else:
        groups = [fit_group(EVERY_GROUP, read, options, problems)]
        groups += [
            fit_group(name, read.take(read.groups == name), options, problems) for name in names
        ]
    if options.clustered:
        common_where_better(groups, problems)
    for group in groups:
        if group.chosen is not None:
            fit, of = group.chosen.fit, group.samples
            problems += warn_of_fit(
                group.name, fit, of.data, of.labels, of.sites, clustered=options.clustered
            )
            problems += warn_of_prediction(group.name, fit, of.data.y, group.chosen.cv_fitted)
    return Calibration(
        models=[_model(group, options) for group in groups if group.chosen is not None],
        candidates=pl.DataFrame(
            [row for group in groups for row in _rows(group)], schema=CANDIDATE_COLUMNS
        ),
        samples=_samples(samples, groups),
        problems=[reworded(told, options.kind) for told in problems],
    )


def _rows(group: Group) -> Iterator[dict[str, object]]:
    y = group.samples.data.y
    for candidate in group.candidates:
        fit = candidate.fit
        coefficients = zip(
            FORMS[fit.form].symbols, fit.values, np.sqrt(np.diag(fit.covariance)), strict=True
        )
        total = float(((y - y.mean()) ** 2).sum())
        r2 = 1 - float(((y - fit.fitted) ** 2).sum()) / total if total else np.nan
        yield {
            **dict.fromkeys(CANDIDATE_COLUMNS),
            "group": group.name,
            "form": fit.form,
            "estimator": fit.estimator,
            "n": len(y),
            "sites": len(np.unique(group.samples.sites)),
            **{
                name: number
                for symbol, value, se in coefficients
                for name, number in ((symbol, float(value)), (f"{symbol}_se", float(se)))
            },
            "aic": fit.aic if np.isfinite(fit.aic) else None,
            "r2": r2 if np.isfinite(r2) else None,
            **measures(y, fit.fitted),
            **measures(y, candidate.cv_fitted, "cv_"),
            "refused": candidate.refused,
            "chosen": candidate is group.chosen,
        }


def _model(group: Group, options: CalibrationOptions) -> Model:
    assert group.chosen is not None
    fit, data = group.chosen.fit, group.samples.data
    h = data.h if FORMS[fit.form].with_height else None
    model = Model(
        kind=options.kind,
        form=fit.form,
        group=group.name,
        estimator=fit.estimator,
        symbols=FORMS[fit.form].symbols,
        values=tuple(fit.values.tolist()),
        covariance=tuple(tuple(row) for row in fit.covariance.tolist()),
        df=fit.df,
        residual_variance=fit.residual_variance,
        residual_power=fit.residual_power,
        residual_base=fit.residual_base,
        correction=fit.correction,
        correction_factor=fit.correction_factor,
        n=len(data.x),
        sites=len(np.unique(group.samples.sites)),
        x_min=float(data.x.min()),
        x_max=float(data.x.max()),
        h_min=None if h is None else float(h.min()),
        h_max=None if h is None else float(h.max()),
        shared_errors=() if fit.shared is None else tuple(map(tuple, fit.shared.tolist())),
    )
    return _with_spread(model, fit.fitted, group) if options.clustered else model


def _with_spread(model: Model, fitted: Floats, group: Group) -> Model:
    """Tell how samples of a study that is not known deviate: with organic matter, or density."""
    data = group.samples.data
    density = model.kind == "wetland-bulk-density"
    spread = spread_of(data.y - fitted, fitted if density else data.x, group.samples.sites)
    return replace(
        model,
        residual_variance=spread.variance,
        residual_power=spread.power,
        residual_base="prediction" if density else "size",
        residual_correlation=spread.correlation,
    )


def _samples(frame: pl.DataFrame, groups: Sequence[Group]) -> pl.DataFrame:
    """Give each sample the fit that serves it; samples that none serves are left out."""
    found = np.full((frame.height, 5), np.nan)
    names: list[str | None] = [None] * frame.height
    forms: list[str | None] = [None] * frame.height
    # groups come after all samples together, and take the place of what these say
    for group in groups:
        if group.chosen is not None:
            found[group.samples.place] = _diagnostics(group.chosen, group.samples.data.y)
            for place in group.samples.place:
                names[place], forms[place] = group.name, group.chosen.fit.form
    columns = ("fitted", "cv_fitted", "residual", "leverage", "cook_distance")
    return frame.with_columns(
        pl.Series("model_group", names, pl.String),
        pl.Series("form", forms, pl.String),
        *(pl.Series(name, found[:, i]).fill_nan(None) for i, name in enumerate(columns)),
    ).filter(pl.col("form").is_not_null())


def _diagnostics(candidate: Candidate, y: Floats) -> Floats:
    fit = candidate.fit
    return np.column_stack(
        [
            fit.fitted,
            candidate.cv_fitted,
            y - fit.fitted,
            fit.line.leverage,
            fit.line.cook_distance,
        ]
    )
