"""Time 100 000 wetland records and 100 000 core intervals: load both, estimate.

Records and cores are drawn once with a fixed seed: all classes, eight counties, 10 000 cores of ten
intervals, half of them in a wetland of their own, a tenth of the intervals with organic matter
alone. Each step is a whole process. Prints seconds and peak memory of every step and the sums.

    python benchmarks/wetland_100k.py [--wetlands 100000] [--intervals 100000] [--runs 3]
        [--dir DIR]
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

import numpy as np
import polars as pl
from process import run

from sinkcalc.vocabulary import WETLAND_CLASSES

SURVEY = 2023
COUNTIES = ("330102", "330108", "330109", "330110", "330112", "330122", "330127", "330182")
LAYERS = 10
SEED = 20240501


def write_wetlands(path: Path, wetlands: int) -> None:
    """Write the records."""
    chance = np.random.default_rng(SEED)
    kinds = np.array([kind for kind in WETLAND_CLASSES if kind != "mangrove"])
    events = np.array(["", "", "", "planted", "rewetted", "drained"])
    trophic = np.array(["", "oligotrophic", "mesotrophic", "eutrophic"])
    event = chance.choice(events, wetlands)
    pl.DataFrame(
        {
            "wetland_id": [f"w{number:06d}" for number in range(wetlands)],
            "region_code": chance.choice(np.array(COUNTIES), wetlands),
            "wetland_class": chance.choice(kinds, wetlands),
            "area_ha": chance.lognormal(0.0, 1.5, wetlands).round(4) + 0.0001,
            "vegetation": chance.choice(np.array(["", "芦苇", "互花米草"]), wetlands),
            "event": event,
            "event_year": np.where(event == "", "", "2015"),
            "trophic_state": chance.choice(trophic, wetlands),
            "managed": chance.choice(np.array(["是", "否"]), wetlands),
            "year_flooded": chance.choice(np.array(["", "1960", "2010"]), wetlands),
        }
    ).write_csv(path)


def write_cores(path: Path, intervals: int, wetlands: int) -> None:
    """Write the intervals."""
    chance = np.random.default_rng(SEED + 1)
    cores = intervals // LAYERS
    core = np.repeat(np.arange(cores), LAYERS)
    layer = np.tile(np.arange(LAYERS), cores)
    own = np.repeat(chance.random(cores) < 0.5, LAYERS)
    place = np.repeat(chance.integers(0, wetlands, cores), LAYERS)
    county = np.repeat(chance.choice(np.array(COUNTIES), cores), LAYERS)
    kind = np.repeat(chance.choice(np.array(["tidal_marsh", "marsh"]), cores), LAYERS)
    carbon = chance.uniform(0.005, 0.04, intervals).round(5)
    by_matter = chance.random(intervals) < 0.1
    pl.DataFrame(
        {
            "core_id": [f"c{number:06d}" for number in core],
            "wetland_id": [f"w{p:06d}" if o else None for p, o in zip(place, own, strict=True)],
            "region_code": [None if o else c for c, o in zip(county, own, strict=True)],
            "wetland_class": [None if o else k for k, o in zip(kind, own, strict=True)],
            "depth_top_cm": layer * 10,
            "depth_bottom_cm": layer * 10 + 10,
            "bulk_density_g_per_cm3": chance.uniform(0.6, 1.4, intervals).round(4),
            "organic_matter_fraction": (carbon * 2.2 + 0.01).round(5),
            "carbon_fraction": [
                None if b else c for c, b in zip(carbon.tolist(), by_matter, strict=True)
            ],
            "carbon_kind": [None if b else "organic" for b in by_matter],
        }
    ).write_csv(path)


def main() -> None:
    """Load and estimate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wetlands", type=int, default=100_000)
    parser.add_argument("--intervals", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=Path("sinkcalc-bench"))
    arguments = parser.parse_args()
    folder = arguments.dir
    folder.mkdir(parents=True, exist_ok=True)
    wetlands, cores = folder / "wetlands.csv", folder / "cores.csv"
    write_wetlands(wetlands, arguments.wetlands)
    write_cores(cores, arguments.intervals, arguments.wetlands)
    db = folder / "wetlands.duckdb"
    program = str(Path(sys.executable).with_name("sinkcalc"))
    sinkcalc = [program, "--quiet", "--db", str(db)]
    year = ["--survey", str(SURVEY)]
    estimate = ["estimate", *year, "--kind", "wetland", "--json"]
    steps = {
        "load wetlands": ["load", "wetlands", str(wetlands), *year],
        "load cores": ["load", "cores", str(cores), *year],
        "estimate": estimate,
        "by county and class": [*estimate, "--by", "region,wetland_class"],
    }
    times: dict[str, list[float]] = {name: [] for name in steps}
    peaks: dict[str, list[float]] = {name: [] for name in steps}
    out: dict[str, str] = {}
    for number in range(1, arguments.runs + 1):
        db.unlink(missing_ok=True)
        for name, command in steps.items():
            seconds, peak, out[name] = run([*sinkcalc, *command])
            times[name].append(seconds)
            peaks[name].append(peak)
        told = ", ".join(
            f"{name} {times[name][-1]:.2f} s {peaks[name][-1]:,.0f} MiB" for name in steps
        )
        print(f"{number}: {told}", flush=True)
    middle = {name: statistics.median(found) for name, found in times.items()}
    print(
        f"{arguments.wetlands:,} wetlands, {arguments.intervals:,} intervals: "
        + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in middle.items())
        + f"; all {sum(middle.values()):.2f} s, peak {max(map(max, peaks.values())):,.0f} MiB"
    )
    rows = json.loads(out["estimate"])
    for row in rows:
        if row["pool"] in (None, "soil", "total") and row["quantity"] != "co2e":
            what = row["pool"] or row["gas"] or ""
            print(f"  {row['quantity']} {what} {row['value']} {row['unit']}")


if __name__ == "__main__":
    main()
