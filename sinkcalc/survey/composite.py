"""Change between two occasions of which only part of the plots is common."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sinkcalc.errors import UsageProblem
from sinkcalc.survey.design import CELL, DOMAIN, Design
from sinkcalc.survey.rows import Figure, SurveyResult, finished
from sinkcalc.survey.sample import Floats, Note, Sample

Matrix = NDArray[np.float64]
# fewest plots with both occasions, so that their covariance is known
_FEWEST_MATCHED = 3


def composite_change(sample: Sample, design: Design, y: str, y2: str) -> SurveyResult:
    """Estimate the change on partly replaced plots from all plots of both occasions.

    In each stratum the means of the plots of the first occasion only, of the common plots on
    both, and of the plots of the second only are combined by generalised least squares,
    m = (X' V^-1 X)^-1 X' V^-1 z, with var m = (X' V^-1 X)^-1. V has s1^2/n, s2^2/n from all plots
    of an occasion, and r s1 s2/n for the common ones, r their correlation. With equal weights for
    the occasions this is the minimum-variance estimator of sampling with partial replacement.

    Returns
    -------
    Rows as of `estimate_change`; degrees of freedom are those of the common plots.

    Raises
    ------
    UsageProblem
        If a stratum has fewer than three common plots.

    Notes
    -----
    V is estimated from the same plots: the error is a little too small in small samples.
    Source: Ware & Cunia 1962, Forest Science Monograph 3; Cochran 1977, ch. 12.
    """
    first, last = sample.values(y), sample.values(y2)
    domains = sample.rows[DOMAIN]
    figures: list[Figure] = []
    for domain in (None, *domains.unique().drop_nulls().sort()):
        inside = np.ones(first.size, bool)
        if domain is not None:
            inside = (domains == domain).fill_null(False).to_numpy()
        # a plot outside the domain has 0 where it was measured
        pair = (
            np.where(inside | np.isnan(first), first, 0.0),
            np.where(inside | np.isnan(last), last, 0.0),
        )
        figures += _figures(sample, pair, (y, y2), domain, int(inside.sum()))
    return finished(figures, design, [*sample.notes, _counts(first, last)])


def _figures(
    sample: Sample, pair: tuple[Floats, Floats], names: tuple[str, str], domain: str | None, n: int
) -> Iterator[Figure]:
    sized = not np.isnan(sample.sizes).any()
    ends = np.append(sample.starts, pair[0].size)
    total, covariance, degrees = np.zeros(2), np.zeros((2, 2)), 0
    for cell, (start, end) in enumerate(pairwise(ends)):
        size = sample.sizes[cell] if sized else 1.0
        means, of_means, common = _means(
            pair[0][start:end], pair[1][start:end], sample.cells[CELL][cell]
        )
        total += size * means
        covariance += size**2 * of_means
        degrees += common - 1
    level = "total" if sized else "mean"
    (one, two), v = total, covariance

    def figure(stat: str, variable: str, value: float, variance: float) -> Figure:
        return Figure(stat, variable, None, domain, float(value), float(variance), degrees, n)

    yield figure(level, names[0], one, v[0, 0])
    yield figure(level, names[1], two, v[1, 1])
    yield figure("change", f"{names[1]} - {names[0]}", two - one, v[0, 0] + v[1, 1] - 2 * v[0, 1])
    if one != 0:
        growth = two / one
        spread = (v[1, 1] - 2 * growth * v[0, 1] + growth**2 * v[0, 0]) / one**2
        yield figure("relative_change", f"{names[1]} / {names[0]} - 1", growth - 1, spread)
    yield Figure.of_covariance(", ".join(names), None, domain, float(v[0, 1]), n)


def _means(first: Floats, last: Floats, stratum: str) -> tuple[Floats, Matrix, int]:
    """Return both means of a stratum, their covariance, and the number of common plots."""
    has_first, has_last = ~np.isnan(first), ~np.isnan(last)
    common = has_first & has_last
    matched = int(common.sum())
    if matched < _FEWEST_MATCHED:
        raise UsageProblem(
            zh=f"层 {stratum or '–'} 只有 {matched} 个两期都调查的样地;合并估计至少需要 "
            f"{_FEWEST_MATCHED} 个,请并层",
            en=f"stratum {stratum or '–'} has {matched} plots measured on both occasions; the "
            f"composite needs at least {_FEWEST_MATCHED}: join strata",
        )
    spread = np.array([first[has_first].std(ddof=1), last[has_last].std(ddof=1)])
    if not (spread > 0).all():
        # without spread on one occasion there is nothing to gain from the other
        return _plain_means(first, last, has_first, has_last)
    r = float(np.corrcoef(first[common], last[common])[0, 1]) if _varies(first, last, common) else 0
    groups = (
        (0, first[has_first & ~common]),
        (0, first[common]),
        (1, last[common]),
        (1, last[has_last & ~common]),
    )
    kept = [(occasion, values) for occasion, values in groups if values.size]
    z = np.array([values.mean() for _, values in kept])
    x = np.array([[1.0 - occasion, float(occasion)] for occasion, _ in kept])
    v = np.diag([spread[occasion] ** 2 / values.size for occasion, values in kept])
    both = next(i for i, (_, values) in enumerate(kept) if values is groups[1][1])
    v[both, both + 1] = v[both + 1, both] = r * spread.prod() / matched
    weighted = np.linalg.pinv(v) @ x
    information = x.T @ weighted
    covariance = np.linalg.inv(information)
    return covariance @ (weighted.T @ z), covariance, matched


def _varies(first: Floats, last: Floats, common: NDArray[np.bool_]) -> bool:
    return bool(np.ptp(first[common]) > 0 and np.ptp(last[common]) > 0)


def _plain_means(
    first: Floats, last: Floats, has_first: NDArray[np.bool_], has_last: NDArray[np.bool_]
) -> tuple[Floats, Matrix, int]:
    common = has_first & has_last
    means = np.array([first[has_first].mean(), last[has_last].mean()])
    n1, n2, both = int(has_first.sum()), int(has_last.sum()), int(common.sum())
    between = float(np.cov(first[common], last[common])[0, 1]) * both / (n1 * n2)
    return (
        means,
        np.array(
            [
                [first[has_first].var(ddof=1) / n1, between],
                [between, last[has_last].var(ddof=1) / n2],
            ]
        ),
        both,
    )


def _counts(first: Floats, last: Floats) -> Note:
    has_first, has_last = ~np.isnan(first), ~np.isnan(last)
    both = int((has_first & has_last).sum())
    one, two = int(has_first.sum()) - both, int(has_last.sum()) - both
    none = int((~has_first & ~has_last).sum())
    return (
        f"两期都调查 {both} 个样地,只在前期 {one} 个,只在后期 {two} 个,两期都没有 {none} 个",
        f"{both} plots on both occasions, {one} on the first only, {two} on the second only, "
        f"{none} on neither",
    )
