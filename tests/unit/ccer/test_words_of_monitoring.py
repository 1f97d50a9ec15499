"""Every column and word of the sampling and the monitoring has a name in both languages."""

import csv

import pytest

from sinkcalc.resources import parameter_path
from sinkcalc.schemas.ccer_monitoring import (
    MONITORED,
    VINTAGE_OUTCOMES,
    LayoutPlot,
    Monitoring,
    SampleSizes,
)
from sinkcalc.vocabulary import PLOT_CARBON_OF


def _named(table: str, key: str) -> set[str]:
    with parameter_path(table).open(encoding="utf-8") as file:
        return {row[key] for row in csv.DictReader(file) if row["zh"] and row["en"]}


@pytest.mark.parametrize("schema", [Monitoring, SampleSizes, LayoutPlot])
def test_columns(schema: type[Monitoring | SampleSizes | LayoutPlot]) -> None:
    assert set(schema.column_names()) - _named("labels", "name") == set()


def test_words() -> None:
    words = {*MONITORED, *VINTAGE_OUTCOMES, *PLOT_CARBON_OF}
    assert words - _named("words", "word") == set()
