"""Number of sample plots of a project, from expected spreads or those of a pilot."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.ccer.calculation import Calculation
from sinkcalc.ccer.figures import figure, needed_figure
from sinkcalc.ccer.plan import Plan
from sinkcalc.ccer.sample_size import Aim, SampleSize, WholePlots, number_of_plots
from sinkcalc.ccer.sampling_items import items_of_sampling, not_verified
from sinkcalc.ccer.tables import stratum_areas as areas_of
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.ccer_plot_columns import CARBON
from sinkcalc.schemas.ccer_monitoring import SampleSizes

Note = tuple[str, str]
# plots of a pilot from which a stratum has a spread
_FEWEST: Final = 2


@dataclass(frozen=True)
class SamplingOptions:
    """What a sample is to achieve; the methodology's figures where None.

    Attributes
    ----------
    plot_area_ha
        That of the project file if None.
    """

    plot_area_ha: float | None = None
    relative_error: float | None = None
    confidence: float | None = None
    min_plots: int | None = None
    whole: WholePlots = "down"


@dataclass(frozen=True)
class Sampling:
    """A number of plots as rows.

    Attributes
    ----------
    rows
        Rows of `SampleSizes`; the last is the project's.
    items, unchecked
        What the figures rest on, and of it what nobody has checked.
    """

    size: SampleSize
    aim: Aim
    rows: pl.DataFrame
    items: pl.DataFrame
    unchecked: pl.DataFrame
    notes: list[Note]


def sampling(
    calculation: Calculation, pilot: pl.DataFrame | None, options: SamplingOptions
) -> Sampling:
    """Compute the number of plots of a project.

    Parameters
    ----------
    pilot
        `stratum`, `carbon_t_per_ha` (t C/ha) of plots measured before; the spreads of the project
        file if None.

    Raises
    ------
    UsageProblem
        If a stratum has no spread, or the methodology and the options do not say what is to be
        achieved.
    """
    areas = stratum_areas(calculation.plan)
    aim = aim_of(calculation, options)
    spreads = _expected(calculation) if pilot is None else _of_pilot(pilot, calculation)
    table = areas.join(spreads, on="stratum", how="left", maintain_order="left")
    without = table.filter(pl.col("sd").is_null())["stratum"].to_list()
    if without:
        listed = ", ".join(without)
        raise UsageProblem(
            zh=f"碳层 {listed} 没有均值与标准差:在 {calculation.project.path} 写 "
            f"[sampling.{without[0]}] mean、sd(t C/ha),或用 --pilot 给出预备样地",
            en=f"strata {listed} have no mean and standard deviation: write "
            f"[sampling.{without[0]}] with mean and sd (t C/ha) in {calculation.project.path}, or "
            "give plots of a pilot with --pilot",
        )
    plot_area = options.plot_area_ha
    if plot_area is None:
        plot_area = calculation.project.plot_area_ha
    size = number_of_plots(table, aim, plot_area)
    items = items_of_sampling(calculation)
    unchecked = not_verified(calculation, items)
    rows = _rows(calculation.project.project_id, size).with_columns(
        pl.lit(unchecked.height).alias("unverified_items"),
        pl.lit(calculation.simulated).alias("simulated"),
    )
    rows = SampleSizes.validate(rows, cast=True)
    return Sampling(
        size, aim, rows, items, unchecked, _notes(size, aim, plot_area, by_pilot=pilot is not None)
    )


def stratum_areas(plan: Plan) -> pl.DataFrame:
    """Return `stratum`, `area_ha` (ha) of the strata's eligible parcels, by name."""
    areas = sorted(areas_of(plan).items())
    schema = {"stratum": pl.String, "area_ha": pl.Float64}
    return pl.DataFrame(areas, schema=schema, orient="row")


def aim_of(calculation: Calculation, options: SamplingOptions) -> Aim:
    """Return what a sample is to achieve: options, the project's own figures, its methodology's.

    Raises
    ------
    UsageProblem
        If none of them gives a figure.
    """
    project, pack = calculation.project, calculation.pack

    def given(value: float | None, symbol: str) -> float:
        return needed_figure(project, pack, symbol) if value is None else value

    small = figure(project, pack, "sampling_small_fraction")
    return Aim(
        relative_error=given(options.relative_error, "sampling_relative_error"),
        confidence=given(options.confidence, "sampling_confidence"),
        min_plots=round(given(options.min_plots, "sampling_min_plots")),
        # without a limit the population counts as the finite one it is
        small_fraction=0.0 if small is None else small,
        whole=options.whole,
    )


def _expected(calculation: Calculation) -> pl.DataFrame:
    spreads = calculation.project.spreads
    rows = [(name, one.mean, one.sd, one.cost) for name, one in sorted(spreads.items())]
    return pl.DataFrame(
        rows,
        schema={"stratum": pl.String} | dict.fromkeys(("mean", "sd", "cost"), pl.Float64),
        orient="row",
    )


def _of_pilot(pilot: pl.DataFrame, calculation: Calculation) -> pl.DataFrame:
    """Take mean and standard deviation from plots; the costs are those of the project file."""
    found = (
        pilot.sort("stratum", CARBON)
        .group_by("stratum", maintain_order=True)
        .agg(
            pl.len().alias("plots"),
            pl.col(CARBON).mean().alias("mean"),
            pl.col(CARBON).std().alias("sd"),
        )
    )
    few = found.filter(pl.col("plots") < _FEWEST)["stratum"].to_list()
    if few:
        raise UsageProblem(
            zh=f"碳层 {', '.join(few)} 的预备样地少于 {_FEWEST} 个,没有标准差;再测几个,"
            "或不用 --pilot,在 [sampling] 中写",
            en=f"strata {', '.join(few)} have fewer than {_FEWEST} plots in the pilot, which give "
            "no standard deviation: measure more, or leave --pilot out and write it in [sampling]",
        )
    costs = {name: one.cost for name, one in calculation.project.spreads.items()}
    return found.select("stratum", "mean", "sd").with_columns(
        pl.col("stratum").replace_strict(costs, default=1.0, return_dtype=pl.Float64).alias("cost")
    )


def _rows(project_id: str, size: SampleSize) -> pl.DataFrame:
    names = {"mean": "mean_t_c_per_ha", "sd": "sd_t_c_per_ha", "cost": "plot_cost"}
    strata = size.strata.rename(names).with_columns(
        (pl.col("plots") * pl.col("plot_cost")).alias("total_cost"),
        pl.lit(None, pl.Float64).alias("expected_relative_error"),
    )
    area, possible = strata["area_ha"].sum(), strata["possible_plots"].sum()
    known = strata["possible_plots"].null_count() == 0
    whole = pl.DataFrame(
        {
            "stratum": None,
            "area_ha": area,
            "possible_plots": possible if known else None,
            "mean_t_c_per_ha": size.mean,
            "sd_t_c_per_ha": None,
            "plot_cost": None,
            "plots_computed": size.computed,
            "plots": size.plots,
            "sampled_fraction": size.plots / possible if known else None,
            "total_cost": size.cost,
            "expected_relative_error": size.expected,
        },
        schema_overrides=strata.schema,
    )
    order = [name for name in SampleSizes.column_names() if name in strata.columns]
    rows = pl.concat([strata.select(order), whole.select(order)])
    return rows.with_columns(pl.lit(project_id).alias("project_id"))


def _notes(size: SampleSize, aim: Aim, plot_area: float | None, *, by_pilot: bool) -> list[Note]:
    freedom = "∞" if size.df is None else str(size.df)
    again = size.df is not None
    form_zh, form_en = (
        ("按有限总体", "the population counts as finite")
        if size.finite
        else ("抽样比小,按无限总体", "little of it is sampled: it counts as infinite")
    )
    notes: list[Note] = [
        (
            f"允许相对误差 {aim.relative_error:.0%},置信度 {aim.confidence:.0%};"
            f"t(∞) 得 n = {size.first:.2f}"
            + (f",小于 30,以 df = {freedom} 再算一次" if again else "")
            + f":t = {size.t:.3f},n = {size.computed:.2f};{form_zh};各层向上取整,"
            f"至少 {aim.min_plots} 个",
            f"allowed relative error {aim.relative_error:.0%} at {aim.confidence:.0%}; t of "
            f"infinite df gives n = {size.first:.2f}"
            + (f", below 30, so once more with df = {freedom}" if again else "")
            + f": t = {size.t:.3f}, n = {size.computed:.2f}; {form_en}; each stratum is rounded "
            f"up, {aim.min_plots} at least",
        ),
        (
            "均值与标准差来自预备样地"
            if by_pilot
            else "均值与标准差为项目文件 [sampling] 中的预期",
            "means and standard deviations are those of the pilot"
            if by_pilot
            else "means and standard deviations are expected, from [sampling] of the project file",
        ),
    ]
    if plot_area is None:
        notes.append(
            (
                "样地面积未知(plot_area_ha 或 --plot-area),总体按无限计",
                "the area of a plot is not known (plot_area_ha or --plot-area): the population "
                "counts as infinite",
            )
        )
    return [*notes, *_short_of(size, aim)]


def _short_of(size: SampleSize, aim: Aim) -> list[Note]:
    """Say where the plots are fewer than asked, or are expected to miss the allowed error."""
    notes: list[Note] = []
    narrow = size.strata.filter(pl.col("plots") < aim.min_plots)["stratum"].to_list()
    if narrow:
        notes.append(
            (
                f"碳层 {', '.join(narrow)} 容不下 {aim.min_plots} 个样地,按可容纳的个数",
                f"strata {', '.join(narrow)} do not hold {aim.min_plots} plots and have as many as "
                "they hold",
            )
        )
    if size.expected is not None and size.expected > aim.relative_error:
        notes.append(
            (
                f"按各层样地数,自由度 {size.plots - size.strata.height} 时预期相对误差为 "
                f"{size.expected:.1%},略大于目标(公式的 t 用 n − 1 个自由度);多布设几个更稳妥",
                f"these plots, with {size.plots - size.strata.height} degrees of freedom, are "
                f"expected to give {size.expected:.1%}, above what is allowed (the formula's t has "
                "n - 1): some more are safer",
            )
        )
    return notes
