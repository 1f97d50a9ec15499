"""`sinkcalc survey verdict` and `assisted`: plots beside stands."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinkcalc.cli.output import emit, format_options, simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.survey_inventory import plot_options_of, talk_about_plots
from sinkcalc.cli.survey_options import single_plot_option, tree_model_options
from sinkcalc.cli.table import word

if TYPE_CHECKING:
    import polars as pl


def stand_options(function: Any) -> Any:
    """Add what names a plot survey and the stands beside it."""
    options = (
        click.option(
            "--survey", type=int, required=True, metavar="YEAR", help="样地调查 · plot survey"
        ),
        click.option(
            "--stands", type=int, metavar="YEAR", help="小班调查,默认同年 · survey of the stands"
        ),
        single_plot_option,
        tree_model_options,
        format_options,
    )
    for option in reversed(options):
        function = option(function)
    return function


@click.command("verdict", short_help="小班对样地的检验 · stands against plots")
@stand_options
@click.pass_obj
def verdict(
    settings: Settings,
    /,
    survey: int,
    stands: int | None,
    single_plot: Any,
    fmt: str | None,
    output: Path | None,
    **options: Any,
) -> None:
    """按 GB/T 26424 以样地检验小班总量 · judge the stands' totals by the plots.

    差值不超过 1 倍标准误合格,1–3 倍查找原因,超过 3 倍重新调查 · up to 1 SE accepted, up to 3 find
    the cause, above survey again. 未作任何调整 · nothing is adjusted.

    \b
    例 · examples:
      sinkcalc survey verdict --survey 2020
      sinkcalc survey verdict --survey 2019 --stands 2020 -o 检验.xlsx
    """
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.pipeline.plots_and_stands import beside_stands, region_table
    from sinkcalc.pipeline.plots_and_stands import verdict as judge

    keeper = Keeper(settings)
    chosen = plot_options_of(options)
    beside = beside_stands(
        settings.db, survey, stands or survey, "growing_stock", chosen, settings.wait, place=False
    )
    rows = judge(beside, region_table(settings.db, settings.wait), single_plot)
    keeper.keep_verdict(rows, survey, stands or survey, chosen, single_plot)
    title = _beside_title(settings, beside, survey, stands or survey)
    emit(rows, settings, fmt, output, lambda rows: _shown(rows, settings), title)
    talk_about_both(settings, beside, survey, stands or survey)
    talk(
        settings,
        "界限(1、3 倍标准误)凭记忆取自 GB/T 26424,未核对;误差为样地的抽样误差",
        "the limits (1 and 3 SE) are recalled from GB/T 26424 and not read; the error is the "
        "sampling error of the plots",
    )


_QUANTITY = click.option(
    "--quantity",
    type=click.Choice(("growing_stock", "carbon")),
    default="growing_stock",
    show_default=True,
    help="量(乔木林) · quantity, of arbor forest",
)


@click.command("assisted", short_help="小班辅助的估计 · estimates assisted by stands")
@_QUANTITY
@stand_options
@click.pass_obj
def assisted(
    settings: Settings,
    /,
    survey: int,
    stands: int | None,
    single_plot: Any,
    quantity: Any,
    fmt: str | None,
    output: Path | None,
    **options: Any,
) -> None:
    """以小班为辅助:差值估计、回归估计、县级合并估计 · difference, regression, small counties.

    县级为 Fay–Herriot 合并估计,shrinkage 为直接估计的权 · counties by Fay-Herriot; shrinkage is the
    weight of the county's own estimate.

    \b
    例 · examples:
      sinkcalc survey assisted --survey 2020
      sinkcalc survey assisted --survey 2020 --quantity carbon --csv
    """
    from sinkcalc.pipeline.assisted import assisted as estimate
    from sinkcalc.pipeline.plots_and_stands import beside_stands, region_table
    from sinkcalc.pipeline.plots_and_stands import verdict as judge

    chosen = plot_options_of(options)
    beside = beside_stands(settings.db, survey, stands or survey, quantity, chosen, settings.wait)
    regions = region_table(settings.db, settings.wait)
    if quantity == "growing_stock":
        talk_about_verdict(settings, judge(beside, regions, single_plot).row(0, named=True))
    found = estimate(beside, quantity, regions, single_plot)
    title = _beside_title(settings, beside, survey, stands or survey)
    emit(found.rows, settings, fmt, output, lambda rows: _shown(rows, settings), title)
    talk_about_both(settings, beside, survey, stands or survey)
    for zh, en in found.notes:
        talk(settings, zh, en)
    if found.no_model is not None:
        talk(
            settings,
            f"没有县级合并估计:{found.no_model.zh}",
            f"no composite of the counties: {found.no_model.en}",
        )
    elif found.model is not None:
        _talk_about_model(settings, found.model)


def talk_about_verdict(settings: Settings, judged: dict[str, Any]) -> None:
    """Say how the city's stands stand against the plots, before any adjustment."""
    away, said = judged["difference_in_se"], word(judged["verdict"], settings)
    if away is None:
        talk(
            settings,
            f"检验(调整前):{said}({word(judged['verdict_reason'], settings)})",
            f"verdict before any adjustment: {said} ({word(judged['verdict_reason'], settings)})",
        )
        return
    higher_zh, higher_en = ("低", "below") if away < 0 else ("高", "above")
    talk(
        settings,
        f"检验(调整前):全市小班总量比样地总量{higher_zh} {abs(away):.2f} 倍标准误:{said}",
        f"verdict before any adjustment: the city's stands are {abs(away):.2f} SE {higher_en} the "
        f"plots: {said}",
    )


def talk_about_both(settings: Settings, beside: Any, survey: int, stands: int) -> None:
    """Say what both totals rest on."""
    for zh, en in beside.notes:
        talk(settings, zh, en)
    nowhere = beside.values.rows["region_code"].null_count()
    if nowhere:
        talk(
            settings,
            f"{nowhere} 个样地没有县代码,只计入全市",
            f"{nowhere} plots have no county: they count in the city alone",
        )
    if survey != stands:
        talk(
            settings,
            f"注意:样地为 {survey} 年、小班为 {stands} 年,差值含其间的变化",
            f"note: plots are of {survey} and stands of {stands}: the difference holds the change "
            "between",
        )
    talk_about_plots(settings, beside.values, [beside.column])


def _talk_about_model(settings: Settings, model: Any) -> None:
    slope = model.coefficients.row(1, named=True)
    zero_zh = (
        ";为 0:各县之差不超过抽样误差,合并值即回归值,其误差可能偏小" if model.zero_variance else ""
    )
    zero_en = (
        "; it is 0: counties differ by no more than their sampling errors, every composite is the "
        "regression's, and its error may be too small"
        if model.zero_variance
        else ""
    )
    talk(
        settings,
        f"县级模型:{model.areas} 个县,斜率 {slope['coefficient']:.3f} ± {slope['se']:.3f},"
        f"县间方差 {model.model_variance:.4g}{zero_zh}",
        f"model of the counties: {model.areas} counties, slope {slope['coefficient']:.3f} ± "
        f"{slope['se']:.3f}, variance between counties {model.model_variance:.4g}{zero_en}",
    )


def _beside_title(settings: Settings, beside: Any, survey: int, stands: int) -> str:
    mark = simulated_mark(beside.simulated, settings)
    return mark + settings.say(
        f"样地 {survey} · 小班 {stands}", f"plots of {survey} · stands of {stands}"
    )


def _shown(frame: "pl.DataFrame", settings: Settings) -> "pl.DataFrame":
    """Name the city and leave out columns that hold nothing."""
    import polars as pl

    empty = [name for name in frame.columns if frame[name].is_null().all()]
    city = settings.say("全市", "whole city")
    named = frame.with_columns(
        pl.when(pl.col("region_code").is_null())
        .then(pl.lit(city))
        .otherwise("region_name")
        .alias("region_name"),
    )
    return named.drop("quantity", "simulated", *empty, strict=False).rename(
        {"n": "plots"}, strict=False
    )
