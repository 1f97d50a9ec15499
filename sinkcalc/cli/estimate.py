"""`sinkcalc estimate`."""

from pathlib import Path
from typing import Any, Literal, cast

import click

from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import BY_KEYS, DEFAULT_METHOD, METHODS


def by_option(function: Any) -> Any:
    """Add --by."""
    return click.option(
        "--by", default="", metavar="KEYS", help=f"分组,逗号分隔 · group by {','.join(BY_KEYS)}"
    )(function)


def method_options(function: Any) -> Any:
    """Add the options that choose method, carbon fractions and soil depth."""
    options = (
        click.option(
            "--method",
            type=click.Choice(METHODS),
            default=DEFAULT_METHOD,
            show_default=True,
            help="方法 · method",
        ),
        click.option(
            "--carbon-fraction",
            type=click.Choice(["fang", "species"]),
            default="fang",
            show_default=True,
            help="含碳率:统一 0.5 或按树种 · carbon fraction: 0.5 or by species",
        ),
        click.option(
            "--soil-depth",
            type=click.Choice(["100", "30"]),
            default="100",
            show_default=True,
            help="土壤深度 cm · depth of the soil pool",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def parse_by(text: str) -> tuple[str, ...]:
    """Read the --by option.

    Raises
    ------
    UsageProblem
        If a key is not known.
    """
    keys = tuple(key.strip() for key in text.replace("\uff0c", ",").split(",") if key.strip())
    unknown = [key for key in keys if key not in BY_KEYS]
    if unknown:
        raise UsageProblem(
            zh=f"--by 不认识 {', '.join(unknown)};可用:{', '.join(BY_KEYS)}",
            en=f"--by does not know {', '.join(unknown)}; use {', '.join(BY_KEYS)}",
        )
    return keys


@click.command("estimate", short_help="估算蓄积、生物量、碳 · estimate stocks of one survey")
@click.option("--survey", type=int, required=True, help="调查年度 · survey year")
@click.option(
    "--kind", type=click.Choice(["forest"]), default="forest", show_default=True, help="对象 · what"
)
@by_option
@method_options
@format_options
@click.pass_obj
def command(
    settings: Settings,
    survey: int,
    kind: str,
    by: str,
    method: str,
    carbon_fraction: str,
    soil_depth: str,
    fmt: str | None,
    output: Path | None,
) -> None:
    """估算一次调查的蓄积、生物量、碳,存入并输出 · estimate one survey, store and print it.

    \b
    例 · examples:
      sinkcalc estimate --survey 2020
      sinkcalc estimate --survey 2020 --by region --json
      sinkcalc estimate --survey 2020 --by region,species_group -o 碳储量.xlsx
    """
    from sinkcalc.cli.views import estimate_view, run_title, talk_about_errors, talk_about_flags
    from sinkcalc.pipeline.estimate import EstimateOptions, estimate
    from sinkcalc.store.connection import reading
    from sinkcalc.store.results import read_flags, run_parameters

    options = make_options(EstimateOptions, survey, by, method, carbon_fraction, soil_depth)
    run_id, rows = estimate(settings.db, options, settings.wait)
    emit(rows, settings, fmt, output, estimate_view, run_title(rows, settings))
    with reading(settings.db, settings.wait) as con:
        flags, parameters = read_flags(con, run_id), run_parameters(con, run_id)
    talk_about_flags(flags, settings)
    if not options.by:
        talk_about_errors(rows, settings)
    recalled = parameters.filter(parameters["evidence"] == "recalled").height
    assumed = parameters.filter(parameters["status"] == "assumed").height
    talk(
        settings,
        f"用到 {parameters.height} 个参数:{recalled} 个凭记忆未核对,{assumed} 个为假定;"
        f"详见 sinkcalc runs show {run_id}",
        f"{parameters.height} parameters used: {recalled} recalled and not checked against the "
        f"source, {assumed} assumed; see sinkcalc runs show {run_id}",
    )


def make_options(
    kind: Any, survey: int, by: str, method: str, carbon_fraction: str, soil_depth: str
) -> Any:
    """Build the options of an estimate from the command line's words."""
    return kind(
        survey=survey,
        by=parse_by(by),
        method=method,
        carbon_fraction_set=cast(Literal["fang", "species"], carbon_fraction),
        soil_depth_cm=cast(Literal[30, 100], int(soil_depth)),
    )
