"""Errors of the simulated city: analytic beside drawn, shared beside independent; coverage of t.

    python benchmarks/uncertainty.py [--stands 20000] [--draws 100000] [--dir DIR] [--only N]
        [--every-row]

1. Half widths of every row of city and counties: first order beside Monte Carlo.
2. City se beside the root of the squares of the counties' se.
3. Change 2020 to 2023: se beside the one that takes both surveys as independent.
4. Coverage of 95 % intervals for sums of means of small samples: t with Satterthwaite's degrees
   of freedom beside every mean drawn as Student's t of its own sample.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import polars as pl
import scipy.stats
from numpy.typing import NDArray

from sinkcalc.pipeline.compare import change
from sinkcalc.pipeline.estimate import EstimateOptions, estimate

Floats = NDArray[np.float64]

SURVEYS = (2020, 2023)
KEYS = ("region_code", "quantity", "pool")
MAIN = (
    ("growing_stock", None),
    ("biomass", "total"),
    ("carbon", "vegetation"),
    ("carbon", "total"),
)
SEED = 20240501
REPETITIONS = 5_000
STUDENT_DRAWS = 4_000
# plots of each sample; standard deviations in a ratio
SUMS = (
    ((3, 5, 8), (1, 1, 1)),
    ((3, 5, 8), (5, 1, 1)),
    ((3, 5, 8, 34), (1, 1, 1, 1)),
    ((3, 5, 8, 34), (1, 1, 1, 5)),
    ((3, 3, 5, 5, 8), (1, 1, 1, 1, 1)),
    ((3, 3, 5, 8, 34, 34), (1, 1, 1, 1, 1, 1)),
    ((3, 3, 5, 8, 34, 34), (3, 1, 2, 1, 4, 2)),
)
# coefficient of variation of growing stock on plots: decision 17 of the methods
SKEWED_CV = 0.74


def build(directory: Path, stands: int) -> Path:
    """Make the simulated city and load two surveys of it."""
    from sinkcalc.demo.city import write_city
    from sinkcalc.pipeline.load_result import LoadOptions
    from sinkcalc.pipeline.load_stands import load_stands

    db = directory / "uncertainty.duckdb"
    if not db.exists():
        city = write_city(directory / "raw", stands=stands)
        for survey in SURVEYS:
            load_stands(db, [city.files[survey]], LoadOptions(survey))
    return db


def half_widths(db: Path, draws: int, *, every_row: bool) -> None:
    """Compare the half widths of both ways."""
    for by in ((), ("region",)):
        start = time.perf_counter()
        _, first = estimate(db, EstimateOptions(2020, by))
        middle = time.perf_counter()
        _, drawn = estimate(db, EstimateOptions(2020, by, draws=draws))
        end = time.perf_counter()
        half = (pl.col("ci_high") - pl.col("ci_low")) / 2
        both = pl.concat(
            [
                first.select(*KEYS, "value", "se", half.alias("analytic")),
                drawn.select(
                    half.alias("drawn"),
                    ((pl.col("ci_low") + pl.col("ci_high")) / 2).alias("middle"),
                ),
            ],
            how="horizontal",
        ).with_columns(
            (pl.col("drawn") / pl.col("analytic") - 1).alias("difference"),
            ((pl.col("middle") - pl.col("value").cast(pl.Float64)) / pl.col("analytic")).alias(
                "shift"
            ),
        )
        name = "city" if not by else f"{both['region_code'].n_unique()} counties"
        print(f"\n{name}: {both.height} rows, analytic {middle - start:.1f} s, ", end="")
        print(f"with {draws:,} draws {end - middle:.1f} s")
        print("half width in % of the value; difference of both; shift of the middle, half widths")
        for row in both.iter_rows(named=True):
            if by and not every_row and abs(row["difference"]) < 0.01 and abs(row["shift"]) < 0.1:
                continue
            value = float(row["value"])
            print(
                f"  {row['region_code'] or 'city':8} {row['quantity']:14} {row['pool'] or '-':13}"
                f" {row['analytic'] / value:8.2%} {row['drawn'] / value:8.2%}"
                f" {row['difference']:+8.2%} {row['shift']:+7.3f}"
            )
        if by and not every_row:
            print("  (only rows that differ by 1 % or are shifted by 0.1; --every-row for all)")
        worst = both.row(both["difference"].abs().arg_max(), named=True)
        place = " ".join(str(worst[key]) for key in KEYS if worst[key])
        print(f"largest relative difference: {worst['difference']:+.2%} ({place})")
        print(f"median of the absolute differences: {both['difference'].abs().median():.2%}")


def shared(db: Path) -> None:
    """Compare the city's se with independent counties."""
    _, city = estimate(db, EstimateOptions(2020))
    _, counties = estimate(db, EstimateOptions(2020, ("region",)))
    print("\nse of the city in %, if counties were independent, ratio")
    for quantity, pool in MAIN:
        wanted = (pl.col("quantity") == quantity) & pl.col("pool").eq_missing(pool)
        whole = city.filter(wanted).row(0, named=True)
        root = float(np.sqrt((counties.filter(wanted)["se"] ** 2).sum()))
        value = float(whole["value"])
        print(
            f"  {quantity:14} {pool or '-':11} {whole['se'] / value:7.2%} {root / value:7.2%}"
            f" {whole['se'] / root:6.2f}"
        )


def changes(db: Path) -> None:
    """Compare the se of the change with independent surveys."""
    rows, _ = change(db, SURVEYS[0], EstimateOptions(SURVEYS[1]))
    print("\nchange 2020 to 2023: change, se, se if independent, ratio")
    for quantity, pool in MAIN:
        wanted = (pl.col("quantity") == quantity) & pl.col("pool").eq_missing(pool)
        row = rows.filter(wanted).row(0, named=True)
        print(
            f"  {quantity:14} {pool or '-':11} {float(row['change']):14,.0f} {row['se']:14,.0f}"
            f" {row['se_if_independent']:14,.0f} {row['se'] / row['se_if_independent']:6.2f}"
            f"  {row['unit']}"
        )


def _samples(rng: np.random.Generator, n: int, spread: float, *, skewed: bool) -> Floats:
    """Draw the samples of all repetitions: true mean 0."""
    if not skewed:
        drawn: Floats = rng.normal(0.0, spread, (REPETITIONS, n))
        return drawn
    log_variance = np.log1p(SKEWED_CV**2)
    values = rng.lognormal(-log_variance / 2, np.sqrt(log_variance), (REPETITIONS, n))
    scaled: Floats = (values - 1) / SKEWED_CV * spread
    return scaled


def _student_half_widths(rng: np.random.Generator, errors: Floats, df: Floats) -> Floats:
    """Half of the central 95 % of a sum of independent t of each sample, by repetition."""
    drawn = np.stack([rng.standard_t(d, STUDENT_DRAWS) for d in df])
    # the distribution is symmetric: its absolute values see twice as many draws
    half = [np.quantile(np.abs(part @ drawn), 0.95, axis=1) for part in np.array_split(errors, 50)]
    return np.concatenate(half)


def coverage() -> None:
    """Count how often an interval holds the true sum."""
    print(f"\ncoverage of 95 % intervals for a sum of means, {REPETITIONS:,} repetitions")
    print("mean width in standard errors of the sum as known")
    print("  plots (spreads)                               Satterthwaite       drawn as t")
    for skewed in (False, True):
        print(f"  {'lognormal, CV 0.74' if skewed else 'normal'}")
        for sizes, spreads in SUMS:
            rng = np.random.default_rng([SEED, *sizes, *spreads, skewed])
            n, df = np.array(sizes), np.array(sizes, dtype=float) - 1
            samples = [
                _samples(rng, size, spread, skewed=skewed)
                for size, spread in zip(sizes, spreads, strict=True)
            ]
            total = sum(sample.mean(axis=1) for sample in samples)
            variances = np.stack([s.var(axis=1, ddof=1) for s in samples], axis=1) / n
            variance = variances.sum(axis=1)
            freedom = variance**2 / (variances**2 / df).sum(axis=1)
            true_se = np.sqrt((np.array(spreads, dtype=float) ** 2 / n).sum())
            halves = (
                scipy.stats.t.ppf(0.975, freedom) * np.sqrt(variance),
                _student_half_widths(rng, np.sqrt(variances), df),
            )
            figures = [
                (np.mean(np.abs(total) <= half), 2 * half.mean() / true_se) for half in halves
            ]
            name = f"{sizes} ({', '.join(map(str, spreads))})".replace("((", "(")
            text = "    ".join(f"{held:7.1%} {width:6.2f}" for held, width in figures)
            print(f"    {name:42} {text}", flush=True)
    error = np.sqrt(0.95 * 0.05 / REPETITIONS)
    print(f"  standard error of a coverage of 95 %: {error:.1%}")


def main() -> None:
    """Print all four."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stands", type=int, default=20_000)
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--dir", type=Path, default=Path("sinkcalc-bench"))
    parser.add_argument("--only", type=int, choices=(1, 2, 3, 4))
    parser.add_argument("--every-row", action="store_true")
    arguments = parser.parse_args()
    wanted = {arguments.only} if arguments.only else {1, 2, 3, 4}
    if wanted != {4}:
        db = build(arguments.dir, arguments.stands)
    if 1 in wanted:
        half_widths(db, arguments.draws, every_row=arguments.every_row)
    if 2 in wanted:
        shared(db)
    if 3 in wanted:
        changes(db)
    if 4 in wanted:
        coverage()


if __name__ == "__main__":
    main()
