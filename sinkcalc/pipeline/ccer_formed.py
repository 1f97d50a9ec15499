"""Strata of a project formed of what its parcels say: species, year, density, management."""

from dataclasses import replace
from typing import Any, Final, cast

import polars as pl

from sinkcalc.ccer.project import Project
from sinkcalc.coefficients.packs import load_pack
from sinkcalc.errors import UsageProblem, did_you_mean
from sinkcalc.pipeline.ccer_project import PROJECT_FILE, around_of
from sinkcalc.pipeline.ccer_strata import EACH, each_of, read_stratum
from sinkcalc.pipeline.scenario_values import all_species_words, bamboo_words
from sinkcalc.pipeline.toml_section import Section

_TOLD: Final = ("planted_species", "planted_year", "density_per_ha", "mixing", "management")
_NEEDED: Final = ("planted_species", "planted_year")
_JOIN: Final = "-"
# by which shares written with few decimals may miss the whole
_SHARE_DECIMALS: Final = 6


def species_of(text: str) -> str | None:
    """Return the words of species and shares, as `chinese_fir:0.7+schima:0.3`.

    None where a species is not known, one of several has no share, or shares do not add up to 1.
    """
    words, found = all_species_words(), []
    for part in text.replace("\uff1a", ":").replace("\uff0b", "+").split("+"):
        name, _, share = part.strip().partition(":")
        word = words.get(name.strip())
        if word is None:
            return None
        found.append((word, share.strip()))
    if len(found) == 1 and not found[0][1]:
        return found[0][0]
    try:
        shares = [float(share) for _, share in found]
    except ValueError:
        return None
    if min(shares) <= 0 or round(sum(shares), _SHARE_DECIMALS) != 1:
        return None
    return "+".join(f"{word}:{share:g}" for (word, _), share in zip(found, shares, strict=True))


def form_strata(project: Project, frame: pl.DataFrame) -> tuple[Project, pl.DataFrame]:
    """Add the strata that parcels form, and name them on the parcels.

    Parcels that name a stratum of the file are of it. The others form one stratum for each
    combination of species, year of planting, density, way of mixing and management, named after
    these, so that a further parcel renames none.

    Raises
    ------
    UsageProblem
        If a parcel names a stratum that is not there, or says no species or year of planting, or
        what strata have in common does not fit.
    """
    if project.each is None:
        return project, frame
    named = {stratum.stratum for stratum in project.strata}
    strange = frame.filter(pl.col("stratum").is_not_null() & ~pl.col("stratum").is_in(named))
    if strange.height:
        raise _no_stratum(project, strange.row(0, named=True), sorted(named))
    free = frame.filter(pl.col("stratum").is_null())
    lacking = free.filter(pl.any_horizontal(pl.col(name).is_null() for name in _NEEDED))
    if lacking.height:
        raise _lacking(project, lacking)
    section = Section(PROJECT_FILE, project.path, f"strata.{EACH}", project.each)
    around = around_of(
        project.crediting_start,
        project.crediting_years,
        project.tables,
        load_pack(project.methodology),
    )
    formed, names = [], []
    for told in free.select(_TOLD).unique(maintain_order=True).sort(_TOLD).iter_rows(named=True):
        name = _name(told)
        own = {key: told[key] for key in ("density_per_ha", "management") if told[key] is not None}
        of_name = each_of(section, _species(told, section), told["planted_year"], own)
        formed.append(read_stratum(of_name, name, around, project.burnt.get(name, ())))
        names.append({**told, "formed": name})
    keys = [pl.col(name) for name in _TOLD]
    table = pl.DataFrame(names, schema={**frame.select(_TOLD).schema, "formed": pl.String})
    joined = frame.join(table, on=keys, how="left", nulls_equal=True, maintain_order="left")
    of_parcel = pl.coalesce("stratum", "formed").alias("stratum")
    whole = replace(project, strata=(*project.strata, *formed))
    return whole, joined.with_columns(of_parcel).drop("formed")


def _name(told: dict[str, Any]) -> str:
    density = told["density_per_ha"]
    parts = [told["planted_species"], told["planted_year"]]
    parts += [] if density is None else [f"{density:g}"]
    parts += [told[key] for key in ("mixing", "management") if told[key] is not None]
    return _JOIN.join(map(str, parts))


def _species(told: dict[str, Any], section: Section) -> object:
    text = cast("str", told["planted_species"])
    if text in bamboo_words():
        raise section.problem(
            "bamboo",
            f"地块的树种是竹子({text}):由地块形成的碳层只有林木;请写出竹林碳层",
            f"parcels are planted with bamboo ({text}): strata formed of parcels hold trees only; "
            "write a stratum with [[strata.NAME.bamboo]] and name it in the column of strata",
        )
    if ":" not in text:
        return text
    parts = [part.split(":") for part in text.split("+")]
    return [{"species": species, "share": float(share)} for species, share in parts]


def _no_stratum(project: Project, row: dict[str, Any], named: list[str]) -> UsageProblem:
    zh, en = did_you_mean(row["stratum"], named)
    return UsageProblem(
        zh=f"项目文件 {project.path}:地块 {row['parcel_id']} 的碳层 {row['stratum']} "
        f"没有在 [strata] 中写出;{zh}",
        en=f"project file {project.path}: the stratum {row['stratum']} of parcel "
        f"{row['parcel_id']} is not written out under [strata]; {en}",
    )


def _lacking(project: Project, rows: pl.DataFrame) -> UsageProblem:
    row = rows.row(0, named=True)
    missing = [name for name in _NEEDED if row[name] is None]
    return UsageProblem(
        zh=f"项目文件 {project.path} 由地块形成碳层,但 {rows.height} 个地块没有 "
        f"{', '.join(missing)}(如 {row['parcel_id']});补填,或在碳层列写出碳层",
        en=f"project file {project.path} forms strata of the parcels, but {rows.height} parcels "
        f"have no {', '.join(missing)} (as {row['parcel_id']}): fill them in, or name a stratum",
    )
