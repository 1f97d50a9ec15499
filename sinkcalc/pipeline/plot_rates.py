"""Rates of growth and consumption from the permanent plots of the database."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.plot_components import components_of_plots
from sinkcalc.pipeline.plot_survey import as_sampled, plot_values
from sinkcalc.survey import Design, estimate_ratio

# rate -> component of change, yearly, over the mean stock of both occasions
_COMPONENT_OF: Final = {
    "growth_rate": "gross_growth",
    "consumption_rate": "harvest",
    "mortality_rate": "mortality",
    "loss_rate": "loss",
}
# growth less consumption, for the covariance of the two
_NET: Final = "net_rate"


@dataclass(frozen=True)
class PlotRates:
    """Rates of the living stock of permanent plots.

    Attributes
    ----------
    values, errors
        By `growth_rate`, `consumption_rate`, `mortality_rate`, `loss_rate` (0 without): fractions
        of the mean living stock per year, and their standard errors.
    correlation
        Of the errors of `growth_rate` and `consumption_rate`: both have the same plots and the
        same mean stock. 0 where either has no error.
    years
        The two surveys.
    plots
        How many are compared.
    source
        `trees` or `plots`: what the components come from.
    """

    values: dict[str, float]
    errors: dict[str, float | None]
    correlation: float
    years: tuple[int, int]
    plots: int
    source: str


def rates_of_plots(db: Path, years: tuple[int, int], wait: float = 0.0) -> PlotRates:
    """Measure gross growth and what was cut, relative to the mean stock of both occasions.

    GR = sum(w g / n) / sum(w (V1 + V2) / 2), CR = sum(w c / n) / sum(w (V1 + V2) / 2), combined
    ratios over the strata of the later survey, with their linearised errors. GR - CR is the ratio
    of g - c, so Cov(GR, CR) = (Var GR + Var CR - Var(GR - CR)) / 2.

    Parameters
    ----------
    years
        Two plot surveys that follow each other.

    Raises
    ------
    SinkcalcError
        If the components are not known, or the plots hold no stock.

    Notes
    -----
    V m3 of living trees, g gross growth with ingrowth, c the trees cut, n years of the plot. The
    mean of both stocks is Pressler's denominator (GB/T 38590-2020, recalled). What died, and what
    is gone without a status, is in neither rate.
    """
    found = components_of_plots(db, years, wait=wait)
    usable = found.plots.filter(pl.col("gross_growth").is_not_null())
    area = pl.lit(1.0) if found.source == "trees" else pl.col("plot_area_ha").cast(pl.Float64)
    known = {name: part for name, part in _COMPONENT_OF.items() if part in usable.columns}
    interval = pl.col("years").fill_null(years[1] - years[0])
    stock = (pl.col("value_from") + pl.col("value_to")).cast(pl.Float64) / 2
    figures = usable.select(
        "plot_id",
        (stock / area).alias("mean_stock"),
        *(
            (pl.col(part).cast(pl.Float64) / area / interval).alias(name)
            for name, part in known.items()
        ),
    )
    last = plot_values(db, years[1], wait=wait)
    kept = last.rows.join(figures, on="plot_id", how="inner", maintain_order="left")
    if not kept["mean_stock"].sum():
        raise SinkcalcError(
            zh=f"{years[0]}–{years[1]} 年样地没有蓄积,求不出生长率",
            en=f"the plots of {years[0]}-{years[1]} hold no stock: there is no rate of growth",
        )
    net = (pl.col("growth_rate") - pl.col("consumption_rate")).alias(_NET)
    sampled, design = as_sampled(replace(last, rows=kept.with_columns(net)), Design())
    rows = {
        name: estimate_ratio(sampled, name, "mean_stock", design).rows.filter(
            pl.col("unit").is_null(), pl.col("domain").is_null()
        )
        for name in (*known, _NET)
    }
    errors: dict[str, float | None] = {name: row["se"][0] for name, row in rows.items()}
    absent = dict.fromkeys(_COMPONENT_OF.keys() - known.keys(), 0.0)
    return PlotRates(
        {**{name: float(rows[name]["value"][0]) for name in known}, **absent},
        {name: errors[name] for name in known},
        _correlation(errors["growth_rate"], errors["consumption_rate"], errors[_NET]),
        years,
        kept.height,
        found.source,
    )


def _correlation(one: float | None, two: float | None, difference: float | None) -> float:
    """Give the correlation of two errors from theirs and that of the difference."""
    if not one or not two or difference is None:
        return 0.0
    return max(-1.0, min(1.0, (one**2 + two**2 - difference**2) / (2 * one * two)))
