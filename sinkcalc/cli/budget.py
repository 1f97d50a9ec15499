"""The error budget of an estimate: its table and bars, and what is said about it."""

from typing import TYPE_CHECKING, Final

import polars as pl

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word
from sinkcalc.cli.views import asked_keys
from sinkcalc.coefficients.own_tables import read_own_errors
from sinkcalc.units import PERCENT

if TYPE_CHECKING:
    from sinkcalc.pipeline.estimate import EstimateOptions

# what a table for people shows; files hold every row
_SHOWN: Final = (
    ("area", None),
    ("growing_stock", None),
    ("biomass", "total"),
    ("carbon", "vegetation"),
    ("carbon", "total"),
)
_BAR: Final = 20
_INTERVALS: Final = {
    "approach_1": (
        "误差传播,一阶,t 区间(IPCC 2006 方法 1)",
        "error propagation of first order, t interval (IPCC 2006 approach 1)",
    ),
    "approach_2": (
        "蒙特卡罗分位数(IPCC 2006 方法 2)",
        "Monte Carlo quantiles (IPCC 2006 approach 2)",
    ),
}


def budget_rows(budget: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Put the value that an error belongs to beside every row of a budget."""
    keys = [c for c in budget.columns if c not in ("source", "se", "variance_fraction")]
    # rows of a change belong to no one run
    on = [key for key in keys if key in rows.columns]
    value = rows.select(
        *on, "region_name", "value", "unit", pl.col("se").alias("se_of_value"), "simulated"
    )
    joined = budget.join(value, on=on, how="left", nulls_equal=True, maintain_order="left")
    after = keys.index("region_code") + 1
    return joined.select(
        *keys[:after],
        "region_name",
        *keys[after:],
        "value",
        "unit",
        "source",
        "se",
        "variance_fraction",
        "se_of_value",
        "simulated",
    )


def budget_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show the main rows, each source in percent of the value and of the variance, with a bar."""
    shown = pl.DataFrame(_SHOWN, schema=["quantity", "pool"], orient="row")
    entering = frame.join(
        shown, on=["quantity", "pool"], how="semi", nulls_equal=True, maintain_order="left"
    ).filter(pl.col("variance_fraction") > 0)
    relative = pl.col("se") / pl.col("value").cast(pl.Float64) * PERCENT
    share = pl.col("variance_fraction")
    filled = (share * _BAR).round(0).cast(pl.Int64)
    return entering.select(
        *asked_keys(frame),
        "quantity",
        "pool",
        "value",
        "unit",
        "source",
        "se",
        relative.alias("se_percent"),
        (share * PERCENT).alias("variance_percent"),
        pl.lit("█").repeat_by(filled).list.join("").alias("bar"),
    )


def talk_about_budget(settings: Settings, *, sampled: bool) -> None:
    """Say what sampling means here, and where the rest of the rows are."""
    if sampled:
        talk(
            settings,
            "抽样误差来自样地:小班蓄积已按样地总量控制,样地的误差代替蓄积的系统误差;"
            "不含材积表的误差",
            "sampling is that of the plots, to whose totals the volumes were brought; it stands "
            "in place of the systematic error of volumes and holds no error of stem-volume tables",
        )
    else:
        talk(
            settings,
            "抽样误差为 0:小班逐块调查,没有抽样",
            "sampling is 0: every stand is listed, none is sampled",
        )


def talk_about_main_rows(settings: Settings) -> None:
    """Say that the table is not all, and how to get all."""
    talk(
        settings,
        "表中只列主要的行,全部行用 --csv、--json 或 -o 文件",
        "the table shows the main rows; --csv, --json or -o FILE gives all of them",
    )


def chance_words(options: "EstimateOptions") -> tuple[str, str]:
    """Name draws, own errors and control totals, in Chinese and English."""
    parts: list[tuple[str, str]] = []
    if options.draws:
        what = f"{options.draws:,}"
        parts.append((f"抽样 {what} 次,种子 {options.seed}", f"{what} draws, seed {options.seed}"))
    if options.errors is not None:
        parts.append((f"误差 {options.errors.name}", f"errors {options.errors.name}"))
    if options.controls is not None:
        parts.append((f"总量控制 {options.controls}", f"control totals {options.controls}"))
    return "".join(f" · {zh}" for zh, _ in parts), "".join(f" · {en}" for _, en in parts)


def talk_about_other_surveys(options: "EstimateOptions", settings: Settings) -> None:
    """Name own errors of measurement that speak of another survey."""
    if options.errors is None:
        return
    year = pl.col("match").str.extract(r"^measurement\.\w+\.(\d+)$")
    of_others = read_own_errors(options.errors).filter(year != str(options.survey))
    if of_others.height:
        listed = ", ".join(of_others["match"])
        talk(
            settings,
            f"误差表中的 {listed} 是其他调查的,本次没有用到",
            f"{listed} of the table of errors is of another survey and was not used here",
        )


def talk_about_intervals(rows: pl.DataFrame, settings: Settings, *, sampled: bool) -> None:
    """Say how the intervals were made, and how much of them rests on assumed errors."""
    known = rows.filter(pl.col("se").is_not_null())
    if known.is_empty():
        return
    zh, en = _INTERVALS[known["interval_method"][0]]
    main = known.filter(pl.col("quantity") == "carbon", pl.col("pool") == "vegetation")
    several = main.height > 1
    shares = (main if main.height else known)["share_assumed_error"].to_list()
    share = max(shares)
    what = (
        settings.say("植被碳", "vegetation carbon")
        if main.height
        else word(known["quantity"][0], settings)
    )
    volume_zh, volume_en = (
        ("样地抽样", "sampling of the plots") if sampled else ("蓄积测量", "measured volume")
    )
    talk(
        settings,
        f"95 % 区间:{zh};含系数、小班残差、共用因子、{volume_zh}、面积与株数测量、插补的误差。"
        f"{what}的方差{'在各组中最多' if several else ''}有 {share:.0%} "
        "来自采用假定误差(见 assumed_errors)的项;"
        "各来源见 --budget,换成自己的误差用 --errors",
        f"95 % intervals: {en}; they hold the errors of coefficients, single stands, shared "
        f"factors, {volume_en}, measured area, counted culms, and imputation. "
        f"{'In the groups up to ' if several else ''}{share:.0%} of the variance of {what} is "
        "from errors that no source prints (assumed_errors); --budget shows each source, "
        "--errors brings your own",
    )
