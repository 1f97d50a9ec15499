"""Land that the plots of a county stand for."""

from types import SimpleNamespace
from typing import Any

import polars as pl

from sinkcalc.pipeline.assisted import _land


def _beside(*plots: tuple[str, str | None]) -> Any:
    strata = pl.DataFrame({"stratum": ["a", "b"], "size": [12_000.0, 9_000.0]})
    rows = pl.DataFrame(plots, schema=["stratum", "region_code"], orient="row")
    return SimpleNamespace(values=SimpleNamespace(strata=strata, rows=rows))


def test_a_county_that_is_a_stratum_has_its_area() -> None:
    """Also with one plot, whose error needs a joined stratum; the names are of no account."""
    land, estimated = _land(_beside(("a", "330102"), ("b", "330105"), ("b", "330105")))
    assert dict(land.rows()) == {"330102": 12_000, "330105": 9_000}
    assert not estimated


def test_a_county_in_part_of_a_stratum_has_an_estimated_area() -> None:
    """Two of three plots of 9,000 ha."""
    land, estimated = _land(
        _beside(("a", "330102"), ("b", "330105"), ("b", "330105"), ("b", "330102"))
    )
    assert dict(land.rows()) == {"330102": 15_000, "330105": 6_000}
    assert estimated
