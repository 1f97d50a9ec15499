"""The wetlands in `sinkcalc demo`: loaded, estimated, and shown in a short table."""

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from sinkcalc.cli.output import emit, simulated_mark
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    from sinkcalc.demo.wetland_files import WetlandCity


def load_wetland_files(settings: Settings, city: "WetlandCity") -> None:
    """Load wetlands, soil cores, protected areas and farmland of every survey."""
    from sinkcalc.cli.load_report import report_load
    from sinkcalc.intake.kinds import CORES, FARMLAND, PROTECTED_AREAS, WETLANDS
    from sinkcalc.pipeline.load_result import LoadOptions
    from sinkcalc.pipeline.load_wetlands import LAND_SURVEY, load_wetlands

    for kind, files in (
        (WETLANDS, city.wetland_files),
        (CORES, city.core_files),
        (PROTECTED_AREAS, city.protected_files),
        (FARMLAND, city.farmland_files),
    ):
        for survey, path in files.items():
            options = LoadOptions(survey, definition=LAND_SURVEY, replace=True)
            result = load_wetlands(settings.db, [path], kind, options, settings.wait)
            report_load(settings, result, shown=0)


def estimate_wetland_surveys(settings: Settings, surveys: list[int], directory: Path) -> None:
    """Estimate the wetlands of every survey; show the areas, carbon and fluxes of the last one."""
    from sinkcalc.pipeline.wetland_estimate import estimate_wetlands
    from sinkcalc.pipeline.wetland_options import WetlandOptions

    for survey in surveys:
        run_id, rows = estimate_wetlands(settings.db, WetlandOptions(survey), settings.wait)
        emit(rows, settings, None, directory / f"estimate_wetland_{survey}.csv")
    title = simulated_mark(bool(rows["simulated"].any()), settings) + settings.say(
        f"调查 {surveys[-1]} 湿地 · 运行 {run_id}",
        f"wetlands of survey {surveys[-1]} · run {run_id}",
    )
    emit(rows, settings, None, None, _short, title)


def _short(rows: pl.DataFrame) -> pl.DataFrame:
    """Show area and carbon, and yearly fluxes in CO2 equivalents."""
    stocks = pl.col("quantity").is_in(["area", "carbon"])
    fluxes = pl.col("quantity").is_in(["removal", "emission"]) & pl.col("gwp_set").is_not_null()
    columns = ("quantity", "pool", "gas", "gwp_set", "depth_cm", "value", "unit", "se")
    return rows.filter(stocks | fluxes).select(*columns, wetlands="n")
