"""Models fitted to samples of a file, compared with published ones and stored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.calibration.calibrate import Calibration, CalibrationOptions, calibrate
from sinkcalc.calibration.model import EVERY_GROUP, BiomassPool, Model
from sinkcalc.pipeline.published_equations import Published, compared, published_equations
from sinkcalc.pipeline.sample_table import SampleOptions, Samples, read_samples
from sinkcalc.report.equations import units_of
from sinkcalc.store.connection import writing
from sinkcalc.store.models import ModelRecord, save_models

# digits that a score and a coefficient are stored to: the last ones depend on the library of
# linear algebra and its threads
_SCORE_DIGITS: Final = 10
_COEFFICIENT_DIGITS: Final = 12


@dataclass(frozen=True)
class FitResult:
    """A calibration with what it rests on.

    Attributes
    ----------
    calibration_id
        The same for the same samples, options and program version.
    candidates
        `sample_group`, `equation`, `form`, `estimator`, `samples` and what else
        `Calibration.candidates` holds: each group's candidates, `equation` null, then the published
        equations on the same samples, `equation` their name.
    lines
        The published equations of each group that has a model.
    stored
        Ids of the stored models; none where nothing was stored, as where units look wrong
        (`Samples.held`).
    """

    calibration_id: str
    samples: Samples
    calibration: Calibration
    candidates: pl.DataFrame
    lines: dict[str, list[Published]]
    stored: list[str]


def fit_models(
    db: Path,
    files: SampleOptions,
    options: CalibrationOptions,
    published: Sequence[str] = (),
    name: str | None = None,
    wait: float = 0.0,
    *,
    store: bool = True,
) -> FitResult:
    """Fit every candidate, choose, compare with published equations, and store the models.

    Parameters
    ----------
    published
        Names of published equations or sets; `all` for all, `none` for none. Those of the group
        itself if not given.
    name
        Name of the calibration; that of the file if None.

    Raises
    ------
    SinkcalcError
        If samples or a published equation cannot be had, or the database cannot be written.
    """
    asked = published_equations(files.kind, published)
    samples = read_samples(files)
    used = replace(options, forms=samples.forms)
    found = rounded(told_once(calibrate(samples.rows, used)), files.biomass_pool)
    identity = _identity(samples, used, files)
    groups = found.candidates["group"].unique(maintain_order=True).to_list()
    lines = {group: asked.of(group) for group in groups}
    table = pl.concat(
        [
            found.candidates.with_columns(pl.lit(None, pl.String).alias("equation")),
            compared(samples.rows, lines),
        ],
        how="diagonal",
    )
    stored: list[str] = []
    if store and found.models and not samples.held:
        record = ModelRecord(
            calibration_id=identity,
            name=name or files.path.stem,
            options=repr(used),
            sample_file=samples.file,
            sample_sha256=samples.sha256,
            rows_in=samples.rows_in,
            rows_rejected=samples.rejected.height,
            program_version=__version__,
        )
        units = [units_of(model) for model in found.models]
        with writing(db, wait) as con:
            stored = save_models(con, record, found.models, found.candidates, units)
    return FitResult(
        identity, samples, found, by_group(rounded_scores(table), groups), lines, stored
    )


def by_group(table: pl.DataFrame, groups: list[str]) -> pl.DataFrame:
    """Put the published equations of each group below its candidates."""
    place = pl.col("group").replace_strict(groups, range(len(groups)), return_dtype=pl.Int64)
    return (
        table.sort(place, maintain_order=True)
        .rename({"group": "sample_group", "n": "samples"})
        .select("sample_group", "equation", pl.exclude("sample_group", "equation"))
    )


def told_once(found: Calibration) -> Calibration:
    """Leave out the model of all samples where they are all of one group: it is the group's.

    It would serve every species, which samples of one group say nothing of.
    """
    groups = set(found.candidates["group"]) | {problem.group for problem in found.problems}
    named = groups - {EVERY_GROUP}
    if len(named) != 1 or EVERY_GROUP not in groups:
        return found
    return replace(
        found,
        models=[model for model in found.models if model.group in named],
        candidates=found.candidates.filter(pl.col("group").is_in(list(named))),
        problems=[problem for problem in found.problems if problem.group in named],
    )


def rounded(found: Calibration, pool: BiomassPool = "whole_tree") -> Calibration:
    """Cut models and scores to the digits that are stored."""
    return replace(
        found,
        models=[replace(_rounded_model(model), biomass_pool=pool) for model in found.models],
        candidates=rounded_scores(found.candidates),
    )


def rounded_scores(rows: pl.DataFrame) -> pl.DataFrame:
    """Cut scores to the digits that are the same on every machine."""
    # what least squares make 0 is a rounding error, of either sign
    none = pl.selectors.contains("bias", "relative", "rmse")
    return rows.with_columns(pl.selectors.float().round_sig_figs(_SCORE_DIGITS)).with_columns(
        pl.when(none.round(_SCORE_DIGITS) == 0).then(0.0).otherwise(none).name.keep()
    )


def _rounded_model(model: Model) -> Model:
    def cut(value: float, digits: int = _COEFFICIENT_DIGITS) -> float:
        return float(f"{value:.{digits}g}")

    return replace(
        model,
        values=tuple(map(cut, model.values)),
        covariance=tuple(tuple(map(cut, row)) for row in model.covariance),
        shared_errors=tuple(tuple(map(cut, row)) for row in model.shared_errors),
        df=cut(model.df),
        residual_variance=cut(model.residual_variance),
        residual_correlation=cut(model.residual_correlation),
        correction_factor=cut(model.correction_factor),
    )


def _identity(samples: Samples, options: CalibrationOptions, files: SampleOptions) -> str:
    """Return the identity of a calibration: samples, columns, options and program version."""
    columns = ",".join(f"{role}={name}" for role, name in sorted(samples.columns.items()))
    parts = (
        samples.sha256,
        columns,
        str(files.layer),
        str(files.encoding),
        str(files.of_group),
        files.biomass_pool,
        repr(options),
        __version__,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
