"""Forecasts of the city for the years of its targets, each made once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sinkcalc.accounting.curves import Curves
from sinkcalc.accounting.probability import Ahead
from sinkcalc.accounting.scenario import Scenario
from sinkcalc.accounting.target import CITY, region_codes
from sinkcalc.errors import DatabaseProblem, SinkcalcError
from sinkcalc.pipeline.city_draws import CityDraws, forecast_draws
from sinkcalc.pipeline.estimate import DEFAULT_SEED
from sinkcalc.pipeline.forecast_inputs import DEFAULT_DRAWS, ForecastOptions
from sinkcalc.pipeline.part_of_city import PartOfCity
from sinkcalc.pipeline.scenarios import load_scenario
from sinkcalc.vocabulary import DEFAULT_SCENARIO

Floats = NDArray[np.float64]
# what a county's forest can add: growth and losses without felling
POTENTIAL_SCENARIO: Final = "no_harvest"


@dataclass(frozen=True)
class OutlookOptions:
    """How targets look ahead.

    Attributes
    ----------
    scenario
        Name of a shipped scenario, or the path of a user's.
    """

    scenario: str = DEFAULT_SCENARIO
    draws: int = DEFAULT_DRAWS
    seed: int = DEFAULT_SEED


class Outlooks:
    """Forecasts of one database, made when they are first asked for and never stored.

    Attributes
    ----------
    scenario
        What is done to the forest.
    notes
        Why a forecast could not be made, in Chinese and English, each once.
    parts
        Survey -> what a survey without some of the city's counties does to the scenario.
    """

    def __init__(self, db: Path, options: OutlookOptions | None = None, wait: float = 0.0) -> None:
        self.options = OutlookOptions() if options is None else options
        self.scenario: Scenario = load_scenario(self.options.scenario)
        self.notes: list[tuple[str, str]] = []
        self.parts: dict[int, PartOfCity | None] = {}
        self._db, self._wait, self._seed = db, wait, self.options.seed
        self._made: dict[tuple[int, int], CityDraws | None] = {}
        self._curves: dict[int, Curves] = {}

    def of(self, quantity: str, survey: int, year: int, region_code: str = CITY) -> Ahead | None:
        """Forecast the city or a county; None where it cannot be, see `notes`.

        Parameters
        ----------
        quantity
            `growing_stock` (m3) or `area` of forest (ha).
        survey
            Where the forecast starts.
        """
        made = self._made_once(survey, year)
        if made is None:
            return None
        if quantity == "growing_stock":
            return _summed(made, made.growing_stock_m3, made.drawn_growing_stock_m3, region_code)
        return _summed(made, made.area_ha, made.drawn_area_ha, region_code)

    def without_felling(self, survey: int, year: int) -> dict[str, float]:
        """Give the growing stock (m3) of every region without felling.

        Raises
        ------
        SinkcalcError
            If no forecast can be made.
        """
        scenario = load_scenario(POTENTIAL_SCENARIO)
        made = self._forecast(survey, year, scenario, draws=1)
        return dict(zip(made.regions, made.growing_stock_m3.tolist(), strict=True))

    def curves(self, survey: int) -> Curves:
        """Give the curves that the forecasts from a survey follow, one of which was made."""
        return self._curves[survey]

    def _made_once(self, survey: int, year: int) -> CityDraws | None:
        if (survey, year) not in self._made:
            try:
                made = self._forecast(survey, year, self.scenario, self.options.draws)
            except DatabaseProblem:
                raise
            except SinkcalcError as error:
                made = None
                if (note := (error.zh, error.en)) not in self.notes:
                    self.notes.append(note)
            self._made[survey, year] = made
            if made is not None:
                self.parts[survey] = made.part
        return self._made[survey, year]

    def _forecast(self, survey: int, year: int, scenario: Scenario, draws: int) -> CityDraws:
        # by county: the run that the targets are judged by anyway
        options = ForecastOptions(year, scenario, survey, ("region",), draws=draws, seed=self._seed)
        made = forecast_draws(self._db, options, self._wait, self._curves.get(survey))
        self._curves[survey] = made.curves
        return made


def _summed(made: CityDraws, values: Floats, draws: Floats, region_code: str) -> Ahead | None:
    """Sum regions in their order; None where the forecast has none of them."""
    wanted = region_codes(region_code)
    places = [place for place, code in enumerate(made.regions) if code in wanted]
    if not places:
        return None
    return Ahead(float(values[places].sum()), draws[:, places].sum(axis=1))
