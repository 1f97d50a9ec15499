"""Area-level model of Fay and Herriot: counties with few plots borrow strength from the stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.errors import SinkcalcError, UsageProblem

Floats = NDArray[np.float64]

INTERCEPT: Final = "intercept"
_MOST_ROUNDS: Final = 200
# the variance of the areas is settled when a step moves it by less than this share of the
# median sampling variance, and is zero when it falls below twice that share
_SETTLED: Final = 1e-10
_MOST_LISTED: Final = 5


@dataclass(frozen=True)
class FayHerriot:
    """A fitted area-level model and what it gives for every area.

    Attributes
    ----------
    rows
        One row an area in the order given: key, `direct`, `direct_se`, `synthetic`,
        `shrinkage`, `estimate`, `mse`, `se`, `estimator` (`eblup`; `synthetic` where the area
        has no direct estimate or no variance of it).
    coefficients
        `auxiliary`, `coefficient`, `se` of the regression, `intercept` first.
    model_variance
        Variance of the area effects, in the squared unit of the direct estimate.
    model_variance_se
        Its asymptotic standard error.
    zero_variance
        Whether the restricted likelihood has its maximum at 0: then the areas differ by no more
        than their sampling errors, and every estimate is the regression's.
    areas
        Number of areas with a direct estimate and its variance.
    iterations
        Steps of the scoring.
    """

    rows: pl.DataFrame
    coefficients: pl.DataFrame
    model_variance: float
    model_variance_se: float
    zero_variance: bool
    areas: int
    iterations: int


def fay_herriot(
    areas: pl.DataFrame, *, key: str, direct: str, variance: str, auxiliaries: Sequence[str]
) -> FayHerriot:
    """Estimate small areas from direct estimates of known variance and a regression on areas.

    direct_i = x_i'b + v_i + e_i, v_i ~ (0, s2), e_i ~ (0, psi_i) known. s2 by restricted
    maximum likelihood with Fisher scoring, 0 at least. With gamma_i = s2/(s2 + psi_i):

    estimate_i = gamma_i direct_i + (1 - gamma_i) x_i'b

    mse_i = g1 + g2 + 2 g3, g1 = gamma_i psi_i,
    g2 = (1 - gamma_i)^2 x_i'Q x_i with Q = (sum x x'/(s2 + psi))^-1,
    g3 = psi_i^2/(s2 + psi_i)^3 * 2/sum (s2 + psi)^-2

    An area without direct estimate or without its variance: x_i'b with mse s2 + x_i'Q x_i.

    Parameters
    ----------
    areas
        One row an area.
    key
        Column that names the area.
    direct
        Direct estimate, in any unit; null where there is none.
    variance
        Its sampling variance, in the squared unit; null where there is none (no plot, one plot).
    auxiliaries
        Columns of the regression, known for every area; an intercept is added.

    Returns
    -------
    The model and the areas; estimates, standard errors in the unit of `direct`.

    Raises
    ------
    UsageProblem
        If a column is missing, an area is named twice, an auxiliary is missing or depends on the
        others, a variance is not positive, or there are fewer areas than coefficients + 1.
    SinkcalcError
        If the scoring does not settle.

    Notes
    -----
    Fay & Herriot 1979; Prasad & Rao 1990; Datta & Lahiri 2000 for the mean squared error with
    REML; Rao & Molina 2015, chapter 6. The error of the variances psi is not counted. The mean
    squared error is right to terms of lower order than 1/number of areas.
    """
    used = _checked(areas, key, direct, variance, auxiliaries)
    x_all = _design(areas, auxiliaries)
    x = x_all[used.to_numpy()]
    y, psi = (areas.filter(used)[c].cast(pl.Float64).to_numpy() for c in (direct, variance))
    _check_size(x, auxiliaries)
    s2, rounds = _model_variance(x, y, psi)
    b, q = _regression(x, y, s2 + psi)
    variance_of_s2 = 2 / np.sum((s2 + psi) ** -2)
    frame = areas.select(
        key,
        pl.col(direct).cast(pl.Float64).alias("direct"),
        pl.col(variance).cast(pl.Float64).alias("psi"),
    ).with_columns(
        pl.Series("synthetic", x_all @ b),
        pl.Series("x_q_x", np.einsum("ij,jk,ik->i", x_all, q, x_all)),
        used.alias("used"),
    )
    return FayHerriot(
        rows=_rows(frame, key, s2, float(variance_of_s2)),
        coefficients=pl.DataFrame(
            {"auxiliary": [INTERCEPT, *auxiliaries], "coefficient": b, "se": np.sqrt(np.diag(q))}
        ),
        model_variance=s2,
        model_variance_se=float(np.sqrt(variance_of_s2)),
        zero_variance=s2 == 0,
        areas=len(x),
        iterations=rounds,
    )


def _rows(frame: pl.DataFrame, key: str, s2: float, variance_of_s2: float) -> pl.DataFrame:
    psi, used = pl.col("psi"), pl.col("used")
    gamma = s2 / (s2 + psi)
    g1 = gamma * psi
    g2 = (1 - gamma) ** 2 * pl.col("x_q_x")
    g3 = psi**2 / (s2 + psi) ** 3 * variance_of_s2
    eblup = gamma * pl.col("direct") + (1 - gamma) * pl.col("synthetic")
    return frame.with_columns(
        psi.sqrt().alias("direct_se"),
        pl.when(used).then(gamma).otherwise(0.0).alias("shrinkage"),
        pl.when(used).then(eblup).otherwise("synthetic").alias("estimate"),
        pl.when(used).then(g1 + g2 + 2 * g3).otherwise(s2 + pl.col("x_q_x")).alias("mse"),
        pl.when(used).then(pl.lit("eblup")).otherwise(pl.lit("synthetic")).alias("estimator"),
    ).select(
        key,
        "direct",
        "direct_se",
        "synthetic",
        "shrinkage",
        "estimate",
        "mse",
        pl.col("mse").sqrt().alias("se"),
        "estimator",
    )


def _design(areas: pl.DataFrame, auxiliaries: Sequence[str]) -> Floats:
    columns = [areas[name].cast(pl.Float64).to_numpy() for name in auxiliaries]
    return np.column_stack([np.ones(areas.height), *columns])


def _regression(x: Floats, y: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Give the weighted least squares coefficients and their covariance."""
    root = np.sqrt(variances)
    # by QR: auxiliaries far from zero lie close to the intercept
    orthogonal, r = np.linalg.qr(x / root[:, None])
    inverse = np.linalg.inv(r)
    return inverse @ (orthogonal.T @ (y / root)), inverse @ inverse.T


def _score(x: Floats, y: Floats, psi: Floats, s2: float) -> tuple[float, float]:
    """Give slope and information of the restricted likelihood at a model variance.

    With P = W - W X Q X'W and W = 1/(s2 + psi): slope (y'PPy - tr P)/2, information tr(PP)/2,
    by matrices of the number of coefficients alone.
    """
    w = 1 / (s2 + psi)
    b, q = _regression(x, y, s2 + psi)
    q2 = q @ (x.T @ (x * w[:, None] ** 2))
    q3 = q @ (x.T @ (x * w[:, None] ** 3))
    residual = w * (y - x @ b)
    trace = w.sum() - np.trace(q2)
    trace_of_square = np.sum(w**2) - 2 * np.trace(q3) + np.trace(q2 @ q2)
    return float((residual @ residual - trace) / 2), float(trace_of_square / 2)


def _likelihood(x: Floats, y: Floats, psi: Floats, s2: float) -> float:
    """Give twice the negative restricted log-likelihood, but for a constant."""
    b, q = _regression(x, y, s2 + psi)
    fit = np.sum((y - x @ b) ** 2 / (s2 + psi))
    return float(np.log(s2 + psi).sum() - np.linalg.slogdet(q)[1] + fit)


def _model_variance(x: Floats, y: Floats, psi: Floats) -> tuple[float, int]:
    """Give the REML variance of the area effects and the number of steps.

    A step that leaves the interval in which the slope changes its sign, or is not half as long
    as the one before, gives way to the middle of the interval. 0 and the point found may both
    be maxima: the higher one is taken.
    """
    scale = float(np.median(psi))
    s2, low, high, moved = scale, 0.0, np.inf, np.inf
    for step in range(1, _MOST_ROUNDS + 1):
        slope, information = _score(x, y, psi, s2)
        low, high = (s2, high) if slope > 0 else (low, s2)
        proposed = s2 + slope / information
        if not low < proposed < high or abs(proposed - s2) > moved / 2:
            proposed = (low + high) / 2 if np.isfinite(high) else 2 * s2
        moved = abs(proposed - s2)
        if moved < _SETTLED * scale:
            near_zero = proposed < 2 * _SETTLED * scale
            lower = _likelihood(x, y, psi, 0.0) <= _likelihood(x, y, psi, proposed)
            return (0.0 if near_zero or lower else proposed), step
        s2 = proposed
    raise SinkcalcError(
        zh=f"小区域模型的方差经 {_MOST_ROUNDS} 步迭代仍不收敛(最后值 {s2:.6g})。"
        "请检查直接估计与其方差的单位是否一致,或减少辅助变量",
        en=f"the variance of the area model has not settled after {_MOST_ROUNDS} steps "
        f"(last value {s2:.6g}). Check that the direct estimates and their variances have "
        "matching units, or use fewer auxiliaries",
    )


def _checked(
    areas: pl.DataFrame, key: str, direct: str, variance: str, auxiliaries: Sequence[str]
) -> pl.Series:
    """Refuse what the model cannot take; say which areas have a direct estimate."""
    missing = [c for c in (key, direct, variance, *auxiliaries) if c not in areas.columns]
    if missing:
        raise UsageProblem(
            zh=f"小区域估计缺少列:{', '.join(missing)}",
            en=f"the small-area estimate lacks columns: {', '.join(missing)}",
        )
    name = pl.col(key).cast(pl.String)
    twice = areas.filter(pl.col(key).is_duplicated() | pl.col(key).is_null()).select(name)
    if not twice.is_empty():
        raise UsageProblem(
            zh=f"区域重复或没有名称:{_listed(twice)}。每个区域只能有一行",
            en=f"areas named twice or without a name: {_listed(twice)}. One row an area",
        )
    numbers = [pl.col(c).cast(pl.Float64) for c in auxiliaries]
    gap = pl.any_horizontal(pl.lit(False), *((c.is_null() | ~c.is_finite()) for c in numbers))
    without = areas.filter(gap).select(name)
    if not without.is_empty():
        raise UsageProblem(
            zh=f"这些区域缺辅助变量({', '.join(auxiliaries)}):{_listed(without)}。"
            "补齐,或去掉这些区域",
            en=f"areas without an auxiliary ({', '.join(auxiliaries)}): {_listed(without)}. "
            "Fill it in, or leave these areas out",
        )
    y, psi = (pl.col(c).cast(pl.Float64) for c in (direct, variance))
    bad = areas.filter((psi <= 0) | ~psi.is_finite() | ~y.is_finite()).select(name)
    if not bad.is_empty():
        raise UsageProblem(
            zh=f"这些区域的抽样方差不大于 0,或数值不是有限数:{_listed(bad)}。"
            "方差为 0 说明样地都相同(例如都为 0):把方差留空,该区域改用合成估计",
            en=f"areas whose sampling variance is not above 0, or whose figures are not finite: "
            f"{_listed(bad)}. A variance of 0 means that all plots are alike (as all 0): leave "
            "the variance empty, and the area gets the synthetic estimate",
        )
    return areas.select(y.is_not_null() & psi.is_not_null()).to_series()


def _listed(names: pl.DataFrame) -> str:
    texts = [str(value) for value in names.to_series()]
    more = len(texts) - _MOST_LISTED
    return ", ".join(texts[:_MOST_LISTED]) + (f" … (+{more})" if more > 0 else "")


def _check_size(x: Floats, auxiliaries: Sequence[str]) -> None:
    areas, coefficients = x.shape
    if areas < coefficients + 1:
        raise UsageProblem(
            zh=f"有直接估计及其方差的区域只有 {areas} 个,少于系数 {coefficients} 个加 1。"
            "减少辅助变量,或不用小区域模型",
            en=f"only {areas} areas have a direct estimate with a variance, fewer than "
            f"{coefficients} coefficients + 1. Use fewer auxiliaries, or no small-area model",
        )
    # columns brought to equal length, so that the unit of an auxiliary does not matter
    if np.linalg.matrix_rank(x / np.linalg.norm(x, axis=0).clip(min=np.finfo(float).tiny)) < (
        coefficients
    ):
        raise UsageProblem(
            zh=f"辅助变量相互线性相关(或在各区域为常数):{', '.join(auxiliaries)}。去掉多余的",
            en=f"the auxiliaries depend on one another linearly (or one is the same in every "
            f"area): {', '.join(auxiliaries)}. Leave out the superfluous one",
        )
