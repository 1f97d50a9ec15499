"""`sinkcalc cores`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.output import emit, format_options, simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import format_number, word
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import (
    CORE_OUTCOMES,
    GAP_RULES,
    SHORT_RULES,
    TOTAL_CARBON_RULES,
    WETLAND_BY_KEYS,
)

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.models.soil_core import CoreBounds, CoreOptions
    from sinkcalc.pipeline.core_means import CoresOfSurvey


# rules of cores as Chinese says them; English has the words of the options
_RULES_ZH: Final = {
    "neighbours": "取相邻层",
    "leave_out": "舍弃",
    "extrapolate": "外推",
    "exclude": "不计",
    "include": "计入",
}


def core_options(function: Any) -> Any:
    """Add the options that say to which depth and by which rules cores are summed."""
    return click.option(
        "--depth",
        "depth_cm",
        type=click.IntRange(min=1),
        default=100,
        show_default=True,
        metavar="CM",
        help="深度 cm,常用 30、50、100 · depth that the stock goes to",
    )(core_rule_options(function))


def core_rule_options(function: Any) -> Any:
    """Add the options that say by which rules cores are summed."""
    options = (
        click.option(
            "--gaps",
            type=click.Choice(GAP_RULES),
            default=GAP_RULES[0],
            show_default=True,
            help="缺口:取相邻层,或舍弃土芯 · gaps: from the adjoining intervals, or no stock",
        ),
        click.option(
            "--short",
            type=click.Choice(SHORT_RULES),
            default=SHORT_RULES[0],
            show_default=True,
            help="不足深度的土芯:舍弃,或以最深层外推 · cores that end above the depth: no stock, "
            "or go on with the deepest interval",
        ),
        click.option(
            "--equivalent-mass",
            "equivalent_mass_t_per_ha",
            type=click.FloatRange(min=0, min_open=True),
            metavar="T_PER_HA",
            help="等效土壤质量:算到该细土干质量,不按深度 · dry mass of fine soil that the stock "
            "goes to instead of the depth",
        ),
        click.option(
            "--total-carbon",
            type=click.Choice(TOTAL_CARBON_RULES),
            default=TOTAL_CARBON_RULES[0],
            show_default=True,
            help="总碳(非有机碳)的土芯:舍弃或计入 · cores with total, not organic, carbon",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


@click.command("cores", short_help="土芯碳储量 · carbon of soil cores")
@click.option("--survey", type=int, required=True, metavar="YEAR", help="调查年度 · survey year")
@core_options
@click.option(
    "--by",
    default="",
    metavar="KEYS",
    help=f"分组均值,逗号分隔 · means by {','.join(WETLAND_BY_KEYS)}",
)
@format_options
@click.pass_obj
def command(
    settings: Settings,
    /,
    survey: int,
    by: str,
    fmt: str | None,
    output: Path | None,
    **options: Any,
) -> None:
    """每个土芯到指定深度的土壤有机碳,或分组均值 · soil organic carbon of each core, or means.

    \b
    例 · examples:
      sinkcalc cores --survey 2023
      sinkcalc cores --survey 2023 --depth 30 --json
      sinkcalc cores --survey 2023 --short extrapolate --by wetland_class
      sinkcalc cores --survey 2023 --equivalent-mass 4000 -o 土芯.xlsx
    """
    from sinkcalc.models.soil_core import CoreOptions
    from sinkcalc.pipeline.core_means import cores_of_survey, mean_stocks
    from sinkcalc.pipeline.core_stocks import core_bounds

    keys = parse_wetland_by(by)
    chosen = CoreOptions(**options)
    found = cores_of_survey(settings.db, survey, chosen, settings.wait)
    title = simulated_mark(found.survey.simulated, settings) + settings.say(
        f"调查 {survey} 的土芯", f"cores of survey {survey}"
    )
    rows, view = (mean_stocks(found, keys), means_view) if keys else (found.rows, cores_view)
    emit(rows, settings, fmt, output, view, title)
    talk_about_cores(settings, found, chosen, core_bounds())


def parse_wetland_by(text: str) -> tuple[str, ...]:
    """Read the --by option of wetlands.

    Raises
    ------
    UsageProblem
        If a key is not known.
    """
    keys = tuple(key.strip() for key in text.replace("\uff0c", ",").split(",") if key.strip())
    unknown = [key for key in keys if key not in WETLAND_BY_KEYS]
    if unknown:
        raise UsageProblem(
            zh=f"--by 不认识 {', '.join(unknown)};可用:{', '.join(WETLAND_BY_KEYS)}",
            en=f"--by does not know {', '.join(unknown)}; use {', '.join(WETLAND_BY_KEYS)}",
        )
    return tuple(dict.fromkeys(keys))


def cores_view(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Show keys, outcome, stock and shares; the other formats hold every column."""
    return frame.select(
        *("core_id", "wetland_id", "region_name", "wetland_class", "outcome"),
        *("carbon_t_per_ha", "carbon_t_per_ha_se", "stock_depth_cm", "reached_cm"),
        *("gap_fraction", "extrapolated_fraction", "modelled_fraction"),
    )


def means_view(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Show the groups with their means; the other formats hold every column."""
    by_mass = frame["equivalent_mass_t_per_ha"].is_not_null().any()
    # without a mass every stock goes to the same depth
    other = ("depth_cm",) if by_mass else ("equivalent_mass_t_per_ha", "stock_depth_cm")
    return frame.drop("survey", "simulated", "region_code", *other, strict=False)


def talk_about_cores(
    settings: Settings, found: "CoresOfSurvey", options: "CoreOptions", bounds: "CoreBounds"
) -> None:
    """Name the rules and count what became of the cores."""
    mass = options.equivalent_mass_t_per_ha
    to = f"{options.depth_cm} cm" if mass is None else f"{format_number(mass)} t/ha"
    widest, least = f"{bounds.largest_gap:.0%}", f"{bounds.least_reach:.0%}"
    fill = options.gaps == "neighbours"
    go_on = options.short == "extrapolate"
    talk(
        settings,
        f"规则:算到 {to};缺口{_RULES_ZH[options.gaps]}"
        + (f"(单个缺口至多为深度的 {widest},假定值)" if fill else "")
        + f";不足深度的{_RULES_ZH[options.short]}"
        + (f"(至少达到深度的 {least},假定值)" if go_on else "")
        + f";总碳{_RULES_ZH[options.total_carbon]}",
        f"rules: to {to}; gaps {options.gaps}"
        + (f" (a gap of at most {widest} of the depth, assumed)" if fill else "")
        + f"; short cores {options.short}"
        + (f" (reaching at least {least} of the depth, assumed)" if go_on else "")
        + f"; total carbon {options.total_carbon}",
    )
    counts = dict(found.rows["outcome"].value_counts().iter_rows())
    told = [f"{word(name, settings)} {counts[name]}" for name in CORE_OUTCOMES if name in counts]
    talk(
        settings,
        f"{found.rows.height} 个土芯:{';'.join(told)}",
        f"{found.rows.height} cores: {'; '.join(told)}",
    )
    _talk_about_models(settings, found.rows)


def _talk_about_models(settings: Settings, rows: "pl.DataFrame") -> None:
    """Count the stocks that rest on models or on total carbon."""
    import polars as pl

    standing = rows.filter(pl.col("carbon_t_per_ha").is_not_null())
    for column, zh, en in (
        (
            "modelled_fraction",
            "个土芯有由有机质推算的碳或容重,其误差见 carbon_t_per_ha_se",
            "cores have carbon or bulk density by models of organic matter: carbon_t_per_ha_se",
        ),
        (
            "model_extrapolated_fraction",
            "个土芯的有机质超出模型的适用范围",
            "cores have organic matter outside the range of the models",
        ),
        (
            "total_carbon_fraction",
            "个土芯计入了总碳,含碳酸盐者偏高",
            "cores count total carbon: too high where there is carbonate",
        ),
    ):
        count = standing.filter(pl.col(column) > 0).height
        if count:
            talk(settings, f"说明:{count} {zh}", f"note: {count} {en}")
