"""Screen the parcels of a project, or stands of the database, by the rules of a methodology."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sinkcalc.ccer.eligibility import eligible, screen
from sinkcalc.ccer.project import Project
from sinkcalc.ccer.screening_sums import by_rule, missing_fields
from sinkcalc.coefficients.packs import Pack, load_pack
from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.ccer_drawn import Note
from sinkcalc.pipeline.ccer_parcels import read_parcels
from sinkcalc.pipeline.ccer_project import read_project
from sinkcalc.pipeline.loaded import require_stands
from sinkcalc.store.ccer_stands import stands_as_parcels
from sinkcalc.store.conditions import checked_condition, forbid_files
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import get_surveys
from sinkcalc.vocabulary import FOREST_CLASSES


@dataclass(frozen=True)
class Screened:
    """Parcels judged by a methodology.

    Attributes
    ----------
    parcels
        As they were judged.
    screening
        Rows of `Screening`.
    outcomes
        Rows of `ParcelOutcome`.
    simulated
        Whether they come from a simulated survey.
    notes
        What was told of them when they were read, in Chinese and English.
    rejected
        Rows of the table of parcels that could not be read, and so were not judged.
    files
        Files that the parcels were read from.
    """

    pack: Pack
    parcels: pl.DataFrame
    screening: pl.DataFrame
    outcomes: pl.DataFrame
    simulated: bool
    notes: tuple[Note, ...] = ()
    rejected: int = 0
    files: tuple[Path, ...] = ()

    def summary(self) -> pl.DataFrame:
        """Return rows of `RuleSummary`."""
        return by_rule(self.screening, self.outcomes)

    def missing_fields(self) -> pl.DataFrame:
        """Return for each field how many parcels are not decided for want of it."""
        return missing_fields(self.screening, self.outcomes)

    def refused_forest(self) -> pl.DataFrame:
        """Return the refused parcels that are forest already."""
        refused = self.outcomes.filter(pl.col("outcome") == "fail").select("parcel_id")
        forest = self.parcels.filter(pl.col("vegetation_class").is_in(FOREST_CLASSES))
        return forest.join(refused, on="parcel_id", how="semi", maintain_order="left")

    def left_by_known_rules(self) -> pl.DataFrame:
        """Return the parcels that pass every rule which is decided for any parcel."""
        told = self.screening.filter(pl.col("outcome") != "unknown").select("rule_id").unique()
        judged_by = self.screening.join(told, on="rule_id", how="semi", maintain_order="left")
        short = judged_by.filter(pl.col("outcome") != "pass").select("parcel_id")
        return self.parcels.join(short, on="parcel_id", how="anti", maintain_order="left")


def screen_stands(
    db: Path, code: str, survey: int | None, where: str | None, wait: float
) -> Screened:
    """Screen stands of a survey by what stands tell.

    Parameters
    ----------
    code
        Methodology.
    survey
        The last survey with stands if None.
    where
        Condition in SQL over the columns of `stands`; all stands if None.

    Raises
    ------
    UsageProblem
        If the methodology or the condition is not known.
    SinkcalcError
        If the survey holds no such stands.
    """
    pack = load_pack(code)
    with reading(db, wait) as con:
        surveys = get_surveys(con)
        if survey is None and surveys:
            survey = max(surveys)
        if survey is None or survey not in surveys:
            if survey is not None:
                require_stands(
                    con,
                    survey,
                    "用 --survey 指定有小班的调查",
                    "Name a survey with stands with --survey",
                )
            raise _no_survey(survey, list(surveys))
        forbid_files(con)
        condition = None if where is None else checked_condition(con, where, "stands")
        parcels = stands_as_parcels(con, survey, condition)
    if parcels.is_empty():
        raise SinkcalcError(
            zh=f"{survey} 年没有符合条件 {where} 的小班;没有可筛查的地块。请放宽 --where",
            en=f"no stand of survey {survey} meets the condition {where}: there is nothing to "
            "screen. Widen --where",
        )
    screening = screen(parcels, pack)
    return Screened(pack, parcels, screening, eligible(screening), surveys[survey].simulated)


def screen_project(path: Path, db: Path, wait: float) -> Screened:
    """Screen the parcels of a project.

    Parameters
    ----------
    path
        Project file.
    db
        Database of stands and wetlands; not opened where the parcels are a file without polygons.

    Raises
    ------
    SinkcalcError
        If the file or its parcels cannot be used, see `read_project` and `read_parcels`.
    """
    project = read_project(path)
    found = read_parcels(project, db, wait)
    pack = load_pack(project.methodology)
    parcels = found.frame.with_columns(pl.lit(project.project_id).alias("project_id"))
    screening = screen(parcels, pack, project.parameters, project.start)
    return Screened(
        pack,
        parcels,
        screening,
        eligible(screening),
        _is_simulated(project, db, wait),
        tuple(found.notes),
        found.rejected["source_row"].n_unique(),
        tuple(path for path in (project.parcels.file, *project.parcels.others) if path),
    )


def _is_simulated(project: Project, db: Path, wait: float) -> bool:
    survey = project.parcels.survey
    if survey is None:
        return False
    with reading(db, wait) as con:
        return get_surveys(con)[survey].simulated


def _no_survey(survey: int | None, known: list[int]) -> SinkcalcError:
    listed = ", ".join(map(str, known))
    if not known:
        return SinkcalcError(
            zh="数据库中没有小班。先运行 sinkcalc load stands,或给出项目文件",
            en="the database holds no stands. Run sinkcalc load stands first, or give a project "
            "file",
        )
    return SinkcalcError(
        zh=f"没有 {survey} 年的小班;已入库的调查:{listed}",
        en=f"there are no stands of survey {survey}; loaded surveys: {listed}",
    )
