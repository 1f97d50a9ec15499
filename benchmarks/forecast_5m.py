"""Time `sinkcalc forecast` to 2060 with 1,000 draws on 5 million stands, as whole processes.

In turn with one plain DuckDB statement that groups the stands to the same cohorts: what a forecast
does beyond it depends on the number of cohorts, not on that of stands. The curves are fitted, and
the survey is estimated, in the first run, which is a warm-up; the curves again in every run.
Prints seconds and peak memory of every run, medians, and whether the growing stocks agree.

    python benchmarks/forecast_5m.py [--stands 5000000] [--draws 1000] [--to 2060] [--runs 3]
        [--by region] [--dir DIR]
"""

import argparse
import json
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

from estimate_million import SURVEY, build
from process import run

PLAIN = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
rows = con.execute('''
SELECT region_code, species, origin, floor(age_years), sum(area_ha), sum(volume_m3)
FROM stands
WHERE survey = $survey AND vegetation_class = 'arbor'
GROUP BY ALL
''', dict(survey=int(sys.argv[2]))).fetchall()
print(len(rows), sum(row[5] or 0 for row in rows))
"""


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stands", type=int, default=5_000_000)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--to", type=int, default=2060)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--by", default="region")
    parser.add_argument("--dir", type=Path, default=Path("sinkcalc-bench"))
    arguments = parser.parse_args()
    directory = arguments.dir / f"{arguments.stands}"
    db = directory / "bench.duckdb"
    if not db.exists():
        directory.mkdir(parents=True, exist_ok=True)
        # in a process of its own: a child's peak memory begins with its parent's
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(build, directory, arguments.stands).result()
    tool = [sys.executable, "-c", "from sinkcalc.cli.main import main; main()"]
    tool += ["--db", str(db), "--quiet", "forecast", "--survey", str(SURVEY)]
    tool += ["--to", str(arguments.to), "--draws", str(arguments.draws), "--json"]
    tool += ["--by", arguments.by] if arguments.by else []
    commands = {
        "forecast": tool,
        "statement": [sys.executable, "-c", PLAIN, str(db), str(SURVEY)],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    memory: dict[str, list[float]] = {name: [] for name in commands}
    outputs: dict[str, str] = {}
    for number in range(arguments.runs + 1):
        for name, command in commands.items():
            took, peak, outputs[name] = run(command)
            print(f"run {number} {name}: {took:.2f} s, {peak:,.0f} MiB", flush=True)
            if number:
                seconds[name].append(took)
                memory[name].append(peak)
    cohorts, stock = outputs["statement"].split()
    first = [
        Decimal(str(row["value"]))
        for row in json.loads(outputs["forecast"])
        if row["quantity"] == "growing_stock" and row["year"] == SURVEY
    ]
    print(f"{arguments.stands:,} stands, {int(cohorts):,} cohorts of arbor forest")
    print(
        f"growing stock of {SURVEY} in both: {float(stock):,.0f} m3, equal: "
        f"{sum(first) == Decimal(stock)}"
    )
    for name, took in seconds.items():
        low, mid, high = min(took), statistics.median(took), max(took)
        peak = statistics.median(memory[name])
        print(f"{name}: median {mid:.2f} s ({low:.2f}-{high:.2f}), peak {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
