"""What must hold for any wetlands: sums over groups, order, scale."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_wetlands import figures_of, wetland

from sinkcalc.pipeline.wetland_figures import WetlandFigures
from sinkcalc.uncertainty.errors import Errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts, sum_errors
from sinkcalc.vocabulary import NOT_COUNTED_CLASSES, WETLAND_CLASSES

REGIONS = ("330108", "330109", "330127")
# an estimate takes about half a second whatever the number of wetlands
FEW = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
CORES = [
    ("a", "0", "330108", "tidal_marsh", 100.0),
    ("b", None, "330108", "tidal_marsh", 120.0),
    ("c", None, "330109", "tidal_marsh", 80.0),
    ("d", "1", "330109", "marsh", 150.0),
    ("e", None, "330109", "marsh", 170.0),
]
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(REGIONS),
        st.sampled_from((*WETLAND_CLASSES, "tidal_marsh", "marsh", "reservoir")),
        st.decimals("0.0001", "9000", places=4).map(str),
        st.sampled_from((None, "互花米草", "Spartina alterniflora", "芦苇")),
        st.sampled_from((None, "planted", "rewetted", "drained", "excavated")),
        st.sampled_from((None, "arbor", "other_shrub")),
    ),
    min_size=1,
    max_size=25,
)
Sums = dict[tuple[Any, ...], tuple[Decimal, int]]


def _wetlands(rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [
        wetland(
            str(number),
            region,
            kind,
            area,
            vegetation=plants,
            event=event,
            event_year=None if event is None else 2015 + number % 6,
            vegetation_cover_fraction="0.5",
            managed=True,
            year_flooded=1960 + number * 3,
            forest_stand_id=str(number % 7),
            forest_stand_ha=str(100 * (number % 7 + 1)),
            forest_stand_class=stand if kind in ("forest_swamp", "shrub_swamp") else None,
        )
        for number, (region, kind, area, plants, event, stand) in enumerate(rows)
    ]


def _sums(found: WetlandFigures) -> Sums:
    sums: Sums = defaultdict(lambda: (Decimal(0), 0))
    names = ("quantity", "pool", "gas", "gwp_set")
    for row in found.rows.iter_rows(named=True):
        key = tuple(row[name] for name in names)
        sums[key] = sums[key][0] + row["value"], sums[key][1] + row["n"]
    return dict(sums)


@FEW
@given(RECORDS)
def test_groups_add_up_to_the_survey(rows: list[tuple[Any, ...]]) -> None:
    """Values to the last digit, numbers of wetlands, and errors by their parts."""
    wetlands = _wetlands(rows)
    whole = figures_of(wetlands, CORES)
    for by in (("region",), ("wetland_class",), ("region", "wetland_class")):
        parts = figures_of(wetlands, CORES, by)
        assert _sums(parts) == _sums(whole)
    keys = ["gas", "quantity", "pool"]
    errors = ErrorParts(parts.gradients, parts.residuals, Errors(parts.loadings, NO_SPREADS))
    added = sum_errors(errors, keys).rows.select(*keys, "se")
    stated = whole.rows.filter(
        pl.col("gwp_set").is_not_null() | ~pl.col("quantity").is_in(["removal", "emission"])
    )
    joined = stated.join(added, on=keys, nulls_equal=True, suffix="_added")
    for row in joined.filter(pl.col("se").is_not_null()).iter_rows(named=True):
        assert abs(row["se"] - row["se_added"]) <= 1e-9 * max(1.0, row["se"])


@FEW
@given(RECORDS, st.randoms(use_true_random=False))
def test_order_changes_nothing(rows: list[tuple[Any, ...]], chance: Any) -> None:
    """The same bytes for the same records in any order."""
    wetlands = _wetlands(rows)
    shuffled = chance.sample(wetlands, len(wetlands))
    cores = chance.sample(CORES, len(CORES))
    by = ("region", "wetland_class")
    first, second = figures_of(wetlands, CORES, by), figures_of(shuffled, cores, by)
    assert first.rows.equals(second.rows)
    assert first.gradients.equals(second.gradients)
    assert first.flags.equals(second.flags)


@FEW
@given(RECORDS)
def test_total_is_the_sum_of_pools_and_area_leaves_paddy_out(rows: list[tuple[Any, ...]]) -> None:
    wetlands = _wetlands(rows)
    found = _sums(figures_of(wetlands, CORES))
    value = {(quantity, pool): pair[0] for (quantity, pool, _, _), pair in found.items()}
    counted = [
        Decimal(one["area_ha"])
        for one in wetlands
        if one["wetland_class"] not in NOT_COUNTED_CLASSES
    ]
    assert value.get(("area", None), Decimal(0)) == sum(counted, Decimal(0))
    for quantity in ("carbon", "co2e"):
        pools = [
            value.get((quantity, pool), Decimal(0))
            for pool in ("soil", "above_ground", "below_ground")
        ]
        assert value.get((quantity, "total"), Decimal(0)) == sum(pools)
        assert value.get((quantity, "vegetation"), Decimal(0)) == sum(pools[1:])


@FEW
@given(RECORDS)
def test_every_counted_wetland_has_a_source_or_a_reason(rows: list[tuple[Any, ...]]) -> None:
    wetlands = _wetlands(rows)
    flags = figures_of(wetlands, CORES).flags.filter(pool="soil")
    counted = [one for one in wetlands if one["wetland_class"] not in NOT_COUNTED_CLASSES]
    assert (flags["area_ha"].sum() or 0) == sum(Decimal(one["area_ha"]) for one in counted)
