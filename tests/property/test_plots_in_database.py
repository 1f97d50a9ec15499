"""What must hold for plots in the database: sums of classes, order of rows, number of threads."""

import io
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import duckdb
import polars as pl
import pytest
from simulated_city import CityDatabase, city_database

from sinkcalc.cli.main import cli
from sinkcalc.pipeline.plot_estimates import estimate_plots
from sinkcalc.survey import Design, estimate_total

# sums of a few hundred floats in another order
SUMMED = 1e-12


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CityDatabase:
    return city_database(tmp_path_factory)


def _output(db: Path, *words: object) -> bytes:
    """Run a command and return its data."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        cli.main(list(map(str, ("--db", db, *words))), standalone_mode=False)
    buffer = out.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


@pytest.mark.parametrize("domain", ["region_code", "vegetation_class", "stratum"])
@pytest.mark.parametrize("column", ["volume_m3_per_ha", "growing_stock_m3_per_ha", "forest"])
def test_classes_of_plots_add_up(made: CityDatabase, domain: str, column: str) -> None:
    """Whatever cuts the plots into classes: totals and plots of the classes are those of all."""
    rows = estimate_plots(
        made.db,
        2020,
        Design(domain=domain),
        [column],
        lambda frame, design: estimate_total(frame, column, design),
    )[0].rows
    whole, classes = rows.filter(pl.col("domain").is_null()), rows.drop_nulls("domain")
    assert classes.height > 5
    assert classes["value"].sum() == pytest.approx(whole["value"].item(), rel=SUMMED)
    assert classes["n"].sum() == whole["n"].item()
    # classes that strata do not cut apart are independent
    if domain in ("region_code", "stratum"):
        assert (classes["se"] ** 2).sum() == pytest.approx(whole["se"].item() ** 2, rel=SUMMED)


@pytest.mark.parametrize("order", ["hash(tree_id || plot_id)", "-source_row"])
def test_order_of_trees_changes_no_byte(made: CityDatabase, tmp_path: Path, order: str) -> None:
    """Rows of the file in another order, in the numbers of the rows and in the table."""
    before = _output(made.db, "survey", "plots", "--survey", 2020, "--csv")
    db = Path(shutil.copy(made.db, tmp_path / "own.duckdb"))
    with duckdb.connect(str(db)) as con:
        con.execute(
            f"""
            CREATE TEMP TABLE shuffled AS SELECT * REPLACE (
                1 + row_number() OVER (PARTITION BY survey ORDER BY {order}) AS source_row
            ) FROM trees;
            DELETE FROM trees;
            INSERT INTO trees FROM shuffled ORDER BY survey, source_row;
            """
        )
    assert _output(db, "survey", "plots", "--survey", 2020, "--csv") == before
    assert before.count(b"\n") > 700


COMMANDS = """
import sys
from sinkcalc.cli.main import cli
import polars
print(polars.thread_pool_size(), file=sys.stderr)
for words in (
    "survey total --survey 2020 --y carbon_t_per_ha --domain species",
    "survey components --from 2015 --to 2020",
    "survey assisted --survey 2020 --quantity carbon",
    "calibrate control-totals --survey 2020 --by region,species_group --dry-run",
):
    cli.main(["--db", sys.argv[1], "--quiet", *words.split(), "--json"], standalone_mode=False)
"""


def _with_threads(db: Path, threads: int) -> bytes:
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, str(db)],
        env={**os.environ, "POLARS_MAX_THREADS": str(threads)},
        capture_output=True,
        check=True,
    )
    assert done.stderr.split() == [str(threads).encode()]
    return done.stdout


def test_threads_change_no_byte(made: CityDatabase) -> None:
    """With one thread and with two, estimates from plots print the same."""
    alone = _with_threads(made.db, 1)
    assert alone.count(b"[") == 4
    assert _with_threads(made.db, 2) == alone
