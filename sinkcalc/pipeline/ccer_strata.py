"""Strata of a project file, each written out, or formed of what the parcels say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sinkcalc.ccer.project import Series, Stratum
from sinkcalc.pipeline.ccer_components import Around
from sinkcalc.pipeline.ccer_vegetation import VEGETATION_KEYS, read_vegetation
from sinkcalc.pipeline.toml_section import Section
from sinkcalc.units import MU_PER_HA

FROM_PARCELS: Final = "from_parcels"
EACH: Final = "each"
_DENSITY: Final = ("density_per_ha", "density_per_mu")
_STRATUM_KEYS: Final = (*VEGETATION_KEYS, *_DENSITY, "management", "baseline", "inputs")
# what the parcels themselves say of strata that are formed of them
_OF_PARCELS: Final = ("species", "components", "planted", *_DENSITY, "management")
_EACH_KEYS: Final = tuple(key for key in _STRATUM_KEYS if key not in _OF_PARCELS)


def read_strata(
    strata: Section, around: Around, burnt: Mapping[str, Series]
) -> tuple[tuple[Stratum, ...], Mapping[str, Any] | None]:
    """Read the strata that are written out, and what strata formed of parcels have in common.

    Raises
    ------
    UsageProblem
        If there are none, a stratum has no vegetation, or a value is refused.
    """
    formed = strata.flag(FROM_PARCELS)
    if EACH in strata.entries and not formed:
        raise strata.problem(
            EACH,
            f"只用于由地块形成碳层;请写 {FROM_PARCELS} = true,或给这一碳层另取名称",
            f"serves strata formed of the parcels: write {FROM_PARCELS} = true, or give the "
            "stratum another name",
        )
    named = {
        name: strata.within(name, entries)
        for name, entries in strata.entries.items()
        if name not in (FROM_PARCELS, EACH)
    }
    if not named and not formed:
        raise strata.problem(
            "",
            f"没有碳层;请写 [strata.S1] 等段,或 {FROM_PARCELS} = true",
            f"there are no strata: write tables as [strata.S1], or {FROM_PARCELS} = true",
        )
    each = strata.table(EACH)
    if formed:
        each.require_known(_EACH_KEYS)
        # refused here, and not only once the parcels are read
        read_stratum(each_of(each, "chinese_fir", around.first_year, {}), "", around, ())
    read = tuple(
        read_stratum(section, name, around, burnt.get(name, ())) for name, section in named.items()
    )
    return read, each.entries if formed else None


def each_of(each: Section, species: object, planted: int, told: Mapping[str, Any]) -> Section:
    """Return the table of a stratum as if it had been written out.

    Parameters
    ----------
    species
        A species, or a list of components.
    told
        Density and management.
    """
    key = "components" if isinstance(species, list) else "species"
    return replace(each, entries={**each.entries, key: species, "planted": planted, **told})


def read_stratum(section: Section, name: str, around: Around, burnt: Series) -> Stratum:
    """Read one stratum.

    Raises
    ------
    UsageProblem
        If a key is not known, a value is refused, or nothing grows on it.
    """
    section.require_known(_STRATUM_KEYS)
    project = read_vegetation(section, around, whole=True)
    inputs = section.table("inputs")
    inputs.require_known(around.inputs)
    given = {key: inputs.signed(key) for key in inputs.entries}
    grows = project.trees or project.bamboo or project.shrub_cover
    if around.has_trees and not grows:
        raise section.problem(
            "species",
            "缺少;碳层须有树种(species 或 components)、竹子([[…bamboo]])或灌木(shrub_cover)",
            "is missing: a stratum has trees (species or components), bamboo ([[…bamboo]]) or "
            "shrubs (shrub_cover)",
        )
    baseline = section.table("baseline")
    baseline.require_known(VEGETATION_KEYS)
    return Stratum(
        name,
        _density(section),
        section.text("management"),
        project,
        read_vegetation(baseline, around, whole=False),
        burnt,
        {key: value for key, value in given.items() if value is not None},
    )


def _density(section: Section) -> float | None:
    per_ha, per_mu = (section.number(key) for key in _DENSITY)
    if per_ha is not None and per_mu is not None:
        raise section.problem(
            ", ".join(_DENSITY), "两者只能给一个", "give one of the two, not both"
        )
    return per_ha if per_mu is None else per_mu * MU_PER_HA
