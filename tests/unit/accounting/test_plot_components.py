"""Components of change of plots that a person can add up."""

from decimal import Decimal

import polars as pl
import pytest
from polars.exceptions import ComputeError

from sinkcalc.accounting.components import paired_plots, plot_components
from sinkcalc.schemas.inventory import Plot

FIGURES = {
    "plot_id": pl.String,
    "measured_year": pl.Int32,
    "plot_area_ha": pl.Decimal(10, 6),
    "volume_m3": pl.Decimal(12, 4),
    "dead_volume_m3": pl.Decimal(12, 4),
    "cut_volume_m3": pl.Decimal(12, 4),
}


def _plots(*rows: tuple[object, ...]) -> pl.LazyFrame:
    assert set(FIGURES) <= set(Plot.column_names())
    return pl.LazyFrame(
        [[None if value is None else str(value) for value in row] for row in rows],
        schema=dict.fromkeys(FIGURES, pl.String),
        orient="row",
    ).cast(FIGURES)


FIRST = _plots(
    ("grown", 2010, "0.08", "8", "0", "0"),
    ("felled", 2010, "0.08", "6", "0", "0"),
    ("bare", 2010, "0.08", "0", "0", "0"),
    ("unread", 2010, "0.08", "3", "0", "0"),
    ("moved", 2010, "0.06", "3", "0", "0"),
    ("given_up", 2010, "0.08", "3", "0", "0"),
)
LAST = _plots(
    ("grown", 2015, "0.08", "9.5", "0.25", "0.75"),
    ("felled", 2014, "0.08", "0", "0.5", "5.75"),
    ("bare", 2015, "0.08", "0", "0", "0"),
    ("unread", 2015, "0.08", "4", None, "0"),
    ("moved", 2015, "0.08", "4", "0", "0"),
    ("new", 2015, "0.08", "2", "0", "0"),
)


def _row(frame: pl.LazyFrame, plot: str) -> dict[str, object]:
    return frame.filter(pl.col("plot_id") == plot).collect().row(0, named=True)


def test_volume_of_a_plot_by_hand() -> None:
    """8 to 9.5 m3 in five years, 0.25 died, 0.75 were cut.

    Net 1.5; consumed 0.25 + 0.75 = 1; gross growth 1.5 + 1 = 2.5;
    rate 2 x 1.5 / (17.5 x 5) = 3 / 87.5.
    """
    row = _row(plot_components(FIRST, LAST), "grown")
    assert row["occasions"] == "both"
    assert (row["years"], row["plot_area_ha"]) == (5, Decimal("0.08"))
    assert (row["value_from"], row["value_to"]) == (Decimal(8), Decimal("9.5"))
    assert row["net_increment"] == Decimal("1.5")
    assert (row["mortality"], row["harvest"]) == (Decimal("0.25"), Decimal("0.75"))
    assert (row["gross_consumption"], row["gross_growth"]) == (Decimal(1), Decimal("2.5"))
    # one rounding of a float
    assert row["net_increment_fraction_per_year"] == pytest.approx(3 / 87.5, rel=1e-15)


def test_a_felled_plot_has_grown_before() -> None:
    """6 m3 to nothing, 0.5 died, 5.75 cut: gross growth -6 + 6.25 = 0.25; rate 2 x -6 / (6 x 4)."""
    row = _row(plot_components(FIRST, LAST), "felled")
    assert row["gross_growth"] == Decimal("0.25")
    assert row["net_increment"] == Decimal(-6)
    assert row["net_increment_fraction_per_year"] == pytest.approx(-0.5, rel=1e-15)


def test_a_plot_without_wood_has_no_rate() -> None:
    row = _row(plot_components(FIRST, LAST), "bare")
    assert row["gross_growth"] == Decimal(0)
    assert row["net_increment_fraction_per_year"] is None


def test_a_volume_that_is_not_recorded_is_not_zero() -> None:
    row = _row(plot_components(FIRST, LAST), "unread")
    assert row["net_increment"] == Decimal(1)
    assert row["gross_growth"] is None


@pytest.mark.parametrize(
    ("plot", "occasions"), [("given_up", "first"), ("new", "last"), ("moved", "area_differs")]
)
def test_plots_that_cannot_be_compared_are_listed(plot: str, occasions: str) -> None:
    row = _row(plot_components(FIRST, LAST), plot)
    assert row["occasions"] == occasions
    assert {row[name] for name in ("value_from", "value_to", "net_increment")} == {None}


def test_years_that_do_not_pass_give_no_rate() -> None:
    row = _row(plot_components(LAST, FIRST), "grown")
    assert row["years"] is None
    assert row["net_increment_fraction_per_year"] is None


def test_a_plot_given_twice_is_an_error() -> None:
    with pytest.raises(ComputeError):
        paired_plots(pl.concat([FIRST, FIRST]), LAST).collect()
