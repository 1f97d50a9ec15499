"""Which relations give carbon and bulk density from organic matter: own models, else shipped."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from sinkcalc.calibration.factor import lower_factor
from sinkcalc.calibration.model import EVERY_GROUP, Kind
from sinkcalc.coefficients.load import load_table
from sinkcalc.models.organic_matter import (
    BULK_DENSITY,
    CARBON,
    LOADING_COLUMNS,
    MODEL_COLUMNS,
    SYMBOLS,
    TARGETS,
    SoilModels,
)
from sinkcalc.store.connection import Connection
from sinkcalc.store.models import StoredModel, active_models
from sinkcalc.uncertainty.errors import Errors
from sinkcalc.vocabulary import COEFFICIENTS, WETLAND_CLASSES

TABLE: Final = "soil_carbon_models"
TARGET_OF: Final[dict[Kind, str]] = {"wetland-carbon": CARBON, "wetland-bulk-density": BULK_DENSITY}
_CORRELATION: Final = "ab_correlation"
_SPREAD: Final = ("residual_variance", "residual_power", "residual_correlation")
_ABOUT: Final = ("target", "wetland_class", "form", "status", "evidence", "source_id")


def soil_models(con: Connection) -> SoilModels:
    """Return the relation that serves each wetland class.

    The active model of the class; else the active model of all samples; else the shipped
    relation of the class, or that of every class.

    Notes
    -----
    Models of groups that are no wetland class serve nothing.
    """
    shipped = published_soil_models()
    own = [model for kind in TARGET_OF for model in active_models(con, kind)]
    return with_own_models(shipped, own)


def with_own_models(shipped: SoilModels, own: Sequence[StoredModel]) -> SoilModels:
    """Put active models in the place of the shipped relations that they replace."""
    usable = [model for model in own if model.model.group in (EVERY_GROUP, *WETLAND_CLASSES)]
    rows = pl.DataFrame([_row(model) for model in usable], schema=MODEL_COLUMNS)
    replaced = shipped.rows
    for target in TARGETS:
        mine = rows.filter(pl.col("target") == target)
        every = mine["wetland_class"].is_null().any()
        gone = pl.col("wetland_class").is_in(mine["wetland_class"].drop_nulls().implode())
        gone = pl.lit(True) if every else gone.fill_null(False)
        replaced = replaced.filter(~((pl.col("target") == target) & gone))
    kept = pl.concat([rows, replaced])
    loadings = pl.concat([shipped.loadings, *(_own_loadings(model) for model in usable)])
    ids = pl.concat([kept[f"{symbol}_id"] for symbol in SYMBOLS]).drop_nulls()
    return SoilModels(kept, loadings.filter(pl.col("parameter_id").is_in(ids.implode())))


def published_soil_models(*, every_set: bool = False) -> SoilModels:
    """Return the shipped relations of `soil_carbon_models.csv`.

    Parameters
    ----------
    every_set
        All of them, to compare with; otherwise those that serve by default, one a target and
        wetland class.

    Returns
    -------
    Relations, and the errors that their source prints.
    """
    table = load_table(TABLE).rows
    if not every_set:
        table = table.filter(pl.col("serves") == "yes")
    spreads = {
        (row["equation_set"], row["symbol"]): row["value"]
        for row in table.filter(pl.col("symbol").is_in(_SPREAD)).iter_rows(named=True)
    }
    rows, loadings = [], [pl.DataFrame(schema=LOADING_COLUMNS)]
    coefficients = table.filter(pl.col("symbol").is_in(SYMBOLS))
    for (fit,), part in coefficients.group_by("fit_id", maintain_order=True):
        of_fit = {row["symbol"]: row for row in part.iter_rows(named=True)}
        first = part.row(0, named=True)
        correlation = table.filter(pl.col("fit_id") == str(fit), pl.col("symbol") == _CORRELATION)[
            "value"
        ]
        rows.append(
            {name: first[name] for name in _ABOUT}
            | {"model_id": fit, "x_min": first["valid_min"], "x_max": first["valid_max"]}
            | {name: spreads.get((first["equation_set"], name)) for name in _SPREAD}
            | {"residual_base": _BASE[first["target"]]}
            | {symbol: row["value"] for symbol, row in of_fit.items()}
            | {f"{symbol}_id": row["parameter_id"] for symbol, row in of_fit.items()}
        )
        loadings.append(_printed(part, correlation.item() if len(correlation) else 0.0))
    return SoilModels(pl.DataFrame(rows, schema=MODEL_COLUMNS), pl.concat(loadings))


# what the spread of samples grows with
_BASE: Final = {CARBON: "size", BULK_DENSITY: "prediction"}


def soil_model_errors(models: SoilModels) -> Errors:
    """Return the errors of the coefficients as an estimate takes them.

    Returns
    -------
    Loadings with `source` coefficients; own models are published as own volume curves are. No
    spreads: those of single intervals are with the stocks of the cores. Coefficients whose source
    prints no error have no loading here: an estimate takes assumed ones.
    """
    return Errors(
        models.loadings.with_columns(
            pl.lit(COEFFICIENTS).alias("source"),
            pl.lit("published").alias("basis"),
        ),
        pl.DataFrame(schema={"parameter_id": pl.String, "spread": pl.Float64, "source": pl.String}),
    )


def parameter_id(stored: StoredModel, symbol: str) -> str:
    """Return the id of a coefficient of an own model."""
    return f"calibrated.{stored.model_id}.{symbol}"


def _row(stored: StoredModel) -> dict[str, Any]:
    model = stored.model
    return {
        "model_id": stored.model_id,
        "target": TARGET_OF[model.kind],
        "wetland_class": model.group or None,
        "form": model.form,
        **dict(zip(model.symbols, model.values, strict=True)),
        **{f"{symbol}_id": parameter_id(stored, symbol) for symbol in model.symbols},
        "x_min": model.x_min,
        "x_max": model.x_max,
        "residual_variance": model.residual_variance,
        "residual_power": model.residual_power,
        "residual_base": model.residual_base,
        "residual_correlation": model.residual_correlation,
        "status": "calibrated",
        "evidence": "read",
        "source_id": f"SAMPLE {stored.sample_file}",
    }


def _own_loadings(stored: StoredModel) -> pl.DataFrame:
    model = stored.model
    factor = lower_factor(np.array(model.covariance))
    ids = [parameter_id(stored, symbol) for symbol in model.symbols]
    return _frame(_listed(ids, stored.model_id, factor, model.df))


def _printed(part: pl.DataFrame, correlation: float) -> pl.DataFrame:
    """Write the printed standard errors of a relation as loadings; none without them."""
    errors = part["se"].to_numpy()
    if np.isnan(errors.astype(float)).any():
        return pl.DataFrame(schema=LOADING_COLUMNS)
    between = np.eye(len(errors))
    between[0, 1:] = between[1:, 0] = correlation
    factor = lower_factor(between * np.outer(errors, errors))
    return _frame(_listed(part["parameter_id"].to_list(), part["fit_id"][0], factor, None))


def _listed(
    ids: Sequence[str], block: str, factor: Any, df: float | None
) -> Iterator[tuple[str, str, int, float, float | None]]:
    for name, row in zip(ids, factor, strict=True):
        for place, loading in enumerate(row):
            yield name, block, place, float(loading), df


def _frame(rows: Iterator[tuple[str, str, int, float, float | None]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=LOADING_COLUMNS, orient="row")
