"""Growing stock and forest area of one year ahead by county, for probabilities; not stored."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sinkcalc.accounting.curves import Curves
from sinkcalc.accounting.forecast_draws import Chances, DrawnFigures
from sinkcalc.accounting.forecast_rows import make_groups
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.forecast import carry_out, chances_of, require_memory
from sinkcalc.pipeline.forecast_inputs import ForecastOptions, Inputs, read_inputs
from sinkcalc.pipeline.part_of_city import PartOfCity
from sinkcalc.pipeline.start_errors import start_errors

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CityDraws:
    """A year ahead by county, with draws that belong together: their sum is a draw of the city.

    Attributes
    ----------
    year
        The target year.
    regions
        County codes, in the order of the columns.
    growing_stock_m3, area_ha
        Growing stock, and area of forest, without draws: (regions,).
    drawn_growing_stock_m3, drawn_area_ha
        (draws, regions).
    curves
        Curves of growth that the forecast follows.
    part
        See `Inputs`.
    """

    year: int
    regions: list[str]
    growing_stock_m3: Floats
    area_ha: Floats
    drawn_growing_stock_m3: Floats
    drawn_area_ha: Floats
    curves: Curves
    part: PartOfCity | None


def forecast_draws(
    db: Path, options: ForecastOptions, wait: float = 0.0, curves: Curves | None = None
) -> CityDraws:
    """Forecast growing stock and forest area of the last year by county; nothing is stored.

    Parameters
    ----------
    curves
        Those of an earlier forecast from the same survey, which spares fitting them again.

    Raises
    ------
    UsageProblem
        If the options do not fit, or no draws are asked for.
    SinkcalcError
        If there is no survey, or its stands have neither ages nor curves.
    """
    if not options.draws:
        raise UsageProblem(
            zh="概率需要抽样;请给出 --draws", en="a probability needs draws: give --draws"
        )
    inputs = read_inputs(db, options, wait, curves)
    require_memory(inputs, options)
    groups = make_groups(inputs.cohorts, ("region",))
    value = carry_out(inputs, options, _no_chance(inputs), groups)
    chances = chances_of(inputs, options)
    drawn = carry_out(inputs, options, chances, groups)
    known = 1 + start_errors(inputs).cover * chances.start["area"]
    return CityDraws(
        options.to_year,
        groups.frame["region_code"].to_list(),
        _last(value, "growing_stock")[0],
        _last(value, "area")[0],
        _last(drawn, "growing_stock"),
        _last(drawn, "area") * known[:, np.newaxis],
        inputs.curves,
        inputs.part,
    )


def _last(figures: DrawnFigures, name: str) -> Floats:
    """Give the last year of a figure: (draws, regions)."""
    return np.transpose(figures.values[name][-1])


def _no_chance(inputs: Inputs) -> Chances:
    """Give every parameter its value, as one draw."""
    return Chances(
        [np.array([model.values]) for _, model in inputs.models],
        np.ones(1),
        np.ones((len(inputs.scenario.measures), 1)),
        {name: np.zeros(1) for name in ("volume", "area", "carbon")},
    )
