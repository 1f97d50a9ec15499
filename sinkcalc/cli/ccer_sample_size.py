"""`sinkcalc ccer sample-size`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.ccer_marks import project_marks, talk_about_unchecked
from sinkcalc.cli.ccer_plot_options import (
    plot_carbon,
    plot_carbon_options,
    project_argument,
)
from sinkcalc.cli.output import emit, format_options, require_writable, talk, write_payload
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.survey_options import FILE
from sinkcalc.errors import SinkcalcError, UsageProblem

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.ccer.calculation import Calculation
    from sinkcalc.pipeline.ccer_sampling import Sampling

_LAYOUTS: Final = (".csv", ".gpkg")


@click.command("sample-size", short_help="样地数量与布设 · number of plots, and where they stand")
@project_argument
@click.option(
    "--pilot", type=FILE, help="预备样地表,由其得均值与标准差 · plots that give mean and SD"
)
@click.option("--pilot-trees", type=FILE, help="预备样地的样木表 · trees of these plots")
@click.option(
    "--relative-error", type=float, metavar="E", help="允许相对误差,如 0.1 · allowed relative error"
)
@click.option("--confidence", type=float, metavar="P", help="置信度,如 0.9 · confidence")
@click.option(
    "--min-plots", type=int, metavar="N", help="每层最少样地数 · least plots of a stratum"
)
@click.option(
    "--degrees",
    "whole",
    type=click.Choice(("down", "up")),
    default="down",
    show_default=True,
    help="n 小于 30 时取自由度 n − 1 的取整 · how n is rounded for n - 1 degrees of freedom",
)
@click.option(
    "--layout",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写出样地布设(.csv 或 .gpkg) · write where the plots stand",
)
# a seed is stored in 64 bits
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help="布设的随机种子 · seed of the layout"
)
@plot_carbon_options
@format_options
@click.pass_obj
def command(
    settings: Settings,
    /,
    project: Path,
    include_unknown: bool,
    pilot: Path | None,
    pilot_trees: Path | None,
    layout: Path | None,
    seed: int | None,
    fmt: str | None,
    output: Path | None,
    **options: Any,
) -> None:
    """各碳层的样地数,按面积、变异、费用;布设为随机起点的方格网 · plots by stratum.

    Spreads are those of [sampling] in the project file, or of plots of a pilot. Allowed error and
    confidence are the methodology's unless given. With --layout the plots are laid on a square
    grid with a random start over the parcels' polygons: the same seed gives the same plots.

    \b
    例 · examples:
      sinkcalc ccer sample-size our-project.toml
      sinkcalc ccer sample-size our-project.toml --layout 样地.gpkg --seed 7
      sinkcalc ccer sample-size our-project.toml --pilot pilot.csv --plot-area 0.06
      sinkcalc ccer sample-size our-project.toml --relative-error 0.15 --json
    """
    from sinkcalc.pipeline.ccer_baseline import project_calculation
    from sinkcalc.pipeline.ccer_plots import read_plots
    from sinkcalc.pipeline.ccer_sampling import SamplingOptions, sampling

    if layout is not None:
        _require_layout(layout)
    calculation = project_calculation(
        project, settings.db, settings.wait, include_unknown=include_unknown
    )
    names = ("relative_error", "confidence", "min_plots", "whole")
    asked = SamplingOptions(options["plot_area_ha"], *(options.pop(name) for name in names))
    reading = plot_carbon(options, calculation.project.plot_area_ha)
    plots = None if pilot is None else read_plots(pilot, pilot_trees, reading)
    found = sampling(calculation, None if plots is None else plots.rows, asked)
    marks = project_marks(calculation, found.unchecked.height, settings)
    title = marks + settings.say(
        f"样地数量 · {calculation.project.name}", f"number of plots · {calculation.project.name}"
    )
    emit(found.rows, settings, fmt, output, lambda frame: _view(frame, settings), title)
    for zh, en in [*([] if plots is None else plots.notes), *found.notes]:
        talk(settings, zh, en)
    talk_about_unchecked(found.unchecked, found.items.height, settings)
    if layout is not None:
        _lay_out(settings, calculation, found, layout, seed)


def _require_layout(layout: Path) -> None:
    if layout.suffix.lower() not in _LAYOUTS:
        raise UsageProblem(
            zh=f"--layout {layout}:扩展名应为 .csv 或 .gpkg",
            en=f"--layout {layout}: the suffix has to be .csv or .gpkg",
        )
    require_writable("csv", layout)


def _lay_out(
    settings: Settings,
    calculation: "Calculation",
    found: "Sampling",
    layout: Path,
    seed: int | None,
) -> None:
    from sinkcalc.pipeline.ccer_layout import GEOGRAPHIC, lay_out
    from sinkcalc.pipeline.ccer_shapes import parcel_shapes
    from sinkcalc.pipeline.estimate import DEFAULT_SEED

    shapes = parcel_shapes(calculation, settings.db, settings.wait)
    if shapes is None:
        raise SinkcalcError(
            zh=f"没有写 {layout}:点位由地块的图形布设,而地块没有图形;只给出了数量。地块用 .shp、"
            ".gpkg、.gdb,或数据库中有图形的小班;或不用 --layout",
            en=f"{layout} is not written: plots are laid over the parcels' polygons, and the "
            "parcels have none; the numbers alone are given. Give parcels as .shp, .gpkg or .gdb, "
            "or stands of the database with polygons, or leave --layout out",
        )
    strata = found.size.strata.select("stratum", "plots").iter_rows()
    rows, notes = lay_out(shapes, dict(strata), DEFAULT_SEED if seed is None else seed)
    if layout.suffix.lower() == ".csv":
        write_payload(layout, rows, settings)
    else:
        from sinkcalc.intake.point_layer import write_points

        write_points(layout, rows, "plots", GEOGRAPHIC)
        talk(
            settings,
            f"已写入 {layout}({rows.height} 个样地,CGCS2000)",
            f"wrote {layout} ({rows.height} plots, CGCS2000)",
        )
    for zh, en in notes:
        talk(settings, zh, en)


def _view(frame: "pl.DataFrame", settings: Settings) -> "pl.DataFrame":
    """Leave out the project and what holds nothing; fractions as per cent."""
    import polars as pl

    def percent(name: str) -> pl.Expr:
        return ((pl.col(name) * 100).round(2).cast(pl.String) + " %").alias(name)

    whole = settings.say("合计", "all")
    shown = frame.drop("project_id", "unverified_items", "simulated").with_columns(
        pl.col("stratum").fill_null(whole),
        percent("sampled_fraction"),
        percent("expected_relative_error"),
    )
    empty = [name for name in shown.columns if shown[name].is_null().all()]
    return shown.drop(empty).rename({"stratum": "ccer.stratum"})
