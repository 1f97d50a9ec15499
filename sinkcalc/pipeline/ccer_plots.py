"""Carbon of a project's sample plots, from a table of plots and, if given, one of their trees."""

from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.ccer_plot_columns import (
    CARBON,
    PLOT,
    STRATUM,
    Note,
    PlotCarbon,
    Plots,
    find_columns,
    read_columns,
    require_figures,
)
from sinkcalc.pipeline.ccer_plot_trees import carbon_of_trees

BIOMASS: Final = "biomass_t_per_ha"


def read_plots(plots: Path, trees: Path | None, options: PlotCarbon) -> Plots:
    """Read the carbon of sample plots: as carbon, biomass, or from their trees.

    Columns go by their name or its label in Chinese or English: `plot_id`, `stratum`, and
    `carbon_t_per_ha` (t C/ha) or `biomass_t_per_ha` (t d.m./ha). With trees: `plot_id`, `species`,
    `dbh_cm`, and `height_m`, `crown_length_m`, `volume_m3`, `status`, `tally_area_ha` (ha) where
    the file has them; `plot_area_ha` (ha) of the plots.

    Raises
    ------
    UsageProblem
        If a file or column is missing, a figure is empty or below 0, or options do not go with
        what the file gives.
    """
    _require(options, trees)
    if trees is not None:
        return carbon_of_trees(plots, trees, options)
    names = find_columns(plots, [PLOT, STRATUM], [CARBON, BIOMASS], options)
    column = CARBON if CARBON in names else BIOMASS
    if column not in names:
        raise UsageProblem(
            zh=f"{plots.name} 没有列 {CARBON}(碳,t C/ha)或 {BIOMASS}(生物量,t/ha);"
            "补上一列,或用 --trees 给出样木表",
            en=f"{plots.name} has neither {CARBON} (t C/ha) nor {BIOMASS} (t d.m./ha): add one of "
            "them, or give the trees with --trees",
        )
    rows = read_columns(plots, names, [PLOT, STRATUM], [column], options)
    carbon = pl.col(column)
    if column == BIOMASS:
        if options.carbon_fraction is None:
            raise UsageProblem(
                zh=f"{plots.name} 只有生物量;用 --carbon-fraction 给出含碳率(并有出处)",
                en=f"{plots.name} gives biomass alone: say its carbon fraction with "
                "--carbon-fraction",
            )
        carbon = carbon * options.carbon_fraction
    require_figures(rows, column, plots)
    if options.root_shoot_ratio is not None:
        carbon = carbon * (1 + options.root_shoot_ratio)
    found = rows.select(PLOT, STRATUM, carbon.alias(CARBON))
    return Plots(found, (plots,), _said_of(column, options))


def _require(options: PlotCarbon, trees: Path | None) -> None:
    for name, value, most in (
        ("--carbon-fraction", options.carbon_fraction, 1),
        ("--root-shoot-ratio", options.root_shoot_ratio, None),
    ):
        if value is not None and not (value > 0 and (most is None or value <= most)):
            raise UsageProblem(
                zh=f"{name} {value:g} 不可用:应大于 0,含碳率不大于 1",
                en=f"{name} {value:g} cannot be used: it is above 0, a carbon fraction 1 at most",
            )
    if options.root_shoot_ratio is not None and options.includes != "above_ground":
        raise UsageProblem(
            zh="--root-shoot-ratio 只用于只含地上部分的样地:同时给 --includes above_ground",
            en="--root-shoot-ratio serves plots of what is above ground alone: say --includes "
            "above_ground too",
        )
    if trees is not None and (options.includes == "above_ground" or options.carbon_fraction):
        raise UsageProblem(
            zh="由样木计算时,单木模型给出地上、地下生物量与含碳率:"
            "去掉 --includes above_ground、--root-shoot-ratio 与 --carbon-fraction",
            en="tree models give above and below ground and the carbon fraction: leave out "
            "--includes above_ground, --root-shoot-ratio and --carbon-fraction with --trees",
        )


def _said_of(column: str, options: PlotCarbon) -> list[Note]:
    """Say exactly what the carbon of the plots is of."""
    fraction, ratio = options.carbon_fraction, options.root_shoot_ratio
    by_zh, by_en = (
        (f"生物量 × 含碳率 {fraction:g}", f"biomass times a carbon fraction of {fraction:g}")
        if column == BIOMASS
        else ("表中的碳", "carbon of the table")
    )
    if options.includes != "above_ground":
        part_zh, part_en = "含地上与地下(按 --includes)", "above and below ground (--includes)"
    elif ratio is None:
        part_zh, part_en = "只含地上,地下不计", "above ground alone: nothing below ground counts"
    else:
        part_zh = f"地上 × (1 + 根茎比 {ratio:g})"
        part_en = f"above ground times 1 + root-to-shoot ratio {ratio:g}"
    return [
        (
            f"样地的碳:{by_zh},{part_zh};枯死木、枯落物、灌木、土壤未监测,不计",
            f"carbon of the plots: {by_en}, {part_en}; dead wood, litter, shrubs and soil are not "
            "measured and do not count",
        )
    ]
