"""One estimate run: stands to growing stock, biomass, carbon and co2e, stored and returned."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.accounting.cells import name_cells, to_cells
from sinkcalc.accounting.flags import estimate_flags
from sinkcalc.accounting.stock import (
    KEY_OF,
    in_order,
    measured_rows,
    pool_quantities,
    pool_rows,
    with_errors,
)
from sinkcalc.accounting.volume_classes import held_classes, volume_classes, with_volume_classes
from sinkcalc.coefficients.factors import CarbonFractionSet, Factors, SoilDepth, load_factors
from sinkcalc.coefficients.load import all_parameters, load_table
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.models.forest import forest_pools
from sinkcalc.models.trees import exponents_of
from sinkcalc.pipeline.rows import estimate_rows, table_versions
from sinkcalc.schemas.stages import VolumeClass, collected
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.inventory import Survey, get_surveys, region_names, stand_codes
from sinkcalc.store.results import RunRecord, RunResult, read_estimates, save_run
from sinkcalc.uncertainty.covariance import error_notes, error_parameters, parameter_covariance
from sinkcalc.uncertainty.propagate import propagate
from sinkcalc.vocabulary import BY_KEYS, DEFAULT_METHOD

_PARAMETER_COLUMNS: Final = (
    "parameter_id",
    "symbol",
    "value",
    "unit",
    "status",
    "evidence",
    "source_id",
    "locator",
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
    """

    survey: int
    by: tuple[str, ...] = ()
    method: str = DEFAULT_METHOD
    carbon_fraction_set: CarbonFractionSet | None = None
    soil_depth_cm: SoilDepth = 100
    class_survey: int | None = None

    @property
    def by_keys(self) -> str:
        """The keys as stored with the run."""
        return ",".join(key for key in BY_KEYS if key in self.by)


@dataclass(frozen=True)
class Figures:
    """Result of the science, before a run is recorded.

    Attributes
    ----------
    rows
        Keys, `quantity`, `pool`, `value`, `unit`, `se`, interval, `n`, shares.
    flags
        Rows of `EstimateFlag`.
    parameters
        Parameter rows used.
    classes
        Rows of `VolumeClass` that the method used; none but for `ipcc-2006`.
    stands
        Number of stands read.
    """

    rows: pl.DataFrame
    flags: pl.DataFrame
    parameters: pl.DataFrame
    classes: pl.DataFrame
    stands: int


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
    factors = method_factors(options)
    # compute while others may read; the file is held for writing only to store the rows
    with reading(db, wait) as con:
        surveys = get_surveys(con)
        used = used_surveys(surveys, options, factors)
        survey, class_survey = used[0], used[-1]
        trees = factors.form == "tree"
        figures = forest_figures(
            stand_codes(con, survey.survey, trees=trees),
            factors,
            options.by,
            stand_codes(con, class_survey.survey) if len(used) > 1 else None,
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
        save_run(
            con,
            RunResult(
                run,
                estimates,
                figures.flags,
                figures.parameters,
                table_versions(factors),
                # where a class comes from is told by the flags
                figures.classes.drop("class_source"),
            ),
        )
        return run.run_id, read_estimates(con, run.run_id)


def forest_figures(
    stands: pl.LazyFrame,
    factors: Factors,
    by: tuple[str, ...],
    class_stands: pl.LazyFrame | None = None,
) -> Figures:
    """Carry out the method.

    Parameters
    ----------
    stands
        One row a stand, see `to_cells`.
    factors
        Parameter rows of the method.
    by
        Keys to group by.
    class_stands
        Stands of the survey that chooses the volume classes of `ipcc-2006`; these if None.
    """
    cells = _cells(stands, factors)
    classes = _classes(cells, class_stands, factors)
    by_class = factors.form == "bcef"
    classed = with_volume_classes(cells, classes.lazy(), factors) if by_class else cells
    # several aggregations read the pools: carry the models out once
    biomass, carbon = map(collected, forest_pools(classed, factors))
    pools = pool_quantities(biomass, carbon)
    keys = [KEY_OF[key] for key in BY_KEYS if key in by]
    parameters = all_parameters()
    rows = pl.concat([measured_rows(cells, keys), pool_rows(cells, pools, parameters, keys)])
    by_cell = pools.sensitivities.join(cells.select("cell_id", *keys), on="cell_id")
    groups = [*keys, "quantity", "pool"]
    errors = propagate(by_cell, parameter_covariance(factors), groups, error_notes())
    used = carbon.sensitivities.select("parameter_id").unique().collect()
    used = pl.concat([used, error_parameters(used), exponents_of(used, factors)])
    return Figures(
        rows=in_order(with_errors(rows, errors, keys), keys).collect(),
        flags=estimate_flags(classed, carbon, parameters, factors).collect(),
        parameters=parameters.join(used, on="parameter_id", how="semi")
        .select(_PARAMETER_COLUMNS)
        .sort("parameter_id"),
        classes=classes,
        stands=int(cells.select(pl.col("stands").sum()).collect().item()),
    )


def _cells(stands: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    return name_cells(to_cells(stands, factors).collect(engine="streaming")).lazy()


def _classes(
    cells: pl.LazyFrame, class_stands: pl.LazyFrame | None, factors: Factors
) -> pl.DataFrame:
    if factors.form != "bcef":
        return VolumeClass.create_empty()
    if class_stands is None:
        return volume_classes(cells, factors).collect()
    return held_classes(cells, _cells(class_stands, factors), factors).collect()


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
        __version__,
        *(load_table(name).sha256 for name in factors.tables),
    ]
    return hashlib.sha256("\n".join(identity).encode()).hexdigest()[:12]


def method_factors(options: EstimateOptions) -> Factors:
    """Return the parameter rows that the options choose."""
    return load_factors(options.method, options.carbon_fraction_set, options.soil_depth_cm)


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
    )
