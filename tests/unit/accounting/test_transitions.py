"""Matrices by hand, and margins that are both surveys to the last digit."""

from collections import defaultdict
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from sinkcalc.accounting.transitions import transitions
from sinkcalc.schemas.series import BOTH_CLASSES, SAME_IDS

YEARS = (2015, 2020)
SCHEMA = {
    **dict.fromkeys(("region_from", "region_to", "class_from", "class_to"), pl.String),
    **dict.fromkeys(("stands", "renamed"), pl.Int64),
    **dict.fromkeys(("area_from", "area_to", "stock_from", "stock_to"), pl.Decimal(20, 4)),
}
Sums = tuple[str | None, str | None, str | None, str | None, int, str, str, str | None, str | None]


def _classes(*rows: Sums) -> pl.DataFrame:
    """Build sums by county and class before and now: areas, then stocks of arbor forest."""
    full = [
        (*row[:5], 0, *(None if text is None else Decimal(text) for text in row[5:]))
        for row in rows
    ]
    return pl.DataFrame(full, schema=SCHEMA, orient="row")


def _found(classes: pl.DataFrame, basis: str = SAME_IDS, *, by_region: bool = False) -> list[tuple]:
    rows = transitions(classes, YEARS, basis, by_region=by_region)
    shown = ("class_from", "class_to", "stands", "area_ha", "area_change_ha")
    keys = ["region_code"] if by_region else []
    return [
        tuple(str(cell) if isinstance(cell, Decimal) else cell for cell in row)
        for row in rows.select(*keys, *shown, "growing_stock_change_m3").rows()
    ]


A, B = "330106", "330122"
# 10 ha sparse forest that is 11 ha arbor forest with 60 m3; 5 ha arbor forest with 200 m3 that is
# gone; 3 ha bamboo that is new; 20 ha arbor forest, 900 m3 and then 1,000 m3; the last stand, 4 ha
# of arbor forest with 100 m3 and then 110 m3, went from one county to the other
HAND = (
    (A, A, "sparse", "arbor", 1, "10", "11", "0", "60"),
    (A, None, "arbor", None, 1, "5", "0", "200", "0"),
    (None, B, None, "bamboo", 1, "0", "3", "0", "0"),
    (A, A, "arbor", "arbor", 2, "20", "20", "900", "1000"),
    (A, B, "arbor", "arbor", 1, "4", "4", "100", "110"),
)


def test_a_matrix_by_hand() -> None:
    assert _found(_classes(*HAND)) == [
        ("arbor", "arbor", 3, "24.0000", "0.0000", "110.0000"),
        ("arbor", None, 1, "5.0000", "0.0000", "-200.0000"),
        ("sparse", "arbor", 1, "11.0000", "1.0000", "60.0000"),
        (None, "bamboo", 1, "3.0000", "0.0000", "0.0000"),
    ]


def test_a_stand_that_changed_its_county_leaves_the_one_and_comes_to_the_other() -> None:
    """330106 had 10 + 5 + 20 + 4 = 39 ha and has 31; 330122 had nothing and has 7."""
    assert _found(_classes(*HAND), by_region=True) == [
        (A, "arbor", "arbor", 2, "20.0000", "0.0000", "100.0000"),
        (A, "arbor", None, 2, "9.0000", "0.0000", "-300.0000"),
        (A, "sparse", "arbor", 1, "11.0000", "1.0000", "60.0000"),
        (B, None, "arbor", 1, "4.0000", "0.0000", "110.0000"),
        (B, None, "bamboo", 1, "3.0000", "0.0000", "0.0000"),
    ]


def test_the_class_before_of_one_layer() -> None:
    """Areas are those of today, nothing is known of the stock before."""
    classes = _classes(
        (A, A, "sparse", "arbor", 2, "7.5", "7.5", None, None),
        (A, A, None, "arbor", 1, "2", "2", None, None),
    )
    assert _found(classes, BOTH_CLASSES) == [
        ("sparse", "arbor", 2, "7.5000", "0.0000", None),
        (None, "arbor", 1, "2.0000", "0.0000", None),
    ]


def test_no_stands_at_all() -> None:
    assert _found(_classes()) == []


def _random(rng: np.random.Generator) -> pl.DataFrame:
    """Make sums of random digits; of a stand that is not there, nothing is known."""
    names, counties = ["arbor", "bamboo", "non_forest"], [A, B, "330127"]
    rows: list[Sums] = []
    for _ in range(200):
        before, now = (bool(rng.integers(4)) for _ in range(2))
        if not (before or now):
            continue
        one, two = (str(rng.choice(names)) for _ in range(2))
        here, there = (str(rng.choice(counties)) for _ in range(2))
        digits = [f"{rng.uniform(0.0667, 1e5):.4f}" for _ in range(4)]
        rows.append(
            (
                here if before else None,
                there if now else None,
                one if before else None,
                two if now else None,
                int(rng.integers(1, 9)),
                digits[0] if before else "0",
                digits[1] if now else "0",
                digits[2] if before and one == "arbor" else "0",
                digits[3] if now and two == "arbor" else "0",
            )
        )
    return _classes(*rows)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("by_region", [False, True])
def test_margins_are_both_surveys(seed: int, by_region: bool) -> None:
    """Rows add up to the area before and columns to the area now, of every county, exactly."""
    classes = _random(np.random.default_rng(seed))
    before: dict[tuple, Decimal] = defaultdict(Decimal)
    now: dict[tuple, Decimal] = defaultdict(Decimal)
    stock = Decimal()
    for row in classes.iter_rows(named=True):
        stock += row["stock_to"] - row["stock_from"]
        if row["class_from"] is not None:
            before[row["region_from"] if by_region else None, row["class_from"]] += row["area_from"]
        if row["class_to"] is not None:
            now[row["region_to"] if by_region else None, row["class_to"]] += row["area_to"]
    found_before: dict[tuple, Decimal] = defaultdict(Decimal)
    found_now: dict[tuple, Decimal] = defaultdict(Decimal)
    rows = transitions(classes, YEARS, SAME_IDS, by_region=by_region)
    for row in rows.iter_rows(named=True):
        if row["class_from"] is not None:
            found_before[row["region_code"], row["class_from"]] += (
                row["area_ha"] - row["area_change_ha"]
            )
        if row["class_to"] is not None:
            found_now[row["region_code"], row["class_to"]] += row["area_ha"]
    assert (found_before, found_now) == (before, now)
    assert sum(rows["growing_stock_change_m3"]) == stock
    moved = classes["region_from"] != classes["region_to"]
    more = int(classes.filter(moved.fill_null(False))["stands"].sum()) if by_region else 0
    assert rows["stands"].sum() == classes["stands"].sum() + more
