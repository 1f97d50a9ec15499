"""What a forecast rests on that a reader has to know: a part of the city, assumed figures."""

from typing import TYPE_CHECKING

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import region_names

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.forecast_inputs import ForecastOptions, Inputs
    from sinkcalc.pipeline.part_of_city import PartOfCity


def talk_about_rests(settings: Settings, inputs: "Inputs", options: "ForecastOptions") -> None:
    """Say what a forecast takes for granted: the scenario as carried out, and assumed figures."""
    from sinkcalc.cli.scenario_talk import talk_about_scenario
    from sinkcalc.pipeline.forecast_record import forecast_parameters

    talk_about_part(settings, inputs.part, inputs.survey.survey, options.scenario.name)
    years = (inputs.survey.survey + 1, options.to_year)
    talk_about_scenario(settings, inputs.scenario, years)
    talk_about_recalled(settings, forecast_parameters(inputs, options))


def talk_about_part(
    settings: Settings, part: "PartOfCity | None", survey: int, scenario: str
) -> None:
    """Say what a survey without some of the city's counties does to a scenario.

    Parameters
    ----------
    part
        None if the survey holds every county: nothing is said.
    """
    if part is None:
        return
    names = region_names(part.absent, settings)
    if part.scaled:
        forest, city = part.forest_ha, float(part.published["value"])
        done = ", ".join(part.scaled)
        talk(
            settings,
            f"调查 {survey} 没有以下县的小班:{names}。情景 {scenario} 的公顷数是全市的,"
            f"按 {forest:,.0f} ha / 全市公布森林面积 {city:,.0f} ha = {part.share:.2%} 折算:{done}",
            f"survey {survey} holds no stands of {names}. The hectares of scenario {scenario} are "
            f"the whole city's: times {forest:,.0f} ha of forest / {city:,.0f} ha published for "
            f"the city = {part.share:.2%} for {done}",
        )
    if part.whole:
        done = ", ".join(part.whole)
        talk(
            settings,
            f"警告:调查 {survey} 没有以下县的小班:{names};自己的情景 {scenario} 有不分县的公顷数"
            f"({done}),照写执行。若是全市的数,请写 regions 或按面积折算",
            f"warning: survey {survey} holds no stands of {names}, and your scenario {scenario} "
            f"gives hectares without regions ({done}): they are carried out as written. If they "
            "are the whole city's, name regions or scale them",
        )
    if part.idle:
        done = ", ".join(part.idle)
        talk(
            settings,
            f"措施 {done} 只在没有小班的县,不起作用",
            f"measures for a county without stands do nothing: {done}",
        )


def talk_about_recalled(settings: Settings, parameters: "pl.DataFrame") -> None:
    """Name what the program assumes or has from memory, beside the numbers of the scenario.

    Parameters
    ----------
    parameters
        Result of `forecast_parameters`.
    """
    import polars as pl

    unread = parameters.filter(
        (pl.col("status") == "assumed") | (pl.col("evidence") == "recalled"),
        # a last year is a bound of the command and no figure
        pl.col("unit") != "year",
    )
    kind = pl.col("parameter_id").str.split(".").list.first()
    rules, errors, ages = (
        unread.filter(kind == name) for name in ("forecast-rules", "assumed-error", "age-groups")
    )
    zh, en = [], []
    for row in rules.iter_rows(named=True):
        figure = f"{row['symbol']} = {row['value']:g}" + f" {row['unit']}".replace(" 1", "")
        zh.append(figure)
        en.append(figure)
    for row in errors.iter_rows(named=True):
        zh.append(f"起始蓄积的共同误差 {row['value']:.1%}({row['source_id']})")
        en.append(
            f"the common error of the volumes at the start {row['value']:.1%} ({row['source_id']})"
        )
    if ages.height:
        groups = ages["parameter_id"].str.replace(r"\.[^.]*$", "").n_unique()
        sources = ", ".join(ages["source_id"].unique().sort())
        zh.append(f"{groups} 个树种与起源的龄组界限({sources})")
        en.append(f"age limits of {groups} species and origins ({sources})")
    if zh:
        talk(
            settings,
            f"假定的或凭记忆、未核对原文的数:{';'.join(zh)}",
            f"assumed, or from memory and not read in the source: {'; '.join(en)}",
        )
