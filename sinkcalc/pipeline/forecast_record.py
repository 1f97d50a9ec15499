"""The record of a forecast: its identity, and the parameters it rests on."""

import hashlib
from typing import Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.coefficients.load import load_table
from sinkcalc.pipeline.forecast_inputs import ForecastOptions, Inputs
from sinkcalc.pipeline.forecast_rests import age_rows, curve_rows, volume_error
from sinkcalc.pipeline.scenarios import scenario_parameters
from sinkcalc.store.forecasts import ForecastRecord

_TABLES: Final = ("forecast_rules", "age_groups", "species")
_COLUMNS: Final = (
    "parameter_id",
    "symbol",
    "value",
    "unit",
    "se",
    "status",
    "evidence",
    "source_id",
    "locator",
)


def forecast_record(inputs: Inputs, options: ForecastOptions) -> ForecastRecord:
    """Return the record of a forecast; the same inputs give the same identity."""
    text = options.scenario.text or repr(options.scenario)
    run_id = str(inputs.estimate["run_id"][0])
    identity = [
        run_id,
        str(inputs.survey.land_area_ha),
        text,
        repr(inputs.scenario),
        *(repr((key, model)) for key, model in inputs.models),
        options.by_keys,
        str(options.to_year),
        *([str(options.draws), str(options.seed)] if options.draws else []),
        __version__,
        *(load_table(name).sha256 for name in _TABLES),
    ]
    return ForecastRecord(
        forecast_id=hashlib.sha256("\n".join(identity).encode()).hexdigest()[:12],
        run_id=run_id,
        survey=inputs.survey.survey,
        load_id=inputs.survey.load_id,
        scenario=options.scenario.name,
        scenario_text=text,
        scenario_sha256=hashlib.sha256(text.encode()).hexdigest(),
        growth_basis=inputs.curves.basis,
        method=options.method,
        by_keys=options.by_keys,
        to_year=options.to_year,
        draws=options.draws,
        seed=options.seed,
        program_version=__version__,
    )


def forecast_parameters(inputs: Inputs, options: ForecastOptions) -> pl.DataFrame:
    """Return the curves, the numbers of the scenario and all else that a forecast rests on.

    The numbers of a shipped scenario are those of the whole city; the share of it that was
    carried out is a row of its own.

    Returns
    -------
    Rows of the table `forecast_parameters` without `forecast_id`.
    """
    rules = load_table("forecast_rules").rows.select(_COLUMNS)
    part = inputs.part.parameters if inputs.part else []
    more = [*part, *age_rows(inputs), *volume_error(inputs)]
    return pl.concat(
        [
            pl.DataFrame(curve_rows(inputs), schema=rules.schema),
            scenario_parameters(options.scenario).select(_COLUMNS),
            rules,
            pl.DataFrame(more, schema=rules.schema),
        ]
    )
