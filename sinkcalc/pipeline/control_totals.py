"""Stands brought to the control totals of plots; the weights are stored beside them."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from sinkcalc import __version__
from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.calibration.control_totals import Calibration, calibrate_to_controls
from sinkcalc.calibration.controls import Margin
from sinkcalc.calibration.solve import Method
from sinkcalc.coefficients.factors import species_groups
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.plot_survey import PlotOptions, as_sampled
from sinkcalc.pipeline.plots_and_stands import Beside, beside_stands, region_table, verdict
from sinkcalc.store.auxiliary import arbor_cells
from sinkcalc.store.calibrations import save_calibration
from sinkcalc.store.connection import reading, writing
from sinkcalc.survey import Design, joint_totals

KEYS: Final = ("region", "species_group", "origin", "age_group")
# class of the groups that have too few plots for a control of their own, and of no record
POOLED, NOT_RECORDED = "pooled", "not_recorded"
_CELL_KEYS: Final = ("region_code", "species", "origin", "age_group")


@dataclass(frozen=True)
class ControlOptions:
    """What is calibrated to what.

    Attributes
    ----------
    survey, plot_survey
        Surveys of the stands and of the plots.
    by
        Keys, one margin each, of `KEYS`.
    bounds
        Of the weights, for the method `bounded`.
    min_plots
        Classes with fewer arbor plots share one control.
    """

    survey: int
    plot_survey: int
    by: tuple[str, ...] = ("region",)
    method: Method = "bounded"
    bounds: tuple[float, float] | None = None
    min_plots: int = 10


@dataclass(frozen=True)
class ControlResult:
    """A calibration with what it rests on.

    Attributes
    ----------
    judged
        The city's verdict before any adjustment, as in `judge_stands`.
    rows
        Before and after: `grouped_by`, `class`, `stands`, `area_ha`, `volume_before_m3`,
        `volume_after_m3`, `volume_after_m3_se`, `mean_weight`, `simulated`; the city first.
    totals
        Rows of `control_totals`.
    """

    calibration_id: str
    calibration: Calibration
    judged: dict[str, Any]
    rows: pl.DataFrame
    totals: pl.DataFrame
    simulated: bool


def calibrate_controls(
    db: Path,
    options: ControlOptions,
    plot_options: PlotOptions | None = None,
    wait: float = 0.0,
    *,
    store: bool = True,
) -> ControlResult:
    """Give groups of arbor stands the weights that make their volumes meet the plots' totals.

    Raises
    ------
    SinkcalcError
        If a survey is missing, controls cannot be had, or the weights cannot meet them.
    """
    _require_keys(options)
    beside = beside_stands(
        db, options.plot_survey, options.survey, "growing_stock", plot_options, wait, place=False
    )
    judged = verdict(beside, region_table(db, wait)).row(0, named=True)
    with reading(db, wait) as con:
        cells = _with_group(arbor_cells(con, options.survey))
    rows = _with_group(beside.values.rows)
    classes = [_classes(rows, cells, _column(key), options.min_plots) for key in options.by]
    labelled = cells
    for key, of_class in zip(options.by, classes, strict=True):
        labelled = _labelled(labelled, of_class, key)
        rows = _labelled(rows, of_class, key)
    margins, covariance, totals = _margins(rows, beside, options.by)
    calibration = calibrate_to_controls(
        labelled,
        margins,
        method=options.method,
        bounds=options.bounds,
        covariance=covariance,
    )
    reached = calibration.controls.select("before_m3", "after_m3")
    result = ControlResult(
        calibration_id=_identity(beside, options, totals),
        calibration=calibration,
        judged=judged,
        rows=_before_and_after(calibration, options.by).with_columns(
            pl.lit(beside.simulated).alias("simulated")
        ),
        totals=pl.concat([totals, reached], how="horizontal"),
        simulated=beside.simulated,
    )
    if store:
        weights = calibration.weights.select(
            *_CELL_KEYS, *(c for c in calibration.weights.columns[-7:])
        )
        with writing(db, wait) as con:
            save_calibration(con, _record(result, beside, options), result.totals, weights)
    return result


def _require_keys(options: ControlOptions) -> None:
    unknown = [key for key in options.by if key not in KEYS]
    if unknown or not options.by:
        raise UsageProblem(
            zh=f"--by 不认识 {', '.join(unknown) or '空值'};可用:{', '.join(KEYS)}",
            en=f"--by does not know {', '.join(unknown) or 'nothing'}; use {', '.join(KEYS)}",
        )


def _column(key: str) -> str:
    return KEY_OF[key]


def _with_group(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.join(species_groups(), on="species", how="left", maintain_order="left")


def _classes(rows: pl.DataFrame, cells: pl.DataFrame, column: str, fewest: int) -> pl.DataFrame:
    """Return `<column>`, `class`, pooling what has too few plots, no volume, or no stands.

    The smallest classes are pooled, and the next smallest with them until the pool has enough.
    """
    arbor = rows.filter(pl.col("growing_stock_m3_per_ha") > 0)
    counted = arbor.group_by(column).agg(pl.len().cast(pl.Int64).alias("plots"))
    held = cells.group_by(column).agg(pl.col("volume_m3").sum())
    # no plot may stand outside the classes, whatever it holds
    there = pl.concat([rows.select(column), cells.select(column)]).unique()
    table = (
        there.join(counted, on=column, how="left", nulls_equal=True)
        .join(held, on=column, how="left", nulls_equal=True)
        .with_columns(pl.col("plots", "volume_m3").fill_null(0))
        .with_columns(pl.when(pl.col("volume_m3") > 0).then("plots").otherwise(-1).alias("weight"))
        .sort("weight", column)
    )
    lacking = table["weight"] < fewest
    pooled = int(lacking.sum())
    while 0 < pooled < table.height and table["plots"].head(pooled).sum() < fewest:
        pooled += 1
    own = pl.col(column).fill_null(NOT_RECORDED)
    return table.with_row_index("place").select(
        column, pl.when(pl.col("place") < pooled).then(pl.lit(POOLED)).otherwise(own).alias("class")
    )


def _control(key: str) -> str:
    """Name the column of the classes of a margin."""
    return f"{key}_control"


def _labelled(frame: pl.DataFrame, classes: pl.DataFrame, key: str) -> pl.DataFrame:
    column = classes.columns[0]
    named = classes.rename({"class": _control(key)})
    return frame.join(named, on=column, how="left", nulls_equal=True, maintain_order="left")


def _margins(
    rows: pl.DataFrame, beside: Beside, by: tuple[str, ...]
) -> tuple[list[Margin], "np.ndarray[Any, np.dtype[np.float64]]", pl.DataFrame]:
    """Estimate the totals of all classes of all margins with their covariance."""
    marks = [(key, str(name)) for key in by for name in rows[_control(key)].unique().sort()]
    variables = [f"control_{i}" for i in range(len(marks))]
    with_controls = rows.with_columns(
        pl.when(pl.col(_control(key)) == name).then(beside.column).otherwise(0.0).alias(variable)
        for variable, (key, name) in zip(variables, marks, strict=True)
    )
    sampled, design = as_sampled(replace(beside.values, rows=with_controls), Design())
    totals, covariance = joint_totals(sampled, variables, design)
    stocked = rows.filter(pl.col(beside.column) > 0)
    table = pl.DataFrame(
        {
            "margin": [by.index(key) + 1 for key, _ in marks],
            "control": [name for _, name in marks],
            "plots": [stocked.filter(pl.col(_control(k)) == name).height for k, name in marks],
            "given_m3": totals,
            "given_m3_se": np.sqrt(np.diag(covariance)),
        }
    )
    margins = [
        Margin(
            (_control(key),),
            table.filter(margin=by.index(key) + 1).select(
                pl.col("control").alias(_control(key)), pl.col("given_m3").alias("total_m3")
            ),
        )
        for key in by
    ]
    return margins, covariance, table


def _before_and_after(calibration: Calibration, by: tuple[str, ...]) -> pl.DataFrame:
    city = calibration.by(())
    none = pl.lit(None, pl.String).alias("class")
    parts = [city.select(pl.lit("all").alias("grouped_by"), none, pl.all())]
    for key in by:
        column = _column(key)
        table = calibration.by((column,))
        parts.append(
            table.select(
                pl.lit(key).alias("grouped_by"),
                pl.col(column).alias("class"),
                pl.exclude(column),
            )
        )
    return pl.concat(parts).rename({"ratio": "mean_weight"})


def _identity(beside: Beside, options: ControlOptions, totals: pl.DataFrame) -> str:
    """Return the identity of a calibration: loads, controls, options and program version.

    The controls stand for the trees, strata and own models that they come from.
    """
    parts = [
        beside.stands.load_id,
        str(beside.values.survey.plots_load_id),
        beside.values.models.set_name,
        ",".join(options.by),
        options.method,
        str(options.bounds),
        str(options.min_plots),
        totals.write_csv(),
        __version__,
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _record(result: ControlResult, beside: Beside, options: ControlOptions) -> dict[str, object]:
    low, high = options.bounds or (None, None)
    went = result.calibration.diagnostics
    city = result.rows.row(0, named=True)
    return {
        "calibration_id": result.calibration_id,
        "survey": options.survey,
        "load_id": beside.stands.load_id,
        "plot_survey": options.plot_survey,
        "plots_load_id": beside.values.survey.plots_load_id,
        "by_keys": ",".join(options.by),
        "method": options.method,
        "weight_lower": low,
        "weight_upper": high,
        "min_plots": options.min_plots,
        "verdict": result.judged["verdict"],
        "difference_in_se": result.judged["difference_in_se"],
        "largest_miss": went.largest_miss,
        "weight_min": went.weight_min,
        "weight_max": went.weight_max,
        "volume_before_m3": city["volume_before_m3"],
        "volume_after_m3": city["volume_after_m3"],
        "volume_after_m3_se": city["volume_after_m3_se"],
        "program_version": __version__,
        "simulated": result.simulated,
    }
