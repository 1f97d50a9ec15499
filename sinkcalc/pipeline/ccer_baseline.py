"""Baseline and removals of a project, from its file."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from sinkcalc.accounting.curves import Curves
from sinkcalc.ccer.calculation import Calculation, calculate
from sinkcalc.ccer.project import Project
from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.ccer_parcels import read_parcels
from sinkcalc.pipeline.ccer_project import read_project
from sinkcalc.pipeline.growth_curves import growth_curves
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import get_surveys

CALIBRATED: Final = "calibrated"


def project_calculation(
    path: Path, db: Path, wait: float, *, include_unknown: bool = False
) -> Calculation:
    """Read a project and its parcels, screen them, and compute baseline and removals.

    Parameters
    ----------
    path
        Project file.
    db
        Database of the parcels' stands and of calibrated growth curves; not opened where the
        project asks for neither.
    wait
        Seconds to wait for the database.
    include_unknown
        Whether parcels that a rule could not judge are counted; they are named in the notes.

    Raises
    ------
    SinkcalcError
        If the file, the parcels, a curve or a parameter cannot be used, or nothing is eligible;
        see `read_project`, `read_parcels`, `calculate`.
    """
    parcels = read_parcels(read_project(path), db, wait)
    project = parcels.project
    curves, simulated = project_curves(project, db, wait)
    found = calculate(
        project, parcels.frame, curves, include_unknown=include_unknown, simulated=simulated
    )
    return replace(found, notes=(*parcels.notes, *found.notes))


def project_curves(project: Project, db: Path, wait: float) -> tuple[Curves | None, bool]:
    """Return calibrated curves where a component asks for one, and whether they are simulated.

    Active models, and for groups without one curves fitted to the survey that the parcels come
    from, or else to the latest. Simulated is also a project whose parcels are stands of such a
    survey.
    """
    asked = any(
        part.curve == CALIBRATED
        for stratum in project.strata
        for vegetation in (stratum.project, stratum.baseline)
        for part in vegetation.trees
    )
    if not asked and project.parcels.survey is None:
        return None, False
    with reading(db, wait) as con:
        surveys = get_surveys(con)
        survey = project.parcels.survey or max(surveys, default=0)
        if survey not in surveys:
            raise _no_survey(project, db, list(surveys))
        return growth_curves(con, survey) if asked else None, surveys[survey].simulated


def _no_survey(project: Project, db: Path, known: list[int]) -> SinkcalcError:
    listed = ", ".join(map(str, known)) or "–"
    return SinkcalcError(
        zh=f"{project.path}:生长曲线(calibrated)取自数据库 {db} 的调查,但没有可用的调查"
        f'(已入库:{listed})。请先 sinkcalc load stands,或改用 curve = "table"',
        en=f'{project.path}: growth curves of curve = "calibrated" come from a survey of {db}, '
        f"which holds none of use (loaded: {listed}). Run sinkcalc load stands first, or use "
        'curve = "table"',
    )
