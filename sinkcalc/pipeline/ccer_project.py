"""A project file in TOML."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final, cast

from sinkcalc.ccer.project import ParcelSource, Project, Series
from sinkcalc.coefficients.packs import Pack, load_pack, pack_codes
from sinkcalc.errors import did_you_mean
from sinkcalc.pipeline.ccer_components import Around
from sinkcalc.pipeline.ccer_errors import read_errors
from sinkcalc.pipeline.ccer_figures import (
    read_discount,
    read_own_parameters,
    read_sampling,
    read_table_sources,
    read_tables,
)
from sinkcalc.pipeline.ccer_strata import read_strata
from sinkcalc.pipeline.ccer_symbols import asked_of_stratum, optional_pools
from sinkcalc.pipeline.toml_section import FileKind, Section, read_toml
from sinkcalc.units import MU_PER_HA
from sinkcalc.vocabulary import DEFAULT_GWP_SET, GWP_SETS

PROJECT_FILE: Final = FileKind("项目文件", "project file")
_TABLES: Final = (
    "project",
    "parcels",
    "strata",
    "fires",
    "pools",
    "discount",
    "parameters",
    "tables",
    "errors",
    "sampling",
)
_PROJECT_KEYS: Final = (
    "name",
    "id",
    "owner",
    "methodology",
    "start",
    "crediting_start",
    "crediting_years",
    "gwp_set",
    "verified",
)
_PARCEL_KEYS: Final = (
    "file",
    "layer",
    "encoding",
    "survey",
    "where",
    "stratum",
    "others",
    "wetland_survey",
)
_FIRE_KEYS: Final = ("year", "stratum", "area_ha", "area_mu")
# of a crediting period; more is a slip of the pen
_MOST_YEARS: Final = 100
# a name that is part of names of files
_ID: Final = r"[\w][\w.\-]*"


def read_project(path: Path) -> Project:
    """Read a project from its file; strata formed of parcels come with the parcels.

    Raises
    ------
    UsageProblem
        If the file is missing or no TOML in UTF-8, a key is missing or not known, a value is out
        of its bounds, or a methodology, species, curve, pool or symbol is not known; each with
        the table and key it stands at.
    """
    root = Section(PROJECT_FILE, path, "", read_toml(path, PROJECT_FILE))
    _require_tables(root)
    head = root.table("project")
    head.require_known(_PROJECT_KEYS)
    pack = _methodology(head)
    start, crediting_start, years = _period(head)
    tables = read_tables(root.table("tables"), path.parent)
    around = around_of(crediting_start, years, tables, pack)
    burnt = _fires(root, around)
    strata, each = read_strata(root.table("strata"), around, burnt)
    if each is None:
        _require_strata(root, burnt, [stratum.stratum for stratum in strata])
    discount, relative_error = read_discount(root.table("discount"))
    plot_area, spreads = read_sampling(
        root.table("sampling"), None if each is not None else [one.stratum for one in strata]
    )
    sets = {name: name for name in GWP_SETS}
    return Project(
        path=path,
        project_id=_identifier(head),
        name=_text(head, "name", "写项目名称", "write the name of the project"),
        owner=_text(head, "owner", "写项目业主", "write who owns the project"),
        methodology=pack.code,
        start=start,
        crediting_start=crediting_start,
        crediting_years=years,
        gwp_set=head.word("gwp_set", sets) or DEFAULT_GWP_SET,
        parcels=_parcels(root.table("parcels"), path.parent),
        strata=strata,
        pools=_pools(root.table("pools"), pack),
        discount=discount,
        relative_error=relative_error,
        parameters=read_own_parameters(root.table("parameters"), pack),
        tables=tables,
        table_sources=read_table_sources(root.table("tables")),
        errors=read_errors(root.table("errors"), tables),
        spreads=spreads,
        plot_area_ha=plot_area,
        verified=_file(head, "verified", path.parent),
        each=each,
        burnt=burnt,
    )


def _require_tables(root: Section) -> None:
    """Refuse a table of the file that means nothing, and a file without those that it needs."""
    for key in root.entries:
        if key not in _TABLES:
            zh, en = did_you_mean(key, _TABLES)
            shown = f"[{key}]" if isinstance(root.entries[key], dict) else key
            raise root.problem(shown, f"不认识的段;{zh}", f"the table is not known; {en}")
    for key in ("project", "parcels", "strata"):
        if key not in root.entries:
            raise root.problem(
                f"[{key}]",
                "缺少这一段;sinkcalc ccer new 写出带说明的模板",
                "the table is missing: sinkcalc ccer new writes a template with comments",
            )


def _text(section: Section, key: str, zh: str, en: str) -> str:
    section.needed(key, zh, en)
    return cast("str", section.text(key)).strip()


def _methodology(head: Section) -> Pack:
    code = _text(head, "methodology", "写方法学编号", "write the code of the methodology")
    if code not in pack_codes():
        zh, en = did_you_mean(code, pack_codes())
        raise head.problem(
            "methodology", f"没有方法学 {code};{zh}", f"there is no methodology {code}; {en}"
        )
    return load_pack(code)


def _identifier(head: Section) -> str:
    name = _text(head, "id", "写项目简称,用于文件名与台账", "write a short name for files")
    if re.fullmatch(_ID, name) is None:
        raise head.problem(
            "id",
            f"只能含字母、汉字、数字、-、_ 和 .,现为 {name!r}",
            f"must be letters, digits, -, _ and . only, and is {name!r}",
        )
    return name


def _period(head: Section) -> tuple[date, date, int]:
    for key, zh, en in (
        ("start", "写项目开工日期", "write the day on which work begins"),
        ("crediting_start", "写计入期开始日期", "write the day on which crediting begins"),
        ("crediting_years", "写计入期年数", "write the number of years of crediting"),
    ):
        head.needed(key, zh, en)
    start, crediting = head.day("start"), head.day("crediting_start")
    years = head.whole("crediting_years")
    assert start is not None
    assert crediting is not None
    if crediting < start:
        raise head.problem(
            "crediting_start",
            f"{crediting} 早于开工日期 {start};计入期不早于开工",
            f"{crediting} is before {start}, the start of the project: crediting begins with it "
            "or later",
        )
    if not years or years > _MOST_YEARS:
        raise head.problem(
            "crediting_years",
            f"应为 1–{_MOST_YEARS} 的整数年,现为 {years}",
            f"must be a whole number of years from 1 to {_MOST_YEARS} and is {years}",
        )
    return start, crediting, years


def around_of(start: date, years: int, tables: Iterable[str], pack: Pack) -> Around:
    """Return what strata depend on; the last year is that of the last day of the period."""
    last = start.year + years - (1 if (start.month, start.day) == (1, 1) else 0)
    trees = bool((pack.tables["equations"]["level"] == "tree").any())
    return Around(start.year, last, tuple(tables), asked_of_stratum(pack), trees)


def _file(section: Section, key: str, folder: Path) -> Path | None:
    name = section.text(key)
    return None if name is None else folder / name


def _parcels(section: Section, folder: Path) -> ParcelSource:
    section.require_known(_PARCEL_KEYS)
    has_file, has_survey = "file" in section.entries, "survey" in section.entries
    if has_file == has_survey:
        raise section.problem(
            "file, survey",
            "请恰给一个:地块文件 file,或库中的调查年份 survey(可加 where)",
            "give exactly one: a file of parcels, or a survey of the database (with where)",
        )
    unfit = [
        *(key for key in ("layer", "encoding") if key in section.entries and not has_file),
        *(key for key in ("where",) if key in section.entries and not has_survey),
    ]
    if unfit:
        needed = "file" if has_survey else "survey"
        raise section.problem(
            unfit[0],
            f"只与 {needed} 一起使用;请删去",
            f"has no meaning without {needed}: remove it",
        )
    others = section.entries.get("others", [])
    names = others if isinstance(others, list) else [others]
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise section.problem(
            "others", "应为文件名的列表", 'must be a list of names of files, as ["other.gpkg"]'
        )
    return ParcelSource(
        file=_file(section, "file", folder),
        layer=section.text("layer"),
        encoding=section.text("encoding"),
        survey=section.whole("survey"),
        where=section.text("where"),
        stratum=section.text("stratum"),
        others=tuple(folder / name for name in names),
        wetland_survey=section.whole("wetland_survey"),
    )


def _fires(root: Section, around: Around) -> dict[str, Series]:
    """Read the area expected to burn, by stratum, ha by year."""
    found: dict[str, dict[int, float]] = {}
    for fire in root.tables("fires"):
        fire.require_known(_FIRE_KEYS)
        fire.needed("year", "写年份", "write the year")
        fire.needed("stratum", "写碳层", "name the stratum")
        year, stratum = cast("int", fire.whole("year")), cast("str", fire.text("stratum"))
        if not around.first_year <= year <= around.last_year:
            raise fire.problem(
                "year",
                f"{year} 不在计入期 {around.first_year}–{around.last_year} 内",
                f"{year} is outside the crediting period {around.first_year}–{around.last_year}",
            )
        by_year = found.setdefault(stratum, {})
        if year in by_year:
            raise fire.problem(
                "year",
                f"碳层 {stratum} 在 {year} 年已有一次火灾;请合并面积",
                f"stratum {stratum} burns in {year} already: join the areas",
            )
        by_year[year] = _area(fire)
    return {name: tuple(sorted(by_year.items())) for name, by_year in found.items()}


def _area(section: Section) -> float:
    ha, mu = section.number("area_ha"), section.number("area_mu")
    if (ha is None) == (mu is None):
        raise section.problem(
            "area_ha, area_mu", "请恰给一个:公顷或亩", "give exactly one: hectares or 亩"
        )
    return ha if ha is not None else cast("float", mu) / MU_PER_HA


def _require_strata(root: Section, burnt: dict[str, Series], names: list[str]) -> None:
    """Refuse what is said of a stratum that is not there."""
    named = {name: root.within("fires", {}) for name in burnt}
    stratum = root.table("parcels").text("stratum")
    if stratum is not None:
        named[stratum] = root.within("parcels", {})
    for name, section in named.items():
        if name not in names:
            zh, en = did_you_mean(name, names)
            raise section.problem(
                "stratum", f"没有碳层 {name};{zh}", f"there is no stratum {name}; {en}"
            )


def _pools(section: Section, pack: Pack) -> dict[str, bool]:
    pools = optional_pools(pack)
    if section.entries and not pools:
        raise section.problem(
            next(iter(section.entries)),
            f"方法学 {pack.code} 没有可选碳库;请删去 [pools]",
            f"methodology {pack.code} has no optional pools: remove [pools]",
        )
    section.require_known(pools)
    return {key: section.flag(key) for key in section.entries}
