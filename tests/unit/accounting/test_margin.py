"""Carbon per added m3 of growing stock."""

from decimal import Decimal

import polars as pl
import pytest

from sinkcalc.accounting.margin import Margin, carbon_margin

SCHEMA = {
    "vegetation_class": pl.String,
    "quantity": pl.String,
    "pool": pl.String,
    "value_from": pl.Decimal(20, 4),
    "value_to": pl.Decimal(20, 4),
}


def _rows(*rows: tuple[str | None, str, str | None, int, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(*row[:3], *map(Decimal, row[3:])) for row in rows], schema=SCHEMA, orient="row"
    )


def test_arbor_alone_where_classes_are_told_apart() -> None:
    """Stock 100 to 150 m3, carbon of arbor 50 to 70 t: 20 / 50 = 0.4; of all 120 / 150 = 0.8."""
    found = carbon_margin(
        _rows(
            ("arbor", "growing_stock", None, 100, 150),
            ("arbor", "carbon", "vegetation", 50, 70),
            ("bamboo", "carbon", "vegetation", 20, 50),
            ("arbor", "carbon", "total", 500, 900),
        )
    )
    assert found == Margin(of_arbor=True, added=0.4, average=0.8)


def test_all_forest_where_they_are_not() -> None:
    """(120 - 70) / (150 - 100) = 1."""
    rows = _rows((None, "growing_stock", None, 100, 150), (None, "carbon", "vegetation", 70, 120))
    assert carbon_margin(rows) == Margin(of_arbor=False, added=1.0, average=0.8)


@pytest.mark.parametrize("later", [100, 90])
def test_no_margin_where_nothing_was_added(later: int) -> None:
    rows = _rows((None, "growing_stock", None, 100, later), (None, "carbon", "vegetation", 70, 120))
    assert carbon_margin(rows).added is None


def test_no_figures_without_a_stock() -> None:
    rows = _rows((None, "carbon", "vegetation", 70, 120))
    assert carbon_margin(rows) == Margin(of_arbor=False, added=None, average=None)
