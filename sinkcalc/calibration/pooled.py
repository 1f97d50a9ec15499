"""Coefficients of groups that are drawn to the common ones: a mixed model."""

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from statsmodels.regression.mixed_linear_model import MixedLM

from sinkcalc.calibration.factor import lower_factor
from sinkcalc.calibration.fit import Data, Fit, Recipe, on_own_scale
from sinkcalc.calibration.forms import FORMS, design
from sinkcalc.calibration.logs import Errors
from sinkcalc.calibration.prediction_error import GroupOfMixed, error_of_variances
from sinkcalc.calibration.solve import Floats
from sinkcalc.calibration.working import Working

Labels = NDArray[np.str_]
# share of the residual variance below which groups count as alike in some direction
_ALIKE: Final = 1e-6
# share of the variance of the samples below which s^2 is a rounding error
_NOTHING: Final = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Pooled:
    """A mixed model over all groups.

    Attributes
    ----------
    common
        Common coefficients. Their covariance is that of a group without samples: of the common
        coefficients plus the variance between groups.
    groups
        Coefficients of each group with samples.
    between
        Covariance of the coefficients between groups on the working scale.
    alike
        Whether groups do not differ in some combination of the coefficients.
    """

    common: Fit
    groups: dict[str, Fit]
    between: Floats
    alike: bool


def fit_pooled(form: str, data: Data, groups: Labels, recipe: Recipe) -> Pooled | None:
    """Fit a form with coefficients that vary between groups at random.

    z = X (beta + b_g) + e, b_g ~ N(0, G), e ~ N(0, s^2), on the working scale of the form
    (logarithms for powers, divided by the root of the weights). G and s^2 by REML (statsmodels
    MixedLM); beta = (sum X'V^-1 X)^-1 sum X'V^-1 z, b_g = G X'V_g^-1 (z_g - X_g beta).

    Parameters
    ----------
    data, groups
        Samples of all groups, and the group of each; two groups or more.

    Returns
    -------
    The common coefficients and those of each group, with covariances; None where REML does not
    settle.

    Notes
    -----
    Covariance of beta + b_g about the group's own coefficients (Henderson 1975), with
    A = G X'V^-1 X and C = cov(beta): (I - A) C (I - A)' + (I - A) G, plus what the error of G and
    s^2 adds (`error_of_variances`). Just adding C to the conditional variance (I - A) G would
    count the common part in full even for a group whose own samples decide (A near I). Two groups
    have the covariance (I - A_g) C (I - A_h)', the product of their `shared` loadings (I - A) L,
    C = L L': what a group's own samples and coefficients add is independent of beta. For a group
    without samples G counts as known: with few groups its interval is short.
    Degrees of freedom: groups - 1 for the common coefficients, samples - groups
    x coefficients (at least groups - 1) for a group's. A power's common curve is that of the
    group in the middle: its factor holds the spread of samples, not that between groups.
    """
    spread = recipe.spread(form, data.x)
    logs = FORMS[form].in_logs
    columns = design(form, data.x, data.h) / spread[:, None]
    observed = np.log(data.y) if logs else data.y / spread
    parts = {name: groups == name for name in sorted(set(groups.tolist()))}
    try:
        found = _variances(columns, observed, groups)
        solved = None if found is None else _solve(columns, observed, parts, found)
    except np.linalg.LinAlgError:
        return None
    if found is None or solved is None:
        return None
    residual = np.empty_like(observed)
    for name, own in parts.items():
        residual[own] = solved.groups[name].residual
    errors = Errors(residual, data.y)
    jacobian = float((np.log(data.y) if logs else np.log(spread)).sum())
    k = columns.shape[1]
    # k coefficients, their k (k + 1)/2 variances and covariances between groups, s^2
    aic = -2 * (solved.log_likelihood - jacobian) + k * (k + 3) + 2
    return Pooled(
        common=on_own_scale(form, "mixed", solved.common, data, recipe, aic=aic, common=errors),
        groups={
            name: on_own_scale(form, "mixed", line, data.take(parts[name]), recipe, common=errors)
            for name, line in solved.groups.items()
        },
        between=found.between,
        alike=found.alike,
    )


@dataclass(frozen=True)
class _Solved:
    common: Working
    groups: dict[str, Working]
    log_likelihood: float


def _solve(
    columns: Floats, observed: Floats, parts: dict[str, NDArray[np.bool_]], found: "_Variances"
) -> _Solved:
    """Return the common coefficients and those of each group under the variances found."""
    mixed = {
        name: _Group.of(columns[own], observed[own], found.between, found.scale)
        for name, own in parts.items()
    }
    common = np.linalg.inv(sum(group.push @ group.gram for group in mixed.values()))
    common = (common + common.T) / 2
    pull = np.zeros(columns.shape[::-1])
    for name, own in parts.items():
        pull[:, own] = common @ mixed[name].push @ mixed[name].columns.T
    beta = pull @ observed
    few = len(parts) - 1
    df = float(max(len(columns) - columns.shape[1] * len(parts), few))
    of_variances = error_of_variances(
        [GroupOfMixed(len(group.columns), group.gram, group.push) for group in mixed.values()],
        found.between,
        found.scale,
    )
    return _Solved(
        common=Working(
            params=beta,
            covariance=common + found.between,
            scale=found.scale,
            scale_variance=2 * found.scale**2 / df,
            df=float(few),
            design=columns,
            residual=observed - columns @ beta,
            pull=pull,
            shared=lower_factor(common),
        ),
        groups={
            name: mixed[name].line(beta, common, pull[:, own], df, extra)
            for (name, own), extra in zip(parts.items(), of_variances, strict=True)
        },
        log_likelihood=sum(group.log_likelihood(beta) for group in mixed.values()),
    )


@dataclass(frozen=True)
class _Group:
    """Samples of one group under known variances.

    With P = (s^2 I + X'X G)^-1: X'V^-1 = P X', which needs no inverse of G.
    """

    columns: Floats
    observed: Floats
    between: Floats
    scale: float
    gram: Floats
    push: Floats

    @classmethod
    def of(cls, columns: Floats, observed: Floats, between: Floats, scale: float) -> "_Group":
        gram = columns.T @ columns
        push = np.asarray(np.linalg.inv(scale * np.eye(len(gram)) + gram @ between))
        return cls(columns, observed, between, scale, gram, push)

    def line(self, beta: Floats, common: Floats, pull: Floats, df: float, extra: Floats) -> Working:
        """Return the group's own coefficients.

        `pull` is that of the common ones, `extra` what the error of the variances adds.
        """
        drawn = self.between @ self.push @ self.columns.T
        left = np.eye(len(beta)) - drawn @ self.columns
        params = beta + drawn @ (self.observed - self.columns @ beta)
        covariance = left @ common @ left.T + left @ self.between + extra
        return Working(
            params=params,
            covariance=(covariance + covariance.T) / 2,
            scale=self.scale,
            scale_variance=2 * self.scale**2 / df,
            df=df,
            design=self.columns,
            residual=self.observed - self.columns @ params,
            pull=left @ pull + drawn,
            shared=left @ lower_factor(common),
        )

    def log_likelihood(self, beta: Floats) -> float:
        """Return ln of the density of the samples: |V| = s^(2(n - k)) |s^2 I + X'X G|."""
        n, k = self.columns.shape
        away = self.observed - self.columns @ beta
        inner = self.columns.T @ away
        squares = (away @ away - inner @ self.between @ self.push @ inner) / self.scale
        volume = (n - k) * np.log(self.scale) - np.linalg.slogdet(self.push)[1]
        return float(-(n * np.log(2 * np.pi) + volume + squares) / 2)


@dataclass(frozen=True)
class _Variances:
    between: Floats
    scale: float
    alike: bool


def _variances(columns: Floats, observed: Floats, groups: Labels) -> _Variances | None:
    """Estimate G and s^2 by REML, in columns that are orthogonal and of mean square 1.

    None where the estimate does not settle, as on samples without spread about their groups'
    lines: there the likelihood has no maximum.
    """
    triangle = np.linalg.qr(columns)[1] / np.sqrt(len(columns))
    unit = float(observed.std())
    orthogonal = np.linalg.solve(triangle.T, columns.T).T
    with warnings.catch_warnings():
        # of a maximum on the boundary, which is `alike`, and of none
        warnings.simplefilter("ignore")
        model = MixedLM(observed / unit, orthogonal, groups, exog_re=orthogonal)
        # the gradient methods stop short of a maximum on the boundary and call it no maximum
        found = model.fit(reml=True, method=["powell"])
    scale = float(found.scale)
    between = np.asarray(found.cov_re)
    if not (found.converged and np.isfinite(between).all() and scale > _NOTHING):
        return None
    smallest = float(np.linalg.eigvalsh(between).min())
    back = np.linalg.inv(triangle) * unit
    return _Variances(
        between=back @ between @ back.T,
        scale=scale * unit**2,
        alike=smallest < _ALIKE * scale,
    )
