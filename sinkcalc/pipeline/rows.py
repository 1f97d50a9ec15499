"""Rows of an estimate as they are stored."""

from typing import Final

import polars as pl

from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.load import load_table
from sinkcalc.schemas.results import Budget, Estimate
from sinkcalc.store.inventory import Survey
from sinkcalc.store.results import RunRecord
from sinkcalc.uncertainty.parts import with_fractions

# what each quantity counts; stands behind the survey's definition in the rows
SCOPE: Final = {
    "area": "forest",
    "growing_stock": "arbor",
    "living_stock": "arbor+sparse+scattered",
    "biomass": "forest, above+below ground",
    "carbon": "forest",
    "co2e": "forest",
}


def estimate_rows(
    rows: pl.DataFrame, run: RunRecord, survey: Survey, regions: pl.DataFrame
) -> pl.DataFrame:
    """Complete the figures of a run to rows of `Estimate`.

    Parameters
    ----------
    regions
        `region_code`, `region_name`.
    """
    absent = [
        pl.lit(None, pl.String).alias(column)
        for column in (*KEY_OF.values(), "wetland_class", "gas", "gwp_set", "land")
        if column not in rows.columns
    ]
    scope = pl.col("quantity").replace_strict(SCOPE, return_dtype=pl.String)
    controlled = "" if run.controls_id is None else f"; volumes by control totals {run.controls_id}"
    has_soil = pl.col("pool").is_in(["soil", "total"]) & (pl.col("quantity") != "biomass")
    complete = rows.with_columns(
        *absent,
        pl.lit(run.run_id).alias("run_id"),
        pl.lit(run.survey, pl.Int32).alias("survey"),
        pl.lit(run.method).alias("method"),
        (pl.lit(f"{survey.definition}: ") + scope + controlled).alias("definition"),
        pl.when(has_soil).then(pl.lit(run.soil_depth_cm, pl.Int32)).alias("depth_cm"),
        pl.lit(survey.simulated).alias("simulated"),
    )
    named = complete.join(regions, on="region_code", how="left", maintain_order="left")
    return Estimate.validate(with_gas(named), cast=True)


def with_gas(rows: pl.DataFrame) -> pl.DataFrame:
    """Name the gas of forest figures: CO2 of co2e, none of the others."""
    gas = pl.when(pl.col("quantity") == "co2e").then(pl.lit("CO2"))
    return rows.with_columns(gas.alias("gas"))


def budget_rows(budget: pl.DataFrame, run: RunRecord) -> pl.DataFrame:
    """Complete the variances of a run by source to rows of `Budget`.

    Parameters
    ----------
    budget
        Keys, `quantity`, `pool`, `source`, `variance`.
    """
    absent = [
        pl.lit(None, pl.String).alias(column)
        for column in (*KEY_OF.values(), "wetland_class", "gas")
        if column not in budget.columns
    ]
    complete = with_fractions(budget).with_columns(*absent, pl.lit(run.run_id).alias("run_id"))
    return Budget.validate(complete, cast=True)


def table_versions(factors: Factors) -> pl.DataFrame:
    """Return `table_name`, `version`, `sha256` of the parameter tables of a method."""
    tables = [load_table(name) for name in factors.tables]
    return pl.DataFrame(
        {
            "table_name": [table.name for table in tables],
            "version": [table.version for table in tables],
            "sha256": [table.sha256 for table in tables],
        }
    )
