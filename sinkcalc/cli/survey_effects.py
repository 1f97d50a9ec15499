"""`sinkcalc survey effects`: area, density and species in the change of plots."""

from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.estimate import parse_by
from sinkcalc.cli.estimate_options import plot_by_option
from sinkcalc.cli.output import emit, simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.survey_inventory import (
    design_of,
    output_of,
    plot_options_of,
    talk_about_plots,
)
from sinkcalc.cli.survey_options import design_options, tree_model_options
from sinkcalc.vocabulary import PLOT_BY_KEYS

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.plot_effects import EffectsOnPlots, Recoded

_FIGURES: Final = ("growing_stock_m3_per_ha", "volume_m3_per_ha", "carbon_t_per_ha")
_NAMES: Final = {
    "growing_stock_m3": ("森林蓄积量", "growing stock"),
    "volume_m3": ("蓄积", "volume"),
    "carbon_t": ("碳储量", "carbon"),
}
_PARTS: Final = ("change", "area_effect", "density_effect", "species_effect")
# codes that are named before the rest is counted
_MOST: Final = 8


@click.command("effects", short_help="面积、密度、树种的作用 · area, density, species")
@click.option("--from", "first", type=int, required=True, help="前期 · earlier plot survey")
@click.option("--to", "last", type=int, required=True, help="后期 · later plot survey")
@click.option(
    "--y",
    "column",
    type=click.Choice(_FIGURES),
    default=_FIGURES[0],
    show_default=True,
    help="量;森林蓄积按乔木林面积,其余按森林面积 · quantity; growing stock goes by the area of "
    "arbor forest, the others by that of all forest",
)
@plot_by_option
@click.option(
    "--later-species",
    is_flag=True,
    help="两期都是森林的样地用后期树种(两期代码表不同时) · plots that are forest on both occasions "
    "take the species of the later one, where the lists of codes differ",
)
@design_options
@tree_model_options
@click.pass_obj
def effects(
    settings: Settings,
    /,
    first: int,
    last: int,
    column: str,
    by: str,
    later_species: bool,
    **options: Any,
) -> None:
    """固定样地两期变化中面积、密度、树种的作用,相加等于变化 · effects of a change on plots.

    小班的见 sinkcalc change --effects · those of stands: sinkcalc change --effects.

    \b
    例 · examples:
      sinkcalc survey effects --from 2015 --to 2020
      sinkcalc survey effects --from 2015 --to 2020 --by region,origin
      sinkcalc survey effects --from 2015 --to 2020 --y carbon_t_per_ha --size 30000
    """
    from sinkcalc.pipeline.plot_effects import effects_of_plots

    plot_options = plot_options_of(options)
    fmt, output = output_of(options)
    found = effects_of_plots(
        settings.db,
        (first, last),
        column,
        parse_by(by, PLOT_BY_KEYS),
        design_of(options),
        plot_options,
        settings.wait,
        later_species=later_species,
    )
    emit(found.rows, settings, fmt, output, plot_effects_view, _title(found, settings))
    for zh, en in found.notes:
        talk(settings, zh, en)
    _talk_about_effects(settings, found)
    _talk_about_codes(settings, found.recoded, later_species=later_species)
    for year, values in ((first, found.two.first), (last, found.two.last)):
        talk_about_plots(settings, values, [column], f"{year}: ")


def _title(found: "EffectsOnPlots", settings: Settings) -> str:
    row = found.rows.row(0, named=True)
    per = "" if found.sized else settings.say(",抽样土地每公顷", " of the sampled land")
    return (
        simulated_mark(row["simulated"], settings)
        + settings.say("样地调查 ", "plot surveys ")
        + f"{row['survey_from']} → {row['survey_to']} · "
        + settings.say(*_NAMES[row["variable"].removesuffix("_per_ha")])
        + f" · {row['unit']}{per}"
    )


def plot_effects_view(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Show keys, change and effects, each with its error; totals to the whole m3 or t."""
    import polars as pl

    from sinkcalc.cli.views import asked_keys

    figures = [name for part in _PARTS for name in (part, f"{part}_se")]
    reasons = ["se_reason"] if frame["se_reason"].is_not_null().any() else []
    total = ~pl.col("unit").str.ends_with("/ha")
    # adding 0 takes the sign from a zero
    shown = [
        pl.when(total)
        .then(pl.col(name).cast(pl.Float64).round(0) + 0.0)
        .otherwise(name)
        .alias(name)
        for name in figures
    ]
    return frame.with_columns(shown).select(*asked_keys(frame), "plots", *figures, *reasons)


def _talk_about_effects(settings: Settings, found: "EffectsOnPlots") -> None:
    if not found.sized:
        talk(
            settings,
            "总面积未知:作用为抽样土地的每公顷值,面积为其占比;给出总量用 --size 公顷数,"
            "或先载入层(load strata)",
            "the area is not known: effects are per hectare of the sampled land, areas are parts "
            "of it; for totals give --size HECTARES or load strata (load strata)",
        )
    talk(
        settings,
        "说明:面积、树种、密度作用的定义同 change --effects;标准误为抽样误差(线性化),"
        "已计两期的协方差;样地测定与材积式的误差不在其中",
        "note: area, species and density effects are those of change --effects; standard errors "
        "are of sampling (linearised) with the covariance of the occasions, and hold no error of "
        "measurement or of volume models",
    )


def _talk_about_codes(settings: Settings, found: "Recoded", *, later_species: bool) -> None:
    """Say how many plots are of another species group, and whether codes may be the reason."""
    talk(
        settings,
        f"两期都是森林的 {found.forest} 个样地中 {found.changed} 个优势树种组改变",
        f"of {found.forest} plots that are forest on both occasions {found.changed} are of another "
        "species group on the later one",
    )
    if later_species:
        talk(
            settings,
            "这些样地两期都按后期树种组计",
            "they count with the species group of the later occasion on both",
        )
    if later_species or not found.new_list:
        return
    trees = found.trees
    parts_zh, parts_en = [], []
    for codes, zh, en in (
        (found.only_from, "只在前期", "on the first only"),
        (found.only_to, "只在后期", "on the last only"),
    ):
        if codes:
            more = f" … ({len(codes)})" if len(codes) > _MOST else ""
            listed = ", ".join(codes[:_MOST]) + more
            parts_zh.append(f"{zh}有 {listed}")
            parts_en.append(f"{listed} {en}")
    if trees.changed:
        parts_zh.append(
            f"按编号配上的 {trees.matched} 株中 {trees.changed} 株树种改变"
            f"(最多 {trees.commonest_change})"
        )
        parts_en.append(
            f"{trees.changed} of {trees.matched} trees matched by number change species (most "
            f"often {trees.commonest_change})"
        )
    talk(
        settings,
        f"注意:两期树种代码不同:{';'.join(parts_zh)}。树种作用可能部分是代码表改变,"
        "不是树种更替;先在配置中把两期代码对应到同样的树种,或用 --later-species 对照",
        f"note: the species codes of the occasions differ: {'; '.join(parts_en)}. Part of the "
        "species effect may be a change of the list of codes and not of the species: map the "
        "codes of both to the same species in the profile first, or compare with --later-species",
    )
