"""Estimates from volumes that were brought to the totals of plots."""

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.store.calibrations import list_calibrations, read_effects
from sinkcalc.store.connection import Connection
from sinkcalc.store.inventory import Survey
from sinkcalc.uncertainty.errors import Errors

_KEYS: Final = ("region_code", "species", "origin", "age_group")


@dataclass(frozen=True)
class Controlled:
    """Sampling errors of calibrated volumes.

    Attributes
    ----------
    groups
        `region_code`, `species`, `origin`, `age_group`, `sampling_error`: name of the error of a
        group of stands.
    loadings
        Relative errors of the groups, rows of `Errors.loadings`.
    """

    groups: pl.DataFrame
    loadings: pl.DataFrame


def read_controlled(con: Connection, calibration_id: str, survey: Survey) -> Controlled:
    """Return the sampling errors of a calibration of a survey's stands.

    Raises
    ------
    UsageProblem
        If there is no such calibration, or it is of another survey.
    SinkcalcError
        If the stands were loaded anew since, or its errors are not stored.
    """
    known = list_calibrations(con)
    found = known.filter(pl.col("calibration_id") == calibration_id)
    if found.is_empty() or found["survey"][0] != survey.survey:
        there = ", ".join(known.filter(pl.col("survey") == survey.survey)["calibration_id"]) or "–"
        raise UsageProblem(
            zh=f"调查 {survey.survey} 没有编号为 {calibration_id} 的总量控制;已有:{there}。"
            "用 sinkcalc calibrate control-totals 生成",
            en=f"survey {survey.survey} has no control totals {calibration_id}; it has {there}. "
            "Make them with sinkcalc calibrate control-totals",
        )
    effects = read_effects(con, calibration_id)
    if found["load_id"][0] != survey.load_id or effects.is_empty():
        raise SinkcalcError(
            zh=f"总量控制 {calibration_id} 之后小班重新入库过,或它不带抽样误差;"
            "请重新运行 sinkcalc calibrate control-totals",
            en=f"since the control totals {calibration_id} the stands were loaded anew, or no "
            "sampling errors are stored with them; run sinkcalc calibrate control-totals again",
        )
    name = pl.concat_str(
        pl.lit("sampling"), *(pl.col(key).fill_null("") for key in _KEYS), separator="."
    )
    named = effects.with_columns(name.alias("sampling_error"))
    loadings = named.select(
        pl.col("sampling_error").alias("parameter_id"),
        pl.lit(f"control totals {calibration_id}").alias("block"),
        "factor",
        (pl.col("effect_m3") / pl.col("volume_after_m3")).alias("loading"),
        pl.lit(None, pl.Float64).alias("df"),
        pl.lit("sampling").alias("source"),
        pl.lit("published").alias("basis"),
    )
    return Controlled(named.select(*_KEYS, "sampling_error").unique(maintain_order=True), loadings)


def with_sampling(errors: Errors, controlled: Controlled | None) -> Errors:
    """Add the sampling errors of volumes to the others."""
    if controlled is None:
        return errors
    return replace(errors, loadings=pl.concat([errors.loadings, controlled.loadings]))
