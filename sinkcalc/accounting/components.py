"""Components of change of permanent plots, from what the plots record."""

import polars as pl

from sinkcalc.schemas.components import COMPONENT, PairedPlot, PlotComponents

_ZERO = pl.lit(0, pl.Decimal(*COMPONENT))


def paired_plots(first: pl.LazyFrame, last: pl.LazyFrame) -> pl.LazyFrame:
    """List the plots of two occasions and say which of them can be compared.

    Parameters
    ----------
    first, last
        Rows of `Plot` of the two occasions: `plot_id`, `measured_year`, `plot_area_ha` (ha).

    Returns
    -------
    Rows of `PairedPlot` by `plot_id`. `occasions` is `both`, `first` or `last` (measured on that
    one alone), or `area_differs`. `years` is null where a year is not recorded or is not later
    than that of the first occasion.

    Raises
    ------
    polars.exceptions.ComputeError
        When collected, if a plot occurs twice on one occasion.
    """

    def side(plots: pl.LazyFrame, suffix: str) -> pl.LazyFrame:
        return plots.select(
            "plot_id",
            pl.lit(True).alias(f"there_{suffix}"),
            pl.col("measured_year").alias(f"year_{suffix}"),
            pl.col("plot_area_ha").alias(f"area_{suffix}"),
        )

    joined = side(first, "1").join(
        side(last, "2"), on="plot_id", how="full", coalesce=True, validate="1:1"
    )
    years = pl.col("year_2") - pl.col("year_1")
    return PairedPlot.cast(
        joined.with_columns(
            pl.when(pl.col("there_2").is_null())
            .then(pl.lit("first"))
            .when(pl.col("there_1").is_null())
            .then(pl.lit("last"))
            .when(pl.col("area_1") != pl.col("area_2"))
            .then(pl.lit("area_differs"))
            .otherwise(pl.lit("both"))
            .alias("occasions"),
            pl.when(years > 0).then(years).alias("years"),
            pl.coalesce("area_2", "area_1").alias("plot_area_ha"),
        ).sort("plot_id")
    )


def plot_components(first: pl.LazyFrame, last: pl.LazyFrame) -> pl.LazyFrame:
    """Give the components of the change of volume, m3 per plot, from the stocks of the plots.

    net increment = V2 - V1; gross growth with ingrowth = V2 - V1 + M + C, with M the dead and
    C the cut volume that the later occasion records.

    Parameters
    ----------
    first, last
        Rows of `Plot` of the two occasions: what `paired_plots` reads, `volume_m3`,
        `dead_volume_m3`, `cut_volume_m3` (m3 per plot).

    Returns
    -------
    Rows of `PlotComponents` by `plot_id`, m3 per plot; a plot whose occasions cannot be compared
    has nulls, and so has gross growth where M or C is not recorded.

    Notes
    -----
    Validity: M and C are the volumes of the trees that died or were cut since the first
    occasion. Source: growth components of continuous inventories, GB/T 38590-2020 (recalled).
    """
    rows = (
        paired_plots(first, last)
        .join(
            first.select("plot_id", pl.col("volume_m3").alias("value_from")),
            on="plot_id",
            how="left",
        )
        .join(
            last.select(
                "plot_id",
                pl.col("volume_m3").alias("value_to"),
                pl.col("dead_volume_m3").alias("mortality"),
                pl.col("cut_volume_m3").alias("harvest"),
            ),
            on="plot_id",
            how="left",
        )
    )
    figures = ("value_from", "value_to", "mortality", "harvest")
    return PlotComponents.cast(
        with_derived(
            rows.with_columns(
                pl.when(pl.col("occasions") == "both")
                .then(pl.col(name))
                .cast(pl.Decimal(*COMPONENT))
                for name in figures
            ).with_columns(_ZERO.alias("loss"), _ZERO.alias("correction"))
        ).sort("plot_id")
    )


def with_derived(components: pl.LazyFrame) -> pl.LazyFrame:
    """Add net increment, gross growth, gross consumption and the rate of increment.

    net increment = V2 - V1; gross growth = V2 - V1 + M + C + L - K, which is survivor growth +
    ongrowth + ingrowth; gross consumption = M + C + L; rate (Pressler)
    p = 2 (V2 - V1) / ((V2 + V1) n), a fraction per year.

    Parameters
    ----------
    components
        `value_from` V1, `value_to` V2, `mortality` M, `harvest` C, `loss` L, `correction` K in
        one unit, `years` n.

    Returns
    -------
    The frame with `net_increment`, `gross_growth`, `gross_consumption` in the same unit and
    `net_increment_fraction_per_year`, null where n is null or V2 + V1 = 0.

    Notes
    -----
    Validity of the rate: periods short enough that growth is near linear. Source: Pressler's
    formula as in GB/T 38590-2020 (recalled).
    """
    value_from, value_to = pl.col("value_from"), pl.col("value_to")
    change = value_to - value_from
    lost = pl.col("mortality") + pl.col("harvest") + pl.col("loss")
    twice_mean = (value_to + value_from).cast(pl.Float64)
    rate = 2 * change.cast(pl.Float64) / (twice_mean * pl.col("years"))
    return components.with_columns(
        change.alias("net_increment"),
        (change + lost - pl.col("correction")).alias("gross_growth"),
        lost.alias("gross_consumption"),
        pl.when(twice_mean > 0).then(rate).alias("net_increment_fraction_per_year"),
    )
