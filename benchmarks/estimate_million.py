"""Time `sinkcalc estimate` on a million stands, in turn with one plain DuckDB statement.

Both are whole processes, run one after the other. The statement gives the same growing stock, and
the biomass of arbor forest straight from volume and equation; the estimate gives every quantity,
pool and flag and stores them. Prints seconds and peak memory of
every run, medians and the ratio.

    python benchmarks/estimate_million.py [--stands 1000000] [--runs 5] [--dir DIR]
"""

import argparse
import json
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

from process import run

SURVEY = 2020
PLAIN = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
row = con.execute('''
SELECT
    sum(volume_m3),
    sum(volume_m3 * a + area_ha * b) FILTER (volume_m3 > 0)
FROM stands
LEFT JOIN (
    SELECT
        s.species,
        any_value(p.value) FILTER (p.symbol = 'a') AS a,
        any_value(p.value) FILTER (p.symbol = 'b') AS b
    FROM read_csv($species) AS s
    JOIN read_csv($equations) AS p
        ON s.species_group = p.species_group AND p.equation_set = 'cbef-zhejiang'
    GROUP BY s.species
) AS fit ON stands.species::VARCHAR = fit.species
WHERE survey = $survey AND vegetation_class = 'arbor'
''', dict(species=sys.argv[2], equations=sys.argv[3], survey=int(sys.argv[4]))).fetchone()
print(row[0], row[1])
"""


def build(directory: Path, stands: int) -> None:
    """Make the simulated city and load one survey of it."""
    from sinkcalc.demo.city import write_city
    from sinkcalc.pipeline.load_result import LoadOptions
    from sinkcalc.pipeline.load_stands import load_stands

    city = write_city(directory / "raw", stands=stands)
    start = time.perf_counter()
    result = load_stands(directory / "bench.duckdb", [city.files[SURVEY]], LoadOptions(SURVEY))
    rows = result.load.files[0].rows_accepted
    print(f"loaded {rows:,} stands in {time.perf_counter() - start:.1f} s", flush=True)


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stands", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dir", type=Path, default=Path("sinkcalc-bench"))
    arguments = parser.parse_args()
    db = arguments.dir / "bench.duckdb"
    if not db.exists():
        # in a process of its own: a child's peak memory begins with its parent's
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(build, arguments.dir, arguments.stands).result()

    from sinkcalc.resources import parameter_path

    tool = [sys.executable, "-c", "from sinkcalc.cli.main import main; main()", "--db", str(db)]
    tool += ["--quiet", "estimate", "--survey", str(SURVEY), "--json"]
    files = [str(parameter_path("species")), str(parameter_path("volume_biomass"))]
    plain = [sys.executable, "-c", PLAIN, str(db), *files, str(SURVEY)]
    seconds: dict[str, list[float]] = {"estimate": [], "statement": []}
    outputs: dict[str, str] = {}
    memory: dict[str, list[float]] = {"estimate": [], "statement": []}
    for number in range(arguments.runs + 1):
        for name, command in (("estimate", tool), ("statement", plain)):
            took, peak, outputs[name] = run(command)
            if number == 0:  # warm-up
                continue
            seconds[name].append(took)
            memory[name].append(peak)
            print(f"run {number} {name}: {took:.2f} s, {peak:,.0f} MiB")
    rows = {(row["quantity"], row["pool"]): row["value"] for row in json.loads(outputs["estimate"])}
    stock, biomass = outputs["statement"].split()
    same = Decimal(stock) == Decimal(str(rows["growing_stock", None]))
    print(f"growing stock of both: {float(stock):,.4f} m3, equal: {same}")
    print(
        f"arbor biomass by the statement: {float(biomass):,.0f} t, from recorded volume and species"
    )
    for name in seconds:
        low, mid, high = min(seconds[name]), statistics.median(seconds[name]), max(seconds[name])
        peak = statistics.median(memory[name])
        print(f"{name}: median {mid:.2f} s ({low:.2f}-{high:.2f}), peak {peak:,.0f} MiB")
    ratio = statistics.median(
        a / b for a, b in zip(seconds["estimate"], seconds["statement"], strict=True)
    )
    print(f"ratio estimate/statement, median of pairs: {ratio:.2f}")


if __name__ == "__main__":
    main()
