"""The form of the provincial inventory from the stands of one survey or two."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.cells import name_cells, to_cells
from sinkcalc.accounting.lucf import (
    AREA_ERROR,
    VOLUME_ERROR,
    biomass_lines,
    conversion_lines,
    error_loadings,
)
from sinkcalc.accounting.lucf_stocks import at_year, county_stocks
from sinkcalc.accounting.lucf_table import in_form_order, with_sums
from sinkcalc.accounting.series_breaks import Break
from sinkcalc.accounting.target import CITY, inside
from sinkcalc.coefficients.factors import load_factors
from sinkcalc.coefficients.inventory_form import form_versions
from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.wetland_fluxes import gwp_table
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.estimate import EstimateOptions, require_survey
from sinkcalc.pipeline.loaded import require_stands
from sinkcalc.pipeline.lucf_comparison import own_change
from sinkcalc.pipeline.lucf_inputs import InventoryOptions, with_inputs
from sinkcalc.pipeline.plot_rates import PlotRates, rates_of_plots
from sinkcalc.pipeline.series_breaks import find_breaks, require_series
from sinkcalc.schemas.lucf import OWN_CHANGE, ProvincialInventory
from sinkcalc.store.connection import Connection, reading
from sinkcalc.store.inventory import Survey, get_surveys, region_names, stand_codes

METHOD: Final = "guide-2011"
# the factors by species are those of this method
_SPECIES_METHOD: Final = "ccer-d-bef"
_NO_FOREST: Final = (
    "先用 sinkcalc load stands 入库小班",
    "Load stands first: sinkcalc load stands",
)


@dataclass(frozen=True)
class Inventory:
    """The filled form.

    Attributes
    ----------
    rows
        Rows of `ProvincialInventory`: every county, then the city.
    rates
        What the plots gave, if they were asked.
    unmeasured_stands
        Arbor stands of the later survey without a volume, inside the city.
    breaks
        Breaks of the series that the rows were made across.
    """

    rows: pl.DataFrame
    rates: PlotRates | None
    unmeasured_stands: int
    breaks: list[Break]


def provincial_inventory(db: Path, options: InventoryOptions, wait: float = 0.0) -> Inventory:
    """Fill the form; a line without its input is `no_data` with the reason.

    Raises
    ------
    UsageProblem
        If the years are not in order, or rates are given twice.
    SinkcalcError
        If a survey is not loaded, a break of the series touches the rows, or the plots give no
        rates.
    """
    year = _inventory_year(options)
    rates = None if options.plots is None else rates_of_plots(db, options.plots, wait)
    with reading(db, wait) as con:
        require_stands(con, options.last, *_NO_FOREST)
        used = _surveys(con, options)
        cells = [_cells(con, each.survey) for each in used]
        breaks = None if options.first is None else find_breaks(con, (options.first, options.last))
        regions = region_names(con)
    counties = _counties(cells, options, year)
    codes = counties["region_code"].to_list()
    columns = ["vegetation_class", *(["region_code"] if options.by_county else [])]
    if breaks is not None:
        require_series(breaks, columns, codes, across=options.across)
    known = with_inputs(counties, options, rates)
    own_lines = biomass_lines(known)
    lines = pl.concat([own_lines, conversion_lines(known)], how="diagonal")
    gwp = dict(gwp_table(options.gwp_set).select("gas", "gwp").iter_rows())
    loadings = error_loadings(known, own_lines, _measurement_errors())
    filled = with_sums(lines, loadings, gwp)
    if options.first is not None:
        compared = own_change(db, options.first, EstimateOptions(options.last, ("region",)), wait)
        filled = pl.concat([filled, compared], how="diagonal")
    rows = _completed(filled, options, year, used, regions)
    unmeasured = cells[-1].filter(
        inside(CITY), pl.col("vegetation_class") == "arbor", pl.col("measure") == "missing"
    )
    return Inventory(
        rows if breaks is None else breaks.marked(rows, columns),
        rates,
        int(unmeasured["stands"].sum()),
        [] if breaks is None else breaks.touching(columns, codes),
    )


def _counties(cells: list[pl.DataFrame], options: InventoryOptions, year: int) -> pl.DataFrame:
    """Sum the cells of each survey by county and take the stocks to the year of the inventory."""
    factors = load_factors(_SPECIES_METHOD)
    stocks = [
        county_stocks(each, factors.density_bef, factors.root_shoot, options.expansion)
        for each in cells
    ]
    before = stocks[0] if options.first is not None else None
    span = options.last - (options.last if options.first is None else options.first)
    weight = 1.0 if not span else 1 - (options.last - year) / span
    years = pl.lit(span or None, pl.Int32).alias("years")
    counties = at_year(before, stocks[-1], weight).with_columns(years)
    if counties.is_empty():
        raise SinkcalcError(
            zh=f"调查 {options.last} 在市内没有小班,无从填表",
            en=f"survey {options.last} has no stands inside the city: the form stays empty",
        )
    return counties


def _inventory_year(options: InventoryOptions) -> int:
    first, last = options.first, options.last
    if first is not None and first >= last:
        raise UsageProblem(
            zh=f"--from {first} 应早于 --to {last}", en=f"--from {first} must be before --to {last}"
        )
    if options.plots is not None and not all(
        rate is None for rate in (options.growth_rate, options.consumption_rate)
    ):
        raise UsageProblem(
            zh="生长率、消耗率与 --rates-from-plots 只能给其一",
            en="give the rates or --rates-from-plots, not both",
        )
    year = last if options.year is None else options.year
    if not (last if first is None else first) <= year <= last:
        span = str(last) if first is None else f"{first}–{last}"
        raise UsageProblem(
            zh=f"--inventory-year {year} 不在调查 {span} 之间;清单年份只能内插",
            en=f"--inventory-year {year} is not between the surveys, {span}: stocks are "
            "interpolated, not extrapolated",
        )
    return year


def _surveys(con: Connection, options: InventoryOptions) -> list[Survey]:
    surveys = get_surveys(con)
    years = [options.last] if options.first is None else [options.first, options.last]
    return [require_survey(surveys, year) for year in years]


def _cells(con: Connection, survey: int) -> pl.DataFrame:
    factors = load_factors(_SPECIES_METHOD)
    cells = to_cells(stand_codes(con, survey), factors).collect(engine="streaming")
    return name_cells(cells, factors)


def _measurement_errors() -> dict[str, float]:
    rows = load_table("assumed_errors").rows
    values = dict(rows.select("parameter_id", "value").iter_rows())
    return {name: values[f"assumed-error.{name}"] for name in (VOLUME_ERROR, AREA_ERROR)}


def _completed(
    filled: pl.DataFrame,
    options: InventoryOptions,
    year: int,
    used: list[Survey],
    regions: pl.DataFrame,
) -> pl.DataFrame:
    first = pl.lit(options.first, pl.Int32)
    # the program's own change rests on none of these
    of_form = {
        "gwp_set": options.gwp_set,
        "expansion": options.expansion,
        "evidence": "recalled",
        "parameter_tables": form_versions(),
    }
    rows = filled.join(regions, on="region_code", how="left", maintain_order="left").with_columns(
        first.alias("survey_from"),
        pl.lit(options.last, pl.Int32).alias("survey_to"),
        pl.lit(year, pl.Int32).alias("inventory_year"),
        *(
            pl.when(pl.col("category") != OWN_CHANGE).then(pl.lit(value)).alias(name)
            for name, value in of_form.items()
        ),
        pl.coalesce(
            *([pl.col("method")] if "method" in filled.columns else []), pl.lit(METHOD)
        ).alias("method"),
        pl.lit("/".join(dict.fromkeys(survey.definition for survey in used))).alias("definition"),
        pl.lit(None, pl.String).alias("series_break"),
        pl.lit(any(survey.simulated for survey in used)).alias("simulated"),
    )
    return ProvincialInventory.validate(in_form_order(rows), cast=True)
