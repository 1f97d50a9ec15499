"""The program's own stock change beside the form of the provincial inventory."""

from pathlib import Path

import polars as pl

from sinkcalc.accounting.target import CITY, inside
from sinkcalc.pipeline.compare import change
from sinkcalc.pipeline.estimate import EstimateOptions
from sinkcalc.schemas.lucf import OWN_CHANGE
from sinkcalc.schemas.stages import STOCK
from sinkcalc.units import STOCK_DECIMALS


def own_change(db: Path, first: int, options: EstimateOptions, wait: float = 0.0) -> pl.DataFrame:
    """Give the yearly change of vegetation carbon of every county and of the city.

    It is set beside the form, and nothing is brought into line: gross growth less consumption
    keeps what died, the form has no intercepts and counts bamboo by area.

    Parameters
    ----------
    options
        By region; `survey` is the later one.

    Returns
    -------
    Lines of the form of the category `own_stock_change`; the city is the sum of its counties.
    """
    # the caller has refused or marked what breaks the series
    rows, _ = change(db, first, options, wait, across=True)
    years = options.survey - first
    inner = rows.filter(inside(CITY), pl.col("pool") == "vegetation")

    def side(quantity: str, unit: str) -> pl.DataFrame:
        per_year = pl.col("change").cast(pl.Float64) / years
        gain, loss = per_year.clip(lower_bound=0.0), (0.0 - per_year).clip(lower_bound=0.0)
        named = (("removal", gain), ("emission", loss), ("net", per_year))
        return inner.filter(pl.col("quantity") == quantity).select(
            "region_code",
            *(
                value.round(STOCK_DECIMALS).cast(pl.Decimal(*STOCK)).alias(f"{way}_{unit}_per_year")
                for way, value in named
            ),
            (pl.col("se") / years).alias(f"se_{unit}_per_year"),
            pl.col("se_reason"),
            pl.col("method"),
        )

    carbon = side("carbon", "t_c").drop("se_t_c_per_year", "se_reason", "method")
    counties = side("co2e", "t_co2e").join(carbon, on="region_code", maintain_order="left")
    figures = [name for name in counties.columns if name.startswith(("removal", "emission", "net"))]
    city = counties.select(
        pl.lit(CITY).alias("region_code"),
        pl.col(figures).sum(),
        pl.col("method").first(),
        pl.lit("sum_of_counties").alias("se_reason"),
    )
    return pl.concat([counties, city], how="diagonal").with_columns(
        pl.lit(OWN_CHANGE).alias("category"),
        pl.lit("CO2").alias("gas"),
        pl.lit("estimated").alias("status"),
    )
