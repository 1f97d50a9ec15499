"""Runs, estimates and flags in the database."""

from dataclasses import asdict, dataclass, field

import duckdb
import polars as pl

from sinkcalc.store.connection import transaction
from sinkcalc.store.loads import insert_rows, now
from sinkcalc.uncertainty.errors import Errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts

_TABLES = (
    "estimate_budgets",
    "estimate_gradients",
    "estimate_residuals",
    "run_errors",
    "estimates",
    "estimate_flags",
    "run_parameters",
    "run_parameter_tables",
    "run_volume_classes",
    "run_loads",
    "wetland_flags",
    "run_wetland_fluxes",
    "run_core_stocks",
    "farmland_flags",
    "runs",
)


@dataclass(frozen=True)
class RunRecord:
    """One estimate run; the same inputs give the same `run_id`.

    `usual`: with the carbon fraction, depth and errors that the method has by itself, and volumes
    as recorded. Figures of other runs do not stand for the survey while there is a usual one.
    """

    run_id: str
    kind: str
    survey: int
    load_id: str
    method: str
    carbon_fraction_set: str
    soil_depth_cm: int
    by_keys: str
    program_version: str
    stands: int
    class_survey: int | None = None
    draws: int | None = None
    seed: int | None = None
    errors_file: str | None = None
    errors_sha256: str | None = None
    controls_id: str | None = None
    gwp_set: str | None = None
    core_options: str | None = None
    usual: bool | None = None


@dataclass(frozen=True)
class RunResult:
    """What a run stores.

    Attributes
    ----------
    estimates
        Rows of `Estimate`.
    flags
        Rows of `EstimateFlag`.
    parameters
        Parameter rows that any figure rests on.
    tables
        `table_name`, `version`, `sha256` of the parameter tables.
    classes
        Rows of `VolumeClass`.
    budget
        Keys, `quantity`, `pool`, `source`, `se`, `variance_fraction`.
    gradients
        Keys, `quantity`, `pool`, `parameter_id`, `derivative`.
    residuals
        Keys, `quantity`, `pool`, `source`, `variance`.
    errors
        Loadings of the parameters of the gradients.
    loads
        `table_name`, `load_id` of further tables that the run read.
    wetland_flags
        Rows of `WetlandFlag`.
    fluxes
        Rows of the table `run_wetland_fluxes`.
    cores
        One row a core, as in the table `run_core_stocks`.
    farmland_flags
        `flag`, `farmland_use`, `records`, `area_ha`.
    """

    run: RunRecord
    estimates: pl.DataFrame
    flags: pl.DataFrame
    parameters: pl.DataFrame
    tables: pl.DataFrame
    classes: pl.DataFrame
    budget: pl.DataFrame
    gradients: pl.DataFrame
    residuals: pl.DataFrame
    errors: pl.DataFrame
    loads: pl.DataFrame = field(default_factory=pl.DataFrame)
    wetland_flags: pl.DataFrame = field(default_factory=pl.DataFrame)
    fluxes: pl.DataFrame = field(default_factory=pl.DataFrame)
    cores: pl.DataFrame = field(default_factory=pl.DataFrame)
    farmland_flags: pl.DataFrame = field(default_factory=pl.DataFrame)


def save_run(con: duckdb.DuckDBPyConnection, result: RunResult) -> None:
    """Store a run in one transaction; a run of the same identity is replaced."""
    run = result.run
    mark = {"run_id": run.run_id}
    with transaction(con):
        for table in _TABLES:
            con.execute(f"DELETE FROM {table} WHERE run_id = ?", [run.run_id])
        insert_rows(con, "runs", pl.DataFrame([{**asdict(run), "run_at": now()}]), {})
        insert_rows(con, "run_parameter_tables", result.tables, mark)
        insert_rows(con, "run_parameters", result.parameters, mark)
        insert_rows(con, "estimates", result.estimates, {})
        insert_rows(con, "estimate_flags", result.flags, mark)
        insert_rows(con, "run_volume_classes", result.classes, mark)
        insert_rows(con, "estimate_budgets", result.budget, {})
        insert_rows(con, "estimate_gradients", result.gradients, mark)
        insert_rows(con, "estimate_residuals", result.residuals, mark)
        insert_rows(con, "run_errors", result.errors, mark)
        insert_rows(con, "run_loads", result.loads, mark)
        insert_rows(con, "wetland_flags", result.wetland_flags, mark)
        insert_rows(con, "run_wetland_fluxes", result.fluxes, mark)
        insert_rows(con, "run_core_stocks", result.cores, mark)
        insert_rows(con, "farmland_flags", result.farmland_flags, mark)


def read_estimates(con: duckdb.DuckDBPyConnection, run_id: str) -> pl.DataFrame:
    """Return the stored rows of a run in the order they were written."""
    return con.execute("SELECT * FROM estimates WHERE run_id = ? ORDER BY rowid", [run_id]).pl()


def read_flags(con: duckdb.DuckDBPyConnection, run_id: str) -> pl.DataFrame:
    """Return the flags of a run."""
    return con.execute(
        "SELECT flag, vegetation_class, species, pool, stands, area_ha FROM estimate_flags "
        "WHERE run_id = ? ORDER BY flag, vegetation_class, species, pool",
        [run_id],
    ).pl()


def read_wetland_flags(con: duckdb.DuckDBPyConnection, run_id: str) -> pl.DataFrame:
    """Return the flags of a run of wetlands, summed over the regions."""
    return con.execute(
        "SELECT flag, wetland_class, pool, gas, sum(wetlands)::BIGINT AS wetlands, "
        "sum(area_ha)::DECIMAL(20, 4) AS area_ha FROM wetland_flags "
        "WHERE run_id = ? GROUP BY ALL ORDER BY flag, wetland_class, pool, gas",
        [run_id],
    ).pl()


def count_core_stocks(con: duckdb.DuckDBPyConnection, run_id: str) -> pl.DataFrame:
    """Count the cores of a run by class and outcome; `usable` are those with a stock."""
    return con.execute(
        "SELECT wetland_class::VARCHAR AS wetland_class, outcome, "
        "carbon_t_per_ha IS NOT NULL AS usable, count(*) AS cores FROM run_core_stocks "
        "WHERE run_id = ? GROUP BY ALL ORDER BY ALL",
        [run_id],
    ).pl()


def read_budget(con: duckdb.DuckDBPyConnection, run_id: str) -> pl.DataFrame:
    """Return what each source adds to the error of every row of a run."""
    return con.execute(
        "SELECT * FROM estimate_budgets WHERE run_id = ? ORDER BY rowid", [run_id]
    ).pl()


def read_error_parts(con: duckdb.DuckDBPyConnection, run_id: str) -> ErrorParts:
    """Return what the errors of a run are made of."""

    def rows(table: str) -> pl.DataFrame:
        return con.execute(
            f"SELECT * EXCLUDE (run_id) FROM {table} WHERE run_id = ? ORDER BY rowid", [run_id]
        ).pl()

    return ErrorParts(
        rows("estimate_gradients"),
        rows("estimate_residuals"),
        Errors(rows("run_errors"), NO_SPREADS),
    )


def has_run(con: duckdb.DuckDBPyConnection, run_id: str) -> bool:
    """Tell whether a run is stored."""
    found = con.execute("SELECT count(*) FROM runs WHERE run_id = ?", [run_id]).fetchone()
    return found is not None and bool(found[0])


def list_runs(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return every run; `current` is false where a load that it rests on was replaced since."""
    return con.execute(
        "SELECT runs.run_id, runs.kind, runs.survey, runs.method, runs.carbon_fraction_set, "
        "runs.class_survey, runs.soil_depth_cm, runs.by_keys, runs.stands, "
        "runs.draws, runs.seed, runs.errors_file, runs.controls_id, "
        "runs.gwp_set, runs.core_options, "
        "runs.program_version, runs.run_at, shown.is_current AS current "
        "FROM runs JOIN bureau.runs AS shown USING (run_id) ORDER BY runs.run_at, runs.rowid"
    ).pl()


def run_parameters(con: duckdb.DuckDBPyConnection, run_id: str) -> pl.DataFrame:
    """Return the parameter rows that a run's figures rest on."""
    return con.execute(
        "SELECT parameter_id, symbol, value, unit, status, evidence, source_id, locator "
        "FROM run_parameters WHERE run_id = ? ORDER BY parameter_id",
        [run_id],
    ).pl()


def read_volume_classes(con: duckdb.DuckDBPyConnection, run_id: str) -> pl.DataFrame:
    """Return the mean stocks that chose the expansion factors of a run."""
    return con.execute(
        "SELECT region_code, forest_type, growing_stock_m3_per_ha, above_ground_t_per_ha, bcef_s, "
        "root_shoot_ratio, stands "
        "FROM run_volume_classes WHERE run_id = ? ORDER BY region_code, forest_type",
        [run_id],
    ).pl()
