"""What the form of the provincial inventory is filled with, county by county."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.lucf_stocks import Expansion
from sinkcalc.accounting.target import CITY
from sinkcalc.coefficients.inventory_form import INPUT_COLUMNS, RATES, read_inputs
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.plot_rates import PlotRates

# the guide counts other gases by the second assessment report
GUIDE_GWP: Final = "SAR"
# source of the rates that two plot surveys give
_PLOTS: Final = "plots_of_surveys"


@dataclass(frozen=True)
class InventoryOptions:
    """What the form is filled with.

    Attributes
    ----------
    last, first
        The later survey, and the earlier one; one survey alone has no `first` and no changes of
        area.
    year
        Of the inventory, between the surveys; the later survey's if None.
    growth_rate, consumption_rate
        Of the whole city, fractions of the living stock per year; null where not known.
    inputs
        A user's table by county, which comes before them.
    plots
        Two plot surveys that give the rates instead.
    expansion
        Which mean factors of wood density and expansion.
    by_county
        Whether counties are wanted beside the city: breaks of districts touch them alone.
    across
        Whether breaks of the series are gone across, and marked.
    """

    last: int
    first: int | None = None
    year: int | None = None
    growth_rate: float | None = None
    consumption_rate: float | None = None
    inputs: Path | None = None
    plots: tuple[int, int] | None = None
    expansion: Expansion = "guide"
    gwp_set: str = GUIDE_GWP
    by_county: bool = False
    across: bool = False


def with_inputs(
    counties: pl.DataFrame, options: InventoryOptions, rates: PlotRates | None
) -> pl.DataFrame:
    """Give every county its inputs: its own row, else the city's, else the options or plots.

    Parameters
    ----------
    counties
        Result of `at_year`.
    rates
        What the plots gave.

    Returns
    -------
    The counties with what `biomass_lines` and `conversion_lines` read.

    Raises
    ------
    UsageProblem
        If the table names a county without stands, or areas of the city as a whole.
    """
    table = _own_table(options, counties["region_code"].to_list())
    renamed = {name: f"{name}_own" for name in INPUT_COLUMNS}
    joined = counties.join(
        table.rename(renamed), on="region_code", how="left", maintain_order="left"
    )
    of_city = table.filter(pl.col("region_code") == CITY)
    city = of_city.row(0, named=True) if of_city.height else {}
    out = [_rate_columns(rate, city, options, rates) for rate in RATES]
    factors = [
        pl.coalesce(f"{name}_own", pl.lit(city.get(name), pl.Float64), name).alias(name)
        for name in ("wood_density", "bef", "bef_above_ground")
    ]
    areas = [name for name in INPUT_COLUMNS if name.startswith("converted_")]
    biomass = [
        pl.coalesce(f"{name}_own", pl.lit(city.get(name), pl.Float64)).alias(name)
        for name in ("arbor_biomass_t_per_ha", "biomass_after_t_per_ha")
    ]
    own_areas = [pl.col(f"{name}_own").alias(name) for name in areas]
    known = joined.with_columns(
        *(column for rate in out for column in rate), *factors, *biomass, *own_areas
    )
    # rates of one source alone err together
    measured = pl.all_horizontal(pl.col(f"{rate}_source") == _PLOTS for rate in RATES)
    together = pl.lit(0.0 if rates is None else rates.correlation)
    return known.with_columns(
        pl.when(measured).then(together).otherwise(0.0).alias("rates_correlation")
    )


def _own_table(options: InventoryOptions, counties: list[str]) -> pl.DataFrame:
    codes = [CITY, *counties]
    if options.inputs is None:
        types = dict.fromkeys(INPUT_COLUMNS, pl.Float64)
        return pl.DataFrame(schema={"region_code": pl.String, **types})
    known = sorted({*codes, *load_table("regions").rows["region_code"]})
    table = read_inputs(options.inputs, known)
    idle = table.filter(~pl.col("region_code").is_in(codes))
    if idle.height:
        listed = ", ".join(idle["region_code"])
        raise UsageProblem(
            zh=f"{options.inputs}:调查中没有县 {listed} 的小班;去掉这些行",
            en=f"{options.inputs}: the surveys hold no stands of {listed}: take the rows out",
        )
    areas = [name for name in INPUT_COLUMNS if name.startswith("converted_")]
    of_city = table.filter(pl.col("region_code") == CITY).select(areas)
    # areas belong to one county: those of a row of the city would serve none
    if any(column.null_count() < column.len() for column in of_city):
        raise UsageProblem(
            zh=f"{options.inputs}:转化面积须按县填写,不能写在市({CITY})的行",
            en=f"{options.inputs}: areas of conversion are given by county, not for the city "
            f"({CITY})",
        )
    return table


def _rate_columns(
    rate: str, city: dict[str, float | None], options: InventoryOptions, rates: PlotRates | None
) -> list[pl.Expr]:
    """Choose a rate, its error and its source together."""
    of_option: float | None = getattr(options, rate)
    choices: list[tuple[str, float | None, float | None]] = [
        ("city_row", city.get(rate), city.get(f"{rate}_se")),
        ("option", of_option, None),
    ]
    if rates is not None:
        choices.append((_PLOTS, rates.values[rate], rates.errors[rate]))
    source, value, error = next((c for c in choices if c[1] is not None), (None, None, None))
    own = pl.col(f"{rate}_own")
    has_own = own.is_not_null()
    return [
        pl.when(has_own).then(own).otherwise(pl.lit(value, pl.Float64)).alias(rate),
        pl.when(has_own)
        .then(f"{rate}_se_own")
        .otherwise(pl.lit(error, pl.Float64))
        .alias(f"{rate}_se"),
        pl.when(has_own)
        .then(pl.lit("county"))
        .otherwise(pl.lit(source, pl.String))
        .alias(f"{rate}_source"),
    ]
