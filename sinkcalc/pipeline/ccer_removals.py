"""Thinnings, fellings and replanting of a stratum, as the project file says them."""

from dataclasses import dataclass, field, replace
from typing import Final, cast

from sinkcalc.ccer.project import Component, Removal
from sinkcalc.pipeline.ccer_components import CURVE_KEYS, WHOLE, Around, read_component
from sinkcalc.pipeline.scenario_values import species_words
from sinkcalc.pipeline.toml_section import Section

_THINNING_KEYS: Final = ("year", "age", "fraction", "species")
_FELLING_KEYS: Final = ("year", "age", "species", "replant")


@dataclass(frozen=True)
class _Event:
    """A thinning or felling, of a year or of an age."""

    section: Section
    year: int | None
    age: int | None
    fraction: float
    species: str | None
    is_felling: bool
    replant: Section | None = None

    def year_of(self, component: Component) -> int | None:
        """Return the year in which it meets a component; None if it never does."""
        if self.species not in (None, component.species):
            return None
        if self.age is not None:
            return component.planted + self.age
        return self.year if self.year is not None and self.year > component.planted else None


@dataclass
class _Course:
    """Components of a stratum from the first planting on, and the events that met one."""

    done: list[Component] = field(default_factory=list)
    met: set[int] = field(default_factory=set)


def _event(section: Section, around: Around, *, is_felling: bool) -> _Event:
    section.require_known(_FELLING_KEYS if is_felling else _THINNING_KEYS)
    year, age = section.whole("year"), section.whole("age")
    if (year is None) == (age is None):
        raise section.problem(
            "year, age", "请恰给一个:年份或林龄", "give exactly one: a calendar year, or an age"
        )
    if age == 0:
        raise section.problem("age", "应大于 0", "must be above 0")
    if year is not None and year > around.last_year:
        raise section.problem(
            "year",
            f"{year} 晚于计入期末年 {around.last_year}",
            f"{year} is after {around.last_year}, the year in which the crediting period ends",
        )
    fraction = WHOLE
    if not is_felling:
        section.needed("fraction", "写间伐蓄积比例,如 0.2", "write the part of the volume, as 0.2")
        fraction = cast("float", section.number("fraction", 1))
        if fraction in (0.0, WHOLE):
            raise section.problem(
                "fraction",
                "间伐比例应大于 0 且小于 1;主伐写在 fellings 中",
                "must be above 0 and below 1: a final felling is one of the fellings",
            )
    replant = section.table("replant") if "replant" in section.entries else None
    if replant is not None:
        replant.require_known(("species", "planted", *CURVE_KEYS))
    return _Event(
        section, year, age, fraction, section.word("species", species_words()), is_felling, replant
    )


def taken_out(section: Section, planted: list[Component], around: Around) -> tuple[Component, ...]:
    """Follow every component to its felling and what is replanted, in the order of planting.

    A thinning or felling of an age meets every component of that age, also those replanted; one
    of a year meets those that stand in it.

    Raises
    ------
    UsageProblem
        If trees are taken before they are planted, twice in a year, or where none stand.
    """
    events = [
        *(_event(each, around, is_felling=False) for each in section.tables("thinnings")),
        *(_event(each, around, is_felling=True) for each in section.tables("fellings")),
    ]
    course = _Course()
    waiting = list(planted)
    while waiting:
        waiting.sort(key=lambda component: component.planted)
        component = waiting.pop(0)
        felled, felling = _felling(component, events, course)
        end = around.last_year + 1 if felled is None else felled
        removals = _thinned(component, events, end, course)
        if felling is not None and felled is not None and felled <= around.last_year:
            removals.append(Removal(felled, WHOLE))
            _replant(section, component, felled, felling, waiting, around)
        course.done.append(replace(component, removals=tuple(removals)))
    _require_met(events, planted, course)
    return tuple(course.done)


def _felling(
    component: Component, events: list[_Event], course: _Course
) -> tuple[int | None, _Event | None]:
    """Return year and event of the first felling of a component."""
    found = [
        (year, number)
        for number, event in enumerate(events)
        if event.is_felling and (year := event.year_of(component)) is not None
    ]
    if not found:
        return None, None
    year, number = min(found)
    course.met.add(number)
    return year, events[number]


def _thinned(
    component: Component, events: list[_Event], end: int, course: _Course
) -> list[Removal]:
    removals: dict[int, Removal] = {}
    for number, event in enumerate(events):
        year = None if event.is_felling else event.year_of(component)
        if year is None or year >= end:
            continue
        if year in removals:
            raise event.section.problem(
                "year" if event.year is not None else "age",
                f"{component.name} 在 {year} 年已有一次间伐;请合并",
                f"{component.name} is thinned in {year} already: join the two",
            )
        course.met.add(number)
        removals[year] = Removal(year, event.fraction)
    return [removals[year] for year in sorted(removals)]


def _replant(
    section: Section,
    felled: Component,
    year: int,
    event: _Event,
    waiting: list[Component],
    around: Around,
) -> None:
    """Add what is planted after a felling; the same species in the same year is one component."""
    if event.replant is None:
        return
    own = event.replant
    if own.whole("planted") is not None and event.age is not None:
        raise own.problem(
            "planted",
            "按林龄主伐时在主伐当年更新;请删去",
            "after a felling by age, trees are replanted in its year: remove it",
        )
    entries = {"species": felled.species, "planted": year} | dict(own.entries)
    if entries["species"] == felled.species and not any(key in own.entries for key in CURVE_KEYS):
        entries |= {"curve": felled.curve} | (
            {} if felled.curve_name is None else {"curve_name": felled.curve_name}
        )
    elif not any(key in own.entries for key in CURVE_KEYS):
        # a named curve is that of the species felled
        entries |= {"curve": section.entries.get("curve", "default")}
    if event.age is not None and year > around.last_year:
        return
    new = read_component(replace(own, entries=entries), section, around)
    if new.planted < year:
        raise own.problem(
            "planted",
            f"{new.planted} 早于主伐年 {year}",
            f"{new.planted} is before {year}, the year of the felling",
        )
    new = replace(new, share=felled.share)
    alike = [each for each in waiting if replace(each, share=new.share) == new]
    for each in alike:
        waiting.remove(each)
    waiting.append(replace(new, share=new.share + sum(each.share for each in alike)))


def _require_met(events: list[_Event], planted: list[Component], course: _Course) -> None:
    """Refuse a thinning or felling of a year in which none of its trees stand."""
    for number, event in enumerate(events):
        if number in course.met or event.age is not None:
            continue
        years = [each.planted for each in planted if event.species in (None, each.species)]
        if years and event.year is not None and event.year <= min(years):
            raise event.section.problem(
                "year",
                f"{event.year} 不晚于造林年 {min(years)}:造林之后才能采伐",
                f"{event.year} is not after {min(years)}, the year of planting: trees are taken "
                "after they are planted",
            )
        raise event.section.problem(
            "year, species",
            "这一年没有可采的树木(树种不符,或已主伐)",
            "there are no such trees in this year: another species, or they are felled",
        )
