"""Algebra of the sampling estimators."""

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinkcalc.survey import Design, estimate_change, estimate_mean, estimate_total

Rows = list[tuple[str, str, float, float]]

values = st.floats(0, 1000, allow_nan=False, width=32)
rows = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), values, values),
    min_size=2,
    max_size=40,
).map(
    lambda some: [
        ("A", "x", 1.0, 2.0),
        ("A", "y", 3.0, 1.0),
        ("B", "x", 2.0, 2.0),
        ("B", "z", 5.0, 4.0),
        *some,
    ]
)
SIZES = pl.DataFrame({"stratum": ["A", "B"], "size": [3_000.0, 500.0]})
DESIGN = Design(stratum="stratum", sizes=SIZES, domain="domain")


def frame(some: Rows) -> pl.DataFrame:
    return pl.DataFrame(some, schema=["stratum", "domain", "y", "later"], orient="row")


# sums of at most 44 numbers: rounding parts them by a few units of the last place
@settings(max_examples=40, deadline=None)
@given(rows)
def test_domains_add_up(some: Rows) -> None:
    found = estimate_total(frame(some), "y", DESIGN).rows
    whole = found.filter(pl.col("domain").is_null())["value"][0]
    assert found.drop_nulls("domain")["value"].sum() == pytest.approx(whole, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_order_of_the_rows_is_of_no_account(some: Rows, order: random.Random) -> None:
    mixed = list(some)
    order.shuffle(mixed)
    first = estimate_change(frame(some), "y", "later", DESIGN).rows
    second = estimate_change(frame(mixed), "y", "later", DESIGN).rows
    for column in ("value", "se"):
        for one, two in zip(first[column], second[column], strict=True):
            assert one is two is None or one == pytest.approx(two, rel=1e-9, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(rows, st.floats(0.01, 100))
def test_units_of_measurement_scale_value_and_error(some: Rows, factor: float) -> None:
    table = frame(some)
    one = estimate_mean(table, "y", DESIGN).rows
    other = estimate_mean(table.with_columns(pl.col("y") * factor), "y", DESIGN).rows
    for column in ("value", "se"):
        for a, b in zip(one[column], other[column], strict=True):
            assert b == pytest.approx(a * factor, rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_the_same_rows_give_the_same_bits(some: Rows) -> None:
    table = frame(some)
    assert estimate_total(table, "y", DESIGN).rows.equals(
        estimate_total(table.lazy(), "y", DESIGN).rows
    )
