"""Files of permanent plots, trees and strata to checked rows in the database."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.check import Against
from sinkcalc.intake.kinds import PLOTS, TREES, TableKind
from sinkcalc.pipeline.load_files import Around, Job, load_files, refuse_other
from sinkcalc.pipeline.load_result import LoadOptions, LoadResult
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.loads import Parts, find_load
from sinkcalc.store.plots import (
    PlotSurvey,
    get_plot_surveys,
    neighbour_figures,
    plot_ids,
    save_plots,
)

NFI: Final = "nfi"


def load_plots(
    db: Path, files: Sequence[Path], kind: TableKind, options: LoadOptions, wait: float = 0.0
) -> LoadResult:
    """Read, check, quarantine and store plots, trees or strata of one survey; see `load_files`.

    Parameters
    ----------
    kind
        Plots, trees or strata.

    Raises
    ------
    SinkcalcError
        If trees come before their plots, or the survey follows another definition.
    """
    job = Job(kind, partial(_around, kind), partial(_save, kind))
    return load_files(db, files, options, job, wait)


def definition_of(db: Path, survey: int, wait: float = 0.0) -> str:
    """Return the definition of a plot survey; that of the national inventory before it is there."""
    if not db.exists():
        return NFI
    with reading(db, wait) as con:
        found = get_plot_surveys(con).get(survey)
    return NFI if found is None else found.definition


def _around(kind: TableKind, db: Path, options: LoadOptions, wait: float) -> Around:
    if not db.exists():
        _require_plots(kind, None, options)
        return Around()
    with reading(db, wait) as con:
        surveys = get_plot_surveys(con)
        survey = surveys.get(options.survey)
        _require_plots(kind, survey, options)
        _refuse_other_definition(kind, survey, options)
        neighbours = neighbour_figures(con, kind.name, options.survey) if kind.compared else {}
        plots = plot_ids(con, options.survey) if kind is TREES else None
    rests_on = None
    if kind is TREES and survey is not None:
        rests_on = survey.plots_load_id
    if kind is PLOTS:
        before = [each for year, each in surveys.items() if year < options.survey]
        rests_on = before[-1].plots_load_id if before else None
    return Around(rests_on, Against(plots=plots, neighbours=neighbours))


def _require_plots(kind: TableKind, survey: PlotSurvey | None, options: LoadOptions) -> None:
    if kind is TREES and (survey is None or survey.plots_load_id is None):
        raise SinkcalcError(
            zh=f"调查 {options.survey} 还没有样地。先用 sinkcalc load plots 文件 --survey "
            f"{options.survey} 读入样地,再读样木",
            en=f"survey {options.survey} holds no plots yet. Load them first: sinkcalc load plots "
            f"FILE --survey {options.survey}, then the trees",
        )


def _refuse_other_definition(
    kind: TableKind, survey: PlotSurvey | None, options: LoadOptions
) -> None:
    """Refuse trees or strata of another definition; plots that are replaced set it anew."""
    if survey is None or survey.definition == options.definition:
        return
    if kind is PLOTS and (survey.plots_load_id is not None or options.replace):
        return
    raise SinkcalcError(
        zh=f"调查 {options.survey} 的样地数据口径是 {survey.definition},不是 {options.definition}。"
        f"用 --definition {survey.definition},或用 load plots --replace 改整个调查的口径",
        en=f"the plot survey {options.survey} follows the definition {survey.definition}, not "
        f"{options.definition}. Give --definition {survey.definition}, or change that of the whole "
        "survey with load plots --replace",
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
        save_plots(
            con,
            result.load,
            options.definition,
            parts,
            result.stored_columns,
            simulated=result.simulated,
        )
