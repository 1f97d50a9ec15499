"""Growing stock and carbon ahead: from the stands of a survey, its curves and a scenario."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.accounting.ages import AgeNotes
from sinkcalc.accounting.forecast_draws import (
    DRAWN,
    Chances,
    DrawnFigures,
    draw_chances,
    drawn_figures,
)
from sinkcalc.accounting.forecast_intervals import drawn_rows
from sinkcalc.accounting.forecast_rows import (
    COVER,
    Groups,
    curve_shares,
    in_order,
    mean_rows,
)
from sinkcalc.accounting.forecast_run import YearState, simulate
from sinkcalc.accounting.mean_path import (
    CarbonRates,
    carbon_rates,
    cell_carbon,
    mean_path,
    start_classes,
)
from sinkcalc.accounting.yearly_growth import curve_stocks
from sinkcalc.calibration.growth_draws import curve_draws
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.forecast_inputs import (
    ForecastOptions,
    Inputs,
    growth_bounds,
    in_city,
    read_inputs,
)
from sinkcalc.pipeline.forecast_record import forecast_parameters, forecast_record
from sinkcalc.pipeline.rows import SCOPE
from sinkcalc.pipeline.start_errors import start_errors, volume_se
from sinkcalc.schemas.forecast import Forecast
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.forecasts import read_forecast, save_forecast
from sinkcalc.store.inventory import get_surveys

Floats = NDArray[np.float64]

NO_DRAWS: Final = "no draws were asked for"
# bytes that the figures of all draws may take
_MOST_BYTES: Final = 2**31
_BYTES: Final = 8
# figures that count something else than the estimate's of the same name, and whose error of the
# survey they share
_SCOPES: Final = {
    **SCOPE,
    COVER: "forest / land area of the city",
    "growth": "arbor",
    "felled": "arbor",
    "lost": "arbor",
    "net_removal": "forest",
}
_ERROR_OF: Final = {
    COVER: "area",
    "growth": "growing_stock",
    "felled": "growing_stock",
    "lost": "growing_stock",
    "net_removal": "carbon",
}


@dataclass(frozen=True)
class ForecastResult:
    """A forecast as it was stored, and what a reader has to know of it.

    Attributes
    ----------
    forecast_id
        Its identity.
    rows
        Rows of `Forecast` as stored.
    draws
        Name in `DRAWN` -> (years with the survey, groups, draws); None without draws.
    inputs
        What it was computed from.
    undone
        (measure, year counted from the survey) -> area that was not there, ha.
    """

    forecast_id: str
    rows: pl.DataFrame
    draws: DrawnFigures | None
    inputs: Inputs
    undone: dict[tuple[int, int], float]

    @property
    def curve_shares(self) -> tuple[float, float]:
        """Share of the arbor area with a wider curve; beyond its curve's ages in the last year."""
        inputs = self.inputs
        rows = _curve_shares(inputs).filter(pl.col("group").is_null()).sort("year")
        return float(rows["share_curve_fallback"][0]), float(rows["share_extrapolated"][-1])

    @property
    def ages(self) -> AgeNotes:
        """Ages that are not as recorded."""
        return self.inputs.notes


def forecast(db: Path, options: ForecastOptions, wait: float = 0.0) -> ForecastResult:
    """Forecast, store and return.

    Raises
    ------
    UsageProblem
        If the options do not fit, or the draws would not fit the memory.
    SinkcalcError
        If the survey is not loaded or was replaced meanwhile.
    """
    inputs = read_inputs(db, options, wait)
    require_memory(inputs, options)
    path = mean_path(inputs.sums, inputs.cohorts, _without_draws(inputs))
    classes = start_classes(path.cells, inputs.factors)
    carbon = cell_carbon(path.cells, inputs.factors, classes)
    rows = mean_rows(inputs.cohorts, path, carbon, inputs.groups, inputs.survey.land_area_ha)
    drawn = None
    if options.draws:
        rates = carbon_rates(inputs.sums, inputs.cohorts, inputs.plan, inputs.factors, classes)
        drawn, intervals = _draws(inputs, options, rates)
        on = ["year", "group", "quantity", "pool"]
        rows = rows.join(intervals, on=on, how="left", nulls_equal=True)
    record = forecast_record(inputs, options)
    complete = _complete(rows, inputs, options, record.forecast_id)
    with writing(db, wait) as con:
        if get_surveys(con).get(inputs.survey.survey) != inputs.survey:
            raise SinkcalcError(
                zh=f"预测期间调查 {inputs.survey.survey} 被替换;请重新运行",
                en=f"survey {inputs.survey.survey} was replaced during the forecast; run it again",
            )
        save_forecast(con, record, complete, forecast_parameters(inputs, options))
    with reading(db, wait) as con:
        stored = read_forecast(con, record.forecast_id)
    return ForecastResult(record.forecast_id, stored, drawn, inputs, path.undone)


def require_memory(inputs: Inputs, options: ForecastOptions) -> None:
    """Refuse draws whose figures would take more memory than allowed.

    Raises
    ------
    UsageProblem
        With the number of draws that fits.
    """
    years, groups = len(inputs.plan) + 1, inputs.groups.frame.height
    each = len(DRAWN) * years * groups * _BYTES
    if each * options.draws > _MOST_BYTES:
        most = _MOST_BYTES // each
        raise UsageProblem(
            zh=f"{groups} 组 × {years} 年 × {options.draws} 次抽样超出内存上限;"
            f"--draws 最多 {most},或减少 --by",
            en=f"{groups} groups x {years} years x {options.draws} draws exceed the memory "
            f"allowed: --draws {most} at most, or fewer keys in --by",
        )


def _without_draws(inputs: Inputs) -> Iterator[YearState]:
    one = np.ones(1)
    models = [model for _, model in inputs.models]
    tables = curve_stocks(
        models,
        [np.array([model.values]) for model in models],
        inputs.cohorts.oldest,
        growth_bounds(),
        one,
    )
    measures = inputs.scenario.measures
    rates = np.ones((len(measures), 1))
    return simulate(inputs.cohorts, measures, inputs.plan, tables, one, rates)


def chances_of(inputs: Inputs, options: ForecastOptions) -> Chances:
    """Draw what a forecast rests on."""
    return draw_chances(inputs.models, inputs.scenario, curve_draws, options.draws, options.seed)


def carry_out(
    inputs: Inputs,
    options: ForecastOptions,
    chances: Chances,
    groups: Groups,
    carbon: CarbonRates | None = None,
) -> DrawnFigures:
    """Carry out the draws of a forecast.

    Parameters
    ----------
    carbon
        Rates by kind of cell; no carbon if None.
    """
    return drawn_figures(
        inputs.cohorts,
        inputs.scenario,
        inputs.plan,
        [model for _, model in inputs.models],
        chances,
        volume_se(inputs.parts),
        growth_bounds(),
        carbon,
        groups.of_lane,
        in_city(inputs.cohorts),
    )


def _draws(
    inputs: Inputs, options: ForecastOptions, carbon: CarbonRates
) -> tuple[DrawnFigures, pl.DataFrame]:
    chances = chances_of(inputs, options)
    figures = carry_out(inputs, options, chances, inputs.groups, carbon)
    land = inputs.survey.land_area_ha
    cover = figures.city_area / land if land else None
    return figures, drawn_rows(figures, chances.start, start_errors(inputs), cover)


def _complete(
    rows: pl.DataFrame, inputs: Inputs, options: ForecastOptions, forecast_id: str
) -> pl.DataFrame:
    """Complete figures to rows of `Forecast`."""
    survey, keys = inputs.survey, inputs.groups.keys
    scope = pl.col("quantity").replace_strict(_SCOPES, return_dtype=pl.String)
    absent = [
        pl.lit(None, pl.String).alias(name)
        for name in ("region_code", "species_group", "origin")
        if name not in keys
    ]
    interval = [
        pl.lit(None, pl.Float64).alias(name)
        for name in ("se", "ci_low", "ci_high")
        if name not in rows.columns
    ]
    named = (
        rows.join(_curve_shares(inputs), on=["year", "group"], how="left", nulls_equal=True)
        .join(inputs.groups.frame.drop("stock"), on="group", how="left")
        .with_columns(
            *absent,
            *interval,
            (pl.col("year") + survey.survey).cast(pl.Int32).alias("year"),
            pl.lit(forecast_id).alias("forecast_id"),
            pl.lit(options.scenario.name).alias("scenario"),
            pl.lit(survey.survey, pl.Int32).alias("survey"),
            pl.lit(options.draws, pl.Int64).alias("draws"),
            pl.lit(options.seed, pl.Int64).alias("seed"),
            pl.lit(options.method).alias("method"),
            (pl.lit(f"{survey.definition}: ") + scope).alias("definition"),
            pl.lit(survey.simulated).alias("simulated"),
        )
        .join(inputs.regions, on="region_code", how="left")
    )
    reasoned = _with_reasons(named, inputs.estimate, drawn=bool(options.draws))
    return Forecast.validate(in_order(reasoned, keys), cast=True)


def _curve_shares(inputs: Inputs) -> pl.DataFrame:
    oldest = {key: model.x_max for key, model in inputs.models}
    return curve_shares(inputs.cohorts, inputs.groups, oldest, len(inputs.plan))


def _with_reasons(rows: pl.DataFrame, estimate: pl.DataFrame, *, drawn: bool) -> pl.DataFrame:
    """Say what the errors of the survey rest on, or why there are none."""
    if not drawn:
        return rows.with_columns(pl.lit(NO_DRAWS).alias("se_reason"))
    figure = ["quantity", "pool"]
    reasons = (
        estimate.filter(pl.col("se_reason").is_not_null())
        .group_by(figure, maintain_order=True)
        .agg(pl.col("se_reason").first())
        .rename({"quantity": "_of"})
    )
    of = pl.col("quantity").replace(_ERROR_OF).alias("_of")
    return (
        rows.with_columns(of)
        .join(reasons, on=["_of", "pool"], how="left", nulls_equal=True)
        .drop("_of")
    )
