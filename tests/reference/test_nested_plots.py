"""Components of nested plots against the forest they sample, over every position of the plot.

A ring of 20 cells of 0.01 ha with one tree each. A plot lies at each cell: trees below 1 m3 are
tallied on its 4 cells (0.04 ha), larger ones on its 8 (0.08 ha), which hold the 4. The mean over
all 20 positions of an unbiased figure is that of the forest, exactly.
"""

from decimal import Decimal

import polars as pl
import pytest

from sinkcalc.accounting.tree_components import tree_components
from sinkcalc.schemas.components import PairedPlot
from sinkcalc.vocabulary import TREE_STATUSES

CELLS, SMALL, LARGE, CELL_HA = 20, 4, 8, Decimal("0.01")
THRESHOLD = Decimal(1)
# cell -> volume on both occasions, m3; None: not there, or below the calliper limit
FOREST: dict[int, tuple[str | None, str | None, str]] = {
    0: ("0.25", "0.5", "retained"),
    1: ("0.875", "1.125", "retained"),
    2: ("1.5", "1.75", "retained"),
    3: (None, "0.125", "ingrowth"),
    4: ("0.75", None, "standing_dead"),
    5: ("2", None, "fallen_dead"),
    6: ("0.5", None, "cut"),
    8: ("0.9375", "1.3125", "retained"),
    9: ("3", None, "cut"),
    11: ("0.625", "1", "retained"),
    13: (None, "0.0625", "ingrowth"),
    17: ("0.375", "0.4375", "retained"),
}


def _tallied(cell: int, plot: int, volume: str | None) -> Decimal | None:
    """Give the area, ha, on which a plot tallies the tree of a cell; None where it does not."""
    if volume is None:
        return None
    cells = LARGE if Decimal(volume) >= THRESHOLD else SMALL
    return cells * CELL_HA if (cell - plot) % CELLS < cells else None


def _occasions() -> tuple[pl.LazyFrame, pl.LazyFrame]:
    first, last = [], []
    for plot in range(CELLS):
        for cell, (before, after, status) in FOREST.items():
            area_1, area_2 = _tallied(cell, plot, before), _tallied(cell, plot, after)
            if area_1 is not None:
                first.append((str(plot), str(cell), "retained", before, str(area_1)))
            if area_2 is not None:
                new = area_1 is None
                last.append(
                    (str(plot), str(cell), "ingrowth" if new else status, after, str(area_2))
                )
            elif area_1 is not None and after is None:
                last.append((str(plot), str(cell), status, None, None))
    schema = {
        "plot_id": pl.String,
        "tree_id": pl.String,
        "status": pl.Enum(TREE_STATUSES),
        "volume_m3": pl.Decimal(12, 6),
        "tally_area_ha": pl.Decimal(10, 6),
    }
    text = dict.fromkeys(schema, pl.String)
    made = [pl.LazyFrame(rows, schema=text, orient="row").cast(schema) for rows in (first, last)]
    return made[0], made[1]


def _forest(component: str) -> Decimal:
    """Sum the forest's own change, m3/ha of the ring."""
    trees = [
        (Decimal(before or 0), Decimal(after or 0), status)
        for before, after, status in FOREST.values()
    ]
    dead = ("standing_dead", "fallen_dead")
    total = {
        "value_from": sum(before for before, _, _ in trees),
        "value_to": sum(after for _, after, _ in trees),
        "survivor_growth": sum(a - b for b, a, status in trees if status == "retained"),
        "ongrowth": Decimal(0),
        "ingrowth": sum(after for _, after, status in trees if status == "ingrowth"),
        "mortality": sum(before for before, _, status in trees if status in dead),
        "harvest": sum(before for before, _, status in trees if status == "cut"),
        "loss": Decimal(0),
        "correction": Decimal(0),
    }[component]
    return Decimal(total) / (CELLS * CELL_HA)


@pytest.mark.parametrize(
    "component",
    [
        "value_from",
        "value_to",
        "survivor_growth",
        "ongrowth",
        "ingrowth",
        "mortality",
        "harvest",
        "loss",
        "correction",
    ],
)
def test_the_mean_over_all_positions_is_the_forest(component: str) -> None:
    plots = PairedPlot.cast(
        pl.LazyFrame(
            [(str(plot), "both", 5, "0.08") for plot in range(CELLS)],
            schema=PairedPlot.column_names(),
            orient="row",
        )
    )
    rows = tree_components(*_occasions(), plots, "volume_m3", per_ha=True).collect()
    assert rows[component].sum() / CELLS == _forest(component)
    if component == "ongrowth":
        assert rows[component].min() < 0 < rows[component].max()
