"""Samples of soil from the cores of a survey."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import ROW
from sinkcalc.pipeline.read_table import TextTable
from sinkcalc.pipeline.sample_columns import find_columns
from sinkcalc.pipeline.sample_table import Samples
from sinkcalc.pipeline.soil_samples import SOIL_KINDS, SoilSampleOptions, samples_of
from sinkcalc.store.connection import Connection
from sinkcalc.store.wetlands import core_frame, get_wetland_surveys

_ONE_STUDY: Final = (
    "全部土芯来自同一研究:以土芯代替研究做交叉验证与误差,别的研究(实验室、地点)的误差无从得知",
    "all cores are of one study: cores take the place of studies in cross-validation and errors, "
    "and the error in another study (laboratory, place) stays unknown",
)
_CORE_COLUMNS: Final = (
    "wetland_class",
    "organic_matter_fraction",
    "carbon_fraction",
    "carbon_kind",
    "bulk_density_g_per_cm3",
)


def core_samples(con: Connection, survey: int, *, all_organic: bool = False) -> list[Samples]:
    """Return the samples of a survey's cores, each interval one.

    The study of an interval is that of its core; of a core without a study the core itself, for
    the intervals of a core are alike. Where all cores are of one study the cores take its place,
    and that is said: what the study has in common stays unknown.

    Raises
    ------
    UsageProblem
        If the survey has no cores.
    """
    frame = core_frame(con, survey).collect()
    if frame.is_empty():
        raise UsageProblem(
            zh=f"{survey} 年没有土芯;用 sinkcalc load cores 入库,或给出样品文件",
            en=f"there are no cores of {survey}: load them with sinkcalc load cores, or give a "
            "file of samples",
        )
    one = frame["study"].n_unique() == 1 and frame["study"].null_count() == 0
    core = pl.concat_str(pl.lit("core "), "core_id")
    text = frame.select(
        pl.col("source_row").alias(ROW),
        core.alias("study") if one else pl.coalesce("study", core).alias("study"),
        *(pl.col(name).cast(pl.String) for name in _CORE_COLUMNS),
    )
    # the name goes with the models: what is fitted to simulated cores stays marked
    known = get_wetland_surveys(con).get(survey)
    made = known is not None and known.simulated
    name = f"[SIMULATED] cores {survey}" if made else f"cores {survey}"
    options = SoilSampleOptions(Path(name), all_organic=all_organic)
    digest = hashlib.sha256(text.write_csv().encode()).hexdigest()
    names = text.columns[1:]
    found = []
    for kind in SOIL_KINDS:
        columns = find_columns(options.path, kind, {}, names, height=None)
        samples = samples_of(TextTable(text, []), kind, columns, options, digest)
        found.append(replace(samples, warnings=[_ONE_STUDY]) if one else samples)
    return found
