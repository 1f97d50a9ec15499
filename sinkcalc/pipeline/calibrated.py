"""Parameter rows from the active models of a database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import polars as pl

from sinkcalc.calibration.factor import lower_factor
from sinkcalc.calibration.model import EVERY_GROUP
from sinkcalc.coefficients.factors import (
    CURVE_COLUMNS,
    NO_CURVE_ERRORS,
    NO_CURVE_SPREADS,
    NO_CURVES,
    Factors,
)
from sinkcalc.coefficients.table import PARAMETER_COLUMNS
from sinkcalc.errors import SinkcalcError
from sinkcalc.store.models import StoredModel
from sinkcalc.vocabulary import SPECIES

_UNITS: Final = {"a": "t d.m./m3", "b": "t d.m./ha"}


def with_models(factors: Factors, models: Sequence[StoredModel], groups: Sequence[str]) -> Factors:
    """Add the curves of active models, their errors and spreads.

    Parameters
    ----------
    factors
        Parameter rows of the form `calibrated`; its equations serve what no model does.
    models
        Active models from volume to biomass, one a group.
    groups
        Species groups that stands have.

    Raises
    ------
    SinkcalcError
        If none of the models names a species, a species group or all.
    """
    usable = [stored for stored in models if _key(stored.model.group, groups) is not None]
    if not usable:
        named = ", ".join(stored.model.group for stored in models) or "–"
        raise SinkcalcError(
            zh="没有启用的蓄积-生物量模型可用(已启用的组:"
            f"{named})。先用 sinkcalc calibrate volume-biomass 样本 拟合,再用 "
            "sinkcalc calibrate activate 编号 启用;"
            "组名须为本程序认识的树种或树种组(如 杉木、chinese_fir),或不分组",
            en="no active volume-biomass model serves stands (groups of active ones: "
            f"{named}). Fit one with sinkcalc calibrate volume-biomass SAMPLES and activate it "
            "with sinkcalc calibrate activate ID; its group must be a species or species group "
            "in the program's words, or all samples together",
        )
    df = _shared_df(usable)
    rows = [row for stored in usable for row in _rows(stored, groups)]
    return replace(
        factors,
        curves=pl.DataFrame(rows, schema=NO_CURVES.schema),
        curve_errors=pl.concat([NO_CURVE_ERRORS, *(_loadings(stored, df) for stored in usable)]),
        curve_spreads=pl.DataFrame(
            [
                (_parameter(stored, "a"), stored.model.residual_variance ** (1 / 2))
                for stored in usable
            ],
            schema=NO_CURVE_SPREADS.schema,
            orient="row",
        ),
    )


def _key(group: str, groups: Sequence[str]) -> dict[str, str] | None:
    """Return the key column that a group fills: none for all, None if it is no word of stands."""
    if group == EVERY_GROUP:
        return {}
    if group in groups:
        return {"species_group": group}
    return {"species": group} if group in SPECIES else None


def _parameter(stored: StoredModel, symbol: str) -> str:
    return f"calibrated.{stored.model_id}.{symbol}"


def _rows(stored: StoredModel, groups: Sequence[str]) -> list[dict[str, Any]]:
    model = stored.model
    about = dict.fromkeys([*PARAMETER_COLUMNS, *CURVE_COLUMNS]) | {
        "equation_set": "calibrated",
        "vegetation_class": "arbor",
        **(_key(model.group, groups) or {}),
        "fit_id": stored.model_id,
        "n": model.n,
        "valid_min": model.x_min,
        "valid_max": model.x_max,
        "source_id": f"SAMPLE {stored.sample_file}",
        "locator": f"calibration {stored.calibration_id}, sha256 {stored.sample_sha256}",
        "status": "calibrated",
        "evidence": "read",
        "model_id": stored.model_id,
        "form": model.form,
        "pool": model.biomass_pool,
        "residual_power": model.residual_power,
        "residual_base": model.residual_base,
    }
    return [
        about
        | {
            "parameter_id": _parameter(stored, symbol),
            "symbol": symbol,
            "value": value,
            # the units of a line; of a power or a hyperbola they depend on its exponent
            "unit": _UNITS[symbol] if model.form in ("linear", "origin") else "of the form",
            "se": model.covariance[place][place] ** (1 / 2),
        }
        for place, (symbol, value) in enumerate(zip(model.symbols, model.values, strict=True))
    ]


def _shared_df(models: Sequence[StoredModel]) -> dict[str, float]:
    """Return the degrees of freedom of what the models of a calibration have in common.

    The least of its models, so that it does not matter which of them is read first.
    """
    found: dict[str, float] = {}
    for stored in models:
        found[stored.calibration_id] = min(
            stored.model.df, found.get(stored.calibration_id, np.inf)
        )
    return found


def _loadings(stored: StoredModel, df: Mapping[str, float]) -> pl.DataFrame:
    """Write the covariance as loadings on independent errors.

    Those that models fitted together have in common stand in a block of the calibration, what
    remains, L L' = covariance - shared shared', in one of the model.
    """
    model = stored.model
    covariance = np.array(model.covariance)
    shared = np.array(model.shared_errors).reshape(len(covariance), -1)
    own = lower_factor(covariance - shared @ shared.T, np.diag(covariance))
    blocks = (
        (stored.calibration_id, shared, df[stored.calibration_id]),
        (stored.model_id, own, model.df),
    )
    return pl.DataFrame(
        [
            (_parameter(stored, symbol), block, factor, loading, freedom)
            for block, loadings, freedom in blocks
            for symbol, row in zip(model.symbols, loadings, strict=True)
            for factor, loading in enumerate(row)
        ],
        schema=NO_CURVE_ERRORS.schema,
        orient="row",
    )
