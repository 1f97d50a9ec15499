"""`sinkcalc demo`."""

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sinkcalc.cli.output import emit, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.survey_options import TREE_SETS
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import DEFAULT_SCENARIO

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.cli.keep import Keeper
    from sinkcalc.demo.city import City

# of the command that gives the same components, its own defaults
_AS_ASKED: Final = {"value": "volume", "single_plot": "fail", "tree_models": TREE_SETS[0]}
# of the forecast that is written
_LAST_YEAR: Final = 2035


@click.command("demo", short_help="模拟城市上的完整流程 · the whole main job on a simulated city")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("sinkcalc-demo"),
    show_default=True,
    help="输出目录 · folder for files and database",
)
@click.option(
    "--stands",
    type=click.IntRange(1_000, 5_000_000),
    default=20_000,
    show_default=True,
    help="小班数 · number of stands",
)
@click.option("--seed", type=int, default=20201231, show_default=True, help="随机种子 · seed")
@click.pass_obj
def command(settings: Settings, directory: Path, stands: int, seed: int) -> None:
    """模拟的杭州:小班、样地、湿地,从入库到预测、检验 · simulated Hangzhou, the whole job.

    一切数据均为模拟,各输出均标明 · all of it is simulated and marked so.
    """
    from sinkcalc.cli.demo_ccer import write_demo_project
    from sinkcalc.cli.demo_results import Surveys, store_groups, store_results
    from sinkcalc.cli.demo_wetlands import estimate_wetland_surveys, load_wetland_files
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.cli.load_report import report_load
    from sinkcalc.cli.target import show_published, show_targets
    from sinkcalc.cli.target_ahead import ahead_told
    from sinkcalc.demo.city import write_city
    from sinkcalc.pipeline.load_result import LoadOptions
    from sinkcalc.pipeline.load_stands import load_stands
    from sinkcalc.pipeline.outlooks import Outlooks
    from sinkcalc.pipeline.targets import target_table

    db = directory / "sinkcalc.duckdb"
    here = Settings(db=db, lang=settings.lang, quiet=settings.quiet, wait=settings.wait)
    _refuse_real_surveys(here)
    talk(
        here,
        "模拟城市:生成小班、样地与湿地文件…",
        "simulated city: writing the files of stands, plots and wetlands …",
    )
    city = write_city(directory / "raw", stands=stands, seed=seed)
    for survey, path in city.files.items():
        result = load_stands(db, [path], LoadOptions(survey, replace=True), here.wait)
        report_load(here, result, shown=0)
    load_wetland_files(here, city.wetlands)
    _load_plots(here, city)
    # what is stored before the last file is loaded would be told from an earlier database
    keeper = Keeper(here)
    surveys = Surveys(list(city.files), list(city.wetlands.wetland_files), list(city.plot_files))
    # runs of soil to 30 cm come first: those to the depth of the other estimates are the latest
    store_groups(here, surveys)
    estimated = _estimate_stands(here, keeper, surveys.stands, directory)
    estimate_wetland_surveys(here, surveys.wetlands, directory)
    outlooks = Outlooks(db, wait=here.wait)
    targets = target_table(db, wait=here.wait, outlooks=outlooks)
    keeper.keep("targets", targets, {}, ahead_told(outlooks))
    emit(targets, here, "json", directory / "target.json")
    show_targets(here, targets, None, None, outlooks=outlooks)
    show_published(here, None, None, None)
    _write_forecast(here, directory)
    _show_plots(here, keeper, surveys.plots, directory)
    store_results(here, keeper, surveys, targets, outlooks)
    write_demo_project(here, surveys.stands[-1], estimated, directory)
    _list_files(here, directory)


def _estimate_stands(
    settings: Settings, keeper: "Keeper", surveys: list[int], directory: Path
) -> "pl.DataFrame":
    """Estimate the stands of every survey and their changes; print and return the last survey."""
    from sinkcalc.cli.change import talk_about_change
    from sinkcalc.cli.views import change_title, change_view, estimate_view, run_title
    from sinkcalc.pipeline.compare import change
    from sinkcalc.pipeline.estimate import EstimateOptions, estimate

    db, wait = settings.db, settings.wait
    for survey in surveys:
        _, rows = estimate(db, EstimateOptions(survey), wait)
        emit(rows, settings, None, directory / f"estimate_{survey}.csv")
    emit(rows, settings, None, None, estimate_view, run_title(rows, settings))
    _, by_region = estimate(db, EstimateOptions(surveys[-1], by=("region",)), wait)
    emit(by_region, settings, None, directory / f"estimate_{surveys[-1]}_by_region.xlsx")
    for first, last in pairwise(surveys):
        options = EstimateOptions(last)
        difference, _ = change(db, first, options, wait)
        keeper.keep_change("changes", difference, first, options, across=False)
        emit(difference, settings, None, None, change_view, change_title(difference, settings))
        emit(difference, settings, None, directory / f"change_{first}_{last}.csv")
    talk_about_change(settings)
    return rows


def _write_forecast(settings: Settings, directory: Path) -> None:
    """Store and write the forecast of the last survey under the default scenario."""
    from sinkcalc.pipeline.forecast import forecast
    from sinkcalc.pipeline.forecast_inputs import ForecastOptions
    from sinkcalc.pipeline.scenarios import load_scenario

    options = ForecastOptions(_LAST_YEAR, load_scenario(DEFAULT_SCENARIO))
    rows = forecast(settings.db, options, settings.wait).rows
    emit(rows, settings, None, directory / f"forecast_{_LAST_YEAR}.csv")


def _load_plots(settings: Settings, city: "City") -> None:
    """Load plots, trees and strata of every occasion."""
    from sinkcalc.cli.load_report import report_load
    from sinkcalc.intake.kinds import PLOTS, STRATA, TREES
    from sinkcalc.pipeline.load_plots import load_plots
    from sinkcalc.pipeline.load_result import LoadOptions

    for kind, files in (
        (PLOTS, city.plot_files),
        (TREES, city.tree_files),
        (STRATA, city.strata_files),
    ):
        for survey, path in files.items():
            options = LoadOptions(survey, definition="nfi", replace=True)
            result = load_plots(settings.db, [path], kind, options, settings.wait)
            report_load(settings, result, shown=0)


def _show_plots(settings: Settings, keeper: "Keeper", surveys: list[int], directory: Path) -> None:
    """Print the stands' totals beside those of the plots, and write the components of change."""
    import polars as pl

    from sinkcalc.pipeline.plot_components import components_of_plots
    from sinkcalc.pipeline.plot_survey import PlotOptions
    from sinkcalc.pipeline.plots_and_stands import beside_stands, region_table, verdict

    db, regions = settings.db, region_table(settings.db, settings.wait)
    cities = []
    for year in surveys:
        rows = verdict(beside_stands(db, year, year, wait=settings.wait, place=False), regions)
        keeper.keep_verdict(rows, year, year, PlotOptions(), "fail")
        year_and_rest = (pl.lit(year).alias("survey"), pl.exclude("region_code", "region_name"))
        cities.append(rows.head(1).select(*year_and_rest))
    judged = pl.concat(cities)
    title = "[SIMULATED] growing stock of stands and plots, m3: SE is that of the plots"
    title_zh = "【模拟数据】小班与样地的森林蓄积量(m3),标准误为样地的"
    shown = judged.drop("verdict_reason", "simulated")
    emit(shown, settings, None, None, None, settings.say(title_zh, title))
    emit(judged, settings, None, directory / "stands_against_plots.csv")
    for years in pairwise(surveys):
        found = components_of_plots(db, years, wait=settings.wait)
        keeper.keep_components(found, years, _AS_ASKED)
        rows = found.result.rows
        emit(rows, settings, None, directory / f"components_{years[0]}_{years[1]}.csv")


def _refuse_real_surveys(settings: Settings) -> None:
    from sinkcalc.store.connection import reading
    from sinkcalc.store.inventory import get_surveys
    from sinkcalc.store.plots import get_plot_surveys
    from sinkcalc.store.wetlands import get_wetland_surveys

    if not settings.db.exists():
        return
    with reading(settings.db, settings.wait) as con:
        kinds = (get_surveys(con), get_plot_surveys(con), get_wetland_surveys(con))
    real = {year for kind in kinds for year, survey in kind.items() if not survey.simulated}
    if real:
        raise UsageProblem(
            zh=f"{settings.db} 中有真实调查 {sorted(real)};演示会覆盖数据,请换一个 --dir",
            en=f"{settings.db} holds the real surveys {sorted(real)}; the demo would replace data, "
            "choose another --dir",
        )


def _list_files(settings: Settings, directory: Path) -> None:
    talk(settings, f"\n文件在 {directory}:", f"\nfiles in {directory}:")
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            size = path.stat().st_size
            talk(
                settings,
                f"  {path.relative_to(directory)}({size:,} 字节)",
                f"  {path.relative_to(directory)} ({size:,} bytes)",
            )
    project = directory / "ccer-project.toml"
    for follows in (
        "estimate --survey 2020 --by region",
        f"forecast --to {_LAST_YEAR}",
        f"publish --to {directory / 'map.gpkg'} --boundaries {directory / 'raw/counties.geojson'}",
        f"ccer sensitivity {project} --plot {directory / 'tornado.png'}",
    ):
        line = f"sinkcalc --db {directory / 'sinkcalc.duckdb'} {follows}"
        talk(settings, f"接着试 · next: {line}", f"next: {line}")
