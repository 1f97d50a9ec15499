"""`sinkcalc forecast --back-test`."""

from pathlib import Path
from typing import TYPE_CHECKING

from sinkcalc.cli.output import emit, simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.accounting.scenario import Scenario
    from sinkcalc.pipeline.back_test import BackTestOptions, BackTestResult, Pair

_PERCENT = ("error_fraction", "error_of_change_fraction")


def parse_pairs(texts: tuple[str, ...]) -> "tuple[Pair, ...]":
    """Return pairs of years such as 2015,2020; none for a bare option.

    Raises
    ------
    UsageProblem
        If a text is no pair of years.
    """
    pairs = []
    for text in texts:
        words = [word.strip() for word in text.replace("\uff0c", ",").split(",")]
        if words == [""]:
            continue
        if len(words) != 2 or not all(word.isdecimal() for word in words):
            raise UsageProblem(
                zh=f"--back-test {text}:应为两次调查的年度,如 2015,2020;多对请重复该选项",
                en=f"--back-test {text}: give the years of two surveys, as 2015,2020; repeat the "
                "option for more pairs",
            )
        pairs.append((int(words[0]), int(words[1])))
    return tuple(dict.fromkeys(pairs))


def show_back_test(
    settings: Settings, options: "BackTestOptions", fmt: str | None, output: Path | None
) -> None:
    """Print the errors of forecasts between surveys and what has to be known of them."""
    from sinkcalc.pipeline.back_test import back_test

    found = back_test(settings.db, options, settings.wait)
    rows = found.rows
    scenario = options.scenario
    title = simulated_mark(bool(rows["simulated"].any()), settings) + settings.say(
        f"回测 · 情景 {scenario.name}:{scenario.title_zh} · 方法 {options.method}",
        f"back-test · scenario {scenario.name}: {scenario.title_en} · method {options.method}",
    )
    emit(rows, settings, fmt, output, lambda frame: back_test_view(frame, settings), title)
    _talk_about_back_test(settings, found, scenario)


def _talk_about_back_test(
    settings: Settings, found: "BackTestResult", scenario: "Scenario"
) -> None:
    from sinkcalc.cli.forecast_rests import talk_about_part
    from sinkcalc.cli.scenario_talk import talk_about_scenario

    for pair, codes in found.redrawn.items():
        if codes:
            listed = ", ".join(codes)
            talk(
                settings,
                f"{pair[0]} → {pair[1]}:边界已调整的区县不可比,不列:{listed}",
                f"{pair[0]} → {pair[1]}: districts whose borders were redrawn cannot be compared "
                f"and are left out: {listed}",
            )
    for (first, _), part in found.parts.items():
        talk_about_part(settings, part, first, scenario.name)
    talk_about_scenario(settings, scenario)
    _talk_about_flows(settings, found.flows)
    _talk_about_errors(settings, simulated=bool(found.rows["simulated"].any()))


def _talk_about_flows(settings: Settings, flows: "pl.DataFrame") -> None:
    for row in flows.iter_rows(named=True):
        years = f"{row['survey_from']} → {row['survey_to']}"
        growth, felled, lost = (f"{row[name]:,.0f} m3" for name in ("growth", "felled", "lost"))
        talk(
            settings,
            f"{years} 蓄积的预测变化 = 生长 {growth} − 采伐 {felled} − 灾害 {lost};"
            "调查只给出净变化,各项的误差可能互相抵消",
            f"{years}: forecast change of growing stock = growth {growth} - felled {felled} - "
            f"lost {lost}; the surveys give the net change alone, so errors of the parts may "
            "cancel",
        )


def _talk_about_errors(settings: Settings, *, simulated: bool) -> None:
    talk(
        settings,
        "说明:生长曲线只由前一次调查的小班拟合,后一次调查的数据不参与;误差 = 预测 − 调查,"
        "变化的误差以调查所得变化的绝对值为 100 %;区间只是预测的,后一次调查自身的误差不在内。"
        "情景的比率为 2016-2020 年实绩或假定,对 2015-2020 年的回测是事后才知道的",
        "note: the curves are fitted to the stands of the earlier survey alone, nothing of the "
        "later one enters; error = forecast - observed, that of the change as a share of the "
        "observed change taken as positive; the interval is the forecast's, the later survey has "
        "an error of its own. The rates of shipped scenarios are of 2016-2020 or assumed: in a "
        "test from 2015 to 2020 they are known after the event",
    )
    if simulated:
        talk(
            settings,
            "说明:模拟城市没有采伐,小班按一个凑合公布总量的比率生长;误差说明的是方法对该模拟的拟合,"
            "不是对真实森林的精度",
            "note: nothing is felled in the simulated city, and its stands grow by one rate that "
            "meets the published totals: the errors say how the method does on that simulation, "
            "not how exact it is for real forest",
        )


def back_test_view(frame: "pl.DataFrame", settings: Settings) -> "pl.DataFrame":
    """Show the city, and the growing stock of the counties; the error as fractions."""
    import polars as pl

    def percent(column: str) -> pl.Expr:
        return ((pl.col(column) * 100).round(1).cast(pl.String) + " %").alias(column)

    city = pl.col("region_code").is_null()
    inside = settings.say("在", "inside"), settings.say("不在", "outside")
    return frame.filter(city | (pl.col("quantity") == "growing_stock")).select(
        pl.col("survey_from", "survey_to").cast(pl.String),
        pl.when(city)
        .then(pl.lit(settings.say("全市", "city")))
        .otherwise("region_name")
        .alias("region_name"),
        "quantity",
        "pool",
        "unit",
        pl.col("value_from", "forecast", "ci_low", "ci_high", "observed").round(0).cast(pl.Int64),
        *map(percent, _PERCENT),
        pl.when(pl.col("inside_interval"))
        .then(pl.lit(inside[0]))
        .when(~pl.col("inside_interval"))
        .then(pl.lit(inside[1]))
        .alias("inside_interval"),
    )
