"""One run of the soil carbon of the land: forest, wetland and farmland to 30 cm, by county."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.accounting.land_soil import LandSoil, land_soil
from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.coefficients.factors import load_factors
from sinkcalc.coefficients.load import all_parameters, load_table
from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.delivery import file_sha256
from sinkcalc.pipeline.figures import PARAMETER_COLUMNS
from sinkcalc.pipeline.rows import with_gas
from sinkcalc.pipeline.soil_lands import (
    COMMON_DEPTH_CM,
    FoundLand,
    SoilOptions,
    farmland_land,
    forest_land,
    wetland_land,
)
from sinkcalc.schemas.results import Estimate
from sinkcalc.store.connection import Connection, reading, writing
from sinkcalc.store.inventory import get_surveys, region_names
from sinkcalc.store.results import (
    RunRecord,
    RunResult,
    read_estimates,
    run_parameters,
    save_run,
)
from sinkcalc.store.soil_runs import (
    open_water,
    read_farmland_flags,
    tree_crops,
)
from sinkcalc.store.wetlands import get_wetland_surveys
from sinkcalc.uncertainty.errors import all_errors, assumed_rows
from sinkcalc.uncertainty.parts import with_fractions
from sinkcalc.vocabulary import LANDS, OPEN_WATER_CLASSES

# soil goes by area: no method of the trees
SOIL_METHOD: Final = "soil-0-30"


@dataclass(frozen=True)
class SoilTable:
    """Soil carbon of the land.

    Attributes
    ----------
    run_id
        The stored run.
    rows
        Rows of `Estimate`; `land` is null for the sum over the lands.
    missing
        Lands that no record of the survey tells of.
    incomplete
        `region_code`, `land`, `area_ha` of soil without a figure.
    flags
        `flag`, `farmland_use`, `records`, `area_ha`.
    open_water_ha
        Area of wetlands that have sediment and no soil.
    tree_crops_ha
        Area of economic forest, and of perennial farmland: orchards and tea gardens may be in
        both.
    definitions
        Land -> whose way of counting its survey follows.
    runs
        Land -> run that estimated it.
    """

    run_id: str
    rows: pl.DataFrame
    missing: tuple[str, ...]
    incomplete: pl.DataFrame
    flags: pl.DataFrame
    open_water_ha: float
    tree_crops_ha: tuple[float, float]
    definitions: dict[str, str]
    runs: dict[str, str]


def soil_of_land(db: Path, options: SoilOptions, wait: float = 0.0) -> SoilTable:
    """Estimate the soil carbon of a survey's land and store the run.

    All lands are of the same survey year. A land that the survey does not hold is named in
    `missing`; there is no sum over the lands then.

    Raises
    ------
    SinkcalcError
        If the survey holds none of the lands, or was replaced meanwhile.
    """
    lands = _lands(db, options, wait)
    result = land_soil([land.part for land in lands.values()])
    with reading(db, wait) as con:
        run = _run(con, options, lands, result)
    with writing(db, wait) as con:
        if _loads(con, options.survey, lands) != _used_loads(lands):
            raise SinkcalcError(
                zh=f"估算期间调查 {options.survey} 被替换;请重新运行",
                en=f"survey {options.survey} was replaced during the estimate; run it again",
            )
        save_run(con, run)
        run_id = run.run.run_id
        return SoilTable(
            run_id=run_id,
            rows=read_estimates(con, run_id),
            missing=tuple(land for land in LANDS if land not in lands),
            incomplete=result.incomplete,
            flags=read_farmland_flags(con, run_id),
            open_water_ha=open_water(con, options.survey, OPEN_WATER_CLASSES),
            tree_crops_ha=tree_crops(con, options.survey),
            definitions={n: land.definition.partition(": ")[0] for n, land in lands.items()},
            runs={name: land.run_id for name, land in lands.items() if land.run_id is not None},
        )


def _lands(db: Path, options: SoilOptions, wait: float) -> dict[str, FoundLand]:
    """Return the lands that the survey holds, in the order of `LANDS`."""
    with reading(db, wait) as con:
        forests, others = get_surveys(con), get_wetland_surveys(con)
    year = options.survey
    forest = forest_land(db, forests[year], options, wait) if year in forests else None
    wetland = wetland_land(db, others[year], options, wait) if year in others else None
    farmland = farmland_land(db, others[year], options, wait) if year in others else None
    found = dict(zip(LANDS, (forest, wetland, farmland), strict=True))
    lands = {name: land for name, land in found.items() if land is not None}
    if not lands:
        raise SinkcalcError(
            zh=f"{year} 年没有森林、湿地或农田数据。先用 sinkcalc load stands、wetlands、farmland "
            f"文件 --survey {year} 入库",
            en=f"survey {year} holds no forest, wetland or farmland. Load them first with "
            f"sinkcalc load stands, wetlands, farmland FILE --survey {year}",
        )
    return lands


def _used_loads(lands: dict[str, FoundLand]) -> dict[str, str]:
    return {table: load for land in lands.values() for table, load in land.loads.items()}


def _loads(con: Connection, survey: int, lands: dict[str, FoundLand]) -> dict[str, str]:
    """Return the loads of the tables that the lands rest on as they are now."""
    now: dict[str, str] = {}
    forests, others = get_surveys(con), get_wetland_surveys(con)
    if survey in forests:
        now["stands"] = forests[survey].load_id
    if survey in others:
        now |= others[survey].loads
    return {table: now.get(table, "") for table in _used_loads(lands)}


def _run(
    con: Connection, options: SoilOptions, lands: dict[str, FoundLand], result: LandSoil
) -> RunResult:
    tables = sorted({"assumed_errors", *(name for land in lands.values() for name in land.tables)})
    run = _record(options, lands, result, tables)
    flags = [land.flags for land in lands.values() if land.flags is not None]
    nothing = pl.DataFrame(
        schema={
            "flag": pl.String,
            "farmland_use": pl.String,
            "records": pl.Int64,
            "area_ha": pl.Decimal(20, 4),
        }
    )
    loads = _used_loads(lands)
    shipped = [load_table(name) for name in tables]
    return RunResult(
        run=run,
        estimates=_estimates(result.rows, run, lands, region_names(con)),
        flags=pl.DataFrame(),
        classes=pl.DataFrame(),
        farmland_flags=pl.concat([nothing, *flags]),
        parameters=_parameters(con, options, lands, result),
        tables=pl.DataFrame(
            {
                "table_name": [table.name for table in shipped],
                "version": [table.version for table in shipped],
                "sha256": [table.sha256 for table in shipped],
            }
        ),
        loads=pl.DataFrame({"table_name": list(loads), "load_id": list(loads.values())}),
        budget=with_gas(with_fractions(result.budget)).with_columns(
            pl.lit(run.run_id).alias("run_id")
        ),
        gradients=with_gas(result.parts.gradients),
        residuals=with_gas(result.parts.residuals),
        errors=result.parts.errors.loadings,
    )


def _record(
    options: SoilOptions, lands: dict[str, FoundLand], result: LandSoil, tables: list[str]
) -> RunRecord:
    by = "region" if options.by_region else ""
    loads = _used_loads(lands)
    own = None if options.errors is None else file_sha256(options.errors)
    identity = [
        SOIL_METHOD,
        *(f"{table} {load}" for table, load in loads.items()),
        # a run has in its name what its figures rest on
        *(f"{name} {land.run_id}" for name, land in lands.items()),
        by,
        own or "",
        __version__,
        *(load_table(name).sha256 for name in tables),
    ]
    area = result.rows.filter((pl.col("quantity") == "area") & pl.col("land").is_not_null())
    return RunRecord(
        run_id=hashlib.sha256("\n".join(identity).encode()).hexdigest()[:12],
        kind="soil",
        survey=options.survey,
        load_id=next(iter(loads.values())),
        method=SOIL_METHOD,
        carbon_fraction_set="none",
        soil_depth_cm=COMMON_DEPTH_CM,
        by_keys=by,
        program_version=__version__,
        stands=int(area["n"].sum()),
        errors_file=None if options.errors is None else options.errors.name,
        errors_sha256=own,
        usual=own is None,
    )


def _estimates(
    rows: pl.DataFrame, run: RunRecord, lands: dict[str, FoundLand], regions: pl.DataFrame
) -> pl.DataFrame:
    """Complete the figures to rows of `Estimate`."""
    words = {name: land.definition for name, land in lands.items()}
    of_land = pl.col("land").replace_strict(words, return_dtype=pl.String)
    nothing = [name for name in KEY_OF.values() if name != "region_code"]
    modelled = pl.col("quantity") != "area"
    complete = (
        with_gas(rows)
        .with_columns(
            *(
                pl.lit(None, pl.String).alias(name)
                for name in (*nothing, "wetland_class", "gwp_set")
            ),
            pl.lit(run.run_id).alias("run_id"),
            pl.lit(run.survey, pl.Int32).alias("survey"),
            pl.lit(run.method).alias("method"),
            pl.coalesce(of_land, pl.lit(" + ".join(words.values()))).alias("definition"),
            pl.when(modelled).then(pl.lit(COMMON_DEPTH_CM, pl.Int32)).alias("depth_cm"),
            pl.lit(any(land.simulated for land in lands.values())).alias("simulated"),
        )
        .join(regions, on="region_code", how="left", maintain_order="left")
    )
    return Estimate.validate(complete, cast=True)


def _parameters(
    con: Connection, options: SoilOptions, lands: dict[str, FoundLand], result: LandSoil
) -> pl.DataFrame:
    """Return the parameter rows that the figures and their errors rest on."""
    moving = result.parts.gradients.select("parameter_id").unique()
    errors = all_errors(load_factors(), options.survey, options.errors)
    # measurements have the name of their land behind them
    ends = "|".join(LANDS)
    plain = pl.col("parameter_id").str.replace(rf"^(measurement\..*)\.(?:{ends})$", "$1")
    used = pl.concat([moving, moving.select(plain)]).unique()
    used = pl.concat([used, assumed_rows(errors, used)])
    runs = [land.run_id for land in lands.values() if land.run_id is not None]
    known = pl.concat(
        [
            all_parameters().select(PARAMETER_COLUMNS),
            *(run_parameters(con, run_id).select(PARAMETER_COLUMNS) for run_id in runs),
        ]
    )
    return (
        known.unique("parameter_id", keep="first", maintain_order=True)
        .join(used, on="parameter_id", how="semi")
        .sort("parameter_id")
    )
