"""Change of wetlands between two surveys: stored estimates, and what became of each record."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from sinkcalc.accounting.change import change_budget, stock_change
from sinkcalc.accounting.conversions import conversions
from sinkcalc.accounting.one_density import one_density, with_one_density
from sinkcalc.accounting.wetland_cores import core_means
from sinkcalc.accounting.wetland_density import ONE_METRE_CM, with_soil_source
from sinkcalc.accounting.wetland_stands import split_by_stands
from sinkcalc.accounting.wetland_stock import WETLAND_KEY_OF
from sinkcalc.coefficients.wetland_fluxes import gwp_table
from sinkcalc.coefficients.wetlands import load_wetland_factors
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.core_stocks import core_stocks
from sinkcalc.pipeline.series_breaks import find_breaks, require_series
from sinkcalc.pipeline.wetland_estimate import require_wetlands, run_factors, stored_wetlands
from sinkcalc.pipeline.wetland_options import WetlandOptions
from sinkcalc.schemas.results import Conversion
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import region_names
from sinkcalc.store.results import read_error_parts
from sinkcalc.store.wetlands import get_wetland_surveys, wetland_frame
from sinkcalc.units import KG_PER_T


@dataclass(frozen=True)
class WetlandChange:
    """Difference of two surveys of wetlands.

    Attributes
    ----------
    rows
        Rows of `Change`, with the part that is no change of carbon, see `with_one_density`.
    budget
        What each source adds to their errors, see `change_budget`; fluxes in t CO2e/yr.
    conversions
        Rows of `Conversion`.
    one_density
        Wetlands whose soil has a density in one survey only, see `one_density`.
    """

    rows: pl.DataFrame
    budget: pl.DataFrame
    conversions: pl.DataFrame
    one_density: pl.DataFrame


def wetland_change(
    db: Path, first: int, options: WetlandOptions, wait: float = 0.0, *, across: bool = False
) -> WetlandChange:
    """Give the difference of two surveys with its error; `options.survey` is the later one.

    Densities that both surveys share cancel but for the change of area.

    Parameters
    ----------
    across
        Also where a break of the series touches the table; `series_break` then marks the rows.

    Raises
    ------
    UsageProblem
        If the years are not in order.
    SinkcalcError
        If a survey has no wetlands, or a break of the series touches the table.
    """
    last = options.survey
    if first >= last:
        raise UsageProblem(
            zh=f"--from {first} 应早于 --to {last}", en=f"--from {first} must be before --to {last}"
        )
    with reading(db, wait) as con:
        surveys = get_wetland_surveys(con)
        one, two = require_wetlands(surveys, first), require_wetlands(surveys, last)
        breaks = find_breaks(con, (first, last), "wetlands")
    keys = [WETLAND_KEY_OF[key] for key in options.by]
    # those that need no rows are said before anything is estimated
    require_series(breaks, keys, (), across=across)
    before = stored_wetlands(db, replace(options, survey=first), wait)
    after = stored_wetlands(db, options, wait)
    regions = pl.concat([before["region_code"], after["region_code"]]).drop_nulls().unique()
    require_series(breaks, keys, regions.to_list(), across=across)
    before, after = breaks.of_both(before, after)
    with reading(db, wait) as con:
        parts = [read_error_parts(con, rows["run_id"][0]) for rows in (before, after)]
    both = parts[0], parts[1]
    rows = stock_change(before, after, both).collect()
    found = _conversions(db, first, options, wait).with_columns(
        pl.lit(one.simulated or two.simulated).alias("simulated")
    )
    once = _one_density(db, first, options, wait)
    marked = breaks.marked(_with_masses(rows, options.gwp_set), keys)
    return WetlandChange(
        with_one_density(marked, once, keys),
        change_budget(both),
        Conversion.validate(found, cast=True),
        once,
    )


def _with_masses(rows: pl.DataFrame, gwp_set: str) -> pl.DataFrame:
    """Give fluxes as mass the errors that are kept in CO2e, in kg of the gas."""
    gwp = dict(gwp_table(gwp_set).select("gas", "gwp").iter_rows())
    yearly = pl.col("quantity").is_in(["removal", "emission"])
    scale = (
        pl.when(yearly & pl.col("gwp_set").is_null())
        .then(KG_PER_T / pl.col("gas").replace_strict(gwp, default=None, return_dtype=pl.Float64))
        .otherwise(1.0)
    )
    change = pl.col("change").cast(pl.Float64)
    return rows.with_columns(
        pl.col("se") * scale,
        ((pl.col("ci_low") - change) * scale + change).alias("ci_low"),
        ((pl.col("ci_high") - change) * scale + change).alias("ci_high"),
    )


def _one_density(db: Path, first: int, options: WetlandOptions, wait: float) -> pl.DataFrame:
    factors = run_factors(options)
    sides = []
    with reading(db, wait) as con:
        for survey in (first, options.survey):
            cores = core_stocks(con, survey, options.cores)
            means = core_means(cores.rows, cores.gradients, factors)
            records = split_by_stands(wetland_frame(con, survey)).filter(~pl.col("handed"))
            sourced = with_soil_source(records, means, factors, survey)
            found = sourced.select("wetland_id", "soil_t_per_ha", "soil_flag")
            sides.append(records.join(found, on="wetland_id", how="left"))
    return one_density(*sides)


def _conversions(db: Path, first: int, options: WetlandOptions, wait: float) -> pl.DataFrame:
    factors = load_wetland_factors(ONE_METRE_CM)
    with reading(db, wait) as con:
        before = split_by_stands(wetland_frame(con, first))
        after = wetland_frame(con, options.survey)
        cores = core_stocks(con, first, options.to_one_metre)
        regions = region_names(con)
    means = core_means(cores.rows, cores.gradients, factors)
    sourced = with_soil_source(before, means, factors, first)
    part = ["wetland_id", "handed"]
    densities = sourced.select(*part, "soil_id", "soil_t_per_ha", "soil_flag")
    # paddy has no density here, but wetlands become paddy and paddy becomes wetland
    every = before.join(densities, on=part, how="left", maintain_order="left")
    found = conversions(every, after, (first, options.survey)).collect()
    return found.join(regions, on="region_code", how="left", maintain_order="left").with_columns(
        pl.lit(first, pl.Int32).alias("survey_from"),
        pl.lit(options.survey, pl.Int32).alias("survey_to"),
    )
