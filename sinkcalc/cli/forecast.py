"""`sinkcalc forecast`."""

from pathlib import Path
from typing import Any, Final

import click

from sinkcalc.cli.estimate_options import method_option
from sinkcalc.cli.output import emit, format_options, print_text
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import DEFAULT_SCENARIO, FORECAST_BY_KEYS

_LEAST_DRAWS: Final = 100


def _draws(_context: click.Context, _option: click.Parameter, value: int) -> int:
    """Let 0 through, and numbers that intervals can be read from."""
    if 0 < value < _LEAST_DRAWS:
        raise click.BadParameter(f"0 · {_LEAST_DRAWS} …")
    return value


@click.command("forecast", short_help="蓄积与碳的预测 · growing stock and carbon ahead")
@click.option("--to", "to_year", type=int, help="预测到哪一年 · last year")
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
@click.option(
    "--show-scenario",
    metavar="NAME|FILE.toml",
    help="只输出情景的 TOML,供修改 · print the scenario as TOML, to edit, and nothing else",
)
@click.option(
    "--back-test",
    "pairs",
    is_flag=False,
    flag_value="",
    multiple=True,
    metavar="[YEAR,YEAR]",
    help="回测:由前一次调查预测后一次(默认各相邻两次)· forecast from the earlier survey to the "
    "later and compare; every pair of consecutive surveys if none is named",
)
@format_options
@click.pass_obj
def command(
    settings: Settings,
    /,
    show_scenario: str | None,
    pairs: tuple[str, ...],
    fmt: str | None,
    output: Path | None,
    **chosen: Any,
) -> None:
    """由小班按龄级、生长曲线和情景推算 · grow the stands of a survey under a scenario.

    \b
    例 · examples:
      sinkcalc forecast --to 2035
      sinkcalc forecast --to 2060 --scenario no_harvest --every 5
      sinkcalc forecast --to 2035 --scenario 我的情景.toml --by region --json
      sinkcalc forecast --to 2030 --survey 2020 --draws 0 -o 预测.xlsx
      sinkcalc forecast --show-scenario as_now > 我的情景.toml
      sinkcalc forecast --back-test
      sinkcalc forecast --back-test 2015,2020 --scenario no_harvest
    """
    if show_scenario is not None:
        _show_scenario(show_scenario, fmt, output, pairs, chosen)
    elif pairs:
        _show_back_test(settings, pairs, fmt, output, chosen)
    else:
        _show_forecast(settings, fmt, output, **chosen)


def _show_scenario(
    name: str, fmt: str | None, output: Path | None, pairs: tuple[str, ...], chosen: dict[str, Any]
) -> None:
    from sinkcalc.pipeline.scenarios import load_scenario

    _refuse("--show-scenario", {**chosen, "back_test": pairs or None, "format": fmt or output})
    print_text(load_scenario(name).text)


def _show_back_test(
    settings: Settings,
    pairs: tuple[str, ...],
    fmt: str | None,
    output: Path | None,
    chosen: dict[str, Any],
) -> None:
    from sinkcalc.cli.back_test import parse_pairs, show_back_test
    from sinkcalc.pipeline.back_test import BackTestOptions
    from sinkcalc.pipeline.estimate import DEFAULT_SEED
    from sinkcalc.pipeline.scenarios import load_scenario

    _refuse("--back-test", chosen)
    seed = chosen["seed"]
    options = BackTestOptions(
        scenario=load_scenario(chosen["scenario"]),
        pairs=parse_pairs(pairs),
        method=chosen["method"],
        draws=chosen["draws"],
        seed=DEFAULT_SEED if seed is None else seed,
    )
    show_back_test(settings, options, fmt, output)


def _refuse(option: str, chosen: dict[str, Any]) -> None:
    """Refuse options that would do nothing."""
    words = {"to_year": "to", "format": "format, -o"}
    idle = ("to_year", "survey", "by", "every", "back_test", "format")
    for name in idle:
        if chosen.get(name):
            word = words.get(name, name).replace("_", "-")
            raise UsageProblem(
                zh=f"{option} 不与 --{word} 合用;请去掉其一",
                en=f"{option} does not go with --{word}: leave one of them out",
            )


def _show_forecast(
    settings: Settings,
    fmt: str | None,
    output: Path | None,
    *,
    to_year: int | None,
    scenario: str,
    survey: int | None,
    by: str,
    method: str,
    draws: int,
    seed: int | None,
    every: int | None,
) -> None:
    from sinkcalc.cli.forecast_rests import talk_about_rests
    from sinkcalc.cli.forecast_view import (
        chosen_years,
        forecast_title,
        forecast_view,
        talk_about_forecast,
        warn_of_far_years,
    )
    from sinkcalc.pipeline.estimate import DEFAULT_SEED
    from sinkcalc.pipeline.forecast import forecast
    from sinkcalc.pipeline.forecast_inputs import ForecastOptions
    from sinkcalc.pipeline.scenarios import load_scenario

    if to_year is None:
        raise UsageProblem(
            zh="请用 --to 年度 给出预测的最后一年,如 --to 2035",
            en="name the last year of the forecast with --to YEAR, as --to 2035",
        )
    options = ForecastOptions(
        to_year=to_year,
        scenario=load_scenario(scenario),
        survey=survey,
        by=tuple(key.strip() for key in by.replace("\uff0c", ",").split(",") if key.strip()),
        method=method,
        draws=draws,
        seed=DEFAULT_SEED if seed is None else seed,
    )
    found = forecast(settings.db, options, settings.wait)
    warn_of_far_years(options, settings)
    table = fmt == "table" or (fmt is None and output is None)
    rows = chosen_years(found.rows, every, table=table)
    emit(rows, settings, fmt, output, forecast_view, forecast_title(found, options, settings))
    talk_about_forecast(found, options, settings)
    talk_about_rests(settings, found.inputs, options)
