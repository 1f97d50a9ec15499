"""A user's scenario file in TOML."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final, get_args

from sinkcalc.accounting.scenario import MEASURE_KINDS, Becomes, Measure, MeasureKind, Scenario
from sinkcalc.errors import did_you_mean
from sinkcalc.pipeline.scenario_text import BARE_KINDS
from sinkcalc.pipeline.scenario_values import (
    age_group_words,
    group_words,
    origin_words,
    region_words,
    species_words,
)
from sinkcalc.pipeline.shipped_scenarios import (
    GROWTH_SE,
    RATES,
    shipped_names,
    shipped_number,
    shipped_scenario,
)
from sinkcalc.pipeline.toml_section import FileKind, Section, read_toml
from sinkcalc.units import MU_PER_HA

_SCENARIO_FILE: Final = FileKind("情景文件", "scenario file")
_SCENARIO_KEYS: Final = ("name", "title_zh", "title_en", "base", GROWTH_SE)
_MU: Final = "area_mu_per_year"
_RATE_KEYS: Final = (*RATES, _MU)
_GAIN: Final = ("growth_gain_fraction", "gain_years")
_NEW_FOREST: Final = ("regrows_species", "regrows_origin")
MEASURE_KEYS: Final = (
    "kind",
    *_RATE_KEYS,
    "volume_fraction",
    "becomes",
    *_NEW_FOREST,
    *_GAIN,
    "regions",
    "species_groups",
    "origins",
    "age_groups",
    "first_year",
    "last_year",
    "relative_se",
    "source",
    "remove",
)
# what touched land becomes where the file does not say
_BECOMES: Final[dict[MeasureKind, Becomes]] = {"felling": "regrows", "land_loss": "leaves_forest"}
# kinds that are nothing without a volume taken
_TAKING: Final = ("felling", "thinning", "disturbance")


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from a file; its text is left empty.

    Raises
    ------
    UsageProblem
        If the file is missing or no TOML in UTF-8, a key is not known, a measure has no rate or
        two, a value is out of its bounds, or a name of a county, species, origin or age group is
        not known.
    """
    data = read_toml(path, _SCENARIO_FILE)
    _require_tables(path, data)
    for key in ("scenario", "measures"):
        if not isinstance(data.get(key, {}), dict):
            raise Section(_SCENARIO_FILE, path, key, {}).problem(
                "", f"应为 [{key}] 开头的一段", f"must be a table that begins with [{key}]"
            )
    head = Section(_SCENARIO_FILE, path, "scenario", data.get("scenario", {}))
    head.require_known(_SCENARIO_KEYS)
    name = head.text("name")
    if name is None:
        raise head.problem("name", "缺少;请给情景一个名称", "is missing: give the scenario a name")
    base = _base(head)
    growth_se = head.number(GROWTH_SE, 1)
    return Scenario(
        name,
        *_titles(head, name, base),
        _measures(path, data.get("measures", {}), base),
        growth_se if growth_se is not None else base.growth_relative_se if base else 0.0,
    )


def _require_tables(path: Path, data: dict[str, Any]) -> None:
    """Refuse a table of the file that means nothing."""
    for key, value in data.items():
        if key in ("scenario", "measures"):
            continue
        shown = f"[{key}]" if isinstance(value, dict) else key
        zh, en = did_you_mean(key, ("scenario", "measures"))
        if isinstance(value, dict) and "kind" in value:
            zh, en = f"措施写作 [measures.{key}]", f"a measure begins with [measures.{key}]"
        raise Section(_SCENARIO_FILE, path, "", {}).problem(
            shown, f"不认识的段;{zh}", f"the table is not known; {en}"
        )


def _titles(head: Section, name: str, base: Scenario | None) -> tuple[str, str]:
    """Return the titles; a copy of a shipped scenario under another name does not keep its."""
    zh, en = head.text("title_zh"), head.text("title_en")
    of_shipped = [shipped_scenario(shipped) for shipped in shipped_names()]
    copied = [one for one in of_shipped if one.name != name and zh == one.title_zh]
    copied += [one for one in of_shipped if one.name != name and en == one.title_en]
    origin = copied[0] if copied else base if not zh and not en else None
    if origin is not None and origin.name != name:
        return f"基于 {origin.name}", f"based on {origin.name}"
    return zh or en or name, en or zh or name


def _base(head: Section) -> Scenario | None:
    name = head.text("base")
    if name is None:
        return None
    if name not in shipped_names():
        zh, en = did_you_mean(name, shipped_names())
        raise head.problem("base", f"没有情景 {name};{zh}", f"there is no scenario {name}; {en}")
    return shipped_scenario(name)


def _measures(path: Path, given: dict[str, Any], base: Scenario | None) -> tuple[Measure, ...]:
    measures = {measure.name: measure for measure in base.measures} if base else {}
    for name, entries in given.items():
        section = Section(
            _SCENARIO_FILE, path, f"measures.{name}", entries if isinstance(entries, dict) else {}
        )
        if not isinstance(entries, dict):
            raise section.problem("", "应为一段,而不是一个值", "must be a table, not a value")
        section.require_known(MEASURE_KEYS)
        if not section.flag("remove"):
            measures[name] = _measure(name, section)
            continue
        if name not in measures:
            zh, en = did_you_mean(name, measures)
            raise section.problem(
                "remove",
                f"基础情景没有这项措施;{zh}" if measures else "没有基础情景,无可删除;请写 base",
                f"the base has no such measure; {en}"
                if measures
                else "there is no base to remove it from: name one as base under [scenario]",
            )
        del measures[name]
    return tuple(measures.values())


def _measure(name: str, section: Section) -> Measure:
    kind = section.word("kind", dict(zip(MEASURE_KINDS, MEASURE_KINDS, strict=True)))
    if kind is None:
        listed = ", ".join(MEASURE_KINDS)
        raise section.problem("kind", f"缺少;可用:{listed}", f"is missing; use one of: {listed}")
    outcomes = get_args(Becomes)
    becomes = section.word("becomes", dict(zip(outcomes, outcomes, strict=True)))
    measure = Measure(
        name=name,
        kind=kind,  # type: ignore[arg-type]  # one of the words
        **_rate(section),
        volume_fraction=section.number("volume_fraction", 1) or 0.0,
        # one of the words, as the kind is
        becomes=becomes or _BECOMES.get(kind, "stays"),  # type: ignore[call-overload,arg-type]
        regrows_species=section.word("regrows_species", species_words()),
        regrows_origin=section.word("regrows_origin", origin_words()),
        growth_gain_fraction=section.number("growth_gain_fraction", 1) or 0.0,
        gain_years=section.whole("gain_years") or 0,
        region_codes=section.list_of("regions", region_words()),
        species_groups=section.list_of("species_groups", group_words()),
        origins=section.list_of("origins", origin_words()),
        age_groups=section.list_of("age_groups", age_group_words()),
        first_year=section.whole("first_year"),
        last_year=section.whole("last_year"),
        relative_se=section.number("relative_se", 1) or 0.0,
        locator=section.text("source"),
    )
    _require_fitting(measure, section)
    return _with_evidence(measure)


def _rate(section: Section) -> dict[str, Any]:
    given = [key for key in _RATE_KEYS if key in section.entries]
    if len(given) != 1:
        listed = ", ".join(_RATE_KEYS)
        zh = f"给了 {len(given)} 个面积率" if given else "没有给面积率"
        en = f"has {len(given)} rates" if given else "has no rate"
        raise section.problem(
            ", ".join(given), f"{zh};请恰给一个:{listed}", f"{en}: give exactly one of {listed}"
        )
    key = given[0]
    value = section.number(key, 1) if key == "area_fraction_per_year" else section.number(key)
    if key == _MU and value is not None:
        return {"area_ha_per_year": value / MU_PER_HA}
    return {key: value}


def _require_fitting(measure: Measure, section: Section) -> None:
    """Refuse keys that mean nothing in a measure of this kind, and those it cannot do without."""
    kind = measure.kind
    if kind in _TAKING and "volume_fraction" not in section.entries:
        raise section.problem(
            "volume_fraction",
            f"缺少;{kind} 须写明所及面积上取走或损失的蓄积比例(0–1)",
            f"is missing: {kind} needs the share of the volume on the touched area that is taken "
            "or lost (0 to 1)",
        )
    new_forest = measure.becomes == "regrows" or kind == "afforestation"
    unfit = {
        "volume_fraction": kind in BARE_KINDS,
        "becomes": (kind in BARE_KINDS and measure.becomes != _BECOMES.get(kind, "stays"))
        or (kind in ("thinning", "tending") and measure.becomes != "stays"),
        **dict.fromkeys(_NEW_FOREST, not new_forest),
        **dict.fromkeys(_GAIN, kind not in ("thinning", "tending")),
    }
    wrong = [key for key, is_wrong in unfit.items() if is_wrong and key in section.entries]
    if wrong:
        raise section.problem(
            wrong[0],
            f"在 {kind}(之后 {measure.becomes})中没有意义;请删去或改 kind、becomes",
            f"has no meaning in {kind} that then {measure.becomes}: remove it, or change kind or "
            "becomes",
        )
    if (measure.growth_gain_fraction > 0) != (measure.gain_years > 0):
        raise section.problem(
            ", ".join(_GAIN), "两者须同时给出且大于 0", "both are needed, and above 0"
        )
    if None not in (measure.first_year, measure.last_year) and (
        measure.first_year > measure.last_year  # type: ignore[operator]  # neither is None
    ):
        raise section.problem(
            "first_year",
            f"{measure.first_year} 晚于 last_year {measure.last_year}",
            f"{measure.first_year} is after last_year {measure.last_year}",
        )


def _with_evidence(measure: Measure) -> Measure:
    """Give the rate its status and source where it is a shipped one, unchanged."""
    symbol = next(rate for rate in RATES if getattr(measure, rate) is not None)
    row = shipped_number(measure, symbol, getattr(measure, symbol))
    if row is None or measure.locator is not None:
        return measure
    marks = {key: row[key] for key in ("status", "evidence", "source_id", "locator")}
    return replace(measure, **marks)
