"""Change between two occasions of which only part of the plots is common."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sinkcalc.errors import UsageProblem
from sinkcalc.survey.design import CELL, DOMAIN, Design
from sinkcalc.survey.rows import Figure, SurveyResult, finished
from sinkcalc.survey.sample import Floats, Note, Sample

Matrix = NDArray[np.float64]
Marks = NDArray[np.bool_]
# plots of a stratum on each occasion, so that there is a variance
_FEWEST = 2
# common plots from which a correlation is taken: that of two is always 1 or -1
_FEWEST_COMMON = 3
# correlation above which both occasions say the same and the equations cannot be solved
_ALIKE = 1 - 1e-9
# a domain has weights of its own
_APART: Final = (
    "合并估计对每个域分别加权,各域之和与总体略有出入",
    "the composite weighs every domain by itself: domains do not add up to the whole",
)


def composite_change(sample: Sample, design: Design, y: str, y2: str) -> SurveyResult:
    """Estimate the change on partly replaced plots from all plots of both occasions.

    In each stratum the means of the plots of the first occasion only, of the common plots on
    both, and of the plots of the second only are combined by generalised least squares,
    m = (X' V^-1 X)^-1 X' V^-1 z, with var m = (X' V^-1 X)^-1. V has s1^2/n, s2^2/n from all plots
    of an occasion, and r s1 s2/n for the common ones, r their correlation; a stratum with fewer
    than three common plots takes the correlation within all strata together.

    Returns
    -------
    Rows as of `estimate_change`; degrees of freedom are the common plots (of the domain) less the
    strata that hold any.

    Raises
    ------
    UsageProblem
        If a stratum has fewer than two plots on an occasion, or there are fewer than three
        common plots in all.

    Notes
    -----
    V is estimated from the same plots: the error is a little too small in small samples.
    Source: Ware & Cunia 1962, Forest Science Monograph 3; Cochran 1977, ch. 12.
    """
    first, last = sample.values(y), sample.values(y2)
    _require_common(int((~np.isnan(first) & ~np.isnan(last)).sum()))
    domains = sample.rows[DOMAIN]
    figures: list[Figure] = []
    for domain in (None, *domains.unique().drop_nulls().sort()):
        inside = np.ones(first.size, bool)
        if domain is not None:
            inside = (domains == domain).fill_null(False).to_numpy()
        figures += _figures(sample, (first, last), (y, y2), domain, inside)
    notes = [*sample.notes, _counts(first, last)]
    if design.domain is not None:
        notes.append(_APART)
    return finished(figures, design, notes)


def _figures(
    sample: Sample,
    pair: tuple[Floats, Floats],
    names: tuple[str, str],
    domain: str | None,
    inside: Marks,
) -> Iterator[Figure]:
    """Give the figures of one domain; a plot outside it has 0 where it was measured."""
    first, last = (np.where(inside | np.isnan(side), side, 0.0) for side in pair)
    common = inside & ~np.isnan(first) & ~np.isnan(last)
    n = int((inside & ~(np.isnan(first) & np.isnan(last))).sum())
    sized = not np.isnan(sample.sizes).any()
    cells = list(pairwise(np.append(sample.starts, first.size)))
    within = _correlation_within([(first[a:b], last[a:b]) for a, b in cells])
    total, v, degrees = np.zeros(2), np.zeros((2, 2)), 0
    for cell, (start, end) in enumerate(cells):
        size = sample.sizes[cell] if sized else 1.0
        means, of_means = _means(
            first[start:end], last[start:end], within, sample.cells[CELL][cell]
        )
        total += size * means
        v += size**2 * of_means
        degrees += max(int(common[start:end].sum()) - 1, 0)
    level = "total" if sized else "mean"
    one, two = total
    differences = (last - first)[common]

    def figure(stat: str, variable: str, value: float, variance: float, rows: Floats) -> Figure:
        return Figure(stat, variable, None, domain, float(value), float(variance), degrees, n, rows)

    yield figure(level, names[0], one, v[0, 0], first[inside & ~np.isnan(first)])
    yield figure(level, names[1], two, v[1, 1], last[inside & ~np.isnan(last)])
    change = v[0, 0] + v[1, 1] - 2 * v[0, 1]
    yield figure("change", f"{names[1]} - {names[0]}", two - one, change, differences)
    if one != 0:
        growth = two / one
        spread = (v[1, 1] - 2 * growth * v[0, 1] + growth**2 * v[0, 0]) / one**2
        relative = (last - growth * first)[common]
        yield figure(
            "relative_change", f"{names[1]} / {names[0]} - 1", growth - 1, spread, relative
        )
    yield Figure.of_covariance(", ".join(names), None, domain, float(v[0, 1]), n)


def _correlation_within(strata: list[tuple[Floats, Floats]]) -> float:
    """Return the correlation of the deviations from the means of the strata, of common plots."""
    products = np.zeros(3)
    for first, last in strata:
        common = ~np.isnan(first) & ~np.isnan(last)
        if common.any():
            one, two = (side[common] - side[common].mean() for side in (first, last))
            products += [one @ two, one @ one, two @ two]
    between, one, two = products
    return float(between / np.sqrt(one * two)) if one > 0 and two > 0 else 0.0


def _means(first: Floats, last: Floats, within: float, stratum: str) -> tuple[Floats, Matrix]:
    """Return both means of a stratum and their covariance."""
    has_first, has_last = ~np.isnan(first), ~np.isnan(last)
    common = has_first & has_last
    if min(has_first.sum(), has_last.sum()) < _FEWEST:
        raise UsageProblem(
            zh=f"层 {stratum or '–'} 在某一期少于 {_FEWEST} 个样地,没有方差;请并层",
            en=f"stratum {stratum or '–'} has fewer than {_FEWEST} plots on an occasion, which "
            "gives no variance: join strata",
        )
    spread = np.array([first[has_first].std(ddof=1), last[has_last].std(ddof=1)])
    own = [(first[common], last[common])]
    r = _correlation_within(own) if common.sum() >= _FEWEST_COMMON else within
    sizes = np.array([has_first.sum(), has_last.sum()])
    if bool(common.all()) or not (spread > 0).all() or abs(r) > _ALIKE:
        # nothing is gained by weighting: each occasion has the mean of its plots
        means = np.array([first[has_first].mean(), last[has_last].mean()])
        covariance = np.diag(spread**2 / sizes)
        covariance[0, 1] = covariance[1, 0] = r * spread.prod() * common.sum() / sizes.prod()
        return means, covariance
    groups = (
        (0, first[has_first & ~common]),
        (0, first[common]),
        (1, last[common]),
        (1, last[has_last & ~common]),
    )
    z = np.array([values.mean() for _, values in groups if values.size])
    x = np.array([[1.0 - side, float(side)] for side, values in groups if values.size])
    v = np.diag([spread[side] ** 2 / values.size for side, values in groups if values.size])
    if common.any():
        # the common plots of both occasions stand next to each other
        at = int(groups[0][1].size > 0)
        v[at, at + 1] = v[at + 1, at] = r * spread.prod() / common.sum()
    weighted = np.linalg.solve(v, x)
    covariance = np.linalg.inv(x.T @ weighted)
    return covariance @ (weighted.T @ z), covariance


def _require_common(common: int) -> None:
    if common < _FEWEST_COMMON:
        raise UsageProblem(
            zh=f"两期都调查的样地只有 {common} 个,至少需要 {_FEWEST_COMMON} 个才有两期的相关;"
            "核对两期的样地编号,或分别估计两期的总量",
            en=f"only {common} plots were measured on both occasions, and the correlation of the "
            f"occasions needs {_FEWEST_COMMON}: check the plot numbers of both, or estimate the "
            "total of each occasion",
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
