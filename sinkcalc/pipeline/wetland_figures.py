"""The list of stages of an estimate of wetlands: records to figures with their errors."""

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from sinkcalc.accounting.intervals import with_errors
from sinkcalc.accounting.wetland_cores import CORE_MEAN, CORE_MEAN_1M, CoreMeans, core_means
from sinkcalc.accounting.wetland_density import ONE_METRE_CM, excavated_densities, with_soil_source
from sinkcalc.accounting.wetland_fluxes import Fluxes, wetland_fluxes
from sinkcalc.accounting.wetland_sources import wetland_flags
from sinkcalc.accounting.wetland_stands import split_by_stands
from sinkcalc.accounting.wetland_stock import (
    WETLAND_KEY_OF,
    WetlandStocks,
    sum_wetlands,
    wetland_cells,
    wetland_stocks,
    with_plants,
)
from sinkcalc.accounting.wetland_yearly import (
    CO2E_UNIT,
    flux_gradients,
    flux_rows,
    mass_rows,
    with_ranges,
)
from sinkcalc.coefficients.load import all_parameters
from sinkcalc.coefficients.wetlands import WetlandFactors, load_wetland_factors
from sinkcalc.pipeline.wetland_inputs import WetlandInputs
from sinkcalc.uncertainty.errors import Errors, assumed_rows
from sinkcalc.uncertainty.propagate import group_gradients, propagate
from sinkcalc.vocabulary import (
    GASES,
    QUANTITIES,
    REPORTED_POOLS,
    UNITS,
    WETLAND_BY_KEYS,
)

_PARAMETER: Final = (
    "parameter_id",
    "symbol",
    "value",
    "unit",
    "status",
    "evidence",
    "source_id",
    "locator",
)
_NO_RESIDUALS: Final = {"source": pl.String, "variance": pl.Float64}


@dataclass(frozen=True)
class WetlandFigures:
    """Result of the science, before a run is recorded.

    Attributes
    ----------
    rows
        Keys, `gas`, `quantity`, `pool`, `value`, `unit`, `gwp_set`, errors, `n`, shares.
    budget
        Keys, `gas`, `quantity`, `pool`, `source`, `variance`; fluxes in t CO2e/yr.
    gradients, residuals
        See `ErrorParts`; fluxes in t CO2e/yr.
    loadings
        Errors of the parameters of the gradients.
    flags
        `flag`, `region_code`, `wetland_class`, `pool`, `gas`, `wetlands`, `area_ha`.
    parameters
        Parameter rows used, means of cores among them.
    terms
        Terms of the yearly fluxes, see `Fluxes`.
    records
        Number of wetlands read.
    """

    rows: pl.DataFrame
    budget: pl.DataFrame
    gradients: pl.DataFrame
    residuals: pl.DataFrame
    loadings: pl.DataFrame
    flags: pl.DataFrame
    parameters: pl.DataFrame
    terms: pl.DataFrame
    records: int


def wetland_figures(
    given: WetlandInputs, factors: WetlandFactors, by: tuple[str, ...]
) -> WetlandFigures:
    """Carry out the estimate.

    Parameters
    ----------
    by
        Keys to group by, of `WETLAND_BY_KEYS`.
    """
    keys = [WETLAND_KEY_OF[key] for key in WETLAND_BY_KEYS if key in by]
    means, sourced = sourced_records(given, factors)
    cells = wetland_cells(with_plants(sourced, factors))
    stocks = wetland_stocks(cells, means, factors)
    deep_factors = load_wetland_factors(ONE_METRE_CM)
    deep = _means_to_one_metre(given, means, factors, deep_factors)
    dug = excavated_densities(given.records, deep, deep_factors, given.survey)
    fluxes = wetland_fluxes(given.records, given.survey, dug)
    every_mean = means if deep is means else _joined(means, deep)
    errors = _every_error(given, every_mean)
    gradients = _gradients(stocks, every_mean, fluxes, given, keys)
    groups = [*keys, "gas", "quantity", "pool"]
    residuals = pl.DataFrame(schema={**dict.fromkeys(groups, pl.String), **_NO_RESIDUALS})
    found = propagate(gradients, residuals, errors, groups)
    summed = _with_gas(sum_wetlands(stocks.stocks, keys).collect())
    yearly = flux_rows(fluxes.terms, _recalled(fluxes.gradients), given.gwp, keys)
    rows = pl.concat([summed, yearly], how="diagonal")
    complete = with_ranges(with_errors(rows.lazy(), found.rows, [*keys, "gas"]).collect())
    flags = [
        wetland_flags(cells, given.records, sourced),
        fluxes.flags.with_columns(pl.lit(None, pl.String).alias("pool")),
    ]
    return WetlandFigures(
        rows=_in_order(_with_units(complete, given), keys),
        budget=found.budget,
        gradients=gradients,
        residuals=residuals,
        loadings=errors.loadings.join(gradients, on="parameter_id", how="semi"),
        flags=pl.concat(part.select(flags[0].columns) for part in flags),
        parameters=_parameters(gradients, given.core_gradients, every_mean, errors),
        terms=fluxes.terms,
        records=int(given.records.select(pl.len()).collect().item()),
    )


def sourced_records(
    given: WetlandInputs, factors: WetlandFactors
) -> tuple[CoreMeans, pl.LazyFrame]:
    """Return the means of cores, and the records with the density that serves each of them."""
    means = core_means(given.cores.rows, _with_error(given.cores.gradients, given), factors)
    records = split_by_stands(given.records)
    return means, with_soil_source(records, means, factors, given.survey)


def _means_to_one_metre(
    given: WetlandInputs, means: CoreMeans, factors: WetlandFactors, deep_factors: WetlandFactors
) -> CoreMeans:
    """Return the means of cores to 1 m, whatever the depth of the stocks."""
    if factors.depth_cm == ONE_METRE_CM and not factors.by_mass:
        return means
    cores = given.cores_to_one_metre
    rows = given.cores.rows.clear() if cores is None else cores.rows
    gradients = given.cores.gradients.clear() if cores is None else cores.gradients
    return core_means(rows, _with_error(gradients, given), deep_factors, CORE_MEAN_1M)


def _joined(means: CoreMeans, deep: CoreMeans) -> CoreMeans:
    return CoreMeans(
        pl.concat([means.means, deep.means]),
        pl.concat([means.loadings, deep.loadings]),
        pl.concat([means.derivatives, deep.derivatives]),
    )


def _every_error(given: WetlandInputs, means: CoreMeans) -> Errors:
    """Join the errors of shipped parameters, of the models of cores, and of sampled cores.

    Coefficients of a model err together, as the model says; the same coefficient by itself is not
    counted again.
    """
    models = given.cores.errors.loadings
    others = given.errors.loadings.join(
        models, on="parameter_id", how="anti", maintain_order="left"
    )
    parts = (others, models, means.loadings)
    return replace(given.errors, loadings=pl.concat(part.select(others.columns) for part in parts))


def _with_error(gradients: pl.DataFrame, given: WetlandInputs) -> pl.DataFrame:
    """Return the derivatives of cores by coefficients that have an error.

    A published relation without printed errors is tested on samples of other studies: what it
    misses is in the residual that the cores of a survey share.
    """
    known = pl.concat(
        part.select("parameter_id") for part in (given.cores.errors.loadings, given.errors.loadings)
    )
    return gradients.join(known, on="parameter_id", how="semi", maintain_order="left")


def _gradients(
    stocks: WetlandStocks,
    means: CoreMeans,
    fluxes: Fluxes,
    given: WetlandInputs,
    keys: list[str],
) -> pl.DataFrame:
    """Sum the derivatives of stocks and fluxes over the groups of a row."""
    of_stocks = group_gradients(stocks.sensitivities.lazy(), [*keys, "quantity", "pool"])
    # an excavation sets free what cores hold
    terms = pl.concat([fluxes.gradients, _behind(fluxes.gradients, means)])
    yearly = flux_gradients(terms, given.gwp, keys)
    columns = [*keys, "gas", "quantity", "pool", "parameter_id", "derivative"]
    return pl.concat(part.select(columns) for part in (_with_gas(of_stocks), yearly))


def _behind(gradients: pl.DataFrame, means: CoreMeans) -> pl.DataFrame:
    """Return the derivatives by the coefficients behind the means of cores."""
    behind = means.derivatives.rename({"parameter_id": "_id", "derivative": "_slope"})
    return (
        gradients.join(
            behind,
            left_on="parameter_id",
            right_on="density_id",
            maintain_order="left_right",
        )
        .with_columns(pl.col("_id").alias("parameter_id"), pl.col("derivative") * pl.col("_slope"))
        .select(gradients.columns)
    )


def _with_gas(frame: pl.DataFrame) -> pl.DataFrame:
    gas = pl.when(pl.col("quantity") == "co2e").then(pl.lit("CO2"))
    return frame.with_columns(gas.alias("gas"))


def _recalled(gradients: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of fluxes that rest on a parameter from memory."""
    memory = all_parameters().filter(pl.col("evidence") == "recalled")
    keys = ["region_code", "wetland_class", "quantity", "gas"]
    return gradients.join(memory, on="parameter_id", how="semi").select(keys).unique()


def _with_units(rows: pl.DataFrame, given: WetlandInputs) -> pl.DataFrame:
    yearly = pl.col("quantity").is_in(["removal", "emission"])
    named = rows.with_columns(
        pl.when(yearly)
        .then(pl.lit(CO2E_UNIT))
        .otherwise(pl.col("quantity").replace_strict(UNITS, return_dtype=pl.String))
        .alias("unit"),
        pl.when(yearly).then(pl.lit(given.gwp_set)).alias("gwp_set"),
    )
    mass = mass_rows(named.filter(yearly), given.gwp)
    return pl.concat([named, mass.select(named.columns)]).drop("mass_kg")


def _in_order(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Sort by quantity, pool and gas in the order of the vocabulary, mass after co2e."""

    def place(column: str, words: tuple[str, ...]) -> pl.Expr:
        order = {word: number for number, word in enumerate(words)}
        return pl.col(column).replace_strict(order, return_dtype=pl.Int8)

    return rows.sort(
        place("quantity", QUANTITIES),
        place("pool", REPORTED_POOLS),
        place("gas", GASES),
        pl.col("gwp_set").is_null(),
        *keys,
        nulls_last=True,
    )


def _parameters(
    gradients: pl.DataFrame, of_cores: pl.DataFrame, means: CoreMeans, errors: Errors
) -> pl.DataFrame:
    """Return the parameters that figures, the stocks of cores, or their errors rest on."""
    used = pl.concat(part.select("parameter_id") for part in (gradients, of_cores)).unique()
    behind = pl.concat([used, assumed_rows(errors, used)]).unique()
    shipped = all_parameters().select(_PARAMETER).join(behind, on="parameter_id", how="semi")
    several = pl.format("mean of {} cores of the survey, in {} places", "cores", "places")
    count = pl.when(pl.col("cores") == 1).then(pl.lit("one core of the survey")).otherwise(several)
    own = means.means.select(
        pl.col("density_id").alias("parameter_id"),
        pl.lit(CORE_MEAN.rstrip("-.")).alias("symbol"),
        "value",
        pl.lit("t C/ha").alias("unit"),
        pl.lit("derived").alias("status"),
        pl.lit("computed").alias("evidence"),
        pl.lit("cores").alias("source_id"),
        count.alias("locator"),
    ).join(used, on="parameter_id", how="semi")
    return pl.concat([shipped, own]).sort("parameter_id")
