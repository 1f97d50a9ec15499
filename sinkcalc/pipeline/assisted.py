"""City and counties from plots with the stands as auxiliary information."""

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

import polars as pl

from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.plot_survey import as_sampled
from sinkcalc.pipeline.plots_and_stands import OF_STANDS, SPREAD, UNIT_OF, Beside, Quantity
from sinkcalc.survey import Design, SurveyResult, estimate_total
from sinkcalc.survey.design import CONFIDENCE, SIZE, SinglePlot
from sinkcalc.survey.rows import NO_SPREAD
from sinkcalc.survey.small_area import FayHerriot, fay_herriot

_LAND: Final = "land_ha"
_KEY: Final = "region_code"
# why a figure has no error: a sample without spread does not tell it
ALL_ALIKE: Final = "all_plots_alike"
LAND_ESTIMATED: Final = (
    "县不是层:县的土地面积由样地估计,其误差未计入县级合并估计",
    "counties are not strata: their land is estimated from the plots, and its error is not in the "
    "composite of counties",
)


@dataclass(frozen=True)
class Assisted:
    """Estimates with and without the stands, and the model of the counties.

    Attributes
    ----------
    rows
        `region_code` (null for the city), `region_name`, `quantity`, `unit`, `estimator`
        (stands, plots, difference, greg, fay_herriot), `value`, `se`, `ci_low`, `ci_high`,
        `se_reason`, `df`, `n`, `shrinkage`, `simulated`.
    model
        Of the counties; None with the reason in `no_model`.
    notes
        What has to be told of the counties, in Chinese and English.
    """

    rows: pl.DataFrame
    model: FayHerriot | None
    no_model: SinkcalcError | None
    notes: list[tuple[str, str]]


def assisted(
    beside: Beside,
    quantity: Quantity,
    regions: pl.DataFrame,
    single_plot: SinglePlot = "fail",
) -> Assisted:
    """Estimate city and counties from plots alone and with the stands as auxiliary.

    difference: X + total of (y - x), slope 1; greg: fitted slope and intercept; fay_herriot: the
    difference estimate of a county weighted with the regression of all counties on the stands.

    Returns
    -------
    Rows of every estimator, and the model.
    """
    sampled, design = as_sampled(
        beside.values, Design(domain="region_code", single_plot=single_plot)
    )
    known = float(beside.totals["stands_value"].sum())
    # one regression over all units: their strata have names of their own
    regression = replace(design, estimator="greg", unit=None, auxiliaries={OF_STANDS: known})
    city = pl.DataFrame({_KEY: [None], "value": [known]}, schema_overrides={_KEY: pl.String})
    recorded = pl.concat([city, beside.totals.rename({"stands_value": "value"})])
    known_of = recorded.rename({"value": "recorded"})
    shifted = (
        _figures(estimate_total(sampled, SPREAD, design))
        .join(known_of, on=_KEY, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.col("value", "ci_low", "ci_high") + pl.col("recorded").fill_null(0.0))
    )
    parts = {
        "stands": recorded,
        "plots": _figures(estimate_total(sampled, beside.column, design)),
        "difference": shifted,
        "greg": _figures(estimate_total(sampled, beside.column, regression)),
    }
    land, estimated = _land(beside)
    model: FayHerriot | None = None
    no_model: SinkcalcError | None = None
    try:
        model, parts["fay_herriot"] = _counties(land, shifted, known_of)
    except SinkcalcError as error:
        no_model = error
    notes = [LAND_ESTIMATED] if estimated else []
    rows = _table(parts, quantity, regions).with_columns(
        pl.lit(beside.simulated).alias("simulated")
    )
    return Assisted(rows, model, no_model, notes)


def _figures(result: SurveyResult) -> pl.DataFrame:
    """Return the rows over all units by county; an error that is rounding alone is 0."""
    alike = (pl.col("warning") == NO_SPREAD).fill_null(False)
    whole = result.rows.filter(pl.col("unit").is_null()).with_columns(
        pl.when(alike).then(0.0).otherwise("se").alias("se")
    )
    return whole.rename({"domain": _KEY}).select(
        _KEY, "value", "se", "ci_low", "ci_high", "df", "n"
    )


def _land(beside: Beside) -> tuple[pl.DataFrame, bool]:
    """Return the land of the counties, and whether it is estimated.

    Every plot stands for A_h/n_h of its stratum, strata that share an error kept apart: exact
    where no stratum has plots of two counties.
    """
    strata = beside.values.strata.select("stratum", SIZE)
    plots = beside.values.rows.join(strata, on="stratum", how="left", maintain_order="left")
    share = (pl.col(SIZE) / pl.len()).over("stratum").alias(_LAND)
    land = plots.with_columns(share).group_by(_KEY, maintain_order=True).agg(pl.col(_LAND).sum())
    counties = plots.group_by("stratum").agg(pl.col(_KEY).n_unique())[_KEY]
    return land, bool((counties > 1).any())


def _counties(
    land: pl.DataFrame, direct: pl.DataFrame, recorded: pl.DataFrame
) -> tuple[FayHerriot, pl.DataFrame]:
    """Fit the model of the counties on means per hectare of land; give totals."""
    area = pl.col(_LAND)
    # plots that are all alike tell nothing of the spread
    known = (pl.col("se") > 0) & (pl.col("df") > 0)
    areas = (
        direct.join(land, on=_KEY)
        .drop_nulls(_KEY)
        .join(recorded.rename({"recorded": OF_STANDS}), on=_KEY, how="left", maintain_order="left")
        .select(
            _KEY,
            _LAND,
            "n",
            (pl.col(OF_STANDS).fill_null(0.0) / area).alias("stands_per_ha"),
            pl.when(known).then(pl.col("value") / area).alias("mean"),
            pl.when(known).then((pl.col("se") / area) ** 2).alias("variance"),
        )
    )
    model = fay_herriot(
        areas, key=_KEY, direct="mean", variance="variance", auxiliaries=["stands_per_ha"]
    )
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    value, se = pl.col("estimate") * area, pl.col("se") * area
    totals = model.rows.join(areas, on=_KEY, maintain_order="left").select(
        _KEY,
        value.alias("value"),
        se.alias("se"),
        (value - half * se).alias("ci_low"),
        (value + half * se).alias("ci_high"),
        "n",
        "shrinkage",
    )
    return model, totals


def _table(
    parts: dict[str, pl.DataFrame], quantity: Quantity, regions: pl.DataFrame
) -> pl.DataFrame:
    order = {name: place for place, name in enumerate(parts)}
    whole = pl.concat(
        [part.with_columns(pl.lit(name).alias("estimator")) for name, part in parts.items()],
        how="diagonal_relaxed",
    )
    if "shrinkage" not in whole.columns:
        whole = whole.with_columns(pl.lit(None, pl.Float64).alias("shrinkage"))
    alike = pl.col("se") == 0
    errors = [pl.when(~alike).then(pl.col(c)).alias(c) for c in ("se", "ci_low", "ci_high")]
    reason = pl.when(alike).then(pl.lit(ALL_ALIKE)).alias("se_reason")
    return (
        whole.with_columns(*errors, reason)
        .join(regions, on=_KEY, how="left", maintain_order="left")
        .sort(_KEY, pl.col("estimator").replace_strict(order, return_dtype=pl.Int8))
        .select(
            _KEY,
            "region_name",
            pl.lit(quantity).alias("quantity"),
            pl.lit(UNIT_OF[quantity]).alias("unit"),
            "estimator",
            "value",
            "se",
            "ci_low",
            "ci_high",
            "se_reason",
            "df",
            "n",
            "shrinkage",
        )
    )
