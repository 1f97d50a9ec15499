"""Carbon stocks of the soil cores of a survey, with what their models leave uncertain."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.models.organic_matter import (
    BULK_DENSITY,
    CARBON,
    SoilModels,
    by_organic_matter,
    long_derivatives,
)
from sinkcalc.models.soil_core import CoreBounds, CoreOptions, core_gradients, stocks_of_cores
from sinkcalc.models.soil_layers import core_layers
from sinkcalc.pipeline.soil_models import soil_model_errors, soil_models
from sinkcalc.store.connection import Connection
from sinkcalc.store.wetlands import core_frame
from sinkcalc.uncertainty.errors import Errors
from sinkcalc.vocabulary import COEFFICIENTS

__all__ = ["CoreOptions", "CoreStocks", "core_stocks"]

# what a relation gives -> column of the interval
_COLUMNS: Final = {CARBON: "carbon_fraction", BULK_DENSITY: "bulk_density_g_per_cm3"}
# after the id of a relation: what all intervals of one survey deviate from it together
_OF_SURVEY: Final = ".survey"


@dataclass(frozen=True)
class CoreStocks:
    """Stocks of cores, and how they hang on the coefficients of models.

    Attributes
    ----------
    rows
        One row a core: `core_id`, `depth_cm` (as asked for), `wetland_id`, `wetland_class`,
        `region_code`, `outcome`, `carbon_t_per_ha`, `carbon_t_per_ha_se` (standard error of the
        prediction by models; null where nothing is modelled), `reached_cm`, `gap_fraction`,
        `extrapolated_fraction`, `modelled_fraction`, `total_carbon_fraction`; beside these
        `stock_depth_cm` (depth that the stock goes to: that of the equivalent mass where one is
        asked for), `model_extrapolated_fraction`, `residual_variance` (variance of prediction
        that is not shared between cores, (t C/ha)^2).
    gradients
        `core_id`, `parameter_id`, `derivative` (t C/ha per unit of the coefficient).
    errors
        Loadings of these coefficients.
    """

    rows: pl.DataFrame
    gradients: pl.DataFrame
    errors: Errors


def core_stocks(
    con: Connection, survey: int, options: CoreOptions, models: SoilModels | None = None
) -> CoreStocks:
    """Sum the carbon of every core of a survey to a depth or an equivalent mass.

    The standard error of a core is sqrt(g' C g + r): g its derivatives by the coefficients of
    the models, C their covariance, r what the intervals of the core deviate from the models.

    Parameters
    ----------
    models
        Relations of carbon and bulk density with organic matter; the active ones by default.

    Raises
    ------
    UsageProblem
        If depth or mass is not above 0.
    """
    _require_above_zero(options)
    intervals = core_frame(con, survey).with_columns(pl.selectors.decimal().cast(pl.Float64))
    return stocks_of_intervals(intervals, options, soil_models(con) if models is None else models)


def stocks_of_intervals(
    intervals: pl.LazyFrame, options: CoreOptions, models: SoilModels
) -> CoreStocks:
    """Sum the carbon of cores whose intervals are at hand.

    Parameters
    ----------
    intervals
        Rows of `CoreInterval` with their figures as floats.
    """
    named = intervals.with_row_index("interval_id")
    of_interval, sensitivities, shared = _predicted(named, models)
    layers = core_layers(of_interval, options.depth_cm, options.equivalent_mass_t_per_ha).collect()
    first = pl.col("wetland_id", "wetland_class", "region_code").drop_nulls().first()
    cores = named.group_by("core_id").agg(first).sort("core_id")
    rows, gradients = pl.collect_all(
        [
            stocks_of_cores(layers.lazy(), cores, options, core_bounds()),
            core_gradients(layers.lazy(), sensitivities),
        ]
    )
    standing = rows.filter(pl.col("carbon_t_per_ha").is_not_null())
    gradients = gradients.join(standing, on="core_id", how="semi", maintain_order="left")
    errors = _errors(models, shared)
    return CoreStocks(_with_errors(rows, gradients, errors, options), gradients, errors)


def core_bounds() -> CoreBounds:
    """Return the bounds of the rules about gaps and short cores."""
    rows = load_table("core_rules").rows
    found = dict(rows.select("symbol", "value").iter_rows())
    return CoreBounds(found["largest_gap"], found["least_reach"])


def _require_above_zero(options: CoreOptions) -> None:
    mass = options.equivalent_mass_t_per_ha
    if options.depth_cm <= 0 or (mass is not None and mass <= 0):
        raise UsageProblem(
            zh="土芯的深度与等效质量须大于 0",
            en="depth and equivalent mass of cores must be above 0",
        )


def _predicted(
    intervals: pl.LazyFrame, models: SoilModels
) -> tuple[pl.LazyFrame, pl.LazyFrame, list[str]]:
    """Put what models give beside the intervals.

    Where a relation was fitted over studies, intervals of one study deviate from it together:
    that part is an error of the survey, shared by its cores, and the rest is each core's own.

    Returns
    -------
    The intervals; `interval_id`, `column`, `parameter_id`, `derivative`; and the ids of what
    a survey's intervals share.
    """
    wide, long, shared = intervals, [], set()
    for target, column in _COLUMNS.items():
        found = by_organic_matter(intervals, models, target).collect().lazy()
        variance = pl.col(f"{target}_residual_variance")
        share = pl.col(f"{target}_residual_correlation").fill_null(0.0)
        of_survey = found.select(
            "interval_id",
            (pl.col(f"{target}_model") + _OF_SURVEY).alias("parameter_id"),
            (variance * share).sqrt().alias("derivative"),
        ).filter(pl.col("derivative") > 0)
        every = pl.concat([long_derivatives(found, target, ["interval_id"]), of_survey])
        long.append(every.with_columns(pl.lit(column).alias("column")))
        shared |= set(of_survey.select(pl.col("parameter_id").unique()).collect().to_series())
        given = found.select(
            "interval_id",
            pl.col(f"{target}_modelled").alias(f"predicted_{column}"),
            (variance * (1 - share)).sqrt().fill_null(0.0).alias(f"{column}_spread"),
            (pl.col(f"{target}_extrapolated") | pl.col(f"{target}_limited")).alias(
                f"{column}_outside"
            ),
        )
        wide = wide.join(given, on="interval_id", how="left")
    return wide, pl.concat(long), sorted(shared)


def _errors(models: SoilModels, shared: list[str]) -> Errors:
    """Return the errors of coefficients, and of what the intervals of a survey share."""
    known = soil_model_errors(models)
    of_survey = pl.DataFrame(
        {"parameter_id": shared}, schema={"parameter_id": pl.String}
    ).with_columns(
        pl.col("parameter_id").alias("block"),
        pl.lit(0, pl.Int32).alias("factor"),
        # the derivative by what a survey shares is that of one standard deviation
        pl.lit(1.0).alias("loading"),
        pl.lit(None, pl.Float64).alias("df"),
        pl.lit(COEFFICIENTS).alias("source"),
        pl.lit("published").alias("basis"),
    )
    loadings = pl.concat([known.loadings, of_survey.select(known.loadings.columns)])
    return Errors(loadings, known.spreads)


def shared_variance(gradients: pl.DataFrame, errors: Errors, key: str = "core_id") -> pl.DataFrame:
    """Variance from the coefficients of models: sum_k (sum_i g_i * loading_ik)^2.

    Parameters
    ----------
    gradients
        `key`, `parameter_id`, `derivative`.

    Returns
    -------
    `key`, `shared_variance`.
    """
    return (
        gradients.join(errors.loadings, on="parameter_id", maintain_order="left_right")
        .group_by(key, "block", "factor", maintain_order=True)
        .agg((pl.col("derivative") * pl.col("loading")).sum())
        .group_by(key, maintain_order=True)
        .agg((pl.col("derivative") ** 2).sum().alias("shared_variance"))
    )


def _with_errors(
    rows: pl.DataFrame, gradients: pl.DataFrame, errors: Errors, options: CoreOptions
) -> pl.DataFrame:
    shared = shared_variance(gradients, errors)
    variance = pl.col("shared_variance").fill_null(0.0) + pl.col("residual_variance")
    # errors of the laboratory are not known: what is measured has no error, not one of 0
    modelled = pl.col("carbon_t_per_ha").is_not_null() & (pl.col("modelled_fraction") > 0)
    return rows.join(shared, on="core_id", how="left", maintain_order="left").select(
        "core_id",
        pl.lit(options.depth_cm, pl.Int32).alias("depth_cm"),
        "wetland_id",
        "wetland_class",
        "region_code",
        "outcome",
        "carbon_t_per_ha",
        pl.when(modelled).then(variance.sqrt()).alias("carbon_t_per_ha_se"),
        "reached_cm",
        "gap_fraction",
        "extrapolated_fraction",
        "modelled_fraction",
        "total_carbon_fraction",
        pl.col("cut_cm").alias("stock_depth_cm"),
        "model_extrapolated_fraction",
        "residual_variance",
    )
