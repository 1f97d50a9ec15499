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
from sinkcalc.coefficients.factors import CarbonFractionSet, Factors, SoilDepth, load_factors
from sinkcalc.coefficients.load import all_parameters, load_table
from sinkcalc.errors import SinkcalcError
from sinkcalc.models.bamboo import bamboo_biomass
from sinkcalc.models.biomass import arbor_biomass, plant_biomass
from sinkcalc.models.carbon import biomass_to_carbon
from sinkcalc.models.dead_organic import forest_floor_carbon
from sinkcalc.models.soil import soil_carbon
from sinkcalc.schemas.results import Estimate
from sinkcalc.schemas.stages import Pools, collected, join_pools
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.inventory import Survey, get_surveys, region_names, stand_codes
from sinkcalc.store.results import RunRecord, RunResult, read_estimates, save_run
from sinkcalc.uncertainty.covariance import error_parameters, parameter_covariance
from sinkcalc.uncertainty.propagate import propagate
from sinkcalc.vocabulary import BY_KEYS, DEFAULT_METHOD

# what each quantity counts; stands behind the survey's definition in the rows
SCOPE: Final = {
    "area": "forest",
    "growing_stock": "arbor",
    "living_stock": "arbor+sparse+scattered",
    "biomass": "forest, above+below ground",
    "carbon": "forest",
    "co2e": "forest",
}


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
    """

    survey: int
    by: tuple[str, ...] = ()
    method: str = DEFAULT_METHOD
    carbon_fraction_set: CarbonFractionSet = "fang"
    soil_depth_cm: SoilDepth = 100

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
    stands
        Number of stands read.
    """

    rows: pl.DataFrame
    flags: pl.DataFrame
    parameters: pl.DataFrame
    stands: int


def estimate(db: Path, options: EstimateOptions, wait: float = 0.0) -> tuple[str, pl.DataFrame]:
    """Estimate one survey and store the run.

    Returns
    -------
    The run's identity and its stored rows.

    Raises
    ------
    SinkcalcError
        If the survey is not loaded.
    """
    factors = method_factors(options)
    # compute while others may read; the file is held for writing only to store the rows
    with reading(db, wait) as con:
        survey = require_survey(get_surveys(con), options.survey)
        figures = forest_figures(stand_codes(con, survey.survey), factors, options.by)
        regions = region_names(con)
    run = _run_record(options, survey, factors, figures.stands)
    estimates = _estimate_rows(figures.rows, run, survey, regions)
    with writing(db, wait) as con:
        if get_surveys(con).get(options.survey) != survey:
            raise SinkcalcError(
                zh=f"估算期间调查 {options.survey} 被替换;请重新运行",
                en=f"survey {options.survey} was replaced during the estimate; run it again",
            )
        save_run(
            con, RunResult(run, estimates, figures.flags, figures.parameters, _tables(factors))
        )
        return run.run_id, read_estimates(con, run.run_id)


def forest_figures(stands: pl.LazyFrame, factors: Factors, by: tuple[str, ...]) -> Figures:
    """Carry out the method.

    Parameters
    ----------
    stands
        One row a stand, see `to_cells`.
    factors
        Parameter rows of the method.
    by
        Keys to group by.
    """
    cells = name_cells(to_cells(stands, factors).collect(engine="streaming")).lazy()
    # several aggregations read the pools: carry the models out once
    biomass, carbon = map(collected, forest_pools(cells, factors))
    pools = pool_quantities(biomass, carbon)
    keys = [KEY_OF[key] for key in BY_KEYS if key in by]
    parameters = all_parameters()
    rows = pl.concat([measured_rows(cells, keys), pool_rows(cells, pools, parameters, keys)])
    by_cell = pools.sensitivities.join(cells.select("cell_id", *keys), on="cell_id")
    errors = propagate(by_cell, parameter_covariance(factors), [*keys, "quantity", "pool"])
    used = carbon.sensitivities.select("parameter_id").unique().collect()
    used = pl.concat([used, error_parameters(used)])
    return Figures(
        rows=in_order(with_errors(rows, errors, keys), keys).collect(),
        flags=estimate_flags(cells, carbon, parameters).collect(),
        parameters=parameters.join(used, on="parameter_id", how="semi")
        .select(_PARAMETER_COLUMNS)
        .sort("parameter_id"),
        stands=int(cells.select(pl.col("stands").sum()).collect().item()),
    )


def forest_pools(cells: pl.LazyFrame, factors: Factors) -> tuple[Pools, Pools]:
    """Biomass (t d.m.) and carbon (t C) of every pool of every forest cell."""
    biomass = join_pools(
        [
            arbor_biomass(cells, factors),
            bamboo_biomass(cells, factors),
            plant_biomass(cells, factors),
        ]
    )
    carbon = join_pools(
        [
            biomass_to_carbon(cells, biomass, factors),
            forest_floor_carbon(cells, factors),
            soil_carbon(cells, factors),
        ]
    )
    return biomass, carbon


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


def run_identity(options: EstimateOptions, survey: Survey, factors: Factors) -> str:
    """Return the identity of a run: stands, method, parameters, keys and program."""
    identity = [
        survey.load_id,
        options.method,
        options.carbon_fraction_set,
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
    options: EstimateOptions, survey: Survey, factors: Factors, stands: int
) -> RunRecord:
    return RunRecord(
        run_id=run_identity(options, survey, factors),
        kind="forest",
        survey=survey.survey,
        load_id=survey.load_id,
        method=options.method,
        carbon_fraction_set=options.carbon_fraction_set,
        soil_depth_cm=options.soil_depth_cm,
        by_keys=options.by_keys,
        program_version=__version__,
        stands=stands,
    )


def _estimate_rows(
    rows: pl.DataFrame, run: RunRecord, survey: Survey, regions: pl.DataFrame
) -> pl.DataFrame:
    absent = [
        pl.lit(None, pl.String).alias(column)
        for column in (*KEY_OF.values(), "wetland_class", "gas", "gwp_set")
        if column not in rows.columns
    ]
    scope = pl.col("quantity").replace_strict(SCOPE, return_dtype=pl.String)
    has_soil = pl.col("pool").is_in(["soil", "total"]) & (pl.col("quantity") != "biomass")
    complete = rows.with_columns(
        *absent,
        pl.lit(run.run_id).alias("run_id"),
        pl.lit(run.survey, pl.Int32).alias("survey"),
        pl.lit(run.method).alias("method"),
        (pl.lit(f"{survey.definition}: ") + scope).alias("definition"),
        pl.when(has_soil).then(pl.lit(run.soil_depth_cm, pl.Int32)).alias("depth_cm"),
        pl.lit(survey.simulated).alias("simulated"),
    )
    named = complete.join(
        regions, on="region_code", how="left", maintain_order="left"
    ).with_columns(pl.when(pl.col("quantity") == "co2e").then(pl.lit("CO2")).alias("gas"))
    return Estimate.validate(named, cast=True)


def _tables(factors: Factors) -> pl.DataFrame:
    tables = [load_table(name) for name in factors.tables]
    return pl.DataFrame(
        {
            "table_name": [table.name for table in tables],
            "version": [table.version for table in tables],
            "sha256": [table.sha256 for table in tables],
        }
    )
