"""The carbon project in `sinkcalc demo`: written, and its removals in a short table."""

from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.cli.output import emit, talk
from sinkcalc.cli.settings import Settings

# years of the table
_STEP: Final = 10
_SHOWN: Final = (
    "period",
    "last_day",
    "baseline_removal_t",
    "project_removal_t",
    "risk_deduction_t",
    "reduction_t",
    "cumulative_t",
    "creditable_t",
)


def write_demo_project(
    settings: Settings, survey: int, estimated: pl.DataFrame, directory: Path
) -> None:
    """Write a project on bare land of the city, and show its reductions.

    Parameters
    ----------
    estimated
        Estimate of the survey, the whole city.
    """
    from sinkcalc.cli.ccer_baseline_view import baseline_title
    from sinkcalc.demo.ccer_project import BareLand, write_project
    from sinkcalc.pipeline.ccer_baseline import project_calculation
    from sinkcalc.store.ccer_stands import stands_as_parcels
    from sinkcalc.store.connection import reading

    with reading(settings.db, settings.wait) as con:
        stands = stands_as_parcels(con, survey, "vegetation_class = 'non_forest'")
    if stands.is_empty():
        return
    land = BareLand(survey, stands, _forest_biomass(estimated))
    project = write_project(directory, land)
    found = project_calculation(project, settings.db, settings.wait)
    shown = pl.col("period") % _STEP == 0
    emit(
        found.yearly,
        settings,
        None,
        None,
        lambda rows: rows.filter(shown).select(_SHOWN),
        baseline_title(found, settings),
    )
    left_out = found.excluded.height
    talk(
        settings,
        f"不计入的地块 {left_out} 个,原因见 sinkcalc ccer screen {project}",
        f"{left_out} parcels are left out; sinkcalc ccer screen {project} tells why",
    )


def _forest_biomass(estimated: pl.DataFrame) -> float:
    """Return the mean above-ground biomass of the city's forest, t d.m./ha."""

    def value(quantity: str, pool: str | None) -> float:
        of_pool = pl.col("pool").is_null() if pool is None else pl.col("pool") == pool
        return float(estimated.filter(pl.col("quantity") == quantity, of_pool)["value"].item())

    return value("biomass", "above_ground") / value("area", None)
