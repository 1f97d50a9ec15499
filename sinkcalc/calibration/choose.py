"""Cross-validation over sites, and the choice among forms."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold

from sinkcalc.calibration.checks import determined
from sinkcalc.calibration.fit import Data, Recipe, fit_form
from sinkcalc.calibration.forms import FORMS
from sinkcalc.calibration.pooled import fit_pooled
from sinkcalc.calibration.solve import Floats

Integers = NDArray[np.int64]
ORDER: Final = tuple(FORMS)
# share by which the RMSE of a simpler form may be larger
_NEAR: Final = 0.05


def folds_of(sites: Integers, folds: int, seed: int, *, by_site: bool) -> Integers:
    """Return the fold of each sample.

    All samples of a site in one fold; as many folds as sites, each site left out once, where
    sites are no more than `folds`. Without sites the samples are shuffled with the seed.

    Parameters
    ----------
    sites
        Number of the site of each sample.
    by_site
        Whether to hold sites together.
    """
    found = np.empty(len(sites), np.int64)
    different = len(np.unique(sites)) if by_site else len(sites)
    parts = min(folds, different)
    split: Any = GroupKFold(parts) if by_site else KFold(parts, shuffle=True, random_state=seed)
    for fold, (_, left_out) in enumerate(split.split(sites, groups=sites if by_site else None)):
        found[left_out] = fold
    return found


def cross_validated(form: str, data: Data, folds: Integers, recipe: Recipe) -> Floats:
    """Return the curve at each sample as fitted without its fold; NaN where that cannot be."""

    def without(train: NDArray[np.bool_], test: NDArray[np.bool_]) -> Floats | None:
        if not determined(form, data.take(train)):
            return None
        fit = fit_form(form, data.take(train), recipe)
        return fit.at(data.take(test)) if fit.line.converged else None

    return _each_fold(folds, without)


def cross_validated_pooled(
    form: str, data: Data, groups: NDArray[np.str_], folds: Integers, recipe: Recipe
) -> tuple[Floats, Floats]:
    """Return the curves of the groups and the common one at each sample, fitted without its fold.

    A group that has no sample outside the fold is predicted by the common curve.
    """

    def fit(train: NDArray[np.bool_], test: NDArray[np.bool_]) -> Floats | None:
        if len(np.unique(groups[train])) < 2 or not determined(form, data.take(train)):
            return None
        pooled = fit_pooled(form, data.take(train), groups[train], recipe)
        if pooled is None:
            return None
        common = pooled.common.at(data.take(test))
        own = common.copy()
        for name in np.unique(groups[test]):
            if name in pooled.groups:
                here = groups[test] == name
                own[here] = pooled.groups[name].at(data.take(test).take(here))
        return np.column_stack([own, common])

    both = _each_fold(folds, fit, columns=2)
    return both[:, 0], both[:, 1]


def _each_fold(
    folds: Integers,
    fit: Callable[[NDArray[np.bool_], NDArray[np.bool_]], Floats | None],
    columns: int = 1,
) -> Floats:
    found = np.full((len(folds), columns), np.nan)
    for fold in np.unique(folds):
        test = folds == fold
        predicted = fit(~test, test)
        if predicted is not None:
            found[test] = predicted.reshape(-1, columns)
    return found if columns > 1 else found[:, 0]


def measures(y: Floats, fitted: Floats, prefix: str = "") -> dict[str, float | None]:
    """Return how far a curve is from the samples.

    bias = mean(fitted - y), rmse = sqrt(mean((fitted - y)^2)), relative_rmse = rmse/mean(y),
    relative_error = sum(fitted)/sum(y) - 1; null where the curve is not known everywhere or y
    sums to 0.
    """
    away = fitted - y
    bias, rmse, mean = float(away.mean()), float(np.sqrt((away**2).mean())), float(y.mean())
    found = {
        "bias": bias,
        "rmse": rmse,
        "relative_rmse": rmse / mean if mean else np.nan,
        "relative_error": bias / mean if mean else np.nan,
    }
    return {
        f"{prefix}{name}": number if np.isfinite(number) else None for name, number in found.items()
    }


def choose(
    forms: Sequence[str],
    away: Sequence[Floats],
    folds: Integers,
    *,
    rejected: frozenset[str] = frozenset(),
) -> int:
    """Return the place of the form to use.

    The form with the smallest cross-validated mean square error, or the simplest one (in the
    order of `ORDER`) whose error is larger by no more than one standard error of the difference,
    and whose RMSE is larger by no more than a twentieth:
    d_f = sum over fold f of (e^2 - e_best^2), se = sqrt(K/(K-1) sum((d_f - n_f mean(d))^2))/n.

    Parameters
    ----------
    forms, away
        Candidates, and the cross-validated error of each at each sample.
    folds
        Fold of each sample, two or more.
    rejected
        Forms that do not pass as simpler (`rejected_as_simpler`), though they may be the best.

    Notes
    -----
    Breiman et al. 1984 take the standard error of the best error itself. Folds with odd sites
    are odd for every form: that error is mostly shared, and would let a clearly worse form pass.
    The difference is what tells forms apart. Where one fold with large sizes makes most of the
    difference its standard error is as large as the difference itself, and one standard error
    alone would let a form pass whose RMSE is a multiple of the best: hence the twentieth.
    """
    squares = [error**2 for error in away]
    best = int(np.argmin([square.mean() for square in squares]))
    numbers = np.unique(folds)
    sizes = np.array([(folds == fold).sum() for fold in numbers])
    for place in sorted(range(len(forms)), key=lambda i: ORDER.index(forms[i])):
        worse = squares[place] - squares[best]
        by_fold = np.array([worse[folds == fold].sum() for fold in numbers])
        deviations = by_fold - sizes * worse.mean()
        shrink = len(numbers) / (len(numbers) - 1)
        se = np.sqrt(shrink * (deviations**2).sum()) / len(worse)
        near = squares[place].mean() <= (1 + _NEAR) ** 2 * squares[best].mean()
        if worse.mean() <= se and near and forms[place] not in rejected:
            return place
    return best
