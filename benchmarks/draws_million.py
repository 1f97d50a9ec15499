"""Time `sinkcalc estimate` with and without draws, as whole processes.

Each draw runs the models once on the sums of the cells: the time it adds depends on the number of
cells, not on that of stands. Prints seconds and peak memory of every run, and what draws add.

    python benchmarks/draws_million.py [--stands 100000 5000000] [--draws 10000] [--runs 3]
        [--by region] [--dir DIR]
"""

import argparse
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from estimate_million import SURVEY, build
from process import run


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stands", type=int, nargs="+", default=[100_000, 5_000_000])
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--by", default="region")
    parser.add_argument("--dir", type=Path, default=Path("sinkcalc-bench"))
    arguments = parser.parse_args()
    for stands in arguments.stands:
        directory = arguments.dir / f"{stands}"
        db = directory / "bench.duckdb"
        if not db.exists():
            directory.mkdir(parents=True, exist_ok=True)
            # in a process of its own: a child's peak memory begins with its parent's
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                pool.submit(build, directory, stands).result()
        tool = [sys.executable, "-c", "from sinkcalc.cli.main import main; main()"]
        tool += ["--db", str(db), "--quiet", "estimate", "--survey", str(SURVEY), "--json"]
        tool += ["--by", arguments.by] if arguments.by else []
        commands = {"first order": tool, "draws": [*tool, "--draws", str(arguments.draws)]}
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        print(f"{stands:,} stands, by {arguments.by or 'city'}, {arguments.draws:,} draws")
        for number in range(1, arguments.runs + 1):
            for name, command in commands.items():
                took, peak, _ = run(command)
                seconds[name].append(took)
                print(f"  run {number} {name}: {took:.2f} s, {peak:,.0f} MiB", flush=True)
        plain, drawn = (statistics.median(found) for found in seconds.values())
        print(f"  median {plain:.2f} s and {drawn:.2f} s: draws add {drawn - plain:.2f} s")


if __name__ == "__main__":
    main()
