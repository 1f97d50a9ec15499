"""What a scenario says and what of it is assumed, in words."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word

if TYPE_CHECKING:
    from sinkcalc.accounting.scenario import Measure, Scenario

_HARVEST = ("felling", "thinning", "tending")


def talk_about_scenario(
    settings: Settings, scenario: "Scenario", years: tuple[int, int] | None = None
) -> None:
    """Say what the scenario takes from the forest, and which of its numbers no source prints.

    Parameters
    ----------
    years
        First and last year ahead: a measure of other years does not take effect, and is told.
    """
    if years is not None:
        scenario = _in_force(settings, scenario, years)
    talk_about_harvest(settings, scenario)
    zh, en = _assumed(scenario)
    if zh:
        talk(
            settings,
            f"情景 {scenario.name} 中没有来源而由程序假定的数:{zh};各数的说明见 "
            "parameters/scenarios.csv,改用自己的数见 forecast --show-scenario",
            f"numbers of scenario {scenario.name} that no source prints and the program assumes: "
            f"{en}; parameters/scenarios.csv says why, forecast --show-scenario gives a file to "
            "put your own in",
        )


def _in_force(settings: Settings, scenario: "Scenario", years: tuple[int, int]) -> "Scenario":
    """Leave out the measures of other years, and say so."""
    first, last = years
    kept = tuple(one for one in scenario.measures if one.in_force(first, last))
    for one in scenario.measures:
        if one not in kept:
            own = f"{one.first_year or ''}–{one.last_year or ''}"
            talk(
                settings,
                f"措施 {one.name}:其年份 {own} 不在预测的 {first}–{last} 之内,不起作用",
                f"measure {one.name}: its years {own} lie outside those of the forecast, "
                f"{first}–{last}; it does not take effect",
            )
    return replace(scenario, measures=kept)


def talk_about_harvest(settings: Settings, scenario: "Scenario") -> None:
    """Say what is assumed about harvest."""
    harvest = [one for one in scenario.measures if one.kind in _HARVEST and _rate(one)]
    if not harvest:
        talk(
            settings,
            f"情景 {scenario.name}:假定没有采伐",
            f"scenario {scenario.name}: no harvest is assumed",
        )
        return
    said = [f"{_named(one, settings)} {_touched(one, settings)}" for one in harvest]
    listed = settings.say(";", "; ").join(said)
    talk(
        settings,
        f"情景 {scenario.name} 对采伐的假定:{listed}",
        f"harvest that scenario {scenario.name} assumes: {listed}",
    )


def _named(measure: "Measure", settings: Settings) -> str:
    kind = word(measure.kind, settings)
    return measure.name if measure.name == kind else f"{measure.name} ({kind})"


def _rate(measure: "Measure") -> float:
    return measure.area_ha_per_year or measure.area_fraction_per_year or 0.0


def _touched(measure: "Measure", settings: Settings) -> str:
    if measure.area_ha_per_year is not None:
        area = f"{measure.area_ha_per_year:,.0f} ha"
        rate = settings.say(f"每年 {area}", f"{area} a year")
    else:
        share = f"{measure.area_fraction_per_year:.2%}"
        rate = settings.say(f"每年面积的 {share}", f"{share} of the area a year")
    taken = f"{measure.volume_fraction:.0%}"
    return settings.say(f"{rate},取走蓄积的 {taken}", f"{rate}, taking {taken} of the volume")


def _assumed(scenario: "Scenario") -> tuple[str, str]:
    """Return the assumed numbers by measure, in Chinese and English."""
    from sinkcalc.pipeline.scenarios import assumed_numbers

    by_measure = assumed_numbers(scenario).items()
    own_zh, own_en = "情景本身", "the scenario itself"
    zh = ";".join(f"{name or own_zh}({'、'.join(symbols)})" for name, symbols in by_measure)
    en = "; ".join(f"{name or own_en} ({', '.join(symbols)})" for name, symbols in by_measure)
    return zh, en
