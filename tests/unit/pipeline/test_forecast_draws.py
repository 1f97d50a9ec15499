"""Draws of a forecast beside its path without draws."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from simulated_city import city_database

from sinkcalc.accounting.forecast_draws import Chances, draw_chances
from sinkcalc.accounting.forecast_run import simulate
from sinkcalc.accounting.mean_path import carbon_rates, cell_carbon, mean_path, start_classes
from sinkcalc.accounting.scenario import Measure, Scenario
from sinkcalc.accounting.yearly_growth import curve_stocks
from sinkcalc.calibration.growth_draws import curve_draws
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.forecast import carry_out, require_memory
from sinkcalc.pipeline.forecast_inputs import (
    ForecastOptions,
    Inputs,
    growth_bounds,
    read_inputs,
)
from sinkcalc.pipeline.scenarios import load_scenario
from sinkcalc.pipeline.start_errors import volume_se


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the simulated city, which estimates are stored in."""
    made = city_database(tmp_path_factory).db
    return Path(shutil.copy(made, tmp_path_factory.mktemp("draws") / "city.duckdb"))


def _options(method: str = "cbef-zhejiang") -> ForecastOptions:
    return ForecastOptions(2027, load_scenario("as_now"), 2023, ("region",), method)


def _central(inputs: Inputs, draws: int = 1) -> Chances:
    return Chances(
        [np.tile(model.values, (draws, 1)) for _, model in inputs.models],
        np.ones(draws),
        np.ones((len(_options().scenario.measures), 1)),
        {name: np.zeros(draws) for name in ("volume", "area", "carbon")},
    )


@pytest.mark.parametrize("method", ["cbef-zhejiang", "ccer-d-bef", "ipcc-2006"])
def test_draws_without_error_are_the_path_without_draws(db: Path, method: str) -> None:
    """Carbon by rates of a cubic metre and of a hectare is the carbon of the models, cell by cell.

    The path without draws rounds every cell to 1e-4.
    """
    options = _options(method)
    inputs = read_inputs(db, options, 0)
    cohorts, plan, measures = inputs.cohorts, inputs.plan, options.scenario.measures
    models = [model for _, model in inputs.models]
    values = [np.array([model.values]) for model in models]
    stocks = curve_stocks(models, values, cohorts.oldest, growth_bounds(), np.ones(1))
    rates = np.ones((len(measures), 1))
    path = mean_path(
        inputs.sums, cohorts, simulate(cohorts, measures, plan, stocks, np.ones(1), rates)
    )
    classes = start_classes(path.cells, inputs.factors)
    carbon = cell_carbon(path.cells, inputs.factors, classes)
    by_year = (
        carbon.join(path.cells.select("cell_id", "year"), on="cell_id")
        .group_by("pool", "year")
        .agg(pl.col("value").sum().cast(pl.Float64))
        .sort("year")
    )
    of_kinds = carbon_rates(inputs.sums, cohorts, plan, inputs.factors, classes)
    drawn = carry_out(inputs, options, _central(inputs), inputs.groups, of_kinds)
    for pool in ("vegetation", "total"):
        wanted = by_year.filter(pl.col("pool") == pool)["value"].to_numpy()
        assert drawn.values[pool].sum(axis=1)[:, 0] == pytest.approx(wanted, rel=1e-9)
    stock = path.cells.filter(
        pl.col("vegetation_class") == "arbor", pl.col("measure") != "missing"
    ).group_by("year")
    wanted = stock.agg(pl.col("volume_m3").sum().cast(pl.Float64)).sort("year")
    found = drawn.values["growing_stock"].sum(axis=1)[:, 0]
    assert found == pytest.approx(wanted["volume_m3"].to_numpy(), rel=1e-9)


def test_the_error_of_the_volumes_grows_with_the_stock(db: Path) -> None:
    """Two draws at + and - one standard error, of what is proportional to the volumes."""
    options = _options()
    inputs = read_inputs(db, options, 0)
    chances = _central(inputs, 2)
    chances.start["volume"][:] = (1, -1)
    drawn = carry_out(inputs, options, chances, inputs.groups).values["growing_stock"]
    assert drawn[0, :, 0] / drawn[0].mean(axis=1) - 1 == pytest.approx(volume_se(inputs.parts))
    spread = (drawn[:, :, 0] - drawn[:, :, 1]).sum(axis=1)
    assert np.all(np.diff(spread) > 0)


def test_rates_and_growth_keep_their_mean_and_never_change_sign() -> None:
    """Lognormal with a relative standard error of 0.5: mean 1 and SD 0.5 in many draws."""
    felling = Measure("felling", "felling", area_ha_per_year=1, relative_se=0.5)
    scenario = Scenario("made", "", "", (felling, replace(felling, name="no error", relative_se=0)))
    chances = draw_chances([], replace(scenario, growth_relative_se=0.2), curve_draws, 40_000, 1)
    for drawn, se in ((chances.rates[0], 0.5), (chances.growth, 0.2)):
        assert drawn.min() > 0
        assert drawn.mean() == pytest.approx(1, abs=0.01)
        assert drawn.std() == pytest.approx(se, rel=0.05)
    assert np.all(chances.rates[1] == 1)


def test_what_all_years_share_is_uncorrelated_in_the_sample() -> None:
    chances = draw_chances([], Scenario("made", "", ""), curve_draws, 200, 1)
    shared = np.array(list(chances.start.values()))
    assert np.cov(shared) == pytest.approx(np.eye(3), abs=1e-12)
    assert shared.mean(axis=1) == pytest.approx(np.zeros(3), abs=1e-12)


def test_another_measure_does_not_shift_the_draws_of_the_rest() -> None:
    felling = Measure("felling", "felling", area_ha_per_year=1, relative_se=0.5)
    alone = Scenario("made", "", "", (felling,), 0.2)
    more = replace(alone, measures=(replace(felling, name="other"), felling))
    one, two = (draw_chances([], each, curve_draws, 200, 1) for each in (alone, more))
    assert np.array_equal(one.rates[0], two.rates[1])
    assert np.array_equal(one.growth, two.growth)


def test_draws_that_do_not_fit_the_memory_are_refused(db: Path) -> None:
    options = replace(_options(), draws=1_000_000)
    with pytest.raises(UsageProblem, match=r"--draws \d+ at most"):
        require_memory(read_inputs(db, options, 0), options)
