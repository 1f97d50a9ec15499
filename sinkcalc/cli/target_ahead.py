"""`sinkcalc target`, what lies ahead: options, county shares, what closes the gap."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.forecast_rests import talk_about_part
from sinkcalc.cli.output import emit, simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import region_names
from sinkcalc.errors import UsageProblem
from sinkcalc.units import CO2E_PER_C, MU_PER_HA, WAN
from sinkcalc.vocabulary import DEFAULT_SCENARIO

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.accounting.closing import Closing
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.pipeline.outlooks import Outlooks

_FEWEST_DRAWS = 100
_MOST_DRAWS = 100_000
_FORECAST: Final = ("growing_stock", "forest_cover")
# what a status without a forecast rests on
_INSTEAD: Final = {
    "projected_from_last_two_surveys": (
        "改按最近两次调查推算",
        "the last two surveys are carried on",
    ),
    "line_from_baseline_to_target": (
        "只有一次调查,改与基期到目标的直线比较",
        "the one survey is held against the line from baseline to target",
    ),
    "one_survey_no_baseline": (
        "只有一次调查且无基期,改为现值直接与目标比较",
        "the one survey is held against the target itself",
    ),
}


def ahead_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --scenario, --draws and --seed."""
    for option in (
        click.option("--seed", type=int, help="预测的随机种子 · seed of the forecast"),
        click.option(
            "--draws",
            type=click.IntRange(_FEWEST_DRAWS, _MOST_DRAWS),
            help="预测的抽样次数,默认 1000 · draws of the forecast, 1000 by default",
        ),
        click.option(
            "--scenario",
            help="预测情景:内置名称或 TOML 文件,默认 as_now · "
            "scenario of the forecast: a shipped name or a TOML file, as_now by default",
        ),
    ):
        function = option(function)
    return function


def refuse_ahead(scenario: str | None, draws: int | None, seed: int | None) -> None:
    """Refuse options of a forecast where none is made.

    Raises
    ------
    UsageProblem
        If any is given.
    """
    if any(option is not None for option in (scenario, draws, seed)):
        raise UsageProblem(
            zh="--published 与 --protection 不作预测:去掉 --scenario、--draws、--seed",
            en="--published and --protection forecast nothing: leave out --scenario, --draws and "
            "--seed",
        )


def make_outlooks(
    settings: Settings, scenario: str | None, draws: int | None, seed: int | None
) -> "Outlooks":
    """Look ahead as the options ask."""
    from sinkcalc.pipeline.outlooks import OutlookOptions, Outlooks

    given = {"scenario": scenario, "draws": draws, "seed": seed}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return Outlooks(settings.db, OutlookOptions(**chosen), settings.wait)


def ahead_told(outlooks: "Outlooks") -> dict[str, Any]:
    """Tell what a stored result looks ahead with; a user's scenario is told by its file."""
    told = outlooks.options
    own = Path(told.scenario)
    return {
        "scenario": own if own.is_file() else told.scenario,
        "draws": told.draws,
        "seed": told.seed,
    }


def is_standing(about: dict[str, Any]) -> bool:
    """Tell the plan's targets by the default scenario from what would be if."""
    asked = about.get("as_of") is None and about.get("targets") is None
    return asked and about.get("scenario", DEFAULT_SCENARIO) == DEFAULT_SCENARIO


def talk_about_forecast(settings: Settings, rows: "pl.DataFrame", outlooks: "Outlooks") -> None:
    """Say what the forecast assumes, what a probability is, and what would close the gap."""
    from sinkcalc.pipeline.allocation import what_closes

    done = rows.filter(rows["indicator"].is_in(_FORECAST))["status_reason"].unique(
        maintain_order=True
    )
    instead = [words for reason, words in _INSTEAD.items() if reason in done]
    instead_zh = "".join(f",{zh}" for zh, _ in instead)
    instead_en = " and ".join(en for _, en in instead)
    for zh, en in outlooks.notes:
        talk(
            settings,
            f"不能预测{instead_zh}:{zh}",
            f"no forecast{', so ' if instead else ''}{instead_en}: {en}",
        )
    if not (rows["status_reason"] == "projected_by_forecast").any():
        return
    for survey, part in outlooks.parts.items():
        talk_about_part(settings, part, survey, outlooks.scenario.name)
    draws, seed, scenario = outlooks.options.draws, outlooks.options.seed, outlooks.scenario
    talk(
        settings,
        f"预测:情景 {scenario.name}({scenario.title_zh});概率为真实值达到目标的可能:"
        f"{draws} 次抽样(种子 {seed})中有 r 次达标,概率 (r + ½)/({draws} + 1);"
        "抽样含起点调查值、生长曲线与情景各率的误差",
        f"forecast: scenario {scenario.name} ({scenario.title_en}); the probability is that of the "
        f"true figure: with r of {draws} draws (seed {seed}) at the target or above, (r + 1/2) / "
        f"({draws} + 1); drawn are the errors of the last survey, of the curves of growth and of "
        "the rates of the scenario",
    )
    for row in rows.to_dicts():
        found = what_closes(settings.db, row, outlooks, settings.wait)
        if found is not None:
            _talk_about_closing(settings, row, found)


def talk_about_absent(settings: Settings, rows: "pl.DataFrame") -> None:
    """Name the counties that a survey lacks by which the city is judged: they count as nothing."""
    import polars as pl

    from sinkcalc.accounting.target import CITY
    from sinkcalc.pipeline.series_breaks import counties_without_stands

    of_city = rows.filter(
        pl.col("indicator").is_in(_FORECAST),
        pl.col("region_code") == CITY,
    )
    for survey in of_city["current_year"].drop_nulls().unique().sort():
        absent = counties_without_stands(settings.db, survey, settings.wait)
        if absent:
            names = region_names(absent, settings)
            talk(
                settings,
                f"{survey} 年的调查没有以下县的小班:{names}。全市数值与概率中它们为 0,"
                "与全市目标不可比;请先入库其小班",
                f"survey {survey} holds no stands of {names}: they count as 0 in the figures and "
                "the probability of the city, which are then not comparable with its targets; "
                "load their stands first",
            )


def _talk_about_closing(settings: Settings, row: dict[str, Any], found: "Closing") -> None:
    per_ha, mu = found.m3_per_mu * MU_PER_HA, found.new_area_ha * MU_PER_HA / WAN
    years_zh, years_en = "按曲线永远达不到该平均蓄积", "which the curve never holds"
    if found.years_to_mean is not None:
        beyond = " (beyond the ages of the curve)" if found.beyond_curve else ""
        beyond_zh = "(超出曲线的林龄)" if found.beyond_curve else ""
        years_zh = f"新造林按人工林生长曲线要 {found.years_to_mean} 年{beyond_zh}才有该平均蓄积"
        years_en = (
            f"which planted forest holds after {found.years_to_mean} years by its curve{beyond}"
        )
    year, short = row["target_year"], found.shortfall_m3
    talk(
        settings,
        f"{row['target_id']} 缺口:预测比 {year} 年目标少 {short:,.0f} m³({short / WAN:,.1f} 万m³)。"
        f"补足它,或在现有乔木林上每亩多 {found.m3_per_mu:.3f} m³({per_ha:.2f} m³/ha),"
        f"或新增乔木林 {found.new_area_ha:,.0f} ha({mu:,.1f} 万亩),"
        f"按现有平均 {found.mean_m3_per_ha:.1f} m³/ha 计;{years_zh}",
        f"{row['target_id']}, what closes the gap: the forecast is {short:,.0f} m3 "
        f"({short / WAN:,.1f} 万m³) below the target of {year}. That is "
        f"{found.m3_per_mu:.3f} m³/亩 ({per_ha:.2f} m3/ha) more on the present arbor forest, or "
        f"{found.new_area_ha:,.0f} ha ({mu:,.1f} 万亩) of new arbor forest at the present mean of "
        f"{found.mean_m3_per_ha:.1f} m3/ha, {years_en}",
    )
    if found.carbon_t is not None:
        co2 = found.carbon_t * CO2E_PER_C
        talk(
            settings,
            f"缺口的碳(边际):{found.carbon_t:,.0f} t C = {co2:,.0f} t CO2,"
            "边际 = 最近两次调查间全部森林植被碳之差 / 蓄积之差,不用平均值",
            f"carbon of the gap, at the margin: {found.carbon_t:,.0f} t C = {co2:,.0f} t CO2; the "
            "margin is the change of vegetation carbon of all forest by that of growing stock "
            "between the last two surveys, not the average",
        )


def show_allocation(
    settings: Settings,
    targets: "pl.DataFrame",
    outlooks: "Outlooks",
    fmt: str | None,
    output: Path | None,
    keeper: "Keeper",
    about: dict[str, Any],
) -> None:
    """Print each county's share of what the city needs, and store it with what it rests on."""
    from sinkcalc.pipeline.allocation import allocation
    from sinkcalc.pipeline.outlooks import POTENTIAL_SCENARIO

    notes: list[tuple[str, str]] = []
    rows = allocation(settings.db, targets, outlooks, settings.wait, notes)
    keeper.keep("target_shares", rows, {}, about, standing=is_standing(about))
    for zh, en in notes:
        talk(settings, zh, en)
    talk_about_absent(settings, targets)
    if rows.is_empty() and fmt is None and output is None:
        return
    mark = simulated_mark(bool(rows["simulated"].any()), settings)
    title = mark + settings.say(
        "城市所缺蓄积按县分解", "what the city lacks of growing stock, by county"
    )
    emit(rows, settings, fmt, output, _allocation_view, title)
    if rows.is_empty():
        return
    talk(
        settings,
        "分解:某县所需 = 全市所需 × (乔木林面积 × 潜力) / 各县之和,"
        f"潜力 = 不采伐(情景 {POTENTIAL_SCENARIO})到目标年每公顷可增的蓄积,负值按 0;"
        "按最大余数取到 0.0001 m³,合计恰为全市所需;进度与概率按情景 "
        f"{outlooks.scenario.name} 的预测",
        "allocation: need of a county = need of the city x (arbor area x potential) / the sum of "
        f"all counties; potential = what a hectare adds until the target year without felling "
        f"(scenario {POTENTIAL_SCENARIO}), not below 0; by largest remainder to 0.0001 m3, so that "
        "the needs add up to the city's exactly; progress and probability by the forecast of "
        f"scenario {outlooks.scenario.name}",
    )
    _talk_about_apart(settings, rows)
    talk_about_forecast(settings, targets, outlooks)


def _talk_about_apart(settings: Settings, rows: "pl.DataFrame") -> None:
    """Name the counties whose progress and probability point to different sides."""
    import polars as pl

    apart = rows.filter(pl.col("probability_reason").cast(pl.String).str.starts_with("most_draws"))
    if apart.height:
        counties = ", ".join(apart["region_name"].unique(maintain_order=True))
        talk(
            settings,
            f"进度与概率分在 50 % 两边:{counties}:预测值与半数以上的抽样不在目标的同一边"
            "(抽样偏斜,或离目标太近)",
            f"progress and probability lie on different sides of 50 %: {counties}: the forecast's "
            "value and more than half of its draws are not on the same side of the target (they "
            "lie skewed, or too near to it)",
        )


def _allocation_view(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Leave out what is the same in every row."""
    import polars as pl

    same = [name for name in ("survey", "simulated") if frame[name].n_unique() == 1]
    percent = [
        (pl.col(name) * 100).round(1).cast(pl.String) + " %" for name in ("share", "probability")
    ]
    return frame.with_columns(percent).drop(*same, "region_code", "probability_reason")
