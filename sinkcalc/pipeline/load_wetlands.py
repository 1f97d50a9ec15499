"""Files of wetlands, soil cores, protected areas and farmland to checked rows in the database."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.check import Against
from sinkcalc.intake.kinds import CORES, PROTECTED_AREAS, WETLANDS, TableKind
from sinkcalc.pipeline.load_files import Around, Job, load_files, refuse_other
from sinkcalc.pipeline.load_result import LoadOptions, LoadResult
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.loads import Parts, find_load
from sinkcalc.store.wetlands import (
    WetlandSurvey,
    get_wetland_surveys,
    save_wetlands,
    wetland_areas,
)

LAND_SURVEY: Final = "land_survey_3"


def load_wetlands(
    db: Path, files: Sequence[Path], kind: TableKind, options: LoadOptions, wait: float = 0.0
) -> LoadResult:
    """Read, check, quarantine and store wetlands, cores, protected areas or farmland of a survey.

    Cores and protected areas are compared with the wetlands of the survey where these are loaded;
    see `load_files`.

    Parameters
    ----------
    kind
        Wetlands, cores, protected areas or farmland.

    Raises
    ------
    SinkcalcError
        If the survey follows another definition.
    """
    job = Job(kind, partial(_around, kind), partial(_save, kind))
    return load_files(db, files, options, job, wait)


def definition_of(db: Path, survey: int, wait: float = 0.0) -> str:
    """Return the definition of a wetland survey; that of the land survey before it is there."""
    if not db.exists():
        return LAND_SURVEY
    with reading(db, wait) as con:
        found = get_wetland_surveys(con).get(survey)
    return LAND_SURVEY if found is None else found.definition


def _around(kind: TableKind, db: Path, options: LoadOptions, wait: float) -> Around:
    if not db.exists():
        return Around()
    with reading(db, wait) as con:
        survey = get_wetland_surveys(con).get(options.survey)
        _refuse_other_definition(kind, survey, options)
        wetlands = None if survey is None else survey.loads.get(WETLANDS.name)
        if wetlands is None or kind not in (CORES, PROTECTED_AREAS):
            return Around()
        return Around(wetlands, Against(wetlands=wetland_areas(con, options.survey)))


def _refuse_other_definition(
    kind: TableKind, survey: WetlandSurvey | None, options: LoadOptions
) -> None:
    """Refuse another definition than the survey's; wetlands that are replaced set it anew."""
    if survey is None or survey.definition == options.definition:
        return
    # what came before its wetlands follows them
    set_anew = WETLANDS.name in survey.loads or options.replace or options.definition_is_default
    if kind is WETLANDS and set_anew:
        return
    raise SinkcalcError(
        zh=f"调查 {options.survey} 的湿地数据口径是 {survey.definition},不是 {options.definition}。"
        f"用 --definition {survey.definition},或用 load wetlands --replace 改整个调查的口径",
        en=f"the wetland survey {options.survey} follows the definition {survey.definition}, not "
        f"{options.definition}. Give --definition {survey.definition}, or change that of the whole "
        "survey with load wetlands --replace",
    )


def _save(
    kind: TableKind,
    db: Path,
    wait: float,
    result: LoadResult,
    options: LoadOptions,
    parts: Parts,
) -> None:
    with writing(db, wait) as con:
        # another load of the survey may have ended meanwhile
        found = find_load(con, options.survey, kind.name)
        refuse_other(found, result.load.load_id, options, kind)
        save_wetlands(
            con,
            result.load,
            options.definition,
            parts,
            result.stored_columns,
            simulated=result.simulated,
        )
