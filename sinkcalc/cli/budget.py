"""The error budget of an estimate: its table and bars, and what is said about it."""

from typing import Final

import polars as pl

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word
from sinkcalc.cli.views import asked_keys
from sinkcalc.units import PERCENT

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
    value = rows.select(
        *keys, "region_name", "value", "unit", pl.col("se").alias("se_of_value"), "simulated"
    )
    joined = budget.join(value, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return joined.select(
        *keys[:2],
        "region_name",
        *keys[2:],
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
    talk(
        settings,
        "表中只列主要的行,全部行用 --csv、--json 或 -o 文件",
        "the table shows the main rows; --csv, --json or -o FILE gives all of them",
    )


def talk_about_intervals(rows: pl.DataFrame, settings: Settings, *, sampled: bool) -> None:
    """Say how the intervals were made, and how much of them rests on assumed errors."""
    known = rows.filter(pl.col("se").is_not_null())
    if known.is_empty():
        return
    zh, en = _INTERVALS[known["interval_method"][0]]
    main = known.filter(pl.col("quantity") == "carbon", pl.col("pool") == "vegetation")
    share = float((main if main.height else known)["share_assumed_error"].max())  # type: ignore[arg-type]
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
        f"95 % 区间:{zh};含系数、小班剩余、共用因子、{volume_zh}、面积测量、插补的误差。"
        f"{what}的方差有 {share:.0%} 来自文献未给误差而由 assumed_errors 补的项;"
        "各来源见 --budget,换成自己的误差用 --errors",
        f"95 % intervals: {en}; they hold the errors of coefficients, single stands, shared "
        f"factors, {volume_en}, measured area, and imputation. {share:.0%} of the variance of "
        f"{what} is from errors that no source prints (assumed_errors); --budget shows each "
        "source, --errors brings your own",
    )
