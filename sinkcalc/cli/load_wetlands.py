"""`sinkcalc load wetlands`, `cores`, `protected-areas` and `farmland`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinkcalc.cli.load_command import load_options, run_load
from sinkcalc.cli.output import format_options
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    from sinkcalc.pipeline.load_result import LoadOptions, LoadResult


@click.command("wetlands", short_help="湿地斑块 · wetland patches")
@load_options("land_survey_3")
@format_options
@click.pass_obj
def wetlands(settings: Settings, /, **given: Any) -> None:
    """读入一次调查的湿地斑块 · load the wetland patches of one survey.

    林草湿荒或三调图层中不是湿地的行不读,只计数 · rows of a mixed layer that are no wetland are
    counted and left out.

    \b
    例 · examples:
      sinkcalc load wetlands 湿地2020.csv --survey 2020 --explain
      sinkcalc load wetlands LCXZGX.gdb --layer LCXZGX_P --survey 2023 --profile lcxzgx-wetlands
      sinkcalc load wetlands DLTB.gpkg --survey 2020 --rejects 拒收.csv
    """
    _load_wetlands(settings, "wetlands", given)


@click.command("cores", short_help="土芯层段 · depth intervals of soil cores")
@load_options(None)
@format_options
@click.pass_obj
def cores(settings: Settings, /, **given: Any) -> None:
    """读入土芯,每行一个层段 · load soil cores, one row an interval.

    \b
    例 · examples:
      sinkcalc load cores 土芯.csv --survey 2020
      sinkcalc load cores ccn_depthseries.parquet --survey 2020 --profile ccn-cores
    """
    _load_wetlands(settings, "cores", given)


@click.command("protected-areas", short_help="保护地 · protected areas")
@load_options(None)
@format_options
@click.pass_obj
def protected_areas(settings: Settings, /, **given: Any) -> None:
    """读入保护地:带图形,或写明其中的湿地 · load protected areas, with geometries or wetland ids.

    \b
    例 · examples:
      sinkcalc load protected-areas 保护地.gpkg --survey 2020
      sinkcalc load protected-areas 湿地保护.csv --survey 2020
    """
    _load_wetlands(settings, "protected_areas", given)


@click.command("farmland", short_help="农田面积 · areas of farmland")
@load_options(None)
@format_options
@click.pass_obj
def farmland(settings: Settings, /, **given: Any) -> None:
    """读入各县农田面积(土壤碳库用) · load areas of farmland by county, for the soil carbon.

    \b
    例 · examples:
      sinkcalc load farmland 农田.csv --survey 2020
    """
    _load_wetlands(settings, "farmland", given)


def _load_wetlands(settings: Settings, name: str, given: dict[str, Any]) -> None:
    from sinkcalc.intake.kinds import KINDS
    from sinkcalc.pipeline.load_wetlands import definition_of, load_wetlands

    if given["definition"] is None:
        given["definition"] = definition_of(settings.db, given["survey"], settings.wait)

    def load(files: tuple[Path, ...], options: "LoadOptions") -> "LoadResult":
        return load_wetlands(settings.db, files, KINDS[name], options, settings.wait)

    run_load(settings, KINDS[name], load, report=None, **given)
