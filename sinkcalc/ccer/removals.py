"""What a computed plan gives, as rows: years, strata and pools."""

from typing import Final

import dataframely as dy
import numpy as np
import polars as pl

from sinkcalc.ccer.numbers import Floats
from sinkcalc.ccer.plan import SCENARIOS, Plan, Results
from sinkcalc.schemas.ccer_removals import PoolStocks, StratumStocks, YearlyRemovals

REDUCTION: Final = "reduction_t"
# of every methodology, yearly
FLOWS: Final = (
    "baseline_removal_t",
    "project_removal_t",
    "leakage_t",
    "risk_deduction_t",
    REDUCTION,
)
CUMULATIVE, CREDITABLE = "cumulative_t", "creditable_t"
_POOL_ENDING: Final = "_stock_t"
# symbols of trees and of bamboo, for one column each
_STOCKS: Final[dict[str, dict[str, str]]] = {
    "tree": {
        "volume_m3_per_ha": "volume_m3_per_ha",
        "above_ground_t_per_ha": "agb_t_per_ha",
        "below_ground_t_per_ha": "bgb_t_per_ha",
        "carbon_t": "tree_carbon_t",
        "co2e_t": "tree_co2e_t",
    },
    "bamboo": {
        "above_ground_t_per_ha": "bamboo_agb_t_per_ha",
        "below_ground_t_per_ha": "bamboo_bgb_t_per_ha",
        "carbon_t": "bamboo_carbon_t",
        "co2e_t": "bamboo_co2e_t",
    },
}


def yearly_removals(plan: Plan, results: Results) -> dy.DataFrame[YearlyRemovals]:
    """Return the years of the crediting period, t CO2e.

    creditable_in_year_t(t) = creditable_t(t) - creditable_t(t - 1), with creditable_t =
    floor(cumulative_t): rounding down happens once, and the years add up to the rounded total.

    Parameters
    ----------
    results
        Of one draw (see `evaluate`).
    """
    of_project = {
        # 0 of nothing deducted has no sign
        symbol: results["project", symbol][0, 0] + 0.0
        for symbol in (*FLOWS, CUMULATIVE, CREDITABLE)
    }
    frame = _days(plan).with_columns(
        *(pl.Series(symbol, of_project[symbol]) for symbol in (*FLOWS, CUMULATIVE)),
        pl.Series(CREDITABLE, of_project[CREDITABLE]),
        pl.Series("creditable_in_year_t", np.diff(of_project[CREDITABLE], prepend=0.0)),
    )
    return YearlyRemovals.validate(
        frame.filter(pl.col("period") > 0).select(YearlyRemovals.column_names()), cast=True
    )


# what bamboo has not: the columns are there though no stratum has trees
_OF_TREES: Final = pl.DataFrame(schema={"age_years": pl.Float64, "volume_m3_per_ha": pl.Float64})


def stratum_stocks(plan: Plan, results: Results) -> dy.DataFrame[StratumStocks]:
    """Return trees and bamboo of each stratum in each scenario at the end of each year.

    Parameters
    ----------
    results
        Of one draw.
    """
    parts = [_of_level(plan, results, name) for name in _STOCKS]
    found = [part for part in parts if part is not None]
    if not found:
        return StratumStocks.create_empty()
    own = ["scenario", "stratum", "component"]
    curves = plan.served.select(*own, "curve", "curve_name", "curve_fallback", "age_min", "age_max")
    rows = (
        pl.concat([*found, _OF_TREES], how="diagonal")
        .join(curves, on=own, how="left", maintain_order="left")
        .sort(*own, "period", maintain_order=True)
    )
    return StratumStocks.validate(
        rows.with_columns(
            (pl.col("co2e_t") - pl.col("co2e_t").shift(1).over(own)).alias("change_co2e_t"),
            extrapolated=(pl.col("age_years") > 0)
            & ~pl.col("age_years").is_between("age_min", "age_max"),
        ).select(StratumStocks.column_names()),
        cast=True,
    )


def pool_stocks(plan: Plan, results: Results) -> dy.DataFrame[PoolStocks]:
    """Return each pool of all strata in each scenario at the end of each year.

    Parameters
    ----------
    results
        Of one draw.
    """
    level = plan.level("stratum")
    symbols = [each.symbol for each in plan.of_level("stratum") if _is_pool(each.symbol)]
    parts = []
    for scenario in SCENARIOS:
        chosen = (level.rows["scenario"] == scenario).to_numpy()
        for symbol in dict.fromkeys(symbols):
            stock = np.ascontiguousarray(results["stratum", symbol][0, chosen]).sum(axis=0)
            parts.append(
                _days(plan).with_columns(
                    pl.lit(scenario).alias("scenario"),
                    pl.lit(symbol.removesuffix(_POOL_ENDING)).alias("pool"),
                    pl.Series("co2e_t", stock),
                    pl.Series("change_co2e_t", [None, *np.diff(stock).tolist()]),
                )
            )
    if not parts:
        return PoolStocks.create_empty()
    return PoolStocks.validate(pl.concat(parts).select(PoolStocks.column_names()), cast=True)


def _is_pool(symbol: str) -> bool:
    return symbol.endswith(_POOL_ENDING)


def _days(plan: Plan) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "period": [period.t for period in plan.periods],
            "first_day": [period.first for period in plan.periods],
            "last_day": [period.last for period in plan.periods],
        }
    )


def _of_level(plan: Plan, results: Results, name: str) -> pl.DataFrame | None:
    """Return the rows of trees or bamboo over the years; None if there are none."""
    level = plan.level(name)
    symbols = _STOCKS[name]
    if level.rows.is_empty() or not all((name, symbol) in results for symbol in symbols.values()):
        return None
    years = len(plan.periods)
    shape = (level.rows.height, years)

    def long(values: Floats) -> Floats:
        return np.broadcast_to(values, shape).reshape(-1)

    keys = level.rows.select("scenario", "stratum", "component", "species")
    repeated = keys.select(pl.all().repeat_by(years).explode())
    days = pl.concat([_days(plan).drop("first_day")] * level.rows.height)
    columns = {"area_ha": long(level.inputs["area_ha"])}
    if "age" in level.inputs:
        columns["age_years"] = long(level.inputs["age"])
    columns |= {column: long(results[name, symbol][0]) for column, symbol in symbols.items()}
    return pl.concat([repeated, days, pl.DataFrame(columns)], how="horizontal")
