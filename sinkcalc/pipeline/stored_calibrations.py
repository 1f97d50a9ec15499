"""Stored calibrations of both sorts: weights of stands, and models fitted to samples."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.store.calibrations import list_calibrations, read_weights
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.model_service import activate_models, deactivate_models
from sinkcalc.store.models import (
    StoredModel,
    list_models,
    read_candidates,
    read_coefficients,
    read_models,
)

CONTROL_TOTALS: Final = "control-totals"


@dataclass(frozen=True)
class Shown:
    """A stored calibration as it is shown.

    Attributes
    ----------
    rows
        Weights of control totals; coefficients or candidates of models.
    models
        The models; none for control totals.
    """

    rows: pl.DataFrame
    models: list[StoredModel] = field(default_factory=list)


def listed_calibrations(db: Path, kind: str | None = None, wait: float = 0.0) -> pl.DataFrame:
    """Return calibrations to control totals and models, the oldest of each sort first."""
    with reading(db, wait) as con:
        controls, models = list_calibrations(con), list_models(con)
    controls = controls.with_columns(pl.lit(CONTROL_TOTALS).alias("kind"))
    if kind == CONTROL_TOTALS:
        return controls.select("calibration_id", "kind", pl.exclude("calibration_id", "kind"))
    if kind is not None:
        return models.filter(pl.col("kind") == kind)
    # a sort of which nothing is stored brings no columns
    parts = [part for part in (controls, models) if part.height] or [controls]
    rows = pl.concat(parts, how="diagonal")
    return rows.select("calibration_id", "kind", pl.exclude("calibration_id", "kind"))


def shown_calibration(
    db: Path, identity: str, wait: float = 0.0, *, candidates: bool = False
) -> Shown:
    """Return what is stored under an id.

    Raises
    ------
    UsageProblem
        If there is neither a calibration nor a model of that id, or candidates are asked for that
        there are none of.
    """
    with reading(db, wait) as con:
        models = read_models(con, identity)
        if models and candidates:
            return Shown(read_candidates(con, models[0].calibration_id), models)
        if models:
            parts = [
                _coefficients(stored, read_coefficients(con, stored.model_id)) for stored in models
            ]
            return Shown(pl.concat(parts, how="diagonal"), models)
        known = _known(list_calibrations(con), list_models(con))
        if identity not in known:
            raise _unknown(identity, known)
        if candidates:
            raise UsageProblem(
                zh=f"{identity} 是对总量的校准,没有候选形式;去掉 --candidates",
                en=f"{identity} is a calibration to control totals, which has no candidates: leave "
                "--candidates out",
            )
        return Shown(read_weights(con, identity))


def _known(controls: pl.DataFrame, models: pl.DataFrame) -> list[str]:
    return [*controls["calibration_id"], *models["calibration_id"].unique(maintain_order=True)]


def _unknown(identity: str, known: list[str]) -> UsageProblem:
    listed = ", ".join(known) or "–"
    return UsageProblem(
        zh=f"没有编号为 {identity} 的校准;已有:{listed}。用 sinkcalc calibrate list 查看",
        en=f"there is no calibration {identity}; there are {listed}. See sinkcalc calibrate list",
    )


def _coefficients(stored: StoredModel, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the coefficients of a model, each with its covariances."""
    model = stored.model
    covariance = pl.DataFrame(
        list(model.covariance), schema=[f"covariance_{s}" for s in model.symbols], orient="row"
    )
    about = {
        "model_id": stored.model_id,
        "calibration_id": stored.calibration_id,
        "kind": model.kind,
        "sample_group": model.group,
        "form": model.form,
    }
    limits = {
        "samples": model.n,
        "sites": model.sites,
        "x_min": model.x_min,
        "x_max": model.x_max,
        "h_min": model.h_min,
        "h_max": model.h_max,
        "active": stored.active,
        "sample_file": stored.sample_file,
        "sample_sha256": stored.sample_sha256,
    }
    return rows.hstack(covariance).select(
        *(pl.lit(value).alias(name) for name, value in about.items()),
        pl.all(),
        *(
            pl.lit(value, pl.Float64 if name[1:] in ("_min", "_max") else None).alias(name)
            for name, value in limits.items()
        ),
    )


def activate_calibration(
    db: Path, identity: str, wait: float = 0.0
) -> tuple[list[StoredModel], list[StoredModel]]:
    """Let a model, or all models of a calibration, serve their groups.

    Returns
    -------
    The models that serve now, and those they replace.

    Raises
    ------
    UsageProblem
        If there is no such model.
    """
    _require_model(db, identity, wait)
    with writing(db, wait) as con:
        return activate_models(con, identity)


def deactivate_calibration(db: Path, identity: str, wait: float = 0.0) -> list[StoredModel]:
    """Take a model, or all models of a calibration, out of service; return those that served.

    Raises
    ------
    UsageProblem
        If there is no such model.
    """
    _require_model(db, identity, wait)
    with writing(db, wait) as con:
        return deactivate_models(con, identity)


def _require_model(db: Path, identity: str, wait: float) -> None:
    """Refuse what is no model before the database is opened for writing, which would create it."""
    with reading(db, wait) as con:
        if read_models(con, identity):
            return
        controls, models = list_calibrations(con), list_models(con)
    if identity in controls["calibration_id"]:
        raise UsageProblem(
            zh=f"{identity} 是对总量的校准,不能启用或停用:用 estimate --controls "
            f"{identity} 估算时,它的权数即进入该次估算;视图 calibrated_stands 也按编号选用。"
            "模型见 sinkcalc calibrate list --kind volume-biomass",
            en=f"{identity} is a calibration to control totals, which is neither active nor not: "
            f"its weights enter the estimates made with estimate --controls {identity}, and the "
            "view calibrated_stands takes them by the id. "
            "Models are in sinkcalc calibrate list --kind volume-biomass",
        )
    raise _unknown(identity, _known(controls, models))
