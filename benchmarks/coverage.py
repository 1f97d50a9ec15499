"""How often a 95 % interval holds the truth: repeated samples of populations with known totals.

`python benchmarks/coverage.py` prints both tables; that of skewed data stands in docs/sampling.md.
"""

import sys

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.survey import Design, estimate_change, estimate_ratio, estimate_total

SEED = 20240501
REPETITIONS = 5_000
PLOTS = 20_000
# coefficient of variation of growing stock on plots: decision 17 of the methods
SKEWED_CV = 0.74
SIZES = (5, 10, 15, 30, 60, 100, 150)

Floats = NDArray[np.float64]


def draws(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Draw n of the plots without replacement, once a repetition, one after the other."""
    return np.concatenate(
        [rng.choice(PLOTS, n, replace=False, shuffle=False) for _ in range(REPETITIONS)]
    )


def samples(rng: np.random.Generator, n: int, **variables: Floats) -> pl.DataFrame:
    """Return all samples below each other; column `repetition` tells them apart."""
    drawn = draws(rng, n)
    repetition = np.repeat(np.arange(REPETITIONS), n)
    return pl.DataFrame(
        {"repetition": repetition, **{name: values[drawn] for name, values in variables.items()}}
    )


def by_repetition(**more: object) -> Design:
    """Return simple random sampling in every repetition: an estimation unit each."""
    sizes = pl.DataFrame({"repetition": np.arange(REPETITIONS), "size": float(PLOTS)})
    return Design(unit="repetition", sizes=sizes, fpc=True, **more)  # type: ignore[arg-type]


def share(rows: pl.DataFrame, stat: str, truth: float) -> float:
    """Return the share of the repetitions whose interval holds the truth."""
    of_stat = rows.filter(pl.col("stat") == stat, pl.col("unit").is_not_null())
    held = (of_stat["ci_low"] <= truth) & (of_stat["ci_high"] >= truth)
    assert held.len() == REPETITIONS
    return float(held.mean() or 0.0)


def normal_errors(n: int) -> dict[str, float]:
    """Return coverage by estimator on a population with normal errors."""
    rng = np.random.default_rng([SEED, n])
    x = rng.normal(10.0, 2.0, PLOTS)
    y = 12.0 * x + rng.normal(0.0, 30.0, PLOTS)
    later = 1.1 * y + rng.normal(8.0, 10.0, PLOTS)
    frame = samples(rng, n, x=x, y=y, later=later)
    design = by_repetition()
    change = estimate_change(frame, "y", "later", design).rows
    return {
        "total": share(estimate_total(frame, "y", design).rows, "total", float(y.sum())),
        "ratio": share(
            estimate_ratio(frame, "y", "x", design).rows, "ratio", float(y.sum() / x.sum())
        ),
        "greg": _regression(frame, n, float(x.sum()), float(y.sum())),
        "change": share(change, "change", float(later.sum() - y.sum())),
        "relative_change": share(change, "relative_change", float(later.sum() / y.sum() - 1)),
    }


def _regression(frame: pl.DataFrame, n: int, known: float, truth: float) -> float:
    design = Design(auxiliaries={"x": known}, size=PLOTS, fpc=True)
    held = 0
    for start in range(0, frame.height, n):
        row = estimate_total(frame.slice(start, n), "y", design).rows.row(0, named=True)
        held += row["ci_low"] <= truth <= row["ci_high"]
    return held / REPETITIONS


def lognormal(n: int) -> float:
    """Return coverage of a total on a lognormal population."""
    rng = np.random.default_rng([SEED, n])
    variance = np.log1p(SKEWED_CV**2)
    y = np.exp(rng.normal(0.0, np.sqrt(variance), PLOTS))
    rows = estimate_total(samples(rng, n, y=y), "y", by_repetition()).rows
    return share(rows, "total", float(y.sum()))


def table_text() -> str:
    """Return the table of skewed data as it stands in the docs."""
    lines = ["| n | 95 % |", "|---|---|"]
    lines += [f"| {n} | {100 * lognormal(n):.1f} % |" for n in SIZES]
    return "\n".join(lines)


if __name__ == "__main__":
    for plots in (60, 150):
        for name, covered in normal_errors(plots).items():
            sys.stdout.write(f"normal errors, n = {plots}, {name}: {100 * covered:.2f} %\n")
    sys.stdout.write(f"lognormal, CV {SKEWED_CV}\n{table_text()}\n")
