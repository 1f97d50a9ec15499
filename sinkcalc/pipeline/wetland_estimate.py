"""One estimate run of wetlands: records, cores and fluxes to stored rows."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.accounting.wetland_density import excavated_in
from sinkcalc.accounting.wetland_fluxes import net_sources, wetland_fluxes
from sinkcalc.coefficients.factors import load_factors
from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.wetland_fluxes import gwp_table
from sinkcalc.coefficients.wetlands import WETLAND_TABLES, WetlandFactors, load_wetland_factors
from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.delivery import file_sha256
from sinkcalc.pipeline.core_stocks import CoreStocks, core_stocks
from sinkcalc.pipeline.rows import budget_rows
from sinkcalc.pipeline.wetland_figures import WetlandFigures, wetland_figures
from sinkcalc.pipeline.wetland_inputs import CoreParts, WetlandInputs
from sinkcalc.pipeline.wetland_options import WetlandOptions
from sinkcalc.pipeline.wetland_rows import wetland_rows
from sinkcalc.schemas.results import WetlandFlag
from sinkcalc.schemas.stages import EstimateFlag, VolumeClass
from sinkcalc.store.connection import Connection, reading, writing
from sinkcalc.store.inventory import get_surveys, region_names
from sinkcalc.store.results import RunRecord, RunResult, has_run, read_estimates, save_run
from sinkcalc.store.wetlands import WetlandSurvey, get_wetland_surveys, wetland_frame
from sinkcalc.uncertainty.errors import Errors, all_errors
from sinkcalc.vocabulary import DEFAULT_METHOD, WETLAND_METHOD

_TABLES: Final = (*WETLAND_TABLES, "wetland_fluxes", "gwp", "core_rules", "soil_carbon_models")
_CORE_COLUMNS: Final = (
    "core_id",
    "depth_cm",
    "wetland_id",
    "wetland_class",
    "region_code",
    "outcome",
    "carbon_t_per_ha",
    "carbon_t_per_ha_se",
    "reached_cm",
    "gap_fraction",
    "extrapolated_fraction",
    "modelled_fraction",
    "total_carbon_fraction",
)


@dataclass(frozen=True)
class _Read:
    """What a run reads from the database."""

    survey: WetlandSurvey
    loads: dict[str, str]
    records: pl.LazyFrame
    cores: CoreStocks
    cores_to_one_metre: CoreStocks | None
    regions: pl.DataFrame


def estimate_wetlands(
    db: Path, options: WetlandOptions, wait: float = 0.0
) -> tuple[str, pl.DataFrame]:
    """Estimate the wetlands of one survey and store the run.

    Returns
    -------
    The run's identity and its stored rows.

    Raises
    ------
    SinkcalcError
        If the survey has no wetlands, or a table of it is replaced during the estimate.
    """
    # compute while others may read; the file is held for writing only to store the rows
    with reading(db, wait) as con:
        read = _read(con, options)
    factors = run_factors(options)
    figures = wetland_figures(_inputs(read, options), factors, options.by)
    run = _run_record(read, options, figures)
    with writing(db, wait) as con:
        if _loads(con, options.survey) != read.loads:
            raise SinkcalcError(
                zh=f"估算期间调查 {options.survey} 被替换;请重新运行",
                en=f"survey {options.survey} was replaced during the estimate; run it again",
            )
        save_run(con, _run_result(run, read, figures))
        return run.run_id, read_estimates(con, run.run_id)


def stored_wetlands(db: Path, options: WetlandOptions, wait: float = 0.0) -> pl.DataFrame:
    """Return the stored rows of the run that the options name now; estimate if there is none."""
    with reading(db, wait) as con:
        run_id = _identity(_read(con, options), options)
        if has_run(con, run_id):
            return read_estimates(con, run_id)
    return estimate_wetlands(db, options, wait)[1]


def net_sources_of_survey(db: Path, options: WetlandOptions, wait: float = 0.0) -> pl.DataFrame:
    """Return the restorations of a survey that emit more than they remove, see `net_sources`."""
    with reading(db, wait) as con:
        records = wetland_frame(con, options.survey)
    fluxes = wetland_fluxes(records, options.survey)
    return net_sources(fluxes.terms, gwp_table(options.gwp_set))


def read_wetlands(con: Connection, options: WetlandOptions) -> WetlandInputs:
    """Return what an estimate of wetlands reads.

    Raises
    ------
    SinkcalcError
        If the survey has no wetlands.
    """
    return _inputs(_read(con, options), options)


def require_wetlands(surveys: dict[int, WetlandSurvey], year: int) -> WetlandSurvey:
    """Return a survey that holds wetlands or refuse with what is loaded.

    Raises
    ------
    SinkcalcError
        If it holds none.
    """
    having = {survey: one for survey, one in surveys.items() if "wetlands" in one.loads}
    if year in having:
        return having[year]
    loaded = ", ".join(map(str, having)) or "–"
    raise SinkcalcError(
        zh=f"{year} 年没有湿地数据;已入库湿地的调查:{loaded}。"
        f"用 sinkcalc load wetlands 文件 --survey {year} 入库",
        en=f"survey {year} has no wetlands; surveys with wetlands: {loaded}. "
        f"Load them with sinkcalc load wetlands FILE --survey {year}",
    )


def run_factors(options: WetlandOptions) -> WetlandFactors:
    """Return the densities that a run may use: to its depth, or none but of cores."""
    factors = load_wetland_factors(options.soil_depth_cm)
    if options.equivalent_mass_t_per_ha is None:
        return factors
    # a stock to a mass of soil is none to a depth: published densities do not fill its gaps
    classes = [factors.other_depths, factors.soil.select("wetland_class")]
    return replace(
        factors,
        soil=factors.soil.clear(),
        other_depths=pl.concat(classes).unique(),
        by_mass=True,
    )


def _loads(con: Connection, survey: int) -> dict[str, str]:
    """Return the loads that decide a run, by table."""
    own = get_wetland_surveys(con).get(survey)
    stands = get_surveys(con).get(survey)
    loads = (
        {} if own is None else {t: i for t, i in own.loads.items() if t in ("wetlands", "cores")}
    )
    # stands hold wooded wetlands
    return loads | ({} if stands is None else {"stands": stands.load_id})


def _read(con: Connection, options: WetlandOptions) -> _Read:
    survey = require_wetlands(get_wetland_surveys(con), options.survey)
    records = wetland_frame(con, options.survey)
    return _Read(
        survey,
        _loads(con, options.survey),
        records,
        core_stocks(con, options.survey, options.cores),
        _cores_to_one_metre(con, options, records),
        region_names(con),
    )


def _cores_to_one_metre(
    con: Connection, options: WetlandOptions, records: pl.LazyFrame
) -> CoreStocks | None:
    """Return the cores that excavations of the year take, where stocks go to another depth."""
    deep = options.to_one_metre
    if deep == options.cores or records.filter(excavated_in(options.survey)).collect().is_empty():
        return None
    return core_stocks(con, options.survey, deep)


def _parts(cores: CoreStocks) -> CoreParts:
    return CoreParts(cores.rows, cores.gradients, cores.errors)


def _inputs(read: _Read, options: WetlandOptions) -> WetlandInputs:
    gwp = gwp_table(options.gwp_set).select("gas", "gwp")
    return WetlandInputs(
        survey=options.survey,
        records=read.records,
        cores=_parts(read.cores),
        errors=shipped_errors(options.survey, options.errors),
        gwp_set=options.gwp_set,
        gwp=dict(gwp.iter_rows()),
        cores_to_one_metre=(
            None if read.cores_to_one_metre is None else _parts(read.cores_to_one_metre)
        ),
    )


def shipped_errors(survey: int, own: Path | None = None) -> Errors:
    """Return the errors of shipped parameters and a user's; those of forests do no harm.

    Parameters
    ----------
    own
        A user's table of errors.

    Raises
    ------
    UsageProblem
        If the user's table is not usable.
    """
    return all_errors(load_factors(DEFAULT_METHOD), survey, own)


def _identity(read: _Read, options: WetlandOptions) -> str:
    """Return the identity of a run: loads, cores, parameters, options and program."""
    stocks = read.cores.rows.select("core_id", "carbon_t_per_ha").sort("core_id")
    identity = [
        "wetland",
        *(f"{table} {load}" for table, load in sorted(read.loads.items())),
        str(options.soil_depth_cm),
        options.by_keys,
        options.gwp_set,
        options.core_words,
        *([] if options.errors is None else [file_sha256(options.errors)]),
        __version__,
        *(load_table(name).sha256 for name in _TABLES),
        # models that a user activated change what cores hold
        hashlib.sha256(stocks.write_csv().encode()).hexdigest(),
        *read.cores.gradients["parameter_id"].unique().sort(),
    ]
    return hashlib.sha256("\n".join(identity).encode()).hexdigest()[:12]


def _run_record(read: _Read, options: WetlandOptions, figures: WetlandFigures) -> RunRecord:
    return RunRecord(
        run_id=_identity(read, options),
        kind="wetland",
        survey=options.survey,
        load_id=read.loads["wetlands"],
        method=WETLAND_METHOD,
        carbon_fraction_set="none",
        soil_depth_cm=options.soil_depth_cm,
        by_keys=options.by_keys,
        program_version=__version__,
        stands=figures.records,
        errors_file=None if options.errors is None else options.errors.name,
        errors_sha256=None if options.errors is None else file_sha256(options.errors),
        gwp_set=options.gwp_set,
        core_options=options.core_words,
        usual=options.usual,
    )


def _run_result(run: RunRecord, read: _Read, figures: WetlandFigures) -> RunResult:
    tables = [load_table(name) for name in _TABLES]
    # rows of a run and what their errors are made of have the same keys
    land = pl.lit("wetland").alias("land")
    further = {name: load for name, load in read.loads.items() if name != "wetlands"}
    return RunResult(
        run=run,
        estimates=wetland_rows(figures, run, read.survey, read.regions),
        flags=EstimateFlag.create_empty(),
        parameters=figures.parameters,
        tables=pl.DataFrame(
            {
                "table_name": [table.name for table in tables],
                "version": [table.version for table in tables],
                "sha256": [table.sha256 for table in tables],
            }
        ),
        classes=VolumeClass.create_empty(),
        budget=budget_rows(figures.budget, run).with_columns(land),
        gradients=figures.gradients.with_columns(land),
        residuals=figures.residuals.with_columns(land),
        errors=figures.loadings,
        loads=pl.DataFrame({"table_name": list(further), "load_id": list(further.values())}),
        wetland_flags=WetlandFlag.validate(figures.flags, cast=True),
        fluxes=figures.terms.rename({"records": "wetlands"}),
        cores=read.cores.rows.select(_CORE_COLUMNS),
    )
