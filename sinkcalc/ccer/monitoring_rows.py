"""A monitoring as rows: strata, project, vintages."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from sinkcalc.ccer.monitoring import Reductions
from sinkcalc.ccer.stocks import Figure, Monitored, Stocks
from sinkcalc.schemas.ccer_monitoring import MONITORED, Monitoring
from sinkcalc.units import CO2E_PER_C

Row = dict[str, Any]
_DAY: Final = timedelta(days=1)
FOR_NO_DISCOUNT: Final = "further_plots_for_no_discount"
FOR_A_FIGURE: Final = "further_plots_for_a_figure"


@dataclass(frozen=True)
class Identity:
    """What every row bears.

    Attributes
    ----------
    pools
        That the plots hold.
    confidence
        Of the intervals.
    unverified_items
        Number of items that the figures rest on and nobody has checked.
    """

    project_id: str
    methodology: str
    pools: str
    confidence: float
    unverified_items: int
    simulated: bool


def monitoring_rows(
    identity: Identity,
    monitored: Monitored,
    made: Reductions,
    areas: Mapping[str, float],
    further: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """Return a monitoring as rows of `Monitoring`.

    Parameters
    ----------
    areas
        Stratum -> area, ha.
    further
        Figure of `MONITORED` -> `stratum`, `further_plots`.
    """
    rows: list[Row] = []
    for stratum, stocks in monitored.strata.items():
        own = _of_stocks(stocks, areas[stratum], made)
        rows += [{"stratum": stratum, **row} for row in own]
    whole = Stocks(monitored.project.last, made.earlier, made.change, monitored.project.covariance)
    rows += _of_stocks(whole, sum(areas[name] for name in sorted(areas)), made)
    rows += _of_uncertainty(whole, made)
    rows += _of_interval(made)
    rows += _of_further(further, made.last)
    rows += _of_vintages(made)
    named = [
        {
            **asdict(identity),
            "unit": MONITORED[row["quantity"]],
            **row,
        }
        for row in rows
    ]
    schema = {name: column.dtype for name, column in Monitoring.columns().items()}
    return Monitoring.validate(pl.DataFrame(named, schema=schema, orient="row"), cast=True)


def _figure(quantity: str, figure: Figure, scale: float = 1.0) -> Row:
    def scaled(value: float | None) -> float | None:
        return None if value is None else value / scale

    return {
        "quantity": quantity,
        "value": scaled(figure.value),
        "se": scaled(figure.se),
        "interval_low": scaled(figure.ci_low),
        "interval_high": scaled(figure.ci_high),
        "df": figure.df,
        "n": figure.n,
    }


def _of_stocks(stocks: Stocks, area_ha: float, made: Reductions) -> Iterator[Row]:
    now = {"date_to": made.last}
    since: dict[str, date] = {"date_from": made.first, "date_to": made.last}
    yield {"quantity": "monitored_area", "value": area_ha, **now}
    yield _figure("carbon_density", stocks.last, area_ha * CO2E_PER_C) | now
    if stocks.first is not None:
        yield _figure("earlier_stock", stocks.first) | {"date_to": made.first - _DAY}
    yield _figure("present_stock", stocks.last) | now
    if stocks.change is not None:
        yield _figure("stock_change", stocks.change) | since
    if stocks.covariance is not None:
        yield {"quantity": "stock_covariance", "value": stocks.covariance, **since}


def _of_uncertainty(whole: Stocks, made: Reductions) -> Iterator[Row]:
    yield {
        "quantity": "relative_uncertainty",
        "value": made.uncertainty,
        "date_to": made.last,
    }
    if whole.change is not None:
        yield {
            "quantity": "change_uncertainty",
            "value": whole.change.uncertainty,
            "date_from": made.first,
            "date_to": made.last,
        }
    yield {"quantity": "uncertainty_discount", "value": made.discount, "date_to": made.last}


def _of_interval(made: Reductions) -> Iterator[Row]:
    for quantity in made.yearly:
        known = made.judged or quantity != "creditable_reduction"
        yield {
            "quantity": quantity,
            "value": made.total(quantity) if known else None,
            "date_from": made.first,
            "date_to": made.last,
        }


def _of_further(further: Mapping[str, pl.DataFrame], last: date) -> Iterator[Row]:
    for quantity, plots in further.items():
        for stratum, more in plots.rows():
            yield {"stratum": stratum, "quantity": quantity, "value": more, "date_to": last}
        total = int(plots["further_plots"].sum())
        yield {"quantity": quantity, "value": total, "date_to": last}


def _of_vintages(made: Reductions) -> Iterator[Row]:
    for place, vintage in enumerate(made.vintages):
        for quantity, values in made.yearly.items():
            known = made.judged or quantity != "creditable_reduction"
            yield {
                "vintage": vintage.year,
                "quantity": quantity,
                "value": float(values[place]) if known else None,
                "date_from": vintage.first,
                "date_to": vintage.last,
                "outcome": vintage.outcome,
            }
