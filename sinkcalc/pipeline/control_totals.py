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
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.control_classes import (
    classes_of,
    control_column,
    labelled,
    unrecorded,
    with_group,
)
from sinkcalc.pipeline.plot_survey import PlotOptions, as_sampled
from sinkcalc.pipeline.plots_and_stands import Beside, beside_stands, region_table, verdict
from sinkcalc.store.auxiliary import arbor_cells
from sinkcalc.store.calibrations import save_calibration
from sinkcalc.store.connection import reading, writing
from sinkcalc.survey import Design, joint_totals
from sinkcalc.survey.design import SinglePlot
from sinkcalc.units import STOCK_DECIMALS

KEYS: Final = ("region", "species_group", "origin", "age_group")
_CELL_KEYS: Final = ("region_code", "species", "origin", "age_group")
_STORED: Final = (
    "stands",
    "area_ha",
    "volume_before_m3",
    "weight",
    "volume_after_m3",
    "volume_after_m3_se",
    "variance_contribution",
)
# a weight is stored to 1e-9, a volume to 1e-4 m3: the last bits of a solved equation depend on
# the library of linear algebra and its threads
_WEIGHT_DECIMALS: Final = 9


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
    single_plot
        What to do about a stratum with one plot.
    """

    survey: int
    plot_survey: int
    by: tuple[str, ...] = ("region",)
    method: Method = "bounded"
    bounds: tuple[float, float] | None = None
    min_plots: int = 10
    single_plot: SinglePlot = "fail"


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
    notes
        What has to be told of the controls, in Chinese and English.
    beside
        The plots beside the stands.
    """

    calibration_id: str
    calibration: Calibration
    judged: dict[str, Any]
    rows: pl.DataFrame
    totals: pl.DataFrame
    simulated: bool
    notes: list[tuple[str, str]]
    beside: Beside


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
    judged = verdict(beside, region_table(db, wait), options.single_plot).row(0, named=True)
    with reading(db, wait) as con:
        cells = with_group(arbor_cells(con, options.survey))
    rows = with_group(beside.values.rows)
    classes = [classes_of(rows, cells, KEY_OF[key], options.min_plots) for key in options.by]
    cells_of = cells
    for key, of_class in zip(options.by, classes, strict=True):
        cells_of = labelled(cells_of, of_class, key)
        rows = labelled(rows, of_class, key)
    margins, covariance, totals = _margins(rows, beside, options)
    calibration = calibrate_to_controls(
        cells_of,
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
        totals=_rounded(pl.concat([totals, reached], how="horizontal")),
        simulated=beside.simulated,
        notes=unrecorded(rows, options.by),
        beside=beside,
    )
    if store:
        weights = _rounded(calibration.weights.select(*_CELL_KEYS, *_STORED))
        with writing(db, wait) as con:
            save_calibration(
                con, _record(result, beside, options), result.totals, weights, _effects(calibration)
            )
    return result


def _effects(calibration: Calibration) -> pl.DataFrame:
    """Return rows of `control_effects`, without those that are 0."""
    effects = calibration.effects()
    wide = pl.DataFrame(effects, schema=[str(factor) for factor in range(effects.shape[1])])
    return (
        pl.concat([calibration.weights.select(_CELL_KEYS), wide], how="horizontal")
        .unpivot(index=_CELL_KEYS, variable_name="factor", value_name="effect_m3")
        .with_columns(
            pl.col("factor").cast(pl.Int32),
            pl.col("effect_m3").cast(pl.Float64).round(STOCK_DECIMALS),
        )
        .filter(pl.col("effect_m3") != 0)
    )


def _rounded(rows: pl.DataFrame) -> pl.DataFrame:
    """Round weights, volumes and errors to what is stored."""
    decimals = {"weight": _WEIGHT_DECIMALS, "mean_weight": _WEIGHT_DECIMALS}
    return rows.with_columns(
        pl.col(name).round(decimals.get(name, STOCK_DECIMALS))
        for name, kind in rows.schema.items()
        if kind == pl.Float64
    )


def _require_keys(options: ControlOptions) -> None:
    unknown = [key for key in options.by if key not in KEYS]
    if unknown or not options.by:
        raise UsageProblem(
            zh=f"--by 不认识 {', '.join(unknown) or '空值'};可用:{', '.join(KEYS)}",
            en=f"--by does not know {', '.join(unknown) or 'nothing'}; use {', '.join(KEYS)}",
        )


def _margins(
    rows: pl.DataFrame, beside: Beside, options: ControlOptions
) -> tuple[list[Margin], "np.ndarray[Any, np.dtype[np.float64]]", pl.DataFrame]:
    """Estimate the totals of all classes of all margins with their covariance."""
    by = options.by
    marks = [(key, str(name)) for key in by for name in rows[control_column(key)].unique().sort()]
    variables = [f"control_{i}" for i in range(len(marks))]
    with_controls = rows.with_columns(
        pl.when(pl.col(control_column(key)) == name)
        .then(beside.column)
        .otherwise(0.0)
        .alias(variable)
        for variable, (key, name) in zip(variables, marks, strict=True)
    )
    sampled, design = as_sampled(
        replace(beside.values, rows=with_controls), Design(single_plot=options.single_plot)
    )
    totals, covariance = joint_totals(sampled, variables, design)
    stocked = rows.filter(pl.col(beside.column) > 0)
    table = pl.DataFrame(
        {
            "margin": [by.index(key) + 1 for key, _ in marks],
            "control": [name for _, name in marks],
            "plots": [
                stocked.filter(pl.col(control_column(k)) == name).height for k, name in marks
            ],
            "given_m3": totals,
            "given_m3_se": np.sqrt(np.diag(covariance)),
        }
    )
    margins = [
        Margin(
            (control_column(key),),
            table.filter(margin=by.index(key) + 1).select(
                pl.col("control").alias(control_column(key)), pl.col("given_m3").alias("total_m3")
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
        column = KEY_OF[key]
        table = calibration.by((column,))
        parts.append(
            table.select(
                pl.lit(key).alias("grouped_by"),
                pl.col(column).alias("class"),
                pl.exclude(column),
            )
        )
    return _rounded(pl.concat(parts).rename({"ratio": "mean_weight"}))


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
