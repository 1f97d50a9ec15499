"""Time the interval of a carbon project: 5,000 parcels, 40 years, 1,000 draws, as whole processes.

Two projects of the same parcels: strata formed of them by species, year, density and management
(60), and the worst case, every parcel a stratum of its own. In turn with a plain NumPy script that
reads the same parcels and computes the same removals in a loop over the draws, written for this
one methodology, without screening, files of a project, checks or sources. Prints seconds and peak
memory of every run, medians and ratios, and whether the totals of the base case agree.

    python benchmarks/ccer_draws.py [--parcels 5000] [--years 40] [--draws 1000] [--runs 3]
        [--dir DIR]
"""

import argparse
import csv
import json
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from process import run

SPECIES = ("chinese_fir", "masson_pine", "schima")
PLANTED = (2024, 2025, 2026, 2027)
DENSITIES = (1100, 1300, 1500, 1700, 1900)
# age, m3/ha
TABLE = ((5, 8), (10, 40), (20, 120), (30, 180), (40, 220))
DISCOUNT, RISK = 0.06, 0.1

PROJECT = """
[project]
name = "benchmark"
id = "benchmark"
owner = "benchmark"
methodology = "CCER-14-001-V01"
start = 2024-01-01
crediting_start = 2024-01-01
crediting_years = {years}

[parcels]
file = "{parcels}"

[strata]
from_parcels = true

[strata.each]
curve = "table"
curve_name = "growth"

[[strata.each.thinnings]]
age = 15
fraction = 0.2

[discount]
dr = {discount}

[errors]
area = 0.02
tables = {{ growth = 0.1 }}

[tables.growth]
points = {points}
"""

PLAIN = """
import csv, sys
import numpy as np
path, years, draws, discount, risk = sys.argv[1], *map(float, sys.argv[2:])
years, draws = int(years), int(draws)
table = json_table
factors = json_factors
rows = list(csv.DictReader(open(path, encoding="utf-8")))
area = np.array([float(row["area_ha"]) for row in rows])[:, None]
planted = np.array([int(row["planted_year"]) for row in rows])[:, None]
place = np.array([list(factors).index(row["planted_species"]) for row in rows])
age = np.maximum(2024 + np.arange(-1, years)[None, :] - planted, 0)
ages, volumes = zip((0, 0), *table)
stock = np.interp(age, ages, volumes)
kept = np.where(age >= 15, 0.8, 1.0)
base = np.array(list(factors.values()))
rng = np.random.default_rng(1)
totals = []
for draw in range(draws + 1):
    # the first is the base case
    error = np.ones(base.shape) if draw == 0 else rng.lognormal(0, 0.1, base.shape)
    density, bef, root, fraction = (base * error)[place].T[:, :, None]
    above = stock * kept * density * bef
    carbon = (above + above * root) * fraction * area * 44 / 12
    change = np.diff(carbon.sum(axis=0))
    change = np.where(change > 0, change * (1 - discount), change * (1 + discount))
    totals.append((change * (1 - risk)).sum())
print(totals[0], *np.percentile(totals[1:], [2.5, 97.5]))
"""


def build(directory: Path, parcels: int, years: int) -> dict[str, Path]:
    """Write both projects; return their files by name."""
    directory.mkdir(parents=True, exist_ok=True)
    projects = {}
    for name, own in (("strata", False), ("parcels", True)):
        table = directory / f"{name}.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            rows = [_parcel(number, own) for number in range(parcels)]
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        projects[name] = directory / f"{name}.toml"
        points = [list(point) for point in TABLE]
        text = PROJECT.format(years=years, parcels=table.name, discount=DISCOUNT, points=points)
        projects[name].write_text(text, encoding="utf-8")
    return projects


def _parcel(number: int, own: bool) -> dict[str, object]:
    area = round(2 + number % 97 / 10, 4)
    return {
        "parcel_id": f"P{number:06d}",
        "area_ha": area,
        "contiguous_area_m2": area * 10_000,
        "tenure_kind": "certificate",
        "tenure_number": f"{number:06d}",
        "vegetation_class": "non_forest",
        "non_forest_years": 9,
        "is_wetland": "no",
        "planned_afforestation": "yes",
        "urban_or_road_greening": "no",
        "start_date": "2024-01-01",
        "planted_form": "arbor",
        "removed_cover_fraction": 0.1,
        "scattered_trees_removed": "no",
        "repeated_soil_disturbance": "no",
        "burning": "no",
        "displaces_agriculture": "no",
        "in_other_project": "no",
        "planted_species": SPECIES[number % len(SPECIES)],
        "planted_year": PLANTED[number // 3 % len(PLANTED)],
        "density_per_ha": DENSITIES[number // 12 % len(DENSITIES)],
        "management": f"own {number}" if own else "tending",
    }


def factors() -> dict[str, list[float]]:
    """Return density, expansion, root:shoot ratio and carbon fraction that the program uses."""
    import polars as pl

    from sinkcalc.ccer.plan_parameters import FACTORS
    from sinkcalc.coefficients.load import load_table

    found = {}
    for species in SPECIES:
        values = []
        for symbol, (name, chosen) in FACTORS.items():
            rows = load_table(name).rows.filter(pl.col("symbol") == symbol)
            if chosen is not None:
                rows = rows.filter(pl.col("equation_set") == chosen)
            own = (pl.col("species") == species) | (pl.col("species_group") == species)
            values.append(float(rows.filter(own)["value"][0]))
        found[species] = values
    return found


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parcels", type=int, default=5000)
    parser.add_argument("--years", type=int, default=40)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=Path("sinkcalc-bench/ccer"))
    arguments = parser.parse_args()
    projects = build(arguments.dir, arguments.parcels, arguments.years)
    tool = [sys.executable, "-c", "from sinkcalc.cli.main import main; main()"]
    tool += ["--db", str(arguments.dir / "none.duckdb"), "--quiet", "ccer", "sensitivity"]
    asked = ["--table", "interval", "--draws", str(arguments.draws), "--json"]
    # in a process of its own: a child's peak memory begins with its parent's
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        used = pool.submit(factors).result()
    plain = PLAIN.replace("json_table", repr(TABLE)).replace("json_factors", repr(used))
    commands = {name: [*tool, str(project), *asked] for name, project in projects.items()}
    numbers = (arguments.years, arguments.draws, DISCOUNT, RISK)
    commands["numpy"] = [sys.executable, "-c", plain, str(arguments.dir / "parcels.csv")]
    commands["numpy"] += [str(number) for number in numbers]
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
    base = float(outputs["numpy"].split()[0])
    for name in projects:
        last = json.loads(outputs[name])[-1]
        agree = abs(last["value"] - base) < 1e-9 * base
        print(
            f"{name}: {last['value']:,.2f} t CO2e, 95 % {last['ci_low']:,.0f} to "
            f"{last['ci_high']:,.0f}; base case as in NumPy: {agree}"
        )
    for name, took in seconds.items():
        low, mid, high = min(took), statistics.median(took), max(took)
        ratio = statistics.median(a / b for a, b in zip(took, seconds["numpy"], strict=True))
        peak = statistics.median(memory[name])
        print(
            f"{name}: median {mid:.2f} s ({low:.2f}-{high:.2f}), peak {peak:,.0f} MiB, "
            f"{ratio:.2f} times NumPy"
        )


if __name__ == "__main__":
    main()
