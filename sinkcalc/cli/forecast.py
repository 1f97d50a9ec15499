"""`sinkcalc forecast`."""

from pathlib import Path
from typing import Final

import click

from sinkcalc.cli.estimate_options import method_option
from sinkcalc.cli.output import emit, format_options
from sinkcalc.cli.settings import Settings
from sinkcalc.vocabulary import DEFAULT_SCENARIO, FORECAST_BY_KEYS

_LEAST_DRAWS: Final = 100


def _draws(_context: click.Context, _option: click.Parameter, value: int) -> int:
    """Let 0 through, and numbers that intervals can be read from."""
    if 0 < value < _LEAST_DRAWS:
        raise click.BadParameter(f"0 · {_LEAST_DRAWS} …")
    return value


@click.command("forecast", short_help="蓄积与碳的预测 · growing stock and carbon ahead")
@click.option("--to", "to_year", type=int, required=True, help="预测到哪一年 · last year")
@click.option(
    "--scenario",
    default=DEFAULT_SCENARIO,
    show_default=True,
    metavar="NAME|FILE.toml",
    help="情景名称或自己的情景文件 · name of a scenario, or a file of your own",
)
@click.option("--survey", type=int, help="起始调查(默认最近一次) · survey to start from")
@click.option(
    "--by",
    default="",
    metavar="KEYS",
    help=f"分组,逗号分隔 · group by {','.join(FORECAST_BY_KEYS)}",
)
@method_option()
@click.option(
    "--draws",
    type=click.IntRange(0, 1_000_000),
    default=1000,
    show_default=True,
    callback=_draws,
    metavar="N",
    help="抽样次数;0 不给区间 · Monte Carlo draws; 0: no intervals",
)
@click.option("--seed", type=click.IntRange(0), help="抽样的种子 · seed of the draws")
@click.option(
    "--every",
    type=click.IntRange(1),
    metavar="YEARS",
    help="只输出每隔几年(与最后一年) · give every so many years, and the last",
)
@format_options
@click.pass_obj
def command(
    settings: Settings,
    /,
    to_year: int,
    scenario: str,
    survey: int | None,
    by: str,
    method: str,
    draws: int,
    seed: int | None,
    every: int | None,
    fmt: str | None,
    output: Path | None,
) -> None:
    """由小班按龄级、生长曲线和情景推算 · grow the stands of a survey under a scenario.

    \b
    例 · examples:
      sinkcalc forecast --to 2035
      sinkcalc forecast --to 2060 --scenario no_harvest --every 5
      sinkcalc forecast --to 2035 --scenario 我的情景.toml --by region --json
      sinkcalc forecast --to 2030 --survey 2020 --draws 0 -o 预测.xlsx
    """
    from sinkcalc.cli.forecast_view import (
        chosen_years,
        forecast_title,
        forecast_view,
        talk_about_forecast,
        warn_beforehand,
    )
    from sinkcalc.pipeline.estimate import DEFAULT_SEED
    from sinkcalc.pipeline.forecast import forecast
    from sinkcalc.pipeline.forecast_inputs import ForecastOptions
    from sinkcalc.pipeline.scenarios import load_scenario

    options = ForecastOptions(
        to_year=to_year,
        scenario=load_scenario(scenario),
        survey=survey,
        by=tuple(key.strip() for key in by.replace("\uff0c", ",").split(",") if key.strip()),
        method=method,
        draws=draws,
        seed=DEFAULT_SEED if seed is None else seed,
    )
    warn_beforehand(options, settings)
    found = forecast(settings.db, options, settings.wait)
    table = fmt == "table" or (fmt is None and output is None)
    rows = chosen_years(found.rows, every, table=table)
    emit(rows, settings, fmt, output, forecast_view, forecast_title(found, options, settings))
    talk_about_forecast(found, options, settings)
