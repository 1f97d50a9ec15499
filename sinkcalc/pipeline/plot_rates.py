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


@dataclass(frozen=True)
class PlotRates:
    """Rates of the living stock of permanent plots.

    Attributes
    ----------
    values, errors
        By `growth_rate`, `consumption_rate`, `mortality_rate`, `loss_rate` (0 without): fractions
        of the mean living stock per year, and their standard errors.
    years
        The two surveys.
    plots
        How many are compared.
    source
        `trees` or `plots`: what the components come from.
    """

    values: dict[str, float]
    errors: dict[str, float | None]
    years: tuple[int, int]
    plots: int
    source: str


def rates_of_plots(db: Path, years: tuple[int, int], wait: float = 0.0) -> PlotRates:
    """Measure gross growth and what was cut, relative to the mean stock of both occasions.

    GR = sum(w g / n) / sum(w (V1 + V2) / 2), CR = sum(w c / n) / sum(w (V1 + V2) / 2), combined
    ratios over the strata of the later survey, with their linearised errors.

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
    sampled, design = as_sampled(replace(last, rows=kept), Design())
    rows = {
        name: estimate_ratio(sampled, name, "mean_stock", design).rows.filter(
            pl.col("unit").is_null(), pl.col("domain").is_null()
        )
        for name in known
    }
    absent = dict.fromkeys(_COMPONENT_OF.keys() - known.keys(), 0.0)
    return PlotRates(
        {**{name: float(row["value"][0]) for name, row in rows.items()}, **absent},
        {name: row["se"][0] for name, row in rows.items()},
        years,
        kept.height,
        found.source,
    )
