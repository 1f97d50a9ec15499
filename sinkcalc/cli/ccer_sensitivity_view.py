"""What `ccer sensitivity` shows, draws and says."""

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from sinkcalc.ccer.calculation import Calculation
from sinkcalc.ccer.sensitivity import TOGETHER
from sinkcalc.ccer.tornado import NO_ERROR
from sinkcalc.cli.ccer_marks import marks_of
from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings
from sinkcalc.pipeline.ccer_sensitivity import TENTH, Sensitivity, SensitivityOptions
from sinkcalc.report.ccer_words import heading, word
from sinkcalc.report.tornado_chart import Label, TornadoBar, TornadoChart
from sinkcalc.units import PERCENT

_ENDS: Final = {
    "se": Label("±1 标准误", "one standard error"),
    "p90": Label("5% 与 95% 分位", "5th and 95th percentile"),
}
# bars of a chart and lines of a table for people; parameters named in a message
_MOST_BARS: Final = 20
_MOST_NAMED: Final = 12
# part of the total below which a parameter is not worth naming
_MATTERS: Final = 1e-4
_BAR: Final = 20
# a longer crediting period shows every fifth year
_LONG: Final = 10
_STEP: Final = 5


def parameter_name(symbol: str, key: str | None) -> Label:
    """Name a parameter and what it is of."""
    zh, en = word(symbol) if symbol == TOGETHER else heading(symbol)
    if not key:
        return Label(zh, en)
    names = [_of_what(each) for each in key.split(", ")]
    return Label(
        f"{zh} · {'、'.join(name for name, _ in names)}",
        f"{en} · {', '.join(name for _, name in names)}",
    )


def _of_what(key: str) -> tuple[str, str]:
    """Name a species, or the group of a growth curve as `chinese_fir.planted`."""
    named = [word(part) for part in key.split(".") if part]
    return " ".join(zh for zh, _ in named), " ".join(en for _, en in named)


def view_of(table: str, settings: Settings) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Return what a table for people shows of one of the tables."""
    views = {"tornado": _tornado, "interval": _interval, "budget": _budget}
    return lambda rows: views[table](rows, settings)


def _names(rows: pl.DataFrame, settings: Settings) -> pl.Series:
    keys = rows["key"] if "key" in rows.columns else [None] * rows.height
    labels = [parameter_name(s, k) for s, k in zip(rows["symbol"], keys, strict=True)]
    return pl.Series("parameter", [settings.say(label.zh, label.en) for label in labels])


def _basis(rows: pl.DataFrame, settings: Settings) -> pl.Series:
    words = [None if basis is None else word(basis) for basis in rows["basis"]]
    return pl.Series("basis", [None if both is None else settings.say(*both) for both in words])


def _tornado(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    rows = rows.filter(pl.col("width") > 0).head(_MOST_BARS)
    widest = rows["width"].max()
    filled = (pl.col("width") / widest * _BAR).round(0).cast(pl.Int64)
    return rows.with_columns(_names(rows, settings), _basis(rows, settings)).select(
        "parameter",
        "basis",
        "value",
        "parameter_low",
        "parameter_high",
        "change_low",
        "change_high",
        pl.lit("█").repeat_by(filled).list.join("").alias("bar"),
    )


def _interval(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    last = int(rows["period"].to_numpy().max())
    step = _STEP if last > _LONG else 1
    shown = rows.filter((pl.col("period") % step == 0) | (pl.col("period") == last))
    return shown.select(
        "quantity",
        "period",
        "last_day",
        "value",
        "unit",
        "mean",
        "se",
        "ci_low",
        "ci_high",
        "p05",
        "p95",
    ).with_columns(pl.col("last_day").cast(pl.String), pl.col("period").cast(pl.String))


def _budget(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    share = pl.col("variance_fraction")
    filled = (share.clip(0, 1) * _BAR).round(0).cast(pl.Int64)
    return rows.with_columns(_names(rows, settings), _basis(rows, settings)).select(
        "parameter",
        "parameters",
        "basis",
        "se",
        (share * PERCENT).alias("variance_percent"),
        pl.lit("█").repeat_by(filled).list.join("").alias("bar"),
    )


def title_lines(
    found: Calculation, intervals: pl.DataFrame, options: SensitivityOptions
) -> list[Label]:
    """Return the marks of the figures, the project with its total, and the total's interval.

    Parameters
    ----------
    intervals
        Rows of `ReductionInterval`; the last is the total.
    """
    project, row = found.project, intervals.row(-1, named=True)
    value, low, high = (f"{row[name]:,.0f}" for name in ("value", "ci_low", "ci_high"))
    years = row["period"]
    lines = [_marks(found)]
    lines += [
        Label(
            f"{project.name} · {found.pack.code} · {years} 年减排量 {value} t CO2e(未取整)",
            f"{project.name} · {found.pack.code} · reductions of {years} years {value} t CO2e "
            "(not rounded)",
        ),
        Label(
            f"95 % 区间 {low} 至 {high}(抽样 {options.draws:,} 次,种子 {options.seed})",
            f"95 % interval {low} to {high} ({options.draws:,} draws, seed {options.seed})",
        ),
    ]
    return [line for line in lines if line.zh]


def _marks(found: Calculation) -> Label:
    marks = marks_of(found, found.unverified.height)
    return Label("".join(f"【{zh}】" for zh, _ in marks), " ".join(f"[{en}]" for _, en in marks))


def table_title(
    lines: Sequence[Label], options: SensitivityOptions, table: str, settings: Settings
) -> str:
    """Return the heading of a table for people."""
    said = "\n".join(settings.say(line.zh, line.en) for line in lines)
    if table == "tornado":
        ends = _ENDS[options.ends]
        said += settings.say(f"\n单个参数变动:{ends.zh}", f"\none parameter moved by: {ends.en}")
    return said


def chart_of(
    rows: pl.DataFrame, title: Sequence[Label], options: SensitivityOptions
) -> TornadoChart:
    """Return the chart of a tornado: the widest bars, those that move nothing left out."""
    moving = rows.filter(pl.col("width") > 0)
    shown = moving.head(_MOST_BARS)
    bars = [
        TornadoBar(
            parameter_name(row["symbol"], row["key"]),
            row["change_low"],
            row["change_high"],
            has_error=row["basis"] != NO_ERROR,
        )
        for row in shown.iter_rows(named=True)
    ]
    total = 0.0 if rows.is_empty() else float(rows["total"][0])
    left_out = moving.height - shown.height
    return TornadoChart(title, total, _ENDS[options.ends], bars, left_out)


def talk_about_errors(settings: Settings, found: Sensitivity) -> None:
    """Name the parameters that count as exact for want of an error, and what is not in it."""
    if settings.quiet:
        return
    unknown = found.unknown()
    if unknown.height:
        matters = pl.col("width") > _MATTERS * pl.col("total").abs()
        moving = unknown.filter(matters).head(_MOST_NAMED)
        zh, en = _listed(moving)
        talk(
            settings,
            f"误差未知、按准确值计的参数 {unknown.height} 个;若偏 {TENTH:.0%},减排量变化"
            f"(t CO2e):{zh}。用 --errors 或项目文件给出误差",
            f"{unknown.height} parameters without a known error count as exact; off by "
            f"{TENTH:.0%} they would change the reductions by (t CO2e): {en}. Give errors with "
            "--errors or in the project file",
        )
    talk(
        settings,
        "区间只含参数的误差;造林成败、曲线形式、灾害和抽样监测的误差不在其中",
        "the interval holds the errors of parameters alone: not whether the planting succeeds, the "
        "shape of curves, disasters, or the sampling of the monitoring",
    )


def _listed(rows: pl.DataFrame) -> tuple[str, str]:
    """List parameters with what they would do, the most first."""
    named = [
        (parameter_name(row["symbol"], row["key"]), f"±{row['width'] / 2:,.0f}")
        for row in rows.iter_rows(named=True)
    ]
    zh = "、".join(f"{label.zh} {size}" for label, size in named) or "都不影响结果"
    en = ", ".join(f"{label.en} {size}" for label, size in named) or "none of them by anything"
    return zh, en
