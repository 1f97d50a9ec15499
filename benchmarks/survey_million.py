"""Time `sinkcalc survey total` on a million plots, in turn with one plain DuckDB statement.

Both are whole processes on the same CSV of 13 strata, run one after the other. The statement gives
number, mean and variance of each stratum, and the same total and error from them; the command
reads any encoding, checks every cell, and gives interval, degrees of freedom and precision. Prints
seconds and peak memory of every run, medians and the ratio, and both totals.

    python benchmarks/survey_million.py [--plots 1000000] [--runs 5] [--dir DIR]
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

import numpy as np
import polars as pl
from process import run

STRATA = 13
PLAIN = """
import duckdb, sys
con = duckdb.connect()
con.execute('SET enable_progress_bar = false')
print(*con.execute('''
SELECT sum(size * mean), sqrt(sum(size ** 2 * variance / n))
FROM (
    SELECT stratum, count(*) AS n, avg(volume) AS mean, var_samp(volume) AS variance
    FROM read_csv($plots) GROUP BY stratum
) JOIN read_csv($sizes) USING (stratum)
''', dict(plots=sys.argv[1], sizes=sys.argv[2])).fetchone())
"""


def write(folder: Path, plots: int) -> tuple[Path, Path]:
    """Write lognormal volumes of plots in strata, and the sizes of the strata."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20240501)
    stratum = rng.integers(0, STRATA, plots)
    table = pl.DataFrame(
        {
            "plot_id": np.arange(plots),
            "stratum": [f"S{i:02d}" for i in stratum],
            "volume": np.round(rng.lognormal(4.0, 0.7, plots), 4),
        }
    )
    files = folder / "plots.csv", folder / "strata.csv"
    table.write_csv(files[0])
    pl.DataFrame(
        {"stratum": [f"S{i:02d}" for i in range(STRATA)], "size": np.arange(STRATA) * 1e5 + 1e6}
    ).write_csv(files[1])
    return files


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plots", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dir", type=Path, default=Path("sinkcalc-bench"))
    arguments = parser.parse_args()
    plots, strata = write(arguments.dir, arguments.plots)
    program = [str(Path(sys.executable).with_name("sinkcalc")), "--quiet", "survey", "total"]
    options = ["--y", "volume", "--stratum", "stratum", "--sizes", str(strata), "--json"]
    ours, plain = [], []
    for number in range(1, arguments.runs + 1):
        ours.append(run([*program, str(plots), *options]))
        plain.append(run([sys.executable, "-c", PLAIN, str(plots), str(strata)]))
        print(
            f"{number}: survey total {ours[-1][0]:.2f} s {ours[-1][1]:,.0f} MiB, "
            f"statement {plain[-1][0]:.2f} s {plain[-1][1]:,.0f} MiB",
            flush=True,
        )
    row = json.loads(ours[-1][2])[0]
    value, se = map(float, plain[-1][2].split())
    print(f"total {row['value']!r} against {value!r}, SE {row['se']!r} against {se!r}")
    medians = [statistics.median(seconds for seconds, _, _ in runs) for runs in (ours, plain)]
    print(
        f"{arguments.plots:,} plots: survey total median {medians[0]:.2f} s, statement median "
        f"{medians[1]:.2f} s, ratio {medians[0] / medians[1]:.2f}"
    )


if __name__ == "__main__":
    main()
