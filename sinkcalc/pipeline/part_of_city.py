"""Shipped scenarios, which hold hectares of the whole city, where a survey holds a part of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from sinkcalc.accounting.scenario import Measure, Scenario
from sinkcalc.accounting.target import CITY
from sinkcalc.coefficients.load import load_table
from sinkcalc.pipeline.shipped_scenarios import shipped_names, shipped_scenario

# definition of the published forest area that the hectares belong to
_LOCAL: Final = "local"
_DECIMALS: Final = 6


@dataclass(frozen=True)
class PartOfCity:
    """What a survey without some of the city's counties does to a scenario.

    Attributes
    ----------
    absent
        Codes of the counties that the survey does not hold, in order; not empty.
    forest_ha
        Forest of the survey.
    published
        Row of `published_totals` of the forest of the city.
    share
        forest of the survey / forest of the city, 1 at most.
    scaled
        Measures whose hectares were multiplied by the share.
    idle
        Measures for one county that is absent: they do nothing.
    whole
        Measures of a user's own scenario with hectares for no county: they are left as they are.
    """

    absent: tuple[str, ...]
    forest_ha: float
    published: dict[str, Any]
    share: float
    scaled: tuple[str, ...]
    idle: tuple[str, ...]
    whole: tuple[str, ...]

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """The share as a row of `forecast_parameters`; none where nothing was multiplied by it."""
        if not self.scaled:
            return []
        published = self.published
        return [
            {
                "parameter_id": "scenario.share_of_city",
                "symbol": "share",
                "value": self.share,
                "unit": "1",
                "se": None,
                "status": "derived",
                "evidence": published["evidence"],
                "source_id": published["source_id"],
                "locator": f"forest of the survey {self.forest_ha:.1f} ha / "
                f"{published['published_id']} {float(published['value']):.1f} ha; without "
                f"{', '.join(self.absent)}; of {', '.join(self.scaled)}",
            }
        ]


def fit_to_survey(
    scenario: Scenario, absent: Sequence[str], forest_ha: float
) -> tuple[Scenario, PartOfCity | None]:
    """Give a shipped scenario the hectares of the part of the city that a survey holds.

    hectares = hectares of the city * forest of the survey / published forest of the city, of
    measures that choose no county or several. A measure for one county is that county's, and a
    scenario of a user's own says what he means: both stay.

    Parameters
    ----------
    absent
        Codes of the city's counties that the survey does not hold.
    forest_ha
        Forest area of the survey.

    Returns
    -------
    The scenario to carry out, and what was done; the scenario itself and None where no county is
    absent.
    """
    if not absent:
        return scenario, None
    published = _published()
    shipped = _is_shipped(scenario)
    share = round(min(forest_ha / float(published["value"]), 1.0), _DECIMALS)
    by_area = [one for one in scenario.measures if one.area_ha_per_year]
    scaled = [one for one in by_area if shipped and len(one.region_codes) != 1]
    part = PartOfCity(
        absent=tuple(absent),
        forest_ha=forest_ha,
        published=published,
        share=share,
        scaled=tuple(one.name for one in scaled),
        idle=tuple(one.name for one in scenario.measures if _idle(one, absent)),
        whole=tuple(one.name for one in by_area if not shipped and not one.region_codes),
    )
    measures = tuple(
        replace(one, area_ha_per_year=share * one.area_ha_per_year)
        if one in scaled and one.area_ha_per_year
        else one
        for one in scenario.measures
    )
    return replace(scenario, measures=measures), part


def _is_shipped(scenario: Scenario) -> bool:
    name = scenario.name
    return name in shipped_names() and shipped_scenario(name).measures == scenario.measures


def _idle(measure: Measure, absent: Sequence[str]) -> bool:
    rate = measure.area_ha_per_year or measure.area_fraction_per_year
    return bool(rate) and len(measure.region_codes) == 1 and measure.region_codes[0] in absent


def _published() -> dict[str, Any]:
    """Return the latest published forest area of the city."""
    rows = load_table("published_totals").rows
    found = rows.filter(
        pl.col("quantity") == "area",
        pl.col("pool").is_null(),
        pl.col("definition") == _LOCAL,
        pl.col("region_code") == CITY,
    )
    return found.sort(pl.col("year").cast(pl.Int32)).row(-1, named=True)
