"""`sinkcalc calibrate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinkcalc.cli import calibrate_growth, calibrate_models, calibrate_stored, calibrate_wetland
from sinkcalc.cli.output import emit, format_options, simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.survey_inventory import plot_options_of
from sinkcalc.cli.survey_options import single_plot_option, tree_model_options
from sinkcalc.cli.survey_stands import talk_about_both, talk_about_verdict
from sinkcalc.cli.table import word
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    from sinkcalc.pipeline.control_totals import ControlResult


@click.group("calibrate", short_help="校准 · weights and models fitted to samples")
def command() -> None:
    """按样本校准,结果存在小班旁边,不改小班 · fitted to samples, stored beside the stands.

    \b
    例 · examples:
      sinkcalc calibrate volume-biomass 样本.xlsx --group 树种组 --report 校准.html
      sinkcalc calibrate tree-biomass 样木.csv --dry-run
      sinkcalc calibrate wetland-carbon 土壤样品.csv --report 校准.html
      sinkcalc calibrate growth --survey 2020
      sinkcalc calibrate list
      sinkcalc calibrate control-totals --survey 2020 --by region
    """


@command.command("control-totals", short_help="总量控制 · stands to the plots' totals")
@click.option("--survey", type=int, required=True, metavar="YEAR", help="小班调查 · stands")
@click.option("--plots", type=int, metavar="YEAR", help="样地调查,默认同年 · plot survey")
@click.option(
    "--by",
    default="region",
    show_default=True,
    metavar="KEYS",
    help="控制的边际,逗号分隔 · margins: region, species_group, origin, age_group",
)
@click.option(
    "--method",
    type=click.Choice(("bounded", "raking", "linear")),
    default="bounded",
    show_default=True,
    help="权数有界、逐步比例、线性 · logit with bounds, raking, regression",
)
@click.option(
    "--bounds",
    default="0.5,2",
    show_default=True,
    metavar="LOW,HIGH",
    help="权数的界限(bounded) · limits of the weights",
)
@click.option(
    "--min-plots",
    type=click.IntRange(2),
    default=10,
    show_default=True,
    help="样地(乔木林)少于此数的类并为一个控制 · classes with fewer arbor plots share a control",
)
@single_plot_option
@click.option("--dry-run", is_flag=True, help="不存 · store nothing")
@tree_model_options
@format_options
@click.pass_obj
def control_totals(
    settings: Settings,
    /,
    survey: int,
    plots: int | None,
    by: str,
    method: Any,
    bounds: str,
    min_plots: int,
    single_plot: Any,
    dry_run: bool,
    fmt: str | None,
    output: Path | None,
    **options: Any,
) -> None:
    """以样地的总量控制小班蓄积 · calibrate stand volumes to the totals of the plots.

    先给出 GB/T 26424 检验,再给出调整前后;权数按县×树种×起源×龄组存入,小班不变,视图
    calibrated_stands 给出调整后的小班蓄积 · the verdict comes first, then before and after; weights
    of groups of stands are stored, stands stay as they are, the view calibrated_stands joins both.

    \b
    例 · examples:
      sinkcalc calibrate control-totals --survey 2020 --by region --dry-run
      sinkcalc calibrate control-totals --survey 2020 --by region,species_group --bounds 0.6,1.8
    """
    from sinkcalc.pipeline.control_totals import ControlOptions, calibrate_controls

    keys = tuple(key.strip() for key in by.replace("\uff0c", ",").split(",") if key.strip())
    limits = parse_bounds(bounds) if method == "bounded" else None
    chosen = ControlOptions(survey, plots or survey, keys, method, limits, min_plots, single_plot)
    result = calibrate_controls(
        settings.db, chosen, plot_options_of(options), settings.wait, store=not dry_run
    )
    talk_about_verdict(settings, result.judged)
    mark = simulated_mark(result.simulated, settings)
    title = mark + settings.say(
        f"小班 {survey} · 样地 {chosen.plot_survey} · 调整前后(m3)",
        f"stands of {survey} · plots of {chosen.plot_survey} · before and after (m3)",
    )
    emit(result.rows, settings, fmt, output, lambda rows: rows.drop("simulated"), title)
    talk_about_both(settings, result.beside, chosen.plot_survey, survey)
    _talk_after(settings, result, stored=not dry_run)


def parse_bounds(text: str) -> tuple[float, float]:
    """Read LOW,HIGH.

    Raises
    ------
    UsageProblem
        If it is not two numbers with 1 between them.
    """
    parts = text.replace("\uff0c", ",").split(",")
    try:
        low, high = map(float, parts)
    except ValueError:
        low, high = 1.0, 1.0
    if not 0 <= low < 1 < high:
        raise UsageProblem(
            zh=f"--bounds {text} 应为 下限,上限,下限小于 1,上限大于 1,如 0.5,2",
            en=f"--bounds {text} must be LOW,HIGH with LOW below 1 and HIGH above 1, as 0.5,2",
        )
    return low, high


def _talk_after(settings: Settings, result: "ControlResult", *, stored: bool) -> None:
    went = result.calibration.diagnostics
    for row in result.totals.iter_rows(named=True):
        talk(
            settings,
            f"边际 {row['margin']},{word(row['control'], settings)}({row['plots']} 个样地):"
            f"{row['given_m3']:,.0f} ± {row['given_m3_se']:,.0f} m3,小班 {row['before_m3']:,.0f}",
            f"margin {row['margin']}, {word(row['control'], settings)} ({row['plots']} plots): "
            f"{row['given_m3']:,.0f} ± {row['given_m3_se']:,.0f} m3, "
            f"stands {row['before_m3']:,.0f}",
        )
    talk(
        settings,
        f"权数 {went.weight_min:.3f}–{went.weight_max:.3f},{went.iterations} 步,"
        f"最大偏差 {went.largest_miss:.1e}",
        f"weights {went.weight_min:.3f} to {went.weight_max:.3f}, {went.iterations} steps, largest "
        f"miss {went.largest_miss:.1e}",
    )
    for zh, en in result.notes:
        talk(settings, zh, en)
    if stored:
        talk(
            settings,
            f"已存为 {result.calibration_id};小班未变,视图 calibrated_stands 给出调整后的蓄积",
            f"stored as {result.calibration_id}; the stands are unchanged, the view "
            "calibrated_stands gives their volumes after",
        )
    else:
        talk(settings, "未入库", "nothing was stored")


for _more in (
    calibrate_models.volume_biomass,
    calibrate_models.tree_biomass,
    calibrate_wetland.wetland_carbon,
    calibrate_growth.growth,
    calibrate_stored.list_all,
    calibrate_stored.show,
    calibrate_stored.activate,
    calibrate_stored.deactivate,
):
    command.add_command(_more)
