"""Time `sinkcalc load stands` on a million rows of GB18030 CSV, in turn with DuckDB alone.

Both are whole processes, run one after the other on the same file. DuckDB reads no GB18030 without
an extension: its process decodes the file in blocks and reads the UTF-8 copy into a table of text
columns. The load decodes, numbers, decodes codes, runs every check, compares nothing with a former
survey, and stores stands, rejected rows and warnings. Prints seconds and peak memory of every run,
medians and the ratio.

    python benchmarks/load_million.py [--stands 1000000] [--runs 5] [--dir DIR]
"""

import argparse
import statistics
import sys
from pathlib import Path

from process import run

SURVEY = 2020
PLAIN = """
import duckdb, sys
with open(sys.argv[1], encoding='gb18030', errors='replace', newline='') as source:
    with open(sys.argv[2], 'w', encoding='utf-8', newline='') as copy:
        while block := source.read(1 << 23):
            copy.write(block)
con = duckdb.connect(sys.argv[3])
con.execute('SET enable_progress_bar = false')
con.execute(
    'CREATE TABLE stands AS FROM read_csv($1, all_varchar = true, ignore_errors = true)',
    [sys.argv[2]],
)
print(con.execute('SELECT count(*) FROM stands').fetchone()[0])
"""


def main() -> None:
    """Compare."""
    from sinkcalc.demo.city import write_city

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stands", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dir", type=Path, default=Path("sinkcalc-bench"))
    arguments = parser.parse_args()
    folder = arguments.dir
    source = folder / "raw" / f"stands_{SURVEY}.csv"
    if not source.is_file():
        source = write_city(folder / "raw", stands=arguments.stands).files[SURVEY]
    ours, plain = folder / "load.duckdb", folder / "plain.duckdb"
    copy = folder / "plain.csv"
    sinkcalc = [str(Path(sys.executable).with_name("sinkcalc")), "--quiet", "--db", str(ours)]
    loads, reads = [], []
    for number in range(1, arguments.runs + 1):
        for path in (ours, plain, copy):
            path.unlink(missing_ok=True)
        command = [*sinkcalc, "load", "stands", str(source), "--survey", str(SURVEY)]
        loads.append(run(command))
        reads.append(run([sys.executable, "-c", PLAIN, str(source), str(copy), str(plain)]))
        print(
            f"{number}: load {loads[-1][0]:.2f} s {loads[-1][1]:,.0f} MiB, "
            f"DuckDB {reads[-1][0]:.2f} s {reads[-1][1]:,.0f} MiB ({int(reads[-1][2]):,} rows)",
            flush=True,
        )
    ours_median = statistics.median(seconds for seconds, _, _ in loads)
    plain_median = statistics.median(seconds for seconds, _, _ in reads)
    size = source.stat().st_size / 1e6
    print(
        f"{source.name} {size:,.0f} MB: load median {ours_median:.2f} s, DuckDB median "
        f"{plain_median:.2f} s, ratio {ours_median / plain_median:.2f}"
    )


if __name__ == "__main__":
    main()
