"""What keeps trees out of the plot table, found before it is made."""

import polars as pl

from sinkcalc.errors import UsageProblem


def trees_without_plot(plots: pl.LazyFrame, trees: pl.LazyFrame) -> pl.LazyFrame:
    """Count the trees whose plot is not among the plots of the survey: no row can hold them.

    Returns
    -------
    `plot_id` (null for trees without one) and `trees`, sorted.
    """
    lost = trees.join(plots, on="plot_id", how="anti")
    return lost.group_by("plot_id").agg(pl.len().cast(pl.Int64).alias("trees")).sort("plot_id")


def plots_without_area(plots: pl.LazyFrame, trees: pl.LazyFrame | None) -> pl.LazyFrame:
    """Find the plots with something to expand and no area to expand it by.

    Returns
    -------
    `plot_id` of plots without `plot_area_ha` that have a stock of their own or a tree without
    `tally_area_ha`, sorted.
    """
    stock = ("volume_m3", "dead_volume_m3", "cut_volume_m3")
    unknown = plots.filter(positive("plot_area_ha").is_null())
    own = unknown.filter(pl.any_horizontal(pl.col(name) > 0 for name in stock)).select("plot_id")
    if trees is None:
        return own.sort("plot_id")
    bare = trees.filter(positive("tally_area_ha").is_null()).select("plot_id")
    tallied = unknown.join(bare, on="plot_id", how="semi").select("plot_id")
    return pl.concat([own, tallied]).unique().sort("plot_id")


def refuse_without_area(found: pl.DataFrame) -> None:
    """Refuse figures per hectare of plots whose area is not known.

    Parameters
    ----------
    found
        What `plots_without_area` finds.

    Raises
    ------
    UsageProblem
        If there is any such plot.
    """
    if found.is_empty():
        return
    names = ", ".join(found["plot_id"].head(5))
    raise UsageProblem(
        zh=f"{found.height} 个样地没有面积(如 {names}),样木也没有检尺面积,无法换算到每公顷:"
        "请用 load plots … --plot-area-ha 面积 --replace 重新读入,"
        "或在配置的 [constants] 中写 plot_area_ha",
        en=f"{found.height} plots have no area (such as {names}) and their trees no tally area: "
        "nothing can be expanded to the hectare; load plots again with --plot-area-ha AREA "
        "--replace, or give plot_area_ha in [constants] of the profile",
    )


def positive(name: str) -> pl.Expr:
    """Give a column as float, null where it is not above 0."""
    number = pl.col(name).cast(pl.Float64)
    return pl.when(number > 0).then(number).alias(name)
