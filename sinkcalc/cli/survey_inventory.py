"""`sinkcalc survey` on the plots of the database."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinkcalc.cli.output import emit, format_options, simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.survey_options import (
    design_options,
    make_design,
    show,
    survey_view,
    tree_model_options,
)
from sinkcalc.cli.table import label

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.plot_survey import PlotOptions, PlotValues
    from sinkcalc.survey import SurveyResult


def plot_options_of(options: dict[str, Any]) -> "PlotOptions":
    """Take what serves the trees out of the options of a command."""
    from sinkcalc.pipeline.plot_survey import PlotOptions

    names = ("tree_models", "volume_table", "factors")
    return PlotOptions(**{name: options.pop(name) for name in names})


def output_of(options: dict[str, Any]) -> tuple[str | None, Path | None]:
    """Take the output options out; files are opened by those of the database."""
    options.pop("encoding", None)
    options.pop("layer", None)
    return options.pop("fmt"), options.pop("output")


def design_of(options: dict[str, Any]) -> Any:
    """Make a design whose sizes may come from a file."""
    from sinkcalc.pipeline.survey_table import with_sizes

    sizes = options.pop("sizes")
    design = make_design(options)
    # without a file the survey's own strata complete the design, and only then it has to fit
    return design if sizes is None else with_sizes(design, sizes)


def estimate_in_database(
    settings: Settings,
    survey: int,
    options: dict[str, Any],
    variables: dict[str, str | None],
    estimate: "Callable[..., SurveyResult]",
) -> None:
    """Estimate from the plots of one survey and print."""
    from sinkcalc.pipeline.plot_estimates import estimate_plots
    from sinkcalc.pipeline.plot_survey import VOLUME

    plot_options = plot_options_of(options)
    fmt, output = output_of(options)
    design = design_of(options)
    names = [column or VOLUME for column in variables.values()]
    result, values = estimate_plots(
        settings.db,
        survey,
        design,
        names,
        lambda rows, chosen: estimate(rows, *names, chosen),
        plot_options,
        settings.wait,
    )
    title = _title(settings, f"{survey}", simulated=values.survey.simulated)
    show(settings, result, fmt, output, title)
    talk_about_plots(settings, values, names)


def change_in_database(
    settings: Settings, years: tuple[int, int], column: str | None, options: dict[str, Any]
) -> None:
    """Estimate the change between two plot surveys and print."""
    from sinkcalc.pipeline.plot_estimates import change_of_plots
    from sinkcalc.pipeline.plot_survey import VOLUME

    plot_options = plot_options_of(options)
    fmt, output = output_of(options)
    design = design_of(options)
    result, two = change_of_plots(
        settings.db, years, column or VOLUME, design, plot_options, settings.wait
    )
    title = _title(settings, f"{years[0]} → {years[1]}", simulated=two.simulated)
    show(settings, result, fmt, output, title)
    for year, values in zip(years, (two.first, two.last), strict=True):
        talk_about_plots(settings, values, [column or VOLUME], f"{year}: ")


def _title(settings: Settings, what: str, *, simulated: bool) -> str:
    mark = simulated_mark(simulated, settings)
    return mark + settings.say(f"样地调查 {what}", f"plot survey {what}")


def talk_about_plots(
    settings: Settings, values: "PlotValues", columns: list[str], of: str = ""
) -> None:
    """Say what some figures of the plots rest on and what they lack; `of` names the survey."""
    import polars as pl

    of_biomass = any("carbon" in name or "ground" in name for name in columns)
    rows = values.rows
    by_volume, by_biomass = pl.col("volume_source"), pl.col("biomass_source")
    for column, source, told, zh, en in (
        (
            "trees_without_volume",
            by_volume,
            True,
            "株活立木没有材积,不计蓄积",
            "living trees have no volume and count for none",
        ),
        (
            "trees_volume_recalled",
            by_volume,
            True,
            "株的材积式凭记忆、未核对",
            "trees by a recalled volume model",
        ),
        (
            "trees_without_biomass",
            by_biomass,
            of_biomass,
            "株活立木没有生物量模型或缺胸径,不计生物量与碳",
            "living trees have no biomass model, or no diameter, and count for none",
        ),
    ):
        # where the plot brings its own stock, its trees need no model
        count = int(rows.filter(source == "trees")[column].fill_null(0).sum())
        if count and told:
            talk(settings, f"说明:{of}{count} {zh}", f"note: {of}{count} {en}")
    if of_biomass and (rows["carbon_recalled"].any() or rows["biomass_recalled"].any()):
        name = values.models.set_name
        talk(
            settings,
            f"说明:{of}生物量与碳({name})用到凭记忆、未核对的参数;详见 docs/plots.zh.md",
            f"note: {of}biomass and carbon ({name}) rest on recalled parameters; see docs/plots.md",
        )


@click.command("plots", short_help="逐样地 · figures plot by plot")
@click.option("--survey", type=int, required=True, metavar="YEAR", help="样地调查 · plot survey")
@tree_model_options
@format_options
@click.pass_obj
def plots(
    settings: Settings, /, survey: int, fmt: str | None, output: Path | None, **options: Any
) -> None:
    """每个样地每公顷的蓄积、断面积、生物量、碳,及其依据 · figures per hectare of every plot."""
    from sinkcalc.pipeline.plot_survey import plot_values

    values = plot_values(settings.db, survey, plot_options_of(options), settings.wait)
    title = _title(settings, f"{survey}", simulated=values.survey.simulated)
    emit(values.rows, settings, fmt, output, plots_view, title)
    talk_about_plots(settings, values, values.rows.columns)


def plots_view(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Show keys and main figures; the other formats hold what they rest on too."""
    keys = ("cluster_id", "region_code", "vegetation_class", "species", "trees")
    shown = [name for name in keys if frame[name].is_not_null().any()]
    return frame.select(
        "plot_id", *shown, "volume_m3_per_ha", "basal_area_m2_per_ha", "carbon_t_per_ha"
    )


@click.command("components", short_help="变化的分解 · growth, mortality, harvest")
@click.option("--from", "first", type=int, required=True, help="前期 · earlier plot survey")
@click.option("--to", "last", type=int, required=True, help="后期 · later plot survey")
@click.option(
    "--value",
    type=click.Choice(("volume", "basal_area", "carbon")),
    default="volume",
    show_default=True,
    help="量 · quantity",
)
@click.option("--by-plot", is_flag=True, help="逐样地 · plot by plot")
@design_options
@tree_model_options
@click.pass_obj
def components(
    settings: Settings,
    /,
    first: int,
    last: int,
    value: Any,
    by_plot: bool,
    **options: Any,
) -> None:
    """保留木生长、进界、枯损、采伐;样木号不能对应时用样地记录 · components of change.

    恒等式 · identity: 后期 − 前期 = 保留木生长 + 进测 + 进界 − 枯损 − 采伐 − 消失 + 更正。

    \b
    例 · examples:
      sinkcalc survey components --from 2015 --to 2020
      sinkcalc survey components --from 2015 --to 2020 --value carbon
      sinkcalc survey components --from 2015 --to 2020 --by-plot -o 分解.xlsx
    """
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.pipeline.plot_components import UNIT_OF, components_of_plots

    keeper = Keeper(settings)
    given = {"value": value, **options}
    plot_options = plot_options_of(options)
    fmt, output = output_of(options)
    design = design_of(options)
    found = components_of_plots(
        settings.db, (first, last), value, design, plot_options, settings.wait
    )
    source = settings.say(
        {"trees": "由样木", "plots": "由样地记录"}[found.source],
        {"trees": "from trees", "plots": "from the plots' own stocks"}[found.source],
    )
    means = found.result.rows["stat"][0] == "mean"
    per_ha = found.source == "trees" if by_plot else means
    unit = UNIT_OF[value] + ("/ha" if per_ha else "")
    mark = simulated_mark(found.simulated, settings)
    title = f"{mark}{first} → {last} · {source} · {unit}"
    if by_plot:
        emit(found.plots, settings, fmt, output, lambda rows: rows.drop("simulated"), title)
    else:
        counted = found.result.counted
        keeper.keep_components(found, (first, last), given)
        show(settings, found.result, fmt, output, title, lambda r: _named(r, settings, counted))
    if found.refused is not None:
        talk(
            settings,
            f"说明:没有由样木分解。{found.refused.zh}",
            f"note: not split by trees. {found.refused.en}",
        )


def _named(frame: "pl.DataFrame", settings: Settings, counted: str) -> "pl.DataFrame":
    """Name the components in the chosen language."""
    import polars as pl

    names = {name: label(name, settings) for name in frame["variable"].unique()}
    return survey_view(frame, counted).with_columns(pl.col("variable").replace(names))
