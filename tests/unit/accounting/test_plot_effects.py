"""Area, density and species effects of a change on plots."""

import random
from decimal import Decimal
from itertools import combinations
from typing import Any

import polars as pl
import pytest

from sinkcalc.accounting.plot_effects import influences, plot_cells, plot_effects
from sinkcalc.accounting.split import PARTS
from sinkcalc.accounting.stock import KEY_OF

KEYS = list(KEY_OF.values())
EVERY_GROUPING = [list(keys) for n in range(len(KEYS) + 1) for keys in combinations(KEYS, n)]
SCHEMA = {
    "side": pl.String,
    "plot": pl.Int64,
    "weight": pl.Float64,
    "area": pl.Float64,
    "value": pl.Float64,
    **dict.fromkeys((*KEYS, "region_name"), pl.String),
}
Row = dict[str, Any]


def _plots(rows: list[Row]) -> pl.DataFrame:
    base = {"weight": 10.0, "area": 1.0, "vegetation_class": "arbor"}
    return pl.DataFrame([base | row for row in rows], schema=SCHEMA)


def _both(plot: int, first: tuple[str, float] | None, last: tuple[str, float] | None) -> list[Row]:
    sides = (("from", first), ("to", last))
    return [
        {"side": side, "plot": plot, "species_group": it[0], "value": it[1]}
        for side, it in sides
        if it is not None
    ]


def _parts(plots: pl.DataFrame, by: list[str]) -> list[tuple[float, ...]]:
    rows = plot_effects(plot_cells(plots, by), by).select(PARTS).rows()
    return [tuple(map(float, row)) for row in rows]


def test_by_hand() -> None:
    """Four plots of 10 ha: fir 40, fir 60, pine 80, none become fir 50, pine 70, pine 90, oak 30.

    V from 1,800 to 2,400 on 30 and 40 ha, D 60 and 60. Area: 10 x 60 = 600. Shares of fir 2/3 to
    1/4 at (50 + 50)/2, of pine 1/3 to 1/2 at (80 + 80)/2, of oak 0 to 1/4 at 30:
    35 x (-5/12 x 50 + 1/6 x 80 + 1/4 x 30) = 35 x 0 = 0. Density: fir and pine stay at 50 and
    80: 0.
    """
    rows = [
        *_both(0, ("chinese_fir", 40), ("chinese_fir", 50)),
        *_both(1, ("chinese_fir", 60), ("masson_pine", 70)),
        *_both(2, ("masson_pine", 80), ("masson_pine", 90)),
        *_both(3, None, ("oak", 30)),
    ]
    assert _parts(_plots(rows), []) == [(600, 600, 0, 0)]


def test_a_stock_outside_forest_is_in_the_density_effect() -> None:
    rows = [
        {"side": "from", "plot": 0, "value": 5.0, "area": 0.0, "vegetation_class": "sparse"},
        {"side": "to", "plot": 0, "value": 8.0, "area": 0.0, "vegetation_class": "sparse"},
    ]
    assert _parts(_plots(rows), []) == [(30, 0, 30, 0)]


def _random_plots(seed: int, number: int = 40) -> pl.DataFrame:
    """Draw plots that change classes, some of them without forest on an occasion."""
    rng = random.Random(seed)
    words: dict[str, tuple[str | None, ...]] = {
        "region_code": ("330102", "330105", "330109"),
        "species_group": ("oak", "chinese_fir", "masson_pine", None),
        "origin": ("natural", "planted", None),
        "age_group": ("young", "mature"),
        "vegetation_class": ("arbor", "arbor", "economic"),
    }
    rows: list[Row] = []
    for plot in range(number):
        weight = rng.uniform(1, 3000)
        for side in ("from", "to"):
            if rng.random() < 0.2:
                continue
            keys = {name: rng.choice(choice) for name, choice in words.items()}
            value = rng.choice([0.0, rng.uniform(0, 300)])
            rows.append({"side": side, "plot": plot, "weight": weight, "value": value, **keys})
    return _plots(rows)


@pytest.mark.parametrize("seed", range(3))
def test_effects_add_up_for_every_grouping(seed: int) -> None:
    """To the last digit, and the changes of groups to that of the whole, in any order of plots."""
    plots = _random_plots(seed)
    ((whole, *_),) = plot_effects(plot_cells(plots, []), []).select(PARTS).rows()
    for by in EVERY_GROUPING:
        rows = plot_effects(plot_cells(plots, by), by)
        assert all(change == sum(parts) for change, *parts in rows.select(PARTS).iter_rows())
        assert sum(rows["change"], Decimal(0)) == whole
        shuffled = plots.sample(fraction=1, shuffle=True, seed=seed)
        assert plot_effects(plot_cells(shuffled, by), by).equals(rows)


@pytest.mark.parametrize("by", [[], ["region_code"], ["species_group", "origin"]], ids=str)
def test_influences_are_the_derivatives(by: list[str]) -> None:
    """Against two more runs, with the weight of one plot up and down by 1e-3."""
    plots = _random_plots(7)
    cells = plot_cells(plots, by)
    found = influences(plots, cells, by)
    step = 1e-2
    for plot in range(0, 40, 3):
        sides = []
        for sign in (1, -1):
            moved = pl.when(pl.col("plot") == plot).then(sign * step).otherwise(0.0)
            other = plots.with_columns(pl.col("weight") + moved)
            sides.append(plot_effects(plot_cells(other, by), by))
        for name in PARTS:
            slopes = (sides[0][name] - sides[1][name]).cast(pl.Float64) / (2 * step)
            keyed = sides[0].select(by or "_group").with_columns(slopes.alias("slope"))
            mine = found.filter(pl.col("plot") == plot)
            joined = (
                keyed.join(mine, on=by, how="left", nulls_equal=True)
                if by
                else keyed.with_columns(mine.select(PARTS))
                if mine.height
                else keyed.with_columns(pl.lit(0.0).alias(name) for name in PARTS)
            )
            expected = joined[name].fill_null(0.0).to_list()
            # figures are rounded to 1e-6
            assert joined["slope"].to_list() == pytest.approx(expected, abs=3e-3, rel=1e-4), name
