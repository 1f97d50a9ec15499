"""One estimate run: stands to growing stock, biomass, carbon and co2e, stored and returned."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.coefficients.factors import (
    CarbonFractionSet,
    Factors,
    SoilDepth,
    load_factors,
    species_groups,
)
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.intake.delivery import file_sha256
from sinkcalc.pipeline.calibrated import with_models
from sinkcalc.pipeline.controlled import read_controlled, with_sampling
from sinkcalc.pipeline.figures import Figures, forest_figures
from sinkcalc.pipeline.loaded import require_stands
from sinkcalc.pipeline.rows import budget_rows, estimate_rows, table_versions, with_gas
from sinkcalc.store.connection import Connection, reading, writing
from sinkcalc.store.inventory import Survey, get_surveys, region_names, stand_codes
from sinkcalc.store.models import active_models
from sinkcalc.store.results import RunRecord, RunResult, read_estimates, save_run
from sinkcalc.uncertainty.draws import Chance
from sinkcalc.uncertainty.errors import all_errors
from sinkcalc.vocabulary import BY_KEYS, DEFAULT_METHOD

DEFAULT_SEED: Final = 20240501
# what may be done where a survey holds no stands
_OF_WETLANDS: Final = (
    "湿地斑块用 --kind wetland 估算;森林要先用 sinkcalc load stands 入库",
    "Estimate wetlands with --kind wetland; for forests load stands first: sinkcalc load stands",
)


@dataclass(frozen=True)
class EstimateOptions:
    """What to estimate and how.

    Attributes
    ----------
    by
        Keys to group by, in the order of `BY_KEYS`.
    carbon_fraction_set
        The method's own if None.
    class_survey
        Survey whose stands choose the volume classes of `ipcc-2006`; the survey itself if None.
    errors
        A user's table of errors, which comes before the published and assumed ones.
    draws
        Draws of every parameter for the intervals; 0 for intervals of first order.
    seed
        Of the draws.
    controls
        Control totals whose weights multiply the volumes; volumes as recorded if None.
    """

    survey: int
    by: tuple[str, ...] = ()
    method: str = DEFAULT_METHOD
    carbon_fraction_set: CarbonFractionSet | None = None
    soil_depth_cm: SoilDepth = 100
    class_survey: int | None = None
    errors: Path | None = None
    draws: int = 0
    seed: int = DEFAULT_SEED
    controls: str | None = None

    @property
    def usual(self) -> bool:
        """Whether only survey, grouping, method and draws were chosen."""
        own = load_factors(self.method, None, self.soil_depth_cm).carbon_fraction_set
        plain = EstimateOptions(self.survey, self.by, self.method, draws=self.draws, seed=self.seed)
        asked = replace(self, carbon_fraction_set=None)
        return asked == plain and self.carbon_fraction_set in (None, own)

    @property
    def by_keys(self) -> str:
        """The keys as stored with the run."""
        return ",".join(key for key in BY_KEYS if key in self.by)


def estimate(db: Path, options: EstimateOptions, wait: float = 0.0) -> tuple[str, pl.DataFrame]:
    """Estimate one survey and store the run.

    Returns
    -------
    The run's identity and its stored rows.

    Raises
    ------
    SinkcalcError
        If the survey, or the one that chooses the classes, is not loaded.
    """
    # compute while others may read; the file is held for writing only to store the rows
    with reading(db, wait) as con:
        require_stands(con, options.survey, *_OF_WETLANDS)
        factors = method_factors(options, con)
        surveys = get_surveys(con)
        used = used_surveys(surveys, options, factors)
        survey, class_survey = used[0], used[-1]
        trees = factors.form == "tree"
        controlled = (
            None if options.controls is None else read_controlled(con, options.controls, survey)
        )
        errors = with_sampling(all_errors(factors, survey.survey, options.errors), controlled)
        figures = forest_figures(
            stand_codes(con, survey.survey, trees=trees, controls=options.controls),
            factors,
            options.by,
            stand_codes(con, class_survey.survey) if len(used) > 1 else None,
            Chance(
                errors,
                options.draws,
                options.seed,
                None if controlled is None else controlled.groups,
            ),
        )
        regions = region_names(con)
    run = _run_record(options, used, factors, figures.stands)
    estimates = estimate_rows(figures.rows, run, survey, regions)
    with writing(db, wait) as con:
        now_loaded = get_surveys(con)
        for one in used:
            if now_loaded.get(one.survey) != one:
                raise SinkcalcError(
                    zh=f"估算期间调查 {one.survey} 被替换;请重新运行",
                    en=f"survey {one.survey} was replaced during the estimate; run it again",
                )
        save_run(con, _run_result(run, estimates, figures, factors))
        return run.run_id, read_estimates(con, run.run_id)


def _run_result(
    run: RunRecord, estimates: pl.DataFrame, figures: Figures, factors: Factors
) -> RunResult:
    return RunResult(
        run=run,
        estimates=estimates,
        flags=figures.flags,
        parameters=figures.parameters,
        tables=table_versions(factors),
        # where a class comes from is told by the flags
        classes=figures.classes.drop("class_source"),
        budget=budget_rows(with_gas(figures.budget), run),
        gradients=with_gas(figures.gradients),
        residuals=with_gas(figures.residuals),
        errors=figures.loadings,
    )


def require_survey(surveys: dict[int, Survey], year: int) -> Survey:
    """Return a survey or refuse with what is loaded.

    Raises
    ------
    SinkcalcError
        If it is not loaded.
    """
    if year in surveys:
        return surveys[year]
    loaded = ", ".join(map(str, surveys)) or "–"
    raise SinkcalcError(
        zh=f"没有 {year} 年的调查数据;已入库:{loaded}。"
        f"用 sinkcalc load stands 文件 --survey {year} 入库",
        en=f"survey {year} is not loaded; loaded are: {loaded}. "
        f"Load it with sinkcalc load stands FILE --survey {year}",
    )


def used_surveys(
    surveys: dict[int, Survey], options: EstimateOptions, factors: Factors
) -> list[Survey]:
    """Return the survey to estimate and, where it is another, the one that chooses the classes.

    Raises
    ------
    UsageProblem
        If the method has no classes to choose.
    SinkcalcError
        If one of them is not loaded.
    """
    used = [require_survey(surveys, options.survey)]
    if options.class_survey is None:
        return used
    if factors.form != "bcef":
        raise UsageProblem(
            zh=f"方法 {options.method} 没有蓄积分级;--class-survey 只用于 ipcc-2006",
            en=f"method {options.method} has no volume classes; --class-survey is for ipcc-2006",
        )
    if options.class_survey != options.survey:
        used.append(require_survey(surveys, options.class_survey))
    return used


def run_identity(options: EstimateOptions, used: list[Survey], factors: Factors) -> str:
    """Return the identity of a run: stands, method, parameters, keys and program."""
    identity = [
        # both loads where another survey chooses the classes
        *(survey.load_id for survey in used),
        options.method,
        factors.carbon_fraction_set,
        str(options.soil_depth_cm),
        options.by_keys,
        # draws decide the intervals, and so does the seed of them
        *([str(options.draws), str(options.seed)] if options.draws else []),
        *([] if options.errors is None else [file_sha256(options.errors)]),
        *([] if options.controls is None else [options.controls]),
        __version__,
        *(load_table(name).sha256 for name in factors.tables),
        # the name of a model is a hash of its samples and options
        *factors.curves["model_id"].unique().sort(),
    ]
    return hashlib.sha256("\n".join(identity).encode()).hexdigest()[:12]


def method_factors(options: EstimateOptions, con: Connection) -> Factors:
    """Return the parameter rows that the options choose.

    Parameters
    ----------
    con
        Database whose active models the method `calibrated` takes.

    Raises
    ------
    SinkcalcError
        If the method needs models and none is active.
    """
    factors = load_factors(options.method, options.carbon_fraction_set, options.soil_depth_cm)
    if factors.form != "calibrated":
        return factors
    groups = species_groups()["species_group"].unique().to_list()
    return with_models(factors, active_models(con, "volume-biomass"), groups)


def _run_record(
    options: EstimateOptions, used: list[Survey], factors: Factors, stands: int
) -> RunRecord:
    survey, class_survey = used[0], used[-1]
    return RunRecord(
        run_id=run_identity(options, used, factors),
        kind="forest",
        survey=survey.survey,
        load_id=survey.load_id,
        method=options.method,
        carbon_fraction_set=factors.carbon_fraction_set,
        soil_depth_cm=options.soil_depth_cm,
        by_keys=options.by_keys,
        program_version=__version__,
        stands=stands,
        class_survey=class_survey.survey if factors.form == "bcef" else None,
        draws=options.draws or None,
        seed=options.seed if options.draws else None,
        controls_id=options.controls,
        errors_file=None if options.errors is None else options.errors.name,
        errors_sha256=None if options.errors is None else file_sha256(options.errors),
        usual=options.usual,
    )
