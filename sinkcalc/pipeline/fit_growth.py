"""Growth curves fitted to stands, plots or a file, and stored."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sinkcalc import __version__
from sinkcalc.calibration.growth import GrowthOptions, fit_growth
from sinkcalc.calibration.model import GROWTH_FORMS
from sinkcalc.pipeline.fit_models import FitResult, by_group, rounded, rounded_scores
from sinkcalc.pipeline.growth_file import file_samples
from sinkcalc.pipeline.growth_samples import GrowthSamples, GrowthSource, growth_samples
from sinkcalc.pipeline.sample_table import Samples
from sinkcalc.report.equations import units_of
from sinkcalc.report.panels import Portrait
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.models import ModelRecord, save_models


@dataclass(frozen=True)
class GrowthFitResult:
    """Growth curves with what they rest on.

    Attributes
    ----------
    fit
        As of every calibration.
    samples
        Group sums, and what is told of them.
    """

    fit: FitResult
    samples: GrowthSamples


def fit_growth_models(
    db: Path,
    source: GrowthSource,
    options: GrowthOptions | None = None,
    name: str | None = None,
    wait: float = 0.0,
    *,
    store: bool = True,
) -> GrowthFitResult:
    """Fit growth curves to a source, choose, and store the models.

    Parameters
    ----------
    name
        Name of the calibration; that of the samples if None.

    Raises
    ------
    SinkcalcError
        If the samples cannot be had, or the database cannot be written.
    """
    chosen = options or GrowthOptions()
    if source.file is not None:
        samples = file_samples(source)
    else:
        with reading(db, wait) as con:
            samples = growth_samples(con, source)
    found = rounded(fit_growth(samples.rows, chosen, samples.levels))
    identity = _identity(samples, chosen)
    stored: list[str] = []
    if store and found.models:
        record = ModelRecord(
            calibration_id=identity,
            name=name or samples.name,
            options=repr(chosen),
            sample_file=samples.name,
            sample_sha256=samples.sha256,
            rows_in=samples.rows_in,
            rows_rejected=samples.rows_in - samples.used,
            program_version=__version__,
        )
        units = [units_of(model) for model in found.models]
        with writing(db, wait) as con:
            stored = save_models(con, record, found.models, found.candidates, units)
    groups = found.candidates["group"].unique(maintain_order=True).to_list()
    table = found.candidates.with_columns(pl.lit(None, pl.String).alias("equation"))
    rows = by_group(rounded_scores(table), groups)
    fit = FitResult(identity, _as_samples(samples), found, rows, {}, stored)
    return GrowthFitResult(fit, samples)


def growth_portraits(result: FitResult, names: dict[str, tuple[str, str]]) -> list[Portrait]:
    """Return a portrait of each curve with the means of its ages.

    Parameters
    ----------
    names
        Group -> its name in the language of the reader and in English.
    """
    means = result.calibration.samples
    return [
        Portrait(model, *names[model.group], means.filter(pl.col("group") == model.group))
        for model in result.calibration.models
    ]


def _as_samples(samples: GrowthSamples) -> Samples:
    """Say of group sums what is said of samples."""
    return Samples(
        file=samples.name,
        sha256=samples.sha256,
        kind="growth",
        rows=samples.rows.with_row_index("row"),
        rejected=pl.DataFrame(),
        warnings=[*samples.notes],
        held=False,
        columns=samples.columns,
        forms=GROWTH_FORMS,
        rows_in=samples.rows_in,
        other_groups=[],
        biomass_pool="whole_tree",
    )


def _identity(samples: GrowthSamples, options: GrowthOptions) -> str:
    columns = ",".join(f"{role}={name}" for role, name in sorted(samples.columns.items()))
    parts = ("growth", samples.name, samples.sha256, columns, repr(options), __version__)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
