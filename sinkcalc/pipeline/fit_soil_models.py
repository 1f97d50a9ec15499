"""Relations of carbon and bulk density with organic matter, fitted to samples and stored."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sinkcalc import __version__
from sinkcalc.calibration.calibrate import Calibration, CalibrationOptions, calibrate
from sinkcalc.calibration.model import EVERY_GROUP, FORMS_OF, Kind
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.core_samples import core_samples
from sinkcalc.pipeline.fit_models import (
    FitResult,
    by_group,
    rounded,
    rounded_scores,
    told_once,
)
from sinkcalc.pipeline.published_equations import Published, compared
from sinkcalc.pipeline.sample_table import Samples
from sinkcalc.pipeline.soil_models import TARGET_OF, published_soil_models
from sinkcalc.pipeline.soil_samples import SoilSampleOptions, read_soil_samples
from sinkcalc.report.equations import units_of
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.models import ModelRecord, save_models


@dataclass(frozen=True)
class SoilFitOptions:
    """How to fit.

    Attributes
    ----------
    forms
        Candidate forms of carbon; all if None.
    weights
        Of the fits of carbon, as `CalibrationOptions.weights`; bulk density has none.
    min_group, min_studies
        A wetland class with fewer samples or studies has no model of its own.
    folds
        Of the cross-validation over studies.
    """

    forms: tuple[str, ...] | None = None
    weights: str = "none"
    min_group: int = 10
    min_studies: int = 5
    folds: int = 10

    def of(self, kind: Kind) -> CalibrationOptions:
        """Return the options of one relation."""
        carbon = kind == "wetland-carbon"
        return CalibrationOptions(
            kind=kind,
            forms=(self.forms if carbon else None) or FORMS_OF[kind],
            weights=self.weights if carbon else "none",
            min_group=self.min_group,
            folds=self.folds,
            clustered=True,
            min_sites=self.min_studies,
        )


def fit_soil_models(
    db: Path,
    files: SoilSampleOptions | int,
    options: SoilFitOptions,
    name: str | None = None,
    wait: float = 0.0,
    *,
    store: bool = True,
) -> list[FitResult]:
    """Fit both relations, choose, compare with published ones, and store the models.

    C = a OM (+ b OM^2) (+ b or c) by (weighted) least squares, BD = 1/(OM/a + (1 - OM)/b) by
    least squares of BD; coefficients with a jackknife over studies (`by_study`), forms and
    classes chosen by cross-validation over studies.

    Parameters
    ----------
    files
        Where the samples lie, or the survey whose cores they are.
    name
        Name of the calibration; that of the file if None.

    Returns
    -------
    One result a relation, carbon first; models of both are stored as one calibration.

    Raises
    ------
    SinkcalcError
        If no row can be used, or the database cannot be written.
    """
    if isinstance(files, int):
        with reading(db, wait) as con:
            read = core_samples(con, files)
    else:
        read = read_soil_samples(files)
    usable = [samples for samples in read if not samples.rows.is_empty()]
    if not usable:
        raise _nothing(read)
    identity = _identity(usable, options)
    fits = [_fit(samples, options) for samples in usable]
    models = [model for fit in fits for model in fit.models]
    stored: list[str] = []
    if store and models:
        record = ModelRecord(
            calibration_id=identity,
            name=name or Path(usable[0].file).stem,
            options=repr(options),
            sample_file=usable[0].file,
            sample_sha256=usable[0].sha256,
            rows_in=usable[0].rows_in,
            rows_rejected=_unused(usable),
            program_version=__version__,
        )
        candidates = pl.concat(fit.candidates for fit in fits)
        with writing(db, wait) as con:
            stored = save_models(con, record, models, candidates, [units_of(m) for m in models])
    results = []
    for samples, fit in zip(usable, fits, strict=True):
        mine, stored = stored[: len(fit.models)], stored[len(fit.models) :]
        results.append(_result(identity, samples, fit, mine))
    return results


def _fit(samples: Samples, options: SoilFitOptions) -> Calibration:
    return rounded(told_once(calibrate(samples.rows, options.of(samples.kind))))


def _result(identity: str, samples: Samples, fit: Calibration, stored: list[str]) -> FitResult:
    groups = fit.candidates["group"].unique(maintain_order=True).to_list()
    lines = {group: published_lines(samples.kind, group) for group in groups}
    table = pl.concat(
        [
            fit.candidates.with_columns(pl.lit(None, pl.String).alias("equation")),
            compared(samples.rows, lines),
        ],
        how="diagonal",
    )
    scored = by_group(rounded_scores(table), groups)
    return FitResult(identity, samples, fit, scored, lines, stored)


def published_lines(kind: Kind, group: str) -> list[Published]:
    """Return the published relations that samples of a class are compared with.

    Those of the class and those of every class; all of them for all samples together.
    """
    rows = published_soil_models(every_set=True).rows.filter(
        pl.col("target") == TARGET_OF[kind],
        pl.lit(group == EVERY_GROUP)
        | pl.col("wetland_class").is_null()
        | (pl.col("wetland_class") == group),
    )
    return [
        Published(row["model_id"], row["a"], row["b"], form=row["form"], c=row["c"] or 0.0)
        for row in rows.iter_rows(named=True)
    ]


def _unused(usable: list[Samples]) -> int:
    used = pl.concat(samples.rows["row"] for samples in usable).n_unique()
    return usable[0].rows_in - used


def _identity(usable: list[Samples], options: SoilFitOptions) -> str:
    parts = [usable[0].sha256, repr(options), __version__]
    parts += [
        f"{samples.kind}:{role}={name}"
        for samples in usable
        for role, name in sorted(samples.columns.items())
    ]
    parts += [str(samples.rows.height) for samples in usable]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _nothing(read: list[Samples]) -> UsageProblem:
    told_zh, told_en = [], []
    for samples in read:
        for row in samples.counted().iter_rows(named=True):
            told_zh.append(f"{row['rows']} 行{row['reason_zh']}({row['remedy_zh']})")
            told_en.append(f"{row['rows']} rows: {row['reason_en']} ({row['remedy_en']})")
    zh, en = ";".join(told_zh), "; ".join(told_en)
    file = read[0].file
    return UsageProblem(
        zh=f"{file} 没有一行可用:{zh or '没有样本'}。需要有机质与实测有机碳,或有机质与容重",
        en=f"no row of {file} can be used: {en or 'it holds no samples'}. It takes organic matter "
        "with measured organic carbon, or with bulk density",
    )
