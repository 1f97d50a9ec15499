"""Files of stands to checked rows in the database."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sinkcalc.coefficients.land import land_area
from sinkcalc.intake.check import Against, Previous, previous_figures
from sinkcalc.intake.kinds import STANDS
from sinkcalc.pipeline.load_files import Around, Job, load_files, refuse_other
from sinkcalc.pipeline.load_result import LoadOptions, LoadResult
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.inventory import Survey, previous_load, previous_stands, save_stands
from sinkcalc.store.loads import Parts, find_load


def load_stands(
    db: Path, files: Sequence[Path], options: LoadOptions, wait: float = 0.0
) -> LoadResult:
    """Read, check, quarantine and store the stands of one survey; see `load_files`."""
    return load_files(db, files, options, _JOB, wait)


def _around(db: Path, options: LoadOptions, wait: float) -> Around:
    if not db.exists():
        return Around()
    with reading(db, wait) as con:
        load_id, found = previous_load(con, options.survey), previous_stands(con, options.survey)
    previous = None if found is None else Previous(found[0], previous_figures(found[1]))
    return Around(load_id, Against(previous))


def _save(db: Path, wait: float, result: LoadResult, options: LoadOptions, parts: Parts) -> None:
    with writing(db, wait) as con:
        # another load of the survey may have ended meanwhile
        found = find_load(con, options.survey, STANDS.name)
        refuse_other(found, result.load.load_id, options, STANDS)
        area, parameter = land_area(options.survey, options.definition)
        survey = Survey(
            options.survey,
            options.definition,
            area,
            parameter,
            result.simulated,
            result.load.load_id,
        )
        save_stands(con, result.load, survey, parts, result.stored_columns)


_JOB: Final = Job(STANDS, _around, _save)
