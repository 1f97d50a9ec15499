"""`sinkcalc estimate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from sinkcalc.cli.budget_options import draw_options, errors_option
from sinkcalc.cli.category import talk_about_category
from sinkcalc.cli.estimate_options import ALL_METHODS, by_option, method_option, method_options
from sinkcalc.cli.output import emit, format_options, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.wetland_options import (
    CORE_RULES,
    kind_option,
    make_wetland_options,
    require_fitting,
    split_keys,
    wetland_options,
)
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import BY_KEYS

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.estimate import EstimateOptions


def parse_by(text: str, known: tuple[str, ...] = BY_KEYS) -> tuple[str, ...]:
    """Read the --by option.

    Parameters
    ----------
    known
        Keys that there are.

    Raises
    ------
    UsageProblem
        If a key is not known.
    """
    keys = tuple(key.strip() for key in text.replace("\uff0c", ",").split(",") if key.strip())
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise UsageProblem(
            zh=f"--by 不认识 {', '.join(unknown)};可用:{', '.join(known)}",
            en=f"--by does not know {', '.join(unknown)}; use {', '.join(known)}",
        )
    return keys


@click.command("estimate", short_help="估算蓄积、生物量、碳 · estimate stocks of one survey")
@click.option("--survey", type=int, required=True, help="调查年度 · survey year")
@kind_option
@by_option
@method_option(ALL_METHODS)
@method_options
@click.option(
    "--class-survey",
    type=int,
    help="ipcc-2006 按哪次调查的平均蓄积分级(默认本次) · survey that chooses the volume classes",
)
@click.option(
    "--controls",
    metavar="ID",
    help="用总量控制(calibrate control-totals)后的蓄积 · volumes brought to the plots' totals",
)
@wetland_options
@errors_option
@draw_options
@format_options
@click.pass_obj
def command(
    settings: Settings,
    /,
    kind: str,
    budget: bool,
    fmt: str | None,
    output: Path | None,
    **chosen: Any,
) -> None:
    """估算一次调查的蓄积、生物量、碳,存入并输出 · estimate one survey, store and print it.

    \b
    例 · examples:
      sinkcalc estimate --survey 2020
      sinkcalc estimate --survey 2020 --by region --json
      sinkcalc estimate --survey 2020 --method all --by vegetation_class
      sinkcalc estimate --survey 2020 --by region,species_group -o 碳储量.xlsx
      sinkcalc estimate --survey 2020 --budget
      sinkcalc estimate --survey 2020 --draws 10000 --seed 1
      sinkcalc estimate --survey 2020 --kind wetland --by wetland_class --gwp AR5
      sinkcalc estimate --survey 2020 --kind all --by region
      sinkcalc estimate --survey 2020 --kind soil --by region
    """
    if kind == "soil":
        from sinkcalc.cli.estimate_soil import show_soil

        show_soil(settings, fmt, output, chosen)
        return
    require_fitting(kind, chosen["soil_depth"])
    rules = {name: chosen.pop(name) for name in CORE_RULES}
    gwp = chosen.pop("gwp")
    if kind != "forest":
        _show_wetlands(settings, kind, gwp, rules, chosen, fmt, output, budget=budget)
        return
    options = make_options(**chosen)
    if options.method != ALL_METHODS:
        _show_one_method(settings, options, fmt, output, budget=budget)
    elif budget or options.controls:
        raise UsageProblem(
            zh="--budget 与 --controls 一次只用于一种方法;请用 --method 选定",
            en="--budget and --controls are for one method at a time; choose it with --method",
        )
    else:
        _show_every_method(settings, options, fmt, output)


def _show_wetlands(
    settings: Settings,
    kind: str,
    gwp: str,
    rules: dict[str, Any],
    chosen: dict[str, Any],
    fmt: str | None,
    output: Path | None,
    *,
    budget: bool,
) -> None:
    """Estimate wetlands, alone or with the forests."""
    from sinkcalc.cli.wetland import show_both, show_wetlands

    by = chosen["by"]
    forest_by, wetland_by = split_keys(by) if kind == "all" else ("", by)
    wetland = make_wetland_options(
        chosen["survey"], wetland_by, chosen["soil_depth"], gwp, chosen["errors"], rules
    )
    if kind == "wetland":
        show_wetlands(settings, wetland, fmt, output, budget=budget)
        return
    if budget or chosen["method"] == ALL_METHODS:
        raise UsageProblem(
            zh="--kind all 没有 --budget 与 --method all;请用 --kind forest 或 wetland",
            en="--kind all has neither --budget nor --method all; use --kind forest or wetland",
        )
    show_both(settings, make_options(**{**chosen, "by": forest_by}), wetland, fmt, output)


def _show_one_method(
    settings: Settings,
    options: "EstimateOptions",
    fmt: str | None,
    output: Path | None,
    *,
    budget: bool,
) -> None:
    from sinkcalc.cli import budget as errors
    from sinkcalc.cli.methods import talk_about_fallback, volume_class_text
    from sinkcalc.cli.views import estimate_view, run_title, talk_about_errors, talk_about_flags
    from sinkcalc.pipeline.estimate import estimate
    from sinkcalc.store.connection import reading
    from sinkcalc.store.results import (
        read_budget,
        read_flags,
        read_volume_classes,
        run_parameters,
    )

    run_id, rows = estimate(settings.db, options, settings.wait)
    title = run_title(rows, settings, errors.chance_words(options))
    with reading(settings.db, settings.wait) as con:
        flags, parameters = read_flags(con, run_id), run_parameters(con, run_id)
        classes, sources = read_volume_classes(con, run_id), read_budget(con, run_id)
    if budget:
        whole = errors.budget_rows(sources, rows)
        emit(whole, settings, fmt, output, errors.budget_view, title)
        errors.talk_about_budget(settings, sampled=options.controls is not None)
        if fmt is None and output is None:
            errors.talk_about_main_rows(settings)
    else:
        emit(rows, settings, fmt, output, estimate_view, title)
        talk_about_flags(flags, settings)
        talk_about_fallback(flags, settings)
    errors.talk_about_intervals(rows, settings, sampled=options.controls is not None)
    errors.talk_about_other_surveys(options, settings)
    talk_about_category(rows, options.by, options.survey, settings)
    if not options.by:
        talk_about_errors(rows, settings)
    if classes.height:
        text = volume_class_text(classes, options.class_survey or options.survey, settings)
        talk(settings, text, text)
    _talk_about_parameters(settings, parameters, run_id)


def _talk_about_parameters(settings: Settings, parameters: "pl.DataFrame", run_id: str) -> None:
    recalled = parameters.filter(parameters["evidence"] == "recalled").height
    assumed = parameters.filter(parameters["status"] == "assumed").height
    talk(
        settings,
        f"用到 {parameters.height} 个参数(含误差):{recalled} 个凭记忆未核对,{assumed} 个为假定;"
        f"详见 sinkcalc runs show {run_id}",
        f"{parameters.height} parameters used, errors among them: {recalled} recalled and not "
        f"checked against the source, {assumed} assumed; see sinkcalc runs show {run_id}",
    )


def _show_every_method(
    settings: Settings, options: "EstimateOptions", fmt: str | None, output: Path | None
) -> None:
    from sinkcalc.cli.methods import (
        common_flags,
        side_by_side_title,
        side_by_side_view,
        talk_about_fallback,
        talk_about_methods,
    )
    from sinkcalc.cli.views import talk_about_flags
    from sinkcalc.pipeline.side_by_side import every_method
    from sinkcalc.store.connection import reading
    from sinkcalc.store.results import read_flags

    found = every_method(settings.db, options, settings.wait)
    title = side_by_side_title(found.rows, settings)
    emit(found.rows, settings, fmt, output, side_by_side_view, title)
    talk_about_methods(found, options.carbon_fraction_set, settings)
    talk_about_category(found.rows, options.by, options.survey, settings)
    with reading(settings.db, settings.wait) as con:
        flags = {method: read_flags(con, run_id) for method, run_id in found.runs.items()}
    common, own = common_flags(flags)
    talk_about_flags(common, settings)
    for method, rest in own.items():
        talk_about_flags(rest, settings, method)
        talk_about_fallback(flags[method], settings)


def make_options(
    survey: int,
    by: str,
    method: str,
    carbon_fraction: str | None,
    soil_depth: str,
    class_survey: int | None = None,
    errors: Path | None = None,
    draws: int | None = None,
    seed: int | None = None,
    controls: str | None = None,
) -> "EstimateOptions":
    """Build the options of an estimate from the command line's words.

    Raises
    ------
    UsageProblem
        If a key is not known, or a seed is given without draws.
    """
    from sinkcalc.pipeline.estimate import DEFAULT_SEED, EstimateOptions

    if seed is not None and draws is None:
        raise UsageProblem(
            zh="--seed 只用于抽样;请同时给出 --draws",
            en="--seed is for draws: give --draws as well",
        )
    return EstimateOptions(
        survey=survey,
        by=parse_by(by),
        method=method,
        carbon_fraction_set=cast(Literal["fang", "species", "ipcc-2006"] | None, carbon_fraction),
        soil_depth_cm=cast(Literal[30, 100], int(soil_depth)),
        class_survey=class_survey,
        errors=errors,
        draws=draws or 0,
        seed=DEFAULT_SEED if seed is None else seed,
        controls=controls,
    )
