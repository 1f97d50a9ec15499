"""What `forecast` shows and says."""

from typing import Final

import polars as pl

from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.cli.output import simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.pipeline.forecast import ForecastResult
from sinkcalc.pipeline.forecast_inputs import ForecastOptions, forecast_rules
from sinkcalc.pipeline.growth_curves import ACTIVE, BOTH, FITTED
from sinkcalc.vocabulary import FORECAST_BY_KEYS

# a table shows every so many years of a longer forecast
_LONG: Final = 10
_STEP: Final = 5
# what a measure that is not carried out lacks, and what planting does
_LACKING: Final = (("林地", "forest"), ("非林地", "land without forest"))
# what the curves rest on
_BASES: Final = {
    ACTIVE: ("启用的模型", "active models"),
    FITTED: (
        "由本次调查的小班按年龄拟合:以空间代时间",
        "fitted to the stands of the survey over their ages: space for time",
    ),
    BOTH: (
        "启用的模型,其余由本次调查的小班按年龄拟合",
        "active models, the rest fitted to the stands of the survey over their ages",
    ),
}


def chosen_years(rows: pl.DataFrame, every: int | None, *, table: bool) -> pl.DataFrame:
    """Keep the survey, every so many years after it, and the last year.

    Parameters
    ----------
    every
        All years if None; a table of many years shows every fifth.
    """
    last = int(rows["year"].to_numpy().max())
    after = pl.col("year") - pl.col("survey")
    if every is None:
        long = last - int(rows["survey"][0]) > _LONG
        every = _STEP if table and long else 1
    return rows.filter((after % every == 0) | (pl.col("year") == last))


def forecast_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show keys, figure, year and interval; a pool stands in the name of its figure."""
    keys = [KEY_OF[key] for key in FORECAST_BY_KEYS]
    shown = [key for key in keys if frame[key].is_not_null().any()]
    if "region_code" in shown:
        shown[shown.index("region_code")] = "region_name"
    wide = frame["se"].is_not_null().any()
    return frame.select(
        *shown,
        pl.when(pl.col("quantity") == "carbon")
        .then(pl.concat_str("quantity", "pool", separator="_"))
        .otherwise("quantity")
        .alias("quantity"),
        pl.col("year").cast(pl.String),
        "value",
        "unit",
        *(["ci_low", "ci_high"] if wide else []),
    )


def forecast_title(found: ForecastResult, options: ForecastOptions, settings: Settings) -> str:
    """Name survey, year, scenario and method."""
    survey = found.inputs.survey
    scenario = options.scenario
    return simulated_mark(survey.simulated, settings) + settings.say(
        f"预测 {survey.survey} → {options.to_year} · 情景 {scenario.name}:{scenario.title_zh} · "
        f"方法 {options.method}",
        f"forecast {survey.survey} → {options.to_year} · scenario {scenario.name}: "
        f"{scenario.title_en} · method {options.method}",
    )


def warn_of_far_years(options: ForecastOptions, settings: Settings) -> None:
    """Say that a far year rests on curves beyond their ages."""
    limit = int(forecast_rules()["warned_from"])
    if options.to_year > limit:
        talk(
            settings,
            f"警告:{limit} 年以后,多数林分的年龄超出生长曲线样本的范围,数值是外推",
            f"warning: beyond {limit} most stands are older than the samples of their curves; the "
            "figures are extrapolated",
        )


def talk_about_forecast(
    found: ForecastResult, options: ForecastOptions, settings: Settings
) -> None:
    """Say what a forecast starts from, rests on and leaves out."""
    _talk_about_curves(found, settings)
    _talk_about_ages(found, settings)
    _talk_about_method(found, settings)
    _talk_about_undone(found, options, settings)
    talk(
        settings,
        "说明:曲线来自现有林分,过去的间伐、灾害和采伐后的选择已在其中;情景的采伐与抚育另加,"
        "可能重复计一部分。气候变化、二氧化碳浓度、木材价格都不在内",
        "note: the curves come from stands as they are, so past thinning, damage and what felling "
        "left over are in them already; felling and tending of the scenario come on top and may "
        "count a part twice. No change of climate or CO2 and no price of wood enters",
    )
    talk(
        settings,
        "说明:蓄积只计有记录的;土壤、枯落物、枯死木、灌草按单位面积密度,只随面积变;"
        "净清除 = 植被碳的年变化 × 44/12,正值为清除",
        "note: growing stock counts recorded volumes only; soil, litter, dead wood and understorey "
        "have a density per hectare and move with area only; net removal = yearly change of "
        "vegetation carbon x 44/12, a removal is positive",
    )
    if options.draws:
        talk(
            settings,
            f"区间为 {options.draws} 次抽样的 95 %:起始蓄积、曲线、全部生长、情景的比率;"
            "面积与碳参数的误差各年共用一个抽样。年龄、模型形式和情景本身的对错不在内",
            f"intervals hold 95 % of {options.draws} draws of the stock at the start, the curves, "
            "all growth and the rates of the scenario; the errors of area and of carbon "
            "coefficients are one draw for all years. Ages, the shape of the curves and whether "
            "the scenario comes true are not in them",
        )


def _talk_about_curves(found: ForecastResult, settings: Settings) -> None:
    inputs = found.inputs
    curves = inputs.cohorts.curve_keys
    zh, en = _BASES[inputs.curves.basis]
    wider, beyond = found.curve_shares
    last = inputs.survey.survey + len(inputs.plan)
    talk(
        settings,
        f"起始调查 {inputs.survey.survey};{len(curves)} 条生长曲线({zh})。乔木林面积的 "
        f"{1 - wider:.1%} 用本树种组与起源的曲线,{wider:.1%} 用较宽的曲线;"
        f"到 {last} 年 {beyond:.1%} 的年龄超出曲线样本",
        f"starts from survey {inputs.survey.survey}; {len(curves)} growth curves ({en}). "
        f"{1 - wider:.1%} of the arbor area by the curve of its own species group and origin, "
        f"{wider:.1%} by a wider one; by {last} {beyond:.1%} is older than the samples of its "
        "curve",
    )


def _talk_about_method(found: ForecastResult, settings: Settings) -> None:
    form = found.inputs.factors.form
    if form == "whole_tree":
        talk(
            settings,
            "说明:新成林与采伐迹地在有蓄积的第一年按方程截距一次性“增加”碳,采伐时一次性减少",
            "note: new and regrown forest gains the intercept of its equation at once, in the "
            "first year with a volume, and felled forest loses it at once",
        )
    if form == "bcef":
        talk(
            settings,
            f"说明:各年都用 {found.inputs.survey.survey} 年的蓄积分级,否则蓄积跨级时碳会下降",
            f"note: every year takes the volume classes of {found.inputs.survey.survey}, or "
            "carbon would fall where growing stock enters the next class",
        )


def _talk_about_ages(found: ForecastResult, settings: Settings) -> None:
    notes = found.ages
    for (stands, area), zh, en in (
        (
            notes.no_volume,
            "无蓄积记录:不计蓄积,碳按龄组的平均密度,随龄组变化",
            "without a recorded volume: no growing stock; their carbon is the mean density of "
            "their age group and changes with it",
        ),
        (notes.by_group, "无年龄,取龄组中值", "without age take the middle of their age group"),
        (notes.by_mean, "无年龄与龄组,取平均年龄", "without age and age group take the mean age"),
        (
            notes.moved,
            "无蓄积且年龄在龄组之外,取龄组内最近的年龄",
            "without volume, of an age outside their age group, take the nearest age inside",
        ),
        (
            notes.median_limits,
            "的树种没有龄组界限,取同起源各树种的中位数",
            "of species without limits of age groups take the medians over species",
        ),
    ):
        if stands:
            talk(
                settings,
                f"{stands} 个小班({area:,.0f} ha){zh}",
                f"{stands} stands ({area:,.0f} ha) {en}",
            )


def _talk_about_undone(found: ForecastResult, options: ForecastOptions, settings: Settings) -> None:
    for number, measure in enumerate(options.scenario.measures):
        years = [y for (n, y), area in found.undone.items() if n == number and area > 0]
        if years:
            first = found.inputs.survey.survey + min(years)
            area = sum(found.undone[number, year] for year in years)
            zh, en = _LACKING[measure.kind == "afforestation"]
            talk(
                settings,
                f"措施 {measure.name}:自 {first} 年起有 {len(years)} 年{zh}不足,"
                f"共 {area:,.0f} ha 未能实施",
                f"measure {measure.name}: from {first} on there is not enough {en} for it in "
                f"{len(years)} years; {area:,.0f} ha are not carried out",
            )
        if measure.kind == "afforestation" and found.inputs.survey.land_area_ha is None:
            talk(
                settings,
                f"警告:调查 {found.inputs.survey.survey} 的土地面积不详,措施 {measure.name} "
                "的造林面积不受非林地多少的限制",
                f"warning: the land area of survey {found.inputs.survey.survey} is not known, so "
                f"nothing limits what measure {measure.name} plants to land that is not forest",
            )
