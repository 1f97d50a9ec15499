"""Tree numbers of the Korean inventory do not persist: 104 sub-plots, three cycles.

Data of the R package knfi (Korea Forest Service): trees with a number, species and diameter, and
no status.
"""

import sys
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.accounting.persistence import persistence, require_persistence
from sinkcalc.errors import SinkcalcError

FILE = Path(__file__).parents[3] / "shared" / "data" / "korea_nfi_donghae_knfi" / "trees.csv"
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"data are not here: {FILE}")


def _trees(cycle: int) -> pl.DataFrame:
    return (
        pl.read_csv(FILE, infer_schema=False)
        .filter(pl.col("CYCLE") == str(cycle))
        .select(
            pl.col("SUB_PLOT").alias("plot_id"),
            pl.col("CN").alias("tree_id"),
            pl.lit(None, pl.String).alias("status"),
            pl.lit(None, pl.String).alias("species"),
            pl.col("SPCD").alias("species_code"),
            pl.col("DBH").cast(pl.Float64).cast(pl.Decimal(6, 1)).alias("dbh_cm"),
        )
    )


@pytest.mark.parametrize(
    # matched and of the same species as the data's own description counts them for 5 to 6
    ("first", "last", "matched", "same"),
    [(5, 6, 1465, 676), (6, 7, 1442, 692)],
)
def test_growth_by_tree_is_refused(first: int, last: int, matched: int, same: int) -> None:
    found = persistence(_trees(first), _trees(last))
    assert (found.matched, found.matched - found.changed) == (matched, same)
    with pytest.raises(SinkcalcError) as refused:
        require_persistence(found)
    sys.stdout.write(f"\n{found}\n{refused.value.en}\n{refused.value.zh}\n")
    for figure in (matched, found.changed, found.shrank):
        assert f"{figure} " in refused.value.en
        assert f"{figure} " in refused.value.zh


def test_the_same_cycle_against_itself_persists() -> None:
    require_persistence(persistence(_trees(6), _trees(6)))
