"""How often 95 % intervals of fitted coefficients hold the known ones, and how biased fits are.

`python benchmarks/calibration_coverage.py` prints the table: about three minutes on two idle cores,
nearly all of it mixed models, each of which takes a tenth of a second: they get fewer repetitions.
"""

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

# matrices are small: threads of the linear algebra only stand in each other's way
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from sinkcalc.calibration.fit import Data, Fit, Recipe, fit_form
from sinkcalc.calibration.forms import slopes, value
from sinkcalc.calibration.pooled import fit_pooled

SEED = 20240501
REPETITIONS = 5_000
MIXED_REPETITIONS = 2_000
SAMPLES = 40
CONFIDENCE = 0.95

Floats = NDArray[np.float64]
# coefficient, truth, estimate, half the width of the interval
Interval = tuple[str, float, float, float]


def sizes(rng: np.random.Generator, n: int = SAMPLES) -> Floats:
    """Draw volumes, m3/ha."""
    return rng.uniform(10.0, 200.0, n)


def intervals(fit: Fit, truth: tuple[float, ...], prefix: str = "") -> Iterator[Interval]:
    """Give the interval of each coefficient beside the truth."""
    half = t.ppf((1 + CONFIDENCE) / 2, fit.df) * np.sqrt(np.diag(fit.covariance))
    for symbol, known, found, width in zip("abc", truth, fit.values, half, strict=False):
        yield f"{prefix}{symbol}", known, float(found), float(width)


def _and_more(fit: Fit, truth: tuple[float, ...]) -> Iterator[Interval]:
    """Give the interval of ln a of a power, and that of the curve itself.

    a is the curve at a size of 1, far below the samples, and its distribution is skewed.
    """
    ((_, a, found, half),) = list(intervals(fit, truth))[:1]
    yield "ln a", float(np.log(a)), float(np.log(found)), half / found
    at = np.array([100.0])
    slope = slopes(fit.form, fit.values, at, None)[0]
    se = float(np.sqrt(slope @ fit.covariance @ slope))
    known = float(value(fit.form, np.array(truth), at, None)[0])
    curve = float(value(fit.form, fit.values, at, None)[0])
    yield "y at 100", known, curve, float(t.ppf((1 + CONFIDENCE) / 2, fit.df)) * se


def _one(
    form: str, recipe: Recipe, curve: Callable[[np.random.Generator, Floats], Floats], *truth: float
) -> Callable[[np.random.Generator], Iterator[Interval]]:
    def repeat(rng: np.random.Generator) -> Iterator[Interval]:
        x = sizes(rng)
        fit = fit_form(form, Data(x, curve(rng, x), None), recipe)
        yield from intervals(fit, truth)
        if form == "power":
            yield from _and_more(fit, truth)

    return repeat


def _normal(rng: np.random.Generator, x: Floats) -> Floats:
    return 0.9 * x + 20.0 + rng.normal(0.0, 10.0, len(x))


def _through_origin(rng: np.random.Generator, x: Floats) -> Floats:
    return 0.9 * x + rng.normal(0.0, 10.0, len(x))


def _contaminated(rng: np.random.Generator, x: Floats) -> Floats:
    odd = rng.random(len(x)) < 0.1
    return 0.9 * x + 20.0 + rng.normal(0.0, 10.0, len(x)) * np.where(odd, 5.0, 1.0)


def _in_proportion(rng: np.random.Generator, x: Floats) -> Floats:
    return 0.9 * x + 20.0 + rng.normal(0.0, 0.2, len(x)) * x


# variance in logarithms
LOG_VARIANCE = 0.09


def _lognormal(rng: np.random.Generator, x: Floats) -> Floats:
    return np.asarray(1.5 * x**0.9 * np.exp(rng.normal(0.0, np.sqrt(LOG_VARIANCE), len(x))))


def _hyperbola(rng: np.random.Generator, x: Floats) -> Floats:
    return x / (0.7 + 0.003 * x) + rng.normal(0.0, 6.0, len(x))


def _mixed(groups: int, each: int) -> Callable[[np.random.Generator], Iterator[Interval]]:
    """Give coefficients of every group, and of a group without samples."""
    spread = np.array([0.15, 8.0])

    def repeat(rng: np.random.Generator) -> Iterator[Interval]:
        own = np.array([0.9, 20.0]) + rng.normal(0.0, 1.0, (groups + 1, 2)) * spread
        x = sizes(rng, groups * each)
        place = np.repeat(np.arange(groups), each)
        y = own[place, 0] * x + own[place, 1] + rng.normal(0.0, 10.0, len(x))
        names = np.array([f"{i:03d}" for i in place])
        pooled = fit_pooled("linear", Data(x, y, None), names, Recipe())
        assert pooled is not None
        for i in range(groups):
            yield from intervals(pooled.groups[f"{i:03d}"], tuple(own[i]), "group ")
        yield from intervals(pooled.common, tuple(own[groups]), "new group ")

    return repeat


MEAN_A = 1.5 * float(np.exp(LOG_VARIANCE / 2))


@dataclass(frozen=True)
class Case:
    """What is simulated, how often, and whether its intervals are exact in theory."""

    repeat: Callable[[np.random.Generator], Iterator[Interval]]
    repetitions: int = REPETITIONS
    normal: bool = True


CASES = {
    "linear, normal": Case(_one("linear", Recipe(), _normal, 0.9, 20.0)),
    "origin, normal": Case(_one("origin", Recipe(), _through_origin, 0.9)),
    "linear, wls, sd ~ x": Case(_one("linear", Recipe("size2"), _in_proportion, 0.9, 20.0)),
    "linear, ols, sd ~ x": Case(_one("linear", Recipe(), _in_proportion, 0.9, 20.0), normal=False),
    "power, baskerville": Case(_one("power", Recipe(), _lognormal, MEAN_A, 0.9)),
    # their factor is a mean of skewed numbers: its spread is found too small in most samples
    "power, duan": Case(
        _one("power", Recipe(correction="duan"), _lognormal, MEAN_A, 0.9), normal=False
    ),
    "power, snowdon": Case(
        _one("power", Recipe(correction="snowdon"), _lognormal, MEAN_A, 0.9), normal=False
    ),
    "hyperbolic, normal": Case(_one("hyperbolic", Recipe(), _hyperbola, 0.7, 0.003)),
    "huber, normal": Case(_one("linear", Recipe(robust=True), _normal, 0.9, 20.0), normal=False),
    "huber, 10 % with 5 sd": Case(
        _one("linear", Recipe(robust=True), _contaminated, 0.9, 20.0), normal=False
    ),
    "ols, 10 % with 5 sd": Case(_one("linear", Recipe(), _contaminated, 0.9, 20.0), normal=False),
    "mixed, 10 groups of 8": Case(_mixed(10, 8), MIXED_REPETITIONS, normal=False),
    "mixed, 4 groups of 8": Case(_mixed(4, 8), MIXED_REPETITIONS, normal=False),
}


def repeat_some(job: tuple[str, int, int]) -> list[list[Interval]]:
    """Run some repetitions of a case; each has a seed of its own."""
    name, first, last = job
    place = list(CASES).index(name)
    return [
        list(CASES[name].repeat(np.random.default_rng([SEED, place, i])))
        for i in range(first, last)
    ]


@dataclass(frozen=True)
class Row:
    """Coverage of one coefficient."""

    case: str
    coefficient: str
    repetitions: int
    relative_bias: float
    coverage: float


def summarise(name: str, repeated: list[list[Interval]]) -> list[Row]:
    """Return the bias, relative to the mean truth, and the share of intervals with the truth."""
    by_symbol: dict[str, list[tuple[float, float, float]]] = {}
    for one in repeated:
        for symbol, *rest in one:
            by_symbol.setdefault(symbol, []).append((rest[0], rest[1], rest[2]))
    rows = []
    for symbol, found in by_symbol.items():
        truth, estimate, half = np.array(found).T
        rows.append(
            Row(
                name,
                symbol,
                len(repeated),
                float((estimate - truth).mean() / truth.mean()),
                float((np.abs(estimate - truth) <= half).mean()),
            )
        )
    return rows


def main() -> None:
    """Print the table, case by case."""
    workers, chunk = os.cpu_count() or 1, 250
    sys.stdout.write("| case | coefficient | repetitions | relative bias | coverage |\n")
    sys.stdout.write("|---|---|---|---|---|\n")
    with ProcessPoolExecutor(workers) as pool:
        for name, case in CASES.items():
            jobs = [
                (name, i, min(i + chunk, case.repetitions))
                for i in range(0, case.repetitions, chunk)
            ]
            repeated = [one for part in pool.map(repeat_some, jobs) for one in part]
            for row in summarise(name, repeated):
                sys.stdout.write(
                    f"| {name} | {row.coefficient} | {row.repetitions} "
                    f"| {100 * row.relative_bias:+.2f} % | {100 * row.coverage:.2f} % |\n"
                )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
