"""What a forecast rests on beside the scenario, as rows of `forecast_parameters`."""

from itertools import combinations
from typing import Any, Final

import polars as pl

from sinkcalc.calibration.model import Model
from sinkcalc.coefficients.load import load_table
from sinkcalc.pipeline.forecast_inputs import Inputs
from sinkcalc.pipeline.growth_curves import FITTED
from sinkcalc.pipeline.start_errors import volume_se
from sinkcalc.report.equations import formula_of, units_of
from sinkcalc.vocabulary import VOLUME_MEASUREMENT

Row = dict[str, Any]
_MARKS: Final = ("status", "evidence", "source_id", "locator")
_LIMITS: Final = ("young_max", "middle_max", "near_mature_max", "mature_max")
# decimals to which two relative errors are one and the same figure
_SAME: Final = 9


def curve_rows(inputs: Inputs) -> list[Row]:
    """Return coefficients and covariances, `cov(a,b)`, of every curve that serves.

    With the standard errors they make up the covariance that the draws of a curve come from.
    """
    return [row for key, model in inputs.models for row in _of_curve(inputs, key, model)]


def _of_curve(inputs: Inputs, key: str, model: Model) -> list[Row]:
    name, units = f"growth.{key or 'all'}", units_of(model)
    marks = {
        "status": "calibrated",
        "evidence": "computed",
        "source_id": inputs.curves.sources.get(key, f"SURVEY {inputs.survey.survey}"),
        "locator": f"{inputs.curves.ids.get(key, FITTED)}: {model.form} {formula_of(model)}, "
        f"n = {model.n}",
    }
    coefficients = [
        {
            "parameter_id": f"{name}.{symbol}",
            "symbol": symbol,
            "value": value,
            "unit": units[i],
            "se": model.covariance[i][i] ** (1 / 2),
            **marks,
        }
        for i, (symbol, value) in enumerate(zip(model.symbols, model.values, strict=True))
    ]
    pairs = combinations(enumerate(model.symbols), 2)
    return coefficients + [
        {
            "parameter_id": f"{name}.cov({one},{two})",
            "symbol": f"cov({one},{two})",
            "value": model.covariance[i][j],
            "unit": f"{units[i]} · {units[j]}",
            "se": None,
            **marks,
        }
        for (i, one), (j, two) in pairs
    ]


def age_rows(inputs: Inputs) -> list[Row]:
    """Return the limits of the age groups of the arbor forest that has any of its own."""
    lanes = inputs.cohorts.lanes.filter(pl.col("vegetation_class") == "arbor")
    used = lanes.select("species", "origin").unique()
    limits = load_table("age_groups").rows.join(used, on=["species", "origin"], how="semi")
    return [
        {
            "parameter_id": f"age-groups.{row['species']}.{row['origin']}.{symbol}",
            "symbol": symbol,
            "value": float(row[symbol]),
            "unit": row["unit"],
            "se": None,
            **{name: row[name] for name in _MARKS},
        }
        for row in limits.sort("species", "origin").iter_rows(named=True)
        for symbol in _LIMITS
    ]


def volume_error(inputs: Inputs) -> list[Row]:
    """Return the relative error that all volumes of the survey share."""
    value = volume_se(inputs.parts)
    rows = load_table("assumed_errors").rows
    (row,) = rows.filter(pl.col("match") == VOLUME_MEASUREMENT).to_dicts()
    own = round(value - float(row["value"]), _SAME) != 0
    marks = {"status": "stated", "evidence": "stated", "source_id": None, "locator": None}
    return [
        {
            "parameter_id": row["parameter_id"],
            "symbol": row["symbol"],
            "value": value,
            "unit": row["unit"],
            "se": None,
            **(marks if own else {name: row[name] for name in _MARKS}),
        }
    ]
